"""What people write into a field, and the value it means: one parser and one formatter per field kind.

`parse_value(meta, format_value(meta, value)) == value` for every value of every scalar kind. The parser is
lenient in writing (full-width digits, 2026年1月15日, thousands commas, trailing units) and strict in meaning:
what could be read in two ways is refused, and the check says so in a clerk's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Meta = Mapping[str, Any]

MONEY_PLACES = 2
"""Money is written in 万元 with two decimal places, that is to 100 yuan."""

_YES = frozenset({"是", "有", "对", "true", "yes", "y", "1", "√", "✓", "✔", "☑", "☒", "■"})
_NO = frozenset({"否", "无", "不", "false", "no", "n", "0", "×", "☐", "□"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T[0-9:.]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_DATE_IN_WORDS = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_SEPARATORS = re.compile(r"[、,;，；\n\t]+")
_CHINESE_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
_LARGEST = Decimal(10) ** 12


def parse_value(meta: Meta, raw: object) -> Any:
    """The value that `raw` (text as typed, or a native of JSON or YAML) means in a field with this meta.

    Gives None for what is blank. Raises ValueError, with nothing said, when it has no such meaning; the check
    words the finding. Groups and tables pass through as they are: their members are parsed one by one.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    return _PARSERS.get(str(meta.get("kind", "text")), _as_is)(meta, raw)


def format_value(meta: Meta, value: Any) -> str:
    """`value` as it is printed and prefilled: dates as 2026年1月15日, choices by their Chinese name; None is ''."""
    if value is None:
        return ""
    kind = str(meta.get("kind", "text"))
    formatter = _FORMATTERS.get(kind)
    return formatter(meta, value) if formatter else str(value)


def option_label(meta: Meta, code: str) -> str:
    """The Chinese name of one option of a choice; the code itself when the list does not hold it."""
    return next((str(option["zh"]) for option in _options(meta) if option["code"] == code), code)


def places(meta: Meta) -> int:
    """How many decimal places a money or decimal field is exact to (2 unless its meta says otherwise)."""
    return int(meta.get("places", MONEY_PLACES))


def plain(text: str) -> str:
    """Text in its compatibility form (NFKC), dashes as '-', outer blanks gone: what the eye takes it for."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def _options(meta: Meta) -> Sequence[Mapping[str, Any]]:
    """The options of a choice, as expanded by the pack loader."""
    return meta.get("options") or ()


def _text_of(raw: object) -> str:
    """Text of a string or a whole number; anything else has no meaning as text."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, float):
        return repr(raw)
    raise ValueError


def _writable(character: str) -> bool:
    """Whether a character may stand in XML, so that it can be printed."""
    code = ord(character)
    return character in "\n\t" or (code >= 0x20 and not 0x7F <= code < 0xA0 and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF))


def _parse_long_text(meta: Meta, raw: object) -> str | None:
    """Several lines, kept as typed; line ends become \\n and unprintable characters go."""
    text = _text_of(raw).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if _writable(c)).strip() or None


def _parse_text(meta: Meta, raw: object) -> str | None:
    """One line, kept as typed."""
    text = _parse_long_text(meta, raw)
    return " ".join(text.split("\n")) if text else None


def _parse_file(meta: Meta, raw: object) -> str | None:
    """A file name as written (never NFKC: the name on disk decides), folders separated by '/'."""
    text = _parse_text(meta, raw)
    return text.replace("\\", "/").removeprefix("./") if text else None


def _parse_token(meta: Meta, raw: object) -> str | None:
    """A code or number written without blanks: upper case for USCC, lower for digests."""
    token = "".join(c for c in plain(_text_of(raw)) if _writable(c) and not c.isspace())
    kind = meta.get("kind")
    if kind == "uscc":
        token = token.upper()
    elif kind == "sha256":
        token = token.lower()
    return token or None


def _parse_region(meta: Meta, raw: object) -> str | None:
    """Six digits, alone or before the place's name."""
    text = _parse_token(meta, raw)
    found = re.fullmatch(r"(\d{6})[^\d]*", text or "", re.ASCII)
    return found.group(1) if found else text


YEARS = range(1900, 3000)
"""Years a date may have: with others no period can be counted, and nobody means them."""


def _parse_date(meta: Meta, raw: object) -> date:
    """A day of the calendar in any of the usual ways of writing it, of a year that can be meant."""
    day = _day(raw)
    if day.year not in YEARS:
        raise ValueError
    return day


