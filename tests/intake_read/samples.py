"""Invented values for any form, made from its own schema, and the raw text a reader should give back for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline.law.values import parse_value

Pick = Callable[[str, Mapping[str, Any]], Any]


def plain_pick(path: str, node: Mapping[str, Any]) -> Any:
    """One value for a leaf, the same each time, different from field to field."""
    meta, number = node["meta"], sum(path.encode()) % 97
    kind, options = meta["kind"], meta.get("options") or ()
    if kind in ("choice", "choices"):
        codes = [option["code"] for option in options]
        return codes[number % len(codes)] if kind == "choice" else sorted({codes[0], codes[-1]}, key=codes.index)
    made: dict[str, Any] = {
        "date": date(2026, 1, 15) + timedelta(days=number), "integer": number + 1, "decimal": Decimal(number) / 4,
        "money": Decimal(number) + Decimal("0.25"), "boolean": number % 2 == 0, "uscc": "12420000MA00T0013J", "region": "420106",
        "phone": "13800138000", "email": "ceshi@example.cn", "sha256": "ab" * 32, "file": f"附件{number}.pdf",
        "long_text": f"测试{path}第一段\n第二段", "text": f"测试{path}",
    }  # fmt: skip
    return made[kind]


def values_for(fields: Mapping[str, Any], pick: Pick = plain_pick, rows: int = 2, prefix: str = "") -> dict[str, Any]:
    """A value in every field of an expanded schema (tables inside tables are left out: they are not on paper)."""
    found: dict[str, Any] = {}
    for name, node in fields.items():
        path, kind = f"{prefix}{name}", node["meta"]["kind"]
        if kind == "group":
            found[name] = values_for(node["schema"], pick, rows, f"{path}.")
        elif kind == "table":
            if "[" in prefix:
                continue
            row = node["schema"]
            below = row.get("schema") if row.get("type") == "dict" else None
            found[name] = [
                values_for(below, pick, rows, f"{path}[{index}].") if below else pick(f"{path}[{index}]", row) for index in range(rows)
            ]
        else:
            found[name] = pick(path, node)
    return found


def understood(fields: Mapping[str, Any], raw: Any) -> dict[str, Any]:
    """Raw values as the law's own parser understands them."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        node = fields[name]
        kind, row = node["meta"]["kind"], node.get("schema") or {}
        if kind == "group":
            found[name] = understood(node["schema"], value)
        elif kind == "table":
            found[name] = [understood(row["schema"], one) if row.get("type") == "dict" else parse_value(row["meta"], one) for one in value]
        else:
            found[name] = parse_value(node["meta"], value)
    return found


def leaves(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in nested values; a list of plain values is one value."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(values, list) and values and isinstance(values[0], Mapping):
        for index, value in enumerate(values):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, values
