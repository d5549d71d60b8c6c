"""The verdict on a PDF: every falsification refused, every doubt told as a doubt."""

from __future__ import annotations

import asyncio
import io
import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, make_demo_pki
from pipeline.papers.pki import Trust, load_pair
from pipeline.papers.sign import TemplateSigner, UntouchedMetadataWriter
from pipeline.papers.stamp import SealRequest, seal_document, sign_form
from pipeline.papers.timestamp import LocalTimeStamper
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import signed_by, verify_pdf

from .conftest import NOW, SEALS
from .tampering import TAMPERINGS, _append_page, _later, _retitle


def test_the_untouched_document_is_valid(sealed: bytes, trust: Trust) -> None:
    verification = verify_pdf(sealed, trust, NOW)
    assert verification.verdict is Answer.VALID
    assert verification.zh == "有效：由“测试某省市场监督管理局”于2026年11月21日签名，签名后未被改动（测试证书，无法律效力）。"
    assert verification.en.startswith("Valid: signed by 测试某省市场监督管理局 on 2026-11-21")
    (report,) = verification.signatures
    assert (report.field, report.whole_file, report.demo, report.timestamp, report.claimed) == ("OfficialSeal", True, True, NOW, NOW)
    assert not verification.not_run
    assert not verification.added_after


def test_signing_and_verifying_inside_a_running_event_loop(notice: bytes, pki: DemoPki, timestamper: LocalTimeStamper, trust: Trust) -> None:
    async def from_a_web_page() -> bool:
        return verify_pdf(sign_form(notice, pki.officer("李四"), NOW, timestamper, demo=True), trust, NOW).ok

    assert asyncio.run(from_a_web_page())


@pytest.mark.parametrize("how", sorted(TAMPERINGS))
def test_every_falsification_is_refused(sealed: bytes, trust: Trust, how: str) -> None:
    falsified = TAMPERINGS[how](sealed)
    assert falsified != sealed
    verification = verify_pdf(falsified, trust, NOW)
    assert verification.verdict is not Answer.VALID, how
    assert verification.zh.startswith(("无效：", "无法判断：文件没有电子签名"))


def test_no_flipped_bit_of_the_signature_s_own_container_gets_through(sealed: bytes, trust: Trust) -> None:
    """Versions, named algorithms, enclosed certificates and the name of the timestamp are not signed; a change in them is told."""
    start, end = next(re.finditer(rb"/Contents ?<([0-9a-fA-F]+)>", sealed)).span(1)
    stamp = sealed.lower().index(b"060b2a864886f70d010910020e", start, end)
    for place in {*range(start + 1, start + 100, 4), *range(stamp - 15, stamp + 26, 2), *range(start + 101, end, 98)}:
        flipped = bytearray(sealed)
        flipped[place] ^= 1
        assert verify_pdf(bytes(flipped), trust, NOW).verdict is not Answer.VALID, (place - start) // 2


def test_no_single_flipped_bit_gets_through(sealed: bytes, trust: Trust) -> None:
    chance = random.Random(9704)
    for _ in range(60):
        place = chance.randrange(len(sealed))
        flipped = bytearray(sealed)
        flipped[place] ^= 1
        assert verify_pdf(bytes(flipped), trust, NOW).verdict is not Answer.VALID, place


@pytest.mark.parametrize("known", [True, False])
def test_an_archival_timestamp_after_the_seal(
    sealed: bytes, timestamper: LocalTimeStamper, trust: Trust, tmp_path: Path, known: bool
) -> None:
    stamper = timestamper if known else make_demo_pki(tmp_path, (), (), NOW).timestamper(lambda: NOW)
    writer = UntouchedMetadataWriter(io.BytesIO(sealed))
    kept = PdfTimeStamper(stamper, field_name="Archive").timestamp_pdf(writer, "sha256").getvalue()
    verification = verify_pdf(kept, trust, NOW)
    assert verification.ok is known, verification.zh
    assert verification.added_after == ("Archive",)
    assert verify_pdf(TAMPERINGS["page appended"](kept), trust, NOW).verdict is Answer.INVALID


