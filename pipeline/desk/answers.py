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
from pipeline.desk.concealing import for_the_filer
from pipeline.desk.picture import issued_stem, safe_name
from pipeline.desk.record import drop_row
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.intake.names import ANSWERS, IN_PROGRESS
from pipeline.model import Drop

import sqlalchemy as sa  # isort: skip

WAITING_PREFIX = f"{IN_PROGRESS}_"
_NO_CASE = {Outcome.QUARANTINED: "异常", Outcome.TO_CLERK: "异常", Outcome.RECORDED: "办公事项", Outcome.RECEIVED: "办公事项"}
"""Where the answer to a drop that belongs to no case lies in the outbox; what is not named here was not acted on, and lies in 退回."""


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
    theirs = bool(row.owner) and desk.office.owns(row.jurisdiction, row.role, row.owner)
    data, own = answer_page(row, answer), answer_page(row, for_the_filer(desk, token, answer)) if theirs else b""
    name = safe_name(f"{row.seq:05d}_{OUTCOME_WORDS[outcome][0]}_{Path(row.name).stem}", 60) + ".html"
    folder = answer_folder(desk, row.jurisdiction, row.role, row.owner)
    write_whole(folder / name, own or data)
    if not row.case_id:
        write_whole(desk.office.outbox / row.jurisdiction / _NO_CASE.get(outcome, "退回") / name, data)
    _keep_unfiled(desk, row, outcome)
    (folder.parent / waiting_name(row.name)).unlink(missing_ok=True)


def _keep_unfiled(desk: Desk, row: Any, outcome: Outcome) -> None:
    """What a clerk has to look at lies beside the note, as it was dropped; what is unsafe stays in the store only."""
    if outcome is Outcome.TO_CLERK:
        target = desk.office.outbox / row.jurisdiction / "异常" / safe_name(f"{row.seq:05d}_{row.name}", 80)
        write_whole(target, desk.store.get(row.sha256))


def give_paper(desk: Desk, case: Case, paper: Paper, data: bytes) -> bool:
    """A sealed document into the applicant's own answer folder; False when the applicant has none on the share."""
    if not case.owner or not desk.office.owns(case.jurisdiction, "申报", case.owner):
        return False
    target = answer_folder(desk, case.jurisdiction, "申报", case.owner) / f"{issued_stem(paper)}.pdf"
    if not target.exists():
        write_whole(target, data)
    return True


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
    """The note of a claimed drop: it is safe, it is being handled. The answer may be there first; then the note goes again."""
    say_waiting(
        desk, drop.jurisdiction, drop.role, drop.owner, drop.name,
        f"已收到，正在办理：{drop.name}（{drop.received_at:%Y-%m-%d %H:%M:%S}）。原件已安全保存，办完后这里会出现回执。",
        "received and being handled; the original is safe",
    )  # fmt: skip
    with desk.reading() as connection:
        _, outcome = drop_row(connection, drop.token)
    if outcome is not None:
        folder = answer_folder(desk, drop.jurisdiction, drop.role, drop.owner).parent
        (folder / waiting_name(drop.name)).unlink(missing_ok=True)
