"""What may not be readable, or provable, in later years: formats and algorithms at risk, with what to do. Pure but for the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.archive.algorithms import Algorithm, algorithms
from pipeline.archive.formats import UNKNOWN, formats

SOON = 5
"""Years ahead in which an algorithm that ends counts as at risk."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A format or an algorithm that is used, how often, how long it is good for, and what to do."""

    kind: str
    id: str
    zh: str
    count: int
    standing: str
    until: int | None
    what: str
    examples: tuple[str, ...] = ()

    @property
    def acute(self) -> bool:
        """Whether something is to be done now."""
        return self.standing == "risk"


def format_risks(files: Iterable[tuple[str, str]]) -> tuple[Risk, ...]:
    """Formats in use, from (name, format id) of every kept file; what is archival comes last."""
    names: dict[str, list[str]] = {}
    for name, kind in files:
        names.setdefault(kind, []).append(name)
    rows = []
    for kind, found in names.items():
        known = formats().get(kind, formats()[UNKNOWN])
        what = f"迁移到 {known.target}；{known.watch}" if known.standing == "risk" else known.watch or "不需要迁移"
        rows.append(Risk("format", known.id, known.zh, len(found), known.standing, None, what, tuple(sorted(found)[:3])))
    return tuple(sorted(rows, key=lambda risk: (("risk", "open", "archival").index(risk.standing), risk.id)))


def algorithm_risks(used: Mapping[str, list[str]], year: int) -> tuple[Risk, ...]:
    """Algorithms in use, by id with the names of what uses them; `year` is this year. One the table does not know is at risk."""
    rows = []
    for name, places in used.items():
        said = algorithms().get(name)
        day = said.soonest if said else None
        standing = "open" if said and (day is None or day.year - 1 >= year + SOON) else "risk"
        until = day.year - 1 if day else None if said else year
        rows.append(Risk("algorithm", name, said.zh if said else name, len(places), standing, until, _what(said, standing), tuple(places[:3])))
    return tuple(sorted(rows, key=lambda risk: (risk.until or 9999, risk.id)))


def _what(said: Algorithm | None, standing: str) -> str:
    if said is None:
        return "算法表里没有，由密码管理员核定"
    if said.soonest is None:
        return "没有公布停用日期，随算法表更新"
    word = f"{said.soonest}" + ("起不再可靠" if said.end else "起停用（草案）")
    return f"{word}，此前加盖归档时间戳或换用{said.instead}" if standing == "risk" else f"{word}，届时换用{said.instead}"
