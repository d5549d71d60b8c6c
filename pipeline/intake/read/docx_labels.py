"""A Word form read by its printed labels, where content controls are gone (copied text, old WPS, other programs).

The label stands in the cell to the left of the value or above it, or before a colon in its paragraph; tables are found
by their header row. Labels that occur several times (单位名称 of applicant and of sponsor) are told apart by the name of
their group at the left, and by their order on the form: the longest common order of expected and found labels.

Residual risk: a form whose rows were reordered by hand may be read into the wrong field of the same label; the finding
`read_by_label` asks for a look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.intake.read.gather import Gathered, clean, is_prompt, read_marks
from pipeline.intake.read.grid import Cell, rows_of
from pipeline.intake.read.outline import Leaf, label_key
from pipeline.intake.read.word import W, WordFile, live, text_of, val

_LINE = re.compile(r"\s*([^：:\n]{1,40}?)\s*[：:][ \t\u3000\u00a0]*(.*)", re.DOTALL)
_MOST = 3000
_SUM = ("合计", "总计", "小计", "共计")


@dataclass(frozen=True, slots=True)
class Found:
    """A label as it stands on the form, the value beside it, and the group named at the left of its row."""

    key: str
    value: str
    group: str = ""


def read_labels(word: WordFile, gathered: Gathered, wanted: Collection[str]) -> list[Leaf]:
    """Read the `wanted` leaf paths by label into `gathered`; gives the leaves that got a value."""
    leaves = [leaf for leaf in gathered.outline.leaves if leaf.path in wanted]
    tables = {leaf.table for leaf in leaves if leaf.table}
    got = _read_tables(word, gathered, tables) + _read_cards(word, gathered, tables)
    single = [leaf for leaf in gathered.outline.leaves if not leaf.table]
    titles = {title for leaf in single for title in leaf.titles}
    groups = {leaf.group for leaf in single if leaf.group}
    answers = {label_key(zh) for leaf in single for _, zh in leaf.options} - {label_key(leaf.label) for leaf in single}
    for leaf, found in align(single, list(_found(word, titles - answers, groups))[:_MOST]):
        if leaf.path in wanted and leaf.path not in gathered.single:
            value = read_marks(leaf, found.value)
            if value and not (isinstance(value, str) and is_prompt(leaf, value, styled=False)):
                gathered.put(leaf, value)
                got.append(leaf)
    return got + _read_opinions(word, gathered, [leaf for leaf in single if leaf.path in wanted], titles)


def _read_opinions(word: WordFile, gathered: Gathered, leaves: list[Leaf], titles: set[str]) -> list[Leaf]:
    """The unlabelled words in the cell right of a group's name: its first long text (意见 … 签字 … 公章 … 日期)."""
    got: list[Leaf] = []
    for grid in word.body.iter(W + "tbl"):
        for _, cells in rows_of(grid):
            if len(cells) < 2 or not live(cells[0].element):
                continue
            group = label_key(text_of(cells[0].element, word).both)
            leaf = next((one for one in leaves if group and one.kind == "long_text" and one.group == group and one.path not in gathered.single), None)
            if leaf is None:
                continue
            lines = [text_of(p, word).plain for p in cells[1].element.iter(W + "p") if _line(p, word, titles) is None]
            words = "\n".join(line for line in lines if label_key(line) not in gathered.outline.hints).strip()
            words = re.sub(r"\n*[（(]公章[）)]\s*$", "", words)
            if words and not _label_in(words, titles) and not is_prompt(leaf, words, styled=False):
                gathered.put(leaf, words)
                got.append(leaf)
    return got


def _read_cards(word: WordFile, gathered: Gathered, tables: set[str]) -> list[Leaf]:
    """Tables set as cards: rows whose cells hold `label：value` lines for most columns."""
    got: list[Leaf] = []
    for table, leaves in gathered.outline.tables.items():
        if table not in tables or any(gathered.rows.get(table, {}).values()):
            continue
        titles = {title for leaf in leaves for title in leaf.titles}
        for row in word.body.iter(W + "tr"):
            lines = [line for p in row.iter(W + "p") if (line := _line(p, word, titles)) is not None] if live(row) else []
            pairs = [(leaf, line.value) for leaf in leaves for line in lines if line.key in leaf.titles]
            if len({leaf.path for leaf, _ in pairs}) < max(2, 0.6 * len(leaves)):
                continue
            gathered.order[row] = len(gathered.order)
            for leaf, text in pairs:
                value = read_marks(leaf, text)
                if value and not (isinstance(value, str) and is_prompt(leaf, value, styled=False)):
                    gathered.put(leaf, value, row)
                    got.append(leaf)
    return got


