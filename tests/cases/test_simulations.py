"""Roads described by scripts: each goes where it says, and what happens on it is what is kept beside it.

HB-08 to HB-10 (approval), HB-13 to HB-18 (extension, examination, both rectifications), HB-19, HB-20 and CQ-7.2 (revocation).
"""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest
from conftest import SCHEMAS

from pipeline.demo.drycase import SIMULATED, DryCase
from pipeline.demo.script import Played, as_text, play_script, read_script
from pipeline.errors import PackError
from pipeline.law.draw import repeat
from pipeline.papers.timestamp import moment_of

SCRIPTS = sorted(SCHEMAS.glob("*/simulations/*.yaml"))


def played(packs: dict, path: Path) -> Played:
    script = read_script(path)
    return play_script(packs[script["pack"]], script)


def test_there_is_a_road_to_approval_through_rectification_and_to_revocation_in_each_pack() -> None:
    assert {"hubei/approval", "hubei/extension_and_rectifications", "hubei/revocation", "chongqing/revocation"} <= {
        f"{path.parent.parent.name}/{path.stem}" for path in SCRIPTS
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_road_goes_as_it_is_kept(packs: dict, path: Path) -> None:
    told = played(packs, path)
    assert told.surprises == ()
    again = f"hongtou law simulate {path.parent.parent.name}/{path.stem} --out {path.with_suffix('.txt')}"
    assert as_text(told) == path.with_suffix(".txt").read_text(encoding="utf-8"), f"look at what changed; then: {again}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_every_date_has_its_working_and_its_citation(packs: dict, path: Path) -> None:
    clocks = [one for one in played(packs, path).happenings if one.kind == "clock_started"]
    assert clocks
    assert all(one.cite and one.details and one.clock and one.clock["final"] for one in clocks)


def test_what_falls_due_happens_on_its_own_day(packs: dict) -> None:
    """HB-13.p2s2: nobody does anything for four years; overdue the day after the end, and nothing else."""
    script = read_script(SCHEMAS / "hubei/simulations/revocation.yaml")
    steps = [*script["steps"][:7], {"on": date(2030, 1, 4), "wait": True, "then": "preparation_overdue"}]
    told = play_script(packs["hubei"], {**script, "steps": steps})
    assert told.surprises == ()
    moved = [one for one in told.happenings if one.kind == "moved"][-1]
    assert moved.on == date(2029, 1, 31) and "第十三条" in moved.cite, "the preparation ends on 2029-01-30, a Tuesday"
    reminded = [one.on for one in told.happenings if one.kind == "reminded" and "筹建期将于" in one.zh]
    assert len(reminded) == 5 and reminded == sorted(reminded)


def test_a_script_that_expects_otherwise_is_told(packs: dict) -> None:
    script = read_script(SCHEMAS / "hubei/simulations/approval.yaml")
    told = play_script(packs["hubei"], {**script, "steps": [{**script["steps"][0], "then": "accepted"}]})
    assert told.surprises == ("第 1 步（2026-01-16）之后应当在 accepted，实际在 correction_required",)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("[{on: 2026-01-16, play: nothing_form}]", "nothing_form"),
        ("[{on: 2026-01-16, sign: true}]", "没有等待签发的文稿"),
        ("[{on: 2026-01-16, serve: task_book}]", "task_book"),
        ("[{on: 2026-01-16, wait: true}, {on: 2026-01-15, wait: true}]", "日期倒退"),
        ("[{on: 2026-01-16, play: intake_decision}]", "还没有案件"),
        ("[{on: 2026-01-16, play: application_form, example: nowhere}]", "nowhere"),
        ("[{on: 明天, wait: true}]", "第 1 步"),
        ("[{on: 2026-01-16, wait: true, sign: true}]", "第 1 步"),
        ("[{on: 2026-01-16, wait: true, whit: {}}]", "第 1 步"),
        ("[]", "steps"),
    ],
)
def test_a_script_that_cannot_be_played_says_where(packs: dict, tmp_path: Path, steps: str, told: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(f"simulate: 测试\npack: hubei\nsteps: {steps}\n", encoding="utf-8")
    with pytest.raises(PackError, match=told):
        played(packs, path)


def drawn_in(told: Played) -> list[tuple[str, ...]]:
    return [one.details for one in told.happenings if one.kind == "lots_drawn"]


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
def test_lots_are_drawn_in_play_from_the_seed_of_the_script(packs: dict, jurisdiction: str) -> None:
    """HB-10.p1, HB-14, HB-15, CQ-2.3, CQ-6.3: the same words draw the same, others draw others, and it says of itself what it is."""
    path = SCHEMAS / jurisdiction / "simulations/drawn_by_lot.yaml"
    script = read_script(path)
    one, same, other = (play_script(packs[jurisdiction], {**script, "seed": seed}) for seed in ("甲", "甲", "乙"))
    assert len(drawn_in(one)) == 3 and drawn_in(one) == drawn_in(same) != drawn_in(other)
    assert drawn_in(one)[0] != drawn_in(one)[1], "the second draw is another one, though its list is the same"
    assert all("模拟抽取" in details[-1] for details in drawn_in(one))
    assert one.case is not None
    team = [row["name"] for row in one.case.forms["expert_team_form"]["members"]]
    assert all(any(name in line for line in drawn_in(one)[1]) for name in team), "the drawn examine"
    minutes = next(filing["drawn"] for filing in one.case.filings.values() if filing["form"] == "sampling_list")
    assert [row["no"] for row in minutes["drawn"]] == [row["no"] for row in one.case.forms["sampling_record"]["drawn"]]


def test_a_draw_in_play_is_never_taken_for_a_real_one(packs: dict) -> None:
    """Its token repeats the draw, and is no timestamp: `hongtou draw verify` and anybody's tool see that at once."""
    told = played(packs, SCHEMAS / "hubei/simulations/drawn_by_lot.yaml")
    assert told.case is not None
    lots = next(filing["drawn"] for filing in told.case.filings.values() if filing.get("drawn"))
    token = base64.b64decode(lots["token"])
    assert repeat(lots, token) == [] and token.startswith(SIMULATED.encode())
    with pytest.raises(ValueError):
        moment_of(token)


def test_numbers_are_taken_without_a_gap(packs: dict) -> None:
    told = played(packs, SCHEMAS / "hubei/simulations/approval.yaml")
    numbers = [one.zh.split("》")[1] for one in told.happenings if one.kind == "issued" and "收〔2026〕" in one.zh]
    assert numbers == ["鄂市监量收〔2026〕1号", "鄂市监量收〔2026〕2号"]


def test_the_days_do_not_run_back(packs: dict) -> None:
    case = DryCase(packs["hubei"], date(2026, 1, 16))
    with pytest.raises(ValueError, match="2026-01-15"):
        case.pass_until(date(2026, 1, 15))
    with pytest.raises(LookupError):
        case.serve("task_book")
