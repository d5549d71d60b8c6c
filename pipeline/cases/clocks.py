"""Clocks of a case: started, paused, resumed and stopped by its transitions, each with its working and citation. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.events import Kind
from pipeline.cases.judge import Judge
from pipeline.cases.ledger import counting
from pipeline.law.clock import Computed, Period, Roll, deadline, resumed, rolled
from pipeline.law.lifecycle import ClockStep, Transition

RECEIVED = "$received_on"
"""Where `turn_clocks` is told the day of actual receipt, beside the fields of the form."""


def turn_clocks(book: Book, transition: Transition, data: Mapping[str, Any]) -> None:
    """Do what `transition` says to the clocks. `data` is the form that moved it, for periods the form names."""
    turn(book, transition.clocks, transition.cite, data)


def turn(book: Book, steps: Iterable[ClockStep], cite: Any, data: Mapping[str, Any]) -> None:
    """Do `steps` to the clocks of a case, but those whose `when` does not hold; `cite` is the ground of those that name none."""
    judge = Judge(book.pack, book.case, None, book.today)
    for step in steps:
        if step.data.get("when") and not judge.holds(str(step.data["when"])):
            continue
        _ACTIONS[step.action](book, _typed(step, data) or step.cite or cite, step, data)


def _typed(step: ClockStep, data: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The ground a person typed in (`typed`: the fields that hold it), where the law at hand is silent or nobody has checked it."""
    words = "；".join(str(data[name]) for name in step.data.get("typed") or () if data.get(name))
    return {"typed": words} if words else None


def _start(book: Book, cite: Any, step: ClockStep, data: Mapping[str, Any]) -> None:
    computed, base = _length(book, step, data, book.pack.cite_text(cite))
    if computed is None:
        zh = f"{book.pack.lifecycle.clocks.get(step.clock, {}).get('zh', step.clock)}：本规则包没有规定期限，由承办人掌握"
        book.enter(Kind.NOTED, {"zh": zh, "en": f"no period is known for clock {step.clock}; it is left to a person", "cite": cite})
        return
    book.enter(
        Kind.CLOCK_STARTED,
        {
            "clock": step.clock, "base": base.isoformat(), "nominal": computed.nominal.isoformat(), "final": computed.final.isoformat(),
            "provisional": computed.provisional, "working": computed.working_zh, "working_en": computed.working_en,
            "calendar": computed.calendar_version, "cite": cite, "soft": step.soft, "rule": step.zh, "roll": str(_roll(book, step)), "unit": step.unit,
            "workdays": computed.workdays, "counted_from": base.isoformat(), "on": book.as_of.isoformat(),
        },
    )  # fmt: skip


def _length(book: Book, step: ClockStep, data: Mapping[str, Any], cite: str) -> tuple[Computed | None, date]:
    said = step.data
    if "until" in said:
        return _fixed(book, step, data, cite)
    if "yearly_param" in said:
        return _yearly(book, step, data, cite)
    base, event = _base(book, step, data)
    value = book.pack.param(step.period_param) if step.period_param else step.period
    if value is None or base is None:
        return None, base or book.as_of
    method = book.pack.param(said["method_param"]) if said.get("method_param") else None
    period = Period.of(value, step.unit, backward=method if "before" in said else None)
    computed = deadline(base, period, _roll(book, step), book.pack.calendar, event=event, cite=cite)
    if said.get("or_end") and computed.final < book.as_of:
        words = (f"自{base}逆算{period.zh}已经过去，以该期限届满日为准", f"{period.en} before {base} has gone by, so the end itself counts")
        computed = _named(book, step, base, words, cite)
    return computed, base


def _roll(book: Book, step: ClockStep) -> Roll | str:
    if step.data.get("roll"):
        return str(step.data["roll"])
    key = str(step.data.get("roll_param") or "periods.roll")
    value = book.pack.param(key) if key in book.pack.parameters else None
    return str(value) if value else Roll.NEXT


def _base(book: Book, step: ClockStep, data: Mapping[str, Any]) -> tuple[date | None, tuple[str, str]]:
    if "before" in step.data:
        other = book.case.clocks.get(str(step.data["before"]))
        name = str(book.pack.lifecycle.clocks.get(str(step.data["before"]), {}).get("zh", ""))
        return (date.fromisoformat(other.data["nominal"]), (name, "the end")) if other else (None, ("", ""))
    if step.origin in ("event", "issued_on"):
        words = ("收到之日", "receipt") if step.origin == "event" else ("发出之日", "issue")
        received = data.get(RECEIVED) if step.origin == "event" else None
        return received or book.as_of, words
    value = data.get(step.origin)
    return (value, ("起算日", "the start")) if isinstance(value, date) else (None, ("", ""))


