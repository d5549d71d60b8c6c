"""What a check of the office can say: fine, take care, not fit, or not looked at; always with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Words = tuple[str, str]
"""Chinese and English."""


class Status(StrEnum):
    """How one check stands. `not_run` is not ok."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `told` is what was found, `remedy` what to do when it is not fine."""

    id: str
    name: Words
    status: Status
    told: Words = ("", "")
    remedy: Words = ("", "")

    @property
    def fit(self) -> bool:
        """Whether the office may work like this: fine, or fine with care."""
        return self.status in (Status.OK, Status.WARNING)


def ok(key: str, name: Words, told: Words = ("", "")) -> Check:
    """Fine."""
    return Check(key, name, Status.OK, told)


def warning(key: str, name: Words, told: Words, remedy: Words) -> Check:
    """Works, but see to it soon."""
    return Check(key, name, Status.WARNING, told, remedy)


def failed(key: str, name: Words, told: Words, remedy: Words) -> Check:
    """Not fit."""
    return Check(key, name, Status.FAILED, told, remedy)


def not_run(key: str, name: Words, told: Words, remedy: Words) -> Check:
    """Could not be looked at, and why."""
    return Check(key, name, Status.NOT_RUN, told, remedy)
