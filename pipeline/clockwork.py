"""The one place that reads the wall clock. Everything else takes `today` or `now` as a parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, in Asia/Shanghai, with its offset."""
    return datetime.now(SHANGHAI)


def frozen_clock(day: date, hour: int = 10) -> Clock:
    """A clock that always says `hour`:00 Shanghai time on `day`; for tests and simulations."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    return lambda: moment
