"""A form filled in as a spreadsheet: single fields as a label with its value beside it, tables under a row of their column labels.

Which sheet holds what does not matter, nor the order of the columns; labels are compared as those of Word forms are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake.read.gather import Gathered, clean
from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Leaf, Outline, label_key
from pipeline.intake.read.recognise import Outlines, Recognised, by_identity, taken
from pipeline.intake.read.sheets import Sheet, Workbook

_HEAD_ROWS = 6
Header = tuple[str, dict[int, Leaf]]
"""The table a row of labels belongs to, and its columns."""


@dataclass(frozen=True, slots=True)
class RowAt:
    """Where a row of a table stood."""

    sheet: str
    number: int

    @property
    def zh(self) -> str:
        """In words."""
        return f"工作表“{self.sheet}”第{self.number}行" if self.sheet else f"第{self.number}行"


def recognise(book: Workbook, outlines: Outlines, jurisdiction: str, file: str) -> Recognised | None:
    """The form of a workbook: by the identity it carries, else by a title in its first rows; None when it is none."""
    heads = [clean(cell) for sheet in book.sheets for _, cells in sheet.rows[:_HEAD_ROWS] for cell in cells]
    known = by_identity([*book.properties.values(), *heads], outlines, file)
    if known is not None:
        return known
    titles = {label_key(head) for head in heads if head}
    found = [outline for outline in outlines.values() if outline.workbook and titles & set(outline.titles)]
    mine = [outline for outline in found if outline.jurisdiction == jurisdiction] or found
    return taken(mine[0], file) if len(mine) == 1 else None


def read_grids(book: Workbook, gathered: Gathered) -> dict[str, list[RowAt]]:
    """Put everything into `gathered`; gives, by table, where its rows stood."""
    at: dict[str, list[RowAt]] = {}
    for sheet in book.sheets:
        _read_sheet(sheet, gathered, at)
    return at


def row_places(outline: Outline, at: Mapping[str, list[RowAt]]) -> dict[str, str]:
    """The place of every cell of every row, in the words of a spreadsheet."""
    places: dict[str, str] = {}
    for table, rows in at.items():
        columns = outline.tables[table]
        for index, row in enumerate(rows):
            places[f"{table}[{index}]"] = row.zh
            places |= {leaf.path.replace(f"{table}[]", f"{table}[{index}]", 1): f"{row.zh} · {leaf.label}" for leaf in columns}
    return places


def _read_sheet(sheet: Sheet, gathered: Gathered, at: dict[str, list[RowAt]]) -> None:
    header: Header | None = None
    singles = {title: leaf for leaf in gathered.outline.leaves if not leaf.table for title in leaf.titles}
    names = {label_key(place.rpartition(" · ")[2]) for path, place in gathered.outline.places.items() if path in gathered.outline.tables}
    for number, cells in sheet.rows:
        if (found := _header(cells, gathered, sheet, number)) is not None:
            header = found
        elif len(given := [cell for cell in cells if cell.strip()]) == 1 and label_key(given[0]).strip("【】[]") in names:
            header = None
        elif header is not None:
            _put_row(header, cells, RowAt(sheet.name, number), gathered, at)
        else:
            _put_single(cells, singles, gathered)


def _header(cells: tuple[str, ...], gathered: Gathered, sheet: Sheet, number: int) -> Header | None:
    """The table whose column labels these cells are: at least two, and three in five of them."""
    keys = {n: label_key(cell) for n, cell in enumerate(cells) if cell.strip()}
    best: Header | None = None
    for table, leaves in gathered.outline.tables.items():
        titles = {title: leaf for leaf in reversed(leaves) for title in (*leaf.titles, leaf.path.rpartition(".")[2])}
        columns = {n: titles[key] for n, key in keys.items() if key in titles}
        if len(columns) >= 2 and len(columns) >= 0.6 * len(keys) and (best is None or len(columns) > len(best[1])):
            best = (table, columns)
    if best is not None and (strange := [cells[n].strip() for n in keys if n not in best[1]]):
        gathered.findings.append(reading_note("unknown_field", gathered.file, detail="、".join(strange), place=RowAt(sheet.name, number).zh))
    return best


def _put_row(header: Header, cells: tuple[str, ...], here: RowAt, gathered: Gathered, at: dict[str, list[RowAt]]) -> None:
    table, columns = header
    given = {leaf: cells[n] for n, leaf in columns.items() if n < len(cells) and clean(cells[n])}
    if not given:
        return
    rows = at.setdefault(table, [])
    key = len(rows)
    rows.append(here)
    gathered.order[key] = key
    for leaf, value in given.items():
        gathered.put(leaf, value, key)


def _put_single(cells: tuple[str, ...], singles: Mapping[str, Leaf], gathered: Gathered) -> None:
    for n, cell in enumerate(cells[:-1]):
        leaf = singles.get(label_key(cell)) if cell.strip() else None
        if leaf is not None and clean(cells[n + 1]) and label_key(cells[n + 1]) not in singles:
            gathered.put(leaf, cells[n + 1])
