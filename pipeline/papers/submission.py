"""The receiving office's stamp on what somebody filed: number and date top right, and the office's own signature.

The filer's bytes stay as they are and the filer's signature stays valid: the stamp is the appearance of a signature
field, which PAdES allows after a signature where page content is not allowed. Where even that is forbidden (certified
without changes, locked, encrypted, broken), the file is left alone and a signed cover page is made beside it.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from pipeline.errors import DeviceError, SigningError, TimestampError
from pipeline.papers.marks import ReceivedMark, received_stamp
from pipeline.papers.outline import MM, Lettering, drawing, number, seal_faces
from pipeline.papers.pki import refuse_mixture
from pipeline.papers.revision import Revision
from pipeline.papers.seal import Graphic
from pipeline.papers.sign import SignatureWords, write_signed
from pipeline.papers.stamp import mark_demo, received_corner
from pipeline.papers.verify import Disturbed, what_was_disturbed

RECEIVED_FIELD = "Received"

_WHY_BESIDE = {
    Disturbed.FORBIDDEN: ("原文件的签名不允许再加任何内容", "the file's own signature allows nothing to be added"),
    Disturbed.COVERED: ("第一页右上角没有空白，盖章会遮住签名时已有的内容", "the top right corner of the first page is not blank: a stamp would cover what was signed"),
    Disturbed.CHANGED: ("盖章会使原文件的签名不再成立", "with a stamp the file's own signature would no longer stand"),
}
_UNSOUND = ("原文件的签名在收到时已不成立（签名后有改动），不再往上加内容", "the file's own signature did not stand when it came (changed after signing), so nothing is added to it")


class StampedHow(StrEnum):
    """Where the received stamp is: on the file itself, or on a cover page beside it."""

    ON_FILE = "on_file"
    COVER = "cover"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRequest:
    """All that is needed to stamp one filed PDF. `name` is the file's name, printed on a cover page."""

    signer: Signer
    mark: ReceivedMark
    now: datetime
    timestamper: TimeStamper | None = None
    name: str = ""

    @property
    def demo(self) -> bool:
        """Stamped with demo keys."""
        return self.mark.demo


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedSubmission:
    """The filed PDF stamped (`ON_FILE`), or the stamped cover page to keep beside the untouched file (`COVER`); why, in words."""

    how: StampedHow
    pdf: bytes
    zh: str
    en: str


def stamp_submission(pdf: bytes, request: ReceiptRequest) -> StampedSubmission:
    """Stamp and sign a filed PDF as received.

    Raises RefusedError for a demo key in production; SigningError when the office's own key or timestamp fails.
    """
    stamp = received_stamp(request.mark)
    refuse_mixture(request.signer, request.demo, stamp)
    try:
        revision = Revision(pdf)
    except SigningError as error:
        return _with_cover(pdf, request, stamp, error.zh, error.en)
    try:
        stamped = _stamp_file(revision, request, stamp)
    except (TimestampError, DeviceError):  # the office's own trouble, which passes: no reason to lay a page beside the file
        raise
    except SigningError:  # were it the office's key, the cover could not be signed either, and would say so
        return _with_cover(pdf, request, stamp, *_WHY_BESIDE[Disturbed.FORBIDDEN])
    if disturbed := what_was_disturbed(stamped):
        unsound = what_was_disturbed(pdf) is not None
        return _with_cover(pdf, request, stamp, *(_UNSOUND if unsound else _WHY_BESIDE[disturbed]))
    zh, en = "收文章已盖在原文件第一页右上角，原有签名不受影响", "the stamp is on the first page, existing signatures stand"
    return StampedSubmission(how=StampedHow.ON_FILE, pdf=stamped, zh=zh, en=en)


def _stamp_file(revision: Revision, request: ReceiptRequest, stamp: Graphic) -> bytes:
    x, y = received_corner(revision, stamp)
    field, appearance = revision.field(revision.free_name(RECEIVED_FIELD), 0, stamp, max(x, 0), max(y, 0))
    words = SignatureWords(request.now, f"收文 {request.mark.number}")
    return write_signed(revision.writer, field, appearance, request.signer, request.timestamper, words)


def _with_cover(pdf: bytes, request: ReceiptRequest, stamp: Graphic, zh: str, en: str) -> StampedSubmission:
    cover = Revision(_cover_page(pdf, request, zh))
    if request.demo:
        mark_demo(cover)
        cover.finish_pages()
    frame = cover.frame(0)
    field, appearance = cover.field(RECEIVED_FIELD, 0, stamp, frame.width - 28 * MM - stamp.width, frame.height - 70 * MM)
    words = SignatureWords(request.now, f"收文 {request.mark.number}")
    signed = write_signed(cover.writer, field, appearance, request.signer, request.timestamper, words)
    return StampedSubmission(
        how=StampedHow.COVER, pdf=signed, zh=f"{zh}；收文章盖在另附的收文登记页上，原文件未作任何改动",
        en=f"{en}; the stamp is on a separate cover page, the file itself is untouched",
    )  # fmt: skip


def _cover_page(pdf: bytes, request: ReceiptRequest, why: str) -> bytes:
    """A4 page that names the file by name, length and SHA-256, and why it was not stamped itself, drawn in outlines."""
    digest = hashlib.sha256(pdf).hexdigest()
    title = Lettering(seal_faces(), 9 * MM)
    body = Lettering(seal_faces(), 4.6 * MM)
    operators = [title.centred("收文登记页", 105 * MM, 200 * MM, 2 * MM)]
    rows = (
        ("原文件", request.name or "（未命名）"), ("长度", f"{len(pdf)} 字节"), ("SHA-256", digest[:32]), ("", digest[32:]),
        ("收文单位", request.mark.shown_office), ("收文号", request.mark.number),
    )  # fmt: skip
    for place, (label, value) in enumerate(rows):
        y = (176 - 11 * place) * MM
        operators.append(body.line(label, 28 * MM, y))
        operators.append(body.fitted(value, 125 * MM).line(value, 58 * MM, y))
        operators.append(f"{number(0.3)} w {number(28 * MM, y - 3 * MM)} m {number(184 * MM, y - 3 * MM)} l S")
    notes = (f"收文章没有盖在原文件上：{why}。", "故另附此页；原文件按收到时的样子保存，未作任何改动。")
    for place, note in enumerate(notes):
        operators.append(replace(body, size=3.8 * MM).fitted(note, 156 * MM).line(note, 28 * MM, (98 - 8 * place) * MM))
    page = PdfFileWriter()
    content = generic.StreamObject(stream_data=drawing((0.1, 0.1, 0.12), operators))
    size = (0, 0, round(210 * MM, 2), round(297 * MM, 2))
    page.insert_page(PageObject(contents=page.add_object(content), media_box=size))
    output = io.BytesIO()
    page.write(output)
    return output.getvalue()
