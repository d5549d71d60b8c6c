"""One fixed context, plainly invented, from which every template of every pack is rendered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from . import sample_acceptance as accepted
from . import sample_office as office
from . import sample_operation as operated
from . import sample_preparation as prepared

NAME = "湖北省市场监督管理局"
CENTRE = "湖北省碳计量中心（电碳）"
APPLICANT = "测试电力计量科学研究院"
ACT = "《湖北省碳计量中心建设管理办法（征求意见稿）》"
REMEDY = (
    "如对本决定不服，可以自知道本决定之日起六十日内依法申请行政复议，也可以自知道或者应当知道本决定之日起六个月内依法向"
    "人民法院提起行政诉讼。"
)

TITLES = {
    "receipt_record": "收文回执",
    "correction_notice": "补正通知书",
    "acceptance_notice": "受理通知书",
    "rejection_notice": "不予受理通知书",
    "case_closing_notice": "结案通知书",
    "expert_team_notice": f"关于组建{CENTRE}筹建评审专家组的通知",
    "deliberation_minutes": f"关于{CENTRE}筹建事项的审议纪要",
    "preparation_approval": f"关于同意筹建{CENTRE}的函",
    "preparation_approval.red_head": f"关于同意筹建{CENTRE}的批复",
    "preparation_refusal": f"关于不予批准筹建{CENTRE}的函",
    "preparation_review_report": f"{CENTRE}筹建评审报告",
    "task_book": f"{CENTRE}（筹）筹建任务书",
    **accepted.TITLES,
    **prepared.TITLES,
    **operated.TITLES,
    **office.TITLES,
}
NUMBERS = {
    "receipt_record": "鄂市监量收〔2026〕3号",
    "correction_notice": "鄂市监量补〔2026〕2号",
    "acceptance_notice": "鄂市监量受〔2026〕5号",
    "rejection_notice": "鄂市监量不受〔2026〕1号",
    "case_closing_notice": "鄂市监量结〔2026〕1号",
    "expert_team_notice": "鄂市监量〔2026〕7号",
    "deliberation_minutes": "鄂市监量纪〔2026〕4号",
    "preparation_approval": "鄂市监量函〔2026〕12号",
    "preparation_approval.red_head": "鄂市监量函〔2026〕13号",
    "preparation_refusal": "鄂市监量函〔2026〕14号",
    "preparation_review_report": "HB-PR-2026-003",
    "task_book": "HB-TB-2026-003",
    **accepted.NUMBERS,
    **prepared.NUMBERS,
    **operated.NUMBERS,
    **office.NUMBERS,
}
KINDS = {"preparation_approval": "函", "preparation_approval.red_head": "批复", "preparation_refusal": "函", **accepted.KINDS, **prepared.KINDS, **operated.KINDS, **office.KINDS}
REASONS = {**dict.fromkeys(operated.TITLES, operated.REASON), **prepared.REASONS, **office.REASONS}
ADVERSE = {"rejection_notice", "preparation_refusal", *accepted.ADVERSE, *prepared.ADVERSE, *operated.ADVERSE}

ATTACHMENTS = [
    {"no": i, "title": title, "file": f"附件/{i:02d}{title}.pdf", "pages": pages, "sha256": "", "condition": ""}
    for i, (title, pages) in enumerate(
        [("法人证书", 2), ("产业状况及服务需求调研报告", 46), ("计量标准考核证书", 18), ("质量手册", 120), ("公正性声明", 1)], start=1
    )
]
FINDINGS = [
    {"no": 1, "label": "统一社会信用代码", "value": "12420000MA00T0013X", "place": "申报书第2页 表1", "rule": "uscc",
     "zh": "校验位不正确，按该码前17位计算末位应为“J”", "en": "", "cite": "GB 32100-2015",
     "repair": "对照证书核对18位代码；末位是校验码，错一位即不能通过"},
    {"no": 2, "label": "预算总额", "value": "620.00", "place": "六、建设目标与筹建计划 · 预算总额", "rule": "X01",
     "zh": "经费预算合计600.00万元，资金来源合计600.00万元，与预算总额不等", "en": "", "cite": ACT + "第九条",
     "repair": "核对三处金额，使经费预算、资金来源与预算总额相等"},
    {"no": 3, "label": "调研报告", "value": "（未提交）", "place": "附件清单", "rule": "X05",
     "zh": "未提交产业状况及重点社会管理领域服务需求调研报告", "en": "", "cite": ACT + "第七条第一款第（七）项",
     "repair": "补交调研报告，完成日期不晚于申报日期"},
]  # fmt: skip
MEMBERS = [
    {"role": "leader" if i == 0 else "member", "name": name, "org": org, "title": "正高级工程师", "specialty": field,
     "phone": "", "recusal": "none"}
    for i, (name, org, field) in enumerate([
        ("测试甲", "测试大学能源与动力学院", "热工计量"), ("测试乙", "测试省计量科学研究院", "电磁计量"),
        ("测试丙", "测试环境监测中心站", "温室气体监测"), ("测试丁", "测试节能技术服务中心", "能源审计"),
        ("测试戊", "测试标准化研究院", "碳核算标准"),
    ])
]  # fmt: skip
ITEMS = [("P1", "法人资格、独立公正、资质"), ("P2", "服务领域符合“双碳”目标"), ("P3", "产业规模或者需求"), ("P4", "计量测试能力"),
         ("P5", "计量科技创新能力"), ("P6", "运行管理能力")]  # fmt: skip
DUTIES = [("HB-06.1", "开展碳计量测试技术需求分析"), ("HB-06.2", "加强碳排放计量技术研究与应用"),
          ("HB-06.4", "开展能源资源及碳计量设备测试校准服务")]  # fmt: skip


def rated(extra: str) -> list[dict[str, Any]]:
    """Rated items of a review table."""
    return [{"code": code, "rating": "mostly" if code == "P5" else "met", "evidence": f"查阅{zh}证明材料，{extra}"} for code, zh in ITEMS]


REPORT = {
    "report_no": "HB-PR-2026-003", "application_ref": "HB-CMC-2026-003", "center_name": CENTRE, "applicant_name": APPLICANT,
    "rules_ref": "PRR-1.0", "leader": "测试甲", "team": MEMBERS, "material_date": date(2026, 2, 5),
    "material_items": rated("与申报书一致"), "material_opinion": "申报材料齐全，内容真实，符合规定形式，具备开展实地核查的条件。",
    "site_from": date(2026, 2, 10), "site_to": date(2026, 2, 11), "site_place": "测试市测试路8号",
    "site_items": rated("现场核对属实"), "site_opinion": "现场设备、人员、场地与申报材料相符，抽查的检定校准项目操作规范。",
    "findings": [{"item": "P5", "finding": "碳排放在线监测方向的科研项目较少", "suggestion": "在筹建期内补充立项并形成技术规范"}],
    "conclusion": "approve",
    "opinion_text": "专家组认为，申请单位具备筹建条件，计量测试能力能够满足电力行业碳计量需求，筹建方案切实可行。\n建议批准筹建，并在任务书中"
                    "明确科技创新指标。",
    "signatures": [{"name": m["name"], "signed": True, "signed_on": date(2026, 2, 12), "dissent": ""} for m in MEMBERS],
    "report_date": date(2026, 2, 12),
}  # fmt: skip

MINUTES = {
    "case_no": "HB-CMC-2026-003", "center_name": CENTRE, "applicant_name": APPLICANT, "body": "局长办公会议",
    "held_on": date(2026, 3, 10), "place": "第一会议室", "chair": "测试局长",
    "attendees": [
        {"name": "测试局长", "org": "局长", "status": "present"}, {"name": "测试副局长", "org": "副局长", "status": "present"},
        {"name": "测试处长", "org": "计量处处长", "status": "present"}, {"name": "测试总工", "org": "总工程师", "status": "absent"},
        {"name": "测试甲", "org": "专家组组长", "status": "observer"},
    ],
    "matters": "听取计量处关于申请、受理和专家评审情况的汇报，审阅专家组提交的筹建评审报告。\n讨论筹建任务书的主要指标和筹建期限。",
    "dissent": "", "outcome": "approve",
    "decision_text": "同意批准筹建，由计量处按程序印发批准筹建文件，同时下达筹建任务书。\n请所在地市场监管部门做好日常管理和指导。",
    "reasons": "", "return_matters": "", "period_start": date(2026, 3, 12), "period_end": date(2029, 3, 11),
    "longer_reason": "", "addressee": "", "recorder": "测试记录员", "recorded_on": date(2026, 3, 10),
}  # fmt: skip

TASK_BOOK = {
    "task_book_no": "HB-TB-2026-003", "approval_ref": "鄂市监量函〔2026〕12号", "center_name": f"{CENTRE}（筹）", "party_issuer": NAME,
    "party_undertaker": {"name": APPLICANT, "uscc": "12420000MA00T0013J", "representative": "测试法人", "director": "测试主任",
                         "phone": "000-00000000"},
    "party_members": [{"name": "测试联合检测有限公司", "uscc": "91420100MA00T0021X", "tasks": "烟气流速测量装置研制"}],
    "period_start": date(2026, 3, 12), "period_end": date(2029, 3, 11), "longer_reason": "", "longer_approved_by": "",
    "goals": "建成覆盖电力行业碳排放关键参数的计量测试服务平台，形成从监测、校准到数据质量评价的全链条服务能力。\n服务区域内发电企业和重点用能单位，"
             "支撑碳市场数据质量管理。",
    "indicators": [
        {"no": f"T{i}", "duty_ref": DUTIES[i % 3][0], "content": content, "indicator": what, "unit": "项", "baseline": Decimal(i),
         "target": Decimal(i + 4), "due": date(2028, 12, 31), "verification": "证书", "weight": Decimal(20), "change_reason": ""}
        for i, (content, what) in enumerate([
            ("编制电力行业碳计量需求报告", "需求报告"), ("研制烟气流速现场校准装置", "新建计量标准"), ("开展在线监测设备校准", "校准项目"),
            ("制定电碳计量技术规范", "技术规范"), ("建设碳计量数据质量评价平台", "接入企业数"),
        ], start=1)
    ],
    "difference_reason": "",
    "milestones": [{"year": 2026 + i, "content": text, "due": date(2026 + i, 12, 31)} for i, text in enumerate(
        ["完成场地改造和首批设备购置", "建成主要计量标准并通过考核", "全部指标达到目标值，申请验收考核"])],
    "budget_total": Decimal("600.00"),
    "budget_by_year": [{"year": 2026 + i, "amount": Decimal(a)} for i, a in enumerate((300, 200, 100))],
    "budget_by_source": [{"source": "自筹资金", "amount": Decimal(400)}, {"source": "财政资金", "amount": Decimal(200)}],
    "duties_issuer": "指导筹建工作，协调解决筹建中的重大问题，按照规定组织验收考核。",
    "duties_undertaker": "按照本任务书完成筹建任务，对筹建工作和经费使用负责；筹建过程中的重大情况及时向本局报告；在筹建期限届满3个月前申请验收考核。",
    "signatures": [{"party": "undertaker", "org": APPLICANT, "signer": "测试法人", "sealed": True, "signed_on": date(2026, 3, 11)}],
}  # fmt: skip


PARAM = {
    "prep": {"apply_before": 3}, "extension": {"max_count": 1}, "recheck": {"period": 5}, "rectification": {"stage1": {"period": 3}},
    "score": {"full_mark": 100, "pass_mark": 80},
}  # fmt: skip


def context(name: str, draft: bool = False) -> dict[str, Any]:
    """The context for template `name` (file name without .docx); a draft has neither number nor date."""
    code = name.removesuffix(".red_head")
    return {
        **accepted.FORMS,
        **prepared.FORMS,
        "then": prepared.THEN,
        "doc": {
            "code": code, "kind": KINDS.get(name, "通知"), "title": TITLES[name], "number": "" if draft else NUMBERS[name],
            "date": None if draft else date(2026, 3, 12), "addressee": APPLICANT,
            "copies_to": ["测试市人民政府", "测试市市场监督管理局"] if code != "receipt_record" else [],
            "annexes": ["湖北省碳计量中心（电碳）（筹）筹建任务书"] if code == "preparation_approval" else [],
            "issuer": NAME, "basis": [ACT + "第十条第一款", ACT + "第十条第二款", ACT + "第十一条第一句"],
            "remedy": REMEDY if code in ADVERSE else "",
            "reason": REASONS.get(name, "经专家评审，申请单位现有计量标准不能覆盖所申请的服务领域，计量测试能力条件不具备。" if code in ADVERSE else ""),
            "text": accepted.TEXT if name in accepted.TITLES else prepared.TEXT if name in prepared.TITLES else operated.TEXT if name in operated.TITLES else {},
            "together": {},
        },
        "param": PARAM,
        "filing": operated.FILING,
        **({"act": {**operated.ACTS, **office.ACTS}[name]} if name in operated.ACTS or name in office.ACTS else {}),
        "draw": office.DRAW,
        "opened": office.OPENED,
        "case": {"no": "HB-CMC-2026-003", "center_name": CENTRE, "applicant": APPLICANT, "channel": "direct",
                 "opened_on": date(2026, 1, 16), "received_on": date(2026, 1, 16), "joint": False},
        "application": {"attachments": ATTACHMENTS, "center_name": CENTRE, "applicant": {"uscc": "12420000MA00T0013J", "address": "测试市测试路8号"}},
        "intake_decision": {"decision": "accept", "missing_items": [], "reason_code": "", "reason": "", "right_body": ""},
        "expert_team_form": {"members": MEMBERS, "date_from": date(2026, 2, 5), "date_to": date(2026, 2, 11), "place": "测试市测试路8号",
                             "rules_ref": "PRR-1.0", "contact_name": "测试联系人", "contact_phone": "000-00000000"},
        "deliberation_minutes": MINUTES, "task_book": TASK_BOOK, "preparation_review_report": REPORT, "findings": FINDINGS,
        "authority": {"name": NAME, "short": "省市场监管局", "phone": "000-00000000", "address": "测试市测试路1号（测试地址）",
                      "office": f"{NAME}办公室（测试）"},
        "clocks": {**prepared.CLOCKS, "CORRECT": {"final": date(2026, 2, 6), "working": "自2026年1月16日次日起算15个工作日，至2026年2月6日止（2026年放假安排）。"},
                   "DECIDE": {"final": date(2026, 2, 24), "working": "自2026年1月20日次日起算20个工作日，至2026年2月24日止。"}},
        "lists": {"preparation_review_items": [{"code": c, "zh": z} for c, z in ITEMS], "duties": [{"code": c, "zh": z} for c, z in DUTIES],
                  **accepted.LISTS, **prepared.LISTS, **operated.LISTS,
                  "review_rules_version": [{"code": "PRR-1.0", "zh": "湖北省碳计量中心筹建评审细则"}]},
    }  # fmt: skip
