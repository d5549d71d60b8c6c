"""What was sealed stays checkable: raised on a later day, put in its place, raised again in time, still good in 2039."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipeline.clockwork import SHANGHAI
from pipeline.desk.keyring import Keyring
from pipeline.desk.lasting import not_raised
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
