"""CMS signatures for PDFs (PAdES B-T), fast: the key is loaded once and the CMS filled into a template pyHanko made.

The key may be in memory or held by a device (`HeldKey`: a PKCS#11 token); the template serves both. Any other pyHanko
`Signer` can stand where `TemplateSigner` stands; it is only slower. The template is pyHanko's own CMS for the same key and
settings, so the bytes are those pyHanko would have written.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pipeline.digests import sm3
from pipeline.errors import SigningError
from pipeline.papers import der
from pipeline.papers.timestamp import LocalTimeStamper

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey
Answer = TypeVar("Answer")

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()
}  # fmt: skip


class HeldKey(Protocol):
    """A private key that a device or another library holds: it signs, and is never seen."""

    def sign_raw(self, data: bytes, algorithm: str) -> bytes:
        """The signature over `data`, hashed with `algorithm`; ECDSA and SM2 as DER. Raises SigningError."""
        ...


def raw_signature(key: PrivateKey | HeldKey, data: bytes, algorithm: str) -> bytes:
    """Sign `data` with the key's own scheme: RSA PKCS#1 v1.5, ECDSA or Ed25519; a held key as its holder does."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, PKCS1v15(), HASHES[algorithm])
    if isinstance(key, EllipticCurvePrivateKey):
        return key.sign(data, ECDSA(HASHES[algorithm]))
    return key.sign(data) if isinstance(key, Ed25519PrivateKey) else key.sign_raw(data, algorithm)


@dataclass(frozen=True, slots=True)
class _Template:
    """The parts of a CMS that do not change from one signature to the next."""

    attributes: tuple[bytes, ...]
    head: bytes
    signer_head: bytes
    signature_algorithm: bytes

    @classmethod
    def of(cls, whole: cms.ContentInfo) -> _Template:
        data = cms.ContentInfo.load(whole.dump())["content"]
        signer = data["signer_infos"][0]
        attributes = tuple(each.dump() for each in signer["signed_attrs"] if each["type"].native != "message_digest")
        head = b"".join(data[part].dump() for part in ("version", "digest_algorithms", "encap_content_info", "certificates"))
        signer_head = b"".join(signer[part].dump() for part in ("version", "sid", "digest_algorithm"))
        return cls(attributes, head, signer_head, signer["signature_algorithm"].dump())


class TemplateSigner(SimpleSigner):  # type: ignore[misc]
    """A pyHanko signer whose key object is kept and whose CMS is filled into a template."""

    def __init__(
        self, certificate: asn1_x509.Certificate, key: PrivateKey | HeldKey, chain: Iterable[asn1_x509.Certificate],
        digest: str = "sha256", mechanism: SignedDigestAlgorithm | None = None,
    ) -> None:  # fmt: skip
        """`digest` is what documents are hashed with, `mechanism` the signature's name where pyHanko cannot tell it from the key."""
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(list(chain))
        super().__init__(certificate, _for_pyhanko(key), registry, mechanism)
        self.digest = digest
        self._key = key
        self._templates: dict[str, _Template] = {}

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The bare signature, by the key in memory or whoever holds it."""
        return raw_signature(self._key, data, digest_algorithm)

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, dry_run: bool = False, use_pades: bool = False,
        timestamper: TimeStamper | None = None, signed_attr_settings: PdfCMSSignedAttributes | None = None,
        is_pdf_sig: bool = True, encap_content_info: Any = None,
    ) -> cms.ContentInfo:  # fmt: skip
        """The CMS over `data_digest`; anything but a plain PAdES signature is left to pyHanko."""
        settings = signed_attr_settings
        unusual = settings is not None and (settings.adobe_revinfo_attr or settings.cades_signed_attrs)
        if not use_pades or unusual or not is_pdf_sig or encap_content_info is not None or self.unsigned_attr_prov_spec:
            return await super().async_sign(
                data_digest, digest_algorithm, dry_run=dry_run, use_pades=use_pades, timestamper=timestamper,
                signed_attr_settings=settings, is_pdf_sig=is_pdf_sig, encap_content_info=encap_content_info,
            )  # fmt: skip
        algorithm = digest_algorithm.lower()
        if algorithm not in self._templates:
            self._templates[algorithm] = self._make_template(algorithm)
        return await self._fill(self._templates[algorithm], data_digest, algorithm, timestamper)

    def _make_template(self, algorithm: str) -> _Template:
        # pyHanko builds the attributes concurrently, so this one time a real event loop is needed.
        digest = digest_by(algorithm, b"")
        return _Template.of(settle(super().async_sign(digest, algorithm, use_pades=True)))

    async def _fill(
        self, template: _Template, digest: bytes, algorithm: str, timestamper: TimeStamper | None
    ) -> cms.ContentInfo:
        attributes = b"".join(sorted((*template.attributes, der.message_digest_attribute(digest))))
        signature = self.sign_raw(der.tlv(der.SET, attributes), algorithm)
        unsigned = b""
        if timestamper is not None:
            imprint = "sha256" if algorithm == "sm3" else algorithm  # no public timestamp authority is known to take SM3
            token = await timestamper.async_timestamp(digest_by(imprint, signature), imprint)
            attribute = der.tlv(der.SEQUENCE, der.OID_TIMESTAMP_TOKEN, der.tlv(der.SET, token.dump()))
            unsigned = der.tlv(der.CONTEXT_1, attribute)
        signer = der.tlv(
            der.SEQUENCE, template.signer_head, der.tlv(der.CONTEXT_0, attributes), template.signature_algorithm,
            der.tlv(der.OCTETS, signature), unsigned,
        )  # fmt: skip
        return cms.ContentInfo.load(der.signed_data(template.head + der.tlv(der.SET, signer)))


def digest_by(algorithm: str, data: bytes) -> bytes:
    """The digest of `data` by an algorithm's name; SM3 too, which Python has only where its OpenSSL has."""
    return sm3(data) if algorithm == "sm3" else hashlib.new(algorithm, data).digest()


