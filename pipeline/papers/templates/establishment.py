"""Documents that end an acceptance: establishment, its register entry and refusal; cancellation and its absence."""

from __future__ import annotations

from pipeline.papers.templates.acceptance import GRADE
from pipeline.papers.templates.decisions import CLOSING, FORM_OF_ANSWER
from pipeline.papers.templates.notices import contact_line, facts, gap
from pipeline.papers.templates.ooxml import Face, Shape, each, p, run, tag, when
from pipeline.papers.templates.pieces import (
    DATE,
    addressee,
    annex_note,
    as_letter,
    as_red_head,
    body,
    colophon,
    contact,
    grounds_listed,
    heading,
    letter_top,
    notice_head,
    people,
    point,
    red_head,
    remedy,
    signature,
    title,
)
from pipeline.papers.templates.styles import HEITI, LINE


def establishment_minutes(characters: int) -> str:
    """Minutes of the deliberation on the establishment, in the layout of 纪要."""
    m = "establishment_minutes"
    return (
        red_head(characters, "会议纪要")
        + title()
        + p("Body", "{{ " + m + ".held_on|date_zh }}，{{ " + m + ".chair }}在{{ " + m + ".place }}主持召开{{ " + m + ".body }}，审议{{ case.applicant }}筹建的"
            "{{ case.center_name }}（案号：{{ case.no }}）成立事项。现将会议审议情况和议定事项纪要如下：", shape=Shape(before=LINE))
        + heading("一、审议事项")
        + p("Body", "{{ " + m + ".matters|para }}")
        + when(m + ".total", p("Body", "验收报告{{ " + m + ".report_no }}，考核得分{{ " + m + ".total|money }}分。"))
        + when(m + ".dissent|default('')", p("Body", run("专家不同意见的审议情况：", Face(family=HEITI)), run("{{ " + m + ".dissent|para }}")))
        + heading("二、审议结果")
        + p("Body", "会议审议决定：{{ " + m + ".outcome|label({'approve': '同意批准成立', 'refuse': '不予批准成立', 'return': '退回补充考核'}) }}。")
        + when(m + ".new_fact|default('')", p("Body", "考核之后查明的事实：{{ " + m + ".new_fact|para }}"))
        + when(m + ".reasons|default('')", p("Body", "理由：{{ " + m + ".reasons|para }}"))
        + when(m + ".return_matters|default('')", p("Body", "需要补充考核的事项：{{ " + m + ".return_matters|para }}"))
        + heading("三、议定事项")
        + p("Body", "{{ " + m + ".decision_text|para }}")
        + p("Body")
        + people("出席", "present", m) + people("请假", "absent", m) + people("列席", "observer", m)
        + tag("{#p 纪要不加盖印章；成文日期为会议通过日期 #}")
        + p("AnnexNote", run("记录：", Face(family=HEITI)), run("{{ " + m + ".recorder }}"), shape=Shape(left=2 * 314))
        + p("DocDate", DATE, shape=Shape(before=LINE))
        + colophon()
    )  # fmt: skip


def _approval_body() -> str:
    return (
        addressee()
        + body("{{ doc.basis|grounds }}，经组织验收考核（验收报告{{ establishment_minutes.report_no }}，得分{{ establishment_minutes.total|money }}分，结论为合格" + GRADE + "），"
               f"并经本局审议，现{FORM_OF_ANSWER}如下：")
        + point("一、同意成立。", "同意{{ case.applicant }}成立{{ establishment_minutes.formal_name }}。自本文发布之日起使用该名称，不再使用“（筹）”。")
        + point("二、编号和服务领域。", "中心编号为{{ doc.together.center_register_entry|default('（待编号）') }}，服务领域为{{ establishment_minutes.scope|clause }}。")
        + point("三、运行要求。", "依法独立公正开展工作，落实能力后续建设规划，按规定报送年度工作情况和重大变化，接受监督检查和{{ param.recheck.period|count_zh }}年复查。")
        + p("Body", CLOSING, shape=Shape(keep_next=True))
        + annex_note()
        + signature()
    )  # fmt: skip


def establishment_letter(characters: int) -> str:
    """Approval of the establishment as 函."""
    return as_letter(_approval_body())


def establishment_red_head(characters: int) -> str:
    """Approval of the establishment as 批复 or 通知."""
    return as_red_head(characters, _approval_body())


SAME_UNIT = "task_book.party_undertaker.name|default(case.applicant) == case.applicant"
"""Whether the unit of the task book is the one that was established: after a change of lead, its director and address are not known from it."""


