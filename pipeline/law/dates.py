"""Counting days and months on the calendar, without holidays (those are the clock's business)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later (earlier when negative); the month's last day where there is none.

    Civil Code art. 202. Raises ValueError when it leaves the calendar.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"{day} + {months} months leaves the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """`days` later; the day itself is not counted (Civil Code art. 201). Raises ValueError when it leaves the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError as trouble:
        raise ValueError(f"{day} + {days} days leaves the calendar") from trouble


def days_between(first: date, second: date) -> int:
    """Days from `first` to `second`; negative when it lies before."""
    return (second - first).days


def months_between(first: date, second: date) -> int:
    """Whole months from `first` to `second`; negative when it lies before."""
    if second < first:
        return -months_between(second, first)
    months = (second.year - first.year) * 12 + second.month - first.month
    return months if add_months(first, months) <= second else months - 1
