"""The gate lets through what says the same and will last, and nothing else."""

from __future__ import annotations

import io

import pikepdf
import pytest

from pipeline.model import Severity
from pipeline.papers.convert import OfficePool
from pipeline.papers.gate import check_pdf, docx_text, pdf_text
from pipeline.papers.verapdf import VeraPdf

from .conftest import NAMES, Pages
from .test_convert import docx


def rules(pdf: bytes, source: bytes | None = None, part: int = 2) -> set[str]:
    """Ids of what the gate finds."""
    return {finding.rule for finding in check_pdf(pdf, source, part)}


@pytest.mark.parametrize("name", NAMES)
def test_every_document_passes_gate_and_judge(pages: Pages, vera: VeraPdf, name: str) -> None:
    assert check_pdf(pages.pdf(name), pages.docx(name)) == ()
    assert vera.check_bytes(pages.pdf(name)).ok


def test_a_missing_word_is_seen(pages: Pages) -> None:
    other = docx("没有出现过的字：猫")
    found = check_pdf(pages.pdf("case_closing_notice"), other)
    assert {f.rule for f in found} == {"P04-TEXT", "P04-EXTRA"}
    assert any("猫" in f.zh and f.severity is Severity.ERROR for f in found)


@pytest.mark.parametrize("char", ["\U000323af", "\U0010fffd", "\U0003134a"], ids=["extension H", "private", "extension G"])
def test_a_character_without_a_glyph_is_seen(pool: OfficePool, char: str) -> None:
    source = docx(f"姓名{char}完")
    assert rules(pool.convert(source), source) & {"P02-GLYPH", "P04-TEXT"}


def test_rare_characters_that_fonts_have_pass(pool: OfficePool) -> None:
    source = docx("姓名㐂𠮷喆堃玥，测量 CO₂ 与 ±0.5 ℃")
    assert rules(pool.convert(source), source) == set()


def test_case_numbers_are_no_page_numbers(pool: OfficePool) -> None:
    source = docx("案号HB-CMC-2026-003")
    pdf = pool.convert(source)
    assert pdf_text(pdf) == docx_text(source) == "案号HB-CMC-2026-003"


def broken(pdf: bytes, what: str) -> bytes:
    """The PDF with one thing taken away."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if what == "claim":
            del document.Root["/Metadata"]
        else:
            font = next(iter(document.pages[0].Resources.Font.values()))
            for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                if key in font.FontDescriptor:
                    del font.FontDescriptor[key]
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()


@pytest.mark.parametrize(("what", "rule"), [("claim", "P01"), ("font", "P02-FONT")])
def test_negative_controls(pool: OfficePool, vera: VeraPdf, what: str, rule: str) -> None:
    bad = broken(pool.convert(docx()), what)
    assert rule in rules(bad)
    judged = vera.check_bytes(bad)
    assert judged.status == "failed" and judged.failed


def test_wrong_part_is_seen(pool: OfficePool, vera: VeraPdf) -> None:
    pdf = pool.convert(docx(), 3)
    assert "P01" in rules(pdf, part=2)
    assert vera.check_bytes(pdf, "3b").ok
    assert not vera.check_bytes(pdf, "2b").ok


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\nnothing", b"text"])
def test_junk_is_a_finding_not_a_crash(junk: bytes, vera: VeraPdf) -> None:
    assert rules(junk) == {"P00"}
    result = vera.check_bytes(junk)
    assert result.status == "not_run" and result.reason and not result.ok


def test_without_java_it_says_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.papers.verapdf.shutil.which", lambda name: None)
    with VeraPdf() as absent:
        result = absent.check_bytes(b"%PDF-")
    assert result.status == "not_run" and "Java" in result.reason
