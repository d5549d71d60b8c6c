"""Members' score sheets: sealed until all are in, opened together, and what comes of them. HB-14, HB-15, HB-16.a, CQ-6.3a, A31."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Bench
from test_acceptance import done, examine, failing, in_preparation, scored, to_deliberation, to_examination
from test_road import act, errors

from pipeline.cases.codec import decode, encode
from pipeline.cases.compose import facts
from pipeline.cases.decision import Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.handin import OPEN, opened
from pipeline.cases.registers import NumberView
from pipeline.cases.sealed import round_of
from pipeline.demo.drycase import DryCase
from pipeline.demo.players import EXPERTS, play
from pipeline.desk.picture import open_forms, prefill
from pipeline.law.pack import Pack
from pipeline.law.sealed import joint_score, sealed_forms, sealing_of

PACKS = ("hubei", "chongqing")
FORM = "expert_score_sheet"
TEAM = tuple(row[1] for row in EXPERTS)
LEADER, SECOND, THIRD, FOURTH, FIFTH = TEAM
SECRET = "测试独特意见：烟气流量溯源链的第七环缺失"


def examination(packs: dict[str, Pack], jurisdiction: str = "hubei", **parameters: Any) -> Bench:
    """A case under examination; `parameters` change the pack's scoring."""
    changed = {f"score.{key}": {**packs[jurisdiction].parameters[f"score.{key}"], "value": value} for key, value in parameters.items()}
    bench = in_preparation({jurisdiction: replace(packs[jurisdiction], parameters={**packs[jurisdiction].parameters, **changed})}, jurisdiction)
    to_examination(bench)
    return bench


def sheet(bench: Bench, name: str, lost: str = "1", round_: str = "first", **changes: Any) -> dict[str, Any]:
    """What one member writes: so much lost on C1, where five can be lost."""
    assert bench.case is not None
    values = play(bench.pack, FORM, prefill(bench.pack, bench.case, bench.pack.forms[FORM], {"member": {"name": name}}), bench.today)
    reason = SECRET[:40] if Decimal(lost) else None
    rows = [{**row, "score": row["max"] - Decimal(lost), "reason": reason} if row["item"] == "C1" else row for row in values["scores"]]
    return {**values, "round": round_, "scores": rows, "total": sum((row["score"] for row in rows), Decimal(0)), "opinion": SECRET, **changes}


def hand_in(bench: Bench, name: str, lost: str = "1", owner: str = "", **changes: Any) -> Decision:
    """A member drops their own sheet into their own folder; every file differs."""
    more = {key: changes.pop(key) for key in ("bound", "original", "role") if key in changes}
    more = {"bound": f"mark of {owner or name}", "original": f"{bench.count:064d}", **more}
    return bench.file(FORM, sheet(bench, name, lost, **changes), owner=owner or name, **more)


def excuse(bench: Bench, name: str, by: str = LEADER, role: str = "评审", **changes: Any) -> Decision:
    assert bench.case is not None
    values = play(bench.pack, "score_absence", prefill(bench.pack, bench.case, bench.pack.forms["score_absence"], {"member": {"name": by}}), bench.today)
    return bench.file("score_absence", {**values, "member": name, **changes}, owner=by, role=role)


def open_now(bench: Bench) -> None:
    """What the job records once nothing is awaited any more."""
    case, sealing = bench.case, sealing_of(bench.pack.forms[FORM])
    assert case is not None and sealing is not None
    boxes = {key: decode(one["box"]) for key, one in case.sheets.items()}
    bench.record(opened(bench.pack, case, sealing, boxes, NumberView(dict(bench.numbers)), bench.today))


def all_in(bench: Bench, *lost: str, round_: str = "first") -> None:
    """Every member hands in; then the round is opened."""
    for name, points in zip(TEAM, lost, strict=True):
        done(hand_in(bench, name, points, round_=round_))
    open_now(bench)