def _fixed(book: Book, step: ClockStep, data: Mapping[str, Any], cite: str) -> tuple[Computed | None, date]:
    start, end = data.get(step.origin), data.get(str(step.data["until"]))
    if not isinstance(start, date) or not isinstance(end, date):
        return None, book.as_of
    words = (f"文书载明自{start}起至{end}止", f"{start} to {end} as the document says")
    return _named(book, step, end, words, cite), start


def _named(book: Book, step: ClockStep, end: date, words: tuple[str, str], cite: str) -> Computed:
    """A last day that is named, not counted; it rolls past holidays like any other."""
    calendar = book.pack.calendar
    final = rolled(end, _roll(book, step), calendar)
    zh = words[0] + ("" if final == end else f"；该日为{calendar.name(end)[0]}，顺延至{final}") + f"（依据：{cite}）"
    provisional = not calendar.published(end.year)
    tail = "。该年度放假安排尚未公布，结果为暂定，公布后重新计算。" if provisional else "。"
    return Computed(end, final, provisional, zh + tail, f"{words[1]} ({cite})", calendar.version(end, final))


def _yearly(book: Book, step: ClockStep, data: Mapping[str, Any], cite: str) -> tuple[Computed | None, date]:
    """The end of the next yearly window (`from` and `to`, as MM-DD) that has not begun, and is not of the year just reported on (`year_field`)."""
    window = book.pack.param(str(step.data["yearly_param"]))
    if window is None:
        return None, book.as_of
    year = book.as_of.year + (book.as_of >= date.fromisoformat(f"{book.as_of.year}-{window['from']}"))
    reported = data.get(str(step.data.get("year_field", "")))
    year = max(year, reported + 1) if isinstance(reported, int) else year
    first, last = (date.fromisoformat(f"{year}-{window[end]}") for end in ("from", "to"))
    return _named(book, step, last, (f"每年的办理时间，下一次为{first}至{last}", f"the next yearly window is {first} to {last}"), cite), book.as_of


def _if_known(kind: Kind) -> Callable[[Book, Any, ClockStep, Mapping[str, Any]], None]:
    def act(book: Book, cite: Any, step: ClockStep, data: Mapping[str, Any]) -> None:
        clock = book.case.clocks.get(step.clock)
        if clock is None or clock.status not in ("running", "paused", "passed"):
            return
        on = data.get(RECEIVED) or book.as_of
        in_time = clock.status == "running" or (clock.status == "passed" and on <= date.fromisoformat(clock.data["final"]))
        if kind is Kind.CLOCK_STOPPED or in_time:
            book.enter(kind, {"clock": step.clock, "on": on.isoformat(), "cite": cite})

    return act


def _resume(book: Book, cite: Any, step: ClockStep, data: Mapping[str, Any]) -> None:
    clock = book.case.clocks.get(step.clock)
    if clock is None or clock.status != "paused":
        return
    if "before" in step.data:
        _start(book, counting(clock)["cite"], step, data)
        return
    nominal, stopped, on = date.fromisoformat(clock.data["nominal"]), date.fromisoformat(clock.data["on"]), data.get(RECEIVED) or book.as_of
    period = counting(clock)["cite"]
    ground = book.pack.cite_text(period)
    computed = resumed(nominal, stopped, max(on, stopped), clock.data["roll"], book.pack.calendar, cite=ground, in_workdays=clock.data.get("unit") == "workdays")
    book.enter(
        Kind.CLOCK_RESUMED,
        {
            "clock": step.clock, "nominal": computed.nominal.isoformat(), "final": computed.final.isoformat(), "provisional": computed.provisional,
            "working": computed.working_zh, "working_en": computed.working_en, "calendar": computed.calendar_version,
            "workdays": computed.workdays, "counted_from": on.isoformat(), "on": on.isoformat(), "cite": period,
        },
    )  # fmt: skip


_ACTIONS: Mapping[str, Callable[[Book, Any, ClockStep, Mapping[str, Any]], None]] = {
    "start": _start,
    "restart": _start,
    "set": _start,
    "pause": _if_known(Kind.CLOCK_PAUSED),
    "resume": _resume,
    "stop": _if_known(Kind.CLOCK_STOPPED),
}
