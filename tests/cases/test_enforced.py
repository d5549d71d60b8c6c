"""What is said to be enforced really is: each rule, guard, step and clock is taken out of the law, and something comes out differently.

The 66 units one by one (HB-01 … HB-ANNEX, CQ-1 … CQ-8): a rule of a form is proven by the pack's own example that then
no longer breaks, a guard by a filing it held back, a step and a clock by the very decision in which it was taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from conftest import SCHEMAS
from law_roads import PACKS, PLACES, WALKS, ahead, at
from law_ways import GUARDS, WAYS, given

from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Decision
from pipeline.cases.due import fireable
from pipeline.cases.events import Kind
from pipeline.cases.judge import Judge
from pipeline.check.examples import judge_example, read_example
from pipeline.clockwork import SHANGHAI
from pipeline.demo.players import play
from pipeline.law.coverage import ENFORCING, coverage
from pipeline.law.lifecycle import ClockStep, Transition
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.model import Filing, Severity

JURISDICTIONS = ("hubei", "chongqing")
TESTS = Path(__file__).parents[1]
ELSEWHERE = {
    "T74b": "cases/test_sealed_scores.py", "T74c": "cases/test_sealed_scores.py", "T74-SEALED": "cases/test_sealed_scores.py", "T74-JOINT": "cases/test_sealed_scores.py",
    "T74b-ROUND": "cases/test_sealed_scores.py", "T74c-ENOUGH": "cases/test_sealed_scores.py", "T73-DRAWN": "cases/test_draws.py",
    "T26-OVERLAP": "cases/test_readings.py",
}  # fmt: skip
"""Proven where the sealing of sheets and the drawing of lots are at hand."""
ONLY = {"hubei": {"extending", "extended", "noticed_rectifying", "reexamining", "reteamed", "reexamined_bad", "failed_twice", "cancel_noticed", "cancelling"}, "chongqing": {"end_noticed", "ending", "assessing"}}


@cache
def walked(jurisdiction: str) -> tuple[tuple[Ground, Decision], ...]:
    """Every decision of every way through a pack."""
    for place in PLACES:
        if not any(place in places for other, places in ONLY.items() if other != jurisdiction):
            at(jurisdiction, place)
    for who, place, way in WAYS:
        if jurisdiction in who:
            way(ahead(jurisdiction, place))
    return tuple(moment for walk in WALKS[jurisdiction] for moment in walk.moments)


# ── taking something out of the law ──


def without_rule(pack: Pack, form: str, rule: str) -> Pack:
    spec = pack.forms[form]
    return replace(pack, forms=MappingProxyType({**pack.forms, form: replace(spec, rules=tuple(r for r in spec.rules if r.id != rule))}))


def with_steps(pack: Pack, transitions: Mapping[str, Transition]) -> Pack:
    return replace(pack, lifecycle=replace(pack.lifecycle, transitions=MappingProxyType(dict(transitions))))


def without_step(pack: Pack, name: str) -> Pack:
    return with_steps(pack, {key: step for key, step in pack.lifecycle.transitions.items() if key != name})


def without_clock(pack: Pack, name: str, n: int) -> Pack:
    step = pack.lifecycle.transitions[name]
    clocks = tuple(clock for m, clock in enumerate(step.clocks) if m != n)
    return with_steps(pack, {**pack.lifecycle.transitions, name: replace(step, clocks=clocks)})


# ── what comes of a decision ──


def outcome(decision: Decision) -> tuple[Any, ...]:
    """All of a decision but its wording."""
    events = tuple((event.kind, event.data.get("transition"), event.data.get("clock"), event.data.get("to"), event.data.get("code"), event.data.get("final")) for event in decision.events)
    return decision.answer.outcome, events, frozenset(f.rule for f in decision.answer.findings)


def again(ground: Ground, pack: Pack) -> tuple[Any, ...]:
    try:
        return outcome(decide(replace(ground, pack=pack)))
    except (KeyError, LookupError) as missing:
        return (type(missing).__name__,)


def fired(decision: Decision) -> set[str]:
    return {str(event.data["transition"]) for event in decision.events if event.kind in (Kind.MOVED, Kind.DRAFTED) and event.data.get("transition")}


# ── what bites ──


@cache
def broken_by(jurisdiction: str) -> Mapping[tuple[str, str], tuple[Path, ...]]:
    """(form, rule) → the examples that break it."""
    pack, found = PACKS[jurisdiction], {}
    for path in sorted((SCHEMAS / jurisdiction / "examples").glob("*.yaml")):
        example = read_example(path)
        expected = {str(name) for name in (*(example.get("rules") or ()), *(example.get("warnings") or ()), *(example["expect"] if isinstance(example["expect"], list) else ()))}
        for rule in {f.rule for f in judge_example(pack, example).findings}:
            if rule in expected or any(name.startswith(f"{rule}:") for name in expected):
                found.setdefault((example["form"], rule), []).append(path)
    return {key: tuple(paths) for key, paths in found.items()}


def rule_bites(jurisdiction: str, form: str, rule: str) -> bool:
    """An example that breaks the rule does not when it is gone."""
    bare = without_rule(PACKS[jurisdiction], form, rule)
    return any(rule not in {f.rule for f in judge_example(bare, read_example(path)).findings} for path in broken_by(jurisdiction).get((form, rule), ()))


def guard_bites(jurisdiction: str, transition: str, guard: str) -> bool:
    """A filing is held back by the guard, and by one fewer when it is gone."""
    places, form, changes = GUARDS[guard]
    walk = at(jurisdiction, places.split("|")[JURISDICTIONS.index(jurisdiction)] if "|" in places else places)
    pack, case, today = walk.pack, walk.case.case, walk.case.today
    assert case is not None
    values = play(pack, form, given(walk, form), today, **(changes(walk) if callable(changes) else changes))
    filing = Filing(
        id="g0001", form=form, version="1.0", jurisdiction=jurisdiction, role="办理", owner="测试人", data=normalise(pack.forms[form].fields, values).data, enclosed={}, attachments=(),
        original="0" * 64, name="测试.docx", received_on=today, received_at=datetime(today.year, today.month, today.day, 10, tzinfo=SHANGHAI), case=case.id,
    )  # fmt: skip
    judge, guards = Judge(pack, case, filing, today), pack.lifecycle.transitions[transition].guards
    left = tuple(one for one in guards if one.id != guard)
    return guard in {f.rule for f in judge.failed(guards)} and len(judge.failed(left)) < len(judge.failed(guards))


def step_bites(jurisdiction: str, name: str) -> bool:
    """The decision in which the step was taken comes out differently when it is gone; or the end of a clock sets nothing off."""
    bare = without_step(PACKS[jurisdiction], name)
    taken = next(((ground, decision) for ground, decision in walked(jurisdiction) if name in fired(decision) and ground.filing.form != "sign_off_sheet"), None)
    if taken:
        return again(taken[0], bare) != outcome(taken[1])
    for pack, case, due, today in (timer for walk in WALKS[jurisdiction] for timer in walk.timers):
        step = fireable(pack, case, due.clock, today)
        if step is not None and step.id == name:
            return (other := fireable(bare, case, due.clock, today)) is None or other.id != name
    return False


def clock_bites(jurisdiction: str, name: str, n: int) -> bool:
    """Where the step was taken, the clock does something else when its line is gone."""
    bare = without_clock(PACKS[jurisdiction], name, n)
    moved = [(ground, decision) for ground, decision in walked(jurisdiction) if any(e.kind is Kind.MOVED and e.data.get("transition") == name for e in decision.events)]
    return any(again(ground, bare) != outcome(decision) for ground, decision in moved) or _timed(jurisdiction, name)


def _timed(jurisdiction: str, name: str) -> bool:
    """A step that the end of a clock takes: what it does to clocks is proven with the step itself."""
    return any(trigger.timer for trigger in PACKS[jurisdiction].lifecycle.transitions[name].triggers) and step_bites(jurisdiction, name)


def another_reading(pack: Pack, clock: ClockStep) -> bool:
    """A line for another reading of an open question than the pack's (tests/cases/test_clocks.py tries those)."""
    when = str(clock.data.get("when") or "")
    return when.startswith("param.") and " in " not in when and not Judge(pack, at(pack.jurisdiction, "preparing").case.case, None, at(pack.jurisdiction, "preparing").case.today).holds(when)  # type: ignore[arg-type]


