"""The database: durable, and what a writing transaction has read stays true until it commits."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.work.database import open_database, reading, sqlite_file


@pytest.fixture
def database(tmp_path: Path) -> sa.Engine:
    engine = open_database(f"sqlite:///{tmp_path / '办公室' / '库.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("create table parent(id integer primary key)"))
        connection.execute(sa.text("create table child(parent integer references parent(id))"))
    return engine


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)])
def test_pragmas(database: sa.Engine, pragma: str, value: object) -> None:
    with reading(database) as connection:
        assert connection.execute(sa.text(f"pragma {pragma}")).scalar_one() == value


def test_foreign_keys_hold(database: sa.Engine) -> None:
    with database.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.text("insert into child values(99)"))


def test_a_transaction_takes_the_write_lock_before_it_reads(database: sa.Engine) -> None:
    with database.begin() as first:
        first.execute(sa.text("select count(*) from parent")).scalar_one()
        with database.connect() as second:
            second.connection.driver_connection.execute("pragma busy_timeout=0")  # type: ignore[union-attr]
            with pytest.raises(sa.exc.OperationalError, match="locked"):
                second.begin()
            second.connection.driver_connection.execute("pragma busy_timeout=30000")  # type: ignore[union-attr]


def test_a_reader_keeps_its_picture_and_lets_writers_on(database: sa.Engine) -> None:
    with reading(database) as reader:
        before = reader.execute(sa.text("select count(*) from parent")).scalar_one()
        with database.begin() as writer:
            writer.execute(sa.text("insert into parent values(1)"))
        assert reader.execute(sa.text("select count(*) from parent")).scalar_one() == before == 0


def test_a_transaction_that_fails_leaves_nothing(database: sa.Engine) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        connection.execute(sa.text("insert into parent values(1)"))
        raise ZeroDivisionError
    with reading(database) as connection:
        assert connection.execute(sa.text("select count(*) from parent")).scalar_one() == 0


def test_the_file_is_known(database: sa.Engine, tmp_path: Path) -> None:
    assert sqlite_file(database) == tmp_path / "办公室" / "库.db"


def test_another_database_is_opened_as_it_is() -> None:
    engine = open_database("postgresql+psycopg://office@localhost/hongtou")
    assert engine.dialect.name == "postgresql"
    assert sqlite_file(engine) is None
