"""Roads through the folder door that take every transition of a pack at least once, with real forms.

A stage is an office in which one case stands at a certain point; it is made once, from the stage before it, and copied for each
road that starts there. A road names the transitions it has to take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.demo.operators import assessment_failed, evidence, problems_found, recheck_failed, verification_failed
from pipeline.demo.players import EXPERTS, play
from pipeline.desk.people import add_person
from pipeline.desk.picture import prefill
from pipeline.office import Person, load_office
from pipeline.papers.forms import fill_docx

from .roads import Road, owner_of
from .town import Town, copy_town

Walk = Callable[[Road], None]
TYPED = "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附扫描件。"
BACK = {"decision": "return", "return_code": "withdrawn", "reason": "单位书面撤回验收申请，退回申请材料。"}
NOT_READY = "任务书两项考核指标没有佐证材料，尚不能组织现场考核，请补齐后再申请。"
LETTER = {"reason": "测试单位因内部调整不再继续。", "understood": True, "signer": "张测试", "sealed": True, "sponsor_informed": True}


@dataclass
class Stages:
    """The offices of one pack, by where their one case stands; each made when first asked for."""

    empty: Town
    jurisdiction: str
    root: Path
    made: dict[str, Road] = field(default_factory=dict)

    def at(self, name: str) -> Road:
        """The case of a stage, in its own office that nobody moves on."""
        if name not in self.made:
            before, walk = STAGES[name]
            road = self.copied(before, self.root / name)
            walk(road)
            self.made[name] = road
        return self.made[name]

    def copied(self, name: str, root: Path) -> Road:
        """The same in an office of its own."""
        source = self.at(name) if name else Road(self.empty)
        town = copy_town(source.town, root)
        town.jurisdiction = self.jurisdiction
        return Road(town, source.no)


# --- stages -----------------------------------------------------------------------------------------------------


def _submitted(road: Road) -> None:
    """In Hubei a joint application, so that its lead can change."""
    road.apply(1)


def _team(road: Road) -> None:
    road.do("expert_team_form")


def _reviewed(road: Road) -> None:
    road.act("material_review_record")
    road.act("preparation_review_report")


def _examining(road: Road) -> None:
    road.until(date(2028, 6, 1))
    road.hand_in()
    road.to_examination()


def _passed(road: Road) -> None:
    road.examine("13.5")


def _established(road: Road) -> None:
    road.do("establishment_minutes")


def _rectifying(road: Road) -> None:
    road.examine("21")
    road.serve("rectification_opinion")


def _failed(road: Road) -> None:
    road.act("rectification_report")
    road.examine("20.5", "team_recheck")


def _overdue(road: Road) -> None:
    """By itself where the text says so, else found so by a person."""
    road.until(date.fromisoformat(road.clock("PREP")["final"]) + timedelta(days=1))
    if road.state == "in_preparation":
        road.do("case_decision", matter="overdue", new_end=None, decision_text="认定筹建逾期，启动处理程序。")
    assert road.state == "preparation_overdue"


STAGES: dict[str, tuple[str, Walk]] = {
    "submitted": ("", _submitted),
    "accepted": ("submitted", Road.to_accepted),
    "reviewing": ("accepted", _team),
    "deliberating": ("reviewing", _reviewed),
    "preparing": ("deliberating", Road.to_preparation),
    "overdue": ("preparing", _overdue),
    "examining": ("preparing", _examining),
    "rectifying": ("examining", _rectifying),
    "failed": ("rectifying", _failed),
    "passed": ("examining", _passed),
    "established": ("passed", _established),
}
"""Stage → the stage before it, and the way between."""


# --- application and review -------------------------------------------------------------------------------------


def corrected_then_expired(road: Road) -> None:
    missing = [{"item": "计量授权证书", "problem": "附件缺第2页", "requirement": "补齐缺页后重新提交", "basis": "申报材料"}]
    road.act("intake_decision", decision="correct", missing_items=missing)
    road.until(road.today + timedelta(days=3))
    road.apply(1, demand_summary="测试：" + road.case.application["demand_summary"])
    road.act("intake_decision", decision="correct", missing_items=missing)
    road.until(date.fromisoformat(road.clock("CORRECT")["final"]) + timedelta(days=4))
    road.do("intake_decision", decision="close_expired", reason_code="correction_expired", reason="逾期没有补正材料，终止办理。")
    assert road.state == "not_accepted"


def rejected(road: Road) -> None:
    reason = "测试理由：申请事项不属于本机关职权范围，请向有权机关提出。"
    road.do("intake_decision", decision="reject", reason_code="out_of_competence", right_body="测试主管部门", reason=reason)
    assert road.state == "not_accepted"


def withdrawn(road: Road) -> None:
    road.act("withdrawal_letter", stage="application", letter_date=road.today, **LETTER)
    assert road.state == "withdrawn"


def drawn_and_refused(road: Road) -> None:
    """Experts by lot; the papers do not pass; the deliberation refuses."""
    road.act("expert_candidates")
    road.do("expert_team_form")
    found = road.values("material_review_record")["items"]
    items = [{**row, **({} if n else {"rating": "unmet", "remark": "测试说明：法人证书已注销。"})} for n, row in enumerate(found)]
    words = "测试意见：申请单位的法人资格已经注销，不符合第一项条件，不能补正，建议不予批准。"
    road.act("material_review_record", items=items, veto_found=True, veto_text=words, outcome="not_curable", opinion=words)
    assert road.state == "deliberation_preparation"
    reasons = "申请单位的法人资格材料不能证明其独立公正，不符合第七条第一款第（一）项的条件，查明事实见材料审查意见。"
    no = {"outcome": "refuse", "reasons": reasons, "period_start": None, "period_end": None, "decision_text": "会议决定不予批准筹建。"}
    road.do("deliberation_minutes", **no)
    assert road.state == "preparation_refused"


def sent_back_and_mended(road: Road) -> None:
    """Sent back for further verification; then a notice that went out is corrected."""
    back = {"outcome": "return", "return_matters": "实地核查没有覆盖第二实验场地，应当补充核查。", "period_start": None, "period_end": None}
    road.act("deliberation_minutes", **back, decision_text="会议决定退回补充核查，补正后再报。")
    assert road.state == "site_verification"
    notice = road.paper("acceptance_notice")
    entry = {"document_no": notice.number, "action": "void", "addressee": "测试单位", "reasons": "认定事实有误，应当撤回。"}
    road.slip("document_mending", **entry, officer="测试承办人", filed_on=road.today)
    road.sign()
    assert road.case.papers[notice.id].status == "void"


# --- preparation ------------------------------------------------------------------------------------------------


def events_and_giving_up(road: Road) -> None:
    road.act("major_event_report", kind="equipment", description="测试单位实验室搬迁，主要设备停用两个月，已重新安排试验计划。")
    road.act("withdrawal_letter", stage="preparation", letter_date=road.today, **LETTER)
    assert road.state == "withdrawn"


def another_lead(road: Road) -> None:
    road.act("major_event_report")
    road.do("major_event_decision")
    assert road.state == "in_preparation"


def extended(road: Road) -> None:
    road.until(date(2028, 9, 1))
    road.act("extension_application")
    road.do("extension_decision")
    assert road.state == "in_preparation"


def not_extended(road: Road) -> None:
    road.until(date(2028, 9, 1))
    road.act("extension_application")
    reasons = "申请所述原因在立项时已经知悉，不属于第十三条所称特殊原因，剩余任务可以在原定期限内完成。"
    road.do("extension_decision", decision="refuse", new_end=None, reasons=reasons)
    road.serve("extension_reply")
    assert road.state == "in_preparation" and road.clock("PREP")["status"] == "running"


def case_by_case(road: Road) -> None:
    road.until(date(2028, 9, 1))
    road.do("case_decision")
    road.do("case_decision", matter="other", new_end=None, decision_text="知悉，按任务书继续筹建。")
    assert road.state == "in_preparation"


def returned_twice(road: Road) -> None:
    """Papers missing, put right, sent for correction by an officer, returned; withdrawn by the unit; then not ready."""
    road.until(date(2028, 6, 1))
    road.hand_in(without="preparation_summary_report", want="correction")
    road.until(date(2028, 6, 5))
    road.hand_in()
    missing = [{"item": "指标佐证", "problem": "缺页", "requirement": "补齐", "basis": "验收材料"}]
    road.act("acceptance_intake", decision="correct", missing_items=missing)
    road.do("acceptance_intake", **BACK)
    assert road.state == "in_preparation"
    road.until(date(2028, 6, 12))
    road.hand_in()
    road.act("withdrawal_letter", stage="acceptance", letter_date=road.today, **LETTER)
    assert road.state == "in_preparation"
    road.until(date(2028, 6, 20))
    road.hand_in()
    road.act("acceptance_intake")
    road.do("preliminary_review", items=_unmet(road), outcome="not_ready", reasons=NOT_READY)
    assert road.state == "in_preparation"


def _unmet(road: Road) -> list[dict[str, Any]]:
    codes = [row["code"] for row in road.town.pack.lists["preliminary_items"]]
    return [{"item": code, "result": "met" if n else "unmet", "note": "" if n else "两项指标没有佐证"} for n, code in enumerate(codes)]


def late_and_returned(road: Road) -> None:
    """After the end only with the authority's consent; not ready, then returned, then withdrawn."""
    road.do("late_acceptance_consent")
    road.hand_in()
    road.act("acceptance_intake")
    road.do("preliminary_review", items=_unmet(road), outcome="not_ready", reasons=NOT_READY)
    assert road.state == "preparation_overdue"
    road.until(road.today + timedelta(days=3))
    road.hand_in(without="preparation_summary_report", want="correction")
    road.do("acceptance_intake", **BACK)
    assert road.state == "preparation_overdue"
    road.until(road.today + timedelta(days=3))
    road.hand_in()
    road.act("withdrawal_letter", stage="acceptance", letter_date=road.today, **LETTER)
    assert road.state == "preparation_overdue"


