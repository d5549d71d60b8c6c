"""Is this PDF what its signers signed? One verdict, one plain sentence, and the reasons.

Accepted only when every signature's bottom line is good, the last one (or a document timestamp after it) covers the whole
file, whatever came after an earlier signature is only further signatures, archival timestamps or title data (signing
programs rewrite those), and nothing trails the file. Anything that cannot be read, or raises, is a rejection with its reason. Residual risk: revocation is only as fresh
as the lists this office holds, which `not_run` says when it holds none.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, cast

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.status import SignatureCoverageLevel

from pipeline.papers.after_signing import covering_seals, dropped_signatures
from pipeline.papers.judge import Judge, KeptData, changes, kept_data
from pipeline.papers.pki import Trust
from pipeline.papers.sign import HASHES, digest_by
from pipeline.papers.sm2 import DIGEST
from pipeline.papers.timestamp import moment_of, stamped_at
from pipeline.papers.verdict import Answer, Reason, Verification, conclude

logging.getLogger("pyhanko.sign.validation").addHandler(logging.NullHandler())
logging.getLogger("pyhanko.sign.validation").propagate = False  # an ended certificate is a verdict here, not a program's trouble


_HEADER_WITHIN = 1024
"""Where readers look for a PDF's header (ISO 32000-1, H.3, note 13)."""


class Disturbed(Enum):
    """Why a signature no longer stands after something was added."""

    FORBIDDEN = "the signer allowed nothing more"
    COVERED = "what was added lies on what was to be seen"
    CHANGED = "the document is no longer what was signed, or that cannot be told"


def verify_pdf(data: bytes, trust: Trust, now: datetime) -> Verification:
    """The verdict on `data` at `now`, with the roots and revocation lists of `trust`. Never raises for a bad file."""
    try:
        return _verify(data, trust, now)
    except Exception as error:  # noqa: BLE001 - whatever a broken file makes the parser raise is a rejection
        told = f"{type(error).__name__}: {error}"
        reason = Reason(f"文件损坏或不合 PDF 规范，签名读不出来（{told}）", f"the file is damaged or no sound PDF, its signatures cannot be read ({told})")
        return conclude((), (reason,), (), ())


def verify_token(token: bytes, digest: bytes, trust: Trust, now: datetime) -> tuple[datetime | None, tuple[Reason, ...]]:
    """The time a timestamp token over `digest` states, and why it is not to be trusted, if so. Never raises."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        moment = moment_of(token)
        certificate = next(iter(signed["certificates"])).chosen
        for each in signed["certificates"]:
            if each.chosen.serial_number == signed["signer_infos"][0]["sid"].native.get("serial_number"):
                certificate = each.chosen
        others = replace(trust, intermediates=(*trust.intermediates, *(each.chosen.dump() for each in signed["certificates"])))
        return moment, Judge(others, now).token(signed, certificate, digest)
    except Exception as error:  # noqa: BLE001 - a token that cannot be read is refused
        return None, (Reason(f"时间戳读不出来（{type(error).__name__}）", f"the timestamp token cannot be read ({type(error).__name__})"),)


def verify_detached(data: bytes, signature: bytes, trust: Trust, now: datetime) -> Verification:
    """The verdict on a signature (DER) that stands beside `data`, such as a day's root of the journal. Never raises for a bad one."""
    try:
        signed = cms.ContentInfo.load(signature, strict=True)["content"]
        judge = Judge(trust, now)
        named = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        report = judge.detached(signed, digest_by(named, data) if named in (*HASHES, DIGEST) else b"")
        return conclude((report,), (), (), tuple(judge.not_run))
    except Exception as error:  # noqa: BLE001 - whatever cannot be read is a rejection
        reason = Reason(f"签名读不出来（{type(error).__name__}）", f"the signature cannot be read ({type(error).__name__})")
        return conclude((), (reason,), (), ())


def signed_by(data: bytes, trust: Trust, now: datetime) -> str:
    """Common name of who signed last, when the whole file is valid; else an empty text."""
    verification = verify_pdf(data, trust, now)
    return verification.signatures[-1].who if verification.ok else ""


