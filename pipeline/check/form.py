"""One form, one verdict: all that is wrong with it, at once, each finding with its place, its article and its repair.

Problems of a form never raise. A rule that cannot be evaluated is `not_run` with the reason, unless a field it
needs already has a finding of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from pipeline.check.validator import Fault, faults
from pipeline.check.words import fill_in, shown, wording_of
from pipeline.law.conditions import Condition, Environment, condition, environment
from pipeline.law.forms import FormSpec, Rule
from pipeline.law.normal import Normal, normalise
from pipeline.law.pack import Pack
from pipeline.model import Data, Finding, Severity, Verdict

_SOFT = frozenset({"minlength", "maxlength", "region_abolished", "uscc_organisation", "unknown", "computed"})
"""Faults that leave the field's value usable for rules."""


_MEASURED = frozenset({"integer", "decimal", "money", "date"})
"""Types whose blank cannot be compared with anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContext:
    """What surrounds a form when it is checked.

    `enclosed`: normal data of forms in the same bundle by code. `files`: attachments as mappings with name,
    format, pages, size; None when nobody knows them (file names are then not checked). `case`: facts of the case.
    """

    received_on: date
    today: date
    enclosed: Mapping[str, Data] = field(default_factory=dict)
    files: Sequence[Mapping[str, Any]] | None = ()
    case: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The form under check, with all that wording a finding needs."""

    pack: Pack
    spec: FormSpec
    normal: Normal
    places: Mapping[str, str]


def check_form(pack: Pack, spec: FormSpec, raw: Data, places: Mapping[str, str], context: RuleContext) -> Verdict:
    """The verdict on one form as read. `places` says where each path stands on paper. Never raises on what `raw` holds."""
    normal = normalise(spec.fields, raw)
    _settle_files(spec.fields, normal.data, context.files)
    _add_up(spec, normal)
    sheet = _Sheet(pack, spec, normal, places)
    found = _field_faults(sheet, context)
    findings = [_field_finding(sheet, fault) for fault in found]
    facts = environment(
        pack, spec, normal.data, today=context.today, received_on=context.received_on,
        enclosed=context.enclosed, files=context.files or (), case=context.case,
    )  # fmt: skip
    _compute(spec, normal.data, facts)
    for rule in spec.rules:
        told = _rule_finding(sheet, rule, facts, found)
        if told is not None:
            findings.append(told)
    return Verdict(tuple(findings), normal.data)


def _field_faults(sheet: _Sheet, context: RuleContext) -> list[Fault]:
    """Faults of single fields: what could not be read, what Cerberus says, what the form does not know."""
    normal = sheet.normal
    unreadable = {broken.path for broken in normal.unreadable}
    found = [Fault(_steps(broken.path), "unreadable", None, broken.raw) for broken in normal.unreadable]
    files = None if context.files is None else [str(file.get("name", "")) for file in context.files]
    for fault in faults(sheet.spec.fields, _with_required_groups(sheet.spec.fields, normal.data), sheet.pack.regions, files):
        path = _paper_path(fault.path, normal)
        if not any(_within(path, broken) or (fault.kind == "required" and _within(broken, path)) for broken in unreadable):
            found.append(Fault(_steps(path), fault.kind, fault.allowed, fault.value))
    found += [Fault(_steps(path), "computed" if path in sheet.spec.computed else "unknown", None, None) for path in normal.unknown]
    return found


def _within(path: str, holder: str) -> bool:
    """Whether a path is another one, or lies below it; everything lies below ''."""
    return not holder or path == holder or path.startswith((f"{holder}.", f"{holder}["))


def _field_finding(sheet: _Sheet, fault: Fault) -> Finding:
    """A field's fault in a clerk's words."""
    path = _paper_path(fault.path, None)
    node = sheet.spec.node(path) if fault.kind not in ("unknown", "computed") else None
    said = wording_of(fault.kind, node)
    meta: Mapping[str, Any] = node["meta"] if node else {}
    label, label_en = _labels(sheet.spec, path)
    repair = meta.get("repair") or {}
    value = "" if fault.kind == "required" else shown(meta, sheet.normal.shown.get(path, fault.value))
    quoted = f"“{value}”" if value and not isinstance(fault.value, (list, dict)) else ""
    return Finding(
        rule=said.rule, severity=said.severity, path=path, label=label, value=value, place=_place(sheet, path),
        zh=f"“{label}”{'所填的' if quoted else ''}{quoted}{fill_in(said.zh, node, fault.allowed)}。",
        en=f"{label_en}{': ' + value if quoted else ''} {fill_in(said.en, node, fault.allowed)}.",
        cite=sheet.pack.cite_text(meta.get("cite") or sheet.spec.cite),
        repair_zh=str(repair.get("zh") or fill_in(said.repair_zh, node, fault.allowed)),
        repair_en=str(repair.get("en") or fill_in(said.repair_en, node, fault.allowed)),
    )  # fmt: skip


