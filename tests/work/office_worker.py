"""A small office in one process, made to be killed: watches, claims, registers, and does a job of three steps a drop.

Run as `python office_worker.py ROOT [--finish]`; prints a line at each point of interest. With `--finish` it ends when
nothing is left to do.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from pipeline.clockwork import wall_clock
from pipeline.diskwork import ContentStore, clear_temporaries, write_whole
from pipeline.intake.claim import Spool
from pipeline.intake.pack import pack_folder
from pipeline.intake.watch import Watcher
from pipeline.model import Drop
from pipeline.work.database import open_database, reading
from pipeline.work.engine import DbosEngine, open_engine
from pipeline.work.port import Job, Task

TABLES = (
    "create table if not exists drops(seq integer primary key, token text not null unique, name text not null, place text not null, sha text not null)",
    "create table if not exists documents(number integer primary key, drop_seq integer not null unique references drops(seq))",
    "create table if not exists events(place text not null, seq integer not null, drop_seq integer not null, primary key(place, seq))",
)


def say(what: str) -> None:
    print(what, flush=True)


class SmallOffice:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = open_database(f"sqlite:///{root / 'var' / 'office.db'}")
        with self.database.begin() as connection:
            for table in TABLES:
                connection.execute(sa.text(table))
        self.store = ContentStore(root / "var" / "store")
        self.spool = Spool(root / "spool", self.store, pack_folder, wall_clock, settle=0.1)
        self.watcher = Watcher(root / "inbox", {"test": ("甲", "乙", "丙")}, lambda *place: False, settle=0.05)
        self.engine: DbosEngine = open_engine(self.database, {"document": self.document}, workers=3, executor="w1", polling=0.02)

    def receive(self) -> None:
        """One look at the inbox and the spool."""
        for ready in self.watcher.scan(time.monotonic()):
            self.watcher.claimed(ready.path)
            say("claiming")
            claimed = self.spool.claim(ready)
            say("claimed")
            if claimed is not None and claimed.still:
                self.spool.register(claimed, self.register)
                say("registered")
        for orphan in self.spool.orphans(time.monotonic()):
            self.spool.register(orphan, self.register)
            say("orphan")

    def register(self, drop: Drop) -> bool:
        """The drop's row and its job, in one transaction."""
        with self.database.begin() as connection:
            if connection.execute(sa.text("select 1 from drops where token=:t"), {"t": drop.token}).first():
                return False
            seq = connection.execute(sa.text("select coalesce(max(seq), 0) + 1 from drops")).scalar_one()
            connection.execute(
                sa.text("insert into drops values(:q, :t, :n, :p, :s)"),
                {"q": seq, "t": drop.token, "n": drop.name, "p": drop.role, "s": drop.sha256},
            )
            self.engine.submit(connection, Job(kind="document", key=str(seq), order=seq, partition=drop.role, args={"seq": seq}))
        say("committed")
        return True

    def document(self, task: Task) -> None:
        """Write a draft, give it a number, put the final paper in its place."""
        seq = int(str(task.job.args["seq"]))
        with reading(self.database) as connection:
            row = connection.execute(sa.text("select * from drops where seq=:s"), {"s": seq}).mappings().one()
        write_whole(self.root / "drafts" / str(seq), self.store.get(row["sha"]))
        say("drafted")
        with self.database.begin() as connection:
            number = _number(connection, seq, row["place"])
        say("numbered")
        write_whole(self.root / "out" / f"{number:04d}", f"{row['name']}\n{row['sha']}".encode())
        say("placed")

    def nothing_left(self) -> bool:
        """Whether inbox, spool and engine are empty."""
        left = list((self.root / "inbox" / "test").glob("*/*"))
        return not left and self.spool.waiting() == 0 and self.engine.pending().open == 0


def _number(connection: sa.Connection, seq: int, place: str) -> int:
    found = connection.execute(sa.text("select number from documents where drop_seq=:s"), {"s": seq}).scalar()
    if found is None:
        found = connection.execute(sa.text("select coalesce(max(number), 0) + 1 from documents")).scalar_one()
        connection.execute(sa.text("insert into documents values(:n, :s)"), {"n": found, "s": seq})
        connection.execute(
            sa.text("insert into events select :p, coalesce(max(seq), 0) + 1, :s from events where place=:p"), {"p": place, "s": seq}
        )
    return int(found)


def main() -> None:
    say("opening")
    office = SmallOffice(Path(sys.argv[1]))
    clear_temporaries(office.root)
    office.engine.start()
    say("started")
    while "--finish" not in sys.argv or not office.nothing_left():
        office.receive()
        threading.Event().wait(0.02)
    office.engine.stop()


if __name__ == "__main__":
    main()
