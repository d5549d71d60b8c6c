"""DER by hand: one tag-length-value writer, and the few encoded object identifiers of a CMS signature."""

from __future__ import annotations

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
OCTETS = 0x04
GENERALIZED_TIME = 0x18
CONTEXT_0 = 0xA0
CONTEXT_1 = 0xA1

OID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
OID_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
OID_TIMESTAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
OID_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value: tag, length, the parts joined."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def message_digest_attribute(digest: bytes) -> bytes:
    """The CMS attribute messageDigest."""
    return tlv(SEQUENCE, OID_MESSAGE_DIGEST, tlv(SET, tlv(OCTETS, digest)))


def signed_data(content: bytes) -> bytes:
    """ContentInfo of type signedData around the parts of a SignedData."""
    return tlv(SEQUENCE, OID_SIGNED_DATA, tlv(CONTEXT_0, tlv(SEQUENCE, content)))
