"""A dropped folder as one file: a ZIP whose bytes depend on names and contents only, so that its hash does too."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

from pipeline.intake.stable import files_of

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one date every member gets; a folder copied again must have the same hash."""


def pack_folder(folder: Path, target: Path) -> None:
    """Write what lies below `folder` into the ZIP `target`, in the order of the names, uncompressed.

    Links are never followed: a link, pipe or device goes in as what it is, so that the screening after it tells and
    refuses it. Raises OSError.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True, strict_timestamps=False) as archive:
        members = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
        for path in sorted(p for p in folder.rglob("*") if p.is_symlink() or not (p.is_file() or p.is_dir())):
            archive.writestr(*_as_it_is(path, path.relative_to(folder).as_posix()))
        for name in sorted(members):
            member = zipfile.ZipInfo(name, EARLIEST)
            member.external_attr = 0o100644 << 16
            member.create_system = 3
            with members[name].open("rb") as source, archive.open(member, "w", force_zip64=True) as sink:
                while piece := source.read(1 << 20):
                    sink.write(piece)


def _as_it_is(path: Path, name: str) -> tuple[zipfile.ZipInfo, bytes]:
    """A thing that is no plain file, as a member that says so."""
    member = zipfile.ZipInfo(name, EARLIEST)
    mode = path.lstat().st_mode
    member.external_attr = mode << 16
    member.create_system = 3
    return member, os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else b""
