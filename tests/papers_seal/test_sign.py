"""CMS and timestamps: the same bytes pyHanko would write, and openssl agrees."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, SimpleSigner

from pipeline.errors import SigningError
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki
from pipeline.papers.pki import KeyPair, load_pair, signer_of
from pipeline.papers.sign import PrivateKey, TemplateSigner, sign_detached
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.timestamp import LocalTimeStamper, UrlTimeStamper, moment_of

from .conftest import NOW

KEYS: dict[str, PrivateKey] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
DIGEST = hashlib.sha256(b"some document").digest()


def _pair(kind: str, issuer: KeyPair) -> KeyPair:
    key = KEYS[kind]
    certificate = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试甲")]))
        .issuer_name(issuer.certificate.subject).public_key(key.public_key()).serial_number(99)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=9)).sign(issuer.key, hashes.SHA256())
    )  # fmt: skip
    return KeyPair(key, certificate, (issuer.certificate, *issuer.chain))


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("rsa", "sha256"), ("rsa", "sha512"), ("p256", "sha256"), ("p256", "sha512"), ("ed25519", "sha512")]
)
def test_the_template_gives_the_bytes_pyhanko_gives(
    pki: DemoPki, monkeypatch: pytest.MonkeyPatch, kind: str, algorithm: str
) -> None:
    issuer = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    ours = signer_of(_pair(kind, issuer))
    if kind == "p256":  # ECDSA draws a random number; hold it still on both sides
        monkeypatch.setattr(SimpleSigner, "sign_raw", lambda *_: b"S" * 70)
        monkeypatch.setattr(TemplateSigner, "sign_raw", lambda *_: b"S" * 70)
    stock = SimpleSigner(ours.signing_cert, ours.signing_key, ours.cert_registry)
    for document in (b"one", b"two"):
        digest = hashlib.new(algorithm, document).digest()
        expected = asyncio.run(stock.async_sign(digest, algorithm, use_pades=True)).dump()
        assert asyncio.run(ours.async_sign(digest, algorithm, use_pades=True)).dump() == expected


def test_the_timestamp_goes_where_pyhanko_puts_it(signer: TemplateSigner, timestamper: LocalTimeStamper, monkeypatch: pytest.MonkeyPatch) -> None:
    token = timestamper.token(DIGEST)

    async def always(*_: object) -> cms.ContentInfo:
        return cms.ContentInfo.load(token)

    monkeypatch.setattr(LocalTimeStamper, "async_timestamp", always)
    monkeypatch.setattr(SimpleSigner, "sign_raw", lambda *_: b"S" * 70)
    monkeypatch.setattr(TemplateSigner, "sign_raw", lambda *_: b"S" * 70)
    stock = SimpleSigner(signer.signing_cert, signer.signing_key, signer.cert_registry)
    expected = asyncio.run(stock.async_sign(DIGEST, "sha256", use_pades=True, timestamper=timestamper)).dump()
    assert asyncio.run(signer.async_sign(DIGEST, "sha256", use_pades=True, timestamper=timestamper)).dump() == expected


def test_what_is_not_plain_pades_is_left_to_pyhanko(signer: TemplateSigner) -> None:
    settings = PdfCMSSignedAttributes(signing_time=NOW)
    whole = asyncio.run(signer.async_sign(DIGEST, "sha256", use_pades=False, signed_attr_settings=settings))
    kinds = {each["type"].native for each in whole["content"]["signer_infos"][0]["signed_attrs"]}
    assert "signing_time" in kinds


def test_openssl_accepts_the_token(pki: DemoPki, timestamper: LocalTimeStamper, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_bytes(b"some document")
    subprocess.run(["openssl", "ts", "-query", "-data", data, "-sha256", "-cert", "-out", tmp_path / "q.tsq"], check=True, capture_output=True)
    asked = tsp.TimeStampReq.load((tmp_path / "q.tsq").read_bytes())
    answer = asyncio.run(timestamper.async_request_tsa_response(asked))
    (tmp_path / "r.tsr").write_bytes(answer.dump())
    command = [
        "openssl", "ts", "-verify", "-queryfile", tmp_path / "q.tsq", "-in", tmp_path / "r.tsr", "-CAfile", pki.published / "root.pem",
        "-attime", str(int(NOW.timestamp())),
    ]  # fmt: skip
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verification: OK" in judged.stdout, judged.stderr
    assert moment_of(answer["time_stamp_token"].dump()) == NOW


def signature_parts(pdf: bytes) -> tuple[bytes, bytes]:
    """What the last signature covers, and its CMS, cut out of the file by hand."""
    found = list(re.finditer(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) ?\]", pdf))[-1]
    start, length, resume, rest = (int(value) for value in found.groups())
    raw = bytes.fromhex(pdf[start + length + 1 : resume - 1].decode("ascii"))
    return pdf[start : start + length] + pdf[resume : resume + rest], cms.ContentInfo.load(raw).dump()


def openssl_judges(pki: DemoPki, covered: bytes, signature: bytes, folder: Path) -> str:
    (folder / "covered").write_bytes(covered)
    (folder / "cms").write_bytes(signature)
    command = [
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "cms", "-content", folder / "covered",
        "-CAfile", pki.published / "root.pem", "-purpose", "any", "-attime", str(int(NOW.timestamp())), "-out", "/dev/null",
        "-cades",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_openssl_accepts_the_seal_and_refuses_a_changed_page(pki: DemoPki, sealed: bytes, tmp_path: Path) -> None:
    covered, signature = signature_parts(sealed)
    assert "successful" in openssl_judges(pki, covered, signature, tmp_path)
    assert "failure" in openssl_judges(pki, covered[:-1] + b"x", signature, tmp_path)


def test_any_bytes_can_be_signed(pki: DemoPki, signer: TemplateSigner, timestamper: LocalTimeStamper, tmp_path: Path) -> None:
    signature = sign_detached(b"root of the day", signer, timestamper)
    assert "successful" in openssl_judges(pki, b"root of the day", signature, tmp_path)
    assert "failure" in openssl_judges(pki, b"root of a day", signature, tmp_path)


@pytest.mark.parametrize("years", [-4, 11])
def test_a_certificate_out_of_force_seals_nothing(notice: bytes, request_to_seal: SealRequest, years: int) -> None:
    with pytest.raises(SigningError, match="有效期"):
        seal_document(notice, replace(request_to_seal, now=NOW + timedelta(days=365 * years)))


def test_the_space_kept_for_the_signature_is_tight_and_always_enough(notice: bytes, request_to_seal: SealRequest) -> None:
    for _ in range(30):  # ECDSA signatures differ in length
        sealed = seal_document(notice, request_to_seal)
        start = sealed.rindex(b"/Contents <") + len(b"/Contents <")
        digits = sealed[start : sealed.index(b">", start)]
        assert len(digits) - len(digits.rstrip(b"0")) <= 80


class _Authority(BaseHTTPRequestHandler):
    timestamper: LocalTimeStamper
    asked = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = asyncio.run(self.timestamper.async_request_tsa_response(tsp.TimeStampReq.load(body))).dump()
        type(self).asked += 1
        status = 200 if self.path == "/good" else 503
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer if self.path == "/good" else b"")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def authority(timestamper: LocalTimeStamper) -> Iterator[str]:
    handler = type("Handler", (_Authority,), {"timestamper": timestamper})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("before", [[], ["/bad"], ["closed", "/bad"]])
def test_the_first_authority_that_answers_is_taken(
    authority: str, notice: bytes, request_to_seal: SealRequest, before: list[str]
) -> None:
    addresses = ["http://127.0.0.1:9/" if path == "closed" else authority + path for path in (*before, "/good")]
    sealed = seal_document(notice, replace(request_to_seal, timestamper=UrlTimeStamper(addresses, timeout=5)))
    signer = cms.ContentInfo.load(signature_parts(sealed)[1])["content"]["signer_infos"][0]
    token = next(each for each in signer["unsigned_attrs"] if each["type"].native == "signature_time_stamp_token")
    assert moment_of(token["values"][0].dump()) == NOW


@pytest.mark.parametrize("paths", [[], ["/bad"], ["/bad", "/bad"]])
def test_no_timestamp_means_not_sealed(authority: str, notice: bytes, request_to_seal: SealRequest, paths: list[str]) -> None:
    stamper = UrlTimeStamper([authority + path for path in paths], timeout=5)
    with pytest.raises(SigningError, match="时间戳服务均未应答"):
        seal_document(notice, replace(request_to_seal, timestamper=stamper))
