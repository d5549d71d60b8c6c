"""A form as the law describes it: fields, sections, cross-field rules, who may file it.

Master forms lie in `common/forms`; a pack's form of the same code may say `extends: common` and lay its own
words over the master.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pipeline.errors import PackError
from pipeline.law.expand import Expander, merge_rules, overlay, walk, without
from pipeline.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule over several fields (CEL), with the findings it gives: severity, place, ground, words, repair."""

    id: str
    rule: str
    severity: Severity = Severity.ERROR
    at: tuple[str, ...] = ()
    cite: Any = ""
    zh: str = ""
    en: str = ""
    repair_zh: str = ""
    repair_en: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any], cite: Any = "") -> Rule:
        """A rule as written in YAML; `cite` is used when it names none. Raises KeyError without id or rule."""
        repair = data.get("repair") or {}
        repair = {"zh": repair, "en": repair} if isinstance(repair, str) else repair
        at = data.get("at") or ()
        return cls(
            id=str(data["id"]), rule=str(data["rule"]), severity=Severity(data.get("severity", "error")),
            at=(at,) if isinstance(at, str) else tuple(str(path) for path in at), cite=data.get("cite") or cite,
            zh=str(data.get("zh", "")), en=str(data.get("en", "")),
            repair_zh=str(repair.get("zh", "")), repair_en=str(repair.get("en", "")),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a form, in the order of the paper: heading, note for the one who fills it in, top-level fields."""

    id: str
    zh: str
    en: str
    fields: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """One form of one jurisdiction, wholly expanded; `fields` is a Cerberus schema with `meta` on every node."""

    code: str
    version: str
    title_zh: str
    title_en: str
    source: str = ""
    cite: Any = ""
    filed_by: tuple[str, ...] = ()
    opens_case: bool = False
    cover: Mapping[str, Any] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    computed: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else the form's file says, for those who print it."""

    def leaves(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every field a person fills in, with its path as in tags (`tasks[].content`), in form order."""
        return walk(self.fields)

    def node(self, path: str) -> dict[str, Any] | None:
        """The node at a path such as `tasks`, `tasks[0].content`, `applicant.name`; None when there is none."""
        fields: Mapping[str, Any] = self.fields
        found: dict[str, Any] | None = None
        for step in path.split("."):
            name = step.split("[", 1)[0]
            found = fields.get(name)
            if found is None:
                return None
            below = found.get("schema", {})
            if found["type"] == "list":
                below = below.get("schema", {}) if below.get("type") == "dict" else {}
            fields = below
        return found


def layered(master: Mapping[str, Any] | None, own: Mapping[str, Any] | None) -> dict[str, Any]:
    """The YAML of a form: the master alone, the pack's own alone, or the pack's own laid over the master."""
    if own is None:
        return dict(master or {})
    if own.get("extends") != "common":
        return dict(own)
    base, above = dict(master or {}), {key: value for key, value in own.items() if key not in ("extends", "remove", "rules")}
    merged = overlay(base, above)
    merged["rules"] = merge_rules(base.get("rules") or (), own.get("rules") or ())
    merged["fields"] = without(merged.get("fields") or {}, own.get("remove") or ())
    return merged


def build_form(data: Mapping[str, Any], types: Mapping[str, Any], lists: Mapping[str, Any], where: str) -> FormSpec:
    """The FormSpec of a form's (layered) YAML. Raises PackError naming the form and what is wrong with it."""
    known = {"form", "version", "title", "source", "cite", "filed_by", "opens_case", "cover", "sections", "fields", "rules", "computed"}
    try:
        sections = _sections(data)
        homes = {name: section.id for section in sections for name in section.fields}
        inherited = {"cite": data.get("cite", ""), "source": data.get("source", "")}
        title = data["title"] if isinstance(data["title"], Mapping) else {"zh": data["title"]}
        return FormSpec(
            code=str(data["form"]), version=str(data["version"]), title_zh=str(title["zh"]),
            title_en=str(title.get("en", title["zh"])), source=str(data.get("source", "")), cite=data.get("cite", ""),
            filed_by=tuple(data.get("filed_by") or ()), opens_case=bool(data.get("opens_case", False)),
            cover=MappingProxyType(_cover(data)), sections=sections,
            fields=MappingProxyType(Expander(types, lists, where).fields(data.get("fields") or {}, inherited, homes)),
            rules=tuple(Rule.of(rule, data.get("cite", "")) for rule in data.get("rules") or ()),
            computed=MappingProxyType({str(k): str(v) for k, v in (data.get("computed") or {}).items()}),
            notes=MappingProxyType({key: value for key, value in data.items() if key not in known}),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as trouble:
        said = f"{type(trouble).__name__}: {trouble}"
        raise PackError(f"表单 {where} 写法不对：{said}", f"form {where} is not well formed: {said}") from trouble


def _sections(data: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections, less fields that were taken away; fields in no section and not on the cover come last."""
    fields = data.get("fields") or {}
    sections = [
        Section(
            id=str(part["id"]), zh=str(part.get("zh", "")), en=str(part.get("en", "")), note=str(part.get("note") or ""),
            fields=tuple(name for name in part.get("fields") or () if str(name).split(".")[0] in fields),
        )
        for part in data.get("sections") or ()
    ]  # fmt: skip
    placed = {name for section in sections for name in section.fields}
    placed |= {str(name).split(".")[0] for name in (data.get("cover") or {}).get("fields") or () if "." not in str(name)}
    rest = tuple(name for name in fields if name not in placed)
    if rest:
        sections.append(Section(id="other", zh="其他" if sections else "", en="Other" if sections else "", fields=rest))
    return tuple(section for section in sections if section.fields)


def _cover(data: Mapping[str, Any]) -> dict[str, Any]:
    """The cover, less fields that were taken away."""
    cover = dict(data.get("cover") or {})
    fields = data.get("fields") or {}
    if "fields" in cover:
        cover["fields"] = [name for name in cover["fields"] or () if str(name).split(".")[0] in fields]
    return cover
