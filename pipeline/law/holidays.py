"""A year's holiday table as a person enters it from the notice: what is wrong with it, and the table it makes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.law.calendar import Calendar, Year

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where (`holidays[0].first`), in words, and what to do."""

    path: str
    zh: str
    en: str
    repair_zh: str = "请对照国务院办公厅通知改正"
    repair_en: str = "correct it by the notice"
    warning: bool = False


def days_of(said: Mapping[str, Any]) -> list[date]:
    """The days of one holiday, first and last included."""
    return [said["first"] + timedelta(days=n) for n in range((said["last"] - said["first"]).days + 1)]


def faults_of(data: Mapping[str, Any], calendar: Calendar) -> tuple[Fault, ...]:
    """Everything that is wrong with a table as entered: wrong year, overlaps, make-up days that are none, statutory days left out."""
    holidays, workdays = data.get("holidays") or (), data.get("workdays") or ()
    return (
        *_wrong_days(data["year"], holidays, workdays), *_overlaps(holidays), *_no_make_up(holidays, workdays),
        *_left_out(data["year"], holidays, calendar), *_uneven(data["year"], holidays, workdays, calendar),
    )  # fmt: skip


def _wrong_days(year: int, holidays: Sequence[Mapping[str, Any]], workdays: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    cells = [(f"holidays[{n}].{end}", row[end]) for n, row in enumerate(holidays) for end in ("first", "last")]
    cells += [(f"workdays[{n}].day", row["day"]) for n, row in enumerate(workdays)]
    for path, day in cells:
        if day.year != year:
            yield Fault(path, f"{day}不在{year}年", f"{day} is not in {year}")
    for n, row in enumerate(holidays):
        if (row["last"] - row["first"]).days > 14:
            yield Fault(f"holidays[{n}].last", f"{row['name']}连续放假{len(days_of(row))}天，超过半个月", "a holiday of more than two weeks")


def _overlaps(holidays: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    owners: dict[date, str] = {}
    for n, row in enumerate(holidays):
        twice = [day for day in days_of(row) if day in owners]
        if twice:
            yield Fault(f"holidays[{n}].first", f"{row['name']}与{owners[twice[0]]}在{twice[0]}重叠", f"overlaps with another holiday on {twice[0]}")
        owners |= dict.fromkeys(days_of(row), str(row["name"]))


def _no_make_up(holidays: Sequence[Mapping[str, Any]], workdays: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    free = {day: str(row["name"]) for row in holidays for day in days_of(row)}
    many = Counter(row["day"] for row in workdays)
    for n, row in enumerate(workdays):
        day: date = row["day"]
        if day.weekday() < 5:
            yield Fault(f"workdays[{n}].day", f"{day}是周{_WEEKDAYS[day.weekday()]}，本来就上班，不是调休上班日", f"{day} is a {day:%A}, a working day anyway")
        if day in free:
            yield Fault(f"workdays[{n}].day", f"{day}又在“{free[day]}”的放假日之内", f"{day} is a holiday in the same table")
        if many[day] > 1:
            yield Fault(f"workdays[{n}].day", f"{day}登记了{many[day]}次", f"{day} stands twice")


def _left_out(year: int, holidays: Sequence[Mapping[str, Any]], calendar: Calendar) -> Iterator[Fault]:
    """Statutory days that no holiday of the table has: a gap."""
    free = {day for row in holidays for day in days_of(row)}
    for day, name in sorted(calendar.statutory_days(year).items()):
        if day not in free:
            yield Fault("holidays", f"法定节假日{name}（{day}）不在放假安排中，登记有缺漏", f"the statutory holiday of {day} is missing", "请对照通知补上", "add it by the notice")


def _uneven(year: int, holidays: Sequence[Mapping[str, Any]], workdays: Sequence[Mapping[str, Any]], calendar: Calendar) -> Iterator[Fault]:
    """Weekdays off, less make-up days, are as many as the statutory days; a notice may say otherwise, so this only warns."""
    off = sum(1 for row in holidays for day in days_of(row) if day.weekday() < 5)
    statutory = len(calendar.statutory_days(year))
    known = bool((calendar.statutory.get("moving") or {}).get(year))
    if known and off - len(workdays) != statutory:
        zh = f"工作日放假{off}天、调休上班{len(workdays)}天，相差{off - len(workdays)}天，与法定节假日{statutory}天不一致，请复核人特别核对"
        yield Fault("workdays", zh, f"{off} weekdays off and {len(workdays)} make-up days do not add up to {statutory}", warning=True)


def table_of(data: Mapping[str, Any], version: str) -> Year:
    """The table of a year as entered. `version` tells it from others of the same year."""
    holidays = {day: str(row["name"]) for row in data["holidays"] for day in days_of(row)}
    source = str(data["notice"]) + (f"（{data['notice_no']}）" if data.get("notice_no") else "")
    return Year(int(data["year"]), f"{version}（{source}）", True, holidays, frozenset(row["day"] for row in data.get("workdays") or ()))