def notice_of_revocation(road: Road) -> None:
    road.do("prior_notice_form")
    road.serve("revocation_prior_notice")


def _after_reply(road: Road) -> None:
    road.until(date.fromisoformat(road.clock("REPLY")["final"]) + timedelta(days=1))


def heard_then_revoked(road: Road) -> None:
    notice_of_revocation(road)
    road.act("statement_of_defence")
    points = [{"point": "设备已到货", "checked": "现场核实属实", "taken": "yes", "why": "剩余任务可以完成"}]
    _after_reply(road)
    said = {"defence_filed": True, "defence_points": points, "outcome": "not_revoke", "follow_up": "请在两个月内申请验收考核。"}
    road.do("preparation_revocation", **said)
    assert road.state == "preparation_overdue"
    notice_of_revocation(road)
    _after_reply(road)
    road.do("preparation_revocation")
    assert road.state == "preparation_terminated"


def found_not_overdue(road: Road) -> None:
    notice_of_revocation(road)
    found = {"outcome": "not_overdue", "tasks_unfinished": False, "corrected_end": road.today + timedelta(days=150)}
    road.do("preparation_revocation", **found, follow_up="请在筹建期内完成任务并申请验收考核。")
    assert road.state == "in_preparation"


# --- acceptance -------------------------------------------------------------------------------------------------


