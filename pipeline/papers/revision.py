"""One incremental revision of a PDF: drawings placed on pages as the reader sees them, and a signature field among them.

Everything put on a page is gathered in one Form XObject of its own name: pages of LibreOffice share one resource
dictionary, and two stamps of the same name would collide. The bytes before the revision are never touched.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields

from pipeline.errors import SigningError
from pipeline.papers.outline import MM, Matrix, number
from pipeline.papers.seal import Graphic, Slice
from pipeline.papers.sign import UntouchedMetadataWriter

_PLAIN: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as the reader sees it: size in points, and the matrix from there to the page's own coordinates."""

    width: float
    height: float
    matrix: Matrix

    @classmethod
    def of(cls, page: Any) -> Frame:
        """From a page dictionary: crop box (or media box) and rotation, both perhaps inherited."""
        box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox") or (0, 0, 210 * MM, 297 * MM)
        x0, y0, x1, y1 = (float(value) for value in box)
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        turn = int(_inherited(page, "/Rotate") or 0) % 360
        matrices: dict[int, Matrix] = {
            90: (0, 1, -1, 0, x1, y0), 180: (-1, 0, 0, -1, x1, y1), 270: (0, -1, 1, 0, x0, y1)
        }  # fmt: skip
        width, height = (y1 - y0, x1 - x0) if turn in (90, 270) else (x1 - x0, y1 - y0)
        return cls(width, height, matrices.get(turn, (1, 0, 0, 1, x0, y0)))

    def box(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """An upright rectangle in the page's own coordinates."""
        a, b, c, d, e, f = self.matrix
        xs = sorted((a * x + c * y + e, a * (x + width) + c * (y + height) + e))
        ys = sorted((b * x + d * y + f, b * (x + width) + d * (y + height) + f))
        return xs[0], ys[0], xs[1], ys[1]


def _inherited(page: Any, key: str) -> Any:
    for _ in range(64):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None


@dataclass(frozen=True, slots=True)
class _Placed:
    graphic: Graphic
    x: float
    y: float
    part: Slice | None
    under: bool


class Appearance:
    """A drawing as the appearance of a signature field, for pyHanko; it keeps nothing between documents."""

    def __init__(self, revision: Revision, graphic: Graphic, matrix: Matrix, see_through: bool) -> None:
        self._revision, self._graphic, self._matrix, self._see_through = revision, graphic, matrix, see_through

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> Appearance:
        """What pyHanko asks a stamp style for."""
        return self

    def apply_appearance(self, annotation: Any) -> None:
        """Gives the field's annotation its picture."""
        a, b, c, d, _, _ = self._matrix
        matrix = (a, b, c, d, 0.0, 0.0)
        make = self._revision.ink if self._see_through else self._revision.drawing
        reference = make(self._graphic, matrix)
        annotation[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): reference})


