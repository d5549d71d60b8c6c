"""A case played from a script of dated filings: what happens when, in sentences with their citations.

A script is YAML: `simulate` (what it shows), `pack`, and `steps` in the order of their days. A step has `on` and one of
`play` (a form as the invented people of the demo fill it in), `file` (a form with nothing but `with`), `sign` (the
signing officer answers; `sign: return` returns), `serve` (a document's code) or `wait` (time only). `with` are the
entries that differ (`table[].column` sets a column of every row), `signed: true` has drafts that now wait signed at once, `example` names one of the pack's examples to start from, `enclosed` differing entries of the forms
that go with it and `without` those that do not, `lost` the points a score sheet loses, `by` the folder it is dropped
into, `say` a word to whoever learns from it, `then` the state expected afterwards. Lots are drawn from the script's `seed` (any words),
not from a timestamp, and what is told of them says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.decision import OUTCOME_WORDS, Decision
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.timeline import timeline
from pipeline.check.examples import read_example
from pipeline.demo.acceptance import agreed, scored
from pipeline.demo.drycase import DryCase
from pipeline.demo.players import play
from pipeline.desk.picture import names_of, prefill
from pipeline.errors import PackError
from pipeline.law.expand import overlay
from pipeline.law.pack import Pack
from pipeline.law.yamlread import read_mapping

ACTS = ("play", "file", "sign", "serve", "wait")
_KEYS = frozenset({"on", "with", "example", "enclosed", "without", "lost", "by", "say", "then", "signed", *ACTS})
_IN_PLAY = "模拟抽取：种子取自脚本，没有时间戳，不能核验，也不作为抽取结果"
_UNSAID = frozenset({Kind.DRAFT_SHOWN, Kind.REFUSED})
"""What is not told: that drafts lie in a folder, and refusals, which the answer tells with what to do about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of what happens when. `kind` is the event's, or `say` (a word of the script) or `answer` (what the filer is told)."""

    on: date
    kind: str
    zh: str
    en: str = ""
    cite: str = ""
    details: tuple[str, ...] = ()
    clock: Mapping[str, Any] | None = None
    """For a clock that starts, resumes or is computed anew: its name, nominal and final date, and whether it is provisional."""


@dataclass(frozen=True, slots=True)
class Played:
    """A script played to its end."""

    title: str
    pack: str
    state: str
    happenings: tuple[Happening, ...]
    surprises: tuple[str, ...]
    """Where the case stood elsewhere than the script expected."""
    case: Case | None = None
    """The case as it stands then."""


def read_script(path: Path) -> dict[str, Any]:
    """A script. Raises PackError when it is not well formed, naming the step."""
    script = read_mapping(path)
    steps = script.get("steps")
    if not script.get("simulate") or not script.get("pack") or not isinstance(steps, list) or not steps:
        raise PackError(f"{path} 不是模拟脚本：要有 simulate、pack 和 steps", f"{path} is no script: it needs simulate, pack and steps")
    for n, step in enumerate(steps, 1):
        acts = [act for act in ACTS if act in step] if isinstance(step, Mapping) else []
        if len(acts) != 1 or not isinstance(step.get("on"), date) or set(step) - _KEYS:
            raise PackError(
                f"{path} 第 {n} 步写法不对：要有 on（日期）和 {'、'.join(ACTS)} 之一，不认识其他写法",
                f"{path}, step {n}: it needs `on` and one of {', '.join(ACTS)}, and knows no other words",
            )
    return script


def play_script(pack: Pack, script: Mapping[str, Any]) -> Played:
    """Play a script under `pack`. Raises PackError for a step that cannot be played at all (no such form, draft or document)."""
    case = DryCase(pack, script["steps"][0]["on"], seed=str(script.get("seed") or DryCase.seed))
    told: list[Happening] = []
    surprises = []
    for n, step in enumerate(script["steps"], 1):
        try:
            told += _step(case, step)
        except (LookupError, ValueError, OSError) as fault:
            raise PackError(f"第 {n} 步（{step['on']}）演不下去：{fault}", f"step {n} of {step['on']} cannot be played: {fault}") from fault
        state = case.case.state if case.case else "draft"
        if step.get("then", state) != state:
            surprises.append(f"第 {n} 步（{step['on']}）之后应当在 {step['then']}，实际在 {state}")
    return Played(str(script["simulate"]), pack.id, case.case.state if case.case else "draft", tuple(told), tuple(surprises), case.case)


def _step(case: DryCase, step: Mapping[str, Any]) -> Iterator[Happening]:
    """What happens up to and at one step."""
    before = len(case.events)
    case.pass_until(step["on"])
    yield from _since(case, before)
    if step.get("say"):
        yield Happening(on=case.today, kind="say", zh=str(step["say"]))
    before = len(case.events)
    decision = _act(case, step)
    yield from _since(case, before)
    if decision is not None:
        yield _answer(case, decision)
    if step.get("signed") and case.case is not None and case.case.pending is not None:
        before = len(case.events)
        decision = case.sign()
        yield from _since(case, before)
        yield _answer(case, decision)


