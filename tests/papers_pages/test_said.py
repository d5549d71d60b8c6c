"""What a document says follows from the case: leader first, its own units, remedies only against what burdens, all that came in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.papers.gate import docx_text
from pipeline.papers.render import Template
from pipeline.papers.templates.build import build_template
from pipeline.papers.wording import short_place

from .sample import NAME, REMEDY, context


def said(name: str, **changed: Any) -> str:
    """The text of a document whose sample is changed at some top-level names."""
    told = context(name)
    for key, value in changed.items():
        told[key] = {**told[key], **value} if isinstance(value, dict) else value
    return docx_text(Template.load(build_template(f"{name}.docx", NAME), name).render(told))


@pytest.mark.parametrize("name", ["expert_team_notice", "acceptance_team_notice"])
def test_a_leader_drawn_last_stands_first(name: str) -> None:
    members = context(name)["expert_team_form"]["members"]
    rest = [{**m, "role": "member"} for m in members[1:]]
    told = said(name, expert_team_form={"members": [*rest, {**members[0], "role": "leader"}]})
    assert f"1组长{members[0]['name']}" in told
    assert [told.index(m["name"]) for m in rest] == sorted(told.index(m["name"]) for m in rest), "the others stay in the order drawn"


@pytest.mark.parametrize(("name", "form"), [("preparation_review_report", "preparation_review_report"), ("acceptance_report", "acceptance_report")])
def test_a_report_names_its_leader_first(name: str, form: str) -> None:
    team = context(name)[form]["team"]
    last = team[-1]["name"]
    told = said(name, **{form: {"team": team, "leader": last}})
    assert f"1{last}(组长)" in told


def test_the_register_lists_no_unit_as_its_own_partner() -> None:
    """After a change of lead, a member of the task book is the unit itself."""
    before = said("center_register_entry")
    assert "联合建设单位测试联合检测有限公司" in before and "中心负责人测试主任" in before
    after = said("center_register_entry", case={"applicant": "测试联合检测有限公司"})
    assert "依托单位测试联合检测有限公司" in after and "联合建设单位无" in after
    assert "中心负责人—" in after and "通信地址—" in after, "the director and the address of the unit before are not those of this one"


@pytest.mark.parametrize(
    ("matter", "decision", "told"), [("extension", "agree", False), ("extension", "refuse", True), ("overdue", "agree", True), ("other", "agree", True)]
)
def test_remedies_are_told_against_what_burdens(matter: str, decision: str, told: bool) -> None:
    """行政复议法第十七条, 行政诉讼法第四十五条: who is burdened is told what can be done; who gets what was asked for has nothing to contest."""
    text = said("case_decision_notice", doc={"remedy": REMEDY}, case_decision={"matter": matter, "decision": decision})
    assert ("行政复议" in text) is told


def test_a_deadline_of_a_single_decision_is_told() -> None:
    """The party learns the day that the office reminds of, for what it is, and how it was counted; the day of an extension is another."""
    text = said("case_decision_notice")
    assert "五、期限。上述决定要求你单位办理的事项,请于2028年10月8日前(含当日)完成。此前函告的期限不再适用。期限的依据和算法:由负责人酌定,自本函签发之日起30日。" in text
    assert "此前" not in said("case_decision_notice", case_decision={"earlier_deadline": ""})
    extended = {"matter": "extension", "new_end": date(2029, 9, 12), "earlier_deadline": "", "deadline": None, "deadline_basis": ""}
    text = said("case_decision_notice", case_decision=extended)
    assert "筹建期延长至2029年9月12日。" in text and "期限的依据" not in text


def test_a_receipt_lists_the_forms_that_came_along() -> None:
    opened = {"form": "acceptance_application", "title": "验收考核申请表", "enclosed": ["筹建工作总结报告", "能力后续建设规划"], "files": [{"name": "附件/01证明.pdf", "pages": 3}]}
    text = said("receipt_record", filing=opened)
    assert "1验收考核申请表——2筹建工作总结报告——3能力后续建设规划——4附件3附件/01证明.pdf" in text
    opening = said("receipt_record", filing={"form": "application_form", "title": "申报书", "enclosed": []})
    assert "1申报书——2法人证书2" in opening


def test_a_draw_is_dated_by_the_day_here() -> None:
    """A token of 23:30 UTC was taken in the morning of the next day."""
    draw = context("draw_minutes")["draw"]
    text = said("draw_minutes", draw={**draw, "token_time": "2029-04-22T23:30:52+00:00"})
    assert "2029年4月23日,本局为" in text and "2029年4月23日7时30分52秒(北京时间)" in text


def test_nobody_excluded_is_not_counted() -> None:
    assert "其中0" not in said("draw_minutes", draw={"excluded": []})


@pytest.mark.parametrize(
    ("place", "named", "told"),
    [
        ("六、计划 · 预算总额；六、计划 · 资金来源", "预算总额、资金来源", "六、计划"),
        ("六、计划 · 预算总额；六、计划 · 资金来源", "经费", "六、计划 · 预算总额、资金来源"),
        ("六、计划 · 预算总额；七、其他 · 附件", "预算总额、附件", "六、计划 · 预算总额；七、其他 · 附件"),
        ("附件清单", "调研报告", "附件清单"),
        ("", "", ""),
    ],
)
def test_a_place_does_not_say_the_name_again(place: str, named: str, told: str) -> None:
    assert short_place(place, named) == told


def test_a_correction_names_the_section_of_a_field() -> None:
    assert "预算总额(位置:六、建设目标与筹建计划)" in said("correction_notice")