def told(decision: Decision) -> str:
    return decision.answer.zh + " ".join(f.zh for f in decision.answer.findings)


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_nothing_is_known_before_the_last_is_in(packs: dict, jurisdiction: str) -> None:
    """The facts of the case, its forms, its papers and its prefills hold no score; the record holds a commitment."""
    bench = examination(packs, jurisdiction)
    for name in TEAM[:-1]:
        decision = done(hand_in(bench, name))
        assert decision.answer.outcome is Outcome.RECORDED and OPEN not in {w.kind for w in decision.works}
    case = bench.case
    assert case is not None and case.state == "acceptance_examination"
    outside = [{**event.data, "box": ""} for event in case.history if event.kind is Kind.SHEET_SEALED]
    assert SECRET not in encode([outside, facts(bench.pack, case), [e.data for e in case.history if e.kind is not Kind.SHEET_SEALED]])
    assert FORM not in case.forms and [row["commitment"] for row in outside] == [one["commitment"] for one in case.sheets.values()]
    known = facts(bench.pack, case)["sealed"][FORM]
    assert known["handed_in"] == list(TEAM[:-1]) and known["missing"] == [FIFTH] and not known["opened"]
    assert "score" not in {key for row in prefill(bench.pack, case, bench.pack.forms["score_sheet"])["scores"] for key in row}
    last = done(hand_in(bench, FIFTH))
    assert [(w.kind, w.args[1]) for w in last.works if w.kind == OPEN] == [(OPEN, FORM)]
    assert SECRET not in encode(facts(bench.pack, bench.case)), "the job opens it, nothing before"
    open_now(bench)
    assert SECRET in encode(facts(bench.pack, bench.case)["records"][FORM])


def test_a_hand_in_makes_nobody_else_s_form_stale(packs: dict) -> None:
    """Five hand in at their own times; the leader's record, taken from 待办 before, still goes through."""
    bench = examination(packs)
    assert bench.case is not None
    before = bench.case.revision
    done(hand_in(bench, SECOND))
    assert bench.case.revision == before
    done(act(bench, "examination_record", revision=before))


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize("who", [THIRD, LEADER, "测试代办人"])
def test_nobody_hands_in_the_sheet_of_another(packs: dict, jurisdiction: str, who: str) -> None:
    """HB-14, HB-16, CQ-6.3: neither a fellow member, nor the leader, nor who stands in while that member is away; it says why, and what to do."""
    bench = examination(packs, jurisdiction)
    decision = bench.file(FORM, sheet(bench, SECOND), owner=who, bound=f"mark of {who}")
    assert decision.answer.outcome is Outcome.REFUSED and SECRET not in encode([e.data for e in decision.events])
    step = bench.pack.lifecycle.transitions["T74b"]
    excuse = bench.pack.forms["score_absence"].title_zh
    assert all(words in told(decision) for words in (SECOND, who, "独立作出", "代办人", bench.pack.cite_text(step.cite), excuse))
    assert bench.case is not None and not bench.case.sheets
    done(hand_in(bench, SECOND))


@pytest.mark.parametrize(("who", "words"), [("测试外人", "不是本案现在的考核组成员"), ("", "不能证明")])
def test_only_members_hand_in(packs: dict, who: str, words: str) -> None:
    bench = examination(packs)
    decision = bench.file(FORM, sheet(bench, who or SECOND), owner=who, bound=f"mark of {who}")
    assert decision.answer.outcome is Outcome.REFUSED and words in told(decision) and SECRET not in encode([e.data for e in decision.events])
    assert bench.case is not None and not bench.case.sheets


def test_a_member_who_must_stand_aside_hands_in_nothing(packs: dict) -> None:
    bench = examination(packs)
    for event in bench.events:  # as a team form of another law could stand on file, which keeps such members in the list
        if event.kind is Kind.FILED and event.data["filing"]["form"] == "expert_team_form":
            event.data["filing"]["data"]["members"][1]["recusal"] = "conflict"
    assert "应当回避" in told(hand_in(bench, SECOND))
    assert bench.case is not None
    sealing = sealing_of(bench.pack.forms[FORM])
    assert sealing is not None and SECOND not in round_of(bench.case, sealing).members


def test_nobody_hands_in_for_another(packs: dict) -> None:
    bench = examination(packs)
    assert "独立作出" in told(hand_in(bench, SECOND, owner=THIRD))
    assert "姓名不是" in told(hand_in(bench, "测试外人", owner=THIRD))
    stale = hand_in(bench, SECOND, bound=f"mark of {THIRD}")
    assert stale.answer.outcome is Outcome.STALE and "不是本轮发给您本人的表" in told(stale)


