"""The register of seals: whose, from when to when, by whom; what is expired, retired, foreign or exchanged is refused, and says why."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

from pipeline.clockwork import SHANGHAI
from pipeline.desk.keyring import Keyring
from pipeline.desk.people import init_office
from pipeline.desk.sealchecks import examine_seals, seal_lines
from pipeline.desk.seals import known_seals, note_seals, seals_on, with_seals
from pipeline.desk.service import Desk
from pipeline.errors import SealRefusedError, SettingsError, SigningError
from pipeline.law.pack import load_pack
from pipeline.office import load_office
from pipeline.papers.sealbook import REGISTER, fault_of_user, read_register
from pipeline.papers.sealpicture import picture_seal
from pipeline.papers.stamp import sign_form
from pipeline.papers.verify import verify_pdf

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
ENDS = date(2036, 11, 18)
"""When a demo certificate made at NOW ends."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("offices") / "office"
    init_office(root, ROOT, clock=lambda: NOW)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "office"))


def ring(root: Path, now: datetime = NOW) -> Keyring:
    office = load_office(root, {})
    return Keyring(office, {name: load_pack(office.schemas, name) for name in ("hubei", "chongqing")}, lambda: now)


def change(root: Path, use: str = "official", **row: Any) -> None:
    """The administrator edits the entry of one seal."""
    path = root / "var/keys" / REGISTER
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    said["hubei"][use][-1] |= row
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


def test_a_demo_makes_its_register_with_owner_period_and_certificate(root: Path) -> None:
    seals = {seal.id: seal for seal in ring(root).register}
    seal = seals["hubei-official"]
    assert (seal.owner, seal.use, seal.since, seal.until) == ("湖北省市场监督管理局", "official", "2023-11-22", ENDS.isoformat())
    assert len(seal.sha256) == 64 and seal.subject == "测试湖北省市场监督管理局" and seal.face["text"] == seal.owner
    assert {f"{j}-{use}" for j in ("hubei", "chongqing") for use in ("official", "receipt")} <= set(seals)
    for jurisdiction in ("hubei", "chongqing"):
        for use in ("official", "receipt"):
            assert ring(root).refusal(jurisdiction, use) is None
            assert ring(root).signer(jurisdiction, use).signing_cert is not None


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"until": "2026-11-20"}, "有效期至 2026-11-20"),
    ({"from": "2026-11-22"}, "自 2026-11-22 起才能使用"),
    ({"retired": {"on": "2026-11-21", "reason": "测试：印章遗失"}}, "印章遗失"),
    ({"owner": "重庆市市场监督管理局"}, "不是本机关"),
    ({"key": {"file": "seal-chongqing-official.p12"}, "certificate": {}}, "不是“湖北省市场监督管理局”的"),
    ({"certificate": {"sha256": "00" * 32}}, "不是同一张"),
)


@pytest.mark.parametrize(("row", "word"), WRONG)
def test_a_seal_the_register_forbids_gives_no_signer_and_says_why(root: Path, row: dict[str, Any], word: str) -> None:
    change(root, **row)
    with pytest.raises(SigningError) as fault:
        ring(root).signer("hubei", "official")
    assert word in fault.value.zh and "hubei-official" in fault.value.zh and REGISTER in fault.value.zh
    assert ring(root).signer("hubei", "receipt"), "the other seal is not touched"


def test_a_certificate_out_of_its_time_is_refused_though_the_register_has_no_dates(root: Path) -> None:
    change(root, **{"from": None, "until": None})
    assert ring(root).refusal("hubei", "official") is None
    late = ring(root, datetime(2036, 12, 1, tzinfo=SHANGHAI)).refusal("hubei", "official")
    assert late is not None and "证书有效期" in late[0]


def test_a_mended_register_works_at_once(root: Path) -> None:
    keys = ring(root)
    change(root, until="2026-01-31")
    assert keys.refusal("hubei", "official") is not None
    change(root, until="2030-12-31")
    assert keys.refusal("hubei", "official") is None and keys.signer("hubei", "official")


