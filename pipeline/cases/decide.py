"""From a checked filing to a decision: which transition it moves, what goes out, which clocks run. Pure.

`decide` reads nothing but its arguments and changes nothing. What needs sign-off is only drafted here; the
sign-off is a filing of its own (see operations.py) and is what fires the transition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Decision, Difference, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import fire, record_filing
from pipeline.cases.handin import hand_in, open_when_complete, unfit_excuse
from pipeline.cases.judge import Judge
from pipeline.cases.lots import unfit
from pipeline.cases.mending import unfit_replacement
from pipeline.cases.operations import OPERATIONS
from pipeline.cases.registers import NumberView
from pipeline.cases.staff import Right, Staff
from pipeline.cases.trigger import APPLICANT, Aim, aims_of
from pipeline.law.lifecycle import SAME, State, Transition
from pipeline.law.pack import Pack
from pipeline.law.sealed import sealing_of
from pipeline.model import Filing, Finding, Severity, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All a decision may look at."""

    pack: Pack
    case: Case | None
    filing: Filing
    verdict: Verdict
    numbers: NumberView
    today: date
    differences: tuple[Difference, ...] = ()
    officers: frozenset[str] = frozenset()
    """Names that may sign off today in their own right."""
    deputies: tuple[Right, ...] = ()
    """Rights to sign off in somebody's stead that are in force today."""
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who acts in each role today; empty where it is not known."""
    extra: dict[str, Any] = field(default_factory=dict)

    def may_sign(self, name: str, codes: Iterable[str] = ()) -> Right | None:
        """The right under which `name` may sign off documents of these codes today; None when there is none."""
        wanted = tuple(codes)
        own = (Right(name),) if name and name in self.officers else ()
        return next((right for right in (*own, *self.deputies) if right.name == name and right.covers(wanted)), None)

    def stands_for(self, asked: Mapping[str, Any], who: str) -> bool:
        """Whether `who` gives what was asked of somebody: that person, or who does their work today."""
        staff: Staff | None = self.extra.get("staff")
        name, role = str(asked["officer"]), str(asked["role"])
        return bool(who) and who == (staff.stand_in(name, role, self.today) if staff else name)


def decide(ground: Ground) -> Decision:
    """What follows from `ground.filing` under `ground.pack`, today. Never raises for what a filing says."""
    spec = ground.pack.forms[ground.filing.form]
    book = Book(ground.pack, ground.case, ground.numbers, ground.today)
    if sealing := sealing_of(spec):
        return hand_in(ground, book, sealing)
    if ground.filing.form in OPERATIONS:
        return OPERATIONS[ground.filing.form](ground, book)
    if ground.case is None:
        return _open(ground, book) if spec.opens_case else book.close(_no_case(ground))
    if stale := _stale(ground):
        return book.close(stale)
    return _move(ground, book)


def _no_case(ground: Ground) -> Answer:
    title = ground.pack.forms[ground.filing.form].title_zh
    return Answer(
        Outcome.REFUSED,
        f"《{title}》要用在一个案件上，但表中没有案件信息。请用案件文件夹“待办”里的表填写。",
        "This form belongs to a case but carries none; use the one in the case folder's 待办.",
    )


def _stale(ground: Ground) -> Answer | None:
    case, filing = ground.case, ground.filing
    if case is None or filing.role == APPLICANT or filing.revision in (0, case.revision):
        return None
    done = [f for f in case.filings.values() if (f["form"], f.get("revision")) == (filing.form, filing.revision)]
    if done:
        return Answer(
            Outcome.STALE,
            "同一张待办表已经办理过，本次没有再次生效。",
            "The same form was acted on before; nothing was done again.",
            case.no,
        )
    return Answer(
        Outcome.STALE,
        "这张表生成之后案件已有变化。请用案件文件夹“待办”里的新表重新填写；您的原件已保存。",
        "The case has moved on since this form was made; use the new one in 待办. Your file is kept.",
        case.no,
    )


def _open(ground: Ground, book: Book) -> Decision:
    pack = ground.pack
    no = book.number("case", "case")
    case_id = f"{pack.jurisdiction}.{no}"
    book.open(
        case_id,
        {
            "no": no, "jurisdiction": pack.jurisdiction, "pack_version": pack.version, "pack_digest": pack.digest,
            "on": ground.today.isoformat(), "owner": ground.filing.owner,
        },
    )  # fmt: skip
    return _move(ground, book)


def _move(ground: Ground, book: Book) -> Decision:
    """Try the transitions this form may aim at, in the pack's order; the first whose condition holds is fired."""
    aims = aims_of(ground.pack.lifecycle, book.case.state, ground.filing)
    if not aims or (book.case.pending is not None and ground.filing.role != APPLICANT):
        return _refuse(ground, book, (_not_here(ground, book.case),))
    taken_in = any(aim.transition.data.get("checked") or aim.transition.data.get("manual") for aim in aims)
    if ground.verdict.errors and not taken_in:
        return _refuse(ground, book, ground.verdict.findings)
    judge = Judge(ground.pack, book.case, ground.filing, ground.today)
    reasons: list[Finding] = []
    for aim in aims:
        if aim.trigger.when and not judge.holds(aim.trigger.when):
            reasons.append(_otherwise(ground.pack, aim))
            continue
        failed = judge.failed(aim.transition.guards) or unfit(ground.pack, book.case, aim.transition, ground.filing) or unfit_excuse(ground, book, aim.transition)
        failed = failed or unfit_replacement(book.case, aim.transition, ground.filing.data)
        if not failed:
            return _fire(ground, book, aim.transition)
        reasons = list(failed)
        break
    return _refuse(ground, book, tuple(reasons))


