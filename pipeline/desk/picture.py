"""What a case looks like as a folder: which files, under which names, prefilled for whom. The same case gives the same bytes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pipeline.cases.archiving import items_of
from pipeline.cases.case import Case, Paper, Pending, Running
from pipeline.cases.codec import encode
from pipeline.cases.compose import facts, fill
from pipeline.cases.folders import Piece, Unit
from pipeline.cases.judge import Judge
from pipeline.cases.ledger import counting, ledger
from pipeline.cases.pages import page
from pipeline.cases.timeline import Names, timeline
from pipeline.cases.trigger import APPLICANT, OFFICER
from pipeline.desk.parties import countersigning_lines
from pipeline.diskwork import ContentStore
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.rulefacts import parameters
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, build_pdf
from pipeline.papers.marks import chinese_date

LONGEST_NAME = 48
FILING = "archiving_record"
"""The form by which a case that is over is filed in the archive."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def safe_name(text: str, longest: int = LONGEST_NAME) -> str:
    """`text` as a file name on Windows shares: no forbidden signs, no trailing dot or space, not too long."""
    name = _FORBIDDEN.sub("", unicodedata.normalize("NFC", text)).strip(" .")
    return name[:longest].rstrip(" .") or "未命名"


def fitted(unit: Unit, room: int) -> Unit:
    """`unit` with file names cut where `folder/name` would be longer than `room` characters; cut names stay different."""
    pieces = {_fitted(name, room - len(unit.folder) - 1): piece for name, piece in unit.pieces.items()}
    return replace(unit, pieces=pieces)


