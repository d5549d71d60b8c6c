"""What the tests of a package share: an outcome with its evidence, and the judges that come from outside this layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.archive.holding import Holding

MOST = 12
"""Pieces of evidence named one by one; of more only the number is said."""


class Status(StrEnum):
    """pass, fail, or not run; the last is never taken for the first."""

    PASS = "pass"
    FAIL = "fail"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of a test and what it rests on, in words."""

    status: Status
    evidence: tuple[str, ...]


Judge = Callable[[Path], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """Who judges what this layer cannot: None means there is no such judge here, and the test is not run."""

    signature: Judge | None = None
    pdfa: Judge | None = None
    reader: Judge | None = None
    """A second reader of PDF: opens it, draws its first page, counts pages (`页数 n` is the first evidence)."""
    scanner: Judge | None = None
    on_record: Callable[[str], bool | None] | None = None
    """Whether the database knows an archival code; None for codes of another office."""
    as_sent: Callable[[str], str | None] | None = None
    """The digest recorded for a package of this name when it was made; None for packages of others."""


Test = Callable[[Holding, Judges], Outcome]


def passed(*evidence: str) -> Outcome:
    """It holds."""
    return Outcome(Status.PASS, evidence)


def failed(evidence: Iterable[str]) -> Outcome:
    """It does not hold, for these reasons."""
    return Outcome(Status.FAIL, shortened(evidence))


def not_run(*evidence: str) -> Outcome:
    """It could not be tested."""
    return Outcome(Status.NOT_RUN, evidence)


def judged(faults: Iterable[str], *otherwise: str) -> Outcome:
    """Failed with its faults, or passed with what was looked at."""
    found = tuple(faults)
    return failed(found) if found else passed(*otherwise)


def shortened(evidence: Iterable[str]) -> tuple[str, ...]:
    """The evidence, the rest counted where there is very much of it."""
    found = tuple(dict.fromkeys(evidence))
    return found if len(found) <= MOST else (*found[:MOST], f"另有 {len(found) - MOST} 处")


def described(test: Test) -> Test:
    """A test that needs the package's metadata, and is not run without them."""

    def guarded(holding: Holding, judges: Judges) -> Outcome:
        return not_run(holding.trouble) if holding.trouble else test(holding, judges)

    return guarded
