"""Every published class of attack on signed PDFs, made on our own notice: none is called valid, each refusal says why in both languages.

Whoever attacks can have a document timestamp from an authority that everyone trusts, and perhaps a certificate that this
office knows: so each update is tried bare, then under such a timestamp, then under another good signature.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.signers.pdf_cms import SimpleSigner

from pipeline.errors import SigningError
from pipeline.papers.demo_pki import DemoPki, make_demo_pki
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.pki import Trust
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import sign_form
from pipeline.papers.timestamp import LocalTimeStamper
from pipeline.papers.verdict import Answer, Verification
from pipeline.papers.verify import verify_pdf

from .attack_kit import Attack, cms_of, looks, signed_with, stream, timestamped, update, with_cms
from .attacks_certified import BLANK_BOX, EVIL_ADDITIONS, TEXT_BOX, Picture, place_for_signature
from .attacks_file import FILE, token_of, with_token
from .attacks_later import LATER
from .attacks_shadow import SHADOWS
from .conftest import NOW, SEALS
from .tampering import _later, _replace_content

NEXT_DAY = NOW + timedelta(days=1)
UNDOABLE = (PdfError, PyHankoSigningError, SigningError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, AssertionError)
"""What pyHanko raises where a broken file takes no further signature at all."""
RED = b"0.8 0 0 rg 0 0 400 200 re f"
WHITE = b"1 g 0 0 400 200 re f"


@pytest.fixture(scope="module")
def later_stamper(pki: DemoPki) -> LocalTimeStamper:
    return pki.timestamper(lambda: NEXT_DAY)


@pytest.fixture(scope="module")
def lasting(sealed: bytes, trust: Trust, pki: DemoPki, later_stamper: LocalTimeStamper) -> bytes:
    return extend(sealed, trust, Revocation(pki.fresh_crls(NEXT_DAY - timedelta(hours=1))), later_stamper)


@pytest.fixture(scope="module")
def roomy(notice: bytes, signer: TemplateSigner, timestamper: LocalTimeStamper) -> bytes:
    """Signed by pyHanko itself, with room in the gap for whatever an attacker wants to put there."""
    return signed_with(notice, signer, timestamper)


@pytest.fixture(scope="module")
def roomy_lasting(roomy: bytes, trust: Trust, pki: DemoPki, later_stamper: LocalTimeStamper) -> bytes:
    return extend(roomy, trust, Revocation(pki.fresh_crls(NEXT_DAY - timedelta(hours=1))), later_stamper)


@pytest.fixture(scope="module")
def again(officer: TemplateSigner, later_stamper: LocalTimeStamper) -> Callable[[bytes], Iterator[bytes]]:
    """A file as it is, under a good timestamp, and under another good signature, where it takes them."""

    def ways(pdf: bytes) -> Iterator[bytes]:
        yield pdf
        for cure in (lambda: timestamped(pdf, later_stamper), lambda: sign_form(pdf, officer, NEXT_DAY, later_stamper, demo=True)):
            try:
                yield cure()
            except UNDOABLE:
                continue

    return ways


def refused(pdf: bytes, trust: Trust) -> Verification:
    """The verdict, which must be a refusal that says why."""
    verification = verify_pdf(pdf, trust, NEXT_DAY)
    assert verification.verdict is not Answer.VALID, verification.zh
    assert not verification.ok
    zh, en = verification.zh.partition("：")[2].strip("。 "), verification.en.partition(":")[2].strip(". ")
    assert zh and en, (verification.zh, verification.en)
    return verification


def seen(before: bytes, after: bytes) -> bool:
    """Whether a reader would see another page; a file that cannot be drawn shows nothing of its own."""
    try:
        return looks(after) != looks(before)
    except RuntimeError:
        return False


def test_what_the_attacks_start_from_is_valid(sealed: bytes, lasting: bytes, roomy: bytes, roomy_lasting: bytes, trust: Trust) -> None:
    assert [verify_pdf(pdf, trust, NEXT_DAY).verdict for pdf in (sealed, lasting, roomy, roomy_lasting)] == [Answer.VALID] * 4


@pytest.mark.parametrize("how", FILE)
def test_forged_and_wrapped_signatures(how: str, roomy: bytes, roomy_lasting: bytes, trust: Trust, later_stamper: LocalTimeStamper) -> None:
    for base in (roomy, roomy_lasting):
        forged = FILE[how].change(base)
        assert forged != base
        refused(forged, trust)
        try:
            refused(timestamped(forged, later_stamper), trust)
        except UNDOABLE[:-1]:
            continue


@pytest.mark.parametrize("how", LATER)
def test_updates_after_signing(how: str, sealed: bytes, lasting: bytes, trust: Trust, again: Any, later_stamper: LocalTimeStamper) -> None:
    attack: Attack = LATER[how]
    changed = attack.change(sealed)
    assert not attack.visible or seen(sealed, changed)
    for made in again(changed) if attack.curable else (changed,):
        refused(made, trust)
    refused(attack.change(lasting), trust)


@pytest.mark.parametrize("how", SHADOWS)
def test_shadow_attacks(how: str, notice: bytes, signer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust, again: Any) -> None:
    shadow = SHADOWS[how]
    signed = signed_with(shadow.prepare(notice), signer, timestamper)
    assert verify_pdf(signed, trust, NEXT_DAY).ok
    changed = shadow.change(signed)
    assert not shadow.visible or seen(signed, changed)
    for made in again(changed):
        refused(made, trust)


@pytest.fixture(scope="module", params=list(MDPPerm), ids=lambda permitted: f"P{permitted.value}")
def certified(request: Any, notice: bytes, signer: TemplateSigner, timestamper: LocalTimeStamper) -> tuple[MDPPerm, bytes]:
    """A certified document with a place for the other party's signature."""
    return request.param, signed_with(place_for_signature(notice, "Counter", BLANK_BOX), signer, timestamper, certify=request.param)


