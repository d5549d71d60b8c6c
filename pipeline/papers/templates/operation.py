"""Documents of the years of operation: assessment, inspection, rectification, recheck, and the end of a centre."""

from __future__ import annotations

from pipeline.papers.templates.books import cover, first_on_page
from pipeline.papers.templates.notices import cells, columns, contact_line, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, each, p, rows_each, run, table, when
from pipeline.papers.templates.pieces import (
    DATE,
    LEADER_FIRST,
    addressee,
    annex_note,
    body,
    colophon,
    days,
    heading,
    notice_head,
    people,
    point,
    red_head,
    signature,
    title,
)
from pipeline.papers.templates.styles import HEITI, LINE

CENTER = "{{ case.center_name }}（案号：{{ case.no }}）"
METHOD = "{{ act.method|label({'site': '现场', 'papers': '书面', 'both': '书面和现场相结合'}) }}"
DATES = days("act.date_from", "act.date_to")


def _team() -> str:
    """The members of the team, as the plan names them."""
    w = columns(14, 16, 30, 54, 42)
    return table(
        w, head_row(w, "序号", "职务", "姓名", "工作单位", "专业"),
        rows_each("m in act.members" + LEADER_FIRST, w, cells(
            w, "{{ loop.index }}", "{{ m.role|label({'leader': '组长', 'member': '成员'}) }}", "{{ m.name }}", "{{ m.org }}", "{{ m.specialty }}",
            centred=(0, 1, 2))),
    )  # fmt: skip


def _problems() -> str:
    """What has to be put right: problem, ground, what is asked, and how it is shown."""
    w = columns(12, 42, 30, 42, 30)
    return table(
        w, head_row(w, "序号", "问题", "依据", "整改要求", "需要提交的证明"),
        rows_each("m in act.problems", w, cells(
            w, "{{ loop.index }}", "{{ m.problem }}", "{{ m.basis }}", "{{ m.requirement }}", "{{ m.proof }}", style="TableSmall", centred=(0,))),
    )  # fmt: skip


def inspection_notice(characters: int) -> str:
    """An inspection is announced: why, on what, when, by whom, and what to have ready."""
    focus = "{% for f in act.focus %}{{ f|label(lists.inspection_focus) }}{% if not loop.last %}；{% endif %}{% endfor %}"
    return (
        red_head(characters) + title() + addressee()
        + body("{{ doc.basis|grounds }}，本局决定对" + CENTER + "开展监督检查。现将有关事项通知如下：")
        + point("一、检查事由。", "{{ act.kind|label(lists.inspection_kinds) }}：{{ act.reason|para }}")
        + point("二、检查重点。", focus + "。")
        + point("三、检查方式、时间和地点。", "采取" + METHOD + "的方式；" + DATES + "；{{ act.place|clause }}。")
        + heading("四、专家组")
        + body("专家组由下列{{ act.members|length }}人组成，与你单位有利害关系的应当回避；你单位认为应当回避的，请在检查开始前提出：")
        + gap(120) + _team() + gap(120)
        + point("五、需要准备的材料。", "{{ act.materials|para }}")
        + point("六、有关要求。", "请安排负责人和有关人员到场，如实提供情况和材料。检查人员应当遵守廉洁和保密纪律，检查不收取费用。")
        + body("联系人：{{ act.contact_name }}，联系电话：{{ act.contact_phone }}。")
        + annex_note() + signature() + colophon()
    )  # fmt: skip


def rectification_notice(characters: int) -> str:
    """Problems found in operation are to be put right by a day; what follows if they are not."""
    due = "{{ (act.due_on|default('') or act.due)|date_zh }}"
    source = "{{ act.source|label(lists.rectification_sources) }}"
    return (
        notice_head(characters)
        + addressee()
        + body("本局对" + CENTER + "进行了" + source + "，发现存在需要整改的问题。{{ doc.basis|grounds }}，责令你单位按照下表限期整改：")
        + gap(120) + _problems() + gap(120)
        + p("Body", run("整改期限至"), run(due, Face(family=HEITI)), run("（含当日）。"))
        + body("{{ doc.text.report|default('') }}")
        + body("{{ doc.text.consequence|default('') }}")
        + contact_line()
        + signature() + colophon()
    )  # fmt: skip


