"""The one answer to each drop: beside it, in `回执/`, and in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.cases import registers
from pipeline.cases.case import Case, Paper
from pipeline.cases.codec import decode
from pipeline.cases.decision import OUTCOME_WORDS, Outcome
from pipeline.cases.pages import page
from pipeline.desk.picture import issued_stem, open_forms, safe_name, todo_form
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.intake.names import ANSWERS, IN_PROGRESS
from pipeline.model import Drop

import sqlalchemy as sa  # isort: skip

WAITING_PREFIX = f"{IN_PROGRESS}_"
_NO_CASE = {Outcome.QUARANTINED: "异常", Outcome.TO_CLERK: "异常"}


def answer_folder(desk: Desk, jurisdiction: str, role: str, owner: str) -> Path:
    """Where answers to this drop go: `回执` in the person's own folder, or in the role's."""
    home = desk.office.role_folder(jurisdiction, role)
    return (home / owner if owner and desk.office.owns(jurisdiction, role, owner) else home) / ANSWERS


def answer_page(row: Any, answer: Mapping[str, Any]) -> bytes:
    """The answer as a page; the same row gives the same bytes."""
    word_zh, word_en = OUTCOME_WORDS[Outcome(answer["outcome"])]
    values = {
        "word_zh": word_zh, "word_en": word_en, "name": row.name, "received_at": row.received_at[:16].replace("T", " "), "sha256": row.sha256,
        "case_no": answer["case_no"], "number": answer["number"], "zh": answer["zh"], "en": answer["en"],
        "findings_list": answer["findings"], "differences": answer["differences"],
    }  # fmt: skip
    return page("answer", f"{word_zh}：{row.name}", values)


def answer_drop(desk: Desk, token: str) -> None:
    """Write the answer to a decided drop and take down its 处理中 note. Repeating it writes the same bytes."""
    with desk.reading() as connection:
        row = connection.execute(sa.select(registers.drops).where(registers.drops.c.token == token)).one()
    answer = decode(row.answer)
    outcome = Outcome(answer["outcome"])
    data = answer_page(row, answer)
    name = safe_name(f"{row.seq:05d}_{OUTCOME_WORDS[outcome][0]}_{Path(row.name).stem}", 60) + ".html"
    folder = answer_folder(desk, row.jurisdiction, row.role, row.owner)
    write_whole(folder / name, data)
    if not row.case_id:
        write_whole(desk.office.outbox / row.jurisdiction / _NO_CASE.get(outcome, "退回") / name, data)
    _keep_unfiled(desk, row, outcome)
    if row.case_id and outcome is Outcome.CORRECTION:
        _give_correction_form(desk, row.case_id, folder)
    (folder.parent / waiting_name(row.name)).unlink(missing_ok=True)


def _keep_unfiled(desk: Desk, row: Any, outcome: Outcome) -> None:
    """What a clerk has to look at lies beside the note, as it was dropped; what is unsafe stays in the store only."""
    if outcome is Outcome.TO_CLERK:
        target = desk.office.outbox / row.jurisdiction / "异常" / safe_name(f"{row.seq:05d}_{row.name}", 80)
        write_whole(target, desk.store.get(row.sha256))


def _give_correction_form(desk: Desk, case_id: str, folder: Path) -> None:
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
    pack = desk.pack_of(case)
    for role, spec in open_forms(pack, case):
        if role == "申报" and spec.opens_case:
            write_whole(folder / f"{safe_name(f'{case.no}_{spec.title_zh}_补正用')}.docx", todo_form(pack, case, role, spec))


def give_paper(desk: Desk, case: Case, paper: Paper, data: bytes) -> None:
    """A sealed document into the applicant's own answer folder, when the applicant has one on the share."""
    if case.owner and desk.office.owns(case.jurisdiction, "申报", case.owner):
        folder = answer_folder(desk, case.jurisdiction, "申报", case.owner)
        target = folder / f"{issued_stem(paper)}.pdf"
        if not target.exists():
            write_whole(target, data)


def waiting_name(name: str) -> str:
    """The name of the 处理中 note of a drop; short enough for every filesystem."""
    return f"{WAITING_PREFIX}{name[:60]}.txt"


def say_waiting(desk: Desk, jurisdiction: str, role: str, owner: str, name: str, why_zh: str, why_en: str) -> None:
    """A 处理中 note beside a drop that has been seen but not yet answered; it goes when the answer comes."""
    target = answer_folder(desk, jurisdiction, role, owner).parent / waiting_name(name)
    data = f"{why_zh}\r\n{why_en}\r\n".encode("utf-8-sig")
    if not target.exists() or target.read_bytes() != data:
        write_whole(target, data)


def say_received(desk: Desk, drop: Drop) -> None:
    """The note of a claimed drop: it is safe, it is being handled."""
    say_waiting(
        desk, drop.jurisdiction, drop.role, drop.owner, drop.name,
        f"已收到，正在办理：{drop.name}（{drop.received_at:%Y-%m-%d %H:%M:%S}）。原件已安全保存，办完后这里会出现回执。",
        "received and being handled; the original is safe",
    )  # fmt: skip
