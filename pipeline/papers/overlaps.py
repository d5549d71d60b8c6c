"""Whether anything on a sealed page lies on something else: QR code, stamps, banners, slices of the seal, text.

Marks are the drawings placed after conversion (form XObjects of the page and appearances of signature fields). The seal
over name and date is meant to lie on text (GB/T 9704-2012 7.3.5.1); nothing else is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pikepdf

from pipeline.papers.countersign import PREFIX
from pipeline.papers.layout import MM, Page, measure

PLACED = re.compile(r"/Ht.*P(\d+)")
"""Names of the forms that revision.py places above the text, with the page's index (U for those under the text)."""


@dataclass(frozen=True, slots=True)
class Box:
    """What lies where: page from 1, millimetres from the left and upper edges."""

    what: str
    page: int
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Box, allowance: float = 0.2) -> bool:
        """Whether both lie on one page and share more than `allowance` millimetres each way."""
        if self.page != other.page:
            return False
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > allowance and down > allowance

    def __str__(self) -> str:
        return f"{self.what} p{self.page} ({self.left:.1f}–{self.right:.1f} × {self.top:.1f}–{self.bottom:.1f} mm)"


def overlaps(pdf: bytes) -> tuple[tuple[Box, Box], ...]:
    """All pairs that lie on each other and should not. Raises PdfiumError or PdfError when `pdf` is none."""
    marks = tuple(marks_of(pdf))
    words = tuple(_words(measure(pdf).pages))
    pairs = [pair for pair in combinations(marks, 2) if pair[0].covers(pair[1])]
    pairs += [(mark, word) for mark in marks if mark.what != "seal" for word in words if mark.covers(word)]
    return tuple(pairs)


def _words(pages: tuple[Page, ...]) -> Iterator[Box]:
    for number, page in enumerate(pages, start=1):
        for line in page.lines:
            yield Box(line.text, number, line.left, line.top, line.right, line.bottom)


def marks_of(pdf: bytes) -> Iterator[Box]:
    """Every mark placed on the pages, what a slice shows of a seal and no more, and the signature fields ("seal")."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages, start=1):
            height = float(page.mediabox[3])
            for name, form in page.Resources.get("/XObject", {}).items():
                found = PLACED.fullmatch(name)  # pages may share their resources
                if found and int(found[1]) == number - 1:
                    yield from _drawn(form, number, height)
            for note in page.get("/Annots", []):
                if note.get("/FT") == "/Sig" and not str(note.get("/T", "")).startswith(PREFIX):  # those lie within frames that are marks
                    left, low, right, high = (float(value) for value in note.Rect)
                    yield _box("seal", number, height, (left, low, right, high))


def _drawn(form: Any, number: int, height: float) -> Iterator[Box]:
    """The drawings of one form of placed marks: each `q [clip] 1 0 0 1 x y cm /Dn Do Q`."""
    clip: list[float] = []
    at = (0.0, 0.0)
    instructions: list[Any] = list(pikepdf.parse_content_stream(form))
    for operands, operator in instructions:
        sign = str(operator)
        if sign == "q":
            clip = []
        elif sign == "re":
            clip = [float(value) for value in operands]
        elif sign == "cm":
            at = (float(operands[4]), float(operands[5]))
        elif sign == "Do":
            size = [float(value) for value in form.Resources.XObject[str(operands[0])].BBox]
            left, right = (clip[0], clip[0] + clip[2]) if clip else (at[0] + size[0], at[0] + size[2])
            yield _box("slice" if clip else f"mark {operands[0]}", number, height, (left, at[1] + size[1], right, at[1] + size[3]))


def _box(what: str, number: int, height: float, points: tuple[float, float, float, float]) -> Box:
    left, low, right, high = points
    return Box(what, number, left * MM, (height - high) * MM, right * MM, (height - low) * MM)
