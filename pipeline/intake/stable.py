"""Whether a drop lies still: its signature, and whether somebody still has it open for writing.

Residual risk: the test for writers sees processes on this machine only. Behind a network share only the settle time
protects; therefore at least 10 seconds there, and senders should rename into place.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
from enum import StrEnum
from pathlib import Path

from pipeline.intake.names import is_ignored

Signature = tuple[tuple[str, int, int, int], ...]
"""One (relative name, inode, size, mtime in ns) for each file and folder of a drop."""


DEEPEST = 50
"""Folders within folders of one drop; beyond it lies nobody's filing."""


class Writers(StrEnum):
    """What the test for writers found."""

    NONE = "none"
    WRITING = "writing"
    UNREADABLE = "unreadable"
    GONE = "gone"


def signature(path: Path) -> Signature:
    """The signature of a file, or of a folder with all that is in it. Raises OSError; FileNotFoundError when it moves."""
    found = path.lstat()
    own = ("", found.st_ino, found.st_size, found.st_mtime_ns)
    if not stat.S_ISDIR(found.st_mode):
        return (own,)
    return (own, *_inside(path))


def files_of(path: Path) -> tuple[Path, ...]:
    """The plain files of a drop, helper files of other programs left out. Raises OSError."""
    if not path.is_dir() or path.is_symlink():
        return (path,)
    parts = signature(path)[1:]
    return tuple(each for each in (path / name for name, *_ in parts) if each.is_file() and not each.is_symlink() and not _any_ignored(each, path))


def writers(path: Path) -> Writers:
    """Whether any process of this machine has a file of the drop open for writing, or it cannot be read at all."""
    try:
        for file in files_of(path):
            found = _writers_of_file(file)
            if found is not Writers.NONE:
                return found
    except FileNotFoundError:
        return Writers.GONE
    except OSError:
        return Writers.UNREADABLE
    return Writers.NONE


def _writers_of_file(path: Path) -> Writers:
    if not stat.S_ISREG(path.lstat().st_mode):
        return Writers.NONE  # a link, pipe or socket: not opened here, refused by the screen
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # Somebody opening the file this very moment breaks the lease with a signal; SIGIO, the default, would end us.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return Writers.WRITING
    except OSError:
        return Writers.NONE  # no leases on this filesystem, or not our file: only the settle time protects
    finally:
        os.close(handle)
    return Writers.NONE


def _inside(root: Path) -> Signature:
    """All below a folder, in the order of names; folders too deep to be handled are an OSError like other unreadable ones."""
    parts: list[tuple[str, int, int, int]] = []
    folders = [""]
    while folders:
        prefix = folders.pop()
        if prefix.count("/") > DEEPEST:
            raise OSError(errno.ENAMETOOLONG, "folders nested too deep", str(root))
        with os.scandir(root / prefix) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                name = prefix + entry.name
                parts.append((name, found.st_ino, found.st_size, found.st_mtime_ns))
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name + "/")
    return tuple(sorted(parts))


def _any_ignored(path: Path, root: Path) -> bool:
    return any(is_ignored(part) for part in path.relative_to(root).parts)
