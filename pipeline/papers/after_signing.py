"""What an analysis of differences does not see: signatures taken off the list, objects no table lists, seals set over what was signed.

The analysis reads a file as its tables say. A reader program that finds a table broken looks for objects itself, and the
eye sees pictures, not objects; a later signature may carry a picture. So three more things are asked of every addition:
whatever it holds is listed, every signature the bytes hold is still among the file's fields, and no later picture hides ink.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from pipeline.papers.answers import entry_of
from pipeline.papers.look import INK, Look
from pipeline.papers.revision import Frame
from pipeline.papers.verdict import Reason

_OBJECT = re.compile(rb"(?<!\d)\d{1,10}[\s\0]+\d{1,5}[\s\0]+obj\b")
_RANGE = re.compile(rb"/ByteRange[\s\0]*\[[\s\0]*(\d+)[\s\0]+(\d+)[\s\0]+(\d+)[\s\0]+(\d+)[\s\0]*\]")
_SPACE = b" \t\r\n\f\0"
_SAME = 24
"""A difference in grey that only smoothing makes."""
_EDGE = 64
_FEW = 8
"""A step in grey that makes an edge, and how many edges make something to read."""
_MOST_PAGES = 5000
_NEAR = 200
_Box = tuple[float, float, float, float]


def end_of(each: Any) -> int:
    """Where the revision that a signature covers ends."""
    start, length = (int(value) for value in list(each.byte_range)[2:4])
    return start + length


def unlisted_objects(reader: PdfFileReader, data: bytes, since: int) -> bool:
    """Whether an object stands in the bytes from `since` on that no cross-reference table names at that place."""
    listed = set(_listed(reader, data))
    return any(found.start() not in listed for found in _OBJECT.finditer(data, since))


def stray_bytes(reader: PdfFileReader, data: bytes, since: int) -> bool:
    """Whether something stands between the objects added from `since` on: another file's beginning or end, say."""
    return any(not data[max(place - _NEAR, 0) : place].rstrip(_SPACE).endswith((b"endobj", b"%%EOF")) for place in _listed(reader, data) if place >= since)


def _listed(reader: PdfFileReader, data: bytes) -> Iterator[int]:
    """Places the tables name, moved over white space to where the object begins; the tables' own streams among them."""
    for revision in range(reader.total_revisions):
        yield _at(data, reader.xrefs.get_startxref_for_revision(revision))
        for ref in reader.xrefs.explicit_refs_in_revision(revision):
            place = reader.xrefs.get_historical_ref(ref, revision)
            if isinstance(place, int):
                yield _at(data, place)


def _at(data: bytes, place: int) -> int:
    while place < len(data) and data[place] in _SPACE:
        place += 1
    return place


def dropped_signatures(data: bytes, embedded: Iterable[Any]) -> int:
    """How many signatures stand in the bytes, each around its own gap, that none of the file's fields holds any more."""
    known = {tuple(int(value) for value in each.byte_range) for each in embedded}
    found = {tuple(int(value) for value in match.groups()) for match in _RANGE.finditer(data)}
    return sum(1 for each in found - known if _is_signature(data, *each))


def _is_signature(data: bytes, start: int, length: int, resume: int, rest: int) -> bool:
    gap = data[start + length : resume]
    return start == 0 and resume + rest <= len(data) and gap[:1] == b"<" and gap[-1:] == b">"


def covering_seals(each: Any, data: bytes) -> Iterable[Reason]:
    """Pictures of later signatures that hide or change what was to be seen when `each` was made.

    A place that was kept for a signature may be signed over, as a seal is set over name and date, as long as the ink under
    it stays ink; anywhere else nothing that was printed may change (EN 319 142-1 lets a signature field come after a
    signature, and the sneaky signature attack hides text behind it).
    """
    before, now = each.reader.get_historical_resolver(each.signed_revision), each.reader
    kept = {(widget.reference.idnum, widget.reference.generation) for widget in _widgets(before)}
    pages = list(_pages(now.root["/Pages"]))
    for number, page in enumerate(pages):
        widgets = [widget for widget in _widgets(now) if _on(page, widget)]
        if not widgets:
            continue
        boxes = [_box(page, widget) for widget in widgets if (widget.reference.idnum, widget.reference.generation) in kept]
        if _hidden(Look.at(data[: end_of(each)], number), Look.at(data, number), boxes):
            yield Reason(f"后来的签名图样遮改了第{number + 1}页签名时已有的内容", f"the picture of a later signature covers or changes what page {number + 1} showed when it was signed")


def _widgets(handler: Any) -> Iterator[Any]:
    """The places where signature fields are seen."""
    for _, _, field in enumerate_sig_fields(handler):
        kids = entry_of(field.get_object(), "/Kids", ())
        for widget in [kids.raw_get(place) for place in range(len(kids))] or [field]:
            rect = [float(value) for value in entry_of(widget.get_object(), "/Rect", (0, 0, 0, 0))]
            if rect[0] != rect[2] and rect[1] != rect[3]:
                yield widget


def _pages(node: Any) -> Iterator[Any]:
    waiting, told = [node], 0
    while waiting and told < _MOST_PAGES:
        told += 1
        current = waiting.pop().get_object()
        if "/Kids" in current:
            waiting += reversed(list(current["/Kids"]))
        else:
            yield current


def _on(page: Any, widget: Any) -> bool:
    notes = entry_of(page, "/Annots", ())
    return any(getattr(notes.raw_get(place), "reference", None) == widget.reference for place in range(len(notes)))


def _box(page: Any, widget: Any) -> _Box:
    """The widget's place in points of the page as seen, from its upper left corner: left, top, right, bottom."""
    frame = Frame.of(page)
    a, b, c, d, e, f = frame.matrix
    rect = [float(value) for value in widget.get_object()["/Rect"]]
    xs = sorted(a * (x - e) + b * (y - f) for x, y in (rect[:2], rect[2:]))
    ys = sorted(frame.height - (c * (x - e) + d * (y - f)) for x, y in (rect[:2], rect[2:]))
    return xs[0], ys[0], xs[1], ys[1]


def _hidden(old: Look, new: Look, kept: list[_Box]) -> bool:
    if (old.width, old.height) != (new.width, new.height):
        return True
    return any(_lost(old.row(y), new.row(y), [box for box in kept if box[1] - 1 <= y <= box[3] + 1]) for y in range(old.height)) or any(
        _illegible(old, new, box) for box in kept
    )


def _lost(before: bytes, after: bytes, kept: list[_Box]) -> bool:
    """Whether ink in one row of pixels is gone, or changed where no place was kept for a signature."""
    if before == after:
        return False
    return any(
        was < INK and abs(was - is_now) > _SAME and (is_now >= INK or not any(box[0] - 1 <= x <= box[2] + 1 for box in kept))
        for x, (was, is_now) in enumerate(zip(before, after, strict=True))
    )


def _illegible(old: Look, new: Look, box: _Box) -> bool:
    """Whether most of the edges between ink and paper that were in the box can no longer be told."""
    were = still = 0
    left, top, right, bottom = (max(int(value), 0) for value in box)
    for y in range(top, min(bottom, old.height - 1) + 1):
        before, after = old.row(y)[left : right + 1], new.row(y)[left : right + 1]
        for x in range(1, len(before)):
            if abs(before[x] - before[x - 1]) > _EDGE:
                were += 1
                still += abs(after[x] - after[x - 1]) > _EDGE // 2
    return were >= _FEW and still * 2 < were
