"""A drop of several files: which is the main form, which are enclosed; a folder as one ZIP; one member's bytes.

Residual risk: `pack_folder` and `member_bytes` read what the screens have passed; call them on the private copy in the
spool or on stored originals only.
"""

from __future__ import annotations

import io
import os
import stat
import unicodedata
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.intake.read.notes import reading_note
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.members import open_drop, walk
from pipeline.model import Finding, ReadForm

_EPOCH = (1980, 1, 1, 0, 0, 0)


def choose_main(forms: Sequence[ReadForm], opening: Collection[tuple[str, str]]) -> tuple[ReadForm | None, tuple[ReadForm, ...], tuple[Finding, ...]]:
    """The main form, those enclosed with it, and findings.

    A form that opens a case (`opening`: jurisdiction and code) comes first, then one that names its case, then the
    first by name. Two that open a case cannot both be main: neither is taken.
    """
    if not forms:
        return None, (), ()
    ranked = sorted(forms, key=lambda form: (_rank(form, opening), form.source))
    main, enclosed = ranked[0], ranked[1:]
    rivals = [form for form in ranked if _rank(form, opening) == 0]
    if len(rivals) > 1 and any(rival.raw != main.raw for rival in rivals):
        return None, (), (reading_note("several_main", detail="、".join(form.source for form in rivals)),)
    kept: dict[str, ReadForm] = {}
    findings: list[Finding] = []
    for form in enclosed:
        if form.identity.form == main.identity.form or form.identity.form in kept:
            findings.append(reading_note("same_form_twice", form.source, detail=form.source))
        else:
            kept[form.identity.form] = form
    return main, tuple(kept.values()), tuple(findings)


def _rank(form: ReadForm, opening: Collection[tuple[str, str]]) -> int:
    if (form.identity.jurisdiction, form.identity.form) in opening:
        return 0
    return 1 if form.identity.case else 2


def pack_folder(path: Path) -> bytes:
    """A folder as one ZIP, the same bytes for the same names and contents; by-products and what is no file are left out.

    Raises OSError as the file system gives it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(walk(path, Limits()), key=lambda file: file.relative_to(path).as_posix()):
            if not stat.S_ISREG(os.lstat(file).st_mode):
                continue
            info = zipfile.ZipInfo(unicodedata.normalize("NFC", file.relative_to(path).as_posix()), _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            info.create_system = 3
            archive.writestr(info, file.read_bytes())
    return buffer.getvalue()


def member_bytes(path: Path, name: str, drop_name: str = "", limits: Limits | None = None) -> bytes:
    """The bytes of one member (form or attachment) by the name a Submission gives it; a single file is its own member.

    Raises KeyError when the drop has no such member, OSError or zipfile.BadZipFile when it can no longer be read.
    """
    for member in open_drop(path, drop_name or name, limits or Limits()).members:
        if member.name == name:
            return member.read()
    raise KeyError(name)
