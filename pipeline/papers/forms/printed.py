"""The form laid out for the fillable PDF, with the same sections, labels and order as the Word form."""

from __future__ import annotations

from pipeline.papers.forms.blocks import column_widths, pairs
from pipeline.papers.forms.controls import bounds
from pipeline.papers.forms.pages import has_cover, instructions, signer, spaced, titles, to_sign
from pipeline.papers.forms.parts import Entry, Grid, Layout, Opinion, Part, Table
from pipeline.papers.forms.sheet import FAINT, INK, LEFT, STAR, TEXT, WIDTH, Sheets, breadth, folded

HEI, KAI, BIAO = "黑体", "楷体_GB2312", "方正小标宋简体"
KEY = 102.0
LINE = 13.5
BELOW_STAMP = 84.0
"""Where the first page may begin: the received stamp takes its top right corner, down to 28 mm."""
_TALL = ((400, 80.0), (1000, 150.0), (2000, 240.0), (3000, 340.0))


def printed(layout: Layout) -> Sheets:
    """All pages of the form with its fields, still blank."""
    sheets = Sheets()
    if has_cover(layout):
        _cover(sheets, layout)
        _guide(sheets, layout)
        sheets.turn()
    else:
        sheets.words(WIDTH / 2, BELOW_STAMP + 22, layout.title, 20, BIAO, align="center")
        sheets.y = BELOW_STAMP + 44
    for part in layout.parts:
        _part(sheets, part)
    if not has_cover(layout):
        _small_guide(sheets, layout)
    _signatures(sheets, layout)
    return sheets


def _cover(sheets: Sheets, layout: Layout) -> None:
    first, second = titles(layout)
    number = next((entry for entry in layout.cover if entry.path.endswith("form_no")), None)
    if number:
        sheets.words(WIDTH - LEFT - 150, BELOW_STAMP + 18, f"{number.label}：", 10.5, align="right")
        _input(sheets, number, WIDTH - LEFT - 148, BELOW_STAMP + 4, 148, 20, 10.5)
        sheets.rule(WIDTH - LEFT - 148, BELOW_STAMP + 24, 148)
    sheets.words(WIDTH / 2, 230, first, 26 if second else 30, BIAO, align="center")
    if second:
        sheets.words(WIDTH / 2, 290, spaced(second), 36, BIAO, align="center")
    y = 400.0
    for entry in (entry for entry in layout.cover if entry is not number):
        _label(sheets, entry, LEFT + 150, y + 19, 14, right=True)
        _input(sheets, entry, LEFT + 158, y, 250, 26, 14)
        sheets.rule(LEFT + 158, y + 27, 250)
        y += 38
    if signer(layout)[1]:
        sheets.words(WIDTH - LEFT - 40, y + 50, "（申报单位盖章）", 14, align="right")
    sheets.words(WIDTH / 2, 740, f"{layout.authority}　制", 16, KAI, align="center")


def _guide(sheets: Sheets, layout: Layout) -> None:
    sheets.turn()
    sheets.words(WIDTH / 2, sheets.y + 30, "填 写 说 明", 16, HEI, align="center")
    sheets.y += 66
    for number, line in enumerate(instructions(layout, "pdf"), 1):
        for text in folded(f"　　{number}．{line}", TEXT, 14):
            sheets.words(LEFT, sheets.y + 14, text, 14)
            sheets.y += 28


def _small_guide(sheets: Sheets, layout: Layout) -> None:
    text = "填写说明：" + "".join(f"{number}．{line}" for number, line in enumerate(instructions(layout, "pdf"), 1))
    lines = folded(text, TEXT, 9)
    sheets.room(len(lines) * 12 + 10)
    sheets.y += 8
    for line in lines:
        sheets.words(LEFT, sheets.y + 9, line, 9, KAI, FAINT)
        sheets.y += 12