def test_the_next_seal_takes_over_on_the_day_the_last_one_ends(root: Path) -> None:
    path = root / "var/keys" / REGISTER
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    old = said["hubei"]["official"][0]
    said["hubei"]["official"] = [{**old, "until": "2026-12-31"}, {**old, "id": "hubei-official-2027", "from": "2027-01-01"}]
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    for day, seal in ((datetime(2026, 12, 31, tzinfo=SHANGHAI), "hubei-official"), (datetime(2027, 1, 1, tzinfo=SHANGHAI), "hubei-official-2027")):
        assert ring(root, day).registered("hubei", "official").id == seal and ring(root, day).refusal("hubei", "official") is None


def test_only_its_users_may_have_it_used_and_a_deputy_by_the_officers_right(root: Path) -> None:
    change(root, users=["测试局长"])
    keys = ring(root)
    assert keys.refusal("hubei", "official", "测试局长") is None
    assert keys.refusal("hubei", "official", "测试副局长", "测试局长") is None
    for who, officer in (("测试副局长", ""), ("测试局长", "测试别人")):
        told = keys.refusal("hubei", "official", who, officer)
        assert told is not None and "无权使用" in told[0]
    assert fault_of_user(keys.registered("hubei", "receipt"), "测试谁都行") is None, "no users entered: whoever may sign off"


BROKEN: tuple[tuple[str, str], ...] = (
    ("hubei: {official: {text: 某局, until: 昨天}}", "日期"),
    ("hubei: {official: {owner: 某局}}", "text"),
    ("hubei: {official: {text: 某局, untill: 2026-01-01}}", "untill"),
    ("hubei: {official: {text: 某局, retired: {on: 2026-01-01}}}", "原因"),
    ("hubei: {official: [{text: 某局, id: a}], receipt: {text: 某局, id: a}}", "重复"),
)


@pytest.mark.parametrize(("text", "word"), BROKEN)
def test_a_register_that_cannot_be_read_names_the_entry_and_the_key(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / REGISTER
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=word):
        read_register(path)


def test_a_register_of_before_reads_as_one_entry_for_each_use(tmp_path: Path) -> None:
    path = tmp_path / REGISTER
    path.write_text("hubei:\n  official: {text: 某省某局, centre_text: '', code: '42', diameter_mm: 42}\n", encoding="utf-8")
    (seal,) = read_register(path)
    assert (seal.id, seal.owner, seal.key, seal.users) == ("hubei-official", "某省某局", {"file": "seal-hubei-official.p12"}, ())


def test_each_state_of_the_register_is_kept_in_the_journal_with_its_day(root: Path) -> None:
    office, days = load_office(root, {}), [NOW]
    desk = Desk(office, lambda: days[-1])
    note_seals(desk)
    note_seals(desk)
    days.append(NOW + timedelta(days=10))
    change(root, retired={"on": "2026-12-01", "reason": "测试换发"})
    note_seals(desk)
    with desk.reading() as connection:
        events = desk.office_events(connection)
    desk.close()
    assert [event.kind for event in events] == ["seals", "seals"] and "hubei-official" in events[1].data["zh"] and "receipt" not in events[1].data["zh"]
    before, after = seals_on(events, date(2026, 11, 30)), seals_on(events, date(2026, 12, 1))
    assert before is not None and after is not None and seals_on(events, date(2026, 11, 20)) is None
    assert [next(s for s in seals if s.id == "hubei-official").retired_why for seals in (before, after)] == ["", "测试换发"]
    (root / "var/keys" / REGISTER).unlink()
    assert any(seal.id == "hubei-official" for seal in known_seals(office).values()), "what was taken out is known still"


@pytest.mark.parametrize(("left", "word"), [(91, ""), (90, "90天内"), (30, "30天内"), (7, "7天内"), (0, "还有 0 天"), (-1, "已于")])
def test_the_end_of_a_seal_is_told_ahead(root: Path, left: int, word: str) -> None:
    day = datetime.combine(ENDS - timedelta(days=left), NOW.timetz())
    lines = [line for line in seal_lines(ring(root, day), day) if "hubei-official" in line]
    assert bool(lines) == bool(word) and all(word in line for line in lines)
    status = {check.id: check.status for check in examine_seals(load_office(root, {}), lambda: day)}["seal.hubei.official"]
    assert status == ("ok" if not word else "warning" if left >= 0 else "failed")


