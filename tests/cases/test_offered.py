"""What is laid out as next is what could be filed as the case stands; a decision is the one that was announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from law_roads import ahead, at
from law_ways import LETTER

from pipeline.desk.picture import open_forms

BOTH = ("hubei", "chongqing")


def offered(jurisdiction: str, place: str) -> set[str]:
    walk = at(jurisdiction, place)
    assert walk.case.case is not None
    return {spec.code for _, spec in open_forms(walk.pack, walk.case.case)}


@pytest.mark.parametrize("jurisdiction", BOTH)
@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        ("task_book", "reported", "minuted"),
        ("withdrawal_letter", "minuted", "reported"),
        ("expert_team_form", "registered", "ready"),
        ("preparation_revocation", "cancelling|ending", "terminating"),
        ("preparation_cancellation", "terminating", "cancelling|ending"),
    ],
)
def test_a_form_is_offered_only_where_it_can_hold(jurisdiction: str, form: str, before: str, after: str) -> None:
    here = {name: place.split("|")[BOTH.index(jurisdiction) if "|" in place else 0] for name, place in (("before", before), ("after", after))}
    assert form not in offered(jurisdiction, here["before"])
    assert form in offered(jurisdiction, here["after"])


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_an_established_centre_is_not_asked_for_what_has_no_occasion(jurisdiction: str) -> None:
    """T62 and T84: nobody asked to give up, no legal person changed."""
    assert not {"give_up_decision", "legal_person_check", "statement_of_defence"} & offered(jurisdiction, "established")
    walk = ahead(jurisdiction, "established").act("withdrawal_letter", stage="operation", letter_date=at(jurisdiction, "established").case.today, **LETTER)
    assert walk.case.case is not None
    assert "give_up_decision" in {spec.code for _, spec in open_forms(walk.pack, walk.case.case)}


@pytest.mark.parametrize("jurisdiction", BOTH)
def test_the_recheck_is_planned_when_it_draws_near(jurisdiction: str) -> None:
    """HB-23, CQ-7.1: every five years; its plan is laid out from the first reminder on, and anew for the next round. It may be filed before."""
    walk = ahead(jurisdiction, "established")
    case = walk.case.case
    assert case is not None
    due = date.fromisoformat(case.clocks["RECHECK"].data["final"])

    def laid_out() -> bool:
        assert walk.case.case is not None
        return "recheck_plan" in {spec.code for _, spec in open_forms(walk.pack, walk.case.case)}

    walk.wait(due - timedelta(days=181))
    assert not laid_out()
    early = walk.fork().act("recheck_plan", may_fail=True)
    assert not [f for f in early.moments[-1][1].answer.findings if f.rule == "LIFECYCLE"], "the law forbids no early recheck; the form warns"
    walk.wait(due - timedelta(days=180))
    assert laid_out()
    walk.wait(due - timedelta(days=40))
    walk.act("recheck_plan").sign()
    walk.act("recheck_report").sign()
    assert walk.state == "established" and not laid_out()
    assert walk.case.case is not None
    following = date.fromisoformat(walk.case.case.clocks["RECHECK"].data["final"])
    assert following > due
    walk.wait(following + timedelta(days=1))
    assert laid_out()


@pytest.mark.parametrize("jurisdiction", BOTH)
@pytest.mark.parametrize("outcome", ["cancel", "not_cancel"])
def test_an_overdue_case_is_not_decided_as_a_failed_one(jurisdiction: str, outcome: str) -> None:
    """HB-13.p2s2 apart from HB-17.s2 ("T77-NOTICE", "T78-NOTICE", "T79-NOTICE"): 撤销 was announced, so nothing is 取消, nor examined again."""
    ground = {"ground": "cancelled_failed"} if jurisdiction == "hubei" else {}
    walk = ahead(jurisdiction, "terminating").act("preparation_cancellation", may_fail=True, **ground, outcome=outcome, follow_up="采纳申辩，两个月内再次组织考核。", report_no="测试", total="70.00")
    assert walk.state == "preparation_termination_pending"
    assert any(f.rule.endswith("-NOTICE") for f in walk.moments[-1][1].answer.findings)


@pytest.mark.parametrize("jurisdiction", BOTH)
@pytest.mark.parametrize("outcome", ["revoke", "not_revoke", "not_overdue"])
def test_a_failed_case_is_not_decided_as_an_overdue_one(jurisdiction: str, outcome: str) -> None:
    """The other way round ("T20-NOTICE", "T68-NOTICE", "T69-NOTICE")."""
    walk = ahead(jurisdiction, "cancelling" if jurisdiction == "hubei" else "ending")
    later = {"follow_up": "采纳申辩，另行研究处理办法后办理。", "corrected_end": walk.case.today.replace(year=walk.case.today.year + 1)} if outcome != "revoke" else {}
    walk.act("preparation_revocation", may_fail=True, outcome=outcome, **later)
    assert walk.state == "preparation_termination_pending"
    assert any(f.rule.endswith("-NOTICE") for f in walk.moments[-1][1].answer.findings), walk.moments[-1][1].answer


@pytest.mark.parametrize("jurisdiction", BOTH)
@pytest.mark.parametrize(("place", "notice"), [("terminating", "revocation_prior_notice"), ("cancelling|ending", "revocation_prior_notice"), ("revoking", "center_prior_notice")])
def test_one_statement_of_defence_serves_every_notice(jurisdiction: str, place: str, notice: str) -> None:
    """HB-13.p2s2, HB-17.s2, HB-20 to HB-23, CQ-7.2: it is offered, bears the number of the notice it answers, and is received."""
    here = place.split("|")[BOTH.index(jurisdiction) if "|" in place else 0]
    assert "statement_of_defence" in offered(jurisdiction, here)
    walk = ahead(jurisdiction, here).act("statement_of_defence")
    case = walk.case.case
    assert case is not None and case.forms["statement_of_defence"]["notice_no"] == case.latest(notice).number  # type: ignore[union-attr]
    assert walk.state == at(jurisdiction, here).state
