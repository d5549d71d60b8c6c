"""How a case comes from its events: one step per kind of event, pure; the same events always give the same case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.cases.case import Case, Paper, Pending, Plain, Running
from pipeline.cases.damage import SENSELESS, entry_fault, not_opened
from pipeline.cases.events import OFFICE, Kind, Recorded

Step = Callable[[Case, Recorded], Case]


def fold(events: Iterable[Recorded]) -> Case | None:
    """The case these events make, or None when there are none. Raises StoreError for an entry that makes no sense."""
    case: Case | None = None
    history: list[Recorded] = []
    for event in events:
        if event.kind is Kind.OPENED:
            case, history = opened(event), [event]
        elif case is not None:
            case = _after(case, event)
            history.append(event)
        elif event.case != OFFICE:
            raise not_opened(event)
    return None if case is None else replace(case, history=tuple(history))


def advance(case: Case, event: Recorded) -> Case:
    """`case` after `event`."""
    return replace(_after(case, event), history=(*case.history, event))


def _after(case: Case, event: Recorded) -> Case:
    """What the event changes; no step looks at the history, which is laid on at the end."""
    step = _STEPS.get(event.kind)
    try:
        return step(case, event) if step else case
    except SENSELESS as fault:
        raise entry_fault(event.seq, event.case_seq, fault) from fault


def opened(event: Recorded) -> Case:
    """The case an opening entry opens. Raises StoreError when it makes no sense."""
    try:
        return _open(event)
    except SENSELESS as fault:
        raise entry_fault(event.seq, event.case_seq, fault) from fault


def _open(event: Recorded) -> Case:
    data = event.data
    return Case(
        id=event.case, no=data["no"], jurisdiction=data["jurisdiction"], pack_version=data["pack_version"],
        state="draft", opened_on=data["on"], owner=data.get("owner", ""), pack_digest=data.get("pack_digest", ""), history=(event,),
    )  # fmt: skip


def _filed(case: Case, event: Recorded) -> Case:
    filing = event.data["filing"]
    forms = {**case.forms, **filing.get("enclosed", {}), filing["form"]: filing["data"]}
    return replace(case, forms=forms, filings={**case.filings, filing["id"]: {**filing, "taken_back": False}})


def _taken_back(case: Case, event: Recorded) -> Case:
    taken = event.data["filing"]
    filings = {**case.filings, taken: {**case.filings[taken], "taken_back": True}}
    forms: dict[str, Plain] = {}
    for filing in filings.values():
        if not filing["taken_back"]:
            forms.update({**filing.get("enclosed", {}), filing["form"]: filing["data"]})
    pending = None if case.pending and case.pending.filing == taken else case.pending
    state = event.data["to"]
    return replace(case, state=state, filings=filings, forms=forms, pending=pending, revision=case.revision + 1)


def _moved(case: Case, event: Recorded) -> Case:
    changes = {**case.renewed, **event.data.get("renewed", {})}
    return replace(case, state=event.data["to"], renewed=changes, revision=case.revision + (not event.data.get("quiet")))


def _drafted(case: Case, event: Recorded) -> Case:
    data = event.data
    paper = Paper(data["id"], data["code"], data["title"], "drafted", data["group"], data["context"])
    papers = {**case.papers, paper.id: paper}
    if not data.get("sign_off"):
        return replace(case, papers=papers)
    before = case.pending.papers if case.pending and case.pending.group == data["group"] else ()
    pending = Pending(data["group"], data["transition"], data["filing"], (*before, paper.id))
    return replace(case, papers=papers, pending=pending, revision=case.revision + (not before))


def _with_paper(case: Case, paper_id: str, **changes: Any) -> Case:
    return replace(case, papers={**case.papers, paper_id: replace(case.papers[paper_id], **changes)})


def _draft_shown(case: Case, event: Recorded) -> Case:
    for paper_id, sha256 in event.data["drafts"].items():
        case = _with_paper(case, paper_id, draft_sha256=sha256)
    if case.pending and case.pending.group == event.data["group"]:
        case = replace(case, pending=replace(case.pending, bound=event.data["bound"]))
    return case


def _draft_edited(case: Case, event: Recorded) -> Case:
    changed = _with_paper(case, event.data["id"], edited_docx=event.data["docx_sha256"])
    pending = replace(changed.pending, bound="") if changed.pending else None
    return replace(changed, pending=pending, revision=case.revision + 1)


def _draft_returned(case: Case, event: Recorded) -> Case:
    for paper in [p for p in case.papers.values() if p.group == event.data["group"]]:
        case = _with_paper(case, paper.id, status="returned")
    filings = case.filings
    if case.pending and case.pending.filing in filings:
        filings = {**filings, case.pending.filing: {**filings[case.pending.filing], "set_aside": True}}
    opinions = {key: {**said, "status": "lapsed"} if said["status"] == "open" else said for key, said in case.opinions.items()}
    return replace(case, pending=None, filings=filings, opinions=opinions, revision=case.revision + 1)


def _taken_over(case: Case, event: Recorded) -> Case:
    return replace(case, state=event.data["to"], taken_over=event.data, revision=case.revision + 1)


def _paper_entered(case: Case, event: Recorded) -> Case:
    data = event.data
    paper = Paper(
        data["id"], data["code"], data["title"], "on_paper", "taken over", data["context"], number=data["number"], date=data["date"], delivered_on=data["delivered_on"],
    )  # fmt: skip
    return replace(case, papers={**case.papers, paper.id: paper})


def _issued(case: Case, event: Recorded) -> Case:
    data = event.data
    context = {**case.papers[data["id"]].context, "doc": data["doc"]}
    changed = _with_paper(
        case, data["id"], status="issued", number=data["number"], date=data["date"], title=data["title"], context=context
    )
    pending = None if case.pending and data["id"] in case.pending.papers else changed.pending
    return replace(changed, pending=pending)


def _sealed(case: Case, event: Recorded) -> Case:
    data = event.data
    status = "void" if case.papers[data["id"]].status == "void" else "sealed"
    return _with_paper(case, data["id"], status=status, sha256=data["sha256"], docx_sha256=data.get("docx_sha256", ""), wet_sha256=data.get("wet_sha256", ""))


def _raised(case: Case, event: Recorded) -> Case:
    return _with_paper(case, event.data["id"], raised_sha256=event.data["sha256"], raise_again_on=event.data["again_on"])


def _countersigned(case: Case, event: Recorded) -> Case:
    """The copy with the newest countersignatures is the one kept; it begins with what was sealed, and is raised anew."""
    data = event.data
    return _with_paper(case, data["id"], countersigned_sha256=data["sha256"], countersigned=tuple(data["signatures"]), raised_sha256="", raise_again_on="")


def _delivered(case: Case, event: Recorded) -> Case:
    return _with_paper(case, event.data["id"], delivered_on=event.data["on"])


def _clock(status: str) -> Step:
    def step(case: Case, event: Recorded) -> Case:
        name = event.data["clock"]
        old = case.clocks.get(name) or Running(name, status, {})
        entry = {"what": str(event.kind), **{key: event.data[key] for key in _LEDGER if key in event.data}}
        kept = {key: value for key, value in old.data.items() if key not in ("recomputed", "printed_in")} if event.kind is Kind.CLOCK_STARTED else old.data
        running = Running(name, status or old.status, {**kept, **event.data}, (*old.ledger, entry), old.reminded)
        return replace(case, clocks={**case.clocks, name: running})

    return step


_LEDGER = ("on", "base", "nominal", "final", "recomputed", "printed_in", "working", "working_en", "cite", "calendar", "workdays")
"""What an entry of a clock's ledger keeps of its event."""


