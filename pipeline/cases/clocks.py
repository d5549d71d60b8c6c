"""Clocks of a case: started, paused, resumed and stopped by its transitions, each with its working and citation. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.events import Kind
from pipeline.law.clock import Computed, Period, Roll, deadline, resumed, rolled
from pipeline.law.lifecycle import ClockStep, Transition

RECEIVED = "$received_on"
"""Where `turn_clocks` is told the day of actual receipt, beside the fields of the form."""


def turn_clocks(book: Book, transition: Transition, data: Mapping[str, Any]) -> None:
    """Do what `transition` says to the clocks. `data` is the form that moved it, for periods the form names."""
    for step in transition.clocks:
        _ACTIONS[step.action](book, transition, step, data)


def _cite(book: Book, step: ClockStep, transition: Transition) -> Any:
    return step.cite or transition.cite


def _start(book: Book, transition: Transition, step: ClockStep, data: Mapping[str, Any]) -> None:
    cite = _cite(book, step, transition)
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
        },
    )  # fmt: skip


def _length(book: Book, step: ClockStep, data: Mapping[str, Any], cite: str) -> tuple[Computed | None, date]:
    said = step.data
    if "until" in said:
        return _fixed(book, step, data, cite)
    base, event = _base(book, step, data)
    value = book.pack.param(step.period_param) if step.period_param else step.period
    if value is None or base is None:
        return None, base or book.today
    method = book.pack.param(said["method_param"]) if said.get("method_param") else None
    period = Period.of(value, step.unit, backward=method if "before" in said else None)
    return deadline(base, period, _roll(book, step), book.pack.calendar, event=event, cite=cite), base


def _roll(book: Book, step: ClockStep) -> Roll | str:
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
        return received or book.today, words
    value = data.get(step.origin)
    return (value, ("起算日", "the start")) if isinstance(value, date) else (None, ("", ""))


def _fixed(book: Book, step: ClockStep, data: Mapping[str, Any], cite: str) -> tuple[Computed | None, date]:
    start, end = data.get(step.origin), data.get(str(step.data["until"]))
    if not isinstance(start, date) or not isinstance(end, date):
        return None, book.today
    calendar = book.pack.calendar
    final = rolled(end, _roll(book, step), calendar)
    zh = f"任务书载明自{start}起至{end}止" + ("" if final == end else f"；该日为{calendar.name(end)[0]}，顺延至{final}") + f"（依据：{cite}）"
    provisional = not calendar.published(end.year)
    tail = "。该年度放假安排尚未公布，结果为暂定，公布后重新计算。" if provisional else "。"
    return Computed(end, final, provisional, zh + tail, f"{start} to {end} as the task book says ({cite})", calendar.version(end, final)), start


def _if_known(kind: Kind) -> Callable[[Book, Transition, ClockStep, Mapping[str, Any]], None]:
    def act(book: Book, transition: Transition, step: ClockStep, data: Mapping[str, Any]) -> None:
        clock = book.case.clocks.get(step.clock)
        allowed = {Kind.CLOCK_PAUSED: ("running",), Kind.CLOCK_STOPPED: ("running", "paused", "passed")}[kind]
        if clock is not None and clock.status in allowed:
            book.enter(kind, {"clock": step.clock, "on": book.today.isoformat()})

    return act


def _resume(book: Book, transition: Transition, step: ClockStep, data: Mapping[str, Any]) -> None:
    clock = book.case.clocks.get(step.clock)
    if clock is None or clock.status != "paused":
        return
    nominal, stopped = date.fromisoformat(clock.data["nominal"]), date.fromisoformat(clock.data["on"])
    cite = book.pack.cite_text(clock.data["cite"])
    computed = resumed(nominal, stopped, book.today, clock.data["roll"], book.pack.calendar, cite=cite, in_workdays=clock.data.get("unit") == "workdays")
    book.enter(
        Kind.CLOCK_RESUMED,
        {
            "clock": step.clock, "nominal": computed.nominal.isoformat(), "final": computed.final.isoformat(), "provisional": computed.provisional,
            "working": computed.working_zh, "working_en": computed.working_en, "calendar": computed.calendar_version,
        },
    )  # fmt: skip


_ACTIONS: Mapping[str, Callable[[Book, Transition, ClockStep, Mapping[str, Any]], None]] = {
    "start": _start,
    "restart": _start,
    "set": _start,
    "pause": _if_known(Kind.CLOCK_PAUSED),
    "resume": _resume,
    "stop": _if_known(Kind.CLOCK_STOPPED),
}
