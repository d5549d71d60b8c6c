"""AcroForm fields: put over drawn pages, filled, and given their looks.

Each field with a value carries an appearance drawn with an embedded font, so that every reader shows it. Typing
uses the predefined font STSong-Light (Adobe-GB1), which readers replace with a Chinese font of their own.
NeedAppearances is false: with true, a reader without Chinese character maps (poppler without poppler-data) throws
the good appearances away and shows blanks; readers redraw what is typed in any case.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)  # fmt: skip
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from pipeline.papers.forms.faces import face
from pipeline.papers.forms.sheet import Widget, breadth

READ_ONLY, REQUIRED, MULTILINE, COMBO = 1, 1 << 1, 1 << 12, 1 << 17
PRINTED, HIDDEN = 4, 2
ON = "/Yes"
VALUES_IN = "楷体_GB2312"
TEXT_LEAST, CHOICE_LEAST = 5.0, 7.0
"""Points: what is typed may get smaller than the name of an option, which can be shortened instead."""
LEADING = 1.25


@dataclass(frozen=True, slots=True)
class Look:
    """What a field shows and in what box."""

    text: str
    width: float
    height: float
    size: float
    multiline: bool


def native(value: Any) -> PdfObject:
    """Plain Python as PDF objects; text must come as TextStringObject, names as str."""
    if isinstance(value, PdfObject):
        return value
    if isinstance(value, Mapping):
        return DictionaryObject({NameObject(key): native(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return ArrayObject(native(item) for item in value)
    if isinstance(value, bool):
        return BooleanObject(value)
    if isinstance(value, int):
        return NumberObject(value)
    if isinstance(value, float):
        return FloatObject(str(round(value, 2)))
    return NameObject(value)


def with_fields(pages: bytes, widgets: Sequence[Widget], identity: str, texts: Mapping[str, str], ticks: Iterable[str]) -> bytes:
    """`pages` with their fields and the hidden identity; `texts` are values by name, `ticks` the boxes that are on."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages)))
    ticked = set(ticks)
    looks = {widget.name: _look(widget, texts[widget.name]) for widget in widgets if texts.get(widget.name)}
    streams = appearances(writer, looks)
    tree = _Tree(writer)
    for widget in widgets:
        if widget.kind == "check":
            field = _check(writer, widget, widget.name in ticked)
        else:
            field = _text(widget, texts.get(widget.name, ""))
            if widget.name in streams:
                field["/AP"] = {"/N": streams[widget.name]}
        tree.put(widget.name, widget.page, field)
    hidden = {"/FT": "/Tx", "/V": TextStringObject(identity), "/Ff": READ_ONLY, "/F": HIDDEN,
              "/Type": "/Annot", "/Subtype": "/Widget", "/Rect": [0.0, 0.0, 0.0, 0.0], "/DA": TextStringObject("/Song 1 Tf 0 g")}  # fmt: skip
    tree.put("__form__", 0, hidden)
    writer.root_object[NameObject("/AcroForm")] = native({
        "/Fields": tree.roots, "/NeedAppearances": False, "/DA": TextStringObject("/Song 10 Tf 0 g"), "/DR": {"/Font": {"/Song": _song(writer)}},
    })  # fmt: skip
    writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The document's bytes."""
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


class _Tree:
    """The fields by their full names. A partial name holds no period (ISO 32000-1, 12.7.3.2), so `applicant.name` is
    the kid `name` of a field `applicant`; with periods in it, validators refuse every revision after a signature."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer, self._above = writer, dict[str, Any]()
        self.roots = ArrayObject()

    def put(self, name: str, page: int, field: Mapping[str, Any]) -> None:
        """The field `name` among its siblings and on its page."""
        sheet = self._writer.pages[page]
        reference = self._linked(name, {**field, "/P": sheet.indirect_reference})
        if "/Annots" not in sheet:
            sheet[NameObject("/Annots")] = ArrayObject()
            sheet[NameObject("/Tabs")] = NameObject("/R")
        sheet["/Annots"].append(reference)  # type: ignore[attr-defined]

    def _linked(self, name: str, entries: Mapping[str, Any]) -> Any:
        over, _, partial = name.rpartition(".")
        if over and over not in self._above:
            self._above[over] = self._linked(over, {"/Kids": []})
        parent = self._above.get(over)
        node = native({"/T": TextStringObject(partial), **entries, **({"/Parent": parent} if parent else {})})
        reference = self._writer._add_object(node)
        (parent.get_object()["/Kids"] if parent else self.roots).append(reference)
        return reference


def terminal(fields: Iterable[Any], over: str = "") -> Iterator[tuple[str, Any]]:
    """Full name and dictionary of every field that holds a value, from a form's `/Fields`."""
    for reference in fields:
        field = reference.get_object()
        name = over + str(field["/T"])
        if "/FT" in field:
            yield name, field
        else:
            yield from terminal(field.get("/Kids", ()), f"{name}.")


