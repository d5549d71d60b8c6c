"""Open paper cases: each bad row told, numbers that go on, clocks from their recorded start, what is unknown left to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from conftest import Bench

from pipeline.cases.case import Case
from pipeline.cases.compose import context, facts
from pipeline.cases.decision import Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.mending import unfit_replacement
from pipeline.cases.operations.paperrows import Seen, number_key
from pipeline.cases.operations.takeover import claims_of, examine
from pipeline.check import RuleContext, check_form
from pipeline.clockwork import SHANGHAI
from pipeline.demo.drycase import DryCase
from pipeline.demo.operators import assessment_failed
from pipeline.demo.players import play
from pipeline.desk.picture import open_forms, prefill
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding

TODAY = date(2026, 1, 16)
PREPARING = {
    "paper_no": "HB-CMC-2024-007", "center_name": "湖北省碳计量中心（测试水电）", "applicant": "宜昌测试碳计量研究所", "uscc": "12420500CEXH00020C",
    "channel": "local_government", "state": "in_preparation", "state_since": "2024-03-04", "opened_on": "2023-11-20", "period_start": "2024-03-04", "period_end": "2027-03-03",
}  # fmt: skip
WORKING = {
    "paper_no": "鄂碳2019-3", "center_name": "湖北省碳计量中心（测试钢铁）", "applicant": "武汉测试计量院", "state": "established", "state_since": "2021-05-10",
}  # fmt: skip


def sheet(*cases: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    head = {"taken_over_on": "2026-01-15", "source_register": "测试计量处纸质登记簿", "reason": "启用本系统", "officer": "测试承办人", "filed_on": "2026-01-16"}
    return {**head, "cases": [dict(case) for case in cases], **more}


def taken(pack: Pack, raw: Mapping[str, Any], numbers: Mapping[str, str] | None = None, **seen: Any) -> tuple[list[Case], list[Finding]]:
    """What the office would make of a table: the cases as they will stand, and what is wrong."""
    verdict = check_form(pack, pack.forms["case_takeover"], raw, {}, RuleContext(enclosed={}, files=None, case=facts(pack, None), received_on=TODAY, today=TODAY))
    assert verdict.ok, [(f.rule, f.path, f.zh) for f in verdict.errors]
    at = datetime(2026, 1, 16, 10, tzinfo=SHANGHAI)
    filing = Filing(
        id="t1", form="case_takeover", version="1.0", jurisdiction=pack.jurisdiction, role="办理", owner="测试承办人", data=verdict.data, enclosed={}, attachments=(),
        original="a" * 64, name="接管.xlsx", received_on=TODAY, received_at=at,
    )  # fmt: skip
    known = Seen(**{"numbers": numbers or {}, "centres": {}, "owners": None, "places": {}, "today": TODAY, **seen})
    cases, findings = examine(pack, filing, known, "测试承办人", "测试局长")
    return [book.case for _, book in cases], findings


def one(pack: Pack, *cases: Mapping[str, Any], **more: Any) -> Case:
    found, findings = taken(pack, sheet(*cases, **more))
    assert findings == [], [(f.place, f.value, f.zh) for f in findings]
    return found[0]


def test_a_centre_in_preparation_keeps_number_state_dates_and_clocks(hubei: Bench) -> None:
    case = one(hubei.pack, PREPARING)
    assert (case.no, case.state, case.opened_on, case.pack_digest) == ("HB-CMC-2024-007", "in_preparation", "2023-11-20", hubei.pack.digest)
    prep, by = case.clocks["PREP"], case.clocks["ACC_BY"]
    assert (prep.status, prep.data["base"], prep.data["final"]) == ("running", "2024-03-04", "2027-03-03")
    assert "文书载明自2024-03-04起至2027-03-03止" in prep.data["working"] and hubei.pack.cite_text("@prep_period") in prep.data["working"]
    assert by.data["nominal"] == "2026-12-03" and by.data["cite"] == "@apply_before"
    assert case.taken_over["by"] == "测试承办人" and case.taken_over["confirmed_by"] == "测试局长" and case.taken_over["sha256"] == "a" * 64
    assert case.application == {"center_name": PREPARING["center_name"], "applicant": {"name": PREPARING["applicant"], "uscc": PREPARING["uscc"]}, "channel": "local_government"}


def test_an_established_centre_gets_its_yearly_duty_and_its_recheck(hubei: Bench) -> None:
    case = one(hubei.pack, WORKING)
    assert case.clocks["ANNUAL"].data["final"] == "2026-11-30", "the next window after it was taken over"
    assert case.clocks["RECHECK"].data["nominal"] == "2026-05-10" and case.clocks["RECHECK"].data["on"] == "2026-01-15"
    assert case.taken_over["missing"] == ["统一社会信用代码", "申请渠道", "收到申请的日期"]


def test_a_recheck_that_would_be_long_over_has_to_be_entered_itself(hubei: Bench) -> None:
    old = {**WORKING, "state_since": "2018-05-10"}
    _, findings = taken(hubei.pack, sheet(old))
    assert [f.rule for f in findings] == ["TO-CLOCK"] and "五年复查" in findings[0].repair_zh and "2023-05-10" in findings[0].zh
    case = one(hubei.pack, old, clocks=[{"paper_no": old["paper_no"], "clock": "RECHECK", "started_on": "2023-06-01"}])
    assert case.clocks["RECHECK"].data["nominal"] == "2028-06-01"


def test_an_unknown_start_takes_the_last_day_with_its_reason(hubei: Bench) -> None:
    row = {"paper_no": PREPARING["paper_no"], "clock": "CORRECT", "last_day": "2026-02-16"}
    waiting = {**PREPARING, "state": "correction_required", "state_since": None}
    _, findings = taken(hubei.pack, sheet(waiting, clocks=[row]))
    assert [(f.rule, f.path) for f in findings] == [("TO-CLOCK", "clocks[0].reason")]
    case = one(hubei.pack, waiting, clocks=[{**row, "reason": "补正通知书载明"}])
    clock = case.clocks["CORRECT"].data
    assert (clock["nominal"], clock["final"]) == ("2026-02-16", "2026-02-16"), "a day on paper is not moved, holiday or not"
    assert "补正通知书载明" in clock["working"] and "workdays" not in clock


def test_a_start_is_counted_as_the_pack_says_and_a_stop_is_kept(hubei: Bench) -> None:
    waiting = {**PREPARING, "state": "material_review"}
    row = {"paper_no": PREPARING["paper_no"], "clock": "DECIDE", "started_on": "2026-01-05", "paused_on": "2026-01-12"}
    case = one(hubei.pack, waiting, clocks=[row])
    clock = case.clocks["DECIDE"]
    assert (clock.status, clock.data["final"], clock.data["on"]) == ("paused", "2026-02-02", "2026-01-12")
    assert "20个工作日" in clock.data["working"]


def test_a_day_that_differs_from_the_computed_one_needs_a_reason_and_then_stands(hubei: Bench) -> None:
    waiting = {**PREPARING, "state": "correction_required"}
    row = {"paper_no": PREPARING["paper_no"], "clock": "CORRECT", "started_on": "2026-01-05", "last_day": "2026-01-30"}
    _, findings = taken(hubei.pack, sheet(waiting, clocks=[row]))
    assert [f.rule for f in findings] == ["TO-CLOCK"] and "2026年1月26日" in findings[0].zh
    case = one(hubei.pack, waiting, clocks=[{**row, "reason": "通知书印的是这一天"}])
    assert case.clocks["CORRECT"].data["final"] == "2026-01-30" and "应为2026-01-26" in case.clocks["CORRECT"].data["working"]


def test_what_was_issued_on_paper_is_known_with_number_and_service(hubei: Bench) -> None:
    paper = {"paper_no": PREPARING["paper_no"], "document": "task_book", "number": "HB-TB-2024-004", "issued_on": "2024-03-04", "delivered_on": "2024-03-08"}
    case = one(hubei.pack, PREPARING, papers=[paper])
    known = facts(hubei.pack, case)
    assert known["papers"]["task_book"]["number"] == "HB-TB-2024-004" and "task_book" in known["issued"]
    assert [p.status for p in case.papers.values()] == ["on_paper"]


def test_what_is_known_of_a_form_is_there_for_later_rules(hubei: Bench) -> None:
    rows = [("任务书编号", "x"), ("indicators[0].target", "3"), ("indicators[1].target", "4.5"), ("period_end", "2027年3月3日")][1:]
    known = [{"paper_no": PREPARING["paper_no"], "form": "task_book", "field": field, "value": value} for field, value in rows]
    case = one(hubei.pack, PREPARING, known=known)
    assert [str(row["target"]) for row in case.forms["task_book"]["indicators"]] == ["3", "4.5"]
    assert case.forms["task_book"]["period_end"] == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("change", "more", "rule", "path", "word"),
    [
        ({"state": "revoked"}, {}, "TO-STATE", "cases[0].state", "办结"),
        ({"state": "draft"}, {}, "TO-STATE", "cases[0].state", "环节"),
        ({"state_since": "2026-03-01"}, {}, "TO-DATE", "cases[0].state_since", "晚于今天"),
        ({"opened_on": "2025-01-01"}, {}, "TO-DATE", "cases[0].state_since", "早于"),
        ({"period_end": "2020-01-01"}, {}, "TO-DATE", "cases[0].period_end", "起日"),
        ({"owner": "没有的人"}, {}, "TO-OWNER", "cases[0].owner", "没有登记"),
        ({}, {"papers": [("task_book", "鄂市监量函〔2026〕1号")]}, "TO-NUMBER", "papers[0].number", "HB-CMC-2026-001"),
        ({}, {"papers": [("task_book", "HB-TB-2024-004"), ("task_book", "HB-TB-2024-4")]}, "TO-NUMBER", "papers[1].number", "HB-TB-2024-004"),
        ({}, {"known": [("task_book", "没有的栏目", "1")]}, "TO-FIELD", "known[0].field", "没有这个栏目"),
        ({}, {"known": [("task_book", "period_end", "下个月")]}, "TO-VALUE", "known[0].value", "不能是"),
        ({}, {"clocks": [{"clock": "PREP"}]}, "TO-CLOCK", "clocks[0].started_on", "没有填写"),
    ],
)  # fmt: skip
def test_each_bad_row_is_told_by_row_column_value_and_repair(hubei: Bench, change: Any, more: Any, rule: str, path: str, word: str) -> None:
    no = PREPARING["paper_no"]
    tables = {
        "papers": [{"paper_no": no, "document": d, "number": n, "issued_on": "2024-03-04"} for d, n in more.get("papers", ())],
        "known": [{"paper_no": no, "form": f, "field": k, "value": v} for f, k, v in more.get("known", ())],
        "clocks": [{"paper_no": no, **row} for row in more.get("clocks", ())],
    }
    _, findings = taken(hubei.pack, sheet({**PREPARING, **change}, **tables), {"鄂市监量函〔2026〕1号": "hubei.HB-CMC-2026-001"}, owners=frozenset({"测试申请人甲"}))
    assert [(f.rule, f.path) for f in findings] == [(rule, path)], [(f.rule, f.path, f.zh) for f in findings]
    assert word in findings[0].zh and findings[0].repair_zh and findings[0].place and findings[0].label in findings[0].place


def test_all_faults_of_a_table_are_told_at_once(hubei: Bench) -> None:
    _, findings = taken(hubei.pack, sheet({**PREPARING, "state": "revoked"}, {**WORKING, "state_since": "2030-01-01"}))
    assert [(f.rule, f.place.split(" · ")[0]) for f in findings] == [("TO-STATE", "案件 第1行"), ("TO-DATE", "案件 第2行")]


def test_numbers_on_paper_find_their_place_in_the_series(hubei: Bench) -> None:
    agency = hubei.pack.authority["agency_code"]
    for said in (f"{agency}函〔2025〕12号", f"{agency}函[2025] 12号", f"{agency}函（2025）12号"):
        assert number_key(hubei.pack, "letter", said) == (2025, 12, f"{agency}函〔2025〕12号")
    assert number_key(hubei.pack, "letter", "旧字第12号") == (0, 0, "旧字第12号")
    paper = {"paper_no": PREPARING["paper_no"], "document": "preparation_approval", "number": f"{agency}函[2025]12号", "issued_on": "2025-03-04"}
    raw = sheet(PREPARING, papers=[paper])
    verdict = check_form(hubei.pack, hubei.pack.forms["case_takeover"], raw, {}, RuleContext(enclosed={}, files=None, case=facts(hubei.pack, None), received_on=TODAY, today=TODAY))
    at = datetime(2026, 1, 16, 10, tzinfo=SHANGHAI)
    filing = Filing(id="t", form="case_takeover", version="1.0", jurisdiction="hubei", role="办理", owner="", data=verdict.data, enclosed={}, attachments=(), original="", name="", received_on=TODAY, received_at=at)
    cases, _ = examine(hubei.pack, filing, Seen(numbers={}, centres={}, owners=None, places={}, today=TODAY))
    claims = [claim for case, _ in cases for claim in claims_of(hubei.pack, case)]
    assert [(c.series, c.year, c.n, c.on_paper) for c in claims] == [("hubei/case", 2024, 7, True), ("hubei/letter", 2025, 12, True)]


def test_what_is_found_later_is_added_and_nothing_that_was_filed_here_is_touched(hubei: Bench) -> None:
    no = PREPARING["paper_no"]
    first = one(hubei.pack, PREPARING, known=[{"paper_no": no, "form": "task_book", "field": "indicators[0].target", "value": "3"}])
    rows = {
        "known": [{"paper_no": no, "form": "task_book", "field": "indicators[0].unit", "value": "项"}],
        "papers": [{"paper_no": no, "document": "task_book", "number": "HB-TB-2024-004", "issued_on": "2024-03-04"}],
    }
    found, findings = taken(hubei.pack, sheet(PREPARING, **rows), {no: f"hubei.{no}"}, cases={no: first})
    assert findings == [] and found[0].state == "in_preparation" and found[0].clocks == first.clocks
    assert {key: str(value) for key, value in found[0].forms["task_book"]["indicators"][0].items()} == {"target": "3", "unit": "项"}
    assert [p.number for p in found[0].papers.values()] == ["HB-TB-2024-004"] and found[0].application == first.application
    _, moved = taken(hubei.pack, sheet({**PREPARING, "state": "established"}, **rows), {no: f"hubei.{no}"}, cases={no: first})
    assert [(f.rule, f.path) for f in moved] == [("TO-STATE", "cases[0].state")] and "筹建中" in moved[0].zh
    _, strange = taken(hubei.pack, sheet(PREPARING), {no: f"hubei.{no}"})
    assert [f.rule for f in strange] == ["TO-NUMBER"], "a number of a case that was not taken over stays taken"


def test_what_was_issued_on_paper_is_voided_or_corrected_here_but_not_replaced(hubei: Bench) -> None:
    paper = {"paper_no": PREPARING["paper_no"], "document": "task_book", "number": "HB-TB-2024-004", "issued_on": "2024-03-04"}
    case, step = one(hubei.pack, PREPARING, papers=[paper]), hubei.pack.lifecycle.transitions["T99"]
    said = {str(step.data["mends"]): "HB-TB-2024-004"}
    assert [f.rule for f in unfit_replacement(case, step, {**said, "action": "replace"})] == ["MEND-PAPER"]
    assert unfit_replacement(case, step, {**said, "action": "void"}) == ()


def test_a_document_of_a_case_taken_over_is_drafted_with_blanks_for_what_is_unknown(hubei: Bench) -> None:
    """A template may speak of any form; what was never known is blank for the signing officer to see, and breaks nothing."""
    case = one(hubei.pack, PREPARING)
    at = datetime(2026, 1, 16, 10, tzinfo=SHANGHAI)
    filing = Filing(id="x", form="expert_team_form", version="1.0", jurisdiction="hubei", role="办理", owner="", data={}, enclosed={}, attachments=(), original="", name="", received_on=TODAY, received_at=at)
    made = context(hubei.pack, case, "expert_team_notice", "通知", (), filing, lambda rule: False)
    assert made["task_book"]["party_undertaker"]["name"] == "" and made["application"]["center_name"] == PREPARING["center_name"]


def test_both_packs_take_cases_over(chongqing: Bench) -> None:
    case = one(chongqing.pack, {**WORKING, "paper_no": "CQ-2022-1", "state_since": "2022-05-10"})
    assert {"ANNUAL", "RECHECK"} <= case.clocks.keys()


# --- years of operation after the takeover ---


def working_on(pack: Pack, **row: Any) -> DryCase:
    """An established centre that was taken over in January 2026, from then on a case like any other."""
    case = one(pack, {**WORKING, "uscc": "12420500CEXH00020C", "channel": "local_government", "opened_on": "2021-01-20", **row})
    return DryCase(pack, TODAY, events=list(case.history), case=case)


def filed(life: DryCase, form: str, **changes: Any) -> Decision:
    assert life.case is not None
    return life.file(form, play(life.pack, form, prefill(life.pack, life.case, life.pack.forms[form]), life.today, **changes))


def clock_of(life: DryCase, name: str) -> tuple[str, str]:
    assert life.case is not None
    return life.case.clocks[name].status, life.case.clocks[name].data["final"]


def steps_of(life: DryCase) -> list[tuple[str, str]]:
    assert life.case is not None
    return [(event.data["transition"], str(event.data.get("on") or event.at[:10])) for event in life.case.history if event.kind is Kind.MOVED]


def test_a_centre_taken_over_reports_in_november_and_has_done_its_duty(hubei: Bench) -> None:
    """HB-19.s1: T41, filed as any centre files it; the next year's window follows, with its ground."""
    life = working_on(hubei.pack)
    life.pass_until(date(2026, 11, 10))
    assert life.case is not None and any(e.kind is Kind.REMINDED and e.data["clock"] == "ANNUAL" for e in life.case.history)
    assert "annual_report" in {spec.code for _, spec in open_forms(life.pack, life.case)}
    decision = filed(life, "annual_report", year=2026)
    assert decision.answer.outcome is Outcome.RECORDED, [(f.rule, f.zh) for f in decision.answer.findings]
    assert steps_of(life) == [("T41", "2026-11-10")] and clock_of(life, "ANNUAL") == ("running", "2027-11-30")
    assert hubei.pack.cite_text("@annual_report") in life.case.clocks["ANNUAL"].data["working"]
    life.pass_until(date(2027, 1, 15))
    assert [name for name, _ in steps_of(life)] == ["T41"], "nothing is late"


