"""What `decide` hands on: events to record, numbers to take, work to do, and the one answer to the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.cases.events import Event
from pipeline.model import Finding


class Outcome(StrEnum):
    """What became of a drop; each has one meaning for whoever dropped it."""

    RECEIVED = "received"
    CORRECTION = "correction"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REFUSED = "refused"
    DRY_RUN = "dry_run"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"
    TO_CLERK = "to_clerk"


OUTCOME_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.RECEIVED: ("已收到", "received"),
    Outcome.CORRECTION: ("已收到，需要补正", "received; corrections are needed"),
    Outcome.RECORDED: ("已办理", "done"),
    Outcome.DUPLICATE: ("此前已收到，无须再交", "already received"),
    Outcome.STALE: ("此表已过期，未办理", "this form is out of date; nothing was done"),
    Outcome.REFUSED: ("未办理，请看原因", "not done; see the reasons"),
    Outcome.DRY_RUN: ("预审结果（不立案）", "dry run; no case was opened"),
    Outcome.QUARANTINED: ("文件不安全，已隔离", "unsafe file, set aside"),
    Outcome.UNREADABLE: ("读不出表格，未办理", "no form could be read; nothing was done"),
    Outcome.TO_CLERK: ("已收到，转工作人员处理", "received; passed to a clerk"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A number taken: the `n`-th of `series` in `year`, written `text`, for `document` (of `case`, where a decision has several).

    `on_paper`: it was given on paper before the case was taken over; then `n` is 0 where it fits no series.
    """

    series: str
    year: int
    n: int
    text: str
    document: str
    case: str = ""
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A job to be done after recording: its kind and the ids it needs."""

    kind: str
    args: tuple[str, ...]

    @property
    def key(self) -> str:
        """What makes two of them the same job."""
        return "/".join(self.args)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that a resubmission changed."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer to a drop. `zh`/`en` add to the outcome's own words what happens next."""

    outcome: Outcome
    zh: str = ""
    en: str = ""
    case_no: str = ""
    number: str = ""
    findings: tuple[Finding, ...] = ()
    differences: tuple[Difference, ...] = ()
    sealed: str = ""
    """Findings that only the filer may read, in a box (see desk/concealing.py); then `findings` is empty."""

    def plain(self) -> dict[str, Any]:
        """As the register keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one filing. Nothing has happened until it is recorded."""

    answer: Answer
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    works: tuple[Work, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a matter does once its second person has confirmed it, and the words of the answer."""

    events: tuple[Event, ...]
    claims: tuple[Claim, ...] = ()
    works: tuple[Work, ...] = ()
    zh: str
    en: str
