"""A rehearsal of the worst day: a backup restored into scratch, its journal replayed, every hash and signature checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.bookcheck import register_faults
from pipeline.cases.events import OFFICE, Event, Kind
from pipeline.cases.fold import fold
from pipeline.clockwork import Clock, wall_clock
from pipeline.desk.backup import Backup, restore
from pipeline.desk.dayroot import root_faults
from pipeline.desk.daysheet import sheet_faults
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.diskwork import sha256_of
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf
from pipeline.scratch import Scratch


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of the rehearsal: how many things it looked at, and what was wrong with which."""

    check: str
    zh: str
    en: str
    looked_at: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a rehearsal found. `ok` when nothing was wrong."""

    source: str
    made_at: str
    entries: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing was wrong."""
        return not any(each.faults for each in self.findings)

    def plain(self) -> dict[str, object]:
        """As JSON holds it."""
        return {"ok": self.ok, **asdict(self)}


def rehearse(source: Path, scratch: Path | None = None, clock: Clock = wall_clock) -> Report:
    """Restore `source` into scratch and check all of it. Nothing of the running office is touched. Raises StoreError, RefusedError."""
    with Scratch("drill", scratch) as folder:
        office, backup = restore(source, folder / "office", own_folders=True)
        desk = Desk(office, clock)
        try:
            with desk.reading() as connection:
                return Report(source.name, backup.made_at, backup.entries, tuple(_checks(desk, connection, backup)))
        finally:
            desk.close()


def file_report(desk: Desk, report: Report) -> str:
    """Keep the report and enter that it was made; gives its SHA-256."""
    sha256 = desk.store.put(json.dumps(report.plain(), ensure_ascii=False, indent=1).encode())
    note(desk, (Event(Kind.REHEARSED, {"source": report.source, "made_at": report.made_at, "ok": report.ok, "report": sha256}, OFFICE),))
    return sha256


def _checks(desk: Desk, connection: sa.Connection, backup: Backup) -> Iterator[Finding]:
    rows = journal.read(connection)
    chain = [fault.zh for fault in (*journal.verify_chain(connection), *root_faults(desk, connection), *sheet_faults(desk, connection))]
    if (len(rows), rows[-1].hash if rows else journal.GENESIS) != (backup.entries, backup.head):
        chain.append(f"日志为 {len(rows)} 条，备份时记为 {backup.entries} 条，或链尾不同")
    yield Finding("journal", "日志链与日根", "the journal's chain and roots", len(rows), tuple(chain))
    yield Finding("registers", "登记簿与日志相符", "the registers agree with the journal", len(rows), tuple(fault.zh for fault in register_faults(connection)))
    damage = [str(row[0]) for row in connection.execute(sa.text("pragma integrity_check")) if row[0] != "ok"]
    yield Finding("database", "数据库自检", "the database's own check", 1, tuple(damage))
    cases = journal.case_ids(connection)
    yield Finding("cases", "案件重放", "cases replayed from the journal", len(cases), tuple(_each(cases, lambda one: fold(journal.read(connection, one)))))
    kept = [path for path in sorted(desk.office.store.rglob("*")) if path.is_file()]
    yield Finding("store", "原件库每件与其摘要", "everything kept against its hash", len(kept), tuple(path.name for path in kept if sha256_of(path) != path.name))
    named = {digest for row in rows if row.kind is not Kind.SEALS for digest in _digests(row.data)}  # those of seals are certificates' hashes
    lost = [digest for digest in sorted(named) if not desk.store.path(digest).exists() and not desk.vault.has(digest)]
    yield Finding("named", "日志提到的每件都在", "everything the journal names is there", len(named), tuple(lost))
    yield _signatures(desk, connection)


def _each(cases: tuple[str, ...], look: Callable[[str], object]) -> Iterator[str]:
    for one in cases:
        try:
            look(one)
        except Exception as fault:  # noqa: BLE001 - whatever a case cannot be replayed for is the finding
            yield f"{one}：{fault}"


def _signatures(desk: Desk, connection: sa.Connection) -> Finding:
    looked, faults = 0, []
    for case in desk.shelf.all(connection).values():  # those that cannot be replayed are told of already
        for paper in case.papers.values():
            if paper.sha256:
                looked += 1
                verification = verify_pdf(desk.store.get(paper.kept_sha256), desk.keys.wide_trust, desk.clock())
                if verification.verdict is not Answer.VALID:
                    faults.append(f"{paper.number}：{verification.zh}")
    return Finding("signatures", "已用印文书的签名", "signatures of sealed documents", looked, tuple(faults))


_KEPT = ("sha256", "docx_sha256", "wet_sha256", "statement", "signature")
"""Keys of events under which the digest of something kept stands."""


def _digests(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _KEPT and isinstance(item, str) and len(item) == 64:
                yield item
            else:
                yield from _digests(item)
    elif isinstance(value, list):
        for item in value:
            yield from _digests(item)
