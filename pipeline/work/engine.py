"""The engine on dbos: the only module that knows it.

One job is one dbos workflow on one partitioned queue (a partition is a case: one job at a time, in order). The
workflow always ends well for dbos; whether the job did is written in our own table of jobs. dbos' tables lie in the
office's own database, so a job exists exactly when the decision that asked for it does.

After `kill -9` the next start under the same executor id takes up what was in hand. Two processes must not work under
one id at once: on SQLite a lock file beside the database sees to that. Residual risk: on PostgreSQL nothing does yet;
run one worker there.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from pipeline.clockwork import Clock, wall_clock
from pipeline.errors import RefusedError
from pipeline.work import jobs
from pipeline.work.database import open_database, reading, sqlite_file
from pipeline.work.port import Counts, FailedJob, Handler, Job, Patience
from pipeline.work.runner import Interrupted, Runner

APPLICATION = "hongtou"
APPLICATION_VERSION = "1"
"""Pinned: dbos' own default is a hash of the sources and strands every job after an upgrade."""
QUEUE = "hongtou-jobs"
WORKFLOW = "hongtou-job"
MOST_RECOVERIES = 10_000
"""For dbos only; `Patience.crashes` is far lower and visible in our own table."""
DATABASE_PAUSE = 5.0
"""Seconds before a job is tried again under which the database itself failed."""
HIGHEST_PRIORITY_NUMBER = 2**31 - 1
_LIVE = {"ENQUEUED", "PENDING", "DELAYED"}

_log = logging.getLogger(__name__)
_only_one = threading.Lock()
"""dbos is one per process; held by the engine that is started."""


def open_engine(
    database: str | sa.Engine,
    handlers: Mapping[str, Handler],
    *,
    workers: int = 2,
    executor: str = "office",
    polling: float = 0.1,
    patience: Patience | None = None,
    clock: Clock = wall_clock,
) -> DbosEngine:
    """An engine on `database` (URL, or an engine from `open_database`), its tables made. It works once started.

    `workers` jobs run at once; `executor` names this worker and must stay the same from start to start.
    """
    opened = open_database(database) if isinstance(database, str) else database
    return DbosEngine(opened, handlers, workers, executor, polling, patience or Patience(), clock)


