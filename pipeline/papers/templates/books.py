"""The two books of a case: review report (annex 3) and task book (annex 4)."""

from __future__ import annotations

from pipeline.papers.templates.notices import cells, columns, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, cell, p, row, rows_each, rows_when, run, table, twips, when
from pipeline.papers.templates.pieces import DATE, ISSUER, NUMBER, days, heading, led_by
from pipeline.papers.templates.styles import LINE, TEXT_WIDTH

RATING = "|label({'met': '符合', 'mostly': '基本符合', 'unmet': '不符合'})"
ITEM = "|label(lists.preparation_review_items)"


def cover(heading_zh: str, *lines: tuple[str, str], foot: str = DATE, planned: bool = False) -> str:
    """A cover: number top right, centre's name (with （筹） while it is `planned`) and the book's name, underlined particulars, issuer and date."""
    label_width, value_width = columns(42, 98)
    under = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
    rows = [
        row(cell(label_width, p("CoverLine", name, shape=Shape(align="distribute"))), cell(value_width, p("CoverLine", value), borders=under),
            height=twips(13))
        for name, value in lines
    ]  # fmt: skip
    room = when("(case.center_name ~ case.applicant)|length < 40", p("Tag", shape=Shape(before=800, line=20)))
    return (
        p("Addressee", f"编号：{NUMBER}", shape=Shape(align="right"))
        + p("CoverTitle", run("{{ (case.center_name" + (" ~ '（筹）'" if planned else "") + ")|title_lines([], 15) }}", Face(half_points=52)),
            shape=Shape(before=900, line=760))
        + p("CoverTitle", run(heading_zh, Face(spacing=120)), shape=Shape(before=300, after=800))
        + room
        + table((label_width, value_width), *rows, ruled=False)
        + room
        + p("DocNumber", ISSUER, shape=Shape(before=800))
        + p("DocNumber", foot)
    )  # fmt: skip


def first_on_page(text: str) -> str:
    """A chapter that begins a page."""
    return p("H1", text, shape=Shape(page_break=True))


def boxed(name: str, *paragraphs: str, height_mm: float = 40) -> str:
    """A ruled box with a heading cell above its text."""
    w = (TEXT_WIDTH - 20,)
    return table(w, row(cell(w[0], p("TableHead", name, shape=Shape(align="left")))),
                 row(cell(w[0], *paragraphs, middle=False), height=twips(height_mm), split=True))  # fmt: skip


def task_book(characters: int) -> str:
    """The whole task book: cover, parties, goals, indicators, milestones, budget, duties, signatures."""
    return (
        cover(
            "筹建任务书",
            ("承担单位", "{{ task_book.party_undertaker.name }}"),
            ("筹建负责人", "{{ task_book.party_undertaker.director }}"),
            ("下达单位", "{{ task_book.party_issuer }}"),
            ("筹建起始日", "{{ task_book.period_start|date_zh }}"),
            ("筹建截止日", "{{ task_book.period_end|date_zh }}"),
            planned=True,
        )
        + _parties()
        + _goals()
        + _money()
        + _duties()
        + _signatures()
    )


def _parties() -> str:
    w = columns(40, 50, 28, 38)
    u = "task_book.party_undertaker"
    unit = table(
        w,
        row(cell(w[0], p("TableHead", "中心名称")), cell(sum(w[1:]), "{{ task_book.center_name }}", span=3), height=twips(10)),
        row(cell(w[0], p("TableHead", "下达单位")), cell(sum(w[1:]), "{{ task_book.party_issuer }}", span=3), height=twips(10)),
        row(cell(w[0], p("TableHead", "批准文件")), cell(sum(w[1:]), "{{ task_book.approval_ref|default('') or '同日下达的批准筹建文件' }}", span=3), height=twips(10)),
        row(cell(w[0], p("TableHead", "承担单位")), cell(sum(w[1:]), "{{ " + u + ".name }}", span=3), height=twips(10)),
        row(cell(w[0], p("TableHead", "统一社会信用代码")), cell(w[1], "{{ " + u + ".uscc }}"),
            cell(w[2], p("TableHead", "法定代表人")), cell(w[3], "{{ " + u + ".representative }}"), height=twips(10)),
        row(cell(w[0], p("TableHead", "筹建负责人")), cell(w[1], "{{ " + u + ".director }}"),
            cell(w[2], p("TableHead", "联系电话")), cell(w[3], "{{ " + u + ".phone }}"), height=twips(10)),
        row(cell(w[0], p("TableHead", "筹 建 期")), cell(sum(w[1:]), "{{ task_book.period_start|date_zh }}至{{ task_book.period_end|date_zh }}", span=3),
            height=twips(10)),
        rows_when("task_book.longer_reason|default('')", w,
                  row(cell(w[0], p("TableHead", "超过3年的理由")), cell(sum(w[1:]), "{{ task_book.longer_reason|para }}", span=3))),
    )  # fmt: skip
    j = columns(60, 46, 50)
    joint = table(
        j, head_row(j, "联合单位", "统一社会信用代码", "承担任务"),
        rows_each("m in task_book.party_members", j, cells(j, "{{ m.name }}", "{{ m.uscc }}", "{{ m.tasks }}")),
    )  # fmt: skip
    return (
        first_on_page("一、基本情况") + gap(120) + unit
        + when("task_book.party_members|default([])", gap(160), p("SmallHead", "联合筹建单位"), joint)
    )  # fmt: skip


