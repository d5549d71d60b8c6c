"""Invented people of the years of operation: the centre that reports, the team that inspects, the officer who follows it up.

Like those of `players`, who calls them: what they write on top of what hongtou has prefilled, the same for every pack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline.law.dates import add_months
from pipeline.law.pack import Pack

Values = dict[str, Any]
Hand = Callable[[Pack, Values, date], Values]

OFFICER = "测试承办人"
PHONE = "027-00000000"
TEAM = (
    ("leader", "测试专家一", "测试大学", "教授", "能源计量"),
    ("member", "测试专家二", "测试检测公司", "正高级工程师", "气体分析"),
    ("member", "测试专家三", "测试研究所", "研究员", "流量计量"),
)


def _codes(pack: Pack, name: str) -> list[str]:
    return [str(entry["code"]) for entry in pack.lists[name]]


def _sealed(today: date, signer: str = "张测试") -> Values:
    return {"contact_name": "测试联系人", "contact_phone": PHONE, "signer": signer, "sealed": True, "report_date": today}


def _team() -> list[Values]:
    return [{**dict(zip(("role", "name", "org", "title", "specialty"), row, strict=True)), "recusal": "none"} for row in TEAM]


def _signed(names: list[str], today: date) -> list[Values]:
    return [{"name": name, "signed": True, "signed_on": today} for name in names]


def _annual_report(pack: Pack, given: Values, today: date) -> Values:
    counts = {"standards": 12, "items": 86, "certificates": 1520, "enterprises": 64, "projects": 5, "specifications": 2}
    return {
        "year": today.year, "director": given.get("director") or "张测试", "staff_count": 38,
        "by_duty": [{**row, "done": "测试：按任务书和年度计划完成本项职责。", "figures": "12项", "evidence": "年度工作台账"} for row in given.get("by_duty") or []],
        "figures": {**counts, "income": Decimal("860.00")}, "certificates_valid": True,
        "quality": "测试：完成期间核查和内部审核，量值溯源有效。", "training": "测试：组织培训6次。", "complaints": 0,
        "changes": [{**row, "note": "测试：见重大变化报告"} for row in given.get("changes") or []],
        "problems": "测试：现场在线监测设备比对能力不足。", "next_plan": "测试：新建2项计量标准，扩大服务企业范围。", **_sealed(today),
    }  # fmt: skip


def _change_report(pack: Pack, given: Values, today: date) -> Values:
    return {
        "kind": "equipment", "changed_on": today, "before": "测试：旧型烟气流量标准装置。", "after": "测试：新型烟气流量标准装置。",
        "reason": "测试：设备更新。", "effect": "测试：测量范围扩大，能力没有减弱。", "capability_kept": True, "measures": "测试：完成验收和量值溯源。",
        **_sealed(today),
    }  # fmt: skip


def _inspection_plan(pack: Pack, given: Values, today: date) -> Values:
    return {
        "kind": "ad_hoc", "reason": "测试：了解中心运行情况，按年度计划安排。", "focus": _codes(pack, "inspection_focus"), "method": "both",
        "date_from": today, "date_to": today, "place": "测试市测试路1号", "materials": "证书台账、原始记录、设备溯源证书。", "members": _team(),
        "contact_name": OFFICER, "contact_phone": PHONE, "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _inspection_record(pack: Pack, given: Values, today: date) -> Values:
    items = [
        {"focus": code, "item": "测试：运行和服务情况", "finding": "测试：查阅记录，情况属实。", "evidence": "台账、原始记录", "rating": "normal"}
        for code in _codes(pack, "inspection_focus")
    ]  # fmt: skip
    names = [row["name"] for row in given.get("signatures") or []] or [row[1] for row in TEAM]
    return {
        "date_from": given.get("date_from") or today, "date_to": given.get("date_to") or today, "place": given.get("place") or "测试市测试路1号",
        "refused": False, "items": items, "summary": "测试：中心运行正常，服务能力保持。", "result": "normal", "unit_comments": "无",
        "unit_signer": "张测试", "signatures": _signed(names, today), "record_date": today,
    }  # fmt: skip


def problems_found(pack: Pack, today: date) -> Values:
    """What the team writes when it finds something: the problem, what is asked, and by when."""
    found = {
        "no": "1", "problem": "测试：2台在用标准器超过校准有效期。", "basis": "管理体系文件和办法", "requirement": "立即停用并完成校准，追溯已出具的报告。",
        "proof": "校准证书、追溯记录",
    }  # fmt: skip
    return {"result": "rectify", "problems": [found], "due": add_months(today, 3)}


def _operation_rectification_report(pack: Pack, given: Values, today: date) -> Values:
    done = {"done": "测试：已完成校准并追溯。", "completed_on": today, "evidence": "校准证书"}
    rows = given.get("items") or [{"no": "1", "requirement": "测试要求"}]
    return {
        "items": [{**row, **done} for row in rows], "cause": "测试：设备台账提醒机制没有落实到人。", "prevention": "测试：建立到期前60日提醒和双人核对。",
        "impact": "测试：追溯12份报告，结果无需更改。", **_sealed(today),
    }  # fmt: skip


def _rectification_verification(pack: Pack, given: Values, today: date) -> Values:
    rows = given.get("items") or [{"no": "1", "requirement": "测试要求"}]
    return {
        "source": given.get("source") or "inspection", "verified_on": today, "method": "both", "report_received": True,
        "items": [{**row, "finding": "测试：查验证书和记录，已经完成。", "met": True} for row in rows], "outcome": "accepted",
        "verifier": TEAM[0][1], "officer": OFFICER, "signed_on": today,
    }  # fmt: skip


def _plan_of(pack: Pack, today: date) -> Values:
    return {
        "method": "both", "date_from": today + timedelta(days=20), "date_to": today + timedelta(days=21), "place": "测试市测试路1号",
        "materials": "证书台账、原始记录、年度报告。", "contact_name": OFFICER, "contact_phone": PHONE, "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _recheck_plan(pack: Pack, given: Values, today: date) -> Values:
    more = {"scope": "测试：成立条件保持情况、职责履行情况、服务能力。", "self_report_by": today + timedelta(days=15), "members": _team()}
    return {**_plan_of(pack, today), **more}


def _recheck_self_report(pack: Pack, given: Values, today: date) -> Values:
    items = given.get("items") or []
    years = given.get("by_year") or [{"year": today.year - 1, "standards": 12, "certificates": 1520, "enterprises": 64, "income": Decimal("860.00")}]
    return {
        "period_from": add_months(today, -12 * int(pack.param("recheck.period") or 5)), "period_to": today, "director": "张测试",
        "items": [{**row, "status": "kept", "explanation": "测试：条件保持。", "evidence": "台账"} for row in items],
        "by_duty": [{**row, "done": "测试：按年度计划完成。", "evidence": "年度报告"} for row in given.get("by_duty") or []], "by_year": years,
        "changes": "无", "rectifications": "无", "complaints": "无", "conclusion": "meets", "plan": "测试：继续提升在线监测设备比对能力。",
        **_sealed(today),
    }  # fmt: skip


def _recheck_report(pack: Pack, given: Values, today: date) -> Values:
    items = [{**row, "finding": "测试：查验属实。", "evidence": "台账、记录", "rating": "met"} for row in given.get("items") or []]
    names = [row["name"] for row in given.get("signatures") or []] or [row[1] for row in TEAM]
    return {
        "date_from": today, "date_to": today, "place": given.get("place") or "测试市测试路1号", "items": items, "result": "passed", "capability_lost": False,
        "opinion": "测试：专家组查阅了材料并查看现场，中心条件保持，能力有所提升，建议复查合格。", "unit_comments": "无",
        "signatures": _signed(names, today), "record_date": today,
    }  # fmt: skip


def recheck_failed(pack: Pack, today: date) -> Values:
    """What the team writes when the recheck is not passed."""
    found = problems_found(pack, today)
    return {"result": "failed", "problems": found["problems"], "due_on": found["due"]}


def evidence(today: date) -> list[Values]:
    """Evidence as officers list it."""
    return [{"name": "测试检查笔录", "source": "本局检查取得", "obtained_on": today, "proves": "所认定的事实"}]


def verification_failed(given: Values, today: date) -> Values:
    """What the verifier writes when the rectification falls short."""
    rows = [{**row, "finding": "测试：仍未校准。", "met": False} for row in given.get("items") or []]
    facts = "测试：经复核，2台标准器仍未校准，整改期限届满后继续用于出具报告。"
    return {"items": rows, "outcome": "failing", "facts": facts, "evidence": evidence(today)}


def _assessment_plan(pack: Pack, given: Values, today: date) -> Values:
    tasks = [{**row, "task": "测试：年度任务", "target": "按计划完成"} for row in given.get("tasks") or []]
    return {**_plan_of(pack, today), "year": today.year, "tasks": tasks, "first_look": "测试区市场监督管理局", "report_by": today + timedelta(days=10)}


def _assessment_result(pack: Pack, given: Values, today: date) -> Values:
    items = [{**row, "done": "测试：已完成", "rating": "done"} for row in given.get("items") or []]
    return {"attended": True, "items": items, "first_opinion": "测试：同意。", "result": "done", "officer": OFFICER, "assessed_on": today}


def assessment_failed(given: Values) -> Values:
    """A year whose tasks were not done."""
    items = [{**row, "done": "测试：没有开展", "rating": "not_done"} for row in given.get("items") or []]
    return {"items": items, "result": "not_done", "reason": "测试：年度任务多数没有开展，经催促仍未完成。"}


def _penalty_record(pack: Pack, given: Values, today: date) -> Values:
    return {
        "penalty_body": "测试市市场监督管理局", "penalty_no": "测试市监罚〔2026〕1号", "penalised_on": today, "violation": "partiality",
        "facts": "测试：为关联企业出具与原始记录不符的校准证书3份。", "law": "测试：相关计量法律法规", "content": "罚款", "final": True,
        "decision_file": "处罚决定书.pdf", "serious": True, "severity_reason": "测试：多次实施、影响公正，经提醒后仍再次发生，情节严重。",
        "severity_basis": "办法关于撤销资格的规定", "evidence": evidence(today), "found_by": "测试局长", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _revocation_proposal(pack: Pack, given: Values, today: date) -> Values:
    return {
        "facts": "测试：中心关键设备全部移出，专业人员离岗，已停止服务六个月。", "evidence": evidence(today), "considered": "测试：已约谈，无法恢复。",
        "reviewer": "测试处长", "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _statement_of_defence(pack: Pack, given: Values, today: date) -> Values:
    return {
        "position": "object", "statement": "测试：我单位已经恢复设备和人员，请求给予整改机会，附证明材料。", "waives_rest": False, **_sealed(today),
    }  # fmt: skip


def _revocation_deliberation(pack: Pack, given: Values, today: date) -> Values:
    rows = (("测试局长", "测试局局长", "present"), ("测试副局长", "测试局副局长", "present"))
    return {
        "defence_received": False, "defence_handled": "期限届满没有提出陈述申辩。", "body": given.get("body") or "局长办公会", "held_on": today,
        "place": "测试会议室", "chair": "测试局长", "attendees": [dict(zip(("name", "org", "status"), row, strict=True)) for row in rows],
        "matters": "审议碳计量中心资格撤销事项。", "outcome": "revoke", "facts": given.get("facts") or "测试：经查，事先告知书所列事实属实，证据充分。",
        "reasons": "测试：经对照办法规定逐项审查事实和证据，已经履行告知和陈述申辩程序。", "decision_text": "会议同意承办处室提出的意见，由承办处室办理。",
        "plaque_by": today + timedelta(days=30), "effects": "测试：未结委托转由其他机构办理，数据封存移交。", "recorder": "测试记录人", "recorded_on": today,
    }  # fmt: skip


def _legal_person_check(pack: Pack, given: Values, today: date) -> Values:
    rows = [{"item": item, "finding": "测试：查验证书和文件，符合。", "evidence": "法人证书", "met": True} for item in ("legal", "independent", "qualified")]
    return {"checks": rows, "outcome": "met", "officer": OFFICER, "checked_on": today}


def _daily_supervision(pack: Pack, given: Values, today: date) -> Values:
    return {
        "bureau": "测试市市场监督管理局", "bureau_kind": "local", "bureau_region": given.get("bureau_region"), "visit_on": today, "method": "site", "matters": "测试：证书台账", "finding": "测试：记录完整。",
        "problem_found": False, "support": "测试：协调专项资金。", "inspectors": "测试监管员", "record_date": today,
    }  # fmt: skip


def _give_up_decision(pack: Pack, given: Values, today: date) -> Values:
    rows = [{"matter": "牌匾", "handling": "交回本局"}, {"matter": "证书和数据", "handling": "移交依托单位保存"}]
    return {"unfinished": rows, "decision": "agree", "reason": "测试：依自愿原则同意。", "plaque_by": today + timedelta(days=30), "officer": OFFICER, "decided_on": today}


HANDS: Mapping[str, Hand] = {
    "annual_report": _annual_report,
    "change_report": _change_report,
    "inspection_plan": _inspection_plan,
    "inspection_record": _inspection_record,
    "operation_rectification_report": _operation_rectification_report,
    "rectification_verification": _rectification_verification,
    "recheck_plan": _recheck_plan,
    "recheck_self_report": _recheck_self_report,
    "recheck_report": _recheck_report,
    "annual_assessment_plan": _assessment_plan,
    "annual_assessment_result": _assessment_result,
    "penalty_record": _penalty_record,
    "revocation_proposal": _revocation_proposal,
    "statement_of_defence": _statement_of_defence,
    "revocation_deliberation": _revocation_deliberation,
    "legal_person_check": _legal_person_check,
    "daily_supervision_record": _daily_supervision,
    "give_up_decision": _give_up_decision,
}
"""Who writes what, by form code."""
