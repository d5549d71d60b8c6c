"""The running watch is never silent: notes beside drops, a heartbeat with a canary, a frozen share, one answer each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.desk.watching import Watch, handlers
from pipeline.intake.names import CANARY
from pipeline.office import load_office
from pipeline.work.inline import InlineEngine

from .town import Town


@pytest.fixture
def watch(town: Town) -> Iterator[Watch]:
    """A watch whose rounds are made by hand, at times that the test says."""
    watch = Watch(load_office(town.root, {}), town.clock)
    watch.desk._pool = town.pool
    assert watch.desk.engine is not None
    watch.desk.engine = InlineEngine(watch.desk.database, handlers(watch.desk), clock=town.clock)
    town.desk, town.engine = watch.desk, watch.desk.engine
    yield watch
    watch.desk.database.dispose()


def notes(town: Town, role: str = "申报") -> list[str]:
    return sorted(p.name for p in town.inbox(role).glob("处理中_*"))


def status(town: Town) -> str:
    return (town.desk.office.inbox / "hubei" / "系统状态.txt").read_text(encoding="utf-8-sig")


def test_a_drop_is_seen_taken_and_answered_with_a_note_at_each_step(town: Town, watch: Watch) -> None:
    path = town.put("申报", town.bundle(), "")
    writing = (path / "还在写.txt").open("w")
    for second in range(0, 14, 2):
        watch.step(float(second))
    (note,) = town.inbox("申报").glob("处理中_*")
    assert "关闭后就收" in note.read_text(encoding="utf-8-sig"), "within 15 seconds it says why it waits"
    assert path.exists() and town.cases() == []
    writing.close()
    (path / "还在写.txt").unlink()
    for second in range(14, 24, 2):
        watch.step(float(second))
    assert not path.exists()
    (note,) = town.inbox("申报").glob("处理中_*")
    assert "已收到" in note.read_text(encoding="utf-8-sig")
    town.work()
    assert notes(town) == [] and len(town.answers("申报")) == 1 and town.case().state == "submitted"


def test_a_note_that_comes_after_the_answer_is_taken_down(town: Town, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine may be done before the watch has written its note."""
    from pipeline.desk import watching

    real = watching.receive

    def receive(desk: object, ready: object) -> object:
        drop = real(desk, ready)  # type: ignore[arg-type]
        town.work()
        return drop

    monkeypatch.setattr(watching, "receive", receive)
    town.put("申报", "您好".encode(), "说明.txt")
    for second in range(4):
        watch.step(float(second))
    assert len(town.answers("申报")) == 1 and notes(town) == []


@pytest.mark.parametrize("name", ["很" * 84 + ".d", "长" * 60 + ".docx"])
def test_the_longest_names_are_noted_and_answered(town: Town, watch: Watch, name: str) -> None:
    town.put("申报", b"x", name)
    for second in range(4):
        watch.step(float(second))
    assert len(notes(town)) == 1
    town.work()
    assert notes(town) == [] and len(town.answers("申报")) == 1


def test_the_status_page_is_alive_by_a_canary_and_says_when_the_share_is_gone(town: Town, watch: Watch) -> None:
    watch.step(0.0)
    assert "红头系统状态：正常" in status(town) and (town.desk.office.inbox / CANARY).exists()
    inbox = town.desk.office.inbox
    away = inbox.with_name("inbox-拔线")
    town.put("申报", b"x", "等着的.docx")
    inbox.rename(away)
    inbox.mkdir()
    watch.step(20.0)
    words = (town.outbox / "系统状态.txt").read_text(encoding="utf-8-sig")
    assert "异常" in words and "暂停" in words
    for path in sorted(inbox.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    inbox.rmdir()
    away.rename(inbox)
    for second in range(40, 60, 5):
        watch.step(float(second))
    assert "红头系统状态：正常" in status(town) and "暂停" not in status(town)
    town.work()
    assert len(town.answers("申报")) == 1, "what was there before the outage is taken after it"


def test_a_request_of_the_watch_itself_is_taken_like_any_drop(town: Town, watch: Watch) -> None:
    """A dragged folder on a slow share: the request is written once, and settles."""
    case = town.apply()
    home = town.folder(case)
    target = town.outbox / "受理" / town.pack.lifecycle.states["accepted"].zh
    target.mkdir(parents=True)
    home.rename(target / home.name)
    for second in range(0, 12, 2):
        watch.step(float(second))
    town.work()
    assert home.is_dir() and "移动" not in " ".join(p.name for p in town.inbox("办理", "").iterdir() if p.suffix == ".json")
    assert sum("拖到" in line for line in town.timeline(town.case()).split("<li>")) == 1
