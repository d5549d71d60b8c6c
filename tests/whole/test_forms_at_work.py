"""What officers do by form: register for others, record delivery, take back, set a series' start, try a failed step again."""

from __future__ import annotations

from datetime import timedelta

from pipeline.cases.events import Kind
from pipeline.cases.timeline import timeline
from pipeline.demo.bundles import Bundle
from pipeline.demo.players import play
from pipeline.desk.picture import names_of, packet_unit
from pipeline.desk.status import Heartbeat, write_status
from pipeline.papers.forms import fill_docx

from .town import CLERK, Town


def registration(town: Town, **changes: object) -> dict[str, object]:
    came = town.today - timedelta(days=3)
    return {
        "applicant_name": "湖北测试计量研究院", "receipt_channel": "post", "channel_note": "测试单号0001", "received_on": came,
        "evidence_file": "信封.pdf", "clerk": CLERK, "registered_on": town.today, **changes,
    }  # fmt: skip


def on_behalf(town: Town, name: str, **changes: object) -> Bundle:
    bundle = town.bundle(day=town.today - timedelta(days=3))
    form = town.blank("clerk_filing", registration(town, **changes))
    evidence = next(data for file, data in bundle.files.items() if file.endswith(".pdf"))
    return Bundle(name, {**bundle.files, "代办登记.docx": form, "信封.pdf": evidence})


def test_a_clerk_files_for_somebody_and_time_counts_from_the_day_it_came(town: Town) -> None:
    early = town.today - timedelta(days=3)
    faulty = town.drop("办理", on_behalf(town, "日期错的", received_on=town.today + timedelta(days=9)))
    assert faulty.outcome == "refused" and town.cases() == [], faulty.words
    forged = town.drop("申报", on_behalf(town, "申请人自己登记的"))
    assert forged.outcome == "refused" and "承办人" in forged.words and town.cases() == []
    alone = town.drop("办理", town.blank("clerk_filing", registration(town)), "代办登记.docx")
    assert alone.outcome == "refused" and "同一个文件夹" in alone.words
    told = town.drop("办理", on_behalf(town, "邮寄来件"))
    assert told.outcome == "received", told.words
    case = town.case()
    (filing,) = case.filings.values()
    assert filing["received_on"] == early.isoformat() and filing["received_at"].startswith(town.today.isoformat())
    assert filing["enclosed"]["clerk_filing"]["receipt_channel"] == "post"
    words = " ".join(line.zh for line in timeline(case, names_of(town.pack)))
    assert f"实际收到日期 {early}" in words and CLERK in words
    assert case.clocks["INTAKE"].data["base"] == early.isoformat(), "the period runs from actual receipt"


def test_a_packet_waits_until_delivery_is_recorded(applied: Town) -> None:
    case = applied.case()
    paper = case.latest("receipt_record")
    packets = applied.outbox / "待送达"
    assert paper is not None
    assert applied.file(case, "intake_decision").outcome == "recorded"
    notice = applied.case().latest("acceptance_notice")
    assert notice is not None
    home = applied.desk.office.outbox / packet_unit(applied.pack, applied.case(), notice, applied.desk.store).folder
    assert sorted(p.suffix for p in home.iterdir()) == [".docx", ".pdf", ".txt"]
    (home / "快递单号.txt").write_text("测试1234", encoding="utf-8")
    receipt = next(home.glob("*.docx"))
    data = fill_docx(receipt.read_bytes(), play(applied.pack, "service_receipt", {}, applied.today))
    told = applied.drop("办理", data, "送达回证.docx")
    assert told.outcome == "recorded" and notice.number in told.words, told.words
    assert applied.case().papers[notice.id].delivered_on == applied.today.isoformat()
    assert not home.exists() and [p.read_text(encoding="utf-8") for p in applied.outbox.glob("留存/*/快递单号.txt")] == ["测试1234"]
    again = applied.drop("办理", fill_docx(data, {"note": "再登记一次。"}), "送达回证2.docx")
    assert again.outcome == "duplicate"
    assert packets.is_dir()