def register_entry(characters: int) -> str:
    """The centre's entry in the register: number, name, host, fields, dates."""
    return (
        notice_head(characters)
        + gap(200)
        + facts(
            ("中心编号", "{{ doc.number or '（待编号）' }}"),
            ("中心名称", "{{ establishment_minutes.formal_name }}"),
            ("依托单位", "{{ case.applicant }}"),
            ("统一社会信用代码", "{{ (application.applicant|default({})).uscc|default('') or '—' }}"),
            ("通信地址", "{{ ((application.applicant|default({})).address|default('') if task_book is not defined or " + SAME_UNIT + " else '') or '—' }}"),
            ("中心负责人", "{{ task_book.party_undertaker.director if task_book is defined and " + SAME_UNIT + " else '—' }}"),
            ("联合建设单位", "{{ (task_book.party_members|default([]) if task_book is defined else [])|map(attribute='name')|reject('equalto', case.applicant)|zh_list or '无' }}"),
            ("服务领域", "{{ establishment_minutes.scope }}"),
            ("批准文件", "{{ doc.together.establishment_approval|default('同日下达的批准成立文件') }}"),
            ("成立日期", DATE),
            ("验收报告", "{{ establishment_minutes.report_no }}（{{ establishment_minutes.total|money }}分）"),
            ("案　　号", "{{ case.no }}"),
        )
        + p("Note", "登记事项发生变化的，由依托单位按照规定报告，本局据以变更登记。", shape=Shape(before=160, keep_next=True))
        + signature()
    )  # fmt: skip


def establishment_refusal(characters: int) -> str:
    """Refusal of the establishment after a pass: the new fact, reasons, ground, remedies."""
    return (
        letter_top()
        + addressee()
        + body("{{ case.applicant }}筹建的{{ case.center_name }}经现场考核合格。{{ doc.basis|grounds }}，经本局审议，决定不予批准成立。现将有关事项函告如下：")
        + heading("一、考核之后查明的事实")
        + p("Body", "{{ establishment_minutes.new_fact|para }}")
        + heading("二、理由")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + heading("三、依据")
        + p("Body", "{{ doc.basis|bases }}。")
        + heading("四、救济途径")
        + remedy()
        + p("Body", "特此函告。", shape=Shape(keep_next=True))
        + annex_note()
        + signature()
        + contact()
        + colophon(printed=False)
    )  # fmt: skip


def cancellation_decision(characters: int) -> str:
    """The preparation is cancelled after a failed examination: facts, how the defence was dealt with, grounds, remedies."""
    d = "preparation_cancellation"
    taken = "{{ x.taken|label({'yes': '采纳', 'partly': '部分采纳', 'no': '不采纳'}) }}"
    point_of = "{{ loop.index }}.{{ x.point|clause }}。经复核，{{ x.checked|clause }}，" + taken + "：{{ x.why|clause }}。"
    return (
        red_head(characters)
        + title()
        + addressee()
        + body("你单位筹建的{{ case.center_name }}（案号：{{ case.no }}），本局以{{ " + d + ".notice_no }}告知书告知了拟作出的决定及事实、理由、依据和陈述申辩的权利，"
               "该告知书于{{ " + d + ".notice_received_on|date_zh }}送达。现已审查终结。")
        + heading("一、查明的事实")
        + p("Body", "现场考核结论为不合格（验收报告{{ " + d + ".report_no }}，得分{{ " + d + ".total|money }}分）。{{ " + d + ".facts|para }}")
        + heading("二、陈述申辩的处理")
        + when(d + ".defence_filed", each("x in " + d + ".defence_points", p("Body", point_of)), otherwise=body("你单位在规定期限内没有提出陈述申辩。"))
        + heading("三、理由和依据")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + grounds_listed(d + ".typed_basis")
        + heading("四、决定")
        + body("经集体讨论，决定{{ doc.text.act }}{{ case.applicant }}的{{ case.center_name }}筹建资格。自收到本决定之日起，不得再以“{{ case.center_name }}（筹）”名义开展活动。")
        + heading("五、救济途径")
        + remedy()
        + annex_note()
        + signature()
        + colophon()
    )  # fmt: skip


def non_cancellation_notice(characters: int) -> str:
    """The defence was accepted; what follows."""
    d = "preparation_cancellation"
    return (
        notice_head(characters)
        + addressee()
        + body("本局以{{ " + d + ".notice_no }}告知书告知你单位拟{{ doc.text.act }}{{ case.center_name }}（案号：{{ case.no }}）筹建资格。经审查，采纳你单位的申辩意见，"
               "{{ doc.basis|grounds }}，决定不予{{ doc.text.act }}。")
        + heading("一、理由")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + heading("二、后续安排")
        + p("Body", "{{ doc.text.next|default('') }}{{ " + d + ".follow_up|para }}")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip
