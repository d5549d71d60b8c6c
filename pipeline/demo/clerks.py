"""Invented people of the office itself: what they write when a case is handed on, urged, sent back, printed, mended, put away.

Like those of `players`, who calls them. What only the occasion knows (a document's number, a job's, an item's) comes
from the prefilled form or from whoever plays it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from pipeline.law.pack import Pack

Values = dict[str, Any]
Hand = Callable[[Pack, Values, date], Values]

OFFICER, DEPUTY, CHIEF = "测试承办人", "测试承办人乙", "测试局长"
WEEK = timedelta(days=7)


def _withdrawal(pack: Pack, given: Values, today: date) -> Values:
    return {
        "stage": "application", "reason": "测试单位因内部调整撤回申请。", "understood": True, "signer": "张测试", "sealed": True, "letter_date": today,
        "sponsor_informed": True,
    }  # fmt: skip


def _mending(pack: Pack, given: Values, today: date) -> Values:
    return {
        "action": "correct", "addressee": given.get("addressee") or given.get("applicant") or "测试单位", "reasons": "测试理由：文书中的文字有误。",
        "corrections": [{"before": "测试单位甲", "after": "测试单位乙"}], "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _opinion_request(pack: Pack, given: Values, today: date) -> Values:
    return {
        "action": "ask", "kind": "joint", "officer": DEPUTY, "role": "办理", "question": "测试：文稿是否符合办理要求，请提出意见。", "asked_by": OFFICER, "asked_on": today,
    }  # fmt: skip


def _opinion(pack: Pack, given: Values, today: date) -> Values:
    return {"officer": given.get("officer") or DEPUTY, "opinion": "agree", "text": "测试意见：同意。", "given_on": today}


def _print(pack: Pack, given: Values, today: date) -> Values:
    return {"copies": 2, "purpose": "测试：送达当事单位和存档", "sealed_by": "测试用印人", "printed_by": OFFICER, "printed_on": today}


def _return_slip(pack: Pack, given: Values, today: date) -> Values:
    return {"reasons": "测试理由：前一环节的记录有缺漏，退回补办。", "officer": OFFICER, "decided_on": today}


def _transfer(pack: Pack, given: Values, today: date) -> Values:
    return {
        "role": "办理", "from_officer": OFFICER, "to_officer": DEPUTY, "reason": "测试：岗位调整", "state_of_work": "测试：材料已经核对，等待专家组意见。", "handed_on": today,
    }  # fmt: skip


def _urging(pack: Pack, given: Values, today: date) -> Values:
    return {"to_role": "办理", "text": "测试：请于本周内办理。", "asked_by": OFFICER, "asked_on": today}


def _retraction(pack: Pack, given: Values, today: date) -> Values:
    return {"reason": "测试：报错了文件", "replaced_later": True, "signer": "张测试", "date": today}


def _delegation(pack: Pack, given: Values, today: date) -> Values:
    return {
        "officer": CHIEF, "deputy": "测试副局长", "action": "grant", "from_date": today, "to_date": today + WEEK, "scope": "all", "reason": "测试：出差", "signed_on": today,
    }  # fmt: skip


def _absence(pack: Pack, given: Values, today: date) -> Values:
    return {
        "person": OFFICER, "role": "办理", "action": "away", "from_date": today, "to_date": today + WEEK, "deputy": DEPUTY, "reason": "测试：休假", "filed_on": today,
    }  # fmt: skip


def _handover(pack: Pack, given: Values, today: date) -> Values:
    return {"role": "办理", "from_person": OFFICER, "to_person": DEPUTY, "effective_on": today, "reason": "测试：岗位调整", "filed_on": today}


def _takeover(pack: Pack, given: Values, today: date) -> Values:
    row = {"paper_no": "测试纸质〔2025〕1号", "center_name": "测试碳计量中心", "applicant": "测试计量研究院", "state": "accepted", "opened_on": today - WEEK}
    return {
        "taken_over_on": today, "source_register": "测试纸质登记簿第1册", "reason": "测试：启用系统之前受理的案件", "officer": OFFICER, "filed_on": today, "cases": [row],
    }  # fmt: skip


def _holiday_table(pack: Pack, given: Values, today: date) -> Values:
    year = today.year + 1
    return {
        "year": year, "notice": f"测试：关于{year}年部分节假日安排的通知", "notice_no": "测试发〔0000〕1号", "published_on": today,
        "holidays": [{"name": "元旦", "first": date(year, 1, 1), "last": date(year, 1, 1)}], "officer": OFFICER, "filed_on": today,
    }  # fmt: skip


def _confirmation(pack: Pack, given: Values, today: date) -> Values:
    return {"decision": "confirm", "officer": DEPUTY, "confirmed_on": today}


def _archiving(pack: Pack, given: Values, today: date) -> Values:
    return {"fonds_no": given.get("fonds_no") or "T001", "unit_code": given.get("unit_code") or "CS", "archivist": "测试档案员", "archived_on": today}


def _destruction(pack: Pack, given: Values, today: date) -> Values:
    return {
        "opinion": "测试意见：保管期限届满，没有继续保存的价值。", "appraised_by": "测试鉴定人", "approved_by": CHIEF, "supervised_by": "测试监销人", "decided_on": today,
    }  # fmt: skip


def _move(pack: Pack, given: Values, today: date) -> Values:
    return {"reason": "测试：拖动了案件文件夹", "filed_on": today}


def _retry(pack: Pack, given: Values, today: date) -> Values:
    return {"reason": "测试：磁盘已经清理，请重试。", "officer": OFFICER, "filed_on": today}


def _series_start(pack: Pack, given: Values, today: date) -> Values:
    return {"series": "receipt", "year": today.year, "start": 101, "reason": "测试：启用系统之前已经编到100号", "officer": OFFICER, "filed_on": today}


def _clerk_filing(pack: Pack, given: Values, today: date) -> Values:
    return {
        "applicant_name": given.get("applicant_name") or "测试计量研究院", "receipt_channel": "counter", "received_on": today, "evidence_file": "附件/收件凭证.pdf",
        "clerk": OFFICER, "registered_on": today,
    }  # fmt: skip


HANDS: Mapping[str, Hand] = {
    "withdrawal_letter": _withdrawal,
    "document_mending": _mending,
    "opinion_request": _opinion_request,
    "opinion_sheet": _opinion,
    "print_record": _print,
    "return_slip": _return_slip,
    "task_transfer": _transfer,
    "urging_slip": _urging,
    "retraction": _retraction,
    "delegation": _delegation,
    "absence_notice": _absence,
    "duty_handover": _handover,
    "case_takeover": _takeover,
    "holiday_table": _holiday_table,
    "office_confirmation": _confirmation,
    "archiving_record": _archiving,
    "destruction_record": _destruction,
    "move_request": _move,
    "retry_request": _retry,
    "series_start": _series_start,
    "clerk_filing": _clerk_filing,
}
"""Who writes what, by form code."""
