"""A filled form made ready for paper: the grey words in boxes nobody filled in are not printed."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from lxml import etree

from pipeline.papers.forms.word import zipped
from pipeline.papers.forms.wordml import name

_MAIN = "word/document.xml"
_OFF = frozenset({"0", "false", "off"})


def without_prompts(docx: bytes) -> bytes:
    """A copy of a Word form whose unfilled controls are blank, for making a page of it; the filed bytes stay as filed.

    Anything but one of these forms (another document, a broken file) is given back as it is; never raises for a file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            root = _parsed(archive.read(_MAIN))
            if root is None or not _ours(root) or not _emptied(root):
                return docx
            parts = {file: archive.read(file) for file in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, RuntimeError, NotImplementedError, EOFError, OSError):
        return docx
    parts[_MAIN] = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return zipped(parts)


def _parsed(part: bytes) -> Any:
    """The part's root; None for what is not XML or names entities of its own."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root: Any = etree.fromstring(part, parser)
    except etree.XMLSyntaxError:
        return None
    return None if root.getroottree().docinfo.doctype else root


def _ours(root: Any) -> bool:
    """Whether it carries the identity of a form."""
    return any(tag.get(name("w:val")) == "__form__" for tag in root.iter(name("w:tag")))


def _emptied(root: Any) -> bool:
    """Blank the words of all controls that show their prompt; whether there were any."""
    found = False
    for mark in root.iter(name("w:showingPlcHdr")):
        sdt = mark.getparent().getparent()
        if sdt is None or sdt.tag != name("w:sdt") or str(mark.get(name("w:val"), "1")).lower() in _OFF:
            continue
        for text in sdt.iter(name("w:t")):
            if next(text.iterancestors(name("w:sdt"))) is sdt:
                text.text, found = "", True
    return found
