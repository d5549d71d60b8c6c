"""Signatures that last: PAdES B-T raised to B-LTA, and raised again before certificates age (ETSI EN 319 142-1, 5.5).

Revocation data go into the file only when newer than what they speak of: older ones satisfy a validator today and fail
it once the certificates have ended. One revision holds them and the document timestamp over everything before.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, crl, ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator.authority import Authority, AuthorityWithCert

from pipeline.errors import SigningError
from pipeline.papers.pki import Trust
from pipeline.papers.readback import used_by
from pipeline.papers.sign import FOREIGN_BYTES, UntouchedMetadataWriter, settle
from pipeline.papers.timestamp import LocalTimeStamper, stamped_at
from pipeline.papers.verdict import Reason

_FIELD = "Archive"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What is known of revoked certificates: lists and OCSP responses, DER."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def and_also(self, other: Revocation) -> Revocation:
        """Both together, each once."""
        return Revocation(tuple(dict.fromkeys(self.crls + other.crls)), tuple(dict.fromkeys(self.ocsps + other.ocsps)))


@dataclass(frozen=True, slots=True)
class Link:
    """A certificate that a signature rests on, who issued it, and since when it was relied on."""

    certificate: asn1_x509.Certificate
    issuer: asn1_x509.Certificate
    since: datetime

    @property
    def name(self) -> str:
        """Whose certificate it is."""
        return str(self.certificate.subject.native.get("common_name") or self.certificate.subject.human_friendly)

    @property
    def authority(self) -> Authority:
        """The issuer, as pyHanko asks for it."""
        return AuthorityWithCert(self.issuer)


def links(pdf: bytes, trust: Trust) -> tuple[Link, ...]:
    """All certificates the file's signatures and timestamps rest on, below the roots of `trust`.

    Raises SigningError when the file cannot be read or a certificate leads to no trusted root.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        used = list(_used(reader))
        pool = _pool(trust, [each.signed_data for each in reader.embedded_signatures], reader)
    except (PdfError, ValueError, TypeError) as error:
        raise SigningError(f"文件的签名读不出来（{error}）", f"the file's signatures cannot be read ({error})") from error
    roots = {asn1_x509.Certificate.load(each).subject.dump() for each in trust.roots}
    found: dict[bytes, Link] = {}
    for leaf, since in used:
        for link in _climb(leaf, since, pool, roots):
            known = found.get(link.certificate.dump())
            found[link.certificate.dump()] = link if known is None or known.since < since else known
    return tuple(found.values())


def lacking(rests_on: Iterable[Link], revocation: Revocation) -> tuple[Reason, ...]:
    """For which certificates there is no revocation data newer than their use; empty when the file can be raised."""
    lists = [crl.CertificateList.load(each) for each in revocation.crls]
    answers = list(_answers(revocation.ocsps))
    return tuple(
        Reason(f"“{link.name}”还没有签名之后的吊销信息", f"no revocation data newer than the signature for {link.name}")
        for link in rests_on
        if not _listed_since(link, lists) and not _answered_since(link, answers)
    )


def extend(pdf: bytes, trust: Trust, revocation: Revocation, timestamper: TimeStamper) -> bytes:
    """The file with certificates, revocation data and a document timestamp added, as one revision after all it holds.

    Raises SigningError when revocation data are lacking (say so with `lacking` first), or no timestamp can be had.
    """
    rests_on = links(pdf, trust)
    if missing := lacking(rests_on, revocation):
        raise SigningError("；".join(each.zh for each in missing), "; ".join(each.en for each in missing))
    writer = UntouchedMetadataWriter(io.BytesIO(pdf))
    names = {one.issuer.subject.dump() for one in rests_on}
    lists = [each for each in map(crl.CertificateList.load, revocation.crls) if each.issuer.dump() in names]
    newest = _newest(lists)
    certificates = {each.dump(): each for link in rests_on for each in (link.certificate, link.issuer)}
    try:
        DocumentSecurityStore.supply_dss_in_writer(
            writer, None, certs=list(certificates.values()), crls=newest, ocsps=[ocsp.OCSPResponse.load(each) for each in revocation.ocsps]
        )
        stamper = PdfTimeStamper(timestamper, field_name=_free_name(writer))
        room = None if isinstance(timestamper, LocalTimeStamper) else 2 * FOREIGN_BYTES
        output: io.BytesIO = settle(stamper.async_timestamp_pdf(writer, "sha256", bytes_reserved=room))
    except (PyHankoSigningError, PdfError, ValueError, OSError) as error:
        raise SigningError(
            f"归档时间戳未加成（{error}），文件保持原样，稍后再试", f"the archival timestamp could not be added ({error}); the file stays as it is"
        ) from error
    return output.getvalue()


