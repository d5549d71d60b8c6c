"""Sign off, take back, record delivery, ask again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.cases.book import Book
from pipeline.cases.case import Case, Pending
from pipeline.cases.clocks import RECEIVED, turn
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_plain, issue, move
from pipeline.cases.fold import fold
from pipeline.cases.operations.answers import open_opinions, refused
from pipeline.cases.trigger import APPLICANT
from pipeline.law.lifecycle import clock_step

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

RECEIPT = "receipt_record"
"""The document that tells the filer under which number something was received."""
_RESTORED = {"running": Kind.CLOCK_STARTED, "paused": Kind.CLOCK_PAUSED, "passed": Kind.CLOCK_PASSED}


def sign_off(ground: Ground, book: Book) -> Decision:
    """The signing officer's word on a draft: sign, return with a reason, or an edited draft.

    The sheet is bound to the drafts as shown by their hash, so what is signed is what was read.
    """
    case, filing = ground.case, ground.filing
    if case is None or case.pending is None:
        return refused(ground, "没有等待签发的文稿；可能已经签发或退回。", "No draft waits for sign-off; it may have been dealt with already.", Outcome.STALE)
    if ground.verdict.errors:
        return Decision(Answer(Outcome.REFUSED, "签发单有必须改正的问题，未办理。", "The sheet has things to put right.", case.no, findings=ground.verdict.findings))
    if not filing.bound or filing.bound != case.pending.bound:
        return refused(ground, "这张签发单对应的文稿已有变化，请用“待签发”文件夹里的新签发单。", "The drafts have changed since this sheet was made; use the new one.", Outcome.STALE)
    who = _signer(ground, case.pending)
    if who is None:
        return refused(ground, *_not_an_officer(ground))
    decision = filing.data.get("decision")
    if decision == "sign" and (missing := open_opinions(case)):
        names = "、".join(f"{o['officer']}（{o['kind_zh']}）" for o in missing)
        return refused(ground, f"还有意见没有提出：{names}。意见提出（或者撤销征求）之后才能签发。", f"opinions asked before sign-off are not in: {names}")
    if decision == "sign" and (seal := ground.extra.get("seal_refusals", {}).get(who.get("deputy_for", ""))):
        return refused(ground, f"未签发，没有编号：{seal[0]}。修好后用同一张签发单重新投递即可。", f"Not signed off, no number taken: {seal[1]}. Drop the same sheet again afterwards.")
    book.enter(Kind.FILED, {"filing": filing_plain(filing)})
    outcomes: Mapping[str, Callable[[Ground, Book, Pending, dict[str, str]], Decision]] = {"sign": _sign, "return": _return, "edited": _edited}
    return outcomes[str(decision)](ground, book, case.pending, who)



def _signer(ground: Ground, pending: Pending) -> dict[str, str] | None:
    """Who signs, and in whose stead, when they may sign these documents today."""
    assert ground.case is not None
    right = ground.may_sign(str(ground.extra.get("signer", "")), {ground.case.papers[p].code for p in pending.papers})
    if right is None:
        return None
    return {"by": right.name} | ({"deputy_for": right.officer, "right": right.zh} if right.officer else {})


def _not_an_officer(ground: Ground) -> tuple[str, str]:
    name = str(ground.extra.get("signer", ""))
    if not name:
        why = str(ground.extra.get("why", ""))
        return f"未能证明签发人身份，未办理。{why}。", "Nobody is proven to have signed this; nothing was done."
    if elsewhere := next((right for right in ground.deputies if right.name == name), None):
        return (
            f"{name} 的代签授权（{elsewhere.zh}）不包括这几份文书，未办理。请由 {elsewhere.officer} 签发，或者另行授权。",
            f"{name}'s delegation does not cover these documents.",
        )
    return (
        f"签发人身份不符：{name} 今天没有签发权，也没有有效的授权书。请由签发人本人办理；代签须先登记授权。",
        f"{name} may not sign off today, in their own right or by delegation.",
    )


def _sign(ground: Ground, book: Book, pending: Pending, who: dict[str, str]) -> Decision:
    transition = ground.pack.lifecycle.transitions[pending.transition]
    issue(book, pending.papers, who)
    move(book, transition, book.case.filings[pending.filing]["data"])
    book.work("show_case", book.case.id)
    book.work("hide_draft", book.case.id, pending.group)
    numbers = "、".join(book.case.papers[p].number for p in pending.papers)
    return book.close(Answer(Outcome.RECORDED, f"已签发，文号 {numbers}；正在用印。", f"Signed off: {numbers}; being sealed.", book.case.no))


def _return(ground: Ground, book: Book, pending: Pending, who: dict[str, str]) -> Decision:
    reason = str(ground.filing.data.get("opinion") or "")
    book.enter(Kind.DRAFT_RETURNED, {"group": pending.group, "reason": reason, **who})
    book.work("show_case", book.case.id)
    book.work("hide_draft", book.case.id, pending.group)
    return book.close(Answer(Outcome.RECORDED, "已退回拟稿人，原因已记入时间线。", "Returned to the drafter with your reason.", book.case.no))


def _edited(ground: Ground, book: Book, pending: Pending, who: dict[str, str]) -> Decision:
    name = str(ground.filing.data.get("edited_file") or "")
    found = next((a for a in ground.filing.attachments if a.name == name or a.name.endswith("/" + name)), None)
    if found is None or not name:
        return refused(ground, "选了“改稿”，但没有随签发单附上改好的文稿（docx）。请把文稿与签发单放进同一个文件夹或压缩包投递。", "An edited draft was announced but none is enclosed.")
    wanted = [p for p in pending.papers if book.case.papers[p].title in name or book.case.papers[p].code in name] or list(pending.papers[:1])
    book.enter(Kind.DRAFT_EDITED, {"id": wanted[0], "group": pending.group, "docx_sha256": found.sha256, **who})
    book.work("draw", book.case.id, pending.group)
    return book.close(Answer(Outcome.RECORDED, "改稿已收，核对后会生成新的待签发文稿与签发单。", "The edited draft is being checked; a new sheet will follow.", book.case.no))


def take_back(ground: Ground, book: Book) -> Decision:
    """Take the last drop back, named by its receipt number, as long as nobody has acted on it; the journal keeps both."""
    case = ground.case
    if case is None:
        return refused(ground, "没有找到要撤回的提交：请填写回执上的收文号。", "No such filing; give the receipt number from your answer.")
    if ground.verdict.errors:
        return Decision(Answer(Outcome.REFUSED, "撤回单有必须改正的问题，未办理。", "There are things to put right.", case.no, findings=ground.verdict.findings))
    last = next((f for f in reversed(list(case.filings.values())) if f["role"] == APPLICANT and not f["taken_back"]), None)
    if words := _not_to_be_taken_back(ground, case, last):
        return refused(ground, *words)
    assert last is not None
    earlier = _before(case, last["id"])
    state = "withdrawn" if earlier.state == "draft" else earlier.state
    book.enter(Kind.TAKEN_BACK, {"filing": last["id"], "to": state, "reason": str(ground.filing.data.get("reason") or "")})
    restore_clocks(book, earlier)
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, "已撤回。原件与经过仍保存在记录中。", "Taken back; the record keeps both.", case.no))


def _not_to_be_taken_back(ground: Ground, case: Case, last: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Why this drop stays; None when it may be taken back."""
    number = str(ground.filing.data.get("receipt_no") or "").strip()
    meant = _received_as(case, number)
    if meant is None:
        return f"“{number}”不是本案的收文号，请照收文回执填写。", "That is not a receipt number of this case; copy it from your receipt."
    if case.filings[meant]["taken_back"]:
        return f"收文号 {number} 的提交已经撤回过，不必再次撤回。", "It has been taken back already."
    if last is None or meant != last["id"]:
        return (
            f"收文号 {number} 之后，本案又收到了新的提交；只能撤回最近一次提交。需要停止办理的，请提交撤回（放弃）申请书。",
            "Something was filed after it; only the latest filing can be taken back.",
        )
    if ground.filing.role == APPLICANT and ground.filing.owner != last["owner"]:
        return "这次提交不是从您的文件夹报送的，不能由您撤回。", "It was not filed from your folder, so you cannot take it back."
    if _acted_on(ground, case, last):
        return (
            "工作人员已经开始办理这次提交，不能再撤回；需要停止办理的，请提交撤回（放弃）申请书。",
            "Someone has already acted on it; file a withdrawal instead.",
        )
    return None


