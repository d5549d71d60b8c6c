"""One job from start to end, whichever engine runs it: try, wait, try again, give up.

The one place where any fault of a handler is caught: a job that fails is recorded, never lost and never "done".
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from pipeline.clockwork import Clock
from pipeline.work import jobs
from pipeline.work.port import Handler, Patience, Task

Pause = Callable[[float], None]
"""Waits; an engine that is stopping raises `Interrupted` out of it."""


class Interrupted(BaseException):
    """The engine is stopping: leave the job as it is, the next start takes it up.

    Not an Exception, so that neither a handler nor the engine beneath takes it for the job's own failure.
    """


class NoHandlerError(Exception):
    """A job of a kind nobody handles: recorded by a newer or older program. Trying again cannot help."""


class Runner:
    """Runs jobs by id. `pause` waits between tries, `clock` dates the ends."""

    def __init__(self, database: sa.Engine, handlers: Mapping[str, Handler], patience: Patience, clock: Clock, pause: Pause) -> None:
        self.database = database
        self._handlers = handlers
        self._patience = patience
        self._clock = clock
        self._pause = pause

    def run(self, job_id: str) -> None:
        """Bring the job to its end, done or failed. Only `Interrupted` and faults of the database leave here."""
        while True:
            with self.database.begin() as connection:
                row = jobs.begin(connection, job_id)
            if row is None or self._is_poison(row):
                return
            fault = self._try(job_id, row)
            if fault is None or self._given_up(job_id, row, fault):
                return
            self._pause(self._patience.pause(row["attempts"] - row["crashes"]))

    def _is_poison(self, row: sa.RowMapping) -> bool:
        if row["crashes"] <= self._patience.crashes:
            return False
        reason = f"任务 {row['crashes']} 次使整个进程中断，已停止再试 / took the whole process down {row['crashes']} times"
        with self.database.begin() as connection:
            jobs.fail(connection, row["id"], reason, self._clock())
        return True

    def _try(self, job_id: str, row: sa.RowMapping) -> Exception | None:
        """Run the handler once; its fault, or None when the job is done."""
        def finish(connection: sa.Connection) -> None:
            jobs.finish(connection, job_id, self._clock())

        task = Task(job=jobs.job_of(row), id=job_id, attempt=row["attempts"], database=self.database, finish=finish)
        try:
            if row["kind"] not in self._handlers:
                raise NoHandlerError(f"没有办理“{row['kind']}”的程序 / no handler for jobs of kind {row['kind']}")
            self._handlers[row["kind"]](task)
            with self.database.begin() as connection:
                finish(connection)
        except Interrupted:
            with self.database.begin() as connection:
                jobs.wait_again(connection, job_id, row["last_error"])
            raise
        except Exception as fault:  # noqa: BLE001 - the outer boundary of all jobs
            return fault
        return None

    def _given_up(self, job_id: str, row: sa.RowMapping, fault: Exception) -> bool:
        """Record the fault; True when it was the last try."""
        error = "".join(traceback.format_exception_only(fault)).strip()
        hopeless = isinstance(fault, (NoHandlerError, *self._patience.hopeless))
        last = hopeless or row["attempts"] - row["crashes"] >= self._patience.attempts
        with self.database.begin() as connection:
            if last:
                jobs.fail(connection, job_id, error, self._clock())
            else:
                jobs.wait_again(connection, job_id, error)
        return last
