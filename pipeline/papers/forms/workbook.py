"""A form as a spreadsheet, for tables of many rows: a first sheet with the single fields, then one sheet for each table.

Bytes are the same for the same form. Choices get lists to pick from, cells are text so that numbers of documents stay as
typed, dates are dates. What is typed in elsewhere is read by the labels, so rows and columns may be moved.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.values import format_value
from pipeline.model import FormIdentity

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_LISTS, _FIRST = "选项", "登记"
_EMPTY_ROWS = 300
_PLAIN, _HEAD, _TEXT, _DATE, _TITLE, _NOTE = range(6)
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="4"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font><font><sz val="10"/><color rgb="FF666666"/><name val="宋体"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEFEFEF"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/></border><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/></border></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="6"><xf fontId="0"/>
<xf fontId="1" fillId="2" borderId="1" numFmtId="49" applyAlignment="1"><alignment wrapText="1" vertical="center"/></xf>
<xf fontId="0" borderId="1" numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf>
<xf fontId="0" borderId="1" numFmtId="164" applyNumberFormat="1"/><xf fontId="2"/>
<xf fontId="3" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


@dataclass(slots=True)
class _Sheet:
    """One sheet in the making: cells by row, widths of columns, merged lines, and columns with a list to pick from."""

    name: str
    rows: list[list[tuple[str, int]]] = field(default_factory=list)
    widths: tuple[int, ...] = ()
    merged: list[int] = field(default_factory=list)
    picks: list[tuple[str, str]] = field(default_factory=list)
    frozen: int = 0


def build_xlsx(pack: Pack, spec: FormSpec, identity: FormIdentity, values: Mapping[str, Any] | None = None) -> bytes:
    """The form as a workbook, blank or holding `values`. Groups within the form have no place in it (see `fits`)."""
    said = values or {}
    lists: dict[str, Sequence[Mapping[str, Any]]] = {}
    sheets = [_first(spec, said, lists)]
    sheets += [_table(name, node, said.get(name) or (), lists) for name, node in spec.fields.items() if node["type"] == "list"]
    return _package([*sheets, _options(lists)], identity, {name: n for n, name in enumerate(lists)}, lists)


def fits(spec: FormSpec) -> bool:
    """Whether a spreadsheet can hold the form: single fields and tables of such, no groups, no lists of plain items."""
    rows = [node["schema"] for node in spec.fields.values() if node["type"] == "list"]
    plain = [*spec.fields.values(), *(column for row in rows for column in row.get("schema", {}).values())]
    return all(row.get("type") == "dict" for row in rows) and all(n["type"] not in ("dict", "choices") for n in plain if n["type"] != "list")


def _first(spec: FormSpec, values: Mapping[str, Any], lists: dict[str, Sequence[Mapping[str, Any]]]) -> _Sheet:
    sheet = _Sheet(_FIRST, widths=(26, 60))
    sheet.rows.append([(spec.title_zh, _TITLE)])
    sheet.merged.append(1)
    for note in (section.note for section in spec.sections if section.note):
        sheet.rows.append([(f"说明：{note}", _NOTE)])
        sheet.merged.append(len(sheet.rows))
    for name, node in spec.fields.items():
        if node["type"] != "list":
            sheet.rows.append([(_label(node), _HEAD), (_shown(node, values.get(name)), _DATE if node["type"] == "date" else _TEXT)])
            _pick(sheet, node, f"B{len(sheet.rows)}", lists)
    return sheet


def _table(name: str, node: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lists: dict[str, Sequence[Mapping[str, Any]]]) -> _Sheet:
    columns: Mapping[str, Any] = node["schema"]["schema"]
    sheet = _Sheet(str(node["meta"].get("label", name))[:31], widths=tuple(max(14, min(36, 3 * len(_label(c)))) for c in columns.values()), frozen=2)
    sheet.rows.append([(str(c["meta"].get("hint") or ""), _NOTE) for c in columns.values()])
    sheet.rows.append([(_label(column), _HEAD) for column in columns.values()])
    styles = [_DATE if column["type"] == "date" else _TEXT for column in columns.values()]
    for row in [*rows, *({} for _ in range(_EMPTY_ROWS - len(rows)))]:
        sheet.rows.append([(_shown(column, row.get(key)), style) for (key, column), style in zip(columns.items(), styles, strict=True)])
    for n, column in enumerate(columns.values()):
        _pick(sheet, column, f"{_letter(n)}3:{_letter(n)}{len(sheet.rows)}", lists)
    return sheet


def _pick(sheet: _Sheet, node: Mapping[str, Any], cells: str, lists: dict[str, Sequence[Mapping[str, Any]]]) -> None:
    options = list(node["meta"].get("options") or ())
    options = options or [{"zh": "是"}, {"zh": "否"}] * (node["type"] == "boolean")
    if options:
        key = "|".join(str(option["zh"]) for option in options)
        lists[key] = options
        sheet.picks.append((cells, key))


def _options(lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> _Sheet:
    longest = max((len(options) for options in lists.values()), default=0)
    rows = [[(str(options[n]["zh"]) if n < len(options) else "", _PLAIN) for options in lists.values()] for n in range(longest)]
    return _Sheet(_LISTS, rows=rows)


def _label(node: Mapping[str, Any]) -> str:
    return f"{node['meta'].get('label', '')}{'＊' if node.get('required') else ''}"


def _shown(node: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else format_value(node["meta"], value)


def _letter(n: int) -> str:
    return chr(65 + n) if n < 26 else chr(64 + n // 26) + chr(65 + n % 26)


def _package(sheets: Sequence[_Sheet], identity: FormIdentity, order: Mapping[str, int], lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets, identity, order, lists):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return out.getvalue()


def _parts(
    sheets: Sequence[_Sheet], identity: FormIdentity, order: Mapping[str, int], lists: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[str, str]]:
    many = range(1, len(sheets) + 1)
    kinds = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}worksheet+xml"/>' for n in many)
    yield "[Content_Types].xml", (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>{kinds}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}styles+xml"/>'
        '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/></Types>'
    )
    yield "_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml"), "rId2": ("custom-properties", "docProps/custom.xml")})
    named = "".join(
        f'<sheet name={quoteattr(s.name)} sheetId="{n}" r:id="rId{n}"{" state=" + quoteattr("hidden") if s.name == _LISTS else ""}/>' for n, s in enumerate(sheets, 1)
    )  # fmt: skip
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{named}</sheets></workbook>'
    links = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in many}
    yield "xl/_rels/workbook.xml.rels", _relations({**links, f"rId{len(sheets) + 1}": ("styles", "styles.xml")})
    yield "xl/styles.xml", _STYLES
    yield "docProps/custom.xml", (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="hongtou"><vt:lpwstr>{escape(identity.encode())}</vt:lpwstr></property></Properties>'
    )
    for n, sheet in enumerate(sheets, 1):
        yield f"xl/worksheets/sheet{n}.xml", _sheet(sheet, order, lists)


def _relations(links: Mapping[str, tuple[str, str]]) -> str:
    rows = "".join(f'<Relationship Id="{key}" Type="{_REL}/{kind}" Target="{target}"/>' for key, (kind, target) in links.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _sheet(sheet: _Sheet, order: Mapping[str, int], lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    pane = f'<pane ySplit="{sheet.frozen}" topLeftCell="A{sheet.frozen + 1}" activePane="bottomLeft" state="frozen"/>' if sheet.frozen else ""
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(sheet.widths, 1))
    rows = "".join(
        f'<row r="{n}"{_height(sheet, n, row)}>{"".join(_cell(n, c, text, style) for c, (text, style) in enumerate(row))}</row>' for n, row in enumerate(sheet.rows, 1)
    )  # fmt: skip
    merged = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in sheet.merged)
    picks = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{cells}"><formula1>{_LISTS}!${_letter(order[key])}$1:${_letter(order[key])}${len(lists[key])}</formula1></dataValidation>'
        for cells, key in sheet.picks
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        + (f"<cols>{columns}</cols>" if columns else "") + f"<sheetData>{rows}</sheetData>"
        + (f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else "")
        + (f'<dataValidations count="{len(sheet.picks)}">{picks}</dataValidations>' if picks else "") + "</worksheet>"
    )  # fmt: skip


def _height(sheet: _Sheet, number: int, row: Sequence[tuple[str, int]]) -> str:
    """Notes get the height of their lines, which no program finds out for merged cells."""
    if not row or row[0][1] != _NOTE:
        return ""
    widths = [sum(sheet.widths)] if number in sheet.merged else list(sheet.widths)
    lines = max(-(-2 * len(text) // width) for (text, _), width in zip(row, widths, strict=False))
    return f' ht="{15 * max(lines, 1)}" customHeight="1"'


def _cell(row: int, column: int, text: str, style: int) -> str:
    at = f"{_letter(column)}{row}"
    if not text:
        return f'<c r="{at}" s="{style}"/>'
    if style == _DATE:
        return f'<c r="{at}" s="{style}"><v>{(date.fromisoformat(text) - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
