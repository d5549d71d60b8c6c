"""A Word form read by the tags of its content controls, wherever they sit: in a run, a paragraph, a cell, a row.

What is displayed counts: a date or mark that differs from the control's own value is told. Rows are the `w:tr` (or
repeating-section items) their controls stand in, in document order; rows that lost their controls are read by column.

Residual risk: whoever edits the XML can put a control's tag anywhere; tags are cross-checked with the printed label
beside them where that label belongs to another field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.intake.read.gather import Gathered, clean, is_prompt, is_ticked
from pipeline.intake.read.grid import Cell, rows_of
from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Leaf, label_key
from pipeline.intake.read.word import W14, W15, W, WordFile, live, switched_on, text_of, val
from pipeline.law.values import parse_value

IDENTITY = "__form__"
_SUM_ROW = re.compile(r"(?:合\s*计|总\s*计|小\s*计|共\s*计).*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Control:
    """One tagged control: its element, its tag split into path and option, and the leaf it fills."""

    element: Any
    properties: Any
    path: str
    option: str
    leaf: Leaf


def identities(word: WordFile) -> list[str]:
    """The texts of all controls tagged as the form's identity."""
    found = []
    for element in word.body.iter(W + "sdt"):
        if val(element.find(W + "sdtPr"), "tag") == IDENTITY:
            found.append("".join(t.text or "" for t in element.iter(W + "t")))
    return found


def tags_of(word: WordFile) -> set[str]:
    """All paths that controls are tagged with."""
    tags = {val(element.find(W + "sdtPr"), "tag") for element in word.body.iter(W + "sdt")}
    return {tag.split("=", 1)[0].strip() for tag in tags if tag and tag != IDENTITY}


def read_tags(word: WordFile, gathered: Gathered) -> set[str]:
    """Read every tagged control into `gathered`; gives the paths that had a control, filled in or not."""
    controls = list(_controls(word, gathered))
    order = {element: number for number, element in enumerate(word.body.iter(W + "tr", W + "sdt"))}
    filled: set[Any] = set()
    for control in controls:
        row = _row(control) if control.leaf.table else None
        if row is not None:
            gathered.order[row] = order.get(row, 0)
            gathered.rows.setdefault(control.leaf.table, {}).setdefault(row, {})
        if _read_control(control, word, gathered, row):
            filled.add(control.element)
    crowds = Counter(place for control in controls for place in control.element.iterancestors(W + "p", W + "tc"))
    for control in controls:
        if control.element not in filled and not control.option:
            _read_beside(control, word, gathered, crowds)
    _read_bare_rows(controls, word, gathered, order)
    _check_labels(controls, word, gathered)
    return {control.path for control in controls}


def _controls(word: WordFile, gathered: Gathered) -> Iterator[Control]:
    leaves = gathered.outline.by_path
    unknown: list[str] = []
    for element in word.body.iter(W + "sdt"):
        properties = element.find(W + "sdtPr")
        tag = val(properties, "tag").strip()
        if not tag or tag == IDENTITY or tag.endswith("[]") and tag not in leaves or not live(element):
            continue
        path, _, option = tag.partition("=")
        if path not in leaves:
            if path not in gathered.outline.places and clean(text_of(element, word).plain):
                unknown.append(path[:60])
        elif (leaves[path].kind == "choices" or not option) and properties.find(W15 + "repeatingSection") is None:
            yield Control(element, properties, path, option, leaves[path])
    if unknown:
        gathered.findings.append(reading_note("unknown_field", gathered.file, detail="、".join(dict.fromkeys(unknown))))


