"""From the annual assessment and the five-year recheck to revocation, and giving up. Both packs, article by article."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Bench
from test_guards import sweep
from test_operation import PACKS, clock, inspected, operating, rules_hit, signed, state
from test_road import act, errors

from pipeline.cases.decision import Outcome
from pipeline.demo.operators import assessment_failed, problems_found, recheck_failed, verification_failed
from pipeline.desk.picture import prefill
from pipeline.model import Severity


def given(bench: Bench, form: str) -> dict[str, Any]:
    assert bench.case is not None
    return prefill(bench.pack, bench.case, bench.pack.forms[form])


def pending(packs: dict, jurisdiction: str) -> Bench:
    """A centre whose revocation is pending, the notice signed today."""
    bench = operating(packs, jurisdiction)
    signed(bench, "penalty_record")
    assert state(bench) == "revocation_pending"
    return bench


# --- the five-year recheck (HB-23, CQ-7.1) ---


def rechecking(packs: dict, jurisdiction: str) -> Bench:
    bench = operating(packs, jurisdiction)
    assert clock(bench, "RECHECK")["nominal"] == "2031-03-02", "five years from the establishment (A41)"
    bench.today = date(2031, 1, 6)
    signed(bench, "recheck_plan")
    assert state(bench) == "recheck"
    assert bench.case is not None and bench.case.forms["recheck_plan"]["cycle_no"] == 1
    bench.today = date(2031, 1, 20)
    assert errors(act(bench, "recheck_self_report")) == []
    bench.today = date(2031, 1, 28)
    return bench


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_recheck_passed_starts_the_next_five_years(packs: dict, jurisdiction: str) -> None:
    """T49, T83, T50: HB-23, CQ-7.1."""
    bench = rechecking(packs, jurisdiction)
    signed(bench, "recheck_report")
    assert state(bench) == "established"
    assert clock(bench, "RECHECK")["nominal"] == "2036-01-28"
    bench.today = date(2036, 1, 7)
    assert given(bench, "recheck_plan")["due"] == date(2036, 1, 28)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_late_recheck_does_not_end_the_title(packs: dict, jurisdiction: str) -> None:
    """A41: the duty is on the authority; the clock reminds and nothing else happens."""
    bench = operating(packs, jurisdiction)
    sweep(bench, date(2031, 6, 1))
    assert state(bench) == "established" and clock(bench, "RECHECK")["status"] == "passed"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_failed_recheck_is_rectified_and_the_five_years_run_from_then(packs: dict, jurisdiction: str) -> None:
    """T51, T52: HB-23 经整改; in CQ the period is the authority's."""
    bench = rechecking(packs, jurisdiction)
    signed(bench, "recheck_report", **recheck_failed(bench.pack, bench.today))
    assert state(bench) == "operation_rectification"
    bench.today = date(2031, 4, 1)
    unreported = act(bench, "rectification_verification")
    assert unreported.answer.outcome is Outcome.REFUSED and "T52-REPORT" in rules_hit(unreported), "nothing is verified before it is reported"
    assert errors(act(bench, "operation_rectification_report")) == []
    signed(bench, "rectification_verification")
    assert state(bench) == "established"
    assert clock(bench, "RECHECK")["nominal"] == "2036-04-01"


def test_still_failing_after_a_recheck_is_ground_r4(packs: dict) -> None:
    """T53: HB-23 复查不合格，经整改后仍然达不到要求 → HB-R4."""
    bench = rechecking(packs, "hubei")
    signed(bench, "recheck_report", **recheck_failed(bench.pack, bench.today))
    failing = verification_failed(given(bench, "rectification_verification"), bench.today)
    early = act(bench, "rectification_verification", **failing, report_received=False, reminder="已电话催告")
    assert early.answer.outcome is Outcome.REFUSED and "T53-OFFERED" in rules_hit(early), "rectification is offered first"
    bench.today = date(2031, 5, 6)
    late = verification_failed(given(bench, "rectification_verification"), bench.today)
    signed(bench, "rectification_verification", **late, report_received=False, reminder="已两次书面催告")
    assert state(bench) == "revocation_pending"
    notice = bench.case and bench.case.latest("center_prior_notice")
    assert notice and notice.context["act"]["ground"] == "HB-R4" and "第二十三条" in "".join(notice.context["doc"]["basis"])


