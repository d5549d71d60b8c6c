"""A round of sealed sheets in a case: who owes one, who has handed in, and what became known when all had. Pure.

A round is one form in one stay of the case at a state; when the case comes back to that state, a new round begins and
what was handed in before belongs to the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.cases.case import Case, Plain, since_arrival
from pipeline.cases.events import Kind
from pipeline.law.pack import Pack
from pipeline.law.sealed import Sealing, matches, sealed_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How a round stands. `sheets` are the sheets that would count now, by member."""

    form: str
    stay: int
    members: tuple[str, ...]
    sheets: Mapping[str, Plain]
    excused: tuple[str, ...] = ()
    opened: Plain | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Who still owes a sheet."""
        return tuple(name for name in self.members if name not in self.sheets and name not in self.excused)

    @property
    def complete(self) -> bool:
        """Whether nothing is awaited any more: there is something to open, and it has not been opened."""
        return self.opened is None and bool(self.sheets) and not self.missing


def round_of(case: Case, sealing: Sealing) -> Round:
    """The round of a form as the case stands."""
    stay = case.stay
    members = tuple(str(row.get(sealing.member)) for row in sealing.members(case.forms))
    excuses = _excuses(case, sealing)
    barred = {str(said[sealing.excused]) for said in excuses if sealing.even_after and matches(said, sealing.even_after)}
    sheets = {
        str(sheet["member"]): sheet for sheet in case.sheets.values()
        if (sheet["form"], sheet["stay"]) == (sealing.form, stay) and sheet["status"] != "replaced" and sheet["member"] in members and sheet["member"] not in barred
    }  # fmt: skip
    excused = tuple(name for name in members if name not in sheets and name in {str(said[sealing.excused]) for said in excuses})
    opened = next((said for said in case.opened if (said["form"], said["stay"]) == (sealing.form, stay)), None)
    return Round(form=sealing.form, stay=stay, members=members, sheets=sheets, excused=excused, opened=opened)


def _excuses(case: Case, sealing: Sealing) -> list[Plain]:
    """What was put on record in this stay about members who cannot hand in."""
    filed = [e.data["filing"]["id"] for e in since_arrival(case) if e.kind is Kind.FILED and e.data["filing"]["form"] == sealing.excuse]
    return [case.filings[one]["data"] for one in filed if not case.filings[one]["taken_back"] and not case.filings[one].get("set_aside")]


def takes_sheets(pack: Pack, case: Case, form: str) -> bool:
    """Whether the case stands where this form may be filed."""
    return bool(pack.lifecycle.candidates(case.state, form))


def awaited(pack: Pack, case: Case) -> list[tuple[str, Round]]:
    """The sealed forms that are still awaited where the case stands, with their rounds."""
    rounds = [(code, round_of(case, sealing)) for code, sealing in sealed_forms(pack).items() if takes_sheets(pack, case, code)]
    return [(code, at) for code, at in rounds if at.opened is None and at.missing and case.pending is None]


def sealed_facts(pack: Pack, case: Case | None) -> dict[str, Any]:
    """`case.sealed.<form>` of rules and prefills: how the round stands, and what is known once it is opened."""
    found: dict[str, Any] = {}
    for code, sealing in sealed_forms(pack).items():
        at = round_of(case, sealing) if case else Round(form=code, stay=0, members=(), sheets={})
        joint = (at.opened or {}).get("joint") or {}
        found[code] = {
            "started": bool(at.sheets), "opened": at.opened is not None, "members": list(at.members), "handed_in": list(at.sheets),
            "missing": list(at.missing), "excused": list(at.excused), "joint": {"rows": joint.get("rows") or [], "total": joint.get("total")},
        }  # fmt: skip
    return found
