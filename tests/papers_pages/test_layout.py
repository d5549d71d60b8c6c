"""The rendered page against GB/T 9704-2012, in millimetres."""

from __future__ import annotations

from functools import cache

import pytest

from pipeline.papers.convert import OfficePool
from pipeline.papers.layout import LINE_MM, Layout, Line, measure, signature_anchor, squeeze
from pipeline.papers.render import Template
from pipeline.papers.templates.build import build_template
from pipeline.papers.templates.ooxml import Package, p
from pipeline.papers.templates.pieces import page_numbers
from pipeline.papers.templates.styles import section_xml, styles_xml

from .conftest import LETTERS, NAMES, UNSEALED, Pages
from .sample import NAME, context

RED_HEADS = (
    "preparation_approval.red_head", "expert_team_notice", "deliberation_minutes", "acceptance_team_notice", "establishment_approval.red_head", "inspection_notice",
    "recheck_notice", "annual_assessment_notice", "annual_assessment_result", "center_revocation_decision", "preparation_revocation_decision",
    "preparation_cancellation_decision", "extension_reply.red_head", "major_event_reply.red_head", "draw_minutes", "score_summary", "establishment_minutes", "revocation_minutes",
)  # fmt: skip
SEALED = tuple(name for name in NAMES if name not in UNSEALED)
DAY = "2026年3月12日"
LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0


@pytest.fixture(scope="session")
def layouts(pages: Pages) -> object:
    """Layout of each page, measured once."""
    return cache(lambda name: measure(pages.pdf(name)))


def body(layout: Layout) -> list[Line]:
    """Lines of body size on all pages."""
    return [line for page in layout.pages for line in page.lines if abs(line.size - 16) < 0.2]


@pytest.mark.parametrize("name", NAMES)
def test_F01_page_and_text_area(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    for page in layouts(name).pages:
        assert (page.width, page.height) == (pytest.approx(210, abs=0.2), pytest.approx(297, abs=0.2))
        for line in page.lines:
            if not page.number or squeeze(line.text) != f"—{page.number}—":
                assert line.left >= LEFT - 0.3 and line.right <= RIGHT + 0.3, line
                assert line.bottom <= BOTTOM + 0.5, line
                assert line.top >= (29 if name in LETTERS else TOP - 0.2), line


def test_F02_22_lines_of_28_characters(pool: OfficePool) -> None:
    text = "碳计量中心建设管理办法所称筹建是指申请单位按照任务书完成各项任务" * 40
    package = Package(title="x", body=p("Normal", text), styles=styles_xml(), section=section_xml(footer_mm=20.0), footers=page_numbers())
    data = Template.load(package.build()).render({"doc": {"date": None}, "authority": {"name": NAME}})
    page = measure(pool.convert(data)).pages[0]
    lines = [line for line in page.lines if line.size == pytest.approx(16, abs=0.2)]
    assert len(lines) == 22
    assert {len(squeeze(line.text)) for line in lines} == {28}
    assert lines[-1].bottom <= BOTTOM


@pytest.mark.parametrize("name", RED_HEADS)
def test_F04_letterhead(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    mark = layouts(name).letterhead
    assert mark.top - TOP == pytest.approx(35, abs=1)
    assert mark.centre == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert mark.right - mark.left <= 156


@pytest.mark.parametrize("name", RED_HEADS)
def test_F05_F07_number_two_lines_below_rule_4_mm_below_it(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    layout = layouts(name)
    page = layout.pages[0]
    number = page.find(r"〔\d{4}〕\d+号$")
    assert number.centre == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert 2 * LINE_MM <= number.top - layout.letterhead.bottom <= 3 * LINE_MM
    rule = layout.red_rules[0]
    assert rule.width == pytest.approx(156, abs=2)
    assert rule.top - number.bottom == pytest.approx(4, abs=1)


@pytest.mark.parametrize("name", RED_HEADS + LETTERS)
def test_F08_title(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    lines = [line for line in layouts(name).pages[0].lines if line.size == pytest.approx(22, abs=0.2)]
    assert lines and all(line.centre == pytest.approx((LEFT + RIGHT) / 2, abs=3) for line in lines)
    assert "".join(squeeze(line.text) for line in lines) == squeeze(context(name)["doc"]["title"])


@pytest.mark.parametrize("name", RED_HEADS[:2] + LETTERS)
def test_F10_F11_addressee_and_body_on_the_first_page(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    page = layouts(name).pages[0]
    to = page.find("^测试电力计量科学研究院：$")
    after = page.lines[page.lines.index(to) + 1]
    assert to.left == pytest.approx(LEFT, abs=1)
    assert after.left - LEFT == pytest.approx(2 * 5.53, abs=1.2)


@pytest.mark.parametrize("name", SEALED)
def test_F14_seal_presses_over_name_and_date(pages: Pages, layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    anchor = signature_anchor(pages.pdf(name), NAME, DAY)
    assert anchor is not None
    lines = layouts(name).pages[anchor.page].lines
    at = max(i for i, line in enumerate(lines) if squeeze(line.text) == DAY and squeeze(lines[i - 1].text) == NAME)
    day, issuer = lines[at], lines[at - 1]
    assert day.centre == pytest.approx(anchor.x_mm, abs=0.1)
    assert issuer.centre == pytest.approx(day.centre, abs=3)
    for line in (issuer, day):
        assert line.top >= anchor.y_mm, "name and date below the seal's centre"
        assert line.bottom <= anchor.y_mm + 21
    above = lines[at - 2].bottom if at > 1 else TOP
    assert 0 <= anchor.y_mm - 21 - above <= LINE_MM + 0.01
    if name not in ("task_book",):
        assert RIGHT - day.right == pytest.approx(4 * 5.53, abs=2.5)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LETTERS])
def test_F21_page_numbers_outside(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    for index, page in enumerate(layouts(name).pages, start=1):
        line = page.find(rf"^—{index}—$")
        if line is None:
            cover = index == 1 and name in ("preparation_review_report", "task_book", "acceptance_report", "recheck_report")
            assert cover or all(line.top > 230 for line in page.lines), "only a cover, or a page with 版记 alone, has no number"
            continue
        assert (line.top + line.bottom) / 2 - BOTTOM == pytest.approx(7, abs=1.5)
        inside = RIGHT - line.right if index % 2 else line.left - LEFT
        assert inside == pytest.approx(4.9, abs=1)


@pytest.mark.parametrize("name", LETTERS)
def test_F22_letter(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    layout = layouts(name)
    page, mark = layout.pages[0], layout.letterhead
    assert mark.top == pytest.approx(30, abs=1)
    upper = [rule for rule in layout.red_rules if rule.top < 100]
    lower = [rule for rule in layout.red_rules if rule.top > 200]
    assert upper and lower
    assert min(rule.top for rule in upper) - mark.bottom == pytest.approx(4, abs=1)
    assert page.height - max(rule.bottom for rule in lower) == pytest.approx(20, abs=1)
    assert all(rule.width == pytest.approx(170, abs=2.5) for rule in upper + lower)
    assert page.find(r"〔\d{4}〕\d+号$").right == pytest.approx(RIGHT, abs=1)
    assert [one.number for one in layout.pages] == ["", *map(str, range(2, len(layout.pages) + 1))]
    assert not any(rule.width > 100 for rule in layout.pages[-1].rules), "no rules of a colophon"


@pytest.mark.parametrize("name", [*RED_HEADS, "acceptance_notice", "rejection_notice"])
def test_F19_colophon_at_the_foot_of_the_last_page(layouts, name: str) -> None:  # type: ignore[no-untyped-def]
    page = layouts(name).pages[-1]
    printed = page.find(r"印发$")
    assert 250 < printed.top < BOTTOM
    assert page.find("^抄送：.*。$").bottom < printed.top
    black = [rule for rule in page.rules if rule.width == pytest.approx(156, abs=2) and rule.top > 230]
    assert len({round(rule.top) for rule in black}) >= 3


def test_no_anchor_without_name_and_date(pages: Pages) -> None:
    assert signature_anchor(pages.pdf("preparation_approval"), "别的机关", DAY) is None


def test_drafts_have_an_anchor_too(pool: OfficePool) -> None:
    data = Template.load(build_template("acceptance_notice.docx", NAME)).render(context("acceptance_notice", draft=True))
    assert signature_anchor(pool.convert(data), NAME, "（待签发）") is not None