def _base(widget: Widget, kind: str, flags: int) -> dict[str, Any]:
    flags |= (READ_ONLY if widget.locked else 0) | (REQUIRED if widget.required else 0)
    return {
        "/Type": "/Annot", "/Subtype": "/Widget", "/FT": kind, "/Rect": list(widget.box),
        "/F": PRINTED, "/Ff": flags, "/TU": TextStringObject(widget.label or widget.name),
    }  # fmt: skip


def _text(widget: Widget, value: str) -> dict[str, Any]:
    kind = "/Ch" if widget.kind == "choice" else "/Tx"
    flags = {"choice": COMBO, "lines": MULTILINE}.get(widget.kind, 0)
    field = _base(widget, kind, flags) | {"/DA": TextStringObject(f"/Song {_size(widget, value):g} Tf 0 g"), "/MK": {}}
    if widget.options:
        blank = [TextStringObject(""), TextStringObject("")]
        field["/Opt"] = [blank, *([TextStringObject(code), TextStringObject(text)] for code, text in widget.options)]
    if value:
        field["/V"] = TextStringObject(value)
    return field


def _size(widget: Widget, value: str) -> float:
    """The size typing is set in: for a choice the largest in which its longest option stands in one line."""
    if widget.options:
        left, bottom, right, top = widget.box
        longest = max((text for _, text in widget.options), key=breadth)
        return fitted(longest, right - left, top - bottom, widget.size, False, CHOICE_LEAST).size
    return _look(widget, value).size if value else widget.size


def _look(widget: Widget, value: str) -> Look:
    left, bottom, right, top = widget.box
    if widget.options:
        return chosen(dict(widget.options).get(value, value), right - left, top - bottom, widget.size)
    return fitted(value, right - left, top - bottom, widget.size, widget.kind == "lines")


def chosen(shown: str, width: float, height: float, size: float) -> Look:
    """The look of an option: folded into lines, never below 7 points, shortened with an ellipsis where even that is
    too long for its box."""
    look = fitted(shown, width, height, size, True, CHOICE_LEAST)
    while not _fits(look) and len(look.text) > 2:
        look = replace(look, text=look.text.removesuffix("…")[:-1] + "…")
    return look


def fitted(text: str, width: float, height: float, size: float, multiline: bool, least: float = TEXT_LEAST) -> Look:
    """The look of `text` with the largest type, not above `size` nor below `least`, in which it fits its box."""
    look = Look(text, width, height, size, multiline)
    while look.size > least and not _fits(look):
        look = replace(look, size=max(look.size - 0.5, least))
    return look


def _fits(look: Look) -> bool:
    lines = wrapped(look)
    broad = max(pdfmetrics.stringWidth(line, face(VALUES_IN, look.text), look.size) for line in lines)
    return len(lines) * look.size * LEADING <= look.height - 2 and (look.multiline or broad <= look.width - 4)


def wrapped(look: Look) -> list[str]:
    """The lines a look is set in."""
    if not look.multiline:
        return [look.text.replace("\n", " ")]
    name, lines = face(VALUES_IN, look.text), []
    for whole in look.text.split("\n"):
        line, used = "", 0.0
        for character in whole:
            wide = pdfmetrics.stringWidth(character, name, look.size)
            if used + wide > look.width - 5 and line:
                lines.append(line)
                line, used = "", 0.0
            line, used = line + character, used + wide
        lines.append(line)
    return lines


