"""The independent judge of what was sealed: veraPDF on the file as it went out."""

from __future__ import annotations

import threading
from pathlib import Path

from pipeline.cases.case import Case
from pipeline.cases.decision import Work
from pipeline.cases.events import Event, Kind
from pipeline.desk.record import note
from pipeline.desk.service import Desk
from pipeline.papers.verapdf import VeraPdf, VeraResult

_LOCK = threading.Lock()
_JUDGES: dict[str, VeraPdf] = {}


def judge_paper(desk: Desk, case: Case, paper_id: str, flavour: str = "2b") -> None:
    """Record veraPDF's word on a sealed paper, once: passed, failed with the rules, or not run with the reason."""
    judged = any(e.kind is Kind.JUDGED and e.data["id"] == paper_id for e in case.history)
    paper = case.papers[paper_id]
    if judged or paper.status != "sealed":
        return
    result = pdfa_verdict(desk, desk.store.path(paper.sha256), flavour)
    lines = [f"{rule}：{message}" for rule, message in result.failed] + ([result.reason] if result.reason else [])
    word = {"ok": "passed"}.get(result.status, result.status)
    data = {"id": paper_id, "number": paper.number, "flavour": flavour, "result": word, "lines": lines}
    note(desk, (Event(Kind.JUDGED, data, case.id),), (Work("show_case", (case.id, f"judged-{paper_id}")),))


def pdfa_verdict(desk: Desk, path: Path, flavour: str = "2b") -> VeraResult:
    """veraPDF's word on any file. Never raises for what is in it."""
    with _LOCK:
        key = str(desk.office.var)
        if key not in _JUDGES:
            _JUDGES[key] = VeraPdf(desk.office.var / "verapdf")
        return _JUDGES[key].check(path, flavour)


def stop_judges() -> None:
    """End the Java processes that were started."""
    with _LOCK:
        for judge in _JUDGES.values():
            judge.close()
        _JUDGES.clear()
