"""The frozen values that travel through the pipeline.

Each stage hands on a different type, so steps cannot be taken out of order:
Drop → Submission → Filing → Verdict → Decision → Document → Sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

Data = Mapping[str, Any]
"""Field values of a form: str, int, bool, Decimal, date, list of such, dict of such."""


class Severity(StrEnum):
    """How much a finding weighs. `error` keeps the filing from going on; `not_run` is never a pass."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in a document: which rule, where, what is wrong, what to do, and on what article it rests."""

    rule: str
    severity: Severity
    zh: str
    en: str
    path: str = ""
    label: str = ""
    value: str = ""
    place: str = ""
    cite: str = ""
    repair_zh: str = ""
    repair_en: str = ""

    def evolve(self, **changes: Any) -> Self:
        """A copy with some parts changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one check, and the data as understood. `ok` means: no error and nothing left unchecked."""

    findings: tuple[Finding, ...] = ()
    data: Data = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that keep the filing from going on."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def ok(self) -> bool:
        """No finding of severity error."""
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class FormIdentity:
    """What a form carries about itself, unseen: which form, whose law, which case and at what revision.

    `encode` and `decode` are its one written form, used in DOCX, PDF and data files alike.
    """

    form: str
    version: str
    jurisdiction: str
    case: str = ""
    revision: int = 0
    role: str = ""
    bound: str = ""
    """SHA-256 of the draft a sign-off sheet speaks of; empty on other forms."""

    def encode(self) -> str:
        """`hongtou:form=…;version=…;…` in a fixed order, ASCII-safe keys, values without ';' or '='."""
        parts = (
            ("form", self.form), ("version", self.version), ("jurisdiction", self.jurisdiction), ("case", self.case),
            ("revision", str(self.revision)), ("role", self.role), ("bound", self.bound),
        )  # fmt: skip
        return "hongtou:" + ";".join(f"{key}={value}" for key, value in parts)

    @classmethod
    def decode(cls, text: str) -> FormIdentity | None:
        """The identity written by `encode`, or None when `text` is not one."""
        text = text.strip()
        if not text.startswith("hongtou:"):
            return None
        pairs = dict(part.split("=", 1) for part in text.removeprefix("hongtou:").split(";") if "=" in part)
        if not {"form", "version", "jurisdiction"} <= pairs.keys() or not pairs.get("revision", "0").isdigit():
            return None
        return cls(
            form=pairs["form"], version=pairs["version"], jurisdiction=pairs["jurisdiction"], case=pairs.get("case", ""),
            revision=int(pairs.get("revision", "0")), role=pairs.get("role", ""), bound=pairs.get("bound", ""),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Something a person put into an inbox, claimed into the spool. `token` is its identity, `sha256` its content's."""

    token: str
    jurisdiction: str
    role: str
    owner: str
    """The personal folder below the role's folder it was dropped in; empty when dropped in the role's folder itself."""
    name: str
    sha256: str
    size: int
    received_at: datetime
    is_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a form. `name` is relative to the bundle, with '/' between folders."""

    name: str
    sha256: str
    size: int
    media_type: str
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """A form as read, before checking: raw values (text as typed, or JSON natives), and where each one stood."""

    identity: FormIdentity
    raw: Data
    places: Mapping[str, str]
    source: str
    sha256: str
    method: str
    """tags | labels | acroform | data | cells"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What one drop holds: its main form, forms enclosed with it, attachments, and what was found on the way."""

    main: ReadForm | None
    enclosed: tuple[ReadForm, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()
    signatures: tuple[Mapping[str, Any], ...] = ()
    """What is to be said of each signed file in it (see desk/trusting.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A checked-in form: what one person says in one role about one case (or a case to be)."""

    id: str
    form: str
    version: str
    jurisdiction: str
    role: str
    owner: str
    data: Data
    enclosed: Mapping[str, Data]
    attachments: tuple[Attachment, ...]
    original: str
    """SHA-256 of the bytes as dropped (a bundle folder is kept as a ZIP)."""
    name: str
    received_on: date
    received_at: datetime
    case: str = ""
    revision: int = 0
    bound: str = ""
    main_name: str = ""
    main_sha256: str = ""
    signed_by: str = ""
    """Subject of the certificate that validly signed the form, when it is signed; else empty."""
    signatures: tuple[Mapping[str, Any], ...] = ()
    """What was found of each signed file that came with it."""
