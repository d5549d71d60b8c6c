"""Invented values for every field of a form, plainly made up: for trying out whether a form reads back what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.law.values import places

ROWS = 2
_DAY = date(2026, 3, 1)

Make = Callable[[Mapping[str, Any], int], Any]


def invented(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each field of these (expanded) fields; tables get two rows."""
    return {name: _value(name, node, 0) for name, node in fields.items()}


def _value(name: str, node: Mapping[str, Any], row: int) -> Any:
    below = node.get("schema") or {}
    if node["type"] == "dict":
        return {inner: _value(inner, deeper, row) for inner, deeper in below.items()}
    if node["type"] == "list":
        return [_value(name, below, n) for n in range(ROWS)] if below else None
    kind = str(node["meta"].get("kind", "text"))
    make: Make = _KINDS.get(kind, _text)
    return make(node, row)


def _text(node: Mapping[str, Any], row: int) -> str:
    words = f"测试{node['meta'].get('label', '')}{'甲乙'[row]}"
    return words[-int(node.get("maxlength") or 60) :]


def _long_text(node: Mapping[str, Any], row: int) -> str:
    return f"测试{'甲乙'[row]}：第一行，含标点“引号”与 <符号> & 1.5％。\n第二行。"[: int(node.get("maxlength") or 200)].strip()


def _decimal(node: Mapping[str, Any], row: int) -> Decimal:
    return (Decimal("1234.5") + row).quantize(Decimal(1).scaleb(-places(node["meta"])))


def _choice(node: Mapping[str, Any], row: int) -> str:
    options = node["meta"]["options"]
    return str(options[row % len(options)]["code"])


def _choices(node: Mapping[str, Any], row: int) -> list[str]:
    return [str(option["code"]) for option in node["meta"]["options"]][row::2]


_KINDS: Mapping[str, Make] = {
    "text": _text,
    "long_text": _long_text,
    "date": lambda node, row: _DAY.replace(day=1 + row * 30),
    "integer": lambda node, row: 3 + row,
    "decimal": _decimal,
    "money": _decimal,
    "boolean": lambda node, row: row == 0,
    "choice": _choice,
    "choices": _choices,
    "file": lambda node, row: f"附件/测试材料{row + 1}.pdf",
    "uscc": lambda node, row: ("91350100M000100Y43", "12100000400000624D")[row],
    "region": lambda node, row: ("110000", "120000")[row],
    "phone": lambda node, row: f"010-0000000{row}",
    "email": lambda node, row: f"test{row}@example.com",
    "sha256": lambda node, row: "0123456789abcdef"[row:] * 4 + "0" * (64 - 4 * (16 - row)),
}
