"""A drop becomes a recorded decision: read, check, decide, record. Repeating it after a crash changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.compose import facts
from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.check import RuleContext, check_form
from pipeline.desk.compare import differences
from pipeline.desk.concealing import conceal, grounds, turned_away
from pipeline.desk.countersigning import receive_copy
from pipeline.desk.posts import gone_from, person_of, staff_of
from pipeline.desk.proof import faults_of_edit, signer_on, why_unproven
from pipeline.desk.proposing import beside, was_returned
from pipeline.desk.reading import read_drop
from pipeline.desk.record import drop_row, record
from pipeline.desk.seals import seal_refusals
from pipeline.desk.service import Desk
from pipeline.desk.trusting import signature_findings, tampered
from pipeline.desk.whose import SIGN_OFF, failed_jobs, find_case, not_yours, signer_of
from pipeline.intake.screen.notes import hostile
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.model import Drop, Filing, Finding, ReadForm, Submission, Verdict

DRY_RUN = "预审"
CLERK_FILING = "clerk_filing"
NO_PLACE = ("CASE", "CASE-UNIQUE")
"""Findings of `find_case`: a form for a case that is not here, a second application beside a live one. Nothing is opened for them."""


def receive_drop(desk: Desk, token: str) -> None:
    """Bring the drop `token` to its one recorded decision. Raises only for the program's own trouble."""
    with desk.reading() as connection:
        drop, outcome = drop_row(connection, token)
    if outcome is not None:
        return
    submission, secret = read_drop(desk, drop)
    if submission.main is None and not hostile(submission.findings) and receive_copy(desk, drop):
        return
    if secret:
        _receive_secret(desk, drop, submission)
    else:
        desk.vault.forget(drop.sha256)
        _receive_open(desk, drop, submission)


def _receive_secret(desk: Desk, drop: Drop, submission: Submission) -> None:
    """A drop with a sealed form: decided as others are, but nothing of what it says is laid open."""
    answer = turned_away(desk, drop, submission, DRY_RUN) or _refusal(desk, drop, submission)
    if answer is not None:
        told = conceal(desk, drop, replace(answer, findings=answer.findings or submission.findings))
        record(desk, drop, lambda connection: Decision(told), fingerprint="")
        return
    pack = pack_for(desk, drop, submission)

    def decided(connection: sa.Connection) -> Decision:
        decision = _decide(desk, connection, pack, drop, submission, fingerprint="")
        return replace(decision, answer=conceal(desk, drop, decision.answer))

    record(desk, drop, decided, fingerprint="")


def _receive_open(desk: Desk, drop: Drop, submission: Submission) -> None:
    refusal = _refusal(desk, drop, submission)
    if refusal is not None:
        record(desk, drop, lambda connection: Decision(refusal), fingerprint="")
        return
    assert submission.main is not None
    pack = pack_for(desk, drop, submission)
    if drop.role == DRY_RUN:
        record(desk, drop, lambda connection: Decision(_dry_run(desk, pack, drop, submission)), fingerprint="")
        return
    fingerprint = _fingerprint(drop, submission)
    record(desk, drop, lambda connection: _decide(desk, connection, pack, drop, submission, fingerprint), fingerprint)


def _refusal(desk: Desk, drop: Drop, submission: Submission) -> Answer | None:
    """An answer for drops that cannot become a filing at all."""
    if any(f.rule == "scan_alone" for f in submission.findings) and submission.main is None:
        return Answer(
            Outcome.TO_CLERK, "只有扫描件，没有数据表。工作人员会人工处理；请尽量同时投递填好的数据表。",
            "A scan alone: a clerk will handle it; please drop the data form as well.", findings=submission.findings,
        )  # fmt: skip
    if submission.main is None:
        unsafe = hostile(submission.findings)
        outcome = Outcome.QUARANTINED if unsafe else Outcome.UNREADABLE
        zh = "文件没有通过安全检查，已隔离，未打开。" if unsafe else "没有从文件中读到本系统的表格。请用“空白表格”或“待办”里的表填写后投递。"
        en = "Set aside unopened: it did not pass the safety checks." if unsafe else "No form of this office could be read in it."
        return Answer(outcome, zh, en, findings=submission.findings)
    if hostile(submission.findings):
        return Answer(
            Outcome.QUARANTINED, "提交中有不安全的文件，整份未打开、未办理；请去掉后重新投递。",
            "The drop holds unsafe files; nothing of it was opened or acted on.", findings=submission.findings,
        )  # fmt: skip
    return _wrong_door(pack_for(desk, drop, submission), drop, submission.main) or _not_a_clerk(drop, submission) or tampered(drop, submission)