def sampled_by_lot(road: Road) -> None:
    road.act("sampling_list")
    road.examine("13.5")
    assert road.state == "deliberation_establishment"


def sealed_sheets(road: Road) -> None:
    """Each member of the team scores alone; one cannot, and the leader says so; then all are opened, and the team scores."""
    town, team = road.town, [row[1] for row in EXPERTS]
    town.close()
    for name in team:
        add_person(load_office(town.root, {}), Person(town.jurisdiction, "评审", name, name))
    town.open()
    road.act("examination_record")
    road.act("sampling_record")
    own = road.sheets("评审", f"{road.no}_*专家个人评分表_*.docx")
    assert {owner_of(sheet) for sheet in own} == set(team)
    for sheet in own:
        name = owner_of(sheet)
        if name != team[-1]:
            said = prefill(town.pack, road.case, town.pack.forms["expert_score_sheet"], {"member": {"name": name}})
            values = play(town.pack, "expert_score_sheet", said, road.today)
            road.drop("评审", fill_docx(sheet.read_bytes(), values), "评分表", "recorded", name)
    assert not road.case.opened, "one is missing"
    (slip,) = road.sheets("评审", f"{road.no}_专家不能评分登记*.docx")
    road.drop("评审", fill_docx(slip.read_bytes(), play(town.pack, "score_absence", {}, road.today, member=team[-1])), "登记", "recorded", owner_of(slip))
    assert road.case.opened, "nobody is awaited any more"
    road.act("score_sheet")


