"""What a file is, by its content; its name only settles what plain text is meant to be.

Residual risk: a file that is valid in two formats at once (polyglot) is taken for what its first bytes say, which is
also what Windows and Office go by; the other reading is neither opened nor executed here.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import BinaryIO


class Kind(StrEnum):
    """Kinds of file this office tells apart."""

    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODF = "odf"
    OFD = "ofd"
    ZIP = "zip"
    PDF = "pdf"
    JSON = "json"
    YAML = "yaml"
    TEXT = "text"
    CSV = "csv"
    XML = "xml"
    HTML = "html"
    RTF = "rtf"
    OLD_OFFICE = "old_office"
    LOCKED_OFFICE = "locked_office"
    WPS = "wps"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    PACKED = "packed"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    GIF = "gif"
    BMP = "bmp"
    WEBP = "webp"
    HEIC = "heic"
    PROGRAM = "program"
    EMPTY = "empty"
    UNKNOWN = "unknown"


IMAGES = frozenset({Kind.PNG, Kind.JPEG, Kind.TIFF, Kind.GIF, Kind.BMP, Kind.WEBP, Kind.HEIC})
FORMS = frozenset({Kind.DOCX, Kind.PDF, Kind.JSON, Kind.YAML, Kind.XLSX, Kind.CSV})
"""Kinds a form may be filled in as."""
OOXML = frozenset({Kind.DOCX, Kind.XLSX, Kind.PPTX})

_VND = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    Kind.DOCX: _VND + "wordprocessingml.document", Kind.XLSX: _VND + "spreadsheetml.sheet",
    Kind.PPTX: _VND + "presentationml.presentation", Kind.ODF: "application/vnd.oasis.opendocument",
    Kind.OFD: "application/ofd", Kind.ZIP: "application/zip", Kind.PDF: "application/pdf",
    Kind.JSON: "application/json", Kind.YAML: "application/yaml", Kind.TEXT: "text/plain", Kind.CSV: "text/csv",
    Kind.XML: "application/xml", Kind.HTML: "text/html", Kind.RTF: "application/rtf",
    Kind.OLD_OFFICE: "application/msword", Kind.LOCKED_OFFICE: "application/x-ole-storage", Kind.WPS: "application/vnd.ms-works",
    Kind.RAR: "application/vnd.rar", Kind.SEVEN_ZIP: "application/x-7z-compressed",
    Kind.PNG: "image/png", Kind.JPEG: "image/jpeg", Kind.TIFF: "image/tiff", Kind.GIF: "image/gif",
    Kind.BMP: "image/bmp", Kind.WEBP: "image/webp", Kind.HEIC: "image/heic",
}  # fmt: skip

SUFFIXES: dict[Kind, frozenset[str]] = {
    Kind.DOCX: frozenset({".docx", ".docm", ".dotx", ".dotm"}),
    Kind.XLSX: frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb"}),
    Kind.PPTX: frozenset({".pptx", ".pptm", ".potx", ".ppsx"}),
    Kind.OFD: frozenset({".ofd"}), Kind.ZIP: frozenset({".zip"}), Kind.PDF: frozenset({".pdf"}),
    Kind.PNG: frozenset({".png"}), Kind.JPEG: frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    Kind.TIFF: frozenset({".tif", ".tiff"}), Kind.GIF: frozenset({".gif"}), Kind.BMP: frozenset({".bmp"}),
}  # fmt: skip
"""Names that go with a kind; a file of the kind under another known name is a mismatch."""

PROGRAM_SUFFIXES = frozenset(
    [".exe", ".scr", ".com", ".bat", ".cmd", ".pif", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".wsh", ".ps1", ".psm1", ".lnk", ".hta", ".msi", ".msp", ".jar", ".cpl", ".dll", ".sys", ".reg", ".url", ".chm", ".iso", ".img", ".vhd", ".vhdx", ".inf", ".scf", ".sh", ".app", ".apk", ".desktop", ".xll", ".wll", ".ade", ".mde", ".gadget", ".application", ".appref-ms", ".msc"]
)

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF), (b"{\\rtf", Kind.RTF), (b"Rar!\x1a\x07", Kind.RAR), (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"\x1f\x8b", Kind.PACKED), (b"BZh", Kind.PACKED), (b"\xfd7zXZ\x00", Kind.PACKED), (b"(\xb5/\xfd", Kind.PACKED),
    (b"MSCF", Kind.PACKED), (b"\x89PNG\r\n\x1a\n", Kind.PNG), (b"\xff\xd8\xff", Kind.JPEG), (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF), (b"GIF87a", Kind.GIF), (b"GIF89a", Kind.GIF), (b"MZ", Kind.PROGRAM), (b"\x7fELF", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM), (b"\xca\xfe\xba\xbe", Kind.PROGRAM), (b"L\x00\x00\x00\x01\x14\x02\x00", Kind.PROGRAM),
    (b"#!", Kind.PROGRAM), (b"ITSF", Kind.PROGRAM),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_SUFFIXES = {".json": Kind.JSON, ".yaml": Kind.YAML, ".yml": Kind.YAML, ".csv": Kind.CSV, ".tsv": Kind.CSV}


def suffix_of(name: str) -> str:
    """The last suffix of a file name, lower case and in compatibility form, with its dot; '' when there is none."""
    return unicodedata.normalize("NFKC", PurePosixPath(name).suffix).lower()


def kind_of(data: bytes, name: str) -> Kind:
    """What `data` is. Never raises: what cannot be told is UNKNOWN."""
    if not data:
        return Kind.EMPTY
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(_OLE):
        return _ole_kind(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_kind(io.BytesIO(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return Kind.HEIC
    if data[:2] == b"BM" and suffix_of(name) == ".bmp":
        return Kind.BMP
    return _text_kind(data, name)


def _ole_kind(data: bytes, name: str) -> Kind:
    """An OLE container: an encrypted new Office file, a WPS file, or an Office file of before 2007."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Kind.LOCKED_OFFICE
    return Kind.WPS if suffix_of(name) in (".wps", ".et", ".dps", ".wpt") else Kind.OLD_OFFICE


