"""Shared field types and layered forms become one plain nested schema.

A field of type `organization` turns into the dict schema of that name in `types.yaml`, overlaid with what the
field says itself. After expansion every node has a `type` of ours and a `meta` with at least kind, label, en,
cite, source, section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from pipeline.errors import PackError

PLAIN_TYPES: Mapping[str, str] = {
    "string": "text", "long_text": "long_text", "integer": "integer", "decimal": "decimal", "money": "money", "date": "date",
    "boolean": "boolean", "choice": "choice", "choices": "choices", "file": "file", "uscc": "uscc", "region": "region",
    "phone": "phone", "email": "email", "sha256": "sha256", "dict": "group", "list": "table",
}  # fmt: skip
"""Field types of a form schema and the field kind each has unless its meta says otherwise."""

_INHERITED = ("cite", "source", "section")
Node = dict[str, Any]


def overlay(base: Mapping[str, Any], above: Mapping[str, Any]) -> Node:
    """`base` with `above` laid over it: mappings merge, everything else replaces, null takes away."""
    merged = deepcopy(dict(base))
    for key, value in above.items():
        if value is None and key in merged:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = overlay(merged[key], value)
        else:
            merged[key] = deepcopy(value)
    return merged


def without(fields: Node, names: Sequence[str]) -> Node:
    """`fields` less the named ones; a name may be a path such as `applicant.postal_code` or `tasks[].baseline`."""
    left = deepcopy(fields)
    for name in names:
        *way, last = name.replace("[]", "").split(".")
        inner = left
        for step in way:
            node = inner.get(step, {})
            inner = node.get("schema", {})
            inner = inner.get("schema", inner) if inner.get("type") == "dict" else inner
        inner.pop(last, None)
    return left


def merge_rules(base: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> list[Node]:
    """Rules merged by id, in the order of first mention; a rule that is null (or `{id, remove: true}`) goes.

    Raises PackError when one layer has the same id twice.
    """
    merged: dict[str, Node] = {str(rule["id"]): dict(rule) for rule in base}
    pairs = list(above.items()) if isinstance(above, Mapping) else [(str(rule["id"]), rule) for rule in above]
    for ids in ([str(rule["id"]) for rule in base], [name for name, _ in pairs]):
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise PackError(f"规则编号重复：{'、'.join(twice)}", f"rule ids stand twice: {', '.join(twice)}")
    for name, rule in pairs:
        if rule is None or rule.get("remove") is True or ("rule" in rule and rule["rule"] is None):
            merged.pop(name, None)
        else:
            merged[name] = overlay(merged.get(name, {}), {**rule, "id": name})
    return list(merged.values())


class Expander:
    """Expands fields against one set of shared types and option lists (the pack's, over the common ones)."""

    def __init__(self, types: Mapping[str, Any], lists: Mapping[str, Any], where: str) -> None:
        self._types, self._lists, self._where = types, lists, where

    def fields(self, fields: Mapping[str, Any], inherited: Mapping[str, Any], sections: Mapping[str, str]) -> Node:
        """All fields of a form. `sections` gives the section id of each top-level field."""
        return {
            name: self._node(name, node, {**inherited, "section": sections.get(name, "")}, ())
            for name, node in fields.items()
        }

    def _node(self, name: str, node: Any, inherited: Mapping[str, Any], trail: tuple[str, ...]) -> Node:
        """One field with everything below it."""
        if not isinstance(node, Mapping) or "type" not in node:
            raise self._fault(name, "应当是带 type 的键值表", "must be a mapping with a type")
        expanded = self._own_type(name, deepcopy(dict(node)), trail)
        meta = {key: value for key, value in inherited.items() if key in _INHERITED and value}
        meta |= {key: value for key, value in (expanded.get("meta") or {}).items() if value is not None}
        meta.setdefault("kind", self._kind(expanded))
        meta.setdefault("label", name)
        meta.setdefault("en", name.replace("_", " "))
        self._options(name, expanded, meta)
        expanded["meta"] = meta
        trail = (*trail, str(node["type"]))
        if expanded["type"] == "dict":
            below = expanded.pop("schema", {}) or {}
            for gone in expanded.pop("remove", ()):
                below.pop(gone, None)
            expanded["schema"] = {key: self._node(key, value, meta, trail) for key, value in below.items()}
        elif expanded["type"] == "list" and "schema" in expanded:
            item = {"meta": {"label": meta["label"], "en": meta["en"]}, **expanded["schema"]}
            if "type" not in item:
                item = {"type": "dict", "schema": expanded["schema"], "meta": item["meta"]}
            expanded["schema"] = self._node(name, item, meta, trail)
        return expanded

    def _own_type(self, name: str, node: Node, trail: tuple[str, ...]) -> Node:
        """The node with its shared type, if it has one, replaced by what that type stands for."""
        while node["type"] not in PLAIN_TYPES:
            shared = node.pop("type")
            if shared not in self._types or shared in trail:
                raise self._fault(name, f"类型 {shared} 不存在或自我包含", f"type {shared} does not exist or holds itself")
            base = self._types[shared]
            node = overlay(base, {**node, "type": base["type"]})
            trail = (*trail, shared)
        return node

    @staticmethod
    def _kind(node: Mapping[str, Any]) -> str:
        """The field kind by type; a list of plain items is a list, not a table."""
        if node["type"] == "list" and (node.get("schema") or {}).get("type") in set(PLAIN_TYPES) - {"dict", "list"}:
            return "list"
        return PLAIN_TYPES[node["type"]]

    def _options(self, name: str, node: Node, meta: Node) -> None:
        """Options of choices go into meta, looked up when they are `@list_name`."""
        options = node.pop("options", meta.pop("options", None))
        if options is None:
            return
        if isinstance(options, str):
            found = self._lists.get(options.removeprefix("@"))
            if found is None:
                meta["missing_options"] = options
            options = found or ()
        meta["options"] = tuple(
            {"en": str(option.get("zh", option["code"])), **option, "code": str(option["code"])}
            if isinstance(option, Mapping)
            else {"code": str(option), "zh": str(option), "en": str(option)}
            for option in options
        )

    def _fault(self, name: str, zh: str, en: str) -> PackError:
        """A PackError that names form and field."""
        return PackError(f"{self._where} 的字段 {name}：{zh}", f"{self._where}, field {name}: {en}")


def walk(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Every leaf of expanded fields with its path as in tags: `center_name`, `applicant.name`, `tasks[].content`."""
    for name, node in fields.items():
        path = f"{prefix}{name}"
        if node["type"] == "dict":
            yield from walk(node["schema"], f"{path}.")
        elif node["type"] == "list" and node.get("schema", {}).get("type") == "dict":
            yield from walk(node["schema"]["schema"], f"{path}[].")
        else:
            yield path, node
