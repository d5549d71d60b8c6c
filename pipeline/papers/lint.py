"""Faults of a template that a program can see: tags, names, and the layout rules of GB/T 9704-2012 (F01–F24).

`lint_template` looks at a template as clerks edit it; `lint_layout` at any DOCX, filled or not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.errors import PackError
from pipeline.model import Finding, Severity
from pipeline.papers.names import names_of
from pipeline.papers.render import Template

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STANDARD = "GB/T 9704-2012"
CJK = "\u4e00-\u9fff"
NUMBER = re.compile(r"[^〔〕\s]{2,12}〔(19|20)\d{2}〕[1-9]\d*号")
TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
FANGSONG = ("仿宋", "仿宋_GB2312", "方正仿宋", "方正仿宋_GB2312", "FangSong", "FangSong_GB2312")
XIAOBIAOSONG = ("方正小标宋简体", "方正小标宋_GBK", "小标宋", "华文中宋")
NUMERALS = "一二三四五六七八九十"


def _finding(rule: str, zh: str, en: str, repair: str, severity: Severity = Severity.ERROR, place: str = "", cite: str = STANDARD) -> Finding:
    return Finding(rule=rule, severity=severity, zh=zh, en=en, place=place, cite=cite, repair_zh=repair, repair_en=repair)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body: style, text, whether it stands in a table."""

    style: str
    text: str
    in_table: bool

    @property
    def literal(self) -> str:
        """The text without template tags."""
        return TAGS.sub("", self.text)


