"""What waits for a timestamp authority: kept on record, tried again by itself, and said before a legal deadline is missed.

A job that no authority answered is no failed job: it is remembered here and asked for again, the oldest first, until one
answers; then all the others follow at once. What is remembered lies in the database, so a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.cases.unsealed import unsealed, words
from pipeline.desk.service import Desk
from pipeline.errors import DeviceError, SigningError, TimestampError
from pipeline.law.pack import Pack
from pipeline.work.jobs import JOBS

AGAIN = timedelta(seconds=60)
"""How long a job that nobody answered waits before it is asked for again."""
GRACE = timedelta(minutes=15)
"""How long a seal may take before the document is said to wait, when nobody knows of a reason."""
_MARK = "awaits "
UNSEALED = "unsealed"
"""The mark of the documents that wait for their seal, as the last sweep found them."""


def remember_unanswered(desk: Desk, kind: str, args: tuple[str, ...], fault: SigningError) -> None:
    """No authority answered this job, or the register forbids its seal: it waits. Said in the case's record when it begins to wait."""
    name, now = _name(kind, args), desk.clock().isoformat(timespec="seconds")
    with desk.database.begin() as connection:
        before = registers.get_mark(connection, name)
        since = decode(before)["since"] if before else now
        registers.set_mark(connection, name, encode({"since": since, "tried": now, "zh": fault.zh, "en": fault.en, "out": False, "for": _reason(fault)}))
        if before is None and kind == "seal":
            title = desk.case(connection, args[0]).papers[args[1]].title
            said = {"zh": f"《{title}》等待{_reason(fault)}后用印：{fault.zh}", "en": f"waits to be sealed: {fault.en}"}
            journal.append(connection, (Event(Kind.NOTED, said, args[0]),), at=desk.clock(), actor="hongtou")


def forget_unanswered(desk: Desk, kind: str, args: tuple[str, ...]) -> None:
    """It was done. Had it waited, an authority answers again, so all that still waits may be tried at once."""
    with desk.reading() as connection:
        if registers.get_mark(connection, _name(kind, args)) is None:
            return
    with desk.database.begin() as connection:
        connection.execute(registers.marks.delete().where(registers.marks.c.name == _name(kind, args)))
        for name, said in _waiting(connection).items():
            registers.set_mark(connection, name, encode({**said, "tried": ""}))


def ask_unanswered(desk: Desk, tick: int) -> None:
    """Ask again: all that may be tried at once, or the oldest alone, a minute after its last try. `tick` makes each asking a job of its own."""
    with desk.database.begin() as connection:
        waiting = _waiting(connection)
        if any(said["out"] for said in waiting.values()):
            return
        at_once = [name for name, said in waiting.items() if not said["tried"]]
        first = {said["for"]: name for name, said in sorted(waiting.items(), key=lambda each: str(each[1]["since"]), reverse=True)}
        oldest = list(first.values())  # of each reason: a seal that waits to be mended holds no timestamp up
        due = [name for name in oldest if desk.clock() - datetime.fromisoformat(waiting[name]["tried"] or waiting[name]["since"]) >= AGAIN]
        for name in at_once or due:
            kind, *args = name.removeprefix(_MARK).split("|")
            registers.set_mark(connection, name, encode({**waiting[name], "out": True}))
            desk.submit(connection, Work(kind, (*args, f"again-{tick}")), args[0] if len(args) > 1 else "office")


def _reason(fault: SigningError) -> str:
    return "时间戳" if isinstance(fault, TimestampError) else "密码设备" if isinstance(fault, DeviceError) else "印章"


def reason_for(connection: sa.Connection, kind: str, args: tuple[str, ...]) -> tuple[str, str]:
    """Why a job waits, in Chinese and English; empty when it does not."""
    said = decode(registers.get_mark(connection, _name(kind, args)) or '{"zh": "", "en": ""}')
    return str(said["zh"]), str(said["en"])


def how_many_wait(connection: sa.Connection) -> int:
    """Jobs that wait for an authority to answer."""
    return len(_waiting(connection))


_ARGUMENTS: Mapping[str, int] = {"seal": 2, "stamp": 2, "draw_lots": 2, "test_archive": 2, "root": 1, "day_sheet": 1}
"""How many arguments of a job say what it does; what follows only tells one asking from another."""


def may_wait(kind: str) -> bool:
    """Whether a job of this kind waits for an answer instead of failing."""
    return kind in _ARGUMENTS


def _name(kind: str, args: tuple[str, ...]) -> str:
    return _MARK + "|".join((kind, *args[: _ARGUMENTS.get(kind, 2)]))


def _waiting(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    rows = connection.execute(sa.select(registers.marks).where(registers.marks.c.name.startswith(_MARK, autoescape=True)))
    return {row.name: decode(row.value) for row in rows}


def unsealed_rows(desk: Desk, connection: sa.Connection, pack: Pack, case: Case, today: date) -> list[dict[str, Any]]:
    """What is to be said of the case's documents that wait for their seal; not of those that were issued just now."""
    rows = []
    for one in unsealed(pack, case, today):
        zh, en = reason_for(connection, "seal", (case.id, one.paper.id))
        zh, en = (zh, en) if zh else (_trouble(connection, case.id, one.paper.id),) * 2
        if zh or desk.clock() - one.since >= GRACE:
            told = words(one, case.no, zh)[0], words(one, case.no, en)[1]
            rows.append({"case": case.id, "number": one.paper.number, "mark": one.mark, "final": one.final.isoformat() if one.final else "", "zh": told[0], "en": told[1]})
    return rows


def _trouble(connection: sa.Connection, case_id: str, paper_id: str) -> str:
    """What the last try to seal a document ended with, when it was none of what waits by itself (a device that is gone …)."""
    wanted = sa.select(JOBS.c.args, JOBS.c.last_error).where(JOBS.c.partition == case_id, JOBS.c.kind == "seal", JOBS.c.last_error != "")
    rows = connection.execute(wanted.order_by(JOBS.c.order.desc(), JOBS.c.id.desc()))
    return next((str(row.last_error) for row in rows if decode(row.args).get("1") == paper_id), "")


def unsealed_now(connection: sa.Connection) -> list[dict[str, Any]]:
    """Documents that wait for their seal, as the last sweep found them."""
    found: list[dict[str, Any]] = decode(registers.get_mark(connection, UNSEALED) or "[]")
    return found
