"""Invented people who fill in the next form of a case: what they write, on top of what hongtou has prefilled.

Used by the demo and by tests; the same for every pack, since it only knows form codes of the master.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline.demo import archivist, clerks, operators
from pipeline.demo.acceptance import ACCEPTANCE
from pipeline.law.dates import add_months
from pipeline.law.pack import Pack

Values = dict[str, Any]
Hand = Callable[[Pack, Values, date], Values]

OFFICER = "测试承办人"
EXPERTS = (
    ("leader", "测试专家一", "测试大学", "教授", "能源计量"),
    ("member", "测试专家二", "测试检测公司", "正高级工程师", "气体分析"),
    ("member", "测试专家三", "测试研究所", "研究员", "流量计量"),
    ("member", "测试专家四", "测试协会", "高级工程师", "碳核算"),
    ("member", "测试专家五", "测试学院", "副教授", "数据质量"),
)


def play(pack: Pack, form: str, prefilled: Mapping[str, Any], today: date, **changes: Any) -> Values:
    """The whole form as this person hands it in: `prefilled`, the person's own entries, and `changes` on top."""
    values = deepcopy(dict(prefilled))
    hand = HANDS.get(form)
    if hand is not None:
        values |= hand(pack, values, today)
    return {**values, **changes}


def _intake_decision(pack: Pack, given: Values, today: date) -> Values:
    known = {str(row["code"]): bool(row.get("known", True)) for row in pack.lists["conditions"]}
    checks = []
    for row in given.get("checks") or []:
        by_hand = not known.get(str(row["condition"]), True)
        basis = "测试依据：条款原文待核，承办人对照办法原文逐条核对，材料能够证明。"
        more = {"result": "by_hand", "basis": basis} if by_hand else {"result": "provided", "evidence": "申报书及附件"}
        checks.append({**row, **more})
    return {"incoming_kind": "letter", "sender_subordinate": False, "checks": checks, "decision": "accept", "officer": OFFICER, "decided_on": today}


