"""Folders that people drag, copy or delete: the record decides, everything is put back, nothing people made is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.cases.events import Kind
from pipeline.desk.status import Heartbeat, write_status

from .town import Town


def state_folder(town: Town, state: str) -> Path:
    spec = town.pack.lifecycle.states[state]
    folder = town.outbox / spec.phase / spec.zh
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kinds(town: Town) -> list[Kind]:
    return [event.kind for event in town.case().history]


def drag(path: Path, into: Path) -> Path:
    into.mkdir(parents=True, exist_ok=True)
    return path.rename(into / path.name)


@pytest.mark.parametrize(
    ("target", "word"),
    [("accepted", "需要先填《受理审查表》"), ("in_preparation", "没有这一步")],
)
def test_one_dragged_case_folder_is_a_request_and_goes_back(applied: Town, target: str, word: str) -> None:
    case = applied.case()
    home = applied.folder(case)
    (home / "承办人笔记.txt").write_text("别丢了我", encoding="utf-8")
    drag(home, state_folder(applied, target))
    applied.sweep()
    applied.sweep()
    (told,) = applied.take_everything()
    assert told.outcome == "refused" and word in told.words, told.words
    assert home.is_dir() and (home / "承办人笔记.txt").read_text(encoding="utf-8") == "别丢了我"
    assert applied.case().state == "submitted" and word in applied.timeline(applied.case())
    assert applied.todo(applied.case(), "intake_decision")[1].is_file()
    applied.sweep()
    assert applied.take_everything() == [] and kinds(applied).count(Kind.MOVE_ASKED) == 1
    drag(home, state_folder(applied, target))
    applied.sweep()
    assert len(applied.take_everything()) == 1 and home.is_dir(), "a second drag is a request of its own"


def test_two_folders_at_once_ask_for_nothing(applied: Town) -> None:
    first = applied.case()
    second = applied.apply(example=1, name="另一件")
    homes = [applied.folder(first), applied.folder(second)]
    for home in homes:
        drag(home, state_folder(applied, "accepted"))
    applied.sweep()
    assert applied.take_everything() == []
    assert all(home.is_dir() for home in homes)
    assert [c.state for c in applied.cases()] == ["submitted", "submitted"]
    assert "没有当作移动申请" in applied.timeline(applied.case(first.no))


def test_a_moved_parent_folder_asks_for_nothing(applied: Town) -> None:
    home = applied.folder(applied.case())
    (home / "笔记.txt").write_text("x")
    home.parent.rename(applied.outbox / "我整理的")
    applied.sweep()
    assert applied.take_everything() == [] and (home / "笔记.txt").exists()
    assert not (applied.outbox / "我整理的").exists(), "the emptied folder is cleared away"


def test_a_copied_folder_changes_nothing_and_says_so(applied: Town) -> None:
    home = applied.folder(applied.case())
    before = len(applied.case().history)
    copy = home.with_name(home.name + " - 副本")
    elsewhere = state_folder(applied, "accepted") / home.name
    shutil.copytree(home, copy)
    shutil.copytree(home, elsewhere)
    partial = state_folder(applied, "in_preparation") / home.name
    partial.mkdir()
    shutil.copy(home / "时间线.html", partial)
    applied.sweep()
    assert applied.take_everything() == [] and len(applied.case().history) == before
    for place in (copy, elsewhere, partial):
        assert "副本" in (place / "说明_这是副本.txt").read_text(encoding="utf-8-sig")
    assert not (home / "说明_这是副本.txt").exists()


def test_a_deleted_folder_comes_back(applied: Town) -> None:
    home = applied.folder(applied.case())
    names = sorted(p.relative_to(home) for p in home.rglob("*") if p.is_file() and p.name != "时间线.html")
    shutil.rmtree(home)
    applied.sweep()
    assert sorted(p.relative_to(home) for p in home.rglob("*") if p.is_file() and p.name != "时间线.html") == names
    assert "已放回原处" in applied.timeline(applied.case())


def test_a_dragged_draft_comes_back_and_signs_nothing(pending: Town) -> None:
    home = pending.sheet(pending.case()).parent
    (home / "领导批注.txt").write_text("再看看", encoding="utf-8")
    drag(home, pending.outbox / "发文")
    pending.sweep()
    assert (home / "领导批注.txt").exists() and (home / "签发单.docx").exists()
    assert pending.case().pending is not None and pending.case().state == "submitted"


def status_of(town: Town) -> str:
    write_status(town.desk, Heartbeat(town.now))
    return (town.outbox / "系统状态.txt").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("lock", ["~${}", ".~lock.{}#"])
def test_a_file_open_in_word_delays_the_move_visibly(applied: Town, lock: str) -> None:
    case = applied.case()
    before, form = applied.folder(case), applied.todo(case, "intake_decision")[1]
    mark = form.with_name(lock.format(form.name))
    mark.write_bytes(b"")
    assert applied.file(case, "intake_decision").outcome == "recorded"
    after = applied.folder(applied.case())
    assert applied.case().state == "accepted" and after != before
    assert before.is_dir() and not after.exists(), "the folder waits where it is"
    assert "正被打开" in status_of(applied) and mark.name in status_of(applied) and applied.engine.failed() == ()
    applied.sweep()
    assert before.is_dir() and applied.take_everything() == []
    mark.unlink()
    applied.sweep()
    assert after.is_dir() and not before.exists() and "正被打开" not in status_of(applied)
    assert applied.engine.failed() == ()


def test_a_dragged_folder_with_an_open_file_is_told_once(applied: Town) -> None:
    home = applied.folder(applied.case())
    away = drag(home, applied.outbox / "临时")
    (away / "~$间线.html").write_bytes(b"")
    for _ in range(4):
        applied.sweep()
    assert kinds(applied).count(Kind.NOTED) == 1 and away.is_dir()
    (away / "~$间线.html").unlink()
    applied.sweep()
    assert home.is_dir() and not away.exists()


def test_an_open_draft_does_not_fail_its_taking_down(pending: Town) -> None:
    case = pending.case()
    home = pending.sheet(case).parent
    lock = home / "~$发单.docx"
    lock.write_bytes(b"")
    assert pending.sign(case).outcome == "recorded"
    assert pending.engine.failed() == () and home.is_dir()
    lock.unlink()
    pending.sweep()
    assert not home.exists()
