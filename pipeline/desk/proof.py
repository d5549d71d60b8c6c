"""What a sign-off rests on: whose certificate the form carries, and that an edited draft still makes a document."""

from __future__ import annotations

from pipeline.cases.case import Case, Paper
from pipeline.cases.events import Kind
from pipeline.desk.edited import DATE_PLACE, missing_places
from pipeline.desk.service import Desk
from pipeline.errors import ConversionError
from pipeline.model import Finding, ReadForm, Severity, Submission
from pipeline.papers.gate import check_pdf
from pipeline.papers.lastpage import to_pages
from pipeline.papers.layout import signature_anchor
from pipeline.papers.verify import signed_by, verify_pdf

SHEET = "sign_off_sheet"
_REPAIR = ("请在待签发文件夹里的“可改稿”上修改，保留原有占位文字、署名和日期，再与新签发单一起投递", "edit the 可改稿 and leave its placeholders, issuer and date as they are")


def signer_on(desk: Desk, form: ReadForm) -> str:
    """Common name on the valid signature of a PDF form; '' for other formats, unsigned forms and doubtful signatures."""
    data = desk.original(form.sha256)
    return signed_by(data, desk.keys.trust, desk.clock()) if data.startswith(b"%PDF-") else ""


def why_unproven(desk: Desk, form: ReadForm) -> str:
    """Why nobody is proven by a form under the office's policy, and what to do; for the answer to whoever dropped it."""
    if desk.office.settings.text("signing.policy") == "folder":
        return "请由本人投到自己的签发文件夹"
    data = desk.store.get(form.sha256)
    if not data.startswith(b"%PDF-"):
        return "这张表没有电子签名；请改用同一文件夹里的“签发单.pdf”填写，并用本人证书签名"
    verdict = verify_pdf(data, desk.keys.trust, desk.clock())
    if not verdict.signatures:
        return "这份 PDF 没有电子签名；请填好后用本人证书签名再投递"
    return f"电子签名：{verdict.zh}"


def faults_of_edit(desk: Desk, case: Case | None, submission: Submission) -> tuple[Finding, ...]:
    """What keeps the edited drafts of a sign-off sheet from becoming documents: places gone, text lost, no place for the seal."""
    main = submission.main
    if case is None or case.pending is None or main is None or main.identity.form != SHEET:
        return ()
    papers = [case.papers[p] for p in case.pending.papers]
    shown = [e for e in case.history if e.kind is Kind.DRAFT_SHOWN and e.data["group"] == papers[0].group]
    found: list[Finding] = []
    for attachment in submission.attachments:
        if attachment.name.lower().endswith(".docx"):
            paper = paper_meant(papers, attachment.name)
            drawn = desk.store.get(shown[-1].data["docx"][paper.id]) if shown else b""
            found += _faults(desk, case, paper, attachment.name, desk.store.get(attachment.sha256), drawn)
    return tuple(found)


def paper_meant(papers: list[Paper], name: str) -> Paper:
    """Which draft an edited file is: the one whose title or code its name holds, else the first."""
    return next((p for p in papers if p.title in name or p.code in name), papers[0])


def _faults(desk: Desk, case: Case, paper: Paper, name: str, docx: bytes, drawn: bytes) -> list[Finding]:
    if drawn and (gone := missing_places(docx, drawn)):
        zh = f"改稿“{name}”里没有了{'、'.join(gone)}，签发时文号或成文日期无处填写"
        return [_finding(name, zh, f"the edited draft lacks {', '.join(gone)}: number or date would have no place")]
    try:
        _printed, pdf = to_pages(desk.pool, docx)
    except ConversionError as fault:
        return [_finding(name, f"改稿“{name}”不能成页：{fault.zh}", f"the edited draft cannot be laid out: {fault.en}")]
    found = [_finding(name, f"改稿“{name}”成页后有误：{f.zh}", f.en) for f in check_pdf(pdf, docx) if f.severity is Severity.ERROR]
    sealed = desk.pack_of(case).documents[paper.code].get("seal")
    if not found and sealed and signature_anchor(pdf, str(paper.context["doc"]["issuer"]), DATE_PLACE) is None:
        found.append(_finding(name, f"改稿“{name}”的页面上找不到署名和成文日期，印章没有位置", "no issuer and date on the page: the seal has no place"))
    return found


def _finding(name: str, zh: str, en: str) -> Finding:
    return Finding(
        rule="EDITED", severity=Severity.ERROR, zh=zh, en=en, path="edited_file", label="改稿文件名", value=name, place=name,
        repair_zh=_REPAIR[0], repair_en=_REPAIR[1],
    )  # fmt: skip
