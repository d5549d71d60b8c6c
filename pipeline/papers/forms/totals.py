"""The row below a table whose columns are added up: in Word a formula, so that a score sheet computes itself.

Word computes `=SUM(D2:D26)` when fields are updated (F9, or on opening: `w:updateFields`); the range names cells, since
SUM(ABOVE) stops at an empty one. What the reader takes is the sum it makes itself where nothing was typed;
a number typed over the formula is compared with it by the form's rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.law.values import MONEY_PLACES
from pipeline.papers.forms.controls import Inputs, locked_box, within
from pipeline.papers.forms.parts import Entry, Table
from pipeline.papers.forms.wordml import VALUE, Element, Face, cell, el, paragraph, row, run

_NUMBERS = ("integer", "decimal", "money")
_TINT = "F5F5F5"


def total_row(inputs: Inputs, block: Table, widths: Sequence[int], filled: Sequence[Mapping[str, Any] | None], words: Iterable[Element]) -> Element:
    """The row of totals under `block`, whose columns stand at `widths` (a counting one before them where it is numbered).

    `filled` are its rows, `words` what stands before the totals.
    """
    before = int(block.numbered)
    first = next(place for place, entry in enumerate(block.columns) if entry.kind in _NUMBERS)
    lead = widths[: before + first]
    cells = [cell(sum(lead), paragraph(*words, align="center"), span=len(lead), fill=_TINT)] if lead else []
    for place, entry in enumerate(block.columns[first:], before + first):
        cells.append(cell(widths[place], paragraph(*_sum_of(inputs, block, entry, place, filled), align="center")))
    return row(*cells, height=454)


def _sum_of(inputs: Inputs, block: Table, entry: Entry, place: int, filled: Sequence[Mapping[str, Any] | None]) -> tuple[Element, ...]:
    """The sum of one column: the control of the total it makes, a plain formula for other numbers, nothing else."""
    if entry.kind not in _NUMBERS:
        return ()
    letter = chr(ord("A") + place)
    formula = f"=SUM({letter}2:{letter}{len(filled) + 1})"
    given = [Decimal(str(value)) for item in filled if (value := within(item, block.path, entry.path)) is not None]
    total = block.total_of(entry)
    said = None if total is None else inputs.at(total.path)
    known = Decimal(str(said)) if said is not None else sum(given, Decimal(0)) if given else None
    content = field(formula, known, _places(entry), VALUE)
    return content if total is None else (locked_box(inputs, total, content, VALUE),)


def _places(entry: Entry) -> int:
    return 0 if entry.kind == "integer" else int(entry.meta.get("places", MONEY_PLACES))


def field(formula: str, known: Decimal | None, places: int, face: Face) -> tuple[Element, ...]:
    """A formula as Word keeps it, to so many decimals; `known` stands as its result until it is computed.

    It stands within a QUOTE: LibreOffice then shows the result as saved. By itself it would be computed there over cells
    whose controls LibreOffice does not take for numbers, and show 0.
    """
    shown = "" if known is None else f"{known:.{max(places, -int(known.normalize().as_tuple().exponent))}f}"
    picture = "0." + "0" * places if places else "0"
    inner = _complex([_code(f' {formula} \\# "{picture}" ', face)], shown, face)
    return _complex([_code(" QUOTE ", face), *inner, _code(" ", face)], shown, face)


def _complex(code: Sequence[Element], shown: str, face: Face) -> tuple[Element, ...]:
    begin, apart, end = (el("w:r", None, face.properties(), el("w:fldChar", {"w:fldCharType": kind})) for kind in ("begin", "separate", "end"))
    return (begin, *code, apart, run(shown, face), end)


def _code(text: str, face: Face) -> Element:
    code = el("w:instrText")
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    code.text = text
    return el("w:r", None, face.properties(), code)
