"""The journal's daily root: whoever rewrites the journal, even all of it, is found out, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.events import OFFICE, Kind
from pipeline.cases.journal import GENESIS, chain_hash, chain_sm3
from pipeline.cases.tree import inclusion_proof, proof_holds
from pipeline.desk.dayroot import root_faults, second_place, sm3_leaves
from pipeline.digests import sm3

from .town import Town

Forge = Callable[[sa.Connection], None]


@pytest.fixture
def rooted(pending: Town) -> Town:
    pending.later(days=1)
    pending.sweep()
    return pending


def _faults(town: Town) -> list[str]:
    with town.desk.reading() as connection:
        return [fault.zh for fault in (*journal.verify_chain(connection), *root_faults(town.desk, connection))]


def _forge(town: Town, forge: Forge) -> None:
    """Somebody with the database file in hand: the guards are gone."""
    with town.desk.database.begin() as connection:
        for name in ("events_no_update", "events_no_delete"):
            connection.execute(sa.text(f"drop trigger {name}"))
        forge(connection)


def _chain_anew(connection: sa.Connection) -> None:
    """Give every row the hash it needs, as a careful forger would."""
    previous, beside = GENESIS, GENESIS
    for row in connection.execute(sa.select(journal.events).order_by(journal.events.c.seq)).all():
        content = (row.seq, row.case_id, row.case_seq, row.kind, row.at, row.actor, row.data)
        previous, beside = chain_hash(previous, *content), chain_sm3(beside, *content)
        connection.execute(journal.events.update().where(journal.events.c.seq == row.seq).values(hash=previous, sm3=beside))


def _another_actor(connection: sa.Connection) -> None:
    connection.execute(journal.events.update().where(journal.events.c.seq == 2).values(actor="测试他人"))


def _careful(connection: sa.Connection) -> None:
    _another_actor(connection)
    _chain_anew(connection)


def _sm3_alone(connection: sa.Connection) -> None:
    connection.execute(journal.events.update().where(journal.events.c.seq == 2).values(sm3="0" * 64))


def _sm3_away(connection: sa.Connection) -> None:
    connection.execute(journal.events.update().values(sm3=None))


def _cut(connection: sa.Connection) -> None:
    connection.execute(journal.events.delete().where(journal.events.c.seq > 3))


FORGERIES: list[tuple[Forge, str]] = [
    (_another_actor, "第2条与链不符"), (_careful, "签名的日根不符：之后被整体改写"), (_cut, "末尾被截断"),
    (_careful, "的 SM3 与 2026-01-17 签名的日根不符"), (_sm3_alone, "第2条与 SM3 链不符"), (_sm3_away, "SM3 被改写或去掉"),
]  # fmt: skip


def test_a_root_a_day_signed_and_copied(rooted: Town) -> None:
    with rooted.desk.reading() as connection:
        *_, root = [e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED]
        hashes, beside = [e.hash for e in journal.read(connection)], sm3_leaves(connection)
    assert root.data["entries"] == root.seq - 1, "all that was entered before it"
    name = f"2026-01-17_{root.seq - 1}"
    assert {path.name for path in second_place(rooted.desk).iterdir()} >= {f"{name}.json", f"{name}.p7s"}
    proof = inclusion_proof(hashes[: root.seq - 1], 2)
    assert proof_holds(hashes[2], 2, root.seq - 1, proof, root.data["root"])
    assert root.data["sm3"]["from"] == 1 and len(beside) == len(hashes)
    assert proof_holds(beside[2], 2, root.seq - 1, inclusion_proof(beside[: root.seq - 1], 2, sm3), root.data["sm3"]["root"], sm3)
    rooted.sweep()
    with rooted.desk.reading() as connection:
        assert [e.data["day"] for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED].count("2026-01-17") == 1, "once a day"
    assert _faults(rooted) == []


@pytest.mark.parametrize(("forge", "word"), FORGERIES, ids=["one row", "the whole chain", "the end", "both chains", "one SM3", "every SM3"])
def test_a_forged_journal_is_found_out(rooted: Town, forge: Forge, word: str) -> None:
    _forge(rooted, forge)
    assert any(word in fault for fault in _faults(rooted)), _faults(rooted)


@pytest.mark.parametrize("ending", ["json", "p7s"])
def test_a_changed_copy_is_found_out(rooted: Town, ending: str) -> None:
    path = next(second_place(rooted.desk).glob(f"2026-01-17_*.{ending}"))
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(changed))
    assert any("第二存放处" in fault for fault in _faults(rooted))
