"""Folders for passing work: gone with the work, and after a kill gone when the next of their kind begins; nothing of anybody else's is touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.desk.watching import _left_by_a_crash
from pipeline.diskwork import TEMPORARY_SUFFIX, clear_abandoned, write_whole, writing_whole
from pipeline.papers.convert import SCRATCH, OfficePool
from pipeline.scratch import Scratch, left_over

HOLD = """
import sys, time
from pathlib import Path
{make}
print(path, flush=True)
time.sleep(60)
"""
IN_SCRATCH = "from pipeline.scratch import Scratch\nheld = Scratch('drill')\npath = held.path\n(path / 'keys').mkdir()\n(path / 'keys/seal.p12').write_bytes(b'secret')"
IN_WRITE = (
    "from pipeline.diskwork import writing_whole\nwriting = writing_whole(Path(sys.argv[1]) / 'backup.zip')\nwriting.__enter__().write(b'secret')\n"
    "path = next(Path(sys.argv[1]).glob('.*.hongtou-tmp'))"
)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's folder for temporary files, for this process and those it starts."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@contextmanager
def another(make: str, *words: str) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A process that is at work in a folder, and the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD.format(make=make), *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Path(process.stdout.readline().strip()), process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def aged(path: Path) -> Path:
    os.utime(path, (time.time() - 120, time.time() - 120))
    return path


def test_a_folder_is_private_and_gone_with_the_work(machine: Path) -> None:
    with Scratch("check") as folder:
        assert folder.parent == machine and folder.stat().st_mode & 0o777 == 0o700
        (folder / "inner").mkdir()
    assert list(machine.iterdir()) == []
    with pytest.raises(ZeroDivisionError), Scratch("check"):
        raise ZeroDivisionError
    assert list(machine.iterdir()) == []


def test_what_a_killed_process_left_goes_when_the_next_begins(machine: Path) -> None:
    with another(IN_SCRATCH) as (folder, process):
        aged(folder)
        with Scratch("drill") as mine:
            assert folder.exists() and mine.exists(), "another is at work there"
        killed(process)
        assert list(left_over("drill")) == [folder]
        with Scratch("check"):
            assert folder.exists(), "of another kind"
        with Scratch("drill") as mine:
            assert not folder.exists()
    assert list(machine.iterdir()) == []


def test_nothing_of_anybody_else_is_taken_for_left_over(machine: Path, tmp_path: Path) -> None:
    own = machine / "hongtou-drill-office"
    (own / "outbox").mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".scratch").touch()
    (machine / "hongtou-drill-link").symlink_to(elsewhere)
    kept = Scratch("drill")
    (kept.path / "office").mkdir()
    kept.keep()
    kept.close()
    fresh = machine / "hongtou-drill-fresh"
    fresh.mkdir()
    (fresh / ".scratch").touch()
    for folder in (own, elsewhere, kept.path):
        aged(folder)
    with Scratch("drill"):
        pass
    assert all(folder.exists() for folder in (own / "outbox", elsewhere / ".scratch", kept.path / "office", fresh))


def test_a_write_that_was_cut_off_is_cleared_where_others_write(tmp_path: Path) -> None:
    """As a backup does before it begins: the half one beside it holds keys."""
    with another(IN_WRITE, str(tmp_path)) as (half, process):
        aged(half)
        assert clear_abandoned(tmp_path) == 0 and half.exists(), "it is being written"
        killed(process)
        aged(half)
        fresh = tmp_path / f".0{TEMPORARY_SUFFIX}"
        fresh.touch()
        assert clear_abandoned(tmp_path) == 1 and not half.exists() and fresh.exists()
    write_whole(tmp_path / "whole", b"x")
    assert (tmp_path / "whole").read_bytes() == b"x"
    with pytest.raises(ZeroDivisionError), writing_whole(tmp_path / "never"):
        raise ZeroDivisionError
    assert not (tmp_path / "never").exists()


def ended() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _as_left(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / ".scratch").touch()
    return folder


def test_a_pool_of_converters_clears_what_a_killed_one_left(machine: Path) -> None:
    gone = _as_left(machine / f"hongtou-{SCRATCH}-gone")
    (gone / f"{ended()}-0-abc/profile").mkdir(parents=True)
    aged(gone)
    with OfficePool(1, prestart=False) as pool:
        assert not gone.exists() and pool.processes
    assert list(machine.iterdir()) == []


def test_a_watch_that_starts_finds_what_was_left_of_everything_but_converters(machine: Path, tmp_path: Path) -> None:
    office = SimpleNamespace(var=tmp_path / "var", inbox=tmp_path / "inbox", outbox=tmp_path / "outbox")
    left = {office.var / "read-a", office.var / "packs/.edition-b", _as_left(machine / "hongtou-drill-c"), office.outbox / f".d{TEMPORARY_SUFFIX}"}
    for path in left:
        path.mkdir(parents=True, exist_ok=True)
        aged(path)
    for name in ("var/packs/edition", "inbox/hubei"):
        (tmp_path / name).mkdir(parents=True)
    aged(_as_left(machine / f"hongtou-{SCRATCH}-x"))
    desk: Any = SimpleNamespace(office=office)
    assert set(_left_by_a_crash(desk)) == left
