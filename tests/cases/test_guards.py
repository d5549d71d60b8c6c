"""Each guard of the lifecycle keeps a case where it is, and says why, with its article. Both packs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Bench
from test_road import PASSING, act, errors, walk

from pipeline.cases.decision import Outcome
from pipeline.cases.registers import NumberView
from pipeline.demo.players import EXPERTS
from pipeline.desk.sweep import clock_over, due_clocks

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
    assert "T11-DELIBERATED" in {f.rule for f in decision.answer.findings} or decision.answer.findings


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
    for clock in due_clocks(bench.case, today):
        bench.record(clock_over(bench.pack, bench.case, clock, NumberView(dict(bench.numbers)), today))


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
