"""Which days are working days. The only module that knows chinesecalendar.

First the tables in `common/calendar/<year>.yaml` (each with source and version); for years without one, the
tables of chinesecalendar; for years nobody has published yet, the statutory holidays and weekends, and then
every result is provisional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from chinese_calendar.constants import holidays as packaged_holidays
from chinese_calendar.constants import workdays as packaged_workdays

from pipeline.errors import PackError
from pipeline.law.yamlread import read_mapping

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Year:
    """The days off and the working weekend days (调休) of one year. `published` is False for a projection."""

    year: int
    version: str
    published: bool
    holidays: Mapping[date, str]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of all years: own tables, packaged tables, projection, in this order."""

    tables: Mapping[int, Year] = field(default_factory=dict)
    statutory: Mapping[str, Any] = field(default_factory=dict)

    def year(self, year: int) -> Year:
        """The table that holds for a year."""
        own = self.tables.get(year)
        if own is not None:
            return own
        packaged = _packaged(year)
        return packaged if packaged is not None else _projected(year, self.statutory)

    def with_tables(self, tables: Mapping[int, Year]) -> Calendar:
        """This calendar with `tables` over its own: what the office itself entered."""
        return replace(self, tables={**self.tables, **tables})

    def statutory_days(self, year: int) -> Mapping[date, str]:
        """The statutory holidays of a year, as far as they are known before its notice (all of them up to the last year reckoned)."""
        return _projected(year, self.statutory).holidays

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`, as far as is known."""
        table = self.year(day.year)
        return day in table.workdays or (day.weekday() < 5 and day not in table.holidays)

    def published(self, year: int) -> bool:
        """Whether the notice of that year's holidays is out."""
        return self.year(year).published

    def name(self, day: date) -> tuple[str, str]:
        """What `day` is, in Chinese and English: a holiday's name, a weekday, a working weekend day."""
        table = self.year(day.year)
        weekday = f"周{_WEEKDAYS[day.weekday()]}"
        if day in table.workdays:
            return f"{weekday}，调休上班", f"{day:%A}, a working day by notice"
        if day in table.holidays:
            return table.holidays[day], "public holiday"
        return weekday, f"{day:%A}"

    def roll(self, day: date, step: int) -> date:
        """`day` itself when it is a working day, else the next (step 1) or the previous (step -1) that is."""
        while not self.is_workday(day):
            day += timedelta(days=step)
        return day

    def counted(self, base: date, workdays: int, step: int) -> date:
        """The working day that many working days after (step 1) or before (step -1) `base`, which is not counted."""
        day = base
        while workdays:
            day += timedelta(days=step)
            workdays -= self.is_workday(day)
        return day

    def version(self, first: date, last: date) -> str:
        """Version of the tables used from `first` to `last`, as kept with every computed date."""
        years = range(min(first, last).year, max(first, last).year + 1)
        return "; ".join(dict.fromkeys(self.year(year).version for year in years))


def load_calendar(folder: Path) -> Calendar:
    """The calendar in `common/calendar`. Raises PackError naming the table that is malformed."""
    tables, statutory = {}, {}
    for path in sorted(folder.glob("*.yaml")):
        said = read_mapping(path)
        if path.stem == "statutory":
            statutory = said
            continue
        try:
            table = _table(said)
        except (KeyError, TypeError, ValueError) as trouble:
            raise PackError(f"{path} 不是放假安排表：{trouble}", f"{path} is no holiday table: {trouble}") from trouble
        tables[table.year] = table
    return Calendar(tables, statutory)


def _table(said: Mapping[str, Any]) -> Year:
    """One year's table as written in YAML. Raises ValueError for a day of another year or a plain working day."""
    year = int(said["year"])
    if not said.get("source") or not said.get("version"):
        raise ValueError("source or version missing")
    holidays = {day: str(part["name"]) for part in said["holidays"] for day in part["days"]}
    workdays = frozenset(said.get("workdays") or ())
    for day in [*holidays, *workdays]:
        if day.year != year:
            raise ValueError(f"{day} is not in {year}")
    for day in workdays:
        if day.weekday() < 5 or day in holidays:
            raise ValueError(f"{day} is no working weekend day")
    return Year(year, f"{said['version']}（{said['source']}）", True, holidays, workdays)


@lru_cache(maxsize=64)
def _packaged(year: int) -> Year | None:
    """The table chinesecalendar has for a year, or None."""
    holidays = {day: str(name) for day, name in packaged_holidays.items() if day.year == year}
    if not holidays:
        return None
    workdays = frozenset(day for day in packaged_workdays if day.year == year)
    return Year(year, f"{year}: chinesecalendar {version_of('chinesecalendar')}", True, holidays, workdays)


def _projected(year: int, statutory: Mapping[str, Any]) -> Year:
    """Weekends and the statutory days only: what can be known before the notice of that year."""
    days: dict[date, str] = {}
    for name, dates in (statutory.get("fixed") or {}).items():
        days |= {date(year, *(int(part) for part in text.split("-"))): str(name) for text in dates}
    moving = (statutory.get("moving") or {}).get(year)
    if moving:
        spring, *others = moving
        offsets = statutory.get("spring_festival_offsets") or ()
        days |= {spring + timedelta(days=offset): "春节" for offset in offsets}
        days |= dict(zip(others, ("清明节", "端午节", "中秋节"), strict=False))
    return Year(year, f"{year}: {statutory.get('version', 'weekends')}（放假安排未公布，推定）", False, days, frozenset())