def test_capability_lost_at_the_recheck(packs: dict) -> None:
    """T63: HB-23, A40: revoked directly, and rectification may be offered all the same."""
    from pipeline.demo.operators import evidence

    bench = rechecking(packs, "hubei")
    items = [{**row, "finding": "测试：设备移出", "evidence": "笔录", "rating": "unmet"} for row in given(bench, "recheck_report")["items"]]
    lost = {"result": "failed", "capability_lost": True, "items": items, "facts": "测试：关键设备全部移出，专业人员离岗，已经停止服务。", "evidence": evidence(bench.today)}
    signed(bench, "recheck_report", **lost)
    assert state(bench) == "revocation_pending"
    offered = rechecking(packs, "hubei")
    signed(offered, "recheck_report", **lost, rectify_offered=True, **{k: v for k, v in recheck_failed(offered.pack, offered.today).items() if k != "result"})
    assert state(offered) == "operation_rectification"


# --- the annual assessment and three failed years (CQ-7.1, CQ-7.2) ---


def assessed(bench: Bench, **changes: object) -> None:
    signed(bench, "annual_assessment_plan")
    assert state(bench) == "annual_assessment"
    result = changes or {}
    signed(bench, "annual_assessment_result", **result)


def test_three_failed_years_in_all_open_the_revocation(packs: dict) -> None:
    """CQ-7.2, A49: cumulative, not consecutive; a good year between does not wipe them out."""
    bench = operating(packs, "chongqing")
    for year, fails in ((2026, True), (2027, False), (2028, True), (2029, True)):
        bench.today = date(year, 12, 3)
        signed(bench, "annual_assessment_plan")
        decision = act(bench, "annual_assessment_result", **(assessment_failed(given(bench, "annual_assessment_result")) if fails else {}))
        assert errors(decision) == []
        assert errors(bench.sign()) == []
        expected = "revocation_pending" if year == 2029 else "established"
        assert state(bench) == expected, year
    assert bench.case is not None
    assert bench.case.forms["annual_assessment_result"]["failed_years"] == 3
    notice = bench.case.latest("center_prior_notice")
    assert notice is not None and notice.context["act"]["ground"] == "CQ-R3"
    assert clock(bench, "ANNUAL")["status"] == "running"


@pytest.mark.parametrize(("excused", "counted"), [(True, 0), (False, 1)])
def test_absence_without_reason_counts(packs: dict, excused: bool, counted: int) -> None:
    """CQ-7.2, A49: 未参加 without reason is a failed year."""
    bench = operating(packs, "chongqing")
    absent = {"attended": False, "absence_excused": excused, "absence_note": "测试：没有参加考核", "items": [], "result": "absent", "reason": "测试：没有参加年度考核，经通知仍未参加。"}
    assessed(bench, **absent)
    assert bench.case is not None and bench.case.forms["annual_assessment_result"]["failed_years"] == counted


def test_a_returned_result_is_not_counted_twice(packs: dict) -> None:
    bench = operating(packs, "chongqing")
    signed(bench, "annual_assessment_plan")
    failed = assessment_failed(given(bench, "annual_assessment_result"))
    act(bench, "annual_assessment_result", **failed)
    bench.sign(decision="return", opinion="理由不清，请补充后重新报送")
    signed(bench, "annual_assessment_result", **failed)
    assert bench.case is not None and bench.case.forms["annual_assessment_result"]["failed_years"] == 1


