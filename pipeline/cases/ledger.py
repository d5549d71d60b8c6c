"""The ledger of a clock: how much time it had, each stop and each resumption, and how long it stood still. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.cases.case import Running
from pipeline.law.calendar import Calendar
from pipeline.law.clock import workdays_between

_WORDS: Mapping[str, str] = {
    "clock_started": "起算", "clock_paused": "停止计算", "clock_resumed": "恢复计算", "clock_stopped": "终止",
    "clock_passed": "届满", "clock_recomputed": "按新公布的放假安排重新计算",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger: when, what, the last day after it (nominal and final), and how it came about."""

    on: str
    zh: str
    nominal: str
    final: str
    working: str
    cite: Any = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries of a clock; `budget` is the time it was given last, `still` the days it stood still, both in words."""

    entries: tuple[Entry, ...]
    budget: str
    still: int


def ledger(clock: Running, calendar: Calendar) -> Ledger:
    """The ledger of `clock`, oldest entry first."""
    return Ledger(tuple(_entries(clock)), _budget(clock, calendar), _still(clock))


def counting(clock: Running) -> Mapping[str, Any]:
    """How the last day was arrived at: the newest entry that gave one, with its working and its ground.

    What paused, stopped or ended the period has a ground of its own, which is not the ground of its length.
    """
    return next((row for row in reversed(clock.ledger) if "final" in row and row.get("cite")), clock.data)


def _entries(clock: Running) -> Iterator[Entry]:
    nominal = final = ""
    for n, row in enumerate(clock.ledger):
        nominal, final = str(row.get("nominal", nominal)), str(row.get("final", final))
        again = n > 0 and row["what"] == "clock_started"
        zh = "重新确定" if again else _WORDS.get(row["what"], row["what"])
        if row.get("printed_in"):
            zh += f"：应为{row['recomputed']}，{row['printed_in']}已载明{final}，不作变动"
        yield Entry(str(row.get("on") or row.get("base", "")), zh, nominal, final, str(row.get("working", "")), row.get("cite", ""))


def _budget(clock: Running, calendar: Calendar) -> str:
    start = next((row for row in reversed(clock.ledger) if row["what"] == "clock_started"), None)
    if start is None or "base" not in start or "nominal" not in start:
        return ""
    base, nominal = date.fromisoformat(start["base"]), date.fromisoformat(start["nominal"])
    if start.get("workdays"):
        return f"{workdays_between(base, nominal, calendar)}个工作日"
    return f"{abs((nominal - base).days)}日"


def _still(clock: Running) -> int:
    days, since = 0, None
    for row in clock.ledger:
        if row["what"] == "clock_paused":
            since = date.fromisoformat(row["on"])
        elif since is not None and row.get("on") and row["what"] in ("clock_resumed", "clock_started", "clock_stopped"):
            days, since = days + (date.fromisoformat(row["on"]) - since).days, None
    return days
