"""The law by commands: a road played, two packs compared, a pack begun, a document and a period explained."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.cases import journal
from pipeline.cases.events import Event
from pipeline.clockwork import wall_clock
from pipeline.demo.script import play_script, read_script
from pipeline.desk.service import Desk
from pipeline.law.pack import load_pack
from pipeline.office import load_office


def test_a_road_is_played_and_kept(hongtou: Hongtou, tmp_path: Path) -> None:
    """HB-08 to HB-10."""
    out = tmp_path / "road.txt"
    told = answer(hongtou("law", "simulate", "hubei/approval", "--json"))
    assert told["ok"] and told["state"] == "in_preparation"
    started = [one for one in told["happenings"] if one["kind"] == "clock_started"]
    assert started and all(one["clock"]["nominal"] and one["cite"] for one in started)
    shown = hongtou("law", "simulate", "hubei/approval", "--out", out)
    assert shown.exit_code == 0 and "2026-02-13" in shown.stdout
    assert out.read_text(encoding="utf-8").startswith("一次补正之后批准筹建")


def test_a_road_that_ends_elsewhere_is_told(hongtou: Hongtou, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("simulate: 测试\npack: hubei\nsteps:\n  - {on: 2026-01-16, play: application_form, example: application_form_local_pass, then: accepted}\n", encoding="utf-8")
    result = hongtou("law", "simulate", script)
    assert (result.exit_code, "应当在 accepted，实际在 submitted" in result.output) == (10, True)


def test_a_script_nobody_has(hongtou: Hongtou) -> None:
    result = hongtou("law", "simulate", "nowhere")
    assert (result.exit_code, "hubei/approval" in result.output) == (9, True)


@pytest.fixture
def revised(office: Path, tmp_path: Path) -> Path:
    """The office's packs with one period changed."""
    shutil.copytree(office / "schemas", tmp_path / "s")
    pack = tmp_path / "s/hubei/pack.yaml"
    text = pack.read_text(encoding="utf-8")
    assert "service_standard.correction: {value: 15" in text
    pack.write_text(text.replace("service_standard.correction: {value: 15", "service_standard.correction: {value: 20"), encoding="utf-8")
    return tmp_path / "s/hubei"


def test_a_pack_and_its_revision_are_compared(hongtou: Hongtou, revised: Path) -> None:
    told = answer(hongtou("law", "diff", "hubei", revised, "--json"))
    assert [(change["group"], change["what"]) for change in told["changes"]] == [("parameter", "service_standard.correction")]
    assert "clock:CORRECT" in told["changes"][0]["touches"] and told["cases"] == []
    shown = hongtou("law", "diff", "hubei", revised).stdout
    assert "补正期限（工作日）（service_standard.correction）：由 15 改为 20" in shown and "会受影响的未结案件（0）" in shown


def test_an_edition_that_was_kept_is_named_by_its_digest(hongtou: Hongtou, office: Path) -> None:
    hongtou("cases")
    digest = next(path.name for path in sorted((office / "var/packs").iterdir()) if (path / "hubei").is_dir())
    told = answer(hongtou("law", "diff", digest[:12], "hubei", "--json"))
    assert told["changes"] == [] and told["a"]["digest"] == told["b"]["digest"] == digest
    assert hongtou("law", "diff", "hubei", "deadbeef").exit_code == 9


def test_what_an_unverified_pack_lacks_is_not_called_a_change_of_the_law(hongtou: Hongtou) -> None:
    shown = hongtou("law", "diff", "hubei", "hubei_2023").stdout
    assert "26 条中 26 条的条文未载入" in shown and "不表示法律已经改变" in shown and "用 --all 全部列出" in shown


def test_an_unverified_pack_lies_there_and_does_not_work(hongtou: Hongtou, office: Path) -> None:
    packs = {row["jurisdiction"]: row for row in answer(hongtou("law", "list", "--json"))}
    assert (packs["hubei_2023"]["in_use"], packs["hubei"]["in_use"]) == (False, True)
    assert not (office / "inbox/hubei_2023").exists() and (office / "inbox/hubei").is_dir()
    assert "hubei_2023" not in answer(hongtou("law", "coverage", "--json"))["packs"]
    units = answer(hongtou("law", "coverage", "hubei_2023", "--json"))["packs"]["hubei_2023"]
    assert {unit["kept"] for unit in units} == {"not_held"} and len(units) == 26
    checked = hongtou("law", "check", "hubei_2023", "--json")
    assert (checked.exit_code, answer(checked)["ok"]) == (0, True)