def rectification_acceptance(characters: int) -> str:
    """The rectification was verified, item by item, and found done."""
    w = columns(14, 54, 68, 20)
    items = table(
        w, head_row(w, "序号", "整改要求", "复核情况", "结果"),
        rows_each("i in act['items']", w, cells(
            w, "{{ loop.index }}", "{{ i.requirement }}", "{{ i.finding }}", "{% if i.met %}达到{% else %}未达到{% endif %}", centred=(0, 3))),
    )  # fmt: skip
    return (
        notice_head(characters)
        + addressee()
        + body("你单位关于" + CENTER + "的运行整改报告收悉。本局于{{ act.verified_on|date_zh }}对{{ act.notice_no }}运行整改通知书所列事项进行了复核，情况如下：")
        + gap(120) + items + gap(120)
        + body("经复核，{{ doc.basis|grounds }}，本局认定整改到位，予以通过。请继续落实防止问题再次发生的措施，保持运行能力。")
        + signature() + colophon()
    )  # fmt: skip


def recheck_notice(characters: int) -> str:
    """The five-year recheck is announced."""
    return (
        red_head(characters) + title() + addressee()
        + body("{{ doc.basis|grounds }}，碳计量中心每{{ param.recheck.period|count_zh }}年复查一次。" + CENTER + "的应复查日为{{ act.due|date_zh }}，本局决定组织第{{ act.cycle_no }}轮复查。现将有关事项通知如下：")
        + point("一、复查内容。", "{{ act.scope|para }}")
        + point("二、自评报告。", "请对照复查项目逐项自评，于{{ act.self_report_by|date_zh }}前报送复查自评报告及证明材料。")
        + point("三、复查方式、时间和地点。", "采取" + METHOD + "的方式；" + DATES + "；{{ act.place|clause }}。")
        + heading("四、专家组")
        + body("专家组由下列{{ act.members|length }}人组成，与你单位有利害关系的应当回避：")
        + gap(120) + _team() + gap(120)
        + point("五、需要准备的材料。", "{{ act.materials|para }}")
        + body("联系人：{{ act.contact_name }}，联系电话：{{ act.contact_phone }}。")
        + annex_note() + signature() + colophon()
    )  # fmt: skip


def recheck_report(characters: int) -> str:
    """The report on the recheck with its conclusion: items, opinion, problems, comments, signatures."""
    w = columns(12, 44, 56, 22, 22)
    items = table(
        w, head_row(w, "序号", "复查项目", "查明情况", "证据", "评定"),
        rows_each("i in act['items']", w, cells(
            w, "{{ loop.index }}", "{{ i.item|label(lists.recheck_items) }}", "{{ i.finding }}", "{{ i.evidence }}",
            "{{ i.rating|label({'met': '符合', 'mostly': '基本符合', 'unmet': '不符合'}) }}", centred=(0, 4))),
    )  # fmt: skip
    s = columns(36, 34, 40, 46)
    signed = table(
        s, head_row(s, "姓名", "签名", "日期", "不同意见"),
        rows_each("x in act.signatures", s, cells(
            s, "{{ x.name }}", "{{ '已签名' if x.signed else '' }}", "{{ x.signed_on|date_zh }}", "{{ x.dissent|default('') or '无' }}", centred=(0, 1, 2))),
    )  # fmt: skip
    result = "{{ act.result|label({'passed': '合格', 'failed': '不合格'}) }}"
    lost = "{% if act.capability_lost %}运行条件发生重大变化，已不具备相关产业计量测试服务能力。{% endif %}"
    return (
        cover("复查报告", ("依托单位", "{{ case.applicant }}"), ("案号", "{{ case.no }}"), ("复查轮次", "第{{ act.cycle_no }}轮"),
              ("复查时间", DATES), ("复查结论", result), foot="{{ act.record_date|date_zh }}")
        + first_on_page("一、复查情况")
        + p("Body", "{{ doc.basis|grounds }}，专家组于" + DATES + "在{{ act.place }}对{{ case.center_name }}进行了复查。")
        + gap(100) + items + gap(100)
        + heading("二、专家组意见")
        + p("Body", "{{ act.opinion|para }}")
        + heading("三、复查结论")
        + p("Body", run("复查结论：", Face(family=HEITI)), run(result + "。" + lost))
        + when("act.facts|default('')", p("Body", "{{ act.facts|para }}"))
        + when("act.problems|default([])", p("Body", "需要整改的问题如下，整改期限至{{ act.due_on|date_zh }}：", shape=Shape(keep_next=True)), gap(60), _problems(), gap(60))
        + heading("四、被复查单位意见")
        + p("Body", "{{ act.unit_comments|para }}")
        + heading("五、专家组签名")
        + gap(100) + signed
        + signature()
    )  # fmt: skip