class DbosEngine:
    """The port on dbos. One started engine per process; opening several to submit and look is fine."""

    def __init__(
        self, database: sa.Engine, handlers: Mapping[str, Handler], workers: int, executor: str, polling: float,
        patience: Patience, clock: Clock,
    ) -> None:  # fmt: skip
        self.database = database
        self._url = database.url.render_as_string(hide_password=False)
        self._workers, self._executor, self._polling, self._clock = workers, executor, polling, clock
        self._runner = Runner(database, handlers, patience, clock, self._pause)
        self._stopping = threading.Event()
        self._in_hand = 0
        self._changed = threading.Condition()
        self._lock: int | None = None
        _quieten()
        with database.connect():  # an SQLite file gets WAL before dbos opens it
            pass
        DBOS.migrate(self._url)
        jobs.create_tables(database)
        self._client = DBOSClient(
            system_database_engine=database, serializer=DBOSPortableJSONSerializer(), application_name=APPLICATION, lazy=True
        )

    def submit(self, connection: sa.Connection, job: Job) -> bool:
        """As `port.Engine.submit`."""
        if not jobs.add(connection, job, self._clock()):
            return False
        self._enqueue(connection, job.id, job)
        return True

    def start(self) -> None:
        """As `port.Engine.start`."""
        self._take_lock()
        self._stopping.clear()
        try:
            self._fail_lost_jobs()
            self._launch()
        except BaseException:
            self.stop(patience=0)
            raise

    def stop(self, patience: float = 30.0) -> None:
        """As `port.Engine.stop`. Stopping what does not work is harmless."""
        if self._lock is None:
            return
        self._stopping.set()
        with self._changed:
            if not self._changed.wait_for(lambda: self._in_hand == 0, timeout=patience):
                _log.warning("%d job(s) still in hand when stopping; the next start takes them up", self._in_hand)
        DBOS.destroy(destroy_registry=True)
        _only_one.release()
        os.close(self._lock)
        self._lock = None

    def idle(self, timeout: float) -> bool:
        """As `port.Engine.idle`."""
        deadline = time.monotonic() + timeout
        while self.pending().open:
            if time.monotonic() >= deadline or self._stopping.wait(self._polling):
                return not self.pending().open
        return True

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
        new_id, job = jobs.add_again(connection, job_id, actor, self._clock())
        self._enqueue(connection, new_id, job)
        return new_id

    def tidy(self, before: datetime, most: int = 1_000) -> int:
        """Forget dbos' own rows of up to `most` jobs done before `before`; ours stay. How many were looked at."""
        with reading(self.database) as connection:
            ended = jobs.ended_before(connection, before, most)
        if ended:
            self._client.delete_workflows(list(ended))
        return len(ended)

    def _launch(self) -> None:
        def work(job_id: str) -> None:  # dbos marks the function it is given, which a method does not allow
            self._work(job_id)

        DBOS.destroy(destroy_registry=True)
        DBOS(config=self._config())
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MOST_RECOVERIES)(work)
        self._client.register_queue(
            QUEUE, partition_concurrency=1, worker_concurrency=self._workers, polling_interval_sec=self._polling
        )
        DBOS.launch()

    def _enqueue(self, connection: sa.Connection, job_id: str, job: Job) -> None:
        # The priority makes order hold even when the machine's clock is set back between two submissions.
        self._client.enqueue_in_transaction(
            connection,
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": job_id,
                "queue_partition_key": job.partition,
                "priority": min(job.order + 1, HIGHEST_PRIORITY_NUMBER),
            },
            job_id,
        )

    def _work(self, job_id: str) -> None:
        with self._changed:
            self._in_hand += 1
        try:
            if self._stopping.is_set():
                raise Interrupted
            while not self._kept_books(job_id):
                self._pause(DATABASE_PAUSE)
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()

    def _kept_books(self, job_id: str) -> bool:
        """Run a job to its end; False when the database failed under it (locked, disk full), to be tried again."""
        try:
            self._runner.run(job_id)
        except sa.exc.DBAPIError:
            _log.exception("the database failed under job %s; trying again", job_id)
            return False
        return True

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Interrupted

    def _config(self) -> Any:
        return {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "enable_otlp": False,
            "sys_db_pool_size": self._workers + 4,
            "run_migrations": False,
        }

    def _fail_lost_jobs(self) -> None:
        """Jobs open in our table that dbos no longer means to run are shown as failed, so that they can be retried."""
        with reading(self.database) as connection:
            open_ids = jobs.open_ids(connection)
        if not open_ids:
            return
        live = {w.workflow_id for w in self._client.list_workflows(status=sorted(_LIVE), load_input=False, load_output=False)}
        with self.database.begin() as connection:
            for job_id in open_ids:
                if job_id not in live:
                    jobs.fail(connection, job_id, "任务引擎已不再持有此任务，请重做 / the engine lost this job; retry it", self._clock())

    def _take_lock(self) -> None:
        file = sqlite_file(self.database)
        path = os.devnull if file is None else f"{file}.worker"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if file is not None:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            os.close(handle)
            raise RefusedError(
                f"另一个 hongtou 正在使用 {file}；同时运行两个会重复办理。请先停止那一个",
                f"another hongtou works on {file}; two at once would do work twice. Stop that one first",
            ) from fault
        if not _only_one.acquire(blocking=False):
            os.close(handle)
            raise RefusedError("本进程中已有任务引擎在运行，先停止它", "an engine already works in this process; stop it first")
        self._lock = handle


def _quieten() -> None:
    """Keep dbos from writing to the console by itself; its errors go the way of all logs."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