def lasts_until(pdf: bytes) -> datetime | None:
    """Until when the newest document timestamp can be checked by itself: the end of its certificate. None without one."""
    stamps = [each for each in PdfFileReader(io.BytesIO(pdf)).embedded_signatures if each.sig_object_type == "/DocTimeStamp"]
    if not stamps:
        return None
    ends: datetime = stamps[-1].signer_cert.not_valid_after
    return ends


def protected_by(pdf: bytes) -> frozenset[str]:
    """The algorithms of the newest document timestamp, on which all before it rests; nothing without one."""
    stamps = [each for each in PdfFileReader(io.BytesIO(pdf)).embedded_signatures if each.sig_object_type == "/DocTimeStamp"]
    return frozenset(used_by(stamps[-1])) if stamps else frozenset()


def _used(reader: PdfFileReader) -> Iterator[tuple[asn1_x509.Certificate, datetime]]:
    """Signing certificates with the time they were used at, of signatures, their timestamps and document timestamps."""
    for each in reader.embedded_signatures:
        if each.sig_object_type == "/DocTimeStamp":
            yield each.signer_cert, stamped_at(each.signed_data)
            continue
        tokens = list(extract_tst_data_iter(each.signer_info, signed=False))
        yield each.signer_cert, stamped_at(tokens[0]) if tokens else each.self_reported_timestamp
        for token in tokens:
            yield extract_certificate_info(token).signer_cert, stamped_at(token)


def _pool(trust: Trust, signed: Iterable[cms.SignedData], reader: PdfFileReader) -> dict[bytes, asn1_x509.Certificate]:
    """Certificates that may be issuers, by subject: trusted ones first."""
    embedded = [each.chosen for one in signed for each in one["certificates"]]
    for each in reader.embedded_signatures:
        for token in () if each.sig_object_type == "/DocTimeStamp" else extract_tst_data_iter(each.signer_info, signed=False):
            embedded += [one.chosen for one in token["certificates"]]
    with suppress(NoDSSFoundError):
        embedded += list(DocumentSecurityStore.read_dss(reader).load_certs())
    held = [asn1_x509.Certificate.load(each) for each in (*trust.intermediates, *trust.roots)]
    return {each.subject.dump(): each for each in (*embedded, *held)}


def _climb(leaf: asn1_x509.Certificate, since: datetime, pool: dict[bytes, Any], roots: set[bytes]) -> Iterator[Link]:
    certificate = leaf
    for _ in range(8):
        if certificate.subject.dump() in roots:
            return
        issuer = pool.get(certificate.issuer.dump())
        if issuer is None:
            break
        yield Link(certificate, issuer, since)
        certificate = issuer
    name = leaf.subject.human_friendly
    raise SigningError(f"证书“{name}”不能追溯到本单位信任的根证书", f"the certificate of {name} leads to no root this office trusts")


def _listed_since(link: Link, lists: Iterable[Any]) -> bool:
    return any(
        each.issuer.dump() == link.certificate.issuer.dump() and each["tbs_cert_list"]["this_update"].native > link.since for each in lists
    )


def _answers(responses: Iterable[bytes]) -> Iterator[tuple[int, datetime]]:
    for each in responses:
        data = ocsp.OCSPResponse.load(each).response_data
        for single in data["responses"]:
            yield single["cert_id"]["serial_number"].native, single["this_update"].native


def _answered_since(link: Link, answers: Iterable[tuple[int, datetime]]) -> bool:
    return any(serial == link.certificate.serial_number and moment > link.since for serial, moment in answers)


def _newest(lists: Iterable[Any]) -> list[Any]:
    """One list of each issuer: older ones prove nothing more."""
    best: dict[bytes, Any] = {}
    for each in sorted(lists, key=lambda one: one["tbs_cert_list"]["this_update"].native):
        best[each.issuer.dump()] = each
    return list(best.values())


def _free_name(writer: Any) -> str:
    taken = {each.field_name for each in writer.prev.embedded_signatures}
    return next(name for name in (_FIELD, *(f"{_FIELD}{place}" for place in range(2, 99))) if name not in taken)