@pytest.mark.parametrize("how", EVIL_ADDITIONS)
def test_evil_annotations_on_certified_documents(how: str, certified: tuple[MDPPerm, bytes], trust: Trust, later_stamper: LocalTimeStamper) -> None:
    permitted, pdf = certified
    changed = EVIL_ADDITIONS[how](pdf)
    assert not how.startswith("EAA: FreeText") or seen(pdf, changed)
    refused(timestamped(changed, later_stamper) if permitted is MDPPerm.ANNOTATE else changed, trust)


def test_the_other_party_signs_where_it_was_foreseen(certified: tuple[MDPPerm, bytes], officer: TemplateSigner, later_stamper: LocalTimeStamper, trust: Trust) -> None:
    permitted, pdf = certified
    assert verify_pdf(timestamped(pdf, later_stamper), trust, NEXT_DAY).ok
    if permitted is MDPPerm.NO_CHANGES:
        return
    both = signed_with(pdf, officer, later_stamper, field="Counter", style=Picture(RED))
    assert seen(pdf, both) and verify_pdf(both, trust, NEXT_DAY).ok
    assert verify_pdf(timestamped(both, later_stamper), trust, NEXT_DAY).ok


@pytest.mark.parametrize("content", [WHITE, RED], ids=["white", "red"])
@pytest.mark.parametrize("foreseen", [True, False], ids=["foreseen", "not foreseen"])
@pytest.mark.parametrize("certify", [None, MDPPerm.FILL_FORMS], ids=["approved", "certified"])
def test_sneaky_signatures(
    content: bytes, foreseen: bool, certify: MDPPerm | None, notice: bytes, signer: TemplateSigner, officer: TemplateSigner,
    timestamper: LocalTimeStamper, later_stamper: LocalTimeStamper, trust: Trust,
) -> None:  # fmt: skip
    """A good signature of somebody this office knows, whose picture lies over the text."""
    laid = place_for_signature(notice, "Counter", TEXT_BOX) if foreseen else notice
    first = signed_with(laid, signer, timestamper, certify=certify)
    sneaky = signed_with(first, officer, later_stamper, field="Counter", box=None if foreseen else TEXT_BOX, style=Picture(content))
    assert seen(first, sneaky)
    told = refused(sneaky, trust)
    assert certify is not None and not foreseen or "遮改了第1页" in told.zh
    refused(timestamped(sneaky, later_stamper), trust)