def test_a_faulty_sheet_is_refused_and_its_faults_stay_out_of_the_record(packs: dict) -> None:
    """The answer names them (the desk gives it to the filer alone); the journal does not."""
    bench = examination(packs)
    decision = hand_in(bench, SECOND, total=Decimal("12.34"))
    assert decision.answer.outcome is Outcome.REFUSED and "ES05" in {f.rule for f in decision.answer.findings}
    assert [e.data["findings"] for e in decision.events if e.kind is Kind.REFUSED] == [[]]
    wrong = hand_in(bench, SECOND, round_="reexamination")
    assert "T74b-ROUND" in {f.rule for f in wrong.answer.findings}


def test_a_sheet_may_be_replaced_until_the_round_is_complete(packs: dict) -> None:
    """Both stay on record with their commitments; the last counts; the same file again is a duplicate."""
    bench = examination(packs)
    done(hand_in(bench, SECOND, "1", original="a" * 64))
    assert hand_in(bench, SECOND, "1", original="a" * 64).answer.outcome is Outcome.DUPLICATE
    done(hand_in(bench, SECOND, "2", original="b" * 64))
    assert bench.case is not None
    assert [(s["commitment"][0], s["status"]) for s in bench.case.sheets.values()] == [("a", "replaced"), ("b", "sealed")]
    for name in (LEADER, THIRD, FOURTH, FIFTH):
        done(hand_in(bench, name))
    assert "正在启封" in told(hand_in(bench, SECOND, "3"))
    open_now(bench)
    assert bench.case is not None
    assert [(s["member"], s["counts"]) for s in bench.case.opened[-1]["sheets"]].count((SECOND, False)) == 1
    assert {row["total"] for row in facts(bench.pack, bench.case)["records"][FORM]} == {Decimal("98"), Decimal("99")}
    assert "已经启封" in told(hand_in(bench, SECOND, "4"))


def test_the_box_must_hold_what_was_committed_to(packs: dict) -> None:
    bench = examination(packs)
    for name in TEAM:
        done(hand_in(bench, name))
    case, sealing = bench.case, sealing_of(bench.pack.forms[FORM])
    assert case is not None and sealing is not None
    boxes = {key: decode(one["box"]) for key, one in case.sheets.items()}
    first = next(iter(boxes))
    boxes[first] = {**boxes[first], "original": "f" * 64}
    with pytest.raises(ValueError, match="committed"):
        opened(bench.pack, case, sealing, boxes, NumberView({}), bench.today)


# ── who cannot ──


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_leader_says_why_one_is_not_awaited(packs: dict, jurisdiction: str) -> None:
    """T74c: with the reason on record, the others' sheets are opened."""
    bench = examination(packs, jurisdiction)
    for name in TEAM[:-1]:
        done(hand_in(bench, name))
    assert "只有组长" in told(excuse(bench, FIFTH, by=SECOND))
    decision = done(excuse(bench, FIFTH))
    assert OPEN in {w.kind for w in decision.works}
    open_now(bench)
    assert bench.case is not None and bench.case.opened[-1]["absent"] == [FIFTH]
    assert len(bench.case.opened[-1]["sheets"]) == 4


def test_who_is_on_record_as_not_scoring_hands_in_nothing(packs: dict) -> None:
    bench = examination(packs)
    done(excuse(bench, FIFTH))
    assert "不能评分" in told(hand_in(bench, FIFTH)) and "已经登记过" in told(excuse(bench, FIFTH))
    assert "不是本案现在的考核组成员" in told(excuse(bench, "测试外人"))


def test_who_is_in_is_not_excused_but_for_a_conflict_found_later(packs: dict) -> None:
    bench = examination(packs)
    for name in (LEADER, SECOND):
        done(hand_in(bench, name))
    assert "已经收到并封存" in told(excuse(bench, SECOND))
    done(excuse(bench, SECOND, reason="recusal"))
    for name in (THIRD, FOURTH, FIFTH):
        done(hand_in(bench, name))
    open_now(bench)
    assert bench.case is not None
    assert {s["member"]: s["counts"] for s in bench.case.opened[-1]["sheets"]} == {LEADER: True, SECOND: False, THIRD: True, FOURTH: True, FIFTH: True}


