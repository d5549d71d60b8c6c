"""What was sealed stays checkable: raised on a later day, put in its place, raised again in time, still good in 2039."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.archive.algorithms import algorithms
from pipeline.clockwork import SHANGHAI
from pipeline.demo.lasting import foretell, prove, sealed_papers
from pipeline.desk.ailments import Check, Status
from pipeline.desk.backup import back_up
from pipeline.desk.keepchecks import examine_keeping
from pipeline.desk.keyring import Keyring
from pipeline.desk.lasting import BEFORE_END, diary, not_raised
from pipeline.diskwork import sha256_of
from pipeline.errors import SigningError
from pipeline.papers.longterm import Revocation, lasts_until
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf

from .town import Town


@pytest.fixture
def sealed(pending: Town) -> Town:
    assert pending.sign(pending.case()).outcome == "recorded"
    return pending



def _kept(town: Town) -> tuple[bytes, bytes]:
    paper = town.case().latest("rejection_notice")
    assert paper is not None
    return town.desk.store.get(paper.sha256), town.desk.store.get(paper.kept_sha256)


def test_on_the_day_of_sealing_nothing_is_raised(sealed: Town) -> None:
    sealed.sweep()
    as_sealed, kept = _kept(sealed)
    assert as_sealed == kept


def test_on_the_next_day_it_is_raised_and_lies_in_its_place(sealed: Town) -> None:
    sealed.later(days=1)
    sealed.sweep()
    as_sealed, kept = _kept(sealed)
    assert len(kept) > len(as_sealed) and kept.startswith(as_sealed)
    assert any(path.read_bytes() == kept for path in (sealed.outbox / "发文").rglob("*.pdf"))
    assert "已加归档时间戳" in sealed.timeline(sealed.case())
    events = len(sealed.case().history)
    sealed.sweep()
    assert len(sealed.case().history) == events, "once"
    sealed.books_are_whole()


def test_a_sealed_document_is_still_good_in_2039(sealed: Town) -> None:
    as_sealed, _ = _kept(sealed)
    in_2039 = datetime(2039, 7, 1, 9, tzinfo=SHANGHAI)
    sealed.later(days=1)
    sealed.sweep()
    diary = date.fromisoformat(sealed.case().latest("rejection_notice").raise_again_on)  # type: ignore[union-attr]
    sealed.now = datetime(diary.year, diary.month, diary.day, 9, tzinfo=SHANGHAI)
    sealed.sweep()
    _, kept = _kept(sealed)
    assert verify_pdf(kept, sealed.desk.keys.trust, in_2039).ok
    assert verify_pdf(as_sealed, sealed.desk.keys.trust, in_2039).verdict is Answer.CANNOT_TELL
    ends = lasts_until(kept)
    assert ends is not None and ends > in_2039


def test_without_newer_lists_it_waits_and_says_why(sealed: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Keyring.revocation
    monkeypatch.setattr(Keyring, "revocation", lambda *_: (Revocation(), ()))
    sealed.later(days=1)
    sealed.sweep()
    as_sealed, kept = _kept(sealed)
    assert as_sealed == kept
    with sealed.desk.reading() as connection:
        reasons = not_raised(connection)
    assert reasons and all("还没有签名之后的吊销信息" in why for why in reasons.values())
    monkeypatch.setattr(Keyring, "revocation", real)
    sealed.later(days=1)
    sealed.sweep()
    assert _kept(sealed)[1] != as_sealed
    with sealed.desk.reading() as connection:
        assert not_raised(connection) == {}


def test_an_algorithm_that_ends_brings_the_day_forward_and_a_timestamp_no_better_is_not_added(sealed: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of algorithms says when; what would add nothing is left off, with its reason."""
    sealed.later(days=1)
    sealed.sweep()
    (before,) = [entry for entry in diary(sealed.case()) if entry.paper.code == "rejection_notice"]
    assert before.because.startswith("时间戳证书") and before.again_on == before.until - BEFORE_END  # type: ignore[operator]
    ending = replace(algorithms()["ecdsa256"], end=date(2029, 1, 1))
    monkeypatch.setattr("pipeline.desk.lasting.first_to_end", lambda names: ending if "ecdsa256" in names else None)
    (aged,) = [entry for entry in diary(sealed.case()) if entry.paper.code == "rejection_notice"]
    assert (aged.until, aged.again_on) == (date(2029, 1, 1), date(2028, 1, 2)) and "ECDSA P-256" in aged.because
    _, kept = _kept(sealed)
    sealed.now = datetime(2028, 1, 3, 9, tzinfo=SHANGHAI)
    sealed.sweep()
    assert _kept(sealed)[1] == kept
    with sealed.desk.reading() as connection:
        assert any("并不比原有的更久" in why for why in not_raised(connection).values())
    monkeypatch.setattr("pipeline.desk.lasting.protected_by", lambda pdf: frozenset({"sha512", "ecdsa384"}))
    sealed.later(days=1)
    sealed.sweep()
    assert _kept(sealed)[1].startswith(kept) and _kept(sealed)[1] != kept
    with sealed.desk.reading() as connection:
        assert not_raised(connection) == {}


