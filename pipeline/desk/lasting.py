"""Sealed documents are kept checkable: raised to B-LTA once newer revocation data can be had, and again before that ages.

Only the newest timestamp counts: what it covers stays proven by it, however old the algorithms of the signatures beneath.

What was served stays a beginning of what is kept: raising only appends. A document that cannot be raised yet (no newer
list, no timestamp service) keeps its seal as it is, and is tried again at each sweep of another day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from pipeline.archive.algorithms import first_to_end
from pipeline.cases import registers
from pipeline.cases.case import Case, Paper
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.clockwork import SHANGHAI
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.errors import SigningError
from pipeline.papers.longterm import extend, lacking, lasts_until, links, protected_by
from pipeline.papers.timestamp import answered_by

BEFORE_END = timedelta(days=365)
"""How long before a timestamp's certificate, or an algorithm it rests on, ends the next one is added."""
_MARK, _ASKED = "not raised: ", "raise asked: "


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the diary: a sealed document, until when its newest timestamp holds, when it is raised next and for what reason."""

    paper: Paper
    raised_on: date | None
    until: date | None
    again_on: date
    because: str


def diary(case: Case) -> Iterator[Entry]:
    """Each sealed document of the case with the day it is to be raised, as the record and the table of algorithms say today."""
    days = {(e.kind, e.data["id"]): e for e in case.history if e.kind in (Kind.SEALED, Kind.RAISED)}
    for paper in case.papers.values():
        sealed, raised = days.get((Kind.SEALED, paper.id)), days.get((Kind.RAISED, paper.id))
        if sealed is None:
            continue
        if raised is None:
            yield Entry(paper, None, None, _day(datetime.fromisoformat(sealed.at)) + timedelta(days=1), "用印次日取得新的吊销信息后加归档时间戳")
            continue
        until, because = _limit(date.fromisoformat(raised.data["until"]), raised.data.get("algorithms") or ())
        yield Entry(paper, _day(datetime.fromisoformat(raised.at)), until, until - BEFORE_END, because)


def _limit(certificate: date, names: Iterable[str]) -> tuple[date, str]:
    """Until when a timestamp holds, and what ends first: its certificate, or an algorithm it was made with."""
    ending = first_to_end(names)
    if ending is not None and ending.end is not None and ending.end < certificate:
        return ending.end, f"{ending.zh} 自 {ending.end} 起不再可靠"
    return certificate, f"时间戳证书 {certificate} 到期"


def due_papers(case: Case, today: date) -> Iterator[Paper]:
    """Sealed documents to raise: sealed on an earlier day and never raised, or near the end of what their last timestamp rests on."""
    yield from (entry.paper for entry in diary(case) if entry.again_on <= today)


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
    names = sorted(protected_by(pdf))
    until, because = _limit(_day(ends), names)
    if before := _no_longer(case, paper_id, _day(ends), until):
        _remember(desk, paper_id, f"新的时间戳并不比原有的更久（仍是{before}），没有加上；请换用证书更新或算法更强的时间戳服务")
        return
    kept = desk.store.put(pdf)
    data = {
        "id": paper_id, "number": paper.number, "sha256": kept, "until": _day(ends).isoformat(), "again_on": (until - BEFORE_END).isoformat(),
        "algorithms": names, "because": because, "timestamp_by": answered_by(desk.keys.timestamper),
    }  # fmt: skip
    shown = Work("show_case", (case_id, f"raised-{paper_id}-{kept[:12]}"))
    note(desk, (Event(Kind.RAISED, data, case_id),), (Work("place", (case_id, paper_id, kept[:12])), shown))
    _remember(desk, paper_id, "")


def _no_longer(case: Case, paper_id: str, certificate: date, until: date) -> str:
    """What holds the document back when another timestamp lasts no longer than the one it has; else an empty text."""
    last = next((e for e in reversed(case.history) if e.kind is Kind.RAISED and e.data["id"] == paper_id), None)
    if last is None or certificate - date.fromisoformat(last.data["until"]) > timedelta(days=30):
        return ""
    before, because = _limit(date.fromisoformat(last.data["until"]), last.data.get("algorithms") or ())
    return because if until <= before else ""


def _raised(desk: Desk, pdf: bytes) -> bytes:
    trust = desk.keys.wide_trust
    rests_on = links(pdf, trust)
    revocation, troubles = desk.keys.revocation(rests_on)
    if missing := lacking(rests_on, revocation):
        raise SigningError("；".join(each.zh for each in (*missing, *troubles)), "; ".join(each.en for each in (*missing, *troubles)))
    return extend(pdf, trust, revocation, desk.keys.timestamper)


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
