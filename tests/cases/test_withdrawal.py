"""撤回 and 放弃 in every state of both packs: the letter is taken where the law leaves that open, or the refusal names why (HB-07, CQ-5: 自愿)."""

from __future__ import annotations

from datetime import date

import pytest
from law_roads import PACKS, at
from law_ways import LETTER, WAYS

from pipeline.cases.decision import Outcome

BOTH = ("hubei", "chongqing")
APPLYING = {"application": "withdrawn", "preparation": "withdrawn"}
PREPARING = {"preparation": "withdrawn", "acceptance": "LIFECYCLE|T61"}
WITHDRAWABLE = {"preparation": "withdrawn", "acceptance": "in_preparation", "application": "T95"}
EXAMINED = {"preparation": "withdrawn", "acceptance": "T95-EXAMINED", "application": "T95"}
RUNNING = {"operation": "same", "preparation": "T88-STAGE"}
STATES: dict[str, tuple[str, dict[str, str]]] = {
    "submitted": ("submitted", APPLYING),
    "correction_required": ("correcting", APPLYING),
    "accepted": ("accepted", APPLYING),
    "material_review": ("material", APPLYING),
    "site_verification": ("site", APPLYING),
    "deliberation_preparation": ("reported", APPLYING),
    "in_preparation": ("preparing", PREPARING),
    "extension_pending": ("extending", PREPARING),
    "preparation_overdue": ("overdue", PREPARING),
    "preparation_termination_pending": ("terminating", {"preparation": "T61-NOTICED"}),
    "acceptance_applied": ("applied", WITHDRAWABLE),
    "acceptance_correction_required": ("acceptance_correcting", WITHDRAWABLE),
    "acceptance_preliminary_review": ("registered", WITHDRAWABLE),
    "acceptance_examination": ("examining", WITHDRAWABLE),
    "team_rectification": ("rectifying", EXAMINED),
    "team_recheck": ("rechecking_score", EXAMINED),
    "examination_failed": ("failed", EXAMINED),
    "authority_rectification": ("noticed_rectifying", EXAMINED),
    "reexamination": ("reexamining", EXAMINED),
    "deliberation_establishment": ("passed", EXAMINED),
    "established": ("established", RUNNING),
    "inspection": ("inspecting", RUNNING),
    "recheck": ("rechecking", RUNNING),
    "annual_assessment": ("assessing", RUNNING),
    "operation_rectification": ("operation_rectifying", RUNNING),
    "revocation_pending": ("revoking_noticed", {"operation": "T88-NOTICED"}),
}
"""State → a place of it on the roads, and what comes of the letter there, by its stage: the state the case is in then, or the rule that refuses."""
ABSENT = {"hubei": {"annual_assessment"}, "chongqing": {"extension_pending", "authority_rectification", "reexamination"}}
"""States that the law of the place does not know."""


def cases() -> list[tuple[str, str, str]]:
    return [(name, state, stage) for name in BOTH for state in STATES if state not in ABSENT[name] for stage in STATES[state][1]]


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_every_state_that_has_not_ended_is_in_the_table(jurisdiction: str) -> None:
    states = PACKS[jurisdiction].lifecycle.states
    assert STATES.keys() - ABSENT[jurisdiction] == {s.id for s in states.values() if not s.terminal and s.id != "draft"} - ABSENT[jurisdiction]
    for state in ABSENT[jurisdiction]:
        assert not [t for t in PACKS[jurisdiction].lifecycle.transitions.values() if t.to == state], f"{state} can be reached after all"


@pytest.mark.parametrize(("jurisdiction", "state", "stage"), cases())
def test_the_letter_is_taken_or_refused_by_name(jurisdiction: str, state: str, stage: str) -> None:
    place, table = STATES[state]
    walk = at(jurisdiction, place).fork()
    assert walk.state == state
    walk.act("withdrawal_letter", may_fail=True, stage=stage, letter_date=walk.case.today, **LETTER)
    answer, expected = walk.moments[-1][1].answer, table[stage]
    if expected in PACKS[jurisdiction].lifecycle.states or expected == "same":
        assert answer.outcome is Outcome.RECORDED, [f.zh for f in answer.findings]
        assert walk.state == (state if expected == "same" else expected)
        return
    assert answer.outcome is Outcome.REFUSED
    assert walk.state == state, "a refusal moves nothing"
    assert any(f.rule in expected.split("|") and f.cite and f.zh for f in answer.findings), [(f.rule, f.zh, f.cite) for f in answer.findings]


