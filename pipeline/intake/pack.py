"""A dropped folder as one file: a ZIP whose bytes depend on names and contents only, so that its hash does too."""

from __future__ import annotations

import zipfile
from pathlib import Path

from pipeline.intake.stable import files_of

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The one date every member gets; a folder copied again must have the same hash."""


def pack_folder(folder: Path, target: Path) -> None:
    """Write the plain files below `folder` into the ZIP `target`, in the order of their names, uncompressed.

    Links are not followed and not packed. Raises OSError.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True, strict_timestamps=False) as archive:
        members = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
        for name in sorted(members):
            member = zipfile.ZipInfo(name, EARLIEST)
            member.external_attr = 0o100644 << 16
            member.create_system = 3
            with members[name].open("rb") as source, archive.open(member, "w", force_zip64=True) as sink:
                while piece := source.read(1 << 20):
                    sink.write(piece)
