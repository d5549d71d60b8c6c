"""The authority certifies, the parties sign after it in their places and turns, and nothing else may come after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clockwork import SHANGHAI
from pipeline.errors import SigningError
from pipeline.papers.countersign import Party, SigningPlace, countersign, faults_of_copy, field_of, signatures_of
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.pki import Trust
from pipeline.papers.stamp import SealRequest, seal_document, sign_form
from pipeline.papers.verapdf import VeraPdf
from pipeline.papers.verdict import Answer, Verification
from pipeline.papers.verify import verify_pdf

from .conftest import NOW
from .tampering import TAMPERINGS

LATER, NEXT_DAY = NOW + timedelta(hours=1), NOW + timedelta(days=1)
FIRST, SECOND = Party("undertaker", "承担单位", "张三"), Party("member", "联合单位", "李四")
PARTIES = (FIRST, SECOND)
PLACES = tuple(SigningPlace(field_of(turn, party), party, 1, 110, 140 + 25 * turn, 68, 22) for turn, party in enumerate(PARTIES, 1))


def sign(pki: DemoPki, pdf: bytes, turn: int, who: str = "", at: datetime = LATER) -> bytes:
    party = PARTIES[turn - 1]
    return countersign(pdf, field_of(turn, party), pki.officer(who or party.name), at, pki.timestamper(lambda: at), demo=True)


def judged(pdf: bytes, trust: Trust, at: datetime = LATER) -> Verification:
    return verify_pdf(pdf, trust, at)


@pytest.fixture(scope="module")
def issued(notice: bytes, request_to_seal: SealRequest) -> bytes:
    """A document with two empty places, certified by the authority."""
    return seal_document(notice, replace(request_to_seal, countersigners=PLACES))


@pytest.fixture(scope="module")
def copies(pki: DemoPki, issued: bytes) -> Mapping[str, bytes]:
    """The states of a copy: signed by the first, and by both."""
    one = sign(pki, issued, 1)
    return {"issued": issued, "one": one, "both": sign(pki, one, 2)}


def test_each_state_is_valid_and_says_who_signed_where(copies: Mapping[str, bytes], trust: Trust) -> None:
    told = {name: judged(pdf, trust) for name, pdf in copies.items()}
    assert all(one.ok for one in told.values()), [one.zh for one in told.values()]
    assert [[report.field for report in one.signatures] for one in told.values()] == [
        ["OfficialSeal"], ["OfficialSeal", "Countersign1_undertaker"], ["OfficialSeal", "Countersign1_undertaker", "Countersign2_member"],
    ]  # fmt: skip
    assert told["both"].signatures[2].place == "联合单位（李四）电子签名处，第2位" and told["both"].signatures[0].place == ""
    assert all(pdf.startswith(copies["issued"]) for pdf in copies.values()), "what was issued stands untouched at the beginning"
    assert [list(faults_of_copy(PARTIES, one, ())) for one in told.values()] == [[], [], []]
    assert [row.party for row in signatures_of(PARTIES, told["both"])] == ["张三", "李四"]


def test_out_of_turn_by_somebody_else_or_without_an_earlier_one_is_refused(pki: DemoPki, copies: Mapping[str, bytes], trust: Trust) -> None:
    wrong = {
        "会签次序不对": sign(pki, copies["issued"], 2),
        "签名人是“测试李四”，不是承担单位“张三”": sign(pki, copies["issued"], 1, "李四"),
    }
    for word, pdf in wrong.items():
        faults = [zh for zh, _ in faults_of_copy(PARTIES, judged(pdf, trust), ())]
        assert len(faults) == 1 and word in faults[0], faults
    forked = judged(copies["issued"], trust)
    assert "没有已经登记的会签" in next(zh for zh, _ in faults_of_copy(PARTIES, forked, ("Countersign1_undertaker",)))


def test_a_signature_outside_the_places_breaks_the_certification(pki: DemoPki, copies: Mapping[str, bytes], trust: Trust) -> None:
    try:
        elsewhere = sign_form(copies["issued"], pki.officer("张三"), LATER, demo=True)
    except SigningError:
        return  # the signing library itself obeys the certification
    told = judged(elsewhere, trust)
    assert told.verdict is Answer.INVALID and any("签名核验不通过" in zh for zh, _ in faults_of_copy(PARTIES, told, ()))


def test_a_place_cannot_be_signed_twice_nor_one_that_is_not_there(pki: DemoPki, copies: Mapping[str, bytes]) -> None:
    with pytest.raises(SigningError):
        sign(pki, copies["one"], 1)
    with pytest.raises(SigningError, match="没有名为"):
        countersign(copies["issued"], "Countersign9_nobody", pki.officer("张三"), LATER, demo=True)


@pytest.mark.parametrize("way", sorted(TAMPERINGS))
def test_no_change_after_the_countersignatures_passes(way: str, copies: Mapping[str, bytes], trust: Trust) -> None:
    told = judged(TAMPERINGS[way](copies["both"]), trust)
    assert not told.ok, way
    assert list(faults_of_copy(PARTIES, told, ()))


def test_raised_before_or_after_the_parties_it_lasts(pki: DemoPki, copies: Mapping[str, bytes], trust: Trust, tmp_path: Path) -> None:
    fresh = Revocation(pki.fresh_crls(NEXT_DAY))
    raised = extend(copies["both"], trust, fresh, pki.timestamper(lambda: NEXT_DAY))
    early = sign(pki, extend(copies["issued"], trust, fresh, pki.timestamper(lambda: NEXT_DAY)), 1, at=NEXT_DAY)
    after = NEXT_DAY + timedelta(days=1)
    again = extend(early, trust, Revocation(pki.fresh_crls(after)), pki.timestamper(lambda: after))
    for pdf, count in ((raised, 3), (again, 2)):
        told = judged(pdf, trust, datetime(2037, 1, 1, tzinfo=SHANGHAI))
        assert told.ok and len(told.signatures) == count, told.zh
        assert list(faults_of_copy(PARTIES, told, ())) == []
    with VeraPdf() as vera:
        for name, pdf in (("会签", copies["both"]), ("长期", raised)):
            path = tmp_path / f"{name}.pdf"
            path.write_bytes(pdf)
            assert vera.check(path).ok, name
