"""The cells of a spreadsheet (XLSX or CSV) as text, sheet by sheet, with the row numbers a person sees.

Source: ISO/IEC 29500-1, part SpreadsheetML. Numbers come as the program that wrote them would show them, dates as ISO
text; formulas count by the value stored with them, for nothing is computed here.

Residual risk: a date in a cell formatted as a plain number is read as that number, and the check will say so.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.intake.screen.data import DataRefusedError
from pipeline.intake.screen.kinds import decode_text
from pipeline.intake.screen.ooxml import parse_part

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_LINK = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CUSTOM = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"
_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""Built-in number formats that show a date (ECMA-376 18.8.30, with those of Chinese versions)."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
MOST_ROWS, MOST_COLUMNS = 20_000, 200
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet that is not hidden: its name, and its rows that hold anything, each with its number and its cells in order."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets of a spreadsheet and its custom properties."""

    sheets: tuple[Sheet, ...]
    properties: dict[str, str]


def open_csv(data: bytes) -> Workbook:
    """A CSV file as a workbook of one sheet. Raises DataRefusedError when it is no text, or too long."""
    text = decode_text(data)
    if text is None:
        raise DataRefusedError("不是文本 / not text")
    head = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    mark = max(",;\t，；", key=head.count)
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=mark)
    try:
        return Workbook((Sheet("", tuple(_kept((n, cells) for n, cells in enumerate(rows, 1)))),), {})
    except csv.Error as trouble:
        raise DataRefusedError("CSV") from trouble


def open_xlsx(data: bytes) -> Workbook:
    """A screened XLSX, opened. Raises KeyError, XmlRefusedError or what zipfile raises when a part is missing or broken."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = _target(archive, "_rels/.rels", "/officeDocument", "")
        book = parse_part(archive.read(main))
        home = posixpath.dirname(main)
        links = {str(link.get("Id")): str(link.get("Target", "")) for link in parse_part(archive.read(f"{home}/_rels/{posixpath.basename(main)}.rels")).iter(_LINK)}
        words = _shared(archive, home)
        settings = book.find(_S + "workbookPr")
        since = date(1904, 1, 1) if settings is not None and settings.get("date1904") in ("1", "true") else date(1899, 12, 30)
        reading = _Reading(words, _date_styles(archive, home), since)
        sheets = tuple(
            Sheet(str(sheet.get("name", "")), tuple(_kept(reading.rows(parse_part(archive.read(_path(home, links[str(sheet.get(_R + "id"))]))))))
            ) for sheet in book.iter(_S + "sheet") if sheet.get("state", "visible") == "visible"
        )  # fmt: skip
        return Workbook(sheets, properties_of(archive))


def properties_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """The custom properties of an Office file."""
    if "docProps/custom.xml" not in archive.namelist():
        return {}
    return {str(item.get("name", "")): "".join(item.itertext()) for item in parse_part(archive.read("docProps/custom.xml")).iter(_CUSTOM)}


def _path(home: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(home, target))


def _target(archive: zipfile.ZipFile, rels: str, kind: str, home: str) -> str:
    for link in parse_part(archive.read(rels)).iter(_LINK):
        if str(link.get("Type", "")).endswith(kind):
            return _path(home, str(link.get("Target", "")))
    raise KeyError(kind)


def _kept(rows: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    for n, cells in rows:
        if n > MOST_ROWS or len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
            raise DataRefusedError(f"超过{MOST_ROWS}行或者{MOST_COLUMNS}列 / too many rows or columns", trick=True)
        if any(cell.strip() for cell in cells):
            yield n, tuple(cells)


def _shared(archive: zipfile.ZipFile, home: str) -> list[str]:
    name = f"{home}/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    return [_text(item) for item in parse_part(archive.read(name)).iter(_S + "si")]


def _text(item: Any) -> str:
    """The text of a string item, without the reading aids (phonetic runs) of some versions."""
    runs = [item.find(_S + "t"), *(run.find(_S + "t") for run in item.iter(_S + "r"))]
    return "".join(run.text or "" for run in runs if run is not None)


def _date_styles(archive: zipfile.ZipFile, home: str) -> frozenset[int]:
    """The cell styles that show a date."""
    name = f"{home}/styles.xml"
    if name not in archive.namelist():
        return frozenset()
    root = parse_part(archive.read(name))
    own = {int(f.get("numFmtId", "0")) for f in root.iter(_S + "numFmt") if re.search("[yd年日]", _QUOTED.sub("", str(f.get("formatCode", ""))), re.I)}
    cells = root.find(_S + "cellXfs")
    formats = [int(xf.get("numFmtId", "0")) for xf in (cells if cells is not None else ())]
    return frozenset(n for n, number in enumerate(formats) if number in _DATE_FORMATS or number in own)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What cells of one workbook are read with."""

    words: list[str]
    dates: frozenset[int]
    since: date

    def rows(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        number = 0
        for row in sheet.iter(_S + "row"):
            number = int(row.get("r") or number + 1)
            cells: dict[int, str] = {}
            at = -1
            for cell in row.iter(_S + "c"):
                at = _column(str(cell.get("r") or "")) if cell.get("r") else at + 1
                cells[at] = self.cell(cell)
            last = max(cells, default=-1)
            yield number, [cells.get(n, "") for n in range(min(last, MOST_COLUMNS) + 1)]

    def cell(self, cell: Any) -> str:
        kind, value = str(cell.get("t") or "n"), cell.find(_S + "v")
        if kind == "inlineStr":
            inline = cell.find(_S + "is")
            return _text(inline) if inline is not None else ""
        text = (value.text or "") if value is not None else ""
        if kind == "s":
            return self.words[int(text)] if text.isdigit() and int(text) < len(self.words) else ""
        if kind == "b":
            return {"1": "是", "0": "否"}.get(text, text)
        return self._number(text, int(cell.get("s") or 0)) if kind == "n" and text else text

    def _number(self, text: str, style: int) -> str:
        try:
            value = float(text)
        except ValueError:
            return text
        if style in self.dates and 0 < value < 2_958_466:
            return (self.since + timedelta(days=int(value))).isoformat()
        return f"{value:.{_DIGITS}g}" if "." in text or "e" in text.lower() else text


def _column(reference: str) -> int:
    """The column of a cell such as `AB12`, from 0."""
    number = 0
    for letter in re.match(r"[A-Z]*", reference.upper()).group():  # type: ignore[union-attr]
        number = number * 26 + ord(letter) - 64
    return number - 1
