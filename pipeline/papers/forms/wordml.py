"""WordprocessingML in small: elements by prefixed name, runs, paragraphs, cells, in the schema's element order.

Written straight with lxml, since python-docx has no content controls (ISO/IEC 29500-1, [MS-DOCX] for w14, w15).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

NS = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}

Element = Any
"""An lxml element; lxml's own stubs leave it loose."""

FANG, HEI, KAI, BIAO = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
LATIN = "Times New Roman"
RED, GREY = "C00000", "8C8C8C"


def name(prefixed: str) -> str:
    """`w:p` as lxml wants it."""
    prefix, local = prefixed.split(":")
    return f"{{{NS[prefix]}}}{local}"


def el(tag: str, attributes: dict[str, object] | None = None, *children: Element) -> Element:
    """An element with prefixed attribute names (unprefixed stay as they are) and children in order."""
    element = etree.Element(name(tag))
    for key, value in (attributes or {}).items():
        element.set(name(key) if ":" in key else key, str(value))
    element.extend(child for child in children if child is not None)
    return element


def val(tag: str, value: object) -> Element:
    """An element whose only content is `w:val`."""
    return el(tag, {"w:val": value})


@dataclass(frozen=True, slots=True)
class Face:
    """How a run looks: family, half-points, colour, weight, letter spacing in twips, hidden."""

    family: str = FANG
    size: int = 21
    color: str = ""
    bold: bool = False
    spacing: int = 0
    hidden: bool = False
    style: str = ""

    def properties(self) -> Element:
        """Its `w:rPr`."""
        return el(
            "w:rPr", None,
            val("w:rStyle", self.style) if self.style else None,
            el("w:rFonts", {"w:ascii": LATIN, "w:eastAsia": self.family, "w:hAnsi": LATIN, "w:cs": LATIN, "w:hint": "eastAsia"}),
            el("w:b") if self.bold else None,
            el("w:vanish") if self.hidden else None,
            val("w:color", self.color) if self.color else None,
            val("w:spacing", self.spacing) if self.spacing else None,
            val("w:sz", self.size), val("w:szCs", self.size),
        )  # fmt: skip


LABEL = Face()
VALUE = Face(KAI)
SMALL = Face(size=18)
SMALL_VALUE = Face(KAI, size=18)


def run(text: str, face: Face = LABEL) -> Element:
    """A run; line feeds become `w:br`, characters XML cannot carry are left out."""
    parts: list[Element] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            parts.append(el("w:br"))
        piece = el("w:t")
        piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        piece.text = clean(line)
        parts.append(piece)
    return el("w:r", None, face.properties(), *parts)


def clean(text: str) -> str:
    """`text` without the control characters that XML 1.0 forbids."""
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff"))


def paragraph(
    *content: Element, align: str = "", before: int = 0, after: int = 0, line: int = 0, keep: bool = False,
    indent: int = 0, outline: int | None = None, number: int = 0, page_break: bool = False, right: int = 0,
) -> Element:  # fmt: skip
    """A paragraph. `line` is an exact pitch in twips, `indent` the first line's in hundredths of a character."""
    spacing: dict[str, object] = {"w:before": before, "w:after": after}
    if line:
        spacing |= {"w:line": line, "w:lineRule": "exact"}
    margins: dict[str, object] = {}
    if indent:
        margins |= {"w:firstLineChars": indent, "w:firstLine": indent * 21 // 10}
    if right:
        margins |= {"w:right": right}
    properties = el(
        "w:pPr", None,
        el("w:keepNext") if keep else None,
        el("w:pageBreakBefore") if page_break else None,
        el("w:numPr", None, val("w:ilvl", 0), val("w:numId", number)) if number else None,
        el("w:spacing", spacing),
        el("w:ind", margins) if margins else None,
        val("w:jc", align) if align else None,
        val("w:outlineLvl", outline) if outline is not None else None,
    )  # fmt: skip
    return el("w:p", None, properties, *content)


def cell(
    width: int, *content: Element, span: int = 1, merge: str = "", fill: str = "", align: str = "center", borders: Element = None,
) -> Element:  # fmt: skip
    """A table cell. `merge` is `restart` or `continue` of a vertical merge."""
    properties = el(
        "w:tcPr", None,
        el("w:tcW", {"w:w": width, "w:type": "dxa"}),
        val("w:gridSpan", span) if span > 1 else None,
        val("w:vMerge", merge) if merge else None,
        borders,
        el("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": fill}) if fill else None,
        val("w:vAlign", align),
    )  # fmt: skip
    return el("w:tc", None, properties, *(content or (paragraph(),)))


def row(*cells: Element, height: int = 0, header: bool = False, whole: bool = True) -> Element:
    """A table row of a minimum height; `whole` keeps it on one page, `header` repeats it on each page."""
    properties = el(
        "w:trPr", None,
        el("w:cantSplit") if whole else None,
        el("w:trHeight", {"w:val": height, "w:hRule": "atLeast"}) if height else None,
        el("w:tblHeader") if header else None,
    )  # fmt: skip
    return el("w:tr", None, properties if len(properties) else None, *cells)


def border(tag: str, size: int, kind: str = "single", color: str = "000000") -> Element:
    """One side of a border, `size` in eighths of a point."""
    return el(tag, {"w:val": kind, "w:sz": size, "w:space": 0, "w:color": color})


def table(widths: Iterable[int], *rows: Element, ruled: bool = True, align: str = "center") -> Element:
    """A table of fixed column widths, ruled outside a little stronger than inside, or without rules."""
    widths = tuple(widths)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    rules = [border(f"w:{side}", 4 if side.startswith("inside") else 8, "single" if ruled else "nil") for side in sides]
    properties = el(
        "w:tblPr", None,
        el("w:tblW", {"w:w": sum(widths), "w:type": "dxa"}),
        val("w:jc", align),
        el("w:tblBorders", None, *rules),
        el("w:tblLayout", {"w:type": "fixed"}),
        el("w:tblCellMar", None, *(el(f"w:{side}", {"w:w": wide, "w:type": "dxa"})
                                   for side, wide in (("top", 28), ("left", 85), ("bottom", 28), ("right", 85)))),
    )  # fmt: skip
    grid = el("w:tblGrid", None, *(el("w:gridCol", {"w:w": width}) for width in widths))
    return el("w:tbl", None, properties, grid, *rows)
