"""Fires a transition: documents drafted or issued, the move, the clocks. Pure; everything lands in the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.clocks import RECEIVED, turn, turn_clocks
from pipeline.cases.compose import choose_cite, choose_kind, context, facts, with_number
from pipeline.cases.decision import Difference
from pipeline.cases.events import Kind
from pipeline.cases.judge import Judge
from pipeline.cases.lots import ask_lots
from pipeline.cases.mending import mend, redraft
from pipeline.cases.registers import NumberView
from pipeline.cases.renewal import renewal
from pipeline.cases.trigger import APPLICANT
from pipeline.law.lifecycle import SAME, Transition
from pipeline.model import Filing, Finding


def record_filing(book: Book, filing: Filing, differences: Sequence[Difference] = ()) -> None:
    """Enter a filing; one from an applicant also gets the received stamp."""
    plain = filing_plain(filing)
    data: dict[str, Any] = {"filing": plain}
    if differences:
        data["differences"] = [{"path": d.path, "label": d.label, "before": d.before, "after": d.after} for d in differences]
    book.enter(Kind.FILED, data)
    if filing.role == APPLICANT:
        book.work("stamp", book.case.id, filing.id)


def filing_plain(filing: Filing) -> dict[str, Any]:
    """A filing as the journal keeps it."""
    return {
        "id": filing.id, "form": filing.form, "version": filing.version, "role": filing.role, "owner": filing.owner,
        "data": dict(filing.data), "enclosed": {code: dict(data) for code, data in filing.enclosed.items()},
        "attachments": [{"name": a.name, "sha256": a.sha256, "size": a.size, "media_type": a.media_type, "pages": a.pages} for a in filing.attachments],
        "original": filing.original, "name": filing.name, "main_name": filing.main_name, "main_sha256": filing.main_sha256,
        "received_on": filing.received_on.isoformat(), "received_at": filing.received_at.isoformat(timespec="seconds"),
        "revision": filing.revision, "signed_by": filing.signed_by, **({"signatures": [dict(row) for row in filing.signatures]} if filing.signatures else {}),
    }  # fmt: skip


def filing_of(case: Case, plain: Mapping[str, Any]) -> Filing:
    """A filing of `case` from what the journal keeps of it, for documents that rest on it later."""
    return replace(filing_of_plain(case.jurisdiction, plain), case=case.id)


def filing_of_plain(jurisdiction: str, plain: Mapping[str, Any]) -> Filing:
    """A filing from what the journal keeps of it."""
    return Filing(
        id=plain["id"], form=plain["form"], version=plain["version"], jurisdiction=jurisdiction, role=plain["role"], owner=plain["owner"],
        data=plain["data"], enclosed=plain["enclosed"], attachments=(), original=plain["original"], name=plain["name"],
        received_on=date.fromisoformat(plain["received_on"]), received_at=datetime.fromisoformat(plain["received_at"]),
    )  # fmt: skip


def fire(book: Book, transition: Transition, filing: Filing, findings: Sequence[Finding]) -> bool:
    """Fire `transition` for `filing`. Returns True when it now waits for sign-off instead of having happened.

    Internal records among its documents (minutes, reports) go on file at once either way.
    """
    codes = [code for code in transition.out if code in book.pack.documents]
    waiting = [code for code in codes if book.pack.documents[code].get("sign_off") == "required"]
    at_once = [code for code in codes if code not in waiting]
    if waiting:
        for code in at_once:
            issue_now(book, transition, filing, code, findings)
        group = f"{book.case.no}-{transition.id}-{_round(book, transition)}"
        for code in waiting:
            draft(book, transition, filing, code, findings, group=group, sign_off=True)
        if transition.data.get("mends"):
            redraft(book, transition, filing, group)
        book.work("draw", book.case.id, group)
        return True
    move(book, transition, {**filing.data, RECEIVED: filing.received_on} if filing.role == APPLICANT else filing.data)
    for code in at_once:
        issue_now(book, transition, filing, code, findings)
    if transition.data.get("draw"):
        ask_lots(book, transition, filing)
    return False


def move(book: Book, transition: Transition, data: Mapping[str, Any]) -> None:
    """The move itself, then its clocks. `data` is the form that moved it."""
    case = book.case
    judge = Judge(book.pack, case, None, book.today)
    cite = choose_cite(transition.data.get("cite_by") or (), transition.cite, judge.holds)
    to = case.state if transition.to == SAME else transition.to
    late = {"on": book.as_of.isoformat()} if book.as_of != book.today else {}
    changes = renewal(transition, data, judge.holds)
    changed = {"renewed": changes} if changes else {}
    book.enter(Kind.MOVED, {"transition": transition.id, "from": case.state, "to": to, "cite": cite, **late, **changed})
    turn_clocks(book, transition, data)
    if transition.data.get("mends"):
        mend(book, transition, data)


def _round(book: Book, transition: Transition) -> int:
    groups = {p.group for p in book.case.papers.values() if p.group.startswith(f"{book.case.no}-{transition.id}-")}
    return len(groups) + 1


def draft(
    book: Book, transition: Transition, filing: Filing, code: str, findings: Sequence[Finding], *, group: str, sign_off: bool
) -> str:
    """Enter a draft of document `code`; returns its id."""
    judge = Judge(book.pack, book.case, filing, book.today)
    kind = choose_kind(book.pack, code, judge.holds)
    data = context(book.pack, book.case, code, kind, findings, filing, judge.holds)
    if sign_off:
        data["then"] = _then(book, transition, filing)
    paper = f"{book.case.no}-{code}-{sum(p.code == code for p in book.case.papers.values()) + 1}"
    book.enter(
        Kind.DRAFTED,
        {
            "id": paper, "code": code, "title": data["doc"]["title"], "group": group, "transition": transition.id,
            "filing": filing.id, "sign_off": sign_off, "context": data,
        },
    )  # fmt: skip
    return paper


def _then(book: Book, transition: Transition, filing: Filing) -> dict[str, Any]:
    """The clocks as they will stand once this is signed, but those that count from the day of that."""
    scratch = Book(book.pack, book.case, NumberView({}), book.today)
    turn(scratch, (s for s in transition.clocks if "period_param" not in s.data or "before" in s.data), transition.cite, filing.data)
    return dict(facts(book.pack, scratch.case)["clocks"])


def issue_now(book: Book, transition: Transition, filing: Filing, code: str, findings: Sequence[Finding]) -> str:
    """Draft and issue a document that needs no sign-off, within the same decision; returns its id."""
    paper = draft(book, transition, filing, code, findings, group=f"{filing.id}-{transition.id}", sign_off=False)
    issue(book, (paper,), by={})
    return paper


def issue(book: Book, papers: Sequence[str], by: Mapping[str, str]) -> None:
    """Give each paper its number and today's date, in one act, and ask for it to be sealed."""
    numbers = {p: book.number(str(book.pack.documents[book.case.papers[p].code]["series"]), p) for p in papers}
    together = {book.case.papers[p].code: number for p, number in numbers.items()}
    for paper_id, number in numbers.items():
        paper = book.case.papers[paper_id]
        doc = with_number(paper.context["doc"], number, book.today, together)
        book.enter(
            Kind.ISSUED,
            {"id": paper_id, "code": paper.code, "title": paper.title, "number": number, "date": book.today.isoformat(), "doc": doc, **by},
        )
        book.work("seal", book.case.id, paper_id)
