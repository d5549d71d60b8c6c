"""Certificates and keys as files: loading them, telling demo keys from real ones, saying when they end.

Demo certificates carry a policy identifier from the arc reserved for examples (2.999), so that no real certificate is
ever taken for one, whatever its name. Residual risk: whoever can read the key files and the passphrase can seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, load_pem_public_key, pkcs12
from cryptography.x509.oid import ExtensionOID, NameOID
from pyhanko.sign.signers.pdf_cms import Signer

from pipeline.clockwork import Clock
from pipeline.errors import RefusedError, SigningError
from pipeline.papers.sign import PrivateKey, TemplateSigner
from pipeline.papers.timestamp import LocalTimeStamper

DEMO_POLICY = x509.ObjectIdentifier("2.999.9704.1")
DEMO_ORGANIZATION = "测试用证书 无法律效力"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """What a PKCS#12 file holds."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom this office trusts: root certificates, and revocation lists it holds (all DER)."""

    roots: tuple[bytes, ...]
    crls: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Trust:
        """Every `*.pem`, `*.crt` and `*.crl` in `folder`; self-issued certificates are roots, others only help paths.

        Raises SigningError for a file that is none of these.
        """
        roots: list[bytes] = []
        others: list[bytes] = []
        crls: list[bytes] = []
        for path in sorted(folder.iterdir()):
            try:
                if path.suffix == ".crl":
                    crls.append(x509.load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.DER))
                elif path.suffix in {".pem", ".crt", ".cer"}:
                    for each in read_certificates(path):
                        (roots if each.issuer == each.subject else others).append(each.public_bytes(Encoding.DER))
            except ValueError as error:
                raise SigningError(
                    f"{path.name} 不是可读的证书或吊销名单（{error}）；请从 {folder} 移走或换成 PEM/DER 文件",
                    f"{path.name} is no readable certificate or revocation list ({error}); remove or replace it",
                ) from error
        return cls(tuple(dict.fromkeys(roots)), tuple(crls), tuple(dict.fromkeys(others)))


    def and_also(self, folder: Path) -> Trust:
        """These and what lies in `folder`, if there is one. Raises as `load`."""
        if not folder.is_dir():
            return self
        more = Trust.load(folder)
        parts = ((self.roots, more.roots), (self.crls, more.crls), (self.intermediates, more.intermediates))
        return Trust(*(tuple(dict.fromkeys((*ours, *theirs))) for ours, theirs in parts))


@dataclass(frozen=True, slots=True)
class Expiry:
    """When one certificate ends. `demo` tells a demo certificate."""

    name: str
    subject: str
    not_after: datetime
    demo: bool

    def ends_within(self, now: datetime, days: int) -> bool:
        """Has ended or will within `days`."""
        return self.not_after <= now + timedelta(days=days)


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM or DER file. Raises ValueError when it is neither."""
    data = path.read_bytes()
    return x509.load_pem_x509_certificates(data) if b"-----BEGIN" in data else [x509.load_der_x509_certificate(data)]


def common_name(certificate: x509.Certificate) -> str:
    """The subject's common name, or its whole name when it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def is_demo(certificate: x509.Certificate) -> bool:
    """Was this certificate made by this program for trying it out? Told by its policy identifier or organisation."""
    try:
        policies = certificate.extensions.get_extension_for_oid(ExtensionOID.CERTIFICATE_POLICIES).value
    except x509.ExtensionNotFound:
        policies = None
    if isinstance(policies, x509.CertificatePolicies) and any(p.policy_identifier == DEMO_POLICY for p in policies):
        return True
    names = (*certificate.subject, *certificate.issuer)
    return any(name.oid == NameOID.ORGANIZATION_NAME and name.value == DEMO_ORGANIZATION for name in names)


@lru_cache(maxsize=64)
def demo_certificate(certificate: bytes) -> bool:
    """`is_demo` of a certificate's DER."""
    return is_demo(x509.load_der_x509_certificate(certificate))


def is_demo_signer(signer: Signer) -> bool:
    """Would this signer sign with a demo certificate?"""
    return signer.signing_cert is not None and demo_certificate(signer.signing_cert.dump())


class Picture(Protocol):
    """What is drawn beside a signature, and says whether it is a demo's."""

    @property
    def demo(self) -> bool:
        """It says 测试."""


