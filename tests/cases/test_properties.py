"""Whatever is filed, in whatever order, on whatever day: what must hold of every case under every pack.

A life is a list of moves (see lives.py) drawn by hypothesis: the next form, any other form, one spoilt somewhere, sign-off,
return, service, taking back, days passing to month and year ends. It starts anywhere on the road or on a side road.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Bench
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lives import MOVES, TAKEN, Snapshot, make, roads_of, snapshot
from test_guards import sweep
from test_road import act
from words import foreign_in_timelines, open_or_foreign

from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.decision import Decision, Outcome
from pipeline.cases.due import next_due
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.fold import advance, fold
from pipeline.demo.operators import problems_found
from pipeline.desk.picture import open_forms, timeline_page
from pipeline.law.pack import Pack

PACKS = ("hubei", "chongqing", "ceshi")
NOT_TAKEN = frozenset({Outcome.REFUSED, Outcome.STALE, Outcome.DUPLICATE, Outcome.TO_CLERK})
Roads = dict[str, tuple[Snapshot, ...]]
Life = list[tuple[str, int, int]]

fast = settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
thorough = settings(fast, max_examples=200, derandomize=False)
FAR = (date(1, 1, 1), date(1900, 1, 1), date(2999, 12, 31), date(9999, 12, 31))
lives = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 997), st.integers(0, 997)), min_size=4, max_size=16)
starts = st.integers(0, 997)


@pytest.fixture(scope="module")
def roads(packs: dict[str, Pack], ceshi: Pack) -> Roads:
    return {name: roads_of(pack) for name, pack in {**packs, "ceshi": ceshi}.items()}


def standing(case: Case | None) -> Any:
    """What a refused filing may not change."""
    if case is None:
        return None
    return case.state, case.filings.keys(), {p.id: (p.status, p.number, p.delivered_on) for p in case.papers.values()}, case.clocks, case.pending


def check_answer(decision: Decision, before: Case | None, after: Case | None) -> None:
    """Every filing has one answer: taken and on record, or not taken, with the reason, and nothing changed."""
    answer = decision.answer
    assert answer.outcome in TAKEN | NOT_TAKEN and answer.zh and answer.en
    assert all(f.zh and f.en and (f.cite or f.repair_zh or f.rule) for f in answer.findings)
    if answer.outcome in NOT_TAKEN:
        assert standing(before) == standing(after)
        assert not [event for event in decision.events if event.kind is not Kind.REFUSED and event.kind is not Kind.MOVE_ASKED]
    else:
        assert [event for event in decision.events if event.kind is not Kind.REFUSED], "what was taken is on record"


def check_case(pack: Pack, case: Case) -> None:
    """The case stands somewhere the pack knows; its steps, papers and dates are the pack's, each with its ground."""
    assert case.state in pack.lifecycle.states
    for event in case.history:
        if event.kind is Kind.MOVED and event.data["transition"]:
            assert event.data["transition"] in pack.lifecycle.transitions
            assert pack.cite_text(event.data["cite"]), f"{event.data['transition']} without a ground"
    numbers = [paper.number for paper in case.papers.values() if paper.number]
    assert len(numbers) == len(set(numbers))
    for paper in case.papers.values():
        said = pack.documents[paper.code]
        assert bool(paper.number) == bool(paper.date) == (paper.status not in ("drafted", "returned"))
        assert all(pack.cite_text(ref["cite"] if isinstance(ref, Mapping) and "cite" in ref else ref) for ref in said["basis"])
    for name, clock in case.clocks.items():
        assert name in pack.lifecycle.clocks
        assert pack.cite_text(clock.data["cite"]), f"{name} without a citation"
        assert date.fromisoformat(clock.data["nominal"]) and date.fromisoformat(clock.data["final"]) and clock.data["working"]
    if pack.lifecycle.states[case.state].terminal and case.pending is not None:
        assert pack.lifecycle.transitions[case.pending.transition].data.get("mends"), "nothing waits at the end but mending"


def check_replay(events: list[Recorded]) -> None:
    """The record alone, written down and read again, makes the same case event by event."""
    mine = [event for event in events if event.case]
    case: Case | None = None
    for n, event in enumerate(mine):
        read = replace(event, data=decode(json.dumps(json.loads(encode(event.data)))))
        assert read == event
        case = fold(mine[: n + 1]) if case is None else advance(case, read)
    assert case == fold(mine)


def live(start: Snapshot, life: Life) -> Bench:
    """Play a life, and look at the case after each move."""
    bench = start.bench()
    for kind, a, b in life:
        before = bench.case
        decision = make(bench, kind, a, b)
        after = bench.case
        if decision is not None:
            check_answer(decision, before, after)
        if after is not None:
            check_case(bench.pack, after)
    check_replay(bench.events)
    if bench.case is not None:
        assert timeline_page(bench.pack, bench.case)
    return bench