def _goals() -> str:
    w = columns(10, 24, 28, 24, 11, 13, 13, 20, 13)
    i = "{{ i."
    indicators = table(
        w, head_row(w, "序号", "对应职责", "任务内容", "考核指标", "单位", "现有值", "目标值", "完成时限", "权重"),
        rows_each("i in task_book.indicators", w, row(*(
            cell(width, p(style, text)) for width, style, text in zip(w, (
                "TableSmallCentre", "TableSmall", "TableSmall", "TableSmall", "TableSmallCentre", "TableSmallCentre",
                "TableSmallCentre", "TableSmallCentre", "TableSmallCentre",
            ), (
                i + "no }}", i + "duty_ref|label(lists.duties) }}", i + "content }}", i + "indicator }}（{{ i.verification }}）",
                i + "unit }}", i + "baseline|number }}", i + "target|number }}", i + "due|date_zh }}", i + "weight|number }}",
            ), strict=True)
        ))),
    )  # fmt: skip
    m = columns(24, 92, 40)
    milestones = table(
        m, head_row(m, "年度", "节点内容", "完成日期"),
        rows_each("s in task_book.milestones", m,
                  cells(m, "{{ s.year }}年", "{{ s.content }}", "{{ s.due|date_zh }}", centred=(0, 2))),
    )  # fmt: skip
    return (
        heading("二、总体目标")
        + p("Body", "{{ task_book.goals|para }}")
        + heading("三、任务与考核指标")
        + gap(100) + indicators + gap(100)
        + when("task_book.difference_reason|default('')", p("Body", "与申报任务不同的原因：{{ task_book.difference_reason|para }}"))
        + heading("四、年度节点")
        + gap(100) + milestones + gap(100)
    )  # fmt: skip


def _money() -> str:
    y = columns(78, 78)
    by_year = table(
        y, head_row(y, "年度", "金额（万元）"),
        rows_each("b in task_book.budget_by_year", y, cells(y, "{{ b.year }}年", "{{ b.amount|money }}", centred=(0, 1))),
        cells(y, "合计", "{{ task_book.budget_total|money }}", centred=(0, 1)),
    )  # fmt: skip
    by_source = table(
        y, head_row(y, "资金来源", "金额（万元）"),
        rows_each("b in task_book.budget_by_source", y, cells(y, "{{ b.source }}", "{{ b.amount|money }}", centred=(0, 1))),
        cells(y, "合计", "{{ task_book.budget_total|money }}", centred=(0, 1)),
    )  # fmt: skip
    return (
        heading("五、经费安排")
        + p("Body", "筹建经费总额{{ task_book.budget_total|money }}万元，分年度和来源安排如下：", shape=Shape(keep_next=True))
        + gap(100) + by_year + gap(200) + by_source + gap(100)
    )  # fmt: skip


def _duties() -> str:
    return (
        heading("六、各方责任")
        + p("H2", "（一）下达单位责任")
        + p("Body", "{{ task_book.duties_issuer|para }}")
        + p("H2", "（二）承担单位责任")
        + p("Body", "{{ task_book.duties_undertaker|para }}")
    )


def _signatures() -> str:
    blank = p("TableText")
    line = p("TableText", "负责人（签字）：", shape=Shape(left=400))
    w = (TEXT_WIDTH - 20,)

    def party(name: str, *lines: str, height: float = 58) -> str:
        return row(cell(w[0], p("TableText", run(name, Face(family="黑体"))), *lines, middle=False), height=twips(height))

    signer = "{% for s in task_book.signatures if s.party == 'undertaker' %}{{ s.signer }}{% endfor %}"
    day = "{% for s in task_book.signatures if s.party == 'undertaker' %}{{ s.signed_on|date_zh }}{% endfor %}"
    undertaker = party(
        "承担单位：{{ task_book.party_undertaker.name }}", blank, blank,
        p("TableText", "负责人（签字）：" + signer, shape=Shape(left=400)),
        blank, p("TableText", "（盖章）", shape=Shape(align="right", right=2200)),
        p("TableText", day + "{% if not task_book.signatures %}　　年　　月　　日{% endif %}", shape=Shape(align="right", right=1400)),
    )  # fmt: skip
    others = rows_each(
        "s in task_book.signatures if s.party != 'undertaker'", w,
        party("{{ s.party|label({'member': '联合单位', 'supervisor': '主管部门'}) }}：{{ s.org }}", blank, blank,
              p("TableText", "负责人（签字）：{{ s.signer }}", shape=Shape(left=400)), blank,
              p("TableText", "{{ s.signed_on|date_zh }}", shape=Shape(align="right", right=1400)), height=42),
    )  # fmt: skip
    members = rows_each(
        "m in task_book.party_members|default([], true) if m.name not in task_book.signatures|map(attribute='org')|list", w,
        party("联合单位：{{ m.name }}", blank, blank, p("TableText", "负责人（签字）：", shape=Shape(left=400)), blank,
              p("TableText", "　　年　　月　　日", shape=Shape(align="right", right=1400)), height=42),
    )  # fmt: skip
    issuer = row(
        cell(w[0], p("TableText", run("下达单位：{{ task_book.party_issuer }}", Face(family="黑体"))), blank, line, blank, blank,
             p("Signature", "{{ doc.issuer or authority.name }}", shape=Shape(before=LINE)), p("DocDate", DATE), middle=False),
        height=twips(70),
    )  # fmt: skip
    return (
        first_on_page("七、签章")
        + p("Body", "本任务书经下达单位和承担单位签章后生效，是筹建工作和验收考核的依据。")
        + gap(160)
        + table(w, undertaker, others, members, issuer)
    )


