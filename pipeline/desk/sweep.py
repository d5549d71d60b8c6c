"""Time passes: what fell due is handled, once, however late or often this runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.codec import decode, encode
from pipeline.cases.due import handle, next_due
from pipeline.cases.fold import fold
from pipeline.cases.shelf import CASE_FAULTS, fault_words
from pipeline.desk.awaiting import UNSEALED, unsealed_rows
from pipeline.desk.lasting import ask_for_lasting
from pipeline.desk.record import enter
from pipeline.desk.service import Desk
from pipeline.errors import PackError


def sweep_cases(desk: Desk, today: date) -> int:
    """Handle all that fell due by `today` (see cases/due.py); returns how many. Running it twice does nothing more.

    A case that cannot be gone on with is named on the status page and by `doctor`, left as it is, and tried again at the
    next sweep; the others' time passes all the same. Faults of the database itself stop the sweep as a whole.
    """
    handled = 0
    with desk.reading() as connection:
        cases = journal.case_ids(connection)
    lost: dict[str, str] = {}
    sick: dict[str, str] = {}
    late: list[dict[str, Any]] = []
    for case_id in cases:
        try:
            with desk.database.begin() as connection:
                handled += _sweep_case(desk, connection, case_id, today, late)
        except PackError as fault:  # its edition of the pack is gone
            lost[case_id] = fault.zh
        except CASE_FAULTS as fault:
            sick[case_id] = fault_words(case_id, fault)[0]
    with desk.database.begin() as connection:
        registers.set_mark(connection, "last sweep", today.isoformat())
        registers.set_mark(connection, UNSWEPT, encode(lost))
        registers.set_mark(connection, SICK, encode(sick))
        registers.set_mark(connection, UNSEALED, encode(late))
    return handled


UNSWEPT = "unswept"
"""The mark of the cases whose time could not pass, each with the reason."""


def unswept(connection: sa.Connection) -> dict[str, str]:
    """Cases whose deadlines nobody looks after since their edition of the pack is lost, with what to do; at the last sweep."""
    found: dict[str, str] = decode(registers.get_mark(connection, UNSWEPT) or "{}")
    return found


SICK = "sick cases"
"""The mark of the cases that could not be gone on with, each with the reason."""


def sick_cases(connection: sa.Connection) -> dict[str, str]:
    """Cases whose record could not be read or gone on with at the last sweep, with what to do."""
    found: dict[str, str] = decode(registers.get_mark(connection, SICK) or "{}")
    return found


def _sweep_case(desk: Desk, connection: sa.Connection, case_id: str, today: date, late: list[dict[str, Any]]) -> int:
    handled = 0
    case = fold(journal.read(connection, case_id))
    while case is not None and (due := next_due(desk.pack_of(case), case, today)):
        enter(desk, connection, handle(desk.pack_of(case), case, due, registers.number_view(connection), today), actor="hongtou")
        handled += 1
        case = fold(journal.read(connection, case_id))
    if case is not None:
        ask_for_lasting(desk, connection, case, today)
        late += unsealed_rows(desk, connection, desk.pack_of(case), case, today)
    return handled
