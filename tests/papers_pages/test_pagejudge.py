"""The judge of pages: passes every template of an official document, and finds each thing put out of place."""

from __future__ import annotations

import io

import pytest
from docx import Document
from docx.shared import Mm, Pt

from pipeline.papers.convert import OfficePool
from pipeline.papers.pagejudge import Result, judge_page
from pipeline.papers.render import Template
from pipeline.papers.templates.ooxml import Package, p
from pipeline.papers.templates.pieces import page_numbers
from pipeline.papers.templates.styles import section_xml, styles_xml

from .conftest import LETTERS, Pages
from .sample import NAME
from .test_layout import RED_HEADS


def _failed(pdf: bytes) -> dict[str, str]:
    return {each.id: each.zh for each in judge_page(pdf) if each.result is Result.FAIL}


@pytest.mark.parametrize("name", [*RED_HEADS, *LETTERS])
def test_every_official_document_passes(pages: Pages, name: str) -> None:
    found = judge_page(pages.pdf(name))
    assert [each.id for each in found] == [f"F{n:02}" for n in range(1, 25)]
    assert _failed(pages.pdf(name)) == {}
    passed = {each.id for each in found if each.result is Result.PASS}
    assert {"F01", "F02", "F03", "F04", "F05", "F24"} <= passed
    assert {each.id for each in found if each.result is Result.NOT_RUN} == {"F06", "F15", "F18"}, "what the page cannot tell is never passed"


SPOILED = [
    ("F05", "测市监〔2026〕012号"), ("F05", "测市监[2026]12号"), ("F16", "2026年03月12日"), ("F12", "一.总体要求"), ("F12", "1、有关事项"), ("F24", "各单位,请认真执行"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "text"), SPOILED)
def test_what_is_written_wrong_is_found(pool: OfficePool, check: str, text: str) -> None:
    style, indent = ("Normal", "　" * 18) if check == "F16" else ("Normal", "")
    package = Package(title="x", body=p(style, indent + text) + p("Normal", "本页只为核对版面而写。" * 6), styles=styles_xml(), section=section_xml(footer_mm=20.0), footers=page_numbers())
    pdf = pool.convert(Template.load(package.build()).render({"doc": {"date": None}, "authority": {"name": NAME}}))
    found = {each.id: each for each in judge_page(pdf)}
    assert found[check].result in (Result.FAIL, Result.WARN), found[check]


def test_margins_and_size_are_measured(pool: OfficePool) -> None:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height, section.left_margin, section.top_margin = Mm(210), Mm(297), Mm(15), Mm(15)
    run = document.add_paragraph().add_run("测试正文用了小四号字，页边也太窄。" * 30)
    run.font.size = Pt(12)
    output = io.BytesIO()
    document.save(output)
    failed = _failed(pool.convert(output.getvalue()))
    assert {"F01", "F03"} <= set(failed)
    assert "超出版心" in failed["F01"] and "12 磅" in failed["F03"]
