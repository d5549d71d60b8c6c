"""The road of a case, article by article: application to the start of preparation, in both packs."""

from __future__ import annotations

import pytest
from conftest import Bench

from pipeline.cases.decision import Decision, Outcome
from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.model import Severity

ROAD = (
    ("intake_decision", "accepted"),
    ("expert_team_form", "material_review"),
    ("material_review_record", "site_verification"),
    ("preparation_review_report", "deliberation_preparation"),
    ("deliberation_minutes", "deliberation_preparation"),
    ("task_book", "in_preparation"),
)
PASSING = {
    "hubei": ("application_form_local_pass", "application_form_direct_pass", "application_form_joint_pass"),
    "chongqing": ("application_form_municipal_pass", "application_form_district_pass"),
}
APPLICATIONS = [(pack, name) for pack, names in PASSING.items() for name in names]


def act(bench: Bench, form: str, **changes: object) -> Decision:
    """The next person fills in the prefilled form and files it."""
    assert bench.case is not None
    given = prefill(bench.pack, bench.case, bench.pack.forms[form])
    return bench.file(form, play(bench.pack, form, given, bench.today, **changes))


def errors(decision: Decision) -> list[str]:
    return [f"{f.rule} {f.path}: {f.zh}" for f in decision.answer.findings if f.severity is Severity.ERROR]


def walk(bench: Bench, upto: str) -> None:
    """File everything up to and including `upto`, signing what waits for it."""
    for form, state in ROAD:
        decision = act(bench, form)
        assert errors(decision) == []
        if bench.case is not None and bench.case.pending is not None:
            assert errors(bench.sign()) == []
        assert bench.case is not None and bench.case.state == state, decision.answer
        if form == upto:
            return


@pytest.mark.parametrize(("jurisdiction", "name"), APPLICATIONS)
def test_application_to_preparation(packs: dict, jurisdiction: str, name: str) -> None:
    """HB-08 to HB-11, CQ-5 and CQ-6.1: every channel reaches 筹建 with an approval and a task book of the same day."""
    bench = Bench(packs[jurisdiction])
    decision = bench.apply(name)
    assert errors(decision) == []
    assert decision.answer.outcome is Outcome.RECEIVED
    walk(bench, "task_book")
    case = bench.case
    assert case is not None
    approval, book = case.latest("preparation_approval"), case.latest("task_book")
    assert approval is not None and book is not None
    assert approval.date == book.date == bench.today.isoformat(), "同时下达（HB-10.p2、X12）"
    assert book.context["doc"]["together"]["preparation_approval"] == approval.number
    assert {"PREP", "ACC_BY"} <= case.clocks.keys()
    assert len(bench.taken) == len(set(bench.taken)), "no number twice"


def test_a_faulty_application_gets_one_correction_notice(hubei: Bench) -> None:
    decision = hubei.apply("application_form_local_pass", total_budget="1.00", demand_summary="太短")
    assert decision.answer.outcome is Outcome.CORRECTION
    assert hubei.case is not None and hubei.case.state == "correction_required"
    notice = hubei.case.latest("correction_notice")
    assert notice is not None and "X01" in {f["rule"] for f in notice.context["findings"]}
    assert hubei.case.clocks["CORRECT"].data["final"] > hubei.today.isoformat()


