"""What counts as a drop, when it is ready, and what happens when the share goes away."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog import events

from pipeline.intake import stable
from pipeline.intake.names import MARK, is_ignored, is_own
from pipeline.intake.watch import MANY, Ready, Reason, Watcher, _Hints

ROLES = {"hubei": ("申报", "办理"), "chongqing": ("申报",)}
OWNERS = {("hubei", "申报", "测试甲公司")}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for jurisdiction, roles in ROLES.items():
        for role in roles:
            (tmp_path / "inbox" / jurisdiction / role).mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture
def watcher(inbox: Path) -> Watcher:
    return Watcher(inbox, ROLES, lambda *place: place in OWNERS, settle=2.0)


def put(path: Path, text: str = "内容") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def after_settling(watcher: Watcher, start: float = 0.0) -> tuple[Ready, ...]:
    watcher.scan(start)
    return watcher.scan(start + 2.0)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("hubei/申报/申报书.docx", ("hubei", "申报", "", "申报书.docx", False)),
        ("hubei/办理/受理决定.docx", ("hubei", "办理", "", "受理决定.docx", False)),
        ("chongqing/申报/a.pdf", ("chongqing", "申报", "", "a.pdf", False)),
        ("hubei/申报/测试甲公司/申报书.docx", ("hubei", "申报", "测试甲公司", "申报书.docx", False)),
        ("hubei/申报/一整套材料/申报书.docx", ("hubei", "申报", "", "一整套材料", True)),
        ("hubei/申报/测试甲公司/一整套材料/附件/1.pdf", ("hubei", "申报", "测试甲公司", "一整套材料", True)),
        ("hubei/办理/测试甲公司/a.docx", ("hubei", "办理", "", "测试甲公司", True)),
    ],
)
def test_drops_and_whose_they_are(inbox: Path, watcher: Watcher, place: str, expected: tuple[object, ...]) -> None:
    put(inbox / place)
    (ready,) = after_settling(watcher)
    assert (ready.jurisdiction, ready.role, ready.owner, ready.name, ready.is_folder) == expected


@pytest.mark.parametrize(
    "name",
    ["~$申报书.docx", ".~lock.a.odt#", "a.tmp", "A.TMP", "b.part", "c.crdownload", ".DS_Store", "Thumbs.db", "desktop.ini", ".hidden", "d.filepart"],
)
def test_helper_files_are_no_drops(inbox: Path, watcher: Watcher, name: str) -> None:
    assert is_ignored(name)
    put(inbox / "hubei/申报" / name)
    assert after_settling(watcher) == ()
    assert watcher.waiting() == ()


@pytest.mark.parametrize(
    ("name", "own"), [("回执", True), ("处理中_申报书.docx.txt", True), ("处理中的申报书.docx", False), ("处理中心说明.txt", False), ("回执.docx", False)]
)
def test_what_hongtou_writes_beside_the_drops_is_no_drop(name: str, own: bool) -> None:
    assert is_own(name) is own


def test_answers_are_left_alone(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "hubei/申报/回执/2026-01-15 申报书.docx")
    put(inbox / "hubei/申报/测试甲公司/回执/补正通知.docx")
    put(inbox / "hubei/申报/测试甲公司/处理中_申报书.docx.txt")
    put(inbox / "别的/申报/a.docx")
    assert after_settling(watcher) == ()


def test_two_scans_and_the_settle_time_are_needed(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "hubei/申报/a.docx")
    assert watcher.scan(100.0) == ()
    assert watcher.scan(101.9) == ()
    assert [each.reason for each in watcher.waiting()] == [Reason.SETTLING]
    assert [ready.name for ready in watcher.scan(102.0)] == ["a.docx"]
    assert watcher.waiting() == ()


def test_a_change_begins_the_settle_time_anew_but_not_the_waiting(inbox: Path, watcher: Watcher) -> None:
    path = put(inbox / "hubei/申报/a.docx")
    watcher.scan(0.0)
    put(path, "更多内容")
    assert watcher.scan(2.0) == ()
    assert watcher.waiting()[0].since == 0.0
    assert [ready.name for ready in watcher.scan(4.0)] == ["a.docx"]


def test_a_folder_settles_as_a_whole(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "hubei/申报/材料/1.pdf")
    deep = put(inbox / "hubei/申报/材料/附件/深/2.pdf")
    watcher.scan(0.0)
    put(deep, "还在写入")
    assert watcher.scan(2.0) == ()
    assert [ready.name for ready in watcher.scan(4.0)] == ["材料"]


@pytest.mark.parametrize("place", ["hubei/申报/a.docx", "hubei/申报/材料/附件/a.docx"])
def test_a_file_open_for_writing_waits(inbox: Path, watcher: Watcher, place: str) -> None:
    path = put(inbox / place)
    with path.open("a"):
        assert after_settling(watcher) == ()
        assert [each.reason for each in watcher.waiting()] == [Reason.WRITING]
    assert len(watcher.scan(3.0)) == 1


def test_a_file_only_read_by_somebody_is_ready(inbox: Path, watcher: Watcher) -> None:
    path = put(inbox / "hubei/申报/a.docx")
    with path.open():
        assert len(after_settling(watcher)) == 1


def test_a_file_that_may_not_be_read_is_reported(inbox: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    put(inbox / "hubei/申报/a.docx")

    def refuse(*_: object) -> int:
        raise PermissionError

    watcher.scan(0.0)
    monkeypatch.setattr(stable.os, "open", refuse)
    assert watcher.scan(2.0) == ()
    assert [(each.name, each.reason) for each in watcher.waiting()] == [("a.docx", Reason.UNREADABLE)]


def test_a_missing_role_folder_is_reported_and_the_others_go_on(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "chongqing/申报/a.docx")
    (inbox / "hubei/办理").rmdir()
    assert len(after_settling(watcher)) == 1
    assert watcher.unreadable == (inbox / "hubei/办理",)


def test_the_oldest_comes_first(inbox: Path, watcher: Watcher) -> None:
    for n, name in enumerate(["乙.docx", "甲.docx", "丙.docx"]):
        os.utime(put(inbox / "hubei/申报" / name), (1000 + n, 1000 + n))
    assert [ready.name for ready in after_settling(watcher)] == ["乙.docx", "甲.docx", "丙.docx"]


def take_away(inbox: Path) -> Iterator[str]:
    """Ways in which a share goes; each is undone when the generator is resumed."""
    aside = inbox.with_name("aside")
    inbox.rename(aside)
    yield "the inbox is missing"
    inbox.mkdir()
    yield "only the bare mount point is left"
    (inbox / MARK).write_text("another")
    yield "it is another share"
    (inbox / MARK).unlink()
    inbox.rmdir()
    aside.rename(inbox)


def test_a_share_that_goes_freezes_and_comes_back_by_itself(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "hubei/申报/a.docx")
    assert len(after_settling(watcher)) == 1
    for n, _state in enumerate(take_away(inbox)):
        assert watcher.scan(10.0 + n) == ()
        assert watcher.frozen is not None
        assert "恢复后自动继续" in watcher.frozen.zh
        assert not watcher.canary().alive
    assert watcher.scan(20.0) == ()
    assert watcher.frozen is None
    assert [ready.name for ready in watcher.scan(22.0)] == ["a.docx"]


def test_the_bare_mount_point_is_not_taken_for_the_inbox_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    watcher = Watcher(tmp_path / "inbox", ROLES, lambda *place: False, settle=0.0)
    assert watcher.scan(0.0) == ()
    assert watcher.frozen is not None
    assert list((tmp_path / "inbox").iterdir()) == []


def test_many_vanishing_at_once_freezes_for_a_while(inbox: Path, watcher: Watcher) -> None:
    paths = [put(inbox / f"hubei/申报/{n}.docx") for n in range(MANY + 1)]
    after_settling(watcher)
    for path in paths[1:]:
        path.unlink()
    assert watcher.scan(3.0) == ()
    assert watcher.frozen is not None
    assert f"{MANY} 件" in watcher.frozen.zh
    assert watcher.scan(4.0) == ()
    watcher.scan(5.0)
    assert [ready.name for ready in watcher.scan(7.0)] == ["0.docx"]


def test_what_the_program_claims_itself_is_no_vanishing(inbox: Path, watcher: Watcher) -> None:
    for n in range(2 * MANY):
        put(inbox / f"hubei/申报/{n}.docx")
    for ready in after_settling(watcher):
        watcher.claimed(ready.path)
        ready.path.unlink()
    watcher.scan(3.0)
    assert watcher.frozen is None


def test_a_few_drops_taken_back_by_their_sender_are_nothing_unusual(inbox: Path, watcher: Watcher) -> None:
    paths = [put(inbox / f"hubei/申报/{n}.docx") for n in range(MANY - 1)]
    after_settling(watcher)
    for path in paths:
        path.unlink()
    watcher.scan(3.0)
    assert watcher.frozen is None


def test_the_canary_proves_the_watcher_sees_its_inbox(inbox: Path, watcher: Watcher) -> None:
    assert watcher.canary().alive
    assert after_settling(watcher) == ()


def test_the_mark_is_renewed_when_somebody_deletes_it(inbox: Path, watcher: Watcher) -> None:
    watcher.scan(0.0)
    mark = (inbox / MARK).read_text()
    (inbox / MARK).unlink()
    watcher.scan(1.0)
    assert watcher.frozen is None
    assert (inbox / MARK).read_text() == mark


def test_an_event_hints_at_an_early_scan(inbox: Path) -> None:
    hinted = threading.Event()
    with Watcher(inbox, ROLES, lambda *place: False, settle=0.0, on_hint=hinted.set):
        put(inbox / "hubei/申报/a.docx")
        assert hinted.wait(30)


@pytest.mark.parametrize(
    ("event", "hints"),
    [
        (events.FileCreatedEvent("/inbox/hubei/申报/a.docx"), True),
        (events.FileClosedEvent("/inbox/hubei/申报/a.docx"), True),
        (events.FileMovedEvent("/inbox/hubei/申报/.a.docx", "/inbox/hubei/申报/a.docx"), True),
        (events.DirCreatedEvent("/inbox/hubei/申报/材料"), True),
        (events.FileOpenedEvent("/inbox/hubei/申报/a.docx"), False),
        (events.FileDeletedEvent("/inbox/hubei/申报/a.docx"), False),
        (events.DirModifiedEvent("/inbox/hubei/申报"), False),
        (events.FileMovedEvent("/inbox/.1.hongtou-tmp", "/inbox/.hongtou-canary"), False),
        (events.FileMovedEvent("/inbox/hubei/申报/.1.hongtou-tmp", "/inbox/hubei/申报/处理中_a.docx.txt"), False),
        (events.FileMovedEvent("/inbox/hubei/申报/回执/.1.hongtou-tmp", "/inbox/hubei/申报/回执/受理通知.pdf"), False),
    ],
)
def test_only_what_people_do_hints_at_a_scan(event: events.FileSystemEvent, hints: bool) -> None:
    hinted = threading.Event()
    _Hints(Path("/inbox"), hinted.set).dispatch(event)
    assert hinted.is_set() is hints


def test_folders_nested_beyond_reason_are_reported_not_followed(inbox: Path, watcher: Watcher) -> None:
    put(inbox / "hubei/申报/深" / "/".join("深" * 60) / "a.docx")
    assert after_settling(watcher) == ()
    assert [each.reason for each in watcher.waiting()] == [Reason.UNREADABLE]


def test_without_events_the_scan_still_works(tmp_path: Path) -> None:
    with Watcher(tmp_path / "missing", ROLES, lambda *place: False, settle=0.0, on_hint=lambda: None) as watcher:
        assert watcher.scan(0.0) == ()
        assert watcher.frozen is not None
