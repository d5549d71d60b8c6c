"""Filling in a form that exists, as a person does in Word or a PDF reader: for trying out, checking and showing.

What the form does not hold is refused, since a person could not have typed it either.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from pipeline.papers.forms.acro import (
    MULTILINE,
    ON,
    READ_ONLY,
    Look,
    appearances,
    chosen,
    fitted,
    native,
    terminal,
    written,
)
from pipeline.papers.forms.controls import CHECKED, UNCHECKED
from pipeline.papers.forms.values import single, tables, typed
from pipeline.papers.forms.word import zipped
from pipeline.papers.forms.wordml import GREY, Element, Face, name, run, val

_CHOSEN = 9.0
"""Points an option is set in where it may be folded; a reader, which sets it in one line, may need less."""
_SDT, _PROPERTIES, _CONTENT = name("w:sdt"), name("w:sdtPr"), name("w:sdtContent")


def fill_docx(form: bytes, values: Mapping[str, Any]) -> bytes:
    """A copy of the .docx `form` with `values` (nested, as normal data) filled in; rows are added where needed.

    Raises ValueError for a field the form does not have, an option it does not offer, or a locked field that
    says something else.
    """
    with zipfile.ZipFile(io.BytesIO(form)) as archive:
        parts = {file: archive.read(file) for file in archive.namelist()}
    root = etree.fromstring(parts["word/document.xml"])
    outside = _controls(sdt for sdt in root.iter(_SDT) if "[]" not in _tag(sdt))
    for path, value in single(values):
        _fill(outside, path, value)
    for path, rows in tables(values):
        _fill_table(root, path, rows)
    parts["word/document.xml"] = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return zipped(parts)


def is_form(content: bytes) -> bool:
    """Whether a file is one of these forms: it carries their identity, in Word or PDF."""
    if content.startswith(b"%PDF"):
        return "__form__" in (PdfReader(io.BytesIO(content)).get_fields() or {})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"hongtou:form=" in archive.read("docProps/custom.xml")
    except (zipfile.BadZipFile, KeyError):
        return False


def _tag(sdt: Element) -> str:
    found = sdt.find(f"{_PROPERTIES}/{name('w:tag')}")
    return "" if found is None else str(found.get(name("w:val")))


def _controls(found: Iterator[Element]) -> dict[str, Element]:
    return {_tag(sdt): sdt for sdt in found if _tag(sdt)}


def _fill(controls: Mapping[str, Element], path: str, value: Any) -> None:
    if isinstance(value, (list, tuple)):
        _tick(controls, path, [str(code) for code in value])
        return
    if path not in controls:
        raise ValueError(f"the form has no field {path}")
    _type(controls[path], path, value)


def _type(sdt: Element, path: str, value: Any) -> None:
    properties, content = sdt.find(_PROPERTIES), sdt.find(_CONTENT)
    text = typed(value)
    options = {item.get(name("w:value")): item.get(name("w:displayText")) for item in properties.iter(name("w:listItem"))}
    if options:
        text = _option(options, text, path)
        code = next(code for code, shown in options.items() if shown == text)
        next(properties.iter(name("w:dropDownList"))).set(name("w:lastValue"), code)
    lock = properties.find(name("w:lock"))
    if lock is not None and lock.get(name("w:val")) == "sdtContentLocked":
        if "".join(content.itertext(name("w:t"))) != text.replace("\n", ""):
            raise ValueError(f"the field {path} is locked")
        return
    for mark in properties.findall(name("w:showingPlcHdr")):
        properties.remove(mark)
    picker = properties.find(name("w:date"))
    if picker is not None and isinstance(value, date):
        picker.set(name("w:fullDate"), f"{value.isoformat()}T00:00:00Z")
    _show(content, run(text, Face()), properties)


def _show(content: Element, shown: Element, properties: Element) -> None:
    """Put a run in place of all runs of the content, with the looks the control's properties ask for."""
    looks = properties.find(name("w:rPr"))
    old = next(content.iter(name("w:r")), None)
    if looks is not None:
        shown.replace(shown.find(name("w:rPr")), deepcopy(looks))
    if old is None:
        content.append(shown)
        return
    parent = old.getparent()
    parent.replace(old, shown)
    for other in parent.findall(name("w:r")):
        if other is not shown:
            parent.remove(other)


def _option(options: Mapping[str, str], text: str, path: str) -> str:
    """The words shown for a code or for the words themselves."""
    if text in options:
        return options[text]
    if text in options.values():
        return text
    raise ValueError(f"{path} offers no option {text!r}")


