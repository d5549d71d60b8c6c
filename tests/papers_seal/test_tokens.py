"""Keys in a device: softhsm2 stands for it. What it seals is valid; pulled out, the document waits; back in, it goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pipeline.errors import RefusedError, SigningError
from pipeline.papers import tokens
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DEMO_POLICY, DemoPki
from pipeline.papers.pki import Trust, load_pair
from pipeline.papers.sign import PrivateKey
from pipeline.papers.signers import device_expiry, signer_for
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verify import verify_pdf

from .conftest import NOW

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, TOKEN, VARIABLE = "314159", "测试设备", "TEST_TOKEN_PIN"
KEYS: dict[str, PrivateKey] = {"rsa": rsa.generate_private_key(65537, 2048), "p256": ec.generate_private_key(ec.SECP256R1())}


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory, pki: DemoPki) -> Iterator[Path]:
    """A token with a key and its certificate of each kind, and one certificate that belongs to another key."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True)
        for place, (label, key) in enumerate({**KEYS, "exchanged": KEYS["p256"]}.items(), 1):
            _put(folder, pki, label, f"0{place}", key, certified=KEYS["p256"] if label == "p256" else KEYS["rsa"] if label == "rsa" else _other())
        yield folder / "tokens"
        restart()


def _other() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _put(folder: Path, pki: DemoPki, label: str, number: str, key: PrivateKey, certified: PrivateKey) -> None:
    issuer = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    pem = folder / f"{label}.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    subprocess.run(["softhsm2-util", "--import", pem, "--token", TOKEN, "--label", label, "--id", number, "--pin", PIN], check=True, capture_output=True)
    usage = {name: name in {"digital_signature", "content_commitment"} for name in (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}  # fmt: skip
    certificate = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试某省市场监督管理局")]))
        .issuer_name(issuer.certificate.subject).public_key(certified.public_key()).serial_number(7000 + int(number))
        .not_valid_before(NOW - timedelta(days=9)).not_valid_after(NOW + timedelta(days=400))
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, None)]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )  # fmt: skip
    restart()
    with pkcs11.lib(MODULE).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
        session.create_object({
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.PRIVATE: False, pkcs11.Attribute.LABEL: label, pkcs11.Attribute.ID: bytes.fromhex(number),
            pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(), pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
        })  # fmt: skip


def restart() -> None:
    """As when a device is pulled out or reset: every session of this program is gone."""
    pkcs11.lib(MODULE).reinitialize()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PIN)
    monkeypatch.setattr(tokens, "_REFUSED", set())


def place(label: str, **changes: object) -> dict[str, Any]:
    return {"pkcs11": {"module": MODULE, "token": TOKEN, "label": label, "pin_variable": VARIABLE, **changes}}


def no_passphrase() -> str:
    raise AssertionError("a device needs no passphrase of files")


