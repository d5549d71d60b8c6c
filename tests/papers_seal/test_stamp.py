"""The sealed document: one revision, pages still saying what they said, other people's tools agreeing."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from pipeline.errors import RefusedError, SigningError
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.layout import Anchor, signature_anchor
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.outline import MM
from pipeline.papers.pki import Trust
from pipeline.papers.seal import Graphic, SealDesign, round_seal
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import SealRequest, mark_draft, seal_document, sign_form
from pipeline.papers.submission import ReceiptRequest, stamp_submission
from pipeline.papers.timestamp import LocalTimeStamper
from pipeline.papers.verapdf import VeraPdf
from pipeline.papers.verify import verify_pdf

from .conftest import NOW, blank_pages


def text_of(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def text_boxes(pdf: bytes, page: int) -> list[tuple[float, float, float, float]]:
    text = pdfium.PdfDocument(pdf)[page].get_textpage()
    return [text.get_charbox(place) for place in range(text.count_chars()) if text.get_text_range(place, 1).strip()]


def red_and_black(pdf: bytes, page: int, scale: float = 2) -> Any:
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    return document[page].render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")


def test_the_first_revision_is_untouched_and_there_is_one_more(notice: bytes, sealed: bytes) -> None:
    assert sealed.startswith(notice)
    assert sealed.count(b"%%EOF") == notice.count(b"%%EOF") + 1
    assert PdfFileReader(io.BytesIO(sealed)).xrefs.total_revisions == PdfFileReader(io.BytesIO(notice)).xrefs.total_revisions + 1


def test_pdfsig_says_valid_and_whole(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    told = subprocess.run(["pdfsig", "-nocert", tmp_path / "sealed.pdf"], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


def test_qpdf_finds_nothing_wrong(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    subprocess.run(["qpdf", "--check", tmp_path / "sealed.pdf"], check=True, capture_output=True)


def test_text_fonts_and_metadata_are_those_of_the_draft(notice: bytes, sealed: bytes) -> None:
    assert text_of(sealed) == text_of(notice)
    before, after = (pikepdf.open(io.BytesIO(each)) for each in (notice, sealed))
    assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
    fonts = [{str(f.BaseFont) for p in each.pages for f in p.resources.Font.values()} for each in (before, after)]
    assert fonts[0] == fonts[1]


@pytest.fixture(scope="module")
def vera() -> Iterator[VeraPdf]:
    with VeraPdf() as judge:
        yield judge


@pytest.mark.parametrize("kind", ["sealed", "draft", "signed form", "received"])
def test_pdf_a_stays_pdf_a(
    vera: VeraPdf, notice: bytes, sealed: bytes, officer: TemplateSigner, received: ReceivedMark, pki: DemoPki, kind: str
) -> None:
    made = {
        "sealed": lambda: sealed,
        "draft": lambda: mark_draft(notice, Anchor(-1, 150, 237)),
        "signed form": lambda: sign_form(notice, officer, NOW, demo=True),
        "received": lambda: stamp_submission(notice, ReceiptRequest(signer=pki.seal("hubei"), mark=received, now=NOW)).pdf,
    }[kind]()
    result = vera.check_bytes(made)
    if result.status == "not_run":
        pytest.skip(result.reason)
    assert result.ok, result.failed


@pytest.mark.parametrize("page", [0, 1])
def test_marks_touch_no_text_except_the_seal(notice: bytes, request_to_seal: SealRequest, page: int) -> None:
    high = replace(request_to_seal, anchor=Anchor(-1, 105, 257))
    sealed = seal_document(notice, high)
    before, after = red_and_black(notice, page), red_and_black(sealed, page)
    height = before.height / 2
    for left, bottom, right, top in text_boxes(notice, page):
        box = (int(left * 2), int((height - top) * 2), int(right * 2) + 1, int((height - bottom) * 2) + 1)
        assert before.crop(box).tobytes() == after.crop(box).tobytes()


def test_the_seal_stands_where_it_was_put(notice: bytes, request_to_seal: SealRequest, seal: Graphic) -> None:
    sealed = seal_document(notice, replace(request_to_seal, anchor=Anchor(1, 120, 227)))
    field = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].sig_field
    left, bottom, right, top = (float(value) for value in field["/Rect"])
    assert ((left + right) / 2 / MM, (bottom + top) / 2 / MM) == (pytest.approx(120, abs=0.01), pytest.approx(70, abs=0.05))
    assert right - left == pytest.approx(seal.width, abs=0.02)
    pixel = red_and_black(sealed, 1).getpixel((int(120 * MM * 2), int((297 - 70) * MM * 2)))
    assert pixel[0] > 180 > 80 > pixel[1]


@pytest.mark.parametrize("see_through", [True, False])
def test_name_and_date_under_the_seal_stay_legible(notice: bytes, request_to_seal: SealRequest, see_through: bool) -> None:
    """F14: the seal presses over name and date, which must still be read."""
    anchor = signature_anchor(notice, "测试省市场监督管理局", "2026年11月21日")
    assert anchor is not None
    sealed = seal_document(notice, replace(request_to_seal, anchor=anchor, see_through=see_through))
    before, after = red_and_black(notice, 1), red_and_black(sealed, 1)
    middle = [(int((anchor.x_mm * MM + dx) * 2), int((anchor.y_mm * MM + dy) * 2)) for dx in range(-18, 19) for dy in range(-20, 21)]
    text = [each for each in middle if max(before.getpixel(each)) < 60]
    lost = [each for each in text if after.getpixel(each)[0] > 150]
    assert text
    assert bool(lost) is not see_through


def test_without_an_output_intent_the_seal_is_plain(request_to_seal: SealRequest) -> None:
    assert b"/Multiply" not in seal_document(blank_pages(1), replace(request_to_seal, anchor=Anchor(0, 105, 200)))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_on_a_turned_page_everything_stands_upright(request_to_seal: SealRequest, rotate: int) -> None:
    upright = seal_document(blank_pages(1, 0, (595, 595)), replace(request_to_seal, anchor=Anchor(0, 60, 160)))
    turned = seal_document(blank_pages(1, rotate, (595, 595)), replace(request_to_seal, anchor=Anchor(0, 60, 160)))
    images = [red_and_black(each, 0, 1).convert("L").point(lambda value: 255 * (value < 160)) for each in (upright, turned)]
    for image in images:  # the little square that shows how the page was turned
        for x in (0, 560):
            for y in (0, 560):
                image.paste(0, (x, y, x + 35, y + 35))
    different = sum(a != b for a, b in zip(images[0].tobytes(), images[1].tobytes(), strict=True))
    inked = sum(1 for value in images[0].tobytes() if value)
    assert different < inked * 0.25  # antialiasing only


def test_shared_resources_of_many_pages_do_not_collide(request_to_seal: SealRequest, trust: Trust) -> None:
    document = pikepdf.open(io.BytesIO(blank_pages(9)))
    shared = document.make_indirect(pikepdf.Dictionary(XObject=pikepdf.Dictionary()))
    for page in document.pages:
        page.obj.Resources = shared
    output = io.BytesIO()
    document.save(output)
    sealed = seal_document(output.getvalue(), request_to_seal)
    assert verify_pdf(sealed, trust, NOW).ok
    assert all(red_and_black(sealed, page, 1).convert("L").getextrema()[0] < 160 for page in range(9))


def test_names_of_fields_are_the_same_every_time(notice: bytes, request_to_seal: SealRequest) -> None:
    names = {PdfFileReader(io.BytesIO(seal_document(notice, request_to_seal))).embedded_signatures[0].field_name for _ in range(2)}
    assert names == {"OfficialSeal"}


@pytest.mark.parametrize("page", [0, 1])
def test_every_page_made_with_demo_keys_says_so(notice: bytes, request_to_seal: SealRequest, page: int) -> None:
    """The banner in the head margin and the line at the foot are really drawn, in red, on each page."""
    image = red_and_black(seal_document(notice, request_to_seal), page)
    assert image.height == pytest.approx(297 * MM * 2, abs=2)
    for left, top, right, bottom in ((74, 8, 136, 20), (60, 282, 150, 288)):
        part = image.crop(tuple(int(value * MM * 2) for value in (left, top, right, bottom)))
        red = sum(1 for x in range(part.width) for y in range(part.height) if (p := part.getpixel((x, y)))[0] > 180 and p[1] < 90)
        assert red > 0.03 * part.width * part.height


def _real_seal() -> Graphic:
    return round_seal(SealDesign(text="某省市场监督管理局"))


@pytest.mark.parametrize(
    ("demo", "graphic", "told"),
    [(False, "demo", "测试密钥"), (False, "real", "测试密钥"), (True, "real", "真实印章")],
)
def test_demo_and_real_never_mix(notice: bytes, request_to_seal: SealRequest, demo: bool, graphic: str, told: str) -> None:
    seal = request_to_seal.seal if graphic == "demo" else _real_seal()
    with pytest.raises(RefusedError, match=told):
        seal_document(notice, replace(request_to_seal, demo=demo, seal=seal))


@pytest.mark.parametrize("anchor", [Anchor(2, 105, 60), Anchor(-3, 105, 60), Anchor(0, 10, 60), Anchor(0, 105, 290), Anchor(0, 250, 60)])
def test_a_seal_never_lands_off_the_page(notice: bytes, request_to_seal: SealRequest, anchor: Anchor) -> None:
    with pytest.raises(RefusedError, match="不在页面之内"):
        seal_document(notice, replace(request_to_seal, anchor=anchor))


def test_a_signed_document_is_not_sealed_over(sealed: bytes, request_to_seal: SealRequest) -> None:
    with pytest.raises(RefusedError, match="已有签名"):
        seal_document(sealed, request_to_seal)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n%%EOF", b"not a pdf at all" * 100])
def test_what_is_no_pdf_is_not_sealed(pdf: bytes, request_to_seal: SealRequest) -> None:
    with pytest.raises(SigningError, match="读不成"):
        seal_document(pdf, request_to_seal)


def test_a_draft_is_marked_and_unsigned(notice: bytes) -> None:
    draft = mark_draft(notice, Anchor(-1, 150, 237))
    assert draft.startswith(notice)
    assert text_of(draft) == text_of(notice)
    assert not PdfFileReader(io.BytesIO(draft)).embedded_signatures
    for page in (0, 1):
        before, after = red_and_black(notice, page), red_and_black(draft, page)
        assert before.tobytes() != after.tobytes()


def test_a_form_signed_by_an_officer(notice: bytes, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust, pki: DemoPki) -> None:
    signed = sign_form(notice, officer, NOW, timestamper, demo=True)
    verification = verify_pdf(signed, trust, NOW)
    assert verification.ok, verification.zh
    assert [each.who for each in verification.signatures] == ["测试张三"]
    assert text_of(signed) == text_of(notice)