def zip_kind(source: Path | BinaryIO) -> Kind:
    """A ZIP by the parts in it; one that cannot be opened is still a ZIP, and the archive screen says what ails it."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = {info.orig_filename for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeDecodeError):
        return Kind.ZIP
    if "[Content_Types].xml" in names:
        for kind, folder in ((Kind.DOCX, "word/"), (Kind.XLSX, "xl/"), (Kind.PPTX, "ppt/")):
            if any(name.startswith(folder) for name in names):
                return kind
    if "OFD.xml" in names:
        return Kind.OFD
    if "mimetype" in names and "content.xml" in names:
        return Kind.ODF
    return Kind.ZIP


def _text_kind(data: bytes, name: str) -> Kind:
    """Text in a usual encoding, told apart by its first character and its name."""
    text = decode_text(data[:65536], cut=True)
    if text is None:
        return Kind.UNKNOWN
    suffix = suffix_of(name)
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith(("<!doctype html", "<html", "<script", "<svg")):
        return Kind.HTML
    if start.startswith("<?xml"):
        return Kind.XML
    if suffix in _TEXT_SUFFIXES:
        return _TEXT_SUFFIXES[suffix]
    return Kind.JSON if start.startswith("{") and suffix in ("", ".txt") else Kind.TEXT


def decode_text(data: bytes, cut: bool = False) -> str | None:
    """Text of bytes in UTF-8, UTF-16 with mark, or GB 18030; None when it is none of them. `cut`: the end may be missing."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in data:
        return None
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        for spare in range(4 if cut else 1):
            try:
                text = data[: len(data) - spare].decode(encoding)
            except UnicodeDecodeError:
                continue
            controls = sum(1 for c in text if c < " " and c not in "\t\r\n\f")
            return text if controls * 50 <= len(text) else None
    return None
