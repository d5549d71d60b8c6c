"""Labels and values on a page of the fillable PDF: lines of two, options to tick, tall boxes, hints beside or below."""

from __future__ import annotations

from pipeline.papers.forms.blocks import pairs
from pipeline.papers.forms.controls import bounds
from pipeline.papers.forms.parts import Entry
from pipeline.papers.forms.sheet import FAINT, LEFT, STAR, TEXT, Sheets, breadth, folded

HEI, KAI = "黑体", "楷体_GB2312"
KEY = 102.0
LINE = 13.5
_IN_CARD = 58.0
_TALL = ((400, 70.0), (1000, 130.0), (2000, 220.0), (3000, 320.0))


def tall_height(sheets: Sheets, entry: Entry, row: str = "") -> float:
    """How high the box of a long text is, by the characters it may hold; low in a table's card."""
    if row:
        return _IN_CARD
    wanted: float = next((tall for longest, tall in _TALL if entry.longest <= longest), 600.0)
    return sheets.tall * wanted


def band(sheets: Sheets, label: str, hint: str = "", required: bool = False) -> None:
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


def put_pairs(sheets: Sheets, entries: tuple[Entry, ...], row: str = "") -> None:
    """Entries as lines of one or two; `row` is the number, in brackets, of the table row they belong to."""
    for pair in pairs(entries):
        if pair[0].boxed:
            _tall(sheets, pair[0], row)
            continue
        width, height = _pair_width(pair), pair_height(sheets, pair, row)
        sheets.room(height)
        for index, entry in enumerate(pair):
            _cell(sheets, entry, LEFT + index * (KEY + width), width, height, row)
        sheets.y += height


def _pair_width(pair: tuple[Entry, ...]) -> float:
    return (TEXT - KEY * len(pair)) / len(pair)


def pair_height(sheets: Sheets, pair: tuple[Entry, ...], row: str = "") -> float:
    """How high the line of these entries is."""
    if pair[0].boxed:
        return 20 + tall_height(sheets, pair[0], row)
    return max(_height(entry, _pair_width(pair)) for entry in pair)


def _hints(entry: Entry, width: float) -> list[str]:
    hint = str(entry.meta.get("hint") or "")
    return folded(hint, width - 8, 8)[:2] if hint and not _beside(entry, width) else []


def _beside(entry: Entry, width: float) -> float:
    """Room at the right of the field for a short hint, 0 when there is none or it needs a line of its own."""
    hint = str(entry.meta.get("hint") or "")
    need = breadth(hint) * 8 + 6
    return need if hint and need < width * 0.4 and entry.kind != "choices" else 0


def _height(entry: Entry, width: float) -> float:
    label = len(folded(entry.title, KEY - 18, 10.5)) * LINE + 8
    inner = 44.0 if entry.kind == "long_text" else 22.0
    if entry.kind == "choices":
        inner = 6 + 18.0 * len(_ranks(entry, width))
    return max(label, inner + 10.0 * len(_hints(entry, width)))


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
    put_label(sheets, entry, x + 4, sheets.y + (height - len(folded(entry.title, KEY - 18, 10.5)) * LINE) / 2 + 10.5)
    hints = _hints(entry, width)
    if entry.kind == "choices":
        _boxes(sheets, entry, x + KEY, width, row)
    else:
        beside = _beside(entry, width)
        put_field(sheets, entry, x + KEY + 2, sheets.y + 2, width - 4 - beside, height - 4 - 10 * len(hints), 10.5, row)
        if beside:
            sheets.words(x + KEY + width - 4, sheets.y + height / 2 + 3, str(entry.meta["hint"]), 8, KAI, FAINT, align="right")
    for number, hint in enumerate(hints):
        sheets.words(x + KEY + 4, sheets.y + height - 4 - 10 * (len(hints) - 1 - number), hint, 8, KAI, FAINT)


def put_label(
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


def put_field(sheets: Sheets, entry: Entry, x: float, y: float, width: float, height: float, size: float, row: str = "") -> None:
    """The field of an entry, its top left corner at (x, y)."""
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
    height = tall_height(sheets, entry, row)
    sheets.room(height + 20)
    hint = str(entry.meta.get("hint") or "")
    band(sheets, entry.title, bounds(entry) + ("" if hint in bounds(entry) else hint), entry.required)
    sheets.box(LEFT, sheets.y, TEXT, height)
    put_field(sheets, entry, LEFT + 2, sheets.y + 2, TEXT - 4, height - 4, 10.5, row)
    sheets.y += height