def _tick(controls: Mapping[str, Element], path: str, codes: list[str]) -> None:
    boxes = {tag.removeprefix(f"{path}="): sdt for tag, sdt in controls.items() if tag.startswith(f"{path}=")}
    if not set(codes) <= boxes.keys():
        raise ValueError(f"{path} offers no option {sorted(set(codes) - boxes.keys())}")
    for code, sdt in boxes.items():
        next(sdt.iter(name("w14:checked"))).set(name("w14:val"), str(int(code in codes)))
        next(sdt.iter(name("w:t"))).text = CHECKED if code in codes else UNCHECKED


def _fill_table(root: Element, path: str, rows: Any) -> None:
    section = next((sdt for sdt in root.iter(_SDT) if _tag(sdt) == f"{path}[]"), None)
    if section is None:
        raise ValueError(f"the form has no table {path}")
    content = section.find(_CONTENT)
    items = content.findall(_SDT)
    for extra in range(len(items), len(rows)):
        items.append(_added(root, items[-1], extra))
        content.append(items[-1])
    for item, row in zip(items, rows, strict=False):
        controls = _controls(sdt for sdt in item.iter(_SDT) if sdt is not item)
        for below, value in single(row, f"{path}[]."):
            _fill(controls, below, value)


def _added(root: Element, last: Element, number: int) -> Element:
    """A blank copy of the last row with ids of its own, as Word's ＋ makes."""
    used = [int(mark.get(name("w:val"))) for mark in root.iter(name("w:id")) if mark.getparent().tag == _PROPERTIES]
    item = deepcopy(last)
    for offset, mark in enumerate(item.iter(name("w:id")), 1):
        mark.set(name("w:val"), str(max(used) + offset))
    for sdt in item.iter(_SDT):
        if sdt is not item:
            _blank(sdt)
    return item


def _blank(sdt: Element) -> None:
    properties, content = sdt.find(_PROPERTIES), sdt.find(_CONTENT)
    box = next(properties.iter(name("w14:checked")), None)
    if box is not None:
        box.set(name("w14:val"), "0")
        next(content.iter(name("w:t"))).text = UNCHECKED
        return
    if properties.find(name("w:showingPlcHdr")) is None:
        place = [child for child in properties if child.tag in (name("w:id"), name("w:lock"))][-1]
        place.addnext(val("w:showingPlcHdr", 1))
        _show(content, run("填写", Face(color=GREY, style="PlaceholderText")), etree.Element(_PROPERTIES))
    for kind, memory in (("w:date", "w:fullDate"), ("w:dropDownList", "w:lastValue")):
        for element in properties.iter(name(kind)):
            element.attrib.pop(name(memory), None)


def fill_pdf(form: bytes, values: Mapping[str, Any]) -> bytes:
    """A copy of the fillable PDF `form` with `values` filled in.

    Raises ValueError for a field, row or option the form does not have, or a read-only field that says something else.
    """
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form)))
    form_object: Any = writer.root_object["/AcroForm"]
    fields = dict(terminal(form_object["/Fields"]))
    looks: dict[str, Look] = {}
    for path, value in _by_name(values):
        if isinstance(value, (list, tuple)):
            _switch(fields, path, [str(code) for code in value])
        else:
            looks |= _enter(fields, path, typed(value))
    for field, stream in appearances(writer, looks).items():
        fields[field][NameObject("/AP")] = native({"/N": stream})
    return written(writer)


def _by_name(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from single(values)
    for path, rows in tables(values):
        for number, row in enumerate(rows):
            yield from single(row, f"{path}[{number}].")


def _enter(fields: Mapping[str, Any], path: str, text: str) -> dict[str, Look]:
    if path not in fields:
        raise ValueError(f"the form has no field {path}")
    field = fields[path]
    options = {str(pair[0]): str(pair[1]) for pair in field.get("/Opt", ())}
    if options and text not in options:
        text = next((code for code, shown in options.items() if shown == text), text)
        _option(options, text, path)
    if int(field.get("/Ff", 0)) & READ_ONLY:
        if str(field.get("/V", "")) != text:
            raise ValueError(f"the field {path} is locked")
        return {}
    field[NameObject("/V")] = TextStringObject(text)
    left, bottom, right, top = (float(side) for side in field["/Rect"])
    size = float(str(field["/DA"]).split()[1])
    if not text:
        return {}
    if options:
        return {path: chosen(options.get(text, text), right - left, top - bottom, max(size, _CHOSEN))}
    multiline = bool(int(field.get("/Ff", 0)) & MULTILINE)
    return {path: fitted(text, right - left, top - bottom, size, multiline)}


def _switch(fields: Mapping[str, Any], path: str, codes: list[str]) -> None:
    boxes = {tag.removeprefix(f"{path}="): field for tag, field in fields.items() if tag.startswith(f"{path}=")}
    if not set(codes) <= boxes.keys():
        raise ValueError(f"{path} offers no option {sorted(set(codes) - boxes.keys())}")
    for code, field in boxes.items():
        state = NameObject(ON if code in codes else "/Off")
        field[NameObject("/V")] = field[NameObject("/AS")] = state
