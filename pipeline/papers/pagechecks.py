"""The checks of GB/T 9704-2012 on a measured page: each says what was measured, and whether it is as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.papers.layout import Layout, Line, Page, squeeze
from pipeline.papers.lines import width_in_chars
from pipeline.papers.overlaps import Box

LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0
"""The text area: 156 × 225 mm on A4 (5.2.1)."""
CHAR_MM = 156 / 28
NUMBER = re.compile(r"^[^〔〕\s]{2,14}〔(19|20)\d{2}〕[1-9]\d*号$")
_LIKE_NUMBER = re.compile(r"^[^\s]{2,14}[〔\[【（(](\d{4})[〕\]】）)]第?\d+号$")
_DATE = re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日$")
_GOOD_DATE = re.compile(r"^\d{4}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日$")
_KIND = re.compile(r"关于.+的(决定|决议|命令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|告知书|决定书|通知书)$|(纪要|证书|任务书|报告|告知书|决定书|通知书|回证|清单|登记表|记录)$")

Told = Iterator[tuple[bool | None, str, str]]
"""Whether it is so (None: there is nothing of the kind on these pages), with what was measured, in Chinese and English."""


def _is_letter(layout: Layout) -> bool:
    """信函 layout: red lines of 170 mm above and below."""
    return sum(rule.width > 163 for rule in layout.red_rules) >= 2


def _near(value: float, wanted: float, within: float) -> bool:
    return abs(value - wanted) <= within


def _body(page: Page) -> list[Line]:
    return [line for line in page.lines if _near(line.size, 16, 0.3)]


def paper(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F01: A4 and the text area."""
    for number, page in enumerate(layout.pages, 1):
        size = f"{page.width:.0f}×{page.height:.0f} mm"
        yield _near(page.width, 210, 1) and _near(page.height, 297, 1), f"第{number}页为 {size}", f"page {number} is {size}"
        upper = 29 if _is_letter(layout) and number == 1 else TOP - 1
        for line in page.lines:
            if re.fullmatch(r"—\d+—", squeeze(line.text)):
                continue
            inside = line.left >= LEFT - 1 and line.right <= RIGHT + 1 and upper <= line.top and line.bottom <= BOTTOM + 1
            if not inside:
                yield False, f"第{number}页“{squeeze(line.text)[:12]}”超出版心（左{line.left:.1f} 右{line.right:.1f} 上{line.top:.1f} 下{line.bottom:.1f}）", f"page {number}: a line leaves the text area"