# ── article by article ──


def teeth(pack: Pack, article: str) -> Iterator[tuple[str, str, bool]]:
    """(what, which, whether it bites) of all that enforces an article: rules, guards, steps and clocks that cite it."""
    jurisdiction = pack.jurisdiction

    def cites(ref: Any) -> bool:
        return any(basis.ref == article for basis in pack.grounds(ref))

    for spec in pack.forms.values():
        for rule in (rule for rule in spec.rules if rule.severity is not Severity.NOT_RUN and cites(rule.cite)):
            yield "rule", f"{spec.code}#{rule.id}", rule_bites(jurisdiction, spec.code, rule.id)
    for step in pack.lifecycle.transitions.values():
        for guard in (guard for guard in step.guards if cites(guard.cite)):
            yield "guard", f"{step.id}#{guard.id}", named(guard.id) if guard.id in ELSEWHERE else guard_bites(jurisdiction, step.id, guard.id)
        if cites(step.cite):
            yield "step", step.id, named(step.id) if step.id in ELSEWHERE else step_bites(jurisdiction, step.id)
        for n, clock in enumerate(step.clocks):
            if cites(clock.cite) and not another_reading(pack, clock):
                yield "clock", f"{step.id}.{clock.action} {clock.clock}", clock_bites(jurisdiction, step.id, n)


