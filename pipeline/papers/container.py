"""What no signature protects in a signature's own container (CMS, RFC 5652): enclosed certificates, versions, named algorithms.

A change there alters nothing that was signed, and validation that finds good certificates elsewhere never sees it. It is
told all the same: a file is as it was issued, or it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from pipeline.papers.sm2 import is_sm2
from pipeline.papers.verdict import Answer, Reason

_NO_PARAMETERS = (b"", b"\x05\x00")
_FIELDS = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature", "unsigned_attrs")
"""A signer's part, RFC 5652, 5.3."""
_ALIKE = 3
"""Of issuer, serial number, subject and key: a cross-certificate has two in common with the one it stands for, a spoiled copy three."""


def unprotected_changes(signed: cms.SignedData, known: Sequence[asn1_x509.Certificate]) -> Iterator[Reason]:
    """What was changed in the container, and in those of the timestamps it carries; `known` are the certificates held."""
    if not _well_made(signed):
        yield _told("签名容器的版本号或算法栏", "version or algorithm of the signature's container")
    if any(_spoiled(each, known, _enclosed(signed)) for each in _enclosed(signed)):
        yield _told("签名所附的证书", "a certificate enclosed with the signature")
    for signer in signed["signer_infos"]:
        tokens = list(extract_tst_data_iter(signer, signed=False))
        for token in tokens:
            yield from unprotected_changes(token, known)
        if not tokens and _unknown(signer):
            yield Reason(
                "签名带有不认识的附加内容，原有的时间戳可能被掩去", "there is something unknown beside the signature: a timestamp may have been hidden", Answer.CANNOT_TELL,
            )  # fmt: skip


def _unknown(signer: cms.SignerInfo) -> bool:
    """Whether a signer's part holds attributes nobody knows, or bytes that are none of its fields."""
    fields = sum(len(signer[name].dump()) for name in _FIELDS)
    return len(signer.contents) > fields or any("." in each["type"].native for each in signer["unsigned_attrs"] or ())


def _told(zh: str, en: str) -> Reason:
    return Reason(f"{zh}被改动或损坏（不在签名保护之内，正文未受影响）", f"{en} was altered or damaged (not protected by the signature; the text is not affected)", Answer.CANNOT_TELL)


def _well_made(signed: cms.SignedData) -> bool:
    """RFC 5652, 5.1 and 5.3: versions follow from the content, and each signer's digest algorithm is named."""
    signers = list(signed["signer_infos"])
    by_key = [signer["sid"].name == "subject_key_identifier" for signer in signers]
    plain = signed["encap_content_info"]["content_type"].native == "data" and not any(by_key) and _plain_certificates(signed)
    named = [each["algorithm"].dotted for each in signed["digest_algorithms"]]
    return (
        (signed["version"].native == "v1" if plain else signed["version"].native in ("v3", "v4", "v5"))
        and all(signer["version"].native == ("v3" if key else "v1") for signer, key in zip(signers, by_key, strict=True))
        and all(signer["digest_algorithm"]["algorithm"].dotted in named for signer in signers)
        and all(_bare(each) for each in (*signed["digest_algorithms"], *(signer["digest_algorithm"] for signer in signers)))
    )


def _plain_certificates(signed: cms.SignedData) -> bool:
    return all(each.name == "certificate" for each in signed["certificates"] or ())


def _bare(algorithm: algos.DigestAlgorithm) -> bool:
    return algorithm["parameters"].dump() in _NO_PARAMETERS


def _enclosed(signed: cms.SignedData) -> list[asn1_x509.Certificate]:
    return [each.chosen for each in signed["certificates"] or () if each.name == "certificate"]


def _spoiled(each: asn1_x509.Certificate, known: Sequence[asn1_x509.Certificate], beside: Sequence[asn1_x509.Certificate]) -> bool:
    """Whether a certificate is nearly one that is held, yet not it: the same number of the same issuer, or signed by no issuer at hand."""
    der = each.dump()
    others = [one for one in (*known, *beside) if one.dump() != der]
    if der in {one.dump() for one in known} or is_sm2(each.public_key):
        return False
    if any(one.issuer.dump() == each.issuer.dump() and one.serial_number == each.serial_number for one in others):
        return True
    return any(_alike(each, one) >= _ALIKE for one in others) and not any(_issued(der, one) for one in (each, *others))


def _alike(one: asn1_x509.Certificate, other: asn1_x509.Certificate) -> int:
    return sum(
        (
            one.issuer.dump() == other.issuer.dump(), one.serial_number == other.serial_number,
            one.subject.dump() == other.subject.dump(), one.public_key.dump() == other.public_key.dump(),
        )
    )  # fmt: skip


def _issued(der: bytes, by: asn1_x509.Certificate) -> bool:
    try:
        x509.load_der_x509_certificate(der).verify_directly_issued_by(x509.load_der_x509_certificate(by.dump()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
