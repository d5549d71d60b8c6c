"""Attacks prepared before signing: shadow attacks (hide, replace, hide and replace), and signatures that cover what was signed.

Classes after Mainka et al., "Shadow Attacks" (NDSS 2021) and Rohlmann et al., "Breaking the Specification: PDF
Certification" (S&P 2021). Each is a preparation, made before somebody signs in good faith, and the change made afterwards.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from .attack_kit import FORGED, Change, page_number_of, raw_object, size_of, stream, update
from .tampering import _form, _later, _numbers, _page

COVER = b"1 g 0 0 400 200 re f"
PAINT = b"0.8 0 0 rg 0 0 400 200 re f"
Edit = Callable[[Any], None]


@dataclass(frozen=True)
class Shadow:
    """What is laid in the document before it is signed, what is done afterwards, and whether the reader sees it."""

    prepare: Change
    change: Change
    visible: bool = True


def _dictionary(**entries: Any) -> generic.DictionaryObject:
    return generic.DictionaryObject({name(f"/{key}"): value for key, value in entries.items()})


def _draws(writer: Any, reference: Any, resources: str = "Sh") -> None:
    """The first page draws one more XObject."""
    page = _page(writer)
    content = writer.add_object(generic.StreamObject(stream_data=b"\nQ q 1 0 0 1 72 500 cm /%s Do Q" % resources.encode()))
    shared = page["/Resources"]
    shared[name("/XObject")] = generic.DictionaryObject({**dict(shared.get("/XObject", {})), name(f"/{resources}"): reference})
    opening = writer.add_object(generic.StreamObject(stream_data=b"q\n"))
    page[name("/Contents")] = generic.ArrayObject([opening, page.raw_get("/Contents"), content])
    page[name("/Resources")] = generic.DictionaryObject(dict(shared))
    writer.update_container(page)


def _overlay(content: bytes) -> Edit:
    return lambda writer: _draws(writer, writer.add_object(_form(content)))


def _drawn(pdf: bytes) -> int:
    return int(re.findall(rb"/Sh (\d+) 0 R", pdf)[-1])


def _overlay_overwritten(content: bytes) -> Change:
    return lambda pdf: update(pdf, {_drawn(pdf): stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 400 200]")})


def _overlay_freed(pdf: bytes) -> bytes:
    start, number = len(pdf), _drawn(pdf)
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    root = re.findall(rb"/Root (\d+) 0 R", pdf)[-1]
    table = b"xref\n0 1\n%010d 65535 f \n%d 1\n0000000000 00001 f \n" % (number, number)
    return pdf + table + b"trailer\n<</Size %d /Root %s 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (size_of(pdf), root, before, start)


def _dangling_overlay(writer: Any) -> None:
    _draws(writer, generic.IndirectObject(900, 0, writer))


def _dangling_content(writer: Any) -> None:
    page = _page(writer)
    page[name("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), generic.IndirectObject(900, 0, writer)])
    writer.update_container(page)


def _dangling_annotation(writer: Any) -> None:
    page = _page(writer)
    page[name("/Annots")] = generic.ArrayObject([generic.IndirectObject(900, 0, writer)])
    writer.update_container(page)


def _fill(content: bytes) -> Change:
    return lambda pdf: update(pdf, {900: content})


def _field(kind: str, picture: bytes, **more: Any) -> Edit:
    """A form field over the text, with a picture of its own."""

    def prepare(writer: Any) -> None:
        page = _page(writer)
        entries = _dictionary(
            FT=name(kind), T=generic.pdf_string("shadow"), Type=name("/Annot"), Subtype=name("/Widget"), F=generic.NumberObject(4),
            Rect=_numbers(72, 500, 472, 700), AP=_dictionary(N=writer.add_object(_form(picture))), **more,
        )  # fmt: skip
        reference = writer.add_object(entries)
        page[name("/Annots")] = generic.ArrayObject([reference])
        writer.update_container(page)
        font = writer.add_object(_dictionary(Type=name("/Font"), Subtype=name("/Type1"), BaseFont=name("/Helvetica")))
        settings = _dictionary(Fields=generic.ArrayObject([reference]), DR=_dictionary(Font=_dictionary(Helv=font)), DA=generic.pdf_string("/Helv 12 Tf"))
        writer.root[name("/AcroForm")] = writer.add_object(settings)
        writer.update_root()

    return prepare


def _of_field(edit: Callable[[Any, Any], None]) -> Edit:
    def change(writer: Any) -> None:
        field = next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "shadow")
        edit(writer, field)
        writer.update_container(field)

    return change


def _put(key: str, value: Any) -> Edit:
    return _of_field(lambda writer, field: field.__setitem__(name(key), value))


def _picture(writer: Any, field: Any) -> None:
    field[name("/AP")] = _dictionary(N=writer.add_object(_form(PAINT)))


def _other_default_font(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    font = writer.add_object(_dictionary(Type=name("/Font"), Subtype=name("/Type1"), BaseFont=name("/Courier")))
    form[name("/DR")] = _dictionary(Font=_dictionary(Helv=font))
    writer.update_container(form)


def _setting(key: str, value: Any) -> Edit:
    def change(writer: Any) -> None:
        form = writer.root["/AcroForm"]
        form[name(key)] = value
        writer.update_container(form)

    return change


def _states(writer: Any) -> None:
    """A check box whose picture for "on" hides the text."""
    _field("/Btn", COVER)(writer)
    field = writer.root["/AcroForm"]["/Fields"][0]
    pictures = _dictionary(On=writer.add_object(_form(PAINT)), Off=writer.add_object(_form(b"")))
    field[name("/AP")], field[name("/AS")], field[name("/V")] = _dictionary(N=pictures), name("/Off"), name("/Off")


def _check(writer: Any, field: Any) -> None:
    field[name("/AS")] = field[name("/V")] = name("/On")


def _layer(writer: Any) -> None:
    """Content on a layer that is switched off."""
    group = writer.add_object(_dictionary(Type=name("/OCG"), Name=generic.pdf_string("x")))
    drawing = _form(PAINT)
    drawing[name("/OC")] = group
    _draws(writer, writer.add_object(drawing))
    default = writer.add_object(_dictionary(OFF=generic.ArrayObject([group])))
    writer.root[name("/OCProperties")] = _dictionary(OCGs=generic.ArrayObject([group]), D=default)
    writer.update_root()


def _layer_on(writer: Any) -> None:
    default = writer.root["/OCProperties"]["/D"]
    default[name("/OFF")] = generic.ArrayObject()
    writer.update_container(default)


def _spare_catalogue(writer: Any) -> None:
    """A second document in the file, which nothing shows."""
    page = writer.allocate_placeholder()
    content = writer.add_object(generic.StreamObject(stream_data=FORGED))
    tree = writer.add_object(_dictionary(Type=name("/Pages"), Kids=generic.ArrayObject([page]), Count=generic.NumberObject(1)))
    writer.objects[(0, page.idnum)] = _dictionary(Type=name("/Page"), Parent=tree, MediaBox=_numbers(0, 0, 595, 842), Contents=content)
    form = writer.add_object(_dictionary(Fields=generic.ArrayObject()))
    writer.root[name("/AcroForm")] = form
    spare = writer.add_object(_dictionary(Type=name("/Catalog"), Pages=tree, AcroForm=form))
    writer.root[name("/SpareCatalogue")] = generic.NumberObject(spare.idnum)
    writer.update_root()


def _to_spare_catalogue(pdf: bytes) -> bytes:
    return update(pdf, {}, root=int(re.findall(rb"/SpareCatalogue (\d+)", pdf)[-1]))


def _spare_page(writer: Any) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=FORGED))
    writer.root[name("/SpareContent")] = generic.NumberObject(content.idnum)
    writer.update_root()


def _to_spare_page(pdf: bytes) -> bytes:
    number, spare = page_number_of(pdf), re.findall(rb"/SpareContent (\d+)", pdf)[-1]
    return update(pdf, {number: re.sub(rb"/Contents \d+ 0 R", b"/Contents %s 0 R" % spare, raw_object(pdf, number))})


def _two_notes(writer: Any) -> None:
    """Two annotations, one over the other."""
    page = _page(writer)
    notes = []
    for content in (PAINT, COVER):
        picture = _dictionary(N=writer.add_object(_form(content)))
        notes.append(writer.add_object(_dictionary(
            Type=name("/Annot"), Subtype=name("/Stamp"), F=generic.NumberObject(4), Rect=_numbers(72, 500, 472, 700), AP=picture,
        )))  # fmt: skip
    page[name("/Annots")] = generic.ArrayObject(notes)
    writer.update_container(page)


def _reordered(writer: Any) -> None:
    """The lower one comes to lie on top, under cover of a signature field that is added."""
    page = _page(writer)
    field = writer.add_object(_dictionary(
        FT=name("/Sig"), T=generic.pdf_string("Later"), Type=name("/Annot"), Subtype=name("/Widget"), F=generic.NumberObject(132), Rect=_numbers(0, 0, 0, 0),
    ))  # fmt: skip
    notes = page["/Annots"]
    page[name("/Annots")] = generic.ArrayObject([notes.raw_get(1), notes.raw_get(0), *[notes.raw_get(place) for place in range(2, len(notes))], field])
    writer.update_container(page)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form["/Fields"])
    writer.update_container(form)


def _note_flags(writer: Any) -> None:
    note = _page(writer)["/Annots"][1]
    note[name("/F")] = generic.NumberObject(2)
    writer.update_container(note)


def _note_picture(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    number = _page(writer)["/Annots"][1]["/AP"].raw_get("/N").idnum
    return update(pdf, {number: stream(PAINT, b"/Type /XObject /Subtype /Form /BBox [0 0 400 200]")})


def _metadata_shared(writer: Any) -> None:
    """The page draws the very stream that is the document's metadata: XMP that is also a drawing."""
    writer.root[name("/Extensions")] = _dictionary(X=_dictionary(BaseVersion=name("/1.7")))
    _draws(writer, writer.root.raw_get("/Metadata"))


