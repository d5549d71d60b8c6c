"""The request to the reading child and its answer, a Submission, as JSON for the pipes between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.intake.screen.limits import Limits
from pipeline.model import Attachment, Finding, FormIdentity, ReadForm, Severity, Submission


def to_json(submission: Submission) -> dict[str, Any]:
    """A submission as plain data."""
    return asdict(submission)


def from_json(data: Mapping[str, Any]) -> Submission:
    """The submission written by `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
    return Submission(
        main=None if data["main"] is None else _form(data["main"]),
        enclosed=tuple(_form(form) for form in data["enclosed"]),
        attachments=tuple(Attachment(**attachment) for attachment in data["attachments"]),
        findings=tuple(Finding(**{**finding, "severity": Severity(finding["severity"])}) for finding in data["findings"]),
    )


def _form(data: Mapping[str, Any]) -> ReadForm:
    return ReadForm(**{**data, "identity": FormIdentity(**data["identity"])})


def request_of(path: Path, name: str, outlines: Iterable[str], limits: Limits, jurisdiction: str) -> bytes:
    """The request the child understands; `outlines` are JSON already, since they are the same for every drop."""
    head = json.dumps({"path": str(path), "name": name, "limits": limits.to_json(), "jurisdiction": jurisdiction})
    return f'{head[:-1]}, "outlines": [{",".join(outlines)}]}}'.encode()