def _part(sheets: Sheets, part: Part) -> None:
    if part.heading:
        sheets.room(34 + 15 * len(folded(part.note, TEXT, 10.5)) + _opening(part.blocks[0]))
        sheets.words(LEFT, sheets.y + 24, part.heading, 14, HEI)
        sheets.y += 34
    for line in folded(part.note, TEXT, 10.5) if part.note else ():
        sheets.words(LEFT, sheets.y + 9, line, 10.5, KAI, FAINT)
        sheets.y += 15
    for block in part.blocks:
        if isinstance(block, Grid):
            for group in block.groups:
                if group.label:
                    sheets.room(70)
                    _band(sheets, group.label, group.hint)
                _pairs(sheets, group.entries)
        elif isinstance(block, Opinion):
            _opinion(sheets, block)
        elif block.fixed_cards:
            _cards(sheets, block)
        else:
            _table(sheets, block)
        sheets.y += 8


def _opening(block: Grid | Opinion | Table) -> float:
    """How much room the beginning of a block needs, so that no heading is left alone at the foot of a page."""
    if isinstance(block, Grid):
        first = block.groups[0].entries[0]
        return 20 + (_tall_height(first) if first.boxed else 40)
    return 200.0 if isinstance(block, Opinion) else 110.0


def _tall_height(entry: Entry) -> float:
    return next((tall for longest, tall in _TALL if entry.longest <= longest), 600.0)


def _band(sheets: Sheets, label: str, hint: str = "", required: bool = False) -> None:
    """A tinted line across the page with the name of a group."""
    sheets.box(LEFT, sheets.y, TEXT, 20, tint=True)
    x = LEFT + 6
    if required:
        sheets.words(x, sheets.y + 14, "＊", 9, color=STAR)
        x += 9
    sheets.words(x, sheets.y + 14, label, 10.5, HEI)
    x += breadth(label) * 10.5 + 10
    lines = folded(hint, LEFT + TEXT - x, 8.5) if hint else []
    if lines:
        sheets.words(x, sheets.y + 13.5, lines[0] if len(lines) == 1 else lines[0][:-1] + "…", 8.5, KAI, FAINT)
    sheets.y += 20


def _pairs(sheets: Sheets, entries: tuple[Entry, ...], row: str = "") -> None:
    for pair in pairs(entries):
        if pair[0].boxed:
            _tall(sheets, pair[0], row)
            continue
        width = (TEXT - KEY * len(pair)) / len(pair)
        height = max(_height(entry, width) for entry in pair)
        sheets.room(height)
        for index, entry in enumerate(pair):
            _cell(sheets, entry, LEFT + index * (KEY + width), width, height, row)
        sheets.y += height


def _hints(entry: Entry, width: float) -> list[str]:
    hint = str(entry.meta.get("hint") or "")
    return folded(hint, width - 8, 8)[:2] if hint else []


def _height(entry: Entry, width: float) -> float:
    label = len(folded(entry.title, KEY - 18, 10.5)) * LINE + 10
    inner = 44.0 if entry.kind == "long_text" else 22.0
    if entry.kind == "choices":
        inner = 6 + 18.0 * len(_ranks(entry, width))
    return max(label, inner + 10 * len(_hints(entry, width)) + 2)


def _ranks(entry: Entry, width: float) -> list[list[tuple[str, str]]]:
    """Options of a multiple choice in lines that fit the width."""
    ranks: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for option in entry.options:
        need = 26 + breadth(option[1]) * 10.5
        if used + need > width - 8 and ranks[-1]:
            ranks.append([])
            used = 0
        ranks[-1].append(option)
        used += need
    return ranks


def _cell(sheets: Sheets, entry: Entry, x: float, width: float, height: float, row: str) -> None:
    sheets.box(x, sheets.y, KEY, height, tint=True)
    sheets.box(x + KEY, sheets.y, width, height)
    _label(sheets, entry, x + 4, sheets.y + (height - len(folded(entry.title, KEY - 18, 10.5)) * LINE) / 2 + 10.5)
    hints = _hints(entry, width)
    if entry.kind == "choices":
        _boxes(sheets, entry, x + KEY, width, row)
    else:
        _input(sheets, entry, x + KEY + 2, sheets.y + 2, width - 4, height - 4 - 10 * len(hints), 10.5, row)
    for number, hint in enumerate(hints):
        sheets.words(x + KEY + 4, sheets.y + height - 4 - 10 * (len(hints) - 1 - number), hint, 8, KAI, FAINT)


