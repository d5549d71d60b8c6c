"""The office examined: each trouble has its name and its remedy, and what was not looked at is not fine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.clockwork import wall_clock
from pipeline.desk import machine
from pipeline.desk.ailments import Check, Status
from pipeline.desk.doctor import examine
from pipeline.desk.machine import FONTS, examine_machine
from pipeline.intake.names import CANARY
from pipeline.office import load_office


def good_machine(command: Sequence[str]) -> str | None:
    """A machine on which everything is as it should be."""
    if "soffice" in command[0]:
        return "LibreOffice 25.2.3.2 520(Build:2)"
    if command[0] == "fc-match":
        return sorted(FONTS[command[-1]])[0]
    return "openjdk version 17"


def with_answer(word: str, told: str | None) -> Callable[[Sequence[str]], str | None]:
    return lambda command: told if any(word in part for part in command) else good_machine(command)


def found(checks: Sequence[Check] | Iterator[Check], key: str) -> Check:
    return next(check for check in checks if check.id == key)


MACHINES = [
    ("soffice", None, "libreoffice", Status.FAILED),
    ("soffice", "LibreOffice 7.4.7.2", "libreoffice", Status.FAILED),
    ("soffice", "LibreOffice 24.2.1.2", "libreoffice", Status.FAILED),
    ("soffice", "LibreOffice 24.8.0.1", "libreoffice", Status.OK),
    ("soffice", "LibreOffice", "libreoffice", Status.NOT_RUN),
    ("import uno", None, "uno", Status.FAILED),
    ("仿宋_GB2312", "DejaVu Sans", "font.仿宋_GB2312", Status.FAILED),
    ("仿宋_GB2312", "FandolFang,FandolFang R", "font.仿宋_GB2312", Status.OK),
    ("fc-match", None, "font.黑体", Status.NOT_RUN),
    ("java", None, "java", Status.FAILED),
]


@pytest.mark.parametrize(("word", "told", "key", "status"), MACHINES)
def test_programs_and_fonts(word: str, told: str | None, key: str, status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    check = found(examine_machine(with_answer(word, told)), key)
    assert check.status is status
    assert check.fit is (status is Status.OK)
    assert all(check.remedy) is not check.fit


def test_java_without_a_compiler_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name: None if name == "javac" else f"/usr/bin/{name}")
    assert found(examine_machine(good_machine), "java").status is Status.FAILED


def test_without_the_jar_there_is_no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "find_jar", lambda: None)
    assert found(examine_machine(good_machine), "verapdf").status is Status.FAILED


@pytest.fixture
def sound(tmp_path: Path, office: Path) -> Path:
    """A copy of the office that may be spoiled."""
    root = tmp_path / "office"
    shutil.copytree(office, root)
    return root


def look(root: Path, when: Callable[[], datetime] = wall_clock) -> tuple[Check, ...]:
    return examine(load_office(root, {}), when, good_machine)


def test_a_sound_office_only_lacks_its_watch(sound: Path) -> None:
    assert [check.id for check in look(sound) if not check.fit and check.id not in ("java", "verapdf")] == ["watch"]


def everybody_may_read(root: Path) -> None:
    (root / "inbox/hubei/申报/测试申请人甲").chmod(0o2775)


def everybody_may_write_the_outbox(root: Path) -> None:
    (root / "outbox/hubei").chmod(0o777)


def everybody_may_read_the_keys(root: Path) -> None:
    (root / "var/keys").chmod(0o755)


def everybody_may_read_the_database(root: Path) -> None:
    (root / "var").chmod(0o755)


def a_role_folder_is_gone(root: Path) -> None:
    shutil.rmtree(root / "inbox/hubei/办理")


def a_personal_folder_is_gone(root: Path) -> None:
    shutil.rmtree(root / "inbox/hubei/签发/测试局长")


def a_template_is_gone(root: Path) -> None:
    next((root / "forms/hubei/issue").glob("rejection_notice.docx")).unlink()


def the_pack_is_broken(root: Path) -> None:
    (root / "schemas/hubei/pack.yaml").write_text("pack: [", encoding="utf-8")


def the_keys_lie_in_the_inbox(root: Path) -> None:
    _set(root, "signing.keys", '"inbox/keys"')


def a_key_file_is_damaged(root: Path) -> None:
    (root / "var/keys/tsa.p12").write_bytes(b"no key")


def there_are_no_keys(root: Path) -> None:
    shutil.rmtree(root / "var/keys")
    (root / "var/keys/published").mkdir(parents=True)
    (root / "var/keys").chmod(0o700)


def the_office_works_for_real(root: Path) -> None:
    _set(root, "office.mode", '"production"')


def _set(root: Path, key: str, value: str) -> None:
    section, name = key.split(".")
    lines = [line for line in (root / "office.toml").read_text(encoding="utf-8").splitlines() if not line.startswith(f"{name} =")]
    lines.insert(lines.index(f"[{section}]") + 1, f"{name} = {value}")
    (root / "office.toml").write_text("\n".join(lines), encoding="utf-8")


SPOILED = [
    (everybody_may_read, "person.hubei.申报.测试申请人甲"),
    (everybody_may_write_the_outbox, "outbox.hubei"),
    (everybody_may_read_the_keys, "keys"),
    (everybody_may_read_the_database, "var"),
    (a_role_folder_is_gone, "inbox.hubei.办理"),
    (a_personal_folder_is_gone, "person.hubei.签发.测试局长"),
    (a_template_is_gone, "pack.hubei"),
    (the_pack_is_broken, "pack.hubei"),
    (the_keys_lie_in_the_inbox, "layout"),
    (a_key_file_is_damaged, "certificates"),
    (there_are_no_keys, "certificates"),
    (the_office_works_for_real, "mode"),
]


@pytest.mark.parametrize(("spoil", "key"), SPOILED, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_wrong_is_found_and_has_its_remedy(sound: Path, spoil: Callable[[Path], None], key: str) -> None:
    assert found(look(sound), key).fit if key != "certificates" else True
    spoil(sound)
    check = found(look(sound), key)
    assert check.status is Status.FAILED
    assert all(check.told) and all(check.remedy)


def test_test_keys_have_no_place_in_production(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_office_works_for_real(sound)
    monkeypatch.setenv("HONGTOU_KEY_PASSPHRASE", "hongtou-demo")
    seal = found(look(sound), "certificate.seal-hubei-official.p12")
    assert (seal.status, "测试证书" in seal.told[0]) == (Status.FAILED, True)


@pytest.mark.parametrize(("days", "status"), [(0, Status.OK), (3600, Status.WARNING), (3700, Status.FAILED)])
def test_certificates_that_end(sound: Path, days: int, status: Status) -> None:
    later = wall_clock() + timedelta(days=days)
    assert found(look(sound, lambda: later), "certificate.seal-hubei-official.p12").status is status


@pytest.mark.parametrize(("seconds", "status"), [(0, Status.OK), (30, Status.OK), (300, Status.FAILED), (-300, Status.FAILED)])
def test_a_clock_that_is_off(sound: Path, seconds: int, status: Status) -> None:
    assert found(look(sound, lambda: wall_clock() + timedelta(seconds=seconds)), "clock.inbox").status is status


@pytest.mark.parametrize(("age", "status"), [(None, Status.NOT_RUN), (0, Status.OK), (3600, Status.FAILED)])
def test_the_heartbeat_of_the_watch(sound: Path, age: int | None, status: Status) -> None:
    if age is not None:
        canary = sound / "inbox" / CANARY
        canary.write_text("x")
        os.utime(canary, (canary.stat().st_mtime - age,) * 2)
    assert found(look(sound), "watch").status is status


@pytest.mark.parametrize(("free", "status"), [(500 << 20, Status.FAILED), (3 << 30, Status.WARNING), (50 << 30, Status.OK)])
def test_disk_space(sound: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: Status) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100 << 30, 0, free))
    assert found(look(sound), "disk.var").status is status


def test_an_office_whose_watch_does_not_run_is_not_fit(hongtou: Hongtou) -> None:
    result = hongtou("doctor", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"]) == (11, False)
    watch = next(check for check in told["checks"] if check["id"] == "watch")
    assert (watch["status"], watch["ok"]) == ("not_run", False)
    assert watch["remedy_zh"] and watch["remedy_en"]


def test_before_the_first_start_the_heartbeat_is_left_out(hongtou: Hongtou) -> None:
    told = answer(hongtou("doctor", "--before-start", "--json"))
    assert "watch" not in {check["id"] for check in told["checks"]}


def test_each_trouble_is_shown_with_what_to_do(sound: Path) -> None:
    everybody_may_read(sound)
    shown = run("doctor", "--office", sound)
    assert shown.exit_code == 11
    assert "✗ hubei/申报/测试申请人甲" in shown.stdout and "怎么办：chmod o-rwx" in shown.stdout and "what to do: chmod" in shown.stdout
