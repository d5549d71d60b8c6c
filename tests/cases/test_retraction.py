"""Taking a drop back: named by its receipt number, only the last one, only until someone has acted on it."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import Bench
from test_guards import REPORT, sweep
from test_road import act, errors, walk

from pipeline.cases.decision import Decision, Outcome

PASS = "application_form_local_pass"


def take_back(bench: Bench, number: str, **more: object) -> Decision:
    data = {"receipt_no": number, "reason": "材料拿错了，收回重新报送。", "signer": "张测试", "date": bench.today.isoformat()}
    return bench.file("retraction", data, **{"role": "申报", **more})


def status(bench: Bench) -> dict[str, str]:
    assert bench.case is not None
    return {name: clock.status for name, clock in bench.case.clocks.items()}


def test_the_first_drop_taken_back_ends_the_case(hubei: Bench) -> None:
    number = hubei.apply(PASS).answer.number
    assert take_back(hubei, number).answer.outcome is Outcome.RECORDED
    assert hubei.case is not None and hubei.case.state == "withdrawn"
    assert any(e.kind == "filed" for e in hubei.case.history), "the record keeps both"
    assert "running" not in status(hubei).values()


def test_a_correction_taken_back_leaves_the_case_as_it_was(hubei: Bench) -> None:
    """State, data and clocks are those before it; the correction period runs on as first told."""
    hubei.apply(PASS, total_budget="1.00")
    assert hubei.case is not None
    before = hubei.case.clocks["CORRECT"]
    number = hubei.apply(PASS).answer.number
    assert status(hubei) == {"INTAKE": "running", "CORRECT": "stopped"}
    assert take_back(hubei, number).answer.outcome is Outcome.RECORDED
    assert hubei.case.state == "correction_required" and str(hubei.case.application["total_budget"]) == "1.00"
    assert status(hubei) == {"INTAKE": "stopped", "CORRECT": "running"}
    after = hubei.case.clocks["CORRECT"]
    assert {**after.data, "on": ""} == {**before.data, "on": ""}
    assert errors(hubei.apply(PASS)) == [] and hubei.case.state == "submitted", "and may be corrected again"


def test_an_expired_correction_period_stays_expired(hubei: Bench) -> None:
    hubei.apply(PASS, total_budget="1.00")
    sweep(hubei, date(2026, 2, 25))
    assert status(hubei)["CORRECT"] == "passed"
    number = hubei.apply(PASS).answer.number
    assert take_back(hubei, number).answer.outcome is Outcome.RECORDED
    assert status(hubei)["CORRECT"] == "passed"


@pytest.mark.parametrize("wrong", ["鄂市监量收〔2026〕99号", "HB-CMC-2026-001", "不存在"])
def test_only_a_receipt_number_of_the_case_will_do(hubei: Bench, wrong: str) -> None:
    hubei.apply(PASS)
    answer = take_back(hubei, wrong).answer
    assert answer.outcome is Outcome.REFUSED and wrong in answer.zh
    assert hubei.case is not None and hubei.case.state == "submitted"


def test_an_earlier_drop_stays(hubei: Bench) -> None:
    first = hubei.apply(PASS, total_budget="1.00").answer.number
    second = hubei.apply(PASS).answer.number
    assert first != second
    answer = take_back(hubei, first).answer
    assert answer.outcome is Outcome.REFUSED and "最近一次" in answer.zh
    assert hubei.case is not None and hubei.case.state == "submitted"


def test_twice_is_once(hubei: Bench) -> None:
    hubei.apply(PASS, total_budget="1.00")
    number = hubei.apply(PASS).answer.number
    take_back(hubei, number)
    events = len(hubei.events)
    answer = take_back(hubei, number).answer
    assert answer.outcome is Outcome.REFUSED and "已经撤回过" in answer.zh
    assert len(hubei.events) == events


def test_a_drop_acted_on_stays(hubei: Bench) -> None:
    number = hubei.apply(PASS).answer.number
    walk(hubei, "intake_decision")
    assert take_back(hubei, number).answer.outcome is Outcome.REFUSED
    assert hubei.case is not None and hubei.case.state == "accepted"


def test_deemed_acceptance_is_an_act(hubei: Bench) -> None:
    """A14: what the law has made of a drop in the meantime is not undone by taking it back."""
    number = hubei.apply(PASS).answer.number
    sweep(hubei, date(2026, 1, 26))
    assert hubei.case is not None and hubei.case.state == "accepted"
    assert take_back(hubei, number).answer.outcome is Outcome.REFUSED
    assert hubei.case.state == "accepted"


def test_a_drop_belongs_to_its_folder(hubei: Bench) -> None:
    number = hubei.apply(PASS).answer.number
    assert take_back(hubei, number, owner="测试另一申请人").answer.outcome is Outcome.REFUSED
    assert take_back(hubei, number, role="办理", owner="测试承办人").answer.outcome is Outcome.RECORDED, "an officer may, for someone without a folder"


def test_a_form_with_faults_takes_nothing_back(hubei: Bench) -> None:
    number = hubei.apply(PASS).answer.number
    data = {"receipt_no": number, "signer": "张测试", "date": "2026-12-31"}
    decision = hubei.file("retraction", data, role="申报")
    assert decision.answer.outcome is Outcome.REFUSED
    assert {"RT01", "FIELD-REQUIRED"} <= {f.rule for f in decision.answer.findings}


def test_a_report_taken_back_leaves_the_preparation_running(hubei: Bench) -> None:
    hubei.apply(PASS)
    walk(hubei, "task_book")
    before = status(hubei)
    decision = act(hubei, "major_event_report", **REPORT, event_date=hubei.today, report_date=hubei.today)
    assert errors(decision) == []
    assert take_back(hubei, decision.answer.number).answer.outcome is Outcome.RECORDED
    assert hubei.case is not None and hubei.case.state == "in_preparation" and status(hubei) == before