def test_a_year_is_assessed_once(packs: dict) -> None:
    bench = operating(packs, "chongqing")
    assessed(bench)
    assert "AP02" in rules_hit(act(bench, "annual_assessment_plan"))


def test_a_year_without_assessment_is_recorded(packs: dict) -> None:
    """CQ-7.1, A48: each year has its assessment; a year that went by is on record and the next one runs."""
    bench = operating(packs, "chongqing")
    assert clock(bench, "ANNUAL")["nominal"] == "2027-12-31"
    sweep(bench, date(2028, 1, 4))
    assert clock(bench, "ANNUAL")["nominal"] == "2029-12-31" and state(bench) == "established"


def test_hubei_has_no_annual_assessment(packs: dict) -> None:
    assert "annual_assessment_plan" not in packs["hubei"].forms
    assert "annual_assessment" in packs["hubei"].data["unreachable"]


# --- grounds of revocation (HB-20, HB-22, HB-23, CQ-7.2) ---


def test_a_serious_violation_is_found_by_a_person(packs: dict) -> None:
    """HB-20, A38: the finding has its reason, ground and person; an ordinary penalty is only recorded (T82)."""
    bench = operating(packs, "hubei")
    assert errors(act(bench, "penalty_record", serious=False)) == []
    assert state(bench) == "established" and bench.case is not None and bench.case.pending is None
    assert "PR01" in rules_hit(act(bench, "penalty_record", severity_reason="情节严重"))
    assert "T55-FINAL" in rules_hit(act(bench, "penalty_record", final=False))
    signed(bench, "penalty_record")
    assert state(bench) == "revocation_pending"
    notice = bench.case.latest("center_prior_notice")
    assert notice is not None and notice.context["act"]["ground"] == "HB-R1" and "第二十条" in "".join(notice.context["doc"]["basis"])


def test_still_failing_after_an_inspection_is_ground_r2(packs: dict) -> None:
    """T53: HB-22."""
    bench = operating(packs, "hubei")
    inspected(bench, **problems_found(bench.pack, bench.today))
    bench.sign()
    bench.today = date(2026, 5, 20)
    act(bench, "operation_rectification_report")
    signed(bench, "rectification_verification", **verification_failed(given(bench, "rectification_verification"), bench.today))
    assert state(bench) == "revocation_pending"
    notice = bench.case and bench.case.latest("center_prior_notice")
    assert notice and notice.context["act"]["ground"] == "HB-R2"


def test_capability_lost_needs_change_and_finding(packs: dict) -> None:
    """T54: HB-23, A40."""
    bench = operating(packs, "hubei")
    assert "T54-CHANGE" in rules_hit(act(bench, "revocation_proposal", ground="HB-R3"))
    lost = {"change_facts": "测试：依托单位整体搬迁，设备移出。", "capability_finding": "测试：经核查，相关产业计量测试服务已无法开展。"}
    assert act(bench, "revocation_proposal", ground="HB-R1", **lost).answer.outcome is Outcome.REFUSED, "other grounds have their own forms"
    signed(bench, "revocation_proposal", ground="HB-R3", **lost)
    assert state(bench) == "revocation_pending"


@pytest.mark.parametrize("excused", [True, False])
def test_a_refusal_of_inspection(packs: dict, excused: bool) -> None:
    """T56: CQ-7.2 无故不接受监督检查和考核 → CQ-R2; with good reason, or in Hubei, it is only recorded."""
    refusal = {"refused": True, "refusal_excused": excused, "refusal_facts": "测试：检查组到场后，中心拒绝检查组进入实验室并拒绝提供记录。", "items": [], "result": "refused"}
    bench = operating(packs, "chongqing")
    signed(bench, "inspection_plan")
    assert errors(act(bench, "inspection_record", **refusal)) == []
    if not excused:
        assert errors(bench.sign()) == []
    assert state(bench) == ("established" if excused else "revocation_pending")
    other = operating(packs, "hubei")
    inspected(other, **refusal)
    assert state(other) == "established"


