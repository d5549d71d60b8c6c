"""The clocks of a case taken over: computed from their recorded start as the pack says, or the last day given with its reason. Pure.

A clock the table does not name is started as the step into the state starts it, from the day the case came there; what
cannot be computed is left to a person, openly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.clocks import RECEIVED, turn
from pipeline.cases.events import Kind
from pipeline.cases.operations.paperrows import PaperCase, Row, Seen, fault
from pipeline.cases.registers import NumberView
from pipeline.law.lifecycle import SAME, ClockStep, clock_step
from pipeline.law.pack import Pack
from pipeline.model import Finding

_STARTS = ("start", "restart", "set")
GIVEN = {"design": "接管时按原登记簿登记的期满日"}


def enter_clocks(pack: Pack, book: Book, case: PaperCase, on: date, seen: Seen) -> list[Finding]:
    """Enter the clocks of a case that stands at its state; gives what is wrong with them. `on` is the day it was taken over."""
    return [*enter_named(pack, book, case, on, seen), *_enter_expected(pack, book, case, on)]


def enter_named(pack: Pack, book: Book, case: PaperCase, on: date, seen: Seen) -> list[Finding]:
    """Enter the clocks that the table names."""
    findings: list[Finding] = []
    for row in sorted(case.clocks, key=lambda row: any("before" in step.data for step, _ in _steps(pack, book, str(row.data["clock"])))):
        findings += _enter_row(pack, book, row, on, seen)
    return findings


def _enter_row(pack: Pack, book: Book, row: Row, on: date, seen: Seen) -> Iterator[Finding]:
    said = row.data
    start, last, reason = said.get("started_on"), said.get("last_day"), str(said.get("reason") or "")
    wrong = list(_wrong(row, start, last, reason, seen))
    if wrong:
        yield from wrong
        return
    started = _computed(pack, book, row, on) if start else None
    if started is None and last is None:
        yield fault(row, "last_day", "期满日", "TO-CLOCK", ("按起算日算不出这个期限（规则包没有规定长短，或者期满日由文书写明）", "its last day cannot be computed from its start"), ("请填写文书载明的期满日", "give the last day the document names"))
        return
    if started is not None and last is not None and started["final"] != last.isoformat() and not reason:
        zh = f"与计算不一致：{started['working']}"
        yield fault(row, "last_day", "期满日", "TO-CLOCK", (zh, f"computed: {started['final']}"), ("请核对两个日期；文书已经载明这一天的，在“理由”中写明", "check both, or give the reason"))
        return
    if started is None or (last is not None and started["final"] != last.isoformat()):
        started = _given(pack, row, start or on, last or on, reason, started)
    book.enter(Kind.CLOCK_STARTED, {**started, "on": on.isoformat()})
    if said.get("paused_on"):
        book.enter(Kind.CLOCK_PAUSED, {"clock": said["clock"], "on": said["paused_on"].isoformat(), "cite": started["cite"]})


def _wrong(row: Row, start: date | None, last: date | None, reason: str, seen: Seen) -> Iterator[Finding]:
    if start is None and last is None:
        yield fault(row, "started_on", "起算日", "TO-CLOCK", ("起算日和期满日都没有填写", "neither its start nor its last day is given"), ("请填写起算日；不详的填写期满日和理由", "give one of them"))
    if start is None and last is not None and not reason:
        yield fault(row, "reason", "理由", "TO-CLOCK", ("起算日不详，期满日要写明理由", "a last day without a start needs its reason"), ("请写明依据什么确定这一天", "say what it rests on"))
    if start is not None and start > seen.today:
        yield fault(row, "started_on", "起算日", "TO-DATE", ("日期晚于今天", "the date lies in the future"), ("请核对日期", "check the date"))
    if (paused := row.data.get("paused_on")) and (paused > seen.today or (start is not None and paused < start)):
        yield fault(row, "paused_on", "停止计算之日", "TO-DATE", ("早于起算日或者晚于今天", "before its start or in the future"), ("请核对日期", "check the date"))


def _computed(pack: Pack, book: Book, row: Row, on: date) -> dict[str, Any] | None:
    """The clock as the pack's own step starts it from the recorded start; None when none of its steps can."""
    for step, cite in _steps(pack, book, str(row.data["clock"])):
        found = _tried(pack, book, step, cite, row.data["started_on"], row.data.get("last_day"), on)
        if found is not None:
            return found
    return None


