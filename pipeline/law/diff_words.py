"""The words in which differences between packs are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")
SHORT = 8
"""Longer lists are not told in full on both sides."""


@dataclass(frozen=True, slots=True)
class Said:
    """A difference in words, with its citation; `where` is the part of the thing it is about."""

    where: str
    zh: str
    en: str
    cite: str = ""


def pairs(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """(name, before, after) of every entry that was added, taken away or changed, in the order of the older, then the newer."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield name, old, new


def altered(zh: str, en: str, before: Any, after: Any) -> tuple[str, str]:
    """“X：由 A 改为 B”, “X：新增 B” or “X：取消（原为 A）”, in Chinese and English; of longer lists only what came and went."""
    if _nothing(before):
        return f"{zh}：新增 {show(after)}", f"{en}: added: {show(after, english=True)}"
    if _nothing(after):
        return f"{zh}：取消（原为 {show(before)}）", f"{en}: gone (was {show(before, english=True)})"
    if _are_words(before) and _are_words(after) and max(len(before), len(after)) > SHORT:
        came, went = ([one for one in some if one not in other] for some, other in ((after, before), (before, after)))
        parts = (("增加", "more", came), ("减少", "less", went))
        said = [(f"{word} {show(some)}", f"{english} {show(some)}") for word, english, some in parts if some] or [("次序有改动", "another order")]
        return f"{zh}：{'；'.join(one for one, _ in said)}", f"{en}: {'; '.join(one for _, one in said)}"
    return f"{zh}：由 {show(before)} 改为 {show(after)}", f"{en}: {show(before, english=True)} → {show(after, english=True)}"


def _nothing(value: Any) -> bool:
    return value in (None, "", [], (), {})


def _are_words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str | int) for one in value)


def show(value: Any, english: bool = False) -> str:
    """A value of a pack as a sentence holds it."""
    if _nothing(value):
        words = ("未知", "unknown") if value is None else ("（空）", "(empty)")
        return words[english]
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][english]
    if isinstance(value, str | int | float | date):
        return str(value)
    if _are_words(value):
        return "、".join(str(one) for one in value)
    return json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
