"""Open paper cases taken over: examined row by row, all faults at once; once confirmed, all of them or none. Pure.

A case taken over stands where it stood on paper, with its dates, its numbers and its running clocks; what is not known
stays unknown, so that the rules which need it send the matter to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.cases.book import Book
from pipeline.cases.decision import Claim, Effects, Work
from pipeline.cases.events import Event, Kind
from pipeline.cases.fire import filing_of_plain
from pipeline.cases.operations.paperclocks import enter_clocks, enter_named
from pipeline.cases.operations.paperrows import PaperCase, Seen, gather, number_key
from pipeline.cases.proposals import Proposal
from pipeline.cases.registers import NumberView
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

Taken = tuple[tuple[PaperCase, Book], ...]
"""Each case with the events that open it here."""


def known_of(ground: Ground) -> Seen:
    """What the office's records say that a row could clash with."""
    extra = ground.extra
    return Seen(
        numbers=extra.get("numbers_used") or {}, centres=extra.get("centres") or {}, owners=extra.get("owners"),
        places=extra.get("places") or {}, today=ground.today, cases=extra.get("taken_over") or {},
    )  # fmt: skip


def examine(pack: Pack, filing: Filing, seen: Seen, by: str = "", confirmed_by: str = "") -> tuple[Taken, list[Finding]]:
    """The cases of the table as they will be opened, and everything that is wrong with its rows."""
    cases, findings = gather(pack, filing.data, seen)
    wrong = {finding.path.split(".")[0] for finding in findings}
    taken = []
    for case in cases:
        if f"cases[{case.row.index}]" not in wrong:  # what its clocks would be, only a sound row can say
            book = Book(pack, case.existing, NumberView({}), seen.today)
            findings += (_enter if case.existing is None else _add)(pack, book, case, filing, seen, by, confirmed_by)
            taken.append((case, book))
    return tuple(taken), findings


def _enter(pack: Pack, book: Book, case: PaperCase, filing: Filing, seen: Seen, by: str, confirmed_by: str) -> list[Finding]:
    """Enter everything about one case; gives what is wrong with its clocks."""
    said, on = case.row.data, filing.data["taken_over_on"].isoformat()
    opened = said.get("opened_on") or filing.data["taken_over_on"]
    no = case.no
    book.open(f"{pack.jurisdiction}.{no}", {
        "no": no, "jurisdiction": pack.jurisdiction, "pack_version": pack.version, "pack_digest": pack.digest, "on": opened.isoformat(),
        "owner": str(said.get("owner") or ""),
    })  # fmt: skip
    _enter_papers(pack, book, case, filing, by, opened.isoformat())
    state = pack.lifecycle.states[str(said["state"])]
    since = said.get("state_since")
    book.enter(Kind.TAKEN_OVER, {
        "no": no, "to": state.id, "on": on, "since": since.isoformat() if since else "", "by": by, "confirmed_by": confirmed_by,
        "register": str(filing.data["source_register"]), "reason": str(filing.data["reason"]), "source": filing.name, "sha256": filing.original,
        "place": case.row.place, "papers": [str(row.data["number"]) for row in case.papers], "missing": case.missing,
        "zh": f"已有案件接管：由{by or '登记人'}登记、{confirmed_by or '签发人'}复核，自{filing.data['source_register']}接收，当时处于“{state.zh}”" + (f"（自{since}起）" if since else ""),
        "en": f"taken over from paper at {state.en}; entered by {by}, confirmed by {confirmed_by}",
    })  # fmt: skip
    if case.missing:
        words = "、".join(case.missing)
        book.enter(Kind.NOTED, {"zh": f"接收时不详：{words}；用到时由人处理，系统不推测", "en": f"unknown when taken over: {words}; left to people"})
    return enter_clocks(pack, book, case, filing.data["taken_over_on"], seen)


def _enter_papers(pack: Pack, book: Book, case: PaperCase, filing: Filing, by: str, filed_on: str) -> None:
    for n, (form, data) in enumerate(case.forms.items()):
        book.enter(Kind.FILED, {"filing": _filing(pack, filing, form, data, f"{filing.id}-{case.row.index + 1}-{n}", by, filed_on)})
    for row in case.papers:
        book.enter(Kind.PAPER_ENTERED, _paper(pack, book, row.data, case.no, filing.data["taken_over_on"].isoformat()))


def _add(pack: Pack, book: Book, case: PaperCase, filing: Filing, seen: Seen, by: str, confirmed_by: str) -> list[Finding]:
    """What was found since about a case taken over before: forms, documents, clocks; it stays where it is."""
    on = filing.data["taken_over_on"]
    _enter_papers(pack, book, case, filing, by, on.isoformat())
    zh = f"补登接管内容：由{by or '登记人'}登记、{confirmed_by or '签发人'}复核，自{filing.data['source_register']}补登（{filing.name}，SHA-256 {filing.original}）"
    book.enter(Kind.NOTED, {"zh": zh, "en": f"more taken over from paper; entered by {by}, confirmed by {confirmed_by}"})
    return enter_named(pack, book, case, on, seen)


