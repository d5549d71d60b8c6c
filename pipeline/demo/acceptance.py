"""Invented people of the acceptance: the unit that applies, the team that examines, the officers that decide."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.law.pack import Pack

Values = dict[str, Any]

LEADER = "测试专家一"
HUNDRED, CENT = Decimal(100), Decimal("0.01")


def _signed(given: Values, today: date) -> list[Values]:
    return [{**row, "signed": True, "signed_on": today} for row in given.get("signatures") or []]


def _acceptance_application(pack: Pack, given: Values, today: date) -> Values:
    kinds = [row["code"] for row in pack.lists["acceptance_materials"] if row["code"] != "other"]
    return {
        "application_date": today, "tasks_completed": True, "overall_rate": HUNDRED,
        "completion_statement": "测试单位已经完成筹建任务书规定的全部任务和考核指标，计量标准、检定校准项目和数据平台建成并运行，"
        "人员、场地、设备和经费全部落实，运行管理体系有效，现申请验收考核。",
        "evidence": [{"title": f"测试材料{n}", "kind": kind, "file": f"附件/{n:02d}测试材料.pdf", "pages": 1} for n, kind in enumerate(kinds, 1)],
        "commitment": {"agreed": True, "signer": "张测试", "sealed": True, "date": today},
        "applicant_opinion": {"text": "同意申请验收考核。", "signer": "张测试", "sealed": True, "date": today},
    }  # fmt: skip


def _rate(actual: Decimal, target: Decimal) -> Decimal:
    return (HUNDRED * actual / target).quantize(CENT, ROUND_HALF_UP) if target else HUNDRED


def _summary_report(pack: Pack, given: Values, today: date) -> Values:
    results = []
    for row in given.get("indicator_results") or []:
        target = Decimal(str(row["target"]))
        actual = row.get("actual") or target
        results.append({**row, "actual": actual, "rate": _rate(actual, target), "status": "done", "evidence": "测试佐证材料", "evidence_date": today})
    duty = pack.lists["duties"][0]["code"]
    return {
        "report_date": today, "overall_rate": HUNDRED, "indicator_results": results,
        "overview": "测试概况：筹建以来，测试单位按照任务书组织实施，建立了工作机制，落实了人员、场地、设备和经费，建成计量标准和数据平台，"
        "完成检定校准项目授权，开展了科研和服务，管理体系运行有效，各年度节点按期完成，考核指标全部达到目标值，具备了运行条件。特此总结报告，请予审查。",
        "standards": [{"name": "测试计量标准", "range": "0～100", "uncertainty": "0.05级", "cert_no": "测标001", "valid_to": date(today.year + 4, 1, 31)}],
        "calibration_items": [{"no": f"C{n}", "name": f"测试检定校准项目{n}", "norm": "JJG 0000", "accredited": True} for n in range(1, 5)],
        "key_parameters": [{"no": f"K{n}", "name": f"测试关键参数{n}", "method": "测试方法", "uncertainty": "U=1% k=2"} for n in range(1, 4)],
        "service_results": [{"duty_ref": duty, "measure": "测试服务", "value": Decimal("42.00"), "evidence": "测试清单"}],
        "funds_received": Decimal("600.00"), "budget_execution": [{"item": "设备购置", "planned": Decimal("600.00"), "actual": Decimal("580.00")}],
        "problems": "没有影响验收的问题。", "signer": "张测试", "sealed": True,
    }  # fmt: skip


def _development_plan(pack: Pack, given: Values, today: date) -> Values:
    targets = []
    for row in given.get("targets") or []:
        base = Decimal(str(row.get("baseline") or 0))
        targets.append({**row, "baseline": base, "y1": base + 1, "y2": base + 2, "y3": base + 3})
    year = today.year + 1
    return {
        "plan_from": year, "plan_to": year + 2, "targets": targets,
        "current_state": "测试现状：已经建成的计量标准和项目能够满足任务书要求，但在线监测、数据质量评价和高温高湿烟气流量的量值溯源仍有差距，需要在规划期内补齐。",
        "projects": [{"name": "测试能力提升项目", "content": "补齐在线监测量值溯源能力", "start": year, "end": year + 2, "funds": Decimal("300.00")}],
        "talent_plan": "规划期内引进和培养技术骨干五人，落实年度培训计划。",
        "funding_plan": [{"year": year + n, "source": "自筹", "amount": Decimal("100.00")} for n in range(3)],
        "safeguards": "成立领导小组，落实责任、经费和考核。", "signer": "张测试", "sealed": True, "signed_on": today,
    }  # fmt: skip


def _consent(pack: Pack, given: Values, today: date) -> Values:
    return {
        "relation": "supervisor", "reviewed_on": today, "consent": True, "opinion": "经审核，筹建任务已经完成，同意申请验收考核。",
        "signer": "测试主管", "sealed": True, "consent_date": today,
    }  # fmt: skip


def _intake(pack: Pack, given: Values, today: date) -> Values:
    checks = [{**row, "result": "ok"} for row in given.get("checks") or []]
    return {"received_on": today, "checks": checks, "late": False, "decision": "register", "officer": "测试承办人", "decided_on": today}


def _preliminary(pack: Pack, given: Values, today: date) -> Values:
    items = [{**row, "result": "met"} for row in given.get("items") or []]
    return {"items": items, "outcome": "ready", "officer": "测试承办人", "reviewed_on": today}


def _examination(pack: Pack, given: Values, today: date) -> Values:
    attendees = [*(given.get("attendees") or []), {"name": "张测试", "org": "筹建单位法定代表人"}]
    return {
        "round": "first", "opening_on": today, "opening_time": "08:30", "opening_place": "测试会议室", "report_heard": True,
        "tasks_assigned": "重点核查计量标准、关键参数测量能力和数据平台。", "attendees": attendees,
        "site_from": today, "site_from_time": "09:30", "site_to": today, "site_to_time": "15:30",
        "site_items": [{"item": "计量标准和项目", "finding": "与总结报告一致。", "evidence": "证书、记录"}],
        "closing_on": today, "closing_time": "16:30", "result_told": True, "unit_comments": "无", "unit_representative": "张测试",
        "signatures": _signed(given, today),
    }  # fmt: skip


def _sampling(pack: Pack, given: Values, today: date) -> Values:
    items = [{"no": f"C{n}", "kind": "calibration_item", "name": f"测试检定校准项目{n}"} for n in range(1, 5)]
    parameters = [{"no": f"K{n}", "kind": "key_parameter", "name": f"测试关键参数{n}"} for n in range(1, 4)]
    if given.get("drawn"):  # drawn by lot: seed, items and method are those of the minutes
        results = [{"no": row["no"], "person": "测试技术员", "result": "pass"} for row in given["drawn"]]
        return {"round": "first", "sampled_on": today, "results": results, "drawn_by": LEADER, "witnessed_by": "张测试"}
    drawn = ("C2", "C4", "K1", "K3")
    return {
        "round": "first", "sampled_on": today, "population": items + parameters, "ratio": Decimal(pack.param("sampling.ratio") or 10), "seed": "测试种子0001",
        "seed_source": "测试", "method": "按编号排序后依次抽取", "drawn": [{"order": n, "no": no} for n, no in enumerate(drawn, 1)],
        "results": [{"no": no, "person": "测试技术员", "result": "pass"} for no in drawn], "drawn_by": LEADER, "witnessed_by": "张测试",
    }  # fmt: skip


def _score_sheet(pack: Pack, given: Values, today: date) -> Values:
    rows = [{**row, "max": Decimal(str(row["max"])), "score": Decimal(str(row["max"])), "evidence": "测试材料"} for row in given.get("scores") or []]
    total = Decimal(0)
    for row in rows:
        if row["item"] == "B1":
            row |= {"score": row["max"] - Decimal("0.50"), "reason": "一项证书临近有效期。"}
        total += row["score"]
    return {"round": "first", "scored_on": today, "scores": rows, "total": total, "signatures": _signed(given, today)}


def _expert_score_sheet(pack: Pack, given: Values, today: date) -> Values:
    rows = [{**row, "max": Decimal(str(row["max"])), "score": Decimal(str(row["max"]))} for row in given.get("scores") or []]
    for row in rows:
        if row["item"] == "C1":
            row |= {"score": row["max"] - Decimal("1.00"), "reason": "测试理由：一个项目尚未结题。"}
    total = sum((row["score"] for row in rows), Decimal(0))
    return {"round": "first", "scored_on": today, "scores": rows, "total": total, "opinion": "测试个人意见：能力达到任务书要求。", "independent": True, "signed": True}


def _score_absence(pack: Pack, given: Values, today: date) -> Values:
    return {"reason": "illness", "explanation": "测试情况：该成员因病住院，不能参加评分。", "recorded_by": given.get("recorded_by") or LEADER, "recorded_on": today}


def _report(pack: Pack, given: Values, today: date) -> Values:
    total, first = Decimal(str(given.get("total") or 0)), given.get("round") == "first"
    passed = total >= Decimal(str(pack.param("score.pass_mark")))
    lost = [row for row in given.get("scores") or [] if Decimal(str(row["score"])) < Decimal(str(row["max"]))]
    wanted = [{"no": str(n), "item": row["item"], "requirement": "补齐该项能力并提交证明材料。"} for n, row in enumerate(lost, 1)]
    return {
        "sampling_summary": "随机抽查四个项目，能力验证全部合格。", "conclusion": "pass" if passed else "rectify" if first else "fail",
        "rectification_items": wanted if first and not passed else None,
        "opinion": "测试意见：考核组听取了总结报告，审阅了材料，现场核查了能力，随机抽查并作了人员能力验证，按细则逐项评分，一致形成考核结论，评分和结论已在末次会议通报。",
        "signatures": _signed(given, today), "unit_confirmation": "张测试", "report_date": today,
    }  # fmt: skip


def _rectification_report(pack: Pack, given: Values, today: date) -> Values:
    rows = given.get("items") or [{"no": "1", "requirement": "整改文书所列要求"}]
    return {
        "items": [{**row, "done": "已按要求完成整改。", "completed_on": today, "evidence": "测试证明材料"} for row in rows],
        "summary": "测试单位对照整改要求逐项落实，全部完成整改并留存证明材料。", "contact_name": "测试联系人", "signer": "张测试", "sealed": True, "report_date": today,
    }  # fmt: skip


def _rectification_notice(pack: Pack, given: Values, today: date) -> Values:
    return {
        "items": [{"no": "1", "problem": "考核得分低于合格线。", "requirement": "逐项补齐扣分项目的能力。", "evidence_wanted": "证书、记录、报告"}],
        "notice_date": today, "due": date(today.year + 1, today.month, min(today.day, 28)), "officer": "测试承办人", "filed_on": today,
    }  # fmt: skip


def _establishment(pack: Pack, given: Values, today: date) -> Values:
    rows = (("测试局长", "测试局局长", "present"), ("测试副局长", "测试局副局长", "present"), ("测试处长", "计量处处长", "observer"))
    return {
        "body": given.get("body") or "局长办公会", "held_on": today, "place": "测试会议室", "chair": "测试局长",
        "attendees": [dict(zip(("name", "org", "status"), row, strict=True)) for row in rows],
        "matters": "审议考核合格的单位成立碳计量中心事项和验收报告。", "outcome": "approve", "decision_text": "会议同意批准成立碳计量中心。",
        "formal_name": given.get("center_name"), "scope": "电力等服务领域", "recorder": "测试记录人", "recorded_on": today,
    }  # fmt: skip


def _cancellation(pack: Pack, given: Values, today: date) -> Values:
    return {
        "facts": "整改之后再次组织现场考核，考核得分仍低于合格线，结论为不合格。", "defence_filed": False, "discussed_on": today, "discussion": "局长办公会",
        "outcome": "cancel", "reasons": "整改后考核仍不合格，依照有关规定应当终结筹建资格。", "officer": "测试承办人", "filed_on": today,
    }  # fmt: skip


ACCEPTANCE = {
    "acceptance_application": _acceptance_application,
    "preparation_summary_report": _summary_report,
    "capability_development_plan": _development_plan,
    "supervisor_consent": _consent,
    "acceptance_intake": _intake,
    "preliminary_review": _preliminary,
    "examination_record": _examination,
    "sampling_record": _sampling,
    "score_sheet": _score_sheet,
    "expert_score_sheet": _expert_score_sheet,
    "score_absence": _score_absence,
    "acceptance_report": _report,
    "rectification_report": _rectification_report,
    "rectification_notice": _rectification_notice,
    "establishment_minutes": _establishment,
    "preparation_cancellation": _cancellation,
}
"""Who writes what in the acceptance, by form code."""


def scored(sheet: Values, lost: str) -> Values:
    """The rows and total of a score sheet that loses so many points, taken from its first items."""
    rows = [{**row, "score": row["max"], "reason": None} for row in sheet["scores"]]
    left = Decimal(lost)
    for row in rows:
        part = min(left, row["max"])
        if part:
            row |= {"score": row["max"] - part, "reason": "测试扣分理由"}
            left -= part
    return {"scores": rows, "total": sum((row["score"] for row in rows), Decimal(0))}


def agreed(papers: dict[str, Values]) -> dict[str, Values]:
    """The papers of one bundle made to agree: the development plan starts from what the summary report says was reached."""
    report, plan = papers.get("preparation_summary_report"), papers.get("capability_development_plan")
    if report is None or plan is None:
        return papers
    actual = {row["no"]: row["actual"] for row in report["indicator_results"]}
    targets = [{**row, "baseline": actual[row["no"]], "y1": actual[row["no"]]} for row in plan["targets"]]
    return {**papers, "capability_development_plan": {**plan, "targets": targets}}
