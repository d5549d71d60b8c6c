"""The signature of a drop, and the test for writers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.intake import stable
from pipeline.intake.stable import Writers, files_of, signature, writers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "材料" / "附件").mkdir(parents=True)
    (tmp_path / "材料" / "a.docx").write_text("一")
    (tmp_path / "材料" / "附件" / "b.pdf").write_text("二")
    return tmp_path / "材料"


def test_moving_does_not_change_the_signature(folder: Path) -> None:
    before = signature(folder)
    assert signature(folder.rename(folder.with_name("别处"))) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "附件" / "b.pdf").write_text("更长的内容"),
        lambda folder: (folder / "附件" / "c.pdf").write_text(""),
        lambda folder: (folder / "a.docx").unlink(),
        lambda folder: (folder / "a.docx").rename(folder / "b.docx"),
        lambda folder: os.utime(folder / "a.docx", (1, 1)),
        lambda folder: (folder / "空").mkdir(),
    ],
)
def test_every_change_inside_changes_it(folder: Path, change: object) -> None:
    before = signature(folder)
    change(folder)  # type: ignore[operator]
    assert signature(folder) != before


def test_replacing_a_file_by_one_of_equal_size_and_time_changes_it(folder: Path) -> None:
    path, before = folder / "a.docx", (folder / "a.docx").stat()
    first = signature(path)
    other = folder / "other"
    other.write_text("二")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)
    assert signature(path) != first


def test_links_and_helper_files_are_no_files_of_a_drop(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "~$a.docx").write_text("")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "a.docx").write_text("")
    assert {path.name for path in files_of(folder)} == {"a.docx", "b.pdf"}


def test_writers(folder: Path) -> None:
    assert writers(folder) is Writers.NONE
    with (folder / "附件" / "b.pdf").open("a"):
        assert writers(folder) is Writers.WRITING
    assert writers(folder) is Writers.NONE
    assert writers(folder / "没有") is Writers.GONE


def test_somebody_opening_the_file_during_the_test_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real, refused = folder / "a.docx", stable.fcntl.fcntl, []

    def meanwhile(handle: int, command: int, value: int = 0) -> int:
        if (command, value) == (stable.fcntl.F_SETLEASE, stable.fcntl.F_UNLCK):
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            except BlockingIOError:
                refused.append(path)
        return real(handle, command, value)

    monkeypatch.setattr(stable.fcntl, "fcntl", meanwhile)
    assert writers(path) is Writers.NONE
    assert refused == [path]


def test_without_leases_the_settle_time_alone_decides(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(stable.fcntl, "fcntl", unsupported)
    with (folder / "a.docx").open("a"):
        assert writers(folder / "a.docx") is Writers.NONE
