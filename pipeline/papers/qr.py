"""The QR code of an issued document: a small signed token, so that paper can be checked against the file.

The token carries number, case, date, SHA-256 and length of the unstamped first revision, signed with Ed25519. It says
what the authority issued; whether the file in hand is that one is told by `Payload.fits`. It cannot tell a true copy of
the code pasted on another sheet: reading the number and title beside it stays a human's task.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.papers.outline import MM, drawing
from pipeline.papers.seal import Graphic

_MARK = b"\x01"
_EPOCH = date(2000, 1, 1)
_HEAD = struct.Struct(">HI32s4s")
_SIGNATURE = 64
_MASK = 2
"""A fixed mask: the token is as good as random, so searching for the best of eight only costs time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What the code says: document number, case number, day of issue, digest and length of the unstamped first revision."""

    number: str
    case: str
    day: date
    sha256: str
    length: int

    def fits(self, pdf: bytes) -> bool:
        """The first revision inside `pdf` is the one this payload was made for."""
        first = pdf[: self.length]
        return len(first) == self.length and hashlib.sha256(first).hexdigest() == self.sha256


def payload_for(pdf: bytes, number: str, case: str, day: date) -> Payload:
    """The payload for a PDF that has not been stamped yet."""
    return Payload(number=number, case=case, day=day, sha256=hashlib.sha256(pdf).hexdigest(), length=len(pdf))


def key_id(key: Ed25519PublicKey) -> bytes:
    """Four bytes that name a public key inside a token."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[:4]


def sign_payload(payload: Payload, key: Ed25519PrivateKey, address: str = "") -> str:
    """The text of the code: `address#TOKEN`, or the token alone. The token is Base32 (short in a QR code)."""
    head = _HEAD.pack((payload.day - _EPOCH).days, payload.length, bytes.fromhex(payload.sha256), key_id(key.public_key()))
    body = _MARK + head + _text(payload.number) + _text(payload.case)
    token = base64.b32encode(body + key.sign(body)).decode("ascii").rstrip("=")
    return f"{address}#{token}" if address else token


def _text(value: str) -> bytes:
    encoded = value.encode("utf-8")
    if len(encoded) > 255:
        raise ValueError(value)
    return bytes((len(encoded),)) + encoded


def _split(text: str) -> tuple[Payload, bytes, bytes, bytes]:
    token = text.rpartition("#")[2].strip().upper()
    raw = base64.b32decode(token + "=" * (-len(token) % 8))
    body, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if body[:1] != _MARK or len(signature) != _SIGNATURE:
        raise ValueError("not a token of this office")
    days, length, sha256, key = _HEAD.unpack_from(body, 1)
    texts, rest = [], body[1 + _HEAD.size :]
    while rest:
        size = rest[0]
        if len(rest) < 1 + size:
            raise ValueError("token cut short")
        texts.append(rest[1 : 1 + size].decode("utf-8"))
        rest = rest[1 + size :]
    if len(texts) != 2:
        raise ValueError("token has other parts than number and case")
    payload = Payload(number=texts[0], case=texts[1], day=_EPOCH + timedelta(days=days), sha256=sha256.hex(), length=length)
    return payload, body, signature, key


def read_payload(text: str) -> Payload:
    """What a code says, signed or not. Raises ValueError when the text is no token of ours."""
    try:
        return _split(text)[0]
    except struct.error as error:
        raise ValueError("token cut short") from error


def verify_payload(text: str, keys: Iterable[Ed25519PublicKey]) -> Payload | None:
    """What a code says, when one of `keys` signed it; None when not, or when the text is no token."""
    try:
        payload, body, signature, named = _split(text)
    except (ValueError, struct.error):
        return None
    for key in keys:
        if key_id(key) != named:
            continue
        try:
            key.verify(signature, body)
        except InvalidSignature:
            continue
        return payload
    return None


def qr_graphic(text: str, size_mm: float = 18.0) -> Graphic:
    """The code as black squares with no quiet zone of its own (the margin it lies in is one), error level M."""
    address, mark, token = text.rpartition("#")
    parts: Any = [address + mark, token] if mark else [token]  # two segments: bytes, then the denser alphanumeric
    rows = [bytes(row) for row in segno.make(parts, error="m", micro=False, boost_error=False, mask=_MASK).matrix]
    size = size_mm * MM
    squares = [f"{size / len(rows):.5f} 0 0 {size / len(rows):.5f} 0 0 cm"]
    for line, row in enumerate(rows):
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            squares.append(f"{start} {len(rows) - 1 - line} {end - start} 1.03 re")
            start = end
    return Graphic.of(drawing((0, 0, 0), [*squares, "f"]), size, size)
