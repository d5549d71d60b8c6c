"""Values as a person would put them into a form: nested values by field name, row and option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any


def typed(value: Any) -> str:
    """What a person types for a value: 2026年1月15日, 79.95; a code stays a code, yes and no are true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def is_row_list(value: Any) -> bool:
    """Whether a value is the rows of a table and not a list of chosen codes."""
    return isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(item, Mapping) for item in value)


def single(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything outside tables; None is left out, a list of codes stays whole."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from single(value, f"{path}.")
        elif value is not None and not is_row_list(value):
            yield path, value


def tables(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """(path, rows) of every table."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from tables(value, f"{prefix}{name}.")
        elif is_row_list(value):
            yield f"{prefix}{name}", value