def test_a_drop_can_be_taken_back_until_somebody_acted_on_it(applied: Town) -> None:
    case = applied.case()
    number = next(p.number for p in case.papers.values() if p.code == "receipt_record")
    paper = {"receipt_no": number, "reason": "报错了文件。", "signer": "测试经办人", "date": applied.today}
    told = applied.drop("申报", applied.blank("retraction", paper), "撤回.docx")
    assert told.outcome == "recorded", told.words
    after = applied.case()
    assert after.state == "withdrawn" and [e.kind for e in after.history].count(Kind.FILED) >= 1
    assert "报错了文件" in applied.timeline(after) and "收到《" in applied.timeline(after), "the timeline keeps both"
    assert all(clock.status == "stopped" for clock in after.clocks.values())
    applied.later(hours=1)
    assert applied.drop("申报", applied.bundle(name="重新报的")).outcome == "received", "a new application may follow"


def test_what_was_acted_on_cannot_be_taken_back(applied: Town) -> None:
    case = applied.case()
    assert applied.file(case, "intake_decision").outcome == "recorded"
    number = next(p.number for p in case.papers.values() if p.code == "receipt_record")
    paper = {"receipt_no": number, "reason": "报错了文件。", "signer": "测试经办人", "date": applied.today}
    told = applied.drop("申报", applied.blank("retraction", paper), "撤回.docx")
    assert told.outcome == "refused" and "不能再撤回" in told.words
    assert applied.case().state == "accepted"


def test_a_series_starts_where_the_paper_register_ended(town: Town) -> None:
    entry = {"series": "case", "year": town.today.year, "start": 12, "reason": "1至11号已在纸质登记簿使用", "officer": CLERK, "filed_on": town.today}
    told = town.drop("办理", town.blank("series_start", entry), "文号起始.docx")
    assert told.outcome == "recorded", told.words
    again = town.drop("办理", town.blank("series_start", {**entry, "start": 20}), "文号起始2.docx")
    assert again.outcome == "refused" and "只能设一次" in again.words, again.words
    case = town.apply()
    assert case.no.endswith("012"), case.no
    late = town.drop("办理", town.blank("series_start", {**entry, "series": "receipt", "start": 30}), "文号起始3.docx")
    assert late.outcome == "refused", late.words
    town.books_are_whole()


def test_a_failed_step_is_shown_and_tried_again_by_form(applied: Town) -> None:
    template = applied.desk.office.forms / "hubei" / "issue" / "acceptance_notice.docx"
    good = template.read_bytes()
    template.write_bytes(b"not a document")
    case = applied.case()
    assert applied.file(case, "intake_decision").outcome == "recorded"
    (failed,) = applied.engine.failed()
    write_status(applied.desk, Heartbeat(applied.now))
    note = next((applied.outbox / "异常").glob("失败_*.txt"))
    words = note.read_text(encoding="utf-8-sig")
    assert failed.id in words and "重试申请" in words and "acceptance_notice" in words
    assert "失败：1" in (applied.outbox / "系统状态.txt").read_text(encoding="utf-8-sig")
    template.write_bytes(good)
    entry = {"job": failed.id, "reason": "模板已恢复", "officer": CLERK, "filed_on": applied.today}
    told = applied.drop("办理", applied.blank("retry_request", entry), "重试申请.docx")
    assert told.outcome == "recorded", told.words
    assert applied.engine.failed() == ()
    write_status(applied.desk, Heartbeat(applied.now))
    assert list((applied.outbox / "异常").glob("失败_*.txt")) == []
    notice = applied.case().latest("acceptance_notice")
    assert notice is not None and notice.status == "sealed"
    wrong = applied.drop("办理", applied.blank("retry_request", {**entry, "job": "没有这个步骤", "reason": "再试"}), "重试2.docx")
    assert wrong.outcome == "refused" and "没有编号为" in wrong.words, wrong.words
    applied.books_are_whole()