def prior_notice(characters: int) -> str:
    """Before a revocation: facts, evidence, ground, what is intended, and the right to be heard."""
    ground = "{{ act.ground|label(lists.revocation_grounds) }}"
    row = "{{ loop.index }}.{{ e.name }}（{{ e.source|clause }}，{{ e.obtained_on|date_zh }}），证明{{ e.proves|clause }}。"
    return (
        notice_head(characters)
        + addressee()
        + body("关于" + CENTER + "，本局拟作出撤销其碳计量中心资格的决定。现将有关事实、理由、依据和你单位的权利告知如下：")
        + heading("一、查明的事实")
        + p("Body", "{{ doc.reason|para }}")
        + when("act.failed_years|default(0)", body("截至{{ act.year }}年度，累计{{ act.failed_years }}年未完成年度任务考核。"))
        + heading("二、证据")
        + when("act.evidence|default([])", each("e in act.evidence", p("Body", row)), otherwise=body("本局的{{ filing.title }}及所附材料。"))
        + heading("三、理由和依据")
        + body("{{ doc.basis|grounds }}，上述事实属于“" + ground + "”的情形。")
        + when("act.article_text|default('')", p("Body", "所依据的条文（{{ act.article_no }}）：{{ act.article_text|para }}"))
        + when("act.severity_reason|default('')", p("Body", "情节认定：{{ act.severity_reason|para }}"))
        + heading("四、拟作出的决定")
        + body("撤销{{ case.center_name }}的碳计量中心资格，收回名称使用权和牌匾。")
        + heading("五、陈述、申辩的权利")
        + body("{{ doc.text.rights|default('') }}本告知书不是处理决定。")
        + contact_line()
        + signature() + colophon()
    )  # fmt: skip


def revocation_minutes(characters: int) -> str:
    """Minutes of the deliberation on a revocation, in the layout of 纪要; no seal."""
    return (
        red_head(characters, "会议纪要") + title()
        + p("Body", "{{ act.held_on|date_zh }}，{{ act.chair }}在{{ act.place }}主持召开{{ act.body }}，审议" + CENTER + "资格撤销事项。"
            "现将会议审议情况和议定事项纪要如下：", shape=Shape(before=LINE))
        + heading("一、审议事项")
        + p("Body", "{{ act.matters|para }}")
        + p("Body", "事先告知书（{{ act.notice_no }}）{% if act.served_on %}于{{ act.served_on|date_zh }}送达{% else %}尚未送达{% endif %}。"
            "陈述申辩：{{ act.defence_handled|para }}")
        + heading("二、查明的事实和理由")
        + p("Body", "{{ act.facts|para }}")
        + p("Body", "{{ act.reasons|para }}")
        + heading("三、审议结果")
        + p("Body", "会议审议决定：{{ act.outcome|label({'revoke': '撤销碳计量中心资格', 'not_revoke': '不予撤销'}) }}。{{ act.decision_text|para }}")
        + p("Body")
        + people("出席", "present", "act") + people("请假", "absent", "act") + people("列席", "observer", "act")
        + p("AnnexNote", run("记录：", Face(family=HEITI)), run("{{ act.recorder }}"), shape=Shape(left=2 * 314))
        + p("DocDate", DATE, shape=Shape(before=LINE))
        + colophon()
    )  # fmt: skip


def revocation_decision(characters: int) -> str:
    """The decision to revoke (决定): facts, the defence, grounds, decision and its effects, remedies."""
    return (
        red_head(characters) + title() + addressee()
        + body("关于" + CENTER + "，本局以{{ act.notice_no }}告知书告知了拟作出的决定及事实、理由、依据和陈述申辩的权利，该告知书于"
               "{{ act.served_on|date_zh }}送达。现已审查终结。")
        + heading("一、查明的事实")
        + p("Body", "{{ act.facts|para }}")
        + heading("二、陈述申辩的处理")
        + p("Body", "{{ act.defence_handled|para }}")
        + heading("三、理由和依据")
        + p("Body", "{{ doc.reason|para }}")
        + body("{{ doc.basis|grounds }}，上述事实属于“{{ act.ground|label(lists.revocation_grounds) }}”的情形。")
        + when("act.article_text|default('')", p("Body", "所依据的条文（{{ act.article_no }}）：{{ act.article_text|para }}"))
        + heading("四、决定")
        + body("经{{ act.held_on|date_zh }}{{ act.body }}审议，决定撤销{{ case.center_name }}的碳计量中心资格，注销其名称和编号。")
        + body("{{ doc.text.effects|default('') }}牌匾应当于{{ act.plaque_by|date_zh }}前交回本局。")
        + p("Body", "未结事项和数据：{{ act.effects|para }}")
        + heading("五、救济途径")
        + p("Body", "{{ doc.remedy }}")
        + annex_note() + signature() + colophon()
    )  # fmt: skip


