"""How words stand on an official page: breaking the title, settling name and date under the seal.

GB/T 9704-2012 7.3.1 (title: 回行时词意完整、排列对称、长短适宜，梯形或菱形) and 7.3.5.1 (name centred on the date).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import combinations
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLE_CHARS = 20
"""Characters of 22 pt in a line of 156 mm."""
BODY_CHAR_TWIPS = 313.6
"""One body character: 16 pt at 98 %."""
SIGNATURE_STYLE, DATE_STYLE = "Signature", "DocDate"
WORDS = (
    "碳计量中心", "能源计量中心", "计量中心", "筹建任务书", "任务书", "专家组", "评审", "验收", "考核", "筹建", "申请",
    "申报", "受理", "补正", "通知书", "通知", "批复", "决定", "同意", "不予", "批准", "组织", "组建", "材料", "整改",
    "终止", "办理", "纪要", "会议", "省级", "市级", "关于", "报告", "开展", "情况", "公共机构", "公共", "机构", "重点", "领域",
    "行业", "产业", "联合", "服务", "测试", "钢铁", "水泥", "化工", "石化", "电力", "建材", "有色", "造纸", "航空", "交通", "运输",
    "建筑", "农业", "林业", "工业", "园区", "能源", "资源", "排放", "绿色", "低碳", "发展", "技术", "创新", "科学", "研究院", "研究所",
    "大学", "学院", "中心", "有限责任公司", "有限公司", "集团", "人民政府", "生态", "环境", "数据", "质量", "监督", "管理", "事项",
)  # fmt: skip
NOT_FIRST = "，。、；：？！）》】」』”’的等"
NOT_LAST = "（《【「『“‘"


def width_in_chars(text: str) -> float:
    """Width of a line in Chinese characters: half for ASCII and other narrow ones."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def _whole_spans(title: str, keep: Iterable[str]) -> set[int]:
    """Positions inside a word, a pair of brackets or a name, where the title must not be broken."""
    inside: set[int] = set()
    for word in (*WORDS, *keep):
        for hit in re.finditer(re.escape(word), title) if len(word) > 1 else ():
            inside.update(range(hit.start() + 1, hit.end()))
    for hit in re.finditer(r"（[^（）]{1,12}）|《[^《》]{1,14}》|[0-9A-Za-z.]+", title):
        inside.update(range(hit.start() + 1, hit.end()))
    return inside


def _penalty(lines: list[str], limit: float) -> float:
    widths = [width_in_chars(line) for line in lines]
    if max(widths) > limit:
        return 1000 * (max(widths) - limit)
    spread = max(widths) - min(widths)
    falling = all(a >= b for a, b in zip(widths, widths[1:], strict=False))
    diamond = len(widths) == 3 and widths[1] >= max(widths[0], widths[2])
    lonely = 6 if min(widths) < 4 else 0
    opens = -sum(8 if line.startswith("关于") else 2.5 for line in lines[1:] if line.startswith(("关于", "（")))
    return spread * 0.6 + (0 if falling or diamond else 2) + lonely + opens + abs(spread - 3) * 0.2


def title_lines(title: str, keep: Iterable[str] = (), limit: float = TITLE_CHARS) -> str:
    """The title broken into the fewest lines that look well: words whole, a trapezoid or a diamond (F08).

    `keep` are names (of the centre, of the authority) that stay on one line where they can.
    """
    if width_in_chars(title) <= limit:
        return title
    names = [name for name in keep if name and width_in_chars(name) <= limit]
    for kept in (names, []):
        inside = _whole_spans(title, kept)
        spots = [
            i for i in range(2, len(title) - 1)
            if i not in inside and title[i] not in NOT_FIRST and title[i - 1] not in NOT_LAST
        ]  # fmt: skip
        least = int(-(-width_in_chars(title) // limit))
        for count in range(least, least + 2):
            best = _best(title, spots, count, limit)
            if best:
                return "\n".join(best)
    return title


def _best(title: str, spots: list[int], count: int, limit: float) -> list[str] | None:
    choices = []
    for cut in combinations(spots, count - 1):
        ends = (0, *cut, len(title))
        lines = [title[a:b] for a, b in zip(ends, ends[1:], strict=False)]
        choices.append((_penalty(lines, limit), lines))
    choices.sort(key=lambda choice: choice[0])
    return choices[0][1] if choices and choices[0][0] < 1000 else None


def _paragraph_text(paragraph: Any) -> str:
    return "".join(node.text or "" for node in paragraph.iter(W + "t"))


def settle_signature(document: Any) -> None:
    """Centre each issuer's name on the date below it, the date ending four characters from the right (F14).

    Works on paragraphs of the styles `Signature` and `DocDate`; a wider name than room moves to the margin. The
    paragraph before the name stays on its page, so that no page holds a seal alone (7.3.5.4).
    """
    for paragraph in document.iter(W + "p"):
        following = paragraph.getnext()
        if _style(paragraph) != SIGNATURE_STYLE or following is None or _style(following) != DATE_STYLE:
            continue
        _keep_with_next(paragraph.getprevious())
        name, day = width_in_chars(_paragraph_text(paragraph)), width_in_chars(_paragraph_text(following))
        right = max(0.0, 4 + (day - name) / 2)
        indent = _child(_child(paragraph, "pPr"), "ind")
        indent.set(W + "right", str(round(right * BODY_CHAR_TWIPS)))


def _keep_with_next(paragraph: Any) -> None:
    if paragraph is None or paragraph.tag != W + "p":
        return
    properties = _child(paragraph, "pPr")
    if properties.find(W + "keepNext") is None:
        after_style = 0 if properties.find(W + "pStyle") is None else 1
        properties.insert(after_style, properties.makeelement(W + "keepNext", {}))


def _style(paragraph: Any) -> str:
    node = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if node is None else str(node.get(W + "val"))


def _child(parent: Any, name: str) -> Any:
    """The child `name`, made in the place Word expects it when missing."""
    found = parent.find(W + name)
    if found is not None:
        return found
    made = parent.makeelement(W + name, {})
    later = [W + tag for tag in ("jc", "textAlignment", "outlineLvl", "rPr", "sectPr")]
    for position, node in enumerate(parent):
        if node.tag in later:
            parent.insert(position, made)
            return made
    parent.append(made)
    return made