@pytest.mark.parametrize("how", ["page appended", "text hidden by an annotation", "script added", "picture of the seal swapped"])
def test_a_second_good_signature_does_not_cure_a_falsified_first(
    sealed: bytes, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust, how: str
) -> None:
    cured = sign_form(TAMPERINGS[how](sealed), officer, NOW, timestamper, demo=True)
    verification = verify_pdf(cured, trust, NOW)
    assert verification.verdict is Answer.INVALID
    assert verification.signatures[0].answer is Answer.INVALID


def test_a_further_signature_is_told_but_harmless(sealed: bytes, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust) -> None:
    verification = verify_pdf(sign_form(sealed, officer, NOW, timestamper, demo=True), trust, NOW)
    assert verification.ok, verification.zh
    assert verification.added_after == ("Signer",)
    assert [each.whole_file for each in verification.signatures] == [False, True]


def _form_with_text_field() -> bytes:
    writer = PdfFileWriter()
    page = writer.insert_page(PageObject(contents=writer.add_object(generic.StreamObject(stream_data=b"")), media_box=(0, 0, 595, 842)))
    field = generic.DictionaryObject({
        pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): generic.pdf_string("decision"), pdf_name("/V"): generic.pdf_string("不同意"),
        pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Widget"), pdf_name("/P"): page,
        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 200, 80))),
    })  # fmt: skip
    reference = writer.add_object(field)
    page.get_object()[pdf_name("/Annots")] = generic.ArrayObject([reference])
    form = {pdf_name("/Fields"): generic.ArrayObject([reference])}
    writer.root[pdf_name("/AcroForm")] = writer.add_object(generic.DictionaryObject(form))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _other_value(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field[pdf_name("/V")] = generic.pdf_string("同意")


def _other_picture(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 150, 30)))
    entries = {pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): box}
    picture = writer.add_object(generic.StreamObject(entries, stream_data=b"0 g 10 10 50 10 re f"))
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): picture})


@pytest.mark.parametrize("change", [_other_value, _other_picture])
def test_an_answer_changed_after_signing_is_refused_even_under_a_later_signature(
    officer: TemplateSigner, pki: DemoPki, timestamper: LocalTimeStamper, trust: Trust, change: Any
) -> None:
    signed = sign_form(_form_with_text_field(), officer, NOW, timestamper, demo=True)
    assert signed_by(signed, trust, NOW) == "测试张三"
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    field = writer.root["/AcroForm"]["/Fields"][0]
    change(writer, field)
    writer.update_container(field)
    changed = io.BytesIO()
    writer.write(changed)
    again = sign_form(changed.getvalue(), pki.officer("李四"), NOW, timestamper, demo=True)
    verification = verify_pdf(again, trust, NOW)
    assert verification.verdict is Answer.INVALID
    assert "表单内容被改动：decision" in verification.zh
    assert signed_by(again, trust, NOW) == ""


def test_a_filled_form_signed_by_two_is_valid(officer: TemplateSigner, pki: DemoPki, timestamper: LocalTimeStamper, trust: Trust) -> None:
    once = sign_form(_form_with_text_field(), officer, NOW, timestamper, demo=True)
    twice = sign_form(once, pki.officer("李四"), NOW, timestamper, demo=True)
    verification = verify_pdf(twice, trust, NOW)
    assert verification.ok, verification.zh
    assert [each.who for each in verification.signatures] == ["测试张三", "测试李四"]
    assert signed_by(twice, trust, NOW) == "测试李四"


@pytest.mark.parametrize(("data", "sentence"), [(b"", "无效"), (b"hello", "无效"), (b"%PDF-1.7\n" + b"\0" * 4000, "无效")])
def test_what_is_no_pdf_is_refused_not_raised(trust: Trust, data: bytes, sentence: str) -> None:
    assert verify_pdf(data, trust, NOW).zh.startswith(sentence)


def test_without_a_signature_nothing_can_be_told(notice: bytes, trust: Trust) -> None:
    verification = verify_pdf(notice, trust, NOW)
    assert (verification.verdict, verification.zh) == (Answer.CANNOT_TELL, "无法判断：文件没有电子签名。")


def test_an_unknown_issuer_is_a_doubt(sealed: bytes, tmp_path: Path) -> None:
    other = make_demo_pki(tmp_path, SEALS, (), NOW).trust()
    verification = verify_pdf(sealed, other, NOW)
    assert verification.verdict is Answer.CANNOT_TELL
    assert "不认识" in verification.zh


