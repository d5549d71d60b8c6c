"""Fonts for the fillable PDF: the wanted family as fontconfig finds it, only the characters used, as TrueType.

reportlab embeds TrueType outlines only, while most Chinese fonts carry cubic ones: glyphs are redrawn as quadratic
curves into a small font made for the document. A character the family lacks is taken from the next one.
"""

from __future__ import annotations

import io
import subprocess
import threading
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as EmbeddedFont

from pipeline.errors import EnvironmentFaultError

UNITS = 1000
_FALLBACKS = ("楷体_GB2312", "宋体", "黑体", "DejaVu Sans")
_ALWAYS = " ?"
_ONE = threading.Lock()
"""fontTools reads a font lazily, from one open file: two threads at once would read each other's places."""


@lru_cache(maxsize=16)
def _source(family: str) -> tuple[TTFont, dict[int, str], Any]:
    """The font file behind a family name, its character map and its outlines."""
    try:
        said = subprocess.run(
            ["fc-match", "-f", "%{file}\n%{index}", family], capture_output=True, text=True, check=True, timeout=30
        ).stdout.split("\n")
    except (OSError, subprocess.SubprocessError) as trouble:
        raise EnvironmentFaultError(
            "找不到 fontconfig（fc-match），无法制作 PDF 表格：请运行 tools/setup.sh",
            "fc-match is missing, PDF forms cannot be made: run tools/setup.sh",
        ) from trouble
    font = TTFont(said[0], fontNumber=int(said[1] or 0) & 0xFFFF, lazy=True)
    return font, font.getBestCmap(), font.getGlyphSet()


def face(family: str, text: Iterable[str]) -> str:
    """The reportlab name of a font that draws all characters of `text` in `family`. Made once for the same set."""
    characters = "".join(sorted(set("".join(text)) | set(_ALWAYS)))
    with _ONE:
        return _registered(family, characters)


@lru_cache(maxsize=256)
def _registered(family: str, characters: str) -> str:
    name = f"hongtou-{zlib.crc32(f'{family}|{characters}'.encode()):08x}"
    pdfmetrics.registerFont(EmbeddedFont(name, io.BytesIO(_small_font(name, family, characters))))
    return name


def _small_font(name: str, family: str, characters: str) -> bytes:
    glyphs, widths, names = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": UNITS}, {}
    for character in characters:
        drawn = _drawn(family, ord(character))
        if drawn:
            names[ord(character)] = label = f"u{ord(character):05X}"
            glyphs[label], widths[label] = drawn
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    outlines = builder.font["glyf"]
    builder.setupHorizontalMetrics({label: (width, getattr(outlines[label], "xMin", 0)) for label, width in widths.items()})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    builder.setupOS2(sTypoAscender=880, usWinAscent=1000, usWinDescent=200)
    builder.setupPost()
    builder.setupHead(unitsPerEm=UNITS, created=0, modified=0)
    builder.font.recalcTimestamp = False
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


def _drawn(family: str, code: int) -> tuple[Any, int] | None:
    """Glyph and advance width of one character from the first family that has it."""
    for wanted in (family, *_FALLBACKS):
        font, characters, outlines = _source(wanted)
        label = characters.get(code)
        if label is None:
            continue
        scale = UNITS / font["head"].unitsPerEm
        pen = TTGlyphPen(None)
        outlines[label].draw(TransformPen(Cu2QuPen(pen, max_err=1.0, reverse_direction=True), (scale, 0, 0, scale, 0, 0)))
        return pen.glyph(), round(outlines[label].width * scale)
    return None
