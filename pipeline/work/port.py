"""What an engine is to the rest of the program: a job, a handler, and about six functions.

Only ids travel in a job's arguments; the handler reads the rest from the record. A handler may run more than once
(after a crash, after a failure), so every effect of it must be repeatable; `Task.finish` makes its last database
transaction and "done" one and the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

Id = str | int | bool | None
ORDER_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done once: `order` ranks it within its `partition` (a case), where one job runs at a time.

    `order` must grow with each job of a partition; it is the journal's event number.
    """

    kind: str
    key: str
    order: int
    partition: str
    args: Mapping[str, Id] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Deterministic: the same job submitted twice is one job. Zero-padded, so that text order is order."""
        return f"{self.order:0{ORDER_DIGITS}d}-{self.kind}-{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job as its handler sees it: under which id, the how-manieth start, and the database it belongs to."""

    job: Job
    id: str
    attempt: int
    database: sa.Engine
    finish: Callable[[sa.Connection], None]
    """Marks the job done inside the handler's own transaction; optional, the engine does it otherwise."""


Handler = Callable[[Task], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many jobs are in each state."""

    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0

    @property
    def open(self) -> int:
        """Jobs still to be brought to an end."""
        return self.waiting + self.running


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that was given up and has not been started anew: what it was and why it failed."""

    id: str
    kind: str
    key: str
    partition: str
    attempts: int
    error: str
    created_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a failing job is tried, and how long between tries: `first`, then `factor` times longer each time."""

    attempts: int = 5
    first: float = 1.0
    factor: float = 4.0
    longest: float = 300.0
    crashes: int = 20
    """Starts that never came to an end, with the whole process going down, before a job counts as poisonous."""
    hopeless: tuple[type[Exception], ...] = ()
    """Faults that trying again cannot mend; one of these fails the job at once."""

    def pause(self, failures: int) -> float:
        """Seconds to wait after the n-th failure."""
        return min(self.longest, self.first * self.factor ** (failures - 1))


class Engine(Protocol):
    """Brings submitted jobs to an end: each partition in order, different partitions side by side."""

    def submit(self, connection: sa.Connection, job: Job) -> bool:
        """Record `job` in the caller's transaction: it exists exactly when that commits. False when it already did."""

    def start(self) -> None:
        """Begin work, first with what the last run left unfinished. Raises RefusedError when another one works here."""

    def stop(self, patience: float = 30.0) -> None:
        """End work; jobs in hand get `patience` seconds, and are taken up again by the next start if they need more."""

    def idle(self, timeout: float) -> bool:
        """Wait until nothing is open; False when `timeout` seconds were not enough."""

    def pending(self) -> Counts:
        """How many jobs are in each state."""

    def failed(self) -> tuple[FailedJob, ...]:
        """Jobs given up and not started anew, oldest first."""

    def retry(self, connection: sa.Connection, job_id: str, actor: str) -> str:
        """Start a failed job anew under a new id (`…-r2`), which is returned; recorded with who asked.

        Raises NotFoundError for an unknown id, RefusedError when it has not failed or was already started anew.
        """
