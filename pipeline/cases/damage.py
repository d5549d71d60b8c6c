"""What is said of an entry of the journal that is no longer what it was: which entry it is, so that somebody can look at it."""

from __future__ import annotations

from pipeline.cases.events import Recorded
from pipeline.errors import StoreError

SENSELESS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What reading or following an entry may raise when it was changed."""


def entry_fault(seq: int, case_seq: int, fault: Exception) -> StoreError:
    """That one entry cannot be read or makes no sense: which it is, and what is wrong with it."""
    what = f"{type(fault).__name__}: {fault}"
    return StoreError(
        f"日志第{seq}条（本案第{case_seq}条）读不出或不合情理：{what}",
        f"entry {seq} of the journal (number {case_seq} of the case) cannot be read or makes no sense: {what}",
    )


def not_opened(event: Recorded) -> StoreError:
    """That nothing opened a case before its first entry."""
    return StoreError(
        f"日志第{event.seq}条（本案第{event.case_seq}条）之前没有立案记录：它被改动、移走或删去",
        f"nothing opened the case before entry {event.seq} of the journal (number {event.case_seq} of the case): that was changed, moved or removed",
    )
