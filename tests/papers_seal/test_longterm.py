"""Signatures that outlive their certificates: raised with fresh revocation data, raised again in time, judged in 2039."""

from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from pipeline.clockwork import SHANGHAI
from pipeline.errors import SigningError
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, make_demo_pki
from pipeline.papers.lasting_changes import only_lasting_additions
from pipeline.papers.longterm import Link, Revocation, extend, lacking, lasts_until, links
from pipeline.papers.pki import KeyPair, Trust, for_asn1, load_pair
from pipeline.papers.revocation import fetch_revocation
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import sign_form
from pipeline.papers.timestamp import LocalTimeStamper
from pipeline.papers.verapdf import VeraPdf
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf

from .conftest import NOW, SEALS, blank_pages
from .tampering import TAMPERINGS

NEXT_DAY = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def fresh(pki: DemoPki) -> Revocation:
    return Revocation(pki.fresh_crls(NEXT_DAY - timedelta(hours=1)))


@pytest.fixture(scope="module")
def lasting(sealed: bytes, trust: Trust, fresh: Revocation, pki: DemoPki) -> bytes:
    return extend(sealed, trust, fresh, pki.timestamper(lambda: NEXT_DAY))


def test_raising_only_adds(sealed: bytes, lasting: bytes, trust: Trust) -> None:
    assert lasting.startswith(sealed)
    verification = verify_pdf(lasting, trust, NEXT_DAY)
    assert verification.ok, verification.zh
    assert verification.added_after == ("Archive",)
    ends = lasts_until(lasting)
    assert ends is not None and ends > NEXT_DAY + timedelta(days=11 * 365)
    assert lasts_until(sealed) is None


def test_what_was_raised_is_still_archival_pdf(lasting: bytes, tmp_path: Path) -> None:
    path = tmp_path / "长期.pdf"
    path.write_bytes(lasting)
    with VeraPdf() as vera:
        result = vera.check(path)
    assert result.ok, result
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told and "Archive" in told and "Total document signed" in told


def test_revocation_data_older_than_the_signature_are_not_kept(sealed: bytes, trust: Trust, pki: DemoPki) -> None:
    older = Revocation(pki.fresh_crls(NOW - timedelta(days=1)))
    missing = lacking(links(sealed, trust), older)
    assert {reason.zh.split("”")[0].strip("“") for reason in missing} == {"测试某省市场监督管理局", "测试签发证书", "测试时间戳"}
    with pytest.raises(SigningError, match="还没有签名之后的吊销信息"):
        extend(sealed, trust, older, pki.timestamper(lambda: NEXT_DAY))
    with pytest.raises(SigningError, match="不能追溯到"):
        links(sealed, Trust(()))


YEARS = [
    ("as sealed", 2030, Answer.VALID), ("as sealed", 2037, Answer.VALID), ("as sealed", 2039, Answer.CANNOT_TELL), ("raised", 2037, Answer.VALID),
    ("raised", 2040, Answer.CANNOT_TELL), ("raised again", 2039, Answer.VALID), ("raised again", 2045, Answer.VALID),
    ("raised too late", 2039, Answer.CANNOT_TELL),
]  # fmt: skip


@pytest.mark.parametrize(("how", "year", "expected"), YEARS)
def test_how_long_a_signature_can_be_checked(tmp_path: Path, how: str, year: int, expected: Answer) -> None:
    pki = make_demo_pki(tmp_path, SEALS, (), NOW)
    pdf = sign_form(blank_pages(1), pki.seal("hubei"), NOW, pki.timestamper(lambda: NOW), demo=True)
    if how.startswith("raised"):
        if how != "raised too late":
            pdf = _raised(pdf, pki, NEXT_DAY)
        if how in ("raised again", "raised too late"):
            later = datetime(2038 if how == "raised again" else 2039, 6, 1, tzinfo=SHANGHAI)
            make_demo_pki(tmp_path, SEALS, (), later)
            pdf = _raised(pdf, pki, later)
    assert verify_pdf(pdf, pki.trust(), datetime(year, 6, 30, tzinfo=SHANGHAI)).verdict is expected


def _raised(pdf: bytes, pki: DemoPki, when: datetime) -> bytes:
    return extend(pdf, pki.trust(), Revocation(pki.fresh_crls(when - timedelta(hours=1))), pki.timestamper(lambda: when))


def test_a_seal_revoked_before_it_was_raised_is_not_valid(sealed: bytes, lasting: bytes, trust: Trust, pki: DemoPki) -> None:
    issuing = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    for revoked_on, expected in ((NOW - timedelta(days=1), Answer.INVALID), (NEXT_DAY + timedelta(days=90), Answer.VALID)):
        listed = _revoking(issuing, pki.seal("hubei"), revoked_on)
        later = Trust(trust.roots, (*trust.crls, listed), trust.intermediates)
        assert verify_pdf(lasting, later, NEXT_DAY + timedelta(days=400)).verdict is expected, revoked_on


