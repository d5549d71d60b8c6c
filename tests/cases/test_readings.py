"""Open questions of the text are parameters: read the other way, the same filing comes out otherwise (A23, A27, A29, A32, A35, A36, A40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from law_roads import Walk, _cancel, ahead
from law_ways import LETTER, REASONS, _lost

BOTH = ("hubei", "chongqing")


def reading(walk: Walk, **said: Any) -> Walk:
    """The same way under a pack that reads these parameters otherwise (`a__b` is `a.b`)."""
    pack = walk.pack
    changed = {key.replace("__", "."): value for key, value in said.items()}
    parameters = {**pack.parameters, **{key: {**pack.parameters[key], "value": value} for key, value in changed.items()}}
    walk.case.pack = replace(pack, parameters=MappingProxyType(parameters))
    return walk


def refused(walk: Walk) -> set[str]:
    """The rules and steps by which the last filing was refused."""
    decision = walk.moments[-1][1]
    return {f.rule for f in decision.answer.findings} if str(decision.answer.outcome) == "refused" else set()


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_a_late_application_for_acceptance(jurisdiction: str) -> None:
    """HB-13.p1, CQ-6.2, A23: a flag; or, read strictly, no longer taken."""
    late = date(2029, 1, 4)
    assert ahead(jurisdiction, "preparing").wait(late).act("acceptance_application").state == "acceptance_applied"
    strict = reading(ahead(jurisdiction, "preparing").wait(late), late_application="reject").act("acceptance_application", may_fail=True)
    assert strict.state == "in_preparation" and "T17" in refused(strict)


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_whether_a_pass_binds_the_deliberation(jurisdiction: str) -> None:
    """HB-18, A36."""
    refusal = {"outcome": "refuse", "reasons": REASONS, "new_fact": "考核之后查明总结报告所附证书系伪造。", "decision_text": "会议决定不予批准成立。"}
    assert ahead(jurisdiction, "passed").act("establishment_minutes", **refusal).sign().state == "establishment_refused"
    bound = reading(ahead(jurisdiction, "passed"), deliberation__may_refuse="no").act("establishment_minutes", may_fail=True, **refusal)
    assert bound.state == "deliberation_establishment" and "T40" in refused(bound)


def test_two_stages_or_one() -> None:
    """HB-16.b, HB-17.s1, A32: read as one stage, there is no notice of the authority."""
    one = reading(ahead("hubei", "failed"), rectification__mode="single_stage").act("rectification_notice", may_fail=True)
    assert one.state == "examination_failed" and "T32" in refused(one)


@pytest.mark.parametrize(("reading_of", "days", "moves"), [("fail_after_reminder", 5, False), ("fail_after_reminder", 25, True), ("fail", 5, True), ("manual", 25, False)])
def test_no_report_on_the_notice(reading_of: str, days: int, moves: bool) -> None:
    """HB-17.s2, A35: failed ten working days after the reminder; at once; or left to a person."""
    walk = reading(ahead("hubei", "noticed_rectifying"), rectification__no_report=reading_of)
    assert walk.case.case is not None
    end = date.fromisoformat(walk.case.case.clocks["RECT2"].data["final"])
    walk.wait(date.fromordinal(end.toordinal() + days)).act("prior_notice_form", may_fail=True, **_cancel(walk))
    assert (walk.case.case.pending is not None) is moves


def test_capability_lost_with_or_without_rectification_first() -> None:
    """HB-23, A40."""
    direct, first = ahead("hubei", "rechecking"), reading(ahead("hubei", "rechecking"), recheck__rectify_before_revoke_on_loss=True)
    _lost(direct)
    assert direct.state == "revocation_pending"
    with pytest.raises(AssertionError, match="T51"):
        _lost(first)
    assert first.state == "recheck"


@pytest.mark.parametrize(("effect", "state"), [("flag", "preparation_overdue"), ("manual", "in_preparation")])
def test_what_the_end_of_the_period_does(effect: str, state: str) -> None:
    """HB-13.p2s2, A27: overdue by itself, or found so by a person."""
    assert reading(ahead("hubei", "preparing"), overdue__effect=effect).wait(date(2029, 1, 17)).state == state


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_until_when_one_may_withdraw(jurisdiction: str) -> None:
    """HB-07, CQ-5 (自愿): until the deliberation is over, or as long as nothing is issued."""
    letter = {"stage": "application", "letter_date": date(2026, 1, 16), **LETTER}
    assert "T60-BEFORE-END" in refused(ahead(jurisdiction, "minuted").act("withdrawal_letter", may_fail=True, **letter))
    assert reading(ahead(jurisdiction, "minuted"), voluntary__withdraw_until="approval").act("withdrawal_letter", **letter).state == "withdrawn"


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_whether_the_same_experts_may_sit_twice(jurisdiction: str) -> None:
    """HB-14, A29: allowed (in Chongqing the officer judges); read otherwise, "T26-OVERLAP" holds the team back."""
    assert ahead(jurisdiction, "ready").act("expert_team_form").case.case.pending is not None  # type: ignore[union-attr]
    apart = reading(ahead(jurisdiction, "ready"), expert_team__may_overlap_acceptance=False).act("expert_team_form", may_fail=True)
    assert refused(apart) == {"T26-OVERLAP"}


def test_the_agreed_last_day_of_a_late_application_moves_past_a_holiday() -> None:
    """T19, LATE_BY: the last day agreed to is a Sunday, so the Monday is still in time."""
    sunday = date(2029, 3, 18)
    walk = ahead("hubei", "overdue").act("late_acceptance_consent", until=sunday).sign()
    assert walk.wait(date(2029, 3, 19)).act("acceptance_application").state == "acceptance_applied"
    late = ahead("hubei", "overdue").act("late_acceptance_consent", until=sunday).sign().wait(date(2029, 3, 20)).act("acceptance_application", may_fail=True)
    assert late.state == "preparation_overdue" and "T19-CONSENT" in refused(late)
