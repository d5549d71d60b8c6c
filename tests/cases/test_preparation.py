"""Preparation in Hubei (HB-11 to HB-13): extension, the end of the period, and its consequences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Bench
from test_guards import bench_of, sweep
from test_road import act, errors, walk

from pipeline.cases.decision import Outcome
from pipeline.demo.players import play
from pipeline.desk.picture import prefill

END = date(2029, 1, 16)
"""The task book of the bench runs from 2026-01-16 for three years."""


def preparing(packs: dict, on: date | None = None) -> Bench:
    """A case in preparation; `on` moves the day of what follows."""
    bench = bench_of(packs, "hubei", "task_book")
    bench.today = on or bench.today
    return bench


def clock(bench: Bench, name: str) -> Any:
    assert bench.case is not None
    return bench.case.clocks[name]


def basis_of(bench: Bench, code: str) -> list[str]:
    """The grounds that the newest document of this code names."""
    assert bench.case is not None
    paper = bench.case.latest(code)
    assert paper is not None
    return list(paper.context["doc"]["basis"])


def deliver(bench: Bench, code: str) -> None:
    assert bench.case is not None
    paper = bench.case.latest(code)
    assert paper is not None
    more = {"document_no": paper.number, "document_title": paper.title, "recipient": paper.context["doc"]["addressee"]}
    decision = act(bench, "service_receipt", **more)
    assert errors(decision) == [], decision.answer


def test_an_extension_granted_moves_the_end_and_what_hangs_on_it(packs: dict) -> None:
    """HB-13.p2s1: asked three months before the end, granted, at most one year; HB-13.p1 applies again (A25)."""
    bench = preparing(packs, date(2028, 9, 1))
    assert errors(act(bench, "extension_application")) == []
    assert bench.case is not None and bench.case.state == "extension_pending"
    assert clock(bench, "PREP").status == clock(bench, "ACC_BY").status == "paused"
    assert bench.case.forms["extension_application"]["late"] is False
    bench.today = date(2028, 9, 20)
    assert errors(act(bench, "extension_decision")) == []
    assert bench.case.state == "extension_pending", "not before sign-off"
    reply = bench.case.papers[bench.case.pending.papers[0]]  # type: ignore[union-attr]
    assert reply.context["doc"]["kind"] == "函" and reply.context["then"]["ACC_BY"]["final"] == "2029-04-16"
    assert errors(bench.sign()) == []
    assert bench.case.state == "in_preparation"
    assert (clock(bench, "PREP").status, clock(bench, "PREP").data["nominal"]) == ("running", "2029-07-16")
    assert clock(bench, "ACC_BY").data["nominal"] == "2029-04-16"
    bench.today = date(2029, 1, 4)
    assert act(bench, "extension_application").answer.outcome is Outcome.REFUSED, "once (A24)"


def test_a_late_request_is_flagged_never_refused(packs: dict) -> None:
    """X19, A23: later than three months before the end is a flag."""
    bench = preparing(packs)
    sweep(bench, date(2028, 12, 1))
    decision = act(bench, "extension_application")
    assert errors(decision) == [] and "X19.1" in {f.rule for f in decision.answer.findings}
    assert bench.case is not None and bench.case.forms["extension_application"]["late"] is True
    refused = act(bench, "extension_decision")
    assert any("迟交" in line for line in errors(refused)), "the examination has to speak of it"
    assert errors(act(bench, "extension_decision", late_effect="迟交不影响审查。")) == []


def test_a_refused_extension_gives_the_days_back_from_service(packs: dict) -> None:
    """A26: the period stands still from the filing until the reply is received."""
    bench = preparing(packs, date(2028, 9, 1))
    assert errors(act(bench, "extension_application")) == []
    bench.today = date(2028, 9, 20)
    short = act(bench, "extension_decision", decision="refuse", new_end=None)
    assert errors(short), "reasons are needed"
    reasons = "申请所述原因在立项时已经知悉，不属于第十三条所称特殊原因，剩余任务可以在原定期限内完成。"
    assert errors(act(bench, "extension_decision", decision="refuse", new_end=None, reasons=reasons)) == []
    assert errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "in_preparation" and clock(bench, "PREP").status == "paused"
    reply = bench.case.latest("extension_reply")
    assert reply is not None and reply.context["doc"]["reason"] == reasons and "行政复议" in reply.context["doc"]["remedy"]
    bench.today = date(2028, 9, 26)
    deliver(bench, "extension_reply")
    assert clock(bench, "PREP").status == "running"
    assert clock(bench, "PREP").data["nominal"] == (END + timedelta(days=25)).isoformat() == "2029-02-10"
    assert clock(bench, "ACC_BY").data["nominal"] == "2028-11-10"


@pytest.mark.parametrize("days", [1, 40])
def test_overdue_by_itself_the_day_after(packs: dict, days: int) -> None:
    """HB-13.p2s2, A27: the day after the end, however late the sweep runs; nothing is revoked by itself."""
    bench = preparing(packs)
    sweep(bench, END)
    assert bench.case is not None and bench.case.state == "in_preparation", "the last day is still open"
    sweep(bench, END + timedelta(days=days))
    assert bench.case.state == "preparation_overdue"
    assert bench.case.latest("overdue_reminder") is not None
    assert clock(bench, "PREP").data["on"] == "2029-01-17", "on record with the day it fell due"
    events = len(bench.events)
    sweep(bench, END + timedelta(days=days))
    assert len(bench.events) == events


def test_a_month_off_records_the_same_as_every_day(packs: dict) -> None:
    """Reminders at -180, -90, -30, -7 days and the last working day; late or daily, the record is the same."""
    daily, once = preparing(packs), preparing(packs)
    day = date(2028, 12, 1)
    sweep(daily, day)
    while day < date(2029, 2, 20):
        day += timedelta(days=1)
        sweep(daily, day)
    sweep(once, day)

    def said(bench: Bench) -> list[tuple[str, Any]]:
        """What happened and the day it counts from: its own, where it was entered later than it fell due."""
        own = {"moved": "on"}
        return [(str(e.kind), {**({own[e.kind]: e.at[:10]} if e.kind in own else {}), **e.data}) for e in bench.events if e.kind in ("reminded", "clock_passed", "moved")]

    assert said(daily) == said(once)
    prep = [(d["mark"], d["due"]) for kind, d in said(once) if kind == "reminded" and d["clock"] == "PREP"]
    assert prep == [("180", "2028-07-20"), ("90", "2028-10-18"), ("30", "2028-12-17"), ("7", "2029-01-09"), ("last", "2029-01-16")]


def overdue(packs: dict, jurisdiction: str = "hubei") -> Bench:
    """A case whose preparation is overdue: by itself, or found so by a person where the text is silent."""
    bench = bench_of(packs, jurisdiction, "task_book")
    sweep(bench, END + timedelta(days=1))
    assert bench.case is not None
    if bench.case.state == "in_preparation":
        assert errors(act(bench, "case_decision", matter="overdue", new_end=None, decision_text="认定筹建逾期，启动处理程序。")) == []
        assert errors(bench.sign()) == []
    assert bench.case.state == "preparation_overdue"
    return bench


def noticed(packs: dict, jurisdiction: str = "hubei") -> Bench:
    """The prior notice is signed and served."""
    bench = overdue(packs, jurisdiction)
    assert errors(act(bench, "prior_notice_form")) == []
    assert errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "preparation_termination_pending"
    return bench


def guards_of(decision: Any) -> set[str]:
    return {f.rule for f in decision.answer.findings}


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
def test_revocation_needs_notice_service_reply_and_a_person(packs: dict, jurisdiction: str) -> None:
    """HB-13.p2s2, T20: 告知、送达、陈述申辩期满、集体讨论，才由人决定；CQ: on the text a person typed in."""
    bench = noticed(packs, jurisdiction)
    assert bench.case is not None
    early = act(bench, "preparation_revocation", discussed_on=None)
    assert {"T20-SERVED", "T20-REPLY", "T20-DISCUSSED"} <= guards_of(early), early.answer
    deliver(bench, "revocation_prior_notice")
    assert "T20-REPLY" in guards_of(act(bench, "preparation_revocation"))
    until = date.fromisoformat(clock(bench, "REPLY").data["final"])
    assert clock(bench, "REPLY").data["base"] == bench.today.isoformat(), "from service, not from issue"
    sweep(bench, until + timedelta(days=1))
    assert bench.case.state == "preparation_termination_pending", "nothing is revoked by itself"
    assert errors(act(bench, "preparation_revocation")) == []
    assert errors(bench.sign()) == []
    assert bench.case.state == "preparation_terminated"
    decision = bench.case.latest("preparation_revocation_decision")
    assert decision is not None and decision.context["doc"]["remedy"] and decision.context["doc"]["kind"] == "决定"
    assert {clock(bench, name).status for name in ("PREP", "REPLY")} == {"stopped"}


def test_a_defence_has_to_be_dealt_with_and_may_save_the_preparation(packs: dict) -> None:
    """T67, T68: each point of the defence is answered; accepted, the case is overdue but not revoked."""
    bench = noticed(packs)
    deliver(bench, "revocation_prior_notice")
    assert errors(act(bench, "statement_of_defence")) == []
    assert bench.case is not None and bench.case.state == "preparation_termination_pending"
    blind = act(bench, "preparation_revocation", defence_filed=False, outcome="not_revoke", follow_up="请在两个月内申请验收考核。")
    assert "PR03" in guards_of(blind)
    points = [{"point": "设备已到货", "checked": "现场核实属实", "taken": "yes", "why": "剩余任务可以完成"}]
    said = {"defence_filed": True, "defence_points": points, "outcome": "not_revoke", "follow_up": "请在两个月内申请验收考核。"}
    assert errors(act(bench, "preparation_revocation", **said)) == []
    assert errors(bench.sign()) == []
    assert bench.case.state == "preparation_overdue" and clock(bench, "REPLY").status == "stopped"
    assert errors(act(bench, "late_acceptance_consent")) == []
    assert errors(bench.sign()) == []
    assert bench.case.state == "preparation_overdue" and clock(bench, "LATE_BY").status == "running"


def test_a_waived_rest_of_the_period_lets_the_decision_come_early(packs: dict) -> None:
    bench = noticed(packs)
    deliver(bench, "revocation_prior_notice")
    assert errors(act(bench, "statement_of_defence", position="accept", waives_rest=True)) == []
    points = [{"point": "没有异议", "checked": "无", "taken": "yes", "why": "当事单位没有异议"}]
    assert errors(act(bench, "preparation_revocation", defence_filed=True, defence_points=points)) == []


def test_found_not_overdue_the_preparation_goes_on(packs: dict) -> None:
    """T69: the end was another; the clocks run again from the end as found."""
    bench = noticed(packs)
    deliver(bench, "revocation_prior_notice")
    found = {"outcome": "not_overdue", "tasks_unfinished": False, "corrected_end": date(2029, 6, 16), "follow_up": "请在筹建期内完成任务并申请验收考核。"}
    assert errors(act(bench, "preparation_revocation", **found)) == []
    assert errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "in_preparation"
    assert clock(bench, "PREP").data["nominal"] == "2029-06-16" and clock(bench, "ACC_BY").data["nominal"] == "2029-03-16"
    sweep(bench, date(2029, 6, 18))
    assert bench.case.state == "in_preparation", "16 June 2029 is a Saturday, the 18th of the projected table is a working day"
    sweep(bench, date(2029, 6, 19))
    assert bench.case.state == "preparation_overdue"


def test_no_notice_before_the_end(packs: dict) -> None:
    bench = overdue(packs)
    bench.today = END
    assert "T66-OVERDUE" in guards_of(act(bench, "prior_notice_form"))


def test_revoked_and_cancelled_are_two_things(packs: dict) -> None:
    """A28: 撤销 (HB-13) and 取消 (HB-17) are two grounds and two decisions."""
    bench = overdue(packs)
    assert "PN01" in guards_of(act(bench, "prior_notice_form", intended="cancel_preparation"))


def test_what_came_in_before_the_end_counts_though_entered_later(packs: dict) -> None:
    """T14 from overdue: only the real day of receipt decides."""
    bench = overdue(packs)
    late = act(bench, "extension_application")
    assert "T14-IN-TIME" in guards_of(late) and bench.case is not None and bench.case.state == "preparation_overdue"
    given = prefill(bench.pack, bench.case, bench.pack.forms["extension_application"])
    data = play(bench.pack, "extension_application", given, date(2029, 1, 10))
    decision = bench.file("extension_application", data, received_on=date(2029, 1, 10))
    assert errors(decision) == [] and bench.case.state == "extension_pending"
    assert clock(bench, "PREP").status == "paused" and clock(bench, "PREP").data["on"] == "2029-01-10"


def test_more_than_a_year_or_twice_is_not_granted(packs: dict) -> None:
    """HB-13.p2s1: 延长时限不超过1年; once (A24)."""
    bench = preparing(packs, date(2028, 9, 1))
    assert "X19" in guards_of(act(bench, "extension_application", proposed_end=date(2030, 1, 17)))
    assert errors(act(bench, "extension_application", proposed_end=date(2030, 1, 16))) == []
    reasons = "申请延长的时间合理，但应当留出验收考核所需的时间，部分同意延期。"
    assert "T15-CAP" in guards_of(act(bench, "extension_decision", decision="partly", new_end=date(2030, 1, 17), reasons=reasons))
    assert errors(act(bench, "extension_decision", decision="partly", new_end=date(2029, 10, 16), reasons=reasons)) == []
    assert errors(bench.sign()) == []
    bench.today = date(2029, 1, 4)
    assert "T14-COUNT" in guards_of(act(bench, "extension_application"))


def test_a_change_of_lead_needs_deliberation_and_approval(packs: dict) -> None:
    """HB-11.s2, HB-08.p1s3, A11: reported as a major event, decided after deliberation; the period stays."""
    bench = preparing(packs, date(2026, 6, 1))
    assert "T91-REPORTED" in guards_of(act(bench, "major_event_decision", event_kind="lead_change", event_date=bench.today, description="测试情况：主要建设方变更。"))
    assert errors(act(bench, "major_event_report")) == []
    assert "T91-JOINT" in guards_of(act(bench, "major_event_decision")), "not a joint preparation"
    joint = Bench(packs["hubei"])
    joint.apply("application_form_joint_pass")
    walk(joint, "task_book")
    joint.today = date(2026, 6, 1)
    assert errors(act(joint, "major_event_report")) == []
    assert "MD02" in guards_of(act(joint, "major_event_decision", deliberated=False))
    before = clock(joint, "PREP").data["final"]
    assert errors(act(joint, "major_event_decision")) == []
    assert errors(joint.sign()) == []
    assert joint.case is not None and joint.case.state == "in_preparation" and clock(joint, "PREP").data["final"] == before
    reply = joint.case.latest("major_event_reply")
    assert reply is not None and reply.context["doc"]["kind"] == "函"
    assert reply.context["doc"]["addressee"] == "湖北测试计量研究院", "it answers whoever asked"
    assert joint.case.application["applicant"]["name"] == "测试能源研究院", "and from then on the new lead is spoken to"
    assert joint.case.forms["application_form"]["applicant"]["name"] == "湖北测试计量研究院", "what was filed stays as it was filed"
    joint.today = date(2028, 9, 1)
    assert errors(act(joint, "extension_application")) == []
    receipt = joint.case.latest("receipt_record")
    assert receipt is not None and receipt.context["doc"]["addressee"] == "测试能源研究院"


def test_chongqing_decides_case_by_case_on_typed_text(packs: dict) -> None:
    """CQ-6.2, A47: nothing is taken over from another pack; the text is typed in by a person."""
    bench = bench_of(packs, "chongqing", "task_book")
    bench.today = date(2028, 9, 1)
    assert "extension_application" not in bench.pack.forms and "T14" not in bench.pack.lifecycle.transitions
    assert errors(act(bench, "case_decision", typed_basis=None))
    assert errors(act(bench, "case_decision")) == []
    assert errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "in_preparation" and clock(bench, "PREP").data["nominal"] == "2029-07-16"
    assert "行政复议" not in "".join(basis_of(bench, "case_decision_notice")), "who gets what was asked for has nothing to contest"
    other = {"matter": "other", "new_end": None, "decision_text": "知悉，按任务书继续筹建。"}
    assert errors(act(bench, "case_decision", **other)) == []
    assert errors(bench.sign()) == []
    assert bench.case.state == "in_preparation" and "行政复议" in "".join(basis_of(bench, "case_decision_notice"))
    sweep(bench, date(2029, 8, 1))
    assert bench.case.state == "in_preparation", "nothing by itself where the text is silent"


def test_a_deadline_decided_case_by_case_runs_until_it_is_done_with(packs: dict) -> None:
    """CQ-6.2, A47: the day is the person's own, with the ground that was typed in; it ends with a later decision."""
    bench = bench_of(packs, "chongqing", "task_book")
    bench.today = date(2028, 9, 1)
    other = {"matter": "other", "new_end": None, "decision_text": "责成在2028年10月8日前报告筹建进度。"}
    until = {"deadline": date(2028, 10, 8), "deadline_basis": "测试：由负责人酌定，自决定之日起算。"}
    assert [e.split()[0] for e in errors(act(bench, "case_decision", **other, deadline=date(2028, 10, 8)))] == ["CD06"]
    assert errors(act(bench, "case_decision", **other, **until)) == []
    assert bench.case is not None and "BY_HAND" not in bench.case.clocks, "it runs from the signed decision on"
    assert errors(bench.sign()) == []
    running = clock(bench, "BY_HAND")
    assert (running.status, running.data["final"]) == ("running", "2028-10-08"), "a Sunday; it is not moved"
    assert "由负责人酌定" in bench.pack.cite_text(running.data["cite"]) and "承办人录入" in running.data["working"]
    assert clock(bench, "PREP").status == "running", "the preparation period is another clock"
    assert errors(act(bench, "case_decision", **other, earlier_deadline="ended")) == []
    assert errors(bench.sign()) == []
    assert clock(bench, "BY_HAND").status == "stopped"
