"""Time passes: deadlines are kept once however late and often the sweep runs, and links to a case survive its moves."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.cases.events import Kind
from pipeline.demo.players import play
from pipeline.desk.picture import open_forms, prefill, todo_form
from pipeline.papers.forms import fill_docx

from .town import Town


def shortcut_leads_home(town: Town) -> bool:
    case = town.case()
    page = next((town.outbox / "案件索引").glob(f"{case.no}*.html"))
    link = re.search(r'url=([^"]+)"', page.read_text(encoding="utf-8"))
    assert link is not None
    return (page.parent / link[1]).resolve() == (town.folder(case) / "时间线.html").resolve() and (page.parent / link[1]).exists()


def test_a_correction_that_never_comes_is_closed_by_a_person_after_the_period(town: Town) -> None:
    told = town.drop("申报", town.bundle(name="要补正的", total_budget="1.00"))
    assert told.outcome == "correction" and shortcut_leads_home(town)
    case = town.case()
    final = date.fromisoformat(case.clocks["CORRECT"].data["final"])
    assert "intake_decision" not in {spec.code for _, spec in open_forms(town.pack, case)}, "nothing to decide before the period is over"
    spec = town.pack.forms["intake_decision"]
    values = play(town.pack, "intake_decision", prefill(town.pack, case, spec), town.today, decision="close_expired", reason_code="correction_expired", reason="逾期没有补正材料，终止办理。")
    early = town.file_again(fill_docx(todo_form(town.pack, case, "办理", spec), values), case)
    assert early.outcome == "refused" and "届满" in early.words, early.words
    town.now += timedelta(days=(final - town.today).days)
    town.sweep()
    assert town.case().clocks["CORRECT"].status == "running", "the last day belongs to the party"
    town.later(days=5)
    for _ in range(3):
        town.sweep()
    assert [e.kind for e in town.case().history if e.data.get("clock") == "CORRECT"].count(Kind.CLOCK_PASSED) == 1
    case = town.case()
    assert case.state == "correction_required", "a period that is over decides nothing by itself"
    told = town.file(case, "intake_decision", decision="close_expired", reason_code="correction_expired", reason="逾期没有补正材料，终止办理。")
    assert told.outcome == "recorded", told.words
    assert town.sign(town.case()).outcome == "recorded"
    after = town.case()
    assert after.state == "not_accepted" and shortcut_leads_home(town)
    assert after.clocks["CORRECT"].status == "stopped"
    town.books_are_whole()


def test_an_applicant_withdraws_even_while_a_draft_waits(pending: Town) -> None:
    case = pending.case()
    sheet = pending.sheet(case)
    signed = fill_docx(sheet.read_bytes(), play(pending.pack, "sign_off_sheet", {}, pending.today))
    told = pending.file(case, "withdrawal_letter", stage="application", reason="不再申请了。", understood=True, sealed=True, signer="测试负责人", letter_date=pending.today)
    assert told.outcome == "recorded", told.words
    after = pending.case()
    assert after.state == "withdrawn" and after.pending is None
    assert not sheet.exists()
    late = pending.drop("签发", signed, "签发单.docx")
    assert late.outcome == "stale" and pending.case().state == "withdrawn", "what was to be signed is no longer there"
    assert pending.case().latest("rejection_notice") is None
    pending.books_are_whole()


def test_taking_back_a_correction_lets_its_period_run_on(town: Town) -> None:
    """And the shortcut of the case follows when the applicant's name is corrected."""
    first = town.drop("申报", town.bundle(name="要补正的", **{"total_budget": "1.00", "applicant.name": "湖北测试院（笔误）"}))
    assert first.outcome == "correction", first.words
    until = town.case().clocks["CORRECT"]
    told = town.drop("申报", town.bundle(name="改好的"))
    assert told.outcome == "received", told.words
    assert len(list((town.outbox / "案件索引").iterdir())) == 1 and shortcut_leads_home(town)
    assert (town.case().clocks["CORRECT"].status, town.case().clocks["INTAKE"].status) == ("stopped", "running")
    paper = {"receipt_no": told.number, "reason": "又发现一处错误。", "signer": "测试经办人", "date": town.today}
    assert town.drop("申报", town.blank("retraction", paper), "撤回.docx").outcome == "recorded"
    case = town.case()
    assert case.state == "correction_required" and case.clocks["INTAKE"].status != "running"
    assert case.clocks["CORRECT"].status == "running" and case.clocks["CORRECT"].data["final"] == until.data["final"]
    assert case.application["total_budget"] == 1, "what was taken back counts no longer"