def test_an_officer_speaks_for_the_leader_only(packs: dict) -> None:
    bench = examination(packs)
    assert "只登记组长" in told(excuse(bench, FIFTH, by="测试承办人", role="办理"))
    done(excuse(bench, LEADER, by="测试承办人", role="办理"))


def test_too_few_are_not_left(packs: dict) -> None:
    """T74c-ENOUGH: three of five must score."""
    bench = examination(packs)
    done(excuse(bench, FIFTH))
    done(excuse(bench, FOURTH))
    assert "T74c-ENOUGH" in "".join(errors(excuse(bench, THIRD)))


# ── the joint score ──


@pytest.mark.parametrize("jurisdiction", PACKS)
@pytest.mark.parametrize(
    ("method", "places", "rounding", "c1"),
    [
        ("mean", 2, "half_up", "3.67"), ("trimmed_mean", 2, "half_up", "3.78"), ("median", 2, "half_up", "4.00"),
        ("mean", 1, "half_up", "3.7"), ("mean", 0, "half_even", "4"), ("trimmed_mean", 1, "half_even", "3.8"),
    ],
)  # fmt: skip
def test_the_joint_score_is_computed_as_the_pack_says(packs: dict, jurisdiction: str, method: str, places: int, rounding: str, c1: str) -> None:
    """Of five: 5, 4, 4, 3.35 and 2; exact decimals, each item rounded, the total their sum; prefilled and held to (T74-JOINT)."""
    bench = examination(packs, jurisdiction, aggregate=method, places=places, rounding=rounding)
    all_in(bench, "0", "1", "1", "1.65", "3")
    assert bench.case is not None
    given = prefill(bench.pack, bench.case, bench.pack.forms["score_sheet"])
    assert next(row["score"] for row in given["scores"] if row["item"] == "C1") == Decimal(c1)
    assert given["total"] == Decimal(95) + Decimal(c1) == sum(row["score"] for row in given["scores"])
    joint = {"round": "first", "scores": [{**row, "reason": "测试扣分理由"} for row in given["scores"]], "total": given["total"]}
    wrong = act(bench, "score_sheet", **scored(bench, "0.5"))
    assert "T74-JOINT" in "".join(errors(wrong))
    done(act(bench, "score_sheet", **joint))
    assert bench.case.forms["score_sheet"]["total"] == given["total"]


def test_a_tie_is_rounded_as_the_pack_says(packs: dict) -> None:
    bench = examination(packs)
    pack = bench.pack
    joint = next(iter(sealed_forms(pack).values())).joint
    sheets = [{"scores": [{"item": "C1", "max": Decimal(5), "score": Decimal(score)}]} for score in ("4.25", "4.26")]
    for rounding, places, value in (("half_up", 2, "4.26"), ("half_even", 2, "4.26"), ("half_up", 1, "4.3"), ("half_even", 1, "4.3")):
        changed = {"score.aggregate": {"value": "mean"}, "score.rounding": {"value": rounding}, "score.places": {"value": places}}
        found = joint_score(replace(pack, parameters={**pack.parameters, **changed}), joint, sheets)
        assert found is not None and found["total"] == Decimal(value)
    even = [{"scores": [{"item": "C1", "max": Decimal(5), "score": Decimal(score)}]} for score in ("4.24", "4.25")]
    for rounding, value in (("half_up", "4.25"), ("half_even", "4.24")):
        changed = {"score.aggregate": {"value": "mean"}, "score.rounding": {"value": rounding}, "score.places": {"value": 2}}
        found = joint_score(replace(pack, parameters={**pack.parameters, **changed}), joint, even)
        assert found is not None and found["total"] == Decimal(value)


