"""A holiday table as entered: the notices of 2024 to 2026 are right; each way of being wrong is told at its cell."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pipeline.law.calendar import Calendar, load_calendar
from pipeline.law.holidays import days_of, faults_of, table_of
from pipeline.law.yamlread import read_mapping

CALENDAR = Path(__file__).parents[2] / "schemas" / "common" / "calendar"


def entered(year: int) -> dict[str, Any]:
    """The shipped table of a year as a person would enter it."""
    said = read_mapping(CALENDAR / f"{year}.yaml")
    rows = [
        {"name": part["name"], "first": run[0], "last": run[-1]}
        for part in said["holidays"] for run in _runs(sorted(part["days"]))
    ]  # fmt: skip
    return {"year": year, "notice": said["source"], "holidays": rows, "workdays": [{"day": day} for day in said["workdays"]]}


def coming() -> dict[str, Any]:
    """An invented notice for 2027, a year whose statutory days are known and whose notice is not out."""
    names = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
    spans = (((1, 1), (1, 3)), ((2, 5), (2, 11)), ((4, 3), (4, 5)), ((5, 1), (5, 5)), ((6, 9), (6, 9)), ((9, 15), (9, 15)), ((10, 1), (10, 7)))
    rows = [{"name": name, "first": date(2027, *first), "last": date(2027, *last)} for name, (first, last) in zip(names, spans, strict=True)]
    return {"year": 2027, "notice": "测试通知", "holidays": rows, "workdays": [{"day": date(2027, *day)} for day in ((1, 30), (2, 20), (5, 8), (10, 9))]}


def _runs(days: list[date]) -> list[list[date]]:
    return [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1].toordinal() - pair[0])]


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(CALENDAR)


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_real_notice_is_right_and_makes_the_shipped_table(calendar: Calendar, year: int) -> None:
    data = entered(year)
    assert faults_of(data, calendar) == ()
    made, shipped = table_of(data, "x"), calendar.year(year)
    assert (dict(made.holidays), made.workdays, made.published) == (dict(shipped.holidays), shipped.workdays, True)


@pytest.mark.parametrize(
    ("table", "row", "change", "path", "word"),
    [
        ("workdays", 0, {"day": date(2026, 1, 5)}, "workdays[0].day", "是周一"),
        ("workdays", 0, {"day": date(2026, 2, 21)}, "workdays[0].day", "放假日之内"),
        ("workdays", 0, {"day": date(2026, 2, 14)}, "workdays[0].day", "登记了2次"),
        ("workdays", 0, {"day": date(2027, 1, 3)}, "workdays[0].day", "不在2026年"),
        ("holidays", 0, {"first": date(2025, 12, 31)}, "holidays[0].first", "不在2026年"),
        ("holidays", 2, {"first": date(2026, 2, 23)}, "holidays[2].last", "半个月"),
        ("holidays", 4, {"first": date(2026, 5, 5)}, "holidays[4].first", "重叠"),
        ("holidays", 0, {"first": date(2026, 1, 2)}, "holidays", "元旦（2026-01-01）"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_told_at_its_cell(calendar: Calendar, table: str, row: int, change: dict[str, date], path: str, word: str) -> None:
    data = entered(2026)
    data[table][row] |= change
    found = [fault for fault in faults_of(data, calendar) if not fault.warning]
    assert any(fault.path == path and word in fault.zh for fault in found), [(f.path, f.zh) for f in found]
    assert all(fault.repair_zh for fault in found)


def test_a_gap_is_a_statutory_day_that_no_holiday_has(calendar: Calendar) -> None:
    data = coming()
    assert faults_of(data, calendar) == ()
    data["holidays"][1]["first"] = date(2027, 2, 6)
    data["workdays"].pop()
    assert [(f.path, f.zh) for f in faults_of(data, calendar)] == [("holidays", "法定节假日春节（2027-02-05）不在放假安排中，登记有缺漏")]


def test_days_that_do_not_add_up_are_pointed_out_to_the_second_person(calendar: Calendar) -> None:
    data = coming()
    del data["workdays"][0]
    assert [(f.warning, f.path) for f in faults_of(data, calendar)] == [(True, "workdays")]


def test_days_of_a_holiday_hold_both_ends() -> None:
    assert days_of({"first": date(2026, 1, 1), "last": date(2026, 1, 3)}) == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]


def test_an_entered_table_lies_over_the_projection(calendar: Calendar) -> None:
    assert not calendar.published(2027)
    data = {"year": 2027, "notice": "测试通知", "holidays": [{"name": "元旦", "first": date(2027, 1, 1), "last": date(2027, 1, 4)}], "workdays": []}
    later = calendar.with_tables({2027: table_of(data, "2027-office-1")})
    assert later.published(2027) and not later.is_workday(date(2027, 1, 4)) and calendar.is_workday(date(2027, 1, 4))
    assert later.year(2027).version == "2027-office-1（测试通知）" and later.year(2026) is calendar.year(2026)