def _fire(ground: Ground, book: Book, transition: Transition) -> Decision:
    record_filing(book, ground.filing, ground.differences)
    _drop_drafts(book, transition)
    waits = fire(book, transition, ground.filing, ground.verdict.findings)
    open_when_complete(book)
    outcome, findings = Outcome.RECORDED, ground.verdict.findings
    if transition.data.get("checked"):
        outcome = _intake_check(ground, book)
    if transition.data.get("manual"):
        return _left_to_a_person(ground, book)
    book.work("show_case", book.case.id)
    zh, en = _what_next(ground.pack, book.case, waits, outcome)
    receipt = next((p for p in book.case.papers.values() if p.code == "receipt_record" and p.group.startswith(ground.filing.id)), None)
    number = receipt.number if receipt else ""
    return book.close(Answer(outcome, zh, en, book.case.no, number, findings, ground.differences))


def _left_to_a_person(ground: Ground, book: Book) -> Decision:
    """A step of a pack whose text nobody has checked: taken in, what the check found is told, and an officer decides."""
    told_of = tuple(f.evolve(severity=Severity.WARNING) if f.severity is Severity.ERROR else f for f in ground.verdict.findings)
    found = [f"{f.zh}（{f.rule}）" for f in told_of]
    zh = "规则包的条文尚未核实，系统不作判断；已登记，转承办人办理。"
    en = "Nobody has checked this pack's text, so nothing was decided: registered, and left to an officer."
    book.enter(Kind.NOTED, {"zh": zh, "en": en, "lines": found})
    book.work("show_case", book.case.id)
    told = f"自动检查列出 {len(found)} 处，供承办人核对，不作为退回的理由。" if found else ""
    return book.close(Answer(Outcome.RECEIVED, zh + told, en, book.case.no, "", told_of, ground.differences))


def _drop_drafts(book: Book, transition: Transition) -> None:
    """What an applicant files may end the case's stay here; drafts that waited for sign-off then have no ground left."""
    pending = book.case.pending
    if pending is not None and transition.to not in (SAME, book.case.state):
        book.enter(Kind.DRAFT_RETURNED, {"group": pending.group, "reason": f"案件已因“{transition.zh}”离开这一环节，文稿作废", "by": "系统"})
        book.work("hide_draft", book.case.id, pending.group)


