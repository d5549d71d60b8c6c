"""Validating sealed documents, turn by turn: hongtou beside pyHanko as it comes, endesive and poppler's pdfsig.

Three files: the two-page notice as sealed (B-T), the same raised with revocation data and an archival timestamp (B-LTA), and
a tagged document of a hundred pages raised likewise. Each tool is given the same roots and lists, where it takes any.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from asn1crypto import crl
from asn1crypto import x509 as asn1_x509
from docx import Document
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from bench.sealing import NOTICE
from bench.turns import ratios, table, take_turns
from pipeline.papers import lasting_changes
from pipeline.papers.convert import OfficePool
from pipeline.papers.demo_pki import DemoPki, SealSubject, make_demo_pki
from pipeline.papers.layout import Anchor
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.pki import Trust
from pipeline.papers.seal import SealDesign, round_seal
from pipeline.papers.sign import settle
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verify import verify_pdf

QUICK, WHOLE, PYHANKO, ENDESIVE, PDFSIG = "hongtou", "hongtou, whole analysis", "pyHanko", "endesive", "pdfsig"
PAGES = 100
LABELS = {
    QUICK: "hongtou, quick look first (as in `hongtou verify`)", WHOLE: "hongtou, whole analysis of differences forced",
    PYHANKO: "pyHanko as it comes", ENDESIVE: "endesive", PDFSIG: "pdfsig (a process each time)",
}  # fmt: skip
UNCHECKED = {
    PYHANKO: "objects no table lists, bytes between revisions, annotations put over one another, changed answers of a form",
    ENDESIVE: "what was changed or added after signing, revocation lists, validation data in the file, the chain of archival timestamps; only the last signature",
    PDFSIG: "what was changed after signing (it only says whether the whole file is signed), timestamps, our roots and revocation lists",
}
"""What each tool leaves unsaid of the files measured."""
Check = Callable[["Signed"], str]


class NotRunError(Exception):
    """This tool is not here, or cannot do this file."""


@dataclass(frozen=True)
class Signed:
    """A file to validate, with what a validator trusts and the moment it judges at."""

    path: Path
    data: bytes
    trust: Trust
    now: datetime
    lasting: bool


def long_docx(pages: int = PAGES, clauses: int = 8, rows: int = 6) -> bytes:
    """A document of so many pages: on each a heading, paragraphs and a table, as in a report with its annexes."""
    document: Any = Document()
    for page in range(1, pages + 1):
        document.add_heading(f"第{page}部分　测试计量能力", level=1 + page % 3)
        for clause in range(1, clauses + 1):
            document.add_paragraph(f"{page}.{clause}　本条说明第{page}项量值传递的依据、设备、人员和不确定度评定，供归档与查验。")
        table = document.add_table(rows=rows, cols=4)
        for place, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = f"{page}-{place + 1}"
        if page < pages:
            document.add_page_break()
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def files(folder: Path, now: datetime, long_pdf: bytes | None) -> dict[str, Signed]:
    """The files to validate: sealed two days before `now`, raised one day before; without the long one when it is None."""
    sealed_at, raised_at = now - timedelta(days=2), now - timedelta(days=1)
    pki = make_demo_pki(folder / "keys", [SealSubject("demo", "official", "某省市场监督管理局")], (), sealed_at)
    held = pki.trust()
    trust = Trust(held.roots, pki.fresh_crls(now - timedelta(hours=1)), held.intermediates)
    fresh = Revocation(pki.fresh_crls(raised_at - timedelta(hours=1)))
    notice = _sealed(pki, NOTICE.read_bytes(), sealed_at)
    made = {"notice B-T": notice, "notice B-LTA": extend(notice, held, fresh, pki.timestamper(lambda: raised_at))}
    if long_pdf is not None:
        made[f"{PAGES} pages B-LTA"] = extend(_sealed(pki, long_pdf, sealed_at), held, fresh, pki.timestamper(lambda: raised_at))
    found = {}
    for name, data in made.items():
        path = folder / f"{name.replace(' ', '-')}.pdf"
        path.write_bytes(data)
        found[name] = Signed(path, data, trust, now, name.endswith("LTA"))
    return found


def _sealed(pki: DemoPki, pdf: bytes, when: datetime) -> bytes:
    seal = round_seal(SealDesign(text="某省市场监督管理局").for_demo())
    request = SealRequest(signer=pki.seal("demo"), timestamper=pki.timestamper(lambda: when), seal=seal, anchor=Anchor(-1, 105, 237), now=when, demo=True)
    return seal_document(pdf, request)


def quick(signed: Signed) -> str:
    """Our verdict."""
    verification = verify_pdf(signed.data, signed.trust, signed.now)
    if not verification.ok:
        raise NotRunError(verification.en)
    return verification.en


def whole(signed: Signed) -> str:
    """Our verdict with the quick look switched off, so that every object of the file is compared."""
    with patch.object(lasting_changes, "only_lasting_additions", lambda reader, base: False):
        return quick(signed)


def pyhanko(signed: Signed) -> str:
    """pyHanko's verdict: its plain validation of a B-T signature, that of EN 319 102-1 for one with archival timestamps."""
    roots = [asn1_x509.Certificate.load(each) for each in signed.trust.roots]
    others = [asn1_x509.Certificate.load(each) for each in signed.trust.intermediates]
    lists = [crl.CertificateList.load(each) for each in signed.trust.crls]
    embedded = PdfFileReader(io.BytesIO(signed.data)).embedded_regular_signatures[0]
    if not signed.lasting:
        context = ValidationContext(trust_roots=roots, other_certs=others, crls=lists, revocation_mode="hard-fail", moment=signed.now)
        status: Any = validate_pdf_signature(embedded, context)
        return _said(status.bottom_line, status.summary())
    policy = CertValidationPolicySpec(SimpleTrustManager.build(trust_roots=roots), CertRevTrustPolicy(REQUIRE_REVINFO))
    spec = SignatureValidationSpec(
        cert_validation_policy=policy, revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(known_crls=[CRLContainer(each) for each in lists], known_certs=others),
    )  # fmt: skip
    timing = ValidationTimingInfo(signed.now, signed.now, point_in_time_validation=True)
    result: Any = settle(ades_lta_validation(embedded, PdfSignatureValidationSpec(spec), timing_info=timing))
    good = getattr(result.ades_subindic, "name", "") == "OK" and result.api_status.bottom_line  # the indication alone is blind to later changes
    return _said(good, f"{result.ades_subindic}, {result.api_status.summary() if result.api_status else result.failure_msg}")


