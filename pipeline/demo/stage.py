"""The demo while it runs: its office and desk, and waiting for what the watcher does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.case import Case
from pipeline.cases.codec import decode
from pipeline.cases.decision import Outcome
from pipeline.cases.fold import fold
from pipeline.demo.lasting import Proof
from pipeline.desk.service import Desk
from pipeline.errors import StoreError
from pipeline.office import Office

LONGEST_WAIT = 120.0


@dataclass
class Stage:
    """The demo while it runs: the office, its desk, and what has been dropped so far."""

    office: Office
    desk: Desk
    say: Callable[[str], None]
    dropped: int = 0
    proof: Proof | None = None
    started: float = field(default_factory=time.monotonic)

    def cases(self) -> list[Case]:
        """All cases as they stand."""
        with self.desk.reading() as connection:
            found = [fold(journal.read(connection, case_id)) for case_id in journal.case_ids(connection)]
        return [case for case in found if case is not None]

    def case(self, no: str) -> Case:
        """The case of that number as it stands."""
        return next(case for case in self.cases() if case.no == no)

    def wait(self, what: str, done: Callable[[], object]) -> None:
        """Wait until `done`; raises StoreError after two minutes, or at once when a job has failed."""
        assert self.desk.engine is not None
        limit = time.monotonic() + LONGEST_WAIT
        while not done():
            if failed := self.desk.engine.failed():
                raise StoreError(f"演示中断，任务失败：{failed[0].id} {failed[0].error}", f"a job failed: {failed[0].id} {failed[0].error}")
            if time.monotonic() > limit:
                raise StoreError(f"演示中断：等不到“{what}”", f"gave up waiting for {what}")
            time.sleep(0.05)

    def answers(self) -> int:
        """How many drops have been decided."""
        with self.desk.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(registers.drops).where(registers.drops.c.outcome.is_not(None))).scalar_one()

    def refuse_unless_recorded(self, what: str) -> None:
        """Raises StoreError with the last drop's answer when it was not acted on."""
        table = registers.drops
        with self.desk.reading() as connection:
            row = connection.execute(sa.select(table).order_by(table.c.seq.desc()).limit(1)).one()
        if row.outcome != Outcome.RECORDED:
            answer = answer_of(row.answer)
            raise StoreError(f"《{what}》未办理：{answer['zh']} {[f['zh'] for f in answer['findings']]}", f"{what}: {answer['en']}")

    def quiet(self) -> bool:
        """Nothing left to do."""
        assert self.desk.engine is not None
        return self.desk.engine.pending().open == 0


def answer_of(text: str) -> dict[str, Any]:
    """What a drop was told, from its row in the register."""
    answer: dict[str, Any] = decode(text)
    return answer
