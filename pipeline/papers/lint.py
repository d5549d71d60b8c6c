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
KINDS = "决议|决定|命令|令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要"
"""The fifteen kinds of 《党政机关公文处理工作条例》第八条."""
OWN_NAMES = "通知书|决定书|告知书|意见书|回执|回证|登记表"
"""Papers of a procedure that are no 公文 of the fifteen kinds (G01)."""
DAY = r"\d{4}年(?:1[0-2]|[1-9])月(?:3[01]|[12]\d|[1-9])日"
ONE_LINE = 579


def _finding(rule: str, zh: str, en: str, repair: str, severity: Severity = Severity.ERROR, place: str = "", cite: str = STANDARD) -> Finding:
    return Finding(rule=rule, severity=severity, zh=zh, en=en, place=place, cite=cite, repair_zh=repair, repair_en=repair)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body: style, text, whether it stands in a table, room before it (twips), begins a page."""

    style: str
    text: str
    in_table: bool
    before: int = 0
    begins_page: bool = False

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
            spacing = node.find(f"{W}pPr/{W}spacing")
            before = 0 if spacing is None else int(spacing.get(W + "before", 0))
            breaks = node.find(f"{W}pPr/{W}pageBreakBefore") is not None
            yield Paragraph("" if style is None else str(style.get(W + "val")), text, in_table, before, breaks)

    def of_style(self, style: str) -> Iterator[Paragraph]:
        """Its paragraphs of one style, without lines that are only a tag."""
        return (paragraph for paragraph in self.paragraphs if paragraph.style == style)

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


def _titles(document: Document) -> Iterator[Finding]:
    numbers = "".join(paragraph.text for paragraph in document.of_style("DocNumber"))
    for paragraph in document.of_style("DocTitle"):
        title = paragraph.literal.strip()
        if re.search("(请示|报告)$", title) and not re.search("签发人：", numbers):
            yield _finding("F06", f"上行文没有标注签发人：{title}", f"no signer beside the number of an upward document: {title}",
                           "发文字号居左空一字，同一行居右标“签发人：姓名”", place=title)  # fmt: skip
        if not TAGS.search(paragraph.text) and not re.search(rf"^[^，。]*关于.+的.{{0,6}}({KINDS})$|({OWN_NAMES})$", title):
            yield _finding("F09", f"标题应由发文机关名称、事由和文种组成：{title}", f"the title lacks matter or kind: {title}",
                           "写作“关于……的通知（函、批复……）”", place=title)  # fmt: skip


def _annexes(document: Document) -> Iterator[Finding]:
    notes = [p for p in document.of_style("AnnexNote") if re.match(r"附\s*件|\d+[.．、]", p.literal.strip())]
    for at, paragraph in enumerate(notes, start=1):
        text = paragraph.literal.strip()
        head = r"附件：" if at == 1 or TAGS.search(paragraph.text) else ""
        right = re.match(rf"{head}(\.|{at}\.)?(?!\d+[.．、])[^。；;，,、]*$", text) or (TAGS.search(paragraph.text) and text in ("附件：", "."))
        if not right:
            yield _finding("F13", f"附件说明写法不对：{text[:30]}", f"bad note of annexes: {text[:30]}",
                           "写作“附件：1.名称”，序号用阿拉伯数字加点，名称后不加标点", place=text[:30])  # fmt: skip
    marks = [(at, p) for at, p in enumerate(document.paragraphs) if p.style == "AnnexMark"]
    for at, paragraph in marks:
        after = [p.style for p in document.paragraphs[at + 1 : at + 3]]
        if not (paragraph.begins_page and re.fullmatch(r"附件\d*", paragraph.literal.strip()) and after[-1:] == ["DocTitle"]):
            yield _finding("F18", f"附件应另面编排，“附件”顶格在第一行，标题居中在第三行：{paragraph.text[:20]}", "an annex begins a page, its title is on line three",
                           "段前分页；“附件1”用3号黑体，空一行，再写标题", Severity.WARNING, place=paragraph.text[:20])  # fmt: skip


def _endings(document: Document) -> Iterator[Finding]:
    shown = [p for p in document.paragraphs if p.style != "Tag"]
    minutes = any("纪要" in p.literal for p in document.of_style("Letterhead"))
    for at, paragraph in enumerate(shown):
        following = shown[at + 1] if at + 1 < len(shown) else None
        if paragraph.style == "Signature" and (paragraph.before < ONE_LINE or following is None or following.style != "DocDate"):
            yield _finding("F15", "署名应在正文之下至少空一行，成文日期紧接下一行", "issuer and date: a line below the text, one after the other",
                           "段前空一行以上，日期另起一段", Severity.WARNING)  # fmt: skip
        if paragraph.style != "DocDate":
            continue
        if not TAGS.search(paragraph.text) and not re.fullmatch(rf"{DAY}|（待签发）", paragraph.text.strip()):
            yield _finding("F16", f"成文日期写法不对：{paragraph.text}", f"bad date {paragraph.text}", "用阿拉伯数字标全年月日，不编虚位", place=paragraph.text)
        note = following.literal.strip() if following and following.style == "Body" and not following.in_table else ""
        if note and not re.fullmatch("（.+）", note):
            yield _finding("F17", f"附注应居左空二字加圆括号：{note[:20]}", f"a note stands in round brackets: {note[:20]}", "改为“（联系人：……）”", Severity.WARNING)
    if minutes and (any(document.of_style("Signature")) or not any(p.text.startswith("出席") for p in document.of_style("AnnexNote"))):
        yield _finding("F23", "纪要应列出席人员名单，不署名、不加盖印章", "minutes list those present and carry no signature", "正文之下空一行标“出席：”，删去署名", Severity.INFO)


def _colophon(document: Document) -> Iterator[Finding]:
    for table in document.body.iter(W + "tbl"):
        text = "".join(node.text or "" for node in table.iter(W + "t"))
        if "印发" not in text:
            continue
        rules = [int(node.get(W + "sz", 0)) for node in table.iterfind(f".//{W}tcBorders/*")]
        if not rules or rules[0] != 8 or rules[-1] != 8 or document.value("Colophon", "rPr/sz") != "28":
            yield _finding("F19", "版记首末分隔线应为0.35毫米，文字4号仿宋", "the outer rules of 版记 are 0.35 mm, its letters 14 pt", "改正版记表格的边框和字号", Severity.WARNING)
    issued = [p.text for p in document.of_style("DocDate")]
    for paragraph in document.of_style("Colophon"):
        text = paragraph.text.strip()
        if text.startswith("抄送") and not re.match("抄送：.+。$", text):
            yield _finding("F19", f"抄送机关应写作“抄送：……。”：{text[:20]}", f"bad list of copies: {text[:20]}", "冒号用全角，末尾加句号", Severity.WARNING)
        if "印发" not in text:
            continue
        found = re.search(rf"({DAY}|（待签发）)印发$", text)
        early = found and issued and _order_of(found[1]) < _order_of(issued[-1])
        if (not found and not TAGS.search(text)) or early or not text.endswith("印发"):
            yield _finding("F20", f"印发机关和印发日期写法不对：{text[:40]}", f"bad printing line: {text[:40]}", "写作“印发机关　2026年3月2日印发”，不早于成文日期", Severity.WARNING)


def _order_of(day: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", day)) if re.fullmatch(DAY, day.strip()) else ()


CHECKS: tuple[Check, ...] = (_page, _grid, _fonts, _letterhead, _number, _order, _words, _indents, _footers,
                              _titles, _annexes, _endings, _colophon)  # fmt: skip


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
