"""What differs between two packs, or two editions of one: said in sentences, each with its citation and with what it touches.

Pure. `differences(before, after)` compares what the law says: articles, grounds, parameters, lists, forms, steps, documents.
What a change touches (forms, clocks, steps, documents, by code) tells which cases it would meet on their way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from pipeline.law.clock import Period
from pipeline.law.conditions import condition
from pipeline.law.diff_forms import form_changes
from pipeline.law.diff_words import Said, altered, pairs, show
from pipeline.law.lifecycle import ClockStep, Transition, Trigger
from pipeline.law.pack import Pack
from pipeline.law.spoken import condition_zh, field_zh

GROUPS: Mapping[str, tuple[str, str]] = {
    "pack": ("规则包", "the pack"), "article": ("条文", "articles"), "base": ("依据", "grounds"), "parameter": ("参数", "parameters"),
    "list": ("选项表", "lists"), "form": ("表单", "forms"), "lifecycle": ("流程", "steps and clocks"), "document": ("文书", "documents"),
}  # fmt: skip
"""What changes are grouped by, in the order in which they are told."""

_OF_DOCUMENTS = {
    "zh": "名称", "kind": "文种", "kind_by": "文种的确定", "layout": "版式", "series": "编号系列", "template": "模板", "title": "标题", "addressee": "主送",
    "copies_to": "抄送", "seal": "用印", "sign_off": "签发", "together_with": "同时下达", "annexes": "附件", "adverse": "是否不利决定", "remedy": "救济告知",
    "keep": "保管期限", "reason": "理由来源", "text": "固定文字", "prints": "载明的期限", "on_service": "送达起算的期限", "internal": "是否内部", "fill": "签发时填入", "countersigners": "会签单位",
}  # fmt: skip
_OF_OFFICE = {"instrument": "依据文件", "title": "名称", "version": "版本", "status": "状态", "citation_basis": "引用基础", "roles": "角色"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` is the id of what changed; `touches` names (kind, code) pairs: form, clock, transition, document."""

    group: str
    what: str
    zh: str
    en: str
    cite: str = ""
    touches: frozenset[tuple[str, str]] = frozenset()


def differences(before: Pack, after: Pack) -> tuple[Change, ...]:
    """All that differs, in the order of GROUPS; nothing for two packs that say the same."""
    parts: tuple[Callable[[Pack, Pack], Iterator[Change]], ...] = (_office, _articles, _bases, _parameters, _lists, _forms, _lifecycle, _documents)
    return tuple(change for part in parts for change in part(before, after))


def _office(a: Pack, b: Pack) -> Iterator[Change]:
    for key, zh in _OF_OFFICE.items():
        if getattr(a, key) != getattr(b, key):
            yield Change("pack", key, *altered(zh, key, getattr(a, key), getattr(b, key)))
    for name, zh, old, new in (("authority", "机关信息", a.authority, b.authority), ("series", "编号系列", a.series, b.series), ("seals", "印章", a.seals, b.seals)):
        for key, was, now in pairs(old, new):
            yield Change("pack", f"{name}.{key}", *altered(f"{zh}（{key}）", f"{name}.{key}", was, now))


def _articles(a: Pack, b: Pack) -> Iterator[Change]:
    for name, old, new in pairs(a.articles, b.articles):
        touches = _citing(b if new else a, name)
        if old is None and new is not None:
            text = f"：{new.text}" if new.text else "，条文未载入"
            yield Change("article", name, f"新增 {new.cite}{text}", f"added: {name}" + ("" if new.text else ", its text is not held"), new.cite, touches)
        elif new is None and old is not None:
            yield Change("article", name, f"不再有 {old.cite}（{name}）", f"gone: {name}", old.cite, touches)
        elif old is not None and new is not None and (old.cite, old.text) != (new.cite, new.text):
            zh = f"{old.cite}改称 {new.cite}" if old.cite != new.cite else f"{new.cite}的条文有改动"
            if old.text != new.text:
                zh += f"：由“{old.text or '（未载入）'}”改为“{new.text or '（未载入）'}”"
            yield Change("article", name, zh, f"{name} reads differently", new.cite, touches | _citing(a, name))