def _reminded(case: Case, event: Recorded) -> Case:
    clock = case.clocks[event.data["clock"]]
    clock = replace(clock, reminded=(*clock.reminded, f"{event.data['mark']} {event.data['due']}"))
    return replace(case, clocks={**case.clocks, clock.clock: clock})


def _stamped(case: Case, event: Recorded) -> Case:
    data = event.data
    if data["filing"] not in case.filings:
        return case
    return replace(case, filings={**case.filings, data["filing"]: {**case.filings[data["filing"]], "stamped": data["sha256"]}})


def _urged(case: Case, event: Recorded) -> Case:
    return replace(case, urged=(*case.urged, event.data))


def _handed_on(case: Case, event: Recorded) -> Case:
    return replace(case, handlers={**case.handlers, event.data["role"]: event.data["to"]})


def _opinion_asked(case: Case, event: Recorded) -> Case:
    return replace(case, opinions={**case.opinions, event.data["id"]: event.data["opinion"]})


def _opinion_given(case: Case, event: Recorded) -> Case:
    said = {**case.opinions[event.data["id"]], "status": event.data["status"], "answer": event.data.get("answer", "")}
    return replace(case, opinions={**case.opinions, event.data["id"]: said})


def _mended(case: Case, event: Recorded) -> Case:
    data = event.data
    status = case.papers[data["id"]].status if data["action"] == "correct" else "void"
    return _with_paper(case, data["id"], status=status, mended=data["zh"])


