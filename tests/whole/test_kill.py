"""The whole road killed with -9 again and again, at points a seeded generator chooses; then every promise is counted up."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.clockwork import wall_clock
from pipeline.demo.bundles import Bundle, hostile_docx
from pipeline.desk.answers import answer_folder
from pipeline.desk.rebuilding import rebuild_office
from pipeline.desk.showing import fingerprint_of
from pipeline.diskwork import TEMPORARY_SUFFIX
from pipeline.papers.verify import verify_pdf

from .town import ROOT, Town, copy_town

WORKER = Path(__file__).with_name("kill_worker.py")
LONGEST = 120
FAST = {"settle_seconds = 0.0": "settle_seconds = 0.1", "scan_seconds = 2.0": "scan_seconds = 0.05", "polling_seconds = 0.1": "polling_seconds = 0.03", "processes = 2": "processes = 1"}

QUIET = 15
"""Kills in a row before the office is left alone once: a job that took the process down 20 times is given up, as it should be."""


class People:
    """Everybody who drops, and what they dropped."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.dropped: Counter[tuple[str, str, str]] = Counter()
        self.bytes: dict[str, dict[str, bytes]] = {}
        self.decided: set[str] = set()

    def drop(self, role: str, owner: str, name: str, what: Bundle | bytes) -> None:
        home = self.town.inbox(role, owner)
        if isinstance(what, Bundle):
            Bundle(name, what.files).write(home)
            self.bytes[name] = dict(what.files)
        else:
            aside = home / f".{name}"
            aside.write_bytes(what)
            aside.rename(home / name)
            self.bytes[name] = {"": what}
        self.dropped[role, owner, name] += 1

    def act(self, n: int) -> None:
        """What happens in the n-th round."""
        town = self.town
        if n == 0:
            self.drop("申报", "测试申请人甲", "甲的材料", town.bundle(0))
            self.drop("申报", "测试申请人丙", "带宏的.docx", hostile_docx())
        elif n == 1:
            self.drop("申报", "测试申请人乙", "乙的材料", town.bundle(1))
            self.drop("申报", "测试申请人丙", "丙的材料", town.bundle(2, total_budget="1.00"))
        elif n % 5 == 2:
            self.drop("申报", "测试申请人甲", f"甲又投的{n}", town.bundle(0))
        elif n % 5 == 4:
            self.drop("预审", "", f"预审{n}", town.bundle(1, day=town.today))
        else:
            self.drop("申报", "测试申请人丙", f"说明{n}.txt", f"您好{n}".encode())
        for form in town.outbox.glob("*/*/*/待办/办理_受理审查表.docx"):
            self._decide(form, n)

    def _decide(self, form: Path, n: int) -> None:
        no = form.parent.parent.name.split("_")[0]
        case = next(c for c in self.town.cases() if c.no == no)
        if case.state == "submitted" and no not in self.decided:
            self.decided.add(no)
            self.drop("办理", "测试承办人", f"{no}_受理{n}.docx", self.town.filled(case, "intake_decision")[1])


def run(root: Path, last: int) -> str:
    """Run the worker until it has done `last` things and dies of it (0: until all is done); its last words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, str(WORKER), str(root), str(last)], env=environment, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == (-signal.SIGKILL if last else 0), done.stderr[-3000:]
    return done.stdout.strip()


@pytest.mark.parametrize(("kills", "seed"), [(5, 1), pytest.param(10, 3, marks=pytest.mark.slow), pytest.param(50, 2, marks=pytest.mark.slow)])
def test_nothing_is_lost_or_done_twice(tmp_path: Path, empty_town: Town, kills: int, seed: int) -> None:
    town = copy_town(empty_town, tmp_path / "office")
    toml = town.root / "office.toml"
    text = toml.read_text(encoding="utf-8")
    for before, after in FAST.items():
        assert before in text, before
        text = text.replace(before, after)
    toml.write_text(text, encoding="utf-8")
    town.now = wall_clock()
    people, chance, points = People(town), random.Random(seed), Counter[str]()
    order = chance.sample(range(10), 10)  # early and late in a run alike, whatever the seed
    for n in range(kills):
        people.act(n)
        points[run(town.root, 1 + 4 * order[n % len(order)] + chance.randrange(4))] += 1
        if n % QUIET == QUIET - 1:
            run(town.root, 0)
    run(town.root, 0)
    people.act(3)
    run(town.root, 0)
    town.close()
    town.open()
    count_up(town, people)
    assert len(points) >= min(5, kills // 2), f"the kills fell on too few kinds of points to prove anything: {points}"


def count_up(town: Town, people: People) -> None:
    """Every promise."""
    town.books_are_whole()
    with town.desk.reading() as connection:
        assert journal.verify_chain(connection) == ()
        drops = connection.execute(sa.select(registers.drops)).all()
        numbers = connection.execute(sa.select(registers.numbers)).all()
    assert Counter((d.role, d.owner, d.name) for d in drops) == people.dropped, "each drop is one row"
    for drop in drops:
        answers = list(answer_folder(town.desk, "hubei", drop.role, drop.owner).glob(f"{drop.seq:05d}_*.html"))
        assert len(answers) == 1, "each drop has one answer"
        kept = town.desk.store.get(drop.sha256)
        assert contents(kept, drop.is_folder) == people.bytes[drop.name], "what was dropped is kept"
    papers = [paper for case in town.cases() for paper in case.papers.values()]
    assert len({n.document for n in numbers if n.document != "case"}) == len([n for n in numbers if n.document != "case"])
    assert {p.number for p in papers if p.number} == {n.text for n in numbers if n.document != "case"}, "one document a number"
    assert all(paper.status == "sealed" for paper in papers)
    assert sorted(case.state for case in town.cases()) == ["accepted", "accepted", "correction_required"]
    for sha256 in [p.sha256 for p in papers] + [f["stamped"] for c in town.cases() for f in c.filings.values() if f["role"] == "申报"]:
        verdict = verify_pdf(town.desk.store.get(sha256), town.desk.keys.trust, town.now.replace(year=town.now.year + 1))
        assert verdict.ok, verdict.zh
    assert list(town.root.rglob(f"*{TEMPORARY_SUFFIX}")) == [] and list((town.root / "var").glob("read-*")) == []
    assert list((town.root / "inbox").rglob("处理中_*")) == [] and list(town.desk.office.spool.iterdir()) == []
    assert left_running(town.root) == []
    the_folders_are_the_record(town)


def contents(kept: bytes, is_folder: bool) -> dict[str, bytes]:
    if not is_folder:
        return {"": kept}
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def the_folders_are_the_record(town: Town) -> None:
    def shown() -> dict[str, str]:
        return {path: sha for path, sha in fingerprint_of(town.desk).items() if not path.endswith("系统状态.txt")}

    before = shown()
    shutil.rmtree(town.outbox)
    assert rebuild_office(town.desk) == ()
    town.work()
    assert shown() == before
    assert hashlib.sha256(b"").hexdigest() not in before.values()


def left_running(root: Path) -> list[str]:
    """Processes that still work on this office."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(root) in line:
                found.append(line)
    return found