def _intake_check(ground: Ground, book: Book) -> Outcome:
    """The check's own verdict moves the case: failed → one notice with everything (一次告知); passed → wait for the officer."""
    passed = ground.verdict.ok
    for transition in ground.pack.lifecycle.on_check(book.case.state, "passed" if passed else "failed"):
        fire(book, transition, ground.filing, ground.verdict.findings)
        break
    return Outcome.RECEIVED if passed else Outcome.CORRECTION


def _what_next(pack: Pack, case: Case, waits: bool, outcome: Outcome) -> tuple[str, str]:
    state = pack.lifecycle.states[case.state]
    if waits:
        return "文稿已拟好，等待签发；签发之后案件才进入下一环节。", "Drafted; the case moves on once it is signed off."
    if outcome is Outcome.CORRECTION:
        clock = case.clocks.get("CORRECT")
        until = f"请于 {clock.data['final']} 之前补正。" if clock else ""
        return (
            f"下列项目需要补正，已一次列明。{until}预填好的申报书在您“回执”文件夹的“待填”里（案件文件夹的“待办”里也有），改正后重新投递即可。",
            "Everything to correct is listed once; a prefilled form lies in 待填 among your answers, and in 待办.",
        )
    return f"案件现在的环节：{state.zh}。", f"The case now stands at: {state.en}."


def _otherwise(pack: Pack, aim: Aim) -> Finding:
    step = aim.transition
    zh = aim.trigger.else_zh or f"不满足“{step.zh}”的条件"
    en = aim.trigger.else_en or f"the condition of {step.en} does not hold"
    return Finding(rule=step.id, severity=Severity.ERROR, zh=zh, en=en, cite=pack.cite_text(step.cite))


def _not_here(ground: Ground, case: Case) -> Finding:
    for closed in ground.pack.lifecycle.closed:
        if ground.filing.form in closed.forms:
            return Finding(rule=closed.id, severity=Severity.ERROR, zh=closed.zh, en=closed.en, cite=ground.pack.cite_text(closed.cite))
    state = ground.pack.lifecycle.states[case.state]
    title = ground.pack.forms[ground.filing.form].title_zh
    if state.terminal:
        return _over(state, title, ground.filing.form)
    waits = "，且有文稿等待签发" if case.pending else ""
    return Finding(
        rule="LIFECYCLE", severity=Severity.ERROR,
        zh=f"案件现在处于“{state.zh}”{waits}，这一环节不办理《{title}》",
        en=f"the case stands at “{state.en}”, where {ground.filing.form} has no place",
        repair_zh="请看案件文件夹“待办”里列出的表，或等待上一步办结", repair_en="see 待办 in the case folder for what can be done now",
    )  # fmt: skip


def _over(state: State, title: str, form: str) -> Finding:
    """The answer to whoever files a step in a case that has ended."""
    return Finding(
        rule="LIFECYCLE", severity=Severity.ERROR,
        zh=f"本案已经办结（{state.zh}），没有可以再办的环节，不办理《{title}》", en=f"the case is over ({state.en}); {form} has no place any more",
        repair_zh="要再申请的，重新报送申报书；已制发的文书有误的，由承办人用文书更正（作废、替换）审批表办理", repair_en="apply anew; a mistake in a document is mended by an officer",
    )  # fmt: skip


def _refuse(ground: Ground, book: Book, findings: Sequence[Finding]) -> Decision:
    zh = "有必须改正的问题，未办理；改正后可用同一张表重新投递。"
    en = "There are things to put right; nothing was done. Correct the form and drop it again."
    if ground.case is None:
        return Decision(Answer(Outcome.REFUSED, zh, en, findings=tuple(findings)))
    plain = [{"zh": f.zh, "en": f.en, "cite": f.cite, "rule": f.rule} for f in findings]
    book.enter(Kind.REFUSED, {"form": ground.filing.form, "filing": ground.filing.id, "by": ground.filing.owner, "zh": zh, "en": en, "findings": plain})
    book.work("show_case", book.case.id)
    return book.close(Answer(Outcome.REFUSED, zh, en, book.case.no, findings=tuple(findings)))