class Document:
    """What lint needs of a DOCX: paragraphs, styles with what they inherit, page, footers."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.body = etree.fromstring(self.parts["word/document.xml"])
        styles = etree.fromstring(self.parts["word/styles.xml"])
        self._styles = {node.get(W + "styleId"): node for node in styles.iter(W + "style")}
        self._defaults = styles.find(f"{W}docDefaults")
        self.paragraphs = tuple(self._paragraphs())

    def _paragraphs(self) -> Iterator[Paragraph]:
        for node in self.body.iter(W + "p"):
            style = node.find(f"{W}pPr/{W}pStyle")
            text = "".join(t.text or "" for t in node.iter(W + "t"))
            in_table = any(above.tag == W + "tbl" for above in node.iterancestors())
            yield Paragraph("" if style is None else str(style.get(W + "val")), text, in_table)

    def has_style(self, style: str) -> bool:
        """Whether the style is there."""
        return style in self._styles

    def value(self, style: str, path: str, attribute: str = "val") -> str:
        """A property of a style with what it inherits, as value("Body", "rPr/sz")."""
        name: str | None = style
        steps = "/".join(W + step for step in path.split("/"))
        while name:
            node = self._styles.get(name)
            if node is None:
                break
            found = node.find(steps)
            if found is not None and found.get(W + attribute) is not None:
                return str(found.get(W + attribute))
            base = node.find(f"{W}basedOn")
            name = None if base is None else base.get(W + "val")
        for found in self._defaults.iter(W + path.split("/")[-1]) if self._defaults is not None else ():
            if found.get(W + attribute) is not None:
                return str(found.get(W + attribute))
        return ""

    def family(self, style: str) -> str:
        """Chinese font family of a style."""
        return self.value(style, "rPr/rFonts", "eastAsia")


Check = Callable[[Document], Iterator[Finding]]


def _page(document: Document) -> Iterator[Finding]:
    size, margins = document.body.find(f".//{W}sectPr/{W}pgSz"), document.body.find(f".//{W}sectPr/{W}pgMar")
    wanted = ((size, "w", 11906, 20), (size, "h", 16838, 20), (margins, "top", 2098, 57), (margins, "left", 1587, 57),
              (margins, "bottom", 1984, 57), (margins, "right", 1474, 57))  # fmt: skip
    for node, name, right, tolerance in wanted:
        real = int(node.get(W + name, 0)) if node is not None else 0
        if abs(real - right) > tolerance:
            yield _finding("F01", f"页面设置不符：{name} 为 {real / 56.7:.1f} mm，应为 {right / 56.7:.0f} mm", f"page {name} is {real / 56.7:.1f} mm",
                           "页面布局：A4，上37、下35、左28、右26毫米")  # fmt: skip


def _grid(document: Document) -> Iterator[Finding]:
    line, rule = document.value("Body", "pPr/spacing", "line"), document.value("Body", "pPr/spacing", "lineRule")
    if document.has_style("Body") and not (rule == "exact" and line and abs(int(line) - 580) <= 3):
        yield _finding("F02", "正文行距不是固定值28.95磅，不能保证每面22行", "body lines are not exactly 28.95 pt",
                       "段落：行距固定值28.95磅", Severity.WARNING)  # fmt: skip


def _fonts(document: Document) -> Iterator[Finding]:
    wanted = (("Body", "F03", 32, FANGSONG, "正文", "3号仿宋"), ("DocTitle", "F08", 44, XIAOBIAOSONG, "标题", "2号小标宋"))
    for style, rule, size, families, zh, right in wanted:
        if not document.has_style(style):
            continue
        if document.value(style, "rPr/sz") != str(size) or document.family(style) not in families:
            yield _finding(rule, f"{zh}不是{right}", f"style {style} is not {right}", f"样式“{style}”改为{right}")
    if document.value("Body", "rPr/color") not in ("", "auto", "000000"):
        yield _finding("F03", "正文颜色不是黑色", "body text is not black", "字体颜色改为自动或黑色")
    if document.has_style("DocTitle") and document.value("DocTitle", "pPr/jc") != "center":
        yield _finding("F08", "标题没有居中", "the title is not centred", "标题样式居中")


def _letterhead(document: Document) -> Iterator[Finding]:
    if not document.has_style("Letterhead"):
        return
    red = document.value("Letterhead", "rPr/color").upper() == "FF0000"
    if not red or document.value("Letterhead", "pPr/jc") != "center" or document.family("Letterhead") not in XIAOBIAOSONG:
        yield _finding("F04", "发文机关标志应为红色小标宋、居中", "the letterhead is red, centred, 小标宋", "样式“发文机关标志”改为红色小标宋居中")


def _number(document: Document) -> Iterator[Finding]:
    for paragraph in document.paragraphs:
        if paragraph.style != "DocNumber" or TAGS.search(paragraph.text) or "号" not in paragraph.text:
            continue
        if not NUMBER.fullmatch(paragraph.text.strip()):
            yield _finding("F05", f"发文字号写法不对：{paragraph.text}", f"bad document number {paragraph.text}",
                           "写作“机关代字〔2026〕1号”：六角括号，不加“第”，不编虚位", place=paragraph.text)  # fmt: skip


def _order(document: Document) -> Iterator[Finding]:
    expected = 0
    for paragraph in document.paragraphs:
        text = paragraph.literal.strip()
        if paragraph.in_table or TAGS.match(paragraph.text):
            continue
        if re.match(rf"(\d+、|[{NUMERALS}]+[.．])", text):
            yield _finding("F12", f"层次序数写法不对：{text[:20]}", f"bad heading number: {text[:20]}", "用“一、”“（一）”“1.”“（1）”", place=text[:20])
        found = re.match(rf"([{NUMERALS}]+)、", text)
        if found and len(found[1]) == 1:
            at = NUMERALS.index(found[1]) + 1
            if at != 1 and at != expected + 1:
                yield _finding("F12", f"层次序数不连续：{text[:20]}", f"headings out of order: {text[:20]}", "按一、二、三的次序编排", place=text[:20])
            expected = at


def _words(document: Document) -> Iterator[Finding]:
    for paragraph in document.paragraphs:
        text = paragraph.literal
        for hit in re.finditer(r"\d{4}年(0\d月|\d{1,2}月0\d日)", text):
            yield _finding("F16", f"日期编了虚位：{hit[0]}", f"padded date {hit[0]}", "月、日不编虚位，如2026年3月1日", place=text[:20])
        for hit in re.finditer(rf"[{CJK}][,;:?!][{CJK}]", text):
            yield _finding("F24", f"中文之间用了半角标点：{hit[0]}", f"half-width mark: {hit[0]}", "改用全角标点", Severity.WARNING, place=text[:20])
        if paragraph.style == "Addressee" and TAGS.search(paragraph.text) and text.endswith(":"):
            yield _finding("F10", "主送机关末尾应为全角冒号", "the addressee ends with a full-width colon", "改为“：”")


def _indents(document: Document) -> Iterator[Finding]:
    if document.has_style("Body") and document.value("Body", "pPr/ind", "firstLineChars") != "200":
        yield _finding("F11", "正文段首没有左空二字", "body paragraphs are not indented by two characters", "样式“公文正文”首行缩进2字符")
    if document.has_style("DocDate") and document.value("DocDate", "pPr/ind", "rightChars") != "400":
        yield _finding("F14", "成文日期没有右空四字", "the date does not end four characters from the right", "样式“成文日期”右缩进4字符")


def _footers(document: Document) -> Iterator[Finding]:
    pages = [part for name, part in document.parts.items() if name.startswith("word/footer") and b" PAGE " in part]
    settings = document.parts.get("word/settings.xml", b"")
    if len(pages) < 2 or b"evenAndOddHeaders" not in settings or not all("—".encode() in part for part in pages):
        yield _finding("F21", "页码应单双页分别居右、居左，数字左右各放一条一字线", "page numbers: odd right, even left, between dashes",
                       "页脚设置奇偶页不同，页码写作“— 1 —”")  # fmt: skip


CHECKS: tuple[Check, ...] = (_page, _grid, _fonts, _letterhead, _number, _order, _words, _indents, _footers)


def lint_layout(data: bytes) -> tuple[Finding, ...]:
    """What of F01–F24 a program can see in a DOCX that uses our styles."""
    document = Document(data)
    return tuple(finding for check in CHECKS for finding in check(document))


def _braces(document: Document) -> Iterator[Finding]:
    for paragraph in document.paragraphs:
        text = paragraph.text
        if re.search(r"[｛｝]{2}|｛[%％]|[%％]｝", text):
            yield _finding("T04", f"用了全角花括号，会原样印出来：{text[:30]}", f"full-width braces: {text[:30]}", "改为半角 {{ }}", place=text[:30], cite="")
        for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
            if text.count(opening) != text.count(closing):
                yield _finding("T03", f"标记没有在同一段里写完：{text[:30]}", f"a tag is split: {text[:30]}", "把整个标记写在同一段内", place=text[:30], cite="")


def lint_template(data: bytes, known_names: Mapping[str, Any], name: str = "", required: tuple[str, ...] = ("doc.number",)) -> tuple[Finding, ...]:
    """All faults of a template: broken tags, unknown or missing names, layout.

    `known_names` is the tree of names the context has (see names.py); `required` are names that have to be used.
    """
    try:
        document = Document(data)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as trouble:
        return (_finding("T00", f"模板不是完好的 DOCX：{trouble}", f"not a whole DOCX: {trouble}", "用 Word 重新保存", cite=""),)
    found = list(_braces(document))
    try:
        template = Template.load(data, name or "template.docx")
    except PackError as trouble:
        found.append(_finding("T01", trouble.zh, trouble.en, "改正该标记", cite=""))
        return tuple(found) + lint_layout(data)
    found += _names(template, known_names, required)
    return tuple(found) + lint_layout(data)


def _names(template: Template, known: Mapping[str, Any], required: tuple[str, ...]) -> Iterator[Finding]:
    used: set[str] = set()
    for part, source in template.sources:
        unknown, names = names_of(template.environment.parse(source), known)
        used.update(names)
        for wrong in unknown:
            yield _finding("T02", f"用到了没有的变量 {wrong}（{part}）", f"unknown name {wrong} in {part}", "对照变量表改正", place=part, cite="")
    for wanted in required:
        if wanted not in used:
            yield _finding("T05", f"模板没有用到 {wanted}，发出的公文会缺这一项", f"the template never uses {wanted}", f"在模板中加上 {{{{ {wanted} }}}}", Severity.WARNING, cite="")
