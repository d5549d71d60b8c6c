"""From a drop's kept bytes to a Submission: a private copy, read in a child process, its files kept in the store."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.desk.concealing import is_secret
from pipeline.desk.service import Desk
from pipeline.desk.trusting import judged_file
from pipeline.intake.bundle import member_bytes
from pipeline.intake.claim import Keeper
from pipeline.intake.read import read_submission
from pipeline.intake.screen.limits import MIB, Limits
from pipeline.law.forms import FormSpec
from pipeline.model import Drop, Submission

SCRATCH = "read-"
"""Scratch folders in `var` begin with this; one left by a crash is removed at the next start."""


def limits_of(desk: Desk) -> Limits:
    """The office's limits on what may be dropped and how long reading may take."""
    settings = desk.office.settings
    seconds = settings.whole("intake.reading_seconds")
    return Limits(
        file_bytes=settings.whole("intake.largest_file_mb") * MIB, total_bytes=settings.whole("intake.largest_drop_mb") * MIB,
        files=settings.whole("intake.most_files"), wall_seconds=float(seconds), cpu_seconds=seconds,
        memory_bytes=settings.whole("intake.reading_memory_mb") * MIB,
    )  # fmt: skip


def read_drop(desk: Desk, drop: Drop) -> tuple[Submission, bool]:
    """Read a drop: what it holds, and whether that is secret. All of it is kept before this returns.

    What is secret stays sealed, each part of it; anything else is laid open in the store, as it was dropped.
    """
    desk.office.var.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=desk.office.var))
    try:
        name = drop.name + (".zip" if drop.is_folder else "")
        copy = folder / "drop"
        copy.write_bytes(desk.original(drop.sha256))
        copy.chmod(0o600)
        secret = False

        def keeper(submission: Submission) -> Keeper:
            nonlocal secret
            secret = is_secret(desk, drop, submission)
            return desk.vault if secret else desk.store

        submission = read_path(desk, copy, name, drop.jurisdiction, folder, keeper)
        if not secret and not desk.store.path(drop.sha256).exists():
            desk.store.put_file(copy)
        return submission, secret
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_path(desk: Desk, path: Path, name: str, jurisdiction: str, folder: Path, keeper: Callable[[Submission], Keeper]) -> Submission:
    """Read a file lying at `path` that was dropped as `name`; `folder` is a scratch folder. `keeper` says where its parts are kept."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    limits = limits_of(desk)
    submission = outermost(read_submission(path, name, desk.specs, limits, work, jurisdiction), desk.specs)
    place = keeper(submission)
    signed = []
    if submission.main is not None:
        for part in (submission.main.source, *(f.source for f in submission.enclosed), *(a.name for a in submission.attachments)):
            data = member_bytes(path, part, name, limits)
            place.put(data)
            if place is not desk.vault and (row := judged_file(desk, part, data)):
                signed.append(row)
    return replace(submission, signatures=tuple(signed))


def outermost(submission: Submission, specs: Mapping[str, Mapping[str, FormSpec]]) -> Submission:
    """The submission with the form that encloses the others (`encloses` of its master) as the main one, wherever it was found."""
    main = submission.main
    if main is None:
        return submission
    forms = (main, *submission.enclosed)
    for form in submission.enclosed:
        spec = specs.get(form.identity.jurisdiction, {}).get(form.identity.form)
        if spec is not None and main.identity.form in (spec.notes.get("encloses") or ()):
            return replace(submission, main=form, enclosed=tuple(other for other in forms if other is not form))
    return submission
