"""The sealed pages of every document of both packs: the seal where F14 wants it, and nothing lying on anything else."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.clockwork import SHANGHAI
from pipeline.desk.parties import named_parties
from pipeline.law.pack import load_packs
from pipeline.papers.convert import OfficePool
from pipeline.papers.countersign import places_for
from pipeline.papers.demo_pki import DemoPki, SealSubject, make_demo_pki
from pipeline.papers.lastpage import to_pages
from pipeline.papers.layout import LINE_MM, measure, signature_anchor, squeeze
from pipeline.papers.marks import ReceivedMark
from pipeline.papers.outline import MM as MM_POINTS
from pipeline.papers.overlaps import Box, marks_of, overlaps
from pipeline.papers.qr import payload_for, qr_graphic, sign_payload
from pipeline.papers.render import Template
from pipeline.papers.revision import Revision
from pipeline.papers.seal import SealDesign, round_seal
from pipeline.papers.stamp import SealRequest, mark_draft, seal_document, sign_form
from pipeline.papers.templates.build import build_template, names_for

from .conftest import UNSEALED
from .sample import NAME, context

PACKS = load_packs(Path(__file__).parents[2] / "schemas")
NOW = datetime(2026, 3, 12, 10, 30, tzinfo=SHANGHAI)
DAY = "2026年3月12日"
CASES = [
    (jurisdiction, name.removesuffix(".docx"))
    for jurisdiction, pack in PACKS.items()
    for name in names_for({str(spec.get("template")) for spec in pack.documents.values()})
]
SEALED = [(jurisdiction, name) for jurisdiction, name in CASES if name not in UNSEALED]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    subjects = tuple(SealSubject(j, "official", str(pack.authority["name"])) for j, pack in PACKS.items())
    return make_demo_pki(tmp_path_factory.mktemp("pki"), subjects, ("测试甲",), NOW)


def told_of(jurisdiction: str, name: str) -> dict[str, Any]:
    """The sample's context in the words of a pack."""
    told = context(name)
    told["authority"] = {**told["authority"], "name": PACKS[jurisdiction].authority["name"]}
    told["doc"]["issuer"] = PACKS[jurisdiction].authority["name"]
    return told


@pytest.fixture(scope="module")
def plain(pool: OfficePool) -> Any:
    """The PDF of a document of a pack, before sealing; made once."""

    def made(jurisdiction: str, name: str) -> bytes:
        template = build_template(f"{name}.docx", str(PACKS[jurisdiction].authority["name"]))
        return to_pages(pool, Template.load(template, name).render(told_of(jurisdiction, name)))[1]

    return cache(made)


@pytest.fixture(scope="module")
def sealed(plain: Any, pki: DemoPki) -> Any:
    """The sealed (or, for papers of the house, signed) PDF; made once."""

    def made(jurisdiction: str, name: str) -> bytes:
        pack, pdf = PACKS[jurisdiction], plain(jurisdiction, name)
        if name in UNSEALED:
            return sign_form(pdf, pki.seal(jurisdiction), NOW, demo=True, own=True)
        spec = pack.documents[name.removesuffix(".red_head")]
        design = SealDesign.of(pack.seals[spec["seal"]]).for_demo()
        anchor = signature_anchor(pdf, str(pack.authority["name"]), DAY, design.diameter_mm)
        assert anchor is not None
        code = sign_payload(payload_for(pdf, "测市监量函〔2026〕12号", "HB-CMC-2026-003", NOW.date()), pki.qr_key(), "https://verify.example/d")
        received = ReceivedMark("测试省市场监督管理局", "测市监收〔2026〕12号", NOW.date(), demo=True)
        places = places_for(pdf, tuple(named_parties(spec.get("countersigners") or (), told_of(jurisdiction, name))))
        assert bool(places) == bool(spec.get("countersigners"))
        return seal_document(
            pdf, SealRequest(signer=pki.seal(jurisdiction), seal=round_seal(design), anchor=anchor, now=NOW, qr=code, received=received, demo=True, countersigners=places)
        )

    return cache(made)


