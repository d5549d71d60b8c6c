"""A drop of several files: which is the main form, which are enclosed; one member's bytes.

Residual risk: `member_bytes` opens archives in the calling process with Python's own zipfile; call it only for drops that
`read_submission` has read, on the private copy in the spool or on stored originals.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.intake.read.notes import reading_note
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.members import open_drop
from pipeline.model import Finding, ReadForm


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


def member_bytes(path: Path, name: str, drop_name: str = "", limits: Limits | None = None) -> bytes:
    """The bytes of one member (form or attachment) by the name a Submission gives it; a single file is its own member.

    Raises KeyError when the drop has no such member, OSError or zipfile.BadZipFile when it can no longer be read.
    """
    for member in open_drop(path, drop_name or name, limits or Limits()).members:
        if member.name == name:
            return member.read()
    raise KeyError(name)
