"""What a clerk is told about a form: rule, field, value, place, article, repair; all of it at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.check import RuleContext, check_form
from pipeline.law.pack import Pack
from pipeline.model import Severity

from .conftest import DAY, RIGHT, Check


def _told(verdict: Any) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in verdict.findings}


def test_a_right_form_is_ok_and_its_data_are_normal(check: Check) -> None:
    verdict = check()
    assert verdict.findings == ()
    assert verdict.ok
    assert verdict.data["application_date"] == date(2026, 3, 1)
    assert verdict.data["total_budget"] == Decimal("1280.45")
    assert verdict.data["channel"] == "direct"
    assert verdict.data["service_fields"] == ["power"]
    assert verdict.data["is_joint"] is False
    assert verdict.data["large"] is True
    assert "evidence" not in verdict.data


@pytest.mark.parametrize(
    ("changes", "rule", "path"),
    [
        ({"center_name": ""}, "FIELD-REQUIRED", "center_name"),
        ({"center_name": "甲乙中心"}, "FIELD-PATTERN", "center_name"),
        ({"demand_summary": "需" * 201}, "FIELD-LENGTH", "demand_summary"),
        ({"application_date": "2026年2月30日"}, "FIELD-UNREADABLE", "application_date"),
        ({"channel": "飞鸽"}, "FIELD-OPTION", "channel"),
        ({"applicant__uscc": "12990000MA00T00132"}, "FIELD-USCC", "applicant.uscc"),
        ({"applicant__uscc": "1299"}, "FIELD-USCC", "applicant.uscc"),
        ({"applicant__uscc": "12990000MA00T00144"}, "FIELD-USCC-ORG", "applicant.uscc"),
        ({"applicant__region_code": "990199"}, "FIELD-REGION", "applicant.region_code"),
        ({"applicant__region_code": "99010"}, "FIELD-REGION", "applicant.region_code"),
        ({"applicant__region_code": "990102"}, "FIELD-REGION-OLD", "applicant.region_code"),
        ({"applicant__legal_representative": {"name": "张测试", "phone": "12"}}, "FIELD-FORMAT", "applicant.legal_representative.phone"),
        ({"contact_email": "a@"}, "FIELD-FORMAT", "contact_email"),
        ({"is_joint": None}, "FIELD-REQUIRED", "is_joint"),
        ({"is_joint": "也许"}, "FIELD-UNREADABLE", "is_joint"),
        ({"service_fields": "电力、水泥"}, "FIELD-OPTION", "service_fields"),
        ({"tasks": []}, "FIELD-REQUIRED", "tasks"),
        ({"tasks": [{"no": "", "target": ""}]}, "FIELD-REQUIRED", "tasks"),
        ({"tasks": [{"no": "T1"}, {"target": "3"}]}, "FIELD-REQUIRED", "tasks[1].no"),
        ({"tasks": [{"no": "T1", "target": "-1"}]}, "FIELD-RANGE", "tasks[0].target"),
        ({"tasks": [{"no": "T1", "target": "许多"}]}, "FIELD-UNREADABLE", "tasks[0].target"),
        ({"tasks": "T1"}, "FIELD-UNREADABLE", "tasks"),
        ({"applicant": "测试计量院"}, "FIELD-UNREADABLE", "applicant"),
        ({"total_budget": "1280.455"}, "FIELD-PLACES", "total_budget"),
        ({"total_budget": "1280.46"}, "S01", "total_budget"),
        ({"demand_summary": "需求"}, "S02", "demand_summary"),
        ({"evidence": "没有.pdf"}, "FIELD-FILE", "evidence"),
        ({"nonsense": "x"}, "FIELD-UNKNOWN", "nonsense"),
    ],
)  # fmt: skip
def test_one_fault_one_finding(check: Check, changes: dict[str, Any], rule: str, path: str) -> None:
    verdict = check(**changes)
    assert _told(verdict) == {(rule, path)}
    (finding,) = verdict.findings
    assert finding.zh
    assert finding.en
    assert finding.cite
    assert finding.repair_zh or rule == "S02"
    assert verdict.ok is (rule in ("FIELD-REGION-OLD", "FIELD-USCC-ORG", "FIELD-UNKNOWN", "S02"))


def test_all_findings_come_at_once(check: Check) -> None:
    verdict = check(center_name="", applicant__uscc="错", tasks=[{"no": "T1", "target": "x"}, {"target": "2"}], total_budget="1", contact_email="?")
    assert _told(verdict) == {
        ("FIELD-REQUIRED", "center_name"), ("FIELD-USCC", "applicant.uscc"), ("FIELD-UNREADABLE", "tasks[0].target"),
        ("FIELD-REQUIRED", "tasks[1].no"), ("S01", "total_budget"), ("FIELD-FORMAT", "contact_email"),
    }  # fmt: skip


def test_an_empty_form_names_every_required_field(check: Check) -> None:
    verdict = check(raw={})
    assert {finding.path for finding in verdict.errors} >= {"center_name", "applicant.name", "applicant.legal_representative.name", "tasks", "total_budget"}
    assert all(finding.rule == "FIELD-REQUIRED" for finding in verdict.errors)


def test_a_finding_tells_label_value_place_article_and_repair(check: Check) -> None:
    verdict = check(places={"tasks[1].target": "二、计划 · 任务 第2行"}, tasks=[{"no": "T1"}, {"no": "T2", "target": "五台"}])
    (finding,) = verdict.findings
    assert finding.label == "任务（第2行）·目标值"
    assert finding.value == "五台"
    assert finding.place == "二、计划 · 任务 第2行"
    assert finding.cite == "《测试办法》第一条"
    assert finding.zh == "“任务（第2行）·目标值”所填的“五台”不是数字，或者大得不合理。"
    assert "Tasks (row 2) / Target" in finding.en
    assert finding.repair_zh == "请只填写数字（单位：台），小数点用“.”"


def test_a_place_is_taken_from_what_holds_the_field_else_its_section(check: Check) -> None:
    assert check(places={"applicant": "第1页 表1"}, applicant__uscc="").findings[0].place == "第1页 表1"
    assert check(applicant__uscc="").findings[0].place == "一、基本情况"


def test_rows_are_numbered_as_on_paper(check: Check) -> None:
    verdict = check(tasks=[{"no": "", "target": ""}, {"no": "T1"}, {}, {"target": "-2", "no": "T3"}])
    assert [finding.path for finding in verdict.findings] == ["tasks[3].target"]
    assert "第4行" in verdict.findings[0].label
    assert len(verdict.data["tasks"]) == 2


def test_the_forms_own_repair_wins(check: Check) -> None:
    assert check(center_name="").findings[0].repair_zh == "写明全称"


def test_a_rule_says_its_own_words(check: Check) -> None:
    (finding,) = check(total_budget="1").findings
    assert (finding.zh, finding.en, finding.cite, finding.repair_zh) == ("预算合计与总额不一致", "The rows do not add up to the total", "类推：同类表格", "核对各行金额")
    assert finding.label == "预算总额、预算"
    assert finding.value == "预算总额：1.00"


def test_a_rule_over_an_unreadable_field_is_silent(check: Check) -> None:
    assert _told(check(total_budget="许多")) == {("FIELD-UNREADABLE", "total_budget")}
    assert _told(check(budget=[{"item": "设备", "amount": "?"}])) == {("FIELD-UNREADABLE", "budget[0].amount")}


def test_a_rule_that_cannot_be_asked_is_not_run(small: Pack) -> None:
    spec = small.forms["application_form"]
    from dataclasses import replace

    from pipeline.law.forms import Rule

    late = Rule(id="S09", rule="case.forms.decision_form.decision == 'accept'", at=("center_name",), cite="@application", zh="须已受理", en="must be accepted")
    broken = Rule(id="S10", rule="form.center_name ==", cite="@application", zh="坏", en="broken")
    verdict = check_form(small, replace(spec, rules=(late, broken)), RIGHT, {}, RuleContext(received_on=DAY, today=DAY))
    assert [(finding.rule, finding.severity) for finding in verdict.findings] == [("S09", Severity.NOT_RUN), ("S10", Severity.NOT_RUN)]
    assert "decision_form" in verdict.findings[0].zh
    assert verdict.ok


@pytest.mark.parametrize("written", ["附件/证明（一）.pdf", "证明（一）.pdf", "证明(一).PDF", "附件\\证明（一）.pdf"])
def test_a_file_is_found_as_people_write_its_name(check: Check, written: str) -> None:
    verdict = check(evidence=written, files=[{"name": "附件/证明（一）.pdf", "format": "pdf", "pages": 1, "size": 1}])
    assert verdict.findings == ()
    assert verdict.data["evidence"] == "附件/证明（一）.pdf"


def test_a_name_that_could_mean_two_files_is_not_guessed(check: Check) -> None:
    verdict = check(evidence="a.pdf", files=[{"name": "x/a.pdf"}, {"name": "y/a.pdf"}])
    assert _told(verdict) == {("FIELD-FILE", "evidence")}


def test_files_nobody_knows_are_not_checked(check: Check) -> None:
    assert check(evidence="a.pdf", files=None).findings == ()


def test_what_is_computed_cannot_be_typed(check: Check) -> None:
    verdict = check(large=False)
    assert _told(verdict) == {("FIELD-COMPUTED", "large")}
    assert verdict.data["large"] is True


_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(max_size=5)
_ANY = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)
_FORM = st.dictionaries(st.sampled_from([*RIGHT, "evidence", "contact_email", "demand_summary", "?"]), _ANY | st.sampled_from(list(RIGHT.values())), max_size=14)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(_FORM, _ANY))
def test_whatever_is_handed_in_gets_a_verdict(small: Pack, raw: Any) -> None:
    verdict = check_form(small, small.forms["application_form"], raw, {}, RuleContext(received_on=DAY, today=DAY))
    for finding in verdict.findings:
        assert finding.rule
        assert finding.zh
        assert finding.en
    if not isinstance(raw, dict) or not raw.get("center_name"):
        assert not verdict.ok


def test_nesting_without_end_gets_a_verdict(check: Check) -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [{"tasks": deep}]
    assert not check(tasks=deep, center_name=deep).ok
