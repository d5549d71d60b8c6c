"""The demo's proof over time: its clock goes on by a day, its documents are raised, and 2039 is asked of copies.

Nothing of the year 2037 or 2039 touches the office: the raising its diary plans is played on copies, with copied keys.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pipeline.cases.case import Case, Paper
from pipeline.clockwork import SHANGHAI, Clock
from pipeline.desk.evidence import as_zip, evidence, find_papers
from pipeline.desk.picture import safe_name
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.papers.demo_pki import make_demo_pki
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf
from pipeline.scratch import Scratch

IN_2039 = datetime(2039, 7, 1, 9, tzinfo=SHANGHAI)
_HOME = "证据"


@dataclass
class Calendar:
    """A clock that can be set ahead by whole days: what ought to happen tomorrow can be shown today."""

    clock: Clock
    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.clock() + self.ahead

    def next_day(self) -> date:
        """Tomorrow it is."""
        self.ahead += timedelta(days=1)
        return self().date()


@dataclass(frozen=True, slots=True)
class Foretold:
    """What 2039 says of the documents: how many there are, how many are good as kept and raised, and as they were sealed."""

    documents: int
    raised_in: int
    good: int
    good_unraised: int


def sealed_papers(cases: Iterable[Case]) -> tuple[Paper, ...]:
    """Every document that was sealed."""
    return tuple(paper for case in cases for paper in case.papers.values() if paper.sha256)


def foretell(desk: Desk, papers: Iterable[Paper], moment: datetime = IN_2039) -> Foretold:
    """Raise copies on the day the diary names, with keys renewed by then, and judge them as of `moment`. Raises SigningError."""
    found = tuple(papers)
    again = datetime.combine(date.fromisoformat(min(paper.raise_again_on for paper in found)), time(9), SHANGHAI)
    good = unraised = 0
    with Scratch("foretell") as folder:
        keys = folder / "keys"
        shutil.copytree(desk.office.keys, keys)
        pki = make_demo_pki(keys, (), (), again)
        trust, revocation = pki.trust(), Revocation(pki.fresh_crls(again - timedelta(seconds=1)))
        stamper = pki.timestamper(lambda: again)
        for paper in found:
            raised = extend(desk.store.get(paper.kept_sha256), trust, revocation, stamper)
            good += verify_pdf(raised, trust, moment).ok
            unraised += verify_pdf(desk.store.get(paper.sha256), trust, moment).verdict is Answer.VALID
    return Foretold(len(found), again.year, good, unraised)


@dataclass(frozen=True, slots=True)
class Proof:
    """An evidence package as made: the ZIP, what it holds laid out beside it, and what its own script said."""

    package: Path
    page: Path
    passed: bool
    told: tuple[str, ...]


def prove(desk: Desk, case: Case, home: Path) -> Proof:
    """Make the evidence package of a case in `home` and check it with its own script, as a stranger would: in a bare Python."""
    stem = f"证据包_{safe_name(case.no)}"
    files = evidence(desk, case, find_papers(case, ""), whole_case=True)
    package, folder = home / _HOME / f"{stem}.zip", home / _HOME / stem
    write_whole(package, as_zip(files, stem))
    for name, data in files.items():
        write_whole(folder / name, data)
    done = subprocess.run([sys.executable, "-I", "-S", folder / "verify.py"], capture_output=True, text=True, encoding="utf-8", check=False)
    return Proof(package, folder / "verify.html", done.returncode == 0, tuple(done.stdout.splitlines()))
