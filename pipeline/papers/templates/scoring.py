"""Minutes of the opening of the members' sealed score sheets: whose, their digests, every score, and what comes of them."""

from __future__ import annotations

from pipeline.papers.templates.notices import cells, columns, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, each, p, rows_each, run, table, when
from pipeline.papers.templates.pieces import DATE, body, colophon, heading, red_head, title
from pipeline.papers.templates.styles import CHAR, HEITI, LINE

ITEM = "|label(lists.acceptance_rubric)"
AT_ONCE = 7
"""Members side by side in one table; of a larger team, the rest follow in a table of their own."""
COUNTED = "(opened.sheets|selectattr('counts')|list)"
METHOD = "|label({'mean': '各项取平均值', 'trimmed_mean': '各项去掉一个最高分和一个最低分后取平均值', 'median': '各项取中位数'})"


def score_summary(characters: int) -> str:
    """The minutes; the .json of the same name holds every sheet in full."""
    return (
        red_head(characters, "评分纪要")
        + title()
        + p("Body", "{{ opened.on|date_zh }}，{{ case.center_name }}（案号：{{ case.no }}）考核组成员的个人评分表{% if opened.absent %}除已登记不能评分的以外{% endif %}"
            "全部交齐，当即启封。每份表交来时只记录其原件的摘要，内容加密封存；启封时逐份核对，均与交来时的摘要一致。", shape=Shape(before=LINE))
        + heading("一、交表情况") + gap(80) + _handed_in() + gap(120)
        + when("opened.absent", body("不能评分（原因已登记）：{{ opened.absent|zh_list }}。"))
        + heading("二、逐项评分")
        + each(f"part in {COUNTED}|batch({AT_ONCE})", gap(80), _scores(), gap(120))
        + heading("三、汇总")
        + when("opened.joint", body(
            "按细则由个人评分汇总（{{ opened.joint.method" + METHOD + " }}，修约后相加），总分{{ opened.joint.total|number }}分，列入上表末栏。"),
            otherwise=body("各成员的评分供考核组集体评议；考核组评分表由考核组一致形成，组长负责。"))
        + body("各成员可以用自己保存的原件计算SHA-256摘要，与本表核对。个人评分表全文载于与本纪要同名的JSON数据文件。")
        + p("Body")
        + p("AnnexNote", run("出席：", Face(family=HEITI)), run("{{ opened.sheets|selectattr('counts')|map(attribute='member')|list|zh_list }}"),
            shape=Shape(left=5 * CHAR, hanging=3 * CHAR))
        + p("DocDate", DATE, shape=Shape(before=LINE))
        + colophon()
    )  # fmt: skip


def _handed_in() -> str:
    w = columns(24, 16, 78, 38)
    hexes = "{{ s.commitment[:32] }} {{ s.commitment[32:] }}"
    return table(
        w, head_row(w, "专家", "总分", "原件摘要（SHA-256）", "说明"),
        rows_each("s in opened.sheets", w, cells(
            w, "{{ s.member }}", "{{ s.filing.data.total|number }}", hexes,
            "{{ s.filing.received_on|date_zh }}交来{% if not s.counts %}，不计{% endif %}", style="TableSmall", centred=(0, 1))),
    )  # fmt: skip


def _scores() -> str:
    w = columns(37, 12, *([13.2] * AT_ONCE), 14.6)
    names = [f"{{% if part|length > {n} %}}{{{{ part[{n}].member }}}}{{% endif %}}" for n in range(AT_ONCE)]
    scores = [_score(n) for n in range(AT_ONCE)]
    totals = [f"{{% if part|length > {n} %}}{{{{ part[{n}].filing.data.total|number }}}}{{% endif %}}" for n in range(AT_ONCE)]
    joint = "{% if opened.joint %}{{ (opened.joint.rows|selectattr('item', 'equalto', row.item)|first).score|number }}{% endif %}"
    return table(
        w, head_row(w, "考核项目", "满分", *names, "汇总"),
        rows_each("row in part[0].filing.data.scores", w, cells(
            w, "{{ row.item }} {{ row.item" + ITEM + " }}", "{{ row.max|number }}", *scores, joint, style="TableSmall", centred=tuple(range(1, AT_ONCE + 3)))),
        cells(w, "合计", "{{ param.score.full_mark }}", *totals, "{% if opened.joint %}{{ opened.joint.total|number }}{% endif %}",
              style="TableSmall", centred=tuple(range(AT_ONCE + 3))),
    )  # fmt: skip


def _score(n: int) -> str:
    found = f"(part[{n}].filing.data.scores|selectattr('item', 'equalto', row.item)|first).score"
    return f"{{% if part|length > {n} %}}{{{{ {found}|number }}}}{{% endif %}}"
