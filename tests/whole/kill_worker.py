"""A real watch over a real office, made to be killed: it ends itself with kill -9 at the n-th thing it does.

Run as `python kill_worker.py OFFICE N` (N = 0: until nothing is left to do). What it does is heard by an audit hook:
every rename (each durable write ends in one), every commit of a job, every start and end of one. The last words are printed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import sqlalchemy as sa

from pipeline.desk.perform import JOBS
from pipeline.desk.watching import Watch
from pipeline.office import load_office


class AtWork(threading.local):
    """Which kind of job this thread is doing."""

    kind = ""


at_work = AtWork()


class Fate:
    """Counts what is done, and ends the process at the n-th."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.lock = threading.Lock()

    def did(self, what: str) -> None:
        if not self.left:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.write(1, f"{what}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)


def hear(fate: Fate, root: Path) -> None:
    inside = str(root)

    def audit(event: str, args: tuple[object, ...]) -> None:
        if event == "os.rename" and inside in str(args[1]):
            parts = Path(str(args[1])).relative_to(root).parts
            fate.did("rename in " + "/".join(parts[: 2 if parts[0] == "var" else 3]))  # store or spool; which part of a box

    sys.addaudithook(audit)
    sa.event.listen(sa.engine.Engine, "commit", lambda connection: fate.did(f"commit in {at_work.kind}") if at_work.kind else None)
    for kind, job in list(JOBS.items()):
        JOBS[kind] = told(fate, kind, job) if kind != "judge" else lambda desk, args: None  # type: ignore[index]


def told(fate: Fate, kind: str, job: object) -> object:
    def work(desk: object, args: tuple[str, ...]) -> None:
        at_work.kind = kind
        fate.did(f"begin {kind}")
        try:
            job(desk, args)  # type: ignore[operator]
        finally:
            at_work.kind = ""
        fate.did(f"end {kind}")

    return work


def nothing_left(watch: Watch, root: Path) -> bool:
    desk = watch.desk
    drops = [p for p in (root / "inbox").glob("*/*/*/*") if p.parent.name != "回执" and not p.name.startswith(("处理中_", "."))]
    drops = [p for p in drops if "回执" not in p.parts]
    spool = [p for p in desk.office.spool.iterdir() if "__" in p.name or p.suffix in (".json", ".done")]
    assert desk.engine is not None
    return not drops and not spool and desk.engine.pending().open == 0


def main() -> None:
    root, left = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    watch = Watch(load_office(root, {}))
    hear(Fate(left), root)
    if not left:
        threading.Thread(target=end_when_done, args=(watch, root), daemon=True).start()
    watch.run()


def end_when_done(watch: Watch, root: Path) -> None:
    quiet = 0
    while quiet < 5:
        threading.Event().wait(0.2)
        quiet = quiet + 1 if nothing_left(watch, root) else 0
    watch.stop()


if __name__ == "__main__":
    main()