def _rule_finding(sheet: _Sheet, rule: Rule, facts: Environment, found: Sequence[Fault]) -> Finding | None:
    """What a rule over several fields has to say; None when it holds or rests on a field already found faulty.

    A blank text reads as blank, so a rule may still fail on it; a blank number or date, and a value that means
    nothing, lets no rule fail.
    """
    try:
        asked = condition(rule.rule)
    except ValueError as trouble:
        return _about(sheet, rule, Severity.NOT_RUN, f"规则写法有误，没有检查：{trouble}", f"the rule is not well formed and was not run: {trouble}")
    answer = asked.ask(facts)
    if answer.holds:
        return None
    if any(_spoils(sheet.spec, fault, answer.holds) and _speaks_of(rule, _bare(_paper_path(fault.path, None))) for fault in found):
        return None
    if answer.holds is None:
        why_zh, why_en = _unknown(sheet.pack, asked) or (answer.reason_zh, answer.reason_en)
        return _about(sheet, rule, Severity.NOT_RUN, f"没有检查“{rule.zh}”这一条：{why_zh}。", f"not checked ({rule.en}): {why_en}.")
    return _about(sheet, rule, rule.severity, rule.zh, rule.en)


def _unknown(pack: Pack, asked: Condition) -> tuple[str, str] | None:
    """Which parameters a rule uses that the pack does not know (null), and what a person does instead; None when it knows them all."""
    paths = asked.paths("param")
    keys = [key for key, said in pack.parameters.items() if said["value"] is None and any(path == key or path.startswith(f"{key}.") for path in paths)]
    if not keys:
        return None
    told = "；".join(f"“{pack.parameters[key].get('zh', key)}”未知，{pack.parameters[key].get('manual', '由人掌握')}" for key in keys)
    return f"规则包没有写明：{told}", f"the pack does not know {', '.join(keys)}; a person sees to it"


def _about(sheet: _Sheet, rule: Rule, severity: Severity, zh: str, en: str) -> Finding:
    """A finding that points at the fields a rule names."""
    shown_values = []
    for path in rule.at:
        node = sheet.spec.node(path)
        value = _dig(sheet.normal.data, path)
        if node is not None and value is not None and node["type"] not in ("dict", "list"):
            shown_values.append(f"{node['meta']['label']}：{shown(node['meta'], value)}")
    places = dict.fromkeys(place for path in rule.at if (place := _place(sheet, path)))
    return Finding(
        rule=rule.id, severity=severity, zh=zh, en=en, path=rule.at[0] if rule.at else "",
        label="、".join(_labels(sheet.spec, path)[0] for path in rule.at), value="；".join(shown_values),
        place="；".join(places), cite=sheet.pack.cite_text(rule.cite), repair_zh=rule.repair_zh, repair_en=rule.repair_en,
    )  # fmt: skip


def _spoils(spec: FormSpec, fault: Fault, answer: bool | None) -> bool:
    """Whether a fault of a field takes the ground from a rule that answered `answer` (False or None)."""
    if fault.kind in _SOFT:
        return False
    node = spec.node(_paper_path(fault.path, None))
    return answer is None or fault.kind != "required" or (node is not None and node["type"] in _MEASURED)


def _speaks_of(rule: Rule, path: str) -> bool:
    """Whether a rule speaks of the field at a path (without row numbers), by its first and its last name."""
    if not path:
        return True
    first, last = path.split(".")[0], path.rsplit(".", 1)[-1]
    return re.search(rf"\bform\.{first}\b", rule.rule) is not None and re.search(rf"\.{last}\b", rule.rule) is not None


def _compute(spec: FormSpec, data: dict[str, Any], facts: Environment) -> None:
    """Fields that are computed, never typed: into the data, and before the rules' eyes."""
    for name, text in spec.computed.items():
        try:
            value = condition(text).compute(facts)
        except (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError):
            data.pop(name, None)
            continue
        data[name] = value
        facts.tell(name, value)