def appearances(writer: PdfWriter, looks: Mapping[str, Look]) -> dict[str, Any]:
    """An appearance stream for each look, all sharing one embedded font; names to references."""
    if not looks:
        return {}
    every = "".join(look.text.replace("\n", " ") for look in looks.values())
    name = face(VALUES_IN, every)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    for look in looks.values():
        canvas.setPageSize((look.width, look.height))
        _draw(canvas, look, name)
        canvas.showPage()
    canvas.save()
    made: dict[str, Any] = {}
    for (key, look), page in zip(looks.items(), PdfReader(buffer).pages, strict=True):
        content = page.get_contents()
        stream = StreamObject()
        stream.set_data(b"/Tx BMC\nq\n" + (b"" if content is None else content.get_data()) + b"\nQ\nEMC\n")
        stream.update(native({"/Type": "/XObject", "/Subtype": "/Form", "/BBox": [0.0, 0.0, look.width, look.height],
                              "/Resources": page["/Resources"].clone(writer)}))  # type: ignore[call-overload]  # fmt: skip
        made[key] = writer._add_object(stream.flate_encode())
    return made


def _draw(canvas: Canvas, look: Look, name: str) -> None:
    """Lines from the top; in a low box in its middle."""
    canvas.setFont(name, look.size)
    lines = wrapped(look)
    y = look.height - look.size - 1
    if look.height < 50:
        y = (look.height + (len(lines) - 1) * look.size * LEADING - look.size) / 2 + look.size * 0.16
    for line in lines:
        canvas.drawString(2, y, line)
        y -= look.size * LEADING


def _check(writer: PdfWriter, widget: Widget, on: bool) -> dict[str, Any]:
    left, bottom, right, top = widget.box
    state = ON if on else "/Off"
    faces = {ON: _box(writer, right - left, top - bottom, True), "/Off": _box(writer, right - left, top - bottom, False)}
    return _base(widget, "/Btn", 0) | {
        "/V": state, "/AS": state, "/AP": {"/N": faces}, "/DA": TextStringObject("/ZaDb 0 Tf 0 g"), "/MK": {"/CA": TextStringObject("4")},
    }  # fmt: skip


def _box(writer: PdfWriter, width: float, height: float, on: bool) -> Any:
    draw = f"q 0.7 w 0.5 0.5 {width - 1:.2f} {height - 1:.2f} re S Q\n"
    if on:
        draw += f"q 1.3 w {width * 0.2:.2f} {height * 0.5:.2f} m {width * 0.42:.2f} {height * 0.25:.2f} l {width * 0.82:.2f} {height * 0.8:.2f} l S Q\n"
    stream = StreamObject()
    stream.set_data(draw.encode())
    stream.update(native({"/Type": "/XObject", "/Subtype": "/Form", "/BBox": [0.0, 0.0, width, height], "/Resources": {}}))  # type: ignore[call-overload]
    return writer._add_object(stream)


def _song(writer: PdfWriter) -> Any:
    """The predefined Chinese font every reader knows how to replace (ISO 32000-1, 9.7.5.2)."""
    descriptor = {"/Type": "/FontDescriptor", "/FontName": "/STSong-Light", "/Flags": 6, "/FontBBox": [-25, -254, 1000, 880], "/ItalicAngle": 0,
                  "/Ascent": 880, "/Descent": -120, "/CapHeight": 880, "/StemV": 93}  # fmt: skip
    below = {
        "/Type": "/Font", "/Subtype": "/CIDFontType0", "/BaseFont": "/STSong-Light", "/DW": 1000,
        "/CIDSystemInfo": {"/Registry": TextStringObject("Adobe"), "/Ordering": TextStringObject("GB1"), "/Supplement": 4},
        "/FontDescriptor": writer._add_object(native(descriptor)), "/W": [1, 95, 500, 814, 939, 500],
    }  # fmt: skip
    return writer._add_object(native({
        "/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/STSong-Light", "/Encoding": "/UniGB-UCS2-H",
        "/DescendantFonts": [writer._add_object(native(below))],
    }))  # fmt: skip
