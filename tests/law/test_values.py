"""How each kind of field is written, read, and refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.law.values import format_value, parse_value

OPTIONS = (
    {"code": "power", "zh": "电力", "en": "power"},
    {"code": "steel", "zh": "钢铁（含铸造）", "en": "steel"},
    {"code": "other", "zh": "其他、未列明", "en": "other, not listed"},
    {"code": "电力", "zh": "power", "en": "x"},
)
CHOICE = {"kind": "choice", "options": OPTIONS}
CHOICES = {"kind": "choices", "options": OPTIONS}


@pytest.mark.parametrize(
    "written",
    ["2026-01-15", "2026年1月15日", "2026年01月15日", "2026/1/15", "2026.1.15", "２０２６年１月１５日", " 2026 年 1 月 15 日 ", "二〇二六年一月十五日", "2026-01-15T00:00:00Z", date(2026, 1, 15), datetime(2026, 1, 15, 8, 0)],
)
def test_a_day_is_written_in_many_ways(written: object) -> None:
    assert parse_value({"kind": "date"}, written) == date(2026, 1, 15)


@pytest.mark.parametrize("written", ["2026-02-30", "2026年13月1日", "26-1-15", "2026年1月", "明天", "2026-01-15 上午", "9999-12-31", "1899-12-31", date(3000, 1, 1), datetime(1, 1, 1), 20260115, True, ["2026-01-15"], "٢٠٢٦-٠١-١٥"])
def test_what_is_no_day_is_refused(written: object) -> None:
    with pytest.raises(ValueError):
        parse_value({"kind": "date"}, written)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("600", "600"), ("600.00", "600"), ("1,234,567.5", "1234567.5"), ("１，２３４．５０", "1234.5"), ("600万元", "600"), ("600 万元", "600"),
        (600, "600"), (79.95, "79.95"), (Decimal("79.95"), "79.95"), ("-3", "-3"), ("−3", "-3"), ("0.10", "0.1"), ("-0", "0"),
    ],
)  # fmt: skip
def test_amounts(written: object, value: str) -> None:
    assert parse_value({"kind": "money", "unit": "万元"}, written) == Decimal(value)


@pytest.mark.parametrize("written", ["1,2", "12,34", "1.2.3", "六百", "600元", "1e3", "NaN", "Infinity", float("inf"), "9" * 40, True, "0x10", "1 2 3 万"])
def test_what_is_no_amount_is_refused(written: object) -> None:
    meta = {"kind": "money", "unit": "万元"}
    if written == "1 2 3 万":
        meta = {"kind": "money"}
    with pytest.raises(ValueError):
        parse_value(meta, written)


@pytest.mark.parametrize(("written", "value"), [("12", 12), ("1,200 台", 1200), (12.0, 12), ("12.0", 12), ("＋3", 3)])
def test_whole_numbers(written: object, value: int) -> None:
    parsed = parse_value({"kind": "integer", "unit": "台"}, written)
    assert parsed == value
    assert isinstance(parsed, int)


@pytest.mark.parametrize("written", ["12.5", 12.5, True, "十二"])
def test_what_is_no_whole_number_is_refused(written: object) -> None:
    with pytest.raises(ValueError):
        parse_value({"kind": "integer"}, written)


@pytest.mark.parametrize(
    ("written", "value"),
    [("是", True), ("true", True), (True, True), ("√", True), ("☑", True), ("YES", True), ("否", False), ("false", False), (False, False), ("☐", False), ("×", False)],
)
def test_yes_and_no(written: object, value: bool) -> None:
    assert parse_value({"kind": "boolean"}, written) is value


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(ValueError):
        parse_value({"kind": "boolean"}, "也许")


@pytest.mark.parametrize(
    ("written", "code"), [("power", "power"), ("POWER", "power"), ("钢铁（含铸造）", "steel"), ("钢铁(含铸造)", "steel"), ("steel", "steel"), ("电力", "电力"), ("其他、未列明", "other")]
)
def test_a_choice_is_given_by_code_or_name(written: str, code: str) -> None:
    assert parse_value(CHOICE, written) == code


def test_a_choice_not_listed_is_refused() -> None:
    with pytest.raises(ValueError):
        parse_value(CHOICE, "水泥")


@pytest.mark.parametrize(
    ("written", "codes"),
    [("power、steel", ["power", "steel"]), (["steel", "power", "steel"], ["power", "steel"]), ("其他、未列明", ["other"]), ([], None), ("steel\npower", ["power", "steel"])],
)
def test_several_choices(written: object, codes: list[str] | None) -> None:
    assert parse_value(CHOICES, written) == codes


@pytest.mark.parametrize("kind", ["text", "long_text", "date", "integer", "money", "boolean", "choice", "choices", "file", "uscc", "region"])
@pytest.mark.parametrize("blank", [None, "", "   ", "\u3000\n"])
def test_blank_is_absent(kind: str, blank: object) -> None:
    assert parse_value({"kind": kind, "options": OPTIONS}, blank) is None


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("text", "（测试）　甲\n乙", "（测试）　甲 乙"), ("long_text", "甲\r\n乙\x00", "甲\n乙"), ("uscc", "１２９９ 0000ma00t00131", "12990000MA00T00131"),
        ("region", "990101 甲一区", "990101"), ("region", 990101, "990101"), ("phone", "０２７－０００００００", "027-0000000"), ("email", " a@example.cn\ud800 ", "a@example.cn"),
        ("sha256", "AB" * 32, "ab" * 32), ("file", ".\\附件\\（一）.pdf", "附件/（一）.pdf"),
    ],
)  # fmt: skip
def test_texts_and_codes(kind: str, written: object, value: str) -> None:
    assert parse_value({"kind": kind}, written) == value


@pytest.mark.parametrize(
    ("meta", "value", "printed"),
    [
        ({"kind": "money"}, Decimal("600"), "600.00"), ({"kind": "money"}, Decimal("1.005"), "1.005"), ({"kind": "decimal"}, Decimal("1E+2"), "100"),
        ({"kind": "date"}, date(2026, 1, 5), "2026年1月5日"), ({"kind": "boolean"}, False, "否"), (CHOICE, "steel", "钢铁（含铸造）"),
        (CHOICE, "power", "power"), (CHOICES, ["power", "other"], "power、other"), ({"kind": "text"}, None, ""),
    ],
)  # fmt: skip
def test_printing(meta: dict[str, Any], value: object, printed: str) -> None:
    assert format_value(meta, value) == printed


_AMOUNT = st.decimals(min_value=-(10**11), max_value=10**11, places=4, allow_nan=False, allow_infinity=False)
_LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Zs"))).filter(lambda t: t == t.strip() and t)
_VALUES = st.one_of(
    st.tuples(st.just({"kind": "date"}), st.dates(date(1900, 1, 1), date(2999, 12, 31))),
    st.tuples(st.just({"kind": "integer", "unit": "台"}), st.integers(-(10**11), 10**11)),
    st.tuples(st.just({"kind": "decimal", "unit": "%"}), _AMOUNT),
    st.tuples(st.just({"kind": "money", "unit": "万元"}), _AMOUNT),
    st.tuples(st.just({"kind": "boolean"}), st.booleans()),
    st.tuples(st.just(CHOICE), st.sampled_from([o["code"] for o in OPTIONS])),
    st.tuples(st.just(CHOICES), st.sets(st.sampled_from([o["code"] for o in OPTIONS]), min_size=1).map(lambda s: [o["code"] for o in OPTIONS if o["code"] in s])),
    st.tuples(st.just({"kind": "text"}), _LINE),
    st.tuples(st.just({"kind": "long_text"}), st.lists(_LINE, min_size=1).map("\n".join)),
)


@given(_VALUES)
def test_what_is_printed_reads_back_equal(pair: tuple[dict[str, Any], Any]) -> None:
    meta, value = pair
    assert parse_value(meta, format_value(meta, value)) == value


_ANYTHING = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@given(st.sampled_from(["text", "long_text", "date", "integer", "decimal", "money", "boolean", "choice", "choices", "file", "uscc", "region", "phone", "email", "sha256"]), _ANYTHING)
def test_anything_is_a_value_or_refused(kind: str, raw: object) -> None:
    meta = {"kind": kind, "options": OPTIONS}
    try:
        value = parse_value(meta, raw)
    except ValueError:
        return
    assert value is None or parse_value(meta, format_value(meta, value)) == value
