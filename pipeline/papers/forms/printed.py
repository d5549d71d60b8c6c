"""The form laid out for the fillable PDF, with the same sections, labels and order as the Word form."""

from __future__ import annotations

from pipeline.papers.forms.blocks import column_widths, pairs
from pipeline.papers.forms.boxed import HEI, KAI, band, pair_height, put_field, put_label, put_pairs, tall_height
from pipeline.papers.forms.pages import has_cover, instructions, signer, signers, spaced, titles, to_sign
from pipeline.papers.forms.parts import Entry, Grid, Layout, Opinion, Part, Table
from pipeline.papers.forms.sheet import FAINT, INK, LEFT, STAR, TEXT, WIDTH, Sheets, breadth, folded

BIAO = "方正小标宋简体"
BELOW_STAMP = 84.0
"""Where the first page may begin: the received stamp takes its top right corner, down to 28 mm."""
_TALL_SHORT = 0.5
"""Of the usual height of a box, on a form without a cover: an office wants that on one page, and much text goes better
into the Word form."""
_SEALED = 64.0
_WHOLE = 380.0
"""A card up to this high is not divided over two pages."""


_LOWER = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""How much lower the boxes for long texts may be, so that a last page does not hold the signature or the notes alone."""


def printed(layout: Layout) -> Sheets:
    """All pages of the form with its fields, still blank."""
    tried = (_laid(layout, share) for share in _LOWER)
    first, ends_alone = next(tried)
    if not ends_alone:
        return first
    return next((sheets for sheets, alone in tried if not alone), first)


def _laid(layout: Layout, share: float) -> tuple[Sheets, bool]:
    """The pages with boxes of this share of their height, and whether the last one has nothing but signature or notes."""
    sheets = Sheets(tall=share)
    if has_cover(layout):
        _cover(sheets, layout)
        _guide(sheets, layout)
        sheets.turn()
    else:
        sheets.tall = _TALL_SHORT * share
        sheets.words(WIDTH / 2, BELOW_STAMP + 22, layout.title, 20, BIAO, align="center")
        sheets.words(WIDTH / 2, BELOW_STAMP + 36, layout.title_en, 9, color=FAINT, align="center")
        sheets.y = BELOW_STAMP + 44
    for part in layout.parts:
        _part(sheets, part)
    filled = sheets.page
    _signatures(sheets, layout)
    if not has_cover(layout):
        _small_guide(sheets, layout)
    return sheets, sheets.page > filled


def _cover(sheets: Sheets, layout: Layout) -> None:
    first, second = titles(layout)
    number = next((entry for entry in layout.cover if entry.path.endswith("form_no")), None)
    if number:
        sheets.words(WIDTH - LEFT - 150, BELOW_STAMP + 18, f"{number.label}：", 10.5, align="right")
        put_field(sheets, number, WIDTH - LEFT - 148, BELOW_STAMP + 4, 148, 20, 10.5)
        sheets.rule(WIDTH - LEFT - 148, BELOW_STAMP + 24, 148)
    if layout.annex:
        sheets.words(LEFT, BELOW_STAMP + 18, layout.annex, 16, HEI)
    sheets.words(WIDTH / 2, 230, first, 26 if second else 30, BIAO, align="center")
    if second:
        sheets.words(WIDTH / 2, 290, spaced(second), 36, BIAO, align="center")
    y = 400.0
    for entry in (entry for entry in layout.cover if entry is not number):
        put_label(sheets, entry, LEFT + 150, y + 19, 14, right=True)
        put_field(sheets, entry, LEFT + 158, y, 250, 26, 14)
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
    sheets.room(len(lines) * 11 + 6)
    sheets.y += 6
    for line in lines:
        sheets.words(LEFT, sheets.y + 9, line, 9, KAI, FAINT)
        sheets.y += 11


def _part(sheets: Sheets, part: Part) -> None:
    if part.heading:
        sheets.room(30 + 15 * len(folded(part.note, TEXT, 10.5)) + _opening(sheets, part.blocks[0]))
        sheets.words(LEFT, sheets.y + 20, part.heading, 14, HEI)
        sheets.y += 30
    for line in folded(part.note, TEXT, 10.5) if part.note else ():
        sheets.words(LEFT, sheets.y + 9, line, 10.5, KAI, FAINT)
        sheets.y += 15
    for block in part.blocks:
        if isinstance(block, Grid):
            for group in block.groups:
                if group.label:
                    sheets.room(70)
                    band(sheets, group.label, group.hint)
                put_pairs(sheets, group.entries)
        elif isinstance(block, Opinion):
            _opinion(sheets, block)
        elif block.fixed_cards:
            _cards(sheets, block)
        else:
            _table(sheets, block)
        sheets.y += 8


def _opening(sheets: Sheets, block: Grid | Opinion | Table) -> float:
    """How much room the beginning of a block needs, so that no heading is left alone at the foot of a page."""
    if isinstance(block, Grid):
        first = block.groups[0].entries[0]
        return 20 + (tall_height(sheets, first) if first.boxed else 40)
    if isinstance(block, Table) and block.holds("sealed"):
        return 60.0 + _SEALED * block.rows
    return 200.0 if isinstance(block, Opinion) else 110.0


def _opinion(sheets: Sheets, block: Opinion) -> None:
    size, color = (9.0, FAINT) if block.texts else (10.5, INK)
    wording = folded(block.wording, TEXT - 16, size) if block.wording else []
    tall = 70.0 * len(block.texts)
    below = max(24.0 * len(block.others) + 8, 128.0 if block.sealed else 0)
    sheets.room(20 + len(wording) * 16 + tall + below + 8)
    band(sheets, block.label, required=block.required)
    top = sheets.y
    for line in wording:
        sheets.y += 16
        sheets.words(LEFT + 8, sheets.y, line, size, KAI, color)
    for entry in block.texts:
        put_field(sheets, entry, LEFT + 4, sheets.y + 4, TEXT - 8, 64, 10.5)
        sheets.y += 70
    start = sheets.y + 4
    for number, entry in enumerate(block.others):
        put_label(sheets, entry, LEFT + 8, start + 24 * number + 14, width=128)
        put_field(sheets, entry, LEFT + 148, start + 24 * number + 2, 160, 19, 10.5)
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
        whole = sum(pair_height(sheets, pair, f"[{number}]") for pair in pairs(block.columns))
        sheets.room(20 + whole if whole < _WHOLE else 90)
        band(sheets, f"{number + 1}")
        put_pairs(sheets, block.columns, f"[{number}]")
    if block.totals:
        sheets.room(40)
        put_pairs(sheets, block.totals)


def _table(sheets: Sheets, block: Table) -> None:
    sheets.room(110)
    _caption(sheets, block)
    first = [34.0] if block.numbered else []
    widths = [*first, *(float(width) for width in column_widths(block.columns, int(TEXT) - len(first) * 34))]
    widths[-1] += TEXT - sum(widths)
    _head(sheets, block, widths)
    high = _row_height(block, widths[len(first) :])
    for number in range(block.rows):
        if sheets.room(high):
            _head(sheets, block, widths)
        x = LEFT
        for entry, width in zip([*[None] * len(first), *block.columns], widths, strict=True):
            sheets.box(x, sheets.y, width, high)
            if entry:
                put_field(sheets, entry, x + 1, sheets.y + 1, width - 2, high - 2, 9, f"[{number}]")
            else:
                sheets.words(x + width / 2, sheets.y + high / 2 + 3.5, str(number + 1), 9, align="center")
            x += width
        sheets.y += high
    if block.totals:
        _total(sheets, block, widths, len(first))


def _total(sheets: Sheets, block: Table, widths: list[float], counters: int) -> None:
    """The row below a table whose columns are added up."""
    sheets.room(24)
    totals = [*[None] * counters, *(block.total_of(entry) for entry in block.columns)]
    lead = next(place for place, total in enumerate(totals) if total)
    sheets.box(LEFT, sheets.y, sum(widths[:lead]), 24, tint=True)
    sheets.words(LEFT + sum(widths[:lead]) / 2, sheets.y + 15.5, "合计", 9, align="center")
    x = LEFT + sum(widths[:lead])
    for total, width in zip(totals[lead:], widths[lead:], strict=True):
        sheets.box(x, sheets.y, width, 24)
        if total:
            put_field(sheets, total, x + 1, sheets.y + 1, width - 2, 22, 9)
        x += width
    sheets.y += 24


def _row_height(block: Table, widths: list[float]) -> float:
    if block.holds("sealed"):
        return _SEALED
    two = any(_two_lines(entry, width) for entry, width in zip(block.columns, widths, strict=True))
    return 36.0 if two or block.holds("signed") else 24.0


def _two_lines(entry: Entry, width: float) -> bool:
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
    people = signers(layout)
    sealed = signer(layout)[1] and len(people) == 1
    height = 136.0 if sealed else 76.0
    sheets.room(height + 14)
    sheets.y += 10
    width = TEXT / len(people)
    for place, words in enumerate(people):
        x = LEFT + place * width
        sheets.box(x, sheets.y, width, height)
        sheets.words(x + 10, sheets.y + 26, f"{words}：", 12)
        right = x + width - (150 if sealed else 12)
        sheets.words(right, sheets.y + height - 14, "年　　　月　　　日", 12, color=INK, align="right")
    if sealed:
        sheets.circle(LEFT + TEXT - 72, sheets.y + 68, 59)
        sheets.words(LEFT + TEXT - 72, sheets.y + 72, "（公章）", 10.5, color=FAINT, align="center")
    sheets.y += height
