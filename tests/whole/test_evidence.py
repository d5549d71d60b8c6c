"""Evidence stands by itself: script and page check it without this office, and find any changed byte."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.desk.evidence import as_zip, evidence, find_papers
from pipeline.errors import NotFoundError, RefusedError

from .town import Town


@pytest.fixture
def sealed(pending: Town) -> Town:
    assert pending.sign(pending.case()).outcome == "recorded"
    pending.later(days=1)
    pending.sweep()
    return pending


@pytest.fixture
def package(sealed: Town, tmp_path: Path) -> Path:
    case = sealed.case()
    data = as_zip(evidence(sealed.desk, case, find_papers(case, ""), whole_case=True), "证据")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "证据"


def _script(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-S", folder / "verify.py"], capture_output=True, text=True, check=False)


def _page(folder: Path) -> str:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is part of the tests' set-up"
    command = [
        program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder.parent / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=20000", "--dump-dom", (folder / "verify.html").resolve().as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_script_and_page_pass_what_is_whole(package: Path) -> None:
    told = _script(package)
    assert told.returncode == 0 and "通过 / PASSED" in told.stdout, told.stdout + told.stderr
    assert "✗" not in told.stdout and "最后一个签名覆盖整个文件" in told.stdout and "正是日志所记用印的文件" in told.stdout
    shown = _page(package)
    assert "通过 / PASSED" in shown and 'class="bad"' not in shown, shown[-3000:]
    assert "可追溯到随包的根" in shown and "的时间戳" in shown
    assert "日志各条的 SM3 与日根相符" in told.stdout and "日志各条的 SM3 与日根相符" in shown


CHANGED = ["documents/*.pdf", "documents/*.docx", "documents/*.json", "journal/extract.json", "journal/root.json", "journal/root.p7s", "rules/decisions.txt", "trust/root-1.der"]


@pytest.mark.parametrize("which", CHANGED)
def test_the_script_finds_a_flipped_byte(package: Path, which: str) -> None:
    path = sorted(package.glob(which))[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    told = _script(package)
    assert told.returncode == 1 and path.name in told.stdout, told.stdout


def test_whoever_mends_the_list_after_changing_a_file_is_still_found(package: Path) -> None:
    """The list of hashes is only the first line: signature, journal and root stand behind it."""
    import hashlib

    said = json.loads((package / "evidence.json").read_text(encoding="utf-8"))
    extract = json.loads((package / "journal/extract.json").read_text(encoding="utf-8"))
    extract["entries"][1]["actor"] = "测试他人"
    (package / "journal/extract.json").write_text(json.dumps(extract, ensure_ascii=False), encoding="utf-8")
    pdf = package / said["documents"][0]["pdf"]
    pdf.write_bytes(pdf.read_bytes().replace(b"/Rotate 0", b"/Rotate 90", 1) if b"/Rotate 0" in pdf.read_bytes() else pdf.read_bytes() + b"\n%x\n")
    for name in ("journal/extract.json", said["documents"][0]["pdf"]):
        said["files"][name] = hashlib.sha256((package / name).read_bytes()).hexdigest()
    (package / "evidence.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    told = _script(package)
    assert told.returncode == 1 and "与其摘要不符" in told.stdout and "没有覆盖整个文件" in told.stdout, told.stdout


def test_a_python_without_sm3_says_so(package: Path) -> None:
    script = package / "verify.py"
    script.write_text(script.read_text("utf-8").replace('"sm3" in hashlib.algorithms_available', "False"), "utf-8")
    told = _script(package)
    assert told.returncode == 0 and "· 日志的 SM3 未核验：本机的 Python 没有 SM3" in told.stdout, told.stdout


def test_the_sm3_of_an_entry_is_checked_by_itself(package: Path) -> None:
    """As if SHA-256 no longer held: its parts are left as they are, only what SM3 rests on is changed."""
    extract = json.loads((package / "journal/extract.json").read_text(encoding="utf-8"))
    extract["entries"][1]["previous_sm3"] = "0" * 64
    (package / "journal/extract.json").write_text(json.dumps(extract, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    told = _script(package)
    assert told.returncode == 1 and "与其 SM3 或" in told.stdout and "journal/extract.json 的 SM3 与清单不符" in told.stdout, told.stdout


def test_the_same_evidence_gives_the_same_bytes_and_one_document_shows_only_itself(sealed: Town) -> None:
    case = sealed.case()
    paper = case.latest("rejection_notice")
    assert paper is not None
    one, again = (evidence(sealed.desk, case, (paper,), whole_case=False) for _ in range(2))
    assert as_zip(one, "a") == as_zip(again, "a")
    entries = json.loads(one["journal/extract.json"])["entries"]
    assert {entry["kind"] for entry in entries} >= {"opened", "drafted", "issued", "sealed", "raised"}
    assert "filed" not in {entry["kind"] for entry in entries}, "what others filed is not shown with a single document"


def test_there_is_no_evidence_of_what_is_not_sealed(pending: Town) -> None:
    case = pending.case()
    with pytest.raises(RefusedError, match="还没有用印"):
        evidence(pending.desk, case, [case.papers[case.pending.papers[0]]], whole_case=False)
    with pytest.raises(NotFoundError):
        find_papers(case, "没有这个号")
