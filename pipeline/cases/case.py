"""A case: the fold of its events. Pure; the same events always give the same case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.cases.events import Kind, Recorded
from pipeline.cases.renewal import renewed

Plain = Mapping[str, Any]
IN_FORCE = ("issued", "sealed", "on_paper")
"""What a document's status is while it is out and not void."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An outgoing document of a case. `status`: drafted → issued → sealed; or returned, void; or on_paper, issued before the case was taken over."""

    id: str
    code: str
    title: str
    status: str
    group: str
    context: Plain
    number: str = ""
    date: str = ""
    sha256: str = ""
    draft_sha256: str = ""
    edited_docx: str = ""
    docx_sha256: str = ""
    raised_sha256: str = ""
    """The sealed file with revocation data and archival timestamps appended, once it has been raised."""
    raise_again_on: str = ""
    countersigned_sha256: str = ""
    """The copy with the countersignatures of the other parties, once it has come back."""
    countersigned: tuple[Plain, ...] = ()
    """Who has countersigned: `field`, `party`, `who`, `at`, `certificate`."""
    wet_sha256: str = ""
    """The print variant for a seal of rubber and ink."""
    delivered_on: str = ""
    mended: str = ""
    """That it was corrected, voided or replaced, in words with the numbers that say so."""

    @property
    def kept_sha256(self) -> str:
        """The file as it is kept: countersigned and raised as far as it has been; it begins with the file as sealed and served."""
        return self.raised_sha256 or self.countersigned_sha256 or self.sha256


@dataclass(frozen=True, slots=True)
class Pending:
    """A transition that waits for sign-off: its drafts, and the filing it rests on."""

    group: str
    transition: str
    filing: str
    papers: tuple[str, ...]
    bound: str = ""
    """The hash the sign-off sheet must carry: over the drafts as shown. Empty until they have been drawn."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock of a case. `status`: running | paused | stopped | passed.

    `ledger` holds what happened to it, oldest first; `reminded` the reminders that were given.
    """

    clock: str
    status: str
    data: Plain
    ledger: tuple[Plain, ...] = ()
    reminded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its events say. `revision` grows whenever what may be done next changes: forms carry it."""

    id: str
    no: str
    jurisdiction: str
    pack_version: str
    state: str
    opened_on: str
    revision: int = 0
    owner: str = ""
    pack_digest: str = ""
    """The edition of the pack it was opened under; empty in records that did not keep it."""
    forms: Mapping[str, Plain] = field(default_factory=dict)
    filings: Mapping[str, Plain] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    clocks: Mapping[str, Running] = field(default_factory=dict)
    pending: Pending | None = None
    handlers: Mapping[str, str] = field(default_factory=dict)
    """Who acts on this case in a role, where it was handed to somebody by name (转办)."""
    opinions: Mapping[str, Plain] = field(default_factory=dict)
    """Opinions asked before sign-off (加签, 会签), by the filing that asked; `status` open | given | withdrawn | lapsed."""
    urged: tuple[Plain, ...] = ()
    sheets: Mapping[str, Plain] = field(default_factory=dict)
    """Sealed sheets by filing: whose, in which stay, their commitment, and the box nobody reads before all are in."""
    opened: tuple[Plain, ...] = ()
    """Rounds of sealed sheets that were opened, oldest first."""
    archived: tuple[Plain, ...] = ()
    """Acts of filing in the archive (归档, then 补归), oldest first, each with its items, and its package once made."""
    taken_over: Plain = field(default_factory=dict)
    """Where a case begun on paper came from: who took it over and confirmed it, when, from which file."""
    renewed: Plain = field(default_factory=dict)
    """What steps have changed in what is known of the application (see renewal.py): path → value."""
    history: tuple[Recorded, ...] = ()

    @property
    def application(self) -> Plain:
        """The latest application form's data, and over it what signed acts have changed since."""
        return renewed(self.forms.get("application_form", {}), self.renewed)

    @property
    def stay(self) -> int:
        """How often the case has come to another state: what is filed between two such moves belongs together."""
        return sum(1 for event in self.history if travels(event))

    def issued_codes(self) -> list[str]:
        """Codes of documents that went out."""
        return [paper.code for paper in self.papers.values() if paper.status in IN_FORCE]

    def latest(self, code: str) -> Paper | None:
        """The latest document of a code that was not returned or voided."""
        found = [p for p in self.papers.values() if p.code == code and p.status not in ("returned", "void")]
        return found[-1] if found else None


def travels(event: Recorded) -> bool:
    if event.kind is Kind.MOVED:
        return bool(event.data["from"] != event.data["to"])
    return event.kind in (Kind.TAKEN_BACK, Kind.SENT_BACK)


def since_arrival(case: Case) -> tuple[Recorded, ...]:
    """What has happened since the case came to the state in which it stands, oldest first."""
    last = max((n for n, event in enumerate(case.history) if travels(event)), default=-1)
    return case.history[last + 1 :]