def _received_as(case: Case, number: str) -> str | None:
    """The filing that was received under a number, by the record of its receipt."""
    groups = [paper.group for paper in case.papers.values() if paper.code == RECEIPT and paper.number == number]
    return next((f for f in case.filings for group in groups if group.startswith(f"{f}-")), None)


def _acted_on(ground: Ground, case: Case, filing: Mapping[str, Any]) -> bool:
    """Whether the office has done anything since: a form of its own, or a step that no check of the filing itself took."""
    steps = ground.pack.lifecycle.transitions
    own = {t.id for t in steps.values() if any(trigger.check or trigger.form == filing["form"] for trigger in t.triggers)}
    since = case.history[len(_before(case, filing["id"]).history) + 1 :]
    return any(
        (event.kind is Kind.FILED and event.data["filing"]["role"] != APPLICANT) or (event.kind is Kind.MOVED and event.data["transition"] not in own)
        for event in since
    )


def _before(case: Case, filing: str) -> Case:
    """The case as it was when this filing came."""
    at = next(n for n, event in enumerate(case.history) if event.kind is Kind.FILED and event.data["filing"]["id"] == filing)
    earlier = fold(case.history[:at])
    assert earlier is not None
    return earlier


def restore_clocks(book: Book, earlier: Case) -> None:
    """Clocks as they were before the filing; what it started stops."""
    ended = book.pack.lifecycle.states[book.case.state].terminal
    for name, clock in list(book.case.clocks.items()):
        was = earlier.clocks.get(name)
        if was is not None and was.status in _RESTORED and not ended:
            if clock != was:
                book.enter(_RESTORED[was.status], was.data)
        elif clock.status in ("running", "paused"):
            book.enter(Kind.CLOCK_STOPPED, {"clock": name, "on": book.today.isoformat()})


