"""Taking a drop out of the inbox, in steps each of which can be repeated after a crash.

1. a slip `<token>.json` in the spool says who dropped what where; 2. the drop is renamed to `<token>__<name>`, both
folders made durable; 3. hashed and kept in the content store; 4. one transaction registers the token and what follows
from it; 5. drop and slip are removed. Whatever is found in the spool later goes through 3 to 5 again; the token being
unique in the register makes a repetition harmless.

Residual risk: a program on another machine that still writes through a share while the drop lies still for the whole
settle time is not seen (no leases across a share); what it writes after step 3 is lost to the record, and what was
recorded is a part. It then does not open as its type and is answered as such. A link is never followed; what is
recorded of it is where it points.
"""

from __future__ import annotations

import json
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from pipeline.clockwork import Clock
from pipeline.diskwork import fsync_folder, move_whole, write_whole
from pipeline.intake.stable import Signature, Writers, signature, writers
from pipeline.intake.watch import Ready
from pipeline.model import Drop

SLIP = ".json"
FINISHED = ".done"
PACKED = ".zip"
LONGEST_NAME = 255
"""Bytes in one file name on the filesystems we know."""

class Keeper(Protocol):
    """Keeps content for ever under its SHA-256: the content store, or what keeps it encrypted."""

    def put(self, data: bytes) -> str:
        """Keep bytes; returns their SHA-256."""

    def put_file(self, path: Path) -> str:
        """Keep the bytes of a file; returns their SHA-256."""


Pack = Callable[[Path, Path], None]
"""Packs a folder into one file, the same bytes for the same contents."""
Register = Callable[[Drop], bool]
"""One transaction: record the drop and what follows; False when its token is recorded already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A drop in the spool. `path` is where it lies, `name` what its sender called it."""

    token: str
    path: Path
    jurisdiction: str
    role: str
    owner: str
    name: str
    is_folder: bool
    received_at: datetime
    still: bool = True
    """Whether it is as it was when found ready and nobody writes into it; else it is left until it lies still."""


