"""Periods and deadlines, computed as the Civil Code counts (arts. 200-204, 1259), with their working shown.

The day of the event is not counted; a period of months ends on the corresponding day, or on the month's last day
where there is none; a last day that is a holiday moves to the next working day. Dates that depend on a date use
its nominal (unrolled) day. A result that rests on a year whose holidays are not published is provisional.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

from pipeline.law.calendar import Calendar
from pipeline.law.dates import add_days, add_months

_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:(\d+)WD)?", re.ASCII)
CIVIL_CODE = "《民法典》第二百零一条至第二百零三条"


class Roll(StrEnum):
    """What happens to a last day that is no working day."""

    NEXT = "next_workday"
    PREVIOUS = "previous_workday"
    NONE = "none"


class Backward(StrEnum):
    """How “three months before the end” is counted (the law does not say)."""

    CORRESPONDING = "subtract_corresponding_day"
    EQUIVALENCE = "forward_equivalence"
    STRICT = "strict_before"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time. `backward` None counts forward from the base, else back from it by that method."""

    months: int = 0
    days: int = 0
    workdays: int = 0
    backward: Backward | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for negative parts, nothing at all, or working days mixed with others."""
        parts = (self.months, self.days, self.workdays)
        if min(parts) < 0 or not any(parts) or (self.workdays and (self.months or self.days)):
            raise ValueError(f"no period: {parts}")

    @classmethod
    def of(cls, value: Any, unit: str = "", backward: str | Backward | None = None) -> Self:
        """From a pack: a number with its unit (workdays, days, weeks, months, years), or ISO text such as P3M, P10WD.

        Raises ValueError when it is neither.
        """
        method = Backward(backward) if backward else None
        if isinstance(value, int) and not isinstance(value, bool):
            match unit.rstrip("s"):
                case "workday":
                    return cls(workdays=value, backward=method)
                case "day":
                    return cls(days=value, backward=method)
                case "week":
                    return cls(days=7 * value, backward=method)
                case "month":
                    return cls(months=value, backward=method)
                case "year":
                    return cls(months=12 * value, backward=method)
        if isinstance(value, str) and (found := _ISO.fullmatch(value)):
            years, months, weeks, days, workdays = (int(part or 0) for part in found.groups())
            return cls(12 * years + months, 7 * weeks + days, workdays, method)
        raise ValueError(f"no period: {value!r} {unit}")

    @property
    def zh(self) -> str:
        """The length in Chinese: 3个月, 1年, 5个工作日, 30日."""
        if self.workdays:
            return f"{self.workdays}个工作日"
        years, months = divmod(self.months, 12)
        parts = (f"{years}年" if years else "", f"{months}个月" if months else "", f"{self.days}日" if self.days else "")
        return "零".join(part for part in parts if part)

    @property
    def en(self) -> str:
        """The length in English."""
        years, months = divmod(self.months, 12)
        named = ((years, "year"), (months, "month"), (self.days, "day"), (self.workdays, "working day"))
        return " ".join(f"{n} {word}{'s' if n > 1 else ''}" for n, word in named if n)


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed date: before rolling and after, how sure, and how it came about."""

    nominal: date
    final: date
    provisional: bool
    working_zh: str
    working_en: str
    calendar_version: str
    workdays: int = 0
    """How many working days were counted; 0 when the period was not one of working days."""


def deadline(
    base: date,
    period: Period,
    roll: Roll | str,
    calendar: Calendar,
    *,
    event: tuple[str, str] = ("", ""),
    cite: str = CIVIL_CODE,
) -> Computed:
    """The last day of `period` counted from `base` (or back from it).

    `event` names the base event in Chinese and English, `cite` the rule; both appear in the working. Raises
    ValueError when the date leaves the calendar or `roll` is no way of rolling.
    """
    nominal = _nominal(base, period, calendar)
    final = rolled(nominal, roll, calendar)
    provisional = _provisional(base, nominal, final, period, calendar)
    zh, en = _working(base, period, nominal, final, event, calendar)
    computed = _computed(nominal, final, provisional, zh, en, cite, base if period.workdays else nominal, calendar)
    return replace(computed, workdays=period.workdays)


def rolled(day: date, roll: Roll | str, calendar: Calendar) -> date:
    """`day`, moved off a holiday as `roll` says. Raises ValueError when `roll` is no way of rolling."""
    match Roll(roll):
        case Roll.NEXT:
            return calendar.roll(day, 1)
        case Roll.PREVIOUS:
            return calendar.roll(day, -1)
        case _:
            return day


@dataclass(frozen=True, slots=True)
class Window:
    """A time of year in which something is due, such as 1–30 November. `month_day` pairs, both ends included."""

    first: tuple[int, int]
    last: tuple[int, int]

    @classmethod
    def of(cls, said: Mapping[str, Any] | int) -> Self:
        """From a pack: a month (11), or `{from: "11-01", to: "11-30"}`. Raises ValueError or KeyError."""
        if isinstance(said, int):
            end = add_days(add_months(date(2001, said, 1), 1), -1)
            return cls((said, 1), (said, end.day))
        first, last = (tuple(int(part) for part in str(said[key]).split("-")) for key in ("from", "to"))
        return cls((first[0], first[1]), (last[0], last[1]))

    def opens(self, year: int) -> date:
        """The first day of the window of a year."""
        return date(year, *self.first)

    def first_year(self, established: date) -> int:
        """The year of the first report: that of the establishment when it lies before the window opens, else the next."""
        return established.year if established < self.opens(established.year) else established.year + 1


