"""Rows of the registers stand in the journal too: a changed, removed or inserted one is found and named."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pipeline.cases.bookcheck import register_faults
from pipeline.cases.registers import drops, numbers, series_starts

from .town import Town

CHANGED = [
    (drops, "name"), (drops, "owner"), (drops, "sha256"), (drops, "received_at"), (drops, "case_id"), (drops, "outcome"), (drops, "answer"),
    (numbers, "case_id"), (numbers, "document"), (numbers, "void_reason"), (numbers, "text"),
]  # fmt: skip


def _told(town: Town, *statements: sa.Executable) -> list[str]:
    """What the check says when somebody has done this to the database; undone afterwards."""
    with town.desk.database.connect() as connection, connection.begin() as doing:
        for statement in statements:
            connection.execute(statement)
        faults = [fault.zh for fault in register_faults(connection)]
        doing.rollback()
    return faults


def test_the_registers_of_an_office_agree_with_its_journal(pending: Town) -> None:
    assert _told(pending) == []


@pytest.mark.parametrize(("table", "column"), CHANGED, ids=[f"{table.name}.{column}" for table, column in CHANGED])
def test_a_changed_cell_is_named(pending: Town, table: sa.Table, column: str) -> None:
    key = table.c.token if table is drops else table.c.text
    with pending.desk.reading() as connection:
        row = connection.execute(sa.select(key).where(table.c.case_id.is_not(None))).first()
    assert row is not None
    told = _told(pending, table.update().where(key == row[0]).values({column: "x"}))
    assert any((column if column != "text" else str(row[0])) in fault for fault in told), told


def test_a_removed_row_is_named(pending: Town) -> None:
    with pending.desk.reading() as connection:
        text = connection.execute(sa.select(numbers.c.text).limit(1)).scalar_one()
    assert any(text in fault and "删去" in fault for fault in _told(pending, numbers.delete().where(numbers.c.text == text)))
    assert any("收件登记" in fault and "删去" in fault for fault in _told(pending, drops.delete().where(drops.c.seq == 1)))


def test_an_inserted_row_is_named(pending: Town) -> None:
    with pending.desk.reading() as connection:
        series, year = connection.execute(sa.select(numbers.c.series, numbers.c.year).limit(1)).one()
        drop = dict(connection.execute(sa.select(drops).where(drops.c.outcome.is_not(None)).limit(1)).mappings().one())
    number = numbers.insert().values(series=series, year=year, n=99, text="测试文号99", case_id="x", document="x")
    assert any("测试文号99" in fault and "没有记载" in fault for fault in _told(pending, number))
    assert any("第99号" in fault for fault in _told(pending, drops.insert().values({**drop, "token": "x", "seq": 99})))
    start = series_starts.insert().values(series="x", year=2026, start=7, reason="x")
    assert any("没有记载" in fault for fault in _told(pending, start))
