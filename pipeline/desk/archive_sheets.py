"""The archivist's papers: the signed report of a test, the catalogue of what was filed, labels, lists. Word, and PDF on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.archive.four_checks import Report
from pipeline.archive.judges import Status
from pipeline.cases.case import Case
from pipeline.desk.service import Desk
from pipeline.papers.render import Template
from pipeline.papers.stamp import sign_form
from pipeline.papers.templates import archive as sheets

TITLES: Mapping[str, str] = {sheets.CHECK_REPORT: "电子档案四性检测报告", sheets.CATALOGUE: "归档文件目录", sheets.LABELS: "归档文件盒标签", sheets.LIST: "档案清单", sheets.DAY_SHEET: "日志日根登记表"}


def report_pdf(desk: Desk, jurisdiction: str, report: Report) -> bytes:
    """The report for people: PDF/A, signed with the office's receiving key. Raises ConversionError, SigningError."""
    counts = {"passed": report.count(Status.PASS), "failed": report.count(Status.FAIL), "waiting": report.count(Status.NOT_RUN)}
    docx = _rendered(desk, jurisdiction, sheets.CHECK_REPORT, {"report": report.plain(), "rows": report.plain()["items"], "counts": counts, "day": desk.clock().date()})
    signer = desk.keys.signer(jurisdiction, "receipt")
    return sign_form(desk.pool.convert(docx), signer, desk.clock(), desk.keys.timestamper, demo=desk.keys.demo, reason="电子档案四性检测报告", own=True)


def catalogue_docx(desk: Desk, jurisdiction: str, year: str, cases: Iterable[Case]) -> bytes:
    """归档文件目录 of all that was filed in a year; the same bytes for the same record."""
    rows, day, fonds = catalogue_rows(cases, year), f"{year}-01-01", ""
    for row in rows:
        day, fonds = max(day, row["filed_on"]), row["fonds"]
    secrecy = str(desk.pack(jurisdiction).archive["secrecy"])
    shown = [{**row, "secrecy": secrecy} for row in rows]
    return _rendered(desk, jurisdiction, sheets.CATALOGUE, {"fonds": fonds, "year": year, "rows": shown, "day": date.fromisoformat(day)})


def catalogue_rows(cases: Iterable[Case], year: str) -> list[dict[str, Any]]:
    """Every item filed in a year, by code; late additions and mended documents say so."""
    found = []
    for case in cases:
        for act in case.archived:
            if str(act["on"])[:4] == year:
                found += [_catalogue_row(case, act, item) for item in act["items"]]
    return sorted(found, key=lambda row: row["code"])


def _catalogue_row(case: Case, act: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, key = str(item["ref"]).partition(":")
    mended = case.papers[key].mended if kind == "paper" and key in case.papers else ""
    notes = [f"补归：{act['reason']}" if act["act"] > 1 else "", "已作废" if mended and case.papers[key].status == "void" else ""]
    pages = (act.get("package") or {}).get("pages") or {}
    return {
        "code": item["code"], "doc_no": item["doc_no"], "responsible": item["responsible"], "title": item["title"], "date": str(item["date"]).replace("-", ""),
        "pages": pages.get(item["code"], 0), "note": "；".join(note for note in notes if note), "retention": item["retention"], "n": item["n"],
        "year": item["year"], "unit": act["unit"], "fonds": act["fonds"], "filed_on": act["on"], "case_no": case.no, "expires": item["expires"],
    }  # fmt: skip


def labels_docx(desk: Desk, jurisdiction: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """One label for each lowest class, from its first item to its last."""
    classes: dict[tuple[str, str, str, str], list[int]] = {}
    for row in rows:
        classes.setdefault((row["fonds"], str(row["year"]), row["retention"], row["unit"]), []).append(row["n"])
    boxes = [
        {"fonds": f, "year": y, "retention": r, "unit": u, "first": f"{min(n):04d}", "last": f"{max(n):04d}", "count": len(n)}
        for (f, y, r, u), n in sorted(classes.items())
    ]  # fmt: skip
    return _rendered(desk, jurisdiction, sheets.LABELS, {"boxes": boxes})


def list_docx(desk: Desk, jurisdiction: str, title: str, words: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A list of four columns to print."""
    return _rendered(desk, jurisdiction, sheets.LIST, {"title": title, "words": words, "heads": list(heads), "rows": [list(r) for r in rows], "day": desk.clock().date()})


def day_sheet_docx(desk: Desk, jurisdiction: str, context: Mapping[str, Any]) -> bytes:
    """日志日根登记表 with the root of a day."""
    return _rendered(desk, jurisdiction, sheets.DAY_SHEET, context)


def _rendered(desk: Desk, jurisdiction: str, name: str, context: Mapping[str, Any]) -> bytes:
    """A sheet of the office's, or as the program makes it where the office has none."""
    path = desk.office.forms / sheets.FOLDER / "issue" / name
    template = desk.template(sheets.FOLDER, name) if path.is_file() else Template.load(sheets.build_sheet(name), name)
    authority = desk.pack(jurisdiction).authority
    return template.render({**context, "authority": dict(authority), "office": str(authority["name"]), "doc": {"title": TITLES[name], "number": context.get("number", ""), "issuer": str(authority["name"]), "date": context.get("made_on", context.get("day"))}})
