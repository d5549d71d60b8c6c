"""The pages around the sections of a form in Word: cover, filling instructions, signatures, footer."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.papers.forms.blocks import TEXT_WIDTH, label, seal_place, star
from pipeline.papers.forms.controls import Inputs, control
from pipeline.papers.forms.parts import Entry, Layout
from pipeline.papers.forms.wordml import (
    BIAO,
    FANG,
    GREY,
    HEI,
    KAI,
    Element,
    Face,
    border,
    cell,
    el,
    paragraph,
    row,
    run,
    table,
)  # fmt: skip

COVER_KEY, COVER_VALUE = 2500, 5100
STAMP = 340
"""Twips kept free under the top margin of the first page."""
_BY_ROLE = {
    "申报": ("法定代表人（负责人）签字", True),
    "评审": ("专家组组长（评审人）签字", False),
    "办理": ("经办人签字", False),
    "签发": ("签发人签字", False),
}
_BY_LABEL = {("受送达人", "送达人"): ("受送达人（代收人）签名或者盖章", "送达人签名")}
"""Who signs on paper a form that has such fields."""
_NAMED = ("签字", "签名", "签发人", "承办人", "催办人")
"""Words in the label of a field that is itself the place to sign."""


def titles(layout: Layout) -> tuple[str, str]:
    """The name of the form in two lines as on a cover; the second is empty when it does not divide."""
    heading = layout.heading
    if heading and layout.title != heading and layout.title.endswith(heading):
        return layout.title.removesuffix(heading), heading
    return layout.title, ""


def has_cover(layout: Layout) -> bool:
    """Whether the form opens with a cover page; short forms begin with their title above the first table."""
    return bool(layout.cover)


def to_sign(layout: Layout) -> bool:
    """Whether the form ends with a place to sign: not when its own fields already are that place."""
    if _by_label(layout):
        return True
    if layout.sealed:
        return False
    names = any(word in entry.label for entry in layout.entries for word in _NAMED)
    return not names or any(entry.path == "sealed" for entry in layout.entries)


def signer(layout: Layout) -> tuple[str, bool]:
    """Who signs at the end, and whether an official seal goes with it, by the role that files the form."""
    for role in layout.filed_by:
        if role in _BY_ROLE:
            return _BY_ROLE[role]
    return ("填报人签字", False)


def signers(layout: Layout) -> tuple[str, ...]:
    """All who sign at the end, one after the other."""
    return _by_label(layout) or (signer(layout)[0],)


def _by_label(layout: Layout) -> tuple[str, ...]:
    there = {entry.label for entry in layout.entries}
    return next((people for labels, people in _BY_LABEL.items() if there.issuperset(labels)), ())


def cover(inputs: Inputs, layout: Layout) -> Iterator[Element]:
    """Title in 小标宋, underlined lines to fill in, and whose form it is."""
    first, second = titles(layout)
    number = next((entry for entry in layout.cover if entry.path.endswith("form_no")), None)
    top = (*label(number), run("：", Face()), *control(inputs, number, inputs.at(number.path))) if number else ()
    rows = [_cover_row(inputs, entry) for entry in layout.cover if entry is not number]
    spare = max(0, 5 - len(rows)) * 300
    yield below_stamp()
    if layout.annex:
        yield paragraph(run(layout.annex, Face(HEI, 32)))
    yield paragraph(*top, align="right", after=1400 + spare - (400 if layout.annex else 0))
    yield paragraph(run(first, Face(BIAO, 52 if second else 60)), align="center", line=900, outline=0)
    if second:
        yield paragraph(run(spaced(second), Face(BIAO, 72)), align="center", before=360, line=1100)
    yield paragraph(after=1700 + spare)
    yield table((COVER_KEY, COVER_VALUE), *rows, ruled=False)
    if signer(layout)[1]:
        yield paragraph(run("（申报单位盖章）", Face(FANG, 28)), align="right", before=700, right=900)
    yield paragraph(run(f"{layout.authority}　制", Face(KAI, 32)), align="center", before=1300)


def below_stamp() -> Element:
    """Keeps the top right corner of the first page free: the received stamp goes there, down to 28 mm from the edge,
    three below the margin. An empty line, since some programs leave out space before the first one."""
    return paragraph(line=STAMP)


def spaced(text: str) -> str:
    """`申报书` as `申　报　书`; longer words stay close."""
    return "　".join(text) if len(text) <= 5 else text


def _cover_row(inputs: Inputs, entry: Entry) -> Element:
    face = Face(FANG, 28)
    words = [part for part in (star(entry.required, 24), run(entry.title, face)) if part is not None]
    key = cell(COVER_KEY, paragraph(*words, align="right", before=120), align="bottom")
    under = el("w:tcBorders", None, border("w:bottom", 6))
    value = paragraph(*control(inputs, entry, inputs.at(entry.path), Face(KAI, 28), longest=18), align="left", before=120)
    return row(key, cell(COVER_VALUE, value, borders=under, align="bottom"), height=680)


def heading(layout: Layout) -> Iterator[Element]:
    """The title of a form without a cover."""
    yield below_stamp()
    yield paragraph(run(layout.title, Face(BIAO, 40)), align="center", after=60, outline=0)
    if layout.title_en:
        yield paragraph(run(layout.title_en, Face(size=18, color=GREY)), align="center", after=160)


def instructions(layout: Layout, kind: str = "docx") -> tuple[str, ...]:
    """What the person filling it in needs to know, one sentence group each; `kind` is docx or pdf."""
    lines = [f"制定依据：{layout.basis.rstrip('。')}。"] if layout.basis else []
    lines.append("带红色“＊”的为必填项。" + ("灰色文字为提示，点击后直接填写；没有内容的保持原样。" if kind == "docx" else "没有内容的留空。"))
    lines.extend(layout.guide or ["日期填写到日，如“2026年1月15日”；金额按栏目标明的单位填写，保留两位小数。"])
    if layout.tables and kind == "docx":
        lines.append("表格行数不够时，在 Word 中点击该行末尾的“＋”，在 WPS 中复制整行后粘贴；不用的空行留空即可，不必删除。")
    elif layout.tables:
        lines.append("表格行数不够时，请改用同名的 Word 表格填写；不用的空行留空。")
    if layout.attached and not layout.guide:
        lines.append("要求附文件的栏目填写文件名（含扩展名），文件与本表放在同一个文件夹中一并提交。")
    folders = "、".join(f"“{role}”" for role in layout.filed_by)
    kept = "请勿改动栏目名称和表格结构，填写后保存为 .docx" if kind == "docx" else "填写后保存（不要“打印成 PDF”）"
    lines.append(f"{kept}，放入{folders}文件夹。" if folders else f"{kept}。")
    return tuple(lines)


def guide(layout: Layout) -> Iterator[Element]:
    """The page of filling instructions after the cover."""
    yield paragraph(run("填 写 说 明", Face(HEI, 32)), align="center", before=240, after=360, page_break=True)
    for number, line in enumerate(instructions(layout), 1):
        yield paragraph(run(f"{number}．{line}", Face(FANG, 28)), align="both", line=560, indent=200)


def short_guide(layout: Layout) -> Element:
    """The same instructions in small type, for forms without a page for them."""
    lines = [f"{number}．{line}" for number, line in enumerate(instructions(layout), 1)]
    return paragraph(run("填写说明：" + "".join(lines), Face(KAI, 18, GREY)), align="both", before=160)


def signatures(inputs: Inputs, layout: Layout) -> Iterator[Element]:
    """The place to sign at the end: by hand, with the seal where one goes with it, and the date."""
    if not to_sign(layout):
        return
    face = Face(FANG, 24)
    left = [
        [paragraph(run(f"{words}：", face), before=160, after=360),
         paragraph(run("　　　　　　年　　　月　　　日", face), align="right", before=360, after=100)]
        for words in signers(layout)
    ]  # fmt: skip
    if len(left) > 1 or not signer(layout)[1]:
        half = TEXT_WIDTH // len(left)
        yield paragraph(before=60, line=200)
        yield table([half] * len(left), row(*(cell(half, *lines) for lines in left), height=1500))
        return
    yield paragraph(run("签字盖章", Face(HEI, 28)), before=280, after=80, keep=True, outline=1)
    width = 3200
    yield table((TEXT_WIDTH - width, width), row(
        cell(TEXT_WIDTH - width, *left[0], align="top"), cell(width, paragraph(seal_place(inputs), align="center")), height=2800,
    ))  # fmt: skip


def footer(layout: Layout) -> Element:
    """Form name and version at the left, page of pages at the right."""
    return page_footer(f"{layout.title}　{layout.version} 版")


def page_footer(words: str) -> Element:
    """`words` at the left, page of pages at the right."""
    face = Face(size=18, color=GREY)
    tabs = el("w:tabs", None, el("w:tab", {"w:val": "right", "w:pos": TEXT_WIDTH}))
    line = el("w:p", None, el("w:pPr", None, tabs), run(words, face), el("w:r", None, el("w:tab")))
    line.extend([run("第 ", face), *_field("PAGE", face), run(" 页　共 ", face), *_field("NUMPAGES", face), run(" 页", face)])
    return line


def _field(instruction: str, face: Face) -> Iterator[Element]:
    def piece(*content: Element) -> Element:
        return el("w:r", None, face.properties(), *content)

    code = el("w:instrText")
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    code.text = f" {instruction} "
    yield piece(el("w:fldChar", {"w:fldCharType": "begin"}))
    yield piece(code)
    yield piece(el("w:fldChar", {"w:fldCharType": "separate"}))
    yield run("1", face)
    yield piece(el("w:fldChar", {"w:fldCharType": "end"}))
