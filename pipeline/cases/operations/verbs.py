"""催办, 转办, 加签 and 会签, 退回: who is to act, whose word is wanted first, and back to an earlier step. Pure.

The clocks of the law run on through all of these; only 退回 restores those the undone steps had turned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cases.book import Book
from pipeline.cases.case import IN_FORCE, Case, Paper
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_plain
from pipeline.cases.fold import fold
from pipeline.cases.operations.acts import restore_clocks
from pipeline.cases.operations.answers import faulty, known_person, open_opinions, refused
from pipeline.cases.trigger import OFFICER

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

SIGNER = "签发"


def _ready(ground: Ground) -> Decision | None:
    if ground.case is None:
        return refused(ground, "没有找到案件，请核对案号。", "No such case; check the number.")
    return faulty(ground) if ground.verdict.errors else None


def _done(book: Book, zh: str, en: str) -> Decision:
    book.work("show_case", book.case.id)
    return book.close(Answer(Outcome.RECORDED, zh, en, book.case.no))


def waited_for(ground: Ground, case: Case) -> tuple[str, ...]:
    """The roles the case waits for: whoever owes an opinion, else the signing officer of a draft, else who may act here."""
    if owed := tuple(dict.fromkeys(str(opinion["role"]) for opinion in open_opinions(case))):
        return owed
    if case.pending is not None:
        return (SIGNER,)
    found = [t.roles[0] if t.roles else OFFICER for step in ground.pack.lifecycle.leaving(case.state) if step.offered for t in step.triggers if t.form]
    return tuple(dict.fromkeys(found))


def urge(ground: Ground, book: Book) -> Decision:
    """催办: a reminder to whoever must act, in their list and the timeline until the case moves on."""
    if fault := _ready(ground):
        return fault
    case, data = book.case, ground.filing.data
    role = str(data["to_role"])
    waits = waited_for(ground, case)
    if role not in waits:
        words = "、".join(waits)
        return refused(ground, f"本案现在不等“{role}”办理" + (f"，等的是：{words}。" if waits else "。"), f"the case does not wait for {role}")
    by, text = str(data["asked_by"]), str(data["text"])
    zh, en = f"{by}催办，请“{role}”办理：{text}", f"{by} urges {role}"
    book.enter(Kind.URGED, {"role": role, "by": by, "text": text, "on": ground.today.isoformat(), "revision": case.revision, "zh": zh, "en": en})
    return _done(book, f"已催办，“{role}”的待办清单和时间线中都能看到。", f"{role} was reminded; it shows in their list and the timeline.")


def hand_on(ground: Ground, book: Book) -> Decision:
    """转办: the case's tasks of one role go to another officer by name."""
    if fault := _ready(ground):
        return fault
    case, data = book.case, ground.filing.data
    role, to = str(data["role"]), str(data["to_officer"])
    if not known_person(ground, role, to):
        return refused(ground, f"今天“{role}”没有名为 {to} 的在岗人员，不能转办。", f"nobody called {to} acts in {role} today")
    if case.handlers.get(role) == to:
        return refused(ground, f"本案已由 {to} 办理。", f"{to} has the case already", Outcome.DUPLICATE)
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    zh, en = f"“{role}”事项由 {data['from_officer']} 转 {to} 办理：{data['reason']}", f"handed from {data['from_officer']} to {to}"
    book.enter(Kind.HANDED_ON, {"role": role, "from": str(data["from_officer"]), "to": to, "reason": str(data["reason"]), "zh": zh, "en": en})
    return _done(book, f"已转 {to} 办理。", f"Handed to {to}.")


def ask_opinion(ground: Ground, book: Book) -> Decision:
    """加签 (another signing officer) or 会签 (another officer): sign-off waits until the opinion is in, or no longer wanted."""
    if fault := _ready(ground):
        return fault
    case, data = book.case, ground.filing.data
    kind, role, officer = str(data["kind"]), str(data["role"]), str(data["officer"])
    mine = next((key for key, o in case.opinions.items() if (o["status"], o["kind"], o["officer"]) == ("open", kind, officer)), "")
    kind_zh = {"co_sign": "加签", "joint": "会签"}[kind]
    if data["action"] == "withdraw":
        return _ask_no_more(ground, book, mine, kind_zh, officer)
    if kind == "co_sign" and role != SIGNER:
        return refused(ground, "加签应当由签发人提出意见；其他人员的意见请用会签。", "A co-signature comes from a signing officer; use 会签 for others.")
    if not known_person(ground, role, officer):
        return refused(ground, f"今天“{role}”没有名为 {officer} 的在岗人员。", f"nobody called {officer} acts in {role} today")
    if mine:
        return refused(ground, f"已经请 {officer} {kind_zh}，意见还没有提出。", f"{officer} has been asked already", Outcome.DUPLICATE)
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    zh, en = f"{data['asked_by']}请 {officer} {kind_zh}：{data['question']}", f"{officer} asked for an opinion ({kind})"
    asked = {"kind": kind, "kind_zh": kind_zh, "role": role, "officer": officer, "question": str(data["question"]), "by": str(data["asked_by"])}
    book.enter(Kind.OPINION_ASKED, {"id": ground.filing.id, "opinion": {**asked, "status": "open"}, "zh": zh, "en": en})
    return _done(book, f"已请 {officer} {kind_zh}；意见提出之前不能签发。", f"{officer} was asked; nothing is signed off before the opinion is in.")


