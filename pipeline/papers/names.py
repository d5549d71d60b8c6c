"""Which names a template uses, and whether they are known: `unknown_names`. Jinja's own parser reads the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

ANY: Mapping[str, Any] = {"*": None}
"""A tree that knows every name: for values whose shape is not described."""
LOOP = dict.fromkeys(("index", "index0", "first", "last", "length", "revindex", "previtem", "nextitem"))


CONTEXT: Mapping[str, Any] = {
    "doc": dict.fromkeys(
        ("code", "kind", "title", "number", "date", "addressee", "issuer", "remedy", "reason", "reply_by", "zh", "layout")
    ) | {"copies_to": [None], "annexes": [{"title": None, "number": None}], "basis": [None], "text": ANY, "together": ANY},
    "case": dict.fromkeys(("no", "center_name", "applicant", "channel", "opened_on", "received_on", "joint", "state")),
    "authority": dict.fromkeys(("name", "short", "phone", "address", "contact", "office", "agency_code", "remedy_body")),
    "findings": [dict.fromkeys(("no", "label", "value", "place", "rule", "cite", "zh", "en", "repair"))],
    "clocks": ANY,
    "act": ANY,
    "draw": ANY,
    "opened": ANY,
    "filing": ANY,
    "then": ANY,
    "lists": ANY,
    "param": ANY,
}  # fmt: skip
"""The names every document's context has, whatever the pack."""


def tree_of_fields(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tree of a form's data from its expanded Cerberus schema."""
    return {name: _tree_of(node) for name, node in fields.items()}


def _tree_of(node: Mapping[str, Any]) -> Any:
    inner = node.get("schema")
    if node.get("type") == "list" and isinstance(inner, Mapping):
        return [_tree_of(inner)]
    return tree_of_fields(inner) if isinstance(inner, Mapping) else None


def known_names(forms: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The tree for `lint_template`: CONTEXT and one name per form (code → expanded fields); `application` is the application form."""
    trees = {code: tree_of_fields(fields) for code, fields in forms.items()}
    return {**CONTEXT, **trees, "application": trees.get("application_form", ANY)}


class _Reader:
    """Walks a parsed template with the known tree; collects dotted names that lead nowhere, and all names used."""

    def __init__(self) -> None:
        self.unknown: dict[str, None] = {}
        self.used: dict[str, None] = {}

    def resolve(self, node: nodes.Node, scope: Mapping[str, Any]) -> tuple[str, Any]:
        """(dotted name, subtree) of an expression; subtree ANY when it is not a plain path."""
        if isinstance(node, nodes.Name):
            if node.name not in scope:
                self.unknown[node.name] = None
                return node.name, ANY
            return node.name, scope[node.name]
        if isinstance(node, nodes.Getattr):
            return self._step(self.resolve(node.node, scope), node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            parent = self.resolve(node.node, scope)
            if isinstance(node.arg.value, str):
                return self._step(parent, node.arg.value)
            return parent[0], parent[1][0] if isinstance(parent[1], list) and parent[1] else ANY
        if isinstance(node, nodes.Filter) and node.node is not None and node.name in ("default", "list", "selectattr", "rejectattr", "sort"):
            for argument in node.args:
                self.walk(argument, scope)
            return self.resolve(node.node, scope)
        for child in node.iter_child_nodes():
            self.walk(child, scope)
        return "", ANY

    def _step(self, parent: tuple[str, Any], attribute: str) -> tuple[str, Any]:
        name, tree = parent
        full = f"{name}.{attribute}" if name else attribute
        self.used[full] = None
        if isinstance(tree, Mapping) and "*" in tree:
            return full, ANY
        if isinstance(tree, Mapping) and attribute in tree:
            return full, tree[attribute]
        if isinstance(tree, Mapping) or tree is not None:
            self.unknown[full] = None
        return full, ANY

    def walk(self, node: nodes.Node, scope: Mapping[str, Any]) -> None:
        """Look at a node and all below it."""
        if isinstance(node, nodes.For):
            self._loop(node, scope)
        elif isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem | nodes.Filter):
            self.resolve(node, scope)
        else:
            inner = dict(scope)
            for child in node.iter_child_nodes():
                if isinstance(node, nodes.Assign) and child is node.target:
                    continue
                self.walk(child, inner)

    def _loop(self, node: nodes.For, scope: Mapping[str, Any]) -> None:
        _name, tree = self.resolve(node.iter, scope)
        item = tree[0] if isinstance(tree, list) and tree else ANY
        inner = {**scope, "loop": LOOP}
        targets = [node.target] if isinstance(node.target, nodes.Name) else list(node.target.iter_child_nodes())
        for target in targets:
            if isinstance(target, nodes.Name):
                inner[target.name] = item if len(targets) == 1 else ANY
        for child in (*([node.test] if node.test else []), *node.body, *node.else_):
            self.walk(child, inner)


def _assigned(tree: nodes.Node) -> Iterator[str]:
    for node in tree.find_all(nodes.Assign):
        if isinstance(node.target, nodes.Name):
            yield node.target.name


def names_of(tree: nodes.Template, known: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(unknown names, names used), dotted, in order of appearance.

    `known`: name → subtree; a subtree is a mapping, a list holding the subtree of its rows, None for a plain value,
    or ANY.
    """
    reader = _Reader()
    scope = {**known, "range": ANY, **dict.fromkeys(_assigned(tree), ANY)}
    reader.walk(tree, scope)
    return tuple(reader.unknown), tuple(reader.used)
