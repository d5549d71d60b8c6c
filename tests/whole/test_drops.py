"""What people really drop, and what each of them is told: exactly one answer, a plain remedy, and nothing lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pipeline.cases import journal
from pipeline.demo.bundles import MISTAKES, Bundle, hostile_docx
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx

from .town import Town


def scan() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (800, 1100), 230).save(buffer, "PDF")
    return buffer.getvalue()


def ole(marker: str) -> bytes:
    """The head of an OLE compound file, as .doc and .wps have it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(24) + marker.encode("utf-16-le") + bytes(2000)


REMEDIES: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("申报书.doc", lambda: ole("WordDocument"), "unreadable", ".docx"),
    ("申报书.wps", lambda: ole("WpsDocument"), "unreadable", ".docx"),
    ("申报书.rar", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(400), "unreadable", "解压"),
    ("申报书扫描件.pdf", scan, "to_clerk", "工作人员"),
    ("带宏的申报书.docx", hostile_docx, "quarantined", "宏"),
    ("安装.exe", lambda: b"MZ" + bytes(500), "quarantined", "程序"),
    ("空的.docx", lambda: b"", "unreadable", "空文件"),
    ("说明.txt", "您好，请查收。".encode, "unreadable", "空白表格"),
]


def test_each_kind_of_file_has_its_plain_remedy(town: Town) -> None:
    for name, make, outcome, word in REMEDIES:
        told = town.drop("申报", make(), name)
        assert (told.outcome, word in told.words) == (outcome, True), (name, told.outcome, told.words)
    assert town.cases() == []
    assert len(town.answers("申报")) == len(REMEDIES), "one answer each, in the applicant's own folder"
    aside = {p.name for p in (town.outbox / "异常").iterdir()}
    assert any("申报书扫描件.pdf" in name for name in aside), "a clerk finds the scan"
    assert not any(name.endswith((".docx", ".exe")) for name in aside), "what is unsafe lies nowhere but in the store"
    town.books_are_whole()
    assert town.drop("申报", town.bundle()).outcome == "received", "the office goes on"


def test_a_dry_run_answers_everything_and_opens_no_case(town: Town) -> None:
    spoiled = town.bundle(**MISTAKES)
    told = town.drop("预审", spoiled)
    assert told.outcome == "dry_run" and len([f for f in told.findings if f["severity"] == "error"]) >= 12
    assert all(f["label"] and f["zh"] and f["en"] for f in told.findings)
    assert town.cases() == []
    with town.desk.reading() as connection:
        assert [e for e in journal.read(connection) if e.case] == [], "the dry run is on no case's record"
    assert town.drop("预审", town.bundle(name="好的")).words.startswith("没有必须改正的问题")


def test_the_same_application_again_is_already_received(applied: Town) -> None:
    case = applied.case()
    for name in ("又投一次", "再投一次"):
        told = applied.drop("申报", applied.bundle(name=name), owner="测试申请人乙")
        assert told.outcome == "duplicate" and case.no in told.zh and "没有重复登记" in told.zh
    assert len(applied.cases()) == 1
    changed = applied.drop("申报", applied.bundle(name="改了一处", **{"contact.phone": "027-00000001"}))
    assert changed.outcome == "refused" and case.no in changed.words and len(applied.cases()) == 1, changed.words


def test_nobody_speaks_for_another_applicants_case(applied: Town) -> None:
    """A case number is easily guessed; what is dropped in one applicant's folder moves only that applicant's cases."""
    case = applied.case()
    letter = applied.filled(case, "withdrawal_letter", reason="不再申请了。", understood=True, sealed=True, signer="测试外人", letter_date=applied.today)[1]
    paper = {"receipt_no": next(iter(case.papers.values())).number, "reason": "报错了。", "signer": "测试外人", "date": applied.today}
    for name, data in (("撤回申请.docx", letter), ("撤回本次提交.docx", applied.blank("retraction", paper))):
        told = applied.drop("申报", data, name, "测试申请人乙")
        assert told.outcome == "refused" and "不是由您的文件夹" in told.words, told.words
    assert applied.case().state == "submitted" and len(applied.case().history) == len(case.history)
    spoiled = applied.drop("申报", applied.bundle(name="冒名", **{"contact.phone": "12345"}), owner="测试申请人乙")
    assert spoiled.outcome == "refused" and len(applied.cases()) == 1


