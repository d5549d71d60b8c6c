"""What lies in a drop: one file, the files of a folder, or the files of a ZIP, each as a Member with a clean name.

Nothing is ever unpacked to disk: members are read into memory one at a time, up to the size their screen allowed.

Residual risk: between screen and reading the path must not be changed by others; the caller gives a private copy in
the spool. Python's zipfile never yields more than an entry's declared size, so the declared sizes bound memory.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.screen.kinds import Kind, zip_kind
from pipeline.intake.screen.limits import MIB, Limits
from pipeline.intake.screen.names import clean_name, collisions, ignored, is_link, screen_path, visible, zip_name
from pipeline.intake.screen.notes import note
from pipeline.model import Finding

ZIP_TROUBLES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises for a damaged archive (RuntimeError: a password)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a drop. `name` is relative to the drop, NFC, parts separated by '/'."""

    name: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Opened:
    """A drop, opened. When `findings` holds an error that concerns the whole drop, `members` is empty."""

    members: tuple[Member, ...]
    findings: tuple[Finding, ...] = ()
    bundle: bool = False


def open_drop(path: Path, name: str, limits: Limits) -> Opened:
    """The members of the file, folder or ZIP at `path`, which was dropped as `name`, and what is wrong with them."""
    found = os.lstat(path)
    if stat.S_ISDIR(found.st_mode):
        return _open_folder(path, limits)
    packed = stat.S_ISREG(found.st_mode) and _starts_as_zip(path) and zip_kind(path) is Kind.ZIP
    most = limits.total_bytes if packed else limits.file_bytes
    findings = tuple(screen_path(name.rsplit("/", 1)[-1], limits)) + tuple(screen_entry(found, visible(name), most))
    if findings:
        return Opened((), findings)
    if packed:
        return _open_zip(path, visible(name), limits)
    return Opened((Member(clean_name(name), found.st_size, lambda: read_file(path)),))


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Raises OSError for a symbolic link."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as stream:
        return stream.read()


def _starts_as_zip(path: Path) -> bool:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def screen_entry(found: os.stat_result, shown: str, most: int) -> Iterator[Finding]:
    """Findings about one file of the file system by its inode: link, device, hole, more than `most` bytes."""
    if stat.S_ISLNK(found.st_mode):
        yield note("link", shown)
    elif not stat.S_ISREG(found.st_mode):
        yield note("special_file", shown)
    elif found.st_nlink > 1:
        yield note("hard_link", shown)
    elif found.st_size > most:
        yield note("too_large", shown, limit=f"{most // MIB} MB")
    elif found.st_size > MIB and found.st_blocks * 512 < found.st_size // 8:
        yield note("sparse_file", shown)


def _open_folder(root: Path, limits: Limits) -> Opened:
    findings: list[Finding] = []
    members: list[Member] = []
    for path in walk(root, limits):
        name = path.relative_to(root).as_posix()
        found = os.lstat(path)
        troubles = [*screen_path(name, limits), *screen_entry(found, visible(name), limits.file_bytes)]
        findings += troubles
        if stat.S_ISREG(found.st_mode) and not troubles:
            members.append(Member(clean_name(name), found.st_size, lambda path=path: read_file(path)))  # type: ignore[misc]
        if len(members) + len(findings) > limits.files:
            return Opened((), (note("too_many", visible(root.name), limit=limits.files),), bundle=True)
    return _bounded(members, findings, visible(root.name), limits)


def walk(root: Path, limits: Limits) -> Iterator[Path]:
    """All entries below `root` that are not folders, in order of name, following no link; by-products are passed over.

    A folder deeper than the limit comes out as itself, so that its depth is found.
    """
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        path = Path(entry.path)
        if ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False) and len(path.parts) <= limits.depth + 200:
            yield from walk(path, limits)
        else:
            yield path


def _open_zip(path: Path, shown: str, limits: Limits) -> Opened:
    try:
        archive = zipfile.ZipFile(path)
        infos = [info for info in archive.infolist() if not zip_name(info).endswith("/")]
    except ZIP_TROUBLES:
        return Opened((), (note("zip_broken", shown),), bundle=True)
    findings = [*screen_sizes(archive, path.stat().st_size, shown, limits, limits.files * 2)]
    if findings:
        return Opened((), tuple(findings), bundle=True)
    infos = [info for info in infos if not ignored(zip_name(info))]
    names = [zip_name(info) for info in infos]
    top = _common_folder(names)
    members: list[Member] = []
    for info, full in zip(infos, names, strict=True):
        name = full.removeprefix(top)
        troubles = [*screen_path(name, limits), *_screen_info(info, visible(name), limits)]
        findings += troubles
        if not troubles:
            members.append(Member(clean_name(name), info.file_size, lambda info=info: archive.read(info)))  # type: ignore[misc]
    return _bounded(members, findings, shown, limits)


def _screen_info(info: zipfile.ZipInfo, shown: str, limits: Limits) -> Iterator[Finding]:
    if is_link(info):
        yield note("link", shown)
    if info.flag_bits & 1:
        yield note("zip_encrypted", shown)
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield note("zip_method", shown)
    if info.file_size > limits.file_bytes:
        yield note("too_large", shown, limit=f"{limits.file_bytes // MIB} MB")


def screen_sizes(archive: zipfile.ZipFile, size: int, shown: str, limits: Limits, most: int) -> Iterator[Finding]:
    """Findings about an archive as a whole: more than `most` entries, unpacked size, ratio, overlapping entries, twin names."""
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if len(infos) > most:
        yield note("too_many", shown, limit=most)
    elif packed > size or any(info.header_offset > size for info in infos):
        yield note("zip_bomb", shown, detail="overlap")
    elif total > limits.ratio_from and total > limits.ratio * max(size, 1):
        yield note("zip_bomb", shown, detail=f"{total // max(size, 1)}:1")
    elif total > limits.total_bytes:
        yield note("too_large", shown, limit=f"{limits.total_bytes // MIB} MB")


def _common_folder(names: list[str]) -> str:
    """`申报材料/` when everything lies in that one folder: zipping a folder is the same as its contents."""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) != 1 or not all("/" in name for name in names):
        return ""
    top = tops.pop()
    return f"{top}/" if top not in ("", ".", "..") and ":" not in top and "\\" not in top else ""


def _bounded(members: list[Member], findings: list[Finding], shown: str, limits: Limits) -> Opened:
    if len(members) > limits.files:
        return Opened((), (note("too_many", shown, limit=limits.files),), bundle=True)
    findings += collisions(member.name for member in members)
    if sum(member.size for member in members) > limits.total_bytes:
        findings.append(note("too_large", shown, limit=f"{limits.total_bytes // MIB} MB"))
        return Opened((), tuple(findings), bundle=True)
    if not members and not findings:
        findings.append(note("empty_drop", shown))
    return Opened(tuple(sorted(members, key=lambda member: member.name)), tuple(findings), bundle=True)
