"""A real office on disk with people in it: they drop files, the office works until nothing is left, all in one thread.

Everything is real (reading in child processes, LibreOffice, keys, database, folders) except the engine, which works when
told to, and the clock, which stands still until a test moves it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.case import Case
from pipeline.cases.codec import decode
from pipeline.cases.fold import fold
from pipeline.clockwork import SHANGHAI
from pipeline.demo.bundles import Bundle, application, passing_examples
from pipeline.demo.players import play
from pipeline.desk.answers import answer_folder
from pipeline.desk.people import init_office
from pipeline.desk.picture import case_folder, draft_unit_folder, open_forms, prefill, safe_name
from pipeline.desk.service import Desk
from pipeline.desk.watching import handlers
from pipeline.flow import receive, sweep
from pipeline.intake.stable import signature
from pipeline.intake.watch import Ready
from pipeline.law.pack import Pack
from pipeline.model import FormIdentity
from pipeline.office import load_office
from pipeline.papers.convert import OfficePool
from pipeline.papers.forms import build_docx, fill_docx
from pipeline.settings import Value
from pipeline.work.inline import InlineEngine
from pipeline.work.port import Patience

ROOT = Path(__file__).parents[2]
SETTINGS: Mapping[str, Value] = {"office.mode": "demo", "signing.policy": "folder", "intake.settle_seconds": 0.0}
MORNING = datetime(2026, 1, 16, 9, 30, tzinfo=SHANGHAI)
SIGNER, CLERK, EXPERT, APPLICANT = "测试局长", "测试承办人", "测试专家组长", "测试申请人甲"
OWNERS = {"申报": APPLICANT, "评审": EXPERT, "办理": CLERK, "签发": SIGNER, "预审": ""}


@dataclass(frozen=True)
class Told:
    """What one drop was told."""

    token: str
    outcome: str
    zh: str
    case_no: str
    number: str
    findings: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    row: Any

    @property
    def rules(self) -> set[str]:
        return {f["rule"] for f in self.findings}

    @property
    def words(self) -> str:
        """Everything said, for looking a word up."""
        return " ".join([self.zh, *(f["zh"] + f["repair_zh"] for f in self.findings)])


@dataclass
class Town:
    """One office and everybody who has to do with it."""

    root: Path
    pool: OfficePool
    jurisdiction: str = "hubei"
    now: datetime = MORNING
    ticks: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Open the office, as a fresh process would."""
        self.desk = Desk(load_office(self.root, {}), self.clock)
        self.desk._pool = self.pool
        works = {**handlers(self.desk), "judge": lambda task: None, "day_sheet": lambda task: None}  # both have tests of their own, and take seconds
        self.engine = InlineEngine(self.desk.database, works, Patience(attempts=2), self.clock)
        self.desk.engine = self.engine

    def close(self) -> None:
        self.desk.database.dispose()

    def clock(self) -> datetime:
        return self.now

    def later(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def pack(self) -> Pack:
        return self.desk.packs[self.jurisdiction]

    @property
    def outbox(self) -> Path:
        return self.desk.office.outbox / self.jurisdiction

    def inbox(self, role: str, owner: str | None = None) -> Path:
        owner = OWNERS[role] if owner is None else owner
        return self.desk.office.role_folder(self.jurisdiction, role) / owner

    # --- dropping ---------------------------------------------------------------------------------------------

    def put(self, role: str, what: bytes | Bundle, name: str = "", owner: str | None = None) -> Path:
        """Lay a drop into an inbox without taking it."""
        home = self.inbox(role, owner)
        if isinstance(what, Bundle):
            what.write(home)
            return home / what.name
        (home / name).write_bytes(what)
        return home / name

    def take(self, path: Path, role: str, owner: str | None = None) -> str:
        """Claim a drop that lies in an inbox; its token."""
        owner = OWNERS[role] if owner is None else owner
        self.later(seconds=1)
        ready = Ready(
            path=path, jurisdiction=self.jurisdiction, role=role, owner=owner, name=path.name, is_folder=path.is_dir(), signature=signature(path),
        )  # fmt: skip
        drop = receive(self.desk, ready)
        assert drop is not None
        return drop.token

    def drop(self, role: str, what: bytes | Bundle, name: str = "", owner: str | None = None) -> Told:
        """Drop, and let the office work until nothing is left; what the drop was told."""
        token = self.take(self.put(role, what, name, owner), role, owner)
        self.work()
        return self.told(token)

    def work(self) -> None:
        self.engine.idle()

    def sweep(self) -> None:
        """Time passes once: what `flow.sweep` does, and the work that follows."""
        self.ticks += 1
        sweep(self.desk, self.ticks)
        self.work()

    def take_everything(self) -> list[Told]:
        """Claim whatever lies in the officers' own inbox (requests that hongtou itself filed), and work."""
        tokens = []
        for role, owner in (("办理", ""),):
            for path in sorted(self.inbox(role, owner).iterdir()):
                if path.is_file() and path.suffix == ".json":
                    tokens.append(self.take(path, role, owner))
        self.work()
        return [self.told(token) for token in tokens]

    def told(self, token: str) -> Told:
        with self.desk.reading() as connection:
            row = connection.execute(sa.select(registers.drops).where(registers.drops.c.token == token)).one()
        assert row.outcome is not None, self.engine.failed()
        answer = decode(row.answer)
        return Told(token, row.outcome, answer["zh"], answer["case_no"], answer["number"], answer["findings"], answer["differences"], row)

    def answers(self, role: str, owner: str | None = None) -> list[Path]:
        owner = OWNERS[role] if owner is None else owner
        return sorted(answer_folder(self.desk, self.jurisdiction, role, owner).glob("*.html"))

    # --- cases ------------------------------------------------------------------------------------------------

    def cases(self) -> list[Case]:
        with self.desk.reading() as connection:
            found = [fold(journal.read(connection, case_id)) for case_id in journal.case_ids(connection)]
        return [case for case in found if case is not None]

    def case(self, no: str = "") -> Case:
        return next(case for case in self.cases() if not no or case.no == no)

    def folder(self, case: Case) -> Path:
        return self.desk.office.outbox / case_folder(self.desk.packs[case.jurisdiction], case)

    def timeline(self, case: Case) -> str:
        return (self.folder(case) / "时间线.html").read_text(encoding="utf-8")

    def bundle(self, example: int = 0, name: str = "申报材料", day: date | None = None, **changes: Any) -> Bundle:
        return application(self.pack, passing_examples(self.pack)[example], day or self.today, name, changes)

    def apply(self, example: int = 0, name: str = "申报材料", **changes: Any) -> Case:
        """A good application is dropped; the case it opened."""
        told = self.drop("申报", self.bundle(example, name, **changes))
        assert told.outcome == "received", told.words
        return self.case(told.case_no)

    def todo(self, case: Case, code: str) -> tuple[str, Path]:
        """The prefilled form of a case: whose it is, and where it lies."""
        role, spec = next(pair for pair in open_forms(self.pack, case) if pair[1].code == code)
        return role, self.folder(case) / "待办" / (safe_name(f"{role}_{spec.title_zh}") + ".docx")

    def filled(self, case: Case, code: str, **changes: Any) -> tuple[str, bytes]:
        role, path = self.todo(case, code)
        values = play(self.pack, code, prefill(self.pack, case, self.pack.forms[code]), self.today, **changes)
        return role, fill_docx(path.read_bytes(), values)

    def file(self, case: Case, code: str, **changes: Any) -> Told:
        """Somebody fills in the prefilled form of a case and drops it."""
        role, data = self.filled(case, code, **changes)
        return self.drop(role, data, f"{case.no}_{code}.docx")

    def file_again(self, data: bytes, case: Case) -> Told:
        """An officer drops a filled form as it is."""
        return self.drop("办理", data, f"{case.no}_填好的表.docx")

    def sheet(self, case: Case, suffix: str = ".docx") -> Path:
        return self.desk.office.outbox / draft_unit_folder(self.pack, case) / f"签发单{suffix}"

    def sign(self, case: Case, owner: str = SIGNER, **changes: Any) -> Told:
        values = {**play(self.pack, "sign_off_sheet", {}, self.today), **changes}
        return self.drop("签发", fill_docx(self.sheet(case).read_bytes(), values), f"{case.no}_签发单.docx", owner)

    def blank(self, code: str, values: Mapping[str, Any]) -> bytes:
        """A blank form of the pack, filled in."""
        spec = self.pack.forms[code]
        identity = FormIdentity(form=code, version=spec.version, jurisdiction=self.jurisdiction)
        return fill_docx(build_docx(self.pack, spec, identity), values)

    # --- looking ----------------------------------------------------------------------------------------------

    def books_are_whole(self) -> None:
        """Chain, numbers and answers: what must hold whatever happened."""
        with self.desk.reading() as connection:
            assert journal.verify_chain(connection) == ()
            numbers = connection.execute(sa.select(registers.numbers).order_by(registers.numbers.c.n)).all()
            drops = connection.execute(sa.select(registers.drops)).all()
            starts = {(s.series, s.year): s.start for s in connection.execute(sa.select(registers.series_starts))}
            on_paper = connection.execute(sa.select(registers.paper_numbers)).all()
        for key in {(row.series, row.year) for row in numbers}:
            mine = [row.n for row in numbers if (row.series, row.year) == key]
            paper = {row.n for row in on_paper if (row.series, row.year) == key}
            first = starts.get(key, 1)
            if not paper:
                assert mine == list(range(first, first + len(mine))), key
            assert len(set(mine)) == len(mine) and not paper & set(mine)
            assert all(n == first or n - 1 in mine or n - 1 in paper for n in mine), f"{key}: a number without its predecessor"
        for row in drops:
            assert row.outcome is not None
            assert hashlib.sha256(self.desk.store.get(row.sha256)).hexdigest() == row.sha256
        assert self.engine.failed() == ()


def make_town(root: Path, pool: OfficePool, **settings: Value) -> Town:
    """A fresh office in `root`."""
    init_office(root, ROOT, {**SETTINGS, **settings}, lambda: MORNING)
    return Town(root, pool)


def copy_town(town: Town, root: Path) -> Town:
    """The same office in another place, as restored from a backup."""
    town.close()  # a closed database is opened again by its next use
    shutil.copytree(town.root, root, symlinks=True)
    copy = Town(root, town.pool, town.jurisdiction, town.now, town.ticks)
    copy.sweep()
    return copy