@pytest.mark.parametrize(("jurisdiction", "name"), CASES)
def test_nothing_lies_on_anything_else(sealed: Any, jurisdiction: str, name: str) -> None:
    data = sealed(jurisdiction, name)
    kinds = {box.what.split()[0] for box in marks_of(data)}
    assert kinds >= {"mark", "seal"}
    assert [f"{one} × {other}" for one, other in overlaps(data)] == []


@pytest.mark.parametrize(("jurisdiction", "name"), SEALED)
def test_F14_on_the_sealed_page(sealed: Any, jurisdiction: str, name: str) -> None:
    data = sealed(jurisdiction, name)
    seal = next(box for box in marks_of(data) if box.what == "seal")
    lines = measure(data).pages[seal.page - 1].lines
    issuer = str(PACKS[jurisdiction].authority["name"])
    at = max(i for i, line in enumerate(lines) if squeeze(line.text) == DAY and squeeze(lines[i - 1].text) == issuer)
    above, name_line, day = lines[at - 2], lines[at - 1], lines[at]
    assert (seal.left + seal.right) / 2 == pytest.approx(day.centre, abs=3)
    assert name_line.top >= (seal.top + seal.bottom) / 2, "both lines below the middle"
    assert day.bottom <= seal.bottom and name_line.left < seal.right and day.left > seal.left
    assert 0 <= seal.top - above.bottom <= LINE_MM
    assert seal.right - seal.left <= 45


@pytest.mark.parametrize(("jurisdiction", "name"), CASES)
def test_every_page_says_that_it_is_a_demo(sealed: Any, jurisdiction: str, name: str) -> None:
    data = sealed(jurisdiction, name)
    heads = {box.page for box in marks_of(data) if box.what != "seal" and box.top < 20 and box.left == pytest.approx(74, abs=0.1)}
    with pikepdf.open(io.BytesIO(data)) as document:
        assert heads == set(range(1, len(document.pages) + 1))


@pytest.mark.parametrize(("jurisdiction", "name"), CASES)
def test_no_page_carries_the_seal_alone(plain: Any, jurisdiction: str, name: str) -> None:
    issuer = str(PACKS[jurisdiction].authority["name"])
    for page in measure(plain(jurisdiction, name)).pages:
        said = [squeeze(line.text) for line in page.lines]
        if issuer in said and said[-1 - said[::-1].index(issuer) :][1:2] == [DAY]:
            assert len(said) - 1 - said[::-1].index(issuer) > 0, "text of the document stands above the name"


@pytest.mark.parametrize("name", ["preparation_approval", "acceptance_notice"])
def test_marks_of_a_draft_lie_on_nothing(plain: Any, name: str) -> None:
    data = mark_draft(plain("hubei", name), signature_anchor(plain("hubei", name), NAME, DAY))
    pairs = [pair for pair in overlaps(data) if pair[0].bottom - pair[0].top < 41]  # the seal's place is to lie over name and date
    assert pairs == []


def test_an_overlap_is_seen(plain: Any) -> None:
    one, other = Box("a", 1, 10, 10, 30, 30), Box("b", 1, 29, 29, 40, 40)
    assert one.covers(other) and not one.covers(Box("c", 2, 10, 10, 30, 30)) and not one.covers(Box("d", 1, 30, 10, 40, 30))
    revision = Revision(plain("hubei", "preparation_approval"))
    code = qr_graphic("测试")
    revision.place(0, code, 28 * MM_POINTS, revision.frame(0).height - 8 * MM_POINTS - 1.5 * code.height)
    words = [(mark.what, word.what) for mark, word in overlaps(revision.unsigned())]
    assert words == [("mark /D0", NAME)], "a code nine millimetres lower touches the letterhead"
