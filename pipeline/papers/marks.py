"""Smaller marks: the receiving office's stamp, the signer's text mark, the words on every page made with demo keys.

All of them are drawings of outlines (see outline.py), sized for the margins of an A4 page of GB/T 9704.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from pipeline.clockwork import SHANGHAI
from pipeline.papers.outline import MM, Lettering, drawing, number, oval, seal_faces
from pipeline.papers.seal import RED, Graphic

_INK = (0.16, 0.18, 0.24)
PLACE_HEAD_MM = 4.2
"""Height of the words above a place to sign."""


def chinese_date(day: date) -> str:
    """2026年1月5日: Arabic digits, no leading zeros (GB/T 9704 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class ReceivedMark:
    """What a received stamp says: office, running number, day. `shape` is the authority's habit."""

    office: str
    number: str
    day: date
    shape: Literal["rectangle", "oval"] = "rectangle"
    demo: bool = False

    @property
    def shown_office(self) -> str:
        """The office as the stamp shows it; in a demo never a real one's name (S09)."""
        return f"测试{self.office}" if self.demo and not self.office.startswith("测试") else self.office


def received_stamp(mark: ReceivedMark) -> Graphic:
    """收文章: office on top, number and date below; 58 × 20 mm, or an oval of 52 × 26 mm."""
    if mark.shape == "oval":
        return _oval_stamp(mark)
    width, height = 58 * MM, 20 * MM
    title = "测试收文章·无效" if mark.demo else "收文章"
    rows = ((mark.shown_office, 13.9, 3.9, 0.86), (f"收文号  {mark.number}", 8.1, 3.3, 0.92), (f"{title}  {chinese_date(mark.day)}", 2.5, 3.3, 0.92))
    operators = [f"{number(0.6 * MM)} w", f"{number(0.3 * MM, 0.3 * MM, width - 0.6 * MM, height - 0.6 * MM)} re S"]
    operators.append(f"{number(0.2 * MM)} w {number(1.0 * MM, 1.0 * MM, width - 2 * MM, height - 2 * MM)} re S")
    for below in (6.9, 12.3):
        operators.append(f"{number(1.0 * MM, below * MM)} m {number(width - 1.0 * MM, below * MM)} l S")
    operators.extend(_rows(rows, width))
    return Graphic.of(drawing(RED, operators), width, height, mark.demo)


def _oval_stamp(mark: ReceivedMark) -> Graphic:
    width, height = 52 * MM, 26 * MM
    operators = [f"{number(0.7 * MM)} w", oval(width / 2, height / 2, width / 2 - 0.5 * MM, height / 2 - 0.5 * MM) + " S"]
    title = "测试收文章·无效" if mark.demo else "收文章"
    for text, below, size, room in (
        (mark.shown_office, 16.6, 3.7, 34), (title, 11.3, 3.9, 40), (mark.number, 6.9, 3.0, 36), (chinese_date(mark.day), 2.9, 2.8, 24)
    ):  # fmt: skip
        letters = Lettering(seal_faces(), size * MM, 0.9).fitted(text, room * MM)
        operators.append(letters.centred(text, width / 2, below * MM))
    return Graphic.of(drawing(RED, operators), width, height, mark.demo)


def _rows(rows: tuple[tuple[str, float, float, float], ...], width: float) -> list[str]:
    drawn = []
    for text, below, size, narrow in rows:
        letters = Lettering(seal_faces(), size * MM, narrow).fitted(text, width - 5 * MM)
        drawn.append(letters.centred(text, width / 2, below * MM))
    return drawn


def text_mark(name: str, when: datetime, what: str = "电子签名", demo: bool = False) -> Graphic:
    """A small mark that shows who signed and when, for a person's signature: 62 × 13 mm."""
    width, height = 62 * MM, 13 * MM
    local = when.astimezone(SHANGHAI)
    first = f"{what}：{name}" + ("（测试，无效）" if demo else "")
    second = f"{chinese_date(local.date())} {local:%H:%M:%S}（北京时间）"
    operators = [f"{number(0.25 * MM)} w", f"{number(0.2 * MM, 0.2 * MM, width - 0.4 * MM, height - 0.4 * MM)} re S"]
    operators.append(f"{number(0, 0, 1.1 * MM, height)} re f")
    for text, below, size in ((first, 7.6, 3.7), (second, 2.7, 3.0)):
        letters = Lettering(seal_faces(), size * MM, 0.95).fitted(text, width - 6 * MM)
        operators.append(letters.line(text, 3.2 * MM, below * MM))
    return Graphic.of(drawing(_INK, operators), width, height, demo)


@lru_cache(maxsize=4)
def demo_banner() -> Graphic:
    """The words on top of every page sealed with demo keys: 测试 · 无效, in a slanted frame of 62 × 12 mm (S09)."""
    width, height = 62 * MM, 12 * MM
    operators = [f"{number(0.5 * MM)} w", f"{number(0.4 * MM, 0.4 * MM, width - 0.8 * MM, height - 0.8 * MM)} re S"]
    letters = Lettering(seal_faces(), 5.2 * MM)
    operators.append(letters.centred("测试·无效", width / 2, 5.1 * MM, 1.2 * MM))
    small = Lettering(seal_faces(), 2.3 * MM)
    operators.append(small.centred("测试密钥所签，无法律效力  TEST – NOT VALID", width / 2, 1.9 * MM))
    return Graphic.of(drawing(RED, operators), width, height, True)


@lru_cache(maxsize=4)
def demo_footer() -> Graphic:
    """The same words along the foot of the page, in one small line."""
    letters = Lettering(seal_faces(), 3.0 * MM)
    text = "—— 测试文件　印章、签名均为测试用　本文件无效 ——"
    width = letters.width(text) + 2 * MM
    return Graphic.of(drawing(RED, [letters.line(text, MM, 1.0 * MM)]), width, 4.4 * MM, True)


@lru_cache(maxsize=4)
def draft_watermark() -> Graphic:
    """稿, very large and pale, to lie under the text of a draft."""
    size = 120 * MM
    letters = Lettering(seal_faces(), size)
    return Graphic.of(drawing((0.93, 0.93, 0.94), [letters.line("稿", 0, 0.12 * size)]), size, size)


@lru_cache(maxsize=4)
def void_watermark() -> Graphic:
    """作废, very large and pale red, to lie under the text of a copy."""
    size = 80 * MM
    letters = Lettering(seal_faces(), size)
    return Graphic.of(drawing((0.97, 0.86, 0.86), [letters.line("作废", 0, 0.12 * size)]), 2 * size, size)


@lru_cache(maxsize=64)
def foot_line(words: str) -> Graphic:
    """One small grey line for the foot of a page."""
    letters = Lettering(seal_faces(), 2.6 * MM).fitted(words, 170 * MM)
    return Graphic.of(drawing((0.4, 0.4, 0.4), [letters.line(words, MM, 1.0 * MM)]), letters.width(words) + 2 * MM, 4.0 * MM)


@lru_cache(maxsize=4)
def draft_banner() -> Graphic:
    """稿 · 未签发 · 待编号, for the head of a draft's first page."""
    width, height = 62 * MM, 10 * MM
    operators = [f"{number(0.3 * MM)} w [{number(1.6 * MM, 1.0 * MM)}] 0 d", f"{number(0.3 * MM, 0.3 * MM, width - 0.6 * MM, height - 0.6 * MM)} re S"]
    operators.append(Lettering(seal_faces(), 4.4 * MM).centred("稿 · 未签发 · 待编号", width / 2, 3.4 * MM))
    return Graphic.of(drawing((0.45, 0.45, 0.48), operators), width, height)


@lru_cache(maxsize=8)
def signing_place(words: str, width: float, height: float) -> Graphic:
    """A frame of hair lines too light to count as ink, `words` above it, where somebody signs later: points."""
    size = PLACE_HEAD_MM - 1.2
    operators = [f"{number(0.2 * MM)} w 0.92 0.92 0.92 RG", f"{number(0, 0, width, height - PLACE_HEAD_MM * MM)} re S"]
    letters = Lettering(seal_faces(), size * MM, 0.95).fitted(words, width)
    return Graphic.of(drawing((0.45, 0.45, 0.45), [*operators, letters.line(words, 0, height - (size + 0.5) * MM)]), width, height)


def seal_place(diameter_mm: float) -> Graphic:
    """A dashed circle where the seal will go."""
    diameter = diameter_mm * MM
    centre = diameter / 2
    operators = [f"{number(0.4 * MM)} w [{number(2 * MM, 1.4 * MM)}] 0 d", oval(centre, centre, centre - 0.3 * MM) + " S"]
    operators.append(Lettering(seal_faces(), 4 * MM).centred("用印处", centre, centre + 8 * MM, 0.6 * MM))
    return Graphic.of(drawing((0.80, 0.42, 0.42), operators), diameter, diameter)


