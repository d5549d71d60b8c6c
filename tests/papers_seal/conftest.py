"""Shared pieces of the seal tests: one demo PKI, one page set by LibreOffice, one seal, all made once."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from pipeline.clockwork import SHANGHAI
from pipeline.papers.demo_pki import DemoPki, SealSubject, make_demo_pki
from pipeline.papers.layout import Anchor
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.pki import Trust
from pipeline.papers.qr import payload_for, sign_payload
from pipeline.papers.seal import Graphic, SealDesign, round_seal
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.timestamp import LocalTimeStamper

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)
DAY = date(2026, 11, 21)
SEALS = (SealSubject("hubei", "official", "某省市场监督管理局"), SealSubject("hubei", "receipt", "某省市场监督管理局"))


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), SEALS, ("张三", "李四"), NOW)


@pytest.fixture(scope="session")
def trust(pki: DemoPki) -> Trust:
    return pki.trust()


@pytest.fixture(scope="session")
def signer(pki: DemoPki) -> TemplateSigner:
    return pki.seal("hubei")


@pytest.fixture(scope="session")
def officer(pki: DemoPki) -> TemplateSigner:
    return pki.officer("张三")


@pytest.fixture(scope="session")
def timestamper(pki: DemoPki) -> LocalTimeStamper:
    return pki.timestamper(lambda: NOW)


@pytest.fixture(scope="session")
def seal() -> Graphic:
    return round_seal(SealDesign(text="某省市场监督管理局").for_demo())


@pytest.fixture(scope="session")
def notice() -> bytes:
    """A two-page PDF/A-2b notice as LibreOffice 25.2 writes it."""
    return (Path(__file__).parent / "data" / "notice.pdf").read_bytes()


@pytest.fixture(scope="session")
def received() -> ReceivedMark:
    return ReceivedMark("测试省市场监督管理局", "测市监收〔2026〕00012号", DAY, demo=True)


@pytest.fixture(scope="session")
def request_to_seal(
    pki: DemoPki, signer: TemplateSigner, timestamper: LocalTimeStamper, seal: Graphic, notice: bytes, received: ReceivedMark
) -> SealRequest:
    payload = payload_for(notice, "测市监计量〔2026〕1号", "测-2026-0001", DAY)
    code = sign_payload(payload, pki.qr_key(), "https://verify.example/d")
    return SealRequest(
        signer=signer, timestamper=timestamper, seal=seal, anchor=Anchor(-1, 150, 237), now=NOW, qr=code,
        received=received, demo=True, reason="签发",
    )  # fmt: skip


@pytest.fixture(scope="session")
def sealed(notice: bytes, request_to_seal: SealRequest) -> bytes:
    return seal_document(notice, request_to_seal)


def blank_pages(count: int, rotate: int = 0, size: tuple[int, int] = (595, 842), ink: bytes = b"0.5 g 10 10 20 20 re f") -> bytes:
    """A PDF of `count` pages with a small square in the lower left corner of each, or other `ink`."""
    writer = PdfFileWriter()
    for _ in range(count):
        content = writer.add_object(generic.StreamObject(stream_data=ink))
        page = PageObject(contents=content, media_box=(0, 0, *size))
        page[generic.pdf_name("/Rotate")] = generic.NumberObject(rotate)
        writer.insert_page(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
