"""What the operations share: a refusal in words, and the opinions a sign-off waits for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Decision, Outcome

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

Operation = Callable[["Ground", Book], Decision]


def refused(ground: Ground, zh: str, en: str, outcome: Outcome = Outcome.REFUSED) -> Decision:
    """Nothing was done, and why."""
    return Decision(Answer(outcome, zh, en, ground.case.no if ground.case else ""))


def faulty(ground: Ground) -> Decision:
    """The form itself has things to put right."""
    no = ground.case.no if ground.case else ""
    return Decision(Answer(Outcome.REFUSED, "表中有必须改正的问题，未办理。", "There are things to put right.", no, findings=ground.verdict.findings))


def open_opinions(case: Case) -> list[Mapping[str, Any]]:
    """The opinions that were asked for and are not in."""
    return [opinion for opinion in case.opinions.values() if opinion["status"] == "open"]


def known_person(ground: Ground, role: str, name: str) -> bool:
    """Whether `name` acts in `role` today; where the office's people are not given, everybody is taken to."""
    return not ground.people or name in ground.people.get(role, frozenset())
