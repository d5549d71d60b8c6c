"""The office's tables on a real PostgreSQL: one writer at a time, steady readers, and a journal that takes nothing back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.events import Event, Kind
from pipeline.work.database import open_database, reading
from pipeline.work.jobs import create_tables as create_job_tables

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def _program(name: str) -> str:
    found = shutil.which(name) or next((str(each) for each in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), "")
    if not found:
        pytest.skip("no PostgreSQL on this machine; tools/setup.sh test installs it")
    return found


def _as_somebody(*words: str) -> None:
    """A server refuses to run as root."""
    other = ("runuser", "-u", "nobody", "--") if os.getuid() == 0 else ()
    subprocess.run([*other, *words], check=True, capture_output=True, cwd="/", timeout=60)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own on a socket; sockets' paths must be short, so it lies beside the tests' folder, not in it."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        _as_somebody(initdb, "-D", data, "-U", "office", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        _as_somebody(pg_ctl, "-D", data, "-l", f"{folder}/log", "-w", "-o", f"-c listen_addresses='' -c fsync=off -k {folder}", "start")
        try:
            yield f"postgresql+psycopg://office@/postgres?host={folder}"
        finally:
            _as_somebody(pg_ctl, "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def database(server: str) -> Iterator[sa.Engine]:
    """An office's tables with three entries in the journal; emptied afterwards as only the owner of a database can."""
    engine = open_database(server)
    journal.create_tables(engine)
    create_job_tables(engine)
    enter(engine, 3)
    yield engine
    engine.dispose()
    owner = sa.create_engine(server)
    with owner.begin() as connection:
        connection.execute(sa.text("drop schema public cascade"))
        connection.execute(sa.text("create schema public"))
    owner.dispose()


def enter(engine: sa.Engine, how_many: int) -> None:
    with engine.begin() as connection:
        for n in range(how_many):
            journal.append(connection, (Event(Kind.NOTED, {"zh": f"又{n}"}, "c"),), at=AT, actor="乙")


def whole(engine: sa.Engine) -> bool:
    with reading(engine) as connection:
        return journal.verify_chain(connection) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "update events set actor = '他人' where seq = 2", "update events set actor = actor", "delete from events where seq = 3", "delete from events",
        "truncate events", "set local session_replication_role = 'replica'; delete from events",
        "insert into events select * from events where seq = 1 on conflict (seq) do update set actor = '他人'",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_to_change_or_remove_an_entry(database: sa.Engine, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as connection:
        connection.exec_driver_sql(statement)
    assert whole(database)
    enter(database, 1)
    with reading(database) as connection:
        assert [each.seq for each in journal.read(connection)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "gone",
    [
        "drop trigger events_no_change on events", "drop trigger events_no_truncate on events", "alter table events disable trigger all",
        "alter table events enable trigger events_no_change", "drop function events_append_only cascade",
        "create or replace function events_append_only() returns trigger language plpgsql as $$ begin return old; end $$",
    ],
)  # fmt: skip
def test_a_journal_without_its_guards_gets_them_when_it_is_opened(database: sa.Engine, gone: str) -> None:
    """Such as one made before there were guards on PostgreSQL."""
    with database.begin() as connection:
        connection.exec_driver_sql(gone)
    journal.create_tables(database)
    for statement in ("update events set actor = '他人'", "truncate events", "set local session_replication_role = 'replica'; delete from events"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as connection:
            connection.exec_driver_sql(statement)


def test_opening_again_keeps_nobody_waiting(database: sa.Engine) -> None:
    """Guards that stand are left alone: making them would wait for whoever is reading, and all others for that."""
    with reading(database) as connection:
        journal.read(connection)
        opening = threading.Thread(target=journal.create_tables, args=(database,))
        opening.start()
        opening.join(10)
        assert not opening.is_alive()


def test_writers_take_turns_and_the_chain_stays_whole(database: sa.Engine) -> None:
    """Each reads the head of the journal and appends to it; none may read it before the one in front has committed."""
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                enter(database, 1)
        except BaseException as fault:
            faults.append(fault)

    writers = [threading.Thread(target=work) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
    assert not faults and whole(database)
    with reading(database) as connection:
        assert len(journal.read(connection)) == 43


def test_a_reader_keeps_its_picture_and_lets_writers_on(database: sa.Engine) -> None:
    with reading(database) as reader:
        before = len(journal.read(reader))
        enter(database, 1)
        assert len(journal.read(reader)) == before == 3


def test_what_fails_leaves_nothing(database: sa.Engine) -> None:
    with suppress(ZeroDivisionError), database.begin() as connection:
        journal.append(connection, (Event(Kind.NOTED, {}, "c"),), at=AT, actor="乙")
        raise ZeroDivisionError
    assert whole(database)
    with reading(database) as connection:
        assert len(journal.read(connection)) == 3
