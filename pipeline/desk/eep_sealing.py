"""An encapsulation signed with the office's receiving key, and anyone's encapsulation judged: structure, signatures, certificates.

The time in the block is the signer's own word; the documents inside keep their timestamps. Revocation is told by the lists this
office holds. What is signed with an algorithm not known here cannot be told, and is never said to be good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.archive.eep import faults_of
from pipeline.archive.eep_signed import SIGNED, Signature, sign, signatures
from pipeline.archive.judges import Outcome, failed, not_run, passed
from pipeline.clockwork import SHANGHAI
from pipeline.desk.service import Desk
from pipeline.errors import SigningError
from pipeline.papers.pki import Trust, common_name
from pipeline.papers.sign import settle

_ALGORITHMS = {"ec": "1.2.840.10045.4.3.2", "rsa": "1.2.840.113549.1.1.11", "ed25519": "1.3.101.112"}
"""What 签名算法标识 says, by the kind of key: each with SHA-256 but Ed25519."""


def seal_eep(desk: Desk, jurisdiction: str, xml: bytes) -> bytes:
    """The encapsulation with signature block and lock. Raises SigningError, RefusedError when the key may not be used."""
    signer = desk.keys.signer(jurisdiction, "receipt")
    certificate = signer.signing_cert
    if certificate is None or certificate.public_key.algorithm not in _ALGORITHMS:
        raise SigningError("收文印章的密钥种类不能用于DA/T 48封装包签名", "the receiving key is of a kind that cannot sign encapsulations")
    chain = {certificate.dump(): None, **{each.dump(): None for each in signer.cert_registry if each.dump() not in desk.keys.trust.roots}}
    at = desk.clock().astimezone(SHANGHAI).isoformat(timespec="seconds")

    def make(data: bytes) -> bytes:
        value: bytes = settle(signer.async_sign_raw(data, "sha256"))
        return value

    return sign(xml, make, algorithm=_ALGORITHMS[certificate.public_key.algorithm], certificates=chain, who=str(signer.subject_name), at=at)


def judge_eep(xml: bytes, trust: Trust) -> Outcome:
    """What can be said of an encapsulation: valid under the schema, signed and locked by whom, or why not. Never raises."""
    try:
        if faults := faults_of(xml):
            return failed(f"不合DA/T 48的结构：{fault}" for fault in faults)
        found = tuple(signatures(xml))
        if not found:
            return not_run("封装包没有电子签名块")
        return _told(found, trust)
    except ValueError as fault:
        return failed([str(fault)])


def _told(found: Sequence[Signature], trust: Trust) -> Outcome:
    wrong, open_, good = [], [], []
    for one in found:
        name = f"“{one.element}”的签名"
        try:
            certificates = [x509.load_der_x509_certificate(each) for each in one.certificates]
            fits = _fits(certificates[0], one)
            troubles = list(_distrust(certificates, one, trust))
        except (ValueError, IndexError, UnsupportedAlgorithm) as fault:
            wrong.append(f"{name}读不通：{fault}")
            continue
        if fits is False:
            wrong.append(f"{name}与内容不符：内容、签名或证书被改动")
        elif fits is None:
            open_.append(f"{name}：算法 {one.algorithm} 本程序不认识，无法判断")
        elif troubles:
            open_.extend(f"{name}：{trouble}" for trouble in troubles)
        else:
            good.append(f"{name}有效（{common_name(certificates[0])}，自述时间 {one.at}）")
    if not any(one.element != SIGNED for one in found):
        open_.append("没有锁定签名，签名块本身可以被换掉")
    if wrong:
        return failed(wrong)
    return not_run(*open_) if open_ else passed(*good)


def _fits(certificate: x509.Certificate, one: Signature) -> bool | None:
    key = certificate.public_key()
    try:
        if isinstance(key, EllipticCurvePublicKey) and one.algorithm == _ALGORITHMS["ec"]:
            key.verify(one.value, one.data, ECDSA(hashes.SHA256()))
        elif isinstance(key, RSAPublicKey) and one.algorithm == _ALGORITHMS["rsa"]:
            key.verify(one.value, one.data, PKCS1v15(), hashes.SHA256())
        elif isinstance(key, Ed25519PublicKey) and one.algorithm == _ALGORITHMS["ed25519"]:
            key.verify(one.value, one.data)
        else:
            return None
    except InvalidSignature:
        return False
    return True


def _distrust(certificates: Sequence[x509.Certificate], one: Signature, trust: Trust) -> Iterator[str]:
    """Why the signer's certificate is not to be relied on here: no trusted root, out of time, revoked."""
    held = [x509.load_der_x509_certificate(each) for each in trust.intermediates]
    roots = [x509.load_der_x509_certificate(each) for each in trust.roots]
    moment = datetime.fromisoformat(one.at).astimezone(UTC)
    current = certificates[0]
    for _ in range(8):
        if not current.not_valid_before_utc <= moment <= current.not_valid_after_utc:
            yield f"签名时“{common_name(current)}”的证书不在有效期内"
        if any(_revoked(current, each) for each in trust.crls):
            yield f"“{common_name(current)}”的证书已被吊销"
        if any(current.public_bytes(Encoding.DER) == root for root in trust.roots):
            return
        issuer = next((each for each in (*roots, *certificates[1:], *held) if _issued(current, each)), None)
        if issuer is None:
            break
        current = issuer
    yield f"“{common_name(certificates[0])}”的证书不能追溯到本单位信任的根"


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _revoked(certificate: x509.Certificate, crl: bytes) -> bool:
    listed = x509.load_der_x509_crl(crl)
    return listed.issuer == certificate.issuer and listed.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
