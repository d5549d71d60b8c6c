"""A small office is killed with -9 again and again; then every promise is counted up.

The points of the kills come from a seeded generator: the worker says what it does, and is killed after so many words.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.diskwork import TEMPORARY_SUFFIX
from pipeline.work.database import open_database, reading
from pipeline.work.port import Counts

WORKER = Path(__file__).with_name("office_worker.py")
ROOT = Path(__file__).parents[2]
PLACES = ("甲", "乙", "丙")


class People:
    """Those who drop: plain files, whole folders, the same names and the same contents again."""

    def __init__(self, inbox: Path, chance: random.Random) -> None:
        self.inbox = inbox
        self.chance = chance
        self.dropped: Counter[tuple[str, str]] = Counter()
        for place in PLACES:
            (inbox / place).mkdir(parents=True)

    def drop(self, how_many: int) -> None:
        """Put drops where there is none of that name, by renaming them into place."""
        for _ in range(how_many):
            place, number = self.chance.choice(PLACES), self.chance.randrange(30)
            name = f"材料{number}" if number % 5 == 0 else f"申报书{number}.docx"
            target, aside = self.inbox / place / name, self.inbox / place / f".{name}"
            if target.exists():
                continue
            if number % 5 == 0:
                aside.mkdir()
                (aside / "表.docx").write_text(f"内容{number % 3}")
                (aside / "附件.pdf").write_text("附件")
            else:
                aside.write_text(f"内容{number % 3}")
            aside.rename(target)
            self.dropped[place, name] += 1


def start(root: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, str(WORKER), str(root), *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_and_kill(root: Path, words: int) -> str:
    """Kill a worker after it has said `words` words since it started; the last one."""
    process = start(root)
    assert process.stdout is not None
    last = ""
    for said, line in enumerate(process.stdout):
        last = line.strip()
        if said >= words:
            break
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    return last


def count_up(root: Path, people: People) -> None:
    """Every promise: nothing lost, one effect per drop, numbers without a gap, order within a partition."""
    database = open_database(f"sqlite:///{root / 'var' / 'office.db'}")
    with reading(database) as connection:
        drops = connection.execute(sa.text("select seq, name, place, sha from drops order by seq")).all()
        numbers = dict(list(connection.execute(sa.text("select drop_seq, number from documents"))))
        events = connection.execute(sa.text("select place, seq, drop_seq from events order by place, seq")).all()
        states = dict(list(connection.execute(sa.text("select state, count(*) from jobs group by state"))))
    assert Counter((place, name) for _, name, place, _ in drops) == people.dropped
    assert sorted(numbers.values()) == list(range(1, len(drops) + 1))
    for place in PLACES:
        mine = [(seq, drop) for where, seq, drop in events if where == place]
        assert [seq for seq, _ in mine] == list(range(1, len(mine) + 1))
        assert [drop for _, drop in mine] == [seq for seq, _, where, _ in drops if where == place]
    assert list(root.rglob(f"*{TEMPORARY_SUFFIX}")) == []
    placed = {path.name: path.read_text() for path in (root / "out").iterdir()}
    assert placed == {f"{numbers[seq]:04d}": f"{name}\n{sha}" for seq, name, _, sha in drops}
    assert Counts(**states) == Counts(done=len(drops))
    assert list((root / "spool").glob("*__*")) + list((root / "spool").glob("*.json")) == []


@pytest.mark.parametrize(("kills", "seed"), [(10, 1), pytest.param(50, 2, marks=pytest.mark.slow)])
def test_nothing_is_lost_or_done_twice(tmp_path: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    people = People(tmp_path / "inbox" / "test", chance)
    points = Counter[str]()
    for _ in range(kills):
        people.drop(6)
        points[run_and_kill(tmp_path, chance.randrange(30))] += 1
    people.drop(3)
    finishing = start(tmp_path, "--finish")
    _, errors = finishing.communicate(timeout=120)
    assert finishing.returncode == 0, errors
    count_up(tmp_path, people)
    assert len(points) >= 4, f"the kills fell on too few kinds of points to prove anything: {points}"
