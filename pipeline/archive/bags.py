"""BagIt (RFC 8493): a package's folder and its manifests. The only module that knows the bagit library.

The manifests are written here, in a fixed order and with the day of filing, so that the same package has the same bytes and
nothing changes the working folder of a running office; the library judges what was written, and what others send.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bagit

from pipeline.archive.digests import both_of_file, sha256_of_bytes, sm3_of_bytes
from pipeline.diskwork import copy_whole, fsync_folder, move_whole, write_whole

logging.getLogger("bagit").setLevel(logging.CRITICAL)

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD, MANIFEST, TAGS, INFO = "data", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
MANIFEST_SM3, TAGS_SM3 = "manifest-sm3.txt", "tagmanifest-sm3.txt"
"""RFC 8493, 2.4 leaves the algorithms open; the bagit library knows no SM3 and takes these as further tag files, so they are judged here."""
PARTIAL = ".未完成_"
_LINE = re.compile(r"([0-9a-fA-F]{64})\s+\*?(.+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file of a package: its path, and how."""

    path: str
    zh: str
    en: str


def tag_files(payload: Mapping[str, tuple[str, int]], info: Mapping[str, str], sm3: Mapping[str, str]) -> dict[str, bytes]:
    """The files beside the payload. `payload` is SHA-256 and size by path below `data/`, `sm3` its SM3; `info` goes into bag-info.txt."""
    manifest = "".join(f"{payload[path][0]}  {PAYLOAD}/{_escaped(path)}\n" for path in sorted(payload))
    beside = "".join(f"{sm3[path]}  {PAYLOAD}/{_escaped(path)}\n" for path in sorted(payload))
    oxum = f"{sum(size for _, size in payload.values())}.{len(payload)}"
    lines = [f"{key}: {_one_line(value)}\n" for key, value in sorted({**info, "Payload-Oxum": oxum}.items()) if value]
    files = {"bagit.txt": DECLARATION, INFO: "".join(lines).encode(), MANIFEST: manifest.encode(), MANIFEST_SM3: beside.encode()}
    tags, tags_sm3 = ("".join(f"{digest(files[name])}  {name}\n" for name in sorted(files)) for digest in (sha256_of_bytes, sm3_of_bytes))
    return {**files, TAGS: tags.encode(), TAGS_SM3: tags_sm3.encode()}


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def write_package(target: Path, files: Mapping[str, str], source: Callable[[str], Path]) -> bool:
    """Lay a package down at `target`, whole or not at all, read-only; False when it lies there already.

    `files` is digest by path; `source` gives the file that holds a digest. What a crash left half done is finished by the
    next call. Raises OSError as the filesystem gives it, also when a source is not what its digest says.
    """
    written = not target.is_dir()
    if written:
        partial = target.with_name(PARTIAL + target.name)
        for name, sha256 in sorted(files.items()):
            place = partial / name
            if not place.is_file() or both_of_file(place)[0] != sha256:
                copy_whole(source(sha256), place, mode=0o444, expected=sha256)
        for stray in {p for p in partial.rglob("*") if p.is_file()} - {partial / name for name in files}:
            stray.unlink()
        move_whole(partial, target)
    _close(target)
    return written


def _close(target: Path) -> None:
    """Nobody writes into a package's folders any more."""
    for folder in (*(p for p in target.rglob("*") if p.is_dir()), target):
        if folder.stat().st_mode & 0o222:
            folder.chmod(0o555)
    fsync_folder(target.parent)


def replace_file(target: Path, relative: str, data: bytes) -> None:
    """Put the right bytes in the place of a damaged or missing file of a read-only package."""
    place = target / relative
    folders = [p for p in (place.parent, *place.parents) if p.is_relative_to(target) and p.exists()]
    for folder in folders:
        folder.chmod(0o755)
    try:
        write_whole(place, data, mode=0o444)
    finally:
        for folder in folders:
            folder.chmod(0o555)


def is_bag(folder: Path) -> bool:
    """Whether a folder says it is a bag."""
    return (folder / "bagit.txt").is_file()


