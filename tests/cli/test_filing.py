"""Handing in, trying out, failing and retrying: through the one door, without LibreOffice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.clockwork import wall_clock
from pipeline.demo.bundles import MISTAKES, application, hostile_docx
from pipeline.desk.service import Desk
from pipeline.law.pack import Pack, load_pack
from pipeline.office import load_office


@pytest.fixture(scope="module")
def pack(office: Path) -> Pack:
    return load_pack(office / "schemas", "hubei")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    """A folder with a good application, a bad one, and things that are none."""
    folder, today = tmp_path_factory.mktemp("papers"), wall_clock().date()
    application(pack, "application_form_local_pass", today, "合格的材料").write(folder)
    application(pack, "application_form_local_pass", today, "有错的材料", MISTAKES).write(folder)
    (folder / "不是表.txt").write_text("测试", encoding="utf-8")
    (folder / "带宏.docx").write_bytes(hostile_docx())
    return folder


def traces(office: Path) -> tuple[int, set[str]]:
    """What an office has in its register, and its files below inbox and outbox."""
    desk = Desk(load_office(office, {}))
    with desk.reading() as connection:
        rows = connection.exec_driver_sql("select count(*) from drops").scalar_one() + connection.exec_driver_sql("select count(*) from events").scalar_one()
    desk.close()
    files = {p.as_posix() for name in ("inbox", "outbox", "var/store", "var/spool") for p in (office / name).rglob("*") if p.is_file()}
    return rows, files


CHECKED = [("合格的材料", 0, "dry_run", 0), ("有错的材料", 10, "dry_run", 12), ("不是表.txt", 10, "unreadable", 1), ("带宏.docx", 10, "quarantined", 1)]


@pytest.mark.parametrize(("name", "code", "outcome", "least"), CHECKED)
def test_a_check_reports_everything_and_leaves_nothing(
    hongtou: Hongtou, office: Path, papers: Path, name: str, code: int, outcome: str, least: int
) -> None:
    before = traces(office)
    result = hongtou("check", papers / name, "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"], told["outcome"]) == (code, code == 0, outcome)
    assert sum(finding["severity"] == "error" for finding in told["findings"]) >= least
    assert traces(office) == before


def test_a_check_says_what_is_wrong_where_and_why(hongtou: Hongtou, papers: Path) -> None:
    shown = hongtou("check", papers / "有错的材料").stdout
    assert "处必须改正" in shown and "依据：" in shown and "怎么办：" in shown and "what to do" in shown


def test_what_was_handed_in_is_answered_and_recorded(hongtou: Hongtou, office: Path, papers: Path) -> None:
    result = hongtou("submit", papers / "不是表.txt", "-j", "hubei", "-r", "申报", "--owner", "测试申请人乙", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"], told["outcome"], told["name"]) == (10, False, "unreadable", "不是表.txt")
    assert [p.name[6:] for p in (office / "inbox/hubei/申报/测试申请人乙/回执").glob("*不是表*")] == ["读不出表格，未办理_不是表.html"]
    assert not (office / "inbox/hubei/申报/测试申请人乙/不是表.txt").exists()


def test_several_files_are_one_submission(hongtou: Hongtou, papers: Path) -> None:
    told = answer(hongtou("submit", papers / "不是表.txt", papers / "带宏.docx", "-j", "hubei", "-r", "申报", "--json"))
    assert (told["outcome"], told["name"]) == ("quarantined", "不是表")


def test_the_dry_run_folder_answers_without_a_case(hongtou: Hongtou, papers: Path) -> None:
    result = hongtou("submit", papers / "合格的材料", "-j", "hubei", "-r", "预审", "--json")
    told = answer(result)
    assert (result.exit_code, told["outcome"], told["case_no"]) == (0, "dry_run", "")
    assert answer(hongtou("cases", "--json")) == []


REFUSED = [
    (("-j", "nowhere", "-r", "申报"), 9, "没有规则包"),
    (("-j", "hubei", "-r", "经理"), 10, "没有“经理”"),
    (("-j", "hubei", "-r", "申报", "--owner", "没有这个人"), 9, "没有“没有这个人”的个人文件夹"),
]


@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_a_place_that_does_not_exist_is_named(hongtou: Hongtou, papers: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = hongtou("submit", papers / "不是表.txt", *words)
    assert (result.exit_code, said in result.stderr) == (code, True)


def test_a_name_that_is_taken_for_a_helper_file_is_refused(hongtou: Hongtou, tmp_path: Path) -> None:
    (tmp_path / "~$申报书.docx").write_bytes(b"x")
    result = hongtou("submit", tmp_path / "~$申报书.docx", "-j", "hubei", "-r", "申报")
    assert (result.exit_code, "临时文件" in result.stderr) == (10, True)


def test_nothing_that_lies_in_the_inbox_is_written_over(hongtou: Hongtou, office: Path, papers: Path) -> None:
    lying = office / "inbox/chongqing/申报/不是表.txt"
    lying.write_text("别人的", encoding="utf-8")
    told = answer(hongtou("submit", papers / "不是表.txt", "-j", "chongqing", "-r", "申报", "--json"))
    assert (told["name"], lying.read_text(encoding="utf-8")) == ("不是表（2）.txt", "别人的")
    lying.unlink()


def test_a_job_that_failed_is_listed_and_can_be_retried(hongtou: Hongtou, office: Path, papers: Path) -> None:
    answers = office / "inbox/hubei/申报/测试申请人丙/回执"
    answers.rmdir()
    answers.write_text("挡路", encoding="utf-8")
    hongtou("submit", papers / "不是表.txt", "-j", "hubei", "-r", "申报", "--owner", "测试申请人丙")
    failed = answer(hongtou("failed", "--json"))
    assert [(job["kind"], job["partition"]) for job in failed] == [("answer", "answers/hubei")]
    assert failed[0]["id"] in hongtou("failed").stdout
    answers.unlink()
    result = hongtou("retry", failed[0]["id"], "--reason", "已移开挡路的文件", "--json")
    assert (result.exit_code, answer(result)["outcome"]) == (0, "recorded")
    assert answer(hongtou("failed", "--json")) == []
    assert list(answers.glob("*不是表*"))
    again = hongtou("retry", failed[0]["id"])
    assert again.exit_code == 9


def test_a_journal_that_was_changed_is_found_out(tmp_path: Path, office: Path, papers: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    (root / "inbox/hubei/申报/测试申请人甲/回执").rmdir()
    (root / "inbox/hubei/申报/测试申请人甲/回执").write_text("挡路", encoding="utf-8")
    run("submit", papers / "不是表.txt", "-j", "hubei", "-r", "申报", "--owner", "测试申请人甲", "--office", root)
    run("retry", answer(run("failed", "--json", "--office", root))[0]["id"], "--office", root)
    desk = Desk(load_office(root, {}))
    with desk.database.begin() as connection:
        seq = connection.exec_driver_sql("select max(seq) from events where kind = 'job_retried'").scalar_one()
        connection.exec_driver_sql("drop trigger events_no_update")
        connection.exec_driver_sql("update events set actor = '别人' where seq = ?", (seq,))
    desk.close()
    result = run("journal", "verify", "--json", "--office", root)
    assert (result.exit_code, {fault["seq"] for fault in answer(result)["faults"]}) == (8, {seq}), "both chains name it"
    assert "日志不完整" in run("journal", "verify", "--office", root).stderr
