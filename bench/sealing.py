"""Sealing the two-page notice, turn by turn: hongtou's whole seal, and pyHanko as a careful program would otherwise use it.

Every way seals the same page count under another number each turn, so stamp and code are drawn anew, and places the file with
the same fsync. Whatever can be kept is loaded once for all: keys, certificates, timestamper, the drawings of the seal.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp.qr import QRStampStyle
from pyhanko.stamp.static import StaticStampStyle

from bench.turns import Work, ratios, table, take_turns
from pipeline.clockwork import SHANGHAI
from pipeline.diskwork import write_whole
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, SealSubject, make_demo_pki
from pipeline.papers.layout import Anchor
from pipeline.papers.marks import ReceivedMark, demo_banner, demo_footer, received_stamp
from pipeline.papers.outline import MM
from pipeline.papers.qr import payload_for, qr_graphic, sign_payload
from pipeline.papers.seal import Graphic, SealDesign, Slice, cross_page_slices, round_seal
from pipeline.papers.sign import raw_signature
from pipeline.papers.stamp import SealRequest, seal_document

NOW = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
NOTICE = Path(__file__).parents[1] / "tests" / "papers_seal" / "data" / "notice.pdf"
ADDRESS = "https://verify.example/d"
ISSUER = "测试省市场监督管理局"
OURS, OWN, TUNED, SIGNATURE, PLAIN = "hongtou", "pyHanko", "pyHanko tuned", "pyHanko signature only", "pyHanko as it comes, signature only"
LABELS = {
    OURS: "hongtou: received stamp, QR, 骑缝章, test marks, seal, PAdES B-T, fsync",
    OWN: "pyHanko with a cached key: the same marks by its own stamps (QRStampStyle, StaticStampStyle), B-T, fsync",
    TUNED: "the same, but QR drawn by hongtou and bytes_reserved given",
    SIGNATURE: "pyHanko with a cached key: B-T and fsync alone, nothing to be seen",
    PLAIN: "pyHanko as it comes (key loaded for each signature): B-T and fsync alone, nothing to be seen",
}
_PAGE = (210 * MM, 297 * MM)
_QR_MM = 20.0
_EDGE_MM, _TOP_MM, _FOOT_MM, _QR_LEFT_MM = 12.0, 8.0, 10.0, 14.0
_AS_IT_IS = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MIN, y_align=AxisAlignment.ALIGN_MIN, margins=Margins(0, 0, 0, 0))
_CMS_BYTES = 8192
Way = Callable[[int], bytes]


class KeptKeySigner(SimpleSigner):
    """pyHanko's signer with its key loaded once; its own loads it for every signature."""

    _kept: Any = None

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The bare signature."""
        if self._kept is None:
            self._kept = load_der_private_key(self.signing_key.dump(), None)
        return raw_signature(self._kept, data, digest_algorithm)


@dataclass(frozen=True)
class Desk:
    """What every way has at hand before the first document comes."""

    pdf: bytes
    pki: DemoPki
    seal: Graphic

    @classmethod
    def ready(cls, pdf: bytes, folder: Path) -> Desk:
        """Keys made in `folder`, seal drawn."""
        pki = make_demo_pki(folder, [SealSubject("demo", "official", "某省市场监督管理局")], (), NOW)
        return cls(pdf, pki, round_seal(SealDesign(text="某省市场监督管理局").for_demo()))

    def code(self, n: int) -> str:
        """The text of the QR code, signed."""
        return sign_payload(payload_for(self.pdf, f"测市监计量〔2026〕{n}号", f"测-{n}", NOW.date()), self.pki.qr_key(), ADDRESS)

    def received(self, n: int) -> ReceivedMark:
        """The stamp of receipt."""
        return ReceivedMark(ISSUER, f"测收〔2026〕{n}号", date(2026, 11, 21), demo=True)


class Hongtou:
    """Our seal."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._signer, self._timestamper = desk, desk.pki.seal("demo"), desk.pki.timestamper(lambda: NOW)

    def __call__(self, n: int) -> bytes:
        """The document sealed under the number `n`."""
        return seal_document(self._desk.pdf, SealRequest(
            signer=self._signer, timestamper=self._timestamper, seal=self._desk.seal, anchor=Anchor(-1, 105, 237), now=NOW,
            qr=self._desk.code(n), received=self._desk.received(n), demo=True,
        ))  # fmt: skip


def _style(graphic: Graphic, part: Slice | None = None) -> StaticStampStyle:
    """A drawing as pyHanko's static stamp."""
    width = part.width if part else graphic.width
    content = (b"1 0 0 1 %.2f 0 cm\n" % -part.offset if part else b"") + graphic.content
    raw = RawContent(content, box=BoxConstraints(width=width, height=graphic.height))
    return StaticStampStyle(background=raw, background_layout=_AS_IT_IS, background_opacity=1.0, border_width=0)


