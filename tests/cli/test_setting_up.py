"""`init`, `person add`, and what is said where there is no office."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.office import load_office
from pipeline.settings import SETTINGS, commented_toml


def test_an_office_has_a_folder_for_each_role(office: Path) -> None:
    assert {path.name for path in (office / "inbox" / "hubei").iterdir()} >= {"申报", "评审", "办理", "签发", "预审"}
    assert all(setting.key.split(".")[1] in (office / "office.toml").read_text() for setting in SETTINGS)


def test_making_it_again_changes_no_settings(office: Path, forms_source: Path) -> None:
    before = (office / "office.toml").read_bytes(), (office / "people.yaml").read_bytes()
    assert run("init", office, "--from", forms_source).exit_code == 0
    assert ((office / "office.toml").read_bytes(), (office / "people.yaml").read_bytes()) == before


def test_a_production_office_has_no_test_keys(tmp_path: Path, forms_source: Path) -> None:
    made = run("init", tmp_path / "正式", "--from", forms_source, "--production", "-j", "hubei", "--name", "测试正式办公室", "--json")
    assert answer(made)["mode"] == "production"
    office = load_office(tmp_path / "正式", {})
    assert (office.settings.text("signing.policy"), office.settings.texts("office.jurisdictions")) == ("certificate", ("hubei",))
    assert office.settings.text("office.name") == "测试正式办公室"
    assert not list((tmp_path / "正式").rglob("*.p12"))
    assert office.people == ()


def test_an_account_that_does_not_exist_is_refused_before_anything_is_written(hongtou: Hongtou, office: Path) -> None:
    before = (office / "people.yaml").read_bytes()
    result = hongtou("person", "add", "测试申请人戊", "-j", "hubei", "-r", "申报", "--account", "no-such-account")
    assert (result.exit_code, "没有账户" in result.stderr, (office / "people.yaml").read_bytes()) == (3, True, before)


@pytest.mark.parametrize(
    ("words", "said"), [(("--from", "/没有/这里"), "没有 schemas 和 forms"), (("-j", "nowhere"), "没有规则包")]
)
def test_an_office_cannot_be_made_from_nothing(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run("init", tmp_path / "x", *words)
    assert (result.exit_code, said in result.stderr, (tmp_path / "x").exists()) == (9, True, False)


def test_a_person_gets_a_folder_that_others_cannot_read(hongtou: Hongtou, office: Path) -> None:
    made = hongtou("person", "add", "测试申请人丁", "-j", "hubei", "-r", "申报", "--since", "2026-01-01", "--json")
    home = Path(answer(made)["folder"])
    assert home == office / "inbox" / "hubei" / "申报" / "测试申请人丁"
    assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0
    people = answer(hongtou("person", "list", "--json"))
    assert [p["since"] for p in people if p["name"] == "测试申请人丁"] == ["2026-01-01"]


@pytest.mark.parametrize("words", [("cases",), ("watch",), ("doctor",), ("verify", "x.pdf")])
def test_without_an_office_it_is_said_how_to_make_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(*words, "--office", tmp_path)
    assert (result.exit_code, "hongtou init" in result.stderr) == (3, True)


def test_a_folder_that_does_not_exist_is_no_office(tmp_path: Path) -> None:
    result = run("cases", "--office", tmp_path / "没有")
    assert (result.exit_code, "没有文件夹" in result.stderr) == (3, True)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text('[office]\nmode = "试用"\n', encoding="utf-8")
    result = run("cases", "--office", tmp_path)
    assert (result.exit_code, "office.mode" in result.stderr) == (3, True)


def test_folders_that_overlap_are_refused(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(commented_toml({"folders.outbox": "inbox/out"}), encoding="utf-8")
    result = run("cases", "--office", tmp_path)
    assert (result.exit_code, "重叠" in result.stderr) == (4, True)


def test_a_pack_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(commented_toml(), encoding="utf-8")
    (tmp_path / "schemas" / "nowhere").mkdir(parents=True)
    (tmp_path / "schemas" / "nowhere" / "pack.yaml").write_text("a: [", encoding="utf-8")
    result = run("cases", "--office", tmp_path)
    assert (result.exit_code, "pack.yaml" in result.stderr) == (5, True)