def _add_up(spec: FormSpec, normal: Normal) -> None:
    """Totals nobody typed (`meta.sum`): the exact sum of their column. What was typed stays, for the rules to compare."""
    unread = [broken.path for broken in normal.unreadable]
    for name, node in spec.fields.items():
        table, _, column = str(node["meta"].get("sum") or "").rpartition(".")
        if not table or normal.data.get(name) is not None or any(path == name or path.startswith(f"{table}[") for path in unread):
            continue
        given = [row[column] for row in normal.data.get(table) or () if row.get(column) is not None]
        if given:
            normal.data[name] = sum(given)


def _with_required_groups(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Data in which a required group that is wholly blank is there and empty, so that each of its blanks is told."""
    filled = dict(data)
    for name, node in fields.items():
        if node["type"] != "dict":
            continue
        if name in filled or node.get("required"):
            filled[name] = _with_required_groups(node["schema"], filled.get(name) or {})
    return filled


def _settle_files(fields: Mapping[str, Any], data: Any, files: Sequence[Mapping[str, Any]] | None) -> None:
    """Give each file field the attachment's own name when it means it: case, width, folder and missing folder aside."""
    known = [str(file.get("name", "")) for file in files or ()]
    for name, node in fields.items():
        value = data.get(name)
        if node["type"] == "dict" and isinstance(value, dict):
            _settle_files(node["schema"], value, files)
        elif node["type"] == "list" and isinstance(value, list) and node.get("schema", {}).get("type") == "dict":
            for row in value:
                _settle_files(node["schema"]["schema"], row, files)
        elif node["type"] == "file" and isinstance(value, str) and value not in known:
            meant = [other for other in known if _same_file(value, other)]
            data[name] = meant[0] if len(meant) == 1 else value


def _same_file(written: str, name: str) -> bool:
    """Whether a file name as written means an attachment: folded alike, or alike without the folders."""
    one, other = (unicodedata.normalize("NFKC", text).casefold().replace(" ", "") for text in (written, name))
    return one == other or (PurePosixPath(one).name == PurePosixPath(other).name and "/" not in one)


def _labels(spec: FormSpec, path: str) -> tuple[str, str]:
    """A field's name as people say it, Chinese and English: groups before members, rows numbered as on paper."""
    zh, en, so_far = [], [], ""
    named = spec.notes.get("labels") or {}
    for step in path.split("."):
        so_far = f"{so_far}.{step}" if so_far else step
        node = spec.node(so_far)
        row = re.search(r"\[(\d+)\]$", step)
        meta = node["meta"] if node else named.get(so_far, {"label": step, "en": step})
        zh.append(meta["label"] + (f"（第{int(row.group(1)) + 1}行）" if row else ""))
        en.append(meta["en"] + (f" (row {int(row.group(1)) + 1})" if row else ""))
    return "·".join(zh), " / ".join(en)


def _place(sheet: _Sheet, path: str) -> str:
    """Where a path stands on paper: as the reader says, else of what holds it, else its section."""
    way = path
    while way:
        if way in sheet.places:
            return sheet.places[way]
        way = way[: max(way.rfind("."), way.rfind("["), 0)]
    node = sheet.spec.node(path)
    home = node["meta"].get("section") if node else ""
    return next((section.zh for section in sheet.spec.sections if section.id == home), "")


def _paper_path(path: tuple[str | int, ...], normal: Normal | None) -> str:
    """A path as text; with `normal`, rows get the numbers they have on paper."""
    text = ""
    for step in path:
        if isinstance(step, int):
            numbers = normal.rows.get(text) if normal else None
            text += f"[{numbers[step] if numbers and step < len(numbers) else step}]"
        else:
            text += f".{step}" if text else step
    return text


def _steps(path: str) -> tuple[str | int, ...]:
    """A path's text as steps; the inverse of `_paper_path` without `normal`."""
    return tuple(int(step[1:-1]) if step.startswith("[") else step for step in re.findall(r"\[\d+\]|[^.\[\]]+", path))


def _bare(path: str) -> str:
    """A path without row numbers."""
    return re.sub(r"\[\d+\]", "", path)


def _dig(data: Any, path: str) -> Any:
    """The value at a dotted path of normal data; None for rows and what is absent."""
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data
