"""Commands that only look: what they say to people, and to machines."""

from __future__ import annotations

import pytest

from cli.conftest import Hongtou, answer, run

EMPTY = [
    (("cases",), []),
    (("sign-off",), []),
    (("failed",), []),
]


@pytest.mark.parametrize(("words", "expected"), EMPTY)
def test_an_office_without_work_has_nothing_to_list(hongtou: Hongtou, words: tuple[str, ...], expected: object) -> None:
    assert answer(hongtou(*words, "--json")) == expected
    shown = hongtou(*words)
    assert shown.exit_code == 0 and shown.stdout.strip()


def test_jobs_say_whether_a_watch_runs(hongtou: Hongtou) -> None:
    said = answer(hongtou("jobs", "--json"))
    assert (said["watched"], said["waiting"], said["jobs"]) == (False, 0, [])
    assert "watch 没有运行" in hongtou("jobs").stdout


def test_people_of_a_demo_office_are_plainly_invented(hongtou: Hongtou) -> None:
    people = answer(hongtou("person", "list", "--json"))
    assert people and all(person["name"].startswith("测试") for person in people)


def test_packs_are_listed_with_their_instrument(hongtou: Hongtou) -> None:
    packs = answer(hongtou("law", "list", "--json"))
    assert [(pack["jurisdiction"], pack["in_use"]) for pack in packs] == [("chongqing", True), ("hubei", True), ("hubei_2023", False)]
    assert all(pack["forms"] and pack["instrument"] for pack in packs)


def test_the_version_is_one_line() -> None:
    assert run("version").stdout.startswith("hongtou 0.")
    assert answer(run("version", "--json"))["hongtou"].startswith("0.")


@pytest.mark.parametrize(("language", "first"), [("zh", "没有失败的任务。"), ("en", "No job has failed.")])
def test_the_language_asked_for_comes_first(hongtou: Hongtou, language: str, first: str) -> None:
    assert hongtou("failed", "--lang", language).stdout.splitlines()[0] == first


WRONG = [
    (("case", "没有这个案号"), 9, "没有案号为"),
    (("case",), 2, "命令写法不对"),
    (("law", "explain", "x"), 9, "没有案号为"),
    (("law", "check", "nowhere"), 9, "没有规则包"),
    (("forms", "check", "nowhere"), 9, "没有规则包"),
    (("forms", "build", "nowhere"), 9, "没有规则包"),
    (("cases", "--jurisdiction", "nowhere"), 9, "没有规则包"),
    (("retry", "没有这项任务"), 9, "没有编号为"),
    (("sign-off", "x", "--sign"), 10, "--as"),
    (("sign-off", "x", "--sign", "--as", "测试局长"), 9, "没有案号为"),
    (("sign-off", "x", "--sign", "--return", "理由", "--as", "测试局长"), 10, "二者取一"),
    (("submit", "/没有/的文件.docx", "-j", "hubei", "-r", "申报"), 9, "没有文件"),
    (("check", "/没有/的文件.docx"), 9, "没有文件"),
    (("verify", "/没有/的文件.pdf"), 9, "没有文件"),
    (("person", "add", "测试甲", "-j", "hubei", "-r", "经理"), 10, "没有“经理”这个角色"),
    (("person", "add", "测试甲", "-j", "nowhere", "-r", "申报"), 9, "没有规则包"),
    (("person", "add", "../测试甲", "-j", "hubei", "-r", "申报"), 10, "不能作文件夹名"),
    (("person", "add", "回执", "-j", "hubei", "-r", "申报"), 10, "不能作文件夹名"),
    (("person", "add", "测试甲", "-j", "hubei", "-r", "申报", "--since", "去年"), 10, "日期"),
    (("nosuchcommand",), 2, "命令写法不对"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None)
def test_wrong_input_is_told_in_chinese(hongtou: Hongtou, words: tuple[str, ...], code: int, said: str) -> None:
    result = hongtou(*words)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout.strip() == ""


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None)
def test_wrong_input_is_told_to_machines_too(hongtou: Hongtou, words: tuple[str, ...], code: int, said: str) -> None:
    result = hongtou(*words, "--json")
    told = answer(result)
    assert (told["ok"], told["exit_code"], result.exit_code) == (False, code, code)
    assert said in told["zh"]


def test_the_journal_of_a_new_office_is_whole(hongtou: Hongtou) -> None:
    assert answer(hongtou("journal", "verify", "--json"))["ok"] is True
    assert "日志完整" in hongtou("journal", "verify").stdout


def test_rebuilding_an_empty_office_is_harmless(hongtou: Hongtou) -> None:
    assert answer(hongtou("rebuild", "--json"))["ok"] is True
    assert "已按日志重做" in hongtou("rebuild").stdout