def _bases(a: Pack, b: Pack) -> Iterator[Change]:
    for name in dict.fromkeys((*a.bases, *b.bases)):
        old, new = (pack.cite_text(f"@{name}") if name in pack.bases else None for pack in (a, b))
        if old != new:
            zh, en = altered(f"依据（@{name}）", f"ground @{name}", old, new)
            yield Change("base", name, zh, en, new or old or "", _citing(a, f"@{name}") | _citing(b, f"@{name}"))


def _parameters(a: Pack, b: Pack) -> Iterator[Change]:
    for key, old, new in pairs(a.parameters, b.parameters):
        zh_name = f"{(new or old or {}).get('zh', key)}（{key}）"
        touches = _using(a, key) | _using(b, key)
        cite = _ground(b, new) if new is not None else _ground(a, old)
        if old is None or new is None:
            said = new if old is None else old
            word, en = ("新增参数", "added") if old is None else ("不再有参数", "gone")
            yield Change("parameter", key, f"{word} {zh_name}：{_value(said)}", f"{en}: {key} = {show((said or {}).get('value'), english=True)}", cite, touches)
        elif old.get("value") != new.get("value"):
            zh, en = f"{zh_name}：由 {_value(old)} 改为 {_value(new)}", altered("", key, old.get("value") or "—", new.get("value") or "—")[1]
            yield Change("parameter", key, zh, en, cite, touches)
        elif _ground(a, old) != _ground(b, new):
            yield Change("parameter", key, f"{zh_name}：值不变（{_value(new)}），依据由“{_ground(a, old)}”改为“{cite}”", f"{key}: another ground", cite, touches)


def _value(said: Any) -> str:
    """A parameter's value; for an unknown one, what a person does instead."""
    value = (said or {}).get("value")
    return f"未知（{said.get('manual', '由人掌握')}）" if value is None else show(value)


def _ground(pack: Pack, said: Any) -> str:
    marks = {key: said[key] for key in ("design", "general_law", "analogy", "standard") if said and said.get(key)}
    return pack.cite_text([part for part in ((said or {}).get("cite"), marks) if part])


def _lists(a: Pack, b: Pack) -> Iterator[Change]:
    for name, old, new in pairs(a.lists, b.lists):
        was, now = ({str(row["code"]): dict(row) for row in rows or () if isinstance(row, Mapping)} for rows in (old, new))
        touches = _offering(a, name) | _offering(b, name)
        for code, before, after in pairs(was, now):
            cite = b.cite_text(after.get("cite")) if after else a.cite_text((before or {}).get("cite"))
            zh, en = altered(f"选项表 {name} 的 {code}", f"{name}.{code}", (before or {}).get("zh"), (after or {}).get("zh"))
            if before and after and before.get("zh") == after.get("zh"):
                keys = "、".join(key for key, _, _ in pairs(before, after))
                zh, en = f"选项表 {name} 的 {code}（{after.get('zh')}）：改了 {keys}", f"{name}.{code}: {keys}"
            yield Change("list", f"{name}.{code}", zh, en, cite, touches)


def _forms(a: Pack, b: Pack) -> Iterator[Change]:
    for code, old, new in pairs(a.forms, b.forms):
        touches = frozenset({("form", code)})
        for said in form_changes(a, b, old, new):
            yield Change("form", f"{code}{said.where}", said.zh, said.en, said.cite, touches)


def _lifecycle(a: Pack, b: Pack) -> Iterator[Change]:
    for name, old, new in pairs(a.lifecycle.states, b.lifecycle.states):
        yield Change("lifecycle", name, *altered(f"状态 {name}", f"state {name}", old and old.zh, new and new.zh))
    for name, was, now in pairs(a.lifecycle.clocks, b.lifecycle.clocks):
        yield Change("lifecycle", name, *altered(f"期限 {name}", f"clock {name}", was, now), touches=frozenset({("clock", name)}))
    for name, before, after in pairs(a.lifecycle.returns, b.lifecycle.returns):
        yield Change("lifecycle", f"returns.{name}", *altered(f"可以从 {name} 退回到的环节", f"steps back from {name}", before, after))
    for name, step, other in pairs(a.lifecycle.transitions, b.lifecycle.transitions):
        for said in _transition(a, b, step, other):
            yield Change("lifecycle", name, said.zh, said.en, said.cite, _touched_by(name, step, other))


