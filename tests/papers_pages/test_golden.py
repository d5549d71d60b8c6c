"""Every page as a small picture, compared with the one a person has looked at.

Renew with `HONGTOU_RENEW_GOLDEN=1 pytest tests/papers_pages/test_golden.py`, then look at what has changed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops, ImageFilter

from pipeline.papers.layout import measure

from .conftest import NAMES, Pages

SCALE = 0.5
TOLERANCE = 0.012
"""Share of the page's pixels that may differ clearly."""


def pictures(pdf: bytes) -> list[Image.Image]:
    """The pages in grey, at 36 dpi."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [page.render(scale=SCALE, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Share of pixels that differ clearly after a little blur (glyph shapes of another font version do not count)."""
    soft = [picture.filter(ImageFilter.GaussianBlur(2)) for picture in (one, other)]
    clear = ImageChops.difference(*soft).point([0] * 24 + [255] * 232)
    return clear.histogram()[255] / (one.width * one.height)


@pytest.mark.parametrize("name", NAMES)
def test_pages_look_as_they_did(pages: Pages, golden_folder: Path, name: str) -> None:
    made = pictures(pages.pdf(name))
    if os.environ.get("HONGTOU_RENEW_GOLDEN"):
        golden_folder.mkdir(exist_ok=True)
        for old in golden_folder.glob(f"{name}-[0-9].png"):
            old.unlink()
        for number, picture in enumerate(made, start=1):
            picture.quantize(8).save(golden_folder / f"{name}-{number}.png", optimize=True)
    kept = sorted(golden_folder.glob(f"{name}-[0-9].png"))
    assert len(kept) == len(made), "another number of pages"
    for path, picture in zip(kept, made, strict=True):
        golden = Image.open(path).convert("L")
        assert golden.size == picture.size
        assert difference(golden, picture) <= TOLERANCE, path.name


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_left_empty(pages: Pages, name: str) -> None:
    """GB/T 9704 7.5 allows an empty page before 版记; on a screen it is only taken for a fault, so none is made."""
    assert all(page.lines for page in measure(pages.pdf(name)).pages)


def test_a_moved_block_is_seen(pages: Pages) -> None:
    page = pictures(pages.pdf("preparation_approval"))[0]
    assert difference(page, ImageChops.offset(page, 0, 6)) > TOLERANCE
