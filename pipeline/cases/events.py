"""What can happen to a case. Events are the truth; everything else about a case is folded from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

OFFICE = ""
"""The `case` of events that belong to the office and to no case."""


class Kind(StrEnum):
    """Kinds of events. The value is what the journal holds and never changes its meaning."""

    OPENED = "opened"
    FILED = "filed"
    REFUSED = "refused"
    NOTED = "noted"
    TAKEN_BACK = "taken_back"
    MOVED = "moved"
    DRAFTED = "drafted"
    DRAFT_SHOWN = "draft_shown"
    DRAFT_EDITED = "draft_edited"
    DRAFT_RETURNED = "draft_returned"
    ISSUED = "issued"
    SEALED = "sealed"
    JUDGED = "judged"
    RAISED = "raised"
    COUNTERSIGNED = "countersigned"
    ROOTED = "rooted"
    ROOT_SHEET = "root_sheet"
    REHEARSED = "rehearsed"
    STAMPED = "stamped"
    DELIVERED = "delivered"
    CLOCK_STARTED = "clock_started"
    CLOCK_PAUSED = "clock_paused"
    CLOCK_RESUMED = "clock_resumed"
    CLOCK_STOPPED = "clock_stopped"
    CLOCK_PASSED = "clock_passed"
    CLOCK_RECOMPUTED = "clock_recomputed"
    REMINDED = "reminded"
    MOVE_ASKED = "move_asked"
    DROP_ANSWERED = "drop_answered"
    NUMBERED = "numbered"
    SERIES_STARTED = "series_started"
    DELEGATED = "delegated"
    JOB_RETRIED = "job_retried"
    LOTS_ASKED = "lots_asked"
    LOTS_DRAWN = "lots_drawn"
    URGED = "urged"
    HANDED_ON = "handed_on"
    OPINION_ASKED = "opinion_asked"
    OPINION_GIVEN = "opinion_given"
    SENT_BACK = "sent_back"
    MENDED = "mended"
    PRINTED = "printed"
    TAKEN_OVER = "taken_over"
    PAPER_ENTERED = "paper_entered"
    PROPOSED = "proposed"
    PROPOSAL_CLOSED = "proposal_closed"
    CALENDAR_SET = "calendar_set"
    DELEGATION_ENDED = "delegation_ended"
    AWAY = "away"
    BACK = "back"
    HANDED_OVER = "handed_over"
    PEOPLE = "people"
    SEALS = "seals"
    SHEET_SEALED = "sheet_sealed"
    SHEETS_OPENED = "sheets_opened"
    ARCHIVED = "archived"
    PACKAGED = "packaged"
    ARCHIVE_CHECKED = "archive_checked"
    ARCHIVE_AUDITED = "archive_audited"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data` holds only what the journal can hold (see codec)."""

    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)
    case: str = OFFICE


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in its place in the journal."""

    seq: int
    case: str
    case_seq: int
    kind: Kind
    at: str
    actor: str
    data: Mapping[str, Any]
    hash: str
