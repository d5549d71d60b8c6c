"""Templates are filled strictly: nothing missing, nothing smuggled in, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from pipeline.errors import PackError
from pipeline.papers.gate import docx_text
from pipeline.papers.render import Template
from pipeline.papers.templates.build import SHEETS, build_template
from pipeline.papers.templates.ooxml import Package, p, run
from pipeline.papers.templates.styles import section_xml, styles_xml
from pipeline.papers.wording import (
    bases,
    brief,
    clause,
    count_zh,
    date_zh,
    grounds,
    label,
    moment_zh,
    money,
    number,
    para,
    yes_no,
    zh_list,
)

from .sample import NAME, context


def made(*paragraphs: str) -> Template:
    """A template of these paragraphs."""
    package = Package(title="x", body="".join(paragraphs), styles=styles_xml(), section=section_xml())
    return Template.load(package.build(), "试.docx")


BASE: dict[str, Any] = {"doc": {"date": None}, "authority": {"name": "测试局"}}


def text(template: Template, **names: Any) -> str:
    """What it says with these names."""
    return docx_text(template.render({**BASE, **names}))


@pytest.mark.parametrize("name", SHEETS)
def test_same_context_same_bytes(name: str) -> None:
    code = name.removesuffix(".docx")
    template = Template.load(build_template(name, NAME), name)
    assert template.render(context(code)) == template.render(context(code))


@pytest.mark.parametrize("name", SHEETS)
def test_draft_shows_where_number_and_date_will_stand(name: str) -> None:
    said = docx_text(Template.load(build_template(name, NAME), name).render(context(name.removesuffix(".docx"), draft=True)))
    assert "(待编号)" in said
    assert "(待签发)" in said or name == "preparation_review_report.docx"


def test_markup_in_data_stays_data() -> None:
    said = text(made(p("Body", "{{ x }}")), x="甲 & 乙 <w:p/> {{ doc }} {% if %}")
    assert said == "甲&乙<w:p/>{{doc}}{%if%}"


@pytest.mark.parametrize("bad", ["\f", "\a", "\x00", "\x1b", "\ud800", "\ufffe", "\x0b"])
def test_control_characters_are_taken_out(bad: str) -> None:
    data = made(p("Body", "{{ x }}")).render({**BASE, "x": f"前{bad}后", "rows": [{bad: bad}]})
    assert docx_text(data) == "前后"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    assert len(list(tree.iter("{*}p"))) == 1
    assert not list(tree.iter("{*}br"))


def test_para_makes_paragraphs_of_the_same_style() -> None:
    data = made(p("Body", "{{ x|para }}")).render({**BASE, "x": "一行\n\n 二行 \r\n三行"})
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    paragraphs = list(tree.iter("{*}p"))
    assert ["".join(q.itertext()).strip() for q in paragraphs] == ["一行", "二行", "三行。"]
    assert len({etree.tostring(q.find("{*}pPr")) for q in paragraphs}) == 1


@pytest.mark.parametrize(
    ("tag", "named"),
    [("{{ nothing }}", "nothing"), ("{{ doc.nothing }}", "nothing"), ("{{ doc['x'].y }}", "x"), ("{% for a in rows %}{{ a }}{% endfor %}", "rows")],
)
def test_unknown_names_are_named(tag: str, named: str) -> None:
    with pytest.raises(PackError) as caught:
        made(p("Body", tag)).render(BASE)
    assert "试.docx" in caught.value.zh and named in caught.value.zh


@pytest.mark.parametrize("tag", ["{{ doc.number", "{% if x %}没有结束", "{{ x|nofilter }}", "{% include 'a' %}{% bad %}"])
def test_broken_tags_are_named_with_their_words(tag: str) -> None:
    with pytest.raises(PackError) as caught:
        made(p("Body", run("这一段的字")), p("Body", run(tag)))
    assert "试.docx" in caught.value.zh


@pytest.mark.parametrize(
    "tag",
    [
        "{{ ''.__class__.__mro__ }}", "{{ doc.update({'a': 1}) }}", "{{ rows.append(1) }}", "{{ 'a' * 99999999 }}",
        "{{ 9 ** 99999 }}", "{% for a in range(999999999) %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "{{ ('%' ~ '99999999d')|format(1)|length }}",
    ],
)  # fmt: skip
def test_templates_cannot_run_wild(tag: str) -> None:
    template = made(p("Body", tag))
    if "format" in tag:  # a long string is data's own affair; it must only not hang
        assert template.render({**BASE, "rows": [1]}, seconds=5.0)
        return
    with pytest.raises(PackError):
        template.render({**BASE, "rows": [1]}, seconds=0.3)


def test_no_template_for_no_docx() -> None:
    for data in (b"", b"nothing", build_template("case_closing_notice.docx", NAME)[:900]):
        with pytest.raises(PackError, match="坏.docx"):
            Template.load(data, "坏.docx")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (date_zh(date(2026, 3, 2)), "2026年3月2日"), (date_zh("2026-11-30"), "2026年11月30日"), (date_zh(None), ""), (date_zh(""), ""),
        (money(Decimal("1234567.5")), "1234567.50"), (money("0.005"), "0.01"), (money(""), ""), (number(Decimal("5.00")), "5"),
        (number("0.50"), "0.5"), (count_zh(5), "五"), (count_zh(10), "十"), (count_zh(12), "十二"), (count_zh(30), "三十"), (count_zh(99), "九十九"), (count_zh(""), ""), (number(100), "100"), (zh_list(["甲", "", "乙"]), "甲、乙"), (zh_list(["甲", "乙"], "，"), "甲，乙"),
        (label("a", {"a": "甲"}), "甲"), (label("a", [{"code": "a", "zh": "甲"}]), "甲"), (label("z", {}), "z"),
        (brief("短"), "短"), (brief("长" * 70), "长" * 60 + "……（共70字）"), (yes_no(True), "是"), (yes_no(""), "否"), (para("甲\n\n乙"), "甲\a乙。"), (para("甲（乙）"), "甲（乙）。"), (para("甲。"), "甲。"), (para("见附件。）"), "见附件。）"), (para(" "), ""),
        (clause("设备到货。"), "设备到货"), (clause(" 甲；乙 "), "甲；乙"),
        (date_zh("2029-04-22T23:30:52+00:00"), "2029年4月23日"), (moment_zh("2029-04-22T23:30:52+00:00"), "2029年4月23日7时30分52秒"), (moment_zh(""), ""),
        (grounds(["《甲办法》第八条第一款第一句", "《甲办法》第十条"]), "根据《甲办法》第八条第一款、第十条"),
        (grounds(["本办法未规定，参照《乙法》第三十二条第一款第（四）项：应当一次告知", "《甲办法》第九条"]), "根据《甲办法》第九条，参照《乙法》第三十二条第一款第（四）项"),
        (grounds(["《甲办法》政策解读“五”"]), "根据《甲办法》政策解读“五”"), (grounds(["本包自定"]), "按照有关规定"), (grounds([]), "按照有关规定"), (grounds(["《行政复议法》第二十条", "《甲办法》第十条"]), "根据《甲办法》第十条"),
        (bases(["《甲办法》第十条", "一般法律规定：参照《乙法》第三十八条。"]), "《甲办法》第十条；\a参照《乙法》第三十八条"),
        (bases(["程序正当原则：应当听取陈述申辩", "《甲办法》第十条", "《行政复议法》第二十条（六十日）", "本系统约定：由负责人决定"]), "《甲办法》第十条；\a程序正当原则：应当听取陈述申辩"),
        (bases(["一般法律规定：本办法未规定不予受理，参照《乙法》第三十二条第一款：应当书面告知"]), "参照《乙法》第三十二条第一款：应当书面告知"),
        (bases(["参照《行政许可法》第三十八条第二款：不予批准应当说明理由并告知救济途径"]), ""),
        (grounds(["《甲办法》第十三条第二款", "《甲办法》第十三条第一款", "《甲办法》第九条"]), "根据《甲办法》第九条、第十三条第一款、第二款"),
        (grounds(["《党政机关公文处理工作条例》第八条：批复答复请示"]), "按照有关规定"), (grounds(["《党政机关公文处理工作条例》第三十三条：撤销由发文机关决定"]), "根据《党政机关公文处理工作条例》第三十三条"),
        (grounds(["《甲办法》第十条第二款", "《甲办法》第十条", "《甲办法》第一百零二条"]), "根据《甲办法》第十条、第一百零二条"),
        (grounds(["《甲办法》第七条第一款第（七）项", "《甲办法》第七条第一款第（四）项"]), "根据《甲办法》第七条第一款第（四）项、第一款第（七）项"),
    ],
)  # fmt: skip
def test_filters(got: str, expected: str) -> None:
    assert got == expected
