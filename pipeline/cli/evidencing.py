"""`evidence`: a document, or a case, as a package that anyone can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cases.case import Case
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.desk.evidence import as_zip, evidence, find_papers
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError


def evidence_(
    what: Annotated[str, typer.Argument(help="案号或文号 / a case's or a document's number")],
    target: Annotated[Path, typer.Argument(help="写到哪里，如 证据.zip / where to, as a ZIP")],
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """制作证据包：文书、日志摘录、依据和不联网的核验页 / make a package anyone can check, with a page and a script to do it."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        case, number = _found(desk, what)
        papers = find_papers(case, number)
        write_whole(target, as_zip(evidence(desk, case, papers, whole_case=not number), target.stem))
    voice.give({"ok": True, "file": target, "case": case.no, "documents": [paper.number for paper in papers]})
    voice.say(f"证据包已写到 {target}：{len(papers)} 份文书；用其中的 verify.html 或 verify.py 核验", f"evidence of {len(papers)} documents written to {target}; check it with verify.html or verify.py in it", style="green")


def _found(desk: Desk, what: str) -> tuple[Case, str]:
    """The case, and the document's number when one was named. Raises NotFoundError."""
    with desk.reading() as connection:
        for case in desk.shelf.all(connection).values():
            if (what in (case.no, case.id) or any(what == paper.number for paper in case.papers.values())):
                return case, "" if what in (case.no, case.id) else what
    raise NotFoundError(f"没有编号为 {what} 的案件或文书", f"there is no case or document {what}")
