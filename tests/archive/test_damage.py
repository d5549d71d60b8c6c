"""A flipped byte anywhere is found and named; what is damaged is mended from a good copy, on record; exports carry the same bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from whole.town import Town, copy_town

from pipeline.archive.bags import faults_of_bag
from pipeline.archive.digests import sha256_of_bytes
from pipeline.archive.eep import contents_of, encapsulate, faults_of
from pipeline.archive.fixity import Audit
from pipeline.archive.four_checks import Phase, check_package
from pipeline.archive.holding import Holding
from pipeline.archive.judges import Judges, Status
from pipeline.cases import journal
from pipeline.cases.events import Kind
from pipeline.cli.app import app
from pipeline.desk.archive_judges import recorded_packages
from pipeline.desk.archive_lists import cases_of, expired, risks, to_hand_over
from pipeline.desk.archiving import package_home
from pipeline.desk.auditing import MARK, audit_office
from pipeline.errors import StoreError


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 0x20
    path.chmod(0o644)
    path.write_bytes(bytes(data))


def failures(holding: Holding, judges: Judges) -> str:
    fresh = Holding(holding.root, holding.origin)
    results = check_package(fresh, Phase.KEEPING, judges).results
    return "\n".join(line for r in results if r.outcome.status is Status.FAIL for line in r.outcome.evidence)


def test_a_flipped_byte_in_any_file_of_the_package_is_found_and_named(package: Holding, filed_town: Town) -> None:
    judges = Judges(as_sent=recorded_packages(filed_town.desk).get)
    assert failures(package, judges) == ""
    chance = random.Random(4)
    for name in package.every:
        whole, path = (package.root / name).read_bytes(), package.root / name
        for at in (0, len(whole) - 1, chance.randrange(len(whole))):
            flip(path, at)
            assert name.removeprefix("data/") in failures(package, judges), f"{name} at {at}"
            path.write_bytes(whole)
    assert failures(package, judges) == ""


def test_a_removed_and_an_added_file_are_named(package: Holding) -> None:
    original = next(name for name in package.every if name.endswith("正本.pdf"))
    (package.root / original).unlink()
    (package.root / "data" / "多出.txt").write_text("x")
    said = failures(package, Judges())
    assert original.removeprefix("data/") in said and "多出.txt" in said
    assert {fault.path for fault in faults_of_bag(package.root)} >= {original, "data/多出.txt"} or faults_of_bag(package.root)[0].path == "."


def test_metadata_that_disagree_are_told_apart(package: Holding) -> None:
    """Each kind of disagreement fails its own item."""
    path = package.home / "metadata.json"
    whole = path.read_bytes()

    def failed(change: object) -> set[str]:
        said = json.loads(whole)
        change(said)  # type: ignore[operator]
        path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        results = check_package(Holding(package.root, package.origin), Phase.FILING, Judges()).results
        return {r.item.id for r in results if r.outcome.status is Status.FAIL} - {"1-1", "1-12", "2-2"}  # the manifest knows anyway

    def put(group: str, key: str, value: str) -> object:
        return lambda said: said["items"][0]["metadata"][group].update({key: value})

    assert failed(put("内容描述", "题名", "长" * 500)) == {"1-2"}
    assert "1-3" in failed(put("内容描述", "日期", "2026年1月16日"))
    assert failed(put("内容描述", "密级", "绝密")) == {"1-4"}
    assert "1-5" in failed(put("内容描述", "日期", "2025-01-16"))
    assert failed(put("内容描述", "题名", "题名\x07<b>")) == {"1-6"}
    assert failed(put("档号", "机构或问题", "XYZ")) == {"1-7"}
    assert "1-8" in failed(lambda said: said["items"].append(said["items"][0]))
    assert failed(lambda said: said["items"][0]["parts"][0].update(size=1)) == {"1-10"}
    assert failed(lambda said: said["items"][0]["parts"][0].update(sha256="0" * 64)) == {"1-11"}
    assert failed(lambda said: said["counts"].update(items=9)) == {"2-1"}
    assert failed(lambda said: said["items"][0]["metadata"].update(没有这项="x")) == {"2-3"}
    assert failed(put("来源", "立档单位名称", "")) == {"2-4"}
    assert failed(lambda said: said.update(business=[row for row in said["business"] if row["act"] != "用印签名"])) == {"2-5"}
    assert failed(lambda said: said["items"][0].update(annexes=99)) == {"2-8"}
    assert failed(lambda said: said.update(left_out=[])) == {"2-9"}
    assert failed(lambda said: said["counts"].update(files=1)) == {"2-11"}


# --- mending --------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(tmp_path: Path, filed_town: Town) -> Iterator[Town]:
    """The office with a second place, completed by a first audit."""
    town = copy_town(filed_town, tmp_path / "office")
    toml = town.root / "office.toml"
    text = toml.read_text(encoding="utf-8")
    assert text.count("[archive]\n") == 1
    toml.write_text(text.replace("[archive]\n", '[archive]\nsecond_place = "../second"\n'), encoding="utf-8")
    town.close()
    town.open()
    first = audit_office(town.desk)
    assert first.ok and first.copied > 0 and (tmp_path / "second" / "store").is_dir()
    yield town
    town.close()


def last_audit(town: Town) -> dict:  # type: ignore[type-arg]
    with town.desk.reading() as connection:
        return dict([e.data for e in journal.read(connection, "") if e.kind is Kind.ARCHIVE_AUDITED][-1])


def test_an_audit_of_a_whole_office_finds_nothing(guarded: Town) -> None:
    again = audit_office(guarded.desk)
    assert again.ok and again.losses == () and again.copied == 0
    assert last_audit(guarded)["checked"] == again.checked > 50


def test_damaged_originals_and_packages_are_mended_on_record(guarded: Town) -> None:
    case = guarded.case()
    home = package_home(guarded.desk, case, case.archived[0])
    paper = case.latest("rejection_notice")
    assert paper is not None
    blob, flipped, gone = guarded.desk.store.path(paper.wet_sha256), home / "data" / "journal.jsonl", home / "manifest-sha256.txt"
    before = {path: path.read_bytes() for path in (blob, flipped, gone)}
    flip(blob, 100)
    flip(flipped, 100)
    home.chmod(0o755)
    gone.unlink()
    result = audit_office(guarded.desk)
    assert result.ok and {loss.how for loss in result.losses} == {"damaged", "missing"} and len(result.losses) == 3
    assert {path: path.read_bytes() for path in before} == before and not home.stat().st_mode & 0o222
    recorded = last_audit(guarded)
    assert {row["name"].rsplit("/", 1)[-1].removeprefix("原件库 ") for row in recorded["losses"]} == {paper.wet_sha256, "journal.jsonl", "manifest-sha256.txt"}
    assert all(row["mended_from"] for row in recorded["losses"])
    assert len(list((guarded.root / "var" / "damaged").iterdir())) == 2, "the damaged bytes are kept aside"
    assert list((guarded.outbox / "归档").glob("异常_文件核对_*.txt"))


def test_without_a_good_copy_the_loss_is_named_and_stays(filed: Town) -> None:
    paper = filed.case().latest("rejection_notice")
    assert paper is not None
    flip(filed.desk.store.path(paper.wet_sha256), 7)
    result: Audit = audit_office(filed.desk)
    assert not result.ok and [loss.mended_from for loss in result.losses] == [""] and paper.wet_sha256 in result.losses[0].zh


def test_a_look_without_mending_changes_nothing(guarded: Town) -> None:
    flip(guarded.desk.store.path(guarded.case().archived[0]["package"]["files"]["data/case.json"]), 3)
    result = audit_office(guarded.desk, mending=False)
    assert [loss.mended_from for loss in result.losses] == [""] and not (guarded.root / "var" / "damaged").exists()


def test_an_audit_comes_by_itself_every_so_many_days(filed: Town) -> None:
    def audits() -> int:
        with filed.desk.reading() as connection:
            return sum(e.kind is Kind.ARCHIVE_AUDITED for e in journal.read(connection, ""))

    filed.sweep()
    assert audits() == 0, MARK
    filed.now += timedelta(days=29)
    filed.sweep()
    assert audits() == 0
    filed.now += timedelta(days=1)
    filed.sweep()
    filed.sweep()
    assert audits() == 1


# --- exports and lists ----------------------------------------------------------------------------------------------


def test_an_encapsulation_is_valid_and_carries_the_very_bytes(package: Holding) -> None:
    for item in package.items:
        xml = encapsulate(package, item)
        assert faults_of(xml) == ()
        assert {name: sha256_of_bytes(data) for name, data in contents_of(xml)} == {part["path"]: part["sha256"] for part in item["parts"]}
    assert faults_of(xml.replace("原始型".encode(), "别的型".encode(), 1)) and faults_of(xml[:-20])


def test_what_expires_and_what_is_at_risk(filed: Town) -> None:
    cases = cases_of(filed.desk)
    short = [item["code"] for item in cases[0].archived[0]["items"] if item["retention"] == "10年"]
    year = filed.today.year
    assert expired(cases, filed.today.replace(year=year + 10, month=12, day=31)) == ()
    assert [one.code for one in expired(cases, filed.today.replace(year=year + 11))] == sorted(short) != []
    assert to_hand_over(filed.desk, cases, filed.today.replace(year=year + 30)) == [], "nothing of this case is kept for ever"
    found = {risk.id: risk for risk in risks(filed.desk, cases, year)}
    assert found["pdf"].standing == "archival" and found["docx"].count > 0 and not found["sha256"].acute
    assert any(risk.acute for risk in risks(filed.desk, cases, 2041) if risk.kind == "algorithm")


def test_the_command_line_says_the_same(filed: Town, package: Holding, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, object]:
        done = CliRunner().invoke(app, ["archive", *arguments, "--office", str(filed.root), "--json"])
        return done.exit_code, json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.output

    code, listed = run("list")
    assert code == 0 and listed["waiting"] == [] and listed["filed"][0]["ok"] is True  # type: ignore[index, call-overload]
    no = filed.case().no
    code, written = run("export", no, "--to", str(tmp_path / "out"), "--eep")
    assert code == 0 and len(written) == len(filed.case().archived[0]["items"])
    assert all(faults_of(Path(row["file"]).read_bytes()) == () for row in written)  # type: ignore[index, union-attr]
    assert run("export", no, "--to", str(tmp_path / "bags"))[0] == 0 and faults_of_bag(next((tmp_path / "bags").iterdir())) == ()
    flip(package.root / "data" / "case.json", 5)
    code, said = run("check", str(package.root), "--phase", "keeping")
    assert code == StoreError.exit_code and "1-1" in {item["id"] for item in said["items"] if item["status"] == "fail"}  # type: ignore[index, call-overload]
    code, audited = run("audit")
    assert code == 0 and audited["ok"] is True  # type: ignore[index, call-overload]
    assert run("expiring")[0] == 0 and run("migration")[0] == 0
