"""A third jurisdiction unlike the real ones, as data only (tests/law/pack_ceshi): its whole life by its own rules.

Two years and no extension (CS-11, CS-12.1), a floor for each group of the score and grades (CS-16), one channel (CS-07.1),
one rectification (CS-17), reports in spring (CS-19), a recheck every three years (CS-22), revocation (CS-23).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import INVENTED, SCHEMAS, Bench
from test_acceptance import apply, done, signed
from test_guards import sweep
from test_preparation import deliver
from test_road import act, errors

from pipeline.cases.decision import Decision, Outcome
from pipeline.check import prove_pack
from pipeline.demo.operators import recheck_failed, verification_failed
from pipeline.demo.players import EXPERTS, play
from pipeline.desk.picture import prefill
from pipeline.law.pack import Pack

START = date(2026, 1, 16)
ROAD = (
    "intake_decision", "expert_team_form", "material_review_record", "preparation_review_report", "deliberation_minutes", "task_book",
)  # fmt: skip


def filed(bench: Bench, form: str, **changes: Any) -> Decision:
    """File the next form, which has to be taken, and sign what then waits."""
    decision = done(act(bench, form, **changes))
    assert bench.case is not None
    if bench.case.pending is not None:
        done(bench.sign())
    return decision


def state(bench: Bench) -> str:
    assert bench.case is not None
    return bench.case.state


def last_day(bench: Bench, clock: str) -> tuple[str, str]:
    assert bench.case is not None
    return bench.case.clocks[clock].data["nominal"], bench.case.clocks[clock].data["final"]


def given(bench: Bench, form: str) -> dict[str, Any]:
    assert bench.case is not None
    return prefill(bench.pack, bench.case, bench.pack.forms[form])


@pytest.fixture
def bench(ceshi: Pack) -> Bench:
    return Bench(ceshi, today=START)


def preparing(bench: Bench) -> Bench:
    decision = bench.apply("application_form_direct_pass")
    assert errors(decision) == [] and decision.answer.outcome is Outcome.RECEIVED
    for form in ROAD:
        filed(bench, form)
    assert state(bench) == "in_preparation"
    return bench


def examining(bench: Bench) -> Bench:
    preparing(bench)
    bench.today = date(2027, 10, 11)
    done(apply(bench))
    for form in ("acceptance_intake", "preliminary_review", "expert_team_form"):
        filed(bench, form)
    assert state(bench) == "acceptance_examination"
    return bench


def scored(bench: Bench, lost: dict[str, str], round_: str = "first") -> dict[str, Any]:
    """A score sheet that loses what `lost` says, by item."""
    rows = [
        {**row, "max": Decimal(str(row["max"])), "score": Decimal(str(row["max"])) - Decimal(lost.get(row["item"], "0")), "reason": "测试扣分理由" if row["item"] in lost else None}
        for row in play(bench.pack, "score_sheet", given(bench, "score_sheet"), bench.today)["scores"]
    ]  # fmt: skip
    return {"round": round_, "scores": rows, "total": sum((row["score"] for row in rows), Decimal(0))}


def examined(bench: Bench, lost: dict[str, str], conclusion: str, round_: str = "first") -> Decision:
    """Record, sample, sheet, and a report with this conclusion."""
    if round_ == "first":
        filed(bench, "examination_record")
        filed(bench, "sampling_record")
    filed(bench, "score_sheet", **scored(bench, lost, round_))
    wanted = [{"no": str(n), "item": item, "requirement": "补齐该项能力并提交证明材料。"} for n, item in enumerate(lost, 1)]
    return act(bench, "acceptance_report", conclusion=conclusion, rectification_items=wanted if conclusion == "rectify" else None)


def established(bench: Bench) -> Bench:
    examining(bench)
    done(examined(bench, {"S1": "0.50"}, "pass"))
    signed(bench)
    filed(bench, "establishment_minutes")
    assert state(bench) == "established"
    return bench


# --- the pack itself ---


def test_the_law_is_proven(ceshi: Pack) -> None:
    assert [f"{f.rule} {f.zh}" for f in prove_pack(ceshi)] == []


def test_nothing_in_the_program_or_the_masters_knows_it() -> None:
    """Data only: neither the program nor the masters have a word of it, and it holds nothing but YAML."""
    root = Path(__file__).parents[2]
    held = [*(root / "pipeline").rglob("*.*"), *(SCHEMAS / "common").rglob("*.yaml")]
    words = re.compile(r"ceshi|测试省|CS-(?:\d\d|R\d|ACC|PRR)", re.IGNORECASE)
    assert [str(path) for path in held if path.suffix in (".py", ".yaml", ".html") and words.search(path.read_text(encoding="utf-8"))] == []
    assert {path.suffix for path in INVENTED.rglob("*") if path.is_file()} == {".yaml"}


def test_its_numbers_are_its_own(bench: Bench) -> None:
    preparing(bench)
    assert bench.case is not None and bench.case.no == "CESHI202600001"
    assert {paper.number for paper in bench.case.papers.values()} >= {"收0001-2026", "任务书0001-2026", "测市监碳〔2026〕第0002号"}
    assert bench.case.papers and all(p.context["authority"]["name"] == "测试省市场监督管理局" for p in bench.case.papers.values())


# --- application and preparation ---


def test_nobody_applies_for_another(bench: Bench) -> None:
    """CS-07.1: the applicant alone; what a government or department says has no place."""
    sponsor = {"name": "测试市人民政府", "org_type": "none", "region_code": "990100"}
    decision = bench.apply("application_form_direct_pass", sponsor=sponsor)
    assert decision.answer.outcome is Outcome.CORRECTION
    assert [line.split()[0] for line in errors(decision)] == ["CSA3"]
    assert "government_request_letter" not in bench.pack.forms and "sponsor_request_letter" not in bench.pack.forms


def test_silence_is_no_acceptance(bench: Bench) -> None:
    """CS-09.1: after ten workdays nothing is deemed accepted."""
    bench.apply("application_form_direct_pass")
    assert last_day(bench, "INTAKE") == ("2026-01-30", "2026-01-30")
    sweep(bench, date(2026, 3, 2))
    assert state(bench) == "submitted"


def test_three_experts_are_enough(bench: Bench) -> None:
    """CS-10.1: three or more, an odd number."""
    bench.apply("application_form_direct_pass")
    filed(bench, "intake_decision")
    columns = ("role", "name", "org", "title", "specialty")
    rows = [{**dict(zip(columns, row, strict=True)), "recusal": "none"} for row in EXPERTS]
    assert errors(act(bench, "expert_team_form", members=rows[:2])) != []
    assert errors(act(bench, "expert_team_form", members=rows[:3])) == []


@pytest.mark.parametrize(("end", "taken"), [(date(2028, 1, 16), True), (date(2028, 1, 17), False)])
def test_two_years_are_hard(bench: Bench, end: date, taken: bool) -> None:
    """CS-11: not a day more, whatever the reason and whoever approves."""
    bench.apply("application_form_direct_pass")
    for form in ROAD[:4]:
        filed(bench, form)
    more = {"longer_reason": "测试理由：标准装置建设周期长。"} if not taken else {}
    act(bench, "deliberation_minutes", period_end=end, **more)
    assert bench.case is not None
    decision = act(bench, "task_book", period_end=end, **({**more, "longer_approved_by": "测试局长"} if more else {}))
    assert (errors(decision) == []) == taken
    assert taken or any(line.startswith("X10.1") for line in errors(decision))


def test_the_clocks_of_the_preparation(bench: Bench) -> None:
    """CS-11, CS-14.2: two years; two months before their end, and earlier where that day is a holiday."""
    preparing(bench)
    assert last_day(bench, "PREP") == ("2028-01-16", "2028-01-17"), "16 January 2028 is a Sunday"
    assert last_day(bench, "ACC_BY") == ("2027-11-16", "2027-11-16")


def test_no_extension_is_ever_given(bench: Bench) -> None:
    """CS-12.1: the request is refused with the article, and the case stays where it is."""
    preparing(bench)
    bench.today = date(2027, 10, 1)
    before = bench.case
    decision = act(bench, "extension_application", reason_kind="any")
    assert decision.answer.outcome is Outcome.REFUSED
    (finding,) = decision.answer.findings
    assert finding.rule == "T14" and "不予延长" in finding.zh and finding.cite == "《测试省碳计量中心管理规定（虚构）》第十二条第一款"
    assert bench.case is not None and before is not None
    assert (bench.case.state, bench.case.clocks) == (before.state, before.clocks)


def test_the_end_is_the_end(bench: Bench) -> None:
    """CS-12.2: the day after, by itself; no late application, but notice, reply and revocation."""
    preparing(bench)
    sweep(bench, date(2028, 1, 17))
    assert state(bench) == "in_preparation"
    sweep(bench, date(2028, 1, 18))
    assert state(bench) == "preparation_overdue"
    assert errors(act(bench, "acceptance_application")) != []
    filed(bench, "prior_notice_form")
    assert state(bench) == "preparation_termination_pending"
    deliver(bench, "revocation_prior_notice")
    assert last_day(bench, "REPLY")[1] == "2028-02-14", "fifteen workdays, the spring festival between"
    assert errors(act(bench, "preparation_revocation")) != []
    sweep(bench, date(2028, 2, 15))
    filed(bench, "preparation_revocation")
    assert state(bench) == "preparation_terminated"


# --- the examination ---


@pytest.mark.parametrize(
    ("lost", "total", "passes", "grade"),
    [
        ({"S1": "0.50"}, "99.50", True, "优秀"),
        ({"S1": "5", "D1": "5"}, "90.00", True, "优秀"),
        ({"S1": "5", "D1": "5.05"}, "89.95", True, "良好"),
        ({"S1": "16", "D1": "2"}, "82.00", True, "良好"),
        ({"S1": "16", "D1": "9"}, "75.00", True, "合格"),
        ({"S1": "16", "D1": "9.05"}, "74.95", False, ""),
        ({"F1": "4"}, "96.00", True, "优秀"),
        ({"F1": "4.05"}, "95.95", False, ""),
        ({"P1": "4", "P2": "4"}, "92.00", True, "优秀"),
        ({"P1": "4", "P2": "4.5"}, "91.50", False, ""),
    ],
)
def test_a_pass_takes_the_total_and_every_group(bench: Bench, lost: dict[str, str], total: str, passes: bool, grade: str) -> None:
    """CS-16.1, CS-16.2: 75 in all and 60 % of each group, both exactly; the grade by the total, printed in the notice."""
    examining(bench)
    decision = examined(bench, lost, "pass")
    assert (errors(decision) == []) == passes, errors(decision)
    assert bench.case is not None and bench.case.forms["score_sheet"]["total"] == Decimal(total)
    if not passes:
        assert [line.split()[0] for line in errors(decision)] == ["X16.1"]
        return
    signed(bench)
    notice = bench.case.latest("examination_result_notice")
    assert notice is not None and notice.context["doc"]["text"]["grade"] == f"，等次为{grade}"
    assert bench.case.forms["acceptance_report"]["grade"] == grade


def test_one_group_below_its_floor_is_rectified_and_passes(bench: Bench) -> None:
    """CS-16.1, CS-17.1: 95 of 100 fails for one weak group; six months from the service, one recheck, then established."""
    examining(bench)
    decision = examined(bench, {"F1": "3", "F2": "2"}, "rectify")
    assert errors(decision) == []
    signed(bench)
    assert state(bench) == "team_rectification"
    deliver(bench, "rectification_opinion")
    assert last_day(bench, "RECT1") == ("2028-04-11", "2028-04-11")
    bench.today = date(2028, 2, 21)
    filed(bench, "rectification_report")
    done(examined(bench, {"F1": "2"}, "pass", "team_recheck"))
    signed(bench)
    filed(bench, "establishment_minutes")
    assert state(bench) == "established"
    approval = bench.case.latest("establishment_approval") if bench.case else None
    assert approval is not None and approval.context["doc"]["text"]["grade"] == "，等次为优秀"


def test_a_second_failure_takes_the_preparation_away(bench: Bench) -> None:
    """CS-17.2: only one rectification; then notice, reply, cancellation."""
    examining(bench)
    done(examined(bench, {"F1": "3", "F2": "2"}, "rectify"))
    signed(bench)
    deliver(bench, "rectification_opinion")
    sweep(bench, date(2028, 4, 12))
    assert state(bench) == "team_recheck", "without a report the recheck goes by what is there"
    done(examined(bench, {"F1": "3", "F2": "2"}, "fail", "team_recheck"))
    signed(bench)
    assert state(bench) == "examination_failed"
    filed(bench, "prior_notice_form", ground="cancelled_failed", intended="cancel_preparation")
    deliver(bench, "revocation_prior_notice")
    sweep(bench, date(2028, 5, 31))
    filed(bench, "preparation_cancellation", ground="cancelled_failed")
    assert state(bench) == "preparation_terminated"


# --- operation ---


def test_the_years_of_operation(bench: Bench) -> None:
    """CS-19, CS-22: a report each spring, missed ones recorded; the recheck after three years, and again after three."""
    established(bench)
    assert last_day(bench, "ANNUAL")[0] == "2028-03-31"
    assert last_day(bench, "RECHECK")[0] == "2030-10-11"
    bench.today = date(2028, 2, 10)
    filed(bench, "annual_report", year=2027)
    assert last_day(bench, "ANNUAL")[0] == "2029-03-31"
    sweep(bench, date(2029, 4, 3))
    assert state(bench) == "established" and last_day(bench, "ANNUAL")[0] == "2030-03-31"
    sweep(bench, date(2030, 8, 12))
    filed(bench, "recheck_plan")
    assert state(bench) == "recheck"
    bench.today = date(2030, 8, 26)
    filed(bench, "recheck_self_report")
    bench.today = date(2030, 9, 3)
    filed(bench, "recheck_report")
    assert state(bench) == "established" and last_day(bench, "RECHECK")[0] == "2033-09-03"


def test_a_failed_recheck_leads_to_revocation(bench: Bench) -> None:
    """CS-22, CS-23: rectification within two months, still failing, fifteen workdays to reply, revoked."""
    established(bench)
    bench.today = date(2030, 8, 12)
    filed(bench, "recheck_plan")
    bench.today = date(2030, 8, 26)
    filed(bench, "recheck_self_report")
    bench.today = date(2030, 9, 3)
    failed = recheck_failed(bench.pack, bench.today)
    filed(bench, "recheck_report", **failed)
    assert state(bench) == "operation_rectification"
    sweep(bench, date(2030, 12, 5))
    late = verification_failed(given(bench, "rectification_verification"), bench.today)
    filed(bench, "rectification_verification", **late, report_received=False, reminder="已两次书面催告")
    assert state(bench) == "revocation_pending"
    deliver(bench, "center_prior_notice")
    assert last_day(bench, "REPLY")[1] == "2030-12-26"
    assert errors(act(bench, "revocation_deliberation")) != []
    sweep(bench, date(2030, 12, 27))
    filed(bench, "revocation_deliberation")
    assert state(bench) == "revoked"
    assert bench.case is not None and all(clock.status not in ("running", "paused") for clock in bench.case.clocks.values())
