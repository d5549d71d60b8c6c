"""The reading child: limits itself, screens and reads one drop, and answers in JSON on its standard output.

Run by `read_submission` as `python -I -B -m pipeline.intake.read.child`; the request comes on standard input. It writes
no file (RLIMIT_FSIZE 0 but for the pipe), inherits no environment and dumps no core.

Residual risk: it runs as the same user and could read what that user may; where the system offers a stronger cage
(a user of its own, seccomp, no network), run the whole office in one.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from pathlib import Path

from pipeline.intake.bundle import choose_main
from pipeline.intake.read.codec import to_json
from pipeline.intake.read.forms import Desk, Reading, read_form
from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Outline
from pipeline.intake.screen import screen_content
from pipeline.intake.screen.kinds import FORMS, IMAGES, MEDIA_TYPES, Kind, kind_of
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.members import ZIP_TROUBLES, Member, open_drop
from pipeline.intake.screen.names import visible
from pipeline.intake.screen.notes import note
from pipeline.model import Attachment, Finding, ReadForm, Severity, Submission


def main() -> None:
    """Read the request, bind the process, answer."""
    request = json.load(sys.stdin)
    limits = Limits.from_json(request["limits"])
    bind(limits)
    outlines = [Outline.from_json(data) for data in request["outlines"]]
    desk = Desk({(outline.jurisdiction, outline.code): outline for outline in outlines}, request["jurisdiction"], limits)
    submission = read_drop(Path(request["path"]), request["name"], desk)
    sys.stdout.write(json.dumps(to_json(submission)))
    sys.stdout.flush()


def bind(limits: Limits) -> None:
    """Set the limits of this process: CPU seconds, address space, no files written, no core."""
    for kind, amount in (
        (resource.RLIMIT_CPU, int(limits.cpu_seconds)), (resource.RLIMIT_AS, int(limits.memory_bytes)),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        _, hard = resource.getrlimit(kind)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))


def read_drop(path: Path, name: str, desk: Desk) -> Submission:
    """Screen and read everything in a drop. Raises OSError when the drop itself cannot be opened."""
    opened = open_drop(path, name, desk.limits)
    findings: list[Finding] = list(opened.findings)
    forms: list[ReadForm] = []
    attachments: list[Attachment] = []
    scans: list[str] = []
    for member in opened.members:
        try:
            content = member.read()
        except ZIP_TROUBLES as trouble:
            findings.append(note("unreadable", visible(member.name), detail=type(trouble).__name__))
            continue
        kind = kind_of(content, member.name)
        reading, attachment = _read_member(member, content, kind, desk, opened.bundle)
        findings += reading.findings
        if reading.form is not None:
            forms.append(reading.form)
        else:
            attachments.append(attachment)
            if _is_scan(kind, content):
                scans.append(member.name)
    return _put_together(forms, attachments, scans, findings, desk)


def _read_member(member: Member, content: bytes, kind: Kind, desk: Desk, bundle: bool) -> tuple[Reading, Attachment]:
    """One file screened and, when it is whole and of a form's kind, read; and what it is as an attachment."""
    sha256 = hashlib.sha256(content).hexdigest()
    screened = tuple(screen_content(content, member.name, kind, desk.limits, bundle))
    refused = any(finding.severity is Severity.ERROR for finding in screened)
    pages = _pages(content) if kind is Kind.PDF and not refused else None
    attachment = Attachment(
        name=member.name, sha256=sha256, size=len(content), media_type=MEDIA_TYPES.get(kind, "application/octet-stream"), pages=pages
    )
    if refused or kind not in FORMS:
        return Reading(None, screened), attachment
    reading = read_form(content, member.name, sha256, kind, desk)
    return Reading(reading.form, (*screened, *reading.findings)), attachment


def _is_scan(kind: Kind, content: bytes) -> bool:
    if kind is not Kind.PDF:
        return kind in IMAGES
    from pipeline.intake.screen.pdf import has_fields  # only drops with a PDF pay for loading pypdf

    return not has_fields(content)


def _pages(content: bytes) -> int | None:
    from pipeline.intake.screen.pdf import page_count

    return page_count(content)


def _put_together(
    forms: list[ReadForm], attachments: list[Attachment], scans: list[str], findings: list[Finding], desk: Desk,
) -> Submission:  # fmt: skip
    opening = {key for key, outline in desk.outlines.items() if outline.opens_case}
    chosen, enclosed, told = choose_main(forms, opening)
    findings += told
    if chosen is None and not any(finding.severity is Severity.ERROR for finding in findings):
        alone = scans and len(scans) == len(attachments)
        findings.append(reading_note("scan_alone", "、".join(scans[:3])) if alone else reading_note("no_form"))
    return Submission(main=chosen, enclosed=enclosed, attachments=tuple(attachments), findings=tuple(findings))


if __name__ == "__main__":
    main()
