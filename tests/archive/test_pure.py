"""The parts of the archive that need no office: the list, the journal's extract, formats, retention, risks, laying down a package."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import bagit
import pytest

from pipeline.archive import metadata
from pipeline.archive.algorithms import algorithms, first_to_end
from pipeline.archive.bags import PAYLOAD, faults_of_bag, tag_files, write_package
from pipeline.archive.digests import sha256_of_bytes, sm3_of_bytes
from pipeline.archive.extract import entry_hash, extract, faults_of_extract
from pipeline.archive.fixity import DAMAGED, MISSING, Kept, audit
from pipeline.archive.formats import format_of
from pipeline.archive.four_checks import TESTS, Phase, check_items, check_package
from pipeline.archive.holding import Origin, open_holding
from pipeline.archive.judges import Judges, Status
from pipeline.archive.migration import algorithm_risks, format_risks
from pipeline.archive.retention import expiring, filing_due, transfer_due
from pipeline.cases.journal import GENESIS, chain_hash, chain_sm3

ROOT = Path(__file__).parents[2]


def test_every_item_of_the_list_has_its_test_and_every_test_its_item() -> None:
    assert {item.test for item in check_items()} == set(TESTS)
    assert len({item.id for item in check_items()}) == len(check_items()) >= 32
    assert all(item.zh and item.en and item.remedy and set(item.phases) <= set(Phase) for item in check_items())


def test_sm3_is_the_standards() -> None:
    """GB/T 32905-2016, example 1."""
    assert sm3_of_bytes(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


# --- the journal's extract ------------------------------------------------------------------------------------------


def rows() -> list[dict[str, object]]:
    found, previous, beside = [], GENESIS, GENESIS
    for n, text in enumerate(("立案", "收文", "归档"), 1):
        data = json.dumps({"zh": text}, ensure_ascii=False)
        row = (n, "c", n, "noted", "2026-01-16T10:00:00+08:00", "甲", data)
        said = {"previous": previous, "hash": chain_hash(previous, *row)}
        if n > 1:  # the first is from before there was SM3
            said |= {"previous_sm3": beside, "sm3": chain_sm3(beside, *row)}
        found.append(dict(zip(("seq", "case", "case_seq", "kind", "at", "actor", "data"), row, strict=True)) | said)
        previous, beside = said["hash"], said.get("sm3") or said["hash"]
    return found


def test_an_extract_says_of_each_entry_what_the_journal_says() -> None:
    assert all(entry_hash(row) == row["hash"] for row in rows())
    assert faults_of_extract(extract(rows())) == ()


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda data: data.replace("收文".encode(), "发文".encode()), "第2条与其散列不符"),
        (lambda data: data.replace("收文".encode(), "发文".encode()), "第2条与其 SM3 不符"),
        (lambda data: re.sub(rb'("sm3": ")....', rb"\g<1>0000", data), "第3条与其 SM3 不符"),
        (lambda data: b"\n".join([data.splitlines()[0], data.splitlines()[2]]), "之前缺本案第2条"),
        (lambda data: data.replace(b'"seq"', b'"seg"', 1), "读不通"),
        (lambda data: b"", "空的"),
    ],
)
def test_a_spoiled_extract_is_found(spoil, word: str) -> None:  # type: ignore[no-untyped-def]
    assert any(word in fault for fault in faults_of_extract(spoil(extract(rows()))))


# --- laying down a package ------------------------------------------------------------------------------------------

FILES = {f"件/{n}.txt": f"第{n}份".encode() for n in range(6)}


def contents(store: Path) -> dict[str, str]:
    """The files of a small package by digest, their bytes in `store`."""
    payload = {path: (sha256_of_bytes(data), len(data)) for path, data in FILES.items()}
    tags = tag_files(payload, {"Bagging-Date": "2026-01-16", "External-Description": "一行\n两行"}, {path: sm3_of_bytes(data) for path, data in FILES.items()})
    for data in (*FILES.values(), *tags.values()):
        (store / sha256_of_bytes(data)).write_bytes(data)
    return {f"{PAYLOAD}/{path}": digest for path, (digest, _) in payload.items()} | {name: sha256_of_bytes(data) for name, data in tags.items()}


def test_a_package_is_written_whole_and_once(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    files, target = contents(tmp_path / "store"), tmp_path / "包"
    assert write_package(target, files, lambda sha256: tmp_path / "store" / sha256)
    assert bagit.Bag(str(target)).validate() and faults_of_bag(target) == ()
    assert not write_package(target, files, lambda sha256: tmp_path / "不看这里" / sha256), "there already"


def _mend(target: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a tag file and give it the SHA-256 it needs, as somebody would for whom SHA-256 is no obstacle."""
    (target / name).chmod(0o644)
    (target / name).write_text(change((target / name).read_text("utf-8")), "utf-8")
    tags = target / "tagmanifest-sha256.txt"
    tags.chmod(0o644)
    lines = [line for line in tags.read_text().splitlines() if not line.endswith(f"  {name}")]
    tags.write_text("\n".join([*lines, f"{sha256_of_bytes((target / name).read_bytes())}  {name}"]) + "\n")


