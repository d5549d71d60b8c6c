"""The years of operation, article by article: duties, inspection, rectification. Both packs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conftest import Bench
from test_guards import sweep
from test_road import act, errors

from pipeline.cases.decision import Outcome
from pipeline.demo.operators import problems_found
from pipeline.model import Severity

PACKS = ("hubei", "chongqing")
YEARLY = {"hubei": "annual_report.window", "chongqing": "annual_assessment.window"}


def operating(packs: dict, jurisdiction: str, today: date = date(2026, 3, 2)) -> Bench:
    """A centre established today, with its yearly and five-year clocks running."""
    bench = Bench(packs[jurisdiction], today=today)
    clocks = (
        {"start": "ANNUAL", "yearly_param": YEARLY[jurisdiction], "cite": "@annual_report"},
        {"start": "RECHECK", "from": "event", "period_param": "recheck.period", "unit": "years", "cite": "@recheck"},
    )
    bench.put("established", clocks=clocks)
    return bench


def state(bench: Bench) -> str:
    assert bench.case is not None
    return bench.case.state


def clock(bench: Bench, name: str) -> dict:
    assert bench.case is not None
    return {**bench.case.clocks[name].data, "status": bench.case.clocks[name].status}


def signed(bench: Bench, form: str, **changes: object) -> None:
    """File a form whose document waits for sign-off, and sign it."""
    assert errors(act(bench, form, **changes)) == []
    assert bench.case is not None and bench.case.pending is not None, "it waits for sign-off"
    assert errors(bench.sign()) == []


def rules_hit(decision: object) -> set[str]:
    return {f.rule for f in decision.answer.findings}  # type: ignore[attr-defined]


# --- the annual report (HB-19.s1) and changes (HB-19.s2) ---


@pytest.mark.parametrize(
    ("day", "late", "next_end"),
    [(date(2026, 10, 20), False, "2027-11-30"), (date(2026, 11, 1), False, "2027-11-30"), (date(2026, 11, 30), False, "2027-11-30"), (date(2026, 12, 1), True, "2027-11-30")],
)
def test_the_annual_report_is_due_in_november_and_late_is_only_recorded(packs: dict, day: date, late: bool, next_end: str) -> None:
    """HB-19.s1, A37: early accepted, 1–30 November in time, later recorded without sanction."""
    bench = operating(packs, "hubei")
    assert clock(bench, "ANNUAL")["final"] == "2026-11-30"
    bench.today = day
    decision = act(bench, "annual_report")
    assert errors(decision) == [] and decision.answer.outcome is Outcome.RECORDED
    assert ("AR02" in {f.rule for f in decision.answer.findings if f.severity is Severity.WARNING}) == late
    assert state(bench) == "established"
    assert clock(bench, "ANNUAL")["nominal"] == next_end


def test_a_missed_november_is_recorded_and_the_next_year_runs(packs: dict) -> None:
    """HB-19.s1 (D1): no report until the end of November; nobody is punished, the clock of the next year runs."""
    bench = operating(packs, "hubei")
    sweep(bench, date(2026, 12, 1))
    assert state(bench) == "established"
    assert clock(bench, "ANNUAL")["nominal"] == "2027-11-30" and clock(bench, "ANNUAL")["status"] == "running"
    assert any(e.kind == "clock_passed" for e in bench.events)
    assert "AR02" in rules_hit(act(bench, "annual_report"))


def test_the_annual_report_of_a_year_comes_once(packs: dict) -> None:
    bench = operating(packs, "hubei")
    bench.today = date(2026, 11, 10)
    act(bench, "annual_report")
    assert act(bench, "annual_report").answer.outcome is Outcome.REFUSED
    assert errors(act(bench, "annual_report", is_correction=True)) == []


@pytest.mark.parametrize(("jurisdiction", "rule"), [("hubei", "HBAR01"), ("chongqing", "CQAR01")])
def test_the_annual_report_covers_every_duty(packs: dict, jurisdiction: str, rule: str) -> None:
    """HB-06 has six duties, CQ-2.2 seven."""
    bench = operating(packs, jurisdiction)
    row = {"duty": bench.pack.lists["duties"][0]["code"], "done": "测试：完成", "evidence": "台账"}
    assert rule in rules_hit(act(bench, "annual_report", by_duty=[row]))


def test_a_change_of_half_needs_its_reason(packs: dict) -> None:
    bench = operating(packs, "hubei")
    bench.today = date(2026, 11, 10)
    act(bench, "annual_report")
    bench.today = date(2027, 11, 10)
    figures = {"standards": 12, "items": 30, "certificates": 1520, "enterprises": 64, "projects": 5, "specifications": 2, "income": "860.00"}
    assert "AR03" in rules_hit(act(bench, "annual_report", figures=figures))


def test_every_change_of_the_year_is_in_the_annual_report(packs: dict) -> None:
    bench = operating(packs, "hubei")
    assert errors(act(bench, "change_report")) == []
    bench.today = date(2026, 11, 10)
    assert "AR04" in rules_hit(act(bench, "annual_report", changes=[]))
    assert errors(act(bench, "annual_report")) == [], "what was reported is prefilled"


@pytest.mark.parametrize("kind", ["structure", "nature", "legal_person", "capability", "equipment", "premises"])
@pytest.mark.parametrize("jurisdiction", PACKS)
def test_six_kinds_of_change(packs: dict, jurisdiction: str, kind: str) -> None:
    """HB-19.s2: six kinds; in CQ nothing is said and the report is only registered."""
    bench = operating(packs, jurisdiction)
    scope = "representative" if kind == "legal_person" else None
    assert errors(act(bench, "change_report", kind=kind, legal_person_scope=scope)) == []
    assert state(bench) == "established"
    assert bench.case is not None and "LEGAL_PERSON" not in bench.case.clocks, "only a new legal person reopens the check (A51)"


def test_a_late_change_report_is_only_recorded(packs: dict) -> None:
    """HB-19.s2 “及时”, A18: 30 days, recorded."""
    bench = operating(packs, "hubei")
    decision = act(bench, "change_report", changed_on=bench.today - timedelta(days=31))
    assert errors(decision) == [] and "CR02" in rules_hit(decision)


def test_a_new_legal_person_reopens_the_check(packs: dict) -> None:
    """HB-07.1 through HB-19.s2: the papers of the new legal person are asked for, and the check runs."""
    bench = operating(packs, "hubei")
    assert "CR04" in rules_hit(act(bench, "change_report", kind="legal_person", legal_person_scope="unit"))
    assert bench.case is not None
    new = {
        "new_name": "测试新计量院", "new_uscc": bench.case.application["applicant"]["uscc"], "new_representative": "测试新代表",
        "legal_person_file": "法人证书.pdf", "independence": "测试：独立设置，独立公正开展工作。",
    }  # fmt: skip
    assert errors(act(bench, "change_report", kind="legal_person", legal_person_scope="unit", **new)) == []
    assert clock(bench, "LEGAL_PERSON")["status"] == "running"


# --- inspection and rectification (HB-22, CQ-7.1) ---


def inspected(bench: Bench, **changes: object) -> None:
    signed(bench, "inspection_plan")
    assert state(bench) == "inspection"
    assert errors(act(bench, "inspection_record", **changes)) == []


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_inspection_without_problems(packs: dict, jurisdiction: str) -> None:
    """T46, T47: HB-22, CQ-7.1."""
    bench = operating(packs, jurisdiction)
    inspected(bench)
    assert state(bench) == "established"
    assert bench.case is not None and bench.case.latest("inspection_notice") is not None


@pytest.mark.parametrize("left_out", ["operation", "capability", "industry"])
def test_an_inspection_covers_three_focus_points(packs: dict, left_out: str) -> None:
    """HB-22: 中心运行情况、计量技术服务能力提升情况、服务产业发展情况."""
    bench = operating(packs, "hubei")
    rest = [code for code in ("operation", "capability", "industry") if code != left_out]
    assert "HBIP01" in rules_hit(act(bench, "inspection_plan", focus=rest))
    signed(bench, "inspection_plan")
    items = [{"focus": code, "item": "测试内容", "finding": "测试情况", "evidence": "台账", "rating": "normal"} for code in rest]
    assert "HBIR01" in rules_hit(act(bench, "inspection_record", items=items))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_problem_is_rectified(packs: dict, jurisdiction: str) -> None:
    """T48, T85, T52: the notice names problems and date; the report stops the clock; the verification ends it."""
    bench = operating(packs, jurisdiction)
    inspected(bench, **problems_found(bench.pack, bench.today))
    assert state(bench) == "inspection", "not before sign-off"
    assert errors(bench.sign()) == []
    assert state(bench) == "operation_rectification"
    assert clock(bench, "RECT3")["nominal"] == "2026-06-02"
    assert act(bench, "rectification_verification").answer.outcome is Outcome.REFUSED, "no report yet"
    bench.today = date(2026, 5, 20)
    assert errors(act(bench, "operation_rectification_report")) == []
    assert clock(bench, "RECT3")["status"] == "stopped"
    signed(bench, "rectification_verification")
    assert state(bench) == "established"
    assert bench.case is not None and bench.case.latest("rectification_acceptance") is not None


def test_a_rectification_lasts_at_most_a_year(packs: dict) -> None:
    """HB-22, A39."""
    bench = operating(packs, "hubei")
    signed(bench, "inspection_plan")
    found = problems_found(bench.pack, bench.today)
    assert "IR04" in rules_hit(act(bench, "inspection_record", **{**found, "due": date(2027, 3, 3)}))
    assert errors(act(bench, "inspection_record", **{**found, "due": date(2027, 3, 2)})) == []


def test_a_returned_draft_does_not_stand(packs: dict) -> None:
    """What the signing officer returned is on file, and counts for nothing."""
    bench = operating(packs, "hubei")
    signed(bench, "inspection_plan")
    act(bench, "inspection_record", **problems_found(bench.pack, bench.today))
    bench.sign(decision="return", opinion="问题依据不清，请补充后重新报送")
    assert state(bench) == "inspection"
    assert errors(act(bench, "inspection_record")) == []
    assert state(bench) == "established"