@pytest.mark.parametrize("value", ["consensus", None])
def test_what_the_pack_does_not_compute_the_team_types(packs: dict, value: str | None) -> None:
    """A31: the shipped packs leave the score to the team's agreement; the members' sheets lie before it."""
    bench = examination(packs, aggregate=value)
    all_in(bench, "0", "1", "1", "2", "3")
    assert bench.case is not None and bench.case.opened[-1]["joint"] is None
    done(act(bench, "score_sheet", **scored(bench, "4")))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_joint_sheet_waits_for_the_opening(packs: dict, jurisdiction: str) -> None:
    """T74-SEALED: once one member has handed in, all do; where the pack requires it, from the first."""
    bench = examination(packs, jurisdiction)
    done(hand_in(bench, SECOND))
    assert "T74-SEALED" in "".join(errors(act(bench, "score_sheet", **scored(bench, "5"))))
    strict = examination(packs, jurisdiction, individual_sheets="required")
    assert "T74-SEALED" in "".join(errors(act(strict, "score_sheet", **scored(strict, "5"))))
    all_in(strict, "5", "5", "5", "5", "5")
    done(examine(strict, "5"))


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_the_minutes_hold_every_sheet(packs: dict, jurisdiction: str) -> None:
    bench = examination(packs, jurisdiction, aggregate="mean")
    all_in(bench, "0", "1", "1", "2", "3")
    assert bench.case is not None
    paper = bench.case.latest("score_summary")
    assert paper is not None and paper.status == "issued"
    said = json.loads(encode(paper.context))["opened"]
    assert [one["member"] for one in said["sheets"]] == list(TEAM) and said["joint"]["method"] == "mean"
    assert all(one["commitment"] == one["filing"]["original"] for one in said["sheets"])


# ── rounds ──


def test_each_round_is_sealed_anew(packs: dict) -> None:
    """The recheck after a rectification: what was opened before does not count, and is not asked for again."""
    bench = in_preparation(packs, "hubei")
    failing(bench)
    bench.today += timedelta(days=10)
    done(act(bench, "rectification_report"))
    assert bench.case is not None and bench.case.state == "team_recheck"
    assert facts(bench.pack, bench.case)["sealed"][FORM]["missing"] == list(TEAM)
    all_in(bench, "0", "0", "0", "0", "0", round_="team_recheck")
    done(examine(bench, "0", "team_recheck"))


def test_a_deliberation_that_sends_back_begins_a_new_round(packs: dict) -> None:
    bench = examination(packs)
    all_in(bench, "1", "1", "1", "1", "1")
    done(examine(bench, "5"))
    done(bench.sign())
    back = {"outcome": "return", "return_matters": "随机抽查没有被考核单位见证，应当重新抽查。", "formal_name": None, "scope": None, "decision_text": "会议决定退回补充考核，补正程序。"}
    done(act(bench, "establishment_minutes", **back))
    assert bench.case is not None and bench.case.state == "acceptance_examination"
    known = facts(bench.pack, bench.case)["sealed"][FORM]
    assert not known["opened"] and known["missing"] == list(TEAM) and not known["started"]
    done(hand_in(bench, SECOND, "2"))
    assert len(bench.case.opened) == 1


def test_without_individual_sheets_the_road_is_as_before(packs: dict) -> None:
    bench = in_preparation(packs, "hubei")
    to_deliberation(bench)
    assert bench.case is not None and not bench.case.sheets
    assert FORM not in {spec.code for _, spec in open_forms(bench.pack, bench.case)}


def test_a_script_plays_a_sealed_round(packs: dict) -> None:
    """`law simulate`: the case kept in memory seals and opens as the office does."""
    bench = examination(packs, aggregate="mean")
    dry = DryCase(pack=bench.pack, today=bench.today, events=list(bench.events), case=bench.case, numbers=dict(bench.numbers))
    for name in TEAM[:-1]:
        assert dry.file(FORM, sheet(bench, name)).answer.outcome is Outcome.RECORDED
    assert dry.case is not None and not dry.case.opened
    values = play(bench.pack, "score_absence", prefill(bench.pack, dry.case, bench.pack.forms["score_absence"], {"member": {"name": LEADER}}), bench.today)
    assert dry.file("score_absence", {**values, "member": FIFTH}).answer.outcome is Outcome.RECORDED
    assert len(dry.case.opened) == 1 and dry.case.latest("score_summary") is not None
