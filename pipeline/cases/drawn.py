"""What follows when the timestamp over a fixed list is there: the draw enters the record, its minutes are issued. Pure."""

from __future__ import annotations

import base64
from datetime import date, datetime

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_of, issue_now
from pipeline.cases.registers import NumberView
from pipeline.law.draw import minutes
from pipeline.law.pack import Pack


def drawn(pack: Pack, case: Case, filing: str, token: bytes, moment: datetime, numbers: NumberView, today: date) -> Decision:
    """The draw of a filing whose list was fixed (`lots`), from a timestamp token over it."""
    book, lots = Book(pack, case, numbers, today), case.filings[filing]["lots"]
    told = minutes(lots["list"], token, base64.b64encode(token).decode("ascii"), moment.isoformat())
    book.enter(Kind.LOTS_DRAWN, {"filing": filing, "minutes": told})
    transition = pack.lifecycle.transitions[lots["transition"]]
    issue_now(book, transition, filing_of(book.case, book.case.filings[filing]), str(transition.data["draw"]["out"]), ())
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, "已随机抽取。", "drawn by lot", case.no))