@pytest.mark.parametrize("ground", ["CQ-R1", "CQ-R2"])
def test_named_grounds_by_proposal(packs: dict, ground: str) -> None:
    """T55, T56: CQ-7.2."""
    bench = operating(packs, "chongqing")
    signed(bench, "revocation_proposal", ground=ground)
    assert state(bench) == "revocation_pending"


def test_an_unknown_ground_is_typed_in_and_flagged(packs: dict) -> None:
    """T57: CQ-7.2, A50: six of nine grounds are not named."""
    bench = operating(packs, "chongqing")
    assert "CQRP01" in rules_hit(act(bench, "revocation_proposal", ground="CQ-R7"))
    typed = {"article_no": "第二十×条第×项", "article_text": "测试：办法原文，由承办人录入。", "article_file": "条文.pdf"}
    decision = act(bench, "revocation_proposal", ground="CQ-R7", **typed)
    assert errors(decision) == []
    assert "CQRP02" in {f.rule for f in decision.answer.findings if f.severity is Severity.WARNING}, "flagged as unchecked"
    assert errors(bench.sign()) == []
    assert state(bench) == "revocation_pending"


def test_a_failed_rectification_in_chongqing_is_left_to_a_person(packs: dict) -> None:
    """CQ-7.2 does not name it: recorded (T86), and what follows is typed in (T57)."""
    bench = operating(packs, "chongqing")
    inspected(bench, **problems_found(bench.pack, bench.today))
    bench.sign()
    act(bench, "operation_rectification_report")
    assert errors(act(bench, "rectification_verification", **verification_failed(given(bench, "rectification_verification"), bench.today))) == []
    assert state(bench) == "operation_rectification"
    signed(bench, "revocation_proposal", ground="CQ-R4", article_no="第×条", article_text="测试：办法原文，由承办人录入。", article_file="条文.pdf")
    assert state(bench) == "revocation_pending"


# --- notice, defence, decision ---


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_nothing_is_revoked_before_notice_and_reply_period(packs: dict, jurisdiction: str) -> None:
    """T59: 程序正当; the reply period runs from service, ten working days."""
    bench = pending(packs, jurisdiction)
    assert "T59-SERVED" in rules_hit(act(bench, "revocation_deliberation"))
    bench.today = date(2026, 3, 4)
    assert bench.serve("center_prior_notice").answer.outcome is Outcome.RECORDED
    assert clock(bench, "REPLY")["final"] == "2026-03-18"
    bench.today = date(2026, 3, 18)
    assert "T59-REPLY" in rules_hit(act(bench, "revocation_deliberation")), "the last day is still the party's"
    bench.today = date(2026, 3, 19)
    signed(bench, "revocation_deliberation")
    assert state(bench) == "revoked"
    assert bench.case is not None
    decision = bench.case.latest("center_revocation_decision")
    assert decision is not None and decision.context["doc"]["kind"] == "决定"
    assert "行政复议" in decision.context["doc"]["remedy"] and "牌匾" in decision.context["doc"]["text"]["effects"]
    assert bench.case.latest("revocation_minutes") is not None
    assert all(c.status not in ("running", "paused") for c in bench.case.clocks.values())


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_defence_is_recorded_and_answered(packs: dict, jurisdiction: str) -> None:
    """T80, T58: what was said has to be dealt with, and may end the matter."""
    bench = pending(packs, jurisdiction)
    bench.serve("center_prior_notice")
    bench.today = date(2026, 3, 5)
    assert errors(act(bench, "statement_of_defence")) == []
    bench.today = date(2026, 3, 20)
    assert "RD02" in rules_hit(act(bench, "revocation_deliberation"))
    heard = {"defence_received": True, "defence_handled": "测试：经复核，单位已恢复设备和人员，申辩意见予以采纳。"}
    signed(bench, "revocation_deliberation", **heard, outcome="not_revoke", plaque_by=None, effects=None)
    assert state(bench) == "established" and clock(bench, "REPLY")["status"] == "stopped"
    assert bench.case is not None and bench.case.latest("revocation_closing_notice") is not None


