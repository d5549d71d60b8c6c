"""Titles break like titles (F08), names stand over their dates (F14)."""

from __future__ import annotations

import pytest
from lxml import etree

from pipeline.papers.lines import W, settle_signature, title_lines, width_in_chars
from pipeline.papers.templates.ooxml import NAMESPACES, p


@pytest.mark.parametrize(
    ("title", "keep", "lines"),
    [
        ("受理通知书", [], ["受理通知书"]),
        ("关于同意筹建湖北省碳计量中心的函", [], ["关于同意筹建湖北省碳计量中心的函"]),
        ("关于组建湖北省碳计量中心（电碳）筹建评审专家组的通知", ["湖北省碳计量中心（电碳）"], ["关于组建湖北省碳计量中心（电碳）", "筹建评审专家组的通知"]),
        ("测试省市场监督管理局关于同意筹建测试省碳计量中心的批复", ["测试省市场监督管理局", "测试省碳计量中心"], ["测试省市场监督管理局", "关于同意筹建测试省碳计量中心的批复"]),
    ],
)  # fmt: skip
def test_titles(title: str, keep: list[str], lines: list[str]) -> None:
    assert title_lines(title, keep).split("\n") == lines


LONG = "关于不予批准筹建湖北省碳计量中心（钢铁、水泥、化工及公共机构重点领域联合服务）的函"


@pytest.mark.parametrize("title", [LONG, "关于" + "某" * 70 + "的通知", "abc" * 30])
def test_long_titles_stay_within_the_line_and_lose_nothing(title: str) -> None:
    broken = title_lines(title, ["湖北省碳计量中心"])
    assert broken.replace("\n", "") == title
    if title == LONG:
        assert all(width_in_chars(line) <= 20 for line in broken.split("\n"))
        assert not any(line.startswith(("的", "、", "）")) for line in broken.split("\n"))


@pytest.mark.parametrize(("issuer", "day"), [("测试局", "2026年3月2日"), ("测试省市场监督管理局", "2026年11月21日")])
def test_name_is_centred_on_the_date(issuer: str, day: str) -> None:
    tree = etree.fromstring(f"<w:body {NAMESPACES}>{p('Signature', issuer)}{p('DocDate', day)}</w:body>")
    settle_signature(tree)
    right = int(tree.find(f".//{W}ind").get(W + "right")) / 313.6
    assert right + width_in_chars(issuer) / 2 == pytest.approx(4 + width_in_chars(day) / 2, abs=0.01)


def test_the_line_before_the_name_stays_with_it() -> None:
    tree = etree.fromstring(f"<w:body {NAMESPACES}>{p('Body', '特此通知。')}{p('Signature', '测试局')}{p('DocDate', '2026年3月2日')}</w:body>")
    settle_signature(tree)
    properties = tree[0].find(f"{W}pPr")
    assert [node.tag.removeprefix(W) for node in properties][:2] == ["pStyle", "keepNext"]


def test_a_very_long_name_stays_on_the_page() -> None:
    tree = etree.fromstring(f"<w:body {NAMESPACES}>{p('Signature', '测' * 24)}{p('DocDate', '2026年3月2日')}</w:body>")
    settle_signature(tree)
    assert tree.find(f".//{W}ind").get(W + "right") == "0"
