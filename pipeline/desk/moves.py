"""Folders that people dragged: one case folder moved to another state is a move request, filed like any other.

A copy, a part, several at once, or a moved parent folder is no request: everything is put back and nothing changes.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.cases.folders import DISPLACED, Displaced
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.law.pack import Pack
from pipeline.model import FormIdentity

OFFICER = "办理"
REQUEST = "move_request"
GONE = "-"


def look_for_moves(desk: Desk) -> tuple[Displaced, ...]:
    """Find displaced folders; file a request for a single dragged case, and have everything put back.

    Each displacement is dealt with once, however often this runs before the folder is back (it may be open in Word).
    """
    with desk.database.begin() as connection:
        displaced = desk.folders.survey(connection)
        desk.folders.strays(connection)
        new = _not_yet_seen(connection, displaced)
    requested = _request(desk, displaced, new)
    for one in new:
        if one.unit not in requested:
            _put_back(desk, one)
        with desk.database.begin() as connection:  # after the act: a crash in between repeats a note, and loses nothing
            registers.set_mark(connection, f"{DISPLACED}{one.unit}", one.now or GONE)
    return displaced


def _not_yet_seen(connection: sa.Connection, displaced: tuple[Displaced, ...]) -> tuple[Displaced, ...]:
    """Those found here for the first time; what is back in its place is forgotten."""
    away = {f"{DISPLACED}{one.unit}" for one in displaced}
    for name in connection.execute(sa.select(registers.marks.c.name).where(registers.marks.c.name.like(f"{DISPLACED}%"))).scalars().all():
        if name not in away:
            connection.execute(registers.marks.delete().where(registers.marks.c.name == name))
    return tuple(one for one in displaced if registers.get_mark(connection, f"{DISPLACED}{one.unit}") != (one.now or GONE))


def _request(desk: Desk, displaced: tuple[Displaced, ...], new: tuple[Displaced, ...]) -> frozenset[str]:
    """File the move request when exactly one case was dragged by itself to a state folder; returns its id."""
    cases = [d for d in displaced if ":" not in d.unit]
    if len(cases) != 1 or cases[0] not in new or cases[0].now is None or cases[0].with_parent:
        return frozenset()
    one = cases[0]
    with desk.reading() as connection:
        case = desk.case(connection, one.unit)
    pack = desk.pack_of(case)
    target = _state_of(pack, one.now or "")
    if target is None or target == case.state:
        return frozenset()
    spec = pack.forms[REQUEST]
    identity = FormIdentity(form=REQUEST, version=spec.version, jurisdiction=case.jurisdiction, case=case.id, role=OFFICER)
    content = {
        "form": REQUEST, "version": spec.version, "jurisdiction": case.jurisdiction, "case": case.id, "revision": 0, "role": identity.role, "bound": "",
        "data": {"from_state": case.state, "to_state": target, "case_no": case.no},
    }  # fmt: skip
    name = f"移动申请_{case.no}_{len(case.history)}.json"
    write_whole(desk.office.role_folder(case.jurisdiction, OFFICER) / name, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return frozenset({one.unit})


def _state_of(pack: Pack, path: str) -> str | None:
    """The state whose folder `path` (relative to the outbox) lies in, or None."""
    parts = PurePosixPath(path).parts
    return next((s.id for s in pack.lifecycle.states.values() if s.zh in parts), None)


def _put_back(desk: Desk, one: Displaced) -> None:
    if ":" in one.unit:
        _put_back_unit(desk, one)
        return
    zh = "案件文件夹不在原处" + ("（连同上级文件夹被移动）" if one.with_parent else "（多个一起被移动，或已不见）") + "，没有当作移动申请，已放回原处。"
    event = Event(Kind.NOTED, {"zh": zh, "en": "the case folder was out of its place; this asked for nothing, and it was put back"}, one.unit)
    note(desk, (event,), (Work("show_case", (one.unit, f"back-{one.now}")),))


def _put_back_unit(desk: Desk, one: Displaced) -> None:
    """A draft or a packet that was dragged: it only asks. Shown again at its place."""
    kind, key = one.unit.split(":", 1)
    with desk.reading() as connection:
        for case_id, case in desk.shelf.all(connection).items():
            if kind == "draft" and case.pending is not None and case.pending.group == key:
                note(desk, (), (Work("draw", (case_id, key)),))
            if kind == "packet" and key in case.papers:
                note(desk, (), (Work("place", (case_id, key)),))
