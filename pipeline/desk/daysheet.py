"""日志日根登记表: the root of a day on paper, sealed, kept, and laid into 登记 of every outbox; one for each day that has a root.

Its number comes from the journal itself, which is its register. The entry a sheet makes is no new matter: it is covered by the
next root, but no root is made for its sake (see `dayroot.ask_for_root`), or a quiet office would register its own sheets for ever.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from pipeline.cases import journal
from pipeline.cases.decision import Work
from pipeline.cases.events import OFFICE, Event, Kind, Recorded
from pipeline.cases.journal import ChainFault
from pipeline.clockwork import SHANGHAI
from pipeline.desk.archive_sheets import day_sheet_docx
from pipeline.desk.judging import pdfa_verdict
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.diskwork import write_whole
from pipeline.errors import ConversionError
from pipeline.papers.lastpage import to_pages
from pipeline.papers.layout import signature_anchor
from pipeline.papers.marks import chinese_date
from pipeline.papers.readback import text_of
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.timestamp import stamped_at
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf

HOME = "登记"
_MOST = 60
"""Sheets asked for at one time, where many days have none yet."""


def ask_for_sheets(desk: Desk) -> None:
    """A job for each day that has a root and no sheet, the oldest first."""
    with desk.database.begin() as connection:
        office = journal.read(connection, OFFICE)
        made = {str(e.data["day"]) for e in office if e.kind is Kind.ROOT_SHEET}
        for day in [day for day in _roots(office) if day not in made][:_MOST]:
            desk.submit(connection, Work("day_sheet", (day,)), "office")


def make_sheet(desk: Desk, args: tuple[str, ...]) -> None:
    """The sheet of one day: rendered, sealed, judged, entered, placed. Once; whatever breaks before it is entered is done again."""
    day = args[0]
    with desk.reading() as connection:
        office = journal.read(connection, OFFICE)
    if day in _roots(office) and not any(e.kind is Kind.ROOT_SHEET and e.data["day"] == day for e in office):
        note(desk, (Event(Kind.ROOT_SHEET, _made(desk, office, _roots(office)[day]), OFFICE),))
    place_sheets(desk)


def place_sheets(desk: Desk) -> None:
    """Every sheet in its place, in each outbox of the office."""
    with desk.reading() as connection:
        sheets = [e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOT_SHEET]
    for event in sheets:
        for jurisdiction in desk.packs:
            target = sheet_place(desk, jurisdiction, event)
            if not target.exists():
                write_whole(target, desk.store.get(str(event.data["sha256"])), mode=0o444)


def sheet_place(desk: Desk, jurisdiction: str, event: Recorded) -> Path:
    """Where a sheet lies in one outbox."""
    data = event.data
    return desk.office.outbox / jurisdiction / HOME / str(data["day"])[:4] / f"日志日根登记表_{data['day']}_{data['number']}.pdf"


def _roots(office: Sequence[Recorded]) -> dict[str, Recorded]:
    """The first root of each day, in order."""
    found: dict[str, Recorded] = {}
    for event in office:
        if event.kind is Kind.ROOTED:
            found.setdefault(str(event.data["day"]), event)
    return found


def _made(desk: Desk, office: Sequence[Recorded], root: Recorded) -> dict[str, object]:
    """Draw up and seal the sheet of a root; what its entry says."""
    jurisdiction, today = next(iter(desk.packs)), desk.clock().astimezone(SHANGHAI).date()
    n = 1 + sum(e.kind is Kind.ROOT_SHEET and e.data["year"] == today.year for e in office)
    number = f"日志登〔{today.year}〕{n}号"
    docx, pdf = to_pages(desk.pool, day_sheet_docx(desk, jurisdiction, _said(desk, office, root, number, today)))
    anchor = signature_anchor(pdf, str(desk.packs[jurisdiction].authority["name"]), chinese_date(today))
    if anchor is None:
        raise ConversionError("日志日根登记表上找不到署名和日期，不知印章盖在何处；请检查模板", "no name and date on the day's register sheet; check its template")
    data = root.data
    request = SealRequest(
        signer=desk.keys.signer(jurisdiction, "receipt"), seal=desk.keys.seal(jurisdiction, "receipt"), anchor=anchor, now=desk.clock(), timestamper=desk.keys.timestamper,
        qr=f"HONGTOU-ROOT:{data['day']}:{data['entries']}:{str(data['root']).upper()}", demo=desk.keys.demo, reason="日志日根登记表",
    )  # fmt: skip
    sealed = desk.store.put(seal_document(pdf, request))
    result = pdfa_verdict(desk, desk.store.path(sealed))
    return {
        "day": data["day"], "number": number, "n": n, "year": today.year, "entries": data["entries"], "root": data["root"], "root_seq": root.seq,
        "sha256": sealed, "docx_sha256": desk.store.put(docx), "pdfa": {"ok": "passed"}.get(result.status, result.status),
    }  # fmt: skip


def _said(desk: Desk, office: Sequence[Recorded], root: Recorded, number: str, today: date) -> dict[str, object]:
    data = root.data
    before = next((e for e in reversed(office) if e.kind is Kind.ROOTED and e.seq < root.seq and e.data["day"] != data["day"]), None)
    first, last = (int(before.data["entries"]) if before else 0) + 1, int(data["entries"])
    with desk.reading() as connection:
        table = journal.events
        at = {row.seq: str(row.at) for row in connection.execute(sa.select(table.c.seq, table.c.at).where(table.c.seq.in_((first, last))))}
    said = desk.office.settings.text("journal.second_place")
    return {
        "number": number, "made_on": today, "day": date.fromisoformat(str(data["day"])), "office_name": str(data["office"]), "entries": last, "first": first, "last": last,
        "first_at": _hour(at.get(first, "")), "last_at": _hour(at.get(last, "")), "root": in_fours(str(data["root"])), "sm3": in_fours(str((data.get("sm3") or {}).get("root", ""))),
        "previous": in_fours(str(before.data["root"])) if before else "", "previous_day": date.fromisoformat(str(before.data["day"])) if before else None,
        "stamped": _stamped(desk.store.get(str(data["signature"]))), "second": "已抄送第二存放处" if said else "未另设（存于本机）",
    }  # fmt: skip


def in_fours(text: str) -> str:
    """Hex in groups of four, to be read aloud and compared."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _hour(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


