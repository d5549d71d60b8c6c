"""Draws by lot in a case: experts and items, from the list to the minutes that repeat. HB-10.p1, HB-15, CQ-2.3, A29, A30."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Bench
from test_acceptance import done, in_preparation, to_examination
from test_road import PASSING, act, errors, walk

from pipeline.cases.codec import encode
from pipeline.cases.decision import Outcome
from pipeline.cases.drawn import drawn
from pipeline.cases.events import Kind
from pipeline.cases.registers import NumberView
from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.law.draw import digest_of, repeat

PACKS = ("hubei", "chongqing")
AT = datetime(2026, 1, 16, 2, tzinfo=UTC)


def draw_now(bench: Bench, token: bytes = b"token") -> dict[str, Any]:
    """What the job records once the token is there; the minutes as published beside the document."""
    assert bench.case is not None
    filing = next(id_ for id_, f in bench.case.filings.items() if f.get("lots") and not f.get("drawn"))
    bench.record(drawn(bench.pack, bench.case, filing, token, AT, NumberView(dict(bench.numbers)), bench.today))
    assert bench.case is not None
    paper = list(bench.case.papers.values())[-1]
    published: dict[str, Any] = json.loads(encode(paper.context))["draw"]
    assert paper.status == "issued" and paper.code.endswith("draw_minutes")
    return published


def accepted(packs: dict, jurisdiction: str) -> Bench:
    bench = Bench(packs[jurisdiction])
    bench.apply(PASSING[jurisdiction][0])
    walk(bench, "intake_decision")
    return bench


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_experts_are_drawn_from_a_list_that_was_fixed_before(packs: dict, jurisdiction: str) -> None:
    """TD1: the hash of the list is on record before any token; the minutes repeat from themselves."""
    bench = accepted(packs, jurisdiction)
    decision = done(act(bench, "expert_candidates"))
    assert [(w.kind, len(w.args)) for w in decision.works if w.kind == "draw_lots"] == [("draw_lots", 2)]
    fixed = next(e.data for e in bench.events if e.kind is Kind.LOTS_ASKED)
    assert fixed["list_sha256"] == digest_of(fixed["list"]).hex()
    published = draw_now(bench)
    assert published["list"] == fixed["list"] and published["token"] == base64.b64encode(b"token").decode()
    assert repeat(published, b"token") == [] and repeat(published, b"another")
    assert Counter(row["stratum"] for row in published["drawn"]) == {"能源计量": 2, "气体分析": 2, "流量计量": 1}
    assert [row["role"] for row in published["drawn"]].count("leader") == 1
    assert published["excluded"] == [{"no": "1", "name": "测试专家1", "reason": "声明有利害关系：测试说明：曾任申请单位顾问"}]
    assert bench.case is not None and bench.case.state == "accepted"
    team = prefill(bench.pack, bench.case, bench.pack.forms["expert_team_form"])["members"]
    assert [(row["name"], row["role"]) for row in team] == [(row["name"], row["role"]) for row in published["drawn"]], "nobody types the drawn again"
    assert not any("recusal" in row for row in team), "each declares for themselves"
    done(act(bench, "expert_team_form"))


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("wrong", ["too_many", "twice", "no_leader"])
def test_a_list_that_cannot_be_drawn_from_is_refused(packs: dict, jurisdiction: str, wrong: str) -> None:
    bench = accepted(packs, jurisdiction)
    assert bench.case is not None
    given = play(bench.pack, "expert_candidates", prefill(bench.pack, bench.case, bench.pack.forms["expert_candidates"]), bench.today)
    rows, wanted = given["candidates"], given["wanted"]
    if wrong == "too_many":
        wanted[0]["number"] = 40
    elif wrong == "twice":
        rows[3]["no"] = rows[2]["no"]
    else:
        rows[:] = [{**row, "may_lead": False} for row in rows]
    decision = bench.file("expert_candidates", given)
    assert decision.answer.outcome is Outcome.REFUSED and {f.rule for f in decision.answer.findings} == {"DRAW"}
    assert not any(e.kind is Kind.LOTS_ASKED for e in bench.events)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_who_has_to_stand_aside_cannot_be_on_the_list_as_free(packs: dict, jurisdiction: str) -> None:
    bench = accepted(packs, jurisdiction)
    assert bench.case is not None
    given = play(bench.pack, "expert_candidates", prefill(bench.pack, bench.case, bench.pack.forms["expert_candidates"]), bench.today)
    given["candidates"][5]["org"] = bench.case.application["applicant"]["name"]
    assert "TD1-CONFLICT" in "".join(errors(bench.file("expert_candidates", given)))
    given["candidates"][5]["excluded"] = "applicant_staff"
    done(bench.file("expert_candidates", given))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_items_are_sampled_and_the_record_is_prefilled(packs: dict, jurisdiction: str) -> None:
    """TD2, HB-15: two of each list at ten per cent; a record that names others is refused."""
    bench = in_preparation(packs, jurisdiction)
    to_examination(bench)
    done(act(bench, "sampling_list"))
    published = draw_now(bench)
    assert repeat(published, b"token") == []
    assert Counter(row["stratum"] for row in published["drawn"]) == {"calibration_item": 2, "key_parameter": 2}
    assert bench.case is not None
    given = prefill(bench.pack, bench.case, bench.pack.forms["sampling_record"])
    assert given["seed"] == published["seed"] and [row["no"] for row in given["drawn"]] == [row["no"] for row in published["drawn"]]
    assert "T73-DRAWN" in "".join(errors(act(bench, "sampling_record", seed="0000")))
    filled = play(bench.pack, "sampling_record", given, bench.today)
    results = [{"no": row["no"], "person": "测试人员", "result": "pass"} for row in given["drawn"]]
    done(bench.file("sampling_record", {**filled, **{k: given[k] for k in ("population", "seed", "method", "drawn")}, "results": results}))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_a_sample_leaves_out_nothing_of_the_summary_report(packs: dict, jurisdiction: str) -> None:
    bench = in_preparation(packs, jurisdiction)
    to_examination(bench)
    assert bench.case is not None
    given = play(bench.pack, "sampling_list", prefill(bench.pack, bench.case, bench.pack.forms["sampling_list"]), bench.today)
    assert "SL02" in "".join(errors(bench.file("sampling_list", {**given, "population": given["population"][1:]})))
