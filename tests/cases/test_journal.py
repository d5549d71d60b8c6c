"""The journal's two chains: any changed row is named; entries from before there was SM3 stay as they are and are still held fast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.events import Event, Kind
from pipeline.cases.journal import GENESIS, append, chain_hash, chain_sm3, create_tables, verify_chain
from pipeline.cases.tree import inclusion_proof, proof_holds, tree_root
from pipeline.digests import sm3

AT = datetime.fromisoformat("2026-01-16T10:00:00+08:00")
OLD = 3

AS_IT_WAS = """create table events (
    seq integer not null primary key, case_id varchar not null, case_seq integer not null, kind varchar not null, at varchar not null,
    actor varchar not null, data text not null, hash varchar(64) not null, unique (case_id, case_seq))"""


def an_old_journal() -> sa.Engine:
    """A journal as it was before SM3, with three entries."""
    engine, previous = sa.create_engine("sqlite://", poolclass=sa.StaticPool), GENESIS
    with engine.begin() as connection:
        connection.execute(sa.text(AS_IT_WAS))
        for seq in range(1, OLD + 1):
            row = (seq, "c", seq, "noted", AT.isoformat(), "甲", f'{{"zh":"第{seq}条"}}')
            previous = chain_hash(previous, *row)
            connection.execute(sa.text("insert into events values (:a, :b, :c, :d, :e, :f, :g, :h)"), dict(zip("abcdefgh", (*row, previous), strict=True)))
    return engine


def enter(engine: sa.Engine, how_many: int) -> None:
    with engine.begin() as connection:
        for n in range(how_many):
            append(connection, (Event(Kind.NOTED, {"zh": f"又{n}"}, "c"),), at=AT, actor="乙")


@pytest.fixture(params=[0, OLD], ids=["new", "gone on from before SM3"])
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    made = an_old_journal() if request.param else sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    create_tables(made)
    create_tables(made)
    enter(made, 6 - request.param)
    yield made
    made.dispose()


def faults(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return [fault.zh for fault in verify_chain(connection)]


def change(engine: sa.Engine, seq: int, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("drop trigger if exists events_no_update"))
        connection.execute(journal.events.update().where(journal.events.c.seq == seq).values(**values))


def test_both_chains_are_whole(engine: sa.Engine) -> None:
    assert faults(engine) == []


def test_old_entries_stay_and_the_first_new_one_holds_them_fast() -> None:
    engine = an_old_journal()
    with engine.connect() as connection:
        before = connection.execute(sa.text("select * from events order by seq")).all()
    create_tables(engine)
    assert faults(engine) == []
    enter(engine, 2)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(journal.events).order_by(journal.events.c.seq)).all()
    assert [tuple(row)[:-1] for row in rows[:OLD]] == [tuple(row) for row in before] and not any(row.sm3 for row in rows[:OLD])
    content = [(row.seq, row.case_id, row.case_seq, row.kind, row.at, row.actor, row.data) for row in rows]
    assert rows[OLD].sm3 == chain_sm3(rows[OLD - 1].hash, *content[OLD])
    assert rows[OLD + 1].sm3 == chain_sm3(rows[OLD].sm3, *content[OLD + 1])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"actor": "他人"}, ["第5条与链不符", "第5条与 SM3 链不符"]),
        ({"sm3": "0" * 64}, ["第5条与 SM3 链不符", "第6条与 SM3 链不符"]),
        ({"sm3": None}, ["第5条没有 SM3", "第6条与 SM3 链不符"]),
        ({"hash": "0" * 64}, ["第5条与链不符", "第6条与链不符"]),
    ],
)
def test_whatever_is_changed_is_named(engine: sa.Engine, values: dict[str, Any], words: list[str]) -> None:
    change(engine, 5, **values)
    found = faults(engine)
    assert len(found) == len(words) and all(told.startswith(word) for told, word in zip(found, words, strict=True)), found


def test_who_forges_sha256_alone_is_found_by_sm3(engine: sa.Engine) -> None:
    """As if SHA-256 no longer held: every row gets the hash it needs, and SM3 still tells."""
    change(engine, 5, actor="他人")
    with engine.connect() as connection:
        rows, previous = connection.execute(sa.select(journal.events).order_by(journal.events.c.seq)).all(), GENESIS
    for row in rows:
        previous = chain_hash(previous, row.seq, row.case_id, row.case_seq, row.kind, row.at, row.actor, row.data)
        change(engine, row.seq, hash=previous)
    assert faults(engine) == ["第5条与 SM3 链不符：被改动，或前一条被改动"]


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_the_tree_of_sm3_proves_its_leaves_and_no_others(size: int) -> None:
    leaves = [sm3(bytes([n])).hex() for n in range(size)]
    root = tree_root(leaves, sm3)
    assert root != tree_root(leaves)
    for place in range(size):
        proof = inclusion_proof(leaves, place, sm3)
        assert proof_holds(leaves[place], place, size, proof, root, sm3)
        assert not proof_holds(sm3(b"other").hex(), place, size, proof, root, sm3) and not proof_holds(leaves[place], place, size, proof, root)
