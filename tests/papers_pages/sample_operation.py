"""What the documents of operation are filled from in tests, plainly invented."""

from __future__ import annotations

from datetime import date
from typing import Any

CENTRE = "湖北省碳计量中心（电碳）"

TITLES = {
    "annual_assessment_notice": f"关于开展{CENTRE}年度考核的通知",
    "annual_assessment_result": f"关于{CENTRE}年度考核结果的通知",
    "inspection_notice": f"关于对{CENTRE}开展监督检查的通知",
    "operation_rectification_notice": "运行整改通知书",
    "rectification_acceptance": "整改复核意见书",
    "recheck_notice": f"关于对{CENTRE}开展五年复查的通知",
    "recheck_report": f"{CENTRE}复查报告",
    "center_prior_notice": "拟撤销碳计量中心资格事先告知书",
    "revocation_minutes": f"关于{CENTRE}撤销资格事项的审议纪要",
    "center_revocation_decision": f"关于撤销{CENTRE}资格的决定",
    "revocation_closing_notice": "不予撤销资格结案通知书",
    "center_closing_notice": "放弃碳计量中心资格结案通知书",
}
NUMBERS = {
    "annual_assessment_notice": "鄂市监量〔2030〕11号",
    "annual_assessment_result": "鄂市监量〔2030〕12号",
    "inspection_notice": "鄂市监量〔2030〕13号",
    "operation_rectification_notice": "鄂市监量运整〔2030〕1号",
    "rectification_acceptance": "鄂市监量复〔2030〕1号",
    "recheck_notice": "鄂市监量〔2033〕2号",
    "recheck_report": "HB-RC-2033-001",
    "center_prior_notice": "鄂市监量告〔2033〕2号",
    "revocation_minutes": "鄂市监量纪〔2033〕3号",
    "center_revocation_decision": "鄂市监量撤〔2033〕1号",
    "revocation_closing_notice": "鄂市监量结〔2033〕2号",
    "center_closing_notice": "鄂市监量结〔2033〕3号",
}
KINDS = {"recheck_report": "复查报告", "revocation_minutes": "纪要", "center_revocation_decision": "决定", "center_prior_notice": "拟撤销碳计量中心资格事先告知书"}
ADVERSE = {"annual_assessment_result", "center_revocation_decision"}
TEXT = {
    "report": "整改完成后，应当在整改期限届满前向本局报送运行整改报告，并附证明材料；本局收到报告后组织复核。",
    "consequence": "逾期不报告或者整改后仍不能达到要求的，本局将依法履行事先告知程序后撤销碳计量中心资格。",
    "count": "累计3年未完成年度任务考核的，属于撤销碳计量中心资格的情形。",
    "rights": "你单位有权进行陈述和申辩，请自收到本告知书之日起10个工作日内提交陈述申辩意见书；逾期未提出的，视为放弃陈述申辩。",
    "effects": "自本决定送达之日起，停止使用碳计量中心名称，不得再以该名义出具证书和报告，并按期交回牌匾。",
}
REASON = "经复核，2台在用标准器超过校准有效期后继续用于出具报告，整改期限届满仍未校准，已出具的报告没有追溯。"
FILING = {"form": "annual_report", "title": "年度工作总结报告", "received_on": date(2030, 11, 12), "enclosed": ["年度工作台账"], "files": [{"name": "附件/年度台账.pdf", "pages": 12}]}
LISTS = {
    "inspection_focus": [
        {"code": "operation", "zh": "中心运行情况"}, {"code": "capability", "zh": "计量技术服务能力提升情况"}, {"code": "industry", "zh": "服务产业发展情况"},
    ],
    "inspection_kinds": [{"code": "ad_hoc", "zh": "不定期检查"}],
    "rectification_sources": [{"code": "inspection", "zh": "监督检查"}, {"code": "recheck", "zh": "五年复查"}],
    "recheck_items": [{"code": "R1", "zh": "法人资格、独立公正和资质（关键）"}, {"code": "R3", "zh": "计量测试能力（关键）"}],
    "revocation_grounds": [{"code": "HB-R4", "zh": "复查不合格，经整改后仍然达不到要求"}],
}  # fmt: skip

