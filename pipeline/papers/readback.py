"""A PDF read by a program other than the one that made it: does it open, how many pages, is there something on the first."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from pipeline.papers.layout import opened


def look_at(pdf: bytes) -> tuple[int, str]:
    """How many pages PDFium finds, and what is wrong ('' for nothing): it does not open, has no page, or page one cannot be drawn."""
    try:
        with opened(pdf) as document:
            pages = len(document)
            if not pages:
                return 0, "没有一页"
            page = document[0]
            try:
                page.render(scale=0.3)
            finally:
                page.close()
            return pages, ""
    except (pdfium.PdfiumError, OSError, ValueError) as trouble:
        return 0, f"打不开（{trouble}）"


def text_of(pdf: bytes) -> str:
    """The words on all pages, as PDFium reads them."""
    with opened(pdf) as document:
        said = []
        for page in document:
            text_page = page.get_textpage()
            said.append(str(text_page.get_text_range()))
            text_page.close()
        return "\n".join(said)


def claimed_flavour(pdf: bytes) -> str:
    """The PDF/A the file says it is, as veraPDF names it (`2b`), or '' when it claims none or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            meta = document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
            return f"{meta.get('pdfaid:part', '')}{str(meta.get('pdfaid:conformance', '')).lower()}"
    except (pikepdf.PdfError, ValueError):
        return ""


def algorithms_of(pdf: bytes) -> tuple[str, ...]:
    """Digest and key algorithms of a PDF's signatures and timestamps (`sha256`, `rsa3072`, `ecdsa256` …); nothing where none can be read."""
    found: set[str] = set()
    try:
        for each in PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures:
            found |= used_by(each)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, OSError):
        return tuple(sorted(found))
    return tuple(sorted(found))


def used_by(signature: EmbeddedPdfSignature) -> set[str]:
    """Digest and key algorithm of one signature or document timestamp, as the table of algorithms names them."""
    info, key = signature.signer_info, signature.signer_cert.public_key
    name = _KEYS.get(key.algorithm, key.algorithm) + ("" if key.algorithm == "ed25519" else str(key.bit_size))
    if key.algorithm == "rsa" and key.bit_size >= _LONG and info["signature_algorithm"].signature_algo != "rsassa_pss":
        name += "_pkcs1"
    return {str(info["digest_algorithm"]["algorithm"].native), name}


_KEYS = {"ec": "ecdsa"}
_LONG = 3000
"""From this length on the table tells RSA apart by its padding."""
