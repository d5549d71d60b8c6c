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
    for text in (told.stdout, shown):
        assert "文号、案号、日期和内容摘要都与文书相符" in text
    assert "的二维码：签名符合随包的公钥" in told.stdout and ("的二维码：签名符合随包的公钥" in shown or "这个浏览器不会核验 Ed25519" in shown)
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


def test_a_qr_code_that_says_something_else_is_found(package: Path) -> None:
    """The token signed for one document laid beside another, and a token with a changed letter."""
    said = json.loads((package / "evidence.json").read_text(encoding="utf-8"))
    document = next(each for each in said["documents"] if "qr" in each)
    good = (package / document["qr"]).read_text(encoding="ascii")
    (package / document["qr"]).write_text(good[:40] + ("A" if good[40] != "A" else "B") + good[41:], encoding="ascii")
    _renewed_list(package)
    told = _script(package)
    assert told.returncode == 1 and "不符合随包的公钥" in told.stdout and "与文书不符" in told.stdout, told.stdout
    (package / document["qr"]).write_text(good, encoding="ascii")
    pdf = package / document["pdf"]
    pdf.write_bytes(pdf.read_bytes().replace(b"%PDF-1.", b"%PDF-2.", 1))
    _renewed_list(package)
    assert "的二维码：与文书不符（内容摘要）" in _script(package).stdout


def _renewed_list(package: Path) -> None:
    """Whoever changes a file also mends the list of digests."""
    import hashlib

    said = json.loads((package / "evidence.json").read_text(encoding="utf-8"))
    said["files"] = {name: hashlib.sha256((package / name).read_bytes()).hexdigest() for name in said["files"]}
    said.pop("files_sm3", None)
    (package / "evidence.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def test_the_script_knows_ed25519_as_the_rfc_does() -> None:
    """RFC 8032, 7.1, and what another library signs and refuses."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from pipeline.desk.verifier.verify import ed25519

    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert ed25519(public, signature, b"") and not ed25519(public, signature, b"x")
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    raw, signed = key.public_key().public_bytes_raw(), key.sign(b"hongtou")
    assert ed25519(raw, signed, b"hongtou")
    assert not any(ed25519(raw, signed[:n] + bytes([signed[n] ^ 1]) + signed[n + 1 :], b"hongtou") for n in (0, 31, 32, 63))
    assert not ed25519(b"\xff" * 32, signed, b"hongtou") and not ed25519(raw, signed[:32] + b"\xff" * 32, b"hongtou")


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