_TEAM = [
    {"role": "leader" if n == 0 else "member", "name": name, "org": org, "title": "教授", "specialty": field, "recusal": "none"}
    for n, (name, org, field) in enumerate([("测试甲", "测试大学", "热工计量"), ("测试乙", "测试研究院", "电磁计量"), ("测试丙", "测试监测中心", "气体分析")])
]  # fmt: skip
_PLAN: dict[str, Any] = {
    "method": "both", "date_from": date(2033, 2, 14), "date_to": date(2033, 2, 15), "place": "测试市测试路8号", "materials": "证书台账、原始记录、设备溯源证书。",
    "members": _TEAM, "contact_name": "测试联系人", "contact_phone": "000-00000000",
}  # fmt: skip
_PROBLEMS = [{"no": "1", "problem": "2台在用标准器超过校准有效期", "basis": "管理体系文件", "requirement": "停用并校准，追溯已出具的报告", "proof": "校准证书、追溯记录"}]
_RECHECK: dict[str, Any] = {
    **_PLAN, "source": "recheck", "cycle_no": 1, "due": date(2033, 3, 12), "due_on": date(2033, 5, 16), "problems": _PROBLEMS, "result": "failed",
    "capability_lost": False, "facts": "", "opinion": "专家组查阅了材料并查看现场，多数项目保持，标准器溯源存在问题，建议限期整改。", "unit_comments": "无",
    "items": [
        {"item": code, "finding": "查验证书、记录和现场，情况属实。", "evidence": "台账", "rating": "met" if code == "R1" else "unmet"} for code in ("R1", "R3")
    ],
    "signatures": [{"name": m["name"], "signed": True, "signed_on": date(2033, 2, 15), "dissent": ""} for m in _TEAM], "record_date": date(2033, 2, 16),
}  # fmt: skip
_TASKS = [{"duty": "HB-06.1", "task": "编制需求报告", "target": "1份", "done": "没有开展", "rating": "not_done"}]
_EVIDENCE = [{"name": "复核记录", "source": "本局复核取得", "obtained_on": date(2033, 5, 20), "proves": "标准器仍未校准"}]
_DECISION: dict[str, Any] = {
    "notice_no": "鄂市监量告〔2033〕2号", "served_on": date(2033, 5, 26), "ground": "HB-R4", "article_no": "", "article_text": "",
    "defence_handled": "当事单位提出设备已经送检。经复核，送检发生在整改期限届满之后，不影响事实认定，不予采纳。", "body": "局长办公会议", "held_on": date(2033, 6, 20),
    "place": "第一会议室", "chair": "测试局长", "matters": "审议撤销资格事项，听取承办处室汇报和陈述申辩的审查情况。", "outcome": "revoke", "facts": REASON,
    "attendees": [{"name": "测试局长", "org": "局长", "status": "present"}, {"name": "测试总工", "org": "总工程师", "status": "absent"}],
    "reasons": "经对照办法规定逐项审查事实和证据，已经履行告知和陈述申辩程序。", "decision_text": "会议同意承办处室提出的意见。",
    "plaque_by": date(2033, 7, 20), "effects": "未结委托转由其他机构办理，数据封存移交依托单位。", "recorder": "测试记录员",
}  # fmt: skip

ACTS: dict[str, dict[str, Any]] = {
    "annual_assessment_notice": {**_PLAN, "year": 2030, "tasks": _TASKS, "first_look": "测试区市场监督管理局", "report_by": date(2030, 12, 10)},
    "annual_assessment_result": {"year": 2030, "items": _TASKS, "result": "not_done", "failed_years": 1, "absence_note": ""},
    "inspection_notice": {**_PLAN, "kind": "ad_hoc", "reason": "了解中心运行情况。", "focus": ["operation", "capability", "industry"]},
    "operation_rectification_notice": _RECHECK,
    "rectification_acceptance": {
        "notice_no": "鄂市监量运整〔2030〕1号", "verified_on": date(2030, 6, 2),
        "items": [{"no": "1", "requirement": "停用并校准，追溯已出具的报告", "finding": "查验校准证书和追溯记录，已经完成", "met": True}],
    },
    "recheck_notice": {**_RECHECK, "scope": "成立条件保持情况、职责履行情况、服务能力。", "self_report_by": date(2033, 2, 10)},
    "recheck_report": _RECHECK,
    "center_prior_notice": {"ground": "HB-R4", "evidence": _EVIDENCE, "article_no": "", "article_text": "", "severity_reason": "", "failed_years": 0, "year": 2033},
    "revocation_minutes": _DECISION,
    "center_revocation_decision": _DECISION,
    "revocation_closing_notice": {**_DECISION, "outcome": "not_revoke"},
    "center_closing_notice": {
        "letter_date": date(2033, 3, 1), "plaque_by": date(2033, 7, 20), "unfinished": [{"matter": "牌匾", "handling": "交回本局", "by": date(2033, 7, 20)}],
    },
}  # fmt: skip
"""The form each document rests on, by template."""
