"""A DA/T 48 encapsulation is signed and locked, checked by us and by openssl; a ZIP is tested like a folder, or refused."""

from __future__ import annotations

import base64
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from whole.town import Town

from pipeline.archive.eep import contents_of, encapsulate, faults_of
from pipeline.archive.eep_signed import BLOCK, SIGNED, bytes_of, signatures
from pipeline.archive.four_checks import Phase, check_package
from pipeline.archive.holding import Holding, Origin, open_holding
from pipeline.archive.judges import Judges, Status
from pipeline.desk.eep_sealing import judge_eep, seal_eep
from pipeline.desk.unpacking import laid_out
from pipeline.errors import NotFoundError, RefusedError


@pytest.fixture
def plain(package: Holding) -> bytes:
    return encapsulate(package, package.items[0])


@pytest.fixture
def signed(filed: Town, plain: bytes) -> bytes:
    return seal_eep(filed.desk, filed.jurisdiction, plain)


def test_it_is_valid_under_the_schema_signed_and_locked(filed: Town, plain: bytes, signed: bytes) -> None:
    assert faults_of(signed) == () and dict(contents_of(signed)) == dict(contents_of(plain))
    said = judge_eep(signed, filed.desk.keys.trust)
    assert said.status is Status.PASS and len(said.evidence) == 2, said
    assert judge_eep(plain, filed.desk.keys.trust).status is Status.NOT_RUN
    with pytest.raises(ValueError, match="no unsigned"):
        seal_eep(filed.desk, filed.jurisdiction, signed)


def test_openssl_says_so_too(signed: bytes, tmp_path: Path) -> None:
    """Cut out by hand, with nothing of ours but the file."""
    for n, name in enumerate((SIGNED, BLOCK)):
        start, end = signed.index(f"<eep:{name}".encode()), signed.index(f"</eep:{name}>".encode()) + len(f"</eep:{name}>".encode())
        behind = signed[end:] if name == BLOCK else signed[signed.index(f"<eep:{BLOCK}".encode()) :]
        value, certificate = (behind.split(f"<eep:{tag}>".encode(), 1)[1].split(b"<", 1)[0] for tag in ("签名结果", "证书"))
        key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        files = {"data": signed[start:end], "value": base64.b64decode(value), "key.pem": key}
        for file, data in files.items():
            (tmp_path / f"{n}{file}").write_bytes(data)
        command = ["openssl", "dgst", "-sha256", "-verify", tmp_path / f"{n}key.pem", "-signature", tmp_path / f"{n}value", tmp_path / f"{n}data"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Verified OK" in done.stdout, done.stderr


def _renamed(xml: bytes) -> bytes:
    return xml.replace("封装包创建时间>2026".encode(), "封装包创建时间>2025".encode(), 1)


def _other_block(xml: bytes) -> bytes:
    return xml.replace("签名人>测试".encode(), "签名人>试测".encode(), 1)


def _hidden(xml: bytes) -> bytes:
    return xml.replace(f"<eep:{SIGNED}".encode(), f"<!-- <eep:{SIGNED}/> --><eep:{SIGNED}".encode(), 1)


def _unlocked(xml: bytes) -> bytes:
    lock = xml.rindex("<eep:锁定签名".encode())
    return xml[:lock] + xml[xml.index("</eep:锁定签名>".encode()) + len("</eep:锁定签名>".encode()) :]


CHANGES = [(_renamed, "与内容不符"), (_other_block, "“电子签名块”的签名与内容不符"), (_hidden, "可能掩盖内容"), (_unlocked, "不合DA/T 48的结构")]


@pytest.mark.parametrize(("change", "word"), CHANGES, ids=["content", "block", "hidden", "unlocked"])
def test_whatever_is_changed_is_found(filed: Town, signed: bytes, change: object, word: str) -> None:
    changed = change(signed)  # type: ignore[operator]
    assert changed != signed
    said = judge_eep(changed, filed.desk.keys.trust)
    assert said.status is Status.FAIL and any(word in line for line in said.evidence), said


def test_a_signer_no_root_vouches_for_is_not_said_to_be_good(filed: Town, signed: bytes) -> None:
    from dataclasses import replace

    said = judge_eep(signed, replace(filed.desk.keys.trust, roots=()))
    assert said.status is Status.NOT_RUN and "不能追溯" in said.evidence[0]
    assert [each.element for each in signatures(signed)] == [SIGNED, BLOCK] and bytes_of(signed, "没有") is None


def test_a_zip_is_tested_like_the_folder_it_holds(package: Holding, tmp_path: Path) -> None:
    target = tmp_path / "包.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in package.root.rglob("*") if p.is_file()):
            archive.write(path, f"{package.root.name}/{path.relative_to(package.root).as_posix()}")
    with laid_out(target) as folder:
        holding = open_holding(folder)
        assert holding.origin is Origin.OURS and holding.files == package.files
        told = {r.item.id: r.outcome.status for r in check_package(holding, Phase.TRANSFER, Judges()).results}
        wanted = {r.item.id: r.outcome.status for r in check_package(package, Phase.TRANSFER, Judges()).results}
        assert told == wanted
    assert not folder.exists(), "nothing is left behind"


@pytest.mark.parametrize("name", ["../逃.txt", "/etc/逃.txt", "a/../../逃.txt"])
def test_a_zip_that_leads_out_is_refused_unopened(tmp_path: Path, name: str) -> None:
    target = tmp_path / "包.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("bagit.txt", "x")
        archive.writestr(name, "x")
    with pytest.raises(RefusedError), laid_out(target):
        pass
    assert not any(tmp_path.parent.rglob("逃.txt"))


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "文件.txt").write_text("x")
    broken = tmp_path / "坏.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("a.txt", "x" * 1000)
    broken.write_bytes(broken.read_bytes().replace(b"xxxx", b"xyxx", 1))
    for path in (tmp_path / "文件.txt", broken):
        with pytest.raises(RefusedError), laid_out(path):
            pass
    with pytest.raises(NotFoundError), laid_out(tmp_path / "没有"):
        pass
