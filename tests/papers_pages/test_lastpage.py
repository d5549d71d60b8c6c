"""版记 stands at the foot of the last face of the last leaf (F19), on a page of its own without a number (F21)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from pipeline.papers.convert import OfficePool
from pipeline.papers.gate import check_pdf
from pipeline.papers.lastpage import on_next_page, page_count, to_pages
from pipeline.papers.layout import measure
from pipeline.papers.render import Template
from pipeline.papers.templates.build import build_template

from .sample import NAME, context

WITH_COLOPHON = ("acceptance_notice", "rejection_notice", "case_closing_notice", "expert_team_notice", "deliberation_minutes",
                 "preparation_approval", "preparation_approval.red_head", "preparation_refusal")  # fmt: skip


@pytest.fixture(scope="module")
def made(pool: OfficePool) -> Any:
    """A document with so many more paragraphs of reasons; made once."""

    def make(name: str, more: int = 0) -> tuple[bytes, bytes]:
        told = context(name)
        told["doc"]["reason"] = "\n".join(["测试理由，写满一行以上的文字用来把版记推到另一面上去，看它落在哪里。"] * (more + 1))
        told["deliberation_minutes"] = {**told["deliberation_minutes"], "matters": told["doc"]["reason"]}
        data = Template.load(build_template(f"{name}.docx", NAME), name).render(told)
        return to_pages(pool, data)

    return cache(make)


@pytest.mark.parametrize("name", WITH_COLOPHON)
def test_colophon_stands_on_an_even_last_page(made: Any, name: str) -> None:
    docx, pdf = made(name)
    pages = measure(pdf).pages
    assert len(pages) % 2 == 0
    assert pages[-1].find("^抄送：.*。$").top > 230
    assert check_pdf(pdf, docx) == ()


@pytest.mark.parametrize("more", range(0, 18, 2))
@pytest.mark.parametrize("name", ["case_closing_notice", "preparation_refusal"])
def test_whatever_the_length(made: Any, name: str, more: int) -> None:
    pages = measure(made(name, more)[1]).pages
    assert len(pages) % 2 == 0
    last = pages[-1]
    copies = last.find("^抄送：")
    assert copies is not None and copies.top > 230
    assert [page.number for page in pages[1:-1] if page.lines] == [str(n) for n, page in enumerate(pages[1:-1], start=2) if page.lines]
    if not any(line.top < 230 for line in last.lines):
        assert last.number == "", "a page with 版记 alone has no number"
    assert all(page.lines for page in pages), "no page is left empty"
    assert _beside_the_date(pages), "name and date have text beside them"


def _beside_the_date(pages: Any) -> list[str]:
    """The lines of text on the page with the date, without what belongs to the ending."""
    signed = next(page for page in pages if page.find("^2026年3月12日$"))
    ending = re.compile(f"^({NAME}|2026年3月12日|特此函告。|抄送：.*|—\\d+—|.*印发|[（(]?联系(人|电话)：.*)$")
    return [line.text for line in signed.lines if not ending.match(line.text.replace(" ", ""))]


def _tasks(count: int) -> dict[str, Any]:
    told = context("annual_assessment_notice")
    told["act"] = {**told["act"], "tasks": [told["act"]["tasks"][0]] * count}
    return told


@pytest.mark.parametrize("count", range(3, 7))
def test_no_page_is_left_empty_before_the_colophon(pool: OfficePool, count: int) -> None:
    """A notice with a long table (渝 annual assessment: seven tasks filled two pages to the last line)."""
    data = Template.load(build_template("annual_assessment_notice.docx", NAME)).render(_tasks(count))
    docx, pdf = to_pages(pool, data)
    pages = measure(pdf).pages
    assert len(pages) % 2 == 0 and all(page.lines for page in pages)
    assert pages[-1].find("^抄送：").top > 230
    assert check_pdf(pdf, docx) == ()


def test_without_colophon_nothing_is_moved(pool: OfficePool) -> None:
    data = Template.load(build_template("receipt_record.docx", NAME)).render(context("receipt_record"))
    assert on_next_page(data) is None
    docx, pdf = to_pages(pool, data)
    assert docx == data and page_count(pdf) == 1


def test_a_cover_with_office_and_date_is_not_the_page_of_the_signature(pool: OfficePool) -> None:
    """A report issued on the day of its cover: nothing is moved for words that stand together on its last page."""
    told = context("recheck_report")
    told["doc"] = {**told["doc"], "date": told["act"]["record_date"]}
    data = Template.load(build_template("recheck_report.docx", NAME), "recheck_report").render(told)
    docx, _ = to_pages(pool, data)
    assert docx == data
