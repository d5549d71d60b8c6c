"""Delegations, absences, hand-overs: recorded with their days, never reaching back. The clocks of the law run on through all of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.cases.book import Book
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.operations.answers import faulty, known_person, refused

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

SIGNER = "签发"


def delegate(ground: Ground, book: Book) -> Decision:
    """Record a dated delegation of sign-off for all or some documents, or its end; only the officer may give or end it."""
    data = ground.filing.data
    if ground.verdict.errors:
        return faulty(ground)
    officer = str(ground.extra.get("signer", ""))
    if officer not in ground.officers or officer != str(data["officer"]):
        return refused(ground, "授权书须由授权的签发人本人提交。", "A delegation must be filed by the officer who gives it.")
    if data.get("action") == "revoke":
        return _end(ground, book, officer)
    codes = [str(row["document"]) for row in data.get("documents") or ()] if data["scope"] == "listed" else []
    scope = "、".join(str(ground.pack.documents[code]["zh"]) for code in codes)
    what = f"签发下列文书：{scope}" if scope else "签发"
    plain: dict[str, Any] = {
        "jurisdiction": ground.pack.jurisdiction, "officer": officer, "deputy": str(data["deputy"]), "documents": codes,
        "from": data["from_date"].isoformat(), "to": data["to_date"].isoformat(), "reason": str(data.get("reason", "")),
        "zh": f"{officer} 授权 {data['deputy']} 代为{what}（{data['from_date']} 至 {data['to_date']}）", "en": f"{officer} lets {data['deputy']} sign off",
    }  # fmt: skip
    book.enter(Kind.DELEGATED, plain, office=True)
    return book.close(Answer(Outcome.RECORDED, plain["zh"], plain["en"]))


def _end(ground: Ground, book: Book, officer: str) -> Decision:
    data = ground.filing.data
    deputy, on = str(data["deputy"]), data["from_date"].isoformat()
    if not any((right.name, right.officer) == (deputy, officer) for right in ground.deputies):
        return refused(ground, f"{officer} 今天没有给 {deputy} 的有效授权，无须撤销。", f"{deputy} has no delegation of {officer} today")
    zh, en = f"{officer} 撤销对 {deputy} 的授权，自 {on} 起不得再代签：{data['reason']}", f"{officer} ends the delegation to {deputy} on {on}"
    book.enter(Kind.DELEGATION_ENDED, {"jurisdiction": ground.pack.jurisdiction, "officer": officer, "deputy": deputy, "on": on, "zh": zh, "en": en}, office=True)
    return book.close(Answer(Outcome.RECORDED, zh, en))


def away(ground: Ground, book: Book) -> Decision:
    """An absence, or its early end: entered by the person, or by a signing officer for them."""
    if ground.verdict.errors:
        return faulty(ground)
    data = ground.filing.data
    person, role, who = str(data["person"]), str(data["role"]), str(ground.extra.get("filer") or "")
    if who != person and ground.may_sign(who) is None:
        return refused(ground, f"外出登记须由 {person} 本人从自己的文件夹投递，或者由签发人代为登记。", f"to be filed by {person}, or by a signing officer")
    if role == SIGNER and ground.filing.role != SIGNER:
        return refused(ground, "签发人外出关系到由谁签发，须投到“签发”文件夹，由签发人本人证明身份。", "An officer's absence is to be filed in 签发.")
    if not known_person(ground, role, person):
        return refused(ground, f"今天“{role}”没有名为 {person} 的在岗人员。", f"nobody called {person} acts in {role} today")
    if data["action"] == "back":
        on = data["from_date"].isoformat()
        zh, en = f"{person}（{role}）自 {on} 起返岗", f"{person} is back on {on}"
        return _posted(ground, book, Kind.BACK, {"person": person, "role": role, "on": on, "by": who, "zh": zh, "en": en})
    deputy = str(data["deputy"])
    if role != SIGNER and not known_person(ground, role, deputy):
        return refused(ground, f"今天“{role}”没有名为 {deputy} 的在岗人员，不能代办。", f"nobody called {deputy} acts in {role} today")
    first, last = data["from_date"].isoformat(), data["to_date"].isoformat()
    zh = f"{person}（{role}）{first} 至 {last} 外出，由 {deputy} 代办：{data['reason']}；期限照常计算"
    en = f"{person} is away from {first} to {last}; {deputy} stands in"
    return _posted(ground, book, Kind.AWAY, {"person": person, "role": role, "from": first, "to": last, "deputy": deputy, "by": who, "zh": zh, "en": en})


def hand_over(ground: Ground, book: Book) -> Decision:
    """All that is open with one person goes to another from a day on; the list of it is part of the record."""
    if ground.verdict.errors:
        return faulty(ground)
    data = ground.filing.data
    role, leaves, takes = str(data["role"]), str(data["from_person"]), str(data["to_person"])
    who = str(ground.extra.get("signer") or "")
    if ground.may_sign(who) is None:
        return refused(ground, "岗位交接须由签发人提交；今天没有签发权的不能登记。", "A hand-over is to be filed by a signing officer.")
    if not known_person(ground, role, leaves):
        return refused(ground, f"今天“{role}”没有名为 {leaves} 的在岗人员，无从交接。", f"nobody called {leaves} acts in {role} today")
    if takes not in (ground.extra.get("named") or {}).get(role, (takes,)):
        return refused(ground, f"“{role}”没有登记名为 {takes} 的人员，请先由管理员登记。", f"{takes} is not entered in {role}")
    on, matters = data["effective_on"].isoformat(), list((ground.extra.get("matters") or {}).get((role, leaves), ()))
    zh = f"{role}岗位：{leaves} 自 {on} 起将在办事项{len(matters)}件交给 {takes}：{data['reason']}"
    more = {"role": role, "from": leaves, "to": takes, "on": on, "by": who, "reason": str(data["reason"]), "notes": str(data.get("notes") or ""), "matters": matters}
    return _posted(ground, book, Kind.HANDED_OVER, {**more, "zh": zh, "en": f"{leaves} hands over to {takes} on {on}"}, "show_handover", ground.filing.id)


def _posted(ground: Ground, book: Book, kind: Kind, data: dict[str, Any], *work: str) -> Decision:
    book.enter(kind, {"jurisdiction": ground.pack.jurisdiction, "filing": ground.filing.id, **data}, office=True)
    book.work("show_posts", ground.pack.jurisdiction, ground.filing.id)
    if work:
        book.work(*work)
    lines = "".join(f"\n· {line}" for line in data.get("matters") or ())
    return book.close(Answer(Outcome.RECORDED, data["zh"] + lines, data["en"]))
