"""What a person filed in the archive becomes a package: pieces gathered, stamped, described, kept, laid down read-only, tested.

Each job may run again after a crash: what a package holds is recorded once, with all its bytes in the store, and laying it
down from there gives the same bytes however often (see archive/bags.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.archive import metadata
from pipeline.archive.bags import PAYLOAD, tag_files, write_package
from pipeline.archive.digests import sha256_of_bytes, sm3_of_bytes
from pipeline.archive.extract import extract
from pipeline.archive.formats import format_of
from pipeline.archive.four_checks import Phase, check_package
from pipeline.archive.holding import open_holding
from pipeline.archive.judges import Status
from pipeline.archive.values import Act, Entry, Part
from pipeline.cases import journal
from pipeline.cases.case import Case, Paper
from pipeline.cases.codec import encode
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind, Recorded
from pipeline.desk.archive_judges import judges_for
from pipeline.desk.archive_sheets import catalogue_docx, report_pdf
from pipeline.desk.picture import safe_name, short_name
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.desk.submissions import as_pdf
from pipeline.diskwork import write_whole
from pipeline.law.pack import Pack
from pipeline.papers.archive_copy import ArchiveMark, archive_copy, page_count

HOME = "归档"
PROGRAM = "hongtou"
"""The actor of what the office's program does by itself; in the archive the office stands for it."""
ORIGINAL, COPY, TEXT, DATA, AS_FILED, ANNEX, DROP = "正本", "归档件", "定稿", "数据", "原件", "附件", "投递原件"
_ACTS: Mapping[Kind, str] = {
    Kind.FILED: "收文登记", Kind.SHEETS_OPENED: "收文登记", Kind.STAMPED: "加盖收文章", Kind.DRAFTED: "拟稿", Kind.DRAFT_SHOWN: "送签", Kind.ISSUED: "签发", Kind.SEALED: "用印签名",
    Kind.JUDGED: "版式检测", Kind.DELIVERED: "送达", Kind.MENDED: "更正作废", Kind.PRINTED: "打印用印",
}  # fmt: skip


def package_name(case: Case, act: Mapping[str, Any]) -> str:
    """The folder of a package, unlike any case's folder."""
    late = f"_补归{int(act['act']) - 1}" if int(act["act"]) > 1 else ""
    return safe_name(f"归档包_{short_name(case)}{late}")


def package_home(desk: Desk, case: Case, act: Mapping[str, Any]) -> Path:
    """Where a package lies in the outbox."""
    return desk.office.outbox / case.jurisdiction / HOME / str(act["on"])[:4] / package_name(case, act)


def act_of(case: Case, number: str) -> Mapping[str, Any]:
    """The act of filing with a number."""
    return next(act for act in case.archived if act["act"] == int(number))


def make_package(desk: Desk, case: Case, number: str) -> None:
    """Gather, stamp and describe what an act of filing holds; keep all of it; record the package, once."""
    filed = act_of(case, number)
    if "package" in filed:
        return
    pack = desk.pack_of(case)
    entries = tuple(_entry(desk, pack, case, filed, row) for row in filed["items"])
    act = _act(desk, pack, case, filed, entries)
    beside = {metadata.FILE: metadata.to_bytes(metadata.describe(act)), metadata.JOURNAL: _journal(desk, case, int(filed["seq"])), metadata.CASE: _case_data(case)}
    payload = {part.path: (part.sha256, part.size) for entry in entries for part in entry.parts}
    payload |= {name: (desk.store.put(data), len(data)) for name, data in beside.items()}
    beside_sm3 = {name: sm3_of_bytes(data) for name, data in beside.items()}
    tags = tag_files(payload, _info(act), beside_sm3 | {part.path: part.sm3 for entry in entries for part in entry.parts})
    files = {f"{PAYLOAD}/{path}": sha256 for path, (sha256, _) in payload.items()} | {name: desk.store.put(data) for name, data in tags.items()}
    data = {
        "act": int(number), "name": act.name, "files": files, "digest": sha256_of_bytes(tags["tagmanifest-sha256.txt"]),
        "pages": {entry.code: entry.pages for entry in entries},
    }  # fmt: skip
    note(desk, (Event(Kind.PACKAGED, data, case.id),), (Work("place_archive", (case.id, number)), Work("test_archive", (case.id, number))))


