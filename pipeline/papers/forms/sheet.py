"""Pages of the fillable PDF while they are laid out: what is drawn and where the fields lie, in points from the top.

Drawing is put off until all is known, so that each font holds exactly the characters the document uses.
"""

from __future__ import annotations

import io
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipeline.papers.forms.faces import face

WIDTH, HEIGHT = float(A4[0]), float(A4[1])
LEFT, TOP, BOTTOM = 68.0, 66.0, 62.0
TEXT = WIDTH - 2 * LEFT
_CLOSING = "，。、；：！？）》”’％．.,)"
"""Never at the beginning of a line: the character before goes along."""
_OPENING = "（《“("
"""Never at the end of a line."""
INK, FAINT, STAR = "#000000", "#8C8C8C", "#C00000"


@dataclass(frozen=True, slots=True)
class Widget:
    """One form field: `kind` is text, lines, choice, check or hidden; the box is (left, bottom, right, top)."""

    name: str
    kind: str
    page: int
    box: tuple[float, float, float, float]
    label: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    locked: bool = False
    size: float = 10.0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class _Words:
    page: int
    x: float
    y: float
    text: str
    family: str
    size: float
    color: str
    align: str


@dataclass(slots=True)
class Sheets:
    """A growing document; `y` is how far down the page the next thing comes, `tall` scales the boxes for long texts."""

    y: float = TOP
    page: int = 0
    tall: float = 1.0
    widgets: list[Widget] = field(default_factory=list)
    _words: list[_Words] = field(default_factory=list)
    _shapes: list[tuple[int, Callable[[Canvas], None]]] = field(default_factory=list)

    def turn(self) -> None:
        """Go on with a new page."""
        self.page += 1
        self.y = TOP

    def room(self, height: float) -> bool:
        """Make sure `height` fits on the page; True when a new page was begun for it."""
        if self.y + height <= HEIGHT - BOTTOM or self.y == TOP:
            return False
        self.turn()
        return True

    def words(self, x: float, y: float, text: str, size: float = 10.5, family: str = "仿宋_GB2312", color: str = INK, align: str = "left") -> None:
        """One line of text with its baseline at `y` from the top."""
        self._words.append(_Words(self.page, x, HEIGHT - y, text, family, size, color, align))

    def box(self, x: float, y: float, width: float, height: float, tint: bool = False) -> None:
        """A ruled rectangle, its top at `y`."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.setFillGray(0.96 if tint else 1)
            canvas.rect(x, HEIGHT - y - height, width, height, fill=1 if tint else 0)

        self._shapes.append((self.page, draw))

    def rule(self, x: float, y: float, width: float) -> None:
        """A horizontal line."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.line(x, HEIGHT - y, x + width, HEIGHT - y)

        self._shapes.append((self.page, draw))

    def circle(self, x: float, y: float, radius: float) -> None:
        """A dashed circle around (x, y), the place for a seal."""

        def draw(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.setDash(3, 2)
            canvas.setStrokeGray(0.55)
            canvas.circle(x, HEIGHT - y, radius)
            canvas.restoreState()

        self._shapes.append((self.page, draw))

    def field(self, name: str, kind: str, x: float, y: float, width: float, height: float, **more: object) -> None:
        """A form field, its top at `y`; `more` are the other parts of `Widget`."""
        box = (round(x, 2), round(HEIGHT - y - height, 2), round(x + width, 2), round(HEIGHT - y, 2))
        self.widgets.append(Widget(name, kind, self.page, box, **more))  # type: ignore[arg-type]

    def drawn(self, title: str, author: str, footer: str) -> bytes:
        """The pages as PDF, the same bytes for the same content."""
        self._footers(footer)
        characters: dict[str, set[str]] = defaultdict(set)
        for words in self._words:
            characters[words.family] |= set(words.text)
        faces = {family: face(family, used) for family, used in sorted(characters.items())}
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1, lang="zh-CN")
        canvas.setTitle(title)
        canvas.setAuthor(author)
        for page in range(self.page + 1):
            for _, draw in (shape for shape in self._shapes if shape[0] == page):
                draw(canvas)
            for words in (words for words in self._words if words.page == page):
                _write(canvas, words, faces[words.family])
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    def _footers(self, footer: str) -> None:
        last = self.page
        for page in range(last + 1):
            self.page = page
            self.words(LEFT, HEIGHT - 38, footer, 9, color=FAINT)
            self.words(WIDTH - LEFT, HEIGHT - 38, f"第 {page + 1} 页　共 {last + 1} 页", 9, color=FAINT, align="right")
        self.page = last


def _write(canvas: Canvas, words: _Words, name: str) -> None:
    canvas.setFont(name, words.size)
    canvas.setFillColor(words.color)
    put = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}[words.align]
    put(words.x, words.y, words.text)


def breadth(text: str) -> float:
    """How wide a text is, in characters of the full width."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.55 for character in text)


def folded(text: str, width: float, size: float) -> list[str]:
    """`text` in lines not wider than `width` points."""
    lines: list[str] = []
    for whole in text.split("\n"):
        line = ""
        for character in whole:
            if breadth(line + character) * size > width and line:
                kept = len(line) - (character in _CLOSING and len(line) > 1)
                while kept > 1 and line[kept - 1] in _OPENING:
                    kept -= 1
                lines.append(line[:kept])
                line = line[kept:]
            line += character
        lines.append(line)
    return lines
