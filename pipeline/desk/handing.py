"""Handing something in from the command line: into the inbox, as everybody does, and its answer read from the register."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.cases import registers
from pipeline.cases.codec import decode
from pipeline.cases.decision import OUTCOME_WORDS, Outcome
from pipeline.desk.service import Desk
from pipeline.diskwork import copy_whole, move_whole, write_whole
from pipeline.errors import NotFoundError, RefusedError
from pipeline.flow import receive
from pipeline.intake.names import is_ignored, is_own
from pipeline.intake.stable import signature
from pipeline.intake.watch import Ready
from pipeline.office import ROLES
from pipeline.work.port import Engine

GOOD = frozenset({Outcome.RECEIVED, Outcome.CORRECTION, Outcome.RECORDED, Outcome.DUPLICATE, Outcome.TO_CLERK})
"""Outcomes after which the one who handed in has reached what the drop was for."""
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Something that lies in the inbox: where, for whom, under which name; `after` is the register's end before it."""

    path: Path
    jurisdiction: str
    role: str
    owner: str
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The office's answer to what was handed in."""

    token: str
    name: str
    outcome: Outcome
    zh: str
    en: str
    case_no: str
    number: str
    findings: tuple[Mapping[str, Any], ...] = ()

    @property
    def good(self) -> bool:
        """Whether it was received or done."""
        return self.outcome in GOOD

    @property
    def word(self) -> tuple[str, str]:
        """What the outcome is called."""
        return OUTCOME_WORDS[self.outcome]


def hand_in(desk: Desk, jurisdiction: str, role: str, owner: str, sources: Sequence[Path], name: str = "") -> Handed:
    """Put files (or one folder) into an inbox folder as one drop, whole at once. Several files make one bundle.

    Raises NotFoundError for what does not exist, RefusedError for a role or name that is not taken.
    """
    folder = _folder(desk, jurisdiction, role, owner)
    for source in sources:
        if not source.exists():
            raise NotFoundError(f"没有文件 {source}", f"there is no file {source}")
    chosen = name or (sources[0].name if len(sources) == 1 else sources[0].stem)
    if is_ignored(chosen) or is_own(chosen):
        raise RefusedError(f"“{chosen}”这样的名字会被当作临时文件而不收，请改名", f"a drop named {chosen!r} is taken for a helper file; rename it")
    after = _last(desk)
    hidden = folder / f".{secrets.token_hex(6)}.tmp"
    if len(sources) == 1 and sources[0].is_file():
        copy_whole(sources[0], hidden)
    else:
        _copy_all(sources, hidden)
    target = _free(folder, chosen)
    move_whole(hidden, target)
    return Handed(path=target, jurisdiction=jurisdiction, role=role, owner=owner, after=after)


def hand_in_bytes(desk: Desk, jurisdiction: str, role: str, owner: str, data: bytes, name: str) -> Handed:
    """Put one made file into an inbox folder. Raises as `hand_in`."""
    folder = _folder(desk, jurisdiction, role, owner)
    after, hidden = _last(desk), folder / f".{secrets.token_hex(6)}.tmp"
    write_whole(hidden, data)
    target = _free(folder, name)
    move_whole(hidden, target)
    return Handed(path=target, jurisdiction=jurisdiction, role=role, owner=owner, after=after)


def _folder(desk: Desk, jurisdiction: str, role: str, owner: str) -> Path:
    desk.pack(jurisdiction)
    if role not in ROLES:
        raise RefusedError(f"没有“{role}”这个角色文件夹；可用：{'、'.join(ROLES)}", f"there is no role {role!r}; use one of {', '.join(ROLES)}")
    folder = desk.office.role_folder(jurisdiction, role)
    if owner and not desk.office.owns(jurisdiction, role, owner):
        raise NotFoundError(
            f"“{role}”下没有“{owner}”的个人文件夹；用 hongtou person list 查看，或用 hongtou person add 登记",
            f"{owner!r} has no folder below {role}; see `hongtou person list`",
        )
    folder = folder / owner if owner else folder
    if not folder.is_dir():
        raise NotFoundError(f"收件文件夹 {folder} 不存在；用 hongtou init 补齐", f"the inbox folder {folder} is missing; `hongtou init` completes it")
    return folder


def _copy_all(sources: Sequence[Path], hidden: Path) -> None:
    hidden.mkdir()
    for source in sources:
        if source.is_file():
            copy_whole(source, hidden / source.name)
            continue
        base = source if len(sources) == 1 else source.parent
        for path in sorted(source.rglob("*")):
            if path.is_file():
                copy_whole(path, hidden / path.relative_to(base))


def _free(folder: Path, name: str) -> Path:
    target, n = folder / name, 2
    while target.exists():
        target = folder / f"{Path(name).stem}（{n}）{Path(name).suffix}"
        n += 1
    return target


def _last(desk: Desk) -> int:
    with desk.reading() as connection:
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(registers.drops.c.seq), 0))).scalar_one())


def handle_here(desk: Desk, engine: Engine, handed: Handed) -> Told | None:
    """Take the drop and do all that follows in this process; None when it was taken by somebody else meanwhile."""
    ready = Ready(
        path=handed.path, jurisdiction=handed.jurisdiction, role=handed.role, owner=handed.owner, name=handed.path.name,
        is_folder=handed.path.is_dir(), signature=signature(handed.path),
    )  # fmt: skip
    drop = receive(desk, ready)
    engine.idle(0)
    return _told(desk, registers.drops.c.token == drop.token) if drop is not None else None


def wait_for_answer(desk: Desk, handed: Handed, seconds: float) -> Told | None:
    """The running watch's answer; None when there is none yet after `seconds`."""
    table, until = registers.drops, time.monotonic() + seconds
    mine = sa.and_(
        table.c.seq > handed.after, table.c.name == handed.path.name, table.c.jurisdiction == handed.jurisdiction,
        table.c.role == handed.role, table.c.owner == handed.owner,
    )  # fmt: skip
    while True:
        told = _told(desk, mine)
        if told is not None or time.monotonic() >= until:
            return told
        time.sleep(_LOOK_SECONDS)


def _told(desk: Desk, which: Any) -> Told | None:
    with desk.reading() as connection:
        row = connection.execute(sa.select(registers.drops).where(which).order_by(registers.drops.c.seq)).first()
    if row is None or row.answer is None:
        return None
    said = decode(row.answer)
    return Told(
        token=row.token, name=row.name, outcome=Outcome(said["outcome"]), zh=said["zh"], en=said["en"],
        case_no=said["case_no"] or "", number=said["number"] or "", findings=tuple(said["findings"]),
    )  # fmt: skip