def test_a_corrected_application_goes_on(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass", total_budget="1.00")
    decision = hubei.apply("application_form_local_pass")
    assert decision.answer.outcome is Outcome.RECEIVED
    assert hubei.case is not None and hubei.case.state == "submitted"
    assert hubei.case.clocks["CORRECT"].status == "stopped"


def test_expert_review_pauses_the_service_clock(hubei: Bench) -> None:
    """专家评审时间不计入（行政许可法45条类推）."""
    hubei.apply("application_form_local_pass")
    walk(hubei, "expert_team_form")
    assert hubei.case is not None and hubei.case.clocks["DECIDE"].status == "paused"


def test_a_refusal_gives_reasons_and_remedy(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "preparation_review_report")
    reasons = "申请单位的计量测试能力不足以支撑所申请的服务领域，不符合第七条第一款第（四）项的条件，查明事实见评审报告。"
    decision = act(hubei, "deliberation_minutes", outcome="refuse", reasons=reasons, period_start=None, period_end=None, decision_text="会议决定不予批准筹建。", dissent="专家组建议批准，会议经研究认为能力证据不足，不予采纳。")
    assert errors(decision) == []
    assert hubei.case is not None and hubei.case.state == "deliberation_preparation", "not before sign-off"
    assert errors(hubei.sign()) == []
    assert hubei.case.state == "preparation_refused"
    refusal = hubei.case.latest("preparation_refusal")
    assert refusal is not None and refusal.context["doc"]["reason"] == reasons and "行政复议" in refusal.context["doc"]["remedy"]


def test_a_returned_draft_changes_nothing_but_the_draft(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "intake_decision")
    act(hubei, "expert_team_form")
    before = list(hubei.taken)
    decision = hubei.sign(decision="return", opinion="请更换组长后重新报送")
    assert decision.answer.outcome is Outcome.RECORDED
    assert hubei.case is not None and hubei.case.state == "accepted" and hubei.case.pending is None
    assert hubei.taken == before, "a draft has no number"


def test_only_the_officer_signs(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "intake_decision")
    act(hubei, "expert_team_form")
    bound = hubei.draw()
    data = {"case_no": "HB-CMC-2026-001", "decision": "sign", "officer": "测试局长", "signed_on": hubei.today.isoformat()}
    decision = hubei.file("sign_off_sheet", data, bound=bound, signer="测试别人", owner="测试别人")
    assert decision.answer.outcome is Outcome.REFUSED
    assert hubei.case is not None and hubei.case.pending is not None


def test_a_sheet_for_another_draft_is_stale(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "intake_decision")
    act(hubei, "expert_team_form")
    hubei.draw()
    data = {"case_no": "HB-CMC-2026-001", "decision": "sign", "officer": "测试局长", "signed_on": hubei.today.isoformat()}
    assert hubei.file("sign_off_sheet", data, bound="f" * 64, signer="测试局长").answer.outcome is Outcome.STALE


@pytest.mark.parametrize("upto", [None, "intake_decision", "expert_team_form", "material_review_record", "preparation_review_report"])
def test_withdrawal_until_deliberation_ends(hubei: Bench, upto: str | None) -> None:
    """T60 from every state before deliberation ends (自愿，第七条)."""
    hubei.apply("application_form_local_pass")
    if upto:
        walk(hubei, upto)
    decision = act(hubei, "withdrawal_letter", stage="application", reason="测试单位因内部调整撤回申请。", understood=True, signer="张测试", sealed=True, letter_date=hubei.today, sponsor_informed=True)
    assert errors(decision) == []
    assert hubei.case is not None and hubei.case.state == "withdrawn"
    assert all(clock.status not in ("running", "paused") for clock in hubei.case.clocks.values())


def test_a_dragged_folder_is_told_which_form_it_needs(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    data = {"case_no": "HB-CMC-2026-001", "from_state": "submitted", "to_state": "accepted", "filed_on": hubei.today.isoformat()}
    answer = hubei.file("move_request", data).answer
    assert "受理审查表" in answer.zh and hubei.case is not None and hubei.case.state == "submitted"
    answer = hubei.file("move_request", {**data, "to_state": "in_preparation"}).answer
    assert "没有这一步" in answer.zh


def test_an_unknown_condition_must_be_answered_by_a_person(chongqing: Bench) -> None:
    """CQ-2.3: three of seven conditions are not named; leaving their basis blank keeps the case where it is."""
    chongqing.apply("application_form_municipal_pass")
    assert chongqing.case is not None
    given = prefill(chongqing.pack, chongqing.case, chongqing.pack.forms["intake_decision"])
    values = play(chongqing.pack, "intake_decision", given, chongqing.today)
    values["checks"] = [{**row, "basis": None} for row in values["checks"]]
    decision = chongqing.file("intake_decision", values)
    assert errors(decision) and chongqing.case.state == "submitted"


@pytest.mark.parametrize(("name", "article"), [("application_form_local_pass", "HB-08.p1s1"), ("application_form_direct_pass", "HB-08.p1s2")])
def test_each_channel_rests_on_its_own_sentence(hubei: Bench, name: str, article: str) -> None:
    """第八条第一款: the first sentence for the government's request, the second for a direct application."""
    hubei.apply(name)
    assert hubei.case is not None
    moved = next(e for e in hubei.case.history if e.kind == "moved")
    cite = hubei.pack.articles[article].cite
    assert hubei.pack.cite_text(moved.data["cite"]) == cite
    receipt = hubei.case.latest("receipt_record")
    assert receipt is not None and cite in receipt.context["doc"]["basis"]


def test_a_receipt_goes_to_whoever_handed_in(chongqing: Bench) -> None:
    """The application came through a body that forwarded it; what the unit reports later is the unit's own."""
    chongqing.apply("application_form_district_pass")
    assert chongqing.case is not None
    first = chongqing.case.latest("receipt_record")
    assert first is not None and first.context["doc"]["addressee"] == chongqing.case.application["sponsor"]["name"]
    walk(chongqing, "task_book")
    assert errors(act(chongqing, "major_event_report")) == []
    later = chongqing.case.latest("receipt_record")
    assert later is not None and later.context["doc"]["addressee"] == chongqing.case.application["applicant"]["name"]
