"""Jobs: what was decided becomes files. Each may run again after a crash without a second effect.

Signing is not deterministic, so sealed bytes are kept in the store and named in the record in one transaction; a
job that finds its result there does nothing more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date

from pipeline.cases import journal
from pipeline.cases.case import Case, Paper
from pipeline.cases.codec import encode
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.cases.folders import FolderBusyError
from pipeline.desk.answers import answer_drop, give_paper
from pipeline.desk.archiving import make_package, place_package, test_package
from pipeline.desk.auditing import audit_office
from pipeline.desk.awaiting import forget_unanswered, may_wait, remember_unanswered
from pipeline.desk.countersigning import signing_places
from pipeline.desk.dayroot import make_root
from pipeline.desk.daysheet import ask_for_sheets, make_sheet
from pipeline.desk.drawing import draw_lots
from pipeline.desk.edited import DATE_PLACE, with_real_number
from pipeline.desk.filling import filled_template
from pipeline.desk.judging import judge_paper
from pipeline.desk.lasting import raise_paper
from pipeline.desk.opening import open_sheets
from pipeline.desk.picture import draft_unit, issued_stem, packet_unit
from pipeline.desk.posts import show_handover, show_posts
from pipeline.desk.proposing import proposal_named, show_proposal
from pipeline.desk.receive import receive_drop
from pipeline.desk.record import note
from pipeline.desk.seals import note_seals, seal_of_paper
from pipeline.desk.service import Desk
from pipeline.desk.showing import case_shown, forget_busy, remember_busy, show_unit
from pipeline.desk.submissions import stamped_submission
from pipeline.diskwork import write_whole
from pipeline.errors import ConversionError, DeviceError, NotFoundError, RefusedError, SealRefusedError, TimestampError
from pipeline.model import Severity
from pipeline.papers.gate import check_pdf
from pipeline.papers.lastpage import to_pages
from pipeline.papers.layout import Anchor, signature_anchor
from pipeline.papers.marks import chinese_date
from pipeline.papers.qr import payload_for, sign_payload
from pipeline.papers.stamp import SealRequest, mark_draft, mark_void, mark_wet, seal_document, sign_form
from pipeline.papers.submission import StampedHow
from pipeline.papers.timestamp import answered_by
from pipeline.work.port import Task

Job = Callable[[Desk, tuple[str, ...]], None]


def run(desk: Desk, task: Task) -> None:
    """Do one job. Raises what went wrong; the engine tries again, and at last shows it as failed.

    A folder that somebody has open is no fault: it is remembered, said on the status page, and tried again by the sweep. Nor
    is a timestamp authority or a device that does not answer, or a seal the register forbids: what needs one waits (see awaiting.py).
    """
    kind = task.job.kind
    args = tuple(str(task.job.args[str(n)]) for n in range(len(task.job.args)))
    try:
        JOBS[kind](desk, args)
    except FolderBusyError as busy:
        remember_busy(desk, kind, args, busy.names)
    except (DeviceError, TimestampError, SealRefusedError) as fault:
        if not may_wait(kind):
            raise
        remember_unanswered(desk, kind, args, fault)
    else:
        forget_busy(desk, kind, args)
        forget_unanswered(desk, kind, args)


def _case(desk: Desk, case_id: str) -> Case:
    with desk.reading() as connection:
        return desk.case(connection, case_id)


def _receive(desk: Desk, args: tuple[str, ...]) -> None:
    receive_drop(desk, args[0])


def _answer(desk: Desk, args: tuple[str, ...]) -> None:
    answer_drop(desk, args[0])


def _stamp(desk: Desk, args: tuple[str, ...]) -> None:
    """The submission as received: received stamp (number, date), the receiving office's signature."""
    case_id, filing = args[:2]
    case = _case(desk, case_id)
    if case.filings[filing].get("stamped"):
        return
    stamped = stamped_submission(desk, case, filing)
    beside = {"zh": stamped.zh, "en": stamped.en} if stamped.how is StampedHow.COVER else {}
    data = {"filing": filing, "sha256": desk.store.put(stamped.pdf), **beside}
    note(desk, (Event(Kind.STAMPED, data, case_id),), (Work("show_case", (case_id, f"stamped-{filing}")),))