def _revoking(issuer: KeyPair, signer: TemplateSigner, when: datetime) -> bytes:
    serial = signer.signing_cert.serial_number
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject).add_revoked_certificate(entry)
    builder = builder.last_update(NEXT_DAY + timedelta(days=100)).next_update(NEXT_DAY + timedelta(days=900))
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("how", sorted(TAMPERINGS))
def test_every_falsification_of_a_raised_document_is_refused(lasting: bytes, trust: Trust, how: str) -> None:
    assert verify_pdf(TAMPERINGS[how](lasting), trust, NEXT_DAY).verdict is not Answer.VALID


@pytest.mark.parametrize("how", ["as sealed", "raised", "raised twice", *sorted(TAMPERINGS)])
def test_the_quick_look_agrees_with_the_whole_analysis(
    sealed: bytes, lasting: bytes, pki: DemoPki, trust: Trust, fresh: Revocation, how: str
) -> None:
    later = NEXT_DAY + timedelta(days=30)
    twice = Revocation(pki.fresh_crls(later - timedelta(hours=1)))
    files = {"as sealed": lambda: sealed, "raised": lambda: lasting, "raised twice": lambda: extend(lasting, trust, twice, pki.timestamper(lambda: later))}
    pdf = files[how]() if how in files else TAMPERINGS[how](lasting)
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signed = reader.embedded_regular_signatures[0].signed_revision
    except Exception:
        return
    quick = only_lasting_additions(reader, signed)
    whole = DEFAULT_DIFF_POLICY.review_file(PdfFileReader(io.BytesIO(pdf)), signed) if signed < reader.total_revisions - 1 else None
    harmless = whole is None or (isinstance(whole, DiffResult) and whole.modification_level <= ModificationLevel.LTA_UPDATES)
    assert not quick or harmless
    if how in files:
        assert quick and harmless


def _shadowed(prepared: bytes, signer: TemplateSigner, stamper: LocalTimeStamper) -> bytes:
    return sign_form(prepared, signer, NOW, stamper, demo=True)


def _prepared(dangling: bool) -> bytes:
    """A page whose content refers to an object that is not there yet, or shares an object with the security store."""
    writer = IncrementalPdfFileWriter(io.BytesIO(blank_pages(1)))
    page = writer.find_page_for_modification(0)[0].get_object()
    if dangling:
        page[pdf_name("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), generic.IndirectObject(90, 0, writer)])
    else:
        shared = writer.add_object(generic.ArrayObject([page.raw_get("/Contents")]))
        page[pdf_name("/Contents")] = shared
        writer.root[pdf_name("/DSS")] = writer.add_object(generic.DictionaryObject({pdf_name("/Certs"): shared}))
        writer.update_root()
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize("dangling", [True, False], ids=["object awaited", "object shared with the store"])
def test_content_hidden_in_the_validation_data_is_seen(dangling: bool, officer: TemplateSigner, timestamper: LocalTimeStamper, trust: Trust) -> None:
    """Shadow attack: before signing a place is left open, and what looks like validation data fills it afterwards."""
    signed = _shadowed(_prepared(dangling), officer, timestamper)
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    forged = generic.StreamObject(stream_data=b"0 0 300 300 re f")
    if dangling:
        writer.objects[(0, 90)] = forged
        reference = generic.IndirectObject(90, 0, writer)
        writer.root[pdf_name("/DSS")] = writer.add_object(generic.DictionaryObject({pdf_name("/Certs"): generic.ArrayObject([reference])}))
        writer.update_root()
    else:
        store = writer.root["/DSS"]["/Certs"]
        store.append(writer.add_object(forged))
        writer.update_container(store)
    output = io.BytesIO()
    writer.write(output)
    reader = PdfFileReader(io.BytesIO(output.getvalue()))
    assert not only_lasting_additions(reader, reader.embedded_regular_signatures[0].signed_revision)
    assert verify_pdf(output.getvalue(), trust, NOW).verdict is not Answer.VALID


class _Lists(BaseHTTPRequestHandler):
    lists: dict[str, bytes] = {}

    def do_GET(self) -> None:
        """One list, or nothing."""
        found = self.lists.get(self.path)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/pkix-crl")
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def published_at(pki: DemoPki) -> Iterator[str]:
    issuing, root = pki.fresh_crls(NEXT_DAY)
    handler = type("Handler", (_Lists,), {"lists": {"/root.crl": root, "/issuing.crl": issuing}})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_lists_are_fetched_where_the_certificate_says(pki: DemoPki, published_at: str) -> None:
    issuing = load_pair(pki.folder / "ca-issuing.p12", DEMO_PASSPHRASE, demo_allowed=True)
    found, troubles = fetch_revocation([_named(issuing, f"{published_at}/issuing.crl"), _named(issuing, f"{published_at}/gone.crl")], timeout=5)
    assert len(found.crls) == 1 and [x509.load_der_x509_crl(each).issuer for each in found.crls] == [issuing.certificate.subject]
    assert [reason.zh.split("（")[0] for reason in troubles] == ["“测试甲”的吊销信息取不到"]


def _named(issuer: KeyPair, address: str) -> Link:
    key = ec.generate_private_key(ec.SECP256R1())
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    certificate = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试甲")]))
        .issuer_name(issuer.certificate.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9)).add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )  # fmt: skip
    return Link(for_asn1(certificate), for_asn1(issuer.certificate), NOW)
