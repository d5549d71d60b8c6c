"""The QR code: signed, short, drawn true, and bound to the unstamped first revision."""

from __future__ import annotations

from datetime import date

import pypdfium2 as pdfium
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.outline import MM
from pipeline.papers.pki import load_qr_public
from pipeline.papers.qr import Payload, payload_for, qr_graphic, read_payload, sign_payload, verify_payload
from pipeline.papers.revision import Revision

from .conftest import DAY, blank_pages

KEY = Ed25519PrivateKey.generate()
PUBLIC = (KEY.public_key(),)
PAYLOAD = Payload(number="测市监计量〔2026〕1号", case="测-2026-0001", day=DAY, sha256="ab" * 32, length=90_767)


@pytest.mark.parametrize("address", ["", "https://verify.example/d", "https://verify.example/查验?x=1"])
@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD,
        Payload(number="", case="", day=date(2000, 1, 1), sha256="00" * 32, length=0),
        Payload(number="长" * 80, case="x" * 200, day=date(2099, 12, 31), sha256="ff" * 32, length=2**32 - 1),
    ],
)
def test_what_is_signed_is_read_back(payload: Payload, address: str) -> None:
    text = sign_payload(payload, KEY, address)
    assert read_payload(text) == payload
    assert verify_payload(text, PUBLIC) == payload


def test_a_code_is_short_enough_for_twenty_millimetres() -> None:
    modules = len(segno.make(["https://verify.example/d#", sign_payload(PAYLOAD, KEY)], error="m").matrix)
    assert 20 / modules >= 0.3  # millimetres a module


@pytest.mark.parametrize("place", [0, 5, 60, 120, 200, -1])
def test_a_changed_token_is_refused(place: int) -> None:
    token = sign_payload(PAYLOAD, KEY)
    changed = list(token)
    changed[place] = "A" if changed[place] != "A" else "Q"
    assert verify_payload("".join(changed), PUBLIC) is None


@pytest.mark.parametrize("text", ["", "#", "https://verify.example/", "你好", "AAAA", "A" * 300, "0189"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert verify_payload(text, PUBLIC) is None
    with pytest.raises(ValueError, match=r".*"):
        read_payload(text)


def test_a_token_of_another_office_is_refused() -> None:
    token = sign_payload(PAYLOAD, Ed25519PrivateKey.generate())
    assert read_payload(token) == PAYLOAD
    assert verify_payload(token, PUBLIC) is None


def test_the_published_key_verifies(pki: DemoPki) -> None:
    keys = load_qr_public([pki.published / "qr.pub"])
    assert verify_payload(sign_payload(PAYLOAD, pki.qr_key()), keys) == PAYLOAD


def test_the_payload_fits_the_sealed_file_and_no_other(notice: bytes, sealed: bytes) -> None:
    payload = payload_for(notice, "测市监计量〔2026〕1号", "测-2026-0001", DAY)
    assert payload.fits(sealed)
    assert payload.fits(notice)
    assert not payload.fits(notice[:-1])
    assert not payload.fits(b"\0" + sealed[1:])


def test_every_module_is_drawn_where_it_belongs() -> None:
    text = sign_payload(PAYLOAD, KEY, "https://verify.example/d")
    address, _, token = text.rpartition("#")
    revision = Revision(blank_pages(1))
    revision.place(0, qr_graphic(text, 40), 100, 400)
    image = pdfium.PdfDocument(revision.unsigned())[0].render(scale=4).to_pil().convert("L")
    rows = [list(row) for row in segno.make([f"{address}#", token], error="m", boost_error=False, mask=2).matrix]
    side = 40 * MM / len(rows)
    seen = [
        [image.getpixel((int((100 + (x + 0.5) * side) * 4), int((842 - 400 - 40 * MM + (y + 0.5) * side) * 4))) < 128 for x in range(len(rows))]
        for y in range(len(rows))
    ]
    assert seen == [[bool(module) for module in row] for row in rows]
