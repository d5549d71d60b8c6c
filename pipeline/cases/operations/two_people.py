"""Propose and confirm: a matter that one person enters and another confirms against the original. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.cases.book import Book
from pipeline.cases.decision import Answer, Decision, Effects, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_plain
from pipeline.cases.operations.answers import faulty, refused
from pipeline.cases.operations.holidays import faults, lines_of, set_calendar
from pipeline.cases.operations.takeover import examine, known_of, take_over, taken_lines
from pipeline.cases.proposals import CONFIRMED, OPEN, RETURNED, Proposal, digest_of, next_number
from pipeline.cases.trigger import OFFICER
from pipeline.model import Finding

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

SIGNER = "签发"


def propose_takeover(ground: Ground, book: Book) -> Decision:
    """Open paper cases are entered by an officer; the whole table is examined before anything is proposed."""
    if fault := _entered(ground):
        return fault
    taken, findings = examine(ground.pack, ground.filing, known_of(ground))
    if findings:
        return _wrong(ground, findings)
    lines = taken_lines(ground.pack, taken, ground)
    return _propose(ground, book, f"接管已有案件{len(taken)}件", f"take over {len(taken)} cases", lines)


def propose_holidays(ground: Ground, book: Book) -> Decision:
    """The holidays of a year are entered by one person, with a list of the dates they change."""
    if fault := _entered(ground):
        return fault
    wrong = faults(ground.filing.data, ground.pack.calendar, ground.extra.get("places") or {})
    if wrong:
        return _wrong(ground, wrong)
    lines = lines_of(ground.filing.data, ground.pack.calendar, ground.extra.get("open_cases") or ())
    year = ground.filing.data["year"]
    return _propose(ground, book, f"登记{year}年放假安排", f"the holidays of {year}", lines)


def _entered(ground: Ground) -> Decision | None:
    """Why this cannot be entered: faults of the form, or nobody stands behind it."""
    if ground.verdict.errors:
        return faulty(ground)
    if not ground.extra.get("filer"):
        return refused(ground, "这件事要由两个人办理，登记人须从本人的文件夹投递（或者用本人证书签名），请不要投到公用文件夹。", "Two people are needed: drop it from your own folder.")
    return None


def _wrong(ground: Ground, findings: Iterable[Finding]) -> Decision:
    told = tuple(findings)
    zh = f"有{len(told)}处必须改正，整份没有登记，什么也没有改变；改正后请重新投递。"
    return Decision(Answer(Outcome.REFUSED, zh, f"{len(told)} things to put right; nothing was entered.", findings=(*ground.verdict.findings, *told)))


def _propose(ground: Ground, book: Book, zh: str, en: str, lines: Iterable[str]) -> Decision:
    known: Mapping[str, Proposal] = ground.extra.get("proposals") or {}
    plain = filing_plain(ground.filing)
    no, by = next_number(known, ground.filing), str(ground.extra["filer"])
    same = next((p for p in known.values() if p.status == OPEN and p.digest == digest_of(plain)), None)
    if same is not None:
        return refused(ground, f"同样的内容已经登记（{same.no}），正在等待复核。", f"the same was entered as {same.no}", Outcome.DUPLICATE)
    data = {
        "no": no, "jurisdiction": ground.pack.jurisdiction, "title": zh, "by": by, "on": ground.today.isoformat(), "digest": digest_of(plain),
        "filing": plain, "lines": list(lines), "places": _row_places(ground), "zh": f"{by}登记：{zh}，等待复核（{no}）", "en": f"{by} entered {en}; a second person has to confirm it",
    }  # fmt: skip
    book.enter(Kind.PROPOSED, data, office=True)
    book.work("show_proposal", no)
    told = "".join(f"\n{line}" for line in data["lines"])
    answer = f"已登记为 {no}，由另一位工作人员复核后才生效；材料和《复核确认单》在“复核”文件夹里。将要登记的内容：{told}"
    return book.close(Answer(Outcome.RECORDED, answer, f"Entered as {no}; it takes effect once a second person has confirmed it."))


def _row_places(ground: Ground) -> dict[str, str]:
    """Where the rows stood on the original, for what is told once the sheet itself is no longer at hand."""
    places: Mapping[str, str] = ground.extra.get("places") or {}
    return {path: place for path, place in places.items() if path.endswith("]")}


def confirm(ground: Ground, book: Book) -> Decision:
    """The second person's word: confirmed and done at once and wholly, or returned with the reason."""
    if ground.verdict.errors:
        return faulty(ground)
    data = ground.filing.data
    known: Mapping[str, Proposal] = ground.extra.get("proposals") or {}
    proposal = known.get(str(data["item_no"]).strip())
    if proposal is None or proposal.jurisdiction != ground.pack.jurisdiction:
        return refused(ground, f"没有编号为“{data['item_no']}”的复核事项，请用“复核”文件夹里的《复核确认单》。", f"nothing waits under {data['item_no']}")
    if proposal.status != OPEN:
        done = {CONFIRMED: "已经确认", RETURNED: "已经退回"}[proposal.status]
        return refused(ground, f"{proposal.no} {done}，不再办理。", f"{proposal.no} is {proposal.status} already", Outcome.STALE)
    if ground.filing.bound != proposal.digest:
        return refused(ground, "这张确认单与现在的复核材料不一致，请用“复核”文件夹里的确认单。", "The sheet is not bound to what waits; use the one in 复核.", Outcome.STALE)
    if wrong := _not_second(ground, proposal):
        return refused(ground, *wrong)
    return _returned(ground, book, proposal) if data["decision"] == "return" else _confirmed(ground, book, proposal)