def _touched_by(name: str, *steps: Transition | None) -> frozenset[tuple[str, str]]:
    clocks = {("clock", step.clock) for transition in steps if transition for step in transition.clocks}
    return frozenset({("transition", name), *clocks})


def _transition(a: Pack, b: Pack, old: Transition | None, new: Transition | None) -> Iterator[Said]:
    if old is None or new is None:
        step = new or old
        assert step is not None
        word, en = ("新设", "added") if old is None else ("不再有", "gone")
        reason = "" if new else b.lifecycle.absent.get(step.id, "")
        yield Said("", f"{word}流转 {step.id}“{step.zh}”{f'：{reason}' if reason else ''}", f"{en}: {step.id} {step.en}", (b if new else a).cite_text(step.cite))
        return
    cite, head = b.cite_text(new.cite), f"{new.id}“{new.zh}”"
    for side in _OF_TRANSITIONS:
        if side.read(a, old) != side.read(b, new):
            tell = side.tell or side.read
            yield Said("", *altered(f"{head}的{side.zh}", f"{new.id}: {side.en}", tell(a, old), tell(b, new)), cite)
    for name, was_rule, now_rule in pairs({g.id: g for g in old.guards}, {g.id: g for g in new.guards}):
        rule = now_rule or was_rule
        word = "新增条件" if was_rule is None else "取消条件" if now_rule is None else "改动条件"
        yield Said("", f"{head}{word} {name}：{rule.zh if rule else ''}", f"{new.id}: guard {name}", (b if now_rule else a).cite_text(rule.cite if rule else ""))


def _way(pack: Pack, trigger: Trigger) -> str:
    form = pack.forms.get(trigger.form or "")
    what = f"《{form.title_zh}》" if form is not None else trigger.form or trigger.check or trigger.timer or ("签发" if trigger.sign_off else "")
    named = _OWN.sub(f"case.forms.{trigger.form}.", trigger.when)
    told = condition_zh(pack, named)
    when = "" if not trigger.when else f"当 {trigger.when}" if told == named else f"当{told}"
    return " ".join(part for part in (what, "/".join(trigger.roles), when) if part)


def clock_words(pack: Pack, step: ClockStep) -> str:
    """A step of a clock in words: what it does to which, and how long."""
    value = pack.param(step.period_param) if step.period_param in pack.parameters else step.period
    try:
        length = Period.of(value, step.unit).zh
    except ValueError:
        length = "" if value is None and not step.period_param else f"{show(value)}"
    name = _clock_zh(pack, step.clock)
    more = "，".join(words.format(_clock_data(pack, step, key)) for key, words in _CLOCK_WORDS.items() if key in step.data)
    words = {"start": "起算", "stop": "终止", "pause": "暂停", "resume": "恢复", "restart": "重新起算", "set": "设定"}[step.action]
    return f"{name}{words}" + (f" {length}" if length else "") + (f"（{more}）" if more else "") + ("，服务标准" if step.soft else "")


_CLOCK_WORDS = {"before": "自{}届满日逆算", "until": "至{}为止", "yearly_param": "每年的时间见参数 {}", "when": "仅当{}"}


def _clock_data(pack: Pack, step: ClockStep, key: str) -> str:
    """What a clock is counted from, runs to, or hangs on, in a clerk's words."""
    said = str(step.data[key])
    if key == "until":
        return field_zh(pack, said, (form for t in pack.lifecycle.transitions.values() if step in t.clocks for form in t.by_forms))
    return {"before": _clock_zh, "when": condition_zh}.get(key, lambda _, said: said)(pack, said)


def _clock_zh(pack: Pack, name: str) -> str:
    return str(pack.lifecycle.clocks.get(name, {}).get("zh", name))


_Read = Callable[[Pack, Transition], Any]
_OWN = re.compile(r"(?<![\w.])form\.")
"""The form that sets a step off, as its condition names it."""


class _Side(NamedTuple):
    """One side of a step: what is compared, and how it is told where that is not what a clerk would read."""

    zh: str
    en: str
    read: _Read
    tell: _Read | None = None


