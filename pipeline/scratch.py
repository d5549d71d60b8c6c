"""Private folders for work that leaves nothing: gone when the work ends, and when it was killed, gone when the next of its kind begins.

Each is held by a lock on the folder that ends with its process, however hard that is ended; one that nobody holds is left over.
What is unpacked, tried or restored for rehearsal may be confidential, keys among it, so it must not lie about.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_PREFIX = "hongtou-"
_MARK = ".scratch"
"""Lies in every such folder, so that none which somebody else gave a like name is ever taken for one."""
_YOUNG = 60.0
"""Seconds in which a folder may have been made and not yet be held."""


class Scratch:
    """A folder of its `kind` below `base` (the machine's folder for temporary files). A context manager that gives its path."""

    def __init__(self, kind: str, base: Path | None = None) -> None:
        for left in left_over(kind, base):
            shutil.rmtree(left, ignore_errors=True)
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}-", dir=base))
        self._hold = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        (self.path / _MARK).touch()
        with suppress(OSError):  # a filesystem without locks: the folder is removed in the usual way all the same
            fcntl.flock(self._hold, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder. Harmless when repeated."""
        if self._hold >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            self._let_go()

    def keep(self) -> None:
        """Leave the folder for good: it is what was asked for."""
        (self.path / _MARK).unlink(missing_ok=True)
        self._let_go()

    def _let_go(self) -> None:
        os.close(self._hold)
        self._hold = -1


def left_over(kind: str, base: Path | None = None) -> Iterator[Path]:
    """Folders of a kind (`*` for any) that belong to this user and that no process holds any more."""
    for folder in sorted((base or Path(tempfile.gettempdir())).glob(f"{_PREFIX}{kind}-*")):
        with suppress(OSError):
            if _is_left(folder):
                yield folder


def _is_left(folder: Path) -> bool:
    about = folder.lstat()
    young = time.time() - about.st_mtime < _YOUNG
    if folder.is_symlink() or not (folder / _MARK).is_file() or about.st_uid != os.getuid() or young:
        return False
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)
    return True