def _fitted(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    folder, slash, file = name.rpartition("/")
    stem, dot, suffix = file.rpartition(".")
    mark = hashlib.sha256(name.encode()).hexdigest()[:4]
    keep = max(room - len(folder + slash + dot + suffix) - len(mark) - 1, 8)
    return f"{folder}{slash}{stem[:keep].rstrip(' .')}~{mark}{dot}{suffix}"


def short_name(case: Case) -> str:
    """`编号_单位简称`, the name of a case's folder wherever it lies."""
    applicant = case.application.get("applicant") or {}
    return safe_name(f"{case.no}_{str(applicant.get('name', '')) or '未具名'}", 36)


def case_folder(pack: Pack, case: Case) -> str:
    """Where a case lies, relative to the outbox."""
    state = pack.lifecycle.states[case.state]
    return f"{pack.jurisdiction}/{state.phase}/{safe_name(state.zh)}/{short_name(case)}"


def names_of(pack: Pack) -> Names:
    """What things are called in a pack."""
    methods = pack.forms["service_receipt"].fields["method"]["meta"]["options"] if "service_receipt" in pack.forms else ()
    return Names(
        states={s.id: (s.zh, s.en) for s in pack.lifecycle.states.values()},
        transitions={t.id: (t.zh, t.en) for t in pack.lifecycle.transitions.values()},
        clocks={name: _both(clock, name) for name, clock in pack.lifecycle.clocks.items()},
        documents={code: _both(spec, code) for code, spec in pack.documents.items()},
        forms={code: (spec.title_zh, spec.title_en) for code, spec in pack.forms.items()},
        methods={str(option["code"]): _both(option, str(option["code"])) for option in methods},
        sealed=frozenset(code for code, spec in pack.documents.items() if spec.get("seal")),
        cite=pack.cite_text,
    )


def _both(said: Mapping[str, Any], code: str) -> tuple[str, str]:
    zh = str(said.get("zh", code))
    return zh, str(said.get("en", zh))


def case_unit(pack: Pack, case: Case, store: ContentStore, answers: Mapping[str, bytes]) -> Unit:
    """The whole folder of a case. `answers` are the answers to its drops, by file name."""
    pieces: dict[str, Piece] = {}
    pieces |= {name: Piece(data) for name, data in _received(pack, case, store)}
    pieces |= {f"收件/{name}": Piece(data) for name, data in answers.items()}
    pieces |= {name: Piece(data) for name, data in _issued(case, store)}
    pieces |= {f"待办/{name}": Piece(data, editable=True) for name, data in todo_forms(pack, case)}
    pieces["时间线.html"] = Piece(timeline_page(pack, case))
    return Unit(case.id, case_folder(pack, case), pieces)


def _received(pack: Pack, case: Case, store: ContentStore) -> Iterator[tuple[str, bytes]]:
    for n, filing in enumerate(case.filings.values(), 1):
        title = pack.forms[filing["form"]].title_zh if filing["form"] in pack.forms else filing["form"]
        back = "（已撤回）" if filing["taken_back"] else ""
        stem = safe_name(f"{n:02d}_{title}{back}")
        if filing.get("stamped"):
            yield f"收件/{stem}.pdf", store.get(filing["stamped"])
        if filing["role"] == "申报":
            for attachment in filing["attachments"]:
                yield f"收件/{n:02d}_附件/{_safe_path(attachment['name'].removeprefix('附件/'))}", store.get(attachment["sha256"])


def _safe_path(name: str) -> str:
    return "/".join(safe_name(part, 60) for part in name.split("/") if part not in ("", ".", ".."))


def _issued(case: Case, store: ContentStore) -> Iterator[tuple[str, bytes]]:
    for paper in case.papers.values():
        if paper.sha256 and paper.status in ("sealed", "void"):
            stem = issued_stem(paper)
            yield f"发文/{stem}.pdf", store.get(paper.sha256)
            if paper.docx_sha256:
                yield f"发文/{stem}.docx", store.get(paper.docx_sha256)
            yield f"发文/{stem}.json", encode(paper.context).encode()
            if paper.mended:
                yield f"发文/{stem}_说明.txt", f"{paper.mended}\r\n".encode("utf-8-sig")


def issued_stem(paper: Paper) -> str:
    """`文号_标题`: the name of an issued document's files."""
    return safe_name(f"{paper.number}_{paper.title}")


def open_forms(pack: Pack, case: Case) -> tuple[tuple[str, FormSpec], ...]:
    """(role, form) for whoever may act next: what could be filed as the case stands. While a draft waits for sign-off, only what stops the case."""
    found: dict[tuple[str, str], FormSpec] = {}
    judge = Judge(pack, case, None, date.fromisoformat(case.opened_on))
    for transition, trigger in ((step, t) for step in pack.lifecycle.leaving(case.state) if step.offered for t in step.triggers):
        role = trigger.roles[0] if trigger.roles else OFFICER
        able = trigger.form in pack.forms and judge.may_hold((transition.offered_when, trigger.when, *(guard.rule for guard in transition.guards)))
        if able and (case.pending is None or role == APPLICANT):
            for code in (trigger.form, *(pack.forms[trigger.form].notes.get("encloses") or ())):
                found[(role, code)] = pack.forms[code]
    if case.pending is None and pack.lifecycle.states[case.state].terminal and items_of(pack, case) and FILING in pack.forms:
        found[(OFFICER, FILING)] = pack.forms[FILING]
    return tuple((role, spec) for (role, _), spec in found.items())


def todo_forms(pack: Pack, case: Case) -> Iterator[tuple[str, bytes]]:
    """The next forms, prefilled, carrying the case's revision; decisions stay blank."""
    for role, spec in open_forms(pack, case):
        yield safe_name(f"{role}_{spec.title_zh}") + ".docx", todo_form(pack, case, role, spec)


def todo_form(pack: Pack, case: Case, role: str, spec: FormSpec) -> bytes:
    """One prefilled form of a case."""
    identity = FormIdentity(
        form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction, case=case.id, revision=case.revision, role=role
    )
    return build_docx(pack, spec, identity, prefill(pack, case, spec))


def prefill(pack: Pack, case: Case, spec: FormSpec, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values a form starts with: what was filed last on the same form by the applicant, and what its `prefill` names.

    `prefill: {field: dotted.path}` reads the case's facts; decisions are never named there, so they stay blank.
    """
    values: dict[str, Any] = {}
    if spec.opens_case:
        values |= {name: value for name, value in case.forms.get(spec.code, {}).items() if value is not None}
    scope = {
        **facts(pack, case), **case.forms, "authority": dict(pack.authority), "lists": dict(pack.lists),
        "documents": dict(pack.documents), "param": parameters(pack), **(more or {}),
    }  # fmt: skip
    for field, path in (spec.notes.get("prefill") or {}).items():
        value = _resolve(path, scope)
        if value not in (None, "", [], {}):
            _put(values, field, _typed(spec.node(field), value))
    return values


def _typed(node: Mapping[str, Any] | None, value: Any) -> Any:
    """A date that the record keeps as text (a clock's end) as a date; anything else as it is."""
    if node is not None and node["meta"].get("kind") == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _resolve(path: Any, scope: Mapping[str, Any]) -> Any:
    if isinstance(path, list):
        return next((found for one in path if (found := _resolve(one, scope)) not in (None, "", [], {})), None)
    if isinstance(path, Mapping):
        return _from_rows(path, scope)
    if "{" in path:
        return fill(path, scope)
    value: Any = scope
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _from_rows(said: Mapping[str, Any], scope: Mapping[str, Any]) -> Any:
    """`{each: path, where: {column: [values]}, row: {…}}` gives rows; `{first: path, where, get: column}` one value."""
    where = {column: [fill(str(one), scope) for one in allowed] for column, allowed in (said.get("where") or {}).items()}
    rows = [row for row in _resolve(said.get("each") or said["first"], scope) or [] if _kept(row, where)]
    if "first" in said:
        return rows[0].get(said["get"]) if rows else None
    return [{name: _resolve(column, {**scope, "row": row}) for name, column in said["row"].items()} for row in rows]


def _kept(row: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    return all(row.get(column) in allowed for column, allowed in where.items())


def _put(values: dict[str, Any], field: str, value: Any) -> None:
    *groups, last = field.split(".")
    for group in groups:
        values = values.setdefault(group, {})
    values[last] = value


CLOCK_WORDS = {"running": "进行中", "paused": "停止计算", "stopped": "已终止", "passed": "已届满"}


def clock_row(pack: Pack, clock: Running) -> dict[str, Any]:
    """A clock as pages show it: its last day, how it came about, and its ledger."""
    book, counted = ledger(clock, pack.calendar), counting(clock)
    return {
        "zh": pack.lifecycle.clocks.get(clock.clock, {}).get("zh", clock.clock), "final": clock.data.get("final", ""),
        "nominal": clock.data.get("nominal", ""), "recomputed": clock.data.get("recomputed", ""), "printed_in": clock.data.get("printed_in", ""),
        "working": counted.get("working", ""), "cite": pack.cite_text(counted.get("cite", "")),
        "provisional": clock.data.get("provisional", False), "status": CLOCK_WORDS.get(clock.status, clock.status),
        "soft": clock.data.get("soft", False), "budget": book.budget, "still": book.still, "ledger": book.entries if len(book.entries) > 1 else (),
    }  # fmt: skip


def timeline_page(pack: Pack, case: Case) -> bytes:
    """`时间线.html`."""
    state = pack.lifecycle.states[case.state]
    clocks = [clock_row(pack, clock) for clock in case.clocks.values()]
    applicant = case.application.get("applicant") or {}
    values = {
        "case": case, "center": case.application.get("center_name", ""), "applicant": applicant.get("name", ""),
        "state": state.zh, "next": list(_next_lines(pack, case)), "clocks": clocks, "events": timeline(case, names_of(pack)),
    }  # fmt: skip
    return page("timeline", f"{case.no} 时间线", values)


def _next_lines(pack: Pack, case: Case) -> Iterable[str]:
    if case.pending is not None:
        titles = "、".join(f"《{case.papers[p].title}》" for p in case.pending.papers)
        yield f"等待签发：{titles}（签发文件夹“待签发”）"
    for role, spec in open_forms(pack, case):
        yield f"{role}：《{spec.title_zh}》（预填好的表在“待办”中；填好后投到 inbox 的“{role}”文件夹）"
    yield from (zh for zh, _ in countersigning_lines(pack, case))


def draft_unit(pack: Pack, case: Case, store: ContentStore, docx: Mapping[str, bytes]) -> Unit | None:
    """The folder in which a draft waits for sign-off; None when nothing waits or nothing has been drawn yet."""
    pending = case.pending
    if pending is None or not pending.bound:
        return None
    pieces: dict[str, Piece] = {}
    for paper in (case.papers[p] for p in pending.papers):
        stem = safe_name(paper.title)
        pieces[f"稿_{stem}.pdf"] = Piece(store.get(paper.draft_sha256))
        pieces[f"可改稿_{stem}.docx"] = Piece(docx[paper.id], editable=True)
    identity, values = sign_off_sheet(pack, case, pending)
    pieces["签发单.docx"] = Piece(build_docx(pack, pack.forms[identity.form], identity, values), editable=True)
    pieces["签发单.pdf"] = Piece(build_pdf(pack, pack.forms[identity.form], identity, values), editable=True)
    return Unit(f"draft:{pending.group}", draft_unit_folder(pack, case), pieces)


def sign_off_sheet(pack: Pack, case: Case, pending: Pending) -> tuple[FormIdentity, dict[str, Any]]:
    """The sheet for the drafts that wait: its identity, bound to them, and what it is prefilled with."""
    sheet = pack.forms["sign_off_sheet"]
    identity = FormIdentity(
        form=sheet.code, version=sheet.version, jurisdiction=pack.jurisdiction, case=case.id, revision=case.revision, role="签发", bound=pending.bound
    )
    papers = [case.papers[p] for p in pending.papers]
    step = pack.lifecycle.transitions[pending.transition].zh
    draft = {"step": step, "bound": pending.bound, "titles": [p.title for p in papers], "papers": [_draft_row(p) for p in papers]}
    return identity, prefill(pack, case, sheet, {"draft": draft})


def draft_unit_folder(pack: Pack, case: Case) -> str:
    """Where the drafts of a case wait for sign-off, relative to the outbox."""
    step = pack.lifecycle.transitions[case.pending.transition].zh if case.pending else ""
    return f"{pack.jurisdiction}/签发/待签发/{safe_name(short_name(case) + '_' + step)}"


def _draft_row(paper: Paper) -> dict[str, Any]:
    return {"code": paper.code, "title": paper.title, "kind": paper.context["doc"]["kind"], "addressee": paper.context["doc"]["addressee"], "sha256": paper.draft_sha256}


def packet_unit(pack: Pack, case: Case, paper: Paper, store: ContentStore) -> Unit:
    """`待送达/`: the document, a covering text, and the receipt of service to send back."""
    doc = paper.context["doc"]
    letter = (
        f"{doc['addressee']}：\r\n\r\n    随函送达《{paper.title}》（{paper.number}）一份，请查收，并在送达回证上签收后退回。\r\n\r\n"
        f"{doc['issuer']}\r\n{chinese_date(date.fromisoformat(paper.date))}\r\n"
    )
    spec = pack.forms["service_receipt"]
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction, case=case.id, revision=0, role="办理")
    more = {"document": {"number": paper.number, "title": paper.title, "addressee": doc["addressee"]}}
    pieces = {
        f"{issued_stem(paper)}.pdf": Piece(store.get(paper.sha256)),
        "送达说明.txt": Piece(letter.encode("utf-8-sig")),
        "送达回证.docx": Piece(build_docx(pack, spec, identity, prefill(pack, case, spec, more)), editable=True),
    }
    return Unit(f"packet:{paper.id}", f"{pack.jurisdiction}/待送达/{safe_name(paper.number + '_' + doc['addressee'])}", pieces)