def _label(
    sheets: Sheets, entry: Entry, x: float, y: float, size: float = 10.5, right: bool = False, width: float = KEY - 18
) -> None:
    """A label with its red star; in lines from `x`, or in one line up to `x`."""
    lines = [entry.title] if right else folded(entry.title, width, size)
    start = x - (breadth(entry.title) * size + size) if right else x
    if entry.required:
        sheets.words(start, y, "＊", size - 1.5, color=STAR)
    for number, line in enumerate(lines):
        place, align = (x, "right") if right else (start + size - 1, "left")
        sheets.words(place, y + number * LINE, line, size, align=align)


def _boxes(sheets: Sheets, entry: Entry, x: float, width: float, row: str) -> None:
    y = sheets.y + 6
    for rank in _ranks(entry, width):
        at = x + 6
        for code, text in rank:
            sheets.field(f"{_named(entry, row)}={code}", "check", at, y, 11, 11, label=f"{entry.label}：{text}")
            sheets.words(at + 14, y + 9.5, text, 10.5)
            at += 26 + breadth(text) * 10.5
        y += 18


def _named(entry: Entry, row: str) -> str:
    """The field's name: its path, with the row's number where it stands in a table."""
    return entry.path.replace("[]", row, 1) if row else entry.path


def _input(sheets: Sheets, entry: Entry, x: float, y: float, width: float, height: float, size: float, row: str = "") -> None:
    several = entry.kind == "long_text" or (entry.kind in ("text", "list") and height > 30)
    kind = "choice" if entry.options else "lines" if several else "text"
    sheets.field(
        _named(entry, row), kind, x, y, width, height, label=_spoken(entry), options=entry.options,
        required=entry.required and not row, size=size, longest=int(entry.node.get("maxlength") or 0),
    )  # fmt: skip


def _spoken(entry: Entry) -> str:
    hint = str(entry.meta.get("hint") or "")
    return f"{entry.title}（{hint}）" if hint else entry.title


def _tall(sheets: Sheets, entry: Entry, row: str) -> None:
    height = _tall_height(entry)
    sheets.room(height + 20)
    hint = str(entry.meta.get("hint") or "")
    _band(sheets, entry.title, bounds(entry) + ("" if hint in bounds(entry) else hint), entry.required)
    sheets.box(LEFT, sheets.y, TEXT, height)
    _input(sheets, entry, LEFT + 2, sheets.y + 2, TEXT - 4, height - 4, 10.5, row)
    sheets.y += height


def _opinion(sheets: Sheets, block: Opinion) -> None:
    size, color = (9.0, FAINT) if block.texts else (10.5, INK)
    wording = folded(block.wording, TEXT - 16, size) if block.wording else []
    tall = 70.0 * len(block.texts)
    below = max(24.0 * len(block.others) + 8, 128.0 if block.sealed else 0)
    sheets.room(20 + len(wording) * 16 + tall + below + 8)
    _band(sheets, block.label, required=block.required)
    top = sheets.y
    for line in wording:
        sheets.y += 16
        sheets.words(LEFT + 8, sheets.y, line, size, KAI, color)
    for entry in block.texts:
        _input(sheets, entry, LEFT + 4, sheets.y + 4, TEXT - 8, 64, 10.5)
        sheets.y += 70
    start = sheets.y + 4
    for number, entry in enumerate(block.others):
        _label(sheets, entry, LEFT + 8, start + 24 * number + 14, width=128)
        _input(sheets, entry, LEFT + 148, start + 24 * number + 2, 160, 19, 10.5)
        sheets.rule(LEFT + 148, start + 24 * number + 21, 160)
    if block.sealed:
        sheets.circle(LEFT + TEXT - 72, sheets.y + below / 2, 59)
        sheets.words(LEFT + TEXT - 72, sheets.y + below / 2 + 4, "（公章）", 10.5, color=FAINT, align="center")
    sheets.y += below
    sheets.box(LEFT, top, TEXT, sheets.y - top)