def test_a_centre_taken_over_that_does_not_report_is_flagged_and_may_report_late(hubei: Bench) -> None:
    """HB-19.s1: T87 on the day after the window; no sanction by itself; the late report counts for its year and is told to be late."""
    life = working_on(hubei.pack)
    life.pass_until(date(2027, 1, 15))
    assert steps_of(life) == [("T87", "2026-12-01")]
    assert life.case is not None and life.case.state == "established" and clock_of(life, "ANNUAL") == ("running", "2027-11-30")
    decision = filed(life, "annual_report", year=2026)
    assert decision.answer.outcome is Outcome.RECORDED, [(f.rule, f.zh) for f in decision.answer.findings]
    assert any(f.path.startswith("year") or "逾期" in f.zh or "晚于" in f.zh for f in decision.answer.findings), [(f.rule, f.zh) for f in decision.answer.findings]
    assert clock_of(life, "ANNUAL") == ("running", "2027-11-30"), "the report of last year does not stand for this year's"
    life.pass_until(date(2027, 11, 8))
    assert filed(life, "annual_report", year=2027).answer.outcome is Outcome.RECORDED
    assert clock_of(life, "ANNUAL") == ("running", "2028-11-30")


def test_what_runs_out_in_a_case_taken_over_sets_off_what_it_does_in_any(hubei: Bench) -> None:
    """HB-13.p2s2: the preparation period of a paper case ends; it is overdue the day after, without anyone's filing."""
    case = one(hubei.pack, PREPARING)
    life = DryCase(hubei.pack, TODAY, events=list(case.history), case=case)
    life.pass_until(date(2027, 3, 10))
    assert life.case is not None and (life.case.state, steps_of(life)) == ("preparation_overdue", [("T18", "2027-03-04")])


def test_a_centre_taken_over_in_chongqing_is_assessed_and_a_missed_year_counts(chongqing: Bench) -> None:
    """CQ-7.1, CQ-7.2: T43, T44 after the takeover, driven by what is filed."""
    life = working_on(chongqing.pack, paper_no="CQ-2022-1", state_since="2022-05-10", channel=None)
    life.pass_until(date(2026, 12, 3))
    for form in ("annual_assessment_plan", "annual_assessment_result"):
        decision = filed(life, form, **(assessment_failed(prefill(life.pack, life.case, life.pack.forms[form])) if form.endswith("result") else {}))  # type: ignore[arg-type]
        assert decision.answer.outcome is Outcome.RECORDED, [(f.rule, f.zh) for f in decision.answer.findings]
        life.sign()
    assert life.case is not None and [name for name, _ in steps_of(life)] == ["T43", "T44"] and life.case.state == "established"
    assert life.case.forms["annual_assessment_result"]["failed_years"] == 1
