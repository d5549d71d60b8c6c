"""Both engines keep the same promises: this file is the contract, run against each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.clockwork import frozen_clock
from pipeline.errors import NotFoundError, RefusedError
from pipeline.work.database import open_database, reading
from pipeline.work.engine import open_engine
from pipeline.work.inline import InlineEngine
from pipeline.work.jobs import JOBS
from pipeline.work.port import Counts, Engine, Handler, Job, Patience, Task

CLOCK = frozen_clock(date(2026, 1, 15))
QUICK = Patience(attempts=3, first=0.0)
Make = Callable[..., Engine]


def job(order: int, kind: str = "note", partition: str = "甲", **args: str | int) -> Job:
    return Job(kind=kind, key=f"k{order}", order=order, partition=partition, args=args)


@pytest.fixture
def database(tmp_path: Path) -> sa.Engine:
    return open_database(f"sqlite:///{tmp_path / '测试.db'}")


@pytest.fixture(params=["inline", "dbos"])
def make(request: pytest.FixtureRequest, database: sa.Engine) -> Iterator[Make]:
    made: list[Engine] = []

    def build(patience: Patience = QUICK, **handlers: Handler) -> Engine:
        engine: Engine
        if request.param == "inline":
            engine = InlineEngine(database, handlers, patience, CLOCK)
        else:
            engine = open_engine(database, handlers, workers=4, executor="w1", polling=0.02, patience=patience, clock=CLOCK)
        made.append(engine)
        return engine

    yield build
    for engine in made:
        engine.stop()


def submit(database: sa.Engine, engine: Engine, *jobs: Job) -> list[bool]:
    with database.begin() as connection:
        return [engine.submit(connection, each) for each in jobs]


def row(database: sa.Engine, job_id: str) -> sa.RowMapping:
    with reading(database) as connection:
        return connection.execute(sa.select(JOBS).where(JOBS.c.id == job_id)).mappings().one()


def run(engine: Engine) -> None:
    engine.start()
    assert engine.idle(60)


def test_ids_are_deterministic_and_in_text_order() -> None:
    ids = [job(n).id for n in (2, 10, 100)]
    assert ids == sorted(ids)
    assert ids[0] == "000000000002-note-k2"


def test_each_partition_runs_in_order(database: sa.Engine, make: Make) -> None:
    seen: list[tuple[str, int]] = []
    engine = make(note=lambda task: seen.append((task.job.partition, task.job.order)))
    submit(database, engine, *(job(n, partition="甲乙丙"[n % 3]) for n in range(1, 31)))
    run(engine)
    for partition in "甲乙丙":
        orders = [order for name, order in seen if name == partition]
        assert orders == sorted(orders)
        assert len(orders) == 10
    assert engine.pending() == Counts(done=30)


def test_handlers_get_the_arguments(database: sa.Engine, make: Make) -> None:
    seen: list[object] = []
    engine = make(note=lambda task: seen.append((dict(task.job.args), task.attempt, task.id)))
    submit(database, engine, job(1, case="测试-1", document=7))
    run(engine)
    assert seen == [({"case": "测试-1", "document": 7}, 1, "000000000001-note-k1")]


def test_a_job_submitted_twice_is_one_job(database: sa.Engine, make: Make) -> None:
    seen: list[str] = []
    engine = make(note=lambda task: seen.append(task.id))
    assert submit(database, engine, job(1), job(1)) == [True, False]
    run(engine)
    assert submit(database, engine, job(1)) == [False]
    assert engine.idle(60)
    assert len(seen) == 1


def test_a_job_of_a_transaction_rolled_back_does_not_exist(database: sa.Engine, make: Make) -> None:
    engine = make(note=lambda task: None)
    with database.connect() as connection, connection.begin() as transaction:
        engine.submit(connection, job(1))
        transaction.rollback()
    assert engine.pending() == Counts()
    submit(database, engine, job(1))
    run(engine)
    assert engine.pending() == Counts(done=1)


def test_a_fault_that_passes_is_got_over(database: sa.Engine, make: Make) -> None:
    attempts: list[int] = []

    def sometimes(task: Task) -> None:
        attempts.append(task.attempt)
        if task.attempt < 3:
            raise OSError("共享断开")

    engine = make(note=sometimes)
    submit(database, engine, job(1))
    run(engine)
    assert attempts == [1, 2, 3]
    assert engine.failed() == ()
    assert row(database, job(1).id)["last_error"] == ""


def test_a_fault_that_stays_fails_the_job_visibly_and_lets_the_next_one_on(database: sa.Engine, make: Make) -> None:
    seen: list[int] = []

    def first_never(task: Task) -> None:
        if task.job.order == 1:
            raise ValueError("坏的")
        seen.append(task.job.order)

    engine = make(note=first_never)
    submit(database, engine, job(1), job(2))
    run(engine)
    assert seen == [2]
    (failed,) = engine.failed()
    assert (failed.id, failed.attempts, failed.error) == (job(1).id, 3, "ValueError: 坏的")
    assert failed.created_at == failed.finished_at == CLOCK()
    assert engine.pending() == Counts(done=1, failed=1)


def test_a_hopeless_fault_is_tried_once(database: sa.Engine, make: Make) -> None:
    def hopeless(task: Task) -> None:
        raise PermissionError(task.id)

    engine = make(Patience(attempts=5, first=0.0, hopeless=(PermissionError,)), note=hopeless)
    submit(database, engine, job(1))
    run(engine)
    assert [failed.attempts for failed in engine.failed()] == [1]


def test_a_kind_nobody_handles_fails(database: sa.Engine, make: Make) -> None:
    engine = make()
    submit(database, engine, job(1, kind="unknown"))
    run(engine)
    assert "unknown" in engine.failed()[0].error


def test_a_job_that_took_the_process_down_too_often_is_poison(database: sa.Engine, make: Make) -> None:
    engine = make(Patience(crashes=2), note=lambda task: None)
    submit(database, engine, job(1), job(2))
    with database.begin() as connection:
        connection.execute(sa.update(JOBS).where(JOBS.c.order == 1).values(state="running", attempts=3, crashes=2))
        connection.execute(sa.update(JOBS).where(JOBS.c.order == 2).values(state="running", attempts=1))
    run(engine)
    assert [failed.id for failed in engine.failed()] == [job(1).id]
    assert (row(database, job(2).id)["state"], row(database, job(2).id)["crashes"]) == ("done", 1)


def test_retry_runs_under_a_new_id_and_names_who_asked(database: sa.Engine, make: Make) -> None:
    broken = [True]

    def repairable(task: Task) -> None:
        if broken[0]:
            raise OSError("打印机")

    engine = make(note=repairable)
    submit(database, engine, job(1))
    run(engine)
    with database.begin() as connection:
        second = engine.retry(connection, job(1).id, "测试管理员")
    assert engine.idle(60)
    broken[0] = False
    with database.begin() as connection:
        third = engine.retry(connection, second, "测试管理员")
    assert engine.idle(60)
    assert (second, third) == (f"{job(1).id}-r2", f"{job(1).id}-r3")
    assert engine.failed() == ()
    assert row(database, third)["retried_by"] == "测试管理员"
    assert engine.pending() == Counts(done=1, failed=2)


def test_retry_refuses_what_has_not_failed(database: sa.Engine, make: Make) -> None:
    engine = make(note=lambda task: None, bad=lambda task: 1 / 0)
    submit(database, engine, job(1), job(2, kind="bad"))
    run(engine)
    with database.begin() as connection, pytest.raises(NotFoundError):
        engine.retry(connection, "没有", "测试管理员")
    with database.begin() as connection, pytest.raises(RefusedError):
        engine.retry(connection, job(1).id, "测试管理员")
    with database.begin() as connection:
        engine.retry(connection, job(2, kind="bad").id, "测试管理员")
    with database.begin() as connection, pytest.raises(RefusedError):
        engine.retry(connection, job(2, kind="bad").id, "测试管理员")


def test_finish_belongs_to_the_handlers_own_transaction(database: sa.Engine, make: Make) -> None:
    seen: list[str] = []

    def falls_after_finishing(task: Task) -> None:
        with task.database.begin() as connection:
            task.finish(connection)
        seen.append(row(database, task.id)["state"])
        raise OSError("后来")

    engine = make(note=falls_after_finishing)
    submit(database, engine, job(1))
    run(engine)
    assert seen == ["done"]
    assert engine.pending() == Counts(done=1)


def test_a_job_may_submit_the_next_one(database: sa.Engine, make: Make) -> None:
    holder: list[Engine] = []

    def chain(task: Task) -> None:
        if task.job.order < 4:
            with task.database.begin() as connection:
                holder[0].submit(connection, job(task.job.order + 1))
                task.finish(connection)

    engine = make(note=chain)
    holder.append(engine)
    submit(database, engine, job(1))
    run(engine)
    assert engine.pending() == Counts(done=4)
