"""Preparation in Hubei (HB-11 to HB-13): extension, the end of the period, and its consequences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Bench
from test_guards import bench_of, sweep
from test_road import act, errors

from pipeline.cases.decision import Outcome

END = date(2029, 1, 16)
"""The task book of the bench runs from 2026-01-16 for three years."""


def preparing(packs: dict, on: date | None = None) -> Bench:
    """A case in preparation; `on` moves the day of what follows."""
    bench = bench_of(packs, "hubei", "task_book")
    bench.today = on or bench.today
    return bench


def clock(bench: Bench, name: str) -> Any:
    assert bench.case is not None
    return bench.case.clocks[name]


def deliver(bench: Bench, code: str) -> None:
    assert bench.case is not None
    paper = bench.case.latest(code)
    assert paper is not None
    more = {"document_no": paper.number, "document_title": paper.title, "recipient": paper.context["doc"]["addressee"]}
    decision = act(bench, "service_receipt", **more)
    assert errors(decision) == [], decision.answer


def test_an_extension_granted_moves_the_end_and_what_hangs_on_it(packs: dict) -> None:
    """HB-13.p2s1: asked three months before the end, granted, at most one year; HB-13.p1 applies again (A25)."""
    bench = preparing(packs, date(2028, 9, 1))
    assert errors(act(bench, "extension_application")) == []
    assert bench.case is not None and bench.case.state == "extension_pending"
    assert clock(bench, "PREP").status == clock(bench, "ACC_BY").status == "paused"
    assert bench.case.forms["extension_application"]["late"] is False
    bench.today = date(2028, 9, 20)
    assert errors(act(bench, "extension_decision")) == []
    assert bench.case.state == "extension_pending", "not before sign-off"
    reply = bench.case.papers[bench.case.pending.papers[0]]  # type: ignore[union-attr]
    assert reply.context["doc"]["kind"] == "函" and reply.context["then"]["ACC_BY"]["final"] == "2029-04-16"
    assert errors(bench.sign()) == []
    assert bench.case.state == "in_preparation"
    assert (clock(bench, "PREP").status, clock(bench, "PREP").data["nominal"]) == ("running", "2029-07-16")
    assert clock(bench, "ACC_BY").data["nominal"] == "2029-04-16"
    bench.today = date(2029, 1, 4)
    assert act(bench, "extension_application").answer.outcome is Outcome.REFUSED, "once (A24)"


def test_a_late_request_is_flagged_never_refused(packs: dict) -> None:
    """X19, A23: later than three months before the end is a flag."""
    bench = preparing(packs)
    sweep(bench, date(2028, 12, 1))
    decision = act(bench, "extension_application")
    assert errors(decision) == [] and "X19.1" in {f.rule for f in decision.answer.findings}
    assert bench.case is not None and bench.case.forms["extension_application"]["late"] is True
    refused = act(bench, "extension_decision")
    assert any("迟交" in line for line in errors(refused)), "the examination has to speak of it"
    assert errors(act(bench, "extension_decision", late_effect="迟交不影响审查。")) == []


def test_a_refused_extension_gives_the_days_back_from_service(packs: dict) -> None:
    """A26: the period stands still from the filing until the reply is received."""
    bench = preparing(packs, date(2028, 9, 1))
    assert errors(act(bench, "extension_application")) == []
    bench.today = date(2028, 9, 20)
    short = act(bench, "extension_decision", decision="refuse", new_end=None)
    assert errors(short), "reasons are needed"
    reasons = "申请所述原因在立项时已经知悉，不属于第十三条所称特殊原因，剩余任务可以在原定期限内完成。"
    assert errors(act(bench, "extension_decision", decision="refuse", new_end=None, reasons=reasons)) == []
    assert errors(bench.sign()) == []
    assert bench.case is not None and bench.case.state == "in_preparation" and clock(bench, "PREP").status == "paused"
    reply = bench.case.latest("extension_reply")
    assert reply is not None and reply.context["doc"]["reason"] == reasons and "行政复议" in reply.context["doc"]["remedy"]
    bench.today = date(2028, 9, 26)
    deliver(bench, "extension_reply")
    assert clock(bench, "PREP").status == "running"
    assert clock(bench, "PREP").data["nominal"] == (END + timedelta(days=25)).isoformat() == "2029-02-10"
    assert clock(bench, "ACC_BY").data["nominal"] == "2028-11-10"


@pytest.mark.parametrize("days", [1, 40])
def test_overdue_by_itself_the_day_after(packs: dict, days: int) -> None:
    """HB-13.p2s2, A27: the day after the end, however late the sweep runs; nothing is revoked by itself."""
    bench = preparing(packs)
    sweep(bench, END)
    assert bench.case is not None and bench.case.state == "in_preparation", "the last day is still open"
    sweep(bench, END + timedelta(days=days))
    assert bench.case.state == "preparation_overdue"
    assert bench.case.latest("overdue_reminder") is not None
    assert clock(bench, "PREP").data["on"] == "2029-01-17", "on record with the day it fell due"
    events = len(bench.events)
    sweep(bench, END + timedelta(days=days))
    assert len(bench.events) == events


def test_a_month_off_records_the_same_as_every_day(packs: dict) -> None:
    """Reminders at -180, -90, -30, -7 days and the last working day; late or daily, the record is the same."""
    daily, once = preparing(packs), preparing(packs)
    day = date(2028, 12, 1)
    sweep(daily, day)
    while day < date(2029, 2, 20):
        day += timedelta(days=1)
        sweep(daily, day)
    sweep(once, day)

    def said(bench: Bench) -> list[tuple[str, Any]]:
        return [(str(e.kind), dict(e.data)) for e in bench.events if e.kind in ("reminded", "clock_passed", "moved")]

    assert said(daily) == said(once)
    prep = [(d["mark"], d["due"]) for kind, d in said(once) if kind == "reminded" and d["clock"] == "PREP"]
    assert prep == [("180", "2028-07-20"), ("90", "2028-10-18"), ("30", "2028-12-17"), ("7", "2029-01-09"), ("last", "2029-01-16")]