def _stamped(signature: bytes) -> str:
    """The time the root's timestamp token states."""
    signer = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    tokens = list(extract_tst_data_iter(signer, signed=False))
    return f"{stamped_at(tokens[0]).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）" if tokens else "无"


def sheet_faults(desk: Desk, connection: sa.Connection) -> Iterator[ChainFault]:
    """Sheets that are gone or changed, or whose printed root is not the one the journal gives for those entries."""
    office = journal.read(connection, OFFICE)
    roots = {e.seq: e for e in office if e.kind is Kind.ROOTED}
    for event in (e for e in office if e.kind is Kind.ROOT_SHEET):
        name = f"{event.data['number']}（{event.data['day']}）"
        try:
            pdf = desk.store.get(str(event.data["sha256"]))
        except (KeyError, ValueError, OSError):
            yield ChainFault(event.seq, f"日根登记表 {name} 缺失或被改动", f"the register sheet of {event.data['day']} is gone or was changed")
            continue
        root = roots.get(int(event.data["root_seq"]))
        printed = "".join(unicodedata.normalize("NFKC", text_of(pdf)).split())
        if root is None or root.data["root"] != event.data["root"] or str(event.data["root"]) not in printed:
            yield ChainFault(event.seq, f"日根登记表 {name} 所载日根与日志不符", f"the register sheet of {event.data['day']} bears another root than the journal")
        elif verify_pdf(pdf, desk.keys.trust, desk.clock()).verdict is Answer.INVALID:
            yield ChainFault(event.seq, f"日根登记表 {name} 的印章签名无效", f"the seal of the register sheet of {event.data['day']} is not valid")