def deliver(ground: Ground, book: Book) -> Decision:
    """Record that a document was served (送达回证); periods of the party start with it."""
    data, case = ground.filing.data, ground.case
    papers = [p for p in case.papers.values() if p.number == str(data.get("document_no", "")).strip()] if case else []
    if case is None or not papers:
        return refused(ground, f"没有文号为“{data.get('document_no', '')}”的已制发文书，请核对送达回证。", "No issued document has that number.")
    if ground.verdict.errors:
        return Decision(Answer(Outcome.REFUSED, "送达回证有必须改正的问题，未登记。", "The receipt of service has things to put right.", case.no, findings=ground.verdict.findings))
    paper = papers[-1]
    if paper.delivered_on:
        return refused(ground, f"{paper.number} 已登记送达（{paper.delivered_on}）。", "Its delivery is already on record.", Outcome.DUPLICATE)
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    book.enter(Kind.DELIVERED, {"id": paper.id, "number": paper.number, "on": data["received_on"].isoformat(), "method": str(data.get("method", ""))})
    _start_served(ground, book, paper.code, data["received_on"])
    book.work("show_case", case.id)
    book.work("hide_packet", case.id, paper.id)
    return book.close(Answer(Outcome.RECORDED, f"{paper.number} 已登记送达。", f"Delivery of {paper.number} recorded.", case.no))


def _start_served(ground: Ground, book: Book, code: str, on: date) -> None:
    """Periods of the party that start with the service of document `code` (`on_service` in documents.yaml)."""
    said = ground.pack.documents[code]
    turn(book, tuple(clock_step(step) for step in said.get("on_service") or ()), said.get("cite"), {RECEIVED: on})


