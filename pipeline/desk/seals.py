"""The office's seals over time: what the register said on a day, which seal may be used by whom now, and which soon ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from pipeline.cases import journal
from pipeline.cases.case import Case, Paper
from pipeline.cases.events import OFFICE, Event, Kind, Recorded
from pipeline.cases.staff import Right
from pipeline.clockwork import SHANGHAI
from pipeline.desk.keyring import Keyring
from pipeline.desk.service import Desk
from pipeline.errors import HongtouError, RefusedError, SealRefusedError, SigningError
from pipeline.office import Office
from pipeline.papers.sealbook import REGISTER, USES, Seal, Words, ends_on, fault_on, read_register
from pipeline.papers.verdict import SignatureReport, Verification
from pipeline.work.database import open_database, reading

STAGES = (7, 30, 90)
"""Days before its end at which a seal is spoken of."""


def note_seals(desk: Desk) -> None:
    """Keep the register in the journal whenever it has changed. A register that cannot be read is `doctor`'s to tell."""
    try:
        now = [seal.plain() for seal in desk.keys.register]
    except HongtouError:
        return
    with desk.reading() as connection:
        before = [event for event in desk.office_events(connection) if event.kind is Kind.SEALS]
    if not now and not before or before and before[-1].data["seals"] == now:
        return
    changed = _changes(before[-1].data["seals"] if before else [], now)
    with desk.database.begin() as connection:
        data = {"seals": now, "zh": f"印章登记簿在案（{len(now)}枚）：{'、'.join(changed)}", "en": f"{len(now)} seals on the register; changed: {', '.join(changed)}"}
        journal.append(connection, (Event(Kind.SEALS, data),), at=desk.clock(), actor="hongtou")


def _changes(before: Iterable[dict[str, object]], now: Iterable[dict[str, object]]) -> list[str]:
    was, is_ = ({str(one["id"]): one for one in rows} for rows in (before, now))
    return sorted(name for name in was.keys() | is_.keys() if was.get(name) != is_.get(name))


def seals_on(events: Iterable[Recorded], day: date) -> tuple[Seal, ...] | None:
    """The register as the record had it at the end of `day`; None for a day before the first record of it."""
    kept = [event for event in events if event.kind is Kind.SEALS and event.at[:10] <= day.isoformat()]
    return tuple(Seal.of_plain(row) for row in kept[-1].data["seals"]) if kept else None


def ever_registered(events: Iterable[Recorded], now: Iterable[Seal] = ()) -> dict[str, Seal]:
    """Every seal that ever stood on the register, by its certificate's fingerprint, as last entered; those taken out too."""
    rows = (Seal.of_plain(row) for event in events if event.kind is Kind.SEALS for row in event.data["seals"])
    return {seal.sha256: seal for seal in (*rows, *now) if seal.sha256}


def seal_refusals(desk: Desk, case: Case | None, who: str, deputies: Iterable[Right]) -> dict[str, Words]:
    """Why the seals of the drafts that wait may not be used on the word of `who`, by the officer in whose stead ('': their own word).

    A key that cannot be looked at just now is no refusal: the document then waits for its seal.
    """
    if case is None or case.pending is None:
        return {}
    pack = desk.pack_of(case)
    uses = sorted({str(pack.documents[case.papers[p].code].get("seal") or "") for p in case.pending.papers} - {""})
    stead = ("", *(right.officer for right in deputies if right.name == who))
    return {officer: told for officer in stead for use in uses if (told := _refusal(desk, case.jurisdiction, use, who, officer))}


def _refusal(desk: Desk, jurisdiction: str, use: str, who: str, officer: str) -> Words | None:
    try:
        return desk.keys.refusal(jurisdiction, use, who, officer)
    except (SigningError, RefusedError):
        return None


def seal_of_paper(desk: Desk, case: Case, paper: Paper) -> Seal:
    """The seal a signed-off document gets, after a last look at the register. Raises SealRefusedError when it may not be used."""
    use = str(desk.pack_of(case).documents[paper.code].get("seal") or "receipt")
    issued = next((e.data for e in case.history if e.kind is Kind.ISSUED and e.data["id"] == paper.id), {})
    if told := desk.keys.refusal(case.jurisdiction, use, str(issued.get("by") or ""), str(issued.get("deputy_for") or "")):
        raise SealRefusedError(*told)
    return desk.keys.registered(case.jurisdiction, use)


def ending(keys: Keyring, today: date) -> Iterator[tuple[Seal, int, str]]:
    """Seals in use that end within 90 days, or have ended with nothing in their place: the days left (negative: over) and the last day."""
    current = {(seal.jurisdiction, seal.use): seal for seal in keys.register if not seal.retired_on}
    for seal in current.values():  # the one entered last follows the others of its use
        last = ends_on(seal, keys.certificate_of(seal))
        left = (date.fromisoformat(last) - today).days if last else max(STAGES) + 1
        if left <= max(STAGES):
            yield seal, left, last


def words_of_end(seal: Seal, left: int, last: str) -> Words:
    """That a seal soon ends, or has ended, in the stage it is at."""
    if left < 0:
        return f"{seal.name}已于 {last} 到期，不能再用印；请立即换发并登记", f"seal {seal.id} ended on {last}; have it renewed and registered"
    stage = next(days for days in STAGES if left <= days)
    return f"{seal.name}{last} 到期，还有 {left} 天（{stage}天内）；请换发并登记", f"seal {seal.id} ends on {last}, in {left} days (within {stage}); have it renewed and registered"


def known_seals(office: Office) -> dict[str, Seal]:
    """Every seal this office ever registered, by fingerprint: from the register and from the journal, where there is one."""
    events: tuple[Recorded, ...] = ()
    if office.settings.text("database.url") or (office.var / "hongtou.db").is_file():
        try:
            with reading(open_database(office.database_url)) as connection:
                events = tuple(journal.read(connection, OFFICE))
        except sa.exc.SQLAlchemyError:
            pass  # a verdict needs no journal; the register alone then names the seals
    return ever_registered(events, read_register(office.keys / REGISTER))


def with_seals(told: Verification, known: Mapping[str, Seal]) -> Verification:
    """The verdict, each signature with what the register says of its certificate on the day it signed."""
    return replace(told, signatures=tuple(_with_seal(report, known) for report in told.signatures))


def _with_seal(report: SignatureReport, known: Mapping[str, Seal]) -> SignatureReport:
    seal, moment = known.get(report.certificate), report.timestamp or report.claimed
    if seal is None or moment is None:
        return report
    return replace(report, seal=said_of(seal, moment.astimezone(SHANGHAI).date().isoformat()))


def said_of(seal: Seal, day: str) -> Words:
    """Whose seal it is and whether the register had it in force on `day`."""
    use = USES.get(seal.use, (seal.use, seal.use))
    if fault := fault_on(seal, day):
        return f"印章登记簿：{seal.name}，签名当日不在用（{fault[0]}）", f"register: {use[1]} {seal.id} of {seal.owner}, not in force that day ({fault[1]})"
    return f"印章登记簿：{seal.name}，签名当日在用", f"register: {use[1]} {seal.id} of {seal.owner}, in force that day"
