"""Content controls: what a person fills in, each tagged with its field path.

Contract with the reader: `w:tag` is the path; placeholder text stands under `w:showingPlcHdr` and reads as absent;
a choice is a `w:dropDownList` whose values are codes; each option of a multiple choice is a `w14:checkbox` tagged
`path=code`; a date carries `w:fullDate` when filled.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.law.values import format_value
from pipeline.papers.forms.parts import Entry
from pipeline.papers.forms.wordml import GREY, VALUE, Element, Face, el, run, val

CHECKED, UNCHECKED = "☑", "☐"
_SHORT = {"date": "日期", "choice": "选择", "boolean": "是/否", "file": "文件名", "region": "区划码", "integer": "数字",
          "decimal": "数字", "money": "金额"}  # fmt: skip
_LONG = {
    "date": "点击选择日期", "choice": "点击选择", "boolean": "点击选择是或否", "file": "随附文件名，如“×××.pdf”",
    "uscc": "18位统一社会信用代码", "region": "6位行政区划代码", "phone": "手机号或“区号-号码”", "email": "电子邮箱",
    "integer": "填写整数", "decimal": "填写数字", "money": "填写金额，保留两位小数", "sha256": "64位摘要值",
}  # fmt: skip


@dataclass(slots=True)
class Inputs:
    """Values, locks and running numbers while one form is being built."""

    values: Mapping[str, Any] = field(default_factory=dict)
    locked: Collection[str] = ()
    used: set[int] = field(default_factory=set)
    drawings: int = 0
    short: bool = False
    """A form without a cover, which an office wants on one page where it can be."""

    def number(self, tag: str) -> int:
        """A control id: stable for the same form, never twice."""
        number = zlib.crc32(tag.encode()) & 0x3FFFFFFF or 1
        while number in self.used:
            number += 1
        self.used.add(number)
        return number

    def lock(self, tag: str) -> str:
        """`sdtContentLocked` for a locked path and all below it; leaves of the form itself cannot be deleted."""
        bare = tag.split("=")[0]
        parents = {bare, bare.replace("[]", "")}
        for mark in (".", "[]"):
            pieces = bare.split(mark)
            parents |= {mark.join(pieces[:count]) for count in range(1, len(pieces))}
        if parents & set(self.locked):
            return "sdtContentLocked"
        return "" if "[]" in bare else "sdtLocked"

    def at(self, path: str) -> Any:
        """The value at a path that is not in a table, None when absent."""
        found: Any = self.values
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def within(row: Any, table: str, path: str) -> Any:
    """The value of column `path` (`table[].a.b`) in one row of `table`, None when absent."""
    below = path.removeprefix(f"{table}[]").lstrip(".")
    for name in below.split(".") if below else ():
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def control(inputs: Inputs, entry: Entry, value: Any, face: Face = VALUE, short: bool = False, longest: int = 60) -> tuple[Element, ...]:
    """The control (or, for a multiple choice, the controls) of one leaf, as content of a paragraph."""
    if entry.kind == "choices":
        return _boxes(inputs, entry, value, face)
    text = "" if value is None else format_value(entry.meta, value)
    properties = _properties(inputs, entry.path, entry.label, absent=not text, face=face)
    properties.append(_kind_of_control(entry, value))
    shown = run(text, face) if text else run(prompt(entry, short, longest), Face(face.family, face.size, GREY, style="PlaceholderText"))
    return (el("w:sdt", None, properties, el("w:sdtContent", None, shown)),)


def locked_box(inputs: Inputs, entry: Entry, shown: Iterable[Element], face: Face) -> Element:
    """A control of any content (a formula may stand in it) for one leaf; it can be typed over, not deleted."""
    properties = _properties(inputs, entry.path, entry.label, face=face)
    return el("w:sdt", None, properties, el("w:sdtContent", None, *shown))


def prompt(entry: Entry, short: bool = False, longest: int = 60) -> str:
    """The grey words that stand where nothing is filled in yet: the hint when not above `longest` characters (nor,
    when `short`, above six), else words for the kind."""
    hint = str(entry.meta.get("hint") or "")
    hint = hint if len(hint) <= longest else ""
    if short:
        return hint if 0 < len(hint) <= 6 else _SHORT.get(entry.kind, "填写")
    if hint:
        return hint
    if entry.kind in ("text", "long_text"):
        return f"填写{entry.label}{bounds(entry)}"
    return _LONG.get(entry.kind, "点击填写")


def bounds(entry: Entry) -> str:
    """`（500—5000字）` of a long text, empty where the schema sets no bounds."""
    low, high = entry.node.get("minlength"), entry.node.get("maxlength")
    if entry.kind != "long_text" or not (low or high):
        return ""
    if low and int(low) > 1:
        return f"（{low}—{high}字）" if high else f"（不少于{low}字）"
    return f"（不超过{high}字）" if high else ""


def _properties(inputs: Inputs, tag: str, label: str, absent: bool = False, face: Face | None = None) -> Element:
    lock = inputs.lock(tag)
    return el(
        "w:sdtPr", None,
        face.properties() if face else None,
        val("w:alias", label[:64]) if label else None,
        val("w:tag", tag),
        val("w:id", inputs.number(tag)),
        val("w:lock", lock) if lock else None,
        el("w:showingPlcHdr") if absent else None,
    )  # fmt: skip


def _kind_of_control(entry: Entry, value: Any) -> Element:
    if entry.options:
        return drop_down(entry.options, entry.code(value))
    if entry.kind == "date":
        return date_picker(value if isinstance(value, date) else None)
    return el("w:text", {"w:multiLine": 1} if entry.kind in ("long_text", "text") else None)


def drop_down(options: Iterable[tuple[str, str]], chosen: str = "") -> Element:
    """A `w:dropDownList`: an empty item that clears the choice, then the options; `chosen` is the code shown now."""
    items = [el("w:listItem", {"w:displayText": "请选择", "w:value": ""})]
    items += [el("w:listItem", {"w:displayText": text, "w:value": code}) for code, text in options]
    return el("w:dropDownList", {"w:lastValue": chosen} if chosen else None, *items)


def date_picker(day: date | None) -> Element:
    """A `w:date` that shows 2026年1月5日."""
    return el(
        "w:date", {"w:fullDate": f"{day.isoformat()}T00:00:00Z"} if day else None,
        val("w:dateFormat", "yyyy年M月d日"), val("w:lid", "zh-CN"), val("w:storeMappedDataAs", "dateTime"),
        val("w:calendar", "gregorian"),
    )  # fmt: skip


def _boxes(inputs: Inputs, entry: Entry, value: Any, face: Face) -> tuple[Element, ...]:
    chosen = {str(code) for code in value or ()}
    parts: list[Element] = []
    for code, text in entry.options:
        properties = _properties(inputs, f"{entry.path}={code}", f"{entry.label}：{text}")
        ticked = code in chosen
        properties.append(el(
            "w14:checkbox", None, el("w14:checked", {"w14:val": int(ticked)}),
            el("w14:checkedState", {"w14:val": "2611", "w14:font": "Segoe UI Symbol"}),
            el("w14:uncheckedState", {"w14:val": "2610", "w14:font": "Segoe UI Symbol"}),
        ))  # fmt: skip
        mark = run(CHECKED if ticked else UNCHECKED, Face("Segoe UI Symbol", face.size + 2))
        parts += [el("w:sdt", None, properties, el("w:sdtContent", None, mark)), run(f"\u00a0{text}　", Face(size=face.size))]
    return tuple(parts)


def repeating(inputs: Inputs, path: str, label: str, rows: Iterable[Element]) -> Element:
    """Rows of a table under `w15:repeatingSection`, each an item of its own; a locked table does not repeat."""
    tag = f"{path}[]"
    properties = _properties(inputs, tag, label)
    locked = inputs.lock(path) == "sdtContentLocked"
    properties.append(el("w15:repeatingSection", None, el("w15:doNotAllowInsertDeleteSection") if locked else None))
    items = [
        el("w:sdt", None,
           el("w:sdtPr", None, val("w:id", inputs.number(f"{tag}#item")), el("w15:repeatingSectionItem")),
           el("w:sdtContent", None, row))
        for row in rows
    ]  # fmt: skip
    return el("w:sdt", None, properties, el("w:sdtContent", None, *items))


def hidden_identity(inputs: Inputs, encoded: str) -> Element:
    """A paragraph with the form's identity in a control tagged `__form__`, hidden and locked."""
    face = Face(size=2, hidden=True)
    properties = el(
        "w:sdtPr", None, face.properties(), val("w:alias", "表格标识"), val("w:tag", "__form__"),
        val("w:id", inputs.number("__form__")), val("w:lock", "sdtContentLocked"), el("w:text"),
    )  # fmt: skip
    mark = el("w:pPr", None, el("w:spacing", {"w:before": 0, "w:after": 0, "w:line": 20, "w:lineRule": "exact"}), face.properties())
    return el("w:p", None, mark, el("w:sdt", None, properties, el("w:sdtContent", None, run(encoded, face))))
