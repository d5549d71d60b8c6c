"""A fillable PDF can be signed by its filer and then stamped by the office, and both signatures stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from papers_forms.stand_in import APPLICATION, IDENTITY, PACK, VALUES
from pipeline.clockwork import SHANGHAI
from pipeline.papers.demo_pki import DemoPki, SealSubject, make_demo_pki
from pipeline.papers.forms import build_pdf, fill_pdf
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.stamp import sign_form
from pipeline.papers.submission import ReceiptRequest, StampedHow, stamp_submission
from pipeline.papers.verify import verify_pdf

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)
BLANK = build_pdf(PACK, APPLICATION, IDENTITY, rows={"members": 3, "tasks": 6})
FORMS = {
    "blank": BLANK,
    "filled": fill_pdf(BLANK, VALUES),
    "prefilled and locked": build_pdf(PACK, APPLICATION, IDENTITY, VALUES, locked=("center_name", "tasks")),
}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), (SealSubject("test", "receipt", "某省计量管理局"),), ("张三",), NOW)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_signed_by_the_filer_and_then_stamped_by_the_office(form: bytes, pki: DemoPki) -> None:
    mark = ReceivedMark("测试省计量管理局", "测计收〔2026〕00012号", date(2026, 11, 21), demo=True)
    signed = sign_form(form, pki.officer("张三"), NOW, demo=True)
    stamped = stamp_submission(signed, ReceiptRequest(signer=pki.seal("test", "receipt"), mark=mark, now=NOW))
    assert stamped.how is StampedHow.ON_FILE, stamped.zh
    assert stamped.pdf.startswith(signed)
    verification = verify_pdf(stamped.pdf, pki.trust(), NOW)
    assert verification.ok, verification.zh
    assert [each.who for each in verification.signatures] == ["测试张三", "测试某省计量管理局（收文）"]


def nodes(fields: Any, above: Any = None) -> Iterator[tuple[Any, Any]]:
    for reference in fields:
        node = reference.get_object()
        yield node, above
        yield from nodes(node.get("/Kids", ()), node)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_partial_name_holds_a_period_and_none_comes_twice_among_siblings(form: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(form)).trailer["/Root"]
    seen: set[tuple[int, str]] = set()
    for node, above in nodes(root["/AcroForm"]["/Fields"]):
        assert "." not in node["/T"]
        assert ("/FT" in node) is ("/Kids" not in node)
        assert (node["/Parent"].get_object() is above) if above is not None else ("/Parent" not in node)
        assert (id(above), node["/T"]) not in seen
        seen.add((id(above), node["/T"]))
