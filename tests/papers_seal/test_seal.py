"""The round seal (E02, S09) and its slices (E03), judged by drawing them."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops

from pipeline.errors import EnvironmentFaultError, RefusedError
from pipeline.papers import seal as seal_module
from pipeline.papers.outline import MM, match_face, seal_faces
from pipeline.papers.revision import Revision
from pipeline.papers.seal import Graphic, SealDesign, cross_page_slices, round_seal

from .conftest import blank_pages

DPI = 254  # ten pixels to a millimetre


def draw(pdf: bytes, page: int = 0) -> Image.Image:
    return pdfium.PdfDocument(pdf)[page].render(scale=DPI / 72).to_pil().convert("RGB")


def drawn_seal(graphic: Graphic) -> Image.Image:
    """The seal alone, on a white page of its own size."""
    revision = Revision(blank_pages(1, size=(200, 200)))
    revision.place(0, graphic, 40, 40)
    image = draw(revision.unsigned())
    side = round(graphic.width / MM * 10)
    left, top = round(40 / MM * 10), round((200 - 40 - graphic.height) / MM * 10)
    return image.crop((left, top, left + side, top + side))


def ink(image: Image.Image) -> Image.Image:
    return image.convert("L").point(lambda value: 255 if value < 200 else 0)


@pytest.mark.parametrize(
    ("diameter", "provincial", "allowed"),
    [(42, False, True), (45, False, True), (45.1, False, False), (50, False, False), (50, True, True), (51, True, False), (19, False, False)],
)
def test_diameter_within_the_rules(diameter: float, provincial: bool, allowed: bool) -> None:
    design = SealDesign(text="某省人民政府", diameter_mm=diameter, provincial_government=provincial)
    if allowed:
        assert round_seal(design).width == pytest.approx(diameter * MM)
    else:
        with pytest.raises(RefusedError, match="国发〔1999〕25号"):
            round_seal(design)


@pytest.mark.parametrize("text", ["", "长" * 31])
def test_a_seal_has_a_name_that_fits(text: str) -> None:
    with pytest.raises(RefusedError, match="印章名称"):
        round_seal(SealDesign(text=text))


@pytest.mark.parametrize("text", ["某省市场监督管理局", "某市市场监督管理局碳计量中心建设工作领导小组办公室", "省政府"])
def test_the_seal_is_round_red_and_fills_its_diameter(text: str) -> None:
    image = drawn_seal(round_seal(SealDesign(text=text, diameter_mm=42)))
    left, top, right, bottom = ink(image).getbbox()
    assert (right - left, bottom - top) == (pytest.approx(420, abs=2), pytest.approx(420, abs=2))
    pixels = image.load()
    outside = [(x, y) for x in range(0, 420, 7) for y in range(0, 420, 7) if math.dist((x, y), (210, 210)) > 212]
    assert all(min(pixels[x, y]) > 250 for x, y in outside)
    assert all(r > 200 and g < 60 and b < 60 for r, g, b in [pixels[210, 5], pixels[210, 210]])


def test_neighbouring_characters_do_not_touch_on_the_arc() -> None:
    graphic = round_seal(SealDesign(text="某市市场监督管理局碳计量中心建设工作领导小组办公室"))
    image = ink(drawn_seal(graphic))
    # The ring of the name, unrolled: a column without ink must stand between characters.
    count = 0
    empty_before = True
    for step in range(3600):
        angle = math.radians(step / 10 - 90)
        column = [image.getpixel((round(210 + r * math.sin(angle)), round(210 - r * math.cos(angle)))) for r in range(140, 192)]
        inked = any(column)
        count += inked and empty_before
        empty_before = not inked
    assert count >= 20


def test_the_drawing_needs_neither_font_nor_transparency(seal: Graphic) -> None:
    operators = set(seal.content.decode("ascii").split())
    assert not operators & {"Tf", "Tj", "TJ", "gs", "BT", "Do", "sh", "BI"}
    assert len(seal.stream) < 16_000


def test_the_same_design_gives_the_same_bytes() -> None:
    design = SealDesign(text="某省市场监督管理局", code="4200000000001")
    assert round_seal(design).stream == round_seal(SealDesign(text="某省市场监督管理局", code="4200000000001")).stream


@pytest.mark.parametrize("text", ["某省市场监督管理局", "测试省市场监督管理局"])
def test_a_demo_seal_says_so(text: str) -> None:
    design = SealDesign(text=text, centre_text="行政审批专用章", code="4200000000001").for_demo()
    assert design.text.startswith("测试")
    assert not design.text.startswith("测试测试")
    assert (design.centre_text, design.code) == ("测试印章无效", "")
    assert round_seal(design).demo


def test_a_seal_from_the_pack() -> None:
    entry = {"text": "某省市场监督管理局", "centre_text": None, "diameter_mm": 40, "code": 4200000000001}
    assert SealDesign.of(entry) == SealDesign(text="某省市场监督管理局", diameter_mm=40, code="4200000000001")
    assert SealDesign.of({"text": "某局"}).diameter_mm == 42


def test_a_character_no_font_has_is_named() -> None:
    with pytest.raises(EnvironmentFaultError, match=r"U\+10FFFD"):
        round_seal(SealDesign(text="某\U0010fffd局"))


def test_a_font_nobody_has_still_resolves_to_a_file() -> None:
    assert match_face("No Such Font 仿宋").path.startswith("/")


@pytest.mark.parametrize(
    ("pages", "groups"), [(0, []), (1, []), (2, [2]), (8, [8]), (9, [5, 4]), (17, [6, 6, 5]), (100, [8] * 9 + [7] * 4)]
)
def test_slices_cover_each_seal_once(pages: int, groups: list[int]) -> None:
    slices = cross_page_slices(pages, 100.0)
    assert len(slices) == pages
    if not groups:
        assert set(slices) <= {None}
        return
    at = 0
    for size in groups:
        group = slices[at : at + size]
        assert [part.offset for part in group if part] == pytest.approx([100 / size * k for k in range(size)])
        assert sum(part.width for part in group if part) == pytest.approx(100)
        at += size


@pytest.mark.parametrize(("pages", "rotate"), [(2, 0), (3, 0), (5, 0), (2, 90), (3, 270)])
def test_slices_on_the_pages_reassemble_to_the_seal_within_half_a_millimetre(seal: Graphic, pages: int, rotate: int) -> None:
    revision = Revision(blank_pages(pages, rotate))
    for page, part in enumerate(cross_page_slices(pages, seal.width)):
        frame = revision.frame(page)
        assert part is not None
        revision.place(page, seal, frame.width - part.width, 300, part)
    pdf = revision.unsigned()
    whole = drawn_seal(seal)
    joined = Image.new("RGB", whole.size, "white")
    width = whole.width / pages
    for page in range(pages):
        image = draw(pdf, page)
        top = image.height - round((300 + seal.height) / MM * 10)
        strip = image.crop((image.width - round(width), top, image.width, top + whole.height))
        joined.paste(strip, (round(width * page), 0))
    assert _distance_mm(ink(joined), ink(whole)) <= 0.5


def _distance_mm(one: Image.Image, other: Image.Image) -> float:
    """How far ink of either picture lies from ink of the other, at most."""
    from PIL import ImageFilter

    for reach in range(11):
        grown = [image.filter(ImageFilter.MaxFilter(2 * reach + 1)) if reach else image for image in (one, other)]
        if not ImageChops.subtract(one, grown[1]).getbbox() and not ImageChops.subtract(other, grown[0]).getbbox():
            return reach / 10
    return math.inf


def test_threads_draw_the_same_seals() -> None:
    designs = [SealDesign(text=f"某{kind}市场监督管理局{number}处") for kind in "省市县区" for number in "一二三四五六七八"]
    expected = [drawing_of(design) for design in designs]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(drawing_of, designs)) == expected


def drawing_of(design: SealDesign) -> bytes:
    return seal_module._drawn.__wrapped__(design, seal_faces()).stream
