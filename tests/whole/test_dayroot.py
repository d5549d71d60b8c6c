"""The journal's daily root: whoever rewrites the journal, even all of it, is found out, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.events import OFFICE, Kind
from pipeline.cases.journal import GENESIS, chain_hash, chain_sm3
from pipeline.cases.tree import inclusion_proof, proof_holds
from pipeline.desk.dayroot import ask_for_root, root_faults, second_place, sm3_leaves
from pipeline.desk.daysheet import make_sheet, sheet_faults, sheet_place
from pipeline.desk.judging import stop_judges
from pipeline.digests import sm3
from pipeline.papers.readback import text_of
from pipeline.papers.verify import verify_pdf

from .town import Town

Forge = Callable[[sa.Connection], None]


@pytest.fixture
def rooted(pending: Town) -> Town:
    pending.later(days=1)
    pending.sweep()
    return pending


def _faults(town: Town) -> list[str]:
    with town.desk.reading() as connection:
        return [fault.zh for fault in (*journal.verify_chain(connection), *root_faults(town.desk, connection), *sheet_faults(town.desk, connection))]


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


@pytest.fixture
def registered(rooted: Town) -> Iterator[Town]:
    """The sheets that were asked for are made."""
    with rooted.desk.reading() as connection:
        days = dict.fromkeys(str(e.data["day"]) for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED)
    for day in days:
        make_sheet(rooted.desk, (day,))
    yield rooted
    stop_judges()


def test_the_root_is_printed_in_a_sealed_sheet_one_a_day(registered: Town) -> None:
    with registered.desk.reading() as connection:
        office = journal.read(connection, OFFICE)
    sheets, roots = ([e for e in office if e.kind is kind] for kind in (Kind.ROOT_SHEET, Kind.ROOTED))
    assert [e.data["day"] for e in sheets] == list(dict.fromkeys(e.data["day"] for e in roots))
    assert [e.data["number"] for e in sheets] == [f"日志登〔2026〕{n}号" for n in range(1, len(sheets) + 1)]
    for event in sheets:
        (place,) = (registered.outbox / "登记" / "2026").glob(f"*_{event.data['day']}_*.pdf")
        said = verify_pdf(place.read_bytes(), registered.desk.keys.trust, registered.now)
        words = "".join(text_of(place.read_bytes()).split())
        assert said.ok and event.data["pdfa"] == "passed"
        assert event.data["root"] in words and f"第1条至第{event.data['entries']}条" in words and "北京时间" in words
    assert all(sheet_place(registered.desk, name, sheets[0]).is_file() for name in registered.desk.packs)
    assert _faults(registered) == []


def test_a_sheet_makes_no_root_of_its_own(registered: Town) -> None:
    """A quiet office does not register its own sheets for ever."""
    def roots() -> int:
        with registered.desk.reading() as connection:
            return sum(e.kind is Kind.ROOTED for e in journal.read(connection, OFFICE))

    before = roots()
    for _ in range(3):
        registered.later(days=1)
        with registered.desk.reading() as connection:
            last = max(e.seq for e in journal.read(connection))
            assert last > max(e.seq for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED), "the sheet's own entry lies after the root"
        ask_for_root(registered.desk, registered.today)
        registered.work()
    assert roots() == before


def test_a_sheet_that_is_gone_changed_or_of_another_root_is_found_out(registered: Town) -> None:
    with registered.desk.reading() as connection:
        event = next(e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOT_SHEET)
    path = registered.desk.store.path(str(event.data["sha256"]))
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data[:-1] + b"x")
    assert any("缺失或被改动" in fault for fault in _faults(registered))
    path.unlink()
    assert any("缺失或被改动" in fault for fault in _faults(registered))
    path.write_bytes(data)
    assert _faults(registered) == []
    _forge(registered, lambda connection: _other_root(connection, event.seq, str(event.data["root"])))
    assert any("所载日根与日志不符" in fault for fault in _faults(registered))


def _other_root(connection: sa.Connection, seq: int, root: str) -> None:
    table = journal.events
    row = connection.execute(sa.select(table.c.data).where(table.c.seq == seq)).scalar_one()
    connection.execute(table.update().where(table.c.seq == seq).values(data=row.replace(root, "0" * 64)))


@pytest.mark.parametrize("ending", ["json", "p7s"])
def test_a_changed_copy_is_found_out(rooted: Town, ending: str) -> None:
    path = next(second_place(rooted.desk).glob(f"2026-01-17_*.{ending}"))
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(changed))
    assert any("第二存放处" in fault for fault in _faults(rooted))
