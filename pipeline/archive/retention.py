"""How long filed documents are still to be kept: what has expired, what is due for transfer, what was not filed in time. Pure.

The list only tells; whether anything is destroyed is decided and recorded by people (Archives Law; 机关档案管理规定).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expiring:
    """A filed item whose retention has come to its end."""

    code: str
    title: str
    expires: date
    case_no: str
    destroyed_on: str = ""


def expiring(rows: Iterable[Row], day: date, destroyed: Mapping[str, str]) -> tuple[Expiring, ...]:
    """Items whose retention is over by `day`, the oldest first; `destroyed` is the day of the record by code."""
    found = [
        Expiring(str(row["code"]), str(row["title"]), date.fromisoformat(row["expires"]), str(row["case_no"]), destroyed.get(str(row["code"]), ""))
        for row in rows if row["expires"] and date.fromisoformat(row["expires"]) < day
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.expires, one.code)))


def transfer_due(row: Row, years: int) -> date:
    """The first day on which an item is to be handed over to the archive: so many full years after the year it was made."""
    return date(int(row["year"]) + years + 1, 1, 1)


def filing_due(over_on: date, month_day: str) -> date:
    """By when a case that was over on a day must be filed: the given day of the next year (机关档案管理规定)."""
    month, day = (int(part) for part in month_day.split("-"))
    return date(over_on.year + 1, month, day)
