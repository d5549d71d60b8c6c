"""A seal's face from a scan: the print of the seal as it was cut, as a stencil painted in the office's red. Owner of Pillow.

A stencil of one colour has no grey edges and no background, so it lies on the text like ink and is archived like a drawing.
"""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageChops

from pipeline.errors import SealRefusedError
from pipeline.papers.outline import MM, drawing, number
from pipeline.papers.seal import RED, Graphic

_LEAST_DPI, _DPI = 300, 600
_MOST_PIXELS = 6000
_INK = 150
"""Green and blue together below this, of 255: red ink, or black; paper and its shadows are lighter."""
_OUT_OF_ROUND = 0.04
_THINNEST, _FULLEST = 0.05, 0.6


@lru_cache(maxsize=16)
def picture_seal(png: bytes, diameter_mm: float) -> Graphic:
    """The face of a round seal from a PNG of its print on white or transparent ground, cut to the ink and `diameter_mm` wide.

    Raises SealRefusedError for what is no such picture: another format, too coarse, not round, without ink or without ground.
    """
    ink = _ink(_opened(png))
    box = ink.getbbox()
    if box is None:
        raise _refused("图上没有印迹", "there is no ink on it")
    wide, high = box[2] - box[0], box[3] - box[1]
    if abs(wide - high) > _OUT_OF_ROUND * max(wide, high):
        raise _refused(f"印迹宽 {wide}、高 {high} 像素，不是圆形公章的印模，或者没有扫全", f"its ink is {wide} by {high} pixels: no round seal, or cut off")
    if max(wide, high) < diameter_mm / 25.4 * _LEAST_DPI:
        raise _refused(f"太粗糙：直径 {diameter_mm:g} mm 需要至少 {diameter_mm / 25.4 * _LEAST_DPI:.0f} 像素，印迹只有 {max(wide, high)} 像素", f"too coarse: {max(wide, high)} pixels across, {_LEAST_DPI} dpi are wanted")
    side = min(max(wide, high), round(diameter_mm / 25.4 * _DPI))
    stencil = ink.crop(box).resize((side, side), Image.Resampling.LANCZOS).point(lambda value: 255 if value >= 128 else 0)
    _refuse_unclean(stencil)
    width = diameter_mm * MM
    return Graphic.of(drawing(RED, _painted(stencil, width)), width, width)


def _opened(png: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(png), formats=("PNG",))
        if max(picture.size) > _MOST_PIXELS:
            raise _refused(f"图太大（{picture.size[0]}×{picture.size[1]} 像素），至多 {_MOST_PIXELS}", f"it is larger than {_MOST_PIXELS} pixels")
        return picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _refused(f"读不成 PNG 图（{fault}）", f"no readable PNG ({fault})") from fault


def _ink(picture: Image.Image) -> Image.Image:
    """White where there is ink, black elsewhere."""
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    ground.alpha_composite(picture)
    _, green, blue, _ = ground.split()
    return ImageChops.add(green, blue, scale=2.0).point(lambda value: 255 if value < _INK else 0)


def _refuse_unclean(stencil: Image.Image) -> None:
    side = stencil.width
    covered = stencil.histogram()[255] / side**2
    if not _THINNEST <= covered <= _FULLEST:
        raise _refused(f"印迹占 {covered:.0%}，不像印模：底色应为白或透明", f"ink covers {covered:.0%} of it: the ground must be white or transparent")
    near = side // 10  # a tenth of the side in each corner lies outside the circle
    for x, y in ((0, 0), (side - near, 0), (0, side - near), (side - near, side - near)):
        if stencil.crop((x, y, x + near, y + near)).getbbox() is not None:
            raise _refused("圆外的四角有污点或别的内容，请裁净", "there is something in its corners, outside the round: clean it")


def _painted(stencil: Image.Image, width: float) -> tuple[str, ...]:
    """The stencil as an inline image; its data in hex, so that nothing in it looks like its end."""
    bits = ImageChops.invert(stencil).convert("1", dither=Image.Dither.NONE).tobytes()  # a stencil paints where it is 0 (ISO 32000-1, 8.9.6.2)
    return (
        f"{number(width)} 0 0 {number(width)} 0 0 cm",
        f"BI /W {stencil.width} /H {stencil.height} /IM true /BPC 1 /F /AHx ID {bits.hex()}> EI",
    )


def _refused(zh: str, en: str) -> SealRefusedError:
    return SealRefusedError(f"印模图片不能用：{zh}", f"the picture of the seal cannot be used: {en}")
