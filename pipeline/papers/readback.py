"""A PDF read by a program other than the one that made it: does it open, how many pages, is there something on the first."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium

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


def claimed_flavour(pdf: bytes) -> str:
    """The PDF/A the file says it is, as veraPDF names it (`2b`), or '' when it claims none or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            meta = document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
            return f"{meta.get('pdfaid:part', '')}{str(meta.get('pdfaid:conformance', '')).lower()}"
    except (pikepdf.PdfError, ValueError):
        return ""
