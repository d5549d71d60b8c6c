"""Clocks as a ledger: readings of the text are parameters, stops are given back, published holidays recompute, served dates stay."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Bench
from test_guards import bench_of, sweep
from test_preparation import clock, deliver
from test_road import act, errors

from pipeline.cases.case import Running
from pipeline.cases.due import reminders
from pipeline.cases.ledger import ledger
from pipeline.desk.picture import clock_row, timeline_page
from pipeline.desk.showing import deadline_rows
from pipeline.law.calendar import Calendar, Year
from pipeline.law.pack import Pack


def read_as(pack: Pack, **values: Any) -> Pack:
    """The pack with parameters read otherwise (`a__b` is `a.b`)."""
    changed = {key.replace("__", "."): value for key, value in values.items()}
    assert changed.keys() <= pack.parameters.keys()
    return replace(pack, parameters={**pack.parameters, **{key: {**pack.parameters[key], "value": value} for key, value in changed.items()}})


def published(pack: Pack, year: int, holidays: Mapping[date, str], workdays: frozenset[date] = frozenset()) -> Pack:
    """The pack once the notice of `year` is out."""
    table = Year(year, f"{year}-1（测试通知）", True, dict(holidays), workdays)
    return replace(pack, calendar=Calendar({**pack.calendar.tables, year: table}, pack.calendar.statutory))


def started(packs: dict, **values: Any) -> Bench:
    return bench_of({"hubei": read_as(packs["hubei"], **values)}, "hubei", "task_book")


@pytest.mark.parametrize(
    ("reading", "before", "after"),
    [("task_book", "2029-01-16", "2029-01-16"), ("issued", "2029-01-16", "2029-01-16"), ("received", None, "2029-02-05")],
)
def test_when_the_three_years_start_is_a_reading(packs: dict, reading: str, before: str | None, after: str) -> None:
    """A16 (HB-11.s1): task book, receipt of the approval, or its date."""
    bench = started(packs, prep__start=reading)
    assert bench.case is not None
    assert (bench.case.clocks["PREP"].data["nominal"] if "PREP" in bench.case.clocks else None) == before
    bench.today = date(2026, 2, 5)
    deliver(bench, "preparation_approval")
    assert clock(bench, "PREP").data["nominal"] == after
    assert clock(bench, "ACC_BY").data["nominal"] == {"2029-01-16": "2028-10-16", "2029-02-05": "2028-11-05"}[after]


@pytest.mark.parametrize(
    ("values", "nominal", "final"),
    [
        ({}, "2028-10-16", "2028-10-16"),
        ({"backward__method": "strict_before"}, "2028-10-15", "2028-10-16"),
        ({"backward__method": "strict_before", "backward__roll": "previous_workday"}, "2028-10-15", "2028-10-13"),
        ({"backward__method": "strict_before", "backward__roll": "none"}, "2028-10-15", "2028-10-15"),
        ({"backward__method": "forward_equivalence"}, "2028-10-16", "2028-10-16"),
        ({"prep__apply_before": 6}, "2028-07-16", "2028-07-17"),
    ],
)
def test_three_months_before_the_end_is_a_reading(packs: dict, values: dict, nominal: str, final: str) -> None:
    """A21, A22 (HB-13.p1): 16 October 2028 is a Monday, the 15th a Sunday, 16 July a Sunday."""
    acc = clock(started(packs, **values), "ACC_BY").data
    assert (acc["nominal"], acc["final"]) == (nominal, final)


@pytest.mark.parametrize("soft", [True, False])
def test_three_years_are_a_soft_or_a_hard_limit(packs: dict, soft: bool) -> None:
    """A17 (HB-11.s1, 一般): with a reason and approval more is allowed where the pack reads it as soft."""
    bench = bench_of({"hubei": read_as(packs["hubei"], prep__max_is_soft=soft)}, "hubei", "preparation_review_report")
    longer = {"period_end": date(2029, 2, 16), "longer_reason": "测试理由：标准装置建设周期长。"}
    assert errors(act(bench, "deliberation_minutes", **longer)) == []
    decision = act(bench, "task_book", **longer, longer_approved_by="测试局长")
    assert ("X10.1" in {f.rule for f in decision.answer.findings}) is not soft


@pytest.mark.parametrize(
    ("values", "on", "new_end", "acc"),
    [
        ({}, date(2028, 9, 20), date(2029, 7, 16), "2029-04-16"),
        ({}, date(2029, 1, 10), date(2029, 3, 16), "2029-03-16"),
        ({"extension__rebase_acceptance_deadline": False}, date(2028, 9, 20), date(2029, 7, 16), None),
    ],
)
def test_the_rule_of_three_months_after_an_extension_is_a_reading(packs: dict, values: dict, on: date, new_end: date, acc: str | None) -> None:
    """A25: it applies again, unless less than three months are left: then the extended end itself."""
    bench = started(packs, **values)
    bench.today = on
    assert errors(act(bench, "extension_application", proposed_end=new_end, milestones=[{"task": "其余任务", "due": new_end, "responsible": "测试人"}])) == []
    assert errors(act(bench, "extension_decision", late_effect="不影响审查。")) == []
    assert errors(bench.sign()) == []
    got = clock(bench, "ACC_BY")
    assert (got.data["nominal"] if got.status == "running" else None) == acc


def test_whether_the_clock_stands_still_is_a_reading(packs: dict) -> None:
    """A26: without the stop the period runs on while the extension is examined, and ends by itself afterwards."""
    bench = started(packs, extension__clock_stop=False)
    bench.today = date(2028, 12, 20)
    assert errors(act(bench, "extension_application")) == []
    assert clock(bench, "PREP").status == "running"
    sweep(bench, date(2029, 2, 1))
    assert bench.case is not None and bench.case.state == "extension_pending" and clock(bench, "PREP").status == "passed"
    reasons = "所述原因不属于特殊原因，不同意延期，筹建任务应当在原定期限内完成。"
    assert errors(act(bench, "extension_decision", decision="refuse", new_end=None, reasons=reasons, late_effect="迟交。")) == []
    assert errors(bench.sign()) == []
    sweep(bench, date(2029, 2, 2))
    assert bench.case.state == "preparation_overdue", "the end that passed meanwhile is not forgotten"


def test_a_draft_that_waits_delays_the_overdue_but_does_not_lose_it(packs: dict) -> None:
    bench = bench_of(packs, "hubei", "task_book")
    bench.today = date(2029, 1, 10)
    assert errors(act(bench, "major_event_report", kind="schedule")) == []
    noted = {"decision": "noted", "new_lead_name": None, "new_lead_uscc": None, "new_lead_is_legal_person": None, "new_lead_capable": None}
    assert errors(act(bench, "major_event_decision", **noted)) == []
    sweep(bench, date(2029, 1, 20))
    assert bench.case is not None and bench.case.state == "in_preparation" and clock(bench, "PREP").status == "passed"
    assert errors(bench.sign()) == []
    sweep(bench, date(2029, 1, 20))
    assert bench.case.state == "preparation_overdue"


def test_the_ledger_shows_every_stop_and_what_it_cost(packs: dict) -> None:
    bench = bench_of(packs, "hubei", "preparation_review_report")
    assert bench.case is not None
    book = ledger(bench.case.clocks["DECIDE"], bench.pack.calendar)
    assert [e.zh for e in book.entries] == ["起算", "停止计算", "恢复计算"] and book.budget == "20个工作日"
    bench = bench_of(packs, "hubei", "task_book")
    bench.today = date(2028, 9, 1)
    act(bench, "extension_application")
    bench.today = date(2028, 9, 21)
    act(bench, "extension_decision")
    bench.sign()
    book = ledger(clock(bench, "PREP"), bench.pack.calendar)
    assert [(e.on, e.zh, e.nominal) for e in book.entries] == [
        ("2026-01-16", "起算", "2029-01-16"), ("2028-09-01", "停止计算", "2029-01-16"), ("2028-09-21", "重新确定", "2029-07-16"),
    ]  # fmt: skip
    assert book.still == 20
    text = timeline_page(bench.pack, bench.case).decode()  # type: ignore[arg-type]
    assert "已停止计算20日" in text and "2028-09-01　停止计算" in text


def test_a_published_holiday_recomputes_what_nobody_was_told(packs: dict) -> None:
    """HB-13: PREP ends on 16 January 2029, a Tuesday; the notice of 2029 makes it a holiday."""
    bench = bench_of(packs, "hubei", "task_book")
    assert clock(bench, "PREP").data["provisional"] is True
    days = {date(2029, 1, day): "测试假期" for day in (15, 16, 17)}
    bench.pack = published(bench.pack, 2029, days)
    sweep(bench, date(2028, 11, 5))
    got = clock(bench, "PREP").data
    assert (got["nominal"], got["final"], got["provisional"]) == ("2029-01-16", "2029-01-18", False)
    assert "2029-1" in got["calendar"] and "测试假期" in got["working"]
    events = len(bench.events)
    sweep(bench, date(2028, 11, 5))
    assert len(bench.events) == events, "once"
    sweep(bench, date(2029, 1, 18))
    assert bench.case is not None and bench.case.state == "in_preparation"
    sweep(bench, date(2029, 1, 19))
    assert bench.case.state == "preparation_overdue"


def test_a_date_that_was_served_stays_and_both_are_shown(packs: dict) -> None:
    """The correction notice names the last day of the correction; a later table does not change what was told."""
    bench = Bench(packs["hubei"])
    bench.apply("application_form_local_pass", total_budget="1.00")
    told = clock(bench, "CORRECT").data["final"]
    last = date.fromisoformat(told)
    table = bench.pack.calendar.year(2026)
    bench.pack = published(bench.pack, 2026, {**table.holidays, last: "测试假期"}, table.workdays)
    sweep(bench, date(2026, 1, 20))
    got = clock(bench, "CORRECT").data
    assert got["final"] == told and got["recomputed"] > told and "补" in got["printed_in"]
    row = clock_row(bench.pack, clock(bench, "CORRECT"))
    assert (row["final"], row["recomputed"]) == (told, got["recomputed"])
    assert "不作变动" in timeline_page(bench.pack, bench.case).decode()  # type: ignore[arg-type]
    events = len(bench.events)
    sweep(bench, date(2026, 1, 20))
    assert len(bench.events) == events


def test_reminders_come_from_the_pack_and_never_before_the_start(packs: dict) -> None:
    bench = bench_of(packs, "hubei")
    short = clock(bench, "INTAKE")
    assert list(reminders(bench.pack, short)) == [("last", date(2026, 1, 23))], "five working days: only the last one"
    no_roll = Running("X", "running", {"final": "2026-02-21", "nominal": "2026-02-21", "base": "2026-01-01", "on": "2026-01-01"})
    assert dict(reminders(bench.pack, no_roll))["last"] == date(2026, 2, 14), "the last working day before 春节, a worked Saturday"
    none = read_as(bench.pack, reminders__days_before=[], reminders__last_workday=False)
    assert list(reminders(none, short)) == []


def test_the_list_of_deadlines_goes_by_date_and_marks_what_is_provisional(packs: dict) -> None:
    first, second = bench_of(packs, "hubei", "task_book"), bench_of(packs, "hubei")
    rows = deadline_rows(first.pack, [c for c in (first.case, second.case) if c is not None])
    assert [row["final"] for row in rows] == sorted(str(row["final"]) for row in rows)
    assert {str(row["zh"]): row["provisional"] for row in rows} == {"受理审查期限": False, "最迟申请验收日": True, "筹建期": True}
    assert all(str(row["link"]).endswith("时间线.html") for row in rows)


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
def test_documents_that_print_a_deadline_say_so(packs: dict, jurisdiction: str) -> None:
    """`prints` names the clocks whose last day a template prints: those dates are not moved by a later table."""
    forms = Path(__file__).parents[2] / "forms" / jurisdiction / "issue"
    for code, said in packs[jurisdiction].documents.items():
        if not (forms / said["template"]).is_file():
            continue
        with zipfile.ZipFile(forms / said["template"]) as package:
            text = re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())
        found = set(re.findall(r"(?:clocks|then)\.([A-Z_0-9]+)\.final", text))
        assert found == set(said.get("prints") or ()), f"{code} prints {found}"
