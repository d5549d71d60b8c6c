"""A document that went out is voided through the folder door: notice sealed, old bytes untouched, a marked copy beside it."""

from __future__ import annotations

from pipeline.papers.gate import normal, pdf_text

from .town import CLERK, Town


def test_a_refusal_is_voided_after_the_end(pending: Town) -> None:
    assert pending.sign(pending.case()).outcome == "recorded"
    case = pending.case()
    old = case.latest("rejection_notice")
    assert old is not None and case.state == "not_accepted"
    home = pending.outbox / "发文" / old.date[:4]
    sealed = next(p for p in home.glob("*.pdf") if p.read_bytes() == pending.desk.store.get(old.sha256))
    wet = home / f"{sealed.stem}_实体印章版.pdf"
    assert normal(old.number) in pdf_text(wet.read_bytes()) and b"/ByteRange" not in wet.read_bytes(), "the same number, no signature"
    form = {"case_no": case.no, "document_no": old.number, "action": "void", "addressee": "测试单位", "reasons": "认定事实有误，应当撤回。"}
    told = pending.drop("办理", pending.blank("document_mending", {**form, "officer": CLERK, "filed_on": pending.today}), "作废.docx")
    assert told.outcome == "recorded", told.words
    before = sealed.read_bytes()
    assert pending.sign(pending.case()).outcome == "recorded"
    now = pending.case()
    assert now.papers[old.id].status == "void" and now.state == "not_accepted"
    notice = now.latest("mending_notice")
    assert notice is not None and notice.status == "sealed"
    copy = home / f"{sealed.stem}_已作废.pdf"
    assert normal(old.number) in pdf_text(copy.read_bytes()) and b"/ByteRange" not in copy.read_bytes()
    assert sealed.read_bytes() == before == pending.desk.store.get(old.sha256), "the sealed bytes stay"
    assert "作废（" in pending.timeline(now) and list((pending.folder(now) / "发文").glob("*_说明.txt"))
    pending.books_are_whole()
