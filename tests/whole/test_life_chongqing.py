"""Ten years of one centre in Chongqing, and of a second one that never came to be: every paper real, the clock moved.

An application sent back by an officer and put right; approval and task book; a longer period by a decision of its own, since the
interpretation is silent; a failed examination, one rectification, establishment; yearly assessments, three of them failed; the
recheck at five years; a revocation. The second fails after its rectification, and a person decides on the text of the measure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.operators import assessment_failed, problems_found

from .looking import everything_is_sound
from .roads import Road
from .town import Town, copy_town

DISTRICT, MUNICIPAL = 0, 1
FAILED_YEARS = (2032, 2034, 2035)
TYPED = {"ground": "by_hand", "typed_basis": "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附扫描件。"}


def application(road: Road) -> None:
    """Formally in order, but an officer finds something missing; put right within the period (CQ-5)."""
    road.apply(MUNICIPAL)
    road.until(date(2026, 1, 20))
    missing = [{"item": "计量授权证书", "problem": "附件缺第2页", "requirement": "补齐缺页后重新提交", "basis": "申报材料"}]
    road.act("intake_decision", decision="correct", missing_items=missing)
    assert road.state == "correction_required"
    road.until(date(2026, 1, 27))
    road.apply(MUNICIPAL, demand_summary="测试：" + road.case.application["demand_summary"])
    road.until(date(2026, 1, 30))
    road.act("intake_decision")
    road.serve("acceptance_notice")
    assert road.state == "accepted"


def review(road: Road) -> None:
    """The team, the papers, the site; deliberation and task book (CQ-6.1)."""
    road.until(date(2026, 2, 3))
    road.do("expert_team_form")
    road.until(date(2026, 2, 9))
    road.act("material_review_record")
    road.act("preparation_review_report")
    road.until(date(2026, 2, 13))
    road.act("deliberation_minutes")
    road.do("task_book")
    for code in ("preparation_approval", "task_book"):
        road.serve(code)
    assert road.state == "in_preparation"


def preparation(road: Road) -> None:
    """A major event, and half a year more by a decision on typed text (CQ-6.2, A47)."""
    road.until(date(2027, 6, 15), every=30)
    event = {"kind": "equipment", "description": "测试单位实验室搬迁，主要设备停用两个月，已重新安排试验计划。", "effect": "不影响按期完成筹建任务。"}
    road.act("major_event_report", **event)
    road.until(date(2028, 10, 10), every=30)
    road.do("case_decision")
    road.serve("case_decision_notice")
    assert road.clock("PREP")["nominal"] == "2029-08-13"


def another(road: Road) -> None:
    """In the same office, a week later: a second centre, approved without trouble."""
    other = Road(road.town)
    road.until(date(2026, 2, 16))
    other.apply(DISTRICT)
    assert other.no != road.no
    other.to_accepted()
    other.to_deliberation()
    other.to_preparation()
    assert other.state == "in_preparation"


def another_fails(road: Road) -> None:
    """Below eighty twice; a person decides, on text typed in, after notice, defence and reply period (CQ-6.3a, A47)."""
    other = Road(road.town, next(case.no for case in road.town.cases() if case.no != road.no))
    other.until(date(2028, 11, 10))
    other.hand_in()
    other.to_examination()
    other.examine("30")
    other.serve("rectification_opinion")
    other.until(date.fromisoformat(other.clock("RECT1")["final"]) + timedelta(days=1))
    assert other.state == "team_recheck" and "T75" in other.driven(), "the period ended without a report"
    other.examine("25", "team_recheck")
    assert other.state == "examination_failed"
    found = "测试事实：现场考核得分70.00分，限期整改后复核得分75.00分，仍低于合格线，现场考核结论为不合格。"
    why = "测试理由：经限期整改仍不合格，筹建任务没有达到任务书确定的考核指标。"
    evidence = [{"no": 1, "title": "验收报告和限期整改意见书", "proves": "两次评分和整改情况"}]
    other.do("prior_notice_form", intended="cancel_preparation", unfinished=None, facts=found, reasons=why, evidence=evidence, **TYPED)
    other.serve("revocation_prior_notice")
    other.act("statement_of_defence")
    other.until(date(2029, 3, 8))
    points = [{"point": "设备已到货", "checked": "考核时设备尚未建标", "taken": "no", "why": "不影响考核结论"}]
    other.do("preparation_cancellation", defence_filed=True, defence_points=points)
    assert other.state == "preparation_terminated"
    other.serve("preparation_cancellation_decision")


def acceptance(road: Road) -> None:
    """A first team below eighty, three months, and a recheck that is passed (CQ-6.3a)."""
    road.until(date(2029, 4, 9), every=30)
    road.hand_in()
    road.act("acceptance_intake")
    road.until(date(2029, 4, 23))
    road.act("preliminary_review")
    road.act("expert_candidates")
    road.do("expert_team_form")
    road.until(date(2029, 5, 10))
    road.act("sampling_list")
    road.examine("20.05")
    road.serve("rectification_opinion")
    road.until(date(2029, 8, 1), every=30)
    road.act("rectification_report")
    road.until(date(2029, 8, 13))
    road.examine("12", "team_recheck")
    assert road.state == "deliberation_establishment"


def establishment(road: Road) -> None:
    """The name loses its suffix (CQ-6.3b)."""
    road.until(date(2029, 9, 3))
    road.do("establishment_minutes")
    road.serve("establishment_approval")
    approval = road.paper("establishment_approval")
    assert road.state == "established" and "（筹）" not in approval.title
    assert road.clock("RECHECK")["nominal"] == "2034-09-03"


def years(road: Road) -> None:
    """An assessment each year, three of them failed; reports, changes, an inspection, and the recheck at five years (CQ-7.1)."""
    for year in range(2030, 2035):
        {2031: inspection, 2033: change, 2034: recheck}.get(year, lambda road: None)(road)
        assessed(road, year, fails=year in FAILED_YEARS)
        assert road.state == "established"
    assert road.case.forms["annual_assessment_result"]["failed_years"] == 2


def assessed(road: Road, year: int, fails: bool) -> None:
    road.until(date(year, 11, 20), every=30)
    road.act("annual_report", figures_reason="测试：业务逐年增长。")
    road.do("annual_assessment_plan")
    road.serve("annual_assessment_notice")
    road.until(date(year, 12, 11))
    result: dict[str, Any] = assessment_failed(road.values("annual_assessment_result")) if fails else {}
    road.do("annual_assessment_result", **result)
    road.serve("annual_assessment_result")


def inspection(road: Road) -> None:
    road.until(date(2031, 5, 8), every=30)
    road.act("daily_supervision_record", bureau_kind="supervisor")
    road.do("inspection_plan")
    road.do("inspection_record", **problems_found(road.town.pack, road.today))
    road.serve("operation_rectification_notice")
    road.until(date(2031, 7, 22))
    road.act("operation_rectification_report")
    road.do("rectification_verification")
    assert road.state == "established"


def change(road: Road) -> None:
    road.until(date(2033, 4, 12), every=30)
    road.act("change_report", kind="premises")


def recheck(road: Road) -> None:
    road.until(date(2034, 8, 1), every=30)
    road.do("recheck_plan", date_from=date(2034, 8, 29), date_to=date(2034, 8, 29))
    road.until(date(2034, 8, 15))
    road.act("recheck_self_report")
    road.until(date(2034, 8, 29))
    road.do("recheck_report")
    assert road.state == "established" and road.clock("RECHECK")["nominal"] == "2039-08-29"


def third_failed_year(road: Road) -> None:
    """The third failed year opens the revocation; no defence, ten working days, a decision (CQ-7.2, A49)."""
    road.until(date(2035, 11, 20), every=30)
    road.act("annual_report")
    road.do("annual_assessment_plan")
    road.until(date(2035, 12, 11))
    road.do("annual_assessment_result", **assessment_failed(road.values("annual_assessment_result")))
    assert road.state == "revocation_pending"
    road.serve("center_prior_notice")
    road.until(date(2036, 1, 8))
    road.do("revocation_deliberation", facts="测试：2032年度、2034年度、2035年度考核结果均为未完成，累计3年未完成年度任务考核。")
    assert road.state == "revoked"
    road.serve("center_revocation_decision")


LIFE: tuple[Callable[[Road], None], ...] = (
    application, review, another, preparation, another_fails, acceptance, establishment, years, third_failed_year,
)  # fmt: skip


@pytest.mark.slow
def test_ten_years_of_one_centre_and_two_of_another(tmp_path: Path, empty_town: Town) -> None:
    town = copy_town(empty_town, tmp_path / "office")
    town.jurisdiction = "chongqing"
    road = Road(town)
    for chapter in LIFE:
        chapter(road)
    town.later(days=40)
    town.sweep()
    everything_is_sound(town)
    assert all(clock.status not in ("running", "paused") for case in town.cases() for clock in case.clocks.values())
    town.close()