def named(what: str) -> bool:
    """The test file that proves it elsewhere speaks of it."""
    return what in (TESTS / ELSEWHERE[what]).read_text(encoding="utf-8")


UNITS = {name: {unit.id: unit for unit in coverage(PACKS[name])} for name in JURISDICTIONS}
ARTICLES = [(name, article) for name in JURISDICTIONS for article in UNITS[name]]
NOT_ENFORCED = {"HB-03", "HB-04", "HB-24", "HB-25", "CQ-1", "CQ-2.0", "CQ-8"}
"""Scope, principles, interpretation, background, entry into force: on record, with the reason in `coverage` of pack.yaml."""


def test_sixty_six_units_of_which_these_are_not_enforced() -> None:
    assert len(ARTICLES) == 66
    assert {article for name, article in ARTICLES if UNITS[name][article].kept != "enforced"} == NOT_ENFORCED


@pytest.mark.parametrize(("jurisdiction", "article"), ARTICLES)
def test_an_article_bites_with_each_of_its_rules(jurisdiction: str, article: str) -> None:
    found = list(teeth(PACKS[jurisdiction], article))
    assert [f"{what} {which}" for what, which, bites in found if not bites] == []
    assert bool(found) is (article not in NOT_ENFORCED)


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_what_is_kept_otherwise_says_why_no_rule_can(jurisdiction: str) -> None:
    for article in NOT_ENFORCED & UNITS[jurisdiction].keys():
        said = PACKS[jurisdiction].data["coverage"][article]
        assert said["by"] == "record" and len(said["zh"]) >= 10, article


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_step_of_the_pack_is_taken(jurisdiction: str) -> None:
    """Also those on no article: each is taken on a road, and missed when it is gone."""
    steps = PACKS[jurisdiction].lifecycle.transitions
    assert [name for name in steps if not (named(name) if name in ELSEWHERE else step_bites(jurisdiction, name))] == []


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_guard_of_the_pack_holds_something_back(jurisdiction: str) -> None:
    guards = [(step.id, guard.id) for step in PACKS[jurisdiction].lifecycle.transitions.values() for guard in step.guards]
    assert [guard for step, guard in guards if not (named(guard) if guard in ELSEWHERE else guard_bites(jurisdiction, step, guard))] == []


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_the_guards_table_speaks_of_guards_that_exist(jurisdiction: str) -> None:
    both = {guard.id for pack in PACKS.values() for step in pack.lifecycle.transitions.values() for guard in step.guards}
    assert sorted(GUARDS.keys() - both) == []


def test_a_dead_rule_is_found_out() -> None:
    """The proof itself: a rule that no example breaks, and a step that is never taken, do not bite."""
    assert not rule_bites("hubei", "application_form", "NO_SUCH_RULE")
    assert not step_bites("hubei", "T57")


def test_enforcing_kinds_are_those_proven_here() -> None:
    assert set(ENFORCING) == {"rule", "transition", "clock"}
