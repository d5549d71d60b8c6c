"""Proves a pack: every reference resolves, every rule is cited or openly ours, every state is reached or listed.

What cannot be proven is a Finding, never an exception; all of them come at once. The rules of this proof bear
ids beginning with PACK-.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.law.basis import MARKS, NOT_HELD, unresolved
from pipeline.law.check_archive import check_archive
from pipeline.law.check_rules import check_at, check_rules, fault, unsure
from pipeline.law.check_sealed import check_sealed
from pipeline.law.check_signed import check_signed
from pipeline.law.clock import Backward, Period, Roll
from pipeline.law.coverage import check_coverage
from pipeline.law.forms import FormSpec
from pipeline.law.lifecycle import SAME, ClockStep, Closed, Transition, Trigger, clock_step
from pipeline.law.pack import Pack
from pipeline.model import Finding, Severity

START = "draft"
"""The state before the first filing."""

_NODE_KEYS = frozenset({"type", "meta", "schema", "required", "minlength", "maxlength", "min", "max", "regex", "allowed"})
_NUMBERS = frozenset({"integer", "decimal", "money"})


def check_pack(pack: Pack) -> tuple[Finding, ...]:
    """All that is unproven about a pack; nothing when it is whole. Examples are judged by pipeline.check."""
    return (
        *_bases(pack), *_parameters(pack),
        *(finding for spec in pack.forms.values() for finding in _form(pack, spec)),
        *(finding for transition in pack.lifecycle.transitions.values() for finding in _transition(pack, transition)),
        *(finding for closed in pack.lifecycle.closed for finding in _closed(pack, closed)),
        *_states(pack), *_documents(pack), *_lists(pack), *check_rules(pack), *check_sealed(pack), *check_signed(pack), *check_archive(pack), *check_coverage(pack),
    )  # fmt: skip


def _cited(pack: Pack, ref: Any, where: str) -> Iterator[Finding]:
    """A citation that is missing or names nothing."""
    for missing in unresolved(ref, pack.bases, pack.articles):
        if missing:
            yield fault("PACK-CITE", where, f"依据 {missing} 不存在", f"the citation {missing} does not exist")
        else:
            yield fault("PACK-UNCITED", where, "没有写明依据（条款，或标明自定、类推、一般法律）", "no citation, and no mark that it is ours")


def _bases(pack: Pack) -> Iterator[Finding]:
    """Named grounds that lead nowhere; articles without citation or text."""
    for name in pack.bases:
        yield from _cited(pack, f"@{name}", f"pack.yaml/bases.{name}")
    for article in pack.articles.values():
        if article.kind == NOT_HELD and not article.text:
            yield fault("PACK-ARTICLE", f"articles.yaml/{article.id}", "条文未载入", "its text is not held", unsure(pack))
        elif not article.cite or not article.text:
            yield fault("PACK-ARTICLE", f"articles.yaml/{article.id}", "缺引用名称或条文", "citation or text is missing")


def _parameters(pack: Pack) -> Iterator[Finding]:
    """Parameters without ground or words; unknown ones that do not say what a person does instead."""
    for key, said in pack.parameters.items():
        where = f"pack.yaml/parameters.{key}"
        marked = any(said.get(mark) for mark in MARKS)
        if not marked:
            yield from _cited(pack, said.get("cite"), where)
        if not said.get("zh"):
            yield fault("PACK-WORDS", where, "参数没有说明", "the parameter has no words")
        if said.get("value") is None and not said.get("manual"):
            yield fault("PACK-NULL", where, "参数未知（null），却没有写明由谁怎样人工处理（manual）", "unknown, and it does not say what a person does instead (manual)")


def _form(pack: Pack, spec: FormSpec) -> Iterator[Finding]:
    """What is wrong with a form besides its CEL."""
    where = f"forms/{spec.code}"
    yield from _cited(pack, spec.cite, where)
    for role in spec.filed_by:
        if role not in pack.roles:
            yield fault("PACK-ROLE", where, f"角色 {role} 不存在", f"the role {role} does not exist")
    for name in (*spec.cover.get("fields", ()), *(name for section in spec.sections for name in section.fields)):
        if spec.node(str(name)) is None:
            yield fault("PACK-FIELD", where, f"封面或分节所列字段 {name} 不存在", f"cover or section names {name}, which does not exist")
    for code in spec.notes.get("encloses") or ():
        if code not in pack.forms:
            yield fault("PACK-FORM", where, f"随附的表单 {code} 不存在", f"the enclosed form {code} does not exist")
    for name, node in spec.fields.items():
        yield from _node(pack, node, f"{where}.{name}")
        yield from _sum(spec, node, f"{where}.{name}")
    for rule in spec.rules:
        yield from _cited(pack, rule.cite, f"{where}#{rule.id}")
    yield from check_at(spec)


def _sum(spec: FormSpec, node: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """A total that adds up something else than a column of numbers in a table of its form."""
    said = str(node["meta"].get("sum") or "")
    table = spec.fields.get(said.partition(".")[0])
    column = spec.node(said) if table is not None and table["type"] == "list" else None
    if said and (column is None or column["type"] not in _NUMBERS or node["type"] not in _NUMBERS):
        yield fault("PACK-FIELD", where, f"合计（sum）所指 {said} 不是本表单中表格的数字栏", f"`sum` names {said}, which is no column of numbers in a table of the form")


def _node(pack: Pack, node: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """What is wrong with a field and all below it."""
    meta = node["meta"]
    yield from _cited(pack, meta.get("cite"), where)
    if not meta.get("source"):
        yield fault("PACK-UNCITED", where, "没有写明字段来源（source）", "the field has no source")
    for key in sorted(set(node) - _NODE_KEYS):
        yield fault("PACK-FIELD", where, f"不认识的字段规则 {key}", f"unknown rule {key} of a field")
    if "missing_options" in meta:
        yield fault("PACK-LIST", where, f"选项表 {meta['missing_options']} 不存在", f"the option list {meta['missing_options']} does not exist")
    elif node["type"] in ("choice", "choices"):
        codes = [option["code"] for option in meta.get("options") or ()]
        if not codes or len(codes) != len(set(codes)):
            yield fault("PACK-LIST", where, "选项为空或代码重复", "no options, or a code stands twice", Severity.ERROR if codes else unsure(pack))
    below = node.get("schema") or {}
    if node["type"] == "dict":
        for name, inner in below.items():
            yield from _node(pack, inner, f"{where}.{name}")
    elif node["type"] == "list" and below:
        yield from _node(pack, below, f"{where}[]")


def _transition(pack: Pack, transition: Transition) -> Iterator[Finding]:
    """What is wrong with a transition besides its CEL."""
    where = f"lifecycle/{transition.id}"
    yield from _cited(pack, transition.cite, where)
    for guard in transition.guards:
        yield from _cited(pack, guard.cite, f"{where}#{guard.id}")
        if not guard.zh or not guard.en:
            yield fault("PACK-WORDS", f"{where}#{guard.id}", "条件缺中文或英文说明", "the guard lacks its Chinese or English words")
    for state in (*transition.sources, transition.to):
        if state not in pack.lifecycle.states and state not in ("*", SAME):
            yield fault("PACK-STATE", where, f"状态 {state} 不存在", f"the state {state} does not exist")
    if not transition.triggers or not any(t.form or t.check or t.timer or t.sign_off for t in transition.triggers):
        yield fault("PACK-TRIGGER", where, "没有写明由什么引起（表单、检查、期限或签发）", "nothing sets it off")
    for trigger in transition.triggers:
        yield from _trigger(pack, trigger, where)
    for code in transition.out:
        if code not in pack.documents:
            yield fault("PACK-DOCUMENT", where, f"文书 {code} 不存在", f"the document {code} does not exist")
    for step in transition.clocks:
        yield from _clock(pack, step, where)
    yield from _renews(pack, transition, where)


def _renews(pack: Pack, transition: Transition, where: str) -> Iterator[Finding]:
    """What a transition changes in the application must be a field there, and come from a field of its own forms."""
    opening = next((spec for spec in pack.forms.values() if spec.opens_case), None)
    for path, source in ((transition.data.get("renews") or {}).get("set") or {}).items():
        if opening is not None and opening.node(path) is None:
            yield fault("PACK-FIELD", where, f"renews：申请表没有字段 {path}", f"renews: the application has no field {path}")
        for code in transition.by_forms:
            if code in pack.forms and pack.forms[code].node(source) is None:
                yield fault("PACK-FIELD", where, f"renews：表单 {code} 没有字段 {source}", f"renews: the form {code} has no field {source}")


def _closed(pack: Pack, closed: Closed) -> Iterator[Finding]:
    """What is wrong with a step that is ruled out and refuses forms: it must say why, on what ground, of which forms."""
    where = f"lifecycle/{closed.id}"
    yield from _cited(pack, closed.cite, where)
    if not closed.zh or not closed.en:
        yield fault("PACK-WORDS", where, "不设这一步，却没有写明理由（reason、reason_en）", "the step is ruled out without words why (reason, reason_en)")
    for code in closed.forms:
        if code not in pack.forms:
            yield fault("PACK-FORM", where, f"表单 {code} 不存在", f"the form {code} does not exist")


def _trigger(pack: Pack, trigger: Trigger, where: str) -> Iterator[Finding]:
    """What is wrong with one way of setting off a transition."""
    if trigger.form and trigger.form not in pack.forms:
        yield fault("PACK-FORM", where, f"表单 {trigger.form} 不存在", f"the form {trigger.form} does not exist")
    if trigger.timer and trigger.timer not in pack.lifecycle.clocks:
        yield fault("PACK-CLOCK", where, f"期限 {trigger.timer} 不存在", f"the clock {trigger.timer} does not exist")
    if trigger.when and not trigger.else_zh:
        yield fault("PACK-WORDS", where, "有条件（when）而没有写明不满足时怎么办（else）", "a condition without the words for when it does not hold")
    for role in trigger.roles:
        if role not in pack.roles:
            yield fault("PACK-ROLE", where, f"角色 {role} 不存在", f"the role {role} does not exist")


def _clock(pack: Pack, step: ClockStep, where: str) -> Iterator[Finding]:
    """What is wrong with a step of a clock."""
    where = f"{where}/clocks.{step.clock}"
    if pack.lifecycle.clocks and step.clock not in pack.lifecycle.clocks:
        yield fault("PACK-CLOCK", where, "期限没有在流程表中定义", "the clock is not defined in the lifecycle")
    values = {}
    for key, name in step.data.items():
        if not key.endswith("_param") or not name:
            continue
        if name not in pack.parameters:
            yield fault("PACK-PARAM", where, f"参数 {name} 不存在", f"the parameter {name} does not exist")
        elif pack.param(name) is None:
            yield fault("PACK-NULL", where, f"参数 {name} 未知（null），期限无法计算，应当改为人工办理", f"{name} is unknown, so the clock cannot be computed")
        else:
            values[key] = pack.param(name)
    if step.action not in ("start", "restart", "set"):
        return
    yield from _cited(pack, step.cite or None, where)
    try:
        if "period_param" in values or step.period is not None:
            Period.of(values.get("period_param", step.period), step.unit)
        for key, kind in (("method_param", Backward), ("roll_param", Roll)):
            if key in values:
                kind(values[key])
    except ValueError as trouble:
        yield fault("PACK-CLOCK", where, f"期限写法不对：{trouble}", f"the period is not well formed: {trouble}")


def _states(pack: Pack) -> Iterator[Finding]:
    """States never reached and not listed as such, listed ones that are reached, and dead ends."""
    reached, edge = {START}, [START]
    while edge:
        for transition in pack.lifecycle.leaving(edge.pop()):
            if transition.to not in reached and transition.to != SAME:
                reached.add(transition.to)
                edge.append(transition.to)
    for name, state in pack.lifecycle.states.items():
        where = f"lifecycle/states.{name}"
        if name not in reached and name not in pack.unreachable:
            yield fault("PACK-UNREACHED", where, "到不了这个状态，也没有列入 unreachable", "never reached, and not listed as unreachable")
        if name in reached and name in pack.unreachable:
            yield fault("PACK-UNREACHED", where, "列为到不了（unreachable），实际可以到达", "listed as unreachable, but it is reached")
        if name in reached and not state.terminal and not any(t.to != SAME for t in pack.lifecycle.leaving(name)) and not _left_open(pack, name):
            yield fault("PACK-DEAD-END", where, "不是终结状态，却没有流转离开", "not terminal, but nothing leads on", Severity.WARNING)
    for name, reason in pack.unreachable.items():
        if name not in pack.lifecycle.states or not reason:
            yield fault("PACK-UNREACHED", f"pack.yaml/unreachable.{name}", "状态不存在，或没有写明理由", "no such state, or no reason given")


def _left_open(pack: Pack, state: str) -> bool:
    """Whether the pack says that a state is its last for now."""
    return state in (pack.data.get("open_ended") or ())


def _documents(pack: Pack) -> Iterator[Finding]:
    """What is wrong with the documents a pack issues."""
    for code, said in pack.documents.items():
        where = f"documents/{code}"
        yield from _cited(pack, said.get("cite"), where)
        for ref in said.get("basis") or ():
            yield from _cited(pack, ref["cite"] if isinstance(ref, Mapping) and "cite" in ref else ref, where)
        for key, known, rule in (("series", pack.series, "PACK-SERIES"), ("seal", pack.seals, "PACK-SEAL")):
            name = said.get(key)
            if name and name != "none" and name not in known:
                yield fault(rule, where, f"{key} {name} 不存在", f"the {key} {name} does not exist")
        for other in said.get("together_with") or ():
            if other not in pack.documents:
                yield fault("PACK-DOCUMENT", where, f"同时下达的文书 {other} 不存在", f"the document {other} does not exist")
        for step in said.get("on_service") or ():
            yield from _clock(pack, clock_step(step), where)
        if said.get("adverse") and not said.get("remedy"):
            yield fault("PACK-REMEDY", where, "不利决定没有告知救济途径", "an adverse document without remedy")
        if not said.get("keep") or not said.get("keep_source"):
            yield fault("PACK-RETENTION", where, "没有保管期限或其来源", "no retention, or no source of it")
        yield from _template(pack, str(said.get("template") or ""), where)


def _template(pack: Pack, name: str, where: str) -> Iterator[Finding]:
    """A template that is named and not there. A pack without a forms folder beside it (a test's) has none to look in."""
    forms = pack.folder.parent.parent / "forms" / pack.folder.name / "issue"
    if name and forms.is_dir() and not (forms / name).is_file():
        yield fault("PACK-TEMPLATE", where, f"模板 {name} 不存在", f"the template {name} does not exist")


def _lists(pack: Pack) -> Iterator[Finding]:
    """Entries of option lists that cite what is not there; evidence that names fields no form has."""
    for name, entries in pack.lists.items():
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, Mapping):
                continue
            where = f"pack.yaml/lists.{name}.{entry.get('code', '')}"
            if entry.get("cite"):
                yield from _cited(pack, entry["cite"], where)
            for path in entry.get("evidence") or ():
                if not any(spec.node(str(path)) is not None for spec in pack.forms.values()):
                    yield fault("PACK-FIELD", where, f"证明材料字段 {path} 不存在", f"the evidence field {path} does not exist")