class PyHanko:
    """pyHanko with everything kept that can be: signer and its key, timestamper, the stamps that are the same on all documents."""

    def __init__(self, desk: Desk, signer: SimpleSigner, *, marks: bool = True, tuned: bool = False) -> None:
        self._desk, self._signer, self._marks, self._tuned = desk, signer, marks, tuned
        self._timestamper = desk.pki.timestamper(lambda: NOW)
        self._seal = _style(desk.seal)
        slices = cross_page_slices(2, desk.seal.width)
        self._edges = [(_style(desk.seal, part), part) for part in slices if part is not None]
        self._head, self._foot = demo_banner(), demo_footer()
        self._styles = {graphic: _style(graphic) for graphic in (self._head, self._foot)}
        self._qr = QRStampStyle(stamp_text=" ", border_width=0, innsep=0)

    def __call__(self, n: int) -> bytes:
        """The document sealed under the number `n`."""
        writer = IncrementalPdfFileWriter(io.BytesIO(self._desk.pdf))
        style, field = None, SigFieldSpec("Seal")  # nothing to be seen
        metadata = PdfSignatureMetadata(field_name="Seal", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        x, y, size = 105 * MM, 60 * MM, self._desk.seal.width / 2
        if self._marks:
            self._mark(writer, n)
            box = (int(x - size), int(y - size), int(x + size), int(y + size))
            style, field = self._seal, SigFieldSpec("Seal", on_page=-1, box=box)
        signer: Any = PdfSigner(metadata, self._signer, timestamper=self._timestamper, stamp_style=style, new_field_spec=field)
        done: bytes = signer.sign_pdf(writer, bytes_reserved=_CMS_BYTES if self._tuned else None).getvalue()
        return done

    def _mark(self, writer: IncrementalPdfFileWriter, n: int) -> None:
        width, height = _PAGE
        received = received_stamp(self._desk.received(n))
        _put(writer, _style(received), received, 0, width - _EDGE_MM * MM - received.width, height - _TOP_MM * MM - received.height)
        if self._tuned:
            code = qr_graphic(self._desk.code(n))
            _put(writer, _style(code), code, 0, _QR_LEFT_MM * MM, height - _TOP_MM * MM - code.height)
        else:
            box = BoxConstraints(width=_QR_MM * MM, height=_QR_MM * MM)
            stamp: Any = self._qr.create_stamp(writer, box, {"url": self._desk.code(n)})
            stamp.apply(0, _QR_LEFT_MM * MM, height - (_TOP_MM + _QR_MM) * MM)
        for page, (style, part) in enumerate(self._edges):
            stamp = style.create_stamp(writer, BoxConstraints(width=part.width, height=self._desk.seal.height), {})
            stamp.apply(page, width - part.width, (height - self._desk.seal.height) / 2)
        for graphic, y in ((self._head, height - _TOP_MM * MM - self._head.height), (self._foot, _FOOT_MM * MM)):
            _put(writer, self._styles[graphic], graphic, (0, 1), (width - graphic.width) / 2, y)


def _put(writer: Any, style: Any, graphic: Graphic, pages: int | tuple[int, ...], x: float, y: float) -> None:
    stamp = style.create_stamp(writer, BoxConstraints(width=graphic.width, height=graphic.height), {})
    for page in (pages,) if isinstance(pages, int) else pages:
        stamp.apply(page, x, y)


def ways(desk: Desk) -> dict[str, Way]:
    """All ways to seal, each with its keys loaded."""
    load: Any = {"pfx_file": str(desk.pki.seal_path("demo")), "passphrase": DEMO_PASSPHRASE.encode()}
    kept, plain = KeptKeySigner.load_pkcs12(**load), SimpleSigner.load_pkcs12(**load)  # type: ignore[no-untyped-call]
    return {
        OURS: Hongtou(desk), OWN: PyHanko(desk, kept), TUNED: PyHanko(desk, kept, tuned=True),
        SIGNATURE: PyHanko(desk, kept, marks=False), PLAIN: PyHanko(desk, plain, marks=False),
    }  # fmt: skip


def measure(turns: int, pdf: bytes | None = None) -> dict[str, Any]:
    """Milliseconds of each way, turn by turn, and the time each took beside ours in the same turn."""
    with tempfile.TemporaryDirectory(prefix="hongtou-bench-") as name:
        desk = Desk.ready(pdf or NOTICE.read_bytes(), Path(name) / "keys")
        took = take_turns({way: _placing(seal, Path(name)) for way, seal in ways(desk).items()}, turns)
    return {"milliseconds": took, "ratios": ratios(took, OURS)}


def report(said: dict[str, Any]) -> list[str]:
    """What was measured, for people."""
    head = "用印至落盘，每件毫秒，中位（最小 – 最大），同轮倍数 / sealing to disk, ms each, median (least – most), times as long in the same turn"
    return [head, *table(said["milliseconds"], said["ratios"], LABELS)]


def _placing(seal: Way, folder: Path) -> Work:
    return lambda n: write_whole(folder / f"{n:04d}.pdf", seal(n), mode=0o444)