def _caption(sheets: Sheets, block: Table) -> None:
    sheets.y += 4
    x = LEFT
    if block.required:
        sheets.words(x, sheets.y + 12, "＊", 9, color=STAR)
        x += 10
    sheets.words(x, sheets.y + 12, block.label, 11, HEI)
    x += breadth(block.label) * 11 + 10
    for number, line in enumerate(folded(block.hint, LEFT + TEXT - x, 8.5) if block.hint else ()):
        sheets.words(x, sheets.y + 12 + 11 * number, line, 8.5, KAI, FAINT)
        sheets.y += 11 if number else 0
    sheets.y += 18


def _cards(sheets: Sheets, block: Table) -> None:
    sheets.room(140)
    _caption(sheets, block)
    for number in range(block.rows):
        sheets.room(90)
        _band(sheets, f"{number + 1}")
        _pairs(sheets, block.columns, f"[{number}]")


def _table(sheets: Sheets, block: Table) -> None:
    sheets.room(110)
    _caption(sheets, block)
    first = [34.0] if block.numbered else []
    widths = [*first, *(float(width) for width in column_widths(block.columns, int(TEXT) - len(first) * 34))]
    widths[-1] += TEXT - sum(widths)
    _head(sheets, block, widths)
    high = 36.0 if any(_height_in_table(entry, width) for entry, width in zip(block.columns, widths[len(first):], strict=True)) else 24.0
    for number in range(block.rows):
        if sheets.room(high):
            _head(sheets, block, widths)
        x = LEFT
        for entry, width in zip([*[None] * len(first), *block.columns], widths, strict=True):
            sheets.box(x, sheets.y, width, high)
            if entry:
                _input(sheets, entry, x + 1, sheets.y + 1, width - 2, high - 2, 9, f"[{number}]")
            else:
                sheets.words(x + width / 2, sheets.y + high / 2 + 3.5, str(number + 1), 9, align="center")
            x += width
        sheets.y += high


def _height_in_table(entry: Entry, width: float) -> bool:
    """Whether a column needs two lines in a row."""
    if entry.kind == "choice":
        return max((breadth(text) for _, text in entry.options), default=0) * 8 > width - 6
    return entry.kind in ("text", "long_text", "file") and entry.longest * 4.5 > width and width < 120


def _head(sheets: Sheets, block: Table, widths: list[float]) -> None:
    heads = [*([None] if block.numbered else []), *block.columns]
    folds = [folded(entry.title if entry else "序号", width - 12, 9) for entry, width in zip(heads, widths, strict=True)]
    height = max(24.0, 12.0 * max(len(lines) for lines in folds) + 8)
    x = LEFT
    for width, lines, entry in zip(widths, folds, heads, strict=True):
        sheets.box(x, sheets.y, width, height, tint=True)
        y = sheets.y + (height - 12 * len(lines)) / 2 + 9.5
        for number, line in enumerate(lines):
            sheets.words(x + width / 2 + (3 if entry and entry.required else 0), y + 12 * number, line, 9, align="center")
        if entry and entry.required:
            sheets.words(x + width / 2 - breadth(lines[0]) * 4.5 - 6, y, "＊", 7.5, color=STAR)
        x += width
    sheets.y += height


def _signatures(sheets: Sheets, layout: Layout) -> None:
    if not to_sign(layout):
        return
    words, sealed = signer(layout)
    sheets.room(150)
    sheets.y += 10
    height = 136.0 if sealed else 76.0
    sheets.box(LEFT, sheets.y, TEXT, height)
    sheets.words(LEFT + 10, sheets.y + 30, f"{words}：", 12)
    right = LEFT + TEXT - (150 if sealed else 12)
    sheets.words(right, sheets.y + height - 14, "年　　　月　　　日", 12, color=INK, align="right")
    if sealed:
        sheets.circle(LEFT + TEXT - 72, sheets.y + 68, 59)
        sheets.words(LEFT + TEXT - 72, sheets.y + 72, "（公章）", 10.5, color=FAINT, align="center")
    sheets.y += height
