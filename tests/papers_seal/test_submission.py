"""Stamping what was filed: never at the price of the filer's own signature."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from pipeline.cases.events import Kind, Recorded
from pipeline.cases.timeline import Names, timeline
from pipeline.errors import RefusedError, TimestampError
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.pki import Trust
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import sign_form
from pipeline.papers.submission import ReceiptRequest, StampedHow, stamp_submission
from pipeline.papers.timestamp import LocalTimeStamper
from pipeline.papers.verify import verify_pdf

from .conftest import DAY, NOW, blank_pages


@pytest.fixture(scope="module")
def receipt(pki: DemoPki, timestamper: LocalTimeStamper, received: ReceivedMark) -> ReceiptRequest:
    return ReceiptRequest(signer=pki.seal("hubei", "receipt"), mark=received, now=NOW, timestamper=timestamper, name="申报书.pdf")


def filer_signed(pdf: bytes, officer: TemplateSigner, **settings: Any) -> bytes:
    """Signed as a filer's own software would, with certification or locks as asked."""
    metadata = PdfSignatureMetadata(field_name="Filer", subfilter=fields.SigSeedSubFilter.PADES, **settings.pop("meta", {}))
    spec = fields.SigFieldSpec("Filer", on_page=0, box=(60, 60, 200, 100), **settings)
    return PdfSigner(metadata, officer, new_field_spec=spec).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue()


CERTIFIED = {level: {"meta": {"certify": True, "docmdp_permissions": level}} for level in fields.MDPPerm}
LOCK_ALL = {"field_mdp_spec": fields.FieldMDPSpec(fields.FieldMDPAction.ALL), "doc_mdp_update_value": fields.MDPPerm.NO_CHANGES}

CASES = {
    "approval": ({}, StampedHow.ON_FILE),
    # ISO 32000 would allow a signature here, but strict validators refuse a field made after certification.
    "certified, form filling allowed": (CERTIFIED[fields.MDPPerm.FILL_FORMS], StampedHow.COVER),
    "certified, annotations allowed": (CERTIFIED[fields.MDPPerm.ANNOTATE], StampedHow.COVER),
    "certified, no changes": (CERTIFIED[fields.MDPPerm.NO_CHANGES], StampedHow.COVER),
    "locked": (LOCK_ALL, StampedHow.COVER),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_filers_signature_stands(
    notice: bytes, officer: TemplateSigner, receipt: ReceiptRequest, trust: Trust, case: str
) -> None:
    settings, how = CASES[case]
    filed = filer_signed(notice, officer, **{key: value.copy() if isinstance(value, dict) else value for key, value in settings.items()})
    stamped = stamp_submission(filed, receipt)
    assert stamped.how is how, stamped.zh
    verification = verify_pdf(stamped.pdf, trust, NOW)
    assert verification.ok, verification.zh
    signers = [each.who for each in verification.signatures]
    if how is StampedHow.ON_FILE:
        assert stamped.pdf.startswith(filed)
        assert signers == ["测试张三", "测试某省市场监督管理局（收文）"]
        assert verification.added_after == ("Received",)
    else:
        assert signers == ["测试某省市场监督管理局（收文）"]
        assert "原文件未作任何改动" in stamped.zh


def test_an_unsigned_file_is_stamped_and_signed(notice: bytes, receipt: ReceiptRequest, trust: Trust) -> None:
    stamped = stamp_submission(notice, receipt)
    assert stamped.how is StampedHow.ON_FILE
    assert stamped.pdf.startswith(notice)
    assert verify_pdf(stamped.pdf, trust, NOW).ok


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [(595, 842), (420, 595), (1191, 842)])
def test_the_stamp_is_top_right_within_the_page(receipt: ReceiptRequest, rotate: int, size: tuple[int, int]) -> None:
    import pypdfium2 as pdfium

    stamped = stamp_submission(blank_pages(1, rotate, size), receipt)
    page = pdfium.PdfDocument(stamped.pdf)
    page.init_forms()
    image = page[0].render(scale=1, may_draw_forms=True).to_pil().convert("RGB")
    red = [(x, y) for x in range(image.width) for y in range(image.height) if image.getpixel((x, y))[0] > image.getpixel((x, y))[1] + 90]
    assert min(x for x, _ in red) > image.width / 2 - 60
    assert max(x for x, _ in red) < image.width - 25
    assert min(y for _, y in red) > 15
    assert max(y for _, y in red) < 90


def test_stamped_twice_both_stand(notice: bytes, receipt: ReceiptRequest, trust: Trust) -> None:
    twice = stamp_submission(stamp_submission(notice, receipt).pdf, receipt)
    assert twice.how is StampedHow.ON_FILE
    verification = verify_pdf(twice.pdf, trust, NOW)
    assert verification.ok, verification.zh
    assert [each.field for each in verification.signatures] == ["Received", "Received-2"]


