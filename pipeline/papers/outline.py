"""Characters as outlines, and the few drawing operators seals and marks are made of. The one owner of fontTools.

Nothing drawn here needs a font in the PDF, nor transparency: a stamp can be added to any PDF/A and leaves it one.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from pipeline.errors import EnvironmentFaultError

MM = 72 / 25.4
"""Points in a millimetre."""

Matrix = tuple[float, float, float, float, float, float]

_KAPPA = 0.5522847498


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file: where it lies and its place in a collection."""

    path: str
    index: int = 0


@lru_cache(maxsize=32)
def match_face(pattern: str) -> Face:
    """The installed face fontconfig gives for `pattern` (such as `Noto Serif CJK SC:bold`).

    Raises EnvironmentFaultError when fontconfig is missing or gives no file.
    """
    program = shutil.which("fc-match")
    if program is None:
        raise EnvironmentFaultError(
            "本机没有 fontconfig（fc-match），无法找到刻制印章的字体；请安装 fontconfig 与 fonts-noto-cjk",
            "fontconfig (fc-match) is missing, no font for the seal can be found; install fontconfig and fonts-noto-cjk",
        )
    answer = subprocess.run(
        [program, "-f", "%{file}\t%{index}", pattern], capture_output=True, text=True, timeout=30, check=False
    )
    path, _, index = answer.stdout.partition("\t")
    if not path or not Path(path).is_file():
        raise EnvironmentFaultError(
            f"找不到字体 {pattern}，印章无法成字；请安装 fonts-noto-cjk",
            f"no font found for {pattern}, the seal cannot be lettered; install fonts-noto-cjk",
        )
    return Face(path, int(index or 0) & 0xFFFF)


def seal_faces() -> tuple[Face, ...]:
    """The faces seals are lettered in, best first; later ones serve characters the earlier lack."""
    return tuple(dict.fromkeys(match_face(name) for name in ("Noto Serif CJK SC:bold", "Noto Sans CJK SC:bold")))


class _Glyphs:
    """A face kept open: characters to outlines. Safe from several threads (fontTools reads the file as it goes)."""

    def __init__(self, face: Face) -> None:
        font = TTFont(face.path, fontNumber=face.index, lazy=True)
        self.names: dict[int, str] = font.getBestCmap()
        self.units: float = font["head"].unitsPerEm
        self._outlines: Any = font.getGlyphSet()
        self._drawn: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def drawn(self, name: str) -> tuple[str, float]:
        """A glyph's outline as path operators, and its width, in the font's own units; drawn once."""
        with self._lock:
            if name not in self._drawn:
                pen = _OperatorPen(self._outlines)
                self._outlines[name].draw(pen)
                self._drawn[name] = " ".join(pen.operators), float(self._outlines[name].width)
            return self._drawn[name]


@cache
def _glyphs(face: Face) -> _Glyphs:
    return _Glyphs(face)


class _OperatorPen(BasePen):  # type: ignore[misc]
    """Writes an outline as PDF path operators."""

    def __init__(self, outlines: Any) -> None:
        super().__init__(outlines)
        self.operators: list[str] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{number(*pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{number(*pt)} l")

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{number(*pt1, *pt2, *pt3)} c")

    def _closePath(self) -> None:  # noqa: N802
        self.operators.append("h")

    def _endPath(self) -> None:  # noqa: N802
        return


def number(*values: float) -> str:
    """Numbers as a PDF stream writes them: two places, no trailing zeros, blanks between."""
    texts = (f"{value:.2f}".rstrip("0").rstrip(".") for value in values)
    return " ".join("0" if text in {"-0", ""} else text for text in texts)


@dataclass(frozen=True, slots=True)
class Lettering:
    """How characters are drawn: faces in order of preference, height of the em in points, width squeezed by `narrow`."""

    faces: tuple[Face, ...]
    size: float
    narrow: float = 1.0

    def _find(self, character: str) -> tuple[_Glyphs, str]:
        for face in self.faces:
            glyphs = _glyphs(face)
            if name := glyphs.names.get(ord(character)):
                return glyphs, name
        raise EnvironmentFaultError(
            f"已装字体中没有“{character}”（U+{ord(character):04X}），印章不能缺字；请安装收有此字的字体",
            f"no installed font has '{character}' (U+{ord(character):04X}), and a seal may lack no character; "
            "install a font that has it",
        )

    def advance(self, character: str) -> float:
        """Width of one character in points."""
        glyphs, name = self._find(character)
        return glyphs.drawn(name)[1] * self.size / glyphs.units * self.narrow

    def width(self, text: str) -> float:
        """Width of a line in points."""
        return sum(map(self.advance, text))

    def glyph(self, character: str, place: Matrix) -> str:
        """One character as filled path; `place` takes its own points (baseline at 0, left edge at 0) to the page."""
        glyphs, name = self._find(character)
        path = glyphs.drawn(name)[0]
        scale = self.size / glyphs.units
        a, b, c, d, x, y = place
        across, up = scale * self.narrow, scale
        turn = " ".join(f"{value:.6f}" for value in (a * across, b * across, c * up, d * up))
        return f"q {turn} {number(x, y)} cm {path} f Q" if path else ""

    def line(self, text: str, x: float, y: float, spacing: float = 0.0) -> str:
        """A level line of text whose baseline starts at (x, y)."""
        drawn = []
        for character in text:
            drawn.append(self.glyph(character, (1, 0, 0, 1, x, y)))
            x += self.advance(character) + spacing
        return "\n".join(filter(None, drawn))

    def centred(self, text: str, centre: float, y: float, spacing: float = 0.0) -> str:
        """A level line of text centred on `centre`."""
        total = self.width(text) + spacing * max(len(text) - 1, 0)
        return self.line(text, centre - total / 2, y, spacing)

    def fitted(self, text: str, room: float) -> Lettering:
        """The same lettering, squeezed (then made smaller) so that `text` is no wider than `room`."""
        width = self.width(text)
        if width <= room:
            return self
        squeeze = max(room / width, 0.62)
        shrink = min(1.0, room / (width * squeeze))
        return Lettering(self.faces, self.size * shrink, self.narrow * squeeze)


def oval(cx: float, cy: float, rx: float, ry: float | None = None) -> str:
    """Path of a circle or ellipse."""
    ry = rx if ry is None else ry
    kx, ky = rx * _KAPPA, ry * _KAPPA
    return (
        f"{number(cx + rx, cy)} m {number(cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry)} c "
        f"{number(cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy)} c "
        f"{number(cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry)} c "
        f"{number(cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy)} c h"
    )


def star(cx: float, cy: float, radius: float) -> str:
    """Path of an upright five-pointed star."""
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    points = []
    for corner in range(10):
        angle, reach = math.radians(90 + 36 * corner), inner if corner % 2 else radius
        points.append((cx + reach * math.cos(angle), cy + reach * math.sin(angle)))
    return polygon(points)


def polygon(points: Sequence[tuple[float, float]]) -> str:
    """Path through `points`, closed."""
    return " ".join(f"{number(x, y)} {'l' if place else 'm'}" for place, (x, y) in enumerate(points)) + " h"


def drawing(colour: tuple[float, float, float], operators: Iterable[str]) -> bytes:
    """A content stream in one colour, its graphics state its own, marked as an artifact (not part of the text)."""
    paint = number(*colour)
    return "\n".join(("/Artifact BMC q", f"{paint} rg {paint} RG", *operators, "Q EMC")).encode("ascii")
