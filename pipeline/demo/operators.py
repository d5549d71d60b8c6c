"""Invented people of the years of operation: the centre that reports, the team that inspects, the officer who follows it up.

Like those of `players`, who calls them: what they write on top of what hongtou has prefilled, the same for every pack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
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


HANDS: Mapping[str, Hand] = {
    "annual_report": _annual_report,
    "change_report": _change_report,
    "inspection_plan": _inspection_plan,
    "inspection_record": _inspection_record,
    "operation_rectification_report": _operation_rectification_report,
    "rectification_verification": _rectification_verification,
}
"""Who writes what, by form code."""
