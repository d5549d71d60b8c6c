"""SM2 with SM3: sealed, judged by us, and by openssl from the bare signature; what was changed is refused."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.desk.verifier import verify as verifier
from pipeline.errors import RefusedError, SigningError
from pipeline.papers import sm2
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.pki import Trust, for_asn1
from pipeline.papers.sign import TemplateSigner, sign_detached
from pipeline.papers.signers import signer_for
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_detached, verify_pdf

from .conftest import NOW
from .test_sign import signature_parts

IDENTITY, PASSPHRASE = "distid:1234567812345678", "测试口令"
ENTRY = {"sm2": {"key": "seal.key", "certificate": "seal.crt"}}
PROFILE = """[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[seal]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
certificatePolicies = 2.999.9704.1
authorityKeyIdentifier = keyid
[ca]
default_ca = one
[one]
database = index.txt
default_md = sm3
crlnumber = crlnumber
default_crl_days = 300
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
"""


def openssl(folder: Path, *words: str, check: bool = True) -> str:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SM2 root, a seal's certificate under it and an empty revocation list, all made by openssl; two seals of one name."""
    folder = tmp_path_factory.mktemp("sm2")
    (folder / "profile").write_text(PROFILE)
    (folder / "index.txt").write_text("")
    (folder / "crlnumber").write_text("01\n")
    for name in ("root", "seal", "other"):
        openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-aes256", "-pass", f"pass:{PASSPHRASE}", "-out", f"{name}.key")
    key = ("-passin", f"pass:{PASSPHRASE}", "-sm3", "-sigopt", IDENTITY, "-config", "profile")
    openssl(folder, "req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=root.sm2.example", "-days", "4000", "-extensions", "root", *key, "-out", "root.pem")
    for name in ("seal", "other"):
        openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", "/CN=seal.sm2.example", *key, "-out", f"{name}.csr")
        openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-passin", f"pass:{PASSPHRASE}", "-sm3",
            "-sigopt", IDENTITY, "-vfyopt", IDENTITY, "-days", "3000", "-extfile", "profile", "-extensions", "seal", "-out", f"{name}.crt",
        )  # fmt: skip
    openssl(folder, "ca", "-gencrl", "-keyfile", "root.key", "-cert", "root.pem", "-passin", f"pass:{PASSPHRASE}", "-sigopt", IDENTITY, "-config", "profile", "-out", "crl.pem")
    openssl(folder, "crl", "-in", "crl.pem", "-outform", "DER", "-out", "root.crl")
    (folder / "published").mkdir()
    for name in ("root.pem", "root.crl"):
        (folder / name).rename(folder / "published" / name)
    return folder


@pytest.fixture(scope="module")
def chinese(authority: Path) -> TemplateSigner:
    return signer_for(ENTRY, authority, lambda: PASSPHRASE, demo_allowed=True)


@pytest.fixture(scope="module")
def both_trusts(authority: Path, trust: Trust) -> Trust:
    """The SM2 root, and the one the timestamps come from."""
    held = Trust.load(authority / "published")
    return Trust((*trust.roots, *held.roots), (*trust.crls, *held.crls), trust.intermediates)


@pytest.fixture(scope="module")
def now(chinese: TemplateSigner) -> Any:
    """A moment in the certificate's time: openssl lets it begin when it was made."""
    return max(NOW, chinese.signing_cert.not_valid_before)


@pytest.fixture(scope="module")
def document(notice: bytes, request_to_seal: SealRequest, chinese: TemplateSigner, pki: Any, now: Any) -> bytes:
    return seal_document(notice, replace(request_to_seal, signer=chinese, now=now, timestamper=pki.timestamper(lambda: now)))


def test_a_document_sealed_with_sm2_is_valid(document: bytes, both_trusts: Trust, now: Any) -> None:
    said = verify_pdf(document, both_trusts, now)
    assert said.ok, said.zh
    assert "用国密 SM2 签名" in said.zh and "with SM2" in said.en
    (report,) = said.signatures
    assert report.sm2 and report.who == "seal.sm2.example" and report.timestamp == now.replace(microsecond=0) and report.whole_file
    _, signature = signature_parts(document)
    signed = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    assert signed["digest_algorithm"]["algorithm"].dotted == "1.2.156.10197.1.401"
    assert signed["signature_algorithm"]["algorithm"].dotted == "1.2.156.10197.1.501"


