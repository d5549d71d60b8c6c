"""What the law itself says of one document or one period: who brings it about, on what article, with which consequences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.law.diff import clock_words
from pipeline.law.diff_words import show
from pipeline.law.explain import grounds_of
from pipeline.law.lifecycle import ClockStep, Transition, clock_step
from pipeline.law.pack import Pack
from pipeline.law.spoken import not_chosen

_PART = re.compile(r"\{(\w+)[^}]*\}")
"""One part of the pattern of a series, as {n:03d}."""


def clock_id(pack: Pack, word: str) -> str:
    """The clock called `word`, by its id or its Chinese name; '' when the pack has none."""
    return next((name for name, said in pack.lifecycle.clocks.items() if word in (name, said.get("zh"))), "")


def explain_document(pack: Pack, code: str, language: str = "zh") -> tuple[str, ...]:
    """What a document is, which steps issue it, and what it rests on; empty when the pack has none of this code."""
    said = pack.documents.get(code)
    return () if said is None else tuple(_document(pack, code, said, language == "zh"))


def _document(pack: Pack, code: str, said: Mapping[str, Any], chinese: bool) -> Iterator[str]:
    yield f"《{said['zh']}》（{code}）" if chinese else f"{said.get('en', code)} ({code})"
    series = pack.series.get(str(said.get("series")), {})
    words = {"required": ("须签发", "needs sign-off"), "auto": ("随该步骤即时制发", "goes out with the step")}[str(said.get("sign_off", "auto"))]
    seal = {"official": ("盖公章", "official seal"), "receipt": ("盖收文章", "receipt seal")}.get(str(said.get("seal")), ("不用印", "no seal"))
    pattern = _PART.sub(lambda part: {"agency": str(pack.authority.get("agency_code") or "机关代字"), "year": "××××"}.get(part[1], "×"), str(series.get("pattern", "—")))
    yield f"   {words[0]}；编号 {pattern}；{seal[0]}；保管期限 {said.get('keep', '—')}" if chinese else f"   {words[1]}; numbers {pattern}; {seal[1]}; kept {said.get('keep', '—')}"
    for step in pack.lifecycle.transitions.values():
        if code in step.out:
            yield from (f"   {line}" for line in _issued_by(pack, step, chinese))
    grounds = (line for ref in (said.get("cite"), *_refs(said.get("basis"))) for line in grounds_of(pack, ref, chinese))
    yield from (f"   {line}" for line in dict.fromkeys(grounds))
    if said.get("remedy"):
        yield f"   救济告知：{said['remedy']}" if chinese else f"   remedy: {said['remedy']}"
    for name in said.get("prints") or ():
        yield f"   载明期限：{_clock_name(pack, name, chinese)}" if chinese else f"   prints the end of {_clock_name(pack, name, chinese)}"
    for one in said.get("on_service") or ():
        then = clock_step(one)
        yield f"   送达之日：{clock_words(pack, then)}{_idle(pack, then)}" if chinese else f"   on service: {then.action} {then.clock}"


def _refs(basis: Any) -> Iterator[Any]:
    for ref in basis or ():
        yield ref["cite"] if isinstance(ref, Mapping) and "cite" in ref else ref


def _issued_by(pack: Pack, step: Transition, chinese: bool) -> Iterator[str]:
    forms = [f"《{pack.forms[form].title_zh}》" if chinese else form for form in dict.fromkeys(step.by_forms) if form in pack.forms]
    timers = [_clock_name(pack, trigger.timer, chinese) for trigger in step.triggers if trigger.timer]
    by = "、".join([*forms, *((f"{name}届满" if chinese else f"end of {name}") for name in timers)])
    yield f"出自 {step.id}“{step.zh}”" + (f"，由{by}引起" if by else "") if chinese else f"issued by {step.id} {step.en}" + (f", set off by {by}" if by else "")
    yield from (f"   {line}" for line in grounds_of(pack, step.cite, chinese))


def explain_clock(pack: Pack, name: str, language: str = "zh") -> tuple[str, ...]:
    """Which steps start, stop or move a period, how long it is, and what its end brings about; empty when the pack has no such period."""
    return tuple(_clock(pack, name, language == "zh")) if name in pack.lifecycle.clocks else ()


def _clock(pack: Pack, name: str, chinese: bool) -> Iterator[str]:
    yield f"{_clock_name(pack, name, chinese)}（{name}）"
    for where, cite, step in _steps(pack, name, chinese):
        yield f"   {where}：{clock_words(pack, step)}{_idle(pack, step)}" if chinese else f"   {where}: {step.action}" + (", a service standard" if step.soft else "")
        if step.action in ("start", "restart", "set"):
            yield from (f"      {line}" for line in (*grounds_of(pack, step.cite or cite, chinese), *_parameters(pack, step, chinese)))
    ends = [step for step in pack.lifecycle.transitions.values() if step.by_timer(name)]
    for after in ends:
        yield f"   届满之后：{after.id}“{after.zh}”" if chinese else f"   when it is over: {after.id} {after.en}"
    if not ends:
        yield "   届满之后只记录和提醒，由人处理。" if chinese else "   when it is over it is recorded and a person sees to it."


def _steps(pack: Pack, name: str, chinese: bool) -> Iterator[tuple[str, Any, ClockStep]]:
    for transition in pack.lifecycle.transitions.values():
        for step in transition.clocks:
            if step.clock == name:
                yield f"{transition.id}“{transition.zh}”" if chinese else f"{transition.id} {transition.en}", transition.cite, step
    for code, said in pack.documents.items():
        for one in said.get("on_service") or ():
            if clock_step(one).clock == name:
                yield f"《{said['zh']}》送达" if chinese else f"service of {code}", said.get("cite"), clock_step(one)


def _idle(pack: Pack, step: ClockStep) -> str:
    """That a way of counting is not the one this pack has chosen."""
    set_otherwise = not_chosen(pack, str(step.data.get("when") or ""))
    return f"——本规则包取 {'、'.join(set_otherwise)}，不用这一算法" if set_otherwise else ""


def _parameters(pack: Pack, step: ClockStep, chinese: bool) -> Iterable[str]:
    """The parameters a clock takes its length and way of counting from."""
    for key in (step.data[word] for word in step.data if word.endswith("_param") and step.data[word] in pack.parameters):
        said = pack.parameters[key]
        value = "未知，由人掌握" if said["value"] is None else _days_of_year(said["value"])
        yield f"参数 {key} = {value}（{said['zh']}）" if chinese else f"parameter {key} = {said['value']}"


def _days_of_year(value: Any) -> str:
    """A parameter's value; a window of days as its first and last day."""
    return f"{value['from']}至{value['to']}" if isinstance(value, Mapping) and {"from", "to"} <= value.keys() else show(value)


def _clock_name(pack: Pack, name: str, chinese: bool) -> str:
    return str(pack.lifecycle.clocks.get(name, {}).get("zh" if chinese else "en") or name)
