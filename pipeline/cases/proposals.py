"""What two people have to do: one enters it, another confirms it against the original, bound by hash (双人复核). Pure.

A proposal is the fold of the office's own events; nothing of it is in force before it is confirmed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.cases.codec import encode
from pipeline.cases.events import Kind, Recorded
from pipeline.model import Filing

OPEN, CONFIRMED, RETURNED = "open", "confirmed", "returned"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One matter that waits for a second person, or did. `digest` is what the confirmation must carry."""

    no: str
    jurisdiction: str
    title: str
    by: str
    on: str
    digest: str
    filing: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    """Where the rows of its tables stood on the original."""
    status: str = OPEN

    @property
    def form(self) -> str:
        """The form it was entered on."""
        return str(self.filing["form"])


def digest_of(filing: Mapping[str, Any]) -> str:
    """SHA-256 over what was filled in and the original file: what the second person has before them."""
    content = {"form": filing["form"], "data": filing["data"], "original": filing["original"]}
    return hashlib.sha256(encode(content).encode()).hexdigest()


def proposals(events: Iterable[Recorded]) -> dict[str, Proposal]:
    """All proposals by number, oldest first, from the office's events."""
    found: dict[str, Proposal] = {}
    for event in events:
        data = event.data
        if event.kind is Kind.PROPOSED:
            found[data["no"]] = Proposal(
                data["no"], data["jurisdiction"], data["title"], data["by"], data["on"], data["digest"], data["filing"], tuple(data["lines"]), data.get("places", {}),
            )
        elif event.kind is Kind.PROPOSAL_CLOSED and data["no"] in found:
            found[data["no"]] = replace(found[data["no"]], status=data["outcome"])
    return found


def next_number(known: Mapping[str, Proposal], filing: Filing) -> str:
    """The number of the next proposal: 复核, year, running number."""
    year = filing.received_at.year
    return f"复核〔{year}〕{sum(1 for no in known if no.startswith(f'复核〔{year}〕')) + 1}号"