def place_package(desk: Desk, case: Case, number: str) -> None:
    """Lay a recorded package down in the outbox, its report and the year's catalogue beside it, and a copy in the second place."""
    filed = act_of(case, number)
    home, files = package_home(desk, case, filed), filed["package"]["files"]
    write_package(home, files, desk.store.path)
    second = second_place(desk)
    if second is not None:
        write_package(second / home.relative_to(desk.office.outbox), files, desk.store.path)
    if "checked" in filed:
        for suffix, sha256 in filed["checked"]["files"].items():
            _write_if_new(home.with_name(f"{home.name}_四性检测报告{suffix}"), desk.store.get(sha256))
    year = str(filed["on"])[:4]
    with desk.reading() as connection:
        cases = [other for other in desk.shelf.all(connection).values() if other.jurisdiction == case.jurisdiction]
    _write_if_new(home.with_name(f"归档文件目录_{year}.docx"), catalogue_docx(desk, case.jurisdiction, year, cases))


def _write_if_new(target: Path, data: bytes) -> None:
    if not target.is_file() or target.read_bytes() != data:
        write_whole(target, data, mode=0o444)


def test_package(desk: Desk, case: Case, number: str) -> None:
    """The four-properties test at filing, once; its report for people and for machines kept and recorded."""
    filed = act_of(case, number)
    if "checked" in filed:
        return
    holding = open_holding(package_home(desk, case, filed))
    report = check_package(holding, Phase.FILING, judges_for(desk, holding))
    plain = report.plain()
    files = {".pdf": desk.store.put(report_pdf(desk, case.jurisdiction, report)), ".json": desk.store.put(metadata.to_bytes(plain))}
    lines = [f"{r.item.id} {r.item.zh}：{'；'.join(r.outcome.evidence)}" for r in report.results if r.outcome.status is not Status.PASS]
    data = {
        "act": int(number), "phase": str(report.phase), "phase_zh": plain["phase_zh"], "ok": report.ok, "passed": report.count(Status.PASS),
        "failed": report.count(Status.FAIL), "not_run": report.count(Status.NOT_RUN), "lines": lines, "files": files,
    }  # fmt: skip
    works = (Work("place_archive", (case.id, number, "checked")), Work("show_case", (case.id, f"archive-checked-{number}")))
    note(desk, (Event(Kind.ARCHIVE_CHECKED, data, case.id),), works)


def second_place(desk: Desk) -> Path | None:
    """Where copies of what is kept lie, or None where the office names no such place."""
    return desk.office.second_place if desk.office.settings.text("archive.second_place") else None


def _info(act: Act) -> dict[str, str]:
    return {
        "Source-Organization": act.office, "Bagging-Date": act.on, "External-Identifier": act.case_no, "External-Description": act.case_title,
        "Bag-Group-Identifier": act.fonds, "Internal-Sender-Identifier": act.name, "Contact-Name": act.by, "Bag-Software-Agent": act.system,
    }  # fmt: skip


def _act(desk: Desk, pack: Pack, case: Case, filed: Mapping[str, Any], entries: tuple[Entry, ...]) -> Act:
    center = str(case.application.get("center_name") or "")
    return Act(
        name=package_name(case, filed), number=int(filed["act"]), on=str(filed["on"]), by=str(filed["by"]), reason=str(filed["reason"]),
        office=str(pack.authority["name"]), fonds=str(filed["fonds"]), fonds_name=str(pack.authority["name"]), unit=str(filed["unit"]),
        pattern=str(filed["pattern"]), table=str(filed["table"]), case_no=case.no, case_title=center or case.no,
        secrecy=str(pack.archive["secrecy"]), language=str(pack.archive["language"]), system=f"hongtou {version('hongtou')}；LibreOffice；PDF/A-2b",
        entries=entries, business=tuple(_business(pack, case, filed)), left_out=tuple(filed["left_out"]),
        earlier=tuple(item["code"] for act in case.archived if act["act"] < filed["act"] for item in act["items"]),
    )  # fmt: skip


