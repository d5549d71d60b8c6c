"""Where things stand on the pages of a PDF, in millimetres from the upper left corner; read with pypdfium2.

Used to check the page against GB/T 9704 and to find the place of the seal (7.3.5.1, check F14).
"""

from __future__ import annotations

import atexit
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MM = 25.4 / 72
LINE_MM = 225 / 22
_ONE_AT_A_TIME = threading.Lock()
_KEPT: dict[bytes, Any] = {}
_MOST_KEPT = 6


@atexit.register
def _close_kept() -> None:
    while _KEPT:
        _KEPT.popitem()[1].close()


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    """A PDF opened with PDFium, which must not be entered by two threads at once, whatever the document.

    The last few stay open: reading their fonts is most of the work, and gate and seal look at the same document.
    Raises pdfium's PdfiumError (a RuntimeError) when `pdf` is none.
    """
    with _ONE_AT_A_TIME:
        document = _KEPT.pop(pdf, None) or pdfium.PdfDocument(pdf)
        try:
            yield document
        except BaseException:
            document.close()
            raise
        _KEPT[pdf] = document
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT))).close()


@contextmanager
def drawn(pdf: bytes) -> Iterator[Any]:
    """A PDF opened to be looked at with its form fields and signatures; closed again. Raises as `opened`."""
    with _ONE_AT_A_TIME:
        document = pdfium.PdfDocument(pdf)
        try:
            document.init_forms()
            yield document
        finally:
            document.close()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its characters, the box of its ink, its size in points and colour (RRGGBB)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    color: str

    @property
    def centre(self) -> float:
        """Middle from left to right."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line: its box and colour."""

    left: float
    top: float
    right: float
    bottom: float
    color: str

    @property
    def width(self) -> float:
        """Length."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Page:
    """One page: size, lines from top to bottom, horizontal rules from top to bottom."""

    width: float
    height: float
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]

    def find(self, pattern: str) -> Line | None:
        """The first line whose text (without spaces) matches."""
        return next((line for line in self.lines if re.search(pattern, squeeze(line.text))), None)

    @property
    def number(self) -> str:
        """The page number printed below the text area, or ''."""
        found = next((line for line in self.lines if line.top > 260 and re.fullmatch(r"—\d+—", squeeze(line.text))), None)
        return squeeze(found.text).strip("—") if found else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """All pages of a PDF."""

    pages: tuple[Page, ...]

    @property
    def letterhead(self) -> Line | None:
        """The topmost large red line of the first page."""
        big = (line for line in self.pages[0].lines if line.color == "FF0000" and line.size > 26)
        return min(big, key=lambda line: line.top, default=None)

    @property
    def red_rules(self) -> tuple[Rule, ...]:
        """Red horizontal rules of the first page, from the top."""
        return tuple(rule for rule in self.pages[0].rules if rule.color == "FF0000")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Centre of the seal: page index from 0, millimetres from the left and upper edges."""

    page: int
    x_mm: float
    y_mm: float


def squeeze(text: str) -> str:
    """Text without white space."""
    return re.sub(r"\s+", "", text)


def _color(getter: Any, thing: Any) -> tuple[str, int]:
    red, green, blue, alpha = (raw.ctypes.c_uint() for _ in range(4))
    if not getter(thing, red, green, blue, alpha):
        return "000000", 0
    return f"{red.value:02X}{green.value:02X}{blue.value:02X}", alpha.value


def _rules(page: Any, height: float) -> tuple[Rule, ...]:
    found = []
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        if right - left < 20 / MM or top - bottom > 3 / MM:
            continue
        fill, stroke = raw.ctypes.c_int(), raw.ctypes.c_int()
        raw.FPDFPath_GetDrawMode(thing, fill, stroke)
        getter = raw.FPDFPageObj_GetStrokeColor if stroke.value else raw.FPDFPageObj_GetFillColor
        color, _alpha = _color(getter, thing)
        found.append(Rule(left * MM, (height - top) * MM, right * MM, (height - bottom) * MM, color))
    return tuple(sorted(found, key=lambda rule: rule.top))


