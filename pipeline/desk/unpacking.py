"""A package that comes as a ZIP, laid out in a folder to be tested: screened like a drop before a byte of it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError, RefusedError
from pipeline.intake.screen.limits import MIB, Limits
from pipeline.intake.screen.members import ZIP_TROUBLES, open_drop
from pipeline.model import Severity
from pipeline.scratch import Scratch

LIMITS = Limits(file_bytes=2000 * MIB, total_bytes=20_000 * MIB, files=20_000, depth=16, path_characters=400)
"""A package may be larger than a drop; links, names that lead out, bombs and damaged entries are refused all the same."""
_LIKE_ZIP = b"PK"


@contextmanager
def laid_out(package: Path) -> Iterator[Path]:
    """The folder of a package: itself, or for a ZIP a private folder that is gone afterwards.

    Raises NotFoundError when nothing lies there, RefusedError for a file that is no ZIP or a ZIP that is not safe to unpack.
    """
    if package.is_dir():
        yield package
        return
    if not package.is_file():
        raise NotFoundError(f"没有 {package}", f"there is no {package}")
    with package.open("rb") as stream:
        if stream.read(2) != _LIKE_ZIP:
            raise RefusedError(f"{package} 不是文件夹，也不是 ZIP；其他格式请先解开", f"{package} is neither a folder nor a ZIP; unpack it first")
    with Scratch("package") as folder:
        yield _unpacked(package, folder)


def _unpacked(package: Path, folder: Path) -> Path:
    opened = open_drop(package, package.name, LIMITS)
    if wrong := [f for f in opened.findings if f.severity is Severity.ERROR]:
        raise RefusedError(f"{package.name} 没有解开：" + "；".join(f.zh for f in wrong[:3]), f"{package.name} was not unpacked: " + "; ".join(f.en for f in wrong[:3]))
    home = folder / package.stem
    try:
        for member in opened.members:
            write_whole(home / member.name, member.read())
    except ZIP_TROUBLES as fault:
        raise RefusedError(f"{package.name} 已损坏，没有解开（{fault}）", f"{package.name} is damaged and was not unpacked ({fault})") from fault
    return home