def test_a_party_may_say_that_it_is_done(packs: dict) -> None:
    bench = pending(packs, "hubei")
    bench.serve("center_prior_notice")
    bench.today = date(2026, 3, 5)
    act(bench, "statement_of_defence", position="accept", waives_rest=True)
    signed(bench, "revocation_deliberation", defence_received=True, defence_handled="测试：当事单位表示没有异议，不再补充意见。")
    assert state(bench) == "revoked"


def test_another_ground_needs_another_notice(packs: dict) -> None:
    bench = pending(packs, "hubei")
    bench.serve("center_prior_notice")
    bench.today += timedelta(days=30)
    assert "RD01" in rules_hit(act(bench, "revocation_deliberation", ground="HB-R2"))


def test_a_second_round_needs_its_own_notice_and_period(packs: dict) -> None:
    """A notice served years ago opens nothing."""
    bench = pending(packs, "hubei")
    bench.serve("center_prior_notice")
    bench.today = date(2026, 3, 20)
    signed(bench, "revocation_deliberation", outcome="not_revoke", plaque_by=None, effects=None)
    bench.today = date(2028, 5, 8)
    signed(bench, "penalty_record")
    assert "T59-SERVED" in rules_hit(act(bench, "revocation_deliberation"))
    bench.serve("center_prior_notice")
    assert "T59-REPLY" in rules_hit(act(bench, "revocation_deliberation"))


# --- other duties, and giving up ---


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_daily_supervision_is_on_record(packs: dict, jurisdiction: str) -> None:
    """T81: HB-05, HB-21; CQ-2.1."""
    bench = operating(packs, jurisdiction)
    assert errors(act(bench, "daily_supervision_record")) == []
    assert "DS01" in rules_hit(act(bench, "daily_supervision_record", problem_found=True))
    assert state(bench) == "established"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_check_of_a_new_legal_person(packs: dict, jurisdiction: str) -> None:
    """T84: HB-07.1 reopened by HB-19.s2; CQ-2.3."""
    bench = operating(packs, jurisdiction)
    assert bench.case is not None
    uscc = bench.case.application["applicant"]["uscc"]
    filled = {"new_name": "测试新计量院", "new_uscc": uscc, "new_representative": "测试新代表"}
    assert "T84-CHANGED" in rules_hit(act(bench, "legal_person_check", **filled))
    change = {"kind": "legal_person", "legal_person_scope": "unit", **filled, "legal_person_file": "法人证书.pdf", "independence": "测试：独立设置，独立公正开展工作。"}
    assert errors(act(bench, "change_report", **change)) == []
    assert given(bench, "legal_person_check")["new_name"] == "测试新计量院"
    assert errors(act(bench, "legal_person_check")) == []
    assert clock(bench, "LEGAL_PERSON")["status"] == "stopped"
    assert given(bench, "annual_report")["applicant_name"] == "测试新计量院", "from now on the centre is its new host's"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_giving_up_is_agreed_to(packs: dict, jurisdiction: str) -> None:
    """T88, T89, T62: HB-07 自愿."""
    bench = operating(packs, jurisdiction)
    assert "T62-ASKED" in rules_hit(act(bench, "give_up_decision", letter_date=bench.today))
    letter = {"reason": "测试单位业务调整，放弃资格。", "understood": True, "signer": "张测试", "sealed": True, "letter_date": bench.today, "sponsor_informed": True}
    assert "T88-STAGE" in rules_hit(act(bench, "withdrawal_letter", **letter, stage="preparation"))
    assert errors(act(bench, "withdrawal_letter", **letter, stage="operation")) == []
    assert errors(act(bench, "give_up_decision", decision="disagree", plaque_by=None)) == []
    assert state(bench) == "established"
    signed(bench, "give_up_decision")
    assert state(bench) == "withdrawn"
    assert bench.case is not None and bench.case.latest("center_closing_notice") is not None


