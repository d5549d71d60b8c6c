"""A filing as a stamped PDF: what was handed in, with the received stamp and the receiving office's signature."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.cases.case import Case
from pipeline.desk.service import Desk
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, without_prompts
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.submission import ReceiptRequest, StampedSubmission, stamp_submission


def stamped_submission(desk: Desk, case: Case, filing: str) -> StampedSubmission:
    """The filing's main form as a PDF with the received stamp, or a stamped page to lie beside it and why. Raises ConversionError, SigningError."""
    plain = case.filings[filing]
    pack = desk.pack_of(case)
    receipt = next((p for p in case.papers.values() if p.code == "receipt_record" and p.group.startswith(filing)), None)
    mark = ReceivedMark(
        office=str(pack.authority["name"]), number=receipt.number if receipt else case.no,
        day=date.fromisoformat(plain["received_on"]), demo=desk.keys.demo,
    )  # fmt: skip
    request = ReceiptRequest(
        signer=desk.keys.signer(case.jurisdiction, "receipt"), mark=mark, now=desk.clock(),
        timestamper=desk.keys.timestamper, name=plain["main_name"] or plain["name"],
    )  # fmt: skip
    return stamp_submission(as_pdf(desk, case, plain), request)


def as_pdf(desk: Desk, case: Case, plain: Any) -> bytes:
    """A filing's main form as a PDF: as it came, or converted. Raises ConversionError."""
    data = desk.store.get(plain["main_sha256"])
    if data.startswith(b"%PDF-"):
        return data
    if data.startswith(b"PK") and b"word/document.xml" in data:  # a spreadsheet is printed as the form it fills in
        return desk.pool.plain_pdf(without_prompts(data))
    pack = desk.pack_of(case)
    identity = FormIdentity(form=plain["form"], version=plain["version"], jurisdiction=case.jurisdiction, case=case.id)
    return desk.pool.plain_pdf(without_prompts(build_docx(pack, pack.forms[plain["form"]], identity, plain["data"])))
