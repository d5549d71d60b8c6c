"""An engine without threads or processes: runs the waiting jobs in order when asked to come to rest.

For tests and dry runs. It keeps the same table of jobs, so whoever looks at status sees no difference.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from pipeline.clockwork import Clock, wall_clock
from pipeline.work import jobs
from pipeline.work.database import reading
from pipeline.work.port import Counts, FailedJob, Handler, Job, Patience
from pipeline.work.runner import Runner


class InlineEngine:
    """The port's double: `idle` does the work, tries that fail are repeated at once."""

    def __init__(self, database: sa.Engine, handlers: Mapping[str, Handler], patience: Patience | None = None, clock: Clock = wall_clock) -> None:
        self.database = database
        self._clock = clock
        self._runner = Runner(database, handlers, patience or Patience(), clock, pause=lambda _seconds: None)
        jobs.create_tables(database)

    def submit(self, connection: sa.Connection, job: Job) -> bool:
        """As `port.Engine.submit`."""
        return jobs.add(connection, job, self._clock())

    def start(self) -> None:
        """Nothing to begin: work is done in `idle`."""

    def stop(self, patience: float = 30.0) -> None:
        """Nothing to end."""

    def idle(self, timeout: float = 0.0) -> bool:
        """Do everything that waits, including what the jobs themselves submit; always True."""
        while True:
            with reading(self.database) as connection:
                waiting = jobs.open_ids(connection)
            if not waiting:
                return True
            self._runner.run(waiting[0])

    def pending(self) -> Counts:
        """As `port.Engine.pending`."""
        with reading(self.database) as connection:
            return jobs.counts(connection)

    def failed(self) -> tuple[FailedJob, ...]:
        """As `port.Engine.failed`."""
        with reading(self.database) as connection:
            return jobs.failed(connection)

    def retry(self, connection: sa.Connection, job_id: str, actor: str) -> str:
        """As `port.Engine.retry`."""
        return jobs.add_again(connection, job_id, actor, self._clock())[0]
