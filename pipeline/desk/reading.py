"""From a drop's kept bytes to a Submission: a private copy, read in a child process, its files kept in the store."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipeline.desk.service import Desk
from pipeline.intake.read import Limits, read_submission
from pipeline.model import Drop, Submission


def limits_of(desk: Desk) -> Limits:
    """The office's limits on what may be dropped and how long reading may take."""
    settings = desk.office.settings
    return Limits(
        file_bytes=settings.whole("intake.largest_file_mb") << 20, total_bytes=settings.whole("intake.largest_drop_mb") << 20,
        files=settings.whole("intake.most_files"), seconds=settings.whole("intake.reading_seconds"),
        memory_bytes=settings.whole("intake.reading_memory_mb") << 20,
    )  # fmt: skip


def read_drop(desk: Desk, drop: Drop) -> Submission:
    """Read a drop. Everything it holds is kept in the store under its hash before this returns."""
    desk.office.var.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="read-", dir=desk.office.var))
    try:
        name = drop.name + (".zip" if drop.is_folder else "")
        copy = folder / "drop"
        copy.write_bytes(desk.store.get(drop.sha256))
        work = folder / "work"
        work.mkdir()
        submission = read_submission(copy, name, desk.specs, limits_of(desk), work)
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            desk.store.put_file(path)
        return submission
    finally:
        shutil.rmtree(folder, ignore_errors=True)
