"""Brings cases to the outbox: the folder, the shortcut that never moves, the lists of what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.case import Case
from pipeline.cases.codec import decode
from pipeline.cases.decision import Work
from pipeline.cases.folders import Unit
from pipeline.cases.operations.answers import open_opinions
from pipeline.cases.pages import page
from pipeline.cases.sealed import Round, awaited
from pipeline.desk.answers import answer_page
from pipeline.desk.picture import case_folder, case_unit, clock_row, fitted, open_forms, safe_name, short_name
from pipeline.desk.posts import staff_of
from pipeline.desk.saved import answer_saved
from pipeline.desk.service import Desk
from pipeline.desk.sheets import hand_out
from pipeline.desk.sweep import sick_cases
from pipeline.diskwork import sha256_of, write_whole
from pipeline.law.pack import Pack

SHORTCUTS = "案件索引"
BUSY = "busy "
_ARGUMENTS = {"show_case": 1, "show_proposal": 1, "hide_proposal": 1, "show_posts": 1, "show_handover": 1}
"""How many arguments of a job say what it does, where it is not two; what follows only tells one asking from another."""


def show_unit(desk: Desk, unit: Unit) -> None:
    """Bring one unit to its place. Raises FolderBusyError when somebody has a file of it open."""
    unit = fitted(unit, desk.room)
    with desk.database.begin() as connection:
        desk.folders.show(connection, unit)
        answer_saved(desk, connection, unit.id)


def case_shown(desk: Desk, case_id: str) -> None:
    """Bring a case's folder, shortcut and role lists up to date. Raises FolderBusyError."""
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
        answers = _answers(desk, connection, case)
    pack = desk.pack_of(case)
    show_unit(desk, case_unit(pack, case, desk.store, answers))
    _shortcut(desk, pack, case)
    hand_out(desk, pack, case)
    write_lists(desk, pack)


def _answers(desk: Desk, connection: sa.Connection, case: Case) -> dict[str, bytes]:
    table = registers.drops
    rows = connection.execute(sa.select(table).where(table.c.case_id == case.id, table.c.answer.is_not(None)).order_by(table.c.seq))
    return {f"回执_{n:02d}_{safe_name(row.name, 24)}.html": answer_page(row, decode(row.answer)) for n, row in enumerate(rows, 1)}


def _shortcut(desk: Desk, pack: Pack, case: Case) -> None:
    home = desk.office.outbox / pack.jurisdiction / SHORTCUTS
    link = os.path.relpath(desk.office.outbox / case_folder(pack, case) / "时间线.html", home).replace(os.sep, "/")
    state = pack.lifecycle.states[case.state]
    data = page("shortcut", case.no, {"link": link, "no": case.no, "where": f"{state.phase}／{state.zh}"})
    _write_if_new(desk, f"{pack.jurisdiction}/{SHORTCUTS}/{short_name(case)}.html", data)
    for former in home.glob(f"{case.no}_*.html"):  # the applicant's name was corrected
        if former.stem != short_name(case):
            former.unlink()


def write_lists(desk: Desk, pack: Pack) -> None:
    """`待办_<role>.html`: one list per role of what waits for it; `期限一览.html`: the deadlines of all cases."""
    with desk.reading() as connection:
        sick = sick_cases(connection)
        cases = [c for c in desk.shelf.all(connection).values() if c.jurisdiction == pack.jurisdiction and c.id not in sick]
        staff = staff_of(desk, connection, pack.jurisdiction)
    today = desk.clock().date()
    for role in ("申报", "评审", "办理", "签发"):
        rows = [row for case in cases if (row := _row(pack, case, role, lambda name, role=role: staff.stand_in(name, role, today)))]  # type: ignore[misc]
        values = {"subtitle": pack.authority["name"], "rows": rows}
        _write_if_new(desk, f"{pack.jurisdiction}/待办_{role}.html", page("todo", f"待办：{role}", values))
    values = {"subtitle": pack.authority["name"], "rows": deadline_rows(pack, cases)}
    _write_if_new(desk, f"{pack.jurisdiction}/{DEADLINES}", page("deadlines", "期限一览", values))


    taken = [taken_over_row(pack, case) for case in cases if case.taken_over]
    if taken:
        _write_if_new(desk, f"{pack.jurisdiction}/{TAKEN_OVER}", page("taken_over", "已有案件接管登记簿", {"subtitle": pack.authority["name"], "rows": taken}))


DEADLINES = "期限一览.html"
TAKEN_OVER = "接管登记簿.html"