def window_deadline(
    year: int, window: Window, roll: Roll | str, calendar: Calendar, *, event: tuple[str, str] = ("", ""), cite: str = ""
) -> Computed:
    """The last day of a year's window, rolled. Raises ValueError when `roll` is no way of rolling."""
    opens, nominal = window.opens(year), date(year, *window.last)
    final = rolled(nominal, roll, calendar)
    zh = f"{event[0]}的期间为{_zh(opens)}至{_zh(nominal)}" + _moved_zh(nominal, final, calendar)
    en = f"{event[1] or 'the window'}: {opens} to {nominal}" + _moved_en(nominal, final, calendar)
    provisional = any(not calendar.published(y) for y in {nominal.year, final.year})
    return _computed(nominal, final, provisional, zh, en, cite, nominal, calendar)


def resumed(
    nominal: date, stopped_on: date, resumed_on: date, roll: Roll | str, calendar: Calendar, *, cite: str = "", in_workdays: bool = False
) -> Computed:
    """The new last day of a period that stood still from `stopped_on` to `resumed_on`: the days are given back.

    With `in_workdays` (a period counted in working days) as many working days are left as there were when it
    stopped. Raises ValueError when it resumes before it stopped.
    """
    days = (resumed_on - stopped_on).days
    if days < 0:
        raise ValueError("resumed before it stopped")
    left = workdays_between(stopped_on, nominal, calendar)
    if in_workdays and left:
        return deadline(resumed_on, Period(workdays=left), roll, calendar, event=("恢复计算之日，停止时剩余的工作日", "the day it resumed, with what was left"), cite=cite)
    moved = add_days(nominal, days)
    final = rolled(moved, roll, calendar)
    zh = f"原期满日{_zh(nominal)}，自{_zh(stopped_on)}至{_zh(resumed_on)}停止计算{days}日，顺加后为{_zh(moved)}" + _moved_zh(moved, final, calendar)
    en = f"{nominal} plus the {days} days it stood still ({stopped_on} to {resumed_on}) is {moved}" + _moved_en(moved, final, calendar)
    provisional = any(not calendar.published(y) for y in {moved.year, final.year})
    return _computed(moved, final, provisional, zh, en, cite, moved, calendar)


def workdays_between(first: date, last: date, calendar: Calendar) -> int:
    """Working days after `first` up to and including `last`; 0 when `last` is not later."""
    return sum(calendar.is_workday(add_days(first, n)) for n in range(1, (last - first).days + 1))


def _nominal(base: date, period: Period, calendar: Calendar) -> date:
    """The last day before rolling."""
    if period.workdays:
        return calendar.counted(base, period.workdays, -1 if period.backward else 1)
    if period.backward is None:
        return add_days(add_months(base, period.months), period.days)
    day = add_months(add_days(base, -period.days), -period.months)
    if period.backward is Backward.STRICT:
        return add_days(day, -1)
    if period.backward is Backward.EQUIVALENCE:
        while add_days(add_months(add_days(day, 1), period.months), period.days) <= base:
            day = add_days(day, 1)
    return day


def _provisional(base: date, nominal: date, final: date, period: Period, calendar: Calendar) -> bool:
    """Whether any year whose holidays mattered has none published."""
    days = (base, nominal, final) if period.workdays else (nominal, final)
    years = range(min(days).year, max(days).year + 1)
    return any(not calendar.published(year) for year in years)


def _zh(day: date) -> str:
    """A day in Chinese."""
    return f"{day.year}年{day.month}月{day.day}日"


def _working(
    base: date, period: Period, nominal: date, final: date, event: tuple[str, str], calendar: Calendar
) -> tuple[str, str]:
    """How the date came about, in Chinese and English, without the citation."""
    if period.backward:
        reading = {
            Backward.CORRESPONDING: ("取对应日，含当日；无对应日的取月末", "the corresponding day, itself included"),
            Backward.EQUIVALENCE: ("取顺算后不晚于期满日的最后一日", "the last day that counted forward does not pass the end"),
            Backward.STRICT: ("取对应日的前一日", "the day before the corresponding day"),
        }[period.backward]
        zh = f"自{_zh(base)}{_of(event[0])}届满前{period.zh}逆算（{reading[0]}），为{_zh(nominal)}"
        en = f"{period.en} back from {event[1] or 'the end'} on {base} ({reading[1]}) is {nominal}"
    else:
        zh = f"自{_zh(base)}{_of(event[0])}起算（当日不计入）{period.zh}，期满日为{_zh(nominal)}"
        en = f"{period.en} from {event[1] or 'the event'} on {base} (that day not counted) end on {nominal}"
    return zh + _moved_zh(nominal, final, calendar), en + _moved_en(nominal, final, calendar)


def _of(event: str) -> str:
    """The event in brackets, if it is named."""
    return f"（{event}）" if event else ""


def _moved_zh(nominal: date, final: date, calendar: Calendar) -> str:
    """What rolling did, in Chinese."""
    if nominal == final:
        return ""
    return f"；该日为{calendar.name(nominal)[0]}，{'顺延至' if final > nominal else '提前至'}{_zh(final)}"


def _moved_en(nominal: date, final: date, calendar: Calendar) -> str:
    """What rolling did, in English."""
    return "" if nominal == final else f"; that is a {calendar.name(nominal)[1]}, so it moves to {final}"


def _computed(
    nominal: date, final: date, provisional: bool, zh: str, en: str, cite: str, first: date, calendar: Calendar
) -> Computed:
    """The result with citation and certainty in its working."""
    grounds = (f"（依据：{cite}）", f" ({cite})") if cite else ("", "")
    unsure = ("该年度放假安排尚未公布，结果为暂定，公布后重新计算。", " Provisional until that year's holidays are published.")
    tail = unsure if provisional else ("", "")
    return Computed(
        nominal, final, provisional, f"{zh}{grounds[0]}。{tail[0]}", f"{en}{grounds[1]}.{tail[1]}", calendar.version(first, final)
    )
