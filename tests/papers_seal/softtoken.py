"""A softhsm2 token for tests: keys and certificates put into it, pulled out and put back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DEMO_POLICY, DemoPki
from pipeline.papers.pki import load_pair
from pipeline.papers.sign import PrivateKey

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, TOKEN, VARIABLE = "314159", "测试设备", "TEST_TOKEN_PIN"
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True)
class Put:
    """A key, and the key its certificate is made out for: another one where they are not to fit."""

    key: PrivateKey
    certified: PrivateKey


@contextmanager
def token_with(folder: Path, pki: DemoPki, keys: Mapping[str, Put], name: str, since: datetime, until: datetime) -> Iterator[Path]:
    """A token in `folder` with `keys` by label, certified in `name`; gives the folder the device lies in. SOFTHSM2_CONF points there meanwhile."""
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        _softhsm("--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN)
        for number, (label, put) in enumerate(keys.items(), 1):
            pem = folder / f"{label}.pem"
            pem.write_bytes(put.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            _softhsm("--import", str(pem), "--token", TOKEN, "--label", label, "--id", f"{number:02}", "--pin", PIN)
        restart()
        with pkcs11.lib(MODULE).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
            for number, (label, put) in enumerate(keys.items(), 1):
                session.create_object(_object(label, number, _certified(pki, put.certified, name, since, until)))
        yield folder / "tokens"
        restart()


def _softhsm(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


def _certified(pki: DemoPki, key: PrivateKey, name: str, since: datetime, until: datetime) -> x509.Certificate:
    issuer = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    usage = x509.KeyUsage(**{each: each in {"digital_signature", "content_commitment"} for each in _USAGES})
    return (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.certificate.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(since).not_valid_after(until).add_extension(usage, critical=True)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, None)]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )  # fmt: skip


def _object(label: str, number: int, certificate: x509.Certificate) -> dict[Any, Any]:
    return {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.PRIVATE: False, pkcs11.Attribute.LABEL: label, pkcs11.Attribute.ID: bytes([number]),
        pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(), pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
    }  # fmt: skip


def restart() -> None:
    """As when a device is reset or plugged anew: every session of this program is gone."""
    pkcs11.lib(MODULE).reinitialize()


@contextmanager
def pulled_out(device: Path) -> Iterator[None]:
    """The device is away meanwhile."""
    away = device.with_name("away")
    device.rename(away)
    device.mkdir()
    restart()
    try:
        yield
    finally:
        device.rmdir()
        away.rename(device)


def place(label: str, **changes: object) -> dict[str, Any]:
    """How the register of seals names a key of the token."""
    return {"pkcs11": {"module": MODULE, "token": TOKEN, "label": label, "pin_variable": VARIABLE, **changes}}
