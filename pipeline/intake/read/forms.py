"""One screened file becomes a ReadForm: recognised, read by its kind, its values and their places put together."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.intake.read import data, docx_labels, docx_tags, grids
from pipeline.intake.read.gather import Gathered
from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Outline
from pipeline.intake.read.recognise import Outlines, Recognised, by_identity, by_paths, by_title, of_identity
from pipeline.intake.read.sheets import Workbook, open_csv, open_xlsx
from pipeline.intake.read.word import WordFile, has_hidden_text, has_tracked_changes, open_word
from pipeline.intake.screen.data import DataRefusedError, load_data
from pipeline.intake.screen.kinds import Kind
from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.names import visible
from pipeline.intake.screen.notes import note
from pipeline.intake.screen.ooxml import XmlRefusedError
from pipeline.model import Finding, FormIdentity, ReadForm

PROPERTY = "hongtou"
"""The custom property of a Word file that holds the identity."""
WORD_TROUBLES = (KeyError, ValueError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one file gave: a form, or None when the file is not one; and findings either way."""

    form: ReadForm | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What one reading needs: the forms there are, the inbox' jurisdiction, the limits."""

    outlines: Outlines
    jurisdiction: str
    limits: Limits


def read_form(content: bytes, name: str, sha256: str, kind: Kind, desk: Desk) -> Reading:
    """Read a screened file of a kind in FORMS; what cannot be read is a finding, never an exception."""
    shown = visible(name)
    try:
        if kind is Kind.DOCX:
            return _read_word(open_word(content), shown, name, sha256, desk)
        if kind is Kind.PDF:
            return _read_pdf(content, shown, name, sha256, desk)
        if kind in (Kind.XLSX, Kind.CSV):
            if len(content) > desk.limits.data_bytes:  # no form to fill in is that large; whatever it is, it is enclosed
                return Reading(None)
            return _read_grids(open_xlsx(content) if kind is Kind.XLSX else open_csv(content), shown, name, sha256, desk)
        return _read_data(load_data(content, kind, desk.limits), shown, name, sha256, desk)
    except DataRefusedError as trouble:
        return Reading(None, (note("data_trick" if trouble.trick else "data_broken", shown, detail=trouble.detail),))
    except (XmlRefusedError, *WORD_TROUBLES) as trouble:
        return Reading(None, (note("unreadable", shown, detail=type(trouble).__name__),))


def _read_word(word: WordFile, shown: str, name: str, sha256: str, desk: Desk) -> Reading:
    texts = [*docx_tags.identities(word), word.properties.get(PROPERTY, "")]
    recognised = (
        by_identity(texts, desk.outlines, shown)
        or by_paths(docx_tags.tags_of(word), desk.outlines, desk.jurisdiction, shown)
        or by_title(word, desk.outlines, desk.jurisdiction, shown)
    )
    if recognised is None or recognised.identity is None or recognised.outline is None:
        return Reading(None, recognised.findings if recognised else ())
    gathered = Gathered(recognised.outline, shown)
    with_control = docx_tags.read_tags(word, gathered)
    _fall_back(word, gathered, with_control)
    if has_tracked_changes(word):
        gathered.findings.append(reading_note("tracked_changes", shown))
    if has_hidden_text(word):
        gathered.findings.append(reading_note("hidden_text", shown))
    return _finish(gathered, recognised, name, sha256, "tags" if with_control else "labels")


def _read_grids(book: Workbook, shown: str, name: str, sha256: str, desk: Desk) -> Reading:
    recognised = grids.recognise(book, desk.outlines, desk.jurisdiction, shown)
    if recognised is None or recognised.identity is None or recognised.outline is None:
        return Reading(None, recognised.findings if recognised else ())
    gathered = Gathered(recognised.outline, shown)
    at = grids.read_grids(book, gathered)
    raw, places = gathered.finish()
    places |= grids.row_places(recognised.outline, at)
    form = ReadForm(identity=recognised.identity, raw=raw, places=places, source=name, sha256=sha256, method="cells")
    return Reading(form, (*recognised.findings, *gathered.findings))


def _fall_back(word: WordFile, gathered: Gathered, with_control: set[str]) -> None:
    """Read by label what has no control, and say so."""
    filled = {table for table, rows in gathered.rows.items() if any(rows.values())}
    wanted = {leaf.path for leaf in gathered.outline.leaves if leaf.path not in with_control and leaf.table not in filled}
    tables = {leaf.table for leaf in gathered.outline.leaves if leaf.path in with_control and leaf.table}
    wanted -= {leaf.path for leaf in gathered.outline.leaves if leaf.table in tables}
    got = docx_labels.read_labels(word, gathered, wanted) if wanted else []
    if got:
        labels = "、".join(dict.fromkeys(leaf.label for leaf in got))
        gathered.findings.append(reading_note("read_by_label", gathered.file, detail=labels))


def _finish(gathered: Gathered, recognised: Recognised, name: str, sha256: str, method: str) -> Reading:
    raw, places = gathered.finish()
    assert recognised.identity is not None
    form = ReadForm(identity=recognised.identity, raw=raw, places=places, source=name, sha256=sha256, method=method)
    return Reading(form, (*recognised.findings, *gathered.findings))


def _read_pdf(content: bytes, shown: str, name: str, sha256: str, desk: Desk) -> Reading:
    from pipeline.intake.read import acroform  # only drops with a PDF pay for loading pypdf
    from pipeline.intake.screen.pdf import PDF_TROUBLES

    try:
        fields = acroform.fields_of(content)
    except PDF_TROUBLES as trouble:
        return Reading(None, (note("unreadable", shown, detail=type(trouble).__name__),))
    identity = fields.get(acroform.IDENTITY, ("", ""))[1]
    recognised = by_identity([str(identity or "")], desk.outlines, shown)
    recognised = recognised or by_paths(acroform.paths_of(fields), desk.outlines, desk.jurisdiction, shown)
    if recognised is None or recognised.identity is None or recognised.outline is None:
        return Reading(None, recognised.findings if recognised else ())
    gathered = Gathered(recognised.outline, shown)
    acroform.read_fields(fields, gathered)
    return _finish(gathered, recognised, name, sha256, "acroform")


def _read_data(tree: Any, shown: str, name: str, sha256: str, desk: Desk) -> Reading:
    if not data.is_form(tree):
        return Reading(None)
    identity = data.identity_of(tree)
    if identity is None:
        return Reading(None, (note("data_broken", shown, detail="缺 form、version 或 jurisdiction / missing or wrong"),))
    recognised = of_identity(identity, desk.outlines, shown)
    if recognised.identity is None or recognised.outline is None:
        return Reading(None, recognised.findings)
    if not isinstance(tree.get("data"), Mapping):
        return Reading(None, (note("data_broken", shown, detail="data 不是键值表 / data is not a mapping"),))
    values = data.values_of(tree)
    hidden = list(data.hidden_at(tree.get("data")))
    told = (reading_note("hidden_characters", shown, detail="、".join(hidden)),) if hidden else ()
    places = _known_places(recognised.outline) | dict(data.places_of(values))
    return Reading(_data_form(identity, values, places, name, sha256), told)


def _known_places(outline: Outline) -> dict[str, str]:
    return {path: f"data.{path}" for path in outline.places if "[]" not in path}


def _data_form(identity: FormIdentity, values: dict[str, Any], places: dict[str, str], name: str, sha256: str) -> ReadForm:
    return ReadForm(identity=identity, raw=values, places=places, source=name, sha256=sha256, method="data")
