"""Ways to falsify a signed PDF, from the published attack classes: incremental saving, shadow, signature wrapping, USF."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject

Falsify = Callable[[bytes], bytes]


def _numbers(*values: int) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.NumberObject, values))


def _form(content: bytes) -> generic.StreamObject:
    entries = {name("/Type"): name("/XObject"), name("/Subtype"): name("/Form"), name("/BBox"): _numbers(0, 0, 400, 200)}
    return generic.StreamObject(entries, stream_data=content)


def _later(change: Callable[[Any], None]) -> Falsify:
    """An incremental update that makes `change`."""

    def falsify(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        change(writer)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    return falsify


def _page(writer: Any) -> Any:
    return writer.find_page_for_modification(0)[0].get_object()


def _replace_content(writer: Any) -> None:
    page = _page(writer)
    page[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f"))
    writer.update_container(page)


def _append_page(writer: Any) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))


def _hide_under_annotation(writer: Any) -> None:
    page = _page(writer)
    appearance = generic.DictionaryObject({name("/N"): writer.add_object(_form(b"1 g 0 0 400 200 re f"))})
    note = {
        name("/Type"): name("/Annot"), name("/Subtype"): name("/FreeText"), name("/Rect"): _numbers(72, 500, 472, 700),
        name("/AP"): appearance, name("/Contents"): generic.pdf_string("x"), name("/F"): generic.NumberObject(4),
    }  # fmt: skip
    page[name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(generic.DictionaryObject(note))])
    writer.update_container(page)


def _swap_seal(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/AP"][name("/N")] = writer.add_object(_form(b"0 1 0 rg 0 0 400 200 re f"))
    writer.update_container(field["/AP"])
    writer.update_container(field)


def _swap_page_tree(writer: Any) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f"))
    tree = writer.allocate_placeholder()
    page = {name("/Type"): name("/Page"), name("/Parent"): tree, name("/MediaBox"): _numbers(0, 0, 595, 842), name("/Contents"): content}
    kids = generic.ArrayObject([writer.add_object(generic.DictionaryObject(page))])
    entries = {name("/Type"): name("/Pages"), name("/Kids"): kids, name("/Count"): generic.NumberObject(1)}
    writer.objects[(0, tree.idnum)] = generic.DictionaryObject(entries)
    writer.root[name("/Pages")] = tree
    writer.update_root()


def _swap_font(writer: Any) -> None:
    font = next(iter(_page(writer)["/Resources"]["/Font"].values())).get_object()
    font[name("/FirstChar")] = generic.NumberObject(1)
    writer.update_container(font)


def _retitle(writer: Any) -> None:
    writer.set_info(generic.DictionaryObject({name("/Title"): generic.pdf_string("changed")}))


def _script(writer: Any) -> None:
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root[name("/OpenAction")] = generic.DictionaryObject(action)
    writer.update_root()


def _drop_signature_field(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form[name("/Fields")] = generic.ArrayObject()
    writer.update_container(form)


def _flip(where: float) -> Falsify:
    def falsify(pdf: bytes) -> bytes:
        changed = bytearray(pdf)
        changed[int(len(pdf) * where)] ^= 1
        return bytes(changed)

    return falsify


_RANGE = re.compile(rb"/ByteRange ?\[[^\]]*\]")


def _byte_range(wanted: bytes) -> Falsify:
    def falsify(pdf: bytes) -> bytes:
        found = _RANGE.search(pdf)
        assert found is not None
        return pdf[: found.start()] + (b"/ByteRange " + wanted).ljust(len(found.group())) + pdf[found.end() :]

    return falsify


def _gap(pdf: bytes) -> tuple[int, int]:
    found = _RANGE.search(pdf)
    assert found is not None
    _, length, resume, _ = (int(value) for value in re.findall(rb"\d+", found.group()))
    return length, resume


def _zero_contents(pdf: bytes) -> bytes:
    start, end = _gap(pdf)
    return pdf[:start] + b"<" + b"0" * (end - start - 2) + b">" + pdf[end:]


def _fill_gap(written: bytes, back: int) -> Falsify:
    """Overwrite the end of the hex padding."""

    def falsify(pdf: bytes) -> bytes:
        _, end = _gap(pdf)
        at = end - 1 - back - len(written)
        return pdf[:at] + written + pdf[at + len(written) :]

    return falsify


def _shift(pdf: bytes) -> bytes:
    """Signature wrapping: the second signed part moved away, other content in its place."""
    start, end = _gap(pdf)
    changed = _byte_range(b"[0 %d %d %d]" % (start, end + 200, len(pdf) - end))(pdf)
    return changed[:end] + b"\n% other content".ljust(199) + b"\n" + changed[end:]


TAMPERINGS: dict[str, Falsify] = {
    "bit flipped near the start": _flip(0.02),
    "bit flipped in the middle": _flip(0.4),
    "bit flipped in the revision": _flip(0.85),
    "bit flipped at the end": lambda pdf: pdf[:-20] + bytes([pdf[-20] ^ 1]) + pdf[-19:],
    "page content replaced": _later(_replace_content),
    "page appended": _later(_append_page),
    "text hidden by an annotation": _later(_hide_under_annotation),
    "picture of the seal swapped": _later(_swap_seal),
    "page tree swapped": _later(_swap_page_tree),
    "font changed": _later(_swap_font),
    "title changed": _later(_retitle),
    "script added": _later(_script),
    "signature field dropped": _later(_drop_signature_field),
    "junk after the end": lambda pdf: pdf + b"\n%junk\n",
    "second end after the end": lambda pdf: pdf + b"\n%%EOF\n",
    "bytes before the start": lambda pdf: b"%x\n" + pdf,
    "cut short": lambda pdf: pdf[:-300],
    "ByteRange null": _byte_range(b"null"),
    "ByteRange negative": _byte_range(b"[0 -1 0 0]"),
    "ByteRange of nothing": _byte_range(b"[0 0 0 0]"),
    "ByteRange of the whole file": lambda pdf: _byte_range(b"[0 %d %d 0]" % (len(pdf), len(pdf)))(pdf),
    "ByteRange of the first part": lambda pdf: _byte_range(b"[0 %d %d 0]" % (_gap(pdf)[0], len(pdf)))(pdf),
    "Contents all zero": _zero_contents,
    "object hidden in the gap": _fill_gap(b">/X (wrapped) /Y <", 6),
    "hex hidden in the padding": _fill_gap(b"deadbeef", 2),
    "signed part moved away": _shift,
    "subfilter unknown": lambda pdf: pdf.replace(b"/ETSI.CAdES.detached", b"/ETSI.XXXXX.detached"),
    "signature of another type": lambda pdf: pdf.replace(b"/Type /Sig\n", b"/Type /Sag\n"),
}