def revocation_closing(characters: int) -> str:
    """Nothing is revoked: the matter of the prior notice is closed."""
    return (
        notice_head(characters)
        + addressee()
        + body("关于" + CENTER + "，本局以{{ act.notice_no }}告知书告知拟撤销其碳计量中心资格。经审查和审议，{{ doc.basis|grounds }}，本局决定不予撤销，并予以结案。")
        + heading("一、理由")
        + p("Body", "{{ doc.reason|para }}")
        + heading("二、陈述申辩的处理")
        + p("Body", "{{ act.defence_handled|para }}")
        + body("请继续依法开展服务，落实有关要求；以后发现新的事实的，本局将依法另行处理。")
        + signature() + colophon()
    )  # fmt: skip


def center_closing(characters: int) -> str:
    """The centre gives up its title and the authority agrees: what is still to be done, and by when."""
    w = columns(14, 48, 54, 40)
    rows = table(
        w, head_row(w, "序号", "未结事项", "处理安排", "完成期限"),
        rows_each("u in act.unfinished", w, cells(w, "{{ loop.index }}", "{{ u.matter }}", "{{ u.handling }}", "{{ u.by|date_zh }}", centred=(0, 3))),
    )  # fmt: skip
    return (
        notice_head(characters)
        + addressee()
        + body("你单位{{ act.letter_date|date_zh }}关于放弃{{ case.center_name }}资格的申请收悉。{{ doc.basis|grounds }}，本局同意你单位放弃碳计量中心资格，本案终止办理并予以结案。")
        + p("Body", "理由：{{ doc.reason|para }}")
        + body("自本通知书送达之日起，不再使用碳计量中心名称，牌匾于{{ act.plaque_by|date_zh }}前交回本局。未结事项处理如下：")
        + gap(120) + rows + gap(120)
        + body("以后需要再次筹建的，可以重新申请。")
        + signature() + colophon()
    )  # fmt: skip


def assessment_notice(characters: int) -> str:
    """The annual assessment is announced: year, tasks, course, papers."""
    w = columns(12, 68, 44, 32)
    tasks = table(
        w, head_row(w, "序号", "主要任务", "年度任务", "考核指标"),
        rows_each("t in act.tasks", w, cells(w, "{{ loop.index }}", "{{ t.duty|label(lists.duties) }}", "{{ t.task }}", "{{ t.target|default('') }}", centred=(0,))),
    )  # fmt: skip
    return (
        red_head(characters) + title() + addressee()
        + body("{{ doc.basis|grounds }}，本局决定开展" + CENTER + "{{ act.year }}年度考核。现将有关事项通知如下：")
        + heading("一、考核内容")
        + gap(120) + tasks + gap(120)
        + point("二、考核方式、时间和地点。", "采取" + METHOD + "的方式；" + DATES + "；{{ act.place|clause }}。")
        + point("三、考核程序。", "由{{ act.first_look }}先行提出意见，本局决定考核结果。")
        + point("四、报送材料。", "请于{{ act.report_by|date_zh }}前报送年度工作报告和下列材料：{{ act.materials|para }}")
        + point("五、考核结果。", "考核结果分为完成、未完成；无故不参加考核的，按未参加计入累计未完成年数。")
        + body("联系人：{{ act.contact_name }}，联系电话：{{ act.contact_phone }}。")
        + annex_note() + signature() + colophon()
    )  # fmt: skip


def assessment_result(characters: int) -> str:
    """The result of the annual assessment: task by task, the count of failed years, reasons, remedies."""
    w = columns(14, 50, 70, 22)
    items = table(
        w, head_row(w, "序号", "年度任务", "完成情况", "评定"),
        rows_each("i in act['items']", w, cells(
            w, "{{ loop.index }}", "{{ i.task }}", "{{ i.done }}", "{{ i.rating|label({'done': '完成', 'not_done': '未完成'}) }}", centred=(0, 3))),
    )  # fmt: skip
    result = "{{ act.result|label({'done': '完成', 'not_done': '未完成', 'absent': '未参加'}) }}"
    failed = "act.result != 'done'"
    return (
        red_head(characters) + title() + addressee()
        + body("{{ doc.basis|grounds }}，本局对" + CENTER + "进行了{{ act.year }}年度考核。经审查，现将考核结果通知如下：")
        + p("Body", run("一、考核结果：", Face(family=HEITI)), run(result + "。"))
        + when("act['items']|default([])", gap(120), items, gap(120))
        + when("act.absence_note|default('')", p("Body", "参加情况：{{ act.absence_note|para }}"))
        + when(failed, p("Body", run("二、理由。", Face(family=HEITI)), run("{{ (doc.reason or '')|para }}")),
               p("Body", run("三、累计情况。", Face(family=HEITI)), run("截至本年度，累计{{ act.failed_years }}年未完成年度任务考核。{{ doc.text.count|default('') }}")),
               p("Body", run("四、救济途径。", Face(family=HEITI)), run("{{ doc.remedy }}")))
        + annex_note() + signature() + colophon()
    )  # fmt: skip