def what_was_disturbed(data: bytes) -> Disturbed | None:
    """What became of earlier signatures by what was added after each (judged by the changes alone, not by trust)."""
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        for each in reader.embedded_signatures:
            each.compute_integrity_info()
            if each.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
                return Disturbed.CHANGED
            if not each.summarise_integrity_info()["docmdp_ok"]:
                return Disturbed.FORBIDDEN
            if found := set(changes(each, data)):
                return Disturbed.COVERED if found <= set(covering_seals(each, data)) else Disturbed.CHANGED
    except Exception:  # noqa: BLE001 - what cannot be shown to stand does not
        return Disturbed.CHANGED
    return None


def _verify(data: bytes, trust: Trust, now: datetime) -> Verification:
    if unread := _not_a_pdf(data):
        return conclude((), (unread,), (), ())
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    if reader.encrypted:
        return conclude((), (_locked(reader),), (), ())
    embedded = list(reader.embedded_signatures)
    stamps = [each for each in embedded if each.sig_object_type == "/DocTimeStamp"]
    regular = [each for each in embedded if each.sig_object_type != "/DocTimeStamp"]
    if not regular:
        reason = Reason("文件没有电子签名", "the file carries no signature", Answer.CANNOT_TELL)
        return conclude((), (*_dropped(data, embedded), reason), (), ())
    kept = kept_data(reader) if stamps else None
    judges = [Judge(trust, *_proven(each, stamps, kept, now)) for each in regular]
    reports = tuple(judge.signature(each, data) for judge, each in zip(judges, regular, strict=True))
    archival = tuple(Judge(trust, _proven(each, stamps, None, now)[0]).timestamp(each, data) for each in stamps)
    whole = tuple(_file_reasons(data, embedded)) + tuple(reason for report in archival for reason in report.reasons)
    first = regular[0]
    added = tuple(f"{each.field_name}" for each in embedded if each is not first)
    told = conclude(reports, whole, added, tuple(dict.fromkeys(note for judge in judges for note in judge.not_run)))
    return replace(told, until=_until(regular, stamps))


def _not_a_pdf(data: bytes) -> Reason | None:
    if not data:
        return Reason("文件是空的，一个字节也没有", "the file is empty")
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        return Reason("这不是 PDF 文件", "this is no PDF file")
    return None


def _locked(reader: PdfFileReader) -> Reason:
    """Why an encrypted file cannot be told; one that began unencrypted was changed afterwards."""
    first = reader.trailer.flatten(0)
    if "/Root" in first and "/Encrypt" not in first:  # a linearised file's first table has no root of its own
        return Reason("文件原来没有加密，后来被改为加密", "the file was not encrypted at first and was made so later")
    return Reason(
        "文件加了密（设有口令或使用限制），签名无从核验；请核验没有加密的原件",
        "the file is encrypted, so its signatures cannot be checked; check the original that is not", Answer.CANNOT_TELL,
    )  # fmt: skip


def _until(regular: Sequence[Any], stamps: Sequence[Any]) -> datetime:
    """The end of the last archival timestamp's certificate; without one, that of the first timestamp or signer to end."""
    if stamps:
        return cast(datetime, stamps[-1].signer_cert.not_valid_after)
    ends = []
    for each in regular:
        tokens = list(extract_tst_data_iter(each.signer_info, signed=False))
        ends.append((extract_certificate_info(tokens[0]).signer_cert if tokens else each.signer_cert).not_valid_after)
    return cast(datetime, min(ends))


def _proven(each: Any, stamps: Sequence[Any], kept: KeptData | None, now: datetime) -> tuple[datetime, KeptData | None]:
    """The moment at which `each` is judged, with the data kept for it: the next archival timestamp proves it was there by then.

    That timestamp is judged as of the one after it, and the last of them as of `now` (EN 319 102-1, 5.6: past validation).
    """
    later = [stamp for stamp in stamps if stamp.signed_revision > each.signed_revision]
    if not later:
        return now, None
    return min(stamped_at(later[0].signed_data), now), kept


def _file_reasons(data: bytes, embedded: Sequence[Any]) -> Iterable[Reason]:
    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield Reason("文件末尾之后还有别的内容", "something trails the end of the file")
    yield from _dropped(data, embedded)
    if not any(each.coverage is SignatureCoverageLevel.ENTIRE_FILE for each in embedded):
        yield Reason("最后一次签名之后文件又被改动或追加", "the file was changed or added to after its last signature")


def _dropped(data: bytes, embedded: Sequence[Any]) -> Iterable[Reason]:
    if count := dropped_signatures(data, embedded):
        yield Reason(f"有{count}个签名被从文件的签名栏中摘除", f"{count} signature(s) were taken out of the file's signature fields")