def test_verify_names_the_seal_and_whether_it_was_in_force(root: Path, blank: Callable[[], bytes]) -> None:
    keys = ring(root)
    signed = sign_form(blank(), keys.signer("hubei", "official"), NOW, keys.timestamper, demo=True)
    change(root, retired={"on": "2026-11-22", "reason": "测试换发"})
    office = load_office(root, {})
    told = with_seals(verify_pdf(signed, keys.trust, NOW), known_seals(office))
    assert told.ok and "hubei-official" in told.signatures[0].seal[0] and told.signatures[0].seal[0].endswith("在用")
    change(root, retired={"on": "2026-11-20", "reason": "测试遗失"})
    told = with_seals(verify_pdf(signed, keys.trust, NOW), known_seals(office))
    assert "不在用" in told.signatures[0].seal[0] and "测试遗失" in told.signatures[0].seal[0]


@pytest.fixture
def blank() -> Callable[[], bytes]:
    return lambda: (ROOT / "tests/papers_seal/data/notice.pdf").read_bytes()


def _real_key(root: Path, owner: str) -> None:
    """A key of an office in earnest: a certificate that is nobody's demo."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=900)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (root / "var/keys/seal-hubei-official.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"x")))


def test_a_scanned_print_is_the_face_in_production_and_never_in_a_demo(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file and digest stand on the register; an exchanged, missing or unusable one keeps the seal from being used."""
    monkeypatch.setenv("HONGTOU_KEY_PASSPHRASE", "x")
    keys, owner = root / "var/keys", "湖北省市场监督管理局"
    ring_of = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(ring_of).ellipse((10, 10, 589, 589), outline=20, width=40)
    ring_of.save(keys / "print.png")
    printed = hashlib.sha256((keys / "print.png").read_bytes()).hexdigest()
    row = {"owner": owner, "text": owner, "diameter_mm": 42, "picture": {"file": "print.png", "sha256": printed}}
    (keys / REGISTER).write_text(yaml.safe_dump({"hubei": {"official": row}}, allow_unicode=True), encoding="utf-8")
    _real_key(root, owner)
    assert ring(root).seal("hubei", "official").demo, "a demo draws its own, plainly a test's"
    office = load_office(root, {"HONGTOU_OFFICE__MODE": "production", "HONGTOU_SIGNING__POLICY": "certificate"})
    packs = {"hubei": load_pack(office.schemas, "hubei")}
    earnest = Keyring(office, packs, lambda: NOW)
    assert earnest.refusal("hubei", "official") is None
    assert earnest.seal("hubei", "official") == picture_seal((keys / "print.png").read_bytes(), 42.0)
    (seal,) = earnest.register
    assert seal.plain()["face"]["picture"] == {"file": "print.png", "sha256": printed}, "so the journal has it"
    for data, words in ((b"other", "被换过"), (None, "打不开")):
        (keys / "print.png").write_bytes(data) if data else (keys / "print.png").unlink()
        refusal = Keyring(office, packs, lambda: NOW).refusal("hubei", "official")
        assert refusal is not None and words in refusal[0] and "不能使用" in refusal[0]
        with pytest.raises(SealRefusedError, match=words):
            Keyring(office, packs, lambda: NOW).signer("hubei", "official")
        with pytest.raises(SealRefusedError, match=words):
            Keyring(office, packs, lambda: NOW).seal("hubei", "official")


@pytest.mark.parametrize("picture", ["print.png", {"sha256": "x"}, {"file": "../print.png"}, {"file": "a.png", "name": "b"}])
def test_a_picture_that_is_written_wrongly_is_named(root: Path, picture: Any) -> None:
    change(root, picture=picture)
    with pytest.raises(SettingsError, match=r"hubei\.official.*picture"):
        read_register(root / "var/keys" / REGISTER)
