"""RFC 3161 timestamps: a local authority for the demo, or one or more by URL, first that answers.

The local one fills a DER template once made by asn1crypto; its token is whole and checked by `openssl ts`. It proves
nothing to a stranger, for the office vouches for its own clock: production names a timestamp authority in office.toml.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError

from pipeline.clockwork import Clock
from pipeline.errors import TimestampError
from pipeline.papers import der

_POLICY = "2.999.9704.2"
_DIGESTS = {name: algos.DigestAlgorithm({"algorithm": name}).dump() for name in ("sha256", "sha384", "sha512")}


def _attribute(kind: str, value: Any) -> bytes:
    encoded: bytes = simple_cms_attribute(kind, value).dump()  # type: ignore[no-untyped-call]
    return encoded


class LocalTimeStamper(TimeStamper):  # type: ignore[misc]
    """A timestamp authority inside the process: P-256 key held, tokens from a template, time from `clock`."""

    def __init__(
        self, certificate: asn1_x509.Certificate, key: EllipticCurvePrivateKey, chain: Sequence[Any], clock: Clock
    ) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._certificate, self._key, self._chain, self._clock = certificate, key, tuple(chain), clock
        self._attributes = [_attribute("content_type", "tst_info")]
        self._attributes.append(_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)))
        self._digest_algorithm = _DIGESTS["sha256"]
        self._certificates = der.tlv(der.CONTEXT_0, *sorted(each.dump() for each in (certificate, *self._chain)))
        self._identity = cms.IssuerAndSerialNumber(
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        ).dump()
        self._signature_algorithm = cms.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
        self._policy = tsp.ObjectIdentifier(_POLICY).dump()
        self._accuracy = tsp.Accuracy({"seconds": 1}).dump()

    def token(self, digest: bytes, algorithm: str = "sha256", nonce: bytes = b"") -> bytes:
        """A DER timestamp token over `digest`; `nonce` is the DER integer of the request, if it had one."""
        imprint = der.tlv(der.SEQUENCE, _DIGESTS[algorithm], der.tlv(der.OCTETS, digest))
        moment = self._clock().astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii")
        serial = der.tlv(der.INTEGER, bytes((1 + os.urandom(1)[0] % 0x7F,)) + os.urandom(15))
        info = der.tlv(
            der.SEQUENCE, b"\x02\x01\x01", self._policy, imprint, serial, der.tlv(der.GENERALIZED_TIME, moment),
            self._accuracy, nonce,
        )  # fmt: skip
        digest_attribute = der.message_digest_attribute(hashlib.sha256(info).digest())
        attributes = b"".join(sorted((*self._attributes, digest_attribute)))
        signature = self._key.sign(der.tlv(der.SET, attributes), ECDSA(hashes.SHA256()))
        signer = der.tlv(
            der.SEQUENCE, b"\x02\x01\x01", self._identity, self._digest_algorithm, der.tlv(der.CONTEXT_0, attributes),
            self._signature_algorithm, der.tlv(der.OCTETS, signature),
        )  # fmt: skip
        content = der.tlv(der.SEQUENCE, der.OID_TST_INFO, der.tlv(der.CONTEXT_0, der.tlv(der.OCTETS, info)))
        algorithms = der.tlv(der.SET, self._digest_algorithm)
        return der.signed_data(b"\x02\x01\x03" + algorithms + content + self._certificates + der.tlv(der.SET, signer))

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answers a whole request, as a server would."""
        imprint, nonce = req["message_imprint"], req["nonce"]
        number = nonce.dump() if nonce.native is not None else b""
        token = self.token(imprint["hashed_message"].native, imprint["hash_algorithm"]["algorithm"].native, number)
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)})

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over `message_digest`."""
        return cms.ContentInfo.load(self.token(message_digest, md_algorithm))


class UrlTimeStamper(TimeStamper):  # type: ignore[misc]
    """Timestamp authorities by URL, asked in order; the first good token is taken, and which gave it is remembered.

    Raises TimestampError when none gives one: a document never goes out with its timestamp silently left off.
    """

    def __init__(self, addresses: Sequence[str], timeout: float = 10.0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._servers = tuple((address, HTTPTimeStamper(address, timeout=timeout)) for address in addresses)
        self._last = threading.local()

    @property
    def answered(self) -> str:
        """The address that gave the last token in this thread."""
        return str(getattr(self._last, "address", ""))

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over `message_digest`, its imprint compared."""
        troubles = []
        for address, server in self._servers:
            try:
                token = await server.async_timestamp(message_digest, md_algorithm)
                imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
                if imprint["hashed_message"].native == message_digest:
                    self._last.address = address
                    return token
                troubles.append(f"{address}: imprint differs")
            except (TimeoutError, TimestampRequestError, OSError, ValueError, TypeError) as error:
                troubles.append(f"{address}: {error.__cause__ or error}")
        told = "; ".join(troubles) or "-"
        raise TimestampError(
            f"时间戳服务均未应答，文件暂不用印，稍后自动重试（{told}）；请检查 office.toml 的 [timestamp] 与网络",
            f"no timestamp authority answered, the document waits unsealed and is tried again ({told}); "
            "check [timestamp] in office.toml and the network",
        )


def answered_by(timestamper: TimeStamper) -> str:
    """Which authority gave the last token in this thread: its address, or an empty text for the local one."""
    return timestamper.answered if isinstance(timestamper, UrlTimeStamper) else ""


def moment_of(token: bytes) -> datetime:
    """The time a token states."""
    return stamped_at(cms.ContentInfo.load(token)["content"])


def stamped_at(token: cms.SignedData) -> datetime:
    """The time a parsed token states."""
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment
