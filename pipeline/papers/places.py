"""Placeholders in a DOCX, also where Word has split them over several runs: found, and filled with text.

Residual risk: the parts are parsed without entities; whoever calls this has had the file screened before.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PART = "word/document.xml"
_STAMP = (2026, 1, 1, 0, 0, 0)


def places_in(docx: bytes, places: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `places` that the body says somewhere within one paragraph."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        texts = ["".join(node.text or "" for node in nodes) for nodes in _paragraphs(_parsed(package.read(_PART)))]
    return tuple(place for place in places if any(place in text for text in texts))


def fill_places(docx: bytes, values: Mapping[str, str]) -> bytes:
    """A copy in which every place has its value, in the looks of the run the place begins in; the same bytes each time."""
    source, target = zipfile.ZipFile(io.BytesIO(docx)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            data = source.read(entry)
            out.writestr(zipfile.ZipInfo(entry.filename, _STAMP), _filled(data, values) if entry.filename == _PART else data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _filled(part: bytes, values: Mapping[str, str]) -> bytes:
    root = _parsed(part)
    for nodes in _paragraphs(root):
        for place, value in values.items():
            _fill(nodes, place, value)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True))


def _fill(nodes: list[Any], place: str, value: str) -> None:
    begin = 0
    while (start := "".join(node.text or "" for node in nodes).find(place, begin)) >= 0:
        _put(nodes, start, start + len(place), value)
        begin = start + len(value)


def _put(nodes: list[Any], start: int, end: int, value: str) -> None:
    """Replace characters start to end of the nodes' joined text; the value goes where the span begins."""
    position, pending = 0, value
    for node in nodes:
        text = node.text or ""
        left, right = max(start - position, 0), min(end - position, len(text))
        if left < right:
            node.text = text[:left] + pending + text[right:]
            pending = ""
        position += len(text)


def _paragraphs(root: Any) -> Iterator[list[Any]]:
    """The text nodes of each paragraph, without those of paragraphs inside it (text boxes)."""
    for paragraph in root.iter(f"{_W}p"):
        nodes = [node for node in paragraph.iter(f"{_W}t") if next(node.iterancestors(f"{_W}p")) is paragraph]
        if nodes:
            yield nodes


def _parsed(part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
