"""Printed copies of what was issued, on record: how many, for whom, under which seal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cases.book import Book
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_plain
from pipeline.cases.operations.answers import faulty, refused

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground


def record_print(ground: Ground, book: Book) -> Decision:
    """Record printed copies of a document in force; a void one is printed no more."""
    case, data = ground.case, ground.filing.data
    if case is None:
        return refused(ground, "没有找到案件，请核对案号。", "No such case; check the number.")
    if ground.verdict.errors:
        return faulty(ground)
    number = str(data["document_no"]).strip()
    paper = next((p for p in case.papers.values() if p.number == number), None)
    if paper is None:
        return refused(ground, f"本案没有文号为“{number}”的已制发文书。", "No issued document of this case has that number.")
    if paper.status == "void":
        return refused(ground, f"{number} 已经作废，不能再打印使用。{paper.mended}", f"{number} is void and printed no more")
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    zh = f"{number} 打印 {data['copies']} 份并加盖实体印章（{data['sealed_by']}，{data['printed_on']}），用于：{data['purpose']}"
    book.enter(Kind.PRINTED, {"id": paper.id, "number": number, "copies": int(data["copies"]), "zh": zh, "en": f"{number}: {data['copies']} copies printed"})
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, f"已登记：{zh}。", f"{data['copies']} copies of {number} recorded.", case.no))
