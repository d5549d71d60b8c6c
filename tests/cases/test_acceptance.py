"""The acceptance, article by article: application, examination, rectification, establishment. Both packs.

HB-12 to HB-18, CQ-6.2, CQ-6.3a and CQ-6.3b.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Bench
from test_guards import sweep
from test_preparation import overdue
from test_road import PASSING, act, errors, walk

from pipeline.cases.compose import facts
from pipeline.cases.decision import Decision, Outcome
from pipeline.cases.judge import Judge
from pipeline.check import RuleContext, check_form
from pipeline.clockwork import SHANGHAI
from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.law.dates import add_months
from pipeline.law.normal import normalise
from pipeline.model import Filing, Severity
from pipeline.papers.wording import money

PACKS = ("hubei", "chongqing")
APPLY = date(2028, 6, 1)
ATTACHED = [{"name": f"附件/{n:02d}测试材料.pdf", "format": "pdf", "pages": 1, "size": 9} for n in range(1, 6)]


def in_preparation(packs: dict, jurisdiction: str, example: int = 0) -> Bench:
    """A case in 筹建 whose unit has come to the day on which it applies."""
    bench = Bench(packs[jurisdiction])
    bench.apply(PASSING[jurisdiction][example])
    walk(bench, "task_book")
    bench.today = APPLY
    return bench


def papers(bench: Bench, **changes: Any) -> dict[str, Any]:
    """What is handed in with the application, checked as the door checks it."""
    assert bench.case is not None
    pack, case, said = bench.pack, bench.case, {}
    for code in pack.forms["acceptance_application"].notes["encloses"]:
        if code == "supervisor_consent" and case.application["applicant"]["affiliation"] != "local":
            continue
        values = play(pack, code, prefill(pack, case, pack.forms[code]), bench.today)
        if code == "capability_development_plan":
            actual = {row["no"]: row["actual"] for row in said["preparation_summary_report"]["indicator_results"]}
            values["targets"] = [{**row, "baseline": actual[row["no"]], "y1": actual[row["no"]]} for row in values["targets"]]
        said[code] = values | changes.get(code, {})
    for code, values in said.items():
        others = {other: normalise(pack.forms[other].fields, data).data for other, data in said.items() if other != code}
        context = RuleContext(enclosed=others, files=ATTACHED, case=facts(pack, case), received_on=bench.today, today=bench.today)
        found = check_form(pack, pack.forms[code], values, {}, context).findings
        assert [f"{code} {f.rule} {f.path} {f.zh}" for f in found if f.severity in (Severity.ERROR, Severity.NOT_RUN)] == []
    return said


def apply(bench: Bench, without: str = "", **changes: Any) -> Decision:
    """The unit hands in the whole bundle."""
    assert bench.case is not None
    spec = bench.pack.forms["acceptance_application"]
    values = play(bench.pack, spec.code, prefill(bench.pack, bench.case, spec), bench.today, **changes)
    enclosed = {code: data for code, data in papers(bench).items() if code != without}
    return bench.file(spec.code, values, enclosed=enclosed, files=ATTACHED)


def done(decision: Decision) -> Decision:
    assert errors(decision) == []
    return decision


def signed(bench: Bench) -> None:
    assert bench.case is not None and bench.case.pending is not None
    done(bench.sign())


def to_examination(bench: Bench) -> None:
    done(apply(bench))
    done(act(bench, "acceptance_intake"))
    done(act(bench, "preliminary_review"))
    done(act(bench, "expert_team_form"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "acceptance_examination"


def scored(bench: Bench, lost: str, round_: str = "first") -> dict[str, Any]:
    """The score sheet that loses so much on its first item."""
    assert bench.case is not None
    sheet = play(bench.pack, "score_sheet", prefill(bench.pack, bench.case, bench.pack.forms["score_sheet"]), bench.today)
    rows = [{**row, "score": row["max"], "reason": None} for row in sheet["scores"]]
    left = Decimal(lost)
    for row in rows:
        part = min(left, row["max"])
        if part:
            row |= {"score": row["max"] - part, "reason": "测试扣分理由"}
            left -= part
    return {"round": round_, "scores": rows, "total": sum((row["score"] for row in rows), Decimal(0))}


def examine(bench: Bench, lost: str, round_: str = "first") -> Decision:
    """Record, sample, score sheet, report."""
    if round_ != "team_recheck":
        done(act(bench, "examination_record", round=round_))
        done(act(bench, "sampling_record", round=round_))
    done(act(bench, "score_sheet", **scored(bench, lost, round_)))
    return act(bench, "acceptance_report")


def to_deliberation(bench: Bench, lost: str = "20") -> None:
    to_examination(bench)
    done(examine(bench, lost))
    signed(bench)
    assert bench.case is not None and bench.case.state == "deliberation_establishment"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_from_the_application_to_the_establishment(packs: dict, jurisdiction: str) -> None:
    """HB-12.p1, HB-14, HB-15, HB-16.a, HB-18; CQ-6.2, CQ-6.3a, CQ-6.3b: T17, T24, T70, T26, T72–T74, T27, T38."""
    bench = in_preparation(packs, jurisdiction)
    to_deliberation(bench, "13.5")
    case = bench.case
    assert case is not None
    assert case.clocks["PREP"].status == "paused" and case.clocks["ACC_BY"].status == "stopped"
    notice = case.latest("examination_result_notice")
    assert notice is not None and notice.context["acceptance_report"]["total"] == Decimal("86.50")
    done(act(bench, "establishment_minutes"))
    assert bench.case is not None and bench.case.state == "deliberation_establishment", "not before sign-off"
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "established"
    approval, entry = case.latest("establishment_approval"), case.latest("center_register_entry")
    assert approval is not None and entry is not None
    assert approval.context["doc"]["together"]["center_register_entry"] == entry.number
    assert "（筹）" not in approval.title and approval.context["establishment_minutes"]["formal_name"] == case.application["center_name"]
    assert case.clocks["PREP"].status == "stopped"
    assert case.clocks["RECHECK"].data["nominal"] == "2033-06-01"
    assert case.clocks["ANNUAL"].data["nominal"] == {"hubei": "2028-11-30", "chongqing": "2029-12-31"}[jurisdiction]


@pytest.mark.parametrize(("jurisdiction", "example", "wanted"), [("hubei", 0, True), ("hubei", 1, False), ("chongqing", 0, False)])
def test_whose_supervisor_has_to_consent(packs: dict, jurisdiction: str, example: int, wanted: bool) -> None:
    """HB-12.p1 for local units; HB-12.p2: others apply directly. The Chongqing interpretation asks for no consent."""
    bench = in_preparation(packs, jurisdiction, example)
    assert ("supervisor_consent" in papers(bench)) == wanted
    decision = apply(bench, without="supervisor_consent")
    assert ("AA10" in {f.rule for f in decision.answer.findings}) == wanted
    assert decision.answer.outcome is (Outcome.CORRECTION if wanted else Outcome.RECEIVED)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_missing_papers_are_told_once_and_mended(packs: dict, jurisdiction: str) -> None:
    """HB-12.p1, HB-14: T21 by the check, T22 by the corrected bundle; then T21 once more by an officer."""
    bench = in_preparation(packs, jurisdiction)
    decision = apply(bench, without="preparation_summary_report")
    assert decision.answer.outcome is Outcome.CORRECTION
    assert bench.case is not None and bench.case.state == "acceptance_correction_required"
    notice = bench.case.latest("acceptance_correction_notice")
    assert notice is not None and "AA01" in {f["rule"] for f in notice.context["findings"]}
    assert bench.case.clocks["PREP"].status == "paused", "what came in time came in time"
    done(apply(bench))
    assert bench.case.state == "acceptance_applied" and bench.case.clocks["CORRECT"].status == "stopped"
    missing = [{"item": "指标佐证", "problem": "缺页", "requirement": "补齐", "basis": "验收材料"}]
    done(act(bench, "acceptance_intake", decision="correct", missing_items=missing))
    assert bench.case.state == "acceptance_correction_required"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_uncorrected_application_goes_back_and_the_period_runs_on(packs: dict, jurisdiction: str) -> None:
    """T23: days that stood still are given back; the unit may apply again."""
    bench = in_preparation(packs, jurisdiction)
    apply(bench, without="preparation_summary_report")
    assert bench.case is not None
    end = bench.case.clocks["PREP"].data["nominal"]
    bench.today += timedelta(days=10)
    back = {"decision": "return", "return_code": "expired", "reason": "补正期限届满，经提醒仍未补正，退回申请。"}
    early = act(bench, "acceptance_intake", **back)
    assert "T23-EXPIRED" in {f.rule for f in early.answer.findings} and bench.case.state == "acceptance_correction_required"
    done(act(bench, "acceptance_intake", **back | {"return_code": "withdrawn"}))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "in_preparation" and case.clocks["PREP"].status == "running"
    assert date.fromisoformat(case.clocks["PREP"].data["nominal"]) == date.fromisoformat(end) + timedelta(days=10)
    assert case.clocks["ACC_BY"].status == "running"
    notice = case.latest("acceptance_return_notice")
    assert notice is not None and notice.context["doc"]["reason"] == back["reason"] and notice.context["doc"]["remedy"]


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_unit_that_is_not_ready_goes_back_with_reasons(packs: dict, jurisdiction: str) -> None:
    """HB-14 初步审查: T25; and no team before a review that finds the unit ready (T26-READY)."""
    bench = in_preparation(packs, jurisdiction)
    done(apply(bench))
    done(act(bench, "acceptance_intake"))
    early = act(bench, "expert_team_form")
    assert "T26-READY" in {f.rule for f in early.answer.findings}
    assert bench.case is not None
    items = [{"item": row["code"], "result": "met" if n else "unmet", "note": "" if n else "两项指标没有佐证"} for n, row in enumerate(bench.pack.lists["preliminary_items"])]
    reasons = "任务书两项考核指标没有佐证材料，尚不能组织现场考核，请补齐后再申请。"
    done(act(bench, "preliminary_review", items=items, outcome="not_ready", reasons=reasons))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "in_preparation" and case.clocks["PREP"].status == "running"
    notice = case.latest("acceptance_return_notice")
    assert notice is not None and notice.context["doc"]["reason"] == reasons


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_late_application_is_flagged_and_nothing_more(packs: dict, jurisdiction: str) -> None:
    """HB-13.p1, CQ-6.2: the text punishes only what is still unfinished after the end."""
    bench = in_preparation(packs, jurisdiction)
    bench.today = date(2028, 12, 20)
    decision = apply(bench)
    assert errors(decision) == [] and {"AA03", "AA04"} <= {f.rule for f in decision.answer.findings}
    assert bench.case is not None and bench.case.state == "acceptance_applied"


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize(("lost", "total", "state"), [("20.00", "80.00", "deliberation_establishment"), ("20.05", "79.95", "team_rectification")])
def test_exactly_eighty_passes_and_a_twentieth_less_fails(packs: dict, jurisdiction: str, lost: str, total: str, state: str) -> None:
    """HB-16.a, CQ-6.3a, X16: compared before any rounding, printed as it is."""
    bench = in_preparation(packs, jurisdiction)
    to_examination(bench)
    done(examine(bench, lost))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == state
    report = case.latest("acceptance_report")
    assert report is not None and money(report.context["acceptance_report"]["total"]) == total


@pytest.mark.parametrize(("jurisdiction", "conclusion", "lost"), [(j, *row) for j in PACKS for row in (("pass", "20.05"), ("rectify", "20"), ("fail", "30"))])
def test_nobody_can_conclude_against_the_score(packs: dict, jurisdiction: str, conclusion: str, lost: str) -> None:
    """X16.1: the conclusion follows total and round."""
    bench = in_preparation(packs, jurisdiction)
    to_examination(bench)
    examine_without_report(bench, lost)
    wanted = [{"no": "1", "item": row["code"], "requirement": "补齐"} for row in bench.pack.lists["acceptance_rubric"]]
    decision = act(bench, "acceptance_report", conclusion=conclusion, rectification_items=wanted)
    assert "X16.1" in {f.rule for f in decision.answer.findings} and decision.answer.outcome is Outcome.REFUSED


def examine_without_report(bench: Bench, lost: str) -> None:
    done(act(bench, "examination_record"))
    done(act(bench, "sampling_record"))
    done(act(bench, "score_sheet", **scored(bench, lost)))


def failing(bench: Bench) -> None:
    """An examination below the pass mark; the opinion is signed and served."""
    to_examination(bench)
    done(examine(bench, "21"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "team_rectification" and "RECT1" not in bench.case.clocks
    serve(bench, "rectification_opinion")


def serve(bench: Bench, code: str) -> None:
    assert bench.case is not None
    paper = bench.case.latest(code)
    assert paper is not None
    known = {"case_no": bench.case.no, "document_no": paper.number, "document_title": paper.title, "recipient": bench.case.application["applicant"]["name"]}
    done(bench.file("service_receipt", play(bench.pack, "service_receipt", known, bench.today)))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_three_months_from_the_service_of_the_opinion(packs: dict, jurisdiction: str) -> None:
    """HB-16.b, CQ-6.3a: T28, the period starts with receipt; T29, T30: rectified and passed."""
    bench = in_preparation(packs, jurisdiction)
    failing(bench)
    assert bench.case is not None
    assert bench.case.clocks["RECT1"].data["nominal"] == "2028-09-01"
    bench.today = date(2028, 8, 20)
    done(act(bench, "rectification_report"))
    assert bench.case.state == "team_recheck" and bench.case.clocks["RECT1"].status == "stopped"
    wrong = act(bench, "score_sheet", **scored(bench, "5", "first"))
    assert "T74-ROUND" in {f.rule for f in wrong.answer.findings}
    done(examine(bench, "5", "team_recheck"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "deliberation_establishment"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_period_ends_without_a_report(packs: dict, jurisdiction: str) -> None:
    """HB-16.b: T75 moves to the recheck by itself, once; T31: still below, so the examination is failed."""
    bench = in_preparation(packs, jurisdiction)
    failing(bench)
    sweep(bench, date(2028, 9, 1))
    assert bench.case is not None and bench.case.state == "team_rectification", "the last day is still open"
    sweep(bench, date(2028, 9, 4))
    assert bench.case.state == "team_recheck"
    events = len(bench.events)
    sweep(bench, date(2028, 9, 4))
    assert len(bench.events) == events
    done(examine(bench, "20.5", "team_recheck"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "examination_failed"


def failed(packs: dict) -> Bench:
    """A Hubei case whose examination is failed after the team's rectification."""
    bench = in_preparation(packs, "hubei")
    failing(bench)
    done(act(bench, "rectification_report"))
    done(examine(bench, "20.5", "team_recheck"))
    signed(bench)
    return bench


