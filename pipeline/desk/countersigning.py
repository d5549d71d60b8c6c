"""Those who sign after the authority: where on a document, and what is done with the copy that comes back.

A copy is known by its beginning: the very bytes that were sealed. It comes as it is, without a form, through the same door.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from pipeline.cases.case import Case, Paper
from pipeline.cases.decision import Answer, Decision, Outcome, Work
from pipeline.cases.events import Event, Kind
from pipeline.desk.parties import parties_of
from pipeline.desk.record import record
from pipeline.desk.service import Desk
from pipeline.desk.whose import not_yours
from pipeline.law.pack import Pack
from pipeline.model import Drop, Finding, Severity
from pipeline.papers.countersign import Party, SigningPlace, faults_of_copy, places_for, signatures_of
from pipeline.papers.verify import verify_pdf

_REPAIR = ("请在系统下达的那一份上（有会签时用最近会签的那一份），在预留的签名处依次签名，不作其他改动，再投递", "sign in the places kept for it, in turn, on the copy that was issued or countersigned last, and change nothing else")


def signing_places(pack: Pack, paper: Paper, pdf: bytes) -> tuple[SigningPlace, ...]:
    """The empty fields for a document's pages. Raises ConversionError when one has no place."""
    return places_for(pdf, parties_of(pack, paper))


def receive_copy(desk: Desk, drop: Drop) -> bool:
    """Decide a drop that is a countersigned copy of a document of this office; False when it is none."""
    data = desk.original(drop.sha256) if not drop.is_folder else b""
    found = _meant(desk, drop.jurisdiction, data) if data.startswith(b"%PDF-") else None
    if found is None:
        return False

    def decided(connection: sa.Connection) -> Decision:
        case = desk.case(connection, found[0])
        return _decide(desk, drop, case, case.papers[found[1]], data)

    record(desk, drop, decided, fingerprint="")
    return True


def _meant(desk: Desk, jurisdiction: str, data: bytes) -> tuple[str, str] | None:
    """The case and document whose sealed bytes `data` begins with."""
    with desk.reading() as connection:
        cases = [case for case in desk.shelf.all(connection).values() if case.jurisdiction == jurisdiction]
    for case in cases:
        for event in case.history:
            if event.kind is Kind.SEALED and hashlib.sha256(data[: event.data["size"]]).hexdigest() == event.data["sha256"]:
                return case.id, str(event.data["id"])
    return None


def _decide(desk: Desk, drop: Drop, case: Case, paper: Paper, data: bytes) -> Decision:
    if stranger := not_yours(case, drop.role, drop.owner):
        return Decision(Answer(Outcome.REFUSED, "未登记。", "Not registered.", findings=(stranger,)))
    parties = parties_of(desk.pack_of(case), paper)
    told = verify_pdf(data, desk.keys.wide_trust, desk.clock())
    before = tuple(str(row["field"]) for row in paper.countersigned)
    rows = signatures_of(parties, told)
    if paper.status == "void":
        return _refused(case, paper, (_finding(f"{paper.number} 已经作废。{paper.mended}", f"{paper.number} is void"),))
    if faults := tuple(faults_of_copy(parties, told, before, desk.keys.pins)):
        return _refused(case, paper, tuple(_finding(*fault) for fault in faults))
    if len(rows) <= len(before):
        zh = f"{paper.number} 的这一份没有新的会签，未登记。" + ("" if parties else "这件文书不需要会签。")
        return Decision(Answer(Outcome.DUPLICATE if before else Outcome.REFUSED, zh, "There is no new countersignature on it.", case.no, paper.number))
    return _recorded(desk, drop, case, paper, parties, [row.plain() for row in rows], data)


def _recorded(desk: Desk, drop: Drop, case: Case, paper: Paper, parties: tuple[Party, ...], rows: list[dict[str, str]], data: bytes) -> Decision:
    missing = [party.name for party in parties[len(rows) :]]
    names = "、".join(row["party"] for row in rows)
    rest = f"，还待 {'、'.join(missing)} 会签" if missing else "，会签齐备"
    said = {"zh": f"{paper.number} 会签件收到：{names} 已签名{rest}", "en": f"countersigned copy of {paper.number}: {len(rows)} of {len(parties)} have signed"}
    sha256 = desk.store.put(data)
    event = Event(Kind.COUNTERSIGNED, {"id": paper.id, "number": paper.number, "filing": drop.token, "sha256": sha256, "size": len(data), "signatures": rows, "missing": missing, **said}, case.id)
    works = (Work("place", (case.id, paper.id, sha256[:12])), Work("show_case", (case.id, f"countersigned-{sha256[:12]}")))
    return Decision(Answer(Outcome.RECORDED, said["zh"] + "。", said["en"], case.no, paper.number), events=(event,), works=works)


def _refused(case: Case, paper: Paper, findings: tuple[Finding, ...]) -> Decision:
    return Decision(Answer(Outcome.REFUSED, f"《{paper.title}》会签件有问题，未登记。", "The countersigned copy has things to put right.", case.no, paper.number, findings))


def _finding(zh: str, en: str) -> Finding:
    return Finding(rule="COUNTERSIGN", severity=Severity.ERROR, zh=zh, en=en, label="会签", repair_zh=_REPAIR[0], repair_en=_REPAIR[1])