@dataclass(slots=True)
class _Glyph:
    text: str
    left: float
    bottom: float
    right: float
    top: float
    base: float
    size: float
    index: int


def _glyphs(text_page: Any) -> Iterable[_Glyph]:
    x, y = raw.ctypes.c_double(), raw.ctypes.c_double()
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code < 32 or raw.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        left, bottom, right, top = text_page.get_charbox(index)
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        yield _Glyph(chr(code), left, bottom, right, top, y.value, raw.FPDFText_GetFontSize(text_page, index), index)


def _lines(text_page: Any, height: float) -> tuple[Line, ...]:
    rows: list[list[_Glyph]] = []
    for glyph in sorted(_glyphs(text_page), key=lambda g: (-g.base, g.left)):
        if rows and abs(rows[-1][0].base - glyph.base) < 3:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    made = []
    for group in rows:
        inked = [g for g in group if g.text.strip()]
        if not inked:
            continue
        group.sort(key=lambda g: g.left)
        color, _alpha = _color(lambda index, *c: raw.FPDFText_GetFillColor(text_page, index, *c), inked[0].index)
        made.append(Line(
            "".join(g.text for g in group), min(g.left for g in inked) * MM, (height - max(g.top for g in inked)) * MM,
            max(g.right for g in inked) * MM, (height - min(g.bottom for g in inked)) * MM, max(g.size for g in inked), color,
        ))  # fmt: skip
    return tuple(sorted(made, key=lambda line: line.top))


def measure(pdf: bytes) -> Layout:
    """Lines and rules of every page. Raises pdfium's PdfiumError (a RuntimeError) when `pdf` is none."""
    with opened(pdf) as document:
        pages = []
        for page in document:
            width, height = page.get_size()
            text_page = page.get_textpage()
            pages.append(Page(width * MM, height * MM, _lines(text_page, height), _rules(page, height)))
            text_page.close()
            page.close()
        return Layout(tuple(pages))


def signature_anchor(pdf: bytes, issuer: str, date_text: str, diameter_mm: float = 42.0) -> Anchor | None:
    """Where the seal's centre goes so that it presses over name and date (F14), or None when they are not found.

    Centred on the date from left to right; name and date below the seal's centre; the seal's upper edge within one
    line below the text before the name.
    """
    with opened(pdf) as document:
        # Only when no page says both in one go is every glyph of every page measured.
        for number, wanted in ((n, w) for w in ((issuer, date_text), ()) for n in reversed(range(len(document)))):
            lines = _lines_with(document, number, wanted)
            for at in reversed(range(1, len(lines))):
                if not squeeze(lines[at].text).endswith(squeeze(date_text)) or squeeze(issuer) != squeeze(lines[at - 1].text):
                    continue
                day, name = lines[at], lines[at - 1]
                above = lines[at - 2].bottom if at > 1 else 37.0
                return Anchor(number, round(day.centre, 2), round(_height(above, name, day, diameter_mm), 2))
    return None


def _lines_with(document: Any, number: int, wanted: tuple[str, ...]) -> tuple[Line, ...]:
    """The lines of a page, or none where not all that is wanted is on it: measuring every glyph takes its time."""
    page = document[number]
    text_page = page.get_textpage()
    said = squeeze(text_page.get_text_range())
    lines = _lines(text_page, page.get_height()) if all(squeeze(each) in said for each in wanted) else ()
    text_page.close()
    page.close()
    return lines


def _height(above: float, name: Line, day: Line, diameter: float) -> float:
    """Centre's distance from the page's top: as near the names as F14 allows, its edge one to ten mm below the text."""
    radius = diameter / 2
    wanted = (name.top + day.bottom) / 2 - 6
    highest = max(above + 1 + radius, day.bottom + 1 - radius)
    lowest = min(above + LINE_MM - 1 + radius, name.top - 0.5)
    return max(min(wanted, lowest), min(highest, name.bottom))