def _encrypted(pdf: bytes) -> bytes:
    output = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf)).save(output, encryption=pikepdf.Encryption(owner="o", user="u"))
    return output.getvalue()


@pytest.mark.parametrize("spoil", [_encrypted, lambda pdf: pdf[:5000], lambda pdf: b"", lambda pdf: b"PK\x03\x04 a word document"])
def test_what_cannot_be_stamped_gets_a_cover(notice: bytes, receipt: ReceiptRequest, trust: Trust, spoil: Any) -> None:
    stamped = stamp_submission(spoil(notice), receipt)
    assert stamped.how is StampedHow.COVER
    assert verify_pdf(stamped.pdf, trust, NOW).ok


def test_a_form_signed_by_its_filer_then_stamped(notice: bytes, officer: TemplateSigner, receipt: ReceiptRequest, trust: Trust) -> None:
    signed = sign_form(notice, officer, NOW, demo=True)
    stamped = stamp_submission(signed, receipt)
    assert stamped.how is StampedHow.ON_FILE
    assert verify_pdf(stamped.pdf, trust, NOW).ok


@pytest.mark.parametrize(("office", "demo", "shown"), [("某局", True, "测试某局"), ("测试局", True, "测试局"), ("某局", False, "某局")])
def test_a_demo_stamp_never_shows_a_real_office(office: str, demo: bool, shown: str) -> None:
    assert ReceivedMark(office, "1号", DAY, demo=demo).shown_office == shown


def test_demo_keys_do_not_stamp_for_real(notice: bytes, pki: DemoPki) -> None:
    mark = ReceivedMark("某省市场监督管理局", "1号", DAY)
    with pytest.raises(RefusedError, match="测试密钥"):
        stamp_submission(notice, ReceiptRequest(signer=pki.seal("hubei", "receipt"), mark=mark, now=NOW))


STRIPES = b"0 g " + b" ".join(b"0 %d 595 3 re f" % y for y in range(700, 842, 7))
"""Print up to the upper edge, as on a form without a margin."""


def _signed_then_changed(pdf: bytes, officer: TemplateSigner) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(filer_signed(pdf, officer)))
    page = writer.find_page_for_modification(0)[0].get_object()
    page[generic.pdf_name("/MediaBox")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 700)))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


WHY = {
    "no blank corner": (lambda pdf, officer: filer_signed(blank_pages(1, ink=STRIPES), officer), "右上角没有空白", "not blank"),
    "nothing allowed": (lambda pdf, officer: filer_signed(pdf, officer, **CERTIFIED[fields.MDPPerm.NO_CHANGES]), "不允许再加任何内容", "allows nothing"),
    "changed after it was signed": (_signed_then_changed, "收到时已不成立", "did not stand when it came"),
    "encrypted": (lambda pdf, officer: _encrypted(pdf), "已加密", "encrypted"),
}


@pytest.mark.parametrize("case", sorted(WHY))
def test_why_the_stamp_is_on_a_page_beside_it_is_said_rightly(notice: bytes, officer: TemplateSigner, receipt: ReceiptRequest, case: str) -> None:
    make, zh, en = WHY[case]
    stamped = stamp_submission(make(notice, officer), receipt)
    assert (stamped.how, zh in stamped.zh, en in stamped.en) == (StampedHow.COVER, True, True), (stamped.zh, stamped.en)
    others = [told for name, (_, told, _) in WHY.items() if name != case]
    assert not any(told in stamped.zh for told in others), stamped.zh


def test_while_no_timestamp_is_to_be_had_nothing_is_laid_beside(notice: bytes, receipt: ReceiptRequest) -> None:
    """The stamp waits; a page beside the file would stay for good."""

    class Silent:
        async def async_timestamp(self, *_: object) -> None:
            raise TimestampError("没有应答", "no answer")

        async_dummy_response = async_timestamp

    with pytest.raises(TimestampError):
        stamp_submission(notice, replace(receipt, timestamper=Silent()))  # type: ignore[arg-type]


def test_what_is_printed_but_not_signed_may_be_stamped_over_and_blank_corners_are_stamped(officer: TemplateSigner, receipt: ReceiptRequest) -> None:
    for filed in (blank_pages(1, ink=STRIPES), filer_signed(blank_pages(1), officer)):
        assert stamp_submission(filed, receipt).how is StampedHow.ON_FILE


def test_the_timeline_says_why_a_page_was_laid_beside_the_filing() -> None:
    beside = Recorded(1, "c", 1, Kind.STAMPED, "2026-11-21T10:00:00+08:00", "局", {"filing": "1", "sha256": "", "zh": "右上角没有空白；另附", "en": "no blank corner"}, "")
    stamped = replace(beside, data={"filing": "1", "sha256": ""})
    case: Any = SimpleNamespace(history=(beside, stamped), papers={})
    told = [each.zh for each in timeline(case, Names({}, {}, {}, {}, {}, {}, frozenset(), str))]
    assert "右上角没有空白" in told[0] and told[1] == "来文已加盖收文章"
