"""The office's people as the journal knows them: who acts, who may sign, on any day there is a record of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Outcome, Work
from pipeline.cases.events import Event, Kind, Recorded
from pipeline.cases.operations.answers import open_opinions
from pipeline.cases.pages import page
from pipeline.cases.staff import Post, Staff
from pipeline.desk.picture import open_forms, safe_name
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.model import Drop

_FIELDS = ("jurisdiction", "role", "name", "folder", "since", "until", "certificate")
HANDOVERS = "交接"


def staff_of(desk: Desk, connection: sa.Connection, jurisdiction: str) -> Staff:
    """The people of a pack as `people.yaml` has them now, with all that was recorded about them."""
    posts = (Post(p.name, p.role, p.since, p.until) for p in desk.office.people if p.jurisdiction == jurisdiction)
    return Staff(posts, desk.office_events(connection), jurisdiction)


def person_of(desk: Desk, drop: Drop) -> str:
    """The name of the person in whose folder something was dropped; '' for a role's common folder."""
    person = desk.office.person(drop.jurisdiction, drop.role, drop.owner) if drop.owner else None
    return person.name if person else ""


def gone_from(staff: Staff, names: Iterable[str], role: str, today: date) -> Answer | None:
    """The answer to somebody who has handed this post over: what they file in it counts no more."""
    for name in sorted(name for name in names if name):
        if taken := staff.successor(name, role, today):
            return Answer(
                Outcome.REFUSED, f"{name} 的“{role}”岗位已经交接给 {taken}，不再由 {name} 办理，本表未办理；请由 {taken} 办理。",
                f"{name} has handed this post over to {taken}; nothing was done.",
            )  # fmt: skip
    return None


def staff_on(events: Iterable[Recorded], jurisdiction: str, day: date) -> Staff | None:
    """The people as the record had them at the end of `day`; None for a day before the first record of any."""
    known = tuple(event for event in events if event.at[:10] <= day.isoformat())
    people = [event for event in known if event.kind is Kind.PEOPLE]
    if not people:
        return None
    rows = [row for row in people[-1].data["people"] if row["jurisdiction"] == jurisdiction]
    return Staff((Post(row["name"], row["role"], row["since"], row["until"]) for row in rows), known, jurisdiction)


def note_people(desk: Desk) -> None:
    """Keep `people.yaml` in the journal whenever it has changed, so that what it said on a day can be answered later."""
    now = [{field: getattr(person, field) for field in _FIELDS} for person in desk.office.people]
    with desk.reading() as connection:
        before = [event for event in desk.office_events(connection) if event.kind is Kind.PEOPLE]
    if before and before[-1].data["people"] == now:
        return
    with desk.database.begin() as connection:
        data = {"people": now, "zh": f"人员名单在案（{len(now)}人次）", "en": f"{len(now)} entries of people on record"}
        journal.append(connection, (Event(Kind.PEOPLE, data),), at=desk.clock(), actor="hongtou")


def matters_of(desk: Desk, connection: sa.Connection, jurisdiction: str) -> dict[tuple[str, str], list[str]]:
    """What is open with each person, in words, by role and name: named handlers, opinions asked, sheets of teams, drafts to sign."""
    cases = [case for case in desk.shelf.all(connection).values() if case.jurisdiction == jurisdiction]
    people = [p for p in desk.office.people if p.jurisdiction == jurisdiction]
    return {(p.role, p.name): [line for case in cases for line in _matters(desk, case, p.role, p.name)] for p in people}


def _matters(desk: Desk, case: Case, role: str, name: str) -> Iterable[str]:
    pack = desk.pack_of(case)
    what = f"{case.no}（{pack.lifecycle.states[case.state].zh}）"
    for opinion in open_opinions(case):
        if (opinion["role"], opinion["officer"]) == (role, name):
            yield f"{what}：{opinion['kind_zh']}意见"
    if role == "签发":
        if case.pending is not None:
            yield f"{what}：待签发 " + "、".join(f"《{case.papers[p].title}》" for p in case.pending.papers)
        return
    team = {row.get("name") for row in case.forms.get("expert_team_form", {}).get("members") or []}
    mine = name in team if role == "评审" else case.handlers.get(role, name) == name
    forms = [f"《{spec.title_zh}》" for who, spec in open_forms(pack, case) if who == role]
    if mine and forms:
        yield f"{what}：" + "、".join(forms)


def show_posts(desk: Desk, jurisdiction: str) -> None:
    """Bring every open case of a pack up to date: lists and sheets name whoever acts now."""
    with desk.database.begin() as connection:
        for case in desk.shelf.all(connection).values():
            if case.jurisdiction == jurisdiction and not desk.pack_at_hand(case).lifecycle.states[case.state].terminal:
                desk.submit(connection, Work("show_case", (case.id, f"posts-{desk.clock():%Y%m%d%H%M%S%f}")), case.id)


def show_handover(desk: Desk, filing: str) -> None:
    """The list of what was handed over, for both to sign on paper: `交接/<day>_A_B/交接清单.html`."""
    with desk.reading() as connection:
        event = next(e for e in desk.office_events(connection) if e.kind is Kind.HANDED_OVER and e.data["filing"] == filing)
    said = event.data
    folder = desk.office.outbox / said["jurisdiction"] / HANDOVERS / safe_name(f"{said['on']}_{said['role']}_{said['from']}_{said['to']}")
    values = {"subtitle": f"{said['role']}　{said['from']} → {said['to']}　自 {said['on']} 起", "intro": said["zh"], "notes": said["notes"], "lines": said["matters"], "signers": (said["from"], said["to"], said["by"])}
    write_whole(folder / "交接清单.html", page("list", "岗位交接清单", values))


def handed_over(desk: Desk) -> tuple[str, ...]:
    """The filings of all hand-overs, for `rebuild`."""
    with desk.reading() as connection:
        return tuple(str(e.data["filing"]) for e in desk.office_events(connection) if e.kind is Kind.HANDED_OVER)


def follow_posts(desk: Desk, today: date) -> None:
    """What the sweep does about people: `people.yaml` kept on record, folders brought up to date when somebody leaves or comes back."""
    note_people(desk)
    changed_posts(desk, today)


def changed_posts(desk: Desk, today: date) -> None:
    """When an absence or a hand-over begins or ends by time alone, the folders follow on that day."""
    for jurisdiction in desk.packs:
        name = f"posts {jurisdiction}"
        with desk.reading() as connection:
            staff, before = staff_of(desk, connection, jurisdiction), registers.get_mark(connection, name) or ""
        people = sorted({(p.role, p.name) for p in desk.office.people if p.jurisdiction == jurisdiction})
        state = "；".join(f"{role}：{who}→{other}" for role, who in people if (other := staff.stand_in(who, role, today)) != who)
        if state != before:
            with desk.database.begin() as connection:
                registers.set_mark(connection, name, state)
                desk.submit(connection, Work("show_posts", (jurisdiction, f"{today}-{state}"[:200])), f"posts/{jurisdiction}")
