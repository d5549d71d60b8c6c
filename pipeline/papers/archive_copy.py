"""A copy for the archive with the filing stamp (归档章) on its first page; the signed original stays untouched beside it.

The copy carries what the original shows (seal, received stamp) but no signature: a stamp drawn after a signature would
make it look tampered with. DA/T 22-2015 5.4.5: fonds, year, retention, item number and pages, and the unit if there is one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pikepdf

from pipeline.errors import SigningError
from pipeline.papers.outline import MM, Lettering, drawing, number, seal_faces
from pipeline.papers.revision import Revision
from pipeline.papers.seal import RED, Graphic

WIDTH_MM, HEIGHT_MM = 45.0, 16.0
_EDGE_MM, _TOP_MM = 12.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMark:
    """What the filing stamp says. `left` puts it on the left of the head, where a received stamp holds the right."""

    fonds: str
    year: int
    item: int
    unit: str
    retention: str
    pages: int
    left: bool = False


def archive_stamp(mark: ArchiveMark) -> Graphic:
    """归档章: two rows of three cells, 45 × 16 mm, red."""
    width, height = WIDTH_MM * MM, HEIGHT_MM * MM
    operators = [f"{number(0.35 * MM)} w {number(0.2 * MM, 0.2 * MM, width - 0.4 * MM, height - 0.4 * MM)} re S", f"{number(0.2 * MM)} w"]
    operators.append(f"{number(0, height / 2)} m {number(width, height / 2)} l S")
    operators.extend(f"{number(part * width / 3, 0)} m {number(part * width / 3, height)} l S" for part in (1, 2))
    rows = ((("全宗号", mark.fonds), ("年度", str(mark.year)), ("件号", f"{mark.item:04d}")), (("机构", mark.unit), ("保管期限", mark.retention), ("页数", str(mark.pages))))
    for row, cells in enumerate(rows):
        for column, (name, value) in enumerate(cells):
            middle, foot = (column + 0.5) * width / 3, (1 - row) * height / 2
            operators.append(Lettering(seal_faces(), 1.9 * MM).centred(name, middle, foot + 5.3 * MM))
            operators.append(Lettering(seal_faces(), 3.2 * MM, 0.92).fitted(value, width / 3 - 2 * MM).centred(value, middle, foot + 1.3 * MM))
    return Graphic.of(drawing(RED, operators), width, height)


def archive_copy(pdf: bytes, mark: ArchiveMark) -> bytes:
    """The stamped copy of `pdf`; its bytes are to be kept, for a PDF gets a new identity each time. Raises SigningError when the PDF cannot be read."""
    revision = Revision(_without_signatures(pdf))
    stamp, frame = archive_stamp(mark), revision.frame(0)
    x = _EDGE_MM * MM if mark.left else frame.width - _EDGE_MM * MM - stamp.width
    revision.place(0, stamp, x, frame.height - _TOP_MM * MM - stamp.height)
    return revision.unsigned()


def _without_signatures(pdf: bytes) -> bytes:
    """The PDF with every field drawn into its page, and no form left."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            opened.flatten_annotations("all")
            _drop_widgets(opened)  # an archival timestamp's field shows nothing, so flattening leaves it
            for key in ("/AcroForm", "/Perms", "/DSS"):
                if key in opened.Root:
                    del opened.Root[key]
            output = io.BytesIO()
            opened.save(output, deterministic_id=True, fix_metadata_version=False)
            return output.getvalue()
    except pikepdf.PdfError as error:
        raise SigningError(f"这份 PDF 读不成（{error}），无法加盖归档章", f"this PDF cannot be read ({error}), so it cannot be stamped for the archive") from error


def _drop_widgets(opened: pikepdf.Pdf) -> None:
    for page in opened.pages:
        if "/Annots" in page:
            page.Annots = pikepdf.Array([each for each in page.Annots if each.get("/Subtype") != "/Widget"])


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has. Raises SigningError when it cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            return len(opened.pages)
    except pikepdf.PdfError as error:
        raise SigningError(f"这份 PDF 读不成（{error}）", f"this PDF cannot be read ({error})") from error
