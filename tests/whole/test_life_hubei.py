"""Ten years of one centre in Hubei, from the first paper dropped to the revocation served: every paper real, the clock moved.

A joint application put right; experts drawn by lot; approval and task book; a change of lead; an extension; an acceptance put
right; a failed examination and both rectifications; establishment; annual reports, one of them late; changes, supervision,
inspection and rectification; the recheck at five years; a revocation after notice and reply.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.cases.events import Kind
from pipeline.demo.operators import problems_found
from pipeline.law.dates import add_months

from .looking import everything_is_sound
from .roads import Road
from .town import Town, copy_town

NEW_LEAD = {"new_lead_name": "武汉测试能源有限公司", "new_lead_uscc": "91420100CEXH0008XJ"}
NEW_HOST = "武汉测试能源计量研究有限公司"
LATE_YEAR = 2031


def application(road: Road) -> None:
    """January 2026: handed in with a sum that does not add up, put right within the week (HB-08, HB-09)."""
    road.apply(1, want="correction", total_budget="1.00")
    road.until(date(2026, 1, 22))
    assert road.clock("CORRECT")["status"] == "running"
    road.apply(1)
    assert road.state == "submitted" and road.clock("INTAKE")["status"] == "running"
    road.until(date(2026, 1, 26))
    road.act("intake_decision")
    assert road.state == "accepted"
    road.serve("acceptance_notice")


def review(road: Road) -> None:
    """Experts by lot, the team, the papers, the site, the deliberation (HB-10)."""
    road.until(date(2026, 1, 28))
    road.act("expert_candidates")
    road.do("expert_team_form")
    road.until(date(2026, 2, 3))
    road.act("material_review_record")
    road.until(date(2026, 2, 6))
    road.act("preparation_review_report")
    road.until(date(2026, 2, 10))
    road.act("deliberation_minutes")
    road.until(date(2026, 2, 12))
    road.do("task_book")
    for code in ("preparation_approval", "task_book"):
        road.serve(code)
    parties = road.case.forms["task_book"]["signatures"]
    assert {row["party"] for row in parties} == {"undertaker", "member"} and all(row["sealed"] for row in parties)
    assert road.state == "in_preparation"


def change_of_lead(road: Road) -> None:
    """A major event of a joint preparation: reported, deliberated, approved; the period stays (HB-11.s2)."""
    road.until(date(2026, 9, 15), every=30)
    end = road.clock("PREP")["final"]
    road.act("major_event_report")
    road.until(date(2026, 9, 28))
    road.do("major_event_decision", **NEW_LEAD, members=[{"name": name, "agrees": True} for name in ("湖北测试计量研究院", NEW_LEAD["new_lead_name"])])
    road.serve("major_event_reply")
    assert road.clock("PREP")["final"] == end
    assert road.case.application["applicant"]["name"] == NEW_LEAD["new_lead_name"], "forms and papers speak of the new lead from now on"


def extension(road: Road) -> None:
    """Asked three months before the end, granted for half a year (HB-13)."""
    road.until(date(2028, 10, 16), every=30)
    road.act("extension_application")
    assert road.clock("PREP")["status"] == "paused"
    road.until(date(2028, 10, 30))
    road.do("extension_decision")
    road.serve("extension_reply")
    assert road.state == "in_preparation" and road.clock("PREP")["nominal"] == "2029-08-10"


def acceptance(road: Road) -> None:
    """Applied for with a paper missing, put right, found ready, a team drawn by lot (HB-12, HB-14)."""
    road.until(date(2029, 4, 9), every=30)
    road.hand_in(without="preparation_summary_report", want="correction")
    assert road.state == "acceptance_correction_required"
    road.until(date(2029, 4, 16))
    road.hand_in()
    road.act("acceptance_intake")
    road.until(date(2029, 4, 24))
    road.act("preliminary_review")
    road.act("expert_candidates")
    road.do("expert_team_form")
    assert road.state == "acceptance_examination"


def failed_examination(road: Road) -> None:
    """Below eighty; three months by the team, still below; a notice of a year, and a second examination that is passed (HB-15 to HB-17)."""
    road.until(date(2029, 5, 10))
    road.act("sampling_list")
    road.examine("21")
    assert road.state == "team_rectification"
    road.until(date(2029, 5, 14))
    road.serve("rectification_opinion")
    assert road.clock("RECT1")["nominal"] == "2029-08-14"
    road.until(date(2029, 8, 6), every=30)
    road.act("rectification_report")
    road.until(date(2029, 8, 20))
    road.examine("20.05", "team_recheck")
    assert road.state == "examination_failed"
    road.until(date(2029, 9, 3))
    road.do("rectification_notice", due=add_months(road.today, 9))
    road.serve("rectification_notice")
    road.until(date(2030, 4, 15), every=30)
    road.act("rectification_report")
    assert road.state == "reexamination"
    road.until(date(2030, 5, 6))
    road.do("expert_team_form")
    road.examine("13.5", "reexamination")
    assert road.state == "deliberation_establishment"


def establishment(road: Road) -> None:
    """Deliberated and approved; the name loses its suffix, the centre stands in the register (HB-18)."""
    road.until(date(2030, 5, 20))
    road.do("establishment_minutes")
    road.serve("establishment_approval")
    case = road.case
    approval = road.paper("establishment_approval")
    assert case.state == "established" and "（筹）" not in approval.title
    assert road.paper("center_register_entry").number and road.clock("RECHECK")["nominal"] == "2035-05-20"


def years(road: Road) -> None:
    """Reports each November, one of them late after a reminder; changes, supervision, an inspection and its rectification (HB-19 to HB-22)."""
    for year in range(2030, 2035):
        {2031: change_of_equipment, 2032: new_legal_person, 2033: inspection, 2034: supervision}.get(year, lambda road: None)(road)
        road.until(date(year, 11, 12), every=30)
        if year == LATE_YEAR:
            late_report(road)
        else:
            road.act("annual_report", figures_reason="测试：业务逐年增长。")
        assert road.clock("ANNUAL")["nominal"] == f"{year + 1}-11-30"


def late_report(road: Road) -> None:
    """Nothing by the end of November: on record, reminded by an officer, reported in December; nobody is punished (A37)."""
    road.until(date(LATE_YEAR, 12, 3))
    assert "T87" in road.driven() and road.clock("ANNUAL")["nominal"] == f"{LATE_YEAR + 1}-11-30"
    road.slip("urging_slip", to_role="申报", text="年度工作总结报告已逾期，请尽快报送。", asked_by="测试承办人", asked_on=road.today)
    road.until(date(LATE_YEAR, 12, 10))
    told = road.act("annual_report", figures_reason="测试：业务逐年增长。")
    assert "AR02" in told.rules


def change_of_equipment(road: Road) -> None:
    road.until(date(2031, 5, 12), every=30)
    road.act("change_report")


def new_legal_person(road: Road) -> None:
    """A new legal person reopens the check of HB-07.1."""
    road.until(date(2032, 4, 6), every=30)
    uscc = road.case.application["applicant"]["uscc"]
    road.act(
        "change_report", kind="legal_person", legal_person_scope="unit", new_name=NEW_HOST, new_uscc=uscc, new_representative="李测试",
        legal_person_file="法人证书.pdf", independence="测试：独立设置，独立公正开展工作。",
    )  # fmt: skip
    road.until(date(2032, 4, 20))
    road.act("legal_person_check")
    assert road.clock("LEGAL_PERSON")["status"] == "stopped"
    assert road.case.application["applicant"]["name"] == NEW_HOST


def inspection(road: Road) -> None:
    """An inspection that finds something; rectified and verified (HB-22)."""
    road.until(date(2033, 6, 7), every=30)
    road.do("inspection_plan")
    road.serve("inspection_notice")
    road.until(date(2033, 6, 14))
    road.do("inspection_record", **problems_found(road.town.pack, road.today))
    assert road.state == "operation_rectification" and road.clock("RECT3")["nominal"] == "2033-09-14"
    road.serve("operation_rectification_notice")
    road.until(date(2033, 8, 22), every=30)
    road.act("operation_rectification_report")
    road.until(date(2033, 9, 5))
    road.do("rectification_verification")
    assert road.state == "established"


def supervision(road: Road) -> None:
    """Daily supervision finds something, urges, and follows up (HB-21)."""
    road.until(date(2034, 3, 8), every=30)
    road.act("daily_supervision_record", problem_found=True, urged="测试：一周内补齐3份证书的原始记录并报告。", follow_up_on=date(2034, 3, 15))
    road.until(date(2034, 3, 15))
    road.act("daily_supervision_record", finding="测试：原始记录已补齐，整改到位。", followed_up="测试：3份原始记录全部补齐。")


def recheck(road: Road) -> None:
    """Five years on (HB-23)."""
    road.until(date(2035, 4, 9), every=30)
    road.do("recheck_plan", date_from=date(2035, 5, 8), date_to=date(2035, 5, 8))
    road.serve("recheck_notice")
    road.until(date(2035, 4, 20))
    road.act("recheck_self_report")
    road.until(date(2035, 5, 8))
    road.do("recheck_report")
    assert road.state == "established" and road.clock("RECHECK")["nominal"] == "2040-05-08"
    road.until(date(2035, 11, 12), every=30)
    road.act("annual_report")


def a_seal_runs_out(road: Road) -> None:
    """A serious violation is found by a person (HB-20); the seal's certificate would have ended by now and was replaced in time."""
    road.until(date(2036, 2, 18), every=30)
    road.do("penalty_record")
    assert road.town.engine.failed() == () and road.state == "revocation_pending"
    notice = road.paper("center_prior_notice")
    seals = {e.data["id"]: e.data["seal"] for e in road.case.history if e.kind is Kind.SEALED}
    assert notice.status == "sealed" and seals[notice.id] == "hubei-official-2"
    assert seals[road.paper("preparation_approval").id] == "hubei-official", "what was sealed before keeps its seal"
    former = next(seal for seal in road.town.desk.keys.register if seal.id == "hubei-official")
    assert former.retired_on < former.until < notice.date


