"""催办, 转办, 加签, 会签, 退回: recorded, visible, and never in the law's way."""

from __future__ import annotations

import pytest
from conftest import Bench
from test_road import act, errors, walk

from pipeline.cases.decision import Decision, Outcome
from pipeline.cases.timeline import timeline
from pipeline.desk.picture import names_of

PASS = {"hubei": "application_form_local_pass", "chongqing": "application_form_municipal_pass"}


@pytest.fixture(params=["hubei", "chongqing"])
def bench(request: pytest.FixtureRequest, packs: dict) -> Bench:
    bench = Bench(packs[request.param])
    bench.apply(PASS[request.param])
    return bench


def slip(bench: Bench, form: str, **data: object) -> Decision:
    assert bench.case is not None
    signer = data.pop("signer", "")
    return bench.file(form, {"case_no": bench.case.no, **data}, role=data.pop("role_filed", "办理"), signer=signer)


def urge(bench: Bench, role: str, text: str = "请尽快办理。") -> Decision:
    return slip(bench, "urging_slip", to_role=role, text=text, asked_by="测试局长", asked_on=bench.today)


def ask(bench: Bench, **more: object) -> Decision:
    data = {"action": "ask", "kind": "joint", "officer": "测试法规处长", "role": "办理", "question": "请对合法性提出意见。", "asked_by": "测试承办人"}
    return slip(bench, "opinion_request", **{**data, "asked_on": bench.today, **more})


def give(bench: Bench, signer: str = "测试法规处长", **more: object) -> Decision:
    return slip(bench, "opinion_sheet", **{"officer": "测试法规处长", "opinion": "agree", "given_on": bench.today, "signer": signer, **more})


def back(bench: Bench, to: str, reasons: str = "记录缺页，退回补充。") -> Decision:
    return slip(bench, "return_slip", to_state=to, reasons=reasons, officer="测试承办人", decided_on=bench.today)


def said(bench: Bench) -> str:
    assert bench.case is not None
    return "\n".join(line.zh for line in timeline(bench.case, names_of(bench.pack)))


def test_a_reminder_reaches_whoever_must_act(bench: Bench) -> None:
    assert urge(bench, "办理", "请提出受理意见。").answer.outcome is Outcome.RECORDED
    assert bench.case is not None and bench.case.urged[-1]["role"] == "办理"
    assert "测试局长催办，请“办理”办理：请提出受理意见。" in said(bench)
    refused = urge(bench, "签发").answer
    assert refused.outcome is Outcome.REFUSED and "等的是" in refused.zh


def test_a_reminder_is_over_once_the_case_moves_on(bench: Bench) -> None:
    urge(bench, "办理")
    walk(bench, "intake_decision")
    assert bench.case is not None and bench.case.urged[-1]["revision"] != bench.case.revision


def test_a_task_goes_to_another_officer(bench: Bench) -> None:
    hand = {"role": "办理", "from_officer": "测试承办人", "to_officer": "测试承办人乙", "reason": "岗位调整。", "handed_on": bench.today}
    assert slip(bench, "task_transfer", **hand).answer.outcome is Outcome.RECORDED
    assert bench.case is not None and bench.case.handlers == {"办理": "测试承办人乙"} and bench.case.state == "submitted"
    assert "转 测试承办人乙 办理：岗位调整" in said(bench)
    assert slip(bench, "task_transfer", **hand).answer.outcome is Outcome.DUPLICATE


def test_nothing_is_signed_before_the_opinion_is_in(bench: Bench) -> None:
    walk(bench, "intake_decision")
    act(bench, "expert_team_form")
    assert ask(bench).answer.outcome is Outcome.RECORDED
    blocked = bench.sign().answer
    assert blocked.outcome is Outcome.REFUSED and "测试法规处长（会签）" in blocked.zh
    assert urge(bench, "办理").answer.outcome is Outcome.RECORDED, "whoever owes the opinion is waited for"
    assert give(bench, signer="测试承办人").answer.outcome is Outcome.REFUSED, "nobody speaks for another"
    assert give(bench, opinion="disagree").answer.outcome is Outcome.REFUSED, "a dissent wants its words"
    assert give(bench, opinion="disagree", text="文号引用有误，建议改正。").answer.outcome is Outcome.RECORDED
    assert errors(bench.sign()) == [] and bench.case is not None and bench.case.state == "material_review"
    assert "会签意见：不同意。文号引用有误" in said(bench)


def test_an_opinion_may_be_wanted_no_longer_and_ends_with_its_draft(bench: Bench) -> None:
    walk(bench, "intake_decision")
    act(bench, "expert_team_form")
    ask(bench)
    assert ask(bench).answer.outcome is Outcome.DUPLICATE
    assert ask(bench, action="withdraw", question="处长休假，不再征求。").answer.outcome is Outcome.RECORDED
    ask(bench, kind="co_sign", role="签发", officer="测试副局长")
    bench.sign(decision="return", opinion="请先修改专家名单。")
    assert bench.case is not None and {o["status"] for o in bench.case.opinions.values()} == {"withdrawn", "lapsed"}


def test_a_co_signature_is_a_signing_officers(bench: Bench) -> None:
    assert ask(bench, kind="co_sign").answer.outcome is Outcome.REFUSED


def test_back_to_an_earlier_step(bench: Bench) -> None:
    walk(bench, "preparation_review_report")
    assert bench.case is not None
    before = {name: clock.status for name, clock in bench.case.clocks.items()}
    assert before["DECIDE"] == "running"
    assert back(bench, "现场核查").answer.outcome is Outcome.REFUSED, "no such step"
    assert back(bench, "material_review").answer.outcome is Outcome.RECORDED
    case = bench.case
    assert case.state == "material_review" and "preparation_review_report" not in case.forms and "application_form" in case.forms
    assert case.clocks["DECIDE"].status == "paused", "the clock stands as it stood at that step"
    assert "退回“材料审查”：记录缺页" in said(bench)
    for form in ("material_review_record", "preparation_review_report"):
        assert errors(act(bench, form)) == []
    assert bench.case.state == "deliberation_preparation" and bench.case.clocks["DECIDE"].status == "running"


def test_what_went_out_since_stands_in_the_way(bench: Bench) -> None:
    walk(bench, "material_review_record")
    refused = back(bench, "accepted").answer
    assert refused.outcome is Outcome.REFUSED and "请先作废或者替换" in refused.zh
    assert "REFUSED" not in said(bench) and bench.case is not None and bench.case.state == "site_verification"


def test_a_step_the_case_never_took_is_no_way_back(bench: Bench) -> None:
    refused = back(bench, "材料审查").answer
    assert refused.outcome is Outcome.REFUSED and "不能退回" in refused.zh


def test_a_draft_that_waits_is_returned_first(bench: Bench) -> None:
    walk(bench, "deliberation_minutes")
    act(bench, "task_book")
    assert bench.case is not None and bench.case.pending is not None
    assert "请先由签发人退回文稿" in back(bench, "site_verification").answer.zh