def pack_for(desk: Desk, drop: Drop, submission: Submission) -> Pack:
    """The edition of the case that a submission speaks of; the pack in force for what speaks of none."""
    now = desk.pack(drop.jurisdiction)
    with desk.reading() as connection:
        for form in (submission.main, *submission.enclosed):
            spec = now.forms.get(form.identity.form) if form else None
            case = find_case(desk, connection, now, spec, form)[0] if form and spec else None
            if case is not None:
                return desk.pack_of(case)
    return now


def _wrong_door(pack: Pack, drop: Drop, main: ReadForm) -> Answer | None:
    identity = main.identity
    if identity.jurisdiction != drop.jurisdiction:
        return Answer(
            Outcome.REFUSED, f"这张表属于“{identity.jurisdiction}”，投到了“{drop.jurisdiction}”的文件夹，未办理。请改投。",
            f"a form of {identity.jurisdiction} was dropped at {drop.jurisdiction}",
        )  # fmt: skip
    spec = pack.forms.get(identity.form)
    if spec is None:
        return Answer(Outcome.REFUSED, f"本规则包没有“{identity.form}”这张表。", f"this pack has no form {identity.form}")
    if identity.version != spec.version:
        return Answer(
            Outcome.REFUSED, f"《{spec.title_zh}》已更新为 {spec.version} 版，您用的是 {identity.version} 版。请用新表。",
            f"the form is now at version {spec.version}; yours is {identity.version}",
        )  # fmt: skip
    allowed = (*spec.filed_by, DRY_RUN)
    if spec.filed_by and drop.role not in allowed:
        return Answer(
            Outcome.REFUSED, f"《{spec.title_zh}》应投到“{'”或“'.join(spec.filed_by)}”文件夹，投到“{drop.role}”不办理。",
            f"{spec.code} is to be dropped at {', '.join(spec.filed_by)}, not {drop.role}",
        )  # fmt: skip
    return None


def _not_a_clerk(drop: Drop, submission: Submission) -> Answer | None:
    """Only an officer may say on which day something was really received."""
    if drop.role in ("办理", DRY_RUN) or all(f.identity.form != CLERK_FILING for f in submission.enclosed):
        return None
    return Answer(
        Outcome.REFUSED, "《代办登记》只能由承办人投到“办理”文件夹；请取出这张表后重新投递。",
        "Only an officer may register for somebody else; take that form out and drop the rest again.",
    )  # fmt: skip


def _fingerprint(drop: Drop, submission: Submission) -> str:
    """What makes two submissions the same: jurisdiction, form, case, what was filled in, and the attachments' bytes."""
    main = submission.main
    assert main is not None
    content = {
        "jurisdiction": drop.jurisdiction, "form": main.identity.form, "case": main.identity.case, "revision": main.identity.revision,
        "bound": main.identity.bound, "raw": _plain(main.raw),
        "enclosed": sorted(encode([f.identity.form, _plain(f.raw)]) for f in submission.enclosed),
        "attachments": sorted(a.sha256 for a in submission.attachments),
    }  # fmt: skip
    return hashlib.sha256(encode(content).encode()).hexdigest()