SM3_FAULTS: list[tuple[str, Callable[[str], str], str, str]] = [
    ("manifest-sm3.txt", lambda text: ("0" if text[0] != "0" else "1") + text[1:], "data/件/0.txt", "SM3 与 manifest-sm3.txt 不符"),
    ("manifest-sm3.txt", lambda text: text.split("\n", 1)[1], "data/件/0.txt", "不在 manifest-sm3.txt 里"),
    ("manifest-sm3.txt", lambda text: text + "0" * 64 + "  ../../outside\n", "../../outside", "不在包里"),
    ("bag-info.txt", lambda text: text.replace("2026", "2027"), "bag-info.txt", "SM3 与 tagmanifest-sm3.txt 不符"),
]


@pytest.mark.parametrize(("name", "change", "path", "word"), SM3_FAULTS, ids=["a digest", "a file left out", "a file outside", "a tag file"])
def test_what_the_manifests_of_sm3_say_is_judged_too(tmp_path: Path, name: str, change: Callable[[str], str], path: str, word: str) -> None:
    (tmp_path / "store").mkdir()
    files, target = contents(tmp_path / "store"), tmp_path / "包"
    write_package(target, files, lambda sha256: tmp_path / "store" / sha256)
    target.chmod(0o755)
    _mend(target, name, change)
    assert bagit.Bag(str(target)).validate(), "the library itself sees nothing"
    assert any(fault.path == path and word in fault.zh for fault in faults_of_bag(target)), faults_of_bag(target)


KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.archive.bags import write_package
import json
store, target, files, last = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
count = 0
def audit(event, args):
    global count
    if event in ("os.rename", "os.mkdir", "os.chmod", "os.remove"):
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(audit)
write_package(target, files, lambda sha256: store / sha256)
print(count)
"""


def test_killed_at_any_step_it_is_finished_by_the_next_try(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    files = contents(tmp_path / "store")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def run(target: Path, last: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, str(tmp_path / "store"), str(target), json.dumps(files), str(last)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    steps = int(run(tmp_path / "whole", 0).stdout)
    assert steps > len(files)
    for last in range(1, steps + 1, 4):
        target = tmp_path / f"包{last}"
        assert run(target, last).returncode == -signal.SIGKILL
        assert not target.exists() or faults_of_bag(target) == (), "whole or not there"
        assert run(target, 0).returncode == 0
        assert bagit.Bag(str(target)).validate() and not target.stat().st_mode & 0o222
        assert {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()} == set(files)


def test_a_source_that_is_not_what_it_should_be_is_not_laid_down(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    files = contents(tmp_path / "store")
    (tmp_path / "store" / files["data/件/3.txt"]).write_bytes(b"other")
    with pytest.raises(OSError, match="changed"):
        write_package(tmp_path / "包", files, lambda sha256: tmp_path / "store" / sha256)
    assert not (tmp_path / "包").exists()


# --- anyone's package -----------------------------------------------------------------------------------------------


def test_another_bag_is_tested_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "说明.txt").write_text("你好", encoding="utf-8")
    here = Path.cwd()
    bagit.make_bag(str(tmp_path / "bag"), {"Contact-Name": "测试"}, checksums=["sha256"])
    assert Path.cwd() == here
    holding = open_holding(tmp_path / "bag")
    assert holding.origin is Origin.BAG
    said = {r.item.id: r.outcome.status for r in check_package(holding, Phase.TRANSFER, Judges()).results}
    assert {said[key] for key in ("1-1", "1-12", "2-2", "2-11", "3-3", "4-2", "4-3")} == {Status.PASS}
    assert said["1-7"] is Status.NOT_RUN and not check_package(holding, Phase.TRANSFER, Judges()).ok


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"format": "hongtou-archive/1"}', "\xff", '{"format": "hongtou-archive/1", "package": {}, "items": [{"code": 1}], "business": [], "left_out": [], "earlier": [], "counts": {}}', "[" * 5000])
def test_metadata_of_any_shape_are_never_trusted(tmp_path: Path, said: str) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / metadata.FILE).write_bytes(said.encode("latin-1"))
    bagit.make_bag(str(tmp_path / "bag"), checksums=["sha256"])
    report = check_package(open_holding(tmp_path / "bag"), Phase.FILING, Judges())
    said_of = {r.item.id: r.outcome for r in report.results}
    assert said_of["3-1"].status is Status.FAIL and said_of["1-7"].status is Status.NOT_RUN and not report.ok


def test_a_path_that_leads_out_of_the_package_is_refused(tmp_path: Path) -> None:
    part = {"role": "正本", "path": "../../secret", "sha256": "0" * 64, "size": 1, "format": "pdf"}
    said = {"format": metadata.FORMAT, "package": {}, "counts": {}, "business": [], "left_out": [], "earlier": [], "items": [{"code": "x", "metadata": {}, "parts": [part]}]}
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / metadata.FILE).write_bytes(metadata.to_bytes(said))
    bagit.make_bag(str(tmp_path / "bag"), checksums=["sha256"])
    assert "结构不认识" in open_holding(tmp_path / "bag").trouble


@pytest.mark.parametrize(
    ("name", "data", "item"),
    [
        ("a.exe", b"MZ....", "4-2"), ("a.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (x) >>", "4-2"), ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1"), "3-3"),
        ("a.bin", b"\x00\x01\x02", "3-3"), ("a.pdf", b"%PDF-1.7 trailer << /Encrypt 1 0 R >>", "3-8"),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_fails_and_is_named(tmp_path: Path, name: str, data: bytes, item: str) -> None:
    (tmp_path / name).write_bytes(data)
    outcome = next(r.outcome for r in check_package(open_holding(tmp_path), Phase.KEEPING, Judges()).results if r.item.id == item)
    assert outcome.status is Status.FAIL and name in outcome.evidence[0]


# --- formats, retention, risks --------------------------------------------------------------------------------------


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "pdf"), ("改名.pdf", b"\x89PNG\r\n\x1a\n", "png"), ("a.docx", zipped("word/document.xml"), "docx"),
        ("a.docx", zipped("word/document.xml", "word/vbaProject.bin"), "docm"), ("a.xlsx", zipped("xl/workbook.xml"), "xlsx"), ("a.ofd", zipped("OFD.xml"), "ofd"),
        ("a.zip", zipped("b"), "zip"), ("a.json", b"{}", "json"), ("a.txt", "汉字".encode(), "txt"), ("a", b"PKxx", "unknown"), ("a.csv", "汉".encode("gbk"), "unknown"),
    ],
)  # fmt: skip
def test_a_format_is_known_by_its_bytes(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert format_of(tmp_path / name).id == kind


def test_retention_is_over_the_day_after_its_last() -> None:
    row = {"code": "A", "title": "t", "expires": "2036-12-31", "case_no": "1"}
    assert expiring([row], date(2036, 12, 31), {}) == ()
    assert [one.code for one in expiring([row, {**row, "code": "B", "expires": ""}], date(2037, 1, 1), {"A": "2037-01-01"})] == ["A"]


def test_dates_of_filing_and_transfer() -> None:
    assert filing_due(date(2026, 1, 16), "06-30") == date(2027, 6, 30)
    assert transfer_due({"year": 2026}, 20) == date(2047, 1, 1)


def test_what_is_at_risk_comes_first_with_what_to_do() -> None:
    risks = format_risks([("a", "pdf"), ("b", "doc"), ("c", "doc"), ("d", "docx")])
    assert [(risk.id, risk.count, risk.acute) for risk in risks] == [("doc", 2, True), ("docx", 1, False), ("pdf", 1, False)]
    assert "PDF/A-2b" in risks[0].what
    assert [(r.id, r.acute) for r in algorithm_risks({"rsa2048": ["x"], "sha256": ["x"]}, 2026)] == [("rsa2048", True), ("sha256", False)]
    later = {r.id: r for r in algorithm_risks({"rsa2048": ["x"], "sha256": ["x"], "ecdsa256": ["x"], "newhash": ["x"]}, 2039)}
    assert {name for name, risk in later.items() if risk.acute} == {"rsa2048", "ecdsa256", "newhash"}
    assert later["sha256"].until is None and "没有公布停用日期" in later["sha256"].what, "unknown is said, not guessed"


def test_every_algorithm_of_the_table_has_its_source_and_the_first_to_end_is_found() -> None:
    assert all(one.source and one.zh and one.instead for one in algorithms().values())
    assert all(one.end is None or one.end < date(2030, 1, 1) for one in algorithms().values()), "no end without a published one"
    first = first_to_end(["sha256", "rsa2048", "sha224", "ecdsa256"])
    assert first is not None and first.end == date(2029, 1, 1)
    assert first_to_end(["sha256", "ecdsa256", "sm3", "unheard-of"]) is None


def test_fixity_mends_only_with_the_right_bytes(tmp_path: Path) -> None:
    good, bad, gone = tmp_path / "good", tmp_path / "bad", tmp_path / "gone"
    good.write_bytes(b"x")
    bad.write_bytes(b"y")
    sha256 = sha256_of_bytes(b"x")
    kept = [Kept("good", good, sha256), Kept("bad", bad, sha256, (gone, good)), Kept("gone", gone, sha256, (tmp_path / "no",)), Kept("worse", tmp_path / "w", sha256, (bad,))]
    looked = audit(kept)
    assert [(loss.name, loss.how, loss.mended_from) for loss in looked.losses] == [("bad", DAMAGED, ""), ("gone", MISSING, ""), ("worse", MISSING, "")]
    mended = audit(kept[:3], lambda one, spare: one.path.write_bytes(spare.read_bytes()) and None)
    assert [(loss.name, loss.mended_from) for loss in mended.losses] == [("bad", str(good)), ("gone", "")] and not mended.ok and bad.read_bytes() == b"x"
