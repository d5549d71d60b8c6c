"""The one way to open the office's database.

SQLite as a file by default, or PostgreSQL by its URL. Every transaction takes the write lock at once (`BEGIN IMMEDIATE`;
on PostgreSQL an advisory lock of the database), so that what it reads stays true until it commits; `reading` is the one
exception and sees a steady picture without keeping a writer waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

BUSY_MILLISECONDS = 30_000
_READING = "hongtou_reading"
_WRITERS = 9704_2012
"""The advisory lock that writers of one PostgreSQL database share; any number, but always the same."""


def open_database(url: str) -> sa.Engine:
    """An SQLAlchemy engine on `url`; makes the folder and the file of an SQLite database.

    SQLite gets WAL, a busy timeout, foreign keys, and synchronous=FULL: a committed decision outlives a power cut.
    """
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        other = sa.create_engine(address, pool_pre_ping=True)
        if other.dialect.name == "postgresql":
            event.listen(other, "begin", _begin_postgresql)
        return other
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def sqlite_file(database: sa.Engine) -> Path | None:
    """The file of an SQLite database; None for any other."""
    if database.url.get_backend_name() != "sqlite" or not database.url.database:
        return None
    return Path(database.url.database)


@contextmanager
def reading(database: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that only reads: one steady picture, and no writer has to wait for it."""
    steady = {"isolation_level": "REPEATABLE READ"} if database.dialect.name == "postgresql" else {}
    with database.connect().execution_options(**{_READING: True}, **steady) as connection:
        yield connection


def _prepare(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: it does so only before the first write, too late for
    # "read the head of the journal, then append to it".
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    only_reads = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN DEFERRED" if only_reads else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: sa.Connection) -> None:
    # Taken before anything is read, so that every statement after it sees what the writer before committed.
    if not connection.get_execution_options().get(_READING, False):
        connection.exec_driver_sql(f"set local lock_timeout = {BUSY_MILLISECONDS}")
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_WRITERS})")
