"""All cases as they stand, kept folded: each look reads only the events that came since the last one.

Only committed events may be read through a shelf: a look inside a transaction that has appended something would
keep what may still be rolled back.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.case import Case
from pipeline.cases.events import Kind
from pipeline.cases.fold import advance, fold


class Shelf:
    """Folded cases of one journal. Safe to share between threads."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._seen = 0
        self._lock = threading.Lock()

    def get(self, connection: sa.Connection, case_id: str) -> Case | None:
        """A case as it stands, or None."""
        return self.all(connection).get(case_id)

    def all(self, connection: sa.Connection) -> dict[str, Case]:
        """All cases by id, oldest first."""
        with self._lock:
            for event in journal.read(connection, since=self._seen):
                self._seen = event.seq
                if event.kind is Kind.OPENED:
                    opened = fold([event])
                    assert opened is not None
                    self._cases[event.case] = opened
                elif event.case in self._cases:
                    self._cases[event.case] = advance(self._cases[event.case], event)
            return dict(self._cases)
