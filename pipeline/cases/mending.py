"""更正, 作废, 替换 of what went out: signed off like any document, told to the parties, the old paper kept and marked. Pure.

A transition with `mends: <field>` mends the issued document whose number its form names. The register keeps every number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.case import IN_FORCE, Case, Paper
from pipeline.cases.events import Kind
from pipeline.law.lifecycle import Transition
from pipeline.model import Filing, Finding, Severity

REPLACE = "replace"
_WORDS = {"correct": "更正", "void": "作废", REPLACE: "作废并替换"}


def mended_paper(case: Case, transition: Transition, data: Mapping[str, Any]) -> Paper | None:
    """The issued document that a form mends, or None."""
    number = str(data.get(str(transition.data.get("mends") or "")) or "").strip()
    return next((p for p in case.papers.values() if number and p.number == number and p.status in IN_FORCE), None)


def unfit_replacement(case: Case, transition: Transition, data: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Why a document cannot be replaced: it was issued on paper before its case was taken over, and its text is not held here."""
    old = mended_paper(case, transition, data)
    if old is None or old.status != "on_paper" or data.get("action") != REPLACE:
        return ()
    zh = f"{old.number}是接管之前在纸上制发的，系统没有它的正文，不能由系统替换"
    return (Finding(
        rule="MEND-PAPER", severity=Severity.ERROR, zh=zh, en=f"{old.number} was issued on paper; its text is not held here", path="action", value=old.number,
        repair_zh="请选择“作废”或者“更正”，需要的文书另行制发", repair_en="void or correct it, and issue what is needed anew",
    ),)  # fmt: skip


def redraft(book: Book, transition: Transition, filing: Filing, group: str) -> None:
    """Draft what takes the place of a document: its text with the corrections put in, under a number of its own."""
    old = mended_paper(book.case, transition, filing.data)
    if old is None or filing.data.get("action") != REPLACE:
        return
    context = corrected(old.context, filing.data.get("corrections") or ())
    context = {**context, "doc": {**context["doc"], "number": "", "date": None, "replaces": old.number}}
    paper = f"{book.case.no}-{old.code}-{sum(p.code == old.code for p in book.case.papers.values()) + 1}"
    data = {"id": paper, "code": old.code, "title": context["doc"]["title"], "group": group, "transition": transition.id, "filing": filing.id}
    book.enter(Kind.DRAFTED, {**data, "sign_off": True, "context": context})


def corrected(context: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    """`context` with every correction put into its texts, as often as the wrong words stand there."""
    if isinstance(context, Mapping):
        return {key: corrected(value, rows) for key, value in context.items()}
    if isinstance(context, list | tuple):
        return [corrected(value, rows) for value in context]
    if isinstance(context, str):
        for row in rows:
            context = context.replace(str(row["before"]), str(row["after"]))
    return context


def mend(book: Book, transition: Transition, data: Mapping[str, Any]) -> None:
    """Enter that a document is corrected, void or replaced, with the numbers that say so."""
    old = mended_paper(book.case, transition, data)
    if old is None:
        return
    action = str(data["action"])
    notice = book.case.latest(transition.out[0]) if transition.out else None
    newer = next((p for p in reversed(list(book.case.papers.values())) if p.code == old.code and p.context["doc"].get("replaces") == old.number), None)
    replaced = newer.number if newer and action == REPLACE else ""
    by = "、".join(n for n in (notice.number if notice else "", replaced) if n)
    zh = f"{old.number}《{old.title}》{_WORDS[action]}（{by}）：{data.get('reasons') or ''}"
    book.enter(Kind.MENDED, {
        "id": old.id, "number": old.number, "action": action, "reasons": str(data.get("reasons") or ""), "notice": notice.number if notice else "",
        "replacement": replaced, "on": book.today.isoformat(), "zh": zh, "en": f"{old.number}: {action} ({by})",
    })  # fmt: skip
    if action != "correct":
        book.work("mark_void", book.case.id, old.id)
        book.work("hide_packet", book.case.id, old.id)
