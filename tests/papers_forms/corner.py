"""Looking at the corner of a first page that the received stamp is put in."""

from __future__ import annotations

import pypdfium2

STAMP_MM = (210 - 12 - 58, 8, 210 - 12, 8 + 20)
"""Left, top, right, bottom of the stamp on A4."""


def ink_under_stamp(pdf: bytes, scale: float = 2.0) -> int:
    """How many dots are not white where the stamp goes, fields included."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    box = tuple(round(side / 25.4 * 72 * scale) for side in STAMP_MM)
    corner = document[0].render(scale=scale, may_draw_forms=True).to_pil().convert("L").crop(box)
    return sum(corner.histogram()[:250])
