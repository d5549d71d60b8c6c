"""Daily jobs: once a day after their time, once for all days missed."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from pipeline.clockwork import SHANGHAI
from pipeline.work.schedule import DailyTimes

TIMES = DailyTimes({"sweep": time(0, 10), "root": time(23, 50), "fixity": time(3, 0)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "2026-01-15 10:00", True),
        ("2026-01-15 00:10", "2026-01-15 10:00", False),
        ("2026-01-15 00:09", "2026-01-15 00:10", True),
        ("2026-01-15 00:10", "2026-01-16 00:09", False),
        ("2026-01-15 00:10", "2026-01-16 00:10", True),
        ("2026-01-01 00:10", "2026-01-15 00:05", True),
        ("2026-02-28 12:00", "2026-03-01 00:11", True),
    ],
)
def test_the_sweep_is_due(last: str | None, now: str, due: bool) -> None:
    times = DailyTimes({"sweep": time(0, 10)})
    assert times.due({"sweep": at(last)} if last else {}, at(now)) == (("sweep",) if due else ())


def test_several_come_in_the_order_of_their_times() -> None:
    assert TIMES.due({}, at("2026-01-15 12:00")) == ("sweep", "fixity", "root")
    assert TIMES.due({"root": at("2026-01-14 23:50"), "sweep": at("2026-01-15 00:10")}, at("2026-01-15 12:00")) == ("fixity",)


def test_the_day_is_shanghais_wherever_the_time_comes_from() -> None:
    assert TIMES.key("sweep", datetime(2026, 1, 14, 16, 30, tzinfo=UTC)) == "sweep-2026-01-15"
    assert TIMES.key("sweep", datetime(2026, 1, 14, 15, 59, tzinfo=UTC)) == "sweep-2026-01-14"


def test_next_time() -> None:
    assert TIMES.next_at("root", at("2026-01-15 12:00")) == at("2026-01-15 23:50")
    assert TIMES.next_at("root", at("2026-01-15 23:50")) == at("2026-01-16 23:50")
