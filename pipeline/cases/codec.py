"""Canonical JSON for the journal: one text for one value, so that it can be hashed.

Decimals and dates keep their type: {"$decimal": "12.30"}, {"$date": "2026-01-15"}. Floats are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def to_plain(value: Any) -> Any:
    """`value` with decimals, dates, tuples and mappings turned into what JSON holds. Raises TypeError on floats."""
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [to_plain(item) for item in items]
    raise TypeError(f"no place in the journal for {type(value).__name__}")


_READERS: dict[str, Callable[[str], Any]] = {"$decimal": Decimal, "$date": date.fromisoformat, "$datetime": datetime.fromisoformat}


def from_plain(value: Any) -> Any:
    """The inverse of `to_plain` (tuples come back as lists)."""
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1:
            (key, item), *_ = value.items()
            if key in _READERS:
                return _READERS[key](item)
        return {key: from_plain(item) for key, item in value.items()}
    return value


def encode(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(to_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """What `encode` wrote."""
    return from_plain(json.loads(text))