def _ask_no_more(ground: Ground, book: Book, mine: str, kind_zh: str, officer: str) -> Decision:
    if not mine:
        return refused(ground, f"没有请 {officer} {kind_zh}，或者意见已经提出。", f"no opinion of {officer} is open")
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    zh = f"不再请 {officer} {kind_zh}：{ground.filing.data['question']}"
    book.enter(Kind.OPINION_GIVEN, {"id": mine, "status": "withdrawn", "zh": zh, "en": f"{officer} is no longer asked"})
    return _done(book, zh, f"{officer} is no longer asked.")


def give_opinion(ground: Ground, book: Book) -> Decision:
    """The opinion itself, from the officer who was asked and nobody else. A dissent is on record; whoever signs decides."""
    if fault := _ready(ground):
        return fault
    case, data = book.case, ground.filing.data
    who = str(ground.extra.get("signer", ""))
    mine = next((key for key, o in case.opinions.items() if o["status"] == "open" and str(data["officer"]) in (who, o["officer"]) and ground.stands_for(o, who)), "")
    if not mine:
        return refused(
            ground, f"没有等待 {data['officer']} 提出的意见，或者不能证明本表由 {data['officer']} 本人提交。请本人用自己的文件夹（证书）提交。",
            f"no opinion of {data['officer']} is wanted, or it is not proven to be theirs",
        )  # fmt: skip
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    word = {"agree": "同意", "agree_with_changes": "同意，但应当修改", "disagree": "不同意"}[str(data["opinion"])]
    asked = str(case.opinions[mine]["officer"])
    zh = f"{who}{'' if asked == who else f'（代{asked}）'} {case.opinions[mine]['kind_zh']}意见：{word}。{data.get('text') or ''}"
    book.enter(Kind.OPINION_GIVEN, {"id": mine, "status": "given", "answer": str(data["opinion"]), "zh": zh, "en": f"opinion of {who}: {data['opinion']}"})
    return _done(book, "意见已登记，签发人签发前可以看到。", "The opinion is on record for whoever signs.")


def send_back(ground: Ground, book: Book) -> Decision:
    """退回 to an earlier step that the master allows (`returns` in lifecycle.yaml), in which the case has stood.

    What went out to somebody since cannot be undone inside the office: it has to be voided first.
    """
    if fault := _ready(ground):
        return fault
    case, data = book.case, ground.filing.data
    states = ground.pack.lifecycle.states
    target = next((s for s in states.values() if str(data["to_state"]) in (s.id, s.zh)), None)
    allowed = ground.pack.lifecycle.returns.get(case.state, ())
    if target is None or target.id not in allowed:
        words = "、".join(states[s].zh for s in allowed)
        return refused(
            ground, f"不能从“{states[case.state].zh}”退回“{data['to_state']}”。" + (f"可以退回：{words}。" if words else "这一环节不能退回。"),
            f"{case.state} cannot be sent back to {data['to_state']}",
        )  # fmt: skip
    if case.pending is not None:
        return refused(ground, "有文稿等待签发，请先由签发人退回文稿。", "A draft waits for sign-off; it has to be returned first.")
    earlier = _stood(ground, target.id)
    if earlier is None:
        return refused(ground, f"本案没有经过“{target.zh}”。", f"the case never stood at {target.id}")
    if out := _went_out(ground, case, earlier):
        names = "、".join(f"{p.title}（{p.number}）" for p in out)
        return refused(ground, f"“{target.zh}”之后已经制发：{names}。请先作废或者替换，再退回。", f"issued since: {', '.join(p.number for p in out)}; void them first")
    return _send_back(ground, book, earlier, target.id, target.zh)


def _send_back(ground: Ground, book: Book, earlier: Case, to: str, to_zh: str) -> Decision:
    case, data = book.case, ground.filing.data
    undone = [key for key in case.filings if key not in earlier.filings and _moves(ground, case.filings[key]["form"])]
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    zh, en = f"{data['officer']}将案件退回“{to_zh}”：{data['reasons']}", f"sent back to {to} by {data['officer']}"
    book.enter(Kind.SENT_BACK, {"from": case.state, "to": to, "undone": undone, "reasons": str(data["reasons"]), "zh": zh, "en": en})
    restore_clocks(book, earlier)
    return _done(book, f"已退回“{to_zh}”，理由已记入时间线。", f"Sent back to {to}; the reasons are in the timeline.")


def _moves(ground: Ground, form: str) -> bool:
    return any(form in step.by_forms for step in ground.pack.lifecycle.transitions.values())


def _stood(ground: Ground, state: str) -> Case | None:
    """The case as it last stood at `state`, before the filing whose step left it."""
    history = ground.case.history if ground.case else ()
    at = [n for n, event in enumerate(history) if event.kind is Kind.MOVED and event.data["from"] == state != event.data["to"]]
    if not at:
        return None
    step = ground.pack.lifecycle.transitions.get(history[at[-1]].data["transition"])
    forms = step.by_forms if step else ()
    before = range(max((n + 1 for n in range(at[-1]) if history[n].kind is Kind.MOVED), default=0), at[-1])
    filed = [n for n in before if history[n].kind is Kind.FILED and history[n].data["filing"]["form"] in forms]
    return fold(history[: filed[-1] if filed else at[-1]])


def _went_out(ground: Ground, case: Case, earlier: Case) -> list[Paper]:
    """What was issued since and is in force; a notice that something is void binds nobody to a step."""
    mending = {code for step in ground.pack.lifecycle.transitions.values() if step.data.get("mends") for code in step.out}
    before = {p.id for p in earlier.papers.values() if p.status in IN_FORCE}
    out = [p for p in case.papers.values() if p.id not in before and p.code not in mending and p.status in IN_FORCE]
    return [p for p in out if not ground.pack.documents[p.code].get("internal")]