def _digest_name(signer: Signer) -> str:
    """What `signer` wants documents hashed with."""
    return signer.digest if isinstance(signer, TemplateSigner) else "sha256"


def _for_pyhanko(key: PrivateKey | HeldKey) -> asn1_keys.PrivateKeyInfo | None:
    """The key as pyHanko knows it; None for one that is held elsewhere."""
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey):
        return None
    return asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def settle(work: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of a coroutine, on an event loop of its own; in a thread of its own when one is already running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def finish(work: Coroutine[Any, Any, Answer], waits: bool) -> Answer:
    """The result of a coroutine: driven by hand when it never really waits, on an event loop otherwise."""
    if waits:
        return settle(work)
    try:
        work.send(None)
    except StopIteration as done:
        answer: Answer = done.value
        return answer
    work.close()
    raise SigningError("签名过程意外等待，未完成", "signing waited where it should not have; not completed")


class UntouchedMetadataWriter(IncrementalPdfFileWriter):  # type: ignore[misc]
    """An incremental writer that leaves the document's metadata alone: rewriting XMP would break PDF/A."""

    def _update_meta(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class SignatureWords:
    """What the signature dictionary says beside the signature: why and where; `now` is the claimed time."""

    now: datetime
    reason: str = ""
    location: str = ""


FOREIGN_BYTES = 12 * 1024
"""Kept free at least where another authority's timestamp goes in: a whole chain of long RSA certificates fits."""


@lru_cache(maxsize=32)
def _reserved(signer: Signer, timestamper: TimeStamper | None) -> int:
    """Hex digits to keep free for the CMS; measured once for each pair of signer and timestamper."""
    trial = signer.async_sign(bytes(32), _digest_name(signer), dry_run=True, use_pades=True, timestamper=timestamper)
    size = len(settle(trial).dump())
    # ECDSA signatures differ by a few bytes; a foreign authority may change its chain, or the next one on the list answer.
    if timestamper is None or isinstance(timestamper, LocalTimeStamper):
        return 2 * (size + 24)
    return 2 * max(size + 2048, FOREIGN_BYTES)


def write_signed(
    writer: IncrementalPdfFileWriter, field: SigFieldSpec, appearance: Any, signer: Signer,
    timestamper: TimeStamper | None, words: SignatureWords, *, certify: bool = False, existing: bool = False,
) -> bytes:  # fmt: skip
    """Write everything in `writer` and the signature over it as one revision.

    `certify`: nothing may come after it but signatures in fields that are there (DocMDP 2). `existing`: the field is one of those.

    Raises SigningError when key, certificate, timestamp or the document's own locks do not allow it.
    """
    _refuse_out_of_time(signer, words.now)
    metadata = PdfSignatureMetadata(
        field_name=field.sig_field_name, md_algorithm=_digest_name(signer), subfilter=SigSeedSubFilter.PADES,
        reason=words.reason or None, location=words.location or None, certify=certify, docmdp_permissions=MDPPerm.FILL_FORMS,
    )  # fmt: skip
    waits = not (isinstance(signer, TemplateSigner) and (timestamper is None or isinstance(timestamper, LocalTimeStamper)))
    try:
        reserved = _reserved(signer, timestamper)
        pdf_signer = PdfSigner(metadata, signer, timestamper=timestamper, stamp_style=appearance, new_field_spec=None if existing else field)
        session = pdf_signer.init_signing_session(writer, existing_fields_only=existing)
        session.system_time = words.now
        prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
        output = io.BytesIO()
        digest, _ = prepared.digest_tbs_document(output=output)
        finish(prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes()), waits)
    except (PyHankoSigningError, PdfError, ValueError, OSError) as error:
        raise SigningError(
            f"签名未成（{error}），文件未用印；请检查密钥、证书与时间戳设置后重试",
            f"the signature could not be made ({error}), the document stays unsealed; "
            "check key, certificate and timestamp settings, then retry",
        ) from error
    return output.getvalue()


def _refuse_out_of_time(signer: Signer, now: datetime) -> None:
    """A certificate that is not in force yet, or no longer, signs nothing."""
    if signer.signing_cert is None:
        return
    since, until = signer.signing_cert.not_valid_before, signer.signing_cert.not_valid_after
    if not since <= now <= until:
        raise SigningError(
            f"“{signer.subject_name}”的证书有效期为 {since:%Y-%m-%d} 至 {until:%Y-%m-%d}，{now:%Y-%m-%d} 不能用它签名；请更换证书后重试",
            f"the certificate of {signer.subject_name} is in force from {since:%Y-%m-%d} to {until:%Y-%m-%d}, not on {now:%Y-%m-%d}; replace it, then retry",
        )


def sign_detached(data: bytes, signer: Signer, timestamper: TimeStamper | None = None) -> bytes:
    """A detached CMS signature (DER) over any bytes, such as a day's root of the journal; raises SigningError."""
    name = _digest_name(signer)
    try:
        whole = settle(signer.async_sign(digest_by(name, data), name, use_pades=True, timestamper=timestamper))
    except (PyHankoSigningError, ValueError, OSError) as error:
        raise SigningError(f"签名未成（{error}）", f"the signature could not be made ({error})") from error
    encoded: bytes = whole.dump()
    return encoded