class Spool:
    """The private folder where claimed drops lie until they are registered; on the inbox's filesystem."""

    def __init__(self, folder: Path, store: Keeper, pack: Pack, clock: Clock, settle: float) -> None:
        self.folder = folder
        self._store = store
        self._pack = pack
        self._clock = clock
        self._settle = settle
        self._seen: dict[str, tuple[Signature, float]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def claim(self, ready: Ready) -> Claimed | None:
        """Take a drop out of the inbox; None when it is no longer there. Raises OSError when it may not be moved."""
        now = self._clock()
        token = f"{int(now.timestamp() * 1_000_000):017d}-{secrets.token_hex(6)}"
        slip = self.folder / f"{token}{SLIP}"
        facts = {name: getattr(ready, name) for name in ("jurisdiction", "role", "owner", "name", "is_folder")}
        path = self.folder / f"{token}__{_shortened(ready.name, LONGEST_NAME - len(token) - 2)}"
        claimed = Claimed(token=token, path=path, received_at=now, **facts)
        write_whole(slip, json.dumps({**facts, "received_at": now.isoformat(), "path": path.name}, ensure_ascii=False).encode("utf-8", "surrogateescape"))
        try:
            move_whole(ready.path, path)
        except FileNotFoundError:
            if not path.exists():  # on NFS the reply may be lost while the rename was done
                slip.unlink(missing_ok=True)
                return None
        except OSError:
            slip.unlink(missing_ok=True)
            raise
        return _with(claimed, still=_is_as_found(path, ready.signature))

    def register(self, claimed: Claimed, register: Register) -> Drop:
        """Hash, keep, register and remove a claimed drop; gives the drop as registered.

        Whatever `register` raises leaves the drop in the spool for another time. Raises OSError.
        """
        sha256, size = self._keep(claimed)
        drop = Drop(
            token=claimed.token, jurisdiction=claimed.jurisdiction, role=claimed.role, owner=claimed.owner, name=claimed.name,
            sha256=sha256, size=size, received_at=claimed.received_at, is_folder=claimed.is_folder,
        )  # fmt: skip
        register(drop)
        self._remove(claimed.token, claimed.path)
        return drop

    def orphans(self, now: float) -> tuple[Claimed, ...]:
        """Drops in the spool that lie still for the settle time at monotonic `now`: left by a crash, or claimed too early.

        Also clears away what a crash left of drops already registered. Oldest first.
        """
        seen: dict[str, tuple[Signature, float]] = {}
        still = []
        for claimed in self._listed():
            try:
                found = signature(claimed.path)
            except OSError:
                continue
            before = self._seen.get(claimed.token)
            since = before[1] if before and before[0] == found else now
            seen[claimed.token] = (found, since)
            if before and now - since >= self._settle and writers(claimed.path) is Writers.NONE:
                still.append(claimed)
        self._seen = seen
        return tuple(still)

    def waiting(self) -> int:
        """How many drops lie in the spool."""
        return sum(1 for path in self.folder.iterdir() if "__" in path.name)

    def _listed(self) -> Iterator[Claimed]:
        """Every drop of the spool by its slip, oldest first; remains are cleared on the way."""
        for done in self.folder.glob(f"*{FINISHED}"):
            self._clear(done)
        for slip in sorted(self.folder.glob(f"*{SLIP}")):
            facts: dict[str, Any] = json.loads(slip.read_bytes().decode("utf-8", "surrogateescape"))
            path = self.folder / facts.pop("path")
            if not (path.exists() or path.is_symlink()):
                slip.unlink(missing_ok=True)  # a crash before the rename, or after the drop was removed
                continue
            facts["received_at"] = datetime.fromisoformat(facts["received_at"])
            yield Claimed(token=slip.name.removesuffix(SLIP), path=path, **facts)

    def _keep(self, claimed: Claimed) -> tuple[str, int]:
        found = claimed.path.lstat()
        if stat.S_ISDIR(found.st_mode):
            packed = self.folder / f"{claimed.token}{PACKED}"
            self._pack(claimed.path, packed)
            sha256, size = self._store.put_file(packed), packed.stat().st_size
            packed.unlink()
            return sha256, size
        if stat.S_ISREG(found.st_mode):
            return self._store.put_file(claimed.path), found.st_size
        data = str(claimed.path.readlink()).encode("utf-8", "surrogateescape") if stat.S_ISLNK(found.st_mode) else b""
        return self._store.put(data), len(data)

    def _remove(self, token: str, path: Path) -> None:
        """Remove a registered drop. A folder cannot go at once, so its slip first says that it is finished."""
        slip = self.folder / f"{token}{SLIP}"
        if path.is_dir() and not path.is_symlink():
            done = self.folder / f"{token}{FINISHED}"
            done.unlink(missing_ok=True)
            move_whole(slip, done)
            self._clear(done)
            return
        path.unlink(missing_ok=True)
        slip.unlink(missing_ok=True)
        fsync_folder(self.folder)

    def _clear(self, done: Path) -> None:
        path = self.folder / json.loads(done.read_bytes().decode("utf-8", "surrogateescape"))["path"]
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            done.unlink(missing_ok=True)


def _is_as_found(path: Path, found: Signature) -> bool:
    try:
        return signature(path) == found and writers(path) is Writers.NONE
    except OSError:
        return False


def _with(claimed: Claimed, **changes: Any) -> Claimed:
    return Claimed(**{**asdict(claimed), **changes})


def _shortened(name: str, room: int) -> str:
    """`name` cut to `room` bytes between characters, its ending kept."""
    raw = name.encode("utf-8", "surrogateescape")
    if len(raw) <= room:
        return name
    ending = Path(name).suffix if len(Path(name).suffix.encode("utf-8", "surrogateescape")) <= 16 else ""
    head = raw[: room - len(ending.encode("utf-8", "surrogateescape"))]
    return head.decode("utf-8", "ignore") + ending