def _expert_team(pack: Pack, given: Values, today: date) -> Values:
    columns = ("role", "name", "org", "title", "specialty")
    drawn = [{"title": "教授", **row, "recusal": "none"} for row in given.get("members") or []]
    members = drawn or [{**dict(zip(columns, row, strict=True)), "recusal": "none"} for row in EXPERTS]
    return {
        "purpose": "acceptance" if given.get("rules_ref") == pack.param("acceptance.rules") else "preparation_review", "members": members, "date_from": today, "date_to": today, "place": "测试市测试路1号",
        "contact_name": OFFICER, "contact_phone": "027-00000000", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _rated(rows: Any, evidence: str) -> list[Values]:
    return [{**row, "rating": row.get("rating") or "met", "evidence": row.get("evidence") or evidence} for row in rows or []]


def _material_review(pack: Pack, given: Values, today: date) -> Values:
    return {
        "review_date": today, "items": _rated(given.get("items"), "申报材料"), "veto_found": False, "outcome": "passed",
        "opinion": "测试意见：材料齐全，逐项审查符合要求，可以进入实地核查。", "leader": given.get("leader") or EXPERTS[0][1],
        "signed_on": today,
    }  # fmt: skip


_REPORT_OPINION = (
    "测试意见：专家组听取了申请单位汇报，审阅了申报材料，并赴现场核查了实验场地、设备、人员和管理体系。经评议，申请单位具备筹建条件，"
    "筹建计划可行，任务指标明确，经费落实。专家组一致建议批准筹建，并建议在筹建中加强数据质量管理和人员培训，按期完成各项任务。"
)


def _review_report(pack: Pack, given: Values, today: date) -> Values:
    signatures = [{"name": row["name"], "signed": True, "signed_on": today} for row in given.get("team") or []]
    return {
        "material_items": _rated(given.get("material_items"), "申报材料"), "site_from": today, "site_to": today, "site_place": "测试市测试路1号",
        "site_items": _rated(given.get("site_items"), "现场核查情况属实"), "site_opinion": "测试意见：现场核查情况与申报材料一致。",
        "conclusion": "approve", "opinion_text": _REPORT_OPINION, "signatures": signatures, "report_date": today,
    }  # fmt: skip


def _minutes(pack: Pack, given: Values, today: date) -> Values:
    rows = (("测试局长", "测试局局长", "present"), ("测试副局长", "测试局副局长", "present"), ("测试处长", "计量处处长", "observer"))
    return {
        "body": given.get("body") or "局长办公会", "held_on": today, "place": "测试会议室", "chair": "测试局长",
        "attendees": [dict(zip(("name", "org", "status"), row, strict=True)) for row in rows],
        "matters": "审议申请单位筹建碳计量中心的申请和专家组的筹建评审报告。", "outcome": "approve",
        "decision_text": "会议同意批准筹建，并下达筹建任务书。", "period_start": today, "period_end": add_months(today, int(pack.param("prep.max") or 36)),
        "recorder": "测试记录人", "recorded_on": today,
    }  # fmt: skip


def _task_book(pack: Pack, given: Values, today: date) -> Values:
    start, end = given.get("period_start") or today, given.get("period_end") or add_months(today, int(pack.param("prep.max") or 36))
    rows = given.get("indicators") or []
    share = (Decimal(100) / max(len(rows), 1)).quantize(Decimal("0.01"))
    weights = [share] * (len(rows) - 1) + [Decimal(100) - share * (len(rows) - 1)]
    indicators = [{**row, "due": end - timedelta(days=60), "weight": weight} for row, weight in zip(rows, weights, strict=True)]
    total = Decimal(given.get("budget_total") or 0)
    third = (total / 3).quantize(Decimal("0.01"))
    years = [start.year, start.year + 1, start.year + 2]
    party = given["party_undertaker"]
    signatures = [{"party": "undertaker", "org": party["name"], "signer": party["representative"], "sealed": True, "signed_on": today}]
    signatures += [
        {"party": "member", "org": row["name"], "signer": "测试联合方负责人", "sealed": True, "signed_on": today}
        for row in given.get("party_members") or [] if row["name"] != party["name"]
    ]  # fmt: skip
    return {
        "period_start": start, "period_end": end, "indicators": indicators,
        "milestones": [{"year": year, "content": f"完成第{n}年建设任务", "due": min(date(year, 12, 31), end)} for n, year in enumerate(years, 1)],
        "budget_by_year": [{"year": year, "amount": amount} for year, amount in zip(years, (third, third, total - 2 * third), strict=True)],
        "duties_issuer": given.get("duties_issuer") or "对筹建工作给予指导和监督，按规定组织验收考核，协调解决筹建中的重大问题。",
        "signatures": signatures,
    }  # fmt: skip


_DELAY = (
    "测试原因：关键设备为进口定制，供货单位因生产线改造两次推迟交货，实际到货比合同晚七个月，导致烟气流量标准装置的安装、调试和量值溯源不能按原计划完成。"
    "其余任务均按节点推进，人员、场地和经费已经落实，延期期间可以完成全部考核指标。"
)


def _extension_application(pack: Pack, given: Values, today: date) -> Values:
    end = date.fromisoformat(str(given["period_end"]))
    until = add_months(end, 6)
    progress = [{**row, "actual": row["target"] / 2, "remaining": "设备到货后完成其余部分"} for row in given.get("progress") or []]
    return {
        "task_book_no": given.get("task_book_no") or "TB", "document_kind": "letter", "period_end": end, "reason_kind": "equipment", "reason": _DELAY,
        "proposed_end": until, "progress": progress, "plan": "测试计划：设备到货后两个月内完成安装调试，四个月内完成建标，六个月内申请验收。",
        "milestones": [{"task": "设备安装调试和建标", "due": until, "responsible": "测试负责人"}],
        "supervisor_opinion": {"text": "同意延期。", "signer": "测试主管", "sealed": True, "date": today},
        "signer": "张测试", "sealed": True, "filed_on": today, "contact": {"name": "测试联系人", "phone": "027-00000000"},
    }  # fmt: skip


def _extension_decision(pack: Pack, given: Values, today: date) -> Values:
    return {
        "sender_subordinate": False, "reason_special": True, "plan_feasible": True, "opinion": "测试意见：原因属实，剩余任务安排可行。",
        "decision": "grant", "new_end": given.get("proposed_end"), "officer": OFFICER, "decided_on": today,
    }  # fmt: skip


def _prior_notice(pack: Pack, given: Values, today: date) -> Values:
    ground, intended = str(pack.lists["termination_grounds"][0]["code"]), str(pack.lists["termination_acts"][0]["code"])
    return {
        "ground": ground, "intended": intended, "typed_basis": _TYPED if ground == "by_hand" else None,
        "facts": "测试事实：筹建期已经届满，当事单位没有申请验收考核，经实地核实仍有一项考核指标没有完成。",
        "reasons": "测试理由：当事单位逾期仍未完成筹建任务，经提醒后也没有书面说明原因和安排。",
        "evidence": [{"no": 1, "title": "筹建任务书", "proves": "筹建截止日和考核指标"}],
        "unfinished": [{"no": "T1", "indicator": "测试指标", "state": "完成一半，现场核实"}],
        "intended_decision": "拟决定终止当事单位的筹建资格。", "oral_hearing": True, "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


_TYPED = "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附条文扫描件。"


def _defence(pack: Pack, given: Values, today: date) -> Values:
    return {
        "position": "partly", "statement": "测试申辩：设备已经到货，剩余任务两个月内可以完成，请求给予两个月期限申请验收考核。", "oral": False,
        "waives_rest": False, "contact_name": "测试联系人", "contact_phone": "027-00000000", "signer": "张测试", "sealed": True, "report_date": today,
    }  # fmt: skip


def _revocation(pack: Pack, given: Values, today: date) -> Values:
    return {
        "defence_filed": False, "tasks_unfinished": True, "facts": "测试认定：筹建期届满，筹建任务仍未完成，当事单位没有提出能够成立的申辩。",
        "reasons": "测试理由：当事单位逾期仍未完成筹建任务，申辩意见不影响事实认定。", "typed_basis": given.get("typed_basis") or None,
        "discussed_on": today, "discussion": "局长办公会（测试）", "outcome": "revoke", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _late_consent(pack: Pack, given: Values, today: date) -> Values:
    return {
        "requested_on": today, "request": "测试请求：筹建任务已经完成，请求同意逾期申请验收考核。", "tasks_state": "测试情况：考核指标已经全部完成。",
        "decision": "agree", "from_date": today, "until": add_months(today, 2), "reasons": "测试理由：筹建任务已经完成，同意申请有利于实现建设目标。",
        "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _event_report(pack: Pack, given: Values, today: date) -> Values:
    return {
        "kind": "lead_change", "event_date": today, "description": "测试情况：经联合各方协商一致，主要建设方拟变更为联合单位中的另一家单位。", "effect": "任务和进度不变。",
        "schedule_affected": False, "measures": "各方已签订补充协议。", "report_date": today, "signer": "张测试", "sealed": True,
    }  # fmt: skip


def _event_decision(pack: Pack, given: Values, today: date) -> Values:
    return {
        "incoming_kind": "letter", "sender_subordinate": False, "new_lead_name": "测试能源研究院", "new_lead_uscc": "12420000CEXH00012P",
        "new_lead_is_legal_person": True, "new_lead_capable": True, "members": [{"name": "测试能源研究院", "agrees": True}],
        "deliberated": True, "body": "局长办公会", "held_on": today, "decision": "approve", "period_kept": True,
        "reasons": "测试理由：新的主要建设方符合申报条件，联合各方一致同意。", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _case_decision(pack: Pack, given: Values, today: date) -> Values:
    end = date.fromisoformat(str(given["period_end"]))
    return {
        "matter": "extension", "requested_on": today, "request": "测试请求：设备到货延迟，请求延长筹建期。", "facts": "测试事实：设备到货延迟属实，其余任务已经完成，剩余任务可以完成。",
        "typed_basis": _TYPED, "approved_by": "测试局长", "decision": "agree", "new_end": add_months(end, 6), "decision_text": "同意延长筹建期六个月。",
        "reasons": "测试理由：原因属实，剩余任务安排可行，负责人个案决定同意。", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _sign_off(pack: Pack, given: Values, today: date) -> Values:
    return {"decision": "sign", "opinion": "同意签发。", "officer": "测试局长", "signed_on": today}


def _delivery(pack: Pack, given: Values, today: date) -> Values:
    return {
        "method": "direct", "received_on": today, "place": "测试市测试路1号", "received_by": "测试收件人", "served_by": OFFICER, "recorded_on": today,
    }  # fmt: skip


SPECIALTIES = ("能源计量", "气体分析", "流量计量")


def _candidates(pack: Pack, given: Values, today: date) -> Values:
    rows = [
        {"no": str(n), "name": f"测试专家{n}", "org": f"测试大学{n}院", "title": "教授", "specialty": SPECIALTIES[n % 3], "may_lead": True, "excluded": "none"}
        for n in range(1, 13)
    ]
    rows[0] |= {"excluded": "conflict", "note": "测试说明：曾任申请单位顾问"}
    return {
        "candidates": rows, "wanted": [{"specialty": name, "number": n} for name, n in zip(SPECIALTIES, (2, 2, 1), strict=True)],
        "leader_rule": "drawn", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _sampling_list(pack: Pack, given: Values, today: date) -> Values:
    told = [{"no": f"C{n}", "kind": "calibration_item", "name": f"测试检定校准项目{n}"} for n in range(1, 5)]
    told += [{"no": f"K{n}", "kind": "key_parameter", "name": f"测试关键参数{n}"} for n in range(1, 4)]
    return {
        "population": told, "ratio": given.get("ratio") or Decimal("10.00"), "least": given.get("least") or 2, "most": given.get("most") or 10,
        "officer": EXPERTS[0][1], "filed_on": today,
    }  # fmt: skip


HANDS: Mapping[str, Hand] = {
    "expert_candidates": _candidates,
    "sampling_list": _sampling_list,
    **operators.HANDS,
    **archivist.HANDS,
    **clerks.HANDS,
    "intake_decision": _intake_decision,
    "expert_team_form": _expert_team,
    "material_review_record": _material_review,
    "preparation_review_report": _review_report,
    "deliberation_minutes": _minutes,
    "task_book": _task_book,
    "extension_application": _extension_application,
    "extension_decision": _extension_decision,
    "prior_notice_form": _prior_notice,
    "statement_of_defence": _defence,
    "preparation_revocation": _revocation,
    "late_acceptance_consent": _late_consent,
    "major_event_report": _event_report,
    "major_event_decision": _event_decision,
    "case_decision": _case_decision,
    "sign_off_sheet": _sign_off,
    "service_receipt": _delivery,
    **ACCEPTANCE,
}
"""Who writes what, by form code."""
