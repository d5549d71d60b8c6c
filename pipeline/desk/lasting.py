"""Sealed documents are kept checkable: raised to B-LTA once newer revocation data can be had, and again before that ages.

What was served stays a beginning of what is kept: raising only appends. A document that cannot be raised yet (no newer
list, no timestamp service) keeps its seal as it is, and is tried again at each sweep of another day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.case import Case, Paper
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.clockwork import SHANGHAI
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.errors import SigningError
from pipeline.papers.longterm import extend, lacking, lasts_until, links

BEFORE_END = timedelta(days=365)
"""How long before a timestamp's certificate ends the next one is added."""
_MARK, _ASKED = "not raised: ", "raise asked: "


def due_papers(case: Case, today: date) -> Iterator[Paper]:
    """Sealed documents to raise: sealed on an earlier day and never raised, or near the end of their last timestamp."""
    sealed_on = {e.data["id"]: datetime.fromisoformat(e.at).astimezone(SHANGHAI).date() for e in case.history if e.kind is Kind.SEALED}
    for paper in case.papers.values():
        since = sealed_on.get(paper.id)
        again = date.fromisoformat(paper.raise_again_on) if paper.raise_again_on else since and since + timedelta(days=1)
        if paper.sha256 and again and again <= today:
            yield paper


def ask_for_lasting(desk: Desk, connection: sa.Connection, case: Case, today: date) -> None:
    """A job for each document of the case that is due; asking again on the same day asks for nothing more."""
    for paper in due_papers(case, today):
        if registers.get_mark(connection, _ASKED + paper.id) == today.isoformat():
            continue
        registers.set_mark(connection, _ASKED + paper.id, today.isoformat())
        desk.submit(connection, Work("raise", (case.id, paper.id, today.isoformat())), case.id)


def raise_paper(desk: Desk, args: tuple[str, ...]) -> None:
    """Add revocation data and a document timestamp to one sealed document, once; then put it where its earlier state lies."""
    case_id, paper_id, asked_on = args
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
    paper = case.papers[paper_id]
    if not any(each.id == paper_id for each in due_papers(case, date.fromisoformat(asked_on))):
        return
    try:
        pdf = _raised(desk, desk.store.get(paper.kept_sha256))
    except SigningError as trouble:
        _remember(desk, paper_id, trouble.zh)
        return
    ends = lasts_until(pdf)
    assert ends is not None
    data = {"id": paper_id, "number": paper.number, "sha256": desk.store.put(pdf), "until": _day(ends).isoformat(), "again_on": _day(ends - BEFORE_END).isoformat()}
    shown = Work("show_case", (case_id, f"raised-{paper_id}-{data['sha256'][:12]}"))
    note(desk, (Event(Kind.RAISED, data, case_id),), (Work("place", (case_id, paper_id, data["sha256"][:12])), shown))
    _remember(desk, paper_id, "")


def _raised(desk: Desk, pdf: bytes) -> bytes:
    trust = desk.keys.trust
    rests_on = links(pdf, trust)
    revocation, troubles = desk.keys.revocation(rests_on)
    if missing := lacking(rests_on, revocation):
        raise SigningError("；".join(each.zh for each in (*missing, *troubles)), "; ".join(each.en for each in (*missing, *troubles)))
    return extend(pdf, desk.keys.trust, revocation, desk.keys.timestamper)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _remember(desk: Desk, paper_id: str, why: str) -> None:
    """Why a document could not be raised yet, for `doctor`; empty once it was."""
    with desk.database.begin() as connection:
        registers.set_mark(connection, _MARK + paper_id, why)


def not_raised(connection: sa.Connection) -> dict[str, str]:
    """Documents (by id) that wait to be raised, with the reason of the last try."""
    rows = connection.execute(sa.select(registers.marks.c.name, registers.marks.c.value).where(registers.marks.c.name.startswith(_MARK, autoescape=True)))
    return {name.removeprefix(_MARK): why for name, why in rows if why}