def _day(raw: object) -> date:
    """A day of the calendar, of whatever year. Raises ValueError."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str):
        raise ValueError
    text = re.sub(r"\s+", "", plain(raw))
    if found := _DATE.fullmatch(text):
        return date(*(int(part) for part in found.groups()))
    if found := _DATE_IN_WORDS.fullmatch(text):
        year = int("".join(str(_CHINESE_DIGITS[c]) for c in found.group(1)))
        return date(year, _small_number(found.group(2)), _small_number(found.group(3)))
    raise ValueError


def _small_number(words: str) -> int:
    """一 … 三十一 as a number. Raises ValueError for what is not one."""
    tens, found, ones = words.partition("十")
    if not found:
        tens, ones = "", words
    if len(tens) > 1 or len(ones) > 1:
        raise ValueError
    ten = (_CHINESE_DIGITS[tens] if tens else 1) if found else 0
    return ten * 10 + (_CHINESE_DIGITS[ones] if ones else 0)


def _number(meta: Meta, raw: object) -> Decimal:
    """An exact number; thousands commas must stand at thousands, the unit of the field may follow."""
    if isinstance(raw, bool):
        raise ValueError
    text = re.sub(r"\s+", "", plain(_text_of(raw)))
    unit = re.sub(r"\s+", "", plain(str(meta.get("unit") or "")))
    if unit:
        text = text.removesuffix(unit)
    if isinstance(raw, str) and not _NUMBER.fullmatch(text):
        raise ValueError
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as trouble:
        raise ValueError from trouble
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise ValueError
    return value + 0 if value else Decimal(0)


def _parse_integer(meta: Meta, raw: object) -> int:
    """A whole number."""
    value = _number(meta, raw)
    if value != value.to_integral_value():
        raise ValueError
    return int(value)


def _parse_boolean(meta: Meta, raw: object) -> bool:
    """是 or 否, in words, marks or natives."""
    if isinstance(raw, bool):
        return raw
    word = plain(_text_of(raw)).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError


def _parse_choice(meta: Meta, raw: object) -> str:
    """The code of an option, given by code, Chinese name or English name; codes win over names."""
    if isinstance(raw, bool):
        raw = "true" if raw else "false"
    word = plain(_text_of(raw)).casefold()
    for key in ("code", "zh", "en"):
        for option in _options(meta):
            if plain(str(option.get(key) or "")).casefold() == word:
                return str(option["code"])
    raise ValueError


def _parse_choices(meta: Meta, raw: object) -> list[str] | None:
    """Codes of options, each once, in the order of the option list."""
    if isinstance(raw, str):
        try:
            return [_parse_choice(meta, raw)]
        except ValueError:
            parts: list[object] = [part for part in _SEPARATORS.split(raw) if part.strip()]
    elif isinstance(raw, (list, tuple)):
        parts = [part for part in raw if part not in (None, "")]
    else:
        raise ValueError
    chosen = {_parse_choice(meta, part) for part in parts}
    return [str(option["code"]) for option in _options(meta) if option["code"] in chosen] or None


def _as_is(meta: Meta, raw: object) -> object:
    """Groups and tables: their members are parsed one by one by the check."""
    return raw


def _format_date(meta: Meta, value: date) -> str:
    """2026年1月15日, as GB/T 9704 writes dates."""
    return f"{value.year}年{value.month}月{value.day}日" if value.year >= 1000 else value.isoformat()


def _format_number(meta: Meta, value: Decimal | int) -> str:
    """Plain digits; money with two places unless more are there."""
    number = Decimal(value)
    if meta.get("kind") == "money" and number == number.quantize(Decimal("0.01")):
        number = number.quantize(Decimal("0.01"))
    return format(number, "f")


def _format_choice(meta: Meta, value: str) -> str:
    """The Chinese name, or the code when the name would be read as another option."""
    label = option_label(meta, value)
    try:
        return label if _parse_choice(meta, label) == value else value
    except ValueError:
        return value


def _format_choices(meta: Meta, value: Sequence[str]) -> str:
    """Names joined by 、; codes when a name itself holds a separator."""
    names = [_format_choice(meta, code) for code in value]
    return "、".join(value if any(_SEPARATORS.search(name) for name in names) else names)


_PARSERS: Mapping[str, Callable[[Meta, object], Any]] = {
    "text": _parse_text, "long_text": _parse_long_text, "file": _parse_file,
    "date": _parse_date, "integer": _parse_integer, "decimal": _number, "money": _number, "boolean": _parse_boolean,
    "choice": _parse_choice, "choices": _parse_choices,
    "uscc": _parse_token, "phone": _parse_token, "email": _parse_token, "sha256": _parse_token, "region": _parse_region,
}  # fmt: skip

_FORMATTERS: Mapping[str, Callable[[Meta, Any], str]] = {
    "date": _format_date, "decimal": _format_number, "money": _format_number,
    "boolean": lambda meta, value: "是" if value else "否",
    "choice": _format_choice, "choices": _format_choices,
}  # fmt: skip