def rectified(road: Road) -> None:
    road.act("rectification_report")
    road.examine("5", "team_recheck")
    assert road.state == "deliberation_establishment"


def period_over(road: Road) -> None:
    road.until(date.fromisoformat(road.clock("RECT1")["final"]) + timedelta(days=1))
    assert road.state == "team_recheck"


def _notice_of_the_authority(road: Road) -> None:
    road.do("rectification_notice")
    assert road.state == "authority_rectification"


def second_examination_passed(road: Road) -> None:
    _notice_of_the_authority(road)
    _again(road)
    road.examine("19.5", "reexamination")
    assert road.state == "deliberation_establishment"


def _again(road: Road) -> None:
    road.until(road.today + timedelta(days=60))
    road.act("rectification_report")
    road.do("expert_team_form")


CANCEL = {"intended": "cancel_preparation", "ground": "cancelled_failed", "unfinished": None}


def second_examination_failed(road: Road) -> None:
    """A defence saves the preparation once; examined again and failed again, it is cancelled."""
    _notice_of_the_authority(road)
    _again(road)
    road.examine("25", "reexamination")
    road.do("prior_notice_form", **CANCEL)
    road.serve("revocation_prior_notice")
    _after_reply(road)
    road.do("preparation_cancellation", outcome="not_cancel", follow_up="请在一个月内做好再次考核的准备。")
    assert road.state == "reexamination"
    road.do("expert_team_form")
    road.examine("25", "reexamination")
    road.do("prior_notice_form", **CANCEL)
    road.serve("revocation_prior_notice")
    _after_reply(road)
    road.do("preparation_cancellation")
    assert road.state == "preparation_terminated"


def no_report_on_the_notice(road: Road) -> None:
    _notice_of_the_authority(road)
    road.until(date.fromisoformat(road.clock("RECT2")["final"]) + timedelta(days=21))
    road.do("prior_notice_form", **CANCEL)
    assert road.state == "preparation_termination_pending"


def ended_by_a_person(road: Road) -> None:
    typed = {"intended": "cancel_preparation", "ground": "by_hand", "typed_basis": TYPED, "unfinished": None}
    for outcome, state in (("not_cancel", "examination_failed"), ("cancel", "preparation_terminated")):
        road.do("prior_notice_form", **typed)
        road.serve("revocation_prior_notice")
        _after_reply(road)
        more = {"follow_up": "请在一个月内做好再次考核的准备。"} if outcome == "not_cancel" else {}
        road.do("preparation_cancellation", outcome=outcome, **more)
        assert road.state == state


def examined_anew_then_refused(road: Road) -> None:
    back = {"outcome": "return", "return_matters": "随机抽查没有被考核单位见证，应当重新抽查。", "formal_name": None, "scope": None}
    road.act("establishment_minutes", **back, decision_text="会议决定退回补充考核，补正程序。")
    assert road.state == "acceptance_examination"
    road.until(road.today + timedelta(days=5))
    road.examine("10")
    reasons = "考核之后查明验收材料中的两份计量标准证书系伪造，材料不真实，不符合批准成立的条件。"
    no = {"outcome": "refuse", "reasons": reasons, "formal_name": None, "scope": None, "decision_text": "会议决定不予批准成立。请依法办理。"}
    road.do("establishment_minutes", **no, new_fact="发证机关复函证实两份证书系伪造。")
    assert road.state == "establishment_refused"


# --- operation --------------------------------------------------------------------------------------------------


def duties(road: Road) -> None:
    """Supervision, change of host and its check, a penalty of no weight, a year missed and reported late, and giving up."""
    road.act("daily_supervision_record")
    uscc = road.case.application["applicant"]["uscc"]
    new = {"new_name": "测试新计量院", "new_uscc": uscc, "new_representative": "李测试", "legal_person_file": "法人证书.pdf"}
    road.act("change_report", kind="legal_person", legal_person_scope="unit", **new, independence="测试：独立设置，独立公正开展工作。")
    road.act("legal_person_check")
    road.act("penalty_record", serious=False)
    year = int(road.clock("ANNUAL")["final"][:4])
    road.until(date.fromisoformat(road.clock("ANNUAL")["final"]) + timedelta(days=4))
    assert "T87" in road.driven()
    road.act("annual_report", year=year, figures_reason="测试：首次报告。")
    road.act("withdrawal_letter", stage="operation", letter_date=road.today, **LETTER)
    road.act("give_up_decision", decision="disagree", plaque_by=None)
    road.do("give_up_decision")
    assert road.state == "withdrawn"


