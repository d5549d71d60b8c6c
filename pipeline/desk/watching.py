"""The running office: scans, claims, works, sweeps, and says that it is alive, until it is told to stop."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.clockwork import Clock, wall_clock
from pipeline.desk.answers import say_received, say_waiting
from pipeline.desk.doors import recover_spool
from pipeline.desk.judging import stop_judges
from pipeline.desk.people import make_folders
from pipeline.desk.perform import JOBS
from pipeline.desk.reading import SCRATCH
from pipeline.desk.service import Desk
from pipeline.desk.status import Heartbeat, write_status
from pipeline.diskwork import temporaries
from pipeline.flow import perform, receive, sweep
from pipeline.intake.watch import Ready, Reason, Waiting, Watcher
from pipeline.law import edition
from pipeline.office import ROLES, Office
from pipeline.papers import convert
from pipeline.scratch import left_over
from pipeline.work.engine import open_engine
from pipeline.work.port import Handler, Patience, Task

STATUS_SECONDS = 10.0
SWEEP_SECONDS = 5.0
NOTICE_SECONDS = 5.0
_WAITING_WORDS = {
    Reason.SETTLING: ("文件还在变化，静止后就收", "the file is still changing; it is taken once it lies still"),
    Reason.WRITING: ("文件还开着（正在写入，或在 Word、WPS 中打开），关闭后就收", "the file is still open; it is taken once it is closed"),
    Reason.UNREADABLE: ("文件读不了，请检查权限后重新投递", "the file cannot be read; check its permissions and drop it again"),
}

_log = structlog.get_logger(__name__)


def handlers(desk: Desk) -> dict[str, Handler]:
    """What the engine calls for each kind of job."""

    def handle(task: Task) -> None:
        perform(desk, task)

    return dict.fromkeys(JOBS, handle)


def attach_engine(desk: Desk, *, executor: str = "office") -> None:
    """Give the desk its engine (not started)."""
    settings = desk.office.settings
    patience = Patience(attempts=settings.whole("engine.attempts"))
    desk.engine = open_engine(
        desk.database, handlers(desk), workers=settings.whole("engine.workers"), executor=executor,
        polling=settings.number("engine.polling_seconds"), patience=patience, clock=desk.clock,
    )  # fmt: skip


def _left_by_a_crash(desk: Desk) -> tuple[Path, ...]:
    """Half-written files and scratch folders of a process that was killed."""
    office = desk.office
    folders = (office.var, office.outbox, office.inbox)
    halves = (path for folder in folders for path in temporaries(folder))
    converters = f"hongtou-{convert.SCRATCH}-"  # those have sockets besides: the next pool clears them (OfficePool)
    apart = (path for path in left_over("*") if not path.name.startswith(converters))
    return (*halves, *office.var.glob(f"{SCRATCH}*"), *(office.var / "packs").glob(f"{edition.SCRATCH}*"), *apart)


class Watch:
    """One running watch over one office. `run` blocks until `stop` is called from elsewhere."""

    def __init__(self, office: Office, clock: Clock = wall_clock, on_event: Callable[[str], None] | None = None) -> None:
        make_folders(office, clock)
        self.desk = Desk(office, clock)
        attach_engine(self.desk)
        self._say = on_event or (lambda line: None)
        self._stop = threading.Event()
        self._hint = threading.Event()
        self._last = {"status": float("-inf"), "sweep": float("-inf")}
        self._tick = 0
        self._watcher = Watcher(
            office.inbox, {name: tuple(ROLES) for name in self.desk.packs}, office.owns, office.settings.number("intake.settle_seconds"), self._hint.set
        )

    def stop(self) -> None:
        """Ask `run` to end after what it is doing."""
        self._stop.set()
        self._hint.set()

    def run(self) -> None:
        """Watch until stopped. Raises RefusedError when another process already watches this office."""
        desk = self.desk
        assert desk.engine is not None
        left = _left_by_a_crash(desk)
        desk.engine.start()  # from here on nobody else works here, and what was found before is nobody's
        try:
            for path in left:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            _ = desk.pool
            with self._watcher:
                while not self._stop.is_set():
                    self.step(time.monotonic())
                    self._hint.wait(desk.office.settings.number("intake.scan_seconds"))
                    self._hint.clear()
        finally:
            desk.close()
            stop_judges()

    def step(self, now: float) -> None:
        """One round: scan, claim, notices; and from time to time sweep and status."""
        for ready in self._watcher.scan(now):
            self._take(ready)
        recover_spool(self.desk, now)
        for waiting in self._watcher.waiting():
            self._notice(waiting, now)
        self._every("sweep", SWEEP_SECONDS, now, self._sweep)
        self._every("status", STATUS_SECONDS, now, self._status)

    def _take(self, ready: Ready) -> None:
        self._watcher.claimed(ready.path)
        try:
            drop = receive(self.desk, ready)
        except (OSError, SQLAlchemyError) as fault:
            _log.error("drop not taken; it is tried again", path=str(ready.path), error=str(fault))
            return
        if drop is not None:
            say_received(self.desk, drop)
            self._say(f"收到 {drop.jurisdiction}/{drop.role}/{drop.name}")

    def _notice(self, waiting: Waiting, now: float) -> None:
        if now - waiting.since >= NOTICE_SECONDS:
            zh, en = _WAITING_WORDS[waiting.reason]
            say_waiting(self.desk, waiting.jurisdiction, waiting.role, waiting.owner, waiting.name, f"{waiting.name}：{zh}。", en)

    def _every(self, name: str, seconds: float, now: float, act: Callable[[], None]) -> None:
        if now - self._last[name] >= seconds:
            self._last[name] = now
            act()

    def _sweep(self) -> None:
        self._tick += 1
        sweep(self.desk, self._tick)

    def _status(self) -> None:
        seen = self._watcher.canary()
        frozen = self._watcher.frozen.zh if self._watcher.frozen else ""
        beat = Heartbeat(self.desk.clock() if seen.alive else None, len(self._watcher.waiting()), frozen or ("" if seen.alive else seen.zh))
        try:
            write_status(self.desk, beat)
        except OSError as fault:
            _log.warning("status not written", error=str(fault))

