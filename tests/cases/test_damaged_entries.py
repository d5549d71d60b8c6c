"""An entry of the journal that somebody changed in the database: its case and its number are named, the other cases go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.events import Event, Kind
from pipeline.cases.fold import fold
from pipeline.cases.shelf import Shelf
from pipeline.errors import StoreError

DAMAGES = {
    "unreadable": (Kind.CLOCK_STARTED, "data", '{"a broken entry'), "senseless": (Kind.CLOCK_STARTED, "data", "{}"),
    "no kind there is": (Kind.CLOCK_STARTED, "kind", "clock_begun"), "opening unreadable": (Kind.OPENED, "data", "[1"), "opening senseless": (Kind.OPENED, "data", "{}"),
    "opening of no kind": (Kind.OPENED, "kind", "opend"), "opening of another kind": (Kind.OPENED, "kind", "noted"),
}  # fmt: skip


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_a_damaged_entry_is_named_by_its_number_and_the_others_are_read(damage: str) -> None:
    """Whichever entry it is, the opening one too: the case, the entry, and every other case as it was."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    journal.create_tables(engine)
    kind, column, instead = DAMAGES[damage]
    opening = {"no": "1", "jurisdiction": "hubei", "pack_version": "1", "on": "2026-01-01"}
    with engine.begin() as connection:
        for case in ("hubei.甲", "hubei.乙"):
            for event in (Event(Kind.OPENED, opening, case), Event(Kind.CLOCK_STARTED, {"clock": "INTAKE", "data": {}}, case)):
                journal.append(connection, (event,), at=datetime(2026, 1, 1, tzinfo=UTC), actor="局")
    warm, seq = Shelf(), 1 if kind is Kind.OPENED else 2
    with engine.begin() as connection:
        assert list(warm.all(connection)) == ["hubei.甲", "hubei.乙"]
        connection.execute(sa.text("drop trigger events_no_update"))
        connection.execute(sa.text(f"update events set {column} = :instead where seq = :seq"), {"instead": instead, "seq": seq})
        assert journal.case_ids(connection) == ("hubei.甲", "hubei.乙")
        cold = Shelf()
        for _ in range(2):
            assert list(cold.all(connection)) == ["hubei.乙"]
            with pytest.raises(StoreError, match=r"案件 甲.*日志第(1|2)条（本案第(1|2)条）"):
                cold.get(connection, "hubei.甲")
        with pytest.raises(StoreError, match="日志第"):
            fold(journal.read(connection, "hubei.甲"))
        assert len(journal.verify_chain(connection)) >= 1
    engine.dispose()
