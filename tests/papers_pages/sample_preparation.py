"""What the documents of the preparation are filled from in tests, plainly invented."""

from __future__ import annotations

from datetime import date
from typing import Any

CENTRE = "湖北省碳计量中心（电碳）"
APPLICANT = "测试电力计量科学研究院"

TITLES = {
    "extension_reply": f"关于{CENTRE}延期验收考核申请的函",
    "extension_reply.red_head": f"关于{CENTRE}延期验收考核申请的批复",
    "overdue_reminder": "筹建逾期提醒通知书",
    "revocation_prior_notice": "事先告知书",
    "preparation_revocation_decision": f"关于撤销{APPLICANT}{CENTRE}筹建资格的决定",
    "non_revocation_notice": "不予撤销筹建资格通知书",
    "late_acceptance_reply": f"关于{CENTRE}逾期申请验收考核的函",
    "major_event_reply": f"关于{CENTRE}筹建重大情况的函",
    "major_event_reply.red_head": f"关于{CENTRE}筹建重大情况的批复",
    "case_decision_notice": f"关于{CENTRE}筹建有关事项的函",
}
NUMBERS = {
    "extension_reply": "鄂市监量函〔2028〕31号",
    "extension_reply.red_head": "鄂市监量函〔2028〕32号",
    "overdue_reminder": "鄂市监量提〔2029〕1号",
    "revocation_prior_notice": "鄂市监量告〔2029〕1号",
    "preparation_revocation_decision": "鄂市监量〔2029〕6号",
    "non_revocation_notice": "鄂市监量结〔2029〕2号",
    "late_acceptance_reply": "鄂市监量函〔2029〕8号",
    "major_event_reply": "鄂市监量函〔2027〕9号",
    "major_event_reply.red_head": "鄂市监量函〔2027〕10号",
    "case_decision_notice": "鄂市监量函〔2028〕40号",
}
KINDS = {
    "extension_reply": "函", "extension_reply.red_head": "批复", "preparation_revocation_decision": "决定", "late_acceptance_reply": "函",
    "major_event_reply": "函", "major_event_reply.red_head": "批复", "case_decision_notice": "函",
}  # fmt: skip
ADVERSE = set(TITLES) - {"overdue_reminder", "revocation_prior_notice"}

TEXT = {"act": "撤销"}
REASONS = {
    "preparation_revocation_decision": "筹建期届满后当事单位没有完成任务书确定的任务，也没有申请验收考核，经提醒和告知仍未改正。",
    "non_revocation_notice": "经复核，当事单位已经完成全部考核指标，逾期系设备交货推迟所致，申辩理由成立。",
    "late_acceptance_reply": "任务书确定的指标已经完成，逾期系设备交货推迟所致，没有影响筹建目标。",
    "major_event_reply": "新的主要建设方具有法人资格和相应能力，联合单位均书面同意，不影响任务书的完成。",
    "major_event_reply.red_head": "新的主要建设方具有法人资格和相应能力，联合单位均书面同意，不影响任务书的完成。",
    "case_decision_notice": "分批安装不影响任务书确定的指标，需要按期掌握进度。",
    "extension_reply": "剩余任务按现有进度六个月内可以完成，申请的期限超出所需。",
    "extension_reply.red_head": "剩余任务按现有进度六个月内可以完成，申请的期限超出所需。",
}

_LONG = "关键设备为进口定制，供货单位两次推迟交货，实际到货比合同晚七个月，标准装置的安装、调试和量值溯源不能按原计划完成。"

FORMS: dict[str, Any] = {
    "extension_application": {"filed_on": date(2028, 11, 20), "proposed_end": date(2029, 9, 12)},
    "extension_decision": {"decision": "partly", "period_end": date(2029, 3, 12), "new_end": date(2029, 7, 12), "reasons": _LONG},
    "prior_notice_form": {
        "intended": "revoke_preparation", "facts": f"筹建期于2029年3月12日届满，当事单位没有申请验收考核。经现场核实：{_LONG}",
        "reasons": "当事单位逾期仍未完成筹建任务，经提醒后没有书面说明原因和安排。", "typed_basis": "",
        "evidence": [{"no": 1, "title": "筹建任务书", "proves": "筹建截止日和考核指标"}, {"no": 2, "title": "现场核实记录", "proves": "任务没有完成"}],
        "unfinished": [{"no": "T2", "indicator": "碳排放监测数据质量评价能力", "state": "完成一半，现场核实"}],
        "intended_decision": "拟撤销当事单位的筹建资格。", "reply_workdays": 10, "oral_hearing": True,
    },
    "preparation_revocation": {
        "notice_no": "鄂市监量告〔2029〕1号", "notice_received_on": date(2029, 4, 3), "facts": f"筹建期届满，任务仍未完成。{_LONG}", "defence_filed": True,
        "defence_points": [{"point": "设备已经到货", "checked": "现场核实设备到货但没有安装", "taken": "no", "why": "到货不等于完成任务"}],
        "typed_basis": "", "outcome": "revoke", "corrected_end": "", "follow_up": "请在两个月内申请验收考核。",
    },
    "late_acceptance_consent": {"requested_on": date(2029, 4, 1), "period_end": date(2029, 3, 12), "decision": "agree", "until": date(2029, 6, 1)},
    "major_event_decision": {
        "event_kind": "lead_change", "event_date": date(2027, 5, 6), "deliberated": True, "body": "局长办公会", "held_on": date(2027, 6, 1), "decision": "approve",
        "new_lead_name": "测试能源研究院", "new_lead_uscc": "12420000CEXH00012P", "conditions": "请自收到本文之日起30日内报送补充协议。",
    },
    "case_decision": {
        "matter": "other", "decision": "agree", "facts": _LONG, "typed_basis": "条文原文待核，承办人照原文录入。",
        "decision_text": "同意分批安装恒温恒湿系统；请书面报送分批安装的安排和完成情况。", "new_end": None, "earlier_deadline": "ended",
        "deadline": date(2028, 10, 8), "deadline_basis": "由负责人酌定，自本函签发之日起30日",
    },
}  # fmt: skip
CLOCKS = {"PREP": {"final": date(2029, 3, 12), "working": "文书载明自2026年3月12日起至2029年3月12日止。"}}
THEN = {"ACC_BY": {"final": date(2029, 4, 12), "status": "running", "working": "自2029年7月12日（筹建期）届满前3个月逆算，为2029年4月12日。"}}
LISTS = {
    "termination_acts": [{"code": "revoke_preparation", "zh": "撤销筹建资格"}],
    "major_event_kinds": [{"code": "lead_change", "zh": "主要建设方或联合单位变化"}],
}
