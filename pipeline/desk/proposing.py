"""Matters that wait for a second person: what a decision on them may know, and the folder `复核` in which they lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.events import Kind
from pipeline.cases.folders import Piece, Unit
from pipeline.cases.pages import page
from pipeline.cases.proposals import OPEN, RETURNED, Proposal, proposals
from pipeline.cases.staff import Staff
from pipeline.desk.picture import safe_name
from pipeline.desk.posts import matters_of
from pipeline.desk.service import Desk
from pipeline.desk.showing import show_unit
from pipeline.model import Filing, FormIdentity, Submission
from pipeline.papers.forms import build_docx, build_pdf

CONFIRMATION = "office_confirmation"
_TWO_PEOPLE = ("case_takeover", "holiday_table", CONFIRMATION)
HOME = "复核"


def beside(desk: Desk, connection: sa.Connection, filing: Filing, submission: Submission, staff: Staff) -> dict[str, Any]:
    """What decisions about the office itself look at beside the form; nothing for all others."""
    if filing.form == "duty_handover":
        named = {p.role: frozenset(q.name for q in desk.office.people if (q.jurisdiction, q.role) == (p.jurisdiction, p.role)) for p in desk.office.people if p.jurisdiction == filing.jurisdiction}
        return {"matters": matters_of(desk, connection, filing.jurisdiction), "named": named}
    if filing.form not in _TWO_PEOPLE:
        return {"staff": staff}
    events = desk.office_events(connection)
    cases = [(desk.pack_at_hand(case), case) for case in desk.shelf.all(connection).values()]
    live = [(pack, case) for pack, case in cases if not pack.lifecycle.states[case.state].terminal]
    mine = [case for _, case in live if case.jurisdiction == filing.jurisdiction]
    return {
        "proposals": proposals(events), "open_cases": live, "numbers_used": registers.numbers_used(connection),
        "places": submission.main.places if submission.main else {},
        "centres": {(str((case.application.get("applicant") or {}).get("name", "")), str(case.application.get("center_name", ""))): case.no for case in mine},
        "taken_over": {case.no: case for case in mine if case.taken_over},
        "owners": frozenset(p.folder for p in desk.office.people if (p.jurisdiction, p.role) == (filing.jurisdiction, "申报")),
        "calendar_years": [int(event.data["year"]) for event in events if event.kind is Kind.CALENDAR_SET],
    }  # fmt: skip


def proposal_named(desk: Desk, connection: sa.Connection, no: str) -> Proposal:
    """A proposal by its number. Raises KeyError."""
    return proposals(desk.office_events(connection))[no]


def was_returned(desk: Desk, connection: sa.Connection, token: str) -> bool:
    """Whether a drop is the entry of a matter that the second person returned: the same may then be entered again."""
    return any(p.filing["id"] == token and p.status == RETURNED for p in proposals(desk.office_events(connection)).values())


def show_proposal(desk: Desk, no: str) -> None:
    """`复核/<number>/`: the list of what will change, the original, and the sheet for the second person."""
    with desk.reading() as connection:
        proposal = proposal_named(desk, connection, no)
    if proposal.status == OPEN:
        show_unit(desk, proposal_unit(desk, proposal))


def proposal_unit(desk: Desk, proposal: Proposal) -> Unit:
    """The folder of one matter that waits for a second person."""
    pack = desk.packs[proposal.jurisdiction]
    spec = pack.forms[CONFIRMATION]
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction, role="办理", bound=proposal.digest)
    values = {"item_no": proposal.no, "item": proposal.title, "entered_by": proposal.by}
    source: Mapping[str, Any] = proposal.filing
    name = safe_name(PurePosixPath(str(source["main_name"] or source["name"])).name, 80)
    intro = f"{proposal.by}于{proposal.on}登记，另一位工作人员对照原件核对后，填写《复核确认单》投到本人的文件夹。确认之前什么也没有改变。"
    listed = page("list", "复核清单", {
        "subtitle": f"{proposal.no}　{proposal.title}", "intro": intro, "notes": f"原件摘要（SHA-256）：{source['original']}", "lines": proposal.lines, "signers": (),
    })  # fmt: skip
    pieces = {
        "复核清单.html": Piece(listed), f"原件_{name}": Piece(desk.store.get(source["main_sha256"] or source["original"])),
        "复核确认单.docx": Piece(build_docx(pack, spec, identity, values), editable=True), "复核确认单.pdf": Piece(build_pdf(pack, spec, identity, values), editable=True),
    }  # fmt: skip
    return Unit(f"proposal:{proposal.no}", f"{pack.jurisdiction}/{HOME}/{safe_name(f'{proposal.no}_{proposal.title}')}", pieces)


def open_proposals(desk: Desk) -> tuple[str, ...]:
    """Numbers of what waits for a second person, for `rebuild`."""
    with desk.reading() as connection:
        return tuple(no for no, proposal in proposals(desk.office_events(connection)).items() if proposal.status == OPEN)