def _entry(desk: Desk, pack: Pack, case: Case, filed: Mapping[str, Any], row: Mapping[str, Any]) -> Entry:
    kind, _, key = str(row["ref"]).partition(":")
    files = dict(_of_paper(desk, case, case.papers[key]) if kind == "paper" else _of_filing(desk, case, case.filings[key]))
    for belonging in row["parts"]:
        files |= _belonging(desk, case, str(belonging["role"]), case.filings[belonging["filing"]])
    left = kind == "filing" and bool(case.filings[key].get("stamped"))
    pdf = files[f"{ORIGINAL}.pdf"][1]
    mark = ArchiveMark(
        fonds=str(filed["fonds"]), year=int(row["year"]), item=int(row["n"]), unit=str(filed["unit"]), retention=str(row["retention"]),
        pages=page_count(pdf), left=left,
    )  # fmt: skip
    first = {f"{ORIGINAL}.pdf": files.pop(f"{ORIGINAL}.pdf"), f"{COPY}.pdf": (COPY, archive_copy(pdf, mark), "")}
    parts = tuple(_part(desk, str(row["code"]), name, *said) for name, said in (first | files).items())
    paper = case.papers[key] if kind == "paper" else None
    return Entry(
        code=str(row["code"]), n=int(row["n"]), year=int(row["year"]), retention=str(row["retention"]), title=str(row["title"]),
        doc_no=str(row["doc_no"]), responsible=str(row["responsible"]), date=str(row["date"]), kind=str(row["kind"]), addressee=str(row["addressee"]),
        parts=parts, annexes=sum(part.role == ANNEX for part in parts), note=paper.mended if paper else str(row["changed"]),
    )  # fmt: skip


Files = dict[str, tuple[str, bytes, str]]
"""Role, bytes and the name as it came, by path within the item."""


def _of_paper(desk: Desk, case: Case, paper: Paper) -> Files:
    files: Files = {f"{ORIGINAL}.pdf": (ORIGINAL, desk.store.get(paper.kept_sha256), "")}
    if paper.docx_sha256:
        files[f"{TEXT}.docx"] = (TEXT, desk.store.get(paper.docx_sha256), "")
    files[f"{DATA}.json"] = (DATA, encode(paper.context).encode(), "")
    return files


def _of_filing(desk: Desk, case: Case, filing: Mapping[str, Any]) -> Files:
    pdf = desk.store.get(filing["stamped"]) if filing.get("stamped") else as_pdf(desk, case, filing)
    files: Files = {f"{ORIGINAL}.pdf": (ORIGINAL, pdf, "")}
    files |= _as_filed(desk, AS_FILED, filing)
    for n, attachment in enumerate(filing["attachments"], 1):
        name = str(attachment["name"])
        files[f"{ANNEX}/{n:02d}_{_short(name)}"] = (ANNEX, desk.store.get(attachment["sha256"]), name)
    said = {"form": filing["form"], "version": filing["version"], "data": filing["data"], "enclosed": filing["enclosed"]}
    return {**files, f"{DATA}.json": (DATA, encode(said).encode(), "")}


def _as_filed(desk: Desk, stem: str, filing: Mapping[str, Any]) -> Files:
    """The form's file as it came; of a bundle also the whole drop."""
    main = str(filing["main_sha256"] or filing["original"])
    name = str(filing["main_name"] or filing["name"])
    files: Files = {f"{stem}{Path(name).suffix.lower()[:8]}": (AS_FILED, desk.store.get(main), name)}
    if filing["original"] != main:
        files[f"{DROP}.zip"] = (DROP, desk.store.get(filing["original"]), str(filing["name"]))
    return files


def _belonging(desk: Desk, case: Case, role: str, filing: Mapping[str, Any]) -> Files:
    """A sheet that goes with another document: readable, and as it came."""
    original = _as_filed(desk, f"{role}_原件", filing)
    return {f"{role}.pdf": (role, as_pdf(desk, case, filing), ""), **{name: said for name, said in original.items() if said[0] == AS_FILED}}


def _short(name: str, longest: int = 32) -> str:
    """An annex's name, flat and short enough for a share, with its extension."""
    path = Path(name.replace("\\", "/"))
    suffix = "." + safe_name(path.suffix[1:], 10) if path.suffix[1:] else ""
    return safe_name(path.stem, longest) + suffix