def test_a_correction_is_told_whole_and_the_next_filing_shows_what_changed(town: Town) -> None:
    told = town.drop("申报", town.bundle(name="有错的", **{"total_budget": "1.00", "contact.phone": "12345"}))
    assert told.outcome == "correction", told.words
    case = town.case()
    assert case.state == "correction_required" and {"X01"} <= told.rules
    home = town.inbox("申报") / "回执"
    names = [p.name for p in home.iterdir()]
    assert any("申报书" in path.name for path in (home / "待填").iterdir()) and any(name.endswith(".pdf") for name in names), names
    again = town.drop("申报", town.bundle(name="改好的"))
    assert again.outcome == "received" and again.case_no == case.no, again.words
    labels = [d["label"] for d in again.differences]
    assert any("电话" in label for label in labels) and any("经费" in label or "预算" in label for label in labels), labels
    assert "1.00" in town.timeline(town.case()) and len(town.cases()) == 1


@pytest.mark.parametrize("case", ["other_law", "wrong_role", "old_version", "no_case", "unknown_case"])
def test_the_wrong_door_is_told(applied: Town, case: str) -> None:
    pack = applied.pack
    intake = pack.forms["intake_decision"]
    other = applied.desk.packs["chongqing"]

    def blank(code: str, **more: str) -> bytes:
        spec = pack.forms[code]
        given = {"form": code, "version": spec.version, "jurisdiction": "hubei", **more}
        return build_docx(pack, spec, FormIdentity(**given))

    foreign = build_docx(other, other.forms["application_form"], FormIdentity(form="application_form", version=other.forms["application_form"].version, jurisdiction="chongqing"))
    role, data, words = {
        "other_law": ("申报", foreign, "改投"),
        "wrong_role": ("申报", blank("intake_decision"), "办理"),
        "old_version": ("办理", blank("intake_decision", version="0.9"), "新表"),
        "no_case": ("办理", blank("intake_decision"), "待办"),
        "unknown_case": ("办理", blank("intake_decision", case="hubei.HB-CMC-2026-999"), "没有编号"),
    }[case]
    assert intake.filed_by == ("办理",)
    before = len(applied.case().history)
    told = applied.drop(role, data, "表.docx")
    assert told.outcome == "refused" and words in told.words, told.words
    assert len(applied.case().history) == before
    assert any("退回" in str(p) for p in applied.outbox.rglob(f"*{told.row.seq:05d}*")), "the note also lies in 退回"


def test_a_sealed_scan_beside_the_data_form_is_accepted(town: Town) -> None:
    """The page that was printed, sealed and scanned comes with the form as data."""
    bundle = town.bundle()
    files = dict(bundle.files)
    listed = next(name for name in files if name.endswith(".pdf"))
    files[listed] = scan()
    told = town.drop("申报", Bundle("申报材料", files))
    assert told.outcome in ("received", "correction"), told.words
    assert all("扫描件" not in f["zh"] or f["severity"] != "error" for f in told.findings)


def test_a_zip_with_names_in_gbk_is_read(town: Town) -> None:
    bundle = town.bundle()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in bundle.files.items():
            info = zipfile.ZipInfo(name)
            archive.writestr(info, data)
    raw = _names_in_gbk(buffer.getvalue(), list(bundle.files))
    told = town.drop("申报", raw, "申报材料.zip")
    assert told.outcome == "received", told.words


def _names_in_gbk(archive: bytes, names: list[str]) -> bytes:
    """The archive written anew with raw GBK names and no UTF-8 flag."""

    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # the standard library knows only ASCII and UTF-8
            return self.filename.encode("gbk"), self.flag_bits & ~0x800

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as out:
        for name in names:
            out.writestr(Gbk(name), source.read(name))
    assert names[0].encode("gbk") in target.getvalue()
    return target.getvalue()


def test_no_name_of_a_drop_stops_the_office(town: Town) -> None:
    long = "很" * 80 + ".docx"
    for name in (long, "带'引号'与&符号<b>.docx".replace("<b>", "b"), "../外面.docx".replace("/", "／")):
        told = town.drop("申报", b"x", name)
        assert told.outcome == "unreadable"
    for path in town.outbox.rglob("*"):
        assert len(str(path.relative_to(town.outbox))) < 140
    answer = town.answers("申报")[0].read_text(encoding="utf-8")
    assert "<script" not in answer


def test_what_was_dropped_is_kept_for_ever(town: Town, tmp_path: Path) -> None:
    data = hostile_docx()
    told = town.drop("申报", data, "带宏的申报书.docx")
    assert town.desk.store.get(told.row.sha256) == data
