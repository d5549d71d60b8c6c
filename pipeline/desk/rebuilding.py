"""The outbox made anew from the record: case folders, drafts to sign, issued papers, packets, answers, blank forms."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.folders import FolderBusyError
from pipeline.desk.answers import answer_drop
from pipeline.desk.daysheet import place_sheets
from pipeline.desk.people import make_folders
from pipeline.desk.perform import JOBS
from pipeline.desk.posts import handed_over, show_handover
from pipeline.desk.proposing import open_proposals, show_proposal
from pipeline.desk.service import Desk
from pipeline.desk.showing import case_shown, remember_busy

Step = Callable[[], None]


def how_much(desk: Desk) -> int:
    """How many steps `rebuild_office` will take."""
    return len(_cases(desk)) + len(_unfiled(desk)) + 1


def rebuild_office(desk: Desk, step: Step = lambda: None) -> tuple[str, ...]:
    """Bring the whole outbox up to date with the record; gives the cases left for later since they are open somewhere.

    Repeating it changes nothing. What people put into the folders stays (see cases/folders.py).
    """
    make_folders(desk.office, desk.clock)
    step()
    busy = []
    for case_id in _cases(desk):
        try:
            _rebuild_case(desk, case_id)
        except FolderBusyError as fault:
            remember_busy(desk, "show_case", (case_id,), fault.names)
            busy.append(case_id)
        step()
    for token in _unfiled(desk):
        answer_drop(desk, token)
        step()
    place_sheets(desk)
    for no in open_proposals(desk):
        show_proposal(desk, no)
    for filing in handed_over(desk):
        show_handover(desk, filing)
    return tuple(busy)


def _rebuild_case(desk: Desk, case_id: str) -> None:
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
    case_shown(desk, case_id)
    if case.pending is not None and case.pending.bound:
        JOBS["draw"](desk, (case_id, case.pending.group))
    for paper in case.papers.values():
        if paper.status == "sealed":
            JOBS["place"](desk, (case_id, paper.id))
    for act in case.archived:
        if "package" in act:
            JOBS["place_archive"](desk, (case_id, str(act["act"])))


def _cases(desk: Desk) -> tuple[str, ...]:
    """Those whose record can be read; the others stay as they are shown, and `doctor` names them."""
    with desk.reading() as connection:
        return tuple(desk.shelf.all(connection))


def _unfiled(desk: Desk) -> tuple[str, ...]:
    """Answered drops that belong to no case: their notes lie in 办公事项, 退回 and 异常."""
    table = registers.drops
    with desk.reading() as connection:
        query = sa.select(table.c.token).where(table.c.answer.is_not(None), table.c.case_id.is_(None)).order_by(table.c.seq)
        return tuple(connection.execute(query).scalars())