def _not_second(ground: Ground, proposal: Proposal) -> tuple[str, str] | None:
    """Why whoever filed this may not be the second person."""
    who = str(ground.extra.get("filer") or "")
    if not who:
        return "未能证明复核人身份：请从本人的文件夹投递，或者用本人证书签名。", "Nobody is proven to have confirmed this."
    if who == proposal.by:
        return f"{proposal.no} 是 {who} 登记的，登记人不能复核自己登记的事项，请由另一位工作人员复核。", f"{who} entered it and cannot confirm it"
    if str(ground.filing.data["officer"]) != who:
        return f"复核人写的是“{ground.filing.data['officer']}”，实际投递的是 {who}，请由本人填写、本人投递。", "Somebody else is named than the one who filed it."
    if proposal.form == "case_takeover" and (ground.filing.role != SIGNER or not ground.may_sign(who)):
        return "接管案件须由签发人复核确认，请由签发人从本人的签发文件夹投递。", "Taking cases over is confirmed by a signing officer."
    if ground.filing.role not in (OFFICER, SIGNER):
        return "复核只能由承办人或者签发人办理。", "Only an officer may confirm it."
    return None


def _returned(ground: Ground, book: Book, proposal: Proposal) -> Decision:
    who, reason = str(ground.extra["filer"]), str(ground.filing.data.get("reason") or "")
    zh = f"{who}退回 {proposal.no}（{proposal.title}）：{reason}"
    book.enter(Kind.PROPOSAL_CLOSED, {"no": proposal.no, "outcome": RETURNED, "by": who, "reason": reason, "zh": zh, "en": f"{proposal.no} returned by {who}"}, office=True)
    book.work("hide_proposal", proposal.no)
    return book.close(Answer(Outcome.RECORDED, f"{zh}。没有作任何改变；改正后请由登记人重新登记。", f"{proposal.no} returned; nothing was changed."))


def _confirmed(ground: Ground, book: Book, proposal: Proposal) -> Decision:
    who = str(ground.extra["filer"])
    made = EFFECTS[proposal.form](ground, proposal, who)
    if not isinstance(made, Effects):
        return _wrong(ground, made)
    data: dict[str, Any] = {"no": proposal.no, "outcome": CONFIRMED, "by": who, "reason": str(ground.filing.data.get("reason") or "")}
    book.enter(Kind.PROPOSAL_CLOSED, {**data, "zh": f"{who}复核确认 {proposal.no}：{made.zh}", "en": f"{proposal.no} confirmed by {who}"}, office=True)
    book.work("hide_proposal", proposal.no)
    closed = book.close(Answer(Outcome.RECORDED, made.zh, made.en))
    return Decision(closed.answer, (*closed.events, *made.events), (*closed.claims, *made.claims), (*closed.works, *made.works))


EFFECTS: Mapping[str, Callable[[Ground, Proposal, str], Effects | tuple[Finding, ...]]] = {
    "case_takeover": take_over,
    "holiday_table": set_calendar,
}
"""What a confirmed proposal does, by its form: its effects, or what has come to stand against it since."""
