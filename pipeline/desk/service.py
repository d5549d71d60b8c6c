"""One running office: its packs, record, store, engine and machines, put together once and handed to every job."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.case import Case
from pipeline.cases.decision import Work
from pipeline.cases.events import OFFICE, Recorded
from pipeline.cases.folders import Folders
from pipeline.cases.operations import holidays
from pipeline.cases.shelf import Shelf
from pipeline.clockwork import Clock, wall_clock
from pipeline.desk.editions import Editions
from pipeline.desk.keyring import Keyring
from pipeline.desk.vault import Vault
from pipeline.diskwork import ContentStore
from pipeline.errors import NotFoundError, PackError
from pipeline.intake.claim import Spool
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.sealed import sealed_forms
from pipeline.office import Office, check_layout
from pipeline.papers.convert import OfficePool
from pipeline.papers.render import Template
from pipeline.work.database import open_database, reading
from pipeline.work.jobs import create_tables as create_job_tables
from pipeline.work.port import Engine, Job

USUAL_PREFIX = 40
"""Characters of a share's path in front of the outbox, where the office does not name it."""


class Desk:
    """Everything a job needs. Opening one checks the layout and makes missing tables; it starts nothing."""

    def __init__(self, office: Office, clock: Clock = wall_clock) -> None:
        check_layout(office)
        self.office = office
        self.clock = clock
        self._editions = Editions(office)
        self.packs: Mapping[str, Pack] = self._editions.current
        self.store = ContentStore(office.store)
        self.folders = Folders(office.outbox)
        self.keys = Keyring(office, self.packs, clock)
        self.vault = Vault(office.sealed, lambda: self.keys.sealing)
        self.database: sa.Engine = open_database(office.database_url)
        journal.create_tables(self.database)
        create_job_tables(self.database)
        self.shelf = Shelf()
        self._office: list[Recorded] = []
        self._office_lock = threading.Lock()
        self.refresh()
        self.engine: Engine | None = None
        self.spool: Spool | None = None
        self._pool: OfficePool | None = None
        self._templates: dict[Path, tuple[int, Template]] = {}

    def office_events(self, connection: sa.Connection) -> tuple[Recorded, ...]:
        """What was recorded of the office itself, as committed: delegations, hand-overs, holiday tables …"""
        with self._office_lock:
            since = self._office[-1].seq if self._office else 0
            self._office += journal.read(connection, OFFICE, since)
            return tuple(self._office)

    def refresh(self) -> None:
        """Take up holiday tables that were put in force, here or by another process."""
        with self.reading() as connection:
            entered = holidays.tables(self.office_events(connection))
        if self._editions.use_tables(entered):
            self.packs = self._editions.current

    @cached_property
    def specs(self) -> Mapping[str, Mapping[str, FormSpec]]:
        """The forms of every pack."""
        return {name: pack.forms for name, pack in self.packs.items()}

    @cached_property
    def sealing(self) -> Mapping[str, frozenset[str]]:
        """Forms that stay sealed, of any pack, and the roles that file them."""
        found: dict[str, frozenset[str]] = {}
        for pack in self.packs.values():
            for code in sealed_forms(pack):
                found[code] = found.get(code, frozenset()) | frozenset(pack.forms[code].filed_by)
        return found

    def original(self, sha256: str) -> bytes:
        """What was dropped, by its digest, open or sealed. Raises KeyError when it is nowhere, StoreError for a box that does not open."""
        return self.store.get(sha256) if self.store.path(sha256).exists() or not self.vault.has(sha256) else self.vault.get(sha256)

    @property
    def pool(self) -> OfficePool:
        """LibreOffice, started when first needed."""
        if self._pool is None:
            count = self.office.settings.whole("libreoffice.processes")
            self._pool = OfficePool(count, self.office.var / "libreoffice", program=self.office.settings.text("libreoffice.program"))
        return self._pool

    @property
    def room(self) -> int:
        """How many characters a path below the outbox may have, so that whole paths on the share stay short enough."""
        prefix = self.office.settings.text("folders.share_prefix") or "x" * USUAL_PREFIX
        return self.office.settings.whole("folders.longest_path") - len(prefix) - 1

    def close(self) -> None:
        """Stop what was started."""
        if self.engine is not None:
            self.engine.stop()
        if self._pool is not None:
            self._pool.close()
        self.database.dispose()

    def pack(self, jurisdiction: str) -> Pack:
        """A pack by jurisdiction. Raises NotFoundError."""
        if jurisdiction not in self.packs:
            raise NotFoundError(f"没有规则包 {jurisdiction}", f"there is no pack {jurisdiction}")
        return self.packs[jurisdiction]

    def pack_of(self, case: Case) -> Pack:
        """The pack under which a case was opened, whatever has changed since. Raises NotFoundError, PackError."""
        return self._editions.of_case(case) or self.pack(case.jurisdiction)

    def pack_at_hand(self, case: Case) -> Pack:
        """As `pack_of`; where the edition is lost, the pack in force. For looking over many cases, never for deciding one."""
        try:
            return self.pack_of(case)
        except PackError:
            return self.pack(case.jurisdiction)

    def case(self, connection: sa.Connection, case_id: str) -> Case:
        """A case by its id, as committed (see Shelf). Raises NotFoundError."""
        case = self.shelf.get(connection, case_id)
        if case is None:
            raise NotFoundError(f"没有案件 {case_id}", f"there is no case {case_id}")
        return case

    def template(self, jurisdiction: str, name: str) -> Template:
        """A compiled template; compiled again when a clerk has saved it anew."""
        path = self.office.forms / jurisdiction / "issue" / name
        stamp = path.stat().st_mtime_ns
        if path not in self._templates or self._templates[path][0] != stamp:
            self._templates[path] = (stamp, Template.load(path.read_bytes(), f"{jurisdiction}/{name}"))
        return self._templates[path][1]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection for looking only."""
        with reading(self.database) as connection:
            yield connection

    def submit(self, connection: sa.Connection, work: Work, partition: str) -> None:
        """Ask the engine for a job within the caller's transaction; jobs of one partition keep their order."""
        order = int(registers.get_mark(connection, "job order") or "0") + 1
        registers.set_mark(connection, "job order", str(order))
        args: dict[str, str | int | bool | None] = {str(n): value for n, value in enumerate(work.args)}
        job = Job(kind=work.kind, key=work.key.replace("/", "|"), order=order, partition=partition, args=args)
        if self.engine is None:
            raise RuntimeError("no engine is attached to this desk")
        self.engine.submit(connection, job)