def inspected(road: Road) -> None:
    """Nothing found; then something, rectified."""
    road.do("inspection_plan")
    road.act("inspection_record")
    assert road.state == "established"
    found_wanting(road)
    road.act("operation_rectification_report")
    road.do("rectification_verification")
    assert road.state == "established"


def found_wanting(road: Road) -> None:
    road.do("inspection_plan")
    road.do("inspection_record", **problems_found(road.town.pack, road.today))
    assert road.state == "operation_rectification"


def still_wanting(road: Road) -> None:
    """Ground of revocation in one pack; in the other recorded, and a person types in what follows."""
    found_wanting(road)
    road.act("operation_rectification_report")
    road.act("rectification_verification", **verification_failed(road.values("rectification_verification"), road.today))
    if road.case.pending is not None:
        road.sign()
    else:
        typed = {"article_no": "第×条", "article_text": "测试：办法原文，由承办人录入。", "article_file": "条文.pdf"}
        road.do("revocation_proposal", ground="CQ-R4", **typed)
    assert road.state == "revocation_pending"


def _recheck(road: Road, **found: Any) -> None:
    due = date.fromisoformat(road.clock("RECHECK")["nominal"])
    road.until(due - timedelta(days=50))
    road.do("recheck_plan")
    road.act("recheck_self_report")
    road.until(due - timedelta(days=20))
    road.do("recheck_report", **(found and recheck_failed(road.town.pack, road.today)))


def rechecked(road: Road) -> None:
    _recheck(road)
    assert road.state == "established"


def recheck_not_passed(road: Road) -> None:
    _recheck(road, result="failed")
    assert road.state == "operation_rectification"


def capability_lost_at_the_recheck(road: Road) -> None:
    road.until(date.fromisoformat(road.clock("RECHECK")["nominal"]) - timedelta(days=50))
    road.do("recheck_plan")
    road.act("recheck_self_report")
    found = [{**row, "finding": "测试：设备移出", "evidence": "笔录", "rating": "unmet"} for row in road.values("recheck_report")["items"]]
    lost = {"result": "failed", "capability_lost": True, "items": found, "facts": "测试：关键设备全部移出，专业人员离岗，已经停止服务。"}
    road.do("recheck_report", **lost, evidence=evidence(road.today))
    assert road.state == "revocation_pending"


def capability_lost(road: Road) -> None:
    lost = {"change_facts": "测试：依托单位整体搬迁，设备移出。", "capability_finding": "测试：经核查，相关产业计量测试服务已无法开展。"}
    road.do("revocation_proposal", ground="HB-R3", **lost)
    assert road.state == "revocation_pending"


def revoked_after_all(road: Road) -> None:
    """A defence is heard and taken; the next time the title is revoked."""
    road.do("penalty_record")
    road.serve("center_prior_notice")
    road.act("statement_of_defence")
    _after_reply(road)
    heard = {"defence_received": True, "defence_handled": "测试：经复核，单位已恢复设备和人员，申辩意见予以采纳。"}
    road.do("revocation_deliberation", **heard, outcome="not_revoke", plaque_by=None, effects=None)
    assert road.state == "established"
    road.do("penalty_record")
    road.serve("center_prior_notice")
    _after_reply(road)
    road.do("revocation_deliberation")
    assert road.state == "revoked"


def refused_to_be_inspected(road: Road) -> None:
    road.do("inspection_plan")
    refusal = {"refused": True, "refusal_excused": False, "refusal_facts": "测试：检查组到场后，中心拒绝检查组进入实验室并拒绝提供记录。"}
    road.do("inspection_record", **refusal, items=[], result="refused")
    assert road.state == "revocation_pending"