@pytest.mark.parametrize("label", ["rsa", "p256"])
def test_what_a_device_seals_is_valid(device: Path, label: str, pki: DemoPki, trust: Trust, notice: bytes, request_to_seal: SealRequest, tmp_path: Path) -> None:
    signer = signer_for(place(label), pki.folder, no_passphrase, demo_allowed=True)
    sealed = seal_document(notice, replace(request_to_seal, signer=signer))
    said = verify_pdf(sealed, trust, NOW)
    assert said.ok, said.zh
    assert said.signatures[0].timestamp == NOW
    assert not verify_pdf(sealed.replace(b"/Reason", b"/Reasom", 1), trust, NOW).ok
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    judged = subprocess.run(["pdfsig", "-nocert", tmp_path / "sealed.pdf"], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in judged.stdout and "Total document signed" in judged.stdout, judged.stdout


def test_pulled_out_it_waits_and_put_back_it_goes_on(device: Path, pki: DemoPki, trust: Trust, notice: bytes, request_to_seal: SealRequest) -> None:
    request = replace(request_to_seal, signer=signer_for(place("p256"), pki.folder, no_passphrase, demo_allowed=True))
    seal_document(notice, request)
    away = device.with_name("away")
    device.rename(away)
    device.mkdir()
    restart()
    try:
        for _ in range(2):
            with pytest.raises(SigningError, match="没有应答.*文书等待用印"):
                seal_document(notice, request)
        with pytest.raises(SigningError, match="没有应答"):
            device_expiry(place("p256"))
    finally:
        device.rmdir()
        away.rename(device)
    assert verify_pdf(seal_document(notice, request), trust, NOW).ok


def test_a_lost_session_is_opened_anew_unnoticed(device: Path, pki: DemoPki, notice: bytes, request_to_seal: SealRequest) -> None:
    first, second = (replace(request_to_seal, signer=signer_for(place(label), pki.folder, no_passphrase, demo_allowed=True)) for label in ("rsa", "p256"))
    restart()
    assert seal_document(notice, first) and seal_document(notice, second)


def test_a_wrong_pin_is_not_tried_twice(device: Path, pki: DemoPki, monkeypatch: pytest.MonkeyPatch) -> None:
    restart()
    tokens._OPEN.clear()
    monkeypatch.setenv(VARIABLE, "000000")
    asked: list[object] = []
    held = tokens._opened
    monkeypatch.setattr(tokens, "_opened", lambda *args: asked.append(args) or held(*args))
    signer = signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True)
    asked.clear()
    for _ in range(3):
        with pytest.raises(SigningError, match="为免锁死不再尝试"):
            signer.sign_raw(b"text", "sha256")
    assert len(asked) == 1
    monkeypatch.setenv(VARIABLE, PIN)
    assert signer.sign_raw(b"text", "sha256")


def test_a_key_that_does_not_fit_its_certificate_seals_nothing(device: Path, pki: DemoPki, notice: bytes, request_to_seal: SealRequest) -> None:
    signer = signer_for(place("exchanged"), pki.folder, no_passphrase, demo_allowed=True)
    with pytest.raises(SigningError, match="与证书“exchanged”不符"):
        seal_document(notice, replace(request_to_seal, signer=signer))


def test_a_demo_certificate_in_a_device_is_refused_in_production(device: Path, pki: DemoPki) -> None:
    with pytest.raises(RefusedError, match="测试证书"):
        signer_for(place("rsa"), pki.folder, no_passphrase)


def test_a_look_from_outside_needs_no_pin(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    found = device_expiry(place("p256"))
    assert found is not None and found.demo and found.not_after == NOW + timedelta(days=400)
    assert device_expiry({"file": "seal.p12"}) is None


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"pkcs11": {"module": MODULE, "token": TOKEN}}, "缺 label"),
        (place("rsa", pin=PIN), "不得写 PIN"),
        (place("rsa", pin_variable="NO_SUCH_VARIABLE"), "NO_SUCH_VARIABLE 没有.*文书等待用印"),
        (place("nobody"), "名为“nobody”的证书有 0 个"),
        (place("rsa", module="/nowhere/lib.so"), "没有应答"),
        (place("rsa", token="别的设备"), "没有应答"),
        ({"pkcs11": {}, "file": "a.p12"}, "其中一项"),
        ({"pkcs11": "soft"}, "其中一项"),
        ({}, "其中一项"),
    ],
)
def test_what_is_wrong_with_the_place_is_said(device: Path, pki: DemoPki, key: dict[str, Any], told: str) -> None:
    with pytest.raises(SigningError, match=told):
        signer_for(key, pki.folder, no_passphrase, demo_allowed=True).sign_raw(b"text", "sha256")


def test_without_the_library_it_says_how_to_get_it(pki: DemoPki, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(tokens.importlib, "import_module", missing)
    with pytest.raises(SigningError, match="hongtou\\[pkcs11\\]"):
        signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True)


def test_the_pin_stands_nowhere_but_in_the_environment(device: Path, pki: DemoPki) -> None:
    assert os.environ[VARIABLE] == PIN
    signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True).sign_raw(b"text", "sha256")
    assert PIN not in repr(tokens._OPEN) and PIN not in repr(tokens._REFUSED)