def _act(case: DryCase, step: Mapping[str, Any]) -> Decision | None:
    changes = dict(step.get("with") or {})
    if "sign" in step:
        returned = {"decision": "return"} if step["sign"] == "return" else {}
        return case.sign(**returned, **changes)
    if "serve" in step:
        return case.serve(str(step["serve"]), **changes)
    if "wait" in step:
        return None
    form = str(step.get("play") or step.get("file"))
    if form not in case.pack.forms:
        raise LookupError(f"规则包没有表单 {form} / the pack has no form {form}")
    example = read_example(case.pack.folder / "examples" / f"{step['example']}.yaml") if "example" in step else {}
    values = _laid(dict(example.get("data") or {}), changes) if "file" in step or example else _filled(case, form, step, changes)
    enclosed = {**(example.get("enclosed") or {}), **_enclosed(case, form, step)}
    return case.file(form, values, enclosed=enclosed, role=str(step.get("by") or ""))


def _filled(case: DryCase, form: str, step: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the invented person hands it in."""
    if case.case is None:
        raise LookupError("还没有案件，先提交申报书 / there is no case yet")
    values = play(case.pack, form, prefill(case.pack, case.case, case.pack.forms[form]), case.today)
    if "lost" in step:
        values |= scored(values, str(step["lost"]))
    return _laid(values, changes)


def _laid(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` over `values`; `table[].column` over every row."""
    rows = {path: said for path, said in changes.items() if "[]." in path}
    laid = overlay(values, {path: said for path, said in changes.items() if path not in rows})
    for path, said in rows.items():
        table, column = path.split("[].", 1)
        laid[table] = [overlay(row, {column: said}) for row in laid.get(table) or []]
    return laid


def _enclosed(case: DryCase, form: str, step: Mapping[str, Any]) -> dict[str, Any]:
    """The forms that go with it, played like it, but those the step leaves out."""
    if case.case is None or "play" not in step or "example" in step:
        return {}
    codes = [code for code in case.pack.forms[form].notes.get("encloses") or () if code not in (step.get("without") or ())]
    papers = agreed({code: play(case.pack, code, prefill(case.pack, case.case, case.pack.forms[code]), case.today) for code in codes})
    return {code: _laid(values, (step.get("enclosed") or {}).get(code) or {}) for code, values in papers.items()}


def _since(case: DryCase, before: int) -> Iterator[Happening]:
    """What was entered since, in sentences."""
    new = case.events[before:]
    if case.case is None or not new:
        return
    kept = {event.seq for event in new}
    lines = zip(case.case.history, timeline(case.case, names_of(case.pack)), strict=True)
    for event, line in lines:
        at_once = event.kind is Kind.DRAFTED and not event.data.get("sign_off")
        if event.seq in kept and event.kind not in _UNSAID and not at_once:
            on = date.fromisoformat(event.at[:10])
            marked = (*line.lines, _IN_PLAY) if event.kind is Kind.LOTS_DRAWN else line.lines
            yield Happening(on=on, kind=str(event.kind), zh=line.zh, en=line.en, cite=line.cite, details=marked, clock=_clock(event))


def _clock(event: Recorded) -> dict[str, Any] | None:
    if "nominal" not in event.data or "clock" not in event.data:
        return None
    return {key: event.data.get(key) for key in ("clock", "nominal", "final", "provisional")}


def _answer(case: DryCase, decision: Decision) -> Happening:
    """What the filer is told: the outcome, what comes next, and every finding."""
    answer = decision.answer
    zh, en = OUTCOME_WORDS[answer.outcome]
    number = f"（收文号 {answer.number}）" if answer.number else ""
    found = tuple(
        f"{f.zh}（{f.rule}{'，' + f.cite if f.cite else ''}）{'；' + f.repair_zh if f.repair_zh else ''}" for f in answer.findings
    )  # fmt: skip
    return Happening(on=case.today, kind="answer", zh=f"答复：{zh}{number}。{answer.zh}", en=f"answer: {en}. {answer.en}", details=found)


def as_text(played: Played) -> str:
    """A played script as plain text: a heading for each day, what happened beneath it."""
    lines: list[str] = [f"{played.title}（{played.pack}）"]
    day = None
    for one in played.happenings:
        if one.on != day:
            lines += ["", one.on.isoformat()]
            day = one.on
        lines.append(f"  {'※' if one.kind == 'say' else '·'} {one.zh}{dates(one)}{f'〔{one.cite}〕' if one.cite else ''}")
        lines += [f"      {part}" for detail in one.details for part in detail.splitlines()]
    return "\n".join([*lines, "", f"最后的环节 / it ends at: {played.state}", *played.surprises, ""])


def dates(one: Happening) -> str:
    """The dates of a clock, where they say more than its sentence: nominal when it rolled, provisional when it is."""
    if one.clock is None:
        return ""
    moved = f"，顺延前为{one.clock['nominal']}" if one.clock["nominal"] != one.clock["final"] else ""
    return moved + ("（暂定）" if one.clock["provisional"] else "")
