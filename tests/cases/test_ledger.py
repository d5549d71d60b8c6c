"""The clocks of whole cases around 国庆 and 春节 of 2026, with every date counted by hand on the published calendar.

国庆: 25–27 September and 1–7 October are holidays, Sunday 20 September and Saturday 10 October are worked.
春节: 15–23 February are holidays, Saturdays 14 and 28 February are worked.
"""

from __future__ import annotations

from datetime import date

import pytest
from conftest import Bench
from test_guards import sweep
from test_road import PASSING, act, errors

from pipeline.cases.decision import Outcome

PACKS = ("hubei", "chongqing")
# What happens, and on which day; then what the clock named says: its status and its last day.
NATIONAL_DAY = (
    # 15, 16, 17, 18 September, and the worked Sunday 20
    ("application_form", date(2026, 9, 14), "INTAKE", "running", date(2026, 9, 20)),
    # 20–24 Sept. (5), 28–30 (8), 8–10 Oct. (11), 12–16 (16), 19–22 (20)
    ("intake_decision", date(2026, 9, 18), "DECIDE", "running", date(2026, 10, 22)),
    # five days used, fifteen left
    ("expert_team_form", date(2026, 9, 24), "DECIDE", "paused", date(2026, 10, 22)),
    ("material_review_record", date(2026, 9, 30), "DECIDE", "paused", date(2026, 10, 22)),
    # 14–16 Oct. (3), 19–23 (8), 26–30 (13), 2 and 3 Nov. (15)
    ("preparation_review_report", date(2026, 10, 13), "DECIDE", "running", date(2026, 11, 3)),
)
SPRING_FESTIVAL = (
    # 10–13 February, and the worked Saturday 14
    ("application_form", date(2026, 2, 9), "INTAKE", "running", date(2026, 2, 14)),
    # 13 and 14 Feb. (2), 24–28 (7), 2–6 March (12), 9–13 (17), 16–18 (20)
    ("intake_decision", date(2026, 2, 12), "DECIDE", "running", date(2026, 3, 18)),
    # two days used, eighteen left
    ("expert_team_form", date(2026, 2, 14), "DECIDE", "paused", date(2026, 3, 18)),
    ("material_review_record", date(2026, 2, 24), "DECIDE", "paused", date(2026, 3, 18)),
    # 9–13 March (5), 16–20 (10), 23–27 (15), 30 and 31 (17), 1 April (18)
    ("preparation_review_report", date(2026, 3, 6), "DECIDE", "running", date(2026, 4, 1)),
)
YEARS = {"国庆": NATIONAL_DAY, "春节": SPRING_FESTIVAL}


def apply_on(bench: Bench, day: date, **changes: object) -> None:
    """Hand in the pack's own good application on a day; a query of the list of dishonest units must be fresh."""
    bench.today = day
    name = PASSING[bench.pack.jurisdiction][0]
    checked = bench.example(name)["data"].get("dishonesty_check")
    if checked:
        changes["dishonesty_check"] = {**checked, "queried_on": day.isoformat()}
        changes["application_date"] = day.isoformat()
        changes["commitment"] = {**bench.example(name)["data"]["commitment"], "date": day.isoformat()}
    bench.apply(name, **changes)


def step(bench: Bench, form: str, day: date, **changes: object) -> None:
    """File a form on a day; what waits for sign-off is signed the same day."""
    bench.today = day
    assert errors(act(bench, form, **changes)) == []
    if bench.case is not None and bench.case.pending is not None:
        assert errors(bench.sign()) == []


