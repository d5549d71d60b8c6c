"""Seeing what people drop. The scan is the truth; events of the filesystem only make the next scan come sooner.

A drop is ready when its signature has not changed for `settle` seconds over at least two scans and nobody has it open
for writing. When the share goes away the watcher freezes: it says so, claims nothing, and goes on by itself when the
share is back, with every settle time begun anew.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from pipeline.diskwork import write_whole
from pipeline.intake.names import CANARY, MARK, is_ignored, is_own
from pipeline.intake.stable import Signature, Writers, signature, writers

MANY = 5
"""This many known drops vanishing between two scans, and at least half of all, means the share is gone."""

_TELLING = ("created", "modified", "moved", "closed")

IsOwner = Callable[[str, str, str], bool]
"""Whether the folder (jurisdiction, role, name) is a person's own drop folder; else it is a drop of several files."""


class Reason(StrEnum):
    """Why a drop that was seen is not ready."""

    SETTLING = "settling"
    WRITING = "writing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A drop that lies still and may be claimed."""

    path: Path
    jurisdiction: str
    role: str
    owner: str
    name: str
    is_folder: bool
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A drop that was seen and is not ready, since when (monotonic), and why."""

    path: Path
    jurisdiction: str
    role: str
    owner: str
    name: str
    since: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Why nothing is claimed at the moment."""

    since: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Whether the watcher can write into its own inbox and sees what was written."""

    alive: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Seen:
    drop: Ready
    since: float
    first: float
    scans: int
    reason: Reason | None = None


class _ShareGoneError(Exception):
    """The share cannot be seen or is not ours."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Watcher:
    """Watches `inbox/<jurisdiction>/<role>/[<owner>/]<drop>` for the roles given. Use as a context for events too."""

    def __init__(
        self, inbox: Path, roles: Mapping[str, Sequence[str]], is_owner: IsOwner, settle: float,
        on_hint: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.inbox = inbox
        self.frozen: Frozen | None = None
        """Set while the share seems to be away."""
        self.unreadable: tuple[Path, ...] = ()
        """Role or owner folders that could not be read at the last scan."""
        self._roles = {jurisdiction: tuple(names) for jurisdiction, names in roles.items()}
        self._is_owner = is_owner
        self._settle = settle
        self._on_hint = on_hint
        self._seen: dict[Path, _Seen] = {}
        self._claimed: set[Path] = set()
        self._mark = ""
        self._device: int | None = None
        self._observer: Observer | None = None  # type: ignore[valid-type]

    def scan(self, now: float) -> tuple[Ready, ...]:
        """Look at the whole inbox at monotonic time `now`; drops that may be claimed, oldest first. Never raises OSError."""
        try:
            self._recognise_share()
            current = {drop.path: drop for drop in self._drops()}
            self._notice_mass_vanishing(current, now)
        except _ShareGoneError as gone:
            self._freeze(gone, now)
            return ()
        if self.frozen is not None and now - self.frozen.since < self._settle:
            return ()
        self.frozen = None
        self._seen = {path: self._look(drop, now) for path, drop in current.items()}
        ready = [seen for seen in self._seen.values() if seen.reason is None]
        return tuple(seen.drop for seen in sorted(ready, key=lambda seen: (_newest(seen.drop.signature), seen.drop.path)))

    def waiting(self) -> tuple[Waiting, ...]:
        """What the last scan saw that is not ready yet, or cannot be read, longest waiting first."""
        found = [
            Waiting(
                path=drop.path, jurisdiction=drop.jurisdiction, role=drop.role, owner=drop.owner, name=drop.name,
                since=seen.first, reason=seen.reason,
            )
            for seen in self._seen.values() if seen.reason is not None
            for drop in (seen.drop,)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda each: (each.since, each.path)))

    def claimed(self, path: Path) -> None:
        """Tell the watcher that `path` was taken by its own program, so that its going is no sign of an outage."""
        self._claimed.add(path)

    def canary(self) -> Canary:
        """Write a hidden file into the inbox and look for it as the scan does: proof that watching works."""
        try:
            self._recognise_share()
            token = secrets.token_hex(8)
            write_whole(self.inbox / CANARY, token.encode())
            with os.scandir(self.inbox) as entries:
                seen = any(entry.name == CANARY for entry in entries)
            if seen and (self.inbox / CANARY).read_text() == token:
                return Canary(alive=True, zh="收件文件夹正常", en="the inbox is watched")
            return Canary(alive=False, zh="写入收件文件夹的检测文件看不到", en="a file written into the inbox is not seen")
        except _ShareGoneError as gone:
            return Canary(alive=False, zh=gone.zh, en=gone.en)
        except OSError as fault:
            return Canary(alive=False, zh=f"收件文件夹不能写入：{fault}", en=f"the inbox cannot be written: {fault}")

    def __enter__(self) -> Self:
        """Listen for events, where the system gives any."""
        if self._on_hint is not None:
            observer = Observer()
            try:
                observer.schedule(_Hints(self.inbox, self._on_hint), str(self.inbox), recursive=True)
                observer.start()
            except OSError:  # out of inotify watches, or the share is away: scanning goes on without hints
                return self
            self._observer = observer
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _recognise_share(self) -> None:
        """Raise _ShareGoneError unless the inbox is there and is the one this watcher knows."""
        try:
            device = self.inbox.stat().st_dev
            mark = _read_mark(self.inbox / MARK)
            if not mark and self._device in (None, device) and self._has_roles():
                mark = self._mark or secrets.token_hex(16)
                write_whole(self.inbox / MARK, mark.encode())
            self._mark = self._mark or mark
        except OSError as fault:
            raise _ShareGoneError(f"收件文件夹 {self.inbox} 打不开：{fault.strerror}", f"inbox {self.inbox}: {fault.strerror}") from fault
        if not mark or mark != self._mark:
            raise _ShareGoneError(
                f"{self.inbox} 不是原来的收件文件夹（共享可能已断开，只剩挂载点）",
                f"{self.inbox} is not the inbox it was; the share may be unmounted",
            )
        self._device = device

    def _has_roles(self) -> bool:
        """Whether any role folder is there; the bare mount point of a share has none, and must not be marked as ours."""
        return any((self.inbox / jurisdiction / role).is_dir() for jurisdiction, roles in self._roles.items() for role in roles)

    def _notice_mass_vanishing(self, current: Mapping[Path, Ready], now: float) -> None:
        gone = [path for path in self._seen if path not in current and path not in self._claimed]
        known = [path for path in self._seen if path not in self._claimed]
        self._claimed &= current.keys()
        if len(gone) >= MANY and 2 * len(gone) >= len(known):
            raise _ShareGoneError(f"{len(gone)} 件投递同时消失，共享可能已断开", f"{len(gone)} drops vanished at once; the share may be away")

    def _freeze(self, gone: _ShareGoneError, now: float) -> None:
        # What was known is forgotten: after an outage every drop has to settle anew.
        self.frozen = Frozen(since=now, zh=gone.zh + "；暂停收件，恢复后自动继续", en=gone.en + "; claiming nothing until it is back")
        self._seen = {}
        self._claimed = set()

    def _drops(self) -> Iterator[Ready]:
        unreadable: list[Path] = []
        for jurisdiction, roles in self._roles.items():
            for role in roles:
                yield from self._drops_of(self.inbox / jurisdiction / role, jurisdiction, role, "", unreadable)
        self.unreadable = tuple(unreadable)

    def _drops_of(self, folder: Path, jurisdiction: str, role: str, owner: str, unreadable: list[Path]) -> Iterator[Ready]:
        for entry in _entries(folder, unreadable):
            if is_ignored(entry.name) or is_own(entry.name):
                continue
            path = Path(entry.path)
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and not owner and self._is_owner(jurisdiction, role, entry.name):
                yield from self._drops_of(path, jurisdiction, role, entry.name, unreadable)
                continue
            try:
                found = signature(path)
            except FileNotFoundError:
                continue  # moved away while we looked
            except OSError:
                found = ()
            yield Ready(
                path=path, jurisdiction=jurisdiction, role=role, owner=owner, name=entry.name, is_folder=is_folder, signature=found
            )

    def _look(self, drop: Ready, now: float) -> _Seen:
        """What is known of a drop after this scan."""
        before = self._seen.get(drop.path)
        same = before is not None and before.drop.signature == drop.signature
        seen = _Seen(
            drop=drop,
            since=before.since if before and same else now,
            first=before.first if before else now,
            scans=before.scans + 1 if before and same else 1,
        )
        return replace(seen, reason=self._reason(seen, now))

    def _reason(self, seen: _Seen, now: float) -> Reason | None:
        if not seen.drop.signature:
            return Reason.UNREADABLE
        if seen.scans < 2 or now - seen.since < self._settle:
            return Reason.SETTLING
        found = writers(seen.drop.path)
        if found is Writers.UNREADABLE:
            return Reason.UNREADABLE
        if found is Writers.WRITING:
            return Reason.WRITING
        return Reason.SETTLING if found is Writers.GONE else None


class _Hints(FileSystemEventHandler):
    """Passes events on as "look again", except those that hongtou's own writing into the inbox gives rise to."""

    def __init__(self, inbox: Path, on_hint: Callable[[], None]) -> None:
        self._inbox = inbox
        self._on_hint = on_hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog in its own thread."""
        if event.event_type not in _TELLING or (event.is_directory and event.event_type == "modified"):
            return
        path = Path(os.fsdecode(event.dest_path if event.event_type == "moved" else event.src_path))
        if not any(is_ignored(name) or is_own(name) for name in path.parts[len(self._inbox.parts) :]):
            self._on_hint()


def _entries(folder: Path, unreadable: list[Path]) -> list[os.DirEntry[str]]:
    """What is in a folder. A folder that may not be read is noted; any other fault means the share is away."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        unreadable.append(folder)
        return []
    except OSError as fault:
        raise _ShareGoneError(f"{folder} 读不了：{fault.strerror}", f"{folder}: {fault.strerror}") from fault


def _read_mark(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    except OSError as fault:
        if fault.errno in (errno.EACCES, errno.EPERM):
            return ""
        raise


def _newest(parts: Signature) -> int:
    return max((changed for _, _, _, changed in parts), default=0)