def _metadata_rewritten(pdf: bytes) -> bytes:
    number = _drawn(pdf)
    xml = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- \n 0.8 0 0 rg 0 0 400 200 re f \n --></x:xmpmeta>'
    return update(pdf, {number: stream(xml, b"/Type /XObject /Subtype /Form /BBox [0 0 400 200]")})


_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 400 200]"
_NOTE = b"<</Type /Annot /Subtype /Stamp /F 4 /Rect [72 500 472 700] /AP <</N 901 0 R>>>>"
SHADOWS: dict[str, Shadow] = {
    "hide: overlay emptied": Shadow(_later(_overlay(COVER)), _overlay_overwritten(b"")),
    "hide: overlay freed": Shadow(_later(_overlay(COVER)), _overlay_freed, visible=False),
    "hide: overlay of another type": Shadow(_later(_overlay(COVER)), lambda pdf: update(pdf, {_drawn(pdf): b"<</Type /XObject /Subtype /XML>>"})),
    "hide: overlay repainted": Shadow(_later(_overlay(COVER)), _overlay_overwritten(PAINT)),
    "hide: field switched off": Shadow(_later(_field("/Tx", COVER)), _later(_put("/F", generic.NumberObject(2)))),
    "hide: field without picture": Shadow(_later(_field("/Tx", COVER)), _later(_put("/AP", generic.NullObject())), visible=False),
    "hide: button switched off": Shadow(_later(_field("/Btn", COVER)), _later(_put("/F", generic.NumberObject(2)))),
    "hide: note switched off": Shadow(_later(_two_notes), _later(_note_flags)),
    "replace: field's picture": Shadow(_later(_field("/Tx", COVER)), _later(_of_field(_picture))),
    "replace: field's value": Shadow(_later(_field("/Tx", COVER)), _later(_put("/V", generic.pdf_string("100 000"))), visible=False),
    "replace: field's font": Shadow(_later(_field("/Tx", COVER, V=generic.pdf_string("1"))), _later(_other_default_font), visible=False),
    "replace: field's default look": Shadow(_later(_field("/Tx", COVER, V=generic.pdf_string("1"))), _later(_setting("/DA", generic.pdf_string("/Helv 72 Tf"))), visible=False),
    "replace: field to the right": Shadow(_later(_field("/Tx", COVER, V=generic.pdf_string("1"))), _later(_setting("/Q", generic.NumberObject(2))), visible=False),
    "replace: field moved": Shadow(_later(_field("/Tx", COVER)), _later(_put("/Rect", _numbers(10, 10, 50, 50)))),
    "replace: box ticked": Shadow(_later(_states), _later(_of_field(_check))),
    "replace: note's picture": Shadow(_later(_two_notes), _note_picture),
    "replace: notes turned round": Shadow(_later(_two_notes), _later(_reordered)),
    "replace: metadata that is drawn": Shadow(_later(_metadata_shared), _metadata_rewritten, visible=False),
    "hide and replace: other catalogue": Shadow(_later(_spare_catalogue), _to_spare_catalogue),
    "hide and replace: spare content": Shadow(_later(_spare_page), _to_spare_page),
    "hide and replace: layer switched on": Shadow(_later(_layer), _later(_layer_on)),
    "awaited: drawing": Shadow(_later(_dangling_overlay), _fill(stream(PAINT, _FORM))),
    "awaited: content": Shadow(_later(_dangling_content), _fill(stream(FORGED))),
    "awaited: annotation": Shadow(_later(_dangling_annotation), lambda pdf: update(pdf, {900: _NOTE, 901: stream(PAINT, _FORM)})),
}
"""Each is signed in good faith after the preparation, changed, then tried bare and under later timestamps and signatures."""
