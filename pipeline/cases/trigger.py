"""Which transitions a filing may aim at: the pack may name several triggers for one transition, each with its own condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.law.lifecycle import Lifecycle, Transition
from pipeline.model import Filing

APPLICANT = "申报"
OFFICER = "办理"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One way to fire a transition: by a form in a role, when a rule holds; else the words that say why not."""

    transition: Transition
    role: str
    when: str
    else_zh: str
    else_en: str


def triggers_for(lifecycle: Lifecycle, state: str, filing: Filing) -> tuple[Trigger, ...]:
    """The triggers that `filing` pulls in `state`, in the pack's order. Officers may file what applicants may (代办)."""
    found = []
    for transition in lifecycle.candidates(state, filing.form):
        for said in _said(transition):
            if said.get("form") != filing.form:
                continue
            role = str(said.get("role") or transition.role)
            if role in ("", filing.role) or (role == APPLICANT and filing.role == OFFICER):
                found.append(_trigger(transition, said, role))
    return tuple(found)


def _said(transition: Transition) -> tuple[Mapping[str, Any], ...]:
    by = transition.data.get("by") or {}
    return tuple(by) if isinstance(by, list) else (by,)


def _trigger(transition: Transition, said: Mapping[str, Any], role: str) -> Trigger:
    otherwise = said.get("else") or {}
    return Trigger(
        transition, role, str(said.get("when") or transition.when),
        str(otherwise.get("zh") or transition.else_zh), str(otherwise.get("en") or transition.else_en),
    )  # fmt: skip
