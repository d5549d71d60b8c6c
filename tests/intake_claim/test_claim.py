"""A claim, step by step, and what a crash after each step leaves: nothing lost, nothing twice."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from datetime import date
from pathlib import Path

import pytest

from pipeline.clockwork import frozen_clock
from pipeline.diskwork import ContentStore
from pipeline.intake import claim as claim_module
from pipeline.intake.claim import Claimed, Spool
from pipeline.intake.pack import pack_folder
from pipeline.intake.stable import signature
from pipeline.intake.watch import Ready
from pipeline.model import Drop

CLOCK = frozen_clock(date(2026, 1, 15))
LONG = "重庆市测试计量科学研究院关于申报碳计量中心的申报书及全部附件" * 2 + "终稿.docx"


class Register:
    """Stands for the transaction: a UNIQUE token, and a fault on demand."""

    def __init__(self) -> None:
        self.drops: dict[str, Drop] = {}
        self.fault: Exception | None = None

    def __call__(self, drop: Drop) -> bool:
        if self.fault:
            raise self.fault
        return self.drops.setdefault(drop.token, drop) is drop


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return new_spool(tmp_path)


def new_spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", ContentStore(tmp_path / "store"), pack_folder, CLOCK, settle=2.0)


def ready(path: Path, text: str = "内容") -> Ready:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(text)
    return Ready(
        path=path, jurisdiction="hubei", role="申报", owner="测试甲公司", name=path.name, is_folder=path.is_dir(), signature=signature(path)
    )


def claimed(spool: Spool, drop: Ready) -> Claimed:
    found = spool.claim(drop)
    assert found is not None
    return found


def left(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.iterdir())


def settled_orphans(spool: Spool) -> tuple[Claimed, ...]:
    assert spool.orphans(0.0) == ()
    return spool.orphans(2.0)


def test_a_file_is_claimed_registered_and_removed(tmp_path: Path, spool: Spool, register: Register) -> None:
    source = ready(tmp_path / "inbox/申报书.docx")
    taken = claimed(spool, source)
    assert taken.still
    assert not source.path.exists()
    drop = spool.register(taken, register)
    digest = hashlib.sha256("内容".encode()).hexdigest()
    assert drop == Drop(
        token=taken.token, jurisdiction="hubei", role="申报", owner="测试甲公司", name="申报书.docx", sha256=digest, size=6,
        received_at=CLOCK(), is_folder=False,
    )  # fmt: skip
    assert register.drops == {taken.token: drop}
    assert ContentStore(tmp_path / "store").get(digest) == "内容".encode()
    assert left(spool) == []


@pytest.mark.parametrize("name", [LONG, "a" * 255, "测" * 85, "测" * 83 + ".docx", "a__b.docx", " .docx", "无后缀"])
def test_every_name_the_filesystem_allows(tmp_path: Path, spool: Spool, register: Register, name: str) -> None:
    taken = claimed(spool, ready(tmp_path / "inbox" / name))
    assert len(os.fsencode(taken.path.name)) <= 255
    assert spool.register(taken, register).name == name
    assert left(spool) == []


def test_a_name_that_is_no_text_survives_a_crash(tmp_path: Path, spool: Spool) -> None:
    name = os.fsdecode("申报书".encode("gb18030") + b".docx")
    claimed(spool, ready(tmp_path / "inbox" / name))
    (orphan,) = settled_orphans(new_spool(tmp_path))
    assert orphan.name == name


def test_the_same_name_twice_is_two_drops(tmp_path: Path, spool: Spool, register: Register) -> None:
    first = claimed(spool, ready(tmp_path / "inbox/a.docx"))
    second = claimed(spool, ready(tmp_path / "inbox/a.docx"))
    assert spool.register(first, register).sha256 == spool.register(second, register).sha256
    assert len(register.drops) == 2


def test_a_drop_taken_back_meanwhile_is_no_claim(tmp_path: Path, spool: Spool) -> None:
    source = ready(tmp_path / "inbox/a.docx")
    source.path.unlink()
    assert spool.claim(source) is None
    assert left(spool) == []


def test_a_drop_that_may_not_be_moved_stays(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(claim_module, "move_whole", refuse)
    source = ready(tmp_path / "inbox/a.docx")
    with pytest.raises(PermissionError):
        spool.claim(source)
    assert source.path.exists()
    assert left(spool) == []


def test_another_file_under_the_same_name_is_left_until_it_lies_still(tmp_path: Path, spool: Spool) -> None:
    source = ready(tmp_path / "inbox/a.docx")
    source.path.write_text("换成了别的文件")
    assert not claimed(spool, source).still
    assert [orphan.name for orphan in settled_orphans(spool)] == ["a.docx"]


def test_a_writer_that_holds_on_through_the_claim_is_waited_for(tmp_path: Path, spool: Spool, register: Register) -> None:
    source = ready(tmp_path / "inbox/a.docx")
    with source.path.open("a") as writer:
        assert not claimed(spool, source).still
        assert settled_orphans(spool) == ()
        writer.write("，写完")
    assert spool.orphans(3.0) == ()
    (orphan,) = spool.orphans(5.0)
    drop = spool.register(orphan, register)
    assert ContentStore(tmp_path / "store").get(drop.sha256).decode() == "内容，写完"


def test_a_crash_after_the_rename_is_made_up_for(tmp_path: Path, spool: Spool, register: Register) -> None:
    taken = claimed(spool, ready(tmp_path / "inbox" / "测试.docx"))
    again = new_spool(tmp_path)
    (orphan,) = settled_orphans(again)
    assert orphan == taken
    again.register(orphan, register)
    assert list(register.drops) == [taken.token]
    assert left(again) == []


def test_a_crash_after_the_transaction_registers_nothing_twice(tmp_path: Path, spool: Spool, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = claimed(spool, ready(tmp_path / "inbox/a.docx"))
    with monkeypatch.context() as crash:
        crash.setattr(spool, "_remove", lambda *_: None)
        spool.register(taken, register)
    again = new_spool(tmp_path)
    (orphan,) = settled_orphans(again)
    again.register(orphan, register)
    assert list(register.drops) == [taken.token]
    assert left(again) == []


def test_a_crash_before_the_rename_leaves_the_drop_in_the_inbox(tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    class CrashError(BaseException):
        pass

    def crash(*_: Path) -> None:
        raise CrashError

    source = ready(tmp_path / "inbox/a.docx")
    with monkeypatch.context() as patch, pytest.raises(CrashError):
        patch.setattr(claim_module, "move_whole", crash)
        spool.claim(source)
    assert source.path.exists()
    again = new_spool(tmp_path)
    assert settled_orphans(again) == ()
    assert left(again) == []


def test_a_transaction_that_fails_leaves_the_drop_for_later(tmp_path: Path, spool: Spool, register: Register) -> None:
    taken = claimed(spool, ready(tmp_path / "inbox/a.docx"))
    register.fault = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        spool.register(taken, register)
    register.fault = None
    (orphan,) = settled_orphans(spool)
    spool.register(orphan, register)
    assert len(register.drops) == 1


def bundle(folder: Path) -> Path:
    (folder / "附件").mkdir(parents=True)
    (folder / "申报书.docx").write_text("申报")
    (folder / "附件" / "1.pdf").write_text("一")
    (folder / "~$申报书.docx").write_text("锁")
    (folder / "外面").symlink_to("/etc/hostname")
    return folder


def test_a_folder_is_packed_the_same_whenever_and_wherever(tmp_path: Path, spool: Spool, register: Register) -> None:
    drops = []
    for n in range(2):
        folder = bundle(tmp_path / f"inbox{n}" / "材料")
        os.utime(folder / "申报书.docx", (n, n))
        drops.append(spool.register(claimed(spool, ready(folder)), register))
    assert drops[0].sha256 == drops[1].sha256
    assert drops[0].is_folder
    with zipfile.ZipFile(ContentStore(tmp_path / "store").path(drops[0].sha256)) as archive:
        assert archive.namelist() == ["外面", "申报书.docx", "附件/1.pdf"]
        assert stat.S_ISLNK(archive.getinfo("外面").external_attr >> 16), "a link goes in as a link, for the screening to refuse"
        assert archive.read("外面") == b"/etc/hostname", "and is never followed"
        assert archive.read("附件/1.pdf").decode() == "一"
    assert left(spool) == []


def test_a_crash_while_a_registered_folder_is_removed(tmp_path: Path, spool: Spool, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = claimed(spool, ready(bundle(tmp_path / "inbox/材料")))
    with monkeypatch.context() as crash:
        crash.setattr(claim_module.shutil, "rmtree", lambda path, ignore_errors: (path / "申报书.docx").unlink())
        spool.register(taken, register)
    again = new_spool(tmp_path)
    assert settled_orphans(again) == ()
    assert left(again) == []
    assert len(register.drops) == 1


@pytest.mark.parametrize("to", ["/etc/hostname", "没有"])
def test_a_link_is_never_followed(tmp_path: Path, spool: Spool, register: Register, to: str) -> None:
    link = tmp_path / "inbox" / "a.docx"
    link.parent.mkdir()
    link.symlink_to(to)
    source = Ready(path=link, jurisdiction="hubei", role="申报", owner="", name="a.docx", is_folder=False, signature=signature(link))
    drop = spool.register(claimed(spool, source), register)
    assert ContentStore(tmp_path / "store").get(drop.sha256).decode() == to
    assert left(spool) == []


def test_a_pipe_does_not_stop_the_intake(tmp_path: Path, spool: Spool, register: Register) -> None:
    (tmp_path / "inbox").mkdir()
    os.mkfifo(tmp_path / "inbox" / "a.docx")
    drop = spool.register(claimed(spool, ready(tmp_path / "inbox" / "a.docx")), register)
    assert drop.size == 0
