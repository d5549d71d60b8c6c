"""Every way out of the program: an apology for the unforeseen, silence about tracebacks, the office's own log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import REPOSITORY, Hongtou, answer, run
from pipeline import errors
from pipeline.cli import cases
from pipeline.cli import office as office_commands
from pipeline.demo import show


def all_troubles() -> list[type[errors.HongtouError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HongtouError)]


@pytest.mark.parametrize("kind", all_troubles(), ids=lambda kind: kind.__name__)
def test_each_trouble_has_its_own_exit_code(hongtou: Hongtou, monkeypatch: pytest.MonkeyPatch, kind: type[errors.HongtouError]) -> None:
    def trouble(desk: object) -> None:
        raise kind("测试：出了这个错", "test: this went wrong")

    monkeypatch.setattr(cases, "all_cases", trouble)
    result = hongtou("cases", "--json")
    assert (result.exit_code, answer(result)["exit_code"], answer(result)["error"]) == (kind.exit_code, kind.exit_code, kind.__name__)
    assert "测试：出了这个错" in result.stderr and "test: this went wrong" in result.stderr


def test_no_two_troubles_share_an_exit_code() -> None:
    """But kinds of one trouble, such as the ways a key cannot be used, share that trouble's."""
    codes = [kind.exit_code for kind in all_troubles() if "exit_code" in vars(kind)]
    assert len(codes) == len(set(codes))
    assert all(issubclass(kind, errors.SigningError) for kind in all_troubles() if "exit_code" not in vars(kind))


def test_the_unforeseen_gets_an_apology_and_a_log(office: Path, hongtou: Hongtou, monkeypatch: pytest.MonkeyPatch) -> None:
    def unforeseen(desk: object) -> None:
        raise ZeroDivisionError("测试")

    monkeypatch.setattr(cases, "all_cases", unforeseen)
    result = hongtou("cases")
    assert result.exit_code == 1
    assert result.stderr.startswith("抱歉") and "Traceback" not in result.output
    (log,) = (office / "var/logs").glob("fault-*.txt")
    assert str(log) in result.stderr.replace("\n", "")
    assert "ZeroDivisionError: 测试" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_ctrl_c_ends_cleanly(hongtou: Hongtou, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(desk: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cases, "all_cases", interrupted)
    result = hongtou("cases")
    assert result.exit_code == 130 and "Traceback" not in result.output


@pytest.mark.parametrize("words", [(), ("person",), ("law",), ("forms",), ("journal",)])
def test_without_words_the_help_is_shown(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert "Usage" in result.output and result.exit_code in (0, 2)


def test_the_shell_can_complete_commands() -> None:
    environment = {**os.environ, "_HONGTOU_COMPLETE": "complete_bash", "COMP_WORDS": "hongtou jo", "COMP_CWORD": "1"}
    done = subprocess.run([Path(sys.executable).with_name("hongtou")], env=environment, capture_output=True, text=True, check=False)
    assert {"jobs", "journal"} <= set(done.stdout.split())


def test_the_office_may_be_named_by_the_environment(office: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "HONGTOU_OFFICE": str(office)}
    done = subprocess.run([sys.executable, "-m", "pipeline", "failed", "--json"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_watch_ends_when_it_is_told_to(office: Path, number: signal.Signals) -> None:
    watch = subprocess.Popen([sys.executable, "-m", "pipeline", "watch", "--office", office], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert watch.stdout is not None
    assert "正在收件" in watch.stdout.readline()
    watch.send_signal(number)
    rest, errors_said = watch.communicate(timeout=60)
    assert (watch.returncode, "已停止" in rest, errors_said) == (0, True, "")
    assert (office / "var/logs/hongtou.log").exists()


def test_a_watch_that_cannot_start_says_why(hongtou: Hongtou, monkeypatch: pytest.MonkeyPatch) -> None:
    class Taken:
        def __init__(self, *args: object, **more: object) -> None: ...

        def stop(self) -> None: ...

        def run(self) -> None:
            raise errors.RefusedError("另一个 hongtou 正在使用", "another works here")

    monkeypatch.setattr(office_commands, "Watch", Taken)
    before = signal.getsignal(signal.SIGTERM)
    result = hongtou("watch")
    assert (result.exit_code, "另一个 hongtou" in result.stderr) == (10, True)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_demo_says_where_its_office_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "run", lambda folder: folder)
    result = run("demo", tmp_path / "演示")
    assert result.exit_code == 0 and str(tmp_path / "演示") in result.stdout.replace("\n", "")