def test_openssl_verifies_the_bare_signature(document: bytes, authority: Path, tmp_path: Path) -> None:
    """Independently of gmssl: signature over the signed attributes, their digest over what the signature covers."""
    covered, signature = signature_parts(document)
    signer = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    (tmp_path / "attributes").write_bytes(signer["signed_attrs"].untag().dump())
    (tmp_path / "value").write_bytes(signer["signature"].native)
    (tmp_path / "covered").write_bytes(covered)
    openssl(tmp_path, "x509", "-in", str(authority / "seal.crt"), "-pubkey", "-noout", "-out", "key.pem")
    verify = ("dgst", "-sm3", "-verify", "key.pem", "-sigopt", IDENTITY, "-signature", "value", "attributes")
    assert "Verified OK" in openssl(tmp_path, *verify)
    stated = next(each["values"][0].native for each in signer["signed_attrs"] if each["type"].native == "message_digest")
    assert stated.hex() in openssl(tmp_path, "dgst", "-sm3", "covered")
    (tmp_path / "attributes").write_bytes((tmp_path / "attributes").read_bytes()[:-1] + b"\0")
    assert "Verified OK" not in openssl(tmp_path, *verify, check=False)


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _exchanged(document: bytes, before: bytes, after: bytes) -> bytes:
    """The same file with other bytes inside its CMS, which lies there in hex."""
    written = [text.encode() for text in (before.hex(), before.hex().upper()) if text.encode() in document]
    assert len(written) == 1 and document.count(written[0]) == 1 and len(before) == len(after)
    return document.replace(written[0], after.hex().encode())