def test_no_revocation_list_is_told_as_not_run(sealed: bytes, trust: Trust) -> None:
    verification = verify_pdf(sealed, replace(trust, crls=()), NOW)
    assert verification.ok
    assert [note.zh for note in verification.not_run] == ["未查吊销：没有“测试签发证书”的吊销名单"]


def _revoking(pki: DemoPki, when: datetime) -> Trust:
    issuing = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    seal = load_pair(pki.seal_path("hubei"), DEMO_PASSPHRASE, demo_allowed=True)
    revoked = x509.RevokedCertificateBuilder().serial_number(seal.certificate.serial_number).revocation_date(when).build()
    listed = (
        x509.CertificateRevocationListBuilder().issuer_name(issuing.certificate.subject).last_update(when)
        .next_update(when + timedelta(days=400)).add_revoked_certificate(revoked).add_extension(x509.CRLNumber(2), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.certificate.public_key()), critical=False)
        .sign(issuing.key, hashes.SHA256())
    )  # fmt: skip
    trust = pki.trust()
    others = tuple(each for each in trust.crls if x509.load_der_x509_crl(each).issuer != issuing.certificate.subject)
    return replace(trust, crls=(*others, listed.public_bytes(Encoding.DER)))


def test_a_revoked_seal_is_refused(sealed: bytes, pki: DemoPki) -> None:
    verification = verify_pdf(sealed, _revoking(pki, NOW - timedelta(hours=2)), NOW)
    assert verification.verdict is Answer.INVALID
    assert "吊销" in verification.zh


def test_a_seal_revoked_after_its_timestamp_still_stands(sealed: bytes, pki: DemoPki) -> None:
    verification = verify_pdf(sealed, _revoking(pki, NOW + timedelta(days=30)), NOW + timedelta(days=40))
    assert verification.verdict is Answer.VALID, verification.zh


@pytest.mark.parametrize(
    ("years", "timestamped", "verdict"),
    [(1, True, Answer.VALID), (9, True, Answer.VALID), (1, False, Answer.VALID), (11, False, Answer.CANNOT_TELL), (-2, False, Answer.VALID), (-5, False, Answer.CANNOT_TELL)],
)
def test_time_passes(notice: bytes, request_to_seal: SealRequest, timestamper: LocalTimeStamper, trust: Trust, years: int, timestamped: bool, verdict: Answer) -> None:
    sealed = seal_document(notice, replace(request_to_seal, timestamper=timestamper if timestamped else None))
    verification = verify_pdf(sealed, trust, NOW + timedelta(days=365 * years))
    assert verification.verdict is verdict, verification.zh
    if not timestamped:
        assert any("时间戳" in note.zh for note in verification.not_run)


def test_signed_with_a_certificate_that_had_run_out(notice: bytes, request_to_seal: SealRequest, pki: DemoPki, trust: Trust) -> None:
    """Whatever time the signer claims: by the timestamp the certificate was no longer in force."""
    late = NOW + timedelta(days=11 * 365)
    verification = verify_pdf(seal_document(notice, replace(request_to_seal, timestamper=pki.timestamper(lambda: late))), trust, late)
    assert verification.verdict is Answer.INVALID and "有效期" in verification.zh


def test_a_timestamp_by_nobody_we_know_is_a_doubt(notice: bytes, request_to_seal: SealRequest, tmp_path: Path, trust: Trust) -> None:
    stranger = make_demo_pki(tmp_path, (), (), NOW).timestamper(lambda: NOW)
    verification = verify_pdf(seal_document(notice, replace(request_to_seal, timestamper=stranger)), trust, NOW)
    assert verification.verdict is Answer.CANNOT_TELL
    assert "时间戳" in verification.zh


@pytest.mark.parametrize("change", [_append_page, _retitle])
def test_signed_by_names_nobody_when_in_doubt(notice: bytes, officer: TemplateSigner, trust: Trust, change: object) -> None:
    signed = sign_form(notice, officer, NOW, demo=True)
    assert signed_by(signed, trust, NOW) == "测试张三"
    assert signed_by(_later(change)(signed), trust, NOW) == ""  # type: ignore[arg-type]
    assert signed_by(notice, trust, NOW) == ""