def reached(bench: Bench) -> Any:
    """Where time alone has brought a case: state, clocks with their dates and reminders, papers; not the days on which it was noticed."""
    case = bench.case
    assert case is not None
    clocks = {name: (c.status, c.data["nominal"], c.data["final"], c.data["provisional"], c.reminded) for name, c in case.clocks.items()}
    return case.state, clocks, [p.code for p in case.papers.values()], case.pending is None


def check_sweeps(bench: Bench, weeks: int) -> None:
    """Sweeping twice is sweeping once; sweeping after weeks off is sweeping every day."""
    if bench.case is None:
        return
    lazy, daily = snapshot(bench).bench(), snapshot(bench).bench()
    until = bench.today + timedelta(weeks=weeks)
    sweep(lazy, until)
    said = len(lazy.events)
    sweep(lazy, until)
    assert lazy.case is not None
    assert len(lazy.events) == said and next_due(lazy.pack, lazy.case, until) is None
    while daily.today < until:
        sweep(daily, daily.today + timedelta(days=1))
    assert reached(lazy) == reached(daily)


def test_the_roads_lead_everywhere(roads: Roads) -> None:
    """The lives below start in nearly every state that a pack can reach."""
    for name, snapshots in roads.items():
        pack = snapshots[0].pack
        stood = {case.state for s in snapshots if (case := s.bench().case) is not None}
        alive = {state for state, said in pack.lifecycle.states.items() if not said.terminal and state not in pack.unreachable}
        assert len(alive - stood - {"draft"}) <= 6, f"{name}: {sorted(alive - stood)}"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_no_life_leaves_the_machine(roads: Roads, jurisdiction: str) -> None:
    @fast
    @given(starts, lives)
    def play_it(start: int, life: Life) -> None:
        live(roads[jurisdiction][start % len(roads[jurisdiction])], life)

    play_it()


def dated_fields(pack: Pack, form: str) -> set[str]:
    """The fields of a form that a clock is set by."""
    steps = [step for t in pack.lifecycle.transitions.values() if t.by_form(form) for step in t.clocks]
    named = {str(step.data.get(key)) for step in steps for key in ("from", "until")}
    return {name for name in named if (node := pack.forms[form].node(name)) is not None and node["meta"]["kind"] == "date"}


@pytest.mark.slow
@pytest.mark.parametrize("jurisdiction", PACKS)
def test_no_date_stops_the_clockwork(roads: Roads, jurisdiction: str) -> None:
    """Whatever day a form names for a clock, today, long ago or far ahead: it is refused, or counted with, and time goes on."""
    tried = 0
    for start in roads[jurisdiction]:
        case, pack = start.bench().case, start.pack
        laid_out = {spec.code for _, spec in open_forms(pack, case)} if case is not None and case.pending is None else set()
        for form in sorted(laid_out):
            for name in sorted(dated_fields(pack, form)):
                for day in FAR:
                    bench = start.bench()
                    spoil = {"result": "rectify", **problems_found(pack, bench.today)} if form == "inspection_record" else {}
                    decision = act(bench, form, **{**spoil, name: day})
                    check_answer(decision, case, bench.case)
                    if bench.case is not None and bench.case.pending is not None:
                        bench.sign()
                    sweep(bench, bench.today + timedelta(days=40))
                    assert bench.case is not None
                    check_case(pack, bench.case)
                    tried += 1
    assert tried > len(FAR)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_sweep_after_a_month_off_or_twice_is_one_every_day(roads: Roads, jurisdiction: str) -> None:
    """From every sixth place of the roads after five weeks, and from years of operation after more than a year."""
    for start in roads[jurisdiction][::6]:
        check_sweeps(start.bench(), 5)
    check_sweeps(next(s.bench() for s in reversed(roads[jurisdiction]) if s.bench().case.state == "established"), 56)  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("jurisdiction", PACKS)
def test_no_life_leaves_the_machine_at_length(roads: Roads, jurisdiction: str) -> None:
    """Many more lives, each followed by some weeks without a sweep."""

    @seed(20261121)
    @thorough
    @given(starts, lives, st.integers(1, 8))
    def play_it(start: int, life: Life, weeks: int) -> None:
        check_sweeps(live(roads[jurisdiction][start % len(roads[jurisdiction])], life), weeks)

    play_it()


@pytest.mark.slow
@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_sweep_after_years_off_is_one_every_day(roads: Roads, jurisdiction: str) -> None:
    for start in roads[jurisdiction]:
        check_sweeps(start.bench(), 70)


@pytest.mark.parametrize("name", PACKS)
def test_no_document_says_a_code_or_an_english_word(roads: Roads, name: str) -> None:
    assert open_or_foreign(roads[name]) == []


@pytest.mark.parametrize("name", PACKS)
def test_no_timeline_says_a_code_or_an_english_word(roads: Roads, name: str) -> None:
    assert foreign_in_timelines(roads[name]) == set()