def standing(bench: Bench, clock: str) -> tuple[str, date]:
    assert bench.case is not None
    running = bench.case.clocks[clock]
    return running.status, date.fromisoformat(running.data["final"])


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("year", YEARS)
def test_the_ledger_of_a_case(packs: dict, jurisdiction: str, year: str) -> None:
    """专家评审时间不计入: paused by the team's notice, and resumed with the working days that were left."""
    bench = Bench(packs[jurisdiction])
    for form, day, clock, status, final in YEARS[year]:
        if form == "application_form":
            apply_on(bench, day)
        else:
            step(bench, form, day)
        assert standing(bench, clock) == (status, final), form
        assert bench.case is not None and not bench.case.clocks[clock].data["provisional"]
    assert bench.case is not None and bench.case.clocks["INTAKE"].status == "stopped"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_returned_report_pauses_it_again(packs: dict, jurisdiction: str) -> None:
    bench = Bench(packs[jurisdiction])
    apply_on(bench, date(2026, 9, 14))
    for form, day, *_ in NATIONAL_DAY[1:]:
        step(bench, form, day)
    matters = {"outcome": "return", "return_matters": "补充核查恒温实验室面积和设备权属。", "period_start": None, "period_end": None}
    step(bench, "deliberation_minutes", date(2026, 10, 15), **matters)
    assert standing(bench, "DECIDE")[0] == "paused"
    # left: 16, 19–23, 26–30 Oct., 2 and 3 Nov. = 13; again: 22, 23 (2), 26–30 (7), 2–6 Nov. (12), 9 Nov. (13)
    step(bench, "preparation_review_report", date(2026, 10, 21))
    assert standing(bench, "DECIDE") == ("running", date(2026, 11, 9))


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize(
    ("told", "last"),
    [
        (date(2026, 9, 22), date(2026, 10, 20)),  # 23, 24 Sept. (2), 28–30 (5), 8–10 Oct. (8), 12–16 (13), 19, 20 (15)
        (date(2026, 2, 13), date(2026, 3, 12)),  # 14 Feb. (1), 24–28 (6), 2–6 March (11), 9–12 (15)
    ],
)
def test_the_correction_period(packs: dict, jurisdiction: str, told: date, last: date) -> None:
    bench = Bench(packs[jurisdiction])
    apply_on(bench, told, total_budget="1.00")
    assert standing(bench, "CORRECT") == ("running", last)
    sweep(bench, last)
    assert standing(bench, "CORRECT")[0] == "running", "the last day is still open"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_service_standard_binds_nobody(packs: dict, jurisdiction: str) -> None:
    """A13: over its last day DECIDE is only noted, and the case can still be decided."""
    bench = Bench(packs[jurisdiction])
    apply_on(bench, date(2026, 9, 14))
    for form, day, *_ in NATIONAL_DAY[1:]:
        step(bench, form, day)
    sweep(bench, date(2026, 11, 4))
    assert bench.case is not None and bench.case.state == "deliberation_preparation"
    assert standing(bench, "DECIDE")[0] == "passed"
    assert "仅作服务标准" in bench.case.clocks["DECIDE"].data["working"]
    step(bench, "deliberation_minutes", date(2026, 11, 5))
    step(bench, "task_book", date(2026, 11, 6))
    assert bench.case.state == "in_preparation"


@pytest.mark.parametrize(("jurisdiction", "state"), [("hubei", "accepted"), ("chongqing", "submitted")])
def test_silence_after_the_intake_period(packs: dict, jurisdiction: str, state: str) -> None:
    """A14: accepted by silence where the pack says so; where nothing is known an officer is reminded and decides."""
    bench = Bench(packs[jurisdiction])
    apply_on(bench, date(2026, 9, 14))
    sweep(bench, date(2026, 9, 20))
    assert standing(bench, "INTAKE")[0] == "running", "the worked Sunday is the last day"
    sweep(bench, date(2026, 9, 21))
    assert bench.case is not None and bench.case.state == state
    if jurisdiction == "chongqing":
        assert act(bench, "intake_decision").answer.outcome is Outcome.RECORDED
        assert bench.case.state == "accepted", "late, and valid all the same"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_preparation_and_the_last_day_to_apply_for_acceptance(packs: dict, jurisdiction: str) -> None:
    """HB-11, HB-13.p1, CQ-6.1, CQ-6.2: as the task book says; three months back by corresponding day, provisional until 2029 is published."""
    bench = Bench(packs[jurisdiction])
    apply_on(bench, date(2026, 9, 14))
    for form, day, *_ in NATIONAL_DAY[1:]:
        step(bench, form, day)
    step(bench, "deliberation_minutes", date(2026, 10, 15))
    step(bench, "task_book", date(2026, 10, 15))
    assert standing(bench, "DECIDE")[0] == "stopped"
    assert standing(bench, "PREP") == ("running", date(2029, 10, 15))
    # 15 July 2029 is a Sunday and rolls in the unit's favour
    assert standing(bench, "ACC_BY") == ("running", date(2029, 7, 16))
    assert bench.case is not None and bench.case.clocks["ACC_BY"].data["nominal"] == "2029-07-15"
    assert bench.case.clocks["ACC_BY"].data["provisional"] and bench.case.clocks["PREP"].data["provisional"]
