"""The last words of a document: name and date never stand on a page without text, and no page is left empty before 版记.

GB/T 9704-2012 7.3.5.4: where the space after the text does not hold the signature, the arrangement is changed so that text
goes with it; a page marked “此页无正文” is not a solution.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.papers.gate import normal
from pipeline.papers.layout import opened

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
_TEXT = ("Body", "Note", "H2")
"""Styles whose paragraphs are text of the document."""
_LEAST = 9
"""Characters below which a paragraph is a closing word (特此函复。), not text."""
_CONTACT = re.compile("^[（(]?.{0,4}联系(人|电话)：")
_TAIL = 10


@dataclass(frozen=True, slots=True)
class _Ending:
    """A document from its last text on: the text's element (paragraph or table), and the paragraphs down to name and date."""

    parts: dict[str, bytes]
    root: Any
    company: Any
    between: tuple[Any, ...]
    signed: str

    def packed(self) -> bytes:
        """The DOCX with the tree as it is now."""
        self.parts[_BODY] = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            for name, data in self.parts.items():
                entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                package.writestr(entry, data)
        return stream.getvalue()


def _words(element: Any) -> str:
    return "".join(node.text or "" for node in element.iter(W + "t"))


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else str(style.get(W + "val"))


def _is_text(element: Any) -> bool:
    if element.tag == W + "tbl":
        return True
    words = _words(element).strip()
    return _style(element) in _TEXT and len(words) >= _LEAST and not _CONTACT.match(words)


def _ending(docx: bytes) -> _Ending | None:
    """How the document ends; None where name or date, or a text before them, is not found (as in a book's table of signatures)."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    root = etree.fromstring(parts[_BODY])
    blocks = [block for block in root.iterfind(f"{W}body/*") if block.tag in (W + "p", W + "tbl")]
    named = [at for at, block in enumerate(blocks) if block.tag == W + "p" and _style(block) in ("Signature", "DocDate")]
    if not named:
        return None
    last = named[-1]
    first = last - 1 if last - 1 in named else last
    at = next((n for n in range(first - 1, -1, -1) if _is_text(blocks[n])), None)
    if at is None:
        return None
    signed = normal("".join(_words(block) for block in blocks[first : last + 1]))
    return _Ending(parts, root, blocks[at], tuple(blocks[at + 1 : first]), signed)


def stands_alone(docx: bytes, pdf: bytes) -> bool:
    """Whether the page with name and date has no text of the document, only closing words."""
    ending = _ending(docx)
    if ending is None:
        return False
    said = [words for node in (ending.company, *ending.company.iter(W + "p")) if (words := normal(_words(node)))]
    tail = said[-1][-_TAIL:]
    alone = False
    with opened(pdf) as document:
        for page in document:
            text_page = page.get_textpage()
            words = normal(text_page.get_text_range())
            text_page.close()
            page.close()
            if ending.signed in words:
                # The last page that says so: a cover names office and date too.
                alone = tail not in words
    return alone


def together(docx: bytes) -> bytes:
    """A copy whose last text stays with what follows it; where that is a table, its last row begins the page."""
    ending = _ending(docx)
    if ending is None:
        return docx
    if ending.company.tag == W + "tbl":
        return apart(docx)
    for paragraph in (ending.company, *ending.between):
        _mark(paragraph, "keepNext", before=("pStyle",))
    return ending.packed()


def apart(docx: bytes) -> bytes:
    """A copy whose last text begins a page with what follows it: the paragraph with its heading, or a table's last row."""
    ending = _ending(docx)
    if ending is None:
        return docx
    company = ending.company
    start = _last_row_apart(company) if company.tag == W + "tbl" else _above(company)
    _mark(start, "pageBreakBefore", before=("pStyle", "keepNext"))
    return ending.packed()


def _mark(paragraph: Any, name: str, before: tuple[str, ...]) -> None:
    """Set a property after those that have to stand before it."""
    properties = paragraph.find(W + "pPr")
    if properties is None:
        properties = paragraph.makeelement(W + "pPr", {})
        paragraph.insert(0, properties)
    if properties.find(W + name) is None:
        at = sum(1 for node in properties if node.tag in {W + known for known in before})
        properties.insert(at, properties.makeelement(W + name, {}))


def _last_row_apart(table: Any) -> Any:
    """Cut the last row off into a table of its own under the same heads; gives the paragraph that is to begin the page."""
    rows = table.findall(W + "tr")
    heads = sum(1 for row in rows if row.find(f"{W}trPr/{W}tblHeader") is not None)
    if len(rows) <= heads + 1:
        return _above(table)
    second = copy.deepcopy(table)
    for row in second.findall(W + "tr")[heads:-1]:
        second.remove(row)
    table.remove(rows[-1])
    between = table.makeelement(W + "p", {})
    spacing = etree.SubElement(etree.SubElement(between, W + "pPr"), W + "spacing")
    spacing.set(W + "line", "20")
    spacing.set(W + "lineRule", "exact")
    table.addnext(between)
    between.addnext(second)
    return between


def _above(block: Any) -> Any:
    """The first of the paragraphs over a text that belong to it: its heading, and the little room between."""
    start, above = block, block.getprevious()
    while above is not None and above.tag == W + "p" and _style(above) in ("H1", "SmallHead", "Tag"):
        start, above = above, above.getprevious()
    if start.tag == W + "tbl":
        start = block.makeelement(W + "p", {})
        block.addprevious(start)
    return start