def drafted_docx(desk: Desk, case: Case, paper: Paper) -> bytes:
    """A paper as DOCX: its template filled, or the signing officer's edited draft with the number and date put in."""
    if paper.edited_docx:
        return with_real_number(desk.store.get(paper.edited_docx), paper)
    return filled_template(desk, case, paper)


def _draw(desk: Desk, args: tuple[str, ...]) -> None:
    """Drafts as they will look, marked 稿, bound by one hash; then into the folder of drafts to sign."""
    case_id, group = args[:2]
    case = _case(desk, case_id)
    if case.pending is None or case.pending.group != group:
        return
    if not case.pending.bound:
        drafts, documents = {}, {}
        for paper_id in case.pending.papers:
            docx = drafted_docx(desk, case, case.papers[paper_id])
            _printed, pdf = to_pages(desk.pool, docx)
            _gate(docx, pdf, case.papers[paper_id])
            signing_places(desk.pack_of(case), case.papers[paper_id], pdf)  # found out now, before a number is given
            anchor = _anchor(desk, case, case.papers[paper_id], pdf)
            drafts[paper_id] = desk.store.put(mark_draft(pdf, anchor))
            documents[paper_id] = desk.store.put(docx)
        bound = hashlib.sha256(encode(drafts).encode()).hexdigest()
        data = {"group": group, "drafts": drafts, "docx": documents, "bound": bound}
        note(desk, (Event(Kind.DRAFT_SHOWN, data, case_id),))
    _show_draft(desk, case_id)
    case_shown(desk, case_id)


def _show_draft(desk: Desk, case_id: str) -> None:
    case = _case(desk, case_id)
    shown = [e for e in case.history if e.kind is Kind.DRAFT_SHOWN]
    if not shown:
        return
    docx = {paper: desk.store.get(sha256) for paper, sha256 in shown[-1].data["docx"].items()}
    unit = draft_unit(desk.pack_of(case), case, desk.store, docx)
    if unit is not None:
        show_unit(desk, unit)


def _gate(docx: bytes, pdf: bytes, paper: Paper) -> None:
    errors = [f for f in check_pdf(pdf, docx) if f.severity is Severity.ERROR]
    if errors:
        raise ConversionError(
            f"《{paper.title}》成页后有误：" + "；".join(f.zh for f in errors), f"{paper.code}: " + "; ".join(f.en for f in errors)
        )


def _anchor(desk: Desk, case: Case, paper: Paper, pdf: bytes) -> Anchor | None:
    spec = desk.pack_of(case).documents[paper.code]
    if not spec.get("seal"):
        return None
    doc = paper.context["doc"]
    shown = chinese_date(doc["date"]) if isinstance(doc["date"], date) else DATE_PLACE
    return signature_anchor(pdf, str(doc["issuer"]), shown)


def _seal(desk: Desk, args: tuple[str, ...]) -> None:
    """An issued paper becomes its sealed PDF, once; then it is placed, packed for delivery and judged."""
    case_id, paper_id = args[:2]
    case = _case(desk, case_id)
    paper = case.papers[paper_id]
    if not paper.sha256:
        note_seals(desk)
        seal = seal_of_paper(desk, case, paper)
        docx, pdf = to_pages(desk.pool, drafted_docx(desk, case, paper))
        _gate(docx, pdf, paper)
        sealed = _sealed(desk, case, paper, pdf)
        data = {
            "id": paper_id, "number": paper.number, "sha256": desk.store.put(sealed), "size": len(sealed),
            "docx_sha256": desk.store.put(docx), "first_revision": hashlib.sha256(pdf).hexdigest(), "timestamp_by": answered_by(desk.keys.timestamper), "qr": _token(desk, case, paper, pdf), "seal": seal.id,
            "wet_sha256": desk.store.put(mark_wet(pdf, desk.keys.demo)) if desk.pack_of(case).documents[paper.code].get("seal") == "official" else "",
        }  # fmt: skip
        works = [Work("show_case", (case_id, f"sealed-{paper_id}")), Work("place", (case_id, paper_id)), Work("judge", (case_id, paper_id))]
        note(desk, (Event(Kind.SEALED, data, case_id),), tuple(works))


