"""The journal: events appended in a hash chain, never changed, never removed.

Each row's hash is SHA-256 over the row before it and its own canonical text; a changed, removed or inserted
row breaks the chain at its place. Beside it runs a chain of SM3, which begins with the first entry made since there is one
and rests there on the SHA-256 of the entry before; earlier entries keep what they have. The database itself refuses UPDATE and DELETE by triggers (appendonly.py); someone
with the database in hand can remove those, which is why the chain exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.cases.appendonly import keep_append_only
from pipeline.cases.codec import decode, encode
from pipeline.cases.damage import SENSELESS, entry_fault
from pipeline.cases.events import OFFICE, Event, Kind, Recorded
from pipeline.digests import sha256_of_bytes, sm3_of_bytes
from pipeline.errors import StoreError

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.String, nullable=False, index=True),
    sa.Column("case_seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("sm3", sa.String(64)),
    sa.UniqueConstraint("case_id", "case_seq"),
)

GENESIS = "0" * 64


def create_tables(engine: sa.Engine) -> None:
    """Make all tables of cases/ that are missing, and the guards of the journal. Harmless when repeated."""
    metadata.create_all(engine)
    _add_sm3(engine)
    keep_append_only(engine)


def _add_sm3(engine: sa.Engine) -> None:
    """Give a journal from before there was SM3 its column, once; its entries stay as they are."""
    with engine.begin() as connection:
        if not any(column["name"] == "sm3" for column in sa.inspect(connection).get_columns(events.name)):
            connection.execute(sa.text("alter table events add column sm3 varchar(64)"))


def chain_text(previous: str, seq: int, case: str, case_seq: int, kind: str, at: str, actor: str, data: str) -> bytes:
    """What is hashed of one row, given the hash of the row before."""
    return "\n".join((previous, str(seq), case, str(case_seq), kind, at, actor, data)).encode()


def chain_hash(previous: str, seq: int, case: str, case_seq: int, kind: str, at: str, actor: str, data: str) -> str:
    """SHA-256 in hex of one row, given the hash of the row before."""
    return sha256_of_bytes(chain_text(previous, seq, case, case_seq, kind, at, actor, data))


def chain_sm3(previous: str, seq: int, case: str, case_seq: int, kind: str, at: str, actor: str, data: str) -> str:
    """SM3 in hex of one row, given the SM3 of the row before, or its SHA-256 where that has none."""
    return sm3_of_bytes(chain_text(previous, seq, case, case_seq, kind, at, actor, data))


def append(connection: sa.Connection, new: Sequence[Event], *, at: datetime, actor: str) -> tuple[Recorded, ...]:
    """Append `new` in order, inside the caller's transaction. Returns them as recorded."""
    last = connection.execute(sa.select(events.c.seq, events.c.hash, events.c.sm3).order_by(events.c.seq.desc()).limit(1)).first()
    seq, previous, beside = (last.seq, last.hash, last.sm3 or last.hash) if last else (0, GENESIS, GENESIS)
    counts: dict[str, int] = {}
    recorded = []
    for event in new:
        seq += 1
        if event.case not in counts:
            query = sa.select(sa.func.coalesce(sa.func.max(events.c.case_seq), 0)).where(events.c.case_id == event.case)
            counts[event.case] = connection.execute(query).scalar_one()
        counts[event.case] += 1
        data, stamp = encode(event.data), at.isoformat(timespec="seconds")
        row = (seq, event.case, counts[event.case], event.kind, stamp, actor, data)
        previous, beside = chain_hash(previous, *row), chain_sm3(beside, *row)
        connection.execute(
            events.insert().values(
                seq=seq, case_id=event.case, case_seq=counts[event.case], kind=str(event.kind),
                at=stamp, actor=actor, data=data, hash=previous, sm3=beside,
            )  # fmt: skip
        )
        recorded.append(
            Recorded(seq, event.case, counts[event.case], event.kind, stamp, actor, decode(data), previous)
        )
    return tuple(recorded)


def read(connection: sa.Connection, case: str | None = None, since: int = 0) -> tuple[Recorded, ...]:
    """Events in order: of one case, or (None) of all, after journal position `since`. Raises StoreError for an entry that cannot be read."""
    query = sa.select(events).where(events.c.seq > since).order_by(events.c.seq)
    if case is not None:
        query = query.where(events.c.case_id == case)
    return tuple(_recorded(row) for row in connection.execute(query))


def _recorded(row: sa.Row[tuple[object, ...]]) -> Recorded:
    try:
        return Recorded(row.seq, row.case_id, row.case_seq, Kind(row.kind), row.at, row.actor, decode(row.data), row.hash)
    except SENSELESS as fault:
        raise entry_fault(row.seq, row.case_seq, fault) from fault


def case_ids(connection: sa.Connection) -> tuple[str, ...]:
    """Ids of all cases, oldest first; also of those whose opening entry is no longer one."""
    query = sa.select(events.c.case_id).where(events.c.case_id != OFFICE).group_by(events.c.case_id).order_by(sa.func.min(events.c.seq))
    return tuple(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where the chain breaks and how."""

    seq: int
    zh: str
    en: str


def verify_chain(connection: sa.Connection) -> tuple[ChainFault, ...]:
    """Every place where the journal is not what it was: changed, removed or inserted rows. Empty means whole."""
    faults = []
    previous, beside, begun, expected = GENESIS, GENESIS, False, 1
    for row in connection.execute(sa.select(events).order_by(events.c.seq)):
        if row.seq != expected:
            faults.append(ChainFault(row.seq, f"第{expected}条至第{row.seq - 1}条缺失", f"entries {expected} to {row.seq - 1} are missing"))
        content = (row.seq, row.case_id, row.case_seq, row.kind, row.at, row.actor, row.data)
        if chain_hash(previous, *content) != row.hash:
            faults.append(ChainFault(row.seq, f"第{row.seq}条与链不符：被改动，或前一条被改动", f"entry {row.seq} does not fit the chain: it or the one before was changed"))
        if row.sm3 is None and begun:
            faults.append(ChainFault(row.seq, f"第{row.seq}条没有 SM3，而前面已有：被改动，或由旧版程序写入", f"entry {row.seq} has no SM3 though earlier ones have: it was changed, or written by an older version"))
        elif row.sm3 is not None and chain_sm3(beside, *content) != row.sm3:
            faults.append(ChainFault(row.seq, f"第{row.seq}条与 SM3 链不符：被改动，或前一条被改动", f"entry {row.seq} does not fit the SM3 chain: it or the one before was changed"))
        previous, beside, begun, expected = row.hash, row.sm3 or row.hash, begun or row.sm3 is not None, row.seq + 1
    return tuple(faults)


def require_case(found: Iterable[Recorded], case: str) -> tuple[Recorded, ...]:
    """`found` as a tuple, or StoreError when the journal knows no such case."""
    rows = tuple(found)
    if not rows:
        raise StoreError(f"日志中没有案件 {case}", f"the journal knows no case {case}")
    return rows
