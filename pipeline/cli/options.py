"""Options that many commands share, and how a command comes to its office and its voice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cases import journal
from pipeline.cases.case import Case
from pipeline.cli.voice import Language, Voice
from pipeline.desk.service import Desk
from pipeline.errors import NotFoundError, SettingsError
from pipeline.office import Office, find_root, load_office

OfficeAt = Annotated[
    Path | None, typer.Option("--office", envvar="HONGTOU_OFFICE", help="办公室文件夹；默认从当前文件夹向上找 / the office; default: from here upwards")
]
Lang = Annotated[Language | None, typer.Option("--lang", help="先用哪种语言 / language that comes first")]
Json = Annotated[bool, typer.Option("--json", help="给程序读的结果 / machine output")]


def enter_office(at: Path | None) -> Office:
    """The office named, or the one the current folder lies in. Raises SettingsError."""
    start = (at or Path.cwd()).resolve()
    if at is not None and not start.is_dir():
        raise SettingsError(f"没有文件夹 {at}", f"there is no folder {at}")
    return load_office(find_root(start))


def voice_for(lang: Language | None, machine: bool = False, office: Office | None = None) -> Voice:
    """The voice asked for; else the office's own; else Chinese first."""
    chosen = lang or (Language(office.settings.text("office.language")) if office else Language.ZH)
    return Voice(chosen, machine)


@contextmanager
def open_desk(office: Office) -> Iterator[Desk]:
    """The office's desk, closed afterwards."""
    desk = Desk(office)
    try:
        yield desk
    finally:
        desk.close()


def all_cases(desk: Desk) -> list[Case]:
    """Every case, oldest first; without those whose record cannot be read, which `doctor` names."""
    with desk.reading() as connection:
        return list(desk.shelf.all(connection).values())


def case_named(desk: Desk, name: str) -> Case:
    """A case by its number (案号), its id, or a part of its number that fits only one. Raises NotFoundError, StoreError for one that cannot be read."""
    cases = all_cases(desk)
    exact = [case for case in cases if name in (case.no, case.id)]
    found = exact or [case for case in cases if name and name in case.no]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = "、".join(case.no for case in found[:5])
        raise NotFoundError(f"“{name}”对应不止一个案件：{numbers}；请写全案号", f"{name!r} fits several cases: {numbers}; write the whole number")
    with desk.reading() as connection:
        for case_id in journal.case_ids(connection):
            if name and name in (case_id, case_id.split(".", 1)[-1]):
                desk.shelf.get(connection, case_id)
    raise NotFoundError(f"没有案号为“{name}”的案件；用 hongtou cases 查看案号", f"there is no case {name!r}; `hongtou cases` lists them")
