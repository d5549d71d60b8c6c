"""A backup is everything; a restore brings it all back and harms nobody; a rehearsal finds any flipped byte."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from pipeline.cases import journal
from pipeline.desk.backup import back_up, places, read_backup, restore
from pipeline.desk.drill import file_report, rehearse
from pipeline.errors import RefusedError, StoreError

from .town import Town


@pytest.fixture
def lived_in(pending: Town) -> Town:
    """An office with a sealed document, a day root, and a file that somebody put into a case's folder."""
    assert pending.sign(pending.case()).outcome == "recorded"
    pending.later(days=1)
    pending.sweep()
    (pending.folder(pending.case()) / "测试便签.txt").write_text("请留意", encoding="utf-8")
    return pending


def _tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_comes_back(lived_in: Town, tmp_path: Path) -> None:
    made = back_up(lived_in.desk, tmp_path / "备份" / "一.zip")
    assert (tmp_path / "备份" / "一.zip").stat().st_mode & 0o077 == 0, "it holds keys"
    assert read_backup(tmp_path / "备份" / "一.zip").head == made.head
    office, _ = restore(tmp_path / "备份" / "一.zip", tmp_path / "新址")
    before, after = places(lived_in.desk.office), places(office)
    for part in ("inbox", "outbox", "schemas", "forms", "keys"):
        assert _tree(after[part]) == _tree(before[part]), part
    assert _tree(office.store) == _tree(lived_in.desk.office.store)
    assert (office.var.stat().st_mode | office.keys.stat().st_mode) & 0o077 == 0
    shutil.copy2(lived_in.root / "people.yaml", tmp_path / "people.yaml")
    assert (office.root / "people.yaml").read_bytes() == (tmp_path / "people.yaml").read_bytes()


def test_the_restored_office_goes_on(lived_in: Town, tmp_path: Path) -> None:
    back_up(lived_in.desk, tmp_path / "一.zip")
    restore(tmp_path / "一.zip", tmp_path / "新址")
    again = Town(tmp_path / "新址", lived_in.pool, now=lived_in.now)
    try:
        assert again.case() == lived_in.case()
        assert (again.folder(again.case()) / "测试便签.txt").read_text(encoding="utf-8") == "请留意"
        again.later(days=1)
        again.sweep()
        assert again.drop("申报", again.bundle(name="第二份材料")).outcome == "received"
        with again.desk.reading() as connection:
            assert journal.verify_chain(connection) == ()
    finally:
        again.close()


def test_a_restore_covers_nothing_that_is_there(lived_in: Town, tmp_path: Path) -> None:
    back_up(lived_in.desk, tmp_path / "一.zip")
    before = _tree(lived_in.root / "outbox")
    with pytest.raises(RefusedError, match="不会覆盖正在使用的办公室"):
        restore(tmp_path / "一.zip", lived_in.root)
    assert _tree(lived_in.root / "outbox") == before
    with pytest.raises(RefusedError, match="请换一个位置"):
        back_up(lived_in.desk, lived_in.root / "outbox" / "备份.zip")
    with pytest.raises(RefusedError, match="请换一个位置"):
        back_up(lived_in.desk, tmp_path / "一.zip")


@pytest.mark.parametrize("how", ["flipped", "cut", "newer", "outside", "no list"])
def test_a_bad_backup_is_refused_before_anything_is_written(lived_in: Town, tmp_path: Path, how: str) -> None:
    good, bad = tmp_path / "一.zip", tmp_path / "坏.zip"
    back_up(lived_in.desk, good)
    if how == "cut":
        bad.write_bytes(good.read_bytes()[:-3000])
    else:
        with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "backup.json":
                    if how == "no list":
                        continue
                    data = _list(data, how)
                elif how == "flipped" and name.endswith("people.yaml"):
                    data = data[:-1] + bytes([data[-1] ^ 1])
                new.writestr(name, data)
            if how == "outside":
                new.writestr("files/outbox/../../逃.txt", b"")
    with pytest.raises(StoreError):
        restore(bad, tmp_path / "新址")
    assert not (tmp_path / "新址" / "office.toml").exists() and not (tmp_path / "逃.txt").exists()


def _list(data: bytes, how: str) -> bytes:
    said = json.loads(data)
    if how == "newer":
        said["format"] += 1
    if how == "outside":
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        said["files"]["outbox/../../逃.txt"] = {"sha256": empty, "size": 0, "mode": 420}
    return json.dumps(said).encode()


def test_a_rehearsal_checks_all_of_it_and_is_on_record(lived_in: Town, tmp_path: Path) -> None:
    back_up(lived_in.desk, tmp_path / "一.zip")
    report = rehearse(tmp_path / "一.zip", tmp_path, lived_in.clock)
    assert report.ok, [finding for finding in report.findings if finding.faults]
    looked = {finding.check: finding.looked_at for finding in report.findings}
    assert looked["signatures"] >= 2 and looked["cases"] == 1 and looked["journal"] == report.entries and looked["store"] > 10
    kept = file_report(lived_in.desk, report)
    assert json.loads(lived_in.desk.store.get(kept))["ok"] is True


def test_a_rehearsal_finds_what_was_lost_or_changed_before_the_backup(lived_in: Town, tmp_path: Path) -> None:
    paper = lived_in.case().latest("rejection_notice")
    assert paper is not None
    sealed = lived_in.desk.store.path(paper.docx_sha256)
    sealed.chmod(0o644)
    sealed.write_bytes(b"x" + sealed.read_bytes()[1:])
    stamped = next(str(filing["stamped"]) for filing in lived_in.case().filings.values() if filing.get("stamped"))
    lived_in.desk.store.path(stamped).unlink()
    back_up(lived_in.desk, tmp_path / "一.zip")
    faults = {finding.check: finding.faults for finding in rehearse(tmp_path / "一.zip", tmp_path, lived_in.clock).findings}
    assert faults["store"] == (paper.docx_sha256,)
    assert faults["named"] == (stamped,)


def test_without_keys_the_keys_stay_at_home(lived_in: Town, tmp_path: Path) -> None:
    made = back_up(lived_in.desk, tmp_path / "一.zip", keys=False)
    secret = [name for name in made.files if name.startswith("keys/") and not name.startswith("keys/published/")]
    assert not secret and not [name for name in made.files if name.endswith((".p12", ".key", "key.pem"))]
    assert rehearse(tmp_path / "一.zip", tmp_path, lived_in.clock).ok, "what is public is enough to check everything"