def _filing(pack: Pack, filing: Filing, form: str, data: Mapping[str, Any], key: str, by: str, on: str) -> dict[str, Any]:
    """What is known of a form that was filed on paper, as the journal keeps a filing."""
    return {
        "id": key, "form": form, "version": pack.forms[form].version, "role": filing.role, "owner": by, "data": dict(data), "enclosed": {}, "attachments": [],
        "original": filing.original, "name": filing.name, "main_name": filing.main_name, "main_sha256": filing.main_sha256, "received_on": on,
        "received_at": filing.received_at.isoformat(timespec="seconds"), "revision": 0, "signed_by": "", "on_paper": True,
    }  # fmt: skip


def _paper(pack: Pack, book: Book, said: Mapping[str, Any], no: str, on: str) -> dict[str, Any]:
    code = str(said["document"])
    spec, served = pack.documents[code], said.get("delivered_on")
    title = str(spec["zh"])
    doc = {"code": code, "title": title, "number": said["number"], "date": said["issued_on"], "kind": str(spec.get("kind", title)), "addressee": "", "issuer": pack.authority["name"]}
    return {
        "id": f"{no}-{code}-{sum(p.code == code for p in book.case.papers.values()) + 1}", "code": code, "title": title, "number": str(said["number"]),
        "date": said["issued_on"].isoformat(), "delivered_on": served.isoformat() if served else "", "entered_on": on,
        "context": {"doc": doc, "act": {}, "authority": dict(pack.authority)},
    }  # fmt: skip


def taken_lines(pack: Pack, taken: Taken, ground: Ground) -> list[str]:
    """What the second person is shown, a line for each thing that will be recorded."""
    return [line for case, book in taken for line in _lines(pack, case, book)] + list(_series(pack, taken, ground.numbers))


def _lines(pack: Pack, case: PaperCase, book: Book) -> Iterator[str]:
    said, state = case.row.data, pack.lifecycle.states[str(case.row.data["state"])]
    how = "补登，现在处于" if case.existing else "接收于"
    yield f"{case.no}　{said['center_name']}（{said['applicant']}）：{how}“{state.zh}”" + (f"，自{said['state_since']}起" if said.get("state_since") else "")
    before = (case.existing.papers, case.existing.clocks) if case.existing else ({}, {})
    for paper in (paper for key, paper in book.case.papers.items() if key not in before[0]):
        yield f"　{case.no}　文书：{paper.title} {paper.number}（{paper.date}" + (f"，{paper.delivered_on}送达）" if paper.delivered_on else "，送达日期不详）")
    for clock in (clock for key, clock in book.case.clocks.items() if clock is not before[1].get(key)):
        name = pack.lifecycle.clocks.get(clock.clock, {}).get("zh", clock.clock)
        still = f"，自{clock.data['on']}起停止计算" if clock.status == "paused" else ""
        yield f"　{case.no}　期限：{name}，{clock.data['final']}届满{still}。{clock.data.get('working', '')}"
    for event in book.close_events():
        if event.kind is Kind.NOTED:
            yield f"　{case.no}　{event.data['zh']}"


def _series(pack: Pack, taken: Taken, numbers: NumberView) -> Iterator[str]:
    """Where each number series will go on."""
    last: dict[tuple[str, int], int] = {}
    for claim in (claim for case, _ in taken for claim in claims_of(pack, case) if claim.n):
        last[claim.series, claim.year] = max(last.get((claim.series, claim.year), 0), claim.n)
    for (series, year), n in sorted(last.items()):
        name, here = pack.series[series.split("/", 1)[1]]["zh"], numbers.next(series, year)
        yield f"编号：{name}{year}年自第{max(here, n + 1)}号接续" + (f"；第{here}至{n}号中没有登记的，视为已在纸上使用" if here < n else "")


def claims_of(pack: Pack, case: PaperCase) -> Iterator[Claim]:
    """The numbers that were given on paper, as the register takes them."""
    case_id = f"{pack.jurisdiction}.{case.no}"
    wanted = [] if case.existing else [("case", case.no, "case")]
    wanted += [(str(pack.documents[str(r.data["document"])].get("series") or ""), str(r.data["number"]), str(r.data["document"])) for r in case.papers]
    for series, text, document in wanted:
        year, n, canonical = number_key(pack, series, text)
        yield Claim(f"{pack.jurisdiction}/{series}", year, n, canonical, document, case_id, on_paper=True)


def take_over(ground: Ground, proposal: Proposal, who: str) -> Effects | tuple[Finding, ...]:
    """What a confirmed take-over records; or, when something has come to stand against a row since, those findings."""
    filing = filing_of_plain(ground.pack.jurisdiction, proposal.filing)
    taken, findings = examine(ground.pack, filing, replace(known_of(ground), places=proposal.places), proposal.by, who)
    if findings:
        return tuple(findings)
    events: list[Event] = []
    claims: list[Claim] = []
    works: list[Work] = []
    for case, book in taken:
        events += book.close_events()
        claims += claims_of(ground.pack, case)
        works.append(Work("show_case", (book.case.id,)))
    zh = f"已接管{len(taken)}件：" + "、".join(case.no for case, _ in taken)
    return Effects(events=tuple(events), claims=tuple(claims), works=tuple(works), zh=zh, en=f"{len(taken)} cases taken over")

