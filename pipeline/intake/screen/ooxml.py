"""Office files (DOCX, XLSX, PPTX) before they are read: parts, sizes, macros, outside links, embedded objects, DTDs.

Every part that Office would treat as XML is parsed once without entities, network or DTD loading.

Residual risk: a fault in libxml2 or zlib would run in the reading child, with the office's file permissions but under
resource limits; pictures inside the file are not decoded here, LibreOffice may decode them later; a field such as
INCLUDEPICTURE with a path is found by its name only.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.intake.screen.limits import Limits
from pipeline.intake.screen.members import ZIP_TROUBLES, screen_sizes
from pipeline.intake.screen.notes import note
from pipeline.model import Finding

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ALLOWED_OUTSIDE = frozenset({"hyperlink"})
_EMBEDDED = ("oleobject", "activex", "control", "afchunk", "subdocument", "attachedtoolbars", "vbaproject")
_FIELD = re.compile(r"\b(INCLUDEPICTURE|INCLUDETEXT|DDEAUTO|DDE|IMPORT|LINK|DATABASE|MACROBUTTON)\b")
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)


class XmlRefusedError(ValueError):
    """A part that is not well-formed XML, or has a DTD (`dtd` is true)."""

    def __init__(self, dtd: bool) -> None:
        super().__init__("dtd" if dtd else "not well-formed")
        self.dtd = dtd


def parse_part(data: bytes) -> Any:
    """The root of an XML part, with the names of “strict” files made those of usual ones.

    Raises XmlRefusedError when it has a DTD (whatever its encoding) or is not well-formed.
    """
    head = data[:65536]
    plain = head.replace(b"\x00", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise XmlRefusedError(dtd=True)
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise XmlRefusedError(dtd=False) from trouble
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise XmlRefusedError(dtd=True)
    return root


def screen_ooxml(data: bytes, shown: str, limits: Limits) -> Iterator[Finding]:
    """Findings about an Office file. An error here means: do not read it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = tuple(screen_sizes(archive, len(data), shown, limits, limits.parts))
            if sizes:
                yield from sizes
                return
            yield from _screen_parts(archive, shown, limits)
    except ZIP_TROUBLES as trouble:
        yield note("docx_broken", shown, detail=type(trouble).__name__)


def _screen_parts(archive: zipfile.ZipFile, shown: str, limits: Limits) -> Iterator[Finding]:
    names = [info.orig_filename for info in archive.infolist()]
    folded = [name.lower() for name in names]
    if len(set(folded)) != len(folded) or any("\\" in name or ".." in name.split("/") or name.startswith("/") for name in names):
        yield note("path_trick", shown)
        return
    if any(info.flag_bits & 1 for info in archive.infolist()):
        yield note("zip_encrypted", shown)
        return
    if any(re.search(r"vbaproject|vbadata|\.bin\.rels$|/macrosheets/", name) for name in folded):
        yield note("macro", shown)
    yield from _screen_embedded(archive, shown, limits)
    for info in archive.infolist():
        if info.orig_filename.lower().endswith((".xml", ".rels", ".vml")):
            yield from _screen_part(archive, info, shown, limits)


def _screen_embedded(archive: zipfile.ZipFile, shown: str, limits: Limits) -> Iterator[Finding]:
    """OLE objects and controls are refused; the worksheet behind a chart is looked at like a file of its own."""
    for info in archive.infolist():
        name = info.orig_filename.lower()
        if "/embeddings/" in name and name.endswith(".xlsx") and "›" not in shown and info.file_size <= limits.part_bytes:
            yield from screen_ooxml(archive.read(info), f"{shown} › {name.rsplit('/', 1)[-1][:60]}", limits)
        elif "/embeddings/" in name or "/activex/" in name or "oleobject" in name:
            yield note("embedded_object", shown, detail=name.rsplit("/", 1)[-1][:60])
            return


def _screen_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, limits: Limits) -> Iterator[Finding]:
    name = info.orig_filename.lower()
    if info.file_size > limits.part_bytes:
        yield note("too_large", f"{shown} › {name}", limit=f"{limits.part_bytes >> 20} MB")
        return
    try:
        root = parse_part(archive.read(info))
    except XmlRefusedError as trouble:
        if trouble.dtd:
            yield note("xml_entities", shown)
        elif not name.endswith(".vml"):
            yield note("docx_broken", shown, detail=name[-60:])
        return
    if name == "[content_types].xml":
        types = " ".join(str(item.get("ContentType", "")) for item in root).lower()
        if "macroenabled" in types or "vbaproject" in types:
            yield note("macro", shown)
    elif name.endswith(".rels"):
        yield from _screen_links(root, shown)
    else:
        yield from _screen_fields(root, shown)


def _screen_links(root: Any, shown: str) -> Iterator[Finding]:
    """Outside targets (only plain hyperlinks may stay) and embedded things, by their relationship."""
    for link in root.iter(_RELATIONSHIP):
        kind = str(link.get("Type", "")).rsplit("/", 1)[-1].lower()
        target = str(link.get("Target", ""))
        outside = str(link.get("TargetMode", "")).lower() == "external" or re.match(r"(?:[a-z][a-z0-9+.-]*:|\\\\|//)", target, re.I)
        if kind in _EMBEDDED:
            yield note("macro" if kind == "vbaproject" else "embedded_object", shown, detail=kind)
        elif outside and (kind not in _ALLOWED_OUTSIDE or not re.match(r"(?:https?:|ftps?:|mailto:|tel:|#|[^:\\]*$)", target, re.I)):
            yield note("external_link", shown, detail=f"{kind} {target}"[:120])


def _screen_fields(root: Any, shown: str) -> Iterator[Finding]:
    """Field codes that fetch, and parts brought in whole (altChunk, subDoc, OLE, ActiveX)."""
    code: list[str] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        local = element.tag.rsplit("}", 1)[-1]
        if local in ("altChunk", "subDoc", "OLEObject", "object", "control") and "wordprocessingml" in element.tag + "wordprocessingml" * (local == "OLEObject"):
            yield note("embedded_object", shown, detail=local)
            return
        if local == "instrText":
            code.append(element.text or "")
        elif local == "fldSimple":
            code.append(" " + next((value for key, value in element.attrib.items() if key.endswith("}instr")), "") + " ")
        elif local == "fldChar":
            code.append(" ")
    if found := _FIELD.search("".join(code)):
        yield note("external_link", shown, detail=found.group(1))
