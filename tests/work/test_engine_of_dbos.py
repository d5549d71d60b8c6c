"""What only the engine on dbos must keep: restarts, quiet, one worker at a time, no lost job."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.clockwork import frozen_clock
from pipeline.errors import RefusedError
from pipeline.work import engine as engine_module
from pipeline.work import jobs
from pipeline.work.database import open_database, reading
from pipeline.work.engine import DbosEngine, open_engine
from pipeline.work.jobs import JOBS
from pipeline.work.port import Counts, Handler, Job, Patience, Task

CLOCK = frozen_clock(date(2026, 1, 15))


def job(order: int, partition: str = "甲") -> Job:
    return Job(kind="note", key=f"k{order}", order=order, partition=partition)


@pytest.fixture
def database(tmp_path: Path) -> sa.Engine:
    return open_database(f"sqlite:///{tmp_path / 'office.db'}")


@pytest.fixture
def opened(database: sa.Engine) -> Iterator[Callable[..., DbosEngine]]:
    made: list[DbosEngine] = []

    def build(handler: Handler, executor: str = "w1", patience: Patience | None = None) -> DbosEngine:
        made.append(
            open_engine(database, {"note": handler}, executor=executor, polling=0.02, patience=patience, clock=CLOCK)
        )
        return made[-1]

    yield build
    for engine in made:
        engine.stop()


def submit(database: sa.Engine, engine: DbosEngine, *several: Job) -> None:
    with database.begin() as connection:
        for each in several:
            engine.submit(connection, each)


def test_it_can_be_stopped_and_started_again_in_one_process(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    for n in range(2):
        engine = opened(lambda task: None)
        submit(database, engine, job(n))
        engine.start()
        assert engine.idle(60)
        engine.stop()
        engine.stop()
    assert engine.pending() == Counts(done=2)


def test_stopping_in_a_pause_leaves_the_job_for_the_next_start(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    tried = threading.Event()

    def fails(task: Task) -> None:
        tried.set()
        raise OSError("共享断开")

    first = opened(fails, patience=Patience(first=3600.0))
    submit(database, first, job(1), job(2))
    first.start()
    assert tried.wait(60)
    first.stop()
    assert first.pending() == Counts(waiting=2)
    seen: list[tuple[int, int]] = []
    second = opened(lambda task: seen.append((task.job.order, task.attempt)))
    second.start()
    assert second.idle(60)
    assert seen == [(1, 2), (2, 1)]


def test_two_workers_on_one_database_are_refused(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    first, second = opened(lambda task: None), opened(lambda task: None, executor="w2")
    first.start()
    with pytest.raises(RefusedError, match="同时运行两个"):
        second.start()
    first.stop()
    second.start()
    assert second.idle(60)


def test_two_engines_in_one_process_are_refused(tmp_path: Path, opened: Callable[..., DbosEngine]) -> None:
    first = opened(lambda task: None)
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}", {})
    first.start()
    with pytest.raises(RefusedError, match="本进程"):
        other.start()


def test_a_job_dbos_no_longer_holds_is_shown_as_failed(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    engine = opened(lambda task: None)
    submit(database, engine, job(1), job(2))
    with database.begin() as connection:
        connection.execute(sa.text("update workflow_status set status='CANCELLED' where workflow_uuid=:i"), {"i": job(1).id})
    engine.start()
    assert engine.idle(60)
    assert [failed.id for failed in engine.failed()] == [job(1).id]
    with database.begin() as connection:
        engine.retry(connection, job(1).id, "测试管理员")
    assert engine.idle(60)
    assert engine.failed() == ()


def test_it_makes_no_connection_and_prints_nothing(
    database: sa.Engine, opened: Callable[..., DbosEngine], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def refuse(_self: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    engine = opened(lambda task: None)
    submit(database, engine, job(1))
    engine.start()
    assert engine.idle(60)
    engine.stop()
    assert asked == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("dbos").level == logging.ERROR


def test_arguments_are_kept_as_json_and_old_rows_of_dbos_are_tidied(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    engine = opened(lambda task: None)
    submit(database, engine, job(1))
    with reading(database) as connection:
        inputs = connection.execute(sa.text("select inputs from workflow_input")).scalar_one()
    assert inputs == '{"namedArgs":{},"positionalArgs":["000000000001-note-k1"]}'
    engine.start()
    assert engine.idle(60)
    engine.stop()
    assert engine.tidy(CLOCK()) == 0
    assert engine.tidy(CLOCK() + timedelta(seconds=1)) == 1
    with reading(database) as connection:
        assert connection.execute(sa.text("select count(*) from workflow_status")).scalar_one() == 0
        assert connection.execute(sa.select(JOBS.c.state)).scalar_one() == "done"
    submit(database, engine, job(1))
    assert engine.pending() == Counts(done=1)


def test_order_holds_when_the_clock_is_set_back(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    seen: list[int] = []
    engine = opened(lambda task: seen.append(task.job.order))
    submit(database, engine, *(job(n) for n in range(1, 6)))
    with database.begin() as connection:
        connection.execute(sa.text("update workflow_status set created_at = created_at - 1000000 * priority"))
    engine.start()
    assert engine.idle(60)
    assert seen == [1, 2, 3, 4, 5]


def test_a_job_that_takes_too_long_to_stop_is_taken_up_by_the_next_start(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    begun, release = threading.Event(), threading.Event()

    def long(_task: Task) -> None:
        begun.set()
        assert release.wait(60)

    first = opened(long)
    submit(database, first, job(1), job(2))
    first.start()
    assert begun.wait(60)
    first.stop(patience=0.0)
    assert first.pending() == Counts(running=1, waiting=1)
    release.set()
    second = opened(lambda task: None)
    second.start()
    assert second.idle(60)
    assert second.pending() == Counts(done=2)


def test_handlers_of_different_partitions_run_side_by_side(database: sa.Engine, opened: Callable[..., DbosEngine]) -> None:
    together = threading.Barrier(2)
    engine = opened(lambda task: (together.wait(60), None)[1])
    submit(database, engine, job(1, "甲"), job(2, "乙"))
    engine.start()
    assert engine.idle(60)
    assert engine.pending() == Counts(done=2)


def test_a_job_outlives_a_fault_of_the_database_itself(
    database: sa.Engine, opened: Callable[..., DbosEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [sa.exc.OperationalError("update jobs", {}, Exception("disk full"))]
    real = jobs.begin

    def begin(connection: sa.Connection, job_id: str) -> sa.RowMapping | None:
        if faults:
            raise faults.pop()
        return real(connection, job_id)

    monkeypatch.setattr(jobs, "begin", begin)
    monkeypatch.setattr(engine_module, "DATABASE_PAUSE", 0.0)
    engine = opened(lambda task: None)
    submit(database, engine, job(1), job(2))
    engine.start()
    assert engine.idle(60)
    assert engine.pending() == Counts(done=2)