def _row(control: Control) -> Any:
    """The row a control stands in: the outermost `w:tr` within its repeating-section item, else the nearest `w:tr`."""
    nearest = outermost = None
    for parent in control.element.iterancestors():
        if parent.tag == W + "tr":
            nearest = parent if nearest is None else nearest
            outermost = parent
        elif parent.tag == W + "sdt" and parent.find(W + "sdtPr") is not None:
            properties = parent.find(W + "sdtPr")
            if properties.find(W15 + "repeatingSectionItem") is not None:
                return parent if outermost is None else outermost
            if val(properties, "tag") == f"{control.leaf.table}[]":
                break
    if nearest is None:
        nearest = next((child for child in control.element.iter(W + "tr")), None)
    return control.element.getparent() if nearest is None else nearest


def _read_control(control: Control, word: WordFile, gathered: Gathered, row: Any) -> bool:
    """Take one control's value; gives whether it held one (a check box always does)."""
    content = control.element.find(W + "sdtContent")
    if content is None:
        return False
    leaf = control.leaf
    if control.option:
        if _ticked(control, word, gathered):
            gathered.put(leaf, [control.option], row)
        return True
    text = text_of(content, word)
    shown = clean(text.both)
    if switched_on(control.properties, "showingPlcHdr"):
        if clean(text.plain) and not is_prompt(leaf, text.plain, styled=True):
            gathered.tell("placeholder_kept", leaf, clean(text.plain))
        return False
    if text.prompt.strip() and is_prompt(leaf, text.prompt, styled=True):
        shown = clean(text.plain)
    if not shown or is_prompt(leaf, shown, styled=False) or (_is_formula(content) and not shown.strip("0.")):
        return False
    if leaf.kind == "date":
        _compare_date(control, shown, gathered)
    before = len(gathered.cleaned)
    gathered.put(leaf, text.plain if text.prompt.strip() and shown == clean(text.plain) else text.both, row)
    del gathered.cleaned[before + 1 :]
    return True


def _is_formula(content: Any) -> bool:
    """Whether a control holds a formula; one that shows zero was not computed yet, or adds up nothing."""
    return any((code.text or "").lstrip().startswith("=") for code in content.iter(W + "instrText"))


def _ticked(control: Control, word: WordFile, gathered: Gathered) -> bool:
    """Whether a check box is ticked, by the mark shown, else by the control's own state."""
    shown = is_ticked(text_of(control.element.find(W + "sdtContent"), word).both)
    box = next(control.properties.iter(W14 + "checkbox"), None)
    state = box.find(W14 + "checked") if box is not None else None
    own = str(state.get(W14 + "val", "1")).lower() in ("1", "true", "on") if state is not None else (False if box is not None else None)
    if shown is not None and own is not None and shown != own:
        names = dict(control.leaf.options)
        gathered.tell("mark_differs", control.leaf, names.get(control.option, control.option))
    return bool(own) if shown is None else shown


def _compare_date(control: Control, shown: str, gathered: Gathered) -> None:
    """Tell when the date shown is another day than `w:fullDate`."""
    picker = control.properties.find(W + "date")
    full = str(picker.get(W + "fullDate", "")) if picker is not None else ""
    try:
        differs = bool(full) and parse_value({"kind": "date"}, shown) != parse_value({"kind": "date"}, full[:10])
    except ValueError:
        differs = False
    if differs:
        gathered.tell("date_differs", control.leaf, shown)


def _read_beside(control: Control, word: WordFile, gathered: Gathered, crowds: Counter[Any]) -> None:
    """Words typed beside an empty control, when it is alone in its cell or paragraph (`crowds` counts controls in each)."""
    for tag in (W + "p", W + "tc"):
        place = next(control.element.iterancestors(tag), None)
        if place is None or crowds[place] != 1:
            continue
        text = text_of(place, word, without=control.element)
        words = clean(text.plain).strip("（）() ")
        key = label_key(words)
        known = {*control.leaf.titles, label_key(control.leaf.unit), "公章", "盖章", "签字", "签名"}
        if key and key not in known and not is_prompt(control.leaf, words, styled=False) and not _mentions(key, control.leaf):
            row = _row(control) if control.leaf.table else None
            gathered.put(control.leaf, words.removesuffix(control.leaf.unit) if control.leaf.unit else words, row)
            gathered.tell("typed_beside", control.leaf, words)
        return


