"""Writes and moves that a power cut cannot leave half done. The only module that renames.

A whole write is: temporary file beside the target, fsync, rename, fsync of the folder. A reader sees the
old bytes or the new ones, never a part.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY_SUFFIX = ".hongtou-tmp"
_PIECE = 1 << 20
_STILL = 60.0
"""Seconds after which a half-written file that nobody holds is left over."""


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(target: Path, data: bytes, mode: int = 0o644) -> str:
    """Write `data` to `target` durably and at once; returns its SHA-256 in hex.

    Repeating it is harmless. Raises OSError as the filesystem gives it.
    """
    with writing_whole(target, mode) as stream:
        stream.write(data)
    return hashlib.sha256(data).hexdigest()


@contextmanager
def writing_whole(target: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A stream whose bytes become `target`, durably and at once, when the block ends; nothing when it raises."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
    try:
        with os.fdopen(handle, "w+b") as stream:
            with suppress(OSError):  # a filesystem without locks
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(target.parent)


def move_whole(source: Path, target: Path) -> None:
    """Rename `source` (file or folder) to `target` on one filesystem, durably; never over something existing.

    Raises FileExistsError when `target` exists, FileNotFoundError when `source` is gone.
    """
    if target.exists() or target.is_symlink():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class ContentStore:
    """Original bytes kept for ever under their SHA-256: `root/ab/abcdef…`. Nothing here is ever overwritten."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the bytes with this digest lie (whether or not they do)."""
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data`; returns its SHA-256. Keeping it twice is harmless."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            write_whole(target, data, mode=0o444)
        return sha256

    def put_file(self, path: Path) -> str:
        """Keep the bytes of a file of any size; returns their SHA-256. Raises OSError when it changed meanwhile."""
        sha256 = sha256_of(path)
        target = self.path(sha256)
        if not target.exists():
            copy_whole(path, target, mode=0o444, expected=sha256)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes with this digest, checked. Raises KeyError when absent, ValueError when they have changed."""
        target = self.path(sha256)
        if not target.exists():
            raise KeyError(sha256)
        data = target.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"content store: {sha256} no longer has its digest")
        return data


def copy_whole(source: Path, target: Path, mode: int = 0o644, expected: str = "") -> str:
    """Copy a file of any size durably and at once, in pieces; returns the SHA-256 of what was copied.

    Raises OSError, and leaves `target` alone, when `expected` is given and the source has another SHA-256.
    """
    digest = hashlib.sha256()
    with source.open("rb") as origin, writing_whole(target, mode) as stream:
        while piece := origin.read(_PIECE):
            digest.update(piece)
            stream.write(piece)
        if expected and digest.hexdigest() != expected:
            raise OSError(errno.EAGAIN, "changed while it was copied", str(source))
    return digest.hexdigest()


def temporaries(root: Path) -> tuple[Path, ...]:
    """What writes cut off by a crash left below `root`, and what is being written at this moment."""
    return tuple(root.rglob(f".*{TEMPORARY_SUFFIX}"))


def clear_abandoned(folder: Path) -> int:
    """Remove what writes cut off by a crash left directly in `folder`, where others may be writing; how many there were.

    Told by the lock a writer holds while it writes, and by having lain still for a while.
    """
    cleared = 0
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with suppress(OSError), path.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - path.stat().st_mtime > _STILL:
                path.unlink()
                cleared += 1
    return cleared


def clear_temporaries(root: Path) -> int:
    """Remove what writes cut off by a crash left below `root`; how many there were. Only while nobody writes there."""
    found = temporaries(root)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
