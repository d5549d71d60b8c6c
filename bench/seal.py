"""Milliseconds per seal, step by step, against pyHanko as it comes. `python bench/seal.py [PDF] [rounds]`.

Nothing is asserted: the numbers depend on the machine. Medians; keys, seals and PKI are made in a temporary folder.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper

from pipeline.clockwork import SHANGHAI
from pipeline.papers.demo_pki import SealSubject, make_demo_pki
from pipeline.papers.layout import Anchor
from pipeline.papers.marks import ReceivedMark, received_stamp
from pipeline.papers.qr import payload_for, qr_graphic, sign_payload
from pipeline.papers.seal import SealDesign, round_seal
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verify import verify_pdf

NOW = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
SAMPLE = Path(__file__).parent.parent / "tests" / "papers_seal" / "data" / "notice.pdf"


def median(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of `work`, after one run to warm up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def stock(pdf: bytes, signer: SimpleSigner, timestamper: TimeStamper | None) -> bytes:
    """One signature as pyHanko's own classes make it, with a plain visible field."""
    metadata = PdfSignatureMetadata(field_name="Seal", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    field = SigFieldSpec("Seal", on_page=-1, box=(380, 80, 499, 199))
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    done = PdfSigner(metadata, signer, timestamper=timestamper, new_field_spec=field).sign_pdf(writer)
    signed: bytes = done.getvalue()
    return signed


def main() -> None:
    """Prints the table."""
    pdf = Path(sys.argv[1] if len(sys.argv) > 1 else SAMPLE).read_bytes()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with tempfile.TemporaryDirectory() as folder:
        pki = make_demo_pki(Path(folder), [SealSubject("demo", "official", "某省某局")], (), NOW)
        signer, timestamper = pki.seal("demo"), pki.timestamper(lambda: NOW)
        plain = SimpleSigner(signer.signing_cert, signer.signing_key, signer.cert_registry)
        design = SealDesign(text="某省市场监督管理局").for_demo()
        code = sign_payload(payload_for(pdf, "测市监计量〔2026〕1号", "测-1", date(2026, 11, 21)), pki.qr_key(), "https://verify.example/d")
        mark = ReceivedMark("测试省市场监督管理局", "测收〔2026〕1号", date(2026, 11, 21), demo=True)
        whole = SealRequest(
            signer=signer, timestamper=timestamper, seal=round_seal(design), anchor=Anchor(-1, 105, 237), now=NOW, qr=code,
            received=mark, demo=True,
        )  # fmt: skip
        sealed = seal_document(pdf, whole)
        trust = pki.trust()
        rows: list[tuple[str, Callable[[], object]]] = [
            ("pyHanko as it comes, B-B, signature only", lambda: stock(pdf, plain, None)),
            ("pyHanko as it comes, B-T, signature only", lambda: stock(pdf, plain, timestamper)),
            ("pyHanko with our signer, B-T, signature only", lambda: stock(pdf, signer, timestamper)),
            ("ours: seal and signature, B-B", lambda: seal_document(pdf, replace(whole, timestamper=None, qr="", received=None, cross_page=False))),
            ("ours: seal and signature, B-T", lambda: seal_document(pdf, replace(whole, qr="", received=None, cross_page=False))),
            ("ours: with 骑缝章", lambda: seal_document(pdf, replace(whole, qr="", received=None))),
            ("ours: with received stamp as well", lambda: seal_document(pdf, replace(whole, qr=""))),
            ("ours: everything, QR as well", lambda: seal_document(pdf, whole)),
            ("  drawing the QR code", lambda: qr_graphic(code)),
            ("  drawing the received stamp", lambda: received_stamp(mark)),
            ("  the seal (kept after the first)", lambda: round_seal(design)),
            ("  a timestamp token", lambda: timestamper.token(bytes(32))),
            ("verifying", lambda: verify_pdf(sealed, trust, NOW)),
        ]
        print(f"{len(pdf)} bytes before, {len(sealed) - len(pdf)} added; median of {rounds}")
        for label, work in rows:
            print(f"{median(work, rounds):9.2f} ms  {label}")


if __name__ == "__main__":
    main()