def test_an_office_may_name_an_unverified_pack(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "second"
    made = run("init", root, "--from", office, "-j", "hubei_2023")
    assert made.exit_code == 0, made.output
    assert (root / "inbox/hubei_2023/申报").is_dir() and not (root / "inbox/hubei").exists()


def test_a_pack_is_begun_checked_and_never_overwritten(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    made = run("law", "new", "ceshi", "--title", "测试办法", "--authority", "测试局", "--articles", "7", "--json", "--office", root)
    told = answer(made)
    assert (made.exit_code, told["ok"], told["problems"]) == (0, True, [])
    assert told["files"] == ["articles.yaml", "documents.yaml", "forms/manual_step.yaml", "lifecycle.yaml", "pack.yaml"]
    assert answer(run("law", "check", "ceshi", "--json", "--office", root))["ok"]
    again = run("law", "new", "ceshi", "--office", root)
    assert (again.exit_code, "已经存在" in again.output) == (10, True)
    assert run("law", "new", "测试", "--office", root).exit_code == 10
    assert run("law", "new", "common", "--office", root).exit_code == 10


def test_a_document_and_a_period_are_explained_without_a_case(hongtou: Hongtou) -> None:
    """HB-13.p1."""
    document = hongtou("law", "explain", "extension_reply").stdout
    assert "《延期答复》（extension_reply）" in document and "T15“同意延期”" in document
    assert "参数 prep.apply_before = 3" in hongtou("law", "explain", "最迟申请验收日").stdout
    assert "last day to apply" in hongtou("law", "explain", "ACC_BY", "--lang", "en").stdout
    assert hongtou("law", "explain", "nothing").exit_code == 9


@pytest.fixture(scope="module")
def lived_in(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the office with one case on record: extended once, and now in preparation."""
    root = tmp_path_factory.mktemp("lived") / "office"
    shutil.copytree(office, root, symlinks=True)
    script = read_script(root / "schemas/hubei/simulations/extension_and_rectifications.yaml")
    case = play_script(load_pack(root / "schemas", "hubei"), {**script, "steps": script["steps"][:9]}).case
    assert case is not None and case.state == "in_preparation"
    desk = Desk(load_office(root, {}))
    with desk.database.begin() as connection:
        journal.append(connection, [Event(event.kind, event.data, event.case) for event in case.history], at=wall_clock(), actor="测试")
    desk.close()
    return root


def test_a_date_of_a_case_is_explained(lived_in: Path) -> None:
    """HB-13.p2s1: the period stood still, and was extended."""
    shown = run("law", "explain", "HB-CMC-2026-001", "--clock", "筹建期", "--office", lived_in).stdout
    assert "停止计算共 19 日" in shown and "第十三条第二款" in shown and "将提醒：" in shown
    told = answer(run("law", "explain", "HB-CMC-2026-001", "--clock", "PREP", "--json", "--office", lived_in))
    assert told["case"] == "HB-CMC-2026-001" and len(told["zh"]) == len(told["en"]) > 5
    never = run("law", "explain", "HB-CMC-2026-001", "--clock", "RECHECK", "--office", lived_in).stdout
    assert "本案没有开始过这一期限" in never and "参数 recheck.period = 5" in never
    wrong = run("law", "explain", "HB-CMC-2026-001", "--clock", "没有", "--office", lived_in)
    assert (wrong.exit_code, "PREP（筹建期）" in wrong.output) == (9, True)


def test_a_document_of_a_case_is_explained_by_its_number_alone(lived_in: Path) -> None:
    shown = run("law", "explain", "HB-CMC-2026-001", "--document", "extension_reply", "--office", lived_in).stdout
    number = shown.split("》", 1)[1].split("（", 1)[0]
    assert "函〔2028〕" in number and "出自：T15“同意延期”" in shown and "载明：最迟申请验收日 2029-04-30" in shown
    assert run("law", "explain", number, "--office", lived_in).stdout == shown
    assert run("law", "explain", "HB-CMC-2026-001", "--document", "没有", "--office", lived_in).exit_code == 9


def test_the_open_cases_a_change_would_meet_are_named(lived_in: Path, tmp_path: Path) -> None:
    """HB-13.p1: with two months instead of three the last day to apply would be later; the case keeps its own."""
    shutil.copytree(lived_in / "schemas", tmp_path / "s")
    pack = tmp_path / "s/hubei/pack.yaml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("prep.apply_before: {value: 3", "prep.apply_before: {value: 2"), encoding="utf-8")
    told = answer(run("law", "diff", "hubei", tmp_path / "s/hubei", "--json", "--office", lived_in))
    (case,) = told["cases"]
    assert (case["case"], case["changes"], [end["clock"] for end in case["ends"]]) == ("HB-CMC-2026-001", ["prep.apply_before"], ["ACC_BY"])
    assert case["ends"][0]["then"] > case["ends"][0]["now"]
    shown = run("law", "diff", "hubei", tmp_path / "s/hubei", "--office", lived_in).stdout
    assert "会受影响的未结案件（1）" in shown and "继续适用立案时的版本" in shown and "最迟申请验收日：现为" in shown