def test_doctor_names_what_was_not_raised_what_waits_and_a_key_in_no_backup(sealed: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def checks() -> dict[str, Check]:
        return {check.id: check for check in examine_keeping(sealed.desk.office)}

    assert checks()["sealing.waiting"].status is Status.OK and checks()["lasting.not_raised"].status is Status.OK
    monkeypatch.setattr(Keyring, "revocation", lambda *_: (Revocation(), ()))
    sealed.later(days=1)
    sealed.sweep()
    assert checks()["lasting.not_raised"].status is Status.WARNING and "还没有签名之后的吊销信息" in checks()["lasting.not_raised"].told[0]
    assert sealed.desk.keys.sealing  # made at first need
    assert checks()["sealing.key"].status is Status.WARNING and "没有备份过" in checks()["sealing.key"].told[0]
    back_up(sealed.desk, tmp_path / "b.zip")
    assert checks()["sealing.key"].status is Status.OK
    key = sealed.desk.office.keys / "sealing.key"
    key.chmod(0o644)
    assert checks()["sealing.key"].status is Status.FAILED
    key.chmod(0o600)
    key.write_bytes(key.read_bytes()[:-1] + bytes([key.read_bytes()[-1] ^ 1]))
    assert checks()["sealing.key"].status is Status.FAILED and "打不开" in checks()["sealing.key"].told[0]


def test_a_dead_timestamp_service_loses_nothing(sealed: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> bytes:
        raise SigningError("时间戳服务均未应答", "no timestamp authority answered")

    monkeypatch.setattr("pipeline.desk.lasting.extend", silent)
    sealed.later(days=1)
    sealed.sweep()
    as_sealed, kept = _kept(sealed)
    assert as_sealed == kept
    with sealed.desk.reading() as connection:
        assert set(not_raised(connection).values()) == {"时间戳服务均未应答"}


def test_the_demo_asks_2039_of_copies_and_its_evidence_of_a_bare_python(sealed: Town, tmp_path: Path) -> None:
    """What the demo's end does: nothing of the office's keys or documents is touched by it."""
    def touched() -> dict[str, str]:
        office = sealed.desk.office
        return {str(path): sha256_of(path) for folder in (office.keys, office.store) for path in sorted(folder.rglob("*")) if path.is_file()}

    sealed.later(days=1)
    sealed.sweep()
    papers, before = sealed_papers(sealed.cases()), touched()
    told = foretell(sealed.desk, papers)
    assert told.documents == len(papers) >= 2 and told.good == told.documents and told.good_unraised == 0 and told.raised_in > 2030
    assert touched() == before
    proof = prove(sealed.desk, sealed.case(), tmp_path)
    assert proof.passed and "通过 / PASSED" in proof.told[-1] and proof.page.is_file() and proof.package.is_file()