def _sent_back(case: Case, event: Recorded) -> Case:
    undone = event.data["undone"]
    filings = {key: {**said, "set_aside": True} if key in undone else said for key, said in case.filings.items()}
    forms: dict[str, Plain] = {}
    for key, filing in filings.items():
        if not filing["taken_back"] and key not in undone:
            forms.update({**filing.get("enclosed", {}), filing["form"]: filing["data"]})
    return replace(case, state=event.data["to"], filings=filings, forms=forms, revision=case.revision + 1)


def _sheet_sealed(case: Case, event: Recorded) -> Case:
    data = event.data
    sheets = {key: {**said, "status": "replaced"} if key == data["replaces"] else said for key, said in case.sheets.items()}
    return replace(case, sheets={**sheets, data["filing"]: {**data, "status": "sealed"}})


def _sheets_opened(case: Case, event: Recorded) -> Case:
    filings, forms, sheets = dict(case.filings), dict(case.forms), dict(case.sheets)
    for sheet in event.data["sheets"]:
        filing = sheet["filing"]
        filings[filing["id"]] = {**filing, "taken_back": False, "set_aside": not sheet["counts"]}
        sheets[filing["id"]] = {**sheets[filing["id"]], "status": "opened"}
        if sheet["counts"]:
            forms[filing["form"]] = filing["data"]
    return replace(case, filings=filings, forms=forms, sheets=sheets, opened=(*case.opened, event.data), revision=case.revision + 1)


def _lots_asked(case: Case, event: Recorded) -> Case:
    return _with_filing(case, event.data["filing"], lots=event.data)


def _lots_drawn(case: Case, event: Recorded) -> Case:
    return _with_filing(case, event.data["filing"], drawn=event.data["minutes"])


def _with_filing(case: Case, filing: str, **changes: Any) -> Case:
    return replace(case, filings={**case.filings, filing: {**case.filings[filing], **changes}})


def _archived(case: Case, event: Recorded) -> Case:
    return replace(case, archived=(*case.archived, {**event.data, "seq": event.seq}))


def _to_act(key: str) -> Step:
    """A step that lays an event's data under `key` of the act of filing it belongs to."""

    def step(case: Case, event: Recorded) -> Case:
        acts = tuple({**act, key: event.data} if act["act"] == event.data["act"] else act for act in case.archived)
        return replace(case, archived=acts)

    return step


_STEPS: Mapping[Kind, Step] = {
    Kind.FILED: _filed,
    Kind.TAKEN_BACK: _taken_back,
    Kind.MOVED: _moved,
    Kind.DRAFTED: _drafted,
    Kind.DRAFT_SHOWN: _draft_shown,
    Kind.DRAFT_EDITED: _draft_edited,
    Kind.DRAFT_RETURNED: _draft_returned,
    Kind.ISSUED: _issued,
    Kind.SEALED: _sealed,
    Kind.RAISED: _raised,
    Kind.COUNTERSIGNED: _countersigned,
    Kind.STAMPED: _stamped,
    Kind.LOTS_ASKED: _lots_asked,
    Kind.LOTS_DRAWN: _lots_drawn,
    Kind.DELIVERED: _delivered,
    Kind.CLOCK_STARTED: _clock("running"),
    Kind.CLOCK_PAUSED: _clock("paused"),
    Kind.CLOCK_RESUMED: _clock("running"),
    Kind.CLOCK_STOPPED: _clock("stopped"),
    Kind.CLOCK_PASSED: _clock("passed"),
    Kind.CLOCK_RECOMPUTED: _clock(""),
    Kind.REMINDED: _reminded,
    Kind.URGED: _urged,
    Kind.HANDED_ON: _handed_on,
    Kind.OPINION_ASKED: _opinion_asked,
    Kind.OPINION_GIVEN: _opinion_given,
    Kind.SENT_BACK: _sent_back,
    Kind.MENDED: _mended,
    Kind.TAKEN_OVER: _taken_over,
    Kind.PAPER_ENTERED: _paper_entered,
    Kind.SHEET_SEALED: _sheet_sealed,
    Kind.SHEETS_OPENED: _sheets_opened,
    Kind.ARCHIVED: _archived,
    Kind.PACKAGED: _to_act("package"),
    Kind.ARCHIVE_CHECKED: _to_act("checked"),
}