@pytest.mark.parametrize("installed", [True, False])
def test_what_was_changed_after_sm2_is_refused_with_and_without_the_extra(
    document: bytes, both_trusts: Trust, now: Any, installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed:
        monkeypatch.setattr(sm2.importlib, "import_module", _missing)
    said = verify_pdf(_flip(document, document.index(b"/Rotate") if b"/Rotate" in document else 2000), both_trusts, now)
    assert said.verdict is Answer.INVALID, said.zh


def test_another_key_of_the_same_name_is_refused(document: bytes, authority: Path, both_trusts: Trust, now: Any) -> None:
    """The certificate exchanged for another of the same authority and name: the signature no longer fits."""
    mine, other = (for_asn1(x509.load_pem_x509_certificate((authority / f"{name}.crt").read_bytes())).public_key["public_key"].native for name in ("seal", "other"))
    said = verify_pdf(_exchanged(document, mine, other), both_trusts, now)
    assert said.verdict is Answer.INVALID, said.zh


def test_a_changed_signature_value_is_refused(document: bytes, both_trusts: Trust, now: Any) -> None:
    _, signature = signature_parts(document)
    value = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signature"].native
    said = verify_pdf(_exchanged(document, value, _flip(value, len(value) - 1)), both_trusts, now)
    assert said.verdict is Answer.INVALID, said.zh


def test_an_unknown_sm2_root_cannot_be_told(document: bytes, trust: Trust, now: Any) -> None:
    said = verify_pdf(document, trust, now)
    assert said.verdict is Answer.CANNOT_TELL and "不认识" in said.zh and "seal.sm2.example的签名为国密 SM2" in said.zh


def _missing(name: str) -> Any:
    raise ImportError(name)


def test_without_the_extra_it_cannot_be_told_and_the_reason_is_said(document: bytes, both_trusts: Trust, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sm2.importlib, "import_module", _missing)
    assert not sm2.installed()
    said = verify_pdf(document, both_trusts, now)
    assert said.verdict is Answer.CANNOT_TELL and "SM2 签名" in said.zh and "hongtou[sm2]" in said.zh, said.zh


def test_without_the_extra_nothing_is_sealed_with_sm2(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sm2.importlib, "import_module", _missing)
    with pytest.raises(SigningError, match="hongtou\\[sm2\\]"):
        signer_for(ENTRY, authority, lambda: PASSPHRASE, demo_allowed=True)


def test_other_signatures_need_no_extra(sealed: bytes, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sm2.importlib, "import_module", _missing)
    said = verify_pdf(sealed, trust, NOW)
    assert said.ok and "SM2" not in said.zh


@pytest.fixture(scope="module")
def raised(document: bytes, authority: Path, both_trusts: Trust, pki: Any, now: Any) -> Any:
    """The file raised to B-LTA the next day, with lists newer than the seal: openssl's of SM2, the demo's of the timestamps."""
    later = now + timedelta(days=1)
    moment = (later - timedelta(hours=1)).astimezone(UTC)
    ends = moment + timedelta(days=4000)
    openssl(
        authority, "ca", "-gencrl", "-keyfile", "root.key", "-cert", "published/root.pem", "-passin", f"pass:{PASSPHRASE}", "-sigopt", IDENTITY, "-config", "profile",
        "-crl_lastupdate", f"{moment:%Y%m%d%H%M%SZ}", "-crl_nextupdate", f"{ends:%Y%m%d%H%M%SZ}", "-out", "fresh.pem",
    )  # fmt: skip
    openssl(authority, "crl", "-in", "fresh.pem", "-outform", "DER", "-out", "fresh.crl")
    fresh = Revocation(((authority / "fresh.crl").read_bytes(), *pki.fresh_crls(later - timedelta(hours=1))))
    return later, extend(document, both_trusts, fresh, pki.timestamper(lambda: later))


def test_a_seal_of_sm2_is_raised_to_last(raised: Any, document: bytes, both_trusts: Trust) -> None:
    """B-LTA: valid once the seal's certificate has ended, by what the file itself keeps; without it, that cannot be told."""
    later, lasting = raised
    assert lasting.startswith(document)
    said = verify_pdf(lasting, both_trusts, later)
    assert said.ok and said.added_after == ("Archive",) and "SM2" in said.zh, said.zh
    ended, rooted = later + timedelta(days=3600), Trust(both_trusts.roots)
    assert verify_pdf(lasting, rooted, ended).ok, verify_pdf(lasting, rooted, ended).zh
    assert verify_pdf(_flip(lasting, 2000), rooted, ended).verdict is Answer.INVALID
    with pytest.raises(SigningError, match=r"seal\.sm2\.example.*还没有签名之后的吊销信息"):
        extend(document, both_trusts, Revocation(both_trusts.crls[:0]), None)  # type: ignore[arg-type]


def test_an_altered_list_of_sm2_in_the_file_is_refused(raised: Any, document: bytes, authority: Path, both_trusts: Trust, pki: Any) -> None:
    """The lists' own SM2 signatures are checked: one that was altered vouches for nobody."""
    later, _ = raised
    altered = _flip((authority / "fresh.crl").read_bytes(), len((authority / "fresh.crl").read_bytes()) - 1)
    fresh = Revocation((altered, *pki.fresh_crls(later - timedelta(hours=1))))
    lasting = extend(document, both_trusts, fresh, pki.timestamper(lambda: later))
    assert not verify_pdf(lasting, Trust(both_trusts.roots), later).ok


def test_without_the_extra_a_raised_seal_cannot_be_told(raised: Any, both_trusts: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    later, lasting = raised
    monkeypatch.setattr(sm2.importlib, "import_module", _missing)
    said = verify_pdf(lasting, both_trusts, later)
    assert said.verdict is Answer.CANNOT_TELL and "hongtou[sm2]" in said.zh, said.zh


def test_any_bytes_can_be_signed_with_sm2(chinese: TemplateSigner, both_trusts: Trust, pki: Any, now: Any) -> None:
    signature = sign_detached(b"root of a day", chinese, pki.timestamper(lambda: now))
    assert verify_detached(b"root of a day", signature, both_trusts, now).ok
    assert verify_detached(b"root of another", signature, both_trusts, now).verdict is Answer.INVALID


def test_a_demo_certificate_is_refused_in_production(authority: Path) -> None:
    with pytest.raises(RefusedError, match="测试证书"):
        signer_for(ENTRY, authority, lambda: PASSPHRASE)


@pytest.mark.parametrize(
    ("entry", "passphrase", "told"),
    [
        (ENTRY, "另一个", "打不开"),
        ({"sm2": {"key": "other.key", "certificate": "seal.crt"}}, PASSPHRASE, "不成对"),
        ({"sm2": {"key": "no.key", "certificate": "seal.crt"}}, PASSPHRASE, "打不开"),
        ({"sm2": {"key": "seal.key", "certificate": "seal.key"}}, PASSPHRASE, "打不开"),
    ],
)
def test_what_is_wrong_with_the_files_is_said(authority: Path, entry: dict[str, Any], passphrase: str, told: str) -> None:
    with pytest.raises(SigningError, match=told):
        signer_for(entry, authority, lambda: passphrase, demo_allowed=True)


def test_the_standalone_script_checks_the_content_and_says_what_it_does_not_know(document: bytes, authority: Path) -> None:
    """Of SM2 the evidence's script knows the digest, not the signature: it says so, and still finds a change."""
    roots = [verifier.Certificate(x509.load_pem_x509_certificate((authority / "published/root.pem").read_bytes()).public_bytes(Encoding.DER))]
    told = list(verifier.check_pdf(document, roots, "甲"))
    of_seal = [(state, zh) for state, zh, _ in told if "时间戳" not in zh]
    assert [state for state, _ in of_seal[:3]] == ["ok", "not_run", "not_run"], told
    changed = list(verifier.check_pdf(_flip(document, 2000), roots, "甲"))
    assert ("bad", "甲第1个签名：内容与签名时不一致") in [(state, zh) for state, zh, _ in changed]
