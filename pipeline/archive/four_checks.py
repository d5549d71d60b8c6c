"""四性检测 (DA/T 70-2018) as an executable list: each item, its test, its evidence, its remedy.

The list is data (data/four_checks.yaml); the tests live in authenticity, completeness, usability and safety. A test that
cannot run says not_run and why: not run is not passed. Tests never raise for what is in a package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.archive import authenticity, completeness, safety, usability
from pipeline.archive.holding import Holding
from pipeline.archive.judges import Judges, Outcome, Status, Test, not_run
from pipeline.errors import NotFoundError

_LIST = Path(__file__).with_name("data") / "four_checks.yaml"
TESTS: Mapping[str, Test] = {**authenticity.TESTS, **completeness.TESTS, **usability.TESTS, **safety.TESTS}
"""Every test by the name the list calls it."""


class Phase(StrEnum):
    """When a package is tested."""

    FILING = "filing"
    TRANSFER = "transfer"
    KEEPING = "keeping"


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of the standard's list."""

    id: str
    property: str
    zh: str
    en: str
    test: str
    remedy: str
    phases: tuple[str, ...]
    may_wait: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item."""

    item: CheckItem
    outcome: Outcome

    @property
    def justified(self) -> bool:
        """Whether it is not run for a reason the list allows."""
        return self.outcome.status is Status.NOT_RUN and bool(self.item.may_wait)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result. `ok`: no item failed, and each one not run is on the list of those that may wait."""

    package: str
    phase: Phase
    results: tuple[Result, ...] = field(default_factory=tuple)

    def count(self, status: Status) -> int:
        """How many items came out so."""
        return sum(result.outcome.status is status for result in self.results)

    @property
    def ok(self) -> bool:
        """Passed, without doubt."""
        return all(result.outcome.status is Status.PASS or result.justified for result in self.results)

    def plain(self) -> dict[str, Any]:
        """For machines."""
        return {
            "package": self.package, "phase": str(self.phase), "phase_zh": phase_zh(self.phase), "ok": self.ok,
            "counts": {str(status): self.count(status) for status in Status},
            "items": [
                {
                    "id": r.item.id, "property": r.item.property, "property_zh": _said()["properties"][r.item.property], "zh": r.item.zh, "en": r.item.en,
                    "test": r.item.test, "status": str(r.outcome.status), "evidence": list(r.outcome.evidence), "remedy": r.item.remedy,
                    "justified": r.item.may_wait if r.justified else "",
                }
                for r in self.results
            ],
        }  # fmt: skip


@cache
def _said() -> Mapping[str, Any]:
    said: Mapping[str, Any] = yaml.safe_load(_LIST.read_text(encoding="utf-8"))
    return said


@cache
def check_items() -> tuple[CheckItem, ...]:
    """The list, in the standard's order."""
    return tuple(
        CheckItem(str(row["id"]), row["property"], row["zh"], row["en"], row["test"], row["remedy"], tuple(row["phases"]), row.get("may_wait", ""))
        for row in _said()["items"]
    )


def phase_zh(phase: Phase) -> str:
    """归档, 移交接收 or 长期保存."""
    return str(_said()["phases"][phase])


def check_package(holding: Holding, phase: Phase, judges: Judges, step: Callable[[], None] = lambda: None) -> Report:
    """Test a package for a phase. `step` is called after each item."""
    results = []
    for item in check_items():
        if phase in item.phases:
            results.append(Result(item, _run(item, holding, judges)))
            step()
    return Report(holding.name, phase, tuple(results))


def _run(item: CheckItem, holding: Holding, judges: Judges) -> Outcome:
    test = TESTS.get(item.test)
    if test is None:
        raise NotFoundError(f"四性检测清单第 {item.id} 项的检测“{item.test}”不存在", f"the test {item.test} of item {item.id} does not exist")
    try:
        return test(holding, judges)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        return not_run(f"检测中断（{type(trouble).__name__}：{trouble}）")
