"""A case filed through the folder door: codes, a bag that others accept, originals untouched, a report that is signed."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from pathlib import Path

import bagit
from whole.town import Town

from pipeline.archive.four_checks import Phase, check_package
from pipeline.archive.holding import open_holding
from pipeline.archive.judges import Judges, Status
from pipeline.cases.events import Kind
from pipeline.desk.archive_judges import judges_for
from pipeline.desk.archive_lists import cases_of, waiting
from pipeline.desk.archive_lists import filed as acts
from pipeline.desk.archiving import package_home
from pipeline.desk.rebuilding import rebuild_office
from pipeline.desk.showing import fingerprint_of
from pipeline.papers.verify import verify_pdf

from .conftest import file_case


def home_of(town: Town, act: int = 0) -> Path:
    case = town.case()
    return package_home(town.desk, case, case.archived[act])


def test_the_package_is_a_bag_that_the_library_accepts(filed: Town) -> None:
    home = home_of(filed)
    assert home.parent == filed.outbox / "归档" / "2026"
    bag = bagit.Bag(str(home))
    assert bag.validate() and bag.info["External-Identifier"] == filed.case().no
    items = {item["code"] for item in filed.case().archived[0]["items"]}
    assert {p.name for p in (home / "data").iterdir() if p.is_dir()} == items
    said = json.loads((home / "data" / "metadata.json").read_text(encoding="utf-8"))
    assert said["counts"]["items"] == len(items) and {row["act"] for row in said["business"]} >= {"拟稿", "签发", "用印签名", "归档", "收文登记"}


def test_nobody_may_write_into_it(filed: Town) -> None:
    home = home_of(filed)
    assert [p for p in (home, *home.rglob("*")) if p.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)] == []


def test_the_sealed_original_is_untouched_and_the_copy_bears_the_stamp(filed: Town) -> None:
    paper = filed.case().latest("rejection_notice")
    assert paper is not None
    code = next(item["code"] for item in filed.case().archived[0]["items"] if item["doc_no"] == paper.number)
    original, copy = (home_of(filed) / "data" / code / name for name in ("正本.pdf", "归档件.pdf"))
    assert original.read_bytes() == filed.desk.store.get(paper.kept_sha256)
    assert paper.kept_sha256 != paper.sha256 and original.read_bytes().startswith(filed.desk.store.get(paper.sha256)), "filed with its archival timestamp"
    assert verify_pdf(original.read_bytes(), filed.desk.keys.trust, filed.now).ok
    assert b"/ByteRange" not in copy.read_bytes() and copy.read_bytes() != original.read_bytes()
    assert (home_of(filed) / "data" / code / "处理单.pdf").is_file(), "the sheet that signed it off goes with it"


def test_what_was_dropped_lies_in_it_as_it_came(filed: Town) -> None:
    case = filed.case()
    filing = next(f for f in case.filings.values() if f["form"] == "application_form")
    code = next(item["code"] for item in case.archived[0]["items"] if item["form"] == "application_form")
    folder = home_of(filed) / "data" / code
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}
    assert {filing["original"], filing["main_sha256"], *(a["sha256"] for a in filing["attachments"])} <= digests


def test_it_passed_the_four_properties_with_nothing_left_unsaid(filed: Town) -> None:
    checked = filed.case().archived[0]["checked"]
    assert checked["ok"] and checked["failed"] == 0 and checked["not_run"] == len(checked["lines"])
    home = home_of(filed)
    report = home.with_name(f"{home.name}_四性检测报告.pdf").read_bytes()
    assert verify_pdf(report, filed.desk.keys.trust, filed.now).ok
    plain = json.loads(home.with_name(f"{home.name}_四性检测报告.json").read_text(encoding="utf-8"))
    assert plain["counts"]["pass"] >= 30 and all(item["justified"] for item in plain["items"] if item["status"] == "not_run")
    assert next(item for item in plain["items"] if item["id"] == "3-3")["evidence"][0].endswith("（veraPDF 判定）")
    assert home.with_name("归档文件目录_2026.docx").is_file()
    assert "四性检测（归档）" in filed.timeline(filed.case())


def test_the_archive_is_made_again_byte_for_byte(filed: Town) -> None:
    before = {name: sha256 for name, sha256 in fingerprint_of(filed.desk).items() if "/归档/" in name}
    for folder in (p for p in (filed.outbox / "归档").rglob("*") if p.is_dir()):
        folder.chmod(0o755)
    shutil.rmtree(filed.outbox / "归档")
    rebuild_office(filed.desk)
    assert {name: sha256 for name, sha256 in fingerprint_of(filed.desk).items() if "/归档/" in name} == before != {}


def test_filing_is_no_copy_of_a_case_folder(filed: Town) -> None:
    filed.sweep()
    assert bagit.Bag(str(home_of(filed))).is_valid() and list((filed.outbox / "归档").rglob("说明_这是副本.txt")) == []


def test_what_comes_later_is_added_as_its_own_record(filed: Town) -> None:
    case = filed.case()
    paper = case.latest("rejection_notice")
    assert paper is not None
    first = {p: p.read_bytes() for p in home_of(filed).rglob("*") if p.is_file()}
    receipt = {"case_no": case.no, "document_no": paper.number, "recipient": "测试单位", "method": "direct", "received_on": filed.today, "received_by": "测试收件人", "served_by": "测试承办人", "recorded_on": filed.today}
    assert filed.drop("办理", filed.blank("service_receipt", receipt), "送达回证.docx").outcome == "recorded"
    assert [row["no"] for row in waiting(filed.desk, cases_of(filed.desk), filed.today)] == [case.no]
    file_case(filed, late_reason="送达回证后收到")
    late = filed.case().archived[1]
    assert [item["form"] for item in late["items"]] == ["service_receipt"] and late["checked"]["ok"], late["checked"]["lines"]
    assert bagit.Bag(str(home_of(filed, 1))).is_valid() and home_of(filed, 1).name.endswith("_补归1")
    assert {p: p.read_bytes() for p in first} == first, "the first package stays as it was"
    assert [row["reason"] for row in acts(filed.desk, cases_of(filed.desk))] == ["", "送达回证后收到"]
    filed.books_are_whole()


def test_a_crash_between_record_and_package_is_made_good(filed_town: Town, filed: Town) -> None:
    """The record says the package is made; half of it lies on disk: the job lays down the rest and nothing twice."""
    home = home_of(filed)
    wanted = {p.relative_to(home).as_posix(): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    for folder in (home, *(p for p in home.rglob("*") if p.is_dir())):
        folder.chmod(0o755)
    partial = home.with_name(f".未完成_{home.name}")
    home.rename(partial)
    for n, path in enumerate(sorted(p for p in partial.rglob("*") if p.is_file())):
        if n % 3 == 0:
            path.unlink()
        elif n % 3 == 1:
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-1])
    rebuild_office(filed.desk)
    assert {p.relative_to(home).as_posix(): p.read_bytes() for p in home.rglob("*") if p.is_file()} == wanted and not partial.exists()
    assert [e.kind for e in filed.case().history].count(Kind.PACKAGED) == 1


def test_without_judges_nothing_passes_that_needs_one(filed: Town) -> None:
    holding = open_holding(home_of(filed))
    bare = {r.item.id: r.outcome.status for r in check_package(holding, Phase.FILING, Judges()).results}
    assert {key for key, status in bare.items() if status is Status.NOT_RUN} == {"1-1", "1-13", "2-7", "3-2", "3-3", "3-4", "4-1", "4-7"}
    for phase in (Phase.TRANSFER, Phase.KEEPING):
        report = check_package(holding, phase, judges_for(filed.desk, holding))
        assert report.ok, [(r.item.id, r.outcome) for r in report.results if r.outcome.status is not Status.PASS]
