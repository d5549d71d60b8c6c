"""版记 on the last face of the last leaf: pages are counted for printing on both sides.

GB/T 9704-2012 7.4 and 7.5 (F19, F21): 版记 stands at the foot of the last page, which on paper printed on both sides is
an even one; a page that carries nothing but 版记 has no page number.
"""

from __future__ import annotations

import copy
import io
import zipfile
from typing import Any, Protocol

from lxml import etree

from pipeline.papers import lastwords
from pipeline.papers.layout import MM, opened

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BODY, _RELATIONS, _TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
_STYLES = "word/styles.xml"
_FOOT_MM = 200.0
LINE = 579
"""Twips between body lines, as in the templates' styles."""
_FOOTER, _ID = "footer_none.xml", "rIdNoFooter"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_MOMENT = (2026, 1, 1, 0, 0, 0)


class Converter(Protocol):
    """What turns a DOCX into a PDF, as OfficePool."""

    def convert(self, docx: bytes, part: int = 2) -> bytes:
        """The PDF/A."""
        ...


def to_pages(pool: Converter, docx: bytes) -> tuple[bytes, bytes]:
    """The document as it is printed, and its PDF.

    Name and date have text of the document beside them. 版记 that does not stand at the foot of an even page goes to the
    next page, which is even and has no number. Where only 版记 has no room on an even page, the lines are set a little
    closer (7.3.5.4: 调整行距); if that does not help, the last words begin a page, so that none is left empty before 版记.
    Raises what `pool.convert` raises.
    """
    pdf = pool.convert(docx)
    if lastwords.stands_alone(docx, pdf):
        docx = lastwords.together(docx)
        pdf = pool.convert(docx)
    if page_count(pdf) % 2 == 0 and not _is_alone(pdf):
        return docx, pdf
    moved = on_next_page(docx)
    if moved is None:
        return docx, pdf
    pdf = pool.convert(moved)
    if page_count(pdf) % 2 == 0:
        return moved, pdf
    closer = with_closer_lines(docx)
    pdf = pool.convert(closer)
    if page_count(pdf) % 2 == 0 and not _is_alone(pdf):
        return closer, pdf
    apart = on_next_page(lastwords.apart(docx)) or moved
    return apart, pool.convert(apart)


def _is_alone(pdf: bytes) -> bool:
    """Whether the last page carries nothing above 版记 at its foot."""
    with opened(pdf) as document:
        page = document[len(document) - 1]
        text_page = page.get_textpage()
        above = text_page.get_text_bounded(bottom=page.get_height() - _FOOT_MM / MM)
        text_page.close()
        page.close()
    return not above.strip()


def with_closer_lines(docx: bytes) -> bytes:
    """A copy whose body lines stand five in a hundred closer."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[_STYLES] = parts[_STYLES].replace(f'w:line="{LINE}"'.encode(), f'w:line="{round(LINE * 0.95)}"'.encode())
    parts[_BODY] = parts[_BODY].replace(f'w:linePitch="{LINE}"'.encode(), f'w:linePitch="{round(LINE * 0.95)}"'.encode())
    return _zipped(parts)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with opened(pdf) as document:
        return len(document)


def on_next_page(docx: bytes) -> bytes | None:
    """A copy whose 版记 has a page of its own without number; None without 版记."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    body = etree.fromstring(parts[_BODY])
    table = _colophon(body)
    before = None if table is None else table.getprevious()
    last = body.find(f"{W}body/{W}sectPr")
    if before is None or before.tag != W + "p" or last is None:
        return None
    _close_section(before, copy.deepcopy(last))
    _without_numbers(last)
    parts[_BODY] = etree.tostring(body, xml_declaration=True, encoding="UTF-8", standalone=True)
    parts[f"word/{_FOOTER}"] = f'<w:ftr xmlns:w="{W[1:-1]}"><w:p/></w:ftr>'.encode()
    _add(parts, _RELATIONS, {"Id": _ID, "Type": _KIND, "Target": _FOOTER}, "Relationship")
    _add(parts, _TYPES, {"PartName": f"/word/{_FOOTER}", "ContentType": _MIME}, "Override")
    return _zipped(parts)


def _colophon(body: Any) -> Any:
    """The table at the foot of the text area whose paragraphs are 版记."""
    for table in body.iter(W + "tbl"):
        place = table.find(f"{W}tblPr/{W}tblpPr")
        styles = {node.get(W + "val") for node in table.iter(W + "pStyle")}
        if place is not None and place.get(W + "tblpYSpec") == "bottom" and "Colophon" in styles:
            return table
    return None


def _close_section(paragraph: Any, section: Any) -> None:
    """Let the section end with this paragraph, so that no empty line is spent on it."""
    properties = paragraph.find(W + "pPr")
    if properties is None:
        properties = paragraph.makeelement(W + "pPr", {})
        paragraph.insert(0, properties)
    properties.append(section)


def _without_numbers(section: Any) -> None:
    for node in section.findall(W + "footerReference") + section.findall(W + "titlePg"):
        section.remove(node)
    at = len(section.findall(W + "headerReference"))
    for which in ("default", "even"):
        section.insert(at, section.makeelement(W + "footerReference", {W + "type": which, R + "id": _ID}))


def _add(parts: dict[str, bytes], name: str, attributes: dict[str, str], tag: str) -> None:
    root = etree.fromstring(parts[name])
    space = etree.QName(root).namespace
    etree.SubElement(root, f"{{{space}}}{tag}", attributes)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, data)
    return stream.getvalue()