class Revision:
    """Collects what one revision adds. Raises SigningError when the PDF cannot be read or is encrypted."""

    def __init__(self, pdf: bytes) -> None:
        try:
            self.writer = UntouchedMetadataWriter(io.BytesIO(pdf), strict=False)
            if self.writer.prev.encrypted:
                raise PdfError("encrypted")
            self.pages = int(self.writer.root["/Pages"]["/Count"])
            self._frames = {0: Frame.of(self._page(0))}
        except (PdfError, KeyError, ValueError, TypeError, OSError) as error:
            raise SigningError(
                f"这份 PDF 读不成或已加密（{error}），无法盖章；请提供未加密、可正常打开的文件",
                f"this PDF cannot be read or is encrypted ({error}), so it cannot be stamped; provide one that opens freely",
            ) from error
        self._mark = hashlib.sha256(pdf).hexdigest()[:8]
        self._placed: dict[int, list[_Placed]] = defaultdict(list)
        self._drawings: dict[tuple[Graphic, Matrix], Any] = {}

    def frame(self, page: int) -> Frame:
        """How the reader sees a page (0 first). Looked up when asked: finding a page in a long file takes its time."""
        if page not in self._frames:
            self._frames[page] = Frame.of(self._page(page))
        return self._frames[page]

    def _page(self, page: int) -> Any:
        return self.writer.find_page_for_modification(page)[0].get_object()

    @property
    def signature_fields(self) -> Iterator[str]:
        """Names of the signature fields the document has, filled or not."""
        return (str(name) for name, _, _ in enumerate_sig_fields(self.writer))

    @property
    def signed(self) -> bool:
        """Some signature field is filled."""
        return any(True for _ in enumerate_sig_fields(self.writer, filled_status=True))

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with the first number that makes it new."""
        taken = set(self.signature_fields)
        names = (wanted if place == 1 else f"{wanted}-{place}" for place in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def place(self, page: int, graphic: Graphic, x: float, y: float, part: Slice | None = None, under: bool = False) -> None:
        """Put a drawing (or an upright slice of it) with its lower left corner at (x, y) points of the page as seen."""
        self._placed[page].append(_Placed(graphic, x, y, part, under))

    def drawing(self, graphic: Graphic, matrix: Matrix = _PLAIN) -> Any:
        """The Form XObject of a drawing; the same one every time within this revision."""
        key = (graphic, matrix)
        if key not in self._drawings:
            size = (0.0, 0.0, graphic.width, graphic.height)
            self._drawings[key] = self.writer.add_object(_form(size, graphic.stream, generic.DictionaryObject(), matrix))
        return self._drawings[key]

    def ink(self, graphic: Graphic, matrix: Matrix = _PLAIN) -> Any:
        """The drawing as ink: what lies under it shows through (Multiply). For PDF/A-2 and later, with output intent."""
        state = generic.DictionaryObject({pdf_name("/BM"): pdf_name("/Multiply")})
        resources = _xobjects(generic.DictionaryObject({pdf_name("/D"): self.drawing(graphic)}))
        resources[pdf_name("/ExtGState")] = generic.DictionaryObject({pdf_name("/Ink"): state})
        form = generic.StreamObject(stream_data=b"/Ink gs /D Do")
        form.update(_form_entries((0.0, 0.0, graphic.width, graphic.height), resources, matrix))
        return self.writer.add_object(form)

    def finish_pages(self) -> None:
        """Write what was placed into the pages."""
        opening = self.writer.add_object(generic.StreamObject(stream_data=b"q\n")) if self._placed else None
        for page, placed in sorted(self._placed.items()):
            below = [each for each in placed if each.under]
            above = [each for each in placed if not each.under]
            if below:
                self._add(page, below, f"Ht{self._mark}U{page}", b"q /%s Do Q\n", prepend=True)
            if above:
                self.writer.add_stream_to_page(page, opening, prepend=True)
                self._add(page, above, f"Ht{self._mark}P{page}", b"\nQ q /%s Do Q", prepend=False)

    def _add(self, page: int, placed: list[_Placed], name: str, stream: bytes, prepend: bool) -> None:
        frame = self.frame(page)
        operators, resources = [f"{number(*frame.matrix)} cm"], generic.DictionaryObject()
        for place, each in enumerate(placed):
            resources[pdf_name(f"/D{place}")] = self.drawing(each.graphic)
            x = each.x - (each.part.offset if each.part else 0)
            clip = f"{number(each.x, each.y, each.part.width, each.graphic.height)} re W n " if each.part else ""
            operators.append(f"q {clip}1 0 0 1 {number(x, each.y)} cm /D{place} Do Q")
        form = generic.StreamObject(stream_data="\n".join(operators).encode("ascii"))
        form.update(_form_entries(frame.box(0, 0, frame.width, frame.height), _xobjects(resources), _PLAIN))
        named = generic.DictionaryObject({pdf_name(f"/{name}"): self.writer.add_object(form)})
        content = self.writer.add_object(generic.StreamObject(stream_data=stream % name.encode("ascii")))
        changed = self.writer.add_stream_to_page(page, content, resources=_xobjects(named), prepend=prepend)
        self.writer.mark_update(changed)  # a page with its own resources and shared contents would keep its old resources

    def field(
        self, name: str, page: int, graphic: Graphic, x: float, y: float, see_through: bool = False
    ) -> tuple[SigFieldSpec, Appearance]:
        """A signature field showing `graphic`, lower left corner at (x, y) points of the page as seen."""
        frame = self.frame(page)
        box: Any = tuple(round(value, 2) for value in frame.box(x, y, graphic.width, graphic.height))
        return SigFieldSpec(name, on_page=page, box=box), Appearance(self, graphic, frame.matrix, see_through)

    def empty_field(self, name: str, words: str, page: int, x: float, y: float, width: float, height: float) -> None:
        """A signature field for somebody who signs later, seen as nothing yet; `words` say whose it is."""
        box: Any = tuple(round(value, 2) for value in self.frame(page).box(x, y, width, height))
        append_signature_field(self.writer, SigFieldSpec(name, on_page=page, box=box, readable_field_name=words))

    def appearance_in(self, name: str, graphic: Graphic) -> Appearance:
        """A drawing as the picture of a field that is there already, as large as its place allows. Raises SigningError."""
        field = next((each.get_object() for found, _, each in enumerate_sig_fields(self.writer) if found == name), None)
        if field is None or "/Rect" not in field:
            raise SigningError(f"文件里没有名为 {name} 的签名处", f"the file has no signature field {name}")
        x0, y0, x1, y1 = (float(value) for value in field["/Rect"])
        width, height = abs(x1 - x0), abs(y1 - y0)
        scale = min(width / graphic.width, height / graphic.height, 1.0)
        left, below = (width - graphic.width * scale) / 2, (height - graphic.height * scale) / 2
        content = f"q {number(scale, 0, 0, scale, left, below)} cm\n".encode() + graphic.content + b"\nQ"
        return Appearance(self, Graphic.of(content, width, height, graphic.demo), _PLAIN, False)

    def unsigned(self) -> bytes:
        """The document with this revision, without a signature."""
        self.finish_pages()
        output = io.BytesIO()
        self.writer.write(output)
        return output.getvalue()


def _xobjects(entries: Any) -> Any:
    return generic.DictionaryObject({pdf_name("/XObject"): entries})


def _form_entries(box: tuple[float, float, float, float], resources: Any, matrix: Matrix) -> dict[Any, Any]:
    entries = {
        pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): _numbers(box), pdf_name("/Resources"): resources,
    }  # fmt: skip
    if matrix != _PLAIN:
        entries[pdf_name("/Matrix")] = _numbers(matrix)
    return entries


def _form(box: tuple[float, float, float, float], deflated: bytes, resources: Any, matrix: Matrix) -> Any:
    entries = _form_entries(box, resources, matrix) | {pdf_name("/Filter"): pdf_name("/FlateDecode")}
    return generic.StreamObject(entries, encoded_data=deflated)


def _numbers(values: tuple[float, ...]) -> Any:
    return generic.ArrayObject(generic.FloatObject(number(value)) for value in values)
