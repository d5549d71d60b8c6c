"""Proves the CEL of a pack: every rule compiles and speaks only of fields, parameters and forms that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.law.conditions import Condition, condition
from pipeline.law.forms import FormSpec
from pipeline.law.lifecycle import Transition
from pipeline.law.pack import UNVERIFIED, Pack
from pipeline.model import Finding, Severity

_CASE_FACTS = frozenset({
    "no", "state", "channel", "applicant", "application", "filed", "issued", "papers", "numbers", "records", "draws", "sealed", "clocks", "forms", "received_on", "jurisdiction",
    "version", "opened_on", "center_name", "deliberation", "prep", "counts", "flags", "phase", "failed_years", "drafts", "signed",
})  # fmt: skip
"""What a case is known by in rules; more may come from the journal, so an unknown one only warns."""


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it stands in a pack: where, its text, and the forms whose fields it may call `form`."""

    where: str
    text: str
    forms: tuple[FormSpec, ...]


def fault(rule: str, where: str, zh: str, en: str, severity: Severity = Severity.ERROR) -> Finding:
    """A finding about a pack."""
    return Finding(rule=rule, severity=severity, zh=f"{where}：{zh}", en=f"{where}: {en}", path=where)


def unsure(pack: Pack) -> Severity:
    """How bad it is that something is unknown: a note in a pack that says of itself that nobody has checked it, else an error."""
    return Severity.INFO if pack.status == UNVERIFIED else Severity.ERROR


def rules_of(pack: Pack) -> Iterator[Written]:
    """Every piece of CEL in a pack."""
    for code, spec in pack.forms.items():
        for rule in spec.rules:
            yield Written(f"forms/{code}#{rule.id}", rule.rule, (spec,))
        for name, text in spec.computed.items():
            yield Written(f"forms/{code}#computed.{name}", text, (spec,))
    for transition in pack.lifecycle.transitions.values():
        yield from _of_transition(pack, transition)
    for code, document in pack.documents.items():
        for key in ("kind_by", "basis", "on_service"):
            for entry in document.get(key) or ():
                if isinstance(entry, Mapping) and entry.get("when"):
                    yield Written(f"documents/{code}#{key}", str(entry["when"]), tuple(pack.forms.values()) if key != "on_service" else ())


def _of_transition(pack: Pack, transition: Transition) -> Iterator[Written]:
    """The CEL of one transition: guards, conditions of its triggers and of its clocks."""
    forms = tuple(pack.forms[code] for code in transition.by_forms if code in pack.forms)
    for guard in transition.guards:
        yield Written(f"lifecycle/{transition.id}#{guard.id}", guard.rule, forms)
    for trigger in transition.triggers:
        if trigger.when:
            own = tuple(spec for spec in forms if spec.code == trigger.form) or forms
            yield Written(f"lifecycle/{transition.id}#when", trigger.when, own)
    if transition.offered_when:
        yield Written(f"lifecycle/{transition.id}#offered", transition.offered_when, ())
    if renews := transition.data.get("renews"):
        yield Written(f"lifecycle/{transition.id}/renews#when", str(renews.get("when") or "true"), ())
    for step in transition.clocks:
        if step.data.get("when"):
            yield Written(f"lifecycle/{transition.id}/clocks.{step.clock}#when", str(step.data["when"]), ())


def check_rules(pack: Pack) -> tuple[Finding, ...]:
    """What is wrong with the CEL of a pack."""
    return tuple(finding for written in rules_of(pack) for finding in _check_one(pack, written))