def _part(desk: Desk, code: str, name: str, role: str, data: bytes, came_as: str) -> Part:
    sha256 = desk.store.put(data)
    kind = format_of(desk.store.path(sha256)).id if not name.endswith((".json", ".csv", ".xml")) else Path(name).suffix[1:]
    pages = page_count(data) if kind == "pdf" and role in (ORIGINAL, COPY) else 0
    signed = role == ORIGINAL and b"/ByteRange" in data
    return Part(role=role, path=f"{code}/{name}", sha256=sha256, sm3=sm3_of_bytes(data), size=len(data), format=kind, pages=pages, original_name=came_as, signed=signed)


def _case_data(case: Case) -> bytes:
    said = {
        "id": case.id, "no": case.no, "jurisdiction": case.jurisdiction, "pack_version": case.pack_version, "pack_digest": case.pack_digest,
        "state": case.state, "opened_on": case.opened_on, "forms": dict(case.forms),
    }  # fmt: skip
    return encode(said).encode()


def _business(pack: Pack, case: Case, filed: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The course of business of the items, from the journal: who did what when, on what ground."""
    codes = {item["ref"]: item for item in filed["items"]}
    homes = {ref: item["code"] for ref, item in codes.items()} | {f"filing:{p['filing']}": item["code"] for item in filed["items"] for p in item["parts"]}
    groups = {paper.id: paper.group for paper in case.papers.values()}
    for event in case.history:
        for ref in _refs(event, groups):
            if event.kind in _ACTS and ref in homes:
                paper = case.papers.get(ref.removeprefix("paper:"))
                basis = pack.cite_text(pack.documents[paper.code].get("cite")) if paper else ""
                who = str(event.data.get("by") or event.actor or PROGRAM)
                who = str(pack.authority["name"]) if who == PROGRAM else who
                yield {"item": homes[ref], "act": _ACTS[event.kind], "at": event.at, "who": who, "basis": basis, "journal": event.seq}
    made = next(event for event in case.history if event.seq == filed["seq"])
    for item in filed["items"]:
        yield {"item": item["code"], "act": "归档", "at": made.at, "who": str(filed["by"]), "basis": pack.cite_text("@archiving"), "journal": made.seq}


def _refs(event: Recorded, groups: Mapping[str, str]) -> tuple[str, ...]:
    """What an event is about: filings and papers."""
    data = event.data
    if event.kind is Kind.FILED:
        return (f"filing:{data['filing']['id']}",)
    if event.kind is Kind.SHEETS_OPENED:
        return tuple(f"filing:{sheet['filing']['id']}" for sheet in data["sheets"])
    if event.kind is Kind.STAMPED:
        return (f"filing:{data['filing']}",)
    if event.kind is Kind.DRAFT_SHOWN:
        return tuple(f"paper:{paper}" for paper, group in groups.items() if group == data["group"])
    return (f"paper:{data['id']}",) if "id" in data else ()


def _journal(desk: Desk, case: Case, last: int) -> bytes:
    table = journal.events
    with desk.reading() as connection:
        rows = connection.execute(sa.select(table).where(table.c.case_id == case.id, table.c.seq <= last).order_by(table.c.seq)).all()
        wanted = sa.select(table.c.seq, table.c.hash, table.c.sm3).where(table.c.seq.in_([row.seq - 1 for row in rows]))
        before = {row.seq: (row.hash, row.sm3 or row.hash) for row in connection.execute(wanted)}
    start = (journal.GENESIS, journal.GENESIS)
    return extract(
        {
            "seq": row.seq, "case": row.case_id, "case_seq": row.case_seq, "kind": row.kind, "at": row.at, "actor": row.actor, "data": row.data,
            "previous": before.get(row.seq - 1, start)[0], "hash": row.hash,
        } | ({"sm3": row.sm3, "previous_sm3": before.get(row.seq - 1, start)[1]} if row.sm3 else {}) for row in rows
    )  # fmt: skip


def filed_on(act: Mapping[str, Any]) -> date:
    """The day of an act of filing."""
    return date.fromisoformat(str(act["on"]))