_OF_TRANSITIONS: tuple[_Side, ...] = (
    _Side("依据", "ground", lambda pack, step: pack.cite_text(step.cite)),
    _Side("起点和去处", "from and to", lambda _, step: f"{'、'.join(step.sources)} → {step.to}"),
    _Side("办理方式", "set off by", lambda _, step: [replace(trigger, else_zh="", else_en="") for trigger in step.triggers], lambda pack, step: "；".join(_way(pack, trigger) for trigger in step.triggers)),
    _Side("文书", "documents", lambda _, step: "、".join(step.out)),
    _Side("期限", "clocks", lambda pack, step: "；".join(clock_words(pack, one) for one in step.clocks)),
    _Side("名称", "name", lambda _, step: step.zh),
)


def _documents(a: Pack, b: Pack) -> Iterator[Change]:
    for code, old, new in pairs(a.documents, b.documents):
        touches = frozenset({("document", code)})
        if old is None or new is None:
            said, pack = (new or old or {}), (b if old is None else a)
            word, en = ("新增文书", "added") if old is None else ("不再制发", "gone")
            yield Change("document", code, f"{word}《{said['zh']}》（{code}）", f"{en}: {code}", pack.cite_text(said.get("cite")), touches)
            continue
        cite, head = b.cite_text(new.get("cite")), f"《{new['zh']}》"
        for key, zh in _OF_DOCUMENTS.items():
            if old.get(key) != new.get(key):
                yield Change("document", code, *altered(f"{head}的{zh}", f"{code}: {key}", old.get(key), new.get(key)), cite, touches)
        for key, zh in (("cite", "依据"), ("basis", "引用的条文")):
            was, now = (_cited(pack, data.get(key)) for pack, data in ((a, old), (b, new)))
            if was != now:
                yield Change("document", code, *altered(f"{head}的{zh}", f"{code}: {key}", was, now), cite, touches)


def _cited(pack: Pack, refs: Any) -> str:
    found = refs if isinstance(refs, list) else [refs]
    return "；".join(pack.cite_text(ref["cite"] if isinstance(ref, Mapping) and "cite" in ref else ref) for ref in found)


def _citing(pack: Pack, ref: str) -> frozenset[tuple[str, str]]:
    """The steps and documents that rest on an article or a ground, straight or by name."""

    def rests(cite: Any) -> bool:
        parts = cite if isinstance(cite, list) else [cite]
        return ref in parts or any(basis.ref == ref for part in parts for basis in pack.grounds(part))

    steps = {("transition", step.id) for step in pack.lifecycle.transitions.values() if rests(step.cite)}
    return frozenset(steps | {("document", code) for code, said in pack.documents.items() if rests(said.get("cite")) or any(rests(one) for one in said.get("basis") or ())})


def _using(pack: Pack, key: str) -> frozenset[tuple[str, str]]:
    """The forms whose rules speak of a parameter, the steps whose conditions do, and the clocks that take their length from it."""
    forms = {("form", code) for code, spec in pack.forms.items() if any(_speaks(text, key) for text in (*(r.rule for r in spec.rules), *spec.computed.values()))}
    found = set(forms)
    for step in pack.lifecycle.transitions.values():
        conditions = (*(guard.rule for guard in step.guards), *(trigger.when for trigger in step.triggers if trigger.when))
        found |= {("transition", step.id)} if any(_speaks(text, key) for text in conditions) else set()
        found |= {("clock", one.clock) for one in step.clocks if key in (one.data.get(name) for name in one.data if name.endswith("_param"))}
    return frozenset(found)


def _speaks(text: str, key: str) -> bool:
    return f"param.{key}" in text and any(path == key or path.startswith(f"{key}.") for path in condition(text).paths("param"))


def _offering(pack: Pack, name: str) -> frozenset[tuple[str, str]]:
    """The forms that offer the entries of a list."""
    codes = [str(row["code"]) for row in pack.lists.get(name) or () if isinstance(row, Mapping)]
    return frozenset(("form", code) for code, spec in pack.forms.items() if any(_options(node) == codes for _, node in spec.leaves()))


def _options(node: Mapping[str, Any]) -> list[str]:
    options: Iterable[Mapping[str, Any]] = node["meta"].get("options") or ()
    return [str(option["code"]) for option in options]
