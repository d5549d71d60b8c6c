"""Which open cases a change of the law would meet, and what each would get. Cases keep their edition: nothing here changes one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.cases.case import Case, Running
from pipeline.law.clock import Period, Roll, deadline
from pipeline.law.diff import Change
from pipeline.law.lifecycle import SAME, ClockStep, Transition
from pipeline.law.pack import Pack

RUNS = ("running", "paused")


@dataclass(frozen=True, slots=True)
class NewEnd:
    """The end a running clock would have under the other edition."""

    clock: str
    zh: str
    now: str
    then: str
    working_zh: str


@dataclass(frozen=True, slots=True)
class Touched:
    """An open case, the changes that lie on its way, and the running clocks that would end otherwise."""

    case: str
    state: str
    kept: str
    changes: tuple[Change, ...]
    ends: tuple[NewEnd, ...]
    lost: str = ""
    """Why the case could not stand under the other edition at all: its state does not exist there."""


def touched_cases(cases: Iterable[tuple[Case, Pack]], after: Pack, changes: tuple[Change, ...]) -> tuple[Touched, ...]:
    """The open cases that `changes` would meet if they went on under `after`; each with the pack it keeps."""
    return tuple(found for case, own in cases if (found := _touched(case, own, after, changes)) is not None)


def _touched(case: Case, own: Pack, after: Pack, changes: tuple[Change, ...]) -> Touched | None:
    state = own.lifecycle.states[case.state]
    if state.terminal:
        return None
    ahead = _ahead(case, own) | _ahead(case, after)
    met = tuple(change for change in changes if change.touches & ahead)
    ends = tuple(_new_ends(case, own, after))
    lost = _lost(case, state.zh, after)
    return Touched(case.no, state.zh, case.pack_version, met, ends, lost) if met or ends or lost else None


def _lost(case: Case, name: str, after: Pack) -> str:
    if case.state in after.lifecycle.states and case.state not in after.unreachable:
        return ""
    why = after.unreachable.get(case.state, "")
    return f"新版本没有“{name}”这一环节{f'（{why}）' if why else ''}"


def _ahead(case: Case, pack: Pack) -> frozenset[tuple[str, str]]:
    """What lies on a case's way under `pack`: steps from where it stands on, their forms, documents and clocks, and what runs."""
    found = {("clock", name) for name, clock in case.clocks.items() if clock.status in RUNS}
    for step in _steps_on(case.state, pack):
        found.add(("transition", step.id))
        found |= {("clock", one.clock) for one in step.clocks}
        forms = [form for form in step.by_forms if form in pack.forms]
        found |= {("form", code) for form in forms for code in (form, *(pack.forms[form].notes.get("encloses") or ()))}
        found |= {("document", code) for out in step.out for code in (out, *(pack.documents.get(out, {}).get("together_with") or ()))}
    return frozenset(found)


def _steps_on(state: str, pack: Pack) -> Iterator[Transition]:
    """The steps that can still come after `state`."""
    seen, edge, told = {state}, [state], set()
    while edge:
        for step in pack.lifecycle.leaving(edge.pop()):
            if step.id not in told:
                told.add(step.id)
                yield step
            if step.to != SAME and step.to not in seen:
                seen.add(step.to)
                edge.append(step.to)


def _new_ends(case: Case, own: Pack, after: Pack) -> Iterator[NewEnd]:
    """Running clocks whose length is another parameter's value under `after`, counted again from the same day."""
    for name, clock in case.clocks.items():
        steps = _lengths(after, name), _lengths(own, name)
        if clock.status != "running" or len(steps[0]) != 1 or steps[0].keys() == steps[1].keys():
            continue
        ((_, step),) = steps[0].items()
        found = _counted(clock, step, case.clocks, after)
        if found is not None and found[0] != clock.data["final"]:
            zh = str(own.lifecycle.clocks.get(name, {}).get("zh", name))
            yield NewEnd(name, zh, str(clock.data["final"]), *found)


def _lengths(pack: Pack, clock: str) -> Mapping[str, ClockStep]:
    """The lengths a clock may be started with, each with a step that does so. Empty where a form or a window names its end."""
    found: dict[str, ClockStep] = {}
    for step in (one for transition in pack.lifecycle.transitions.values() for one in transition.clocks if one.clock == clock):
        if step.action in ("start", "restart", "set") and "until" not in step.data and "yearly_param" not in step.data:
            value = pack.param(step.period_param) if step.period_param else step.period
            found.setdefault(f"{value} {step.unit}", step)
    return found


def _counted(clock: Running, step: ClockStep, clocks: Mapping[str, Running], pack: Pack) -> tuple[str, str] | None:
    value: Any = pack.param(step.period_param) if step.period_param else step.period
    if value is None:
        return "", "新版本没有规定这一期限，由承办人掌握"
    backward = pack.param(str(step.data["method_param"])) if step.data.get("method_param") else None
    base = clocks[str(step.data["before"])].data["nominal"] if step.data.get("before") in clocks else clock.data["base"]
    computed = deadline(
        date.fromisoformat(base), Period.of(value, step.unit, backward=backward if "before" in step.data else None), clock.data.get("roll") or Roll.NEXT,
        pack.calendar, event=("起算日", "the start"), cite=pack.cite_text(step.cite),
    )  # fmt: skip
    return computed.final.isoformat(), computed.working_zh
