"""All cases as they stand, kept folded: each look reads only the events that came since the last one.

Only committed events may be read through a shelf: a look inside a transaction that has appended something would
keep what may still be rolled back. A case whose record cannot be read is set aside with the reason, and tried again at
each look; the others are there all the same.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.case import Case
from pipeline.cases.damage import not_opened
from pipeline.cases.events import OFFICE, Kind, Recorded
from pipeline.cases.fold import advance, fold, opened
from pipeline.errors import HongtouError, StoreError

CASE_FAULTS = (HongtouError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, OSError)
"""What one case may raise when its record, or what it leans on, is not as it must be. Faults of the database itself are none
of these: they concern every case."""


def fault_words(case_id: str, fault: Exception) -> tuple[str, str]:
    """What is wrong with one case and what to do, in Chinese and English."""
    no, told = case_id.split(".", 1)[-1], f"{type(fault).__name__}: {fault}"
    what, what_en = (fault.zh, fault.en) if isinstance(fault, HongtouError) else (told, told)
    return (
        f"案件 {no} 的记录读不出或者办不下去（{what}），它的期限没有检查；其他案件不受影响，下一次检查会再试。请管理员运行 hongtou journal verify 核对日志，被改动的从备份恢复（hongtou restore）",
        f"case {no} cannot be read or gone on with ({what_en}): its deadlines were not looked after; the other cases are unaffected, and it is tried again. Run `hongtou journal verify`; restore what was changed from a backup",
    )


class Shelf:
    """Folded cases of one journal. Safe to share between threads."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._damaged: dict[str, tuple[str, str]] = {}
        self._seen = 0
        self._lock = threading.Lock()

    def get(self, connection: sa.Connection, case_id: str) -> Case | None:
        """A case as it stands, or None. Raises StoreError when there is one whose record cannot be read."""
        found = self.all(connection).get(case_id)
        if found is None and (words := self._damaged.get(case_id)):
            raise StoreError(*words)
        return found

    def all(self, connection: sa.Connection) -> dict[str, Case]:
        """All cases by id, oldest first; without those whose record cannot be read."""
        with self._lock:
            for case_id in tuple(self._damaged):
                self._read_anew(connection, case_id)
            try:
                new = journal.read(connection, since=self._seen)
            except CASE_FAULTS:
                self._all_anew(connection)
                return dict(self._cases)
            for event in new:
                self._take(event)
            return dict(self._cases)

    def _take(self, event: Recorded) -> None:
        self._seen = event.seq
        if event.case in self._damaged:
            return
        try:
            if event.kind is Kind.OPENED:
                self._cases[event.case] = opened(event)
            elif event.case in self._cases:
                self._cases[event.case] = advance(self._cases[event.case], event)
            elif event.case != OFFICE:
                raise not_opened(event)
        except CASE_FAULTS as fault:
            self._set_aside(event.case, fault)

    def _set_aside(self, case_id: str, fault: Exception) -> None:
        self._damaged[case_id] = fault_words(case_id, fault)
        self._cases.pop(case_id, None)

    def _read_anew(self, connection: sa.Connection, case_id: str) -> None:
        try:
            found = [event for event in journal.read(connection, case_id) if event.seq <= self._seen]
            case = fold(found)
        except CASE_FAULTS as fault:
            self._set_aside(case_id, fault)
            return
        self._damaged.pop(case_id, None)
        if case is not None:
            self._cases[case_id] = case

    def _all_anew(self, connection: sa.Connection) -> None:
        """An entry cannot be read: case by case, so that only the one it belongs to is set aside."""
        self._seen = connection.execute(sa.select(sa.func.coalesce(sa.func.max(journal.events.c.seq), 0))).scalar_one()
        for case_id in journal.case_ids(connection):
            self._read_anew(connection, case_id)
