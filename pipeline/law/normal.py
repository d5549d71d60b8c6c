"""Raw values of a form, as typed, become normal data: blank things gone, every value of its kind.

Nothing here judges. What cannot be understood is handed back beside the data, for the check to word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.law.values import parse_value

DEEPEST = 12
"""Forms nest a few levels; what nests deeper than this is not a form's data."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that means nothing in its field: where, in which field (None when the form has no such field), as typed."""

    path: str
    node: Mapping[str, Any] | None
    raw: Any


@dataclass(slots=True)
class Normal:
    """Normal data, and what was found on the way.

    `rows` gives for each table path the numbers of its rows as they stand on paper (blank rows do not count
    in the data); `shown` the raw text of each leaf that was read.
    """

    data: dict[str, Any] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)


def normalise(fields: Mapping[str, Any], raw: Any) -> Normal:
    """Normal data of a form with these (expanded) fields. Never raises, whatever `raw` holds."""
    normal = Normal()
    if isinstance(raw, Mapping):
        normal.data = _group(fields, raw, "", normal, 0) or {}
    elif not is_blank(raw):
        normal.unreadable.append(Unreadable("", None, raw))
    return normal


def is_blank(value: Any, depth: int = 0) -> bool:
    """Whether a raw value says nothing: blank text, null, empty, or made of such."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if depth > DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(is_blank(below, depth + 1) for below in value.values())
    if isinstance(value, (list, tuple)):
        return all(is_blank(below, depth + 1) for below in value)
    return False


def _group(fields: Mapping[str, Any], raw: Any, prefix: str, normal: Normal, depth: int) -> dict[str, Any] | None:
    """The fields of one level; None when all of them are absent."""
    data: dict[str, Any] = {}
    for name, node in fields.items():
        value = _field(node, raw.get(name), f"{prefix}{name}", normal, depth)
        if value is not None:
            data[name] = value
    for key, value in raw.items():
        if key not in fields and not str(key).startswith("_") and not is_blank(value):
            normal.unknown.append(f"{prefix}{str(key)[:60]}")
    return data or None


def _field(node: Mapping[str, Any], raw: Any, path: str, normal: Normal, depth: int) -> Any:
    """One field of any kind; None when it is absent or cannot be understood."""
    if is_blank(raw):
        return None
    if depth > DEEPEST:
        return _unreadable(node, raw, path, normal)
    if node["type"] == "dict":
        return _group(node["schema"], raw, f"{path}.", normal, depth + 1) if isinstance(raw, Mapping) else _unreadable(node, raw, path, normal)
    if node["type"] == "list":
        return _rows(node, raw, path, normal, depth)
    try:
        value = parse_value(node["meta"], raw)
    except (ValueError, TypeError, ArithmeticError):
        return _unreadable(node, raw, path, normal)
    normal.shown[path] = raw
    return value


def _rows(node: Mapping[str, Any], raw: Any, path: str, normal: Normal, depth: int) -> Any:
    """The rows of a table (or items of a list), blank ones dropped."""
    if isinstance(raw, str) and (node.get("schema") or {}).get("type") != "dict":
        raw = raw.replace("；", "\n").replace("、", "\n").splitlines()
    if not isinstance(raw, (list, tuple)):
        return _unreadable(node, raw, path, normal)
    rows, numbers = [], []
    item = node.get("schema")
    for number, row in enumerate(raw):
        before = len(normal.unreadable)
        value = _field(item, row, f"{path}[{number}]", normal, depth + 1) if item else row
        if value is None and len(normal.unreadable) > before and (item or {}).get("type") == "dict":
            value = {}
        if value is not None:
            rows.append(value)
            numbers.append(number)
    normal.rows[path] = numbers
    return rows or None


def _unreadable(node: Mapping[str, Any], raw: Any, path: str, normal: Normal) -> Any:
    """Keep what could not be understood; the field itself is then absent (None)."""
    normal.unreadable.append(Unreadable(path, node, raw))
    return None
