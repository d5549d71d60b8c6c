"""Is each register what the journal says was entered? Every row of drops and numbers stands in the journal too.

The registers are tables that a person or a failing disk could change; the journal is a chain. A decision therefore
enters its drop's row and its numbers in the journal as well, and this check compares the two, row by row.
Rows entered before the journal kept them are compared as far as its other entries tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.decision import Claim
from pipeline.cases.events import OFFICE, Event, Kind, Recorded
from pipeline.cases.journal import ChainFault

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Entered:
    """One row as entry `seq` of the journal kept it."""

    seq: int
    data: Row


def drop_answered(connection: sa.Connection, token: str) -> Event:
    """The event that keeps a drop's row as it is now; its answer by SHA-256."""
    row = connection.execute(sa.select(registers.drops).where(registers.drops.c.token == token)).mappings().one()
    return Event(Kind.DROP_ANSWERED, _of_drop(dict(row)), OFFICE)


def numbered(claims: Sequence[Claim], case_id: str) -> tuple[Event, ...]:
    """The event that keeps the numbers a decision took; none when it took none."""
    rows = [
        {"series": c.series, "year": c.year, "n": c.n, "text": c.text, "case_id": c.case or case_id, "document": c.document, "void_reason": None, "on_paper": c.on_paper}
        for c in claims
    ]  # fmt: skip
    return (Event(Kind.NUMBERED, {"numbers": rows}, OFFICE),) if rows else ()


def register_faults(connection: sa.Connection) -> tuple[ChainFault, ...]:
    """Every row of a register that is not what the journal says, with what changed. Empty means they agree."""
    entries = journal.read(connection, OFFICE)
    return (*_drop_faults(connection, entries), *_number_faults(connection, entries), *_start_faults(connection, entries))


def _of_drop(row: Row) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key != "answer"}
    kept["is_folder"] = bool(kept["is_folder"])
    return kept | {"answer": hashlib.sha256((row["answer"] or "").encode()).hexdigest()}


def _drop_faults(connection: sa.Connection, entries: Iterable[Recorded]) -> Iterator[ChainFault]:
    rows = {str(row["token"]): _of_drop(dict(row)) for row in connection.execute(sa.select(registers.drops)).mappings()}
    answered = {str(e.data["token"]): _Entered(e.seq, e.data) for e in entries if e.kind is Kind.DROP_ANSWERED and "token" in e.data}
    yield from _compared("收件登记", "register of drops", "seq", answered, rows)
    since = min((int(e.data["seq"]) for e in answered.values()), default=None)
    for token, row in rows.items():
        if since is not None and token not in answered and row["outcome"] is not None and int(row["seq"]) > since:
            yield ChainFault(0, f"收件登记第{row['seq']}号在日志中没有记载：被插入或被改动", f"drop {row['seq']} is not in the journal: inserted or changed")


def _number_faults(connection: sa.Connection, entries: Iterable[Recorded]) -> Iterator[ChainFault]:
    taken = {(bool(n["on_paper"]), str(n["text"])): _Entered(e.seq, n) for e in entries if e.kind is Kind.NUMBERED for n in e.data["numbers"]}
    for on_paper, table in ((False, registers.numbers), (True, registers.paper_numbers)):
        wanted = {text: entry for (paper, text), entry in taken.items() if paper is on_paper}
        rows = {str(row["text"]): dict(row) for row in connection.execute(sa.select(table)).mappings()}
        yield from _compared("文号登记", "register of numbers", "text", wanted, rows)
        if wanted:
            yield from _unknown_numbers(connection, rows, wanted)


def _unknown_numbers(connection: sa.Connection, rows: Mapping[str, Row], wanted: Mapping[str, _Entered]) -> Iterator[ChainFault]:
    """Numbers after the first that the journal kept and that it does not know."""
    first: dict[tuple[str, int], int] = {}
    for one in wanted.values():
        key = (one.data["series"], one.data["year"])
        first[key] = min(int(one.data["n"]), first.get(key, int(one.data["n"])))
    for text, row in rows.items():
        if text not in wanted and int(row["n"]) >= first.get((row["series"], row["year"]), int(row["n"]) + 1):
            yield ChainFault(0, f"文号登记“{text}”在日志中没有记载：被插入或被改动", f"the number {text!r} is not in the journal: inserted or changed")


def _start_faults(connection: sa.Connection, entries: Iterable[Recorded]) -> Iterator[ChainFault]:
    wanted = {f"{e.data['series']} {e.data['year']}": _Entered(e.seq, e.data) for e in entries if e.kind is Kind.SERIES_STARTED}
    rows = {f"{row['series']} {row['year']}": dict(row) for row in connection.execute(sa.select(registers.series_starts)).mappings()}
    yield from _compared("文号起始登记", "register of first numbers", "series", wanted, rows)
    for key in rows.keys() - wanted.keys():
        yield ChainFault(0, f"文号起始登记“{key}”在日志中没有记载：被插入或被改动", f"the first number of {key!r} is not in the journal: inserted or changed")


def _compared(zh: str, en: str, name: str, wanted: Mapping[str, _Entered], rows: Mapping[str, Row]) -> Iterator[ChainFault]:
    """What the journal kept, against the rows that are there."""
    for key, entry in wanted.items():
        row = rows.get(key)
        told = str(entry.data.get(name, key))
        if row is None:
            yield ChainFault(entry.seq, f"{zh}“{told}”被删去或改了名（日志第{entry.seq}条有记载）", f"{en}: {told!r} was removed or renamed (entry {entry.seq} has it)")
            continue
        changed = [column for column in row if column in entry.data and row[column] != entry.data[column]]
        if changed:
            columns = "、".join(changed)
            yield ChainFault(entry.seq, f"{zh}“{told}”的 {columns} 被改动（与日志第{entry.seq}条不符）", f"{en}: {', '.join(changed)} of {told!r} changed (unlike entry {entry.seq})")
