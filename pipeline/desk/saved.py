"""Prefilled forms saved where they lie: answered with a note beside them, since a folder is no way to file a form."""

from __future__ import annotations

from pathlib import PurePosixPath

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.folders import NOTE
from pipeline.desk.service import Desk

_SIGNING = "签发"


def look_for_saved(desk: Desk) -> None:
    """Go over all folders once."""
    with desk.database.begin() as connection:
        answer_saved(desk, connection)


def answer_saved(desk: Desk, connection: sa.Connection, unit: str | None = None) -> None:
    """Lay a note beside each form that was filled in and saved in place (of one unit, or all); take down the others."""
    saved = desk.folders.saved_in_place(connection, unit)
    rows = connection.execute(sa.select(registers.placed.c.case_id).where(registers.placed.c.path.like(f"%{NOTE}%"))).scalars()
    noted = {case for case in rows if unit in (None, case)}
    for one in saved.keys() | noted:
        home = desk.folders.folder_of(connection, one) or ""
        desk.folders.tell(connection, one, {_note_name(name): _words(desk, home, name) for name in saved.get(one, ())})


def _note_name(name: str) -> str:
    path = PurePosixPath(name)
    return path.with_name(f"{NOTE}{path.name}.txt").as_posix()


def _words(desk: Desk, home: str, name: str) -> bytes:
    file = PurePosixPath(name).name
    jurisdiction = home.split("/", 1)[0]
    role = file.split("_", 1)[0] if "_" in file else _SIGNING
    people = [p.folder for p in desk.office.people if (p.jurisdiction, p.role) == (jurisdiction, role)]
    whose = "、".join(people[:6]) if role != "申报" else ""
    zh = (
        f"“{file}”已在这里填写并保存，但放在这里不会办理。\r\n请把它复制到 inbox\\{jurisdiction}\\{role}\\ 下您本人的文件夹"
        + (f"（{whose}）" if whose else "") + "。\r\n您的文件没有被改动；投递办理之后，这份说明会自动消失。\r\n"
    )  # fmt: skip
    en = f"{file} was filled in and saved here, where nothing acts on it. Copy it into your own folder below inbox/{jurisdiction}/{role}.\r\n"
    return (zh + en).encode("utf-8-sig")
