"""The acceptance, article by article: application, examination, rectification, establishment. Both packs.

HB-12 to HB-18, CQ-6.2, CQ-6.3a and CQ-6.3b.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Bench
from test_road import PASSING, act, errors, walk

from pipeline.cases.compose import facts
from pipeline.cases.decision import Decision, Outcome
from pipeline.check import RuleContext, check_form
from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.law.normal import normalise
from pipeline.model import Severity

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
