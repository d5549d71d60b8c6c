"""Administrative regions (GB/T 2260): which codes exist, what they are called, which lies in which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.law.expand import overlay
from pipeline.law.yamlread import read_mapping


class Standing(StrEnum):
    """What the table says of a code. `unlisted`: its province is known, but not kept in full."""

    CURRENT = "current"
    ABOLISHED = "abolished"
    UNLISTED = "unlisted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Regions:
    """The table of region codes of one version."""

    version: str
    names: Mapping[str, str]
    abolished: Mapping[str, int]
    """Codes no longer in use, with the year they ended; old certificates may still bear them."""
    complete: frozenset[str]
    """Two-digit prefixes of the provinces whose table is kept in full."""

    def standing(self, code: str) -> Standing:
        """Whether a six-digit code exists."""
        if code in self.abolished:
            return Standing.ABOLISHED
        if code in self.names:
            return Standing.CURRENT
        province = f"{code[:2]}0000"
        well_formed = len(code) == 6 and code.isascii() and code.isdigit()
        if well_formed and province in self.names and code[:2] not in self.complete:
            return Standing.UNLISTED
        return Standing.UNKNOWN

    def name(self, code: str) -> str:
        """The name with its province, as far as known; '' when unknown."""
        province = self.names.get(f"{code[:2]}0000", "")
        own = self.names.get(code, "")
        return own if own == province else f"{province}{own}"


def covers(outer: str, inner: str) -> bool:
    """Whether the area of code `outer` contains that of `inner` (the same area counts); False for what is no code."""
    if not all(len(code) == 6 and code.isascii() and code.isdigit() for code in (outer, inner)):
        return False
    prefix = outer
    while prefix.endswith("00") and len(prefix) > 2:
        prefix = prefix[:-2]
    return inner.startswith(prefix)


def load_regions(path: Path, own: Path | None = None) -> Regions:
    """The table in `path` with a pack's `own` laid over it; an empty one when there is no file. Raises PackError when one cannot be read."""
    said = read_mapping(path) if path.is_file() else {}
    if own is not None and own.is_file():
        more = read_mapping(own)
        said = {**overlay(said, more), "complete": [*(said.get("complete") or ()), *(more.get("complete") or ())]}
    names = {str(code): str(name) for code, name in (said.get("provinces") or {}).items()}
    abolished: dict[str, int] = {}
    for code, entry in (said.get("regions") or {}).items():
        names[str(code)] = str(entry["name"] if isinstance(entry, Mapping) else entry)
        if isinstance(entry, Mapping) and "until" in entry:
            abolished[str(code)] = int(entry["until"])
    return Regions(str(said.get("version", "")), names, abolished, frozenset(str(p) for p in said.get("complete") or ()))
