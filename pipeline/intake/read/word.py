"""The text of a Word file as a person sees it: runs, breaks, tracked changes, hidden and placeholder text.

Source: ISO/IEC 29500-1; [MS-DOCX] for w14 and w15. Names are matched with their namespace, so prefixes and the order
of attributes, which Word, WPS and LibreOffice write differently, do not matter.

Residual risk: text hidden by a style, by white colour or under a picture is read as visible; a control mapped to custom
XML is read by the text stored with it, which Word may refresh on opening.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.intake.screen.ooxml import parse_part

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CUSTOM = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"

_SKIPPED = frozenset(
    [W + local for local in ("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "del", "moveFrom",
                             "instrText", "delText", "delInstrText", "rt", "tblPrEx")] + [MC + "Fallback"]
)  # fmt: skip
_LITERAL = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_SYMBOLS = {
    "F0FE": "☑", "F0FD": "☒", "F0A8": "☐", "F06F": "☐", "F0FC": "✓", "F0FB": "☒", "F052": "☑", "F053": "☒", "F0A3": "☐", "F050": "✓", "F054": "☒",
}  # fmt: skip
"""Check marks of Wingdings and Wingdings 2, as WPS and older Word set them."""
_SHOWN = frozenset({W + "t", W + "sym", *_LITERAL})
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(slots=True)
class WordFile:
    """The body of a Word file, its custom properties, and the ids of its placeholder style."""

    body: Any
    properties: dict[str, str] = field(default_factory=dict)
    placeholder_styles: frozenset[str] = frozenset({"PlaceholderText"})


@dataclass(slots=True)
class Text:
    """Text in two layers: written by a person, and in the look of placeholder text; `both` is as shown."""

    both: str = ""
    plain: str = ""
    prompt: str = ""


def open_word(data: bytes) -> WordFile:
    """A screened DOCX, opened. Raises KeyError or XmlRefusedError when its main part is not there or not XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        main = _main_part(archive)
        root = parse_part(archive.read(main))
        body = root.find(W + "body")
        if body is None:
            raise KeyError("w:body")
        word = WordFile(body)
        styles = posixpath.join(posixpath.dirname(main), "styles.xml")
        if styles in names:
            word.placeholder_styles |= frozenset(_placeholder_styles(parse_part(archive.read(styles))))
        if "docProps/custom.xml" in names:
            for item in parse_part(archive.read("docProps/custom.xml")).iter(_CUSTOM):
                word.properties[str(item.get("name", ""))] = "".join(item.itertext())
    return word


def _main_part(archive: zipfile.ZipFile) -> str:
    for link in parse_part(archive.read("_rels/.rels")).iter(_REL):
        if str(link.get("Type", "")).endswith("/officeDocument"):
            return str(link.get("Target", "")).lstrip("/")
    raise KeyError("officeDocument")


def _placeholder_styles(root: Any) -> Iterator[str]:
    """Ids of the style named “Placeholder Text”, which a Chinese Word calls a3 or the like."""
    for style in root.iter(W + "style"):
        name = style.find(W + "name")
        if name is not None and str(name.get(W + "val", "")).lower() in ("placeholder text", "占位符文本"):
            yield str(style.get(W + "styleId", ""))


def val(element: Any, tag: str, default: str = "") -> str:
    """`w:val` of the child `tag`, `default` when there is none."""
    child = element.find(W + tag) if element is not None else None
    return default if child is None else str(child.get(W + "val", default))


def switched_on(element: Any, tag: str) -> bool:
    """Whether an on-off child (`w:vanish`, `w:showingPlcHdr`) is there and not off."""
    child = element.find(W + tag) if element is not None else None
    return child is not None and str(child.get(W + "val", "1")).lower() not in _OFF


def text_of(element: Any, word: WordFile, without: Any = None) -> Text:
    """The visible text in an element; paragraphs and breaks become \\n. `without`: an element left out, or a set of them."""
    left_out = without if isinstance(without, set) else set() if without is None else {without}
    found: list[tuple[str, bool]] = []
    _collect(element, word, left_out, found, False, [])
    while found and found[0][0] == "\n":
        found.pop(0)
    return Text(
        "".join(piece for piece, _ in found), "".join(piece for piece, styled in found if not styled),
        "".join(piece for piece, styled in found if styled),
    )  # fmt: skip


def _collect(element: Any, word: WordFile, left_out: set[Any], found: list[tuple[str, bool]], styled: bool, codes: list[bool]) -> None:
    """Collect what shows; `codes` are the fields open at the place, True while in a field's code, where nothing shows."""
    for child in element:
        tag = child.tag
        if tag in _SKIPPED or child in left_out or not isinstance(tag, str):
            continue
        if tag == W + "fldChar":
            _pass_mark(str(child.get(W + "fldCharType", "")), codes)
        elif tag in _SHOWN and any(codes):
            continue
        elif tag == W + "t":
            found.append((child.text or "", styled))
        elif tag in _LITERAL:
            found.append((_LITERAL[tag], styled))
        elif tag == W + "sym":
            found.append((_SYMBOLS.get(str(child.get(W + "char", "")).upper(), ""), styled))
        elif tag == W + "r":
            properties = child.find(W + "rPr")
            if not switched_on(properties, "vanish"):
                _collect(child, word, left_out, found, val(properties, "rStyle") in word.placeholder_styles, codes)
        else:
            if tag == W + "p" and found:
                found.append(("\n", False))
            _collect(child, word, left_out, found, styled, codes)


def _pass_mark(kind: str, codes: list[bool]) -> None:
    if kind == "begin":
        codes.append(True)
    elif codes and kind == "separate":
        codes[-1] = False
    elif codes and kind == "end":
        codes.pop()


def live(element: Any) -> bool:
    """Whether an element still counts: not deleted, not moved away, not the fallback of something newer."""
    return not any(parent.tag in (W + "del", W + "moveFrom", MC + "Fallback") for parent in element.iterancestors()) and not _row_deleted(element)


def _row_deleted(element: Any) -> bool:
    row = element if element.tag == W + "tr" else next(element.iterancestors(W + "tr"), None)
    properties = row.find(W + "trPr") if row is not None else None
    return properties is not None and properties.find(W + "del") is not None


def has_tracked_changes(word: WordFile) -> bool:
    """Whether insertions, deletions or moves wait to be accepted."""
    return next(word.body.iter(W + "ins", W + "del", W + "moveFrom", W + "moveTo"), None) is not None


def has_hidden_text(word: WordFile) -> bool:
    """Whether any run but the form's own identity is hidden and holds words."""
    for run in word.body.iter(W + "r"):
        if switched_on(run.find(W + "rPr"), "vanish") and "".join(t.text or "" for t in run.iter(W + "t")).strip():
            controls = [val(sdt.find(W + "sdtPr"), "tag") for sdt in run.iterancestors(W + "sdt")]
            if "__form__" not in controls and not "".join(t.text or "" for t in run.iter(W + "t")).strip().startswith("hongtou:"):
                return True
    return False
