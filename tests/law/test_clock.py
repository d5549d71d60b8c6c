"""The date engine against the domain's vectors, the Civil Code's rules, and properties that always hold."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.law.calendar import Calendar, load_calendar
from pipeline.law.clock import Backward, Period, Roll, Window, deadline, resumed, window_deadline, workdays_between
from pipeline.law.dates import add_months, months_between
from pipeline.law.yamlread import read_mapping

HERE = Path(__file__).parent
CALENDAR = load_calendar(HERE.parents[1] / "schemas" / "common" / "calendar")
DATA = read_mapping(HERE / "deadline_vectors.yaml")
MORE = read_mapping(HERE / "deadline_more.yaml")
DAYS = st.dates(min_value=date(2005, 1, 1), max_value=date(2060, 12, 31))
FORWARD = st.one_of(
    st.builds(Period, months=st.integers(1, 60)),
    st.builds(Period, days=st.integers(1, 400)),
    st.builds(Period, workdays=st.integers(1, 60)),
)


def _compute(vector: dict[str, Any]) -> Any:
    start = date.fromisoformat(vector["start"])
    length, *words = re.split(r",\s*", vector["op"])
    roll = next((word.removeprefix("roll ") for word in words if word.startswith("roll ")), "none")
    if length.startswith("window"):
        return window_deadline(start.year, Window((11, 1), (11, 30)), roll, CALENDAR)
    sign, number, unit = re.fullmatch(r"([+−])(\d+) (\w+)", length).groups()  # type: ignore[union-attr]
    method = next((word for word in words if not word.startswith("roll ")), None) if sign == "−" else None
    return deadline(start, Period.of(int(number), unit, method), roll, CALENDAR)


@pytest.mark.parametrize("vector", DATA["vectors"] + MORE["vectors"], ids=lambda v: v["id"])
def test_vector(vector: dict[str, Any]) -> None:
    computed = _compute(vector)
    assert str(computed.nominal) == str(vector["nominal"])
    assert str(computed.final) == str(vector["final"])
    assert computed.provisional is vector["provisional"]
    assert vector["weekday"] == f"周{'一二三四五六日'[computed.final.weekday()]}"


@pytest.mark.parametrize("year", [2025, 2026])
def test_holiday_tables_are_the_published_ones(year: int) -> None:
    table = CALENDAR.tables[year]
    assert sorted(map(str, table.holidays)) == DATA["calendar"][f"holidays_{year}"]
    assert sorted(map(str, table.workdays)) == DATA["calendar"][f"workdays_{year}"]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_own_tables_agree_with_the_packaged_ones(year: int) -> None:
    bare = Calendar()
    days = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    assert [d for d in days if CALENDAR.is_workday(d) != bare.is_workday(d)] == []


@pytest.mark.parametrize(
    ("day", "workday", "why"),
    [
        ("2026-02-14", True, "Saturday worked by notice"),
        ("2026-02-17", False, "Spring Festival"),
        ("2026-03-14", False, "plain Saturday"),
        ("2026-03-16", True, "plain Monday"),
        ("2029-02-13", False, "Spring Festival of a year not published: projected"),
        ("2029-05-02", False, "second day of Labour Day since 2024"),
        ("2029-05-03", True, "days off in lieu are not known yet"),
        ("2019-10-01", False, "year of the packaged tables"),
    ],
)
def test_workdays(day: str, workday: bool, why: str) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is workday, why


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-01-31", 1, "2026-02-28"), ("2027-11-30", 3, "2028-02-29"), ("2024-02-29", 12, "2025-02-28"), ("2026-03-31", -1, "2026-02-28"), ("2026-01-15", -1, "2025-12-15")],
)
def test_corresponding_day_or_month_end(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (3, "months", "3个月", "3 months"), (36, "months", "3年", "3 years"), ("P1Y", "", "1年", "1 year"),
        (5, "workdays", "5个工作日", "5 working days"), ("P10WD", "", "10个工作日", "10 working days"), ("P30D", "", "30日", "30 days"),
    ],
)  # fmt: skip
def test_periods_are_read_and_named(value: Any, unit: str, zh: str, en: str) -> None:
    period = Period.of(value, unit)
    assert (period.zh, period.en) == (zh, en)


@pytest.mark.parametrize(("value", "unit"), [(0, "days"), (-3, "months"), (None, "days"), (3, ""), ("3个月", ""), ("P", ""), (True, "days"), ("P1MT2H", "")])
def test_what_is_no_period_is_refused(value: Any, unit: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        Period.of(value, unit)


def test_working_names_event_holiday_and_rule() -> None:
    computed = deadline(date(2026, 6, 25), Period(months=3), Roll.NEXT, CALENDAR, event=("收到整改意见", "receipt"), cite="《测试办法》第一条")
    assert computed.working_zh == (
        "自2026年6月25日（收到整改意见）起算（当日不计入）3个月，期满日为2026年9月25日；该日为中秋节，顺延至2026年9月28日（依据：《测试办法》第一条）。"
    )
    assert "receipt on 2026-06-25" in computed.working_en
    assert "2026-1" in computed.calendar_version


def test_provisional_result_says_so() -> None:
    computed = deadline(date(2026, 3, 12), Period(months=36), Roll.NEXT, CALENDAR)
    assert computed.provisional
    assert "暂定" in computed.working_zh
    assert "Provisional" in computed.working_en


@pytest.mark.parametrize(("established", "year"), [("2025-10-31", 2025), ("2025-11-01", 2026), ("2025-12-15", 2026)])
def test_first_annual_report(established: str, year: int) -> None:
    assert Window.of(11).first_year(date.fromisoformat(established)) == year


def test_days_standing_still_are_given_back() -> None:
    computed = resumed(date(2026, 6, 1), date(2026, 5, 1), date(2026, 5, 19), Roll.NEXT, CALENDAR)
    assert (computed.nominal, computed.final) == (date(2026, 6, 19), date(2026, 6, 22))


def test_working_days_left_are_kept() -> None:
    until = deadline(date(2026, 3, 2), Period(workdays=20), Roll.NEXT, CALENDAR).final
    computed = resumed(until, date(2026, 3, 9), date(2026, 4, 20), Roll.NEXT, CALENDAR, in_workdays=True)
    assert workdays_between(date(2026, 4, 20), computed.final, CALENDAR) == 15
    assert workdays_between(date(2026, 3, 9), until, CALENDAR) == 15


def test_resuming_before_stopping_is_refused() -> None:
    with pytest.raises(ValueError, match="resumed before"):
        resumed(date(2026, 6, 1), date(2026, 5, 2), date(2026, 5, 1), Roll.NEXT, CALENDAR)


@given(DAYS, FORWARD)
def test_never_before_nominal_when_rolling_forward(base: date, period: Period) -> None:
    computed = deadline(base, period, Roll.NEXT, CALENDAR)
    assert base < computed.nominal <= computed.final
    assert CALENDAR.is_workday(computed.final)


@given(DAYS, FORWARD)
def test_never_after_nominal_when_rolling_back(base: date, period: Period) -> None:
    computed = deadline(base, period, Roll.PREVIOUS, CALENDAR)
    assert computed.final <= computed.nominal


@given(DAYS, DAYS, FORWARD, st.sampled_from(list(Roll)))
def test_a_later_event_never_ends_earlier(first: date, second: date, period: Period, roll: Roll) -> None:
    early, late = sorted((first, second))
    assert deadline(early, period, roll, CALENDAR).final <= deadline(late, period, roll, CALENDAR).final


@given(DAYS, st.integers(1, 60))
def test_backward_readings_are_ordered(end: date, months: int) -> None:
    days = [deadline(end, Period(months=months, backward=way), Roll.NONE, CALENDAR).nominal for way in (Backward.STRICT, Backward.CORRESPONDING, Backward.EQUIVALENCE)]
    assert days == sorted(days)
    assert add_months(days[-1], months) <= end


@given(DAYS, st.integers(1, 60))
def test_workdays_counted_are_the_workdays_asked_for(base: date, number: int) -> None:
    assert workdays_between(base, deadline(base, Period(workdays=number), Roll.NONE, CALENDAR).final, CALENDAR) == number


@given(DAYS, st.integers(0, 200))
def test_months_between_undoes_add_months(day: date, months: int) -> None:
    assert months_between(day, add_months(day, months)) in (months, months - 1)
    assert months_between(day.replace(day=1), add_months(day.replace(day=1), months)) == months