def retry(ground: Ground, book: Book) -> Decision:
    """Ask that a failed step be tried again."""
    job = str(ground.filing.data.get("job", "")).strip()
    if not job:
        return refused(ground, "请填写失败步骤的编号（见“异常”文件夹中的说明）。", "Name the failed step; see the note in 异常.")
    if job not in ground.extra.get("failed", (job,)):
        return refused(ground, f"没有编号为“{job}”的失败步骤；请照“异常”文件夹中的说明填写，或已经办成。", f"no failed step is called {job}")
    data = {"job": job, "by": ground.filing.owner or ground.filing.role}
    book.enter(Kind.JOB_RETRIED, data, office=ground.case is None)
    book.work("retry", job, ground.filing.id)
    return book.close(Answer(Outcome.RECORDED, "已安排重试。", "It will be tried again.", ground.case.no if ground.case else ""))


def ask_move(ground: Ground, book: Book) -> Decision:
    """A case folder was dragged to another state: allowed only by a form; so say which, or that it is forbidden."""
    case, data = ground.case, ground.filing.data
    if case is None:
        return refused(ground, "没有找到被移动的案件。", "No such case.")
    states = ground.pack.lifecycle.states
    target = next((s for s in states.values() if str(data.get("to_state", "")) in (s.id, s.zh)), None)
    zh, en = _move_words(ground, case, target.id if target else "", target.zh if target else str(data.get("to_state", "")))
    book.enter(Kind.MOVE_ASKED, {"to": target.id if target else "", "to_zh": target.zh if target else str(data.get("to_state", "")), "zh": zh, "en": en})
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.REFUSED, zh, en, case.no))


def _move_words(ground: Ground, case: Case, target: str, target_zh: str) -> tuple[str, str]:
    here = ground.pack.lifecycle.states[case.state].zh
    ways = [t for t in ground.pack.lifecycle.leaving(case.state) if t.to == target]
    if not ways:
        return (
            f"不能从“{here}”直接到“{target_zh}”：本规则包没有这一步。文件夹已放回原处。",
            f"the law knows no step from {case.state} to {target or target_zh}; the folder was put back",
        )
    forms = [ground.pack.forms[code].title_zh for t in ways for code in t.by_forms if code in ground.pack.forms]
    cites = "；".join(dict.fromkeys(ground.pack.cite_text(t.cite) for t in ways))
    return (
        f"从“{here}”到“{target_zh}”需要先填《{'》或《'.join(dict.fromkeys(forms))}》（依据：{cites}），表已放在“待办”中。文件夹已放回原处。",
        f"this step needs a form, which lies in 待办; the folder was put back ({', '.join(t.id for t in ways)})",
    )


def start_series(ground: Ground, book: Book) -> Decision:
    """Set the first number of a series for a year, once, with a reason (offices that start mid-year)."""
    data = ground.filing.data
    if ground.verdict.errors:
        return Decision(Answer(Outcome.REFUSED, "登记表有必须改正的问题。", "There are things to put right.", findings=ground.verdict.findings))
    series, year, start = str(data["series"]), int(data["year"]), int(data["start"])
    if (f"{ground.pack.jurisdiction}/{series}", year) in ground.numbers.next_free:
        return refused(ground, f"文号系列“{series}”{year}年已经启用，起始号只能设一次，且须在第一次编号之前。", f"series {series} of {year} is in use; its start can be set only once")
    plain: dict[str, Any] = {
        "series": f"{ground.pack.jurisdiction}/{series}", "year": year, "start": start, "reason": str(data.get("reason", "")),
        "zh": f"文号系列“{series}”{year}年自第{start}号起：{data.get('reason', '')}", "en": f"series {series} of {year} starts at {start}",
    }  # fmt: skip
    book.enter(Kind.SERIES_STARTED, plain, office=True)
    return book.close(Answer(Outcome.RECORDED, plain["zh"], plain["en"]))
