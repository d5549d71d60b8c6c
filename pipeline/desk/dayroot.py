"""The journal's daily root: one hash over all entries so far, signed, timestamped, and copied to a second place.

Whoever has the database in hand can rewrite the whole chain; they cannot rewrite a root that was signed and copied before.
An inclusion proof against a root shows one entry to an outsider without the others. A root is of both chains: SHA-256 over
all entries, SM3 over those that have one (`sm3.from` says since which).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.codec import encode
from pipeline.cases.decision import Work
from pipeline.cases.events import OFFICE, Event, Kind, Recorded
from pipeline.cases.journal import ChainFault
from pipeline.cases.tree import tree_root
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.digests import sm3
from pipeline.diskwork import write_whole
from pipeline.papers.sign import sign_detached
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_detached

_ASKED = "root asked"


def ask_for_root(desk: Desk, today: date) -> None:
    """A job for today's root, unless there is one or nothing was entered since the last but roots and their sheets."""
    with desk.database.begin() as connection:
        last = _last(desk.office_events(connection))
        table = journal.events
        matter = sa.select(table.c.seq).where(table.c.seq > (last.seq if last else 0), table.c.kind.not_in([str(Kind.ROOTED), str(Kind.ROOT_SHEET)]))
        anything = connection.execute(matter.limit(1)).first() is not None
        asked = registers.get_mark(connection, _ASKED) == today.isoformat()
        if anything and not asked and (last is None or str(last.data["day"]) < today.isoformat()):
            registers.set_mark(connection, _ASKED, today.isoformat())
            desk.submit(connection, Work("root", (today.isoformat(),)), "office")


def make_root(desk: Desk, args: tuple[str, ...]) -> None:
    """Sign and timestamp the root over all entries so far, enter it, and copy it to the second place. Once a day."""
    day = args[0]
    with desk.reading() as connection:
        last = _last(journal.read(connection, OFFICE))
    if last is None or str(last.data["day"]) < day:
        sign_root(desk, day)
    copy_roots(desk)


def sign_root(desk: Desk, day: str) -> None:
    """Sign, timestamp and enter the root over all entries so far."""
    with desk.reading() as connection:
        hashes, beside = _hashes(connection), sm3_leaves(connection)
    if hashes:
        said: dict[str, object] = {"day": day, "office": desk.office.settings.text("office.name"), "entries": len(hashes), "head": hashes[-1], "root": tree_root(hashes)}
        if beside:
            said["sm3"] = {"from": len(hashes) - len(beside) + 1, "head": beside[-1], "root": tree_root(beside, sm3)}
        text = encode(said).encode()
        signer = desk.keys.signer(next(iter(desk.packs)), "receipt")
        signature = sign_detached(text, signer, desk.keys.timestamper)
        data = {**json.loads(text), "statement": desk.store.put(text), "signature": desk.store.put(signature)}
        note(desk, (Event(Kind.ROOTED, data, OFFICE),))


def copy_roots(desk: Desk) -> None:
    """Every root that is not in the second place yet, as `<day>_<entries>.json` and its signature `.p7s`."""
    place = second_place(desk)
    with desk.reading() as connection:
        roots = [e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED]
    for event in roots:
        for key, ending in (("statement", "json"), ("signature", "p7s")):
            target = place / f"{_name(event)}.{ending}"
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, desk.store.get(str(event.data[key])), mode=0o444)


def second_place(desk: Desk) -> Path:
    """Where roots are copied: the folder of the setting, else `var/roots`, which protects against less."""
    said = desk.office.settings.text("journal.second_place")
    return Path(said) if said else desk.office.var / "roots"


def root_faults(desk: Desk, connection: sa.Connection) -> tuple[ChainFault, ...]:
    """What the roots say against the journal as it is: rewritten, cut short, or a root that is not the office's own."""
    hashes, beside = _hashes(connection), sm3_leaves(connection)
    entered = [e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED]
    known = {_name(e) for e in entered}
    faults = [fault for e in entered for fault in _judged(desk, hashes, beside, e.seq, _stored(desk, e))]
    for path in sorted(second_place(desk).glob("*.json")):
        signature = path.with_suffix(".p7s")
        pair = (path.read_bytes(), signature.read_bytes() if signature.exists() else b"")
        faults += _judged(desk, hashes, beside, len(hashes), pair, f"第二存放处的 {path.name}", f"{path.name} in the second place")
        if path.stem not in known:
            faults.append(ChainFault(len(hashes), f"第二存放处有 {path.stem} 的日根，日志里没有：日志被截断或换过", f"the second place holds a root of {path.stem} that the journal lacks: it was cut or replaced"))
    return tuple(dict.fromkeys(faults))


def _name(event: Recorded) -> str:
    return f"{event.data['day']}_{event.data['entries']}"


def _stored(desk: Desk, event: Recorded) -> tuple[bytes, bytes]:
    try:
        return desk.store.get(str(event.data["statement"])), desk.store.get(str(event.data["signature"]))
    except (KeyError, OSError):
        return b"", b""


def _judged(
    desk: Desk, hashes: Sequence[str], beside: Sequence[str], seq: int, pair: tuple[bytes, bytes], zh: str = "日根", en: str = "a daily root"
) -> Iterator[ChainFault]:
    statement, signature = pair
    verdict = verify_detached(statement, signature, desk.keys.trust, desk.clock()).verdict if statement else Answer.INVALID
    if verdict is Answer.INVALID:
        yield ChainFault(seq, f"{zh}的内容或签名被改动，或已缺失", f"{en}: its text or signature was changed, or is missing")
        return
    said = json.loads(statement)
    size = int(said["entries"])
    if size > len(hashes):
        yield ChainFault(len(hashes), f"{zh}（{said['day']}）载明 {size} 条，日志只有 {len(hashes)} 条：末尾被截断", f"{en} of {said['day']} covers {size} entries, the journal has {len(hashes)}: it was cut")
        return
    if tree_root(hashes[:size]) != said["root"]:
        yield ChainFault(size, f"前 {size} 条与 {said['day']} 签名的日根不符：之后被整体改写", f"the first {size} entries are not those signed on {said['day']}: the chain was rewritten")
    if "sm3" in said and not _sm3_holds(beside, len(hashes), size, said["sm3"]):
        yield ChainFault(size, f"前 {size} 条的 SM3 与 {said['day']} 签名的日根不符：SM3 被改写或去掉", f"the SM3 of the first {size} entries are not those signed on {said['day']}: they were rewritten or taken away")


def _sm3_holds(beside: Sequence[str], entries: int, size: int, said: Mapping[str, Any]) -> bool:
    """Are the entries' SM3 those a root was made of? `beside` are the last ones of `entries`."""
    since, first = int(said["from"]), entries - len(beside) + 1
    return first <= since <= size and tree_root(beside[since - first : size - first + 1], sm3) == said["root"]


def _last(office: Sequence[Recorded]) -> Recorded | None:
    return next((event for event in reversed(office) if event.kind is Kind.ROOTED), None)


def _hashes(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(journal.events.c.hash).order_by(journal.events.c.seq)).scalars())


def sm3_leaves(connection: sa.Connection) -> list[str]:
    """The SM3 of the newest entries, as far back as each has one, oldest first."""
    found = connection.execute(sa.select(journal.events.c.sm3).order_by(journal.events.c.seq.desc())).scalars()
    return [str(each) for each in takewhile(bool, found)][::-1]
