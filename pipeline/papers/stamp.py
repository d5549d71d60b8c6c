"""Seals a document: received stamp, QR code, 骑缝章, demo marks and the seal with its signature, in one revision.

The seal is the appearance of the signature field, so what the eye sees and what the signature proves are one thing.
A document made with demo keys says 测试 and 无效 on every page (S09); real keys never carry a demo seal, nor the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from pipeline.errors import RefusedError
from pipeline.papers.countersign import SigningPlace, lay_out
from pipeline.papers.layout import Anchor
from pipeline.papers.look import Look
from pipeline.papers.marks import (
    ReceivedMark,
    demo_banner,
    demo_footer,
    draft_banner,
    draft_watermark,
    foot_line,
    received_stamp,
    seal_place,
    text_mark,
    void_watermark,
)
from pipeline.papers.outline import MM
from pipeline.papers.pki import refuse_mixture
from pipeline.papers.qr import qr_graphic
from pipeline.papers.revision import Revision
from pipeline.papers.seal import Graphic, cross_page_slices
from pipeline.papers.sign import SignatureWords, write_signed

SEAL_FIELD = "OfficialSeal"
SIGNER_FIELD = "Signer"
_EDGE_MM = 12.0
_NARROW_MM = 4.0
_TOP_MM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRequest:
    """All that is needed to seal one document.

    `anchor` is the middle of the seal (page 0 first, -1 last), as `layout.signature_anchor` finds it. `qr` is the signed
    text of the code, empty for none.
    """

    signer: Signer
    seal: Graphic
    anchor: Anchor
    now: datetime
    timestamper: TimeStamper | None = None
    cross_page: bool = True
    qr: str = ""
    received: ReceivedMark | None = None
    demo: bool = False
    reason: str = ""
    location: str = ""
    countersigners: tuple[SigningPlace, ...] = ()
    """Empty fields for those who sign after the authority; its signature then certifies the document (see countersign.py)."""
    see_through: bool = True
    """Name and date under the seal stay legible, as under ink; done only where the PDF has an output intent (PDF/A-2)."""


def seal_document(pdf: bytes, request: SealRequest) -> bytes:
    """The sealed document: `pdf` unchanged, and one revision after it.

    Raises RefusedError when demo and real would mix, when the document already carries a signature, or the anchor lies
    off the page; SigningError when signing fails.
    """
    refuse_mixture(request.signer, request.demo, request.seal)
    revision = Revision(pdf)
    if revision.signed:
        raise RefusedError(
            "文件已有签名，再往页面上盖章会使原签名失效；请用未签名的原稿用印",
            "the document already carries a signature that marks on its pages would break; seal the unsigned original",
        )
    page, x, y = _corner(revision, request.anchor, request.seal)
    _mark_pages(revision, request)
    lay_out(revision, request.countersigners)
    revision.finish_pages()
    ink = request.see_through and "/OutputIntents" in revision.writer.root
    field, appearance = revision.field(revision.free_name(SEAL_FIELD), page, request.seal, x, y, ink)
    words = SignatureWords(request.now, request.reason, request.location)
    certify = bool(request.countersigners)
    return write_signed(revision.writer, field, appearance, request.signer, request.timestamper, words, certify=certify)


def _corner(revision: Revision, anchor: Anchor, seal: Graphic) -> tuple[int, float, float]:
    page = anchor.page if anchor.page >= 0 else revision.pages + anchor.page
    if 0 <= page < revision.pages:
        frame = revision.frame(page)
        x = anchor.x_mm * MM - seal.width / 2
        y = frame.height - anchor.y_mm * MM - seal.height / 2
        if 0 <= x <= frame.width - seal.width and 0 <= y <= frame.height - seal.height:
            return page, x, y
    raise RefusedError(
        f"印章位置（第 {anchor.page + 1} 页，{anchor.x_mm:g}×{anchor.y_mm:g} mm）不在页面之内，未用印",
        f"the seal's place (page {anchor.page + 1}, {anchor.x_mm:g}×{anchor.y_mm:g} mm) is not on the page; not sealed",
    )


def _mark_pages(revision: Revision, request: SealRequest) -> None:
    first = revision.frame(0)
    if request.qr:
        code = qr_graphic(request.qr)
        revision.place(0, code, 14 * MM, first.height - _TOP_MM * MM - code.height)
    if request.received is not None:
        _place_received(revision, received_stamp(request.received))
    slices = cross_page_slices(revision.pages, request.seal.width) if request.cross_page else ()
    for page, part in enumerate(slices):
        frame = revision.frame(page)
        if part is not None:
            revision.place(page, request.seal, frame.width - part.width, (frame.height - request.seal.height) / 2, part)
    if request.demo:
        mark_demo(revision)


def _place_received(revision: Revision, stamp: Graphic) -> None:
    x, y = received_corner(revision, stamp)
    revision.place(0, stamp, x, y)


def received_corner(revision: Revision, stamp: Graphic) -> tuple[float, float]:
    """Where a received stamp goes: the top right of the first page, in the margin."""
    frame = revision.frame(0)
    return frame.width - _EDGE_MM * MM - stamp.width, frame.height - _TOP_MM * MM - stamp.height


def mark_demo(revision: Revision) -> None:
    """测试 · 无效 in the head and foot margins of every page."""
    for page in range(revision.pages):
        frame = revision.frame(page)
        head, foot = demo_banner(), demo_footer()
        revision.place(page, head, (frame.width - head.width) / 2, frame.height - _TOP_MM * MM - head.height)
        revision.place(page, foot, (frame.width - foot.width) / 2, 10 * MM)


def mark_draft(pdf: bytes, anchor: Anchor | None = None, diameter_mm: float = 42.0) -> bytes:
    """The document as a draft: 稿 under the text of every page, 待编号 on the first, a dashed circle for the seal."""
    revision = Revision(pdf)
    for page in range(revision.pages):
        frame = revision.frame(page)
        sign = draft_watermark()
        revision.place(page, sign, (frame.width - sign.width) / 2, (frame.height - sign.height) / 2, under=True)
    frame, banner = revision.frame(0), draft_banner()
    revision.place(0, banner, (frame.width - banner.width) / 2, frame.height - _TOP_MM * MM - banner.height)
    if anchor is not None:
        circle = seal_place(diameter_mm)
        page, x, y = _corner(revision, anchor, circle)
        revision.place(page, circle, x, y)
    return revision.unsigned()


def mark_void(pdf: bytes, words: str) -> bytes:
    """A copy of a void document: 作废 under the text of every page, and along the foot what it was voided by."""
    revision = Revision(pdf)
    for page in range(revision.pages):
        frame, sign, foot = revision.frame(page), void_watermark(), foot_line(words)
        revision.place(page, sign, (frame.width - sign.width) / 2, (frame.height - sign.height) / 2, under=True)
        revision.place(page, foot, (frame.width - foot.width) / 2, 10 * MM)
    return revision.unsigned()


def mark_wet(pdf: bytes, demo: bool = False) -> bytes:
    """The print variant of a document: no seal, no code, only a line at the foot that it is for a seal of rubber and ink."""
    revision = Revision(pdf)
    for page in range(revision.pages):
        line = foot_line("本件用于加盖实体印章")
        revision.place(page, line, (revision.frame(page).width - line.width) / 2, 5 * MM)
    if demo:
        mark_demo(revision)
    return revision.unsigned()


def _blank_place(look: Look, mark: Graphic, x: float, y: float) -> tuple[float, float]:
    """Where a mark hides nothing that others signed: leftwards from (x, y), then a row further up; (x, y) when all is full."""
    gap = MM
    for row in range(int((look.height - y) / (mark.height + gap))):
        for column in range(int(x / (mark.width + gap)) + 1):
            left, low = x - column * (mark.width + gap), y + row * (mark.height + gap)
            if look.blank(left - gap / 2, look.height - low - mark.height - gap / 2, left + mark.width + gap / 2, look.height - low + gap / 2):
                return left, low
    return x, y


def sign_form(
    pdf: bytes, signer: Signer, now: datetime, timestamper: TimeStamper | None = None, *, demo: bool = False, reason: str = "",
    own: bool = False,
) -> bytes:  # fmt: skip
    """A filled PDF form signed by a person: a small mark with name and time at the foot of the last page,
    where it hides nothing that others signed before.

    `own` papers of the authority, made with a demo key, say so on every page (S09); a form that others signed before
    must not be drawn on.

    Raises RefusedError for a demo key in production, SigningError when signing fails.
    """
    refuse_mixture(signer, demo)
    revision = Revision(pdf)
    if own and demo:
        mark_demo(revision)
        revision.finish_pages()
    mark = text_mark(str(signer.subject_name), now, demo=demo)
    page: Any = revision.pages - 1
    edge = _NARROW_MM if own and demo else _EDGE_MM  # beside the words at the foot of the page
    x, y = revision.frame(page).width - edge * MM - mark.width, 5 * MM
    if revision.signed:
        x, y = _blank_place(Look.at(pdf, page), mark, x, y)
    field, appearance = revision.field(revision.free_name(SIGNER_FIELD), page, mark, x, y)
    return write_signed(revision.writer, field, appearance, signer, timestamper, SignatureWords(now, reason))
