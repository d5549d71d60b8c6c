"""PDF before it is read: encryption, scripts, automatic actions, embedded files, media, XFA. Owner of pypdf in the intake.

Every object of the cross-reference table is looked at once.

Residual risk: objects that only an earlier revision or a hidden cross-reference stream shows are not looked at; pypdf
mends damaged files, and another reader may mend them to something else. Page contents are not interpreted, and a field's
appearance may show other words than its value: the value is what is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.notes import note
from pipeline.model import Finding

PDF_TROUBLES = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, NotImplementedError,
    AssertionError, EOFError, OSError, ZeroDivisionError, UnicodeError,
)  # fmt: skip
"""What pypdf raises for damaged files; it promises nothing narrower."""

_ACTIVE = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute",
                     "/Movie", "/Sound", "/GoTo3DView"})  # fmt: skip
_MEDIA = frozenset({"/RichMedia", "/Movie", "/Screen", "/3D", "/Sound", "/FileAttachment"})


def open_pdf(data: bytes) -> PdfReader:
    """A pypdf reader over `data`. Raises one of PDF_TROUBLES."""
    return PdfReader(io.BytesIO(data), strict=False)


def page_count(data: bytes) -> int | None:
    """How many pages a PDF has; None when that cannot be told."""
    try:
        return len(open_pdf(data).pages)
    except PDF_TROUBLES:
        return None


def has_fields(data: bytes) -> bool:
    """Whether a PDF carries fields to fill in (a scan does not; a signature alone is none)."""
    try:
        return any(str(item.get("/FT", "")) in ("/Tx", "/Ch", "/Btn") for item in (open_pdf(data).get_fields() or {}).values())
    except PDF_TROUBLES:
        return False


def screen_pdf(data: bytes, shown: str, limits: Limits) -> Iterator[Finding]:
    """Findings about a PDF. An error here means: do not read it."""
    try:
        reader = open_pdf(data)
        if reader.is_encrypted:
            yield note("pdf_encrypted", shown)
            return
        root: Any = reader.trailer["/Root"]
        if len(reader.pages) == 0:
            yield note("pdf_broken", shown, detail="0 pages")
        form = root.get("/AcroForm")
        if form is not None and "/XFA" in form.get_object():
            yield note("pdf_xfa", shown)
        active, embedded = _look(reader, limits)
    except PDF_TROUBLES as trouble:
        yield note("pdf_broken", shown, detail=type(trouble).__name__)
        return
    if active:
        yield note("pdf_active", shown, detail="、".join(sorted(active)))
    if embedded:
        yield note("pdf_embedded", shown, detail="、".join(sorted(embedded)))


def _look(reader: PdfReader, limits: Limits) -> tuple[set[str], set[str]]:
    """The names of active and of embedding things in any object."""
    active: set[str] = set()
    embedded: set[str] = set()
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > limits.pdf_objects:
        raise ValueError("too many objects")
    for number, generation in numbers:
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except PDF_TROUBLES:
            continue
        _look_into(found, active, embedded, 0)
    return active, embedded


def _look_into(value: Any, active: set[str], embedded: set[str], depth: int) -> None:
    """Look at a direct object and what it directly holds; indirect ones come by themselves."""
    if depth > 50:
        raise ValueError("nested too deep")
    if isinstance(value, DictionaryObject):
        _judge(value, active, embedded)
        for inner in value.values():
            if not isinstance(inner, IndirectObject):
                _look_into(inner, active, embedded, depth + 1)
    elif isinstance(value, ArrayObject):
        for inner in value:
            if not isinstance(inner, IndirectObject):
                _look_into(inner, active, embedded, depth + 1)


def _judge(value: Mapping[str, Any], active: set[str], embedded: set[str]) -> None:
    kind, subtype = value.get("/S"), value.get("/Subtype")
    if kind in _ACTIVE:
        active.add(str(kind).lstrip("/"))
    if "/JS" in value or "/JavaScript" in value:
        active.add("JavaScript")
    if "/AA" in value:
        active.add("AA")
    opening = value.get("/OpenAction")
    opening = opening.get_object() if opening is not None else None
    if isinstance(opening, DictionaryObject) and opening.get("/S") not in ("/GoTo", None):
        active.add("OpenAction")
    if subtype in _MEDIA:
        embedded.add(str(subtype).lstrip("/"))
    if "/EF" in value or value.get("/Type") == "/EmbeddedFile" or "/EmbeddedFiles" in value:
        embedded.add("EmbeddedFiles")