def _sealed(desk: Desk, case: Case, paper: Paper, pdf: bytes) -> bytes:
    use = desk.pack_of(case).documents[paper.code].get("seal")
    now = desk.clock()
    if not use:
        signer = desk.keys.signer(case.jurisdiction, "receipt")
        return sign_form(pdf, signer, now, desk.keys.timestamper, demo=desk.keys.demo, reason=paper.title, own=True)
    anchor = _anchor(desk, case, paper, pdf)
    if anchor is None:
        raise ConversionError(
            f"《{paper.title}》的页面上找不到署名和成文日期，不知印章盖在何处；请检查模板",
            f"{paper.code}: no issuer and date found on the page, so the seal has no place; check the template",
        )
    request = SealRequest(
        signer=desk.keys.signer(case.jurisdiction, use), seal=desk.keys.seal(case.jurisdiction, use), anchor=anchor, now=now,
        timestamper=desk.keys.timestamper, qr=_token(desk, case, paper, pdf), demo=desk.keys.demo, reason=paper.title, location=str(paper.context["doc"]["issuer"]),
        countersigners=signing_places(desk.pack_of(case), paper, pdf),
    )  # fmt: skip
    return seal_document(pdf, request)


def _token(desk: Desk, case: Case, paper: Paper, pdf: bytes) -> str:
    """What the QR code of a sealed document says, signed; the same each time. Empty for one that bears no seal."""
    if not desk.pack_of(case).documents[paper.code].get("seal"):
        return ""
    payload = payload_for(pdf, paper.number, case.no, paper.context["doc"]["date"])
    return sign_payload(payload, desk.keys.qr_key, desk.office.settings.text("verify.address"))


def _place(desk: Desk, args: tuple[str, ...]) -> None:
    """Into 发文/<year>, the packet to deliver, and the applicant's own answer folder."""
    case = _case(desk, args[0])
    paper, pack = case.papers[args[1]], desk.pack_of(case)
    if paper.status != "sealed" or pack.documents[paper.code].get("internal"):
        return
    data = desk.store.get(paper.kept_sha256)
    target = desk.office.outbox / case.jurisdiction / "发文" / paper.date[:4] / f"{issued_stem(paper)}.pdf"
    if not target.exists() or _earlier(case, paper, target.read_bytes()):
        write_whole(target, data, mode=0o444)
    wet = target.with_name(f"{issued_stem(paper)}_实体印章版.pdf")
    if paper.wet_sha256 and not wet.exists():
        write_whole(wet, desk.store.get(paper.wet_sha256), mode=0o444)
    given = give_paper(desk, case, paper, data)
    if not paper.delivered_on and not (given and paper.code == "receipt_record"):
        show_unit(desk, packet_unit(pack, case, paper, desk.store))


def _earlier(case: Case, paper: Paper, placed: bytes) -> bool:
    """What lies in 发文 is an earlier state of what is kept now: as sealed, raised, or countersigned by fewer."""
    states = {e.data["sha256"] for e in case.history if e.kind in (Kind.SEALED, Kind.RAISED, Kind.COUNTERSIGNED) and e.data["id"] == paper.id}
    return hashlib.sha256(placed).hexdigest() in states - {paper.kept_sha256}


