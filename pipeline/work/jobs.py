"""The table of jobs: what is visible of the engine's work, the same whichever engine does it.

A job is waiting, running, done or failed. `attempts` counts starts, `crashes` those starts that took the whole
process down: a job found running when it is started again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import NotFoundError, RefusedError
from pipeline.work.port import Counts, FailedJob, Job

METADATA = sa.MetaData()
JOBS = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("args", sa.Text, nullable=False),
    sa.Column("partition", sa.String, nullable=False),
    sa.Column("order", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("crashes", sa.Integer, nullable=False, default=0),
    sa.Column("last_error", sa.Text, nullable=False, default=""),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("finished_at", sa.String, nullable=False, default=""),
    sa.Column("retry_of", sa.String, sa.ForeignKey("jobs.id"), unique=True),
    sa.Column("retried_by", sa.String, nullable=False, default=""),
)
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
LONGEST_ERROR = 4_000
_AGAIN = re.compile(r"-r(\d+)$")


def create_tables(database: sa.Engine) -> None:
    """Make the table if it is not there."""
    METADATA.create_all(database)


def job_of(row: sa.RowMapping) -> Job:
    """The job a row records."""
    return Job(kind=row["kind"], key=row["key"], order=row["order"], partition=row["partition"], args=json.loads(row["args"]))


def find(connection: sa.Connection, job_id: str) -> sa.RowMapping:
    """The row of a job. Raises NotFoundError."""
    row = connection.execute(sa.select(JOBS).where(JOBS.c.id == job_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"没有编号为 {job_id} 的任务；用 hongtou jobs、hongtou failed 查看任务编号", f"there is no job {job_id}; `hongtou jobs` and `hongtou failed` list them")
    return row


def add(connection: sa.Connection, job: Job, now: datetime) -> bool:
    """Record a waiting job; False when it is already recorded."""
    if connection.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job.id)).first() is not None:
        return False
    _insert(connection, job, job.id, now)
    return True


def add_again(connection: sa.Connection, job_id: str, actor: str, now: datetime) -> tuple[str, Job]:
    """Record a failed job anew under the next id. Raises NotFoundError, RefusedError."""
    row = find(connection, job_id)
    if row["state"] != FAILED:
        raise RefusedError(f"任务 {job_id} 并未失败（{row['state']}），不需要重做", f"job {job_id} has not failed ({row['state']})")
    if connection.execute(sa.select(JOBS.c.id).where(JOBS.c.retry_of == job_id)).first() is not None:
        raise RefusedError(f"任务 {job_id} 已经重做过，请查看新的任务", f"job {job_id} was already started anew; look at the new one")
    before = _AGAIN.search(job_id) if row["retry_of"] else None
    base, last = (job_id[: before.start()], int(before[1])) if before else (job_id, 1)
    new_id, job = f"{base}-r{last + 1}", job_of(row)
    _insert(connection, job, new_id, now, retry_of=job_id, retried_by=actor)
    return new_id, job


def begin(connection: sa.Connection, job_id: str) -> sa.RowMapping | None:
    """Mark a job running and count the start; its row as it is now, or None when it already came to an end."""
    row = find(connection, job_id)
    if row["state"] in (DONE, FAILED):
        return None
    crashed = 1 if row["state"] == RUNNING else 0
    _update(connection, job_id, state=RUNNING, attempts=JOBS.c.attempts + 1, crashes=JOBS.c.crashes + crashed)
    return find(connection, job_id)


def wait_again(connection: sa.Connection, job_id: str, error: str) -> None:
    """Mark a running job waiting for its next try (or for the next start of the engine)."""
    _update(connection, job_id, state=WAITING, last_error=error[:LONGEST_ERROR])


def finish(connection: sa.Connection, job_id: str, now: datetime) -> None:
    """Mark a job done; doing so again changes nothing."""
    _update(connection, job_id, state=DONE, last_error="", finished_at=now.isoformat())


def fail(connection: sa.Connection, job_id: str, error: str, now: datetime) -> None:
    """Give a job up, with the reason."""
    _update(connection, job_id, state=FAILED, last_error=error[:LONGEST_ERROR], finished_at=now.isoformat())


def counts(connection: sa.Connection) -> Counts:
    """How many jobs are in each state."""
    found = connection.execute(sa.select(JOBS.c.state, sa.func.count().label("number")).group_by(JOBS.c.state))
    return Counts(**{row["state"]: row["number"] for row in found.mappings()})


def open_ids(connection: sa.Connection) -> tuple[str, ...]:
    """Ids of the jobs waiting or running, in order."""
    query = sa.select(JOBS.c.id).where(JOBS.c.state.in_((WAITING, RUNNING))).order_by(JOBS.c.order, JOBS.c.id)
    return tuple(connection.execute(query).scalars())


def ended_before(connection: sa.Connection, moment: datetime, limit: int) -> tuple[str, ...]:
    """Ids of jobs done before `moment`, oldest first."""
    query = (
        sa.select(JOBS.c.id)
        .where(JOBS.c.state == DONE, JOBS.c.finished_at < moment.isoformat())
        .order_by(JOBS.c.finished_at)
        .limit(limit)
    )
    return tuple(connection.execute(query).scalars())


def failed(connection: sa.Connection) -> tuple[FailedJob, ...]:
    """Jobs given up and not started anew, oldest first."""
    again = JOBS.alias("again")
    query = (
        sa.select(JOBS)
        .where(JOBS.c.state == FAILED, ~sa.exists().where(again.c.retry_of == JOBS.c.id))
        .order_by(JOBS.c.finished_at, JOBS.c.id)
    )
    return tuple(_failed_job(row) for row in connection.execute(query).mappings())


def remove(connection: sa.Connection, job_ids: Iterable[str]) -> None:
    """Forget jobs."""
    connection.execute(sa.delete(JOBS).where(JOBS.c.id.in_(tuple(job_ids))))


def _failed_job(row: sa.RowMapping) -> FailedJob:
    return FailedJob(
        id=row["id"], kind=row["kind"], key=row["key"], partition=row["partition"], attempts=row["attempts"],
        error=row["last_error"], created_at=datetime.fromisoformat(row["created_at"]),
        finished_at=datetime.fromisoformat(row["finished_at"]),
    )  # fmt: skip


def _insert(connection: sa.Connection, job: Job, job_id: str, now: datetime, **more: Any) -> None:
    args = json.dumps(dict(job.args), ensure_ascii=False, sort_keys=True)
    row = {"id": job_id, "kind": job.kind, "key": job.key, "args": args, "partition": job.partition, "order": job.order}
    connection.execute(sa.insert(JOBS).values(**row, state=WAITING, created_at=now.isoformat(), **more))


def _update(connection: sa.Connection, job_id: str, **values: Any) -> None:
    """Change an open job; what has come to an end stays as it ended."""
    ended = JOBS.c.state.in_((DONE, FAILED))
    connection.execute(sa.update(JOBS).where(JOBS.c.id == job_id, ~ended).values(**values))


def listed(connection: sa.Connection, states: Iterable[str], most: int = 200) -> tuple[sa.RowMapping, ...]:
    """The rows of jobs in these states, oldest first, at most so many."""
    query = sa.select(JOBS).where(JOBS.c.state.in_(tuple(states))).order_by(JOBS.c.order, JOBS.c.id).limit(most)
    return tuple(connection.execute(query).mappings())
