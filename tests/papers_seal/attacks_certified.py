"""Attacks on certified documents and on places for signatures: evil annotations (EAA) and sneaky signatures (SSA).

After Rohlmann et al., "Breaking the Specification: PDF Certification" (S&P 2021). Here nothing but further signatures and
archival timestamps may follow a signature, whatever the certification permits (P1–P3), and no later picture hides anything.
"""

from __future__ import annotations

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from .attack_kit import Change
from .attacks_later import _annotation
from .tampering import _form, _later, _page

TEXT_BOX = (80, 600, 320, 700)
BLANK_BOX = (80, 20, 200, 60)
EVIL = ("/FreeText", "/Stamp", "/Redact", "/Highlight", "/Square", "/Ink", "/Line", "/Underline", "/StrikeOut", "/Caret", "/Text", "/FileAttachment", "/Popup")


class Picture:
    """The appearance of a signature, as pyHanko asks for it: `content` over a box of 400 by 200."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> Picture:
        """Itself, bound to the writer."""
        self._writer = writer
        return self

    def apply_appearance(self, annotation: Any) -> None:
        """The picture put into the field."""
        annotation[name("/AP")] = generic.DictionaryObject({name("/N"): self._writer.add_object(_form(self._content))})


def place_for_signature(pdf: bytes, field: str, box: tuple[int, int, int, int], page: int = 0) -> bytes:
    """An empty signature field, as it is laid for a countersigner."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec(field, on_page=page, box=box))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _fill_field(writer: Any) -> None:
    """Text put into the empty place for a signature, without signing it."""
    field = next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "Counter")
    field[name("/AP")] = generic.DictionaryObject({name("/N"): writer.add_object(_form(b"0.8 0 0 rg 0 0 400 200 re f"))})
    writer.update_container(field)


def _move_place(writer: Any) -> None:
    field = next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "Counter")
    field[name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, TEXT_BOX))
    writer.update_container(field)


def _drop_certification(writer: Any) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def _drop_annotation(writer: Any) -> None:
    page = _page(writer)
    page[name("/Annots")] = generic.ArrayObject()
    writer.update_container(page)


EVIL_ADDITIONS: dict[str, Change] = {
    **{f"EAA: {kind[1:]}": _later(_annotation(kind)) for kind in EVIL},
    "SSA: picture in the place for a signature": _later(_fill_field),
    "SSA: place for a signature moved": _later(_move_place),
    "certification taken off": _later(_drop_certification),
    "place for a signature taken off the page": _later(_drop_annotation),
}
