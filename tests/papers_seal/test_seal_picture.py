"""A seal's face from a scan of its print: looks as it was cut, lies on the text like ink, and is refused when it is no such picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pipeline.errors import SealRefusedError
from pipeline.papers.pki import Trust
from pipeline.papers.revision import Revision
from pipeline.papers.seal import Graphic
from pipeline.papers.sealpicture import picture_seal
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verapdf import VeraPdf
from pipeline.papers.verify import verify_pdf

from .conftest import NOW, blank_pages


def _shown(graphic: Graphic, dpi: int) -> Image.Image:
    """The graphic alone, as a reader sees it."""
    revision = Revision(blank_pages(1, ink=b""))
    revision.place(0, graphic, 100, 500)
    page = pdfium.PdfDocument(revision.unsigned())[0]
    shown = page.render(scale=dpi / 72).to_pil().convert("RGB")
    left, top = (round(value * dpi / 72) for value in (100, page.get_height() - 500 - graphic.height))
    return shown.crop((left, top, left + round(graphic.width * dpi / 72), top + round(graphic.height * dpi / 72)))


@pytest.fixture(scope="module")
def scan(seal: Graphic) -> Image.Image:
    """The print of a seal as a scanner gives it: paper not quite white, a margin around it."""
    printed = _shown(seal, 600)
    paper = Image.new("RGB", (printed.width + 120, printed.height + 160), (251, 250, 246))
    paper.paste(ImageChops.multiply(printed, Image.new("RGB", printed.size, (251, 250, 246))), (50, 90))
    return paper


def png(picture: Image.Image) -> bytes:
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


def _ink(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").split()[1].point(lambda value: 255 if value < 128 else 0)


def test_it_looks_as_it_was_cut_and_is_as_wide_as_the_register_says(scan: Image.Image, seal: Graphic) -> None:
    found = picture_seal(png(scan), 42.0)
    assert (found.width, found.height, found.demo) == (pytest.approx(seal.width), pytest.approx(seal.height), False)
    before, after = _ink(_shown(seal, 150)), _ink(_shown(found, 150))
    for one, other in ((before, after), (after, before)):
        beyond = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(3)))
        assert beyond.histogram()[255] < 0.01 * one.histogram()[255], "no stroke is a pixel away from where it was"
    reds = {_shown(found, 150).getpixel((x, 124)) for x in range(248)}
    assert (214, 15, 20) in {pixel for pixel in reds if isinstance(pixel, tuple)}, "in the office's red"


def test_transparent_ground_is_as_good_as_white(scan: Image.Image) -> None:
    clear = scan.convert("RGBA")
    clear.putalpha(_ink(scan))
    assert _shown(picture_seal(png(clear), 42.0), 72).size == _shown(picture_seal(png(scan), 42.0), 72).size


def test_a_document_sealed_with_it_is_valid_and_archival_and_the_text_shows_through(scan: Image.Image, request_to_seal: SealRequest, notice: bytes, trust: Trust, tmp_path: Path) -> None:
    face = replace(picture_seal(png(scan), 42.0), demo=True)  # the test's keys are a demo's, and so must its seal be
    sealed = seal_document(notice, replace(request_to_seal, seal=face))
    assert verify_pdf(sealed, trust, NOW).ok
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    with VeraPdf() as vera:
        assert (told := vera.check(tmp_path / "sealed.pdf")).ok, told
    document = pdfium.PdfDocument(sealed)
    document.init_forms()
    plain, shown = (pdf[1].render(scale=2, may_draw_forms=True).to_pil().convert("RGB") for pdf in (pdfium.PdfDocument(notice), document))
    black = [(x, y) for x in range(plain.width) for y in range(plain.height) if max(plain.getpixel((x, y))) < 60]  # type: ignore[arg-type]
    assert black and all(max(shown.getpixel((x, y))) < 90 for x, y in black), "no letter is hidden by the seal"  # type: ignore[arg-type]
    assert len(sealed) - len(notice) < 150_000


def _spotted(scan: Image.Image) -> bytes:
    copy = scan.copy()
    side = min(copy.size)
    ImageDraw.Draw(copy).rectangle((60, 100, 60 + side // 12, 100 + side // 12), fill=(20, 20, 20))
    return png(copy)


REFUSED: dict[str, tuple[Callable[[Image.Image], bytes], str]] = {
    "no PNG": (lambda _: b"GIF89a", "读不成 PNG"),
    "broken": (lambda scan: png(scan)[:5000], "读不成 PNG"),
    "blank": (lambda scan: png(Image.new("RGB", scan.size, (250, 250, 250))), "没有印迹"),
    "on red ground": (lambda scan: png(Image.new("RGB", (1000, 1000), (200, 20, 30))), "底色应为白"),
    "cut off": (lambda scan: png(scan.crop((0, 0, scan.width // 2, scan.height))), "没有扫全"),
    "too coarse": (lambda scan: png(scan.resize((scan.width // 4, scan.height // 4))), "太粗糙"),
    "too large": (lambda scan: png(Image.new("1", (7000, 7000))), "图太大"),
    "dirty": (_spotted, "四角有污点"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_is_no_print_of_a_round_seal_is_refused(scan: Image.Image, case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(SealRefusedError, match=words):
        picture_seal(make(scan), 42.0)
