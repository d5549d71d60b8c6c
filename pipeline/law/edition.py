"""Editions of a pack: its files under their digest, kept so that a case goes on under the law it was opened under.

The holiday tables are no part of an edition: they are facts that are published later, and hold for every case.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

COMMON = "common"
_APART = ("calendar", "scaffold")
"""Folders of the common files that are no part of an edition: facts published later, and the words of packs to come."""
_BESIDE = {"examples", "simulations"}
"""Folders of a pack that say nothing of the law: what proves it and what teaches it."""


def edition_digest(schemas: Path, jurisdiction: str) -> str:
    """SHA-256 over the names and bytes of the files that make a pack: `common` and its own folder."""
    seen = hashlib.sha256()
    for name, path in edition_files(schemas, jurisdiction):
        seen.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return seen.hexdigest()


def edition_files(schemas: Path, jurisdiction: str) -> Iterator[tuple[str, Path]]:
    """(name, path) of the files of an edition, in order. The pack's own folder is called `pack`, whatever its name."""
    for title, folder in ((COMMON, schemas / COMMON), ("pack", schemas / jurisdiction)):
        for path in sorted(folder.rglob("*.yaml")):
            name = f"{title}/{path.relative_to(folder).as_posix()}"
            apart = path.relative_to(folder).parts[0] in (_APART if title == COMMON else _BESIDE)
            if not apart:
                yield name, path


SCRATCH = ".edition-"
"""How folders begin in which a copy of an edition is being made."""


def keep_edition(schemas: Path, jurisdiction: str, digest: str, shelf: Path) -> bool:
    """Copy an edition into `shelf/<digest>` unless it lies there. False when the files are no longer those of `digest`."""
    target = shelf / digest
    if target.is_dir():
        return True
    shelf.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=shelf))
    try:
        for name, path in edition_files(schemas, jurisdiction):
            place = scratch / jurisdiction / name.removeprefix("pack/") if name.startswith("pack/") else scratch / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        if edition_digest(scratch, jurisdiction) != digest:
            return False
        try:
            scratch.rename(target)
        except OSError:  # somebody else kept it meanwhile
            return target.is_dir()
        return True
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
