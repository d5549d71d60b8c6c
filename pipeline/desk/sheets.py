"""Experts and applicants get the sheets that are theirs to fill in, in their own folders, and see nobody else's.

A sheet lies in `inbox/<jurisdiction>/<role>/<person>/回执/待填/`. When the case moves on, a sheet nobody touched is
taken away; one that was filled in stays with the person who filled it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.case import Case
from pipeline.cases.sealed import awaited
from pipeline.cases.trigger import APPLICANT
from pipeline.desk.answers import answer_folder
from pipeline.desk.concealing import mark_of
from pipeline.desk.picture import open_forms, prefill, safe_name, todo_form
from pipeline.desk.posts import staff_of
from pipeline.desk.service import Desk
from pipeline.diskwork import sha256_of, write_whole
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.sealed import sealed_forms
from pipeline.model import FormIdentity
from pipeline.office import Person
from pipeline.papers.forms import build_docx

EXPERT = "评审"
"""Officers and the signing officer work from the outbox; experts and applicants need not see it."""
HOME = "待填"


def hand_out(desk: Desk, pack: Pack, case: Case) -> None:
    """Bring these people's folders up to date with what this case wants from them. May be repeated."""
    people = (*_experts(desk, case), *_applicants(desk, case))
    wanted = {path: data for person in people for path, data in _sheets(desk, pack, case, person).items()}
    with desk.database.begin() as connection:
        before = _placed(desk, connection, case)
        for path in before.keys() - wanted.keys():
            _take_away(desk, connection, case, path, before[path])
        for path, data in wanted.items():
            if path not in before:
                registers.set_mark(connection, _mark(desk, case, path), write_whole(path, data))


def _sheets(desk: Desk, pack: Pack, case: Case, person: Person) -> dict[Path, bytes]:
    home = answer_folder(desk, case.jurisdiction, person.role, person.folder) / HOME
    sheets = {
        home / f"{safe_name(f'{case.no}_{spec.title_zh}')}_{case.revision}.docx": todo_form(pack, case, person.role, spec)
        for role, spec in open_forms(pack, case)
        if role == person.role
    }
    for code, at in awaited(pack, case):
        sealing = sealed_forms(pack)[code]
        row = next((row for row in sealing.members(case.forms) if row.get(sealing.member) == person.name), None)
        if row is not None and person.name in at.missing and person.role in pack.forms[code].filed_by:
            mark = mark_of(desk, case, sealing, person.name)
            sheets[home / _name(case, pack.forms[code], at.stay)] = own_form(pack, case, pack.forms[code], person.role, row, mark)
        if sealing.excuse and person.name in sealing.leaders(case.forms):
            sheets[home / _name(case, pack.forms[sealing.excuse], at.stay)] = own_form(pack, case, pack.forms[sealing.excuse], person.role, row or {})
    return sheets


def _name(case: Case, spec: FormSpec, stay: int) -> str:
    return f"{safe_name(f'{case.no}_{spec.title_zh}')}_{stay}.docx"


def own_form(pack: Pack, case: Case, spec: FormSpec, role: str, member: Mapping[str, object], mark: str = "") -> bytes:
    """A form for one member of a team, good for a whole round; `mark` says unseen whose it is. Prefills may read `member`."""
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction, case=case.id, role=role, bound=mark)
    return build_docx(pack, spec, identity, prefill(pack, case, spec, {"member": dict(member)}))


def _experts(desk: Desk, case: Case) -> tuple[Person, ...]:
    """The experts of this case's team who have a folder here, or who do their work now; where none has, all who act as experts."""
    today = desk.clock().date()
    with desk.reading() as connection:
        staff = staff_of(desk, connection, case.jurisdiction)
    acting = staff.acting(EXPERT, today)
    people = [p for p in desk.office.people if (p.jurisdiction, p.role) == (case.jurisdiction, EXPERT) and p.name in acting]
    team = {staff.stand_in(str(row.get("name")), EXPERT, today) for row in _team(case) if isinstance(row, Mapping)}
    return tuple(p for p in people if p.name in team) or tuple(people)


def _applicants(desk: Desk, case: Case) -> tuple[Person, ...]:
    person = desk.office.person(case.jurisdiction, APPLICANT, case.owner) if case.owner else None
    return (person,) if person else ()


def _team(case: Case) -> list[Mapping[str, object]]:
    members = case.forms.get("expert_team_form", {}).get("members") or []
    return list(members)


def _mark(desk: Desk, case: Case, path: Path) -> str:
    """What is remembered of a sheet: its place below the inbox, so that an office restored elsewhere finds its own."""
    return f"sheet {case.id} {path.relative_to(desk.office.inbox).as_posix()}"


def _placed(desk: Desk, connection: sa.Connection, case: Case) -> dict[Path, str]:
    prefix = f"sheet {case.id} "
    rows = connection.execute(sa.select(registers.marks).where(registers.marks.c.name.startswith(prefix, autoescape=True)))
    return {desk.office.inbox / row.name.removeprefix(prefix): row.value for row in rows}


def _take_away(desk: Desk, connection: sa.Connection, case: Case, path: Path, ours: str) -> None:
    if path.is_file() and sha256_of(path) == ours:
        path.unlink()
    connection.execute(registers.marks.delete().where(registers.marks.c.name == _mark(desk, case, path)))
