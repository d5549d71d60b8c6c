"""What time alone brings to a case: reminders, periods that are over, dates to compute anew. Pure.

Everything due is found from the record and a date, earliest first, so that a sweep that runs late, twice, or after a
month off enters the same as one that ran every day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.case import IN_FORCE, Case, Paper, Running
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import fire
from pipeline.cases.judge import Judge
from pipeline.cases.ledger import counting
from pipeline.cases.registers import NumberView
from pipeline.law.calendar import Calendar
from pipeline.law.clock import Computed, Period, Roll, deadline, rolled
from pipeline.law.lifecycle import Transition
from pipeline.law.pack import Pack
from pipeline.model import Filing

LAST = "last"
"""The mark of the reminder on the last working day."""


class What(StrEnum):
    """Kinds of things that fall due, in the order in which they are handled on one day."""

    RECOMPUTE = "0 recompute"
    REMIND = "1 remind"
    OVER = "2 over"
    FIRE = "3 fire"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing that is due: the day it fell due, what it is, of which clock."""

    on: date
    what: What
    clock: str
    mark: str = ""


def next_due(pack: Pack, case: Case, today: date) -> Due | None:
    """The first thing due by `today` that has not been handled; None when there is none."""
    return min((due for clock in case.clocks.values() for due in _dues(pack, case, clock, today)), default=None)


def _dues(pack: Pack, case: Case, clock: Running, today: date) -> Iterator[Due]:
    if clock.status == "passed" and fireable(pack, case, clock.clock, today):
        yield Due(_after(clock), What.FIRE, clock.clock)
    if clock.status != "running":
        return
    if recomputed(pack, clock) is not None:
        yield Due(date.min, What.RECOMPUTE, clock.clock)
        return
    for mark, day in reminders(pack, clock):
        if day <= today and f"{mark} {day}" not in clock.reminded:
            yield Due(day, What.REMIND, clock.clock, mark)
    if _after(clock) <= today:
        yield Due(_after(clock), What.OVER, clock.clock)


def _after(clock: Running) -> date:
    return date.fromisoformat(clock.data["final"]) + timedelta(days=1)


def reminders(pack: Pack, clock: Running) -> Iterator[tuple[str, date]]:
    """The reminders of a clock with their days: so many days before its end, and the last working day of it.

    Those that lie before it was started, set or resumed are none.
    """
    final, since = date.fromisoformat(clock.data["final"]), date.fromisoformat(clock.data.get("on") or clock.data["base"])
    known = pack.parameters
    days = pack.lifecycle.clocks.get(clock.clock, {}).get("remind_days_before")
    if days is None:
        days = pack.param("reminders.days_before") if "reminders.days_before" in known else ()
    found = [(str(n), final - timedelta(days=int(n))) for n in days or ()]
    if "reminders.last_workday" in known and pack.param("reminders.last_workday"):
        found.append((LAST, pack.calendar.roll(final, -1)))
    yield from ((mark, day) for mark, day in found if since < day)


def fireable(pack: Pack, case: Case, clock: str, today: date) -> Transition | None:
    """The transition that the end of `clock` sets off now; None while a draft waits or nothing holds."""
    if case.pending is not None or _latest_filing(case) is None:
        return None
    judge = Judge(pack, case, None, today)
    for transition in pack.lifecycle.on_timer(case.state, clock):
        trigger = transition.by_timer(clock)
        rule = trigger.when if trigger else ""
        if (not rule or judge.holds(rule)) and not judge.failed(transition.guards):
            return transition
    return None


def recomputed(pack: Pack, clock: Running) -> Computed | None:
    """The clock computed anew with today's holiday tables; None when they are those it was computed with."""
    data, calendar = clock.data, pack.calendar
    if "workdays" not in data:
        return None
    nominal, roll = date.fromisoformat(data["nominal"]), Roll(data.get("roll") or Roll.NEXT)
    if data["workdays"]:
        new = deadline(date.fromisoformat(data["counted_from"]), Period(workdays=int(data["workdays"])), roll, calendar, cite="")
    else:
        final = rolled(nominal, roll, calendar)
        provisional = not (calendar.published(nominal.year) and calendar.published(final.year))
        new = Computed(nominal, final, provisional, _rolled_words(nominal, final, calendar), f"{nominal} moves to {final}", calendar.version(nominal, final))
    same = (new.calendar_version, new.final.isoformat()) == (data["calendar"], data.get("recomputed") or data["final"])
    return None if same else replace(new, working_zh=f"按{new.calendar_version}重新计算：{new.working_zh}")


