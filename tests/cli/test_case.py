"""One case from application to a signed-off paper, by commands alone (with LibreOffice)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.cases import journal
from pipeline.clockwork import wall_clock
from pipeline.demo.bundles import application
from pipeline.demo.players import play
from pipeline.desk.picture import prefill, todo_form
from pipeline.desk.service import Desk
from pipeline.desk.showing import fingerprint_of
from pipeline.office import load_office
from pipeline.papers.forms import fill_docx

OFFICER = "测试局长"


def filled(office: Path, form: str, target: Path) -> Path:
    """The next form of the office's only case, filled in by an invented person."""
    desk = Desk(load_office(office, {}))
    with desk.reading() as connection:
        case = desk.case(connection, journal.case_ids(connection)[0])
    pack = desk.pack(case.jurisdiction)
    spec = pack.forms[form]
    own = play(pack, form, prefill(pack, case, spec), wall_clock().date())
    target.write_bytes(fill_docx(todo_form(pack, case, "办理", spec), own))
    desk.close()
    return target


@pytest.fixture(scope="module")
def number(office: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A case whose first paper waits for sign-off."""
    folder = tmp_path_factory.mktemp("papers")
    desk = Desk(load_office(office, {}))
    application(desk.pack("hubei"), "application_form_local_pass", wall_clock().date(), "申报材料").write(folder)
    desk.close()
    handed = run("submit", folder / "申报材料", "-j", "hubei", "-r", "申报", "--owner", "测试申请人甲", "--json", "--office", office)
    assert (handed.exit_code, answer(handed)["outcome"]) == (0, "received"), handed.output
    for form in ("intake_decision", "expert_team_form"):
        paper = filled(office, form, folder / f"{form}.docx")
        done = run("submit", paper, "-j", "hubei", "-r", "办理", "--owner", "测试承办人", "--json", "--office", office)
        assert (done.exit_code, answer(done)["outcome"]) == (0, "recorded"), done.output
    return str(answer(handed)["case_no"])


@pytest.fixture
def another(office: Path, number: str, tmp_path: Path) -> Path:
    """The office with its waiting draft, to be signed or sent back."""
    root = tmp_path / "office"
    shutil.copytree(office, root, symlinks=True)
    return root


def test_a_case_is_shown_with_everything_about_it(hongtou: Hongtou, number: str) -> None:
    told = answer(hongtou("case", number, "--json"))
    assert told["no"] == number and told["timeline"] and told["clocks"] and told["next"]
    assert [paper["status"] for paper in told["papers"]] == ["sealed", "sealed", "drafted"]
    assert Path(told["folder"]).is_dir()
    shown = hongtou("case", number[-3:]).stdout
    assert "时间线" in shown and "下一步" in shown and "《" in shown


def test_the_list_says_for_whom_a_case_waits(hongtou: Hongtou, number: str) -> None:
    (row,) = answer(hongtou("cases", "--json"))
    assert (row["no"], "签发" in row["waits_for"]) == (number, True)
    assert answer(hongtou("cases", "--json", "-j", "chongqing")) == []
    assert len(answer(hongtou("cases", "--json", "--state", row["state_zh"]))) == 1


def test_a_case_is_explained_down_to_the_article(hongtou: Hongtou, number: str) -> None:
    told = answer(hongtou("law", "explain", number, "--json"))
    assert [fact["transition"] for fact in told["facts"]][0] == "T01"
    assert any(fact.get("deadlines") for fact in told["facts"])
    shown = hongtou("law", "explain", number).stdout
    assert "依据：" in shown and "第八条" in shown
    assert "basis: " in hongtou("law", "explain", number, "--lang", "en").stdout


def test_what_waits_for_sign_off_is_listed(hongtou: Hongtou, number: str) -> None:
    (row,) = answer(hongtou("sign-off", "--json"))
    assert (row["no"], row["ready"], len(row["titles"])) == (number, True, 1)
    assert (Path(row["folder"]) / "签发单.docx").is_file()


def test_only_an_officer_may_sign(hongtou: Hongtou, number: str) -> None:
    result = hongtou("sign-off", number, "--sign", "--as", "测试承办人")
    assert (result.exit_code, "没有名叫" in result.stderr) == (9, True)


def test_a_return_without_a_real_reason_is_refused(another: Path, number: str) -> None:
    result = run("sign-off", number, "--return", "短", "--as", OFFICER, "--json", "--office", another)
    told = answer(result)
    assert (result.exit_code, told["outcome"], [f["rule"] for f in told["findings"]]) == (10, "refused", ["SO01"])


def test_a_draft_is_sent_back_with_its_reason(another: Path, number: str) -> None:
    assert run("sign-off", number, "--return", "请写明评审的时间和地点", "--as", OFFICER, "--office", another).exit_code == 0
    assert answer(run("sign-off", "--json", "--office", another)) == []
    shown = run("case", number, "--office", another).stdout
    assert "请写明评审的时间和地点" in shown


@pytest.mark.parametrize("policy", ["folder", "certificate"])
def test_what_is_signed_is_sealed_and_can_be_verified(another: Path, number: str, policy: str) -> None:
    settings = another / "office.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('policy = "folder"', f'policy = "{policy}"'), encoding="utf-8")
    signed = run("sign-off", number, "--sign", "--as", OFFICER, "--json", "--office", another)
    assert (signed.exit_code, answer(signed)["outcome"]) == (0, "recorded"), signed.output
    desk = Desk(load_office(another, {}))
    before = fingerprint_of(desk)
    assert run("rebuild", "--office", another).exit_code == 0
    assert fingerprint_of(desk) == before, "the folders show all that is recorded"
    desk.close()
    papers = sorted((another / "outbox/hubei/发文").rglob("*.pdf"))
    to_print = [paper for paper in papers if paper.stem.endswith("_实体印章版")]
    verified = run("verify", *(set(papers) - set(to_print)), "--json", "--office", another)
    assert (verified.exit_code, {result["verdict"] for result in answer(verified)}) == (0, {"valid"})
    told = answer(run("verify", *to_print, "--json", "--office", another))
    assert to_print and {result["verdict"] for result in told} == {"cannot_tell"}, "the copy for a wet seal carries no signature"
    assert run("sign-off", number, "--sign", "--as", OFFICER, "--office", another).exit_code == 10


def test_a_file_that_was_changed_or_is_unknown_is_told_apart(office: Path, number: str, tmp_path: Path) -> None:
    paper = next((office / "outbox/hubei/发文").rglob("*.pdf"))
    changed, strangers = tmp_path / "改过.pdf", tmp_path / "roots"
    changed.write_bytes(paper.read_bytes().replace(b"/Type /Page\n", b"/Type /Pag \n", 1) + b"more")
    strangers.mkdir()
    verdicts = [answer(run("verify", *words, "--json"))[0]["verdict"] for words in ((changed, "--office", office), (paper, "--roots", strangers))]
    assert verdicts == ["invalid", "cannot_tell"]
    page = tmp_path / "结果.html"
    told = run("verify", paper, changed, "--html", page, "--office", office)
    assert "为止可凭文件本身核验" in told.stdout and "覆盖第1—" in told.stdout
    assert "有效 / Valid" in page.read_text(encoding="utf-8") and "无效 / Not valid" in page.read_text(encoding="utf-8")
    assert "<script" not in page.read_text(encoding="utf-8") and "http" not in page.read_text(encoding="utf-8")
    shown = run("verify", changed, "--office", office)
    assert (shown.exit_code, "无效：" in shown.stdout, "Not valid" in shown.stdout) == (7, True, True)


def test_the_whole_outbox_can_be_made_anew(another: Path, number: str) -> None:
    desk = Desk(load_office(another, {}))
    before = fingerprint_of(desk)
    shutil.rmtree(another / "outbox")
    assert answer(run("rebuild", "--json", "--office", another)) == {"ok": True, "steps": 2, "busy": []}
    assert fingerprint_of(desk) == before and before
    desk.close()
