"""What the documents of the acceptance are rendered from: one invented case, as its forms would hold it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

CENTRE = "湖北省碳计量中心（电碳）"
TITLES = {
    "acceptance_correction_notice": "补正通知书",
    "acceptance_registration_notice": "验收申请登记通知书",
    "acceptance_return_notice": "验收申请退回通知书",
    "acceptance_team_notice": f"关于组建{CENTRE}验收考核专家组的通知",
    "examination_result_notice": "现场考核结论通知书",
    "rectification_opinion": "限期整改意见书",
    "rectification_notice": "整改通知书",
    "acceptance_report": f"{CENTRE}（筹）验收报告",
    "establishment_minutes": f"关于{CENTRE}成立事项的审议纪要",
    "establishment_approval": f"关于同意成立{CENTRE}的函",
    "establishment_approval.red_head": f"关于同意成立{CENTRE}的批复",
    "center_register_entry": f"{CENTRE}登记表",
    "establishment_refusal": f"关于不予批准成立{CENTRE}的函",
    "preparation_cancellation_decision": f"关于取消测试电力计量科学研究院{CENTRE}筹建资格的决定",
    "non_cancellation_notice": "不予取消筹建资格通知书",
}
NUMBERS = {
    "acceptance_correction_notice": "鄂市监量补〔2026〕3号",
    "acceptance_registration_notice": "鄂市监量受〔2026〕6号",
    "acceptance_return_notice": "鄂市监量不受〔2026〕2号",
    "acceptance_team_notice": "鄂市监量〔2026〕9号",
    "examination_result_notice": "鄂市监量考〔2026〕1号",
    "rectification_opinion": "鄂市监量整〔2026〕1号",
    "rectification_notice": "鄂市监量整〔2026〕2号",
    "acceptance_report": "HB-AR-2028-001",
    "establishment_minutes": "鄂市监量纪〔2026〕5号",
    "establishment_approval": "鄂市监量函〔2026〕15号",
    "establishment_approval.red_head": "鄂市监量函〔2026〕16号",
    "center_register_entry": "HB-CMC-C-2028-001",
    "establishment_refusal": "鄂市监量函〔2026〕17号",
    "preparation_cancellation_decision": "鄂市监量〔2026〕21号",
    "non_cancellation_notice": "鄂市监量告〔2026〕3号",
}
KINDS = {"establishment_approval": "函", "establishment_approval.red_head": "批复", "establishment_refusal": "函"}
ADVERSE = {"acceptance_return_notice", "establishment_refusal", "preparation_cancellation_decision"}

RUBRIC = [
    ("A1", "任务书指标完成率", 12), ("A2", "进度与年度节点", 3), ("A3", "经费到位与使用", 3), ("A4", "重大情况报告与变更管理", 2),
    ("B1", "计量标准与标准物质", 6), ("B2", "检定校准项目能力", 5), ("B3", "碳计量关键参数测量能力", 6), ("B4", "现场抽查与人员能力验证", 5),
    ("B5", "设备、环境设施与量值溯源", 3), ("C1", "科研项目", 5), ("C2", "技术规范与标准制修订", 5), ("C3", "知识产权、论文与成果转化", 3),
    ("C4", "碳足迹与前瞻性研究", 2), ("D1", "数据库与数据平台", 5), ("D2", "数据质量分析评价与安全可信", 4), ("D3", "数据应用", 4),
    ("D4", "数据共享", 2), ("E1", "碳计量需求分析报告", 3), ("E2", "企业与公共机构服务", 5), ("E3", "碳计量监督技术支撑", 4),
    ("E4", "典型案例与用户满意度", 3), ("F1", "组织机构与制度", 3), ("F2", "人才队伍", 3), ("F3", "管理体系运行与公正性", 2),
    ("F4", "能力后续建设规划", 2),
]  # fmt: skip
LOST = {"B3": Decimal("2.00"), "B4": Decimal("1.05"), "C1": Decimal("5.00"), "C2": Decimal("5.00"), "D1": Decimal("4.00"), "D3": Decimal("3.00")}
TEAM = [("测试甲", "测试大学", "热工计量"), ("测试乙", "测试省计量科学研究院", "电磁计量"), ("测试丙", "测试环境监测中心站", "温室气体监测"),
        ("测试丁", "测试节能技术服务中心", "能源审计"), ("测试戊", "测试标准化研究院", "碳核算标准")]  # fmt: skip

REPORT: dict[str, Any] = {
    "applicant_name": "测试电力计量科学研究院", "task_book_no": "HB-TB-2026-003", "round": "first", "leader": "测试甲", "report_date": date(2028, 6, 3),
    "team": [{"name": n, "org": o, "specialty": s} for n, o, s in TEAM], "opening_on": date(2028, 6, 1), "site_from": date(2028, 6, 1),
    "site_to": date(2028, 6, 2), "closing_on": date(2028, 6, 3),
    "sampling_summary": "从41项检定校准项目和12项关键参数中随机抽查7项，对9名技术人员作能力验证，8人合格。", "unit_comments": "对考核情况没有异议，将抓紧整改。",
    "scores": [{"item": c, "max": Decimal(m), "score": m - LOST.get(c, Decimal(0)), "reason": "测试扣分理由，见核查记录。" if c in LOST else ""} for c, _, m in RUBRIC],
    "total": Decimal("79.95"), "conclusion": "rectify",
    "rectification_items": [{"no": str(i), "item": c, "requirement": "补齐该项能力，提交证书、记录或者报告。"} for i, c in enumerate(LOST, 1)],
    "opinion": "考核组听取了筹建工作总结报告，按细则逐项评定。该单位检定校准能力较好，科技创新和数据应用与任务书尚有差距。", "unit_confirmation": "测试法人",
    "signatures": [{"name": n, "signed": True, "signed_on": date(2028, 6, 3), "dissent": ""} for n, _, _ in TEAM],
}  # fmt: skip
MINUTES: dict[str, Any] = {
    "body": "局长办公会议", "held_on": date(2028, 6, 20), "place": "第一会议室", "chair": "测试局长", "total": Decimal("86.50"), "report_no": "HB-AR-2028-001",
    "attendees": [
        {"name": "测试局长", "org": "局长", "status": "present"}, {"name": "测试副局长", "org": "副局长", "status": "present"},
        {"name": "测试甲", "org": "考核组组长", "status": "observer"},
    ],
    "matters": "听取计量处关于验收考核情况的汇报，审阅验收报告。", "dissent": "", "outcome": "approve", "decision_text": "同意批准成立，按程序印发文件并登记编号。",
    "formal_name": CENTRE, "scope": "电力", "new_fact": "发证机关复函证实验收材料中的两份计量标准证书系伪造。", "reasons": "", "return_matters": "",
    "recorder": "测试记录员",
}  # fmt: skip
FORMS: dict[str, Any] = {
    "acceptance_application": {"application_date": date(2028, 5, 10)},
    "acceptance_intake": {
        "checks": [{"item": c, "result": "ok", "note": ""} for c in ("acceptance_application", "preparation_summary_report", "capability_development_plan")],
        "late": False,
    },
    "acceptance_report": REPORT,
    "establishment_minutes": MINUTES,
    "rectification_notice": {
        "report_no": "HB-AR-2028-002", "total": Decimal("79.50"), "due": date(2029, 6, 1),
        "items": [{"no": "1", "problem": "数据平台未连续运行。", "requirement": "平台连续运行6个月以上。", "evidence_wanted": "日志"}],
        "report_to": "书面报告，附逐项证明材料。", "consequence": "整改后再次现场考核仍不合格的，取消筹建资格。",
    },
    "act": {"missing_items": []},
    "preparation_cancellation": {
        "notice_no": "鄂市监量告〔2026〕2号", "notice_received_on": date(2029, 6, 20), "report_no": "HB-AR-2029-003", "total": Decimal("75.00"),
        "facts": "整改后再次组织现场考核，该单位数据平台和创新能力仍达不到要求。", "defence_filed": True,
        "defence_points": [{"point": "平台已经立项", "checked": "平台没有建成", "taken": "no", "why": "立项不等于建成"}],
        "typed_basis": "", "follow_up": "请在一个月内做好考核准备。",
    },
}  # fmt: skip
LISTS = {
    "acceptance_rubric": [{"code": c, "zh": z} for c, z, _ in RUBRIC],
    "acceptance_papers": [
        {"code": "acceptance_application", "zh": "验收考核申请表"}, {"code": "preparation_summary_report", "zh": "筹建工作总结报告"},
        {"code": "capability_development_plan", "zh": "能力后续建设规划"},
    ],
}  # fmt: skip
TEXT = {
    "consequence": "逾期未补正的，本局将退回验收申请；在筹建期内可以完善后再申请。", "passed": "本局将按规定组织审议。",
    "failed": "本局将另行下达整改通知书。", "failed_again": "本局拟取消筹建资格，另行告知。", "act": "取消", "next": "本局将重新组织现场考核。",
}  # fmt: skip
