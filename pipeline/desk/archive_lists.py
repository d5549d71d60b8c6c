"""What the archivist looks at: what is to be filed and by when, what has expired, what is to be handed over, what is at risk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pipeline.archive.formats import format_of
from pipeline.archive.migration import Risk, algorithm_risks, format_risks
from pipeline.archive.retention import Expiring, expiring, filing_due, transfer_due
from pipeline.cases.archiving import items_of
from pipeline.cases.case import Case
from pipeline.cases.events import Kind
from pipeline.desk.archive_sheets import catalogue_rows
from pipeline.desk.service import Desk
from pipeline.papers.readback import algorithms_of


def cases_of(desk: Desk, jurisdiction: str = "") -> tuple[Case, ...]:
    """Every case, or those of one pack."""
    with desk.reading() as connection:
        return tuple(case for case in desk.shelf.all(connection).values() if jurisdiction in ("", case.jurisdiction))


def waiting(desk: Desk, cases: Iterable[Case], day: date) -> list[dict[str, Any]]:
    """Cases that are over and not filed, or not wholly: since when, by when, how many items."""
    rows = []
    for case in cases:
        pack = desk.pack_of(case)
        if pack.lifecycle.states[case.state].terminal and pack.archive and (items := items_of(pack, case)):
            over = date.fromisoformat(next((e.at for e in reversed(case.history) if e.kind is Kind.MOVED), case.history[-1].at)[:10])
            due = filing_due(over, str(pack.archive["due"]))
            rows.append({"no": case.no, "jurisdiction": case.jurisdiction, "over_on": over, "due": due, "late": day > due, "items": len(items), "filed_before": len(case.archived)})
    return sorted(rows, key=lambda row: (row["due"], row["no"]))


def filed(desk: Desk, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Acts of filing: package, items, result of the test."""
    return [
        {
            "no": case.no, "jurisdiction": case.jurisdiction, "act": act["act"], "on": act["on"], "by": act["by"], "reason": act["reason"],
            "items": len(act["items"]), "package": (act.get("package") or {}).get("name", ""), "ok": (act.get("checked") or {}).get("ok"),
        }
        for case in cases for act in case.archived
    ]  # fmt: skip


def all_rows(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Every filed item of all years."""
    known = tuple(cases)
    years = sorted({str(act["on"])[:4] for case in known for act in case.archived})
    return [row for year in years for row in catalogue_rows(known, year)]


def expired(cases: Iterable[Case], day: date) -> tuple[Expiring, ...]:
    """Items whose retention is over, with the day their destruction was recorded, if it was."""
    known = tuple(cases)
    gone = {code: str(e.data["on"]) for case in known for e in case.history if e.kind is Kind.DESTROYED for code in e.data["codes"]}
    return expiring(all_rows(known), day, gone)


def to_hand_over(desk: Desk, cases: Iterable[Case], day: date) -> list[dict[str, Any]]:
    """Items that are due for transfer to the archive by `day`, where the pack says after how many years."""
    rows = []
    for case in cases:
        pack = desk.pack_of(case)
        years = pack.param("archive.transfer_years") if "archive.transfer_years" in pack.parameters else None
        for row in all_rows((case,)) if years else ():
            if row["retention"] == "永久" and (due := transfer_due(row, int(years or 0))) <= day:
                rows.append({"code": row["code"], "title": row["title"], "due": due, "no": case.no})
    return sorted(rows, key=lambda row: (row["due"], row["code"]))


def risks(desk: Desk, cases: Iterable[Case], year: int) -> tuple[Risk, ...]:
    """Formats and algorithms of everything filed: what is at risk, and what to do about it."""
    files: list[tuple[str, str]] = []
    used: dict[str, list[str]] = {"sha256": [], "sm3": []}
    for case in cases:
        for act in case.archived:
            for path, sha256 in (act.get("package") or {}).get("files", {}).items():
                files.append((f"{act['package']['name']}/{path}", _format(desk, path, sha256)))
                if path.endswith("/正本.pdf"):
                    for name in algorithms_of(desk.store.get(sha256)):
                        used.setdefault(name, []).append(path)
            for name in ("sha256", "sm3"):
                used[name] += [act["package"]["name"]] if "package" in act else []
    return (*format_risks(files), *algorithm_risks({name: where for name, where in used.items() if where}, year))


def _format(desk: Desk, path: str, sha256: str) -> str:
    return {".json": "json", ".jsonl": "json", ".txt": "txt"}.get(path[path.rfind(".") :]) or format_of(desk.store.path(sha256)).id