def align(leaves: list[Leaf], found: list[Found]) -> list[tuple[Leaf, Found]]:
    """Pairs of leaf and label: those in the order both keep, then those left over that fit only one another."""
    pairs = _in_order(leaves, found)
    left = [leaf for leaf in leaves if all(leaf is not one for one, _ in pairs)]
    spare = [one for one in found if all(one is not other for _, other in pairs)]
    for leaf in left:
        fits = [one for one in spare if _weight(leaf, one)]
        if len(fits) == 1 and sum(1 for other in left if _weight(other, fits[0])) == 1:
            pairs.append((leaf, fits[0]))
    return pairs


def _in_order(leaves: list[Leaf], found: list[Found]) -> list[tuple[Leaf, Found]]:
    """A weighted longest common subsequence of expected and found labels."""
    weights = [[_weight(leaf, one) for one in found] for leaf in leaves]
    best = [[0] * (len(found) + 1) for _ in range(len(leaves) + 1)]
    for i in range(len(leaves) - 1, -1, -1):
        for j in range(len(found) - 1, -1, -1):
            taken = weights[i][j] + best[i + 1][j + 1] if weights[i][j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], taken)
    pairs: list[tuple[Leaf, Found]] = []
    i = j = 0
    while i < len(leaves) and j < len(found):
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs.append((leaves[i], found[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _weight(leaf: Leaf, found: Found) -> int:
    """How well a label fits a leaf: 0 not at all; more when the group beside it is the leaf's."""
    if found.key not in leaf.titles:
        return 0
    if found.group and leaf.group:
        return 40 if found.group == leaf.group else 1
    return 20 if leaf.titles[0] == found.key else 12


def _found(word: WordFile, titles: set[str], groups: set[str]) -> Iterator[Found]:
    """All labels of the form with their values, in document order."""
    for element in word.body.iter(W + "p", W + "tbl"):
        if not live(element):
            continue
        if element.tag == W + "tbl":
            yield from _found_in_grid(element, word, titles, groups)
        elif (line := _line(element, word, titles)) is not None:
            yield line


def _line(element: Any, word: WordFile, titles: set[str]) -> Found | None:
    """`label：value` in one paragraph."""
    if next(element.iterancestors(W + "txbxContent"), None) is not None:
        return None
    match = _LINE.fullmatch(text_of(element, word).plain)
    if match is None or label_key(match.group(1)) not in titles:
        return None
    return Found(label_key(match.group(1)), clean(re.sub(r"[（(]公章[）)]|[（(]盖章[）)]", "", match.group(2))))


def _found_in_grid(grid: Any, word: WordFile, titles: set[str], groups: set[str]) -> Iterator[Found]:
    rows = [(cells, {cell.start: text_of(cell.element, word) for cell in cells}) for _, cells in rows_of(grid)]
    group = ""
    beside = False
    for number, (cells, texts) in enumerate(rows):
        if cells and not cells[0].continued:
            named = _group_in(cells, texts[cells[0].start].both, titles, groups)
            group = named or ("" if beside else group)
            beside = bool(named) and len(cells) > 1
        for position, cell in enumerate(cells):
            key = _label_in(texts[cell.start].plain, titles)
            if not key or cell.continued or (beside and position == 0):
                continue
            after = cells[position + 1] if position + 1 < len(cells) else None
            value = _value_right(after, texts, titles)
            if value is None:
                value = _value_below(rows, number, cell, titles)
            if value is not None:
                yield Found(key, value, group)


def _group_in(cells: tuple[Cell, ...], text: str, titles: set[str], groups: set[str]) -> str:
    """The group a row's first cell names, down its side or over the rows below; a note may follow behind a blank."""
    whole = label_key(text)
    if whole in titles and not _merged(cells[0]):
        return ""
    return next((key for key in (whole, label_key(re.split(r"[\s（(]", text.strip(), maxsplit=1)[0])) if key in groups), "")


def _merged(cell: Cell) -> bool:
    return val(cell.element.find(W + "tcPr"), "vMerge") == "restart"


def _label_in(text: str, titles: set[str]) -> str:
    """The label that a cell's text is, also with bounds printed behind it (`建设目标（200—3000字）`)."""
    key = label_key(text)
    if key in titles or len(key) > 60:
        return key if key in titles else ""
    bare = label_key(re.sub(r"[（(][^（()）]*字[^（()）]*[）)]\s*$", "", text.strip()))
    return bare if bare in titles else ""


def _value_right(after: Cell | None, texts: dict[int, Any], titles: set[str]) -> str | None:
    if after is None or _label_in(texts[after.start].plain, titles):
        return None
    return clean(texts[after.start].plain)


def _value_below(rows: list[tuple[tuple[Cell, ...], dict[int, Any]]], number: int, cell: Cell, titles: set[str]) -> str | None:
    for cells, texts in rows[number + 1 : number + 2]:
        for below in cells:
            if below.start == cell.start and not _label_in(texts[below.start].plain, titles):
                return clean(texts[below.start].plain)
    return None


def _read_tables(word: WordFile, gathered: Gathered, tables: set[str]) -> list[Leaf]:
    """Tables by their header row; a table found once is not looked for again."""
    got: list[Leaf] = []
    left = {table: leaves for table, leaves in gathered.outline.tables.items() if table in tables}
    for grid in word.body.iter(W + "tbl"):
        rows = [(element, cells, [text_of(cell.element, word) for cell in cells]) for element, cells in rows_of(grid) if live(element)]
        number = 0
        while number < len(rows) and left:
            _, cells, texts = rows[number]
            table, columns = _header(cells, [label_key(text.both) for text in texts], left)
            number += 1
            if not table:
                continue
            for element, below, values in rows[number:]:
                if not _read_row(element, below, [value.plain for value in values], columns, gathered, got):
                    break
                number += 1
            if any(gathered.rows.get(table, {}).values()) or _has_twin(table, left):
                del left[table]
    return got


def _has_twin(table: str, tables: dict[str, tuple[Leaf, ...]]) -> bool:
    """Whether another table has the same columns: then even a blank one takes its turn, so that the next is not taken for it."""
    own = [leaf.titles for leaf in tables[table]]
    return any([leaf.titles for leaf in leaves] == own for other, leaves in tables.items() if other != table)


def _header(cells: tuple[Cell, ...], keys: list[str], tables: dict[str, tuple[Leaf, ...]]) -> tuple[str, dict[int, Leaf]]:
    """The table whose columns this row names (at least six of ten, and two unless it has one), with their places."""
    best: tuple[float, str, dict[int, Leaf]] = (0.0, "", {})
    for table, leaves in tables.items():
        columns: dict[int, Leaf] = {}
        for cell, key in zip(cells, keys, strict=True):
            leaf = next((leaf for leaf in leaves if key in leaf.titles and leaf not in columns.values()), None)
            if leaf is not None and not cell.continued:
                columns[cell.start] = leaf
        share = len(columns) / max(len(leaves), len(cells) - 1, 1)
        if len(columns) >= min(2, len(leaves)) and len(columns) >= 0.6 * len(leaves) and share > max(best[0], 0.55):
            best = (share, table, columns)
    return best[1], best[2]


def _read_totals(by_start: Mapping[int, str], columns: Mapping[int, Leaf], gathered: Gathered, got: list[Leaf]) -> None:
    """The totals in a table's last row: each stands below the column it sums."""
    totals = {leaf.sums: leaf for leaf in gathered.outline.leaves if leaf.sums}
    for start, column in columns.items():
        leaf = totals.get(column.path)
        value = read_marks(leaf, clean(by_start.get(start, ""))) if leaf is not None else ""
        if leaf is not None and leaf.path not in gathered.single and value and not (isinstance(value, str) and is_prompt(leaf, value, styled=False)):
            gathered.put(leaf, value)
            got.append(leaf)


def _read_row(
    element: Any, cells: tuple[Cell, ...], values: list[str], columns: dict[int, Leaf], gathered: Gathered, got: list[Leaf],
) -> bool:  # fmt: skip
    """Take one row below a header; False when the table has ended."""
    by_start = {cell.start: value for cell, value in zip(cells, values, strict=True)}
    if len(columns.keys() & by_start.keys()) * 2 <= len(columns) or (len(cells) == 1 and len(columns) > 1):
        return False
    if any(label_key(value).startswith(_SUM) and len(label_key(value)) < 8 for value in values[:2]):
        _read_totals(by_start, columns, gathered, got)
        return True
    gathered.order[element] = len(gathered.order)
    for start, leaf in columns.items():
        value = read_marks(leaf, clean(by_start.get(start, "")))
        if value and not (isinstance(value, str) and is_prompt(leaf, value, styled=False)):
            gathered.put(leaf, value, element)
            got.append(leaf)
    gathered.rows.setdefault(next(iter(columns.values())).table, {}).setdefault(element, {})
    return True