def _check_one(pack: Pack, written: Written) -> Iterator[Finding]:
    """What is wrong with one rule."""
    try:
        compiled = condition(written.text)
    except ValueError as trouble:
        yield fault("PACK-CEL", written.where, f"规则写法有误：{trouble}", f"the rule is not CEL: {trouble}")
        return
    for word in compiled.unknown_words():
        yield fault("PACK-CEL", written.where, f"规则用了不存在的变量或函数 {word}", f"the rule uses {word}, which does not exist")
    yield from _form_paths(compiled, written)
    yield from _parameters(pack, compiled, written)
    yield from _other_forms(pack, compiled, written)
    for name in compiled.lists():
        if name not in pack.lists:
            yield fault("PACK-LIST", written.where, f"规则用了不存在的选项表 {name}", f"the rule asks for the option list {name}, which does not exist")
    for path in sorted(compiled.paths("case")):
        if path.split(".")[0] not in _CASE_FACTS:
            yield fault("PACK-CASE", written.where, f"案件没有 {path} 这一项", f"a case has no {path}", Severity.WARNING)


def _form_paths(compiled: Condition, written: Written) -> Iterator[Finding]:
    """Fields the rule names that its form does not have."""
    for path in sorted(compiled.paths("form")):
        if not any(has_path(spec, path) for spec in written.forms):
            yield fault("PACK-FIELD", written.where, f"规则用了表中没有的字段 {path}", f"the rule names the field {path}, which the form does not have")


def has_path(spec: FormSpec, path: str) -> bool:
    """Whether a form has a field at a path; below a table only its rows are reached, in rules by other names."""
    return spec.node(path) is not None or path in spec.computed


def _parameters(pack: Pack, compiled: Condition, written: Written) -> Iterator[Finding]:
    """Parameters the rule uses that do not exist, or are unknown (null) and used as if known."""
    for path in sorted(compiled.paths("param")):
        key = next((key for key in pack.parameters if path == key or path.startswith(f"{key}.")), None)
        if key is None and not any(other.startswith(f"{path}.") for other in pack.parameters):
            yield fault("PACK-PARAM", written.where, f"规则用了不存在的参数 {path}", f"the rule uses the parameter {path}, which does not exist")
        elif key is not None and pack.parameters[key].get("value") is None and not _asks_whether(written.text, f"param.{key}"):
            yield fault(
                "PACK-NULL", written.where, f"参数 {key} 未知（null），规则却把它当作已知", f"{key} is unknown (null) and the rule takes it as known", unsure(pack)
            )


def _asks_whether(text: str, name: str) -> bool:
    """Whether every use of a parameter is a comparison for equality, which an unknown one answers with no."""
    uses = re.findall(rf"{re.escape(name)}\b\s*(==|!=)?", text)
    return all(uses)


def _other_forms(pack: Pack, compiled: Condition, written: Written) -> Iterator[Finding]:
    """Enclosed and earlier forms the rule speaks of that do not exist, or lack the field."""
    opening = next((spec for spec in pack.forms.values() if spec.opens_case), None)
    for path in sorted(compiled.paths("case.application")):
        if opening is not None and not has_path(opening, path):
            yield fault("PACK-FIELD", written.where, f"申请表没有字段 {path}", f"the application has no field {path}")
    for source in ("enclosed", "case.forms", "case.records"):
        for path in sorted(compiled.paths(source)):
            code, _, inner = path.partition(".")
            if code not in pack.forms:
                yield fault("PACK-FORM", written.where, f"规则用了不存在的表单 {code}", f"the rule speaks of the form {code}, which does not exist")
            elif inner and not has_path(pack.forms[code], inner):
                yield fault("PACK-FIELD", written.where, f"表单 {code} 没有字段 {inner}", f"the form {code} has no field {inner}")


def check_at(spec: FormSpec) -> Iterator[Finding]:
    """Rules of a form that point at fields it does not have, or bear an id twice."""
    seen: set[str] = set()
    for rule in spec.rules:
        where = f"forms/{spec.code}#{rule.id}"
        if rule.id in seen:
            yield fault("PACK-RULE", where, "规则编号重复", "the rule id stands twice")
        seen.add(rule.id)
        for path in rule.at:
            if spec.node(path.replace("[]", "")) is None:
                yield fault("PACK-FIELD", where, f"规则指向表中没有的字段 {path}", f"the rule points at {path}, which the form does not have")
        if not rule.zh or not rule.en:
            yield fault("PACK-WORDS", where, "规则缺中文或英文说明", "the rule lacks its Chinese or English words")