def _mark_void(desk: Desk, args: tuple[str, ...]) -> None:
    """Beside a void document in 发文/<year>, a copy that says so on every page; the sealed file stays as it is."""
    case = _case(desk, args[0])
    paper = case.papers[args[1]]
    if desk.pack_of(case).documents[paper.code].get("internal") or not paper.sha256:  # issued on paper: nothing of ours to mark
        return
    target = desk.office.outbox / case.jurisdiction / "发文" / paper.date[:4] / f"{issued_stem(paper)}_已作废.pdf"
    if not target.exists():
        _docx, pdf = to_pages(desk.pool, drafted_docx(desk, case, paper))
        write_whole(target, mark_void(pdf, paper.mended.split("：")[0]), mode=0o444)


def _judge(desk: Desk, args: tuple[str, ...]) -> None:
    """veraPDF's word on the sealed file, after placing; what could not be run is recorded as not run."""


    judge_paper(desk, _case(desk, args[0]), args[1])


def _show_case(desk: Desk, args: tuple[str, ...]) -> None:
    case_shown(desk, args[0])


def _hide(prefix: str) -> Job:
    def hide(desk: Desk, args: tuple[str, ...]) -> None:
        case = _case(desk, args[0])
        with desk.database.begin() as connection:
            desk.folders.hide(connection, f"{prefix}:{args[1]}", f"{case.jurisdiction}/留存")

    return hide


def _show_proposal(desk: Desk, args: tuple[str, ...]) -> None:
    show_proposal(desk, args[0])


def _hide_proposal(desk: Desk, args: tuple[str, ...]) -> None:
    with desk.reading() as connection:
        jurisdiction = proposal_named(desk, connection, args[0]).jurisdiction
    with desk.database.begin() as connection:
        desk.folders.hide(connection, f"proposal:{args[0]}", f"{jurisdiction}/留存")


def _show_posts(desk: Desk, args: tuple[str, ...]) -> None:
    show_posts(desk, args[0])


def _show_handover(desk: Desk, args: tuple[str, ...]) -> None:
    show_handover(desk, args[0])


def _archive(desk: Desk, args: tuple[str, ...]) -> None:
    make_package(desk, _case(desk, args[0]), args[1])


def _place_archive(desk: Desk, args: tuple[str, ...]) -> None:
    place_package(desk, _case(desk, args[0]), args[1])


def _test_archive(desk: Desk, args: tuple[str, ...]) -> None:
    test_package(desk, _case(desk, args[0]), args[1])


def _root(desk: Desk, args: tuple[str, ...]) -> None:
    make_root(desk, args)
    ask_for_sheets(desk)


def _audit(desk: Desk, args: tuple[str, ...]) -> None:
    audit_office(desk)


def _retry(desk: Desk, args: tuple[str, ...]) -> None:
    """Start a failed job anew; what does not exist, or was started anew already, is noted."""
    assert desk.engine is not None
    with desk.database.begin() as connection:
        try:
            desk.engine.retry(connection, args[0], args[1])
        except (NotFoundError, RefusedError) as fault:
            journal.append(connection, (Event(Kind.NOTED, {"zh": fault.zh, "en": fault.en}),), at=desk.clock(), actor="hongtou")


JOBS: Mapping[str, Job] = {
    "receive": _receive,
    "answer": _answer,
    "stamp": _stamp,
    "draw": _draw,
    "seal": _seal,
    "place": _place,
    "judge": _judge,
    "raise": raise_paper,
    "root": _root,
    "day_sheet": make_sheet,
    "mark_void": _mark_void,
    "draw_lots": draw_lots,
    "open_sheets": open_sheets,
    "show_case": _show_case,
    "hide_draft": _hide("draft"),
    "hide_packet": _hide("packet"),
    "show_proposal": _show_proposal,
    "hide_proposal": _hide_proposal,
    "show_posts": _show_posts,
    "show_handover": _show_handover,
    "archive": _archive,
    "place_archive": _place_archive,
    "test_archive": _test_archive,
    "audit": _audit,
    "retry": _retry,
}
"""Every kind of job and what does it."""
