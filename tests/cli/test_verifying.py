"""`verify` on a machine that holds nothing but the published roots: whatever is brought, one plain sentence, and an exit code."""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from pipeline.clockwork import SHANGHAI
from pipeline.papers.demo_pki import SealSubject, make_demo_pki
from pipeline.papers.stamp import sign_form

from .conftest import answer, run

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)
NOTICE = Path(__file__).parents[1] / "papers_seal/data/notice.pdf"
SENTENCES = {"valid": ("有效：", "Valid: "), "invalid": ("无效：", "Not valid: "), "cannot_tell": ("无法判断：", "Cannot tell: ")}


@dataclass(frozen=True)
class Stranger:
    """A machine without an office: a folder of roots, and a signed paper somebody brought."""

    roots: Path
    paper: bytes
    home: Path

    def put(self, name: str, data: bytes) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def verify(self, *words: object) -> Any:
        return run("verify", *words, "--roots", self.roots)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Published roots and a paper sealed under them."""
    pki = make_demo_pki(tmp_path_factory.mktemp("keys"), (SealSubject("hubei", "official", "某省市场监督管理局"),), (), NOW)
    roots = tmp_path_factory.mktemp("roots")
    for number, der in enumerate(pki.trust().roots):
        (roots / f"{number}.pem").write_bytes(load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return roots, sign_form(NOTICE.read_bytes(), pki.seal("hubei"), NOW, pki.timestamper(lambda: NOW), demo=True)


@pytest.fixture
def stranger(made: tuple[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stranger:
    """Nothing of an office to be found from where it stands, and no network."""
    home = tmp_path / "citizen"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.delenv("HONGTOU_OFFICE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    return Stranger(made[0], made[1], home)


def _no_network(*_: object) -> None:
    raise AssertionError("verifying asked the network")


def _encrypted(pdf: bytes) -> bytes:
    output = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf)).save(output, encryption=pikepdf.Encryption(owner="o", user="u"))
    return output.getvalue()


def _locked_later(pdf: bytes) -> bytes:
    """An update that declares the file encrypted, well formed."""
    start, table = int(pdf.rstrip(b"%EOF\r\n").rpartition(b"startxref")[2]), len(pdf)
    locked = b"900 0 obj\n<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>\nendobj\n" % (b"6f" * 32, b"75" * 32)
    root = int(re.findall(rb"/Root (\d+) 0 R", pdf)[-1])
    xref = b"xref\n900 1\n%010d 00000 n \ntrailer\n<< /Size 901 /Root %d 0 R /Prev %d /Encrypt 900 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, root, start, table + len(locked))
    return pdf + locked + xref


KINDS: list[tuple[str, Callable[[bytes], bytes], str, str, str]] = [
    ("whole", lambda pdf: pdf, "valid", "签名后未被改动", "not changed since"),
    ("one byte other", lambda pdf: pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:], "invalid", "改动", "signed"),
    ("cut off", lambda pdf: pdf[: len(pdf) // 2], "invalid", "文件损坏", "damaged"),
    ("encrypted", _encrypted, "cannot_tell", "加了密", "encrypted"),
    ("encrypted after it was sealed", _locked_later, "invalid", "后来被改为加密", "made so later"),
    ("empty", lambda _: b"", "invalid", "文件是空的", "empty"),
    ("a Word file", lambda _: b"PK\x03\x04" + b"\0" * 900, "invalid", "不是 PDF", "no PDF"),
    ("unsigned", lambda _: NOTICE.read_bytes(), "cannot_tell", "没有电子签名", "no signature"),
]


@pytest.mark.parametrize(("how", "verdict", "zh", "en"), [each[1:] for each in KINDS], ids=[each[0] for each in KINDS])
def test_whatever_is_brought_gets_one_plain_sentence(stranger: Stranger, how: Callable[[bytes], bytes], verdict: str, zh: str, en: str) -> None:
    file = stranger.put("来件.pdf", how(stranger.paper))
    shown = stranger.verify(file)
    first, second = shown.stdout.splitlines()[:2]
    assert first.startswith(f"来件.pdf：{SENTENCES[verdict][0]}") and zh in first, shown.stdout
    assert second.strip().startswith(f"来件.pdf: {SENTENCES[verdict][1]}") and en in second, shown.stdout
    (told,) = answer(stranger.verify(file, "--json"))
    assert (told["verdict"], told["ok"], shown.exit_code) == (verdict, verdict == "valid", 0 if verdict == "valid" else 7)


def test_without_revocation_lists_that_is_said(stranger: Stranger) -> None:
    shown = stranger.verify(stranger.put("来件.pdf", stranger.paper))
    assert "没有检查：未查吊销" in shown.stdout and "not checked: revocation" in shown.stdout


def test_a_folder_of_roots_without_a_root_is_told(stranger: Stranger, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    shown = run("verify", stranger.put("来件.pdf", stranger.paper), "--roots", tmp_path / "none")
    assert (shown.exit_code, "没有任何受信任的根证书" in shown.stdout, "无法判断" in shown.stdout) == (7, True, True)
    assert run("verify", "来件.pdf", "--roots", tmp_path / "nowhere").exit_code == 9


def test_a_machine_without_office_is_told_of_the_roots(stranger: Stranger) -> None:
    shown = run("verify", stranger.put("来件.pdf", stranger.paper))
    assert (shown.exit_code, "--roots" in shown.stderr) == (3, True)


def test_of_a_folder_every_pdf_is_verified_and_the_rest_named(stranger: Stranger) -> None:
    for name in ("送达/甲.pdf", "送达/乙/丙.PDF", "送达/无后缀"):
        stranger.put(name, stranger.paper)
    stranger.put("送达/说明.txt", b"hello")
    folder = stranger.put("送达/乙/照片.jpg", b"\xff\xd8").parents[1]
    (folder / "圈").symlink_to(folder)
    shown = stranger.verify(folder)
    assert shown.exit_code == 0 and shown.stdout.count("：有效：") == 3, shown.stdout
    assert "不是 PDF，没有核验：送达/说明.txt、送达/乙/照片.jpg" in shown.stdout
    told = answer(stranger.verify(folder, "--json"))
    assert [each["verdict"] for each in told] == ["valid"] * 3 + ["skipped"] * 2
    stranger.put("送达/丁.pdf", stranger.paper[:900])
    assert stranger.verify(folder).exit_code == 7


def test_a_folder_without_a_pdf_is_told(stranger: Stranger) -> None:
    folder = stranger.put("空/说明.txt", b"hello").parent
    shown = stranger.verify(folder)
    assert (shown.exit_code, "没有 PDF" in shown.stderr) == (9, True)


def test_one_missing_file_does_not_keep_the_others_from_their_answer(stranger: Stranger) -> None:
    good, gone = stranger.put("甲.pdf", stranger.paper), stranger.home / "乙.pdf"
    page = stranger.home / "结果.html"
    shown = stranger.verify(gone, good, "--html", page)
    assert shown.exit_code == 9 and "甲.pdf：有效：" in shown.stdout and "乙.pdf：无法判断：没有文件" in shown.stdout
    assert "甲.pdf" in page.read_text(encoding="utf-8") and "没有文件" in page.read_text(encoding="utf-8")
    bad = stranger.put("丙.pdf", b"")
    assert stranger.verify(gone, good, bad).exit_code == 7, "what was found wrong outweighs what was not found"
    assert stranger.verify(gone).exit_code == 9


def test_a_file_that_may_not_be_read_is_told_and_is_no_success(stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    good, shut = stranger.put("甲.pdf", stranger.paper), stranger.put("乙.pdf", stranger.paper)
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: _refuse() if path == shut else whole(path))
    shown = stranger.verify(shut, good)
    assert (shown.exit_code, "乙.pdf：无法判断：文件打不开" in shown.stdout, "甲.pdf：有效" in shown.stdout) == (7, True, True)


def _refuse() -> bytes:
    raise PermissionError(13, "Permission denied")


def test_several_files_for_machines_and_as_a_page(stranger: Stranger) -> None:
    files = [stranger.put(f"{verdict}.pdf", data) for verdict, data in (("好", stranger.paper), ("坏", b""), ("无", NOTICE.read_bytes()))]
    page = stranger.home / "<结果>.html"
    result = stranger.verify(*files, "--json", "--html", page)
    told = json.loads(result.stdout)
    assert [each["verdict"] for each in told] == ["valid", "invalid", "cannot_tell"] and result.exit_code == 7
    assert told[0]["signatures"][0]["who"] == "测试某省市场监督管理局" and told[0]["signatures"][0]["pages"] == 2
    written = page.read_text(encoding="utf-8")
    assert all(f"{file.name}</h2>" in written for file in files)
    assert all(words in written for words in ("有效 / Valid", "无效 / Not valid", "无法判断 / Cannot tell")) and "http" not in written


def test_the_verdict_does_not_hang_on_where_the_file_lies(stranger: Stranger, tmp_path: Path) -> None:
    elsewhere = tmp_path / "U盘"
    elsewhere.mkdir()
    copy = Path(shutil.copy(stranger.put("来件.pdf", stranger.paper), elsewhere))
    assert stranger.verify(copy, stranger.home / "来件.pdf").exit_code == 0