def _said(good: bool, words: str) -> str:
    if not good:
        raise NotRunError(words)
    return words


def endesive(signed: Signed) -> str:
    """endesive's verdict on the last signature of the file."""
    result, rest = _endesive().verify(signed.data, list(signed.trust.roots))
    good = [result.hashok, result.signatureok, result.certok] if result.cert is not None else [result.tspok]
    return _said(all(good) and rest is None, f"hash, signature, certificate, timestamp: {[result.hashok, result.signatureok, result.certok, result.tspok]}")


def _endesive() -> Any:
    """endesive's module for PDFs. Its library oscrypto 1.3 knows no OpenSSL with a number of two digits (3.0.19) unless helped."""
    search = re.search

    def forgiving(given: Any, text: Any, flags: Any = 0) -> Any:
        return search(given.replace(r"\d[a-z]*", r"\d+[a-z]*") if isinstance(given, str) else given, text, flags)

    try:
        with patch("re.search", forgiving):
            import oscrypto._openssl._libcrypto  # noqa: F401
        from endesive import pdf
    except (ImportError, AttributeError, OSError, RuntimeError) as error:
        raise NotRunError(str(error)) from error
    return pdf


def pdfsig(signed: Signed) -> str:
    """What poppler's program says, in a process of its own."""
    program = shutil.which("pdfsig")
    if program is None:
        raise NotRunError("pdfsig (poppler-utils) is not installed")
    told = subprocess.run([program, str(signed.path)], capture_output=True, text=True, check=False, timeout=120)
    verdicts = re.findall(r"Signature Validation: (.*)", told.stdout)
    known = ("Signature is Valid", "Signature has not yet been verified")  # the latter of archival timestamps, which it cannot judge
    good = bool(verdicts) and verdicts[0].startswith(known[0]) and all(each.startswith(known) for each in verdicts)
    return _said(good, "; ".join(verdicts) or told.stderr[-200:])


CHECKS: Mapping[str, Check] = {QUICK: quick, WHOLE: whole, PYHANKO: pyhanko, ENDESIVE: endesive, PDFSIG: pdfsig}


def compare(signed: Signed, turns: int, checks: Mapping[str, Check] = CHECKS) -> dict[str, Any]:
    """Milliseconds and ratios on one file; a tool that cannot do it is in `not_run` with its reason."""
    verdicts, not_run = {}, {}
    for name, check in checks.items():
        try:
            verdicts[name] = check(signed)
        except Exception as error:  # noqa: BLE001 - whatever keeps a tool from this file is told, and the others go on
            not_run[name] = f"{type(error).__name__}: {error}" if not isinstance(error, NotRunError) else str(error)
    took = take_turns({name: lambda _, check=checks[name]: check(signed) for name in verdicts}, turns)
    return {"verdicts": verdicts, "not_run": not_run, "milliseconds": took, "ratios": ratios(took, QUICK) if QUICK in took else {}}


def measure(turns: int) -> dict[str, Any]:
    """All tools on all files; LibreOffice makes the long one."""
    with tempfile.TemporaryDirectory(prefix="hongtou-bench-") as name:
        folder = Path(name)
        with OfficePool(1, folder / "libreoffice") as pool:
            long_pdf = pool.convert(long_docx())
        return {file: compare(signed, turns) for file, signed in files(folder, datetime.now().astimezone(), long_pdf).items()}


def report(said: dict[str, Any]) -> list[str]:
    """What was measured, for people."""
    lines = ["验签，每次毫秒，中位（最小 – 最大），同轮倍数 / validating, ms each, median (least – most), times as long in the same turn"]
    for file, found in said.items():
        lines += ["", file, *table(found["milliseconds"], found["ratios"], LABELS)]
        lines += [f"not_run  {name}: {reason}" for name, reason in found["not_run"].items()]
    lines += ["", "各工具对上述文件不查的 / what each does not check:"]
    return lines + [f"  {name}: {words}" for name, words in UNCHECKED.items()]