def lines(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F02: 22 lines of 28 characters."""
    for number, page in enumerate(layout.pages, 1):
        body = _body(page)
        if len(body) > 22:
            yield False, f"第{number}页有 {len(body)} 行", f"page {number} has {len(body)} lines"
        for line in body:
            count = width_in_chars(squeeze(line.text))
            if count > 29.5:
                yield False, f"第{number}页一行 {count:.0f} 字", f"page {number}: {count:.0f} characters in a line"
        if body:
            yield True, "", ""


def size(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F03: body text of 16 pt in black."""
    counts: dict[float, int] = {}
    every = [line for page in layout.pages for line in page.lines]
    for line in every:
        counts[round(line.size)] = counts.get(round(line.size), 0) + len(line.text)
    most = max(counts, key=lambda size: counts[size], default=0)
    running = sum(_near(line.size, 16, 0.3) for line in every) >= 3  # a table beside it may be of smaller type
    yield most == 16 or running, f"正文以 {most} 磅为主，应为 16 磅（3号）", f"most text is of {most} pt, should be 16"
    for page in layout.pages:
        for line in _body(page):
            if line.color not in ("000000", "FF0000"):
                yield False, f"“{squeeze(line.text)[:12]}”不是黑色（{line.color}）", f"a line is not black ({line.color})"


def letterhead(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F04: place of the letterhead."""
    mark = layout.letterhead
    if mark is None:
        yield None, "", ""
        return
    wanted, base = (30.0, 0.0) if _is_letter(layout) else (35.0, TOP)
    yield _near(mark.top - base, wanted, 2), f"发文机关标志上边缘距{'页边' if base == 0 else '版心上边缘'} {mark.top - base:.1f} mm，应为 {wanted:.0f} mm", f"letterhead at {mark.top - base:.1f} mm, should be {wanted:.0f}"
    yield _near(mark.centre, (LEFT + RIGHT) / 2, 2), "发文机关标志没有居中", "the letterhead is not centred"


def _number_line(layout: Layout) -> Line | None:
    head = [line for line in layout.pages[0].lines if line.top < 150]
    return next((line for line in head if NUMBER.match(squeeze(line.text)) or _LIKE_NUMBER.match(squeeze(line.text))), None)


def number(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F05: form and place of the number."""
    line = _number_line(layout)
    if line is None:
        yield None, "", ""
        return
    text = squeeze(line.text)
    yield bool(NUMBER.match(text)), f"文号“{text}”应为“机关代字〔年份〕序号号”，六角括号，序号不编虚位、不加“第”", f"the number {text} is not written as the standard has it"
    mark = layout.letterhead
    if mark is not None and not _is_letter(layout):
        gap = line.top - mark.bottom
        yield 2 * 10 <= gap <= 32, f"文号距发文机关标志 {gap:.1f} mm，应空二行（约 20 mm）", f"number {gap:.1f} mm below the letterhead, should be two lines"
        yield _near(line.centre, (LEFT + RIGHT) / 2, 2) or line.left - LEFT < 8, "文号既不居中，也不居左空一字", "the number is neither centred nor at the left"


def red_rule(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F07: the red rule 4 mm below it."""
    line = _number_line(layout)
    rules = [rule for rule in layout.red_rules if line is not None and rule.top > line.bottom - 1]
    if line is None or not rules or _is_letter(layout):
        yield None, "", ""
        return
    yield _near(rules[0].top - line.bottom, 4, 1.5), f"红色分隔线距文号 {rules[0].top - line.bottom:.1f} mm，应为 4 mm", "the red rule is not 4 mm below the number"
    yield _near(rules[0].width, 156, 3), f"红色分隔线长 {rules[0].width:.0f} mm，应与版心等宽 156 mm", "the red rule is not as wide as the text area"


def _title_lines(layout: Layout) -> list[Line]:
    return [line for line in layout.pages[0].lines if _near(line.size, 22, 0.6) and line.color == "000000"]


def title(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F08: title centred, in a shape."""
    lines = _title_lines(layout)
    if not lines:
        yield None, "", ""
        return
    yield all(_near(line.centre, (LEFT + RIGHT) / 2, 3) for line in lines), "标题没有居中", "the title is not centred"
    widths = [line.right - line.left for line in lines]
    shaped = widths == sorted(widths) or widths == sorted(widths, reverse=True) or _diamond(widths)
    yield shaped, "多行标题应排成梯形或菱形", "a title of several lines should be a trapezium or a diamond"


def _diamond(widths: list[float]) -> bool:
    middle = widths.index(max(widths))
    return widths[: middle + 1] == sorted(widths[: middle + 1]) and widths[middle:] == sorted(widths[middle:], reverse=True)


def elements(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F09: what a title is made of."""
    title = "".join(squeeze(line.text) for line in _title_lines(layout))
    yield (bool(_KIND.search(title)), f"标题“{title}”应由机关名称、事由和文种组成", f"the title lacks its elements: {title}") if title else (None, "", "")


def addressee(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F10: the addressee's colon."""
    title = _title_lines(layout)
    if not title:
        yield None, "", ""
        return
    after = [line for line in _body(layout.pages[0]) if line.top > title[-1].bottom]
    first = next((line for line in after[:3] if line.left - LEFT < 2), None)
    if first is None or not re.search(r"[：:]$", squeeze(first.text)):
        yield None, "", ""
    else:
        yield squeeze(first.text).endswith("："), "主送机关末尾应为全角冒号", "the addressee should end in a full-width colon"


def first_page(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F11: body text on the first page."""
    if not _title_lines(layout):
        yield None, "", ""
        return
    below = [line for line in _body(layout.pages[0]) if line.top > _title_lines(layout)[-1].bottom]
    yield bool(below), "首页没有正文", "no body text on the first page"


def levels(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F12: numbers of levels."""
    texts = [squeeze(line.text) for page in layout.pages for line in _body(page)]
    used = False
    for text in texts:
        if re.match(r"^[一二三四五六七八九十]+[.．]", text):
            yield False, f"“{text[:8]}”：一级序数应为“一、”", "a first-level number should be written 一、"
        if re.match(r"^（[一二三四五六七八九十]+）、", text):
            yield False, f"“{text[:8]}”：括号序数后不加顿号", "no 、 after a number in brackets"
        if re.match(r"^\d+、", text):
            yield False, f"“{text[:8]}”：三级序数应为“1.”", "a third-level number should be written 1."
        used = used or bool(re.match(r"^([一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+[.．]\D)", text))
    yield used or None, "", ""


def annex_note(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F13: the note of annexes."""
    for page in layout.pages:
        for line in _body(page):
            text = squeeze(line.text)
            if re.match(r"^附件[：:]", text):
                yield _near(line.left - LEFT, 2 * CHAR_MM, 2), "附件说明应左空二字", "the annex note should stand two characters in"
                yield text[2] == "：" and not text.endswith(("。", "；", "，")), "附件说明用全角冒号，名称后不加标点", "full-width colon, no punctuation after an annex's name"


def _signature(layout: Layout) -> tuple[Page, int, Line, Line | None] | None:
    """Where the date of the document stands: page, its number, the date's line, the name above it."""
    for number in range(len(layout.pages) - 1, -1, -1):
        lines = layout.pages[number].lines
        for place in range(len(lines) - 1, -1, -1):
            if _DATE.match(squeeze(lines[place].text)) and lines[place].left > 80 and _near(lines[place].size, 16, 0.6):
                return layout.pages[number], number, lines[place], lines[place - 1] if place else None
    return None


def sealed(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F14: seal over name and date."""
    found = _signature(layout)
    seals = [mark for mark in marks if mark.what == "seal" and mark.right - mark.left > 25]
    if found is None or not seals:
        yield None, "", ""
        return
    _, number, day, issuer = found
    seal = next((each for each in seals if each.page == number + 1), None)
    if seal is None:
        yield False, "印章不在署名和成文日期所在的页面（空白印章）", "the seal is not on the page of name and date"
        return
    centre = (seal.left + seal.right) / 2
    yield seal.top < day.top and day.bottom < seal.bottom and (issuer is None or seal.bottom > issuer.top), "印章没有压住署名和成文日期", "the seal does not press on name and date"
    yield _near(centre, day.centre, 3), f"印章中心偏离成文日期 {abs(centre - day.centre):.1f} mm", "the seal is not centred on the date"
    yield _near(RIGHT - day.right, 4 * CHAR_MM, 4), f"成文日期右空 {RIGHT - day.right:.0f} mm，应右空四字（约 22 mm）", "the date should stand four characters from the right"


def day(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F16: the date without leading zeros."""
    found = _signature(layout)
    if found is None:
        yield None, "", ""
        return
    text = squeeze(found[2].text)
    yield bool(_GOOD_DATE.match(text)), f"成文日期“{text}”不编虚位", f"the date {text} should have no leading zeros"


def note(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F17: the note in brackets."""
    found = _signature(layout)
    if found is None:
        yield None, "", ""
        return
    page, _, day, _ = found
    after = [line for line in _body(page) if line.top > day.bottom and re.match(r"^[（(].*[）)]$", squeeze(line.text))]
    for line in after:
        yield squeeze(line.text).startswith("（") and _near(line.left - LEFT, 2.5 * CHAR_MM, 2), "附注应左空二字，加全角圆括号", "a note stands two characters in, in full-width brackets"


def colophon(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F19: the colophon at the foot of the last page."""
    page = layout.pages[-1]
    printed = page.find(r"印发$")
    everywhere = [one for one in layout.pages[:-1] if one.find(r"\d{4}年\d{1,2}月\d{1,2}日印发$")]
    if everywhere:
        yield False, "版记不在末面", "the colophon is not on the last page"
    if printed is None:
        yield None, "", ""
        return
    yield _near(printed.size, 14, 0.6), f"版记为 {printed.size:.0f} 磅，应为 14 磅（4号）", "the colophon should be of 14 pt"
    yield printed.bottom > BOTTOM - 15, "版记没有置于末面版心底部", "the colophon is not at the foot of the page"


def printed(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F20: issuer and date of printing."""
    line = layout.pages[-1].find(r"印发$")
    if line is None:
        yield None, "", ""
        return
    good = re.search(r"\d{4}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日印发$", squeeze(line.text))
    yield bool(good), f"“{squeeze(line.text)[-16:]}”应为印发机关与印发日期后加“印发”", "issuer and date of printing, followed by 印发"


def page_numbers(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F21: page numbers, outside."""
    for number, page in enumerate(layout.pages, 1):
        line = next((one for one in page.lines if one.top > 255 and re.fullmatch(r"[—\-–－]?\d+[—\-–－]?", squeeze(one.text))), None)
        if line is None:
            continue
        yield squeeze(line.text) == f"—{number}—", f"第{number}页页码写作“{squeeze(line.text)}”，应为“— {number} —”", f"page {number} is numbered {squeeze(line.text)}"
        middle = (line.top + line.bottom) / 2 - BOTTOM
        yield _near(middle, 7, 2.5), f"第{number}页页码距版心下边缘 {middle:.1f} mm，应为 7 mm", f"page number {middle:.1f} mm below the text area, should be 7"
        inside = RIGHT - line.right if number % 2 else line.left - LEFT
        yield _near(inside, CHAR_MM, 2), f"第{number}页页码应{'居右' if number % 2 else '居左'}空一字", f"page number of page {number} on the wrong side"


def letter(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F22: the layout of letters."""
    if not _is_letter(layout):
        yield None, "", ""
        return
    page = layout.pages[0]
    lower = max(rule.bottom for rule in layout.red_rules)
    yield _near(page.height - lower, 20, 2), f"下方双线距页边 {page.height - lower:.1f} mm，应为 20 mm", "the lower rules are not 20 mm from the edge"
    line = _number_line(layout)
    yield line is None or _near(line.right, RIGHT, 2), "信函文号应顶格居版心右边缘", "a letter's number stands at the right edge"
    yield page.number == "", "信函首页不显示页码", "a letter's first page shows no number"
    yield layout.pages[-1].find(r"日印发$") is None, "信函没有印发机关和印发日期栏", "a letter has no colophon line of printing"


def minutes(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F23: minutes list those present."""
    mark = layout.letterhead
    if mark is None or not squeeze(mark.text).endswith("纪要"):
        yield None, "", ""
        return
    present = any(re.match(r"^出席[：:]", squeeze(line.text)) for page in layout.pages for line in page.lines)
    yield present, "纪要应列出席人员", "minutes list those present"


def punctuation(layout: Layout, marks: tuple[Box, ...]) -> Told:
    """F24: full-width punctuation between characters."""
    for number, page in enumerate(layout.pages, 1):
        for line in _body(page):
            found = re.search(r"[\u4e00-\u9fff]([,;:?!()])[\u4e00-\u9fff]", line.text)
            if found:
                yield False, f"第{number}页“{found.group()}”用了半角标点", f"page {number}: half-width punctuation"
    yield True, "", ""
