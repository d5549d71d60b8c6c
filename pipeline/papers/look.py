"""A page as the reader sees it, pixel by pixel: to tell whether something lies where something was."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.papers.layout import drawn

INK = 225
"""Grey below which a pixel holds ink."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page as the reader sees it, in grey, one pixel to a point."""

    width: int
    height: int
    stride: int
    grey: bytes

    @classmethod
    def at(cls, pdf: bytes, page: int) -> Look:
        """Page `page` (0 first) of a PDF, its form fields and signatures drawn. Raises PdfiumError for what is none."""
        with drawn(pdf) as document:
            sheet = document[page]
            try:
                bitmap = sheet.render(scale=1, grayscale=True)
                return cls(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            finally:
                sheet.close()

    def row(self, number: int) -> bytes:
        """One row of pixels, the uppermost first."""
        return self.grey[number * self.stride : number * self.stride + self.width]

    def blank(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether no ink lies in a box, in points from the upper left corner; what lies off the page is not blank."""
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            return False
        return all(min(self.row(y)[int(left) : int(right) + 1], default=255) >= INK for y in range(int(top), min(int(bottom) + 1, self.height)))
