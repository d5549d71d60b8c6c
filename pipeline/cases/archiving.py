"""What of a case goes into the archive, as which item (件), kept for how long, of which parts. Pure.

An item is one document with what belongs to it (DA/T 22-2015 5.2): of what went out the sealed original, the text, the
sign-off sheet and the receipt of service; of what came in the stamped copy, the file as it came and its annexes. What was
taken back stays in the journal and is not filed; forms the pack lists as `outside` are not filed either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.cases.case import Case, Paper
from pipeline.cases.events import Kind
from pipeline.cases.judge import Judge
from pipeline.cases.trigger import APPLICANT
from pipeline.law.pack import Pack

SIGNED_OFF = "sign_off_sheet"
SERVED = "service_receipt"
_WAITING = ("drafted", "issued")
WITH_MAIN = "同主件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One 件 to be filed. `ref` is `paper:<id>` or `filing:<id>`; `parts` are (role, filing id) of what belongs to it."""

    ref: str
    code: str
    title: str
    doc_no: str
    responsible: str
    day: date
    keep: str
    kind: str = ""
    addressee: str = ""
    parts: tuple[tuple[str, str], ...] = ()


def may_be_filed(pack: Pack, case: Case) -> bool:
    """Whether a case stands where it can be filed: it is over, or it lives on and is filed in stages."""
    return pack.lifecycle.states[case.state].terminal or case.state in (pack.archive.get("stages") or ())


def unfinished(case: Case) -> tuple[str, ...]:
    """Titles of documents that are still to be signed off or sealed."""
    return tuple(paper.title for paper in case.papers.values() if paper.status in _WAITING)


def filed_refs(case: Case) -> frozenset[str]:
    """What has been filed before: items, and the filings that went with them."""
    return frozenset(ref for act in case.archived for ref in act["covers"])


def items_of(pack: Pack, case: Case) -> tuple[Item, ...]:
    """What is to be filed now: all that is complete and was not filed before, by day and then as it came (DA/T 22-2015 5.3)."""
    done, belonging, came = filed_refs(case), _belonging(pack, case), _came(case)
    found = [*_papers(pack, case, belonging), *_filings(pack, case, belonging)]
    return tuple(sorted((item for item in found if item.ref not in done), key=lambda item: (item.day, came.get(item.ref, 0))))


def _came(case: Case) -> dict[str, int]:
    """At which event each document came into being."""
    found: dict[str, int] = {}
    for n, event in enumerate(case.history):
        if event.kind is Kind.FILED:
            found[f"filing:{event.data['filing']['id']}"] = n
        elif event.kind is Kind.ISSUED:
            found[f"paper:{event.data['id']}"] = n
        elif event.kind is Kind.SHEETS_OPENED:
            found |= {f"filing:{sheet['filing']['id']}": n for sheet in event.data["sheets"]}
    return found


def covers(items: tuple[Item, ...]) -> list[str]:
    """Every reference that `items` take in."""
    return [ref for item in items for ref in (item.ref, *(f"filing:{filing}" for _, filing in item.parts))]


def left_out(pack: Pack, case: Case) -> list[dict[str, str]]:
    """What of the case is not filed, each with the reason: the archive's scope made visible."""
    outside = pack.archive.get("outside") or {}
    rows = []
    for filing in case.filings.values():
        reason = "投递人已撤回" if filing["taken_back"] else outside.get(filing["form"])
        if reason:
            rows.append({"ref": f"filing:{filing['id']}", "title": _form_title(pack, filing["form"]), "reason": str(reason)})
    rows += [{"ref": f"paper:{p.id}", "title": p.title, "reason": "文稿退回，没有发出"} for p in case.papers.values() if p.status == "returned"]
    return rows


def _belonging(pack: Pack, case: Case) -> dict[str, str]:
    """Filings that belong to a paper, by their id: the sheet that signed it off, the receipt of its service."""
    found: dict[str, str] = {}
    sheet = ""
    numbers = {paper.number: paper.id for paper in case.papers.values() if paper.number}
    parts = pack.archive.get("parts") or {}
    for event in case.history:
        if event.kind is Kind.FILED:
            filing = event.data["filing"]
            sheet = filing["id"] if filing["form"] == SIGNED_OFF else ""
            if filing["form"] == SERVED and SERVED in parts and (paper := numbers.get(str(filing["data"].get("document_no") or "").strip())):
                found[filing["id"]] = paper
        elif event.kind is Kind.ISSUED and sheet and SIGNED_OFF in parts:
            found.setdefault(sheet, event.data["id"])
    done = filed_refs(case)
    return {filing: paper for filing, paper in found.items() if f"paper:{paper}" not in done}


def _papers(pack: Pack, case: Case, belonging: Mapping[str, str]) -> Iterator[Item]:
    for paper in case.papers.values():
        if not paper.sha256:
            continue
        doc = paper.context["doc"]
        roles = pack.archive.get("parts") or {}
        parts = tuple((str(roles[case.filings[f]["form"]]), f) for f, owner in belonging.items() if owner == paper.id)
        yield Item(
            ref=f"paper:{paper.id}", code=paper.code, title=paper.title, doc_no=paper.number, responsible=str(pack.authority["name"]),
            day=date.fromisoformat(paper.date), keep=_keep_of_paper(pack, case, paper), kind=str(doc.get("kind") or ""),
            addressee=str(doc.get("addressee") or ""), parts=parts,
        )  # fmt: skip


def _keep_of_paper(pack: Pack, case: Case, paper: Paper) -> str:
    """The pack's own word; 同主件 follows the document it was issued with, and for want of one is kept for ever."""
    keep = str(pack.documents[paper.code].get("keep") or "")
    if keep != WITH_MAIN:
        return keep
    beside = [str(pack.documents[p.code].get("keep") or "") for p in case.papers.values() if p.group == paper.group and p.id != paper.id]
    return next((other for other in beside if other != WITH_MAIN), "永久")


def _filings(pack: Pack, case: Case, belonging: Mapping[str, str]) -> Iterator[Item]:
    outside = pack.archive.get("outside") or {}
    for filing in case.filings.values():
        form = filing["form"]
        if filing["taken_back"] or form in outside or filing["id"] in belonging:
            continue
        center = str(case.application.get("center_name") or "")
        title = _form_title(pack, form) + (f"（{center}）" if center else "")
        yield Item(
            ref=f"filing:{filing['id']}", code=form, title=title, doc_no="", responsible=_responsible(pack, case, filing),
            day=date.fromisoformat(filing["received_on"]), keep=_keep_of_form(pack, case, form), kind=_form_title(pack, form),
            addressee=str(pack.authority["name"]) if filing["role"] == APPLICANT else "",
        )  # fmt: skip


def _responsible(pack: Pack, case: Case, filing: Mapping[str, Any]) -> str:
    """Whose document it is: the applicant's, or of the person in the office who filled it in."""
    applicant = case.application.get("applicant") or {}
    if filing["role"] == APPLICANT and applicant.get("name"):
        return str(applicant["name"])
    return str(filing.get("owner") or pack.authority["name"])


def _keep_of_form(pack: Pack, case: Case, form: str) -> str:
    """The first entry of the pack's table that holds for the case."""
    table = pack.archive.get("retention") or {}
    said = (table.get("forms") or {}).get(form, table.get("default", "30年"))
    if isinstance(said, str):
        return said
    judge = Judge(pack, case, None, date.fromisoformat(case.opened_on))
    return str(next(entry["keep"] for entry in said if not entry.get("when") or judge.holds(entry["when"])))


def _form_title(pack: Pack, form: str) -> str:
    return pack.forms[form].title_zh if form in pack.forms else form
