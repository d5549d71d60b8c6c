"""Offices that would lose or loop work are refused at start with the reason; settings are checked, named with their place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipeline.clockwork import wall_clock
from pipeline.desk.keyring import Keyring
from pipeline.desk.people import init_office
from pipeline.errors import HongtouError, LayoutError, SettingsError, SigningError
from pipeline.office import check_layout, load_office

ROOT = Path(__file__).parents[2]


def office_with(root: Path, toml: str, environment: dict[str, str] | None = None) -> object:
    root.mkdir(exist_ok=True)
    (root / "office.toml").write_text(toml, encoding="utf-8")
    return load_office(root, environment or {})


@pytest.mark.parametrize(
    ("toml", "word"),
    [
        ('[folders]\noutbox = "inbox"', "重叠"),
        ('[folders]\noutbox = "inbox/发件"', "重叠"),
        ('[folders]\nvar = "outbox/var"', "重叠"),
        ('[folders]\ninbox = "schemas"', "重叠"),
        ('[folders]\nforms = "."', "重叠"),
        ('[signing]\nkeys = "inbox/keys"', "密钥"),
        ('[signing]\nkeys = "outbox/hubei/keys"', "密钥"),
        ('[folders]\nspool = "/dev/shm/hongtou-spool"', "不在同一文件系统"),
        ('[folders]\nspool = "inbox/spool"', "spool"),
    ],
)
def test_a_dangerous_layout_is_refused_with_the_reason(tmp_path: Path, toml: str, word: str) -> None:
    with pytest.raises(LayoutError, match=word):
        check_layout(office_with(tmp_path / "office", toml))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('[office]\nmode = "production2"', "office.mode"),
        ("[intake]\nsettle_seconds = -1", "intake.settle_seconds"),
        ('[intake]\nsettle_seconds = "two"', "intake.settle_seconds"),
        ("[engine]\nworkers = 0", "engine.workers"),
        ('[signing]\npolicy = "trust me"', "signing.policy"),
        ("[offices]\nname = 'x'", "offices"),
        ("[office]\nnam = 'x'", "office.nam"),
        ("office = ", "TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_file_and_key(tmp_path: Path, toml: str, key: str) -> None:
    with pytest.raises(SettingsError) as fault:
        office_with(tmp_path / "office", toml)
    assert "office.toml" in fault.value.zh and key in fault.value.zh


def test_a_wrong_setting_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HONGTOU_ENGINE__WORKERS"):
        office_with(tmp_path / "office", "", {"HONGTOU_ENGINE__WORKERS": "many"})


def test_people_are_read_with_the_place_of_a_fault(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / "people.yaml").write_text("- {jurisdiction: hubei, role: 签发, folder: 甲, name: 甲}\n- {role: 签发, nam: 乙}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="第2条"):
        office_with(tmp_path / "office", "")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("offices") / "office"
    init_office(root, ROOT)
    return root


def test_init_makes_folders_with_the_permissions_of_their_roles(made: Path) -> None:
    office = load_office(made, {})
    for path in (office.var, office.store, office.spool, office.keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for key in office.keys.glob("*.p12"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key
    for person in office.people:
        home = office.role_folder(person.jurisdiction, person.role) / person.folder
        assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0, "other applicants see nothing of it"
        assert (home / "回执").is_dir()


def test_init_twice_changes_nothing(made: Path) -> None:
    before = {p: p.read_bytes() for p in made.rglob("*") if p.is_file()}
    init_office(made, ROOT)
    assert {p: p.read_bytes() for p in made.rglob("*") if p.is_file()} == before


def test_the_settings_file_explains_every_setting(made: Path) -> None:
    from pipeline.settings import SETTINGS

    text = (made / "office.toml").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert setting.zh in text and setting.key.rsplit(".", 1)[1] in text


def test_an_office_in_production_refuses_demo_keys(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.law.pack import load_pack
    from pipeline.papers.demo_pki import DEMO_PASSPHRASE

    office = load_office(made, {"HONGTOU_OFFICE__MODE": "production", "HONGTOU_SIGNING__POLICY": "certificate"})
    ring = Keyring(office, {"hubei": load_pack(office.schemas, "hubei")}, wall_clock)
    monkeypatch.setenv("HONGTOU_KEY_PASSPHRASE", DEMO_PASSPHRASE)
    with pytest.raises(HongtouError) as fault:
        ring.signer("hubei", "official")
    assert "测试" in fault.value.zh
    with pytest.raises(SigningError, match="时间戳"):
        _ = ring.timestamper
    monkeypatch.delenv("HONGTOU_KEY_PASSPHRASE")
    with pytest.raises(SigningError, match="口令"):
        ring._signers.clear()
        ring.signer("hubei", "official")
