"""Which transitions a filing may aim at, and by which of their triggers."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.law.lifecycle import Lifecycle, Transition, Trigger
from pipeline.model import Filing

APPLICANT = "申报"
OFFICER = "办理"


@dataclass(frozen=True, slots=True)
class Aim:
    """A transition a filing aims at, and the trigger it pulls."""

    transition: Transition
    trigger: Trigger


def aims_of(lifecycle: Lifecycle, state: str, filing: Filing) -> tuple[Aim, ...]:
    """What `filing` may aim at in `state`, in the pack's order. Officers may file what applicants may (代办)."""
    found = []
    for transition in lifecycle.candidates(state, filing.form):
        for trigger in transition.triggers:
            if trigger.form == filing.form and _may(trigger, filing.role):
                found.append(Aim(transition, trigger))
    return tuple(found)


def _may(trigger: Trigger, role: str) -> bool:
    return not trigger.roles or role in trigger.roles or (APPLICANT in trigger.roles and role == OFFICER)
