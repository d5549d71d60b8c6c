"""What a package is made of: an act of filing, its items, their parts. Frozen, and without a word about where bytes lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an item. `path` is relative to the payload; `role` says what it is to the item (正本, 定稿, 附件 …)."""

    role: str
    path: str
    sha256: str
    sm3: str
    size: int
    format: str
    pages: int = 0
    original_name: str = ""
    signed: bool = False

    def plain(self) -> dict[str, Any]:
        """As the metadata keep it."""
        return {
            "role": self.role, "path": self.path, "sha256": self.sha256, "sm3": self.sm3, "size": self.size, "format": self.format,
            "pages": self.pages, "original_name": self.original_name, "signed": self.signed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One 件 as it goes into a package: what the register says of it, and its parts, the original first."""

    code: str
    n: int
    year: int
    retention: str
    title: str
    doc_no: str
    responsible: str
    date: str
    kind: str
    addressee: str
    parts: tuple[Part, ...]
    annexes: int = 0
    """How many annexes the document names; so many parts of that role must be there."""
    note: str = ""

    @property
    def pages(self) -> int:
        """Pages of the original."""
        return self.parts[0].pages if self.parts else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of filing: whose, of which case, when, and what."""

    name: str
    number: int
    on: str
    by: str
    reason: str
    office: str
    fonds: str
    fonds_name: str
    unit: str
    pattern: str
    table: str
    case_no: str
    case_title: str
    secrecy: str
    language: str
    system: str
    entries: tuple[Entry, ...]
    business: tuple[Plain, ...] = ()
    """The course of business, oldest first: `item`, `act`, `at`, `who`, `basis`, `words`."""
    left_out: tuple[Plain, ...] = ()
    earlier: tuple[str, ...] = ()
    """Codes filed in earlier acts of the same case."""
    facts: Plain = field(default_factory=dict)