def faults_of_bag(folder: Path) -> tuple[Fault, ...]:
    """Everything that is not as the bag's manifests say, file by file; nothing for a valid bag. Never raises for what is in it."""
    try:
        bagit.Bag(os.fspath(folder)).validate(processes=1)
    except bagit.BagValidationError as trouble:
        found = [_told(detail) for detail in trouble.details]
        return tuple(found) or (Fault(".", f"信息包不完整：{trouble}", f"the bag is not valid: {trouble}"),)
    except (bagit.BagError, OSError, ValueError, UnicodeError) as trouble:
        return (Fault(_blamed(folder), f"信息包的标签文件读不通：{trouble}", f"the bag's tag files cannot be read: {trouble}"),)
    return tuple(faults_of_sm3(folder))


def faults_of_sm3(folder: Path, names: Sequence[str] = (MANIFEST_SM3, TAGS_SM3)) -> Iterator[Fault]:
    """What is not as the manifests of SM3 (`names` of them) say, where the bag has them."""
    for name in names:
        if not (folder / name).is_file():
            continue
        try:
            listed = manifest_of(folder / name)
        except (OSError, UnicodeError) as trouble:
            yield Fault(name, f"{name} 读不通：{trouble}", f"{name} cannot be read: {trouble}")
            continue
        if name == TAGS_SM3 and (folder / name).read_bytes() != "".join(f"{digest}  {path}\n" for path, digest in listed.items()).encode():
            yield Fault(name, f"{name} 的书写被改动（大小写、空格或换行）", f"{name} is not written as it was: case, spaces or line ends")  # nothing else vouches for its bytes
        found = {path: place for path in listed if (place := _within(folder, path)) is not None}
        yield from (Fault(path, f"{name} 所列 {path} 不在包里", f"{path} is listed in {name} and not there") for path in listed.keys() - found.keys())
        wrong = (path for path, place in found.items() if both_of_file(place)[1] != listed[path])
        yield from (Fault(path, f"{path} 的 SM3 与 {name} 不符", f"{path} does not have the SM3 of {name}") for path in wrong)
        if name == MANIFEST_SM3:
            payload = {each.relative_to(folder).as_posix() for each in (folder / PAYLOAD).rglob("*") if each.is_file()}
            yield from (Fault(path, f"{path} 不在 {name} 里", f"{path} is not listed in {name}") for path in sorted(payload - listed.keys()))


def _within(folder: Path, path: str) -> Path | None:
    """The file of a bag that a manifest names; None when it is not there or leads out of the bag."""
    place = folder / path
    return place if not Path(path).is_absolute() and ".." not in Path(path).parts and place.is_file() else None


def _told(detail: Exception) -> Fault:
    path = str(getattr(detail, "path", "."))
    if isinstance(detail, bagit.ChecksumMismatch):
        return Fault(path, f"{path} 的摘要与清单不符", f"{path} does not have the digest of the manifest")
    if isinstance(detail, bagit.FileMissing):
        return Fault(path, f"清单所列 {path} 不在包里", f"{path} is listed and not there")
    if isinstance(detail, bagit.UnexpectedFile):
        return Fault(path, f"{path} 不在清单里", f"{path} is not listed")
    return Fault(path, f"{path}：{detail}", f"{path}: {detail}")


def _blamed(folder: Path) -> str:
    """The first tag file that does not have the digest the tag manifest gives it; the bag's declaration for want of one."""
    try:
        listed = manifest_of(folder / TAGS)
    except (OSError, UnicodeError):
        return TAGS
    for name, sha256 in listed.items():
        path = folder / name
        if not path.is_file() or both_of_file(path)[0] != sha256:
            return name
    return TAGS if not listed else "bagit.txt"


def manifest_of(path: Path) -> dict[str, str]:
    """Digest by path of one manifest; lines that are none are left out. Raises OSError, UnicodeError."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _LINE.fullmatch(line):
            found[match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")] = match[1].lower()
    return found


def info_of(folder: Path) -> dict[str, str]:
    """What bag-info.txt says; nothing when it is not there or cannot be read."""
    try:
        text = (folder / INFO).read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return {}
    return {key.strip(): value.strip() for key, colon, value in (line.partition(":") for line in text.splitlines()) if colon}