def typed_ground(road: Road) -> None:
    typed = {"article_no": "第二十×条第×项", "article_text": "测试：办法原文，由承办人录入。", "article_file": "条文.pdf"}
    road.do("revocation_proposal", ground="CQ-R7", **typed)
    assert road.state == "revocation_pending"


def three_failed_years(road: Road) -> None:
    first = road.today.year + 1
    for year in range(first, first + 3):
        road.until(date(year, 12, 3))
        road.do("annual_assessment_plan")
        road.do("annual_assessment_result", **assessment_failed(road.values("annual_assessment_result")))
    assert road.state == "revocation_pending"


@dataclass(frozen=True)
class Way:
    """A road: where it starts, who walks it, which transitions it has to take; `only` in one pack, where it is not in both."""

    walk: Walk
    start: str
    takes: tuple[str, ...]
    only: str = ""


def _way(walk: Walk, start: str, takes: str, only: str = "") -> Way:
    return Way(walk, start, tuple(takes.split()), only)


def stands(road: Road) -> None:
    """Nothing more is done: the way to the stage took them."""


WAYS: tuple[Way, ...] = (
    _way(stands, "established", "T01 T06 T07 T08 T10 T64 T11 T17 T24 T70 T26 T72 T73 T74 T27 T38"),
    _way(corrected_then_expired, "submitted", "T02 T03 T04"),
    _way(rejected, "submitted", "T05"),
    _way(withdrawn, "submitted", "T60"),
    _way(drawn_and_refused, "accepted", "TD1 T09 T12"),
    _way(sent_back_and_mended, "deliberating", "T65 T99"),
    _way(events_and_giving_up, "preparing", "T13 T61"),
    _way(another_lead, "preparing", "T91", "hubei"),
    _way(extended, "preparing", "T14 T15", "hubei"),
    _way(not_extended, "preparing", "T14 T16", "hubei"),
    _way(case_by_case, "preparing", "T92 T94", "chongqing"),
    _way(stands, "overdue", "T18", "hubei"),
    _way(stands, "overdue", "T93", "chongqing"),
    _way(returned_twice, "preparing", "T21 T22 T23 T95 T25"),
    _way(late_and_returned, "overdue", "T90 T19 T25b T23b T95b"),
    _way(heard_then_revoked, "overdue", "T66 T67 T68 T20"),
    _way(found_not_overdue, "overdue", "T69"),
    _way(sampled_by_lot, "examining", "TD2"),
    _way(sealed_sheets, "examining", "T74b T74c"),
    _way(rectified, "rectifying", "T28 T29 T30"),
    _way(period_over, "rectifying", "T75"),
    _way(stands, "failed", "T31"),
    _way(second_examination_passed, "failed", "T32 T34 T71 T36", "hubei"),
    _way(second_examination_failed, "failed", "T76 T37 T78 T77", "hubei"),
    _way(no_report_on_the_notice, "failed", "T35", "hubei"),
    _way(ended_by_a_person, "failed", "T33 T79 T77", "chongqing"),
    _way(examined_anew_then_refused, "passed", "T39 T40"),
    _way(duties, "established", "T81 T42 T84 T82 T87 T41 T88 T89 T62"),
    _way(inspected, "established", "T46 T47 T48 T85 T52"),
    _way(still_wanting, "established", "T53", "hubei"),
    _way(still_wanting, "established", "T86 T57", "chongqing"),
    _way(rechecked, "established", "T49 T83 T50"),
    _way(recheck_not_passed, "established", "T51"),
    _way(capability_lost_at_the_recheck, "established", "T63", "hubei"),
    _way(capability_lost, "established", "T54", "hubei"),
    _way(revoked_after_all, "established", "T55 T80 T58 T59"),
    _way(refused_to_be_inspected, "established", "T56", "chongqing"),
    _way(typed_ground, "established", "T57", "chongqing"),
    _way(three_failed_years, "established", "T43 T44 T45", "chongqing"),
)
"""Which road takes which transitions."""


def ways_of(jurisdiction: str) -> tuple[Way, ...]:
    """The roads of one pack."""
    return tuple(way for way in WAYS if way.only in ("", jurisdiction))


def name_of(way: Way) -> str:
    """What a road is called in a test's name."""
    return f"{way.walk.__name__}_from_{way.start}"
