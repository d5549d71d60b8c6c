"""The demo PKI (S09, Y01): whole, private, plainly a test, and refused where real keys are wanted."""

from __future__ import annotations

import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from pipeline.errors import RefusedError, SigningError
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, SealSubject, ending, make_demo_pki
from pipeline.papers.pki import Trust, common_name, expiries, is_demo, load_pair, load_signer, read_certificates

from .conftest import NOW, SEALS


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_subject_says_test_and_every_certificate_is_known_as_demo(pki: DemoPki) -> None:
    for path in pki.folder.glob("*.p12"):
        certificate = load_pair(path, DEMO_PASSPHRASE, demo_allowed=True).certificate
        assert common_name(certificate).startswith("测试"), path.name
        assert is_demo(certificate), path.name


def test_private_files_are_for_their_owner_alone(pki: DemoPki) -> None:
    private = [*pki.folder.glob("*.p12"), pki.qr_path]
    assert len(private) == 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(pki.folder.stat().st_mode) == 0o700


def test_making_again_changes_nothing(pki: DemoPki) -> None:
    before = _bytes(pki.folder)
    make_demo_pki(pki.folder, SEALS, ("张三", "李四"), NOW + timedelta(days=400))
    assert _bytes(pki.folder) == before


@pytest.mark.parametrize("lost", ["seal-hubei-official.p12", "tsa.p12", "qr.key.pem", "published/root.pem", "published/issuing.crl"])
def test_after_a_crash_only_what_is_missing_is_made(tmp_path: Path, lost: str) -> None:
    make_demo_pki(tmp_path, SEALS, (), NOW)
    before = _bytes(tmp_path)
    (tmp_path / lost).unlink()
    make_demo_pki(tmp_path, SEALS, (), NOW)
    after = _bytes(tmp_path)
    assert after.keys() == before.keys()
    kept = [name for name in before if name.endswith(".p12") and name != lost]
    assert all(after[name] == before[name] for name in kept)


def test_a_jurisdiction_added_later_gets_a_seal_under_the_same_root(tmp_path: Path) -> None:
    make_demo_pki(tmp_path, SEALS, (), NOW)
    roots = Trust.load(tmp_path / "published").roots
    pki = make_demo_pki(tmp_path, [*SEALS, SealSubject("chongqing", "official", "某市市场监督管理局")], (), NOW)
    assert common_name(load_pair(pki.seal_path("chongqing"), DEMO_PASSPHRASE, demo_allowed=True).certificate) == "测试某市市场监督管理局"
    assert pki.trust().roots == roots


def _certificate(path: Path) -> x509.Certificate:
    return load_pair(path, DEMO_PASSPHRASE, demo_allowed=True).certificate


def test_keys_near_their_end_are_renewed_and_the_old_certificates_stay(tmp_path: Path) -> None:
    """A demo that runs for twenty years never stands without a key, and still knows whom it issued to."""
    pki = make_demo_pki(tmp_path, SEALS, ("张三",), NOW)
    seal, seen = pki.seal_path("hubei"), {_certificate(pki.seal_path("hubei")).serial_number}
    issuers = {_certificate(tmp_path / "ca-issuing.p12").subject}
    for years in (1, 9, 14, 17, 19, 30):
        now = NOW + timedelta(days=365 * years)
        assert ending(tmp_path, now) is (years not in (1, 17))
        make_demo_pki(tmp_path, SEALS, ("张三",), now)
        assert not ending(tmp_path, now)
        mine = _certificate(seal)
        seen.add(mine.serial_number)
        issuers.add(_certificate(tmp_path / "ca-issuing.p12").subject)
        for path in (seal, pki.officer_path("张三"), pki.tsa_path):
            leaf, authority, root = _certificate(path), *(_certificate(tmp_path / f"ca-{name}.p12") for name in ("issuing", "root"))
            issuer = root if path == pki.tsa_path else authority
            leaf.verify_directly_issued_by(issuer)
            assert issuer.not_valid_before_utc <= leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc <= issuer.not_valid_after_utc
    assert len(seen) >= 5 and len(issuers) >= 3
    published = {each.serial_number for path in (tmp_path / "published").glob("*.crt") for each in read_certificates(path)}
    assert seen <= published, "every certificate there ever was can still be found"
    assert issuers <= {x509.load_der_x509_crl(crl).issuer for crl in pki.fresh_crls(now)}, "former authorities go on listing"
    assert len(pki.trust().roots) >= 2


def test_several_makers_at_once_make_one_pki(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as makers:
        made = list(makers.map(lambda _: make_demo_pki(tmp_path, SEALS, ("张三",), NOW), range(4)))
    assert len(made[0].trust().roots) == 1
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".hongtou-tmp")]
    issuer = load_pair(tmp_path / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True).certificate
    load_pair(made[0].officer_path("张三"), DEMO_PASSPHRASE, demo_allowed=True).certificate.verify_directly_issued_by(issuer)


def test_openssl_builds_the_same_path(pki: DemoPki, tmp_path: Path) -> None:
    published = pki.published
    for name in ("root", "issuing"):
        pem = x509.load_der_x509_crl((published / f"{name}.crl").read_bytes()).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    crls = tmp_path / "crls.pem"
    crls.write_bytes((tmp_path / "root.pem").read_bytes() + (tmp_path / "issuing.pem").read_bytes())
    command = [
        "openssl", "verify", "-attime", str(int(NOW.timestamp())), "-crl_check_all", "-CRLfile", str(crls), "-x509_strict",
        "-CAfile", str(published / "root.pem"), "-untrusted", str(published / "chain.pem"),
        str(published / "seal-hubei-official.crt"), str(published / "officer-张三.crt"), str(published / "tsa.crt"),
    ]  # fmt: skip
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count(": OK") == 3


def test_production_refuses_a_demo_key(pki: DemoPki) -> None:
    with pytest.raises(RefusedError, match="测试证书"):
        load_signer(pki.seal_path("hubei"), DEMO_PASSPHRASE)


def _real(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=30)).sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "real.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"secret")))
    return path


def test_a_real_certificate_of_a_testing_institute_is_not_taken_for_a_demo(tmp_path: Path) -> None:
    assert load_signer(_real(tmp_path, "某省计量测试技术研究院"), "secret").subject_name == "某省计量测试技术研究院"


@pytest.mark.parametrize(("passphrase", "content"), [("wrong", None), (DEMO_PASSPHRASE, b"not a key file"), (DEMO_PASSPHRASE, b"")])
def test_an_unreadable_key_file_is_named(pki: DemoPki, tmp_path: Path, passphrase: str, content: bytes | None) -> None:
    path = tmp_path / "seal.p12"
    path.write_bytes(pki.seal_path("hubei").read_bytes() if content is None else content)
    with pytest.raises(SigningError, match=r"seal\.p12"):
        load_pair(path, passphrase, demo_allowed=True)


def test_expiries_come_soonest_first(pki: DemoPki) -> None:
    listed = expiries(sorted(pki.published.glob("*.crt")))
    assert [one.not_after for one in listed] == sorted(one.not_after for one in listed)
    assert all(one.demo for one in listed)
    seal = next(one for one in listed if one.name == "seal-hubei-official.crt")
    assert not seal.ends_within(NOW, 365)
    assert seal.ends_within(NOW, 11 * 365)


def test_a_stray_file_among_the_roots_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.pem").write_text("-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n")
    with pytest.raises(SigningError, match=r"odd\.pem"):
        Trust.load(tmp_path)
