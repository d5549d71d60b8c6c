"""Handing in a form that stays sealed, and opening all of them when the last is in. Pure.

The findings in these answers are for the filer alone: whoever records a decision conceals them (see desk/concealing.py).
What decides here is who handed in, not what: the sheet's content comes as a box that only the office's key opens, and
its commitment, the SHA-256 of the file as dropped, enters the record at once. `opened` records what a round held, when
nobody's sheet is awaited any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.cases.book import Book
from pipeline.cases.case import Case, Plain
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_of, issue_now
from pipeline.cases.judge import Judge
from pipeline.cases.registers import NumberView
from pipeline.cases.sealed import Round, round_of
from pipeline.cases.trigger import OFFICER, Aim, aims_of
from pipeline.law.lifecycle import Transition
from pipeline.law.pack import Pack
from pipeline.law.sealed import Sealing, joint_score, matches, sealed_forms
from pipeline.model import Finding, Severity

if TYPE_CHECKING:
    from datetime import date

    from pipeline.cases.decide import Ground

OPEN = "open_sheets"
"""The job that opens a round."""


def hand_in(ground: Ground, book: Book, sealing: Sealing) -> Decision:
    """Take a sealed sheet, or say why not. Nothing of its content is in the decision but the box.

    `ground.extra` holds `filer` (who is proven to have dropped it), `box` (the sealed filing) and `bound` (the mark
    that this member's own sheet of this round carries).
    """
    case = ground.case
    if case is None:
        return Decision(Answer(Outcome.REFUSED, "表中没有本办公室的案件信息，没有收。请用您“回执/待填”里的表。", "The sheet names no case of this office; use the one handed out to you."))
    at = round_of(case, sealing)
    who = str(ground.extra.get("filer", ""))
    if why := _not_yours(ground, case, sealing, at, who) or _not_now(ground, case, sealing, at, who):
        return _refuse(ground, book, why)
    aim, findings = _aim(ground, book)
    if aim is None or findings or ground.verdict.errors:
        return _refuse(ground, book, _FAULTY, (*ground.verdict.findings, *findings))
    return _take(ground, book, sealing, aim.transition, at.sheets.get(who), who)


Why = tuple[str, str, Outcome]
_FAULTY: Why = ("表中有必须改正的问题，没有收。哪些问题，只写在您本人“回执”文件夹的回执里。", "There are things to put right; only the answer in your own folder says which.", Outcome.REFUSED)


def _not_yours(ground: Ground, case: Case, sealing: Sealing, at: Round, who: str) -> Why | None:
    if not who:
        return "不能证明这张表由谁提交，没有收。请投到您本人的文件夹（由管理员用 hongtou person add 登记）。", "Nobody is proven to have filed this; drop it into your own folder.", Outcome.REFUSED
    if sealing.stands_aside(case.forms, who):
        return f"{who}应当回避，不参加评分，没有收。", f"{who} has to stand aside", Outcome.REFUSED
    if why := _for_another(ground, sealing, at, who):
        return why
    if who not in at.members:
        return f"{who}不是本案现在的考核组成员，没有收。", f"{who} is not a member of this team", Outcome.REFUSED
    if who in at.excused:
        return f"组长已登记{who}不能评分，没有收。", f"{who} is on record as not scoring", Outcome.REFUSED
    if str(ground.filing.data.get(sealing.name) or "").strip() != who:
        return f"表中的姓名不是{who}，没有收。每人只能交自己的表。", "The name in the sheet is not yours.", Outcome.REFUSED
    return None


def _for_another(ground: Ground, sealing: Sealing, at: Round, who: str) -> Why | None:
    """A member's sheet that somebody else hands in, be it whoever stands in for them: a judgement is its maker's own act."""
    named = str(ground.filing.data.get(sealing.name) or "").strip()
    if named == who or named not in at.members:
        return None
    steps = (step for step in ground.pack.lifecycle.transitions.values() if step.by_form(ground.filing.form))
    cite = next((ground.pack.cite_text(step.cite) for step in steps), "")
    excuse = ground.pack.forms[sealing.excuse].title_zh if sealing.excuse in ground.pack.forms else ""
    remedy = f"{named}不能评分的，由组长用《{excuse}》登记原因。" if excuse else ""
    return (
        f"这是{named}的表，由{who}交来，没有收。个人评分须由本人独立作出、从本人文件夹提交；外出登记的代办人、接任的人和承办人都不能代交（依据：{cite}）。{remedy}",
        f"This is the sheet of {named}, handed in by {who}. A score is its member's own act: no deputy, successor or officer files it. The leader records whoever cannot score.",
        Outcome.REFUSED,
    )


def _not_now(ground: Ground, case: Case, sealing: Sealing, at: Round, who: str) -> Why | None:
    if at.opened is not None:
        return "本轮已经启封，不能再交，也不能再改。", "This round has been opened; nothing can be handed in or changed.", Outcome.REFUSED
    if at.complete:
        return "本轮已经交齐，正在启封，不能再改。", "All sheets are in and are being opened; nothing can be changed.", Outcome.REFUSED
    before = at.sheets.get(who)
    if before is not None and before["commitment"] == ground.filing.original:
        return "这份表已经收到并封存，无须再交。", "This very sheet is in already.", Outcome.DUPLICATE
    if ground.filing.bound != ground.extra.get("bound"):
        return "这张表不是本轮发给您本人的表，没有收。请用您“回执/待填”里的表。", "This is not the sheet of this round handed out to you.", Outcome.STALE
    return None


def _aim(ground: Ground, book: Book) -> tuple[Aim | None, tuple[Finding, ...]]:
    """The transition this sheet aims at, and what its guards say."""
    aims = aims_of(ground.pack.lifecycle, book.case.state, ground.filing)
    if not aims or book.case.pending is not None:
        state = ground.pack.lifecycle.states[book.case.state]
        zh, en = f"案件现在处于“{state.zh}”，这一环节不收这张表", f"the case stands at “{state.en}”, where this sheet has no place"
        return None, (Finding(rule="LIFECYCLE", severity=Severity.ERROR, zh=zh, en=en),)
    judge = Judge(ground.pack, book.case, ground.filing, ground.today)
    return aims[0], judge.failed(aims[0].transition.guards)


def _take(ground: Ground, book: Book, sealing: Sealing, transition: Transition, before: Plain | None, who: str) -> Decision:
    filing, case = ground.filing, book.case
    book.enter(Kind.SHEET_SEALED, {
        "filing": filing.id, "form": filing.form, "member": who, "stay": case.stay, "commitment": filing.original, "box": str(ground.extra["box"]),
        "replaces": str(before["filing"]) if before else "", "received_on": filing.received_on.isoformat(),
    })  # fmt: skip
    book.enter(Kind.MOVED, {"transition": transition.id, "from": case.state, "to": case.state, "cite": transition.cite, "quiet": True})
    open_when_complete(book)
    book.work("show_case", case.id)
    at = round_of(book.case, sealing)
    left = f"还差{len(at.missing)}人：{'、'.join(at.missing)}。" if at.missing else "已经交齐，随即启封。"
    again = "此前交的一份已被替换，不计。" if before else ""
    zh = f"已收到并封存，交齐之前任何人都看不到内容。{again}{left}请保存好您的原件：它的摘要（见下）已记入案件日志，启封后可据此核对没有被改动。"
    en = f"received and sealed; {len(at.missing)} still awaited. Keep your file: its digest below is on record and proves later that nothing was changed."
    return book.close(Answer(Outcome.RECORDED, zh, en, case.no, findings=ground.verdict.findings))


def _refuse(ground: Ground, book: Book, why: Why, findings: Sequence[Finding] = ()) -> Decision:
    """Nothing is taken. The record says so without what was found; the findings go to the filer alone (see desk/concealing.py)."""
    zh, en, outcome = why
    filing = ground.filing
    book.enter(Kind.REFUSED, {"form": filing.form, "filing": filing.id, "by": filing.owner, "zh": zh, "en": en, "findings": []})
    book.work("show_case", book.case.id)
    return book.close(Answer(outcome, zh, en, book.case.no, findings=tuple(findings)))


# --- what else bears on a round -----------------------------------------------------------------------------------


def open_when_complete(book: Book) -> None:
    """Ask for the opening of every round in which nothing is awaited any more."""
    for code, sealing in sealed_forms(book.pack).items():
        at = round_of(book.case, sealing)
        if at.complete:
            book.work(OPEN, book.case.id, code, str(at.stay))


def unfit_excuse(ground: Ground, book: Book, transition: Transition) -> tuple[Finding, ...]:
    """Why a member cannot be excused by this filing: not a member, in already, not the leader's word; nothing for other transitions."""
    sealing = sealed_forms(ground.pack).get(str(transition.data.get("excuses") or ""))
    if sealing is None:
        return ()
    data, at = ground.filing.data, round_of(book.case, sealing)
    name, who = str(data.get(sealing.excused) or ""), str(ground.extra.get("filer", ""))
    leaders = sealing.leaders(book.case.forms)
    if name not in at.members:
        zh, en = f"{name}不是本案现在的考核组成员", f"{name} is not a member of this team"
    elif at.opened is not None or at.complete:
        zh, en = "本轮已经交齐或者启封，不能再登记", "this round is complete or opened"
    elif name in at.excused:
        zh, en = f"{name}已经登记过", f"{name} is on record already"
    elif name in at.sheets and not (sealing.even_after and matches(data, sealing.even_after)):
        zh, en = f"{name}的表已经收到并封存，不必登记", f"the sheet of {name} is in"
    elif ground.filing.role == OFFICER and name not in leaders:
        zh, en = "承办人只登记组长本人的情况；成员的情况由组长登记", "an officer speaks for the leader only; the leader speaks for the members"
    elif ground.filing.role != OFFICER and who not in leaders:
        zh, en = "只有组长可以登记成员不能评分，并且要投到组长本人的文件夹", "only the leader, from their own folder, may say so"
    else:
        return ()
    return (Finding(rule="SEALED", severity=Severity.ERROR, zh=zh, en=en, path=sealing.excused, repair_zh="请核对考核组成员和登记人", repair_en="Check the team and who files this"),)


def opened(
    pack: Pack, case: Case, sealing: Sealing, filings: Mapping[str, Plain], numbers: NumberView, today: date,
) -> Decision:  # fmt: skip
    """The opening of the round in which the case stands. `filings` are the opened boxes of this round by filing id.

    Raises ValueError when a box does not hold the file that was committed to.
    """
    book, at = Book(pack, case, numbers, today), round_of(case, sealing)
    counting = {str(sheet["filing"]) for sheet in at.sheets.values()}
    sheets = []
    for key, sheet in case.sheets.items():
        if (sheet["form"], sheet["stay"]) != (sealing.form, at.stay):
            continue
        if filings[key]["original"] != sheet["commitment"] or filings[key]["id"] != key:
            raise ValueError(f"the box of {key} does not hold what was committed to")
        sheets.append({"filing": filings[key], "member": sheet["member"], "commitment": sheet["commitment"], "counts": key in counting})
    joint = joint_score(pack, sealing.joint, [s["filing"]["data"] for s in sheets if s["counts"]])
    book.enter(Kind.SHEETS_OPENED, {
        "form": sealing.form, "stay": at.stay, "sheets": sheets, "absent": list(at.excused), "on": today.isoformat(), "joint": joint,
        "total": sealing.joint.total if sealing.joint else "",
    })  # fmt: skip
    last = next(s["filing"] for s in reversed(sheets) if s["counts"])
    transition = pack.lifecycle.candidates(case.state, sealing.form)[0]
    if sealing.out:
        issue_now(book, transition, filing_of(book.case, book.case.filings[last["id"]]), sealing.out, ())
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, "已经交齐，全部启封。", "All are in and were opened.", case.no))
