"""What is looked at before anything is read: types by content, sizes, names, links, macros, scripts, bombs.

Every outcome is a Finding with what to do. `hostile(findings)` says whether the drop is to be set aside for a person
instead of being returned.

Residual risk: these screens refuse what documents of this office never need; they are no virus scanner. The parsers
they use (zlib, libxml2, pypdf, PyYAML) run in the reading child when called through `read_submission`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.intake.screen.data import DataRefusedError, load_data
from pipeline.intake.screen.kinds import FORMS, IMAGES, OOXML, SUFFIXES, Kind, kind_of, suffix_of
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.members import ZIP_TROUBLES, Member, Opened, open_drop
from pipeline.intake.screen.names import visible
from pipeline.intake.screen.notes import HOSTILE, WORDS, hostile, note
from pipeline.intake.screen.ooxml import screen_ooxml
from pipeline.model import Finding, Severity

__all__ = [
    "FORMS", "HOSTILE", "IMAGES", "Kind", "Limits", "Member", "Opened", "WORDS", "hostile", "kind_of", "open_drop", "screen",
    "screen_content", "note",
]  # fmt: skip

_REMEDIES: dict[Kind, tuple[str, str]] = {
    Kind.EMPTY: ("empty_file", ""), Kind.PROGRAM: ("program", ""), Kind.OLD_OFFICE: ("old_format", ""),
    Kind.WPS: ("wps_format", ""), Kind.LOCKED_OFFICE: ("locked_office", ""), Kind.RAR: ("rar_format", "RAR"),
    Kind.SEVEN_ZIP: ("rar_format", "7z"), Kind.PACKED: ("rar_format", "gzip/bzip2/xz/cab"), Kind.ODF: ("odf_format", ""),
    Kind.RTF: ("rtf_format", ""), Kind.HTML: ("html_format", ""), Kind.UNKNOWN: ("unknown_type", ""), Kind.ZIP: ("zip_nested", ""),
}  # fmt: skip


def screen(path: Path, limits: Limits, name: str = "") -> tuple[Finding, ...]:
    """Everything the screens find in the file, folder or ZIP at `path` (dropped as `name`). Raises OSError only."""
    opened = open_drop(path, name or path.name, limits)
    found = list(opened.findings)
    for member in opened.members:
        try:
            data = member.read()
        except ZIP_TROUBLES as trouble:
            found.append(note("unreadable", visible(member.name), detail=type(trouble).__name__))
            continue
        found += screen_content(data, member.name, kind_of(data, member.name), limits, bundle=opened.bundle)
    return tuple(found)


def screen_content(data: bytes, name: str, kind: Kind, limits: Limits, bundle: bool) -> Iterator[Finding]:
    """Findings about one file by its content, each said once; `bundle` says whether it came with others (then OFD is welcome)."""
    said: set[tuple[str, str]] = set()
    for finding in _screened(data, name, kind, limits, bundle):
        if (finding.rule, finding.zh) not in said:  # one macro shows in several parts
            said.add((finding.rule, finding.zh))
            yield finding


def _screened(data: bytes, name: str, kind: Kind, limits: Limits, bundle: bool) -> Iterator[Finding]:
    shown = visible(name)
    if kind in _REMEDIES:
        rule, detail = _REMEDIES[kind]
        yield note(rule, shown, detail=detail)
        return
    yield from _screen_suffix(name, shown, kind)
    if kind in OOXML:
        yield from screen_ooxml(data, shown, limits)
    elif kind is Kind.OFD:
        yield note("ofd_attachment" if bundle else "ofd_form", shown)
    elif kind is Kind.PDF:
        from pipeline.intake.screen.pdf import screen_pdf  # pypdf takes longer to load than a form to read

        yield from screen_pdf(data, shown, limits)
    elif kind in (Kind.JSON, Kind.YAML):
        try:
            load_data(data, kind, limits)
        except DataRefusedError as trouble:
            yield note("data_trick" if trouble.trick else "data_broken", shown, detail=trouble.detail)
    elif kind is Kind.XML and (b"<!DOCTYPE" in data.replace(b"\x00", b"") or b"<!ENTITY" in data.replace(b"\x00", b"")):
        yield note("xml_entities", shown)


def _screen_suffix(name: str, shown: str, kind: Kind) -> Iterator[Finding]:
    """A known suffix that belongs to another kind than the content's."""
    suffix = suffix_of(name)
    known = {one for suffixes in SUFFIXES.values() for one in suffixes} | {".json", ".yaml", ".yml", ".doc", ".xls"}
    own = SUFFIXES.get(kind, frozenset({".json"} if kind is Kind.JSON else {".yaml", ".yml"} if kind is Kind.YAML else ()))
    if suffix in (".docm", ".dotm", ".xlsm", ".xltm", ".pptm", ".potm"):
        yield note("macro", shown)
    elif suffix in known and suffix not in own:
        found = note("name_mismatch", shown, detail=kind.value)
        yield found.evolve(severity=Severity.WARNING) if kind in IMAGES and suffix in _image_suffixes() else found


def _image_suffixes() -> frozenset[str]:
    return frozenset(suffix for kind in IMAGES for suffix in SUFFIXES.get(kind, ()))