def test_a_later_signature_on_blank_paper_hides_nothing(
    notice: bytes, signer: TemplateSigner, officer: TemplateSigner, timestamper: LocalTimeStamper, later_stamper: LocalTimeStamper, trust: Trust
) -> None:
    first = signed_with(notice, signer, timestamper)
    second = signed_with(first, officer, later_stamper, field="Later", box=BLANK_BOX, style=Picture(RED))
    assert seen(first, second) and verify_pdf(second, trust, NEXT_DAY).ok


def test_a_value_from_another_document(
    roomy: bytes, notice: bytes, signer: TemplateSigner, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust
) -> None:
    other = signed_with(_later(_replace_content)(notice), signer, timestamper)
    refused(with_cms(roomy, cms_of(other).dump()), trust)
    refused(with_cms(roomy, cms_of(signed_with(notice, officer, timestamper)).dump()), trust)


def test_a_timestamp_from_another_document(roomy: bytes, notice: bytes, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust) -> None:
    refused(with_token(roomy, token_of(signed_with(notice, officer, timestamper))), trust)


def test_a_timestamp_taken_off_is_told_and_nothing_rests_on_it(roomy: bytes, roomy_lasting: bytes, trust: Trust) -> None:
    """Nothing in a signature says that it had one: the time is then the signer's own word, and is called that."""

    def bare(pdf: bytes) -> bytes:
        signed = cms_of(pdf)["content"]
        signer = signed["signer_infos"][0].copy()
        del signer["unsigned_attrs"]
        signed["signer_infos"] = type(signed["signer_infos"])([signer])
        return with_cms(pdf, type(cms_of(pdf))({"content_type": "signed_data", "content": signed}).dump())

    told = verify_pdf(bare(roomy), trust, NEXT_DAY)
    assert told.signatures[0].timestamp is None and any("没有时间戳" in note.zh for note in told.not_run)
    refused(bare(roomy_lasting), trust)


def test_a_stranger_of_the_same_name(notice: bytes, signer: TemplateSigner, timestamper: LocalTimeStamper, tmp_path: Path, trust: Trust) -> None:
    stranger = make_demo_pki(tmp_path, SEALS, (), NOW).seal("hubei")
    theirs = signed_with(notice, stranger, timestamper)
    refused(theirs, trust)
    whole = cms_of(theirs)["content"]
    whole["certificates"] = cms_of(signed_with(notice, signer, timestamper))["content"]["certificates"]
    refused(with_cms(theirs, type(cms_of(theirs))({"content_type": "signed_data", "content": whole}).dump()), trust)


class _Unbound(SimpleSigner):  # type: ignore[misc]
    """Signs well, but leaves out which certificate it means."""

    async def signed_attrs(self, *given: Any, **named: Any) -> Any:
        attributes = await super().signed_attrs(*given, **named)
        return type(attributes)([each for each in attributes if each["type"].native != "signing_certificate_v2"])


def test_weak_digests_and_unnamed_certificates(notice: bytes, signer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust) -> None:
    plain = SimpleSigner(signer.signing_cert, signer.signing_key, signer.cert_registry)
    assert verify_pdf(signed_with(notice, plain, timestamper), trust, NEXT_DAY).ok
    for subfilter in (SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED):
        refused(signed_with(notice, plain, None, algorithm="sha1", subfilter=subfilter), trust)
    unbound = _Unbound(signer.signing_cert, signer.signing_key, signer.cert_registry)
    refused(signed_with(notice, unbound, timestamper), trust)


@pytest.mark.parametrize("cured", [False, True])
def test_revocation_data_exchanged(lasting: bytes, trust: Trust, later_stamper: LocalTimeStamper, tmp_path: Path, cured: bool) -> None:
    """The lists in the file replaced by a stranger's, or by junk."""
    store = IncrementalPdfFileWriter(io.BytesIO(lasting)).root["/DSS"]
    numbers = [store["/CRLs"].raw_get(place).idnum for place in range(len(store["/CRLs"]))]
    for content in (make_demo_pki(tmp_path, (), (), NOW).fresh_crls(NEXT_DAY)[0], b"junk"):
        changed = update(lasting, dict.fromkeys(numbers, stream(content)))
        refused(timestamped(changed, later_stamper) if cured else changed, trust)