def taken_over_row(pack: Pack, case: Case) -> dict[str, object]:
    """A case taken over from paper, as its register shows it."""
    link = case_folder(pack, case).split("/", 1)[1] + "/时间线.html"
    return {**case.taken_over, "state": pack.lifecycle.states[str(case.taken_over["to"])].zh, "center": case.application.get("center_name", ""), "link": link}


def deadline_rows(pack: Pack, cases: Iterable[Case]) -> list[dict[str, object]]:
    """Every running or paused clock of `cases`, by its last day; those that stand still come where they stood."""
    rows = [
        {
            **clock_row(pack, clock), "no": case.no, "center": case.application.get("center_name", ""), "state": pack.lifecycle.states[case.state].zh,
            "link": case_folder(pack, case).split("/", 1)[1] + "/时间线.html",
        }
        for case in cases for clock in case.clocks.values()
        if clock.status in ("running", "paused") and not pack.lifecycle.states[case.state].terminal
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["final"]), str(row["no"]), str(row["zh"])))


def _row(pack: Pack, case: Case, role: str, stand_in: Callable[[str], str]) -> dict[str, object] | None:
    state = pack.lifecycle.states[case.state]
    forms = [spec.title_zh for who, spec in open_forms(pack, case) if who == role]
    if role == "签发" and case.pending is not None:
        forms = ["签发单"]
    forms += [_owed(pack, code, at) for code, at in awaited(pack, case) if role in pack.forms[code].filed_by]
    forms += [f"《会签意见表》（{_who(str(o['officer']), stand_in)}，{o['kind_zh']}）" for o in open_opinions(case) if o["role"] == role]
    if not forms:
        return None
    if role in case.handlers:
        forms = [f"（由 {_who(case.handlers[role], stand_in)} 办理）", *forms]
    forms = [*(f"催办（{u['on']}，{u['by']}）：{u['text']}" for u in case.urged if (u["role"], u["revision"]) == (role, case.revision)), *forms]
    link = case_folder(pack, case).split("/", 1)[1]
    return {"link": f"{link}/时间线.html", "no": case.no, "center": case.application.get("center_name", ""), "state": state.zh, "forms": forms}


def _owed(pack: Pack, code: str, at: Round) -> str:
    return f"《{pack.forms[code].title_zh}》（封存；已交{len(at.sheets)}人，未交：{'、'.join(at.missing)}）"


def _who(name: str, stand_in: Callable[[str], str]) -> str:
    """A person, or who does the work of that person now."""
    other = stand_in(name)
    return name if other == name else f"{other}，代{name}"


def _write_if_new(desk: Desk, path: str, data: bytes) -> None:
    target = desk.office.outbox / path
    if target.is_file() and target.read_bytes() == data:
        return
    write_whole(target, data)


def remember_busy(desk: Desk, kind: str, args: tuple[str, ...], names: tuple[str, ...]) -> None:
    """A folder is open in Word or WPS: this job waits; the status page says so."""
    with desk.database.begin() as connection:
        registers.set_mark(connection, _busy_mark(kind, args), "、".join(names))


def forget_busy(desk: Desk, kind: str, args: tuple[str, ...]) -> None:
    """The folder is free again."""
    with desk.reading() as connection:
        waits = registers.get_mark(connection, _busy_mark(kind, args)) is not None
    if waits:
        with desk.database.begin() as connection:
            connection.execute(registers.marks.delete().where(registers.marks.c.name == _busy_mark(kind, args)))


def _busy_mark(kind: str, args: tuple[str, ...]) -> str:
    return f"{BUSY}{kind}|" + "|".join(args[: _ARGUMENTS.get(kind, 2)])


def busy_folders(connection: sa.Connection) -> dict[tuple[str, ...], str]:
    """Jobs that wait for a folder, as (kind, case, …), and the files that are open there."""
    rows = connection.execute(sa.select(registers.marks).where(registers.marks.c.name.like(f"{BUSY}%"))).all()
    return {tuple(row.name.removeprefix(BUSY).split("|")): row.value for row in rows}


def show_waiting(desk: Desk, tick: int) -> None:
    """Ask again for the folders that were busy. `tick` makes each asking a job of its own."""
    with desk.database.begin() as connection:
        for kind, case_id, *more in busy_folders(connection):
            desk.submit(connection, Work(kind, (case_id, *more, f"again-{tick}")), case_id)


def fingerprint_of(desk: Desk) -> dict[str, str]:
    """SHA-256 of every file in the outbox by relative path; what `rebuild` must give back byte for byte."""
    root = desk.office.outbox
    return {p.relative_to(root).as_posix(): sha256_of(p) for p in sorted(root.rglob("*")) if p.is_file()}
