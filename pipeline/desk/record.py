"""One transaction records a decision: events, numbers, the drop's answer, and the jobs that follow. All of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.bookcheck import drop_answered, numbered
from pipeline.cases.codec import encode
from pipeline.cases.decision import Decision, Work
from pipeline.cases.events import Event, Kind
from pipeline.desk.service import Desk
from pipeline.model import Drop

Make = Callable[[sa.Connection], Decision]


def drop_row(connection: sa.Connection, token: str) -> tuple[Drop, str | None]:
    """A registered drop, and its outcome when it has been decided. Raises sqlalchemy NoResultFound for an unknown token."""
    row = connection.execute(sa.select(registers.drops).where(registers.drops.c.token == token)).one()
    drop = Drop(
        token=row.token, jurisdiction=row.jurisdiction, role=row.role, owner=row.owner, name=row.name, sha256=row.sha256,
        size=row.size, received_at=datetime.fromisoformat(row.received_at), is_folder=row.is_folder,
    )  # fmt: skip
    return drop, row.outcome


def record(desk: Desk, drop: Drop, make: Make, fingerprint: str) -> Decision | None:
    """Decide inside one transaction and record what was decided; None when the drop was decided before."""
    with desk.database.begin() as connection:
        _, outcome = drop_row(connection, drop.token)
        if outcome is not None:
            return None
        decision = make(connection)
        case_id = enter(desk, connection, decision, actor=drop.owner or drop.role)
        table = registers.drops
        connection.execute(
            table.update().where(table.c.token == drop.token).values(
                outcome=str(decision.answer.outcome), answer=encode(decision.answer.plain()), fingerprint=fingerprint or None, case_id=case_id or None,
            )  # fmt: skip
        )
        journal.append(connection, (drop_answered(connection, drop.token),), at=desk.clock(), actor=drop.owner or drop.role)
        desk.submit(connection, Work("answer", (drop.token,)), f"answers/{drop.jurisdiction}")
    if any(event.kind is Kind.CALENDAR_SET for event in decision.events):
        desk.refresh()
    return decision


def enter(desk: Desk, connection: sa.Connection, decision: Decision, actor: str) -> str:
    """Enter a decision's events, numbers and jobs in the caller's transaction; returns the case they belong to."""
    cases = list(dict.fromkeys(event.case for event in decision.events if event.case))
    case_id = cases[0] if len(cases) == 1 else ""
    journal.append(connection, (*decision.events, *numbered(decision.claims, case_id)), at=desk.clock(), actor=actor)
    for claim in decision.claims:
        enter_number = registers.enter_paper_number if claim.on_paper else registers.take_number
        enter_number(connection, claim.series, claim.year, claim.n, claim.text, claim.case or case_id, claim.document)
    for event in decision.events:
        if event.kind is Kind.SERIES_STARTED:
            data = event.data
            registers.start_series(connection, data["series"], data["year"], data["start"], data["reason"])
    for work in decision.works:
        desk.submit(connection, work, case_id or "office")
    return case_id


def note(desk: Desk, events: tuple[Event, ...], works: tuple[Work, ...] = (), actor: str = "hongtou") -> None:
    """Record what the program itself found or did to a case, and the jobs that follow from it."""
    with desk.database.begin() as connection:
        journal.append(connection, events, at=desk.clock(), actor=actor)
        case_id = next((event.case for event in events if event.case), "")
        for work in works:
            desk.submit(connection, work, case_id or "office")
