"""Each guard of the lifecycle keeps a case where it is, and says why, with its article. Both packs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Bench
from test_road import PASSING, act, errors, walk

from pipeline.cases.decision import Outcome
from pipeline.cases.due import handle, next_due
from pipeline.cases.judge import Judge
from pipeline.cases.registers import NumberView
from pipeline.clockwork import SHANGHAI
from pipeline.demo.players import EXPERTS, play
from pipeline.desk.picture import prefill
from pipeline.law.normal import normalise
from pipeline.model import Filing

PACKS = ("hubei", "chongqing")
REPORT = {
    "kind": "equipment", "description": "测试单位实验室搬迁，主要设备停用两个月，已重新安排试验计划。", "effect": "不影响按期完成筹建任务。",
    "schedule_affected": False, "measures": "已租用临时场地，设备分批搬迁。", "signer": "张测试", "sealed": True,
}  # fmt: skip
"""A report of a major event, but for its dates."""


def bench_of(packs: dict, jurisdiction: str, upto: str | None = None) -> Bench:
    bench = Bench(packs[jurisdiction])
    bench.apply(PASSING[jurisdiction][0])
    if upto:
        walk(bench, upto)
    return bench


def team(**changes: Any) -> list[dict[str, Any]]:
    columns = ("role", "name", "org", "title", "specialty")
    rows = [{**dict(zip(columns, row, strict=True)), "recusal": "none"} for row in EXPERTS]
    rows[-1] |= changes
    return rows


GUARDS = {
    "T07-CONFLICT": ("intake_decision", "expert_team_form", lambda b: {"members": team(org=b.case.application["applicant"]["name"])}),
    "T10-ALL-SIGNED": (
        "material_review_record", "preparation_review_report",
        lambda b: {"signatures": [{"name": row[1], "signed": True, "signed_on": b.today} for row in EXPERTS[:-1]]},
    ),
    "T12-REASONS": (
        "preparation_review_report", "deliberation_minutes",
        lambda b: {"outcome": "refuse", "reasons": "理由不足", "period_start": None, "period_end": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_holds_the_case(packs: dict, jurisdiction: str, guard: str) -> None:
    upto, form, change = GUARDS[guard]
    bench = bench_of(packs, jurisdiction, upto)
    assert bench.case is not None
    before = bench.case.state
    decision = act(bench, form, **change(bench))
    assert decision.answer.outcome is Outcome.REFUSED
    assert bench.case.state == before and bench.case.pending is None
    assert all(f.zh and (f.repair_zh or f.cite) for f in decision.answer.findings)
    assert any(f.rule == guard or f.path for f in decision.answer.findings), [f.rule for f in decision.answer.findings]


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_no_task_book_before_an_approving_deliberation(packs: dict, jurisdiction: str) -> None:
    bench = bench_of(packs, jurisdiction, "preparation_review_report")
    decision = act(bench, "task_book", period_start=bench.today, period_end=date(2029, 1, 16))
    assert decision.answer.outcome is Outcome.REFUSED
    assert "T11-DELIBERATED" in asked(bench, "T11", "task_book")
    assert bench.case is not None and bench.case.state == "deliberation_preparation"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_approving_deliberation_ends_withdrawal(packs: dict, jurisdiction: str) -> None:
    """T60 is before the decision (自愿); afterwards the preparation is given up instead (T61)."""
    bench = bench_of(packs, jurisdiction, "deliberation_minutes")
    letter = {"stage": "application", "reason": "测试单位因内部调整撤回申请。", "understood": True, "signer": "张测试", "sealed": True, "letter_date": bench.today, "sponsor_informed": True}
    assert act(bench, "withdrawal_letter", **letter).answer.outcome is Outcome.REFUSED
    assert errors(act(bench, "task_book")) == []
    assert errors(bench.sign()) == []
    assert errors(act(bench, "withdrawal_letter", **{**letter, "stage": "preparation"})) == []
    assert bench.case is not None and bench.case.state == "withdrawn"


def sweep(bench: Bench, today: date) -> None:
    """What the daily sweep records on that day."""
    bench.today = today
    assert bench.case is not None
    while due := next_due(bench.pack, bench.case, today):
        bench.record(handle(bench.pack, bench.case, due, NumberView(dict(bench.numbers)), today))


def test_silence_of_the_office_is_acceptance_where_the_pack_says_so(hubei: Bench) -> None:
    """A14: 逾期不告知的视为受理; a parameter of the pack, not of the program."""
    hubei.apply("application_form_local_pass")
    sweep(hubei, date(2026, 1, 23))
    assert hubei.case is not None and hubei.case.state == "submitted", "the last day is still open"
    sweep(hubei, date(2026, 1, 26))
    assert hubei.case.state == "accepted" and hubei.case.latest("acceptance_notice") is not None
    events = len(hubei.events)
    sweep(hubei, date(2026, 1, 26))
    assert len(hubei.events) == events, "running twice does nothing more"


def test_an_expired_correction_is_closed_by_a_person_only(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass", total_budget="1.00")
    close = {"decision": "close_expired", "reason_code": "correction_expired", "reason": "补正期限届满，经提醒仍未补正，终止办理；材料齐备后可以重新申请。"}
    early = act(hubei, "intake_decision", **close)
    assert early.answer.outcome is Outcome.REFUSED
    assert hubei.case is not None
    final = date.fromisoformat(hubei.case.clocks["CORRECT"].data["final"])
    sweep(hubei, final + timedelta(days=1))
    assert hubei.case.state == "correction_required", "the program establishes the fact, a person decides"
    assert hubei.case.clocks["CORRECT"].status == "passed"
    decision = act(hubei, "intake_decision", **close)
    assert errors(decision) == []
    assert errors(hubei.sign()) == []
    assert hubei.case.state == "not_accepted"
    notice = hubei.case.latest("rejection_notice")
    assert notice is not None and notice.context["doc"]["remedy"]
    assert any("逾期未补正" in ground for ground in notice.context["doc"]["basis"]) and not any("职权范围" in ground for ground in notice.context["doc"]["basis"])


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_every_document_says_what_it_rests_on(packs: dict, jurisdiction: str) -> None:
    bench = bench_of(packs, jurisdiction, "task_book")
    assert bench.case is not None
    for paper in bench.case.papers.values():
        doc = paper.context["doc"]
        assert doc["basis"] and all(doc["basis"]), paper.code
        assert doc["addressee"] and doc["issuer"] == bench.pack.authority["name"]
    for event in bench.case.history:
        if event.kind == "moved":
            assert bench.pack.cite_text(event.data["cite"]), event.data["transition"]
        if event.kind == "clock_started":
            assert event.data["working"] and bench.pack.cite_text(event.data["cite"])


def asked(bench: Bench, transition: str, form: str, **changes: Any) -> set[str]:
    """Which guards of a transition do not hold for this filing, whatever else is wrong with it."""
    assert bench.case is not None
    pack, case = bench.pack, bench.case
    values = play(pack, form, prefill(pack, case, pack.forms[form]), bench.today, **changes)
    received = datetime(bench.today.year, bench.today.month, bench.today.day, 10, tzinfo=SHANGHAI)
    filing = Filing(
        id="d9999", form=form, version="1.0", jurisdiction=pack.jurisdiction, role="办理", owner="测试人", data=normalise(pack.forms[form].fields, values).data,
        enclosed={}, attachments=(), original="0" * 64, name="测试.docx", received_on=bench.today, received_at=received, case=case.id,
    )  # fmt: skip
    return {f.rule for f in Judge(pack, case, filing, bench.today).failed(pack.lifecycle.transitions[transition].guards)}


def signed(bench: Bench, **other: Any) -> dict[str, Any]:
    assert bench.case is not None
    return {"signatures": [{"name": row[1], "signed": True, "signed_on": bench.today} | other for row in EXPERTS]}


NO_MEMBERS: dict[str, Any] = {"party_members": []}
WITHDRAWAL = {"stage": "application", "reason": "测试单位因内部调整撤回申请。", "understood": True, "signer": "张测试", "sealed": True, "sponsor_informed": True}
REPORTED, MINUTED = "preparation_review_report", "deliberation_minutes"
# guard → (transition, form, filed so far, what breaks it)
ALL_GUARDS: dict[str, tuple[str, str, str, Callable[[Bench], dict[str, Any]]]] = {
    "T07-CONFLICT": ("T07", "expert_team_form", "intake_decision", lambda b: {"members": team(org=b.case.application["applicant"]["supervisor"])}),
    "T10-ALL-SIGNED": ("T10", REPORTED, "material_review_record", lambda b: signed(b, signed=False)),
    "T10-AFTER-MATERIAL": ("T10", REPORTED, "material_review_record", lambda b: {"site_from": b.today - timedelta(days=1)}),
    "T11-NAME": ("T11", "task_book", MINUTED, lambda b: {"party_undertaker": {"name": "测试更名研究院"}}),
    "T11-MEMBERS": ("T11", "task_book", MINUTED, lambda b: NO_MEMBERS),
    "T12-REASONS": ("T12", MINUTED, REPORTED, lambda b: {"outcome": "refuse", "reasons": "理由不足"}),
}  # fmt: skip
# guards that a state of the case breaks, with the tests that walk there
BY_STATE = {
    "T04-EXPIRED": "test_an_expired_correction_is_closed_by_a_person_only",
    "T11-REPORT": "test_an_incurable_application_goes_straight_to_the_deliberation",
    "T11-DELIBERATED": "test_no_task_book_before_an_approving_deliberation",
    "T60-BEFORE-END": "test_an_approving_deliberation_ends_withdrawal",
}  # fmt: skip


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_every_guard_of_the_pack_is_tried(packs: dict, jurisdiction: str) -> None:
    guards = {guard.id for transition in packs[jurisdiction].lifecycle.transitions.values() for guard in transition.guards}
    others = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py")) if path != Path(__file__))
    assert sorted(guard for guard in guards - ALL_GUARDS.keys() - BY_STATE.keys() if f'"{guard}"' not in others) == []
    assert guards >= ALL_GUARDS.keys() | BY_STATE.keys()
    assert all(test in globals() for test in BY_STATE.values())


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("guard", ALL_GUARDS)
def test_a_guard_fails_for_its_own_reason_only(packs: dict, jurisdiction: str, guard: str) -> None:
    transition, form, upto, broken = ALL_GUARDS[guard]
    bench = joint(packs, jurisdiction) if guard == "T11-MEMBERS" else Bench(packs[jurisdiction])
    if bench.case is None:
        bench.apply(PASSING[jurisdiction][0])
    walk(bench, upto)
    whole = {"outcome": "refuse", "reasons": "申请单位的计量测试能力不足以支撑所申请的服务领域。"} if guard == "T12-REASONS" else {}
    assert asked(bench, transition, form, **whole) == set()
    assert asked(bench, transition, form, **whole | broken(bench)) == {guard}


def joint(packs: dict, jurisdiction: str) -> Bench:
    """A joint bid in either jurisdiction."""
    bench = Bench(packs[jurisdiction])
    example = bench.example(PASSING[jurisdiction][0])
    lead, proof = example["data"]["applicant"], example["data"]["applicant"]["legal_person_proof"]["file"]
    common = {"org_category": "enterprise", "legal_person_file": proof, "task": "数据平台建设与现场试验"}
    members = [
        {**common, "role": "lead", "name": lead["name"], "uscc": lead["uscc"], "region_code": lead["region_code"], "legal_representative": lead["legal_representative"]["name"]},
        {**common, "role": "member", "name": "测试能源有限公司", "uscc": "91420100CEXH0008XJ", "region_code": lead["region_code"], "legal_representative": "钱测试"},
    ]
    agreement = {"file": proof, "signed_on": "2026-01-08", "signed_by_all": True}
    decision = bench.apply(PASSING[jurisdiction][0], is_joint=True, members=members, joint_agreement=agreement)
    assert errors(decision) == []
    return bench


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_joint_bid_reaches_preparation_with_every_member_in_the_task_book(packs: dict, jurisdiction: str) -> None:
    """HB-08.p1s3; the Chongqing interpretation is silent, so the column stays and an officer judges."""
    bench = joint(packs, jurisdiction)
    walk(bench, "task_book")
    assert bench.case is not None
    book = bench.case.forms["task_book"]
    assert [row["name"] for row in book["party_members"]] == ["测试能源有限公司"]
    assert {row["party"] for row in book["signatures"]} == {"undertaker", "member"}


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_incurable_application_goes_straight_to_the_deliberation(packs: dict, jurisdiction: str) -> None:
    """T09: no report, so nothing to approve (T11-REPORT); the meeting may refuse. The service clock runs again."""
    bench = bench_of(packs, jurisdiction, "expert_team_form")
    case = bench.case
    assert case is not None and case.clocks["DECIDE"].status == "paused"
    veto = {"veto_found": True, "veto_text": "申请单位已被吊销法人资格，不能补救。", "outcome": "not_curable"}
    assert errors(act(bench, "material_review_record", **veto)) == []
    case = bench.case
    assert case is not None and case.state == "deliberation_preparation" and case.clocks["DECIDE"].status == "running"
    approving = act(bench, "deliberation_minutes")
    assert approving.answer.outcome is Outcome.REFUSED and "T11-REPORT" in {f.rule for f in approving.answer.findings}
    refuse = {"outcome": "refuse", "reasons": "申请单位已被吊销法人资格，不符合申报条件，事实见材料审查意见。", "period_start": None, "period_end": None, "decision_text": "会议决定不予批准筹建。"}
    assert errors(act(bench, "deliberation_minutes", **refuse)) == [] and errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "preparation_refused"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_passed_material_review_leads_to_the_site(packs: dict, jurisdiction: str) -> None:
    bench = bench_of(packs, jurisdiction, "expert_team_form")
    contradiction = act(bench, "material_review_record", veto_found=True, veto_text="申请单位已被吊销法人资格，不能补救。", outcome="passed")
    assert contradiction.answer.outcome is Outcome.REFUSED and "MR04" in {f.rule for f in contradiction.answer.findings}
    assert errors(act(bench, "material_review_record")) == []
    assert bench.case is not None and bench.case.state == "site_verification" and bench.case.clocks["DECIDE"].status == "paused"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_returned_report_is_verified_again(packs: dict, jurisdiction: str) -> None:
    """T65: back to the site with what is to be verified; the clock pauses; the second report replaces the first."""
    bench = bench_of(packs, jurisdiction, "preparation_review_report")
    back = {"outcome": "return", "return_matters": "补充核查恒温实验室面积和设备权属。", "decision_text": "会议决定退回补充核查。", "period_start": None, "period_end": None}
    silent = act(bench, "deliberation_minutes", **{**back, "return_matters": None})
    assert silent.answer.outcome is Outcome.REFUSED and "DM02" in {f.rule for f in silent.answer.findings}
    assert errors(act(bench, "deliberation_minutes", **back)) == []
    assert bench.case is not None and bench.case.state == "site_verification" and bench.case.clocks["DECIDE"].status == "paused"
    for form in ("preparation_review_report", "deliberation_minutes", "task_book"):
        assert errors(act(bench, form)) == [], form
    assert errors(bench.sign()) == []
    assert bench.case.state == "in_preparation"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_officer_may_ask_for_correction(packs: dict, jurisdiction: str) -> None:
    """T02 by a person: what a program cannot see is listed once, in the same notice; nothing listed, nothing asked."""
    bench = bench_of(packs, jurisdiction)
    item = {"item": "法人证书", "problem": "扫描件字迹不清，无法核对。", "requirement": "重新扫描后提交。", "basis": "申报书附件清单第1项"}
    empty = act(bench, "intake_decision", decision="correct")
    assert empty.answer.outcome is Outcome.REFUSED and "IN02" in {f.rule for f in empty.answer.findings}
    assert errors(act(bench, "intake_decision", decision="correct", missing_items=[item])) == []
    case = bench.case
    assert case is not None and case.state == "correction_required"
    assert {"INTAKE": "stopped", "CORRECT": "running"}.items() <= {name: clock.status for name, clock in case.clocks.items()}.items()
    notice = case.latest("correction_notice")
    assert notice is not None and "扫描件字迹不清" in str(notice.context)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_officer_may_reject_with_reasons_and_remedy(packs: dict, jurisdiction: str) -> None:
    bench = bench_of(packs, jurisdiction)
    reject = {"decision": "reject", "reason_code": "out_of_competence", "reason": "申请事项不属于本机关职权范围，依据见办法第五条。"}
    nowhere = act(bench, "intake_decision", **reject)
    assert nowhere.answer.outcome is Outcome.REFUSED and "IN04" in {f.rule for f in nowhere.answer.findings}
    assert errors(act(bench, "intake_decision", **reject, right_body="测试市市场监督管理局")) == []
    assert bench.case is not None and bench.case.state == "submitted", "not before sign-off"
    assert errors(bench.sign()) == []
    assert bench.case.state == "not_accepted" and bench.case.clocks["INTAKE"].status == "stopped"
    notice = bench.case.latest("rejection_notice")
    assert notice is not None and notice.context["doc"]["reason"] and notice.context["doc"]["remedy"] and notice.context["doc"]["basis"]


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_major_event_is_reported_and_changes_nothing_else(packs: dict, jurisdiction: str) -> None:
    """T13: HB-11.s2; in Chongqing only put on file. A late one is told in Hubei (A18) and never refused."""
    bench = bench_of(packs, jurisdiction, "task_book")
    assert bench.case is not None
    clocks = bench.case.clocks
    bench.today = bench.today + timedelta(days=60)
    decision = act(bench, "major_event_report", **REPORT, event_date=date(2026, 1, 17), report_date=bench.today)
    assert errors(decision) == [] and decision.answer.number
    assert bench.case.state == "in_preparation" and bench.case.clocks == clocks
    assert ("ME03" in {f.rule for f in decision.answer.findings}) is (jurisdiction == "hubei")
    unsealed = act(bench, "major_event_report", **{**REPORT, "sealed": False}, event_date=bench.today, report_date=bench.today)
    assert unsealed.answer.outcome is Outcome.REFUSED


def test_nothing_overtakes_a_draft_that_waits(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "intake_decision")
    act(hubei, "expert_team_form")
    assert hubei.case is not None and hubei.case.pending is not None
    group = hubei.case.pending.group
    decision = act(hubei, "expert_team_form")
    assert decision.answer.outcome is Outcome.REFUSED and "等待签发" in decision.answer.findings[0].zh
    assert hubei.case.pending is not None and hubei.case.pending.group == group


def test_a_withdrawal_takes_the_ground_from_a_waiting_draft(hubei: Bench) -> None:
    hubei.apply("application_form_local_pass")
    walk(hubei, "intake_decision")
    act(hubei, "expert_team_form")
    letter = {"stage": "application", "reason": "测试单位因内部调整撤回申请。", "understood": True, "signer": "张测试", "sealed": True, "letter_date": hubei.today, "sponsor_informed": True}
    assert errors(act(hubei, "withdrawal_letter", **letter)) == []
    assert hubei.case is not None and hubei.case.state == "withdrawn" and hubei.case.pending is None
    assert all(p.status == "returned" for p in hubei.case.papers.values() if p.code == "expert_team_notice")