@pytest.mark.parametrize("jurisdiction", BOTH)
@pytest.mark.parametrize("state", [s for s in STATES if "withdrawn" in STATES[s][1].values()])
def test_no_period_runs_on_after_giving_up(jurisdiction: str, state: str) -> None:
    place, table = STATES[state]
    if state in ABSENT[jurisdiction]:
        pytest.skip("the law of the place does not know this state")
    walk = at(jurisdiction, place).fork()
    stage = next(stage for stage, becomes in table.items() if becomes == "withdrawn")
    walk.act("withdrawal_letter", stage=stage, letter_date=walk.case.today, **LETTER)
    case = walk.case.case
    assert case is not None and case.state == "withdrawn"
    assert {name: clock.status for name, clock in case.clocks.items() if clock.status in ("running", "paused")} == {}


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_the_preparation_period_runs_on_once_the_acceptance_is_withdrawn(jurisdiction: str) -> None:
    """It stood still from the application on; what is left of it, and the last day to apply, are counted anew."""
    walk = at(jurisdiction, "registered").fork()
    walk.act("withdrawal_letter", stage="acceptance", letter_date=walk.case.today, **LETTER)
    case = walk.case.case
    assert case is not None and (case.clocks["PREP"].status, case.clocks["ACC_BY"].status) == ("running", "running")
    assert date.fromisoformat(case.clocks["PREP"].data["final"]) > walk.case.today
    walk.act("acceptance_application")
    assert walk.state == "acceptance_applied", "it may be applied for again"


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_a_late_application_that_is_withdrawn_leaves_the_preparation_overdue(jurisdiction: str) -> None:
    walk = at(jurisdiction, "late").fork()
    walk.act("withdrawal_letter", stage="acceptance", letter_date=walk.case.today, **LETTER)
    assert walk.state == "preparation_overdue"


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_once_scores_are_on_file_the_application_alone_stays(jurisdiction: str) -> None:
    """Otherwise the result of the examination and its rectification could be evaded."""
    walk = at(jurisdiction, "failing").fork()
    walk.act("withdrawal_letter", may_fail=True, stage="acceptance", letter_date=walk.case.today, **LETTER)
    assert (walk.state, [f.rule for f in walk.moments[-1][1].answer.findings]) == ("acceptance_examination", ["T95-EXAMINED"])


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_the_same_holds_for_a_late_application(jurisdiction: str) -> None:
    walk = at(jurisdiction, "late").fork()
    for form in ("acceptance_intake", "preliminary_review", "expert_team_form"):
        walk.act(form)
        if walk.case.case is not None and walk.case.case.pending is not None:
            walk.sign()
    walk.act("examination_record", round="first")
    walk.act("withdrawal_letter", may_fail=True, stage="acceptance", letter_date=walk.case.today, **LETTER)
    assert (walk.state, [f.rule for f in walk.moments[-1][1].answer.findings]) == ("acceptance_examination", ["T95b-EXAMINED"])


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_a_case_that_is_over_says_so(jurisdiction: str) -> None:
    """Each terminal state that a way reaches: nothing is left to withdraw, and the answer tells it."""
    seen = set()
    for who, place, way in WAYS:
        if jurisdiction in who and place in ("correcting", "submitted", "reported", "passed", "preparing", "terminating", "revoking", "cancelling", "ending"):
            walk = at(jurisdiction, place).fork()
            way(walk)
            if walk.pack.lifecycle.states[walk.state].terminal and walk.state not in seen:
                seen.add(walk.state)
                ended = walk.state
                walk.act("withdrawal_letter", may_fail=True, stage="operation", letter_date=walk.case.today, **LETTER)
                answer = walk.moments[-1][1].answer
                assert (answer.outcome, walk.state) == (Outcome.REFUSED, ended)
                assert "已经办结" in answer.findings[0].zh and walk.pack.lifecycle.states[ended].zh in answer.findings[0].zh
    assert seen == {s.id for s in PACKS[jurisdiction].lifecycle.states.values() if s.terminal}
