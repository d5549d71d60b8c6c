"""Elements of an official page that lint judges, each with one page that is right and one that is not."""

from __future__ import annotations

import pytest

from pipeline.papers.lint import lint_layout
from pipeline.papers.templates.ooxml import Package, Shape, border, cell, p, row, table
from pipeline.papers.templates.styles import LINE, section_xml, styles_xml


def printed(text: str, first: int = 8, last: int = 8) -> str:
    """版记 with one row."""
    return table((8845,), row(cell(8845, p("Colophon", text), borders=border("top", eighths=first) + border("bottom", eighths=last))), ruled=False)


def ended(date: str = "2026年3月2日", before: int = 2 * LINE, note: str = "") -> str:
    """Name and date, and a note below them."""
    shape = Shape(before=before)
    return p("Body", "请照办。") + p("Signature", "测试局", shape=shape) + p("DocDate", date) + (p("Body", note) if note else "")


def annex(mark: str = "附件1", title: str = "DocTitle", page_break: bool = True) -> str:
    """The head of an annex."""
    return p("AnnexMark", mark, shape=Shape(page_break=page_break)) + p("Normal") + p(title, "关于测试的通知")


MINUTES = p("Letterhead", "测试局会议纪要")
TABLE_OF_RULES = [
    ("F06", p("DocNumber", "测〔2026〕1号　签发人：测试甲") + p("DocTitle", "关于测试的请示"), p("DocNumber", "测〔2026〕1号") + p("DocTitle", "关于测试的请示")),
    ("F09", p("DocTitle", "测试局关于同意筹建测试中心的函"), p("DocTitle", "关于测试中心筹建")),
    ("F09", p("DocTitle", "补正通知书"), p("DocTitle", "测试中心的通知")),
    ("F13", p("AnnexNote", "附件：筹建任务书"), p("AnnexNote", "附件：筹建任务书。")),
    ("F13", p("AnnexNote", "附件：1.任务书") + p("AnnexNote", "2.评审报告"), p("AnnexNote", "附件：1.任务书") + p("AnnexNote", "3.评审报告")),
    ("F13", p("AnnexNote", "附件：1.任务书"), p("AnnexNote", "附件:1、任务书")),
    ("F15", ended(), ended(before=0)),
    ("F15", ended(), p("Signature", "测试局", shape=Shape(before=LINE)) + p("Body", "又一段") + p("DocDate", "2026年3月2日")),
    ("F16", ended(), ended("二〇二六年三月二日")),
    ("F16", ended("2026年11月30日"), ended("2026年3月")),
    ("F16", ended("（待签发）"), ended("2026年13月1日")),
    ("F17", ended(note="（联系人：测试甲）"), ended(note="联系人：测试甲")),
    ("F18", annex(), annex("附件1：")),
    ("F18", annex("附件"), annex(page_break=False)),
    ("F18", annex(), annex(title="Body")),
    ("F19", printed("测试局办公室2026年3月2日印发"), printed("测试局办公室2026年3月2日印发", first=4)),
    ("F19", p("Colophon", "抄送：测试市政府。"), p("Colophon", "抄送：测试市政府")),
    ("F20", printed("测试局办公室2026年3月2日印发"), printed("测试局办公室2026年03月02日印发")),
    ("F20", ended() + printed("测试局2026年3月2日印发"), ended() + printed("测试局2026年3月1日印发")),
    ("F23", MINUTES + p("AnnexNote", "出席：测试甲"), MINUTES + p("Body", "测试甲出席")),
    ("F23", MINUTES + p("AnnexNote", "出席：测试甲"), MINUTES + p("AnnexNote", "出席：测试甲") + ended()),
]


def found(body: str, rule: str) -> list[str]:
    """What lint says under this rule."""
    data = Package(title="试", body=body, styles=styles_xml(), section=section_xml()).build()
    return [finding.zh for finding in lint_layout(data) if finding.rule == rule]


@pytest.mark.parametrize(("rule", "right", "wrong"), TABLE_OF_RULES)
def test_lint_tells_right_from_wrong(rule: str, right: str, wrong: str) -> None:
    assert found(right, rule) == []
    assert found(wrong, rule) != []