def _rolled_words(nominal: date, final: date, calendar: Calendar) -> str:
    return f"期满日{nominal}" + ("为工作日，不顺延。" if nominal == final else f"为{calendar.name(nominal)[0]}，移至{final}。")


def printed(pack: Pack, case: Case, clock: Running) -> Paper | None:
    """The issued document that told the party this clock's last day (`prints` in documents.yaml); None when none did."""
    for paper in reversed(list(case.papers.values())):
        known: Any = {**paper.context.get("clocks", {}), **paper.context.get("then", {})}
        told = (known.get(clock.clock) or {}).get("final")
        if paper.status in IN_FORCE and clock.clock in (pack.documents[paper.code].get("prints") or ()) and told == clock.data["final"]:
            return paper
    return None


def handle(pack: Pack, case: Case, due: Due, numbers: NumberView, today: date) -> Decision:
    """Enter what is due. `today` is the day of documents that go out now; the record keeps the day it fell due."""
    book, clock = Book(pack, case, numbers, today), case.clocks[due.clock]
    zh = {What.RECOMPUTE: _recompute, What.REMIND: _remind, What.OVER: _over, What.FIRE: _fire}[due.what](book, clock, due)
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, zh, f"clock {due.clock}: {due.what.split()[1]}", case.no))


def _recompute(book: Book, clock: Running, due: Due) -> str:
    new = recomputed(book.pack, clock)
    assert new is not None
    told = printed(book.pack, book.case, clock)
    kept = {"final": clock.data["final"], "recomputed": new.final.isoformat(), "printed_in": told.number} if told else {"final": new.final.isoformat()}
    book.enter(
        Kind.CLOCK_RECOMPUTED,
        {
            "clock": clock.clock, "nominal": clock.data["nominal"] if told else new.nominal.isoformat(), "provisional": new.provisional,
            "working": new.working_zh, "working_en": new.working_en, "calendar": new.calendar_version, "cite": counting(clock).get("cite"), **kept,
        },
    )  # fmt: skip
    return "放假安排公布，期限重新计算。"


def _remind(book: Book, clock: Running, due: Due) -> str:
    book.enter(Kind.REMINDED, {"clock": clock.clock, "mark": due.mark, "due": due.on.isoformat(), "final": clock.data["final"]})
    return "期限提醒。"


def _over(book: Book, clock: Running, due: Due) -> str:
    name = book.pack.lifecycle.clocks.get(clock.clock, {}).get("zh", clock.clock)
    zh = f"{name}已于 {clock.data['final']} 届满。" + ("仅作服务标准，不影响效力。" if clock.data.get("soft") else "请承办人处理；是否终止由人决定。")
    book.enter(Kind.CLOCK_PASSED, {"clock": clock.clock, "on": due.on.isoformat(), "working": zh})
    return zh


def _fire(book: Book, clock: Running, due: Due) -> str:
    transition, filing = fireable(book.pack, book.case, clock.clock, book.today), _latest_filing(book.case)
    assert transition is not None and filing is not None
    book.as_of = min(max(due.on, _settled_on(book.case)), book.today)
    fire(book, transition, filing, ())
    return transition.zh


_SETTLING = frozenset({Kind.MOVED, Kind.DRAFT_RETURNED, Kind.TAKEN_BACK, Kind.SENT_BACK})


def _settled_on(case: Case) -> date:
    """Since when the case has stood where it stands: what time sets off here cannot count from before."""
    return max((date.fromisoformat(str(e.data.get("on") or e.at)[:10]) for e in case.history if e.kind in _SETTLING), default=date.min)


def _latest_filing(case: Case) -> Filing | None:
    """The last application as a Filing, for documents a timer issues: it says nothing new, it only carries the data."""
    kept = [f for f in case.filings.values() if f["form"] == "application_form" and not f["taken_back"]]
    if not kept:
        return None
    plain = kept[-1]
    return Filing(
        id=plain["id"], form=plain["form"], version=plain["version"], jurisdiction=case.jurisdiction, role=plain["role"], owner=plain["owner"],
        data=plain["data"], enclosed=plain["enclosed"], attachments=(), original=plain["original"], name=plain["name"],
        received_on=date.fromisoformat(plain["received_on"]), received_at=datetime.fromisoformat(plain["received_at"]), case=case.id,
    )  # fmt: skip
