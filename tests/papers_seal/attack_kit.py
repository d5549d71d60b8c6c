"""What attacks on signed PDFs are made with: updates written byte by byte, CMS taken out and put back, pages looked at."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

from pipeline.papers.sign import UntouchedMetadataWriter

Change = Callable[[bytes], bytes]
FORGED = b"q 0.8 0 0 rg 60 400 400 300 re f Q"
"""A page content nobody overlooks."""


@dataclass(frozen=True)
class Attack:
    """What is done to a signed file, whether the reader sees it, and whether a later signature leaves it as it is."""

    change: Change
    visible: bool = True
    curable: bool = True


def update(pdf: bytes, objects: Mapping[int, bytes], *, table: bool = True, trailer: bool = True, root: int = 0, prev: int = -1, extra: bytes = b"") -> bytes:
    """An incremental update written by hand, so that parts of it may be left out or wrong."""
    body, places = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n"), {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    if table:
        body += b"xref\n0 1\n0000000000 65535 f \n"
        for number, place in sorted(places.items()):
            body += b"%d 1\n%010d 00000 n \n" % (number, place)
    if trailer:
        size = max([size_of(pdf) - 1, *objects]) + 1
        before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0]) if prev < 0 else prev
        body += b"trailer\n<</Size %d /Root %d 0 R /Prev %d %s>>\n" % (size, root or reader.root_ref.idnum, before, extra)
    return bytes(body) + b"startxref\n%d\n%%%%EOF\n" % start


def size_of(pdf: bytes) -> int:
    """The first object number that is free."""
    return max(int(found) for found in re.findall(rb"(?<!\d)(\d{1,7}) 0 obj", pdf)) + 1


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object, written out."""
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def raw_object(pdf: bytes, number: int) -> bytes:
    """The newest version of an object as it stands in the bytes."""
    found = list(re.finditer(rb"(?<!\d)%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.DOTALL))
    return found[-1][1]


def page_number_of(pdf: bytes, page: int = 0) -> int:
    """The object number of a page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    return int(writer.find_page_for_modification(page)[0].idnum)


_RANGE = re.compile(rb"/ByteRange ?\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def gap(pdf: bytes, which: int = 0) -> tuple[int, int]:
    """Where a signature's hex string stands, brackets included."""
    found = list(_RANGE.finditer(pdf))[which]
    return int(found[2]), int(found[3])


def byte_range(wanted: bytes, which: int = 0) -> Change:
    """The ByteRange overwritten, as long as it was."""

    def change(pdf: bytes) -> bytes:
        found = list(_RANGE.finditer(pdf))[which]
        room = len(found[0]) + len(pdf[found.end() :]) - len(pdf[found.end() :].lstrip(b" "))
        assert len(wanted) + 11 <= room, "no room"
        return pdf[: found.start()] + (b"/ByteRange " + wanted).ljust(room) + pdf[found.start() + room :]

    return change


def cms_of(pdf: bytes, which: int = 0) -> cms.ContentInfo:
    """The CMS of a signature."""
    start, end = gap(pdf, which)
    return cms.ContentInfo.load(bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii")))


def with_cms(pdf: bytes, encoded: bytes, which: int = 0) -> bytes:
    """Another CMS in its place; the file keeps its length."""
    start, end = gap(pdf, which)
    written = encoded.hex().encode("ascii")
    assert len(written) <= end - start - 2, "no room"
    return pdf[:start] + b"<" + written.ljust(end - start - 2, b"0") + b">" + pdf[end:]


def recoded(edit: Callable[[Any], None]) -> Change:
    """The signature's CMS edited in place."""

    def change(pdf: bytes) -> bytes:
        signed = cms_of(pdf)["content"]
        edit(signed)
        return with_cms(pdf, cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())

    return change


def of_signer(edit: Callable[[Any], None]) -> Change:
    """The one signer's part of the CMS edited in place."""

    def whole(signed: Any) -> None:
        signer = signed["signer_infos"][0].copy()
        edit(signer)
        signed["signer_infos"] = cms.SignerInfos([signer])

    return recoded(whole)


def signed_with(
    pdf: bytes, signer: Any, stamper: TimeStamper | None, *, field: str = "Plain", certify: MDPPerm | None = None, box: Any = None,
    subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES, algorithm: str = "sha256", style: Any = None, page: int = 0,
) -> bytes:  # fmt: skip
    """A signature as pyHanko writes it, with room to spare; none of our own rules stand in its way."""
    permitted = {"certify": True, "docmdp_permissions": certify} if certify else {}
    metadata = PdfSignatureMetadata(field_name=field, subfilter=subfilter, md_algorithm=algorithm, **permitted)
    spec = SigFieldSpec(field, on_page=page, box=box)
    writer = UntouchedMetadataWriter(io.BytesIO(pdf), strict=False)
    given: Any = {"stamp_style": style} if style is not None else {}
    signed: bytes = PdfSigner(metadata, signer, timestamper=stamper, new_field_spec=spec, **given).sign_pdf(writer, bytes_reserved=24000).getvalue()
    return signed


def timestamped(pdf: bytes, stamper: TimeStamper, field: str = "Cure") -> bytes:
    """A document timestamp over all of it: anyone can have one from an authority that everyone trusts."""
    whole: bytes = PdfTimeStamper(stamper, field_name=field).timestamp_pdf(UntouchedMetadataWriter(io.BytesIO(pdf), strict=False), "sha256").getvalue()
    return whole


def looks(pdf: bytes) -> list[bytes]:
    """Every page as the reader sees it, form fields included."""
    document = pdfium.PdfDocument(pdf)
    try:
        document.init_forms()
        return [bytes(page.render(scale=0.4).buffer) for page in document]
    finally:
        document.close()