def to_reexamination(packs: dict) -> Bench:
    bench = failed(packs)
    done(act(bench, "rectification_notice"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "authority_rectification"
    assert bench.case.clocks["RECT2"].data["nominal"] == "2029-06-01"
    bench.today = date(2029, 3, 1)
    done(act(bench, "rectification_report", items=[{"no": "1", "requirement": "补齐能力", "done": "已经完成", "completed_on": bench.today, "evidence": "证书"}]))
    assert bench.case.state == "reexamination" and bench.case.clocks["RECT2"].status == "stopped"
    early = act(bench, "examination_record", round="reexamination")
    assert "T72-TEAM" in {f.rule for f in early.answer.findings}
    done(act(bench, "expert_team_form"))
    signed(bench)
    return bench


def test_the_second_stage_and_a_second_examination(packs: dict) -> None:
    """HB-17.s1, HB-17.s2: T32, T34, T71, T36; a stage of its own after the team's three months (A32)."""
    bench = to_reexamination(packs)
    done(examine(bench, "19.5", "reexamination"))
    signed(bench)
    assert bench.case is not None and bench.case.state == "deliberation_establishment"


def test_a_second_failure_is_on_record_before_anything_is_taken_away(packs: dict) -> None:
    """HB-17.s2: T76 only establishes the fact; the cancellation needs its prior notice and a person."""
    bench = to_reexamination(packs)
    done(examine(bench, "25", "reexamination"))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "reexamination" and case.forms["acceptance_report"]["conclusion"] == "fail"


@pytest.mark.parametrize("months", [12, 13])
def test_the_notice_sets_at_most_one_year(packs: dict, months: int) -> None:
    """HB-17.s1, X20."""
    bench = failed(packs)
    decision = act(bench, "rectification_notice", due=add_months(bench.today, months))
    assert ("X20" in {f.rule for f in decision.answer.findings}) == (months == 13)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_deliberation_may_send_the_case_back(packs: dict, jurisdiction: str) -> None:
    """T39: for a defect of procedure; the examination then needs new records."""
    bench = in_preparation(packs, jurisdiction)
    to_deliberation(bench)
    back = {"outcome": "return", "return_matters": "随机抽查没有被考核单位见证，应当重新抽查。", "formal_name": None, "scope": None, "decision_text": "会议决定退回补充考核，补正程序。"}
    done(act(bench, "establishment_minutes", **back))
    assert bench.case is not None and bench.case.state == "acceptance_examination"
    bench.today += timedelta(days=5)
    stale = act(bench, "acceptance_report")
    assert {"T27-SHEET", "T27-EXAM"} <= {f.rule for f in stale.answer.findings}
    done(examine(bench, "10"))
    signed(bench)
    assert bench.case.state == "deliberation_establishment"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_pass_is_refused_only_for_a_new_fact(packs: dict, jurisdiction: str) -> None:
    """HB-18, A36: T40."""
    bench = in_preparation(packs, jurisdiction)
    to_deliberation(bench)
    reasons = "考核之后查明验收材料中的两份计量标准证书系伪造，材料不真实，不符合批准成立的条件。"
    no = {"outcome": "refuse", "reasons": reasons, "formal_name": None, "scope": None, "decision_text": "会议决定不予批准成立。请依法办理。"}
    assert "EM01" in {f.rule for f in act(bench, "establishment_minutes", **no).answer.findings}
    done(act(bench, "establishment_minutes", **no, new_fact="发证机关复函证实两份证书系伪造。"))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "establishment_refused" and case.clocks["PREP"].status == "stopped"
    refusal = case.latest("establishment_refusal")
    assert refusal is not None and refusal.context["doc"]["reason"] == reasons and "行政复议" in refusal.context["doc"]["remedy"]


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_established_name_has_no_suffix(packs: dict, jurisdiction: str) -> None:
    """X21."""
    bench = in_preparation(packs, jurisdiction)
    to_deliberation(bench)
    assert bench.case is not None
    name = bench.case.application["center_name"] + "（筹）"
    assert "X21" in {f.rule for f in act(bench, "establishment_minutes", formal_name=name).answer.findings}


GUARDS: dict[str, tuple[str, dict[str, Any]]] = {
    "T07-PURPOSE": ("accepted", {"purpose": "acceptance"}),
    "T26-PURPOSE": ("acceptance_preliminary_review", {"purpose": "preparation_review"}),
    "T26-CONFLICT": ("acceptance_preliminary_review", {"members": "own"}),
}


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("guard", GUARDS)
def test_a_team_that_does_not_fit(packs: dict, jurisdiction: str, guard: str) -> None:
    """HB-10.p1, HB-14: purpose and recusal."""
    state, change = GUARDS[guard]
    bench = in_preparation(packs, jurisdiction) if state != "accepted" else Bench(packs[jurisdiction])
    if state == "accepted":
        bench.apply(PASSING[jurisdiction][0])
        walk(bench, "intake_decision")
    else:
        done(apply(bench))
        done(act(bench, "acceptance_intake"))
        done(act(bench, "preliminary_review"))
    assert bench.case is not None and bench.case.state == state
    applicant = bench.case.application["applicant"]
    if change.get("members") == "own":
        given = play(bench.pack, "expert_team_form", {"rules_ref": bench.pack.param("acceptance.rules")}, bench.today)
        change = {"members": [*given["members"][:-1], {**given["members"][-1], "org": applicant["supervisor"]}]}
    rules = {"rules_ref": bench.pack.param("acceptance.rules") if change.get("purpose", "") == "acceptance" else bench.pack.lists["review_rules_version"][0]["code"]}
    decision = act(bench, "expert_team_form", **change, **(rules if "purpose" in change else {}))
    assert guard in {f.rule for f in decision.answer.findings}, errors(decision)
    assert bench.case.state == state


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_report_needs_the_records_of_its_round(packs: dict, jurisdiction: str) -> None:
    """HB-15, HB-16.a: T27/T28-SHEET, -EXAM, -SAMPLE (Hubei), -ROUND."""
    bench = in_preparation(packs, jurisdiction)
    to_examination(bench)
    done(act(bench, "score_sheet", **scored(bench, "10")))
    rules = {f.rule for f in act(bench, "acceptance_report").answer.findings}
    assert "T27-EXAM" in rules and ("T27-SAMPLE" in rules) == (jurisdiction == "hubei")
    done(act(bench, "score_sheet", **scored(bench, "30")))
    rules = {f.rule for f in act(bench, "acceptance_report").answer.findings}
    assert "T28-EXAM" in rules and ("T28-SAMPLE" in rules) == (jurisdiction == "hubei")


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_rubric_adds_up(packs: dict, jurisdiction: str) -> None:
    """HB-16.a: full mark 100; 25 items, each with its method and evidence."""
    rubric = packs[jurisdiction].lists["acceptance_rubric"]
    assert len(rubric) == 25 and sum(row["max"] for row in rubric) == packs[jurisdiction].param("score.full_mark")
    assert all(row["method"] and row["proof"] for row in rubric)


CANCEL = {"hubei": {"ground": "cancelled_failed"}, "chongqing": {"ground": "by_hand", "typed_basis": "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附扫描件。"}}


def give_notice(bench: Bench, **changes: Any) -> Decision:
    said = {"intended": "cancel_preparation", "unfinished": None, **CANCEL[bench.pack.jurisdiction]}
    return act(bench, "prior_notice_form", **said | changes)


def noticed(packs: dict, jurisdiction: str) -> Bench:
    """A failed case whose prior notice is out: after the second examination in Hubei, after the only one in Chongqing."""
    if jurisdiction == "hubei":
        bench = to_reexamination(packs)
        early = give_notice(bench)
        assert "T37-FAILED" in {f.rule for f in early.answer.findings}
        done(examine(bench, "25", "reexamination"))
        signed(bench)
    else:
        bench = in_preparation(packs, jurisdiction)
        failing(bench)
        done(act(bench, "rectification_report"))
        done(examine(bench, "20.5", "team_recheck"))
        signed(bench)
        short = give_notice(bench, typed_basis="太短")
        assert short.answer.outcome is Outcome.REFUSED
    done(give_notice(bench))
    signed(bench)
    assert bench.case is not None and bench.case.state == "preparation_termination_pending"
    return bench


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_cancellation_needs_notice_service_reply_and_a_person(packs: dict, jurisdiction: str) -> None:
    """HB-17.s2: T37, T77; in Chongqing T33, on the text a person typed in (A47). 取消 is not 撤销 (A28)."""
    bench = noticed(packs, jurisdiction)
    assert bench.case is not None
    early = act(bench, "preparation_cancellation", discussed_on=None)
    assert {"T77-SERVED", "T77-REPLY", "T77-DISCUSSED"} <= {f.rule for f in early.answer.findings}
    wrong = act(bench, "preparation_revocation")
    assert wrong.answer.outcome is Outcome.REFUSED, "a failed examination is not an overdue preparation"
    serve(bench, "revocation_prior_notice")
    sweep(bench, date.fromisoformat(bench.case.clocks["REPLY"].data["final"]) + timedelta(days=1))
    assert bench.case.state == "preparation_termination_pending", "nothing is cancelled by itself"
    done(act(bench, "preparation_cancellation"))
    signed(bench)
    case = bench.case
    assert case is not None and case.state == "preparation_terminated"
    decision = case.latest("preparation_cancellation_decision")
    assert decision is not None and decision.context["doc"]["remedy"] and decision.context["doc"]["kind"] == "决定"
    assert ("取消" in decision.title) == (jurisdiction == "hubei") and case.latest("preparation_revocation_decision") is None
    assert case.clocks["PREP"].status == "stopped" and case.clocks["REPLY"].status == "stopped"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_an_accepted_defence_saves_the_preparation(packs: dict, jurisdiction: str) -> None:
    """T78, T79: examined once more in Hubei; back to a person's decision in Chongqing."""
    bench = noticed(packs, jurisdiction)
    no = act(bench, "preparation_cancellation", outcome="not_cancel", follow_up="请在一个月内做好再次考核的准备。")
    done(no)
    signed(bench)
    assert bench.case is not None and bench.case.state == {"hubei": "reexamination", "chongqing": "examination_failed"}[jurisdiction]


def test_no_report_on_the_notice_counts_as_failed_only_after_the_reminder(packs: dict) -> None:
    """HB-17.s2, A35: T35; RECT2 passes, nothing happens by itself."""
    bench = failed(packs)
    done(act(bench, "rectification_notice"))
    signed(bench)
    assert bench.case is not None
    assert "T35-OVER" in {f.rule for f in give_notice(bench).answer.findings}
    sweep(bench, date.fromisoformat(bench.case.clocks["RECT2"].data["final"]) + timedelta(days=1))
    assert bench.case.state == "authority_rectification"
    assert "T35-OVER" in {f.rule for f in give_notice(bench).answer.findings}, "the days after the reminder"
    bench.today += timedelta(days=20)
    done(give_notice(bench))
    signed(bench)
    assert bench.case.state == "preparation_termination_pending"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_after_the_end_only_with_the_authority_s_consent(packs: dict, jurisdiction: str) -> None:
    """T19, A23, A27: an application after the end needs a written consent; returned, the case is overdue again (T23b, T25b)."""
    bench = overdue(packs, jurisdiction)
    assert bench.case is not None
    assert "T19-CONSENT" in {f.rule for f in apply(bench).answer.findings} and bench.case.state == "preparation_overdue"
    done(act(bench, "late_acceptance_consent"))
    signed(bench)
    done(apply(bench))
    assert bench.case.state == "acceptance_applied" and bench.case.clocks["LATE_BY"].status == "stopped"
    done(act(bench, "acceptance_intake"))
    items = [{"item": row["code"], "result": "met"} for row in bench.pack.lists["preliminary_items"]]
    no = {"items": items, "outcome": "not_ready", "reasons": "任务书两项考核指标没有佐证材料，尚不能组织现场考核，请补齐后再申请。"}
    done(act(bench, "preliminary_review", **no))
    signed(bench)
    assert bench.case.state == "preparation_overdue"
    assert apply(bench, without="preparation_summary_report").answer.outcome is Outcome.CORRECTION
    back = {"decision": "return", "return_code": "expired", "reason": "补正期限届满，经提醒仍未补正，退回申请。"}
    assert "T23b-EXPIRED" in {f.rule for f in act(bench, "acceptance_intake", **back).answer.findings}
    done(act(bench, "acceptance_intake", **back | {"return_code": "withdrawn"}))
    signed(bench)
    assert bench.case.state == "preparation_overdue"


# Guards that say the same in another round or pack, each broken by the same hand as its sister above.
SISTERS = (
    "T27-ROUND", "T28-ROUND", "T28-SHEET", "T30-ROUND", "T30-SHEET", "T31-ROUND", "T31-SHEET", "T36-ROUND", "T36-SHEET", "T36-EXAM", "T36-SAMPLE",
    "T76-ROUND", "T76-SHEET", "T76-EXAM", "T76-SAMPLE", "T71-CONFLICT", "T71-PURPOSE", "T73-ROUND", "T72-ROUND", "T32-FAILED", "T38-REPORT",
    "T33-BASIS", "T77-GROUND",
)  # fmt: skip


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("guard", SISTERS)
def test_a_sister_guard_says_no_to_an_empty_filing(packs: dict, jurisdiction: str, guard: str) -> None:
    """Asked of a filing with nothing in it, in a case that has nothing on record, each guard keeps the case where it is."""
    pack = packs[jurisdiction]
    found = [(t, g) for t in pack.lifecycle.transitions.values() for g in t.guards if g.id == guard]
    bench = Bench(pack)
    bench.apply(PASSING[jurisdiction][0])
    assert bench.case is not None
    for transition, _ in found:
        form = transition.by_forms[0]
        now = datetime(2026, 1, 16, 10, tzinfo=SHANGHAI)
        filing = Filing(
            id="d9999", form=form, version="1.0", jurisdiction=jurisdiction, role="办理", owner="测试人", data={"members": [{"name": "甲", "org": bench.case.application["applicant"]["name"]}]},
            enclosed={}, attachments=(), original="0" * 64, name="测试.docx", received_on=bench.today, received_at=now, case=bench.case.id,
        )  # fmt: skip
        assert guard in {f.rule for f in Judge(pack, bench.case, filing, bench.today).failed(transition.guards)}
    assert found or jurisdiction == "chongqing" or guard == "T33-BASIS"