def _steps(pack: Pack, book: Book, clock: str) -> list[tuple[ClockStep, Any]]:
    """The steps that start a clock, with their ground: those of a step into the case's state first."""
    steps = [(t.to == book.case.state, step, t.cite) for t in pack.lifecycle.transitions.values() for step in t.clocks]
    steps += [(False, clock_step(said), spec.get("cite")) for spec in pack.documents.values() for said in spec.get("on_service") or ()]
    mine = [one for one in steps if one[1].clock == clock and one[1].action in _STARTS]
    return [(step, cite) for _, step, cite in sorted(mine, key=lambda one: not one[0])]


def _tried(pack: Pack, book: Book, step: ClockStep, cite: Any, start: date, last: date | None, on: date) -> dict[str, Any] | None:
    counted = "yearly_param" in step.data or "before" in step.data
    scratch = Book(pack, book.case, NumberView({}), on if counted else start)
    data: dict[str, Any] = {RECEIVED: start, step.origin: start}
    if "until" in step.data and last is not None:
        data[str(step.data["until"])] = last
    turn(scratch, (step,), cite, data)
    return next((dict(event.data) for event in scratch.close_events() if event.kind is Kind.CLOCK_STARTED), None)


def _given(pack: Pack, row: Row, start: date, last: date, reason: str, computed: Mapping[str, Any] | None) -> dict[str, Any]:
    """A last day as it stood on paper; it is not moved off a holiday, nor computed anew."""
    words = f"接管时登记的期满日为{last}：{reason}"
    words += f"（按规则计算应为{computed['final']}：{computed['working']}）" if computed else ""
    return {
        "clock": row.data["clock"], "base": start.isoformat(), "nominal": last.isoformat(), "final": last.isoformat(), "provisional": False,
        "working": f"{words}（依据：{pack.cite_text(GIVEN)}）", "working_en": f"{last} as entered when taken over", "calendar": pack.calendar.version(last, last),
        "cite": GIVEN, "soft": False, "rule": "", "roll": "none", "unit": "", "counted_from": start.isoformat(),
    }  # fmt: skip


def _enter_expected(pack: Pack, book: Book, case: PaperCase, on: date) -> Iterator[Finding]:
    """The clocks that the way into this state starts and the table does not name."""
    said, named = case.row.data, {str(row.data["clock"]) for row in case.clocks}
    since: date | None = said.get("state_since")
    for step, cite in _expected(pack, book):
        if step.clock in named or step.clock in book.case.clocks:
            continue
        start = said.get("period_start") if "until" in step.data else since
        found = _tried(pack, book, step, cite, start, said.get("period_end"), on) if start else None
        found = _tried(pack, book, step, cite, on, None, on) if "yearly_param" in step.data or "before" in step.data else found
        if found is None:
            continue
        if found["final"] < on.isoformat() and not {"before", "until"} & step.data.keys():
            name = pack.lifecycle.clocks.get(step.clock, {}).get("zh", step.clock)
            zh = f"按这一日期计算，{name}已于{found['final']}届满（{found['working']}）"
            yield fault(case.row, "state_since", "进入这一环节的日期", "TO-CLOCK", (zh, f"{step.clock} would have ended on {found['final']}"), (f"请在“期限”表中登记{name}实际的起算日或者期满日", "enter the clock itself"))
            continue
        book.enter(Kind.CLOCK_STARTED, {**found, "on": on.isoformat()})
    _say_unknown(pack, book, named)


def _expected(pack: Pack, book: Book) -> tuple[tuple[ClockStep, Any], ...]:
    """The starting steps of the first transition into the case's state that starts any clock."""
    for transition in pack.lifecycle.transitions.values():
        steps = tuple((step, transition.cite) for step in transition.clocks if step.action in _STARTS)
        if transition.to == book.case.state != SAME and steps and book.case.state not in transition.sources:
            return steps
    return ()


def _say_unknown(pack: Pack, book: Book, named: set[str]) -> None:
    lacking = dict.fromkeys(step.clock for step, _ in _expected(pack, book) if step.clock not in book.case.clocks and step.clock not in named)
    for clock in lacking:
        name = pack.lifecycle.clocks.get(clock, {}).get("zh", clock)
        book.enter(Kind.NOTED, {"zh": f"接收时{name}的起算日不详，没有计算，由承办人掌握", "en": f"clock {clock} could not be computed; it is left to a person"})