def review_report(characters: int) -> str:
    """The experts' report: cover, team, material review, site verification, problems, conclusion, signatures."""
    r = "preparation_review_report"
    return (
        cover("筹建评审报告", ("申请单位", "{{ case.applicant }}"), ("案号", "{{ case.no }}"),
              ("专家组组长", "{{ " + r + ".leader }}"), ("评审日期", days(f"{r}.material_date", f"{r}.site_to")),
              foot="{{ " + r + ".report_date|date_zh }}")
        + _team(r)
        + _review("二、材料审查", r, "material_items", "material_opinion", "审查日期：{{ " + r + ".material_date|date_zh }}。")
        + _review("三、实地核查", r, "site_items", "site_opinion",
                  "核查时间：" + days(f"{r}.site_from", f"{r}.site_to") + "；核查地点：{{ " + r + ".site_place|clause }}。")
        + _conclusion(r)
    )  # fmt: skip


def _team(r: str) -> str:
    w = columns(14, 34, 56, 32, 20)
    return first_on_page("一、专家组") + gap(120) + table(
        w, head_row(w, "序号", "姓名", "工作单位", "专业", "利害关系"),
        rows_each("m in " + led_by(f"{r}.team", f"{r}.leader"), w,
                  cells(w, "{{ loop.index }}", "{{ m.name }}{% if m.name == " + r + ".leader %}（组长）{% endif %}", "{{ m.org }}", "{{ m.specialty }}",
                        "{{ m.recusal|label({'none': '无', 'conflict': '有'}) }}", centred=(0, 1, 4))),
    )  # fmt: skip


def _review(head: str, r: str, items: str, opinion: str, when_where: str) -> str:
    w = columns(14, 62, 24, 56)
    return (
        heading(head)
        + p("Body", when_where)
        + gap(100)
        + table(w, head_row(w, "序号", "评审要点", "评定", "查证情况"),
                rows_each(f"i in {r}.{items}", w,
                          cells(w, "{{ loop.index }}", "{{ i.code" + ITEM + " }}", "{{ i.rating" + RATING + " }}",
                                "{{ i.evidence|default('') }}", centred=(0, 2))))
        + gap(100)
        + p("Body", "{{ " + f"{r}.{opinion}" + "|para }}")
    )  # fmt: skip


def _conclusion(r: str) -> str:
    w = columns(50, 53, 53)
    problems = table(
        w, head_row(w, "评审要点", "问题", "建议"),
        rows_each(f"f in {r}.findings", w, cells(w, "{{ f.item" + ITEM + " }}", "{{ f.finding }}", "{{ f.suggestion }}")),
    )  # fmt: skip
    s = columns(30, 34, 36, 56)
    signed = table(
        s, head_row(s, "姓名", "签名", "日期", "不同意见"),
        rows_each("x in " + led_by(f"{r}.signatures", f"{r}.leader"), s,
                  row(*(cell(width, p(style, text)) for width, style, text in zip(
                      s, ("TableCentre", "TableCentre", "TableCentre", "TableText"),
                      ("{{ x.name }}", "{{ '已签名' if x.signed else '' }}", "{{ x.signed_on|date_zh }}", "{{ x.dissent|default('') or '无' }}"),
                      strict=True)), height=twips(8.5))),
    )  # fmt: skip
    return (
        when(f"{r}.findings|default([])", heading("四、问题与建议"), gap(100), problems, gap(100))
        + heading("{% if " + r + ".findings|default([]) %}五{% else %}四{% endif %}、评审结论")
        + p("Body", run("评审结论：", Face(family="黑体")),
            run("{{ " + r + ".conclusion|label({'approve': '建议批准筹建', 'approve_after_completion': '补充完善后批准', "
                "'not_approve': '不建议批准'}) }}。"))
        + p("Body", "{{ " + r + ".opinion_text|para }}")
        + heading("{% if " + r + ".findings|default([]) %}六{% else %}五{% endif %}、专家组签名")
        + gap(100)
        + signed
    )  # fmt: skip
