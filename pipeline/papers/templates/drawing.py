"""Minutes of a draw by lot: list, hash, timestamp, seed, who or what was drawn, who was excluded and why."""

from __future__ import annotations

from pipeline.papers.templates.notices import cells, columns, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, p, rows_each, run, table, when
from pipeline.papers.templates.pieces import DATE, body, colophon, heading, red_head, title
from pipeline.papers.templates.styles import CHAR, HEITI, LINE

EXPERTS = "{% if draw.list.what == 'experts' %}"
UNIT = EXPERTS + "人{% else %}项{% endif %}"
KIND = "|label({'calibration_item': '检定校准项目', 'key_parameter': '关键参数测量项目'})"


def draw_minutes(characters: int) -> str:
    """The minutes, for experts and for items alike; the .json of the same name holds the token and is enough to repeat it."""
    w = columns(14, 16, 44, 44, 38)
    drawn = table(
        w, head_row(w, "次序", "编号", EXPERTS + "姓名{% else %}名称{% endif %}", "单位", EXPERTS + "专业和职务{% else %}类别{% endif %}"),
        rows_each("d in draw.drawn", w, cells(
            w, "{{ d.order }}", "{{ d.no }}", "{{ d.name }}", "{{ d.org or '—' }}",
            "{{ d.stratum" + KIND + " or '不限' }}{% if d.leader %}（组长）{% endif %}", style="TableSmall", centred=(0, 1))),
    )  # fmt: skip
    v = columns(14, 50, 92)
    excluded = table(
        v, head_row(v, "编号", EXPERTS + "姓名{% else %}名称{% endif %}", "不参加抽取的理由"),
        rows_each("e in draw.excluded", v, cells(v, "{{ e.no }}", "{{ e.name }}", "{{ e.reason }}", style="TableSmall", centred=(0,))),
    )
    hexes = "{{ draw.%s[:32] }} {{ draw.%s[32:] }}"
    return (
        red_head(characters, "抽取纪要")
        + title()
        + p("Body", "{{ draw.token_time|date_zh }}，本局为{{ case.center_name }}（案号：{{ case.no }}）随机抽取" + EXPERTS + "专家{% else %}现场抽查项目"
            "{% endif %}。清单共列{{ draw.list.rows|length }}" + UNIT + "，{% if draw.excluded %}其中{{ draw.excluded|length }}" + UNIT + "不参加抽取，{% endif %}抽出{{ draw.drawn|length }}" + UNIT + "。"
            "清单先行固定，种子由固定之后取得的时间戳产生，任何人可以据此重复抽取。", shape=Shape(before=LINE))
        + heading("一、抽取结果") + gap(80) + drawn + gap(120)
        + when("draw.excluded", heading("二、回避情况"), gap(80), excluded, gap(120))
        + heading("{% if draw.excluded %}三{% else %}二{% endif %}、抽取依据")
        + p("Note", "抽取办法：{{ draw.algorithm }}")
        + p("Note", "清单摘要（SHA-256）：")
        + p("Note", hexes.replace("%s", "list_sha256"))
        + p("Note", "时间戳时间：{{ draw.token_time|moment_zh }}（北京时间）")
        + p("Note", "种子：" + hexes.replace("%s", "seed"))
        + body("清单全文和时间戳原文载于与本纪要同名的JSON数据文件。核对命令：hongtou draw verify。")
        + p("Body")
        + p("AnnexNote", run("出席：", Face(family=HEITI)), run("{{ act.officer }}（经办）{% if act.witness|default('') %}、{{ act.witness }}（监督）{% endif %}"),
            shape=Shape(left=5 * CHAR, hanging=3 * CHAR))
        + p("DocDate", DATE, shape=Shape(before=LINE))
        + colophon()
    )  # fmt: skip
