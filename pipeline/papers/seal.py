"""The red round seal: circle, star, name on the arc, as one drawing made of outlines; and how it is cut for 骑缝章.

国发〔1999〕25号: round, name from left to right along the upper arc, five-pointed star in the middle; diameter at most
45 mm, 50 mm for a provincial government. S09: a seal made for tests says so on its face.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

from pipeline.errors import RefusedError
from pipeline.papers.outline import MM, Face, Lettering, drawing, number, oval, seal_faces, star

RED = (0.84, 0.06, 0.08)
DEMO_WORD = "测试"
_LARGEST_MM = 45.0
_LARGEST_PROVINCIAL_MM = 50.0
_RIM_MM = 1.15


@dataclass(frozen=True, slots=True)
class Graphic:
    """A drawing ready to be placed: deflated content stream and its size in points. `demo` is set when it says 测试."""

    stream: bytes
    width: float
    height: float
    demo: bool = False

    @classmethod
    def of(cls, content: bytes, width: float, height: float, demo: bool = False) -> Self:
        """Deflates `content`; a higher level takes four times as long for a fiftieth less."""
        return cls(zlib.compress(content, 4), width, height, demo)

    @property
    def content(self) -> bytes:
        """The operators, inflated."""
        return zlib.decompress(self.stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDesign:
    """What is cut into a seal: the authority's name, words under the star, the registration code, its diameter."""

    text: str
    centre_text: str = ""
    code: str = ""
    diameter_mm: float = 42.0
    provincial_government: bool = False

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> SealDesign:
        """From an entry under `seals` in pack.yaml."""
        return cls(
            text=str(entry["text"]), centre_text=str(entry.get("centre_text") or ""), code=str(entry.get("code") or ""),
            diameter_mm=float(entry.get("diameter_mm") or 42), provincial_government=bool(entry.get("provincial_government")),
        )  # fmt: skip

    def for_demo(self) -> SealDesign:
        """The same seal made unmistakable: 测试 in the name, 测试无效 under the star, no registration code (S09)."""
        text = self.text if self.text.startswith(DEMO_WORD) else DEMO_WORD + self.text
        return replace(self, text=text, centre_text="测试印章无效", code="")

    @property
    def demo(self) -> bool:
        """Says of itself that it is a test seal."""
        return self.text.startswith(DEMO_WORD)


def round_seal(design: SealDesign, faces: tuple[Face, ...] | None = None) -> Graphic:
    """The seal as a drawing; the same design gives the same bytes and is drawn once.

    Raises RefusedError for a diameter the rules do not allow, EnvironmentFaultError when a character has no outline.
    """
    refuse_design(design)
    return _drawn(design, faces or seal_faces())


def refuse_design(design: SealDesign) -> None:
    """Raises RefusedError for a diameter the rules do not allow, or a name that cannot be one."""
    largest = _LARGEST_PROVINCIAL_MM if design.provincial_government else _LARGEST_MM
    if not 20 <= design.diameter_mm <= largest:
        raise RefusedError(
            f"印章直径 {design.diameter_mm:g} mm 不合规定（国发〔1999〕25号：不超过 {largest:g} mm）；请改 pack.yaml 的 seals",
            f"a seal of {design.diameter_mm:g} mm is not allowed (at most {largest:g} mm); correct `seals` in pack.yaml",
        )
    if not design.text or len(design.text) > 30:
        raise RefusedError(
            f"印章名称应为 1 至 30 字，现为 {len(design.text)} 字；请改 pack.yaml 的 seals",
            f"a seal's name has 1 to 30 characters, this has {len(design.text)}; correct `seals` in pack.yaml",
        )


@lru_cache(maxsize=64)
def _drawn(design: SealDesign, faces: tuple[Face, ...]) -> Graphic:
    diameter = design.diameter_mm * MM
    centre, unit = diameter / 2, diameter / 42
    rim = _RIM_MM * MM * design.diameter_mm / 42
    operators = [f"{number(rim)} w", oval(centre, centre, centre - rim / 2) + " S"]
    operators.append(star(centre, centre + (0.6 * unit if design.centre_text else 0), 7 * unit) + " f")
    widest = 214.0 if design.centre_text else 250.0  # the words under the star need room between the arc's ends
    operators.append(_upper_arc(design.text, faces, centre, centre - rim - 1.0 * unit, unit, widest))
    if design.centre_text:
        letters = Lettering(faces, 3.9 * unit, 0.82).fitted(design.centre_text, 20.5 * unit)
        operators.append(letters.centred(design.centre_text, centre, centre - 11.6 * unit, 0.25 * unit))
    if design.code:
        operators.append(_lower_arc(design.code, faces, centre, centre - rim - 0.7 * unit, unit))
    return Graphic.of(drawing(RED, operators), diameter, diameter, design.demo)


def _upper_arc(text: str, faces: tuple[Face, ...], centre: float, reach: float, unit: float, widest: float) -> str:
    """The name along the upper arc, feet toward the middle, evenly spread."""
    count = len(text)
    sweep = min(widest, 24.0 + 19.5 * count) if count > 1 else 0.0
    size = min(7.0, 3.6 + 46 / count) * unit
    foot = reach - 0.87 * size
    step = sweep / max(count - 1, 1)
    room = math.radians(step) * (foot + 0.2 * size) * 0.94 if count > 1 else size
    letters = Lettering(faces, size, min(0.78, room / size))
    return _arc(text, letters, centre, foot, [90 + sweep / 2 - step * place for place in range(count)], turn=-90)


def _lower_arc(code: str, faces: tuple[Face, ...], centre: float, reach: float, unit: float) -> str:
    """The registration code along the lower arc, read from left to right, heads toward the middle."""
    letters = Lettering(faces, 2.0 * unit, 1.0)
    step = 4.1
    start = 270 - step * (len(code) - 1) / 2
    angles = [start + step * place for place in range(len(code))]
    return _arc(code, letters, centre, reach - 0.15 * unit, angles, turn=90)


def _arc(text: str, letters: Lettering, centre: float, radius: float, angles: list[float], turn: float) -> str:
    drawn = []
    for character, angle in zip(text, angles, strict=True):
        cos, sin = math.cos(math.radians(angle + turn)), math.sin(math.radians(angle + turn))
        x = centre + radius * math.cos(math.radians(angle))
        y = centre + radius * math.sin(math.radians(angle))
        half = letters.advance(character) / 2
        drawn.append(letters.glyph(character, (cos, sin, -sin, cos, x - half * cos, y - half * sin)))
    return "\n".join(filter(None, drawn))


@dataclass(frozen=True, slots=True)
class Slice:
    """One page's part of a 骑缝章: how far in from the seal's left edge it begins, and how wide it is (points)."""

    offset: float
    width: float


def cross_page_slices(pages: int, width: float, most: int = 8) -> tuple[Slice | None, ...]:
    """For each page its slice of a seal `width` wide; at most `most` pages share one seal, groups as even as can be.

    One page alone carries none. E03: the slices of a group put side by side are the whole seal.
    """
    if pages < 2:
        return (None,) * pages
    groups = math.ceil(pages / most)
    slices: list[Slice | None] = []
    for group in range(groups):
        size = pages // groups + (group < pages % groups)
        slices.extend(Slice(width * place / size, width / size) for place in range(size))
    return tuple(slices)
