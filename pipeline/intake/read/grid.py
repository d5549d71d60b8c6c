"""Rows and cells of a Word table with their columns, through merged cells and controls wrapped round rows and cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.intake.read.word import W, val

_WRAPPERS = frozenset(W + local for local in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: first column, number of columns, and whether it goes on from the cell above (`w:vMerge`)."""

    element: Any
    start: int
    span: int
    continued: bool
    wrappers: tuple[Any, ...] = ()
    """Controls wrapped round the cell itself."""


def rows_of(grid: Any) -> list[tuple[Any, tuple[Cell, ...]]]:
    """The rows of a `w:tbl` with their cells, in order."""
    return [(row, tuple(_cells(row))) for row, _ in _unwrapped(grid, W + "tr", ())]


def _unwrapped(parent: Any, tag: str, wrappers: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Children with a tag, also inside content controls and the like."""
    for child in parent:
        if child.tag == tag:
            yield child, wrappers
        elif child.tag in _WRAPPERS:
            yield from _unwrapped(child, tag, (*wrappers, child))


def _cells(row: Any) -> Iterator[Cell]:
    column = _whole(val(row.find(W + "trPr"), "gridBefore"), 0)
    for element, wrappers in _unwrapped(row, W + "tc", ()):
        properties = element.find(W + "tcPr")
        span = max(_whole(val(properties, "gridSpan"), 1), 1)
        merge = properties.find(W + "vMerge") if properties is not None else None
        yield Cell(element, column, span, merge is not None and merge.get(W + "val", "continue") != "restart", wrappers)
        column += span


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise
