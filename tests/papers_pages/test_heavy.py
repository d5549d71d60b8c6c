"""Pages under load: long names, rare characters, four joint units, thirty findings, twenty indicators."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from pipeline.papers.convert import OfficePool
from pipeline.papers.gate import check_pdf
from pipeline.papers.lastpage import to_pages
from pipeline.papers.layout import LINE_MM, Line, measure, signature_anchor, squeeze
from pipeline.papers.lines import WORDS, W
from pipeline.papers.lint import Document, lint_layout
from pipeline.papers.render import Template
from pipeline.papers.templates.build import build_template

from .conftest import NAMES, UNSEALED
from .sample import ACT, FINDINGS, NAME, TASK_BOOK, context

UNIT = "测试长江中游城市群绿色低碳发展与碳排放计量测试技术联合创新研究院有限责任公司（㙓䶮）"
CENTRE = "湖北省碳计量中心（测试钢铁水泥化工及公共机构重点领域联合服务）"
PLACE = "申报书第12页 六、建设目标与筹建计划·经费预算 第3行·设备购置费"
DAY = "2026年3月12日"
LEFT, RIGHT, BOTTOM = 28.0, 184.0, 262.0


def heavy(name: str) -> dict[str, Any]:
    """The sample with everything long or many."""
    told = context(name)
    told["doc"].update(addressee=UNIT, title=told["doc"]["title"].replace("湖北省碳计量中心（电碳）", CENTRE), copies_to=[UNIT, "测试市人民政府", UNIT])
    told["case"].update(center_name=CENTRE, applicant=UNIT, joint=True)
    told["findings"] = [{**FINDINGS[n % 3], "no": n + 1, "place": PLACE, "cite": ACT + "第七条第一款第（四）项"} for n in range(30)]
    members = [{"name": UNIT, "uscc": "91420100MA00T0021X", "tasks": "烟气流速测量装置研制、现场校准方法研究和示范应用"}] * 4
    indicators = [
        {**TASK_BOOK["indicators"][n % 5], "no": f"T{n + 1}", "content": "研制烟气流速现场校准装置并建立相应的社会公用计量标准", "weight": Decimal(5)}
        for n in range(20)
    ]  # fmt: skip
    signatures = [*TASK_BOOK["signatures"], *({"party": "member", "org": UNIT, "signer": "测试㙓䶮", "sealed": True, "signed_on": date(2026, 3, 11)} for _ in members)]
    party = {**TASK_BOOK["party_undertaker"], "name": UNIT, "representative": "测试㙓", "director": "测试䶮"}
    told["task_book"] = {**TASK_BOOK, "center_name": CENTRE + "（筹）", "party_undertaker": party, "party_members": members, "indicators": indicators, "signatures": signatures}
    told["application"] = {**told["application"], "attachments": told["application"]["attachments"] * 5}
    return told


@pytest.fixture(scope="module")
def made(pool: OfficePool) -> Any:
    """DOCX and PDF of a document under load; made once."""

    def make(name: str) -> tuple[bytes, bytes]:
        return to_pages(pool, Template.load(build_template(f"{name}.docx", NAME), name).render(heavy(name)))

    return cache(make)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_and_nothing_leaves_the_text_area(made: Any, name: str) -> None:
    docx, pdf = made(name)
    assert check_pdf(pdf, docx) == ()
    assert [f for f in lint_layout(docx) if f.rule != "F02"] == [], "but for lines set closer to make room for 版记"
    for page in measure(pdf).pages:
        for line in page.lines:
            if squeeze(line.text) != f"—{page.number}—":
                assert line.left >= LEFT - 0.3 and line.right <= RIGHT + 0.3 and line.bottom <= BOTTOM + 0.5, line


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNSEALED])
def test_the_seal_has_its_place_below_text(made: Any, name: str) -> None:
    pdf = made(name)[1]
    anchor = signature_anchor(pdf, NAME, DAY)
    assert anchor is not None
    above = [line for line in measure(pdf).pages[anchor.page].lines if line.bottom < anchor.y_mm - 21 + LINE_MM]
    assert above, "the name does not stand alone on its page"


def titles(pdf: bytes) -> list[Line]:
    """The lines of the title."""
    return [line for line in measure(pdf).pages[0].lines if line.size == pytest.approx(22, abs=0.2)]


@pytest.mark.parametrize("name", ["expert_team_notice", "preparation_approval", "preparation_approval.red_head", "preparation_refusal", "deliberation_minutes"])
def test_F08_long_titles_are_trapezoid_or_diamond(made: Any, name: str) -> None:
    docx, pdf = made(name)
    widths = [line.right - line.left for line in titles(pdf)]
    assert 2 <= len(widths) <= 4
    assert max(widths) <= 156
    turns = [a < b for a, b in zip(widths, widths[1:], strict=False)]
    assert sum(one != other for one, other in zip(turns, turns[1:], strict=False)) <= 1, widths
    ends = "|".join(squeeze(line.text) for line in titles(pdf))
    assert not any(one + "|" + other in ends for word in WORDS for one, other in ((word[:n], word[n:]) for n in range(1, len(word)))), ends
    broken = [p for p in Document(docx).body.iter(W + "p") if p.find(f"{W}pPr/{W}pStyle") is not None and p.find(f"{W}pPr/{W}pStyle").get(W + "val") == "DocTitle"]
    assert len(broken) == 1


@pytest.mark.parametrize("name", ["expert_team_notice", "preparation_approval", "preparation_approval.red_head", "preparation_refusal"])
def test_F11_the_first_page_shows_text(made: Any, name: str) -> None:
    page = measure(made(name)[1]).pages[0]
    to = next(i for i, line in enumerate(page.lines) if squeeze(line.text).startswith(UNIT[:20]))
    assert any(line.size == pytest.approx(16, abs=0.2) and squeeze(line.text) != f"—{page.number}—" for line in page.lines[to + 2 :])


def test_correction_notice_is_legible_and_names_its_act_once(made: Any) -> None:
    pages = measure(made("correction_notice")[1]).pages
    said = "".join(squeeze(line.text) for page in pages for line in page.lines)
    sizes = {round(line.size, 1) for page in pages for line in page.lines if line.size < 15 and squeeze(line.text) != f"—{page.number}—"}
    assert sizes == {12.0}, "小四"
    assert said.count("湖北省碳计量中心建设管理办法（征求意见稿）") <= 2


@pytest.mark.parametrize("name", ["task_book", "preparation_review_report"])
def test_the_cover_is_one_page(made: Any, name: str) -> None:
    first, second = measure(made(name)[1]).pages[:2]
    assert first.number == "" and first.find(r"^2026年\d月\d+日$") is not None
    assert second.find("^一、") is not None