def revocation(road: Road) -> None:
    """Notice, service, defence, ten working days, deliberation, decision, service (HB-24)."""
    road.serve("center_prior_notice")
    until = date.fromisoformat(road.clock("REPLY")["final"])
    road.until(date(2036, 2, 22))
    road.act("statement_of_defence")
    road.until(until)
    heard = {"defence_received": True, "defence_handled": "测试：经复核，申辩所述设备和人员情况与查明事实不符，意见不予采纳。"}
    early = road.act("revocation_deliberation", want="refused", **heard)
    assert "T59-REPLY" in early.rules, "the last day is still the party's"
    road.until(date(2036, 3, 10))
    road.do("revocation_deliberation", **heard)
    assert road.state == "revoked"
    road.serve("center_revocation_decision")


LIFE: tuple[Callable[[Road], None], ...] = (
    application, review, change_of_lead, extension, acceptance, failed_examination, establishment, years, recheck, a_seal_runs_out, revocation,
)  # fmt: skip


@pytest.mark.slow
def test_ten_years_of_one_centre(tmp_path: Path, empty_town: Town) -> None:
    town = copy_town(empty_town, tmp_path / "office")
    road = Road(town)
    for chapter in LIFE:
        chapter(road)
    town.later(days=40)
    town.sweep()
    everything_is_sound(town)
    assert all(clock.status not in ("running", "paused") for clock in road.case.clocks.values())
    town.close()