def _plain(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return {str(key): _plain(value) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_plain(value) for value in raw]
    return str(raw)


def _decide(desk: Desk, connection: sa.Connection, pack: Pack, drop: Drop, submission: Submission, fingerprint: str) -> Decision:
    if fingerprint and (known := _already(desk, connection, drop, fingerprint)):
        return Decision(known)
    today = desk.clock().date()
    filing, verdict, case, fault = _checked(desk, connection, pack, drop, submission, today)
    if fault is not None:
        return Decision(fault)
    if blocked := next((f for f in verdict.findings if f.rule in NO_PLACE), None):
        zh, en = (blocked.zh, blocked.en) if fingerprint else ("表中的案件不在本办公室", "the form names no case of this office")
        return Decision(Answer(Outcome.REFUSED, zh + "，未办理。", en + "; nothing was done", findings=(blocked,)))
    signer = signer_of(desk, filing)
    why = why_unproven(desk, submission.main) if submission.main and drop.role == SIGN_OFF and not signer else ""
    staff = staff_of(desk, connection, drop.jurisdiction)
    if gone := gone_from(staff, {person_of(desk, drop), signer if drop.role == SIGN_OFF else ""}, drop.role, today):
        return Decision(gone)
    more = grounds(desk, case, filing) | {"signer": signer, "why": why, "failed": failed_jobs(desk) if filing.form == "retry_request" else ()}
    if drop.role == SIGN_OFF:
        more |= {"filer": signer, "seal_refusals": seal_refusals(desk, case, signer, staff.deputies(today))}
    ground = Ground(
        pack=pack, case=case, filing=filing, verdict=verdict, numbers=registers.number_view(connection), today=today,
        differences=differences(pack, case, filing) if fingerprint else (), officers=staff.officers(today), deputies=staff.deputies(today),
        people={role: staff.acting(role, today) for role in staff.roles()}, extra={**more, **beside(desk, connection, filing, submission, staff)},
    )  # fmt: skip
    return decide(ground)


def _already(desk: Desk, connection: sa.Connection, drop: Drop, fingerprint: str) -> Answer | None:
    """The answer to a duplicate: 已收到 as what, when. What was taken back, or belongs to a case that is over, may come again."""
    table = registers.drops
    query = sa.select(table).where(table.c.fingerprint == fingerprint, table.c.token != drop.token, table.c.outcome.in_(("received", "correction", "recorded")))
    rows = connection.execute(query.order_by(table.c.seq)).all()
    first = next((row for row in rows if _still_counts(desk, connection, row)), None)
    if first is None:
        return None
    answer = decode(first.answer)
    when = first.received_at[:16].replace("T", " ")
    number = f"，收文号 {answer['number']}" if answer["number"] else ""
    return Answer(
        Outcome.DUPLICATE, f"内容与 {when} 收到的“{first.name}”完全相同（案号 {answer['case_no'] or '无'}{number}），没有重复登记。",
        f"the same as what was received on {when} as {answer['number'] or answer['case_no']}; nothing was done again",
        answer["case_no"], answer["number"],
    )  # fmt: skip


def _still_counts(desk: Desk, connection: sa.Connection, row: Any) -> bool:
    if was_returned(desk, connection, row.token):
        return False
    case = desk.shelf.get(connection, row.case_id) if row.case_id else None
    if case is None or row.token not in case.filings:
        return True
    pack, filing = desk.pack_of(case), case.filings[row.token]
    over = pack.lifecycle.states[case.state].terminal and pack.forms[filing["form"]].opens_case
    return not (filing["taken_back"] or over)


Checked = tuple[Filing, Verdict, Case | None, Answer | None]


def _checked(desk: Desk, connection: sa.Connection, pack: Pack, drop: Drop, submission: Submission, today: date) -> Checked:
    main, received_on, enclosed = submission.main, drop.received_at.date(), submission.enclosed
    assert main is not None
    role, clerk = drop.role, next((f for f in (main, *enclosed) if f.identity.form == CLERK_FILING), None)
    if clerk is not None:
        others = tuple(f for f in (main, *enclosed) if f is not clerk)
        inner = next((f for f in others if f.identity.form in pack.forms and "申报" in pack.forms[f.identity.form].filed_by), None)
        if inner is None:
            return _nothing_enclosed(drop, main, today)
        main, enclosed, role = inner, tuple(f for f in others if f is not inner), "申报"
    spec = pack.forms[main.identity.form]
    case, finding = find_case(desk, connection, pack, spec, main)
    known = facts(pack, case)
    data, extra = _enclosed(pack, enclosed, submission, known, received_on, today)
    if clerk is not None:
        registered = _check(pack, clerk, submission, _inner(pack, main, submission, data, known, received_on, today), known, received_on, today)
        if registered.errors:
            return _badly_registered(drop, main, registered, today)
        received_on, data = registered.data["received_on"], {**data, CLERK_FILING: registered.data}
        extra += registered.findings
    theirs = _without_evidence(submission, data.get(CLERK_FILING))
    verdict = _check(pack, main, theirs, data, known, received_on, today)
    edited = faults_of_edit(desk, case, submission) + signature_findings(pack, spec, verdict.data, replace(submission, main=main), lambda: desk.keys.pins)
    findings = tuple(f for f in submission.findings) + extra + verdict.findings + ((finding,) if finding else ()) + edited
    if stranger := not_yours(case, drop.role, drop.owner):
        findings, case = (stranger,), None
    filing = replace(_filing(drop, main, role, data, submission, verdict, received_on), signed_by=signer_on(desk, main), signatures=submission.signatures)
    return filing, replace(verdict, findings=findings), case, None


def _without_evidence(submission: Submission, registration: Mapping[str, Any] | None) -> Submission:
    """What the applicant sent, without the clerk's own evidence of receipt, which no list of theirs can name."""
    evidence = str((registration or {}).get("evidence_file") or "")
    kept = tuple(a for a in submission.attachments if not evidence or a.name.rsplit("/", 1)[-1] != evidence.rsplit("/", 1)[-1])
    return replace(submission, attachments=kept)


def _inner(
    pack: Pack, main: ReadForm, submission: Submission, enclosed: Mapping[str, Any], case: Mapping[str, Any], received_on: date, today: date
) -> dict[str, Any]:
    """The applicant's form beside what is enclosed, for the rules of the clerk's registration."""
    return {**enclosed, main.identity.form: _check(pack, main, submission, enclosed, case, received_on, today).data}


def _nothing_enclosed(drop: Drop, main: ReadForm, today: date) -> Checked:
    answer = Answer(
        Outcome.REFUSED, "代办登记表要与申请人的表放在同一个文件夹或压缩包里投递；没有找到申请人的表。",
        "A clerk's registration must come with the applicant's form in one bundle.",
    )  # fmt: skip
    empty = Submission(main=main)
    return _filing(drop, main, drop.role, {}, empty, Verdict(), today), Verdict(), None, answer


def _badly_registered(drop: Drop, main: ReadForm, verdict: Verdict, today: date) -> Checked:
    """The clerk's own registration has faults: that is no fault of the applicant's, so nothing is opened and nothing is asked of them."""
    answer = Answer(
        Outcome.REFUSED, "代办登记表有必须改正的问题，未登记；改正后请把整个文件夹重新投递。",
        "The registration has things to put right; nothing was registered. Correct it and drop the whole bundle again.", findings=verdict.findings,
    )  # fmt: skip
    return _filing(drop, main, drop.role, {}, Submission(main=main), Verdict(), today), Verdict(), None, answer


def _check(
    pack: Pack, form: ReadForm, submission: Submission, enclosed: Mapping[str, Any], case: Mapping[str, Any], received_on: date, today: date
) -> Verdict:
    files = tuple(
        {"name": a.name, "format": a.media_type, "pages": a.pages or 0, "size": a.size, "sha256": a.sha256} for a in submission.attachments
    )
    context = RuleContext(enclosed=enclosed, files=files, case=case, received_on=received_on, today=today)
    return check_form(pack, pack.forms[form.identity.form], form.raw, form.places, context)


def _enclosed(
    pack: Pack, forms: tuple[ReadForm, ...], submission: Submission, case: Mapping[str, Any], received_on: date, today: date
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    known = [form for form in forms if form.identity.form in pack.forms]
    beside = {form.identity.form: normalise(pack.forms[form.identity.form].fields, form.raw).data for form in known}
    data: dict[str, Any] = {}
    findings: tuple[Finding, ...] = ()
    for form in known:
        others = {code: said for code, said in beside.items() if code != form.identity.form}
        verdict = _check(pack, form, submission, others, case, received_on, today)
        title = pack.forms[form.identity.form].title_zh
        data[form.identity.form] = verdict.data
        findings += tuple(f.evolve(place=f"《{title}》{f.place}", path=f"{form.identity.form}.{f.path}") for f in verdict.findings)
    return data, findings


def _filing(
    drop: Drop, main: ReadForm, role: str, enclosed: Mapping[str, Any], submission: Submission, verdict: Verdict, received_on: date
) -> Filing:
    return Filing(
        id=drop.token, form=main.identity.form, version=main.identity.version, jurisdiction=drop.jurisdiction, role=role, owner=drop.owner,
        data=verdict.data, enclosed=enclosed, attachments=submission.attachments, original=drop.sha256, name=drop.name,
        received_on=received_on, received_at=drop.received_at, case=main.identity.case, revision=main.identity.revision,
        bound=main.identity.bound, main_name=main.source, main_sha256=main.sha256,
    )  # fmt: skip


def rehearse(desk: Desk, drop: Drop, submission: Submission) -> Answer:
    """The full report on something that was never dropped: nothing is registered, no case is opened."""
    return _refusal(desk, drop, submission) or _dry_run(desk, pack_for(desk, drop, submission), drop, submission)


def _dry_run(desk: Desk, pack: Pack, drop: Drop, submission: Submission) -> Answer:
    """`预审/`: the full report, no case, no number."""
    with desk.reading() as connection:
        filing, verdict, case, fault = _checked(desk, connection, pack, drop, submission, desk.clock().date())
    if fault is not None:
        return replace(fault, outcome=Outcome.DRY_RUN)
    errors = len(verdict.errors)
    zh = f"有 {errors} 处必须改正。" if errors else "没有必须改正的问题，可以正式投递。"
    en = f"{errors} things to put right." if errors else "Nothing to put right; ready to be dropped for real."
    return Answer(Outcome.DRY_RUN, zh, en, case.no if case else "", findings=verdict.findings)