@pytest.mark.parametrize("where", ["inspection", "recheck", "revocation_pending", "operation_rectification"])
def test_yearly_duties_run_on_whatever_else_goes_on(packs: dict, where: str) -> None:
    """HB-19.s1: the report is due also while something is pending, and leaves the case where it is."""
    bench = operating(packs, "hubei")
    if where == "inspection":
        signed(bench, "inspection_plan")
    elif where == "recheck":
        signed(bench, "recheck_plan")
    elif where == "revocation_pending":
        signed(bench, "penalty_record")
    else:
        inspected(bench, **problems_found(bench.pack, bench.today))
        bench.sign()
    bench.today = date(2026, 11, 10)
    assert errors(act(bench, "annual_report")) == []
    assert state(bench) == where


# --- the whole road ---


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_from_the_application_to_the_revocation(packs: dict, jurisdiction: str) -> None:
    """The whole life of a centre on real forms: every step of it is cited, and every clock has its working."""
    from test_acceptance import in_preparation, to_deliberation
    from test_acceptance import signed as sign_it

    bench = in_preparation(packs, jurisdiction)
    to_deliberation(bench)
    assert errors(act(bench, "establishment_minutes")) == []
    sign_it(bench)
    assert state(bench) == "established"
    bench.today = date(2028, 11, 7)
    assert errors(act(bench, "annual_report")) == []
    if jurisdiction == "hubei":
        assert clock(bench, "ANNUAL")["nominal"] == "2029-11-30"
    inspected(bench, **problems_found(bench.pack, bench.today))
    assert errors(bench.sign()) == []
    bench.today = date(2029, 1, 8)
    assert errors(act(bench, "operation_rectification_report")) == []
    signed(bench, "rectification_verification")
    bench.today = date(2033, 5, 9)
    signed(bench, "recheck_plan")
    bench.today = date(2033, 5, 30)
    assert errors(act(bench, "recheck_self_report")) == []
    signed(bench, "recheck_report")
    assert clock(bench, "RECHECK")["nominal"] == "2038-05-30"
    bench.today = date(2034, 2, 6)
    signed(bench, "penalty_record")
    bench.serve("center_prior_notice")
    bench.today = date(2034, 4, 3)
    signed(bench, "revocation_deliberation")
    assert state(bench) == "revoked"
    assert bench.case is not None
    for event in bench.case.history:
        if event.kind == "moved":
            assert bench.pack.cite_text(event.data["cite"]), event.data["transition"]
        if event.kind == "clock_started":
            assert event.data["working"] and bench.pack.cite_text(event.data["cite"]), event.data["clock"]
    for paper in bench.case.papers.values():
        assert paper.context["doc"]["basis"] and paper.context["doc"]["addressee"], paper.code


def test_every_step_of_operation_is_taken_somewhere(packs: dict) -> None:
    """Transitions of this part exist in the packs that cite them, and only there."""
    both = {"T41", "T42", "T46", "T47", "T48", "T49", "T50", "T51", "T52", "T55", "T58", "T59", "T62", "T80", "T81", "T82", "T83", "T84", "T85", "T87", "T88", "T89"}
    assert both <= packs["hubei"].lifecycle.transitions.keys() & packs["chongqing"].lifecycle.transitions.keys()
    only = {"hubei": {"T53", "T54", "T63"}, "chongqing": {"T43", "T44", "T45", "T56", "T57", "T86"}}
    for name, other in (("hubei", "chongqing"), ("chongqing", "hubei")):
        assert only[name] <= packs[name].lifecycle.transitions.keys()
        assert not only[name] & packs[other].lifecycle.transitions.keys()
