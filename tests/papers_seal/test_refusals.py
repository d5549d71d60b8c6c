"""Validation refuses whatever it cannot follow: random damage, random faults within, and the quick look against the whole analysis."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from pipeline.papers import after_signing, answers, judge, lasting_changes, verify
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.lasting_changes import QUICK_DIFF_POLICY, only_lasting_additions
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.pki import Trust
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import sign_form
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf

from .attack_kit import gap, timestamped
from .attacks_later import LATER
from .conftest import NOW

NEXT_DAY = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def lasting(sealed: bytes, trust: Trust, pki: DemoPki) -> bytes:
    return extend(sealed, trust, Revocation(pki.fresh_crls(NEXT_DAY - timedelta(hours=1))), pki.timestamper(lambda: NEXT_DAY))


@pytest.fixture(scope="module")
def twice(sealed: bytes, officer: TemplateSigner, pki: DemoPki) -> bytes:
    """Sealed, signed by another, and timestamped."""
    later = pki.timestamper(lambda: NEXT_DAY)
    return timestamped(sign_form(sealed, officer, NEXT_DAY, later, demo=True), later)


@given(where=st.floats(0, 1), how=st.sampled_from(["flip", "insert", "delete", "append", "repeat"]), what=st.binary(min_size=1, max_size=40), raised=st.booleans())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_bytes_passes(sealed: bytes, lasting: bytes, trust: Trust, where: float, how: str, what: bytes, raised: bool) -> None:
    """Anywhere in the signed bytes, or behind them; the gap of the last signature is all that is not signed."""
    pdf = lasting if raised else sealed
    start, end = gap(pdf, which=-1)
    place = int(where * (len(pdf) - (end - start) - 1))
    place = place if place < start else place + end - start
    changed = {
        "flip": pdf[:place] + bytes([pdf[place] ^ (what[0] or 1)]) + pdf[place + 1 :],
        "insert": pdf[:place] + what + pdf[place:],
        "delete": pdf[:place] + pdf[place + len(what) :],
        "append": pdf + what,
        "repeat": pdf + pdf[place:],
    }[how]
    if changed.rstrip(b"\r\n") != pdf.rstrip(b"\r\n"):
        assert verify_pdf(changed, trust, NEXT_DAY).verdict is not Answer.VALID


FAULTS = [
    (judge, "settle"), (judge, "changed_answers"), (judge, "_gap_reasons"), (judge, "unlisted_objects"), (judge, "stray_bytes"),
    (judge, "covering_seals"), (judge, "_unnamed"), (judge.Judge, "_spec"), (judge.Judge, "signature"), (verify, "dropped_signatures"), (verify, "kept_data"),
    (verify, "_proven"), (answers, "_settings"), (after_signing, "_listed"), (QUICK_DIFF_POLICY, "review_file"),
]  # fmt: skip


@pytest.mark.parametrize("fault", [ValueError("坏了"), RecursionError(), MemoryError(), KeyError("/X"), AssertionError()], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize(("owner", "name"), FAULTS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_fault_within_is_a_refusal_with_its_reason(twice: bytes, trust: Trust, owner: Any, name: str, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: Any, **named: Any) -> Any:
        raise fault

    monkeypatch.setattr(owner, name, fails)
    verification = verify_pdf(twice, trust, NEXT_DAY)
    assert verification.verdict is not Answer.VALID
    assert type(fault).__name__ in verification.zh or verification.zh.startswith("无效：")
    assert verification.en.startswith(("Not valid: ", "Cannot tell: ")) and len(verification.en) > 20


def test_the_untouched_file_of_two_signatures_is_valid(twice: bytes, trust: Trust) -> None:
    verification = verify_pdf(twice, trust, NEXT_DAY)
    assert verification.ok, verification.zh


@pytest.mark.parametrize("how", ["lasting", "twice", *LATER])
def test_quick_look_and_whole_analysis_say_the_same(how: str, sealed: bytes, lasting: bytes, twice: bytes) -> None:
    """A yes of the quick look is a yes of the whole analysis; where it does not say yes, the whole analysis is what is heard."""
    pdf = {"lasting": lasting, "twice": twice}.get(how) or LATER[how].change(sealed)
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        signed = reader.embedded_regular_signatures[0].signed_revision
    except Exception:
        return
    whole = DEFAULT_DIFF_POLICY.review_file(reader, signed)
    heard = QUICK_DIFF_POLICY.review_file(reader, signed)
    level = whole.modification_level if isinstance(whole, DiffResult) else ModificationLevel.OTHER
    if only_lasting_additions(reader, signed):
        assert level <= ModificationLevel.LTA_UPDATES
    else:
        own = lasting_changes.fills_what_was_left_open(reader, signed) or lasting_changes.turns_annotations_round(reader, signed)
        assert (heard.modification_level if isinstance(heard, DiffResult) else ModificationLevel.OTHER) == (ModificationLevel.OTHER if own else level)
    assert how != "lasting" or only_lasting_additions(reader, signed)
