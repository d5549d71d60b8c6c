"""The blocks of a form in Word: label and value grids, tall boxes, opinions with seal, tables that grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.papers.forms.controls import Inputs, bounds, control, repeating, within
from pipeline.papers.forms.parts import Entry, Grid, Group, Opinion, Table
from pipeline.papers.forms.totals import total_row
from pipeline.papers.forms.wordml import (
    GREY,
    HEI,
    KAI,
    LABEL,
    RED,
    SMALL,
    SMALL_VALUE,
    VALUE,
    Element,
    Face,
    cell,
    el,
    paragraph,
    row,
    run,
    table,
)  # fmt: skip

TEXT_WIDTH = 9184
"""Between the margins of an A4 page, in twips."""
GROUP, KEY, GIVEN = 500, 1580, 2762
WIDTHS = (GROUP, KEY, GIVEN, KEY, GIVEN)
TINT = "F5F5F5"
BOXES = ((1000, 1300), (2000, 2000), (3000, 2800))
"""How high a tall box is to begin with, by the characters it may hold."""
BOX_MOST = 4000
SIGNED, SEALED = 700, 1200
"""Rows of a table in which people sign, and set a seal, by hand."""
NUMBER = 580
"""Width of the column that counts the rows."""


def label(entry: Entry, size: int = 21) -> tuple[Element, ...]:
    """The runs of a label: its words, and a red star when it must be filled in."""
    return tuple(part for part in (star(entry.required, size), run(entry.title, Face(size=size))) if part is not None)


def star(required: bool, size: int = 21) -> Element | None:
    """The red star before the label of what must be filled in."""
    return run("＊", Face(size=size - 3, color=RED)) if required else None


def grid(inputs: Inputs, block: Grid) -> tuple[Element, ...]:
    """Bordered tables: narrow leaves two to a line, wide ones alone, a group's name down its left side or above.

    A tall box is a table of its own, its label the heading that comes again on each page.
    """
    built: list[Element] = []
    rows: list[Element] = []
    for group in block.groups:
        side = bool(group.label) and _upright(group)
        if group.label and not side:
            words = [run(group.label, Face(HEI)), run(f"　{group.hint}", Face(KAI, 18, GREY))]
            rows.append(row(cell(TEXT_WIDTH, paragraph(*words, keep=True), span=5, fill=TINT), height=400))
        for index, pair in enumerate(pairs(group.entries)):
            if pair[0].boxed:
                built += [table(WIDTHS, *rows), paragraph(line=120)] if rows else []
                built += [_box(inputs, pair[0]), paragraph(line=120)]
                rows = []
            else:
                rows.append(_pair_row(inputs, _side(group, index) if side else [], pair))
    return (*built, table(WIDTHS, *rows)) if rows else tuple(built[:-1])


def _upright(group: Group) -> bool:
    """Whether the group's name can stand down its left side, a character to a line: it fits, and no box is in the way.

    Not by vertical text direction: LibreOffice 25.2 draws such a cell wrongly where the page ends within it.
    """
    lines = tuple(pairs(group.entries))
    return len(lines) * 3 >= len(group.label) * 2 and not group.hint and not any(entry.boxed for entry in group.entries)


def _side(group: Group, index: int) -> list[Element]:
    words = [] if index else [run(group.label, Face(HEI))]
    return [cell(GROUP, paragraph(*words, align="center"), merge="continue" if index else "restart", fill=TINT)]


def pairs(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    """Entries two by two, a wide one by itself. One left over before a wide one is joined by the one after that."""
    waiting = list(entries)
    while waiting:
        first = waiting.pop(0)
        beside = next((place for place, entry in enumerate(waiting[:2]) if not entry.wide), None)
        if first.wide or beside is None:
            yield (first,)
        else:
            yield (first, waiting.pop(beside))


def _pair_row(inputs: Inputs, side: list[Element], pair: tuple[Entry, ...]) -> Element:
    first = pair[0]
    key = cell(KEY if side else GROUP + KEY, paragraph(*label(first), align="center"), span=1 if side else 2, fill=TINT)
    values = [_value(inputs, entry) for entry in pair]
    if len(pair) == 1:
        height = 900 if first.kind == "long_text" else 454
        return row(*side, key, cell(GIVEN * 2 + KEY, values[0], span=3), height=height)
    second = cell(KEY, paragraph(*label(pair[1]), align="center"), fill=TINT)
    return row(*side, key, cell(GIVEN, values[0]), second, cell(GIVEN, values[1]), height=454)


def _value(inputs: Inputs, entry: Entry) -> Element:
    return paragraph(*control(inputs, entry, inputs.at(entry.path)))


def _box(inputs: Inputs, entry: Entry) -> Element:
    """A line with the label, under it a tall box over the whole width; it grows with what is written in it."""
    words = (*label(entry), run(bounds(entry), Face(KAI, 18, GREY)))
    height = next((tall for longest, tall in BOXES if entry.longest <= longest), BOX_MOST)
    height = height * 3 // 4 if inputs.short else height
    return table(
        (TEXT_WIDTH,), row(cell(TEXT_WIDTH, paragraph(*words, keep=True), fill=TINT), height=400, header=True),
        row(cell(TEXT_WIDTH, _value(inputs, entry), align="top"), height=height, whole=False),
    )  # fmt: skip


def opinion(inputs: Inputs, block: Opinion) -> Element:
    """A box for an opinion: its text, below it who signs and when, at the right the place for the seal."""
    words = [part for part in (star(block.required), run(block.label, Face(HEI))) if part is not None]
    side, seal = 1760, 2640 if block.sealed else 0
    rest = TEXT_WIDTH - side
    looks = Face(KAI, 18, GREY) if block.texts else LABEL
    texts = [paragraph(run(block.wording, looks), after=60)] if block.wording else []
    texts += [paragraph(*control(inputs, entry, inputs.at(entry.path))) for entry in block.texts]
    lines = [paragraph(*label(entry), run("：", LABEL), *control(inputs, entry, inputs.at(entry.path)), before=80, after=80)
             for entry in block.others]  # fmt: skip
    cells = [cell(side, paragraph(*words, align="center"), fill=TINT), cell(rest - seal, *texts, paragraph(), *lines, align="top")]
    if seal:
        cells.append(cell(seal, paragraph(seal_place(inputs), align="center"), align="bottom"))
    return table((side, rest - seal, seal) if seal else (side, rest), row(*cells, height=2900 if block.texts else 1600))


def growing(inputs: Inputs, block: Table, number: int) -> tuple[Element, ...]:
    """Caption and table of a repeating list; `number` is the numbering its first column counts with.

    Its rows may break over pages: kept whole under a repeated heading, LibreOffice 25.2 loses rows at some places.
    """
    hint = run(f"　{block.hint}", Face(KAI, 18, GREY)) if block.hint else None
    words = (star(block.required), run(block.label, Face(HEI, 22)), hint)
    caption = paragraph(*(part for part in words if part is not None), before=120, after=60, keep=True)
    given = inputs.at(block.path) or ()
    locked = inputs.lock(block.path) == "sdtContentLocked"
    count = len(given) if locked and given else max(block.rows, len(given))
    filled = [*given, *[None] * (count - len(given))]
    build = _cards if block.cards else _columns
    return (caption, build(inputs, block, filled, number))


def column_widths(columns: tuple[Entry, ...], width: int) -> list[int]:
    """Widths of the columns by what they hold, summing to `width`."""
    weights = [entry.weight for entry in columns]
    widths = [width * weight // sum(weights) for weight in weights]
    widths[-1] += width - sum(widths)
    return widths


def _columns(inputs: Inputs, block: Table, filled: list[Any], number: int) -> Element:
    many = len(block.columns) > 4
    face, small = (SMALL_VALUE, 18) if many else (VALUE, 21)
    counter = [NUMBER] if block.numbered else []
    widths = column_widths(block.columns, TEXT_WIDTH - sum(counter))
    heads = [cell(NUMBER, paragraph(run("序号", SMALL), align="center"), fill=TINT) for _ in counter]
    heads += [cell(width, paragraph(*label(entry, small), align="center"), fill=TINT)
              for width, entry in zip(widths, block.columns, strict=True)]  # fmt: skip
    rows = []
    height = SEALED if block.holds("sealed") else SIGNED if block.holds("signed") else 454
    for given in filled:
        cells = [cell(NUMBER, paragraph(align="center", number=number)) for _ in counter]
        for width, entry in zip(widths, block.columns, strict=True):
            value = within(given, block.path, entry.path)
            align = "left" if entry.kind in ("text", "long_text", "choices") else "center"
            cells.append(cell(width, paragraph(*control(inputs, entry, value, face, short=True, longest=(width - 170) // (10 * small)), align=align)))
        rows.append(row(*cells, height=height, whole=height > 454))
    built = [row(*heads, height=454, header=True), repeating(inputs, block.path, block.label, rows)]
    if block.totals:
        words = (star(any(entry.required for entry in block.totals), small), run("合计", Face(HEI, small)))
        built.append(total_row(inputs, block, [*counter, *widths], filled, (part for part in words if part is not None)))
    return table([*counter, *widths], *built)


def _cards(inputs: Inputs, block: Table, filled: list[Any], number: int) -> Element:
    """One row per item, its leaves as lines of `label：value` in two columns of one cell each."""
    half = (len(block.columns) + 1) // 2
    sides = (block.columns[:half], block.columns[half:])
    width = (TEXT_WIDTH - NUMBER) // 2
    rows = []
    for given in filled:
        cells = [cell(NUMBER, paragraph(align="center", number=number))]
        cells += [cell(width, *(_line(inputs, block, entry, given) for entry in side), align="top") for side in sides]
        rows.append(row(*cells))
    return table((NUMBER, width, width), repeating(inputs, block.path, block.label, rows))


def _line(inputs: Inputs, block: Table, entry: Entry, given: Mapping[str, Any] | None) -> Element:
    value = within(given, block.path, entry.path)
    return paragraph(*label(entry, 18), run("：", SMALL), *control(inputs, entry, value, SMALL_VALUE, short=True), before=20, after=20)


def seal_place(inputs: Inputs) -> Element:
    """A dashed circle of 42 mm with （公章） in it, the place where the seal is to be set."""
    size = 1512000
    inputs.drawings += 1
    text = el("wps:txbx", None, el("w:txbxContent", None, paragraph(run("（公章）", Face(size=21, color=GREY)), align="center")))
    line = el("a:ln", {"w": "9525"}, el("a:solidFill", None, el("a:srgbClr", {"val": GREY})), el("a:prstDash", {"val": "dash"}))
    shape = el(
        "wps:wsp", None, el("wps:cNvSpPr"),
        el("wps:spPr", None,
           el("a:xfrm", None, el("a:off", {"x": 0, "y": 0}), el("a:ext", {"cx": size, "cy": size})),
           el("a:prstGeom", {"prst": "ellipse"}, el("a:avLst")), el("a:noFill"), line),
        text, el("wps:bodyPr", {"wrap": "square", "lIns": 0, "tIns": 0, "rIns": 0, "bIns": 0, "anchor": "ctr"}),
    )  # fmt: skip
    graphic = el("a:graphic", None, el("a:graphicData", {"uri": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"}, shape))
    inline = el(
        "wp:inline", {"distT": 0, "distB": 0, "distL": 0, "distR": 0}, el("wp:extent", {"cx": size, "cy": size}),
        el("wp:docPr", {"id": inputs.drawings, "name": f"公章处{inputs.drawings}", "descr": "加盖公章的位置"}), el("wp:cNvGraphicFramePr"), graphic,
    )  # fmt: skip
    choice = el("mc:Choice", {"Requires": "wps"}, el("w:drawing", None, inline))
    fallback = el("mc:Fallback", None, el("w:t"))
    fallback[0].text = "（公章）"
    return el("w:r", None, el("mc:AlternateContent", None, choice, fallback))