def _mentions(key: str, leaf: Leaf) -> bool:
    """Whether the words beside a control are its printed label with something printed after it."""
    return any(key.startswith(title) for title in leaf.titles if len(title) > 1)


def _read_bare_rows(controls: list[Control], word: WordFile, gathered: Gathered, order: dict[Any, int]) -> None:
    """Rows without controls in a table whose other rows have them: read by column."""
    for table, columns in gathered.outline.tables.items():
        paths = {leaf.path for leaf in columns}
        tagged = [control for control in controls if control.path in paths]
        grids = {id(grid): grid for control in tagged if (grid := next(control.element.iterancestors(W + "tbl"), None)) is not None}
        for grid in grids.values():
            _read_bare_grid(grid, [c for c in tagged if grid in c.element.iterancestors(W + "tbl")], word, gathered, order, table)


def _read_bare_grid(grid: Any, tagged: list[Control], word: WordFile, gathered: Gathered, order: dict[Any, int], table: str) -> None:
    holders = {_row(control) for control in tagged}
    held: dict[Any, list[Leaf]] = {}
    for control in tagged:
        for holder in (control.element, *control.element.iterancestors(W + "tc")):
            held.setdefault(holder, []).append(control.leaf)
    shape: dict[int, Leaf] = {}
    starts: tuple[int, ...] = ()
    for element, cells in rows_of(grid):
        if element in holders:
            inside = {cell.start: [leaf for holder in (cell.element, *cell.wrappers) for leaf in held.get(holder, ())] for cell in cells}
            shape = {start: leaves[0] for start, leaves in inside.items() if len(leaves) == 1} or shape
            starts = tuple(cell.start for cell in cells)
        elif shape and not any(True for _ in _tagged_within(element)) and tuple(cell.start for cell in cells) == starts and live(element):
            _read_bare_row(element, cells, shape, word, gathered, order, table)


def _tagged_within(row: Any) -> Iterator[Any]:
    return (sdt for sdt in row.iter(W + "sdt") if val(sdt.find(W + "sdtPr"), "tag"))


def _read_bare_row(
    element: Any, cells: tuple[Cell, ...], shape: dict[int, Leaf], word: WordFile, gathered: Gathered, order: dict[Any, int], table: str,
) -> None:  # fmt: skip
    texts = {cell.start: clean(text_of(cell.element, word).plain) for cell in cells}
    if any(_SUM_ROW.fullmatch(text) for text in list(texts.values())[:2]):
        return
    values = {leaf: texts[start] for start, leaf in shape.items()}
    if not any(values.values()) or sum(label_key(text) in leaf.titles for leaf, text in values.items()) * 2 > len(values):
        return
    gathered.order[element] = order.get(element, 0)
    for leaf, text in values.items():
        gathered.put(leaf, text, element)
    gathered.findings.append(reading_note("row_without_boxes", gathered.file, path=table, place=gathered.outline.places.get(table, table)))


def _check_labels(controls: list[Control], word: WordFile, gathered: Gathered) -> None:
    """Tell when the cell to the left of a control names another field of the form and not its own."""
    titles = {title for leaf in gathered.outline.leaves if not leaf.table for title in leaf.titles}
    cells = {cell.element: before for grid in word.body.iter(W + "tbl") for _, row in rows_of(grid) for before, cell in zip((None, *row), row, strict=False)}
    for control in controls:
        cell = next(control.element.iterancestors(W + "tc"), None)
        before = cells.get(cell)
        if control.leaf.table or before is None or next(iter(_tagged_within(before.element)), None) is not None:
            continue
        shown = label_key(text_of(before.element, word).both)
        if shown in titles and shown not in control.leaf.titles and label_key(shown.split("(")[0]) not in control.leaf.titles:
            gathered.tell("label_disagrees", control.leaf, shown)