def refuse_mixture(signer: Signer, demo: bool, *graphics: Picture) -> None:
    """Raises RefusedError unless key, seal and request agree on being a demo or not (S09)."""
    if is_demo_signer(signer) and not demo:
        raise RefusedError(
            "测试密钥不得用于正式文件（S09）；请在 office.toml 中配置正式证书",
            "a demo key may not sign a real document (S09); name a real certificate in office.toml",
        )
    if any(graphic.demo != demo for graphic in graphics):
        raise RefusedError(
            "测试环境不得使用真实印章，正式环境不得使用测试印章（S09）；测试用印请用 SealDesign.for_demo()",
            "a demo may not show a real seal, nor a real document a demo seal (S09); use SealDesign.for_demo() in demos",
        )


def load_pair(path: Path, passphrase: str, *, demo_allowed: bool = False) -> KeyPair:
    """Key, certificate and chain of a PKCS#12 file.

    Raises SigningError when it cannot be read, RefusedError for a demo key where only real ones may sign (S09).
    """
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase.encode("utf-8"))
    except (OSError, ValueError) as error:
        raise SigningError(
            f"密钥文件 {path.name} 打不开（{error}）；请核对 office.toml 中的路径与口令",
            f"key file {path.name} cannot be opened ({error}); check path and passphrase in office.toml",
        ) from error
    if certificate is None or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey):
        raise SigningError(
            f"密钥文件 {path.name} 中没有可用的私钥和证书（需 RSA、ECDSA 或 Ed25519）；请向证书机构重新申领",
            f"key file {path.name} holds no usable key and certificate (RSA, ECDSA or Ed25519); ask its issuer for another",
        )
    if is_demo(certificate) and not demo_allowed:
        raise RefusedError(
            f"{path.name} 是测试证书（{common_name(certificate)}），正式环境不得使用；请在 office.toml 中改为正式证书",
            f"{path.name} is a demo certificate ({common_name(certificate)}), not allowed in production; "
            "name a real one in office.toml",
        )
    return KeyPair(key, certificate, tuple(chain))


def load_signer(path: Path, passphrase: str, *, demo_allowed: bool = False) -> TemplateSigner:
    """A signer from a PKCS#12 file; loading is slow (key derivation), so keep it. Raises as `load_pair`."""
    return signer_of(load_pair(path, passphrase, demo_allowed=demo_allowed))


def signer_of(pair: KeyPair) -> TemplateSigner:
    """A signer from a loaded key."""
    return TemplateSigner(for_asn1(pair.certificate), pair.key, [for_asn1(each) for each in pair.chain])


def load_timestamper(path: Path, passphrase: str, clock: Clock, *, demo_allowed: bool = False) -> LocalTimeStamper:
    """The local timestamp authority from a PKCS#12 file with a P-256 key. Raises as `load_pair`."""
    pair = load_pair(path, passphrase, demo_allowed=demo_allowed)
    if not isinstance(pair.key, EllipticCurvePrivateKey):
        raise SigningError(
            f"{path.name} 不是 P-256 密钥，本机时间戳不能使用", f"{path.name} is no P-256 key, unfit for local timestamps"
        )
    return LocalTimeStamper(for_asn1(pair.certificate), pair.key, [for_asn1(each) for each in pair.chain], clock)


def for_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko knows it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def load_qr_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs QR tokens (PEM). Raises SigningError when it is missing or of another kind."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise SigningError(
            f"二维码密钥 {path.name} 打不开（{error}）", f"QR key {path.name} cannot be opened ({error})"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(f"{path.name} 不是 Ed25519 密钥", f"{path.name} is no Ed25519 key")
    return key


def load_qr_public(paths: Iterable[Path]) -> tuple[Ed25519PublicKey, ...]:
    """Public keys (PEM) that QR tokens are checked with; others are passed over."""
    keys = (load_pem_public_key(path.read_bytes()) for path in paths)
    return tuple(key for key in keys if isinstance(key, Ed25519PublicKey))


def expiries(certificates: Sequence[Path]) -> tuple[Expiry, ...]:
    """When each certificate (PEM file) ends, soonest first; for `doctor`."""
    found = []
    for path in certificates:
        for each in read_certificates(path):
            found.append(Expiry(path.name, common_name(each), each.not_valid_after_utc, is_demo(each)))
    return tuple(sorted(found, key=lambda one: (one.not_after, one.name)))
