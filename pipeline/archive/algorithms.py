"""How long an algorithm can be relied on: one dated table with its sources, for the migration plan and for the signature diary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TABLE = Path(__file__).with_name("data") / "algorithms.yaml"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One algorithm. `end`: from that day on it is not relied on; None while no such day is published. `planned`: a draft says so."""

    id: str
    zh: str
    end: date | None
    planned: date | None
    instead: str
    source: str

    @property
    def soonest(self) -> date | None:
        """The first day named, published or planned."""
        return min((day for day in (self.end, self.planned) if day), default=None)


@cache
def _table() -> Mapping[str, Any]:
    said: Mapping[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return said


@cache
def algorithms() -> Mapping[str, Algorithm]:
    """Every algorithm of the table by id (`sha256`, `rsa2048`, `ecdsa256` …)."""
    said = _table()
    return {
        name: Algorithm(name, row["zh"], row["end"], row.get("planned"), row["instead"], said["sources"][row["source"]])
        for name, row in said["algorithms"].items()
    }  # fmt: skip


def first_to_end(names: Iterable[str]) -> Algorithm | None:
    """Of these algorithms the one that ends first by a published day; None when none of them has one. Unknown ones are passed over."""
    known = [algorithms()[name] for name in names if name in algorithms() and algorithms()[name].end]
    return min(known, key=lambda one: str(one.end), default=None)
