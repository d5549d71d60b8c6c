"""Documents of the acceptance: notices about the application, team, report, rectification, establishment and refusal."""

from __future__ import annotations

from pipeline.papers.templates.books import cover, first_on_page
from pipeline.papers.templates.decisions import CLOSING, FORM_OF_ANSWER
from pipeline.papers.templates.notices import CASE, cells, columns, contact_line, facts, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, p, rows_each, rows_when, run, table, tag, when
from pipeline.papers.templates.pieces import (
    DATE,
    addressee,
    annex_note,
    body,
    colophon,
    contact,
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

APPLIED = "{{ acceptance_application.application_date|date_zh }}"
ROUND = "|label({'first': '首次现场考核', 'team_recheck': '限期整改后复核', 'reexamination': '再次现场考核'})"
ITEM = "|label(lists.acceptance_rubric)"
RESULT = "|label({'pass': '合格', 'rectify': '低于合格线，限期整改', 'fail': '不合格'})"
REPORT = "acceptance_report"


def correction_notice(characters: int) -> str:
    """What is to be corrected in the papers of the acceptance, all at once."""
    w = columns(14, 26, 38, 39, 39)
    found = cells(w, "{{ f.no }}", "{{ f.label }}", "{{ f.zh }}", "{{ f.cite }}", "{{ f.repair }}", style="TableSmall", centred=(0,))
    asked = cells(w, "{{ loop.index }}", "{{ m.item }}", "{{ m.problem }}", "{{ m.basis }}", "{{ m.requirement }}", style="TableSmall", centred=(0,))
    by_officer = "act.missing_items|default([])"
    listing = table(
        w, head_row(w, "序号", "项目", "问题", "依据", "如何补正"),
        rows_when(by_officer, w, rows_each("m in act.missing_items", w, asked)),
        rows_when(f"not {by_officer}", w, rows_each("f in findings", w, found)),
    )  # fmt: skip
    deadline = "{{ (clocks.CORRECT.final if clocks.CORRECT is defined else '')|date_zh or '规定期限' }}"
    return (
        notice_head(characters, "补正通知书")
        + addressee()
        + body(f"{APPLIED}收到你单位关于" + CASE + "的验收考核申请材料。经审查，材料不齐全或者不符合要求，{{ doc.basis|grounds }}，现将需要补正的全部内容一次告知如下：")
        + gap(160) + listing + gap(160)
        + p("Body", run("请于"), run(deadline, Face(family=HEITI)), run("前（含当日）补正后，将验收考核申请表和随附各表重新报送。"))
        + when("clocks.CORRECT is defined", p("Note", "期限计算：{{ clocks.CORRECT.working }}"))
        + body("{{ doc.text.consequence|default('') }}")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def registration_notice(characters: int) -> str:
    """The application for acceptance is registered: what came in, what follows."""
    w = columns(14, 70, 38, 34)
    checked = table(
        w, head_row(w, "序号", "材料名称", "审查结果", "说明"),
        rows_each("c in acceptance_intake.checks", w, cells(
            w, "{{ loop.index }}", "{{ c.item|label(lists.acceptance_papers) }}",
            "{{ c.result|label({'ok': '齐全、符合要求', 'missing': '缺少', 'not_needed': '不需要'}) }}", "{{ c.note|default('') }}", centred=(0, 2))),
    )  # fmt: skip
    return (
        notice_head(characters, "验收申请登记通知书")
        + addressee()
        + body(f"{APPLIED}收到你单位关于" + CASE + "的验收考核申请及相关材料。经形式审查，材料齐全，{{ doc.basis|grounds }}，本局予以登记，并进行初步审查。")
        + p("SmallHead", "材料审查情况", shape=Shape(before=160)) + checked
        + when("acceptance_intake.late", body("本申请迟于筹建期限届满3个月前提出，本局已予记录；该情形不影响筹建资格。"))
        + body("自收到验收申请之日起，筹建期限停止计算。符合验收要求的，本局将组织专家组进行现场考核。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def return_notice(characters: int) -> str:
    """The application for acceptance is returned: reasons, what remains open, remedies."""
    return (
        notice_head(characters, "验收申请退回通知书")
        + addressee()
        + body(f"你单位{APPLIED}提出的" + CASE + "验收考核申请，经审查，{{ doc.basis|grounds }}，本局决定退回。")
        + heading("一、理由")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + heading("二、后续办理")
        + body("筹建期限自本通知书发出之日起恢复计算，停止计算的日数予以顺加。完善后，可以在筹建期限内再次申请验收考核。")
        + when("doc.remedy", heading("三、救济途径"), p("Body", "{{ doc.remedy }}"))
        + signature()
        + colophon()
    )  # fmt: skip


def team_notice(characters: int) -> str:
    """Notice that appoints the acceptance team; one leader, who answers for it."""
    w = columns(14, 16, 30, 54, 42)
    e = "expert_team_form"
    team = table(
        w, head_row(w, "序号", "职务", "姓名", "工作单位", "专业"),
        rows_each(f"m in {e}.members", w, cells(
            w, "{{ loop.index }}", "{{ m.role|label({'leader': '组长', 'member': '成员'}) }}", "{{ m.name }}", "{{ m.org }}", "{{ m.specialty }}",
            centred=(0, 1, 2))),
    )  # fmt: skip
    dates = (
        "{{ expert_team_form.date_from|date_zh }}{% if expert_team_form.date_to != expert_team_form.date_from %}至"
        "{{ expert_team_form.date_to|date_zh }}{% endif %}"
    )
    plain = Face(family="仿宋_GB2312")
    return (
        red_head(characters)
        + title()
        + addressee()
        + body("{{ doc.basis|grounds }}，本局决定组建{{ case.center_name }}验收考核专家组，对你单位进行现场考核。现将有关事项通知如下：")
        + heading("一、专家组组成")
        + body("专家组实行组长负责制，由下列{{ expert_team_form.members|length }}人组成：")
        + gap(120) + team + gap(120)
        + point("二、考核时间。", dates + "。")
        + point("三、考核地点。", "{{ expert_team_form.place }}。")
        + point("四、考核依据。", "《{{ expert_team_form.rules_ref|label(lists.review_rules_version) }}》。")
        + heading("五、有关要求")
        + p("H2", run("（一）"), run("现场考核按照首次会议、现场核查、末次会议的次序进行，逐项评定。", plain))
        + p("H2", run("（二）"), run("专家组成员与被考核单位有利害关系的，应当主动回避。", plain))
        + p("H2", run("（三）"), run("被考核单位应当如实提供材料，安排技术人员接受能力验证，不得影响考核的独立和公正。", plain))
        + body("考核联系人：{{ expert_team_form.contact_name }}，联系电话：{{ expert_team_form.contact_phone }}。")
        + annex_note()
        + signature()
        + colophon()
    )  # fmt: skip


def result_notice(characters: int) -> str:
    """The conclusion of the examination with the exact score, never rounded, and what follows."""
    return (
        notice_head(characters, "现场考核结论通知书")
        + addressee()
        + body("{{ doc.basis|grounds }}，考核组对你单位筹建的" + CASE + "进行了现场考核，现将结论通知如下：")
        + gap(120)
        + facts(
            ("考核轮次", "{{ acceptance_report.round" + ROUND + " }}"),
            ("考核得分", "{{ acceptance_report.total|money }}分（满分100分，80分及以上合格，按实际得分比较，不四舍五入）"),
            ("考核结论", "{{ acceptance_report.conclusion" + RESULT + " }}"),
            ("被考核单位意见", "{{ acceptance_report.unit_comments or '无' }}"),
        )
        + gap(120)
        + when("acceptance_report.conclusion == 'pass'", body("{{ doc.text.passed }}"))
        + when("acceptance_report.conclusion == 'fail' and acceptance_report.round != 'reexamination'", body("{{ doc.text.failed }}"))
        + when("acceptance_report.conclusion == 'fail' and acceptance_report.round == 'reexamination'", body("{{ doc.text.failed_again }}"))
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def rectification_opinion(characters: int) -> str:
    """The team's demand to rectify within the period that starts with its receipt."""
    w = columns(14, 46, 96)
    items = table(
        w, head_row(w, "序号", "考核项目", "整改要求"),
        rows_each("r in acceptance_report.rectification_items", w, cells(w, "{{ r.no }}", "{{ r.item" + ITEM + " }}", "{{ r.requirement }}", centred=(0,))),
    )  # fmt: skip
    return (
        notice_head(characters, "限期整改意见书")
        + addressee()
        + body("考核组对你单位筹建的" + CASE + "进行了现场考核，考核得分{{ acceptance_report.total|money }}分，低于合格线。{{ doc.basis|grounds }}，请限期整改。")
        + p("SmallHead", "整改项目和要求", shape=Shape(before=160)) + items + gap(120)
        + point("一、整改期限。", "自收到本意见之日起3个月。")
        + point("二、整改报告。", "整改完成后提交书面整改报告，附逐项证明材料；到期未提交的，按现有材料复核评分。")
        + point("三、复核评分。", "考核组对扣分项目复核评分；整改后仍达不到合格线的，现场考核结论为不合格。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def rectification_notice(characters: int) -> str:
    """The authority's notice: items, last day, how to report, what follows."""
    w = columns(12, 48, 56, 40)
    n = "rectification_notice"
    items = table(
        w, head_row(w, "序号", "问题", "整改要求", "需要提交的证明"),
        rows_each(f"r in {n}['items']", w, cells(w, "{{ r.no }}", "{{ r.problem }}", "{{ r.requirement }}", "{{ r.evidence_wanted }}", centred=(0,))),
    )  # fmt: skip
    return (
        notice_head(characters, "整改通知书")
        + addressee()
        + body("你单位筹建的" + CASE + "现场考核结论为不合格（验收报告{{ rectification_notice.report_no }}，得分{{ rectification_notice.total|money }}分）。"
               "{{ doc.basis|grounds }}，现通知你单位整改：")
        + gap(120) + items + gap(120)
        + point("一、整改期限。", "至{{ rectification_notice.due|date_zh }}止（含当日）。")
        + point("二、报告方式。", "{{ rectification_notice.report_to }}")
        + point("三、后果。", "{{ rectification_notice.consequence|para }}")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def acceptance_report(characters: int) -> str:
    """The acceptance report as a book: team, course, scores, rectification, opinion, signatures."""
    return (
        cover(
            "验收报告",
            ("筹建单位", "{{ acceptance_report.applicant_name }}"),
            ("任务书编号", "{{ acceptance_report.task_book_no }}"),
            ("考核轮次", "{{ acceptance_report.round" + ROUND + " }}"),
            ("考核组组长", "{{ acceptance_report.leader }}"),
            ("报告日期", "{{ acceptance_report.report_date|date_zh }}"),
        )
        + first_on_page("一、考核组") + gap(120) + _team()
        + heading("二、考核经过") + _course()
        + heading("三、评分") + gap(100) + _scores()
        + point("总分：", "{{ acceptance_report.total|money }}分。")
        + point("结论：", "{{ acceptance_report.conclusion" + RESULT + " }}。")
        + when("acceptance_report.rectification_items", heading("四、整改要求"), gap(100), _wanted())
        + heading("{% if acceptance_report.rectification_items %}五{% else %}四{% endif %}、考核组意见")
        + p("Body", "{{ acceptance_report.opinion|para }}")
        + gap(120) + _signatures()
    )  # fmt: skip


def _team() -> str:
    w = columns(20, 40, 60, 36)
    return table(
        w, head_row(w, "序号", "姓名", "工作单位", "专业"),
        rows_each(f"m in {REPORT}.team", w, cells(w, "{{ loop.index }}", "{{ m.name }}", "{{ m.org }}", "{{ m.specialty }}", centred=(0, 1))),
    )  # fmt: skip


def _course() -> str:
    return (
        when(f"{REPORT}.opening_on", body("首次会议：{{ acceptance_report.opening_on|date_zh }}。现场核查：{{ acceptance_report.site_from|date_zh }}至"
             "{{ acceptance_report.site_to|date_zh }}。末次会议：{{ acceptance_report.closing_on|date_zh }}。"))
        + when(f"{REPORT}.sampling_summary", p("Body", "随机抽查和能力验证：{{ acceptance_report.sampling_summary|para }}"))
        + when(f"{REPORT}.unit_comments", p("Body", "被考核单位意见：{{ acceptance_report.unit_comments|para }}"))
    )  # fmt: skip


def _scores() -> str:
    w = columns(14, 68, 18, 18, 38)
    return table(
        w, head_row(w, "序号", "考核项目", "满分", "得分", "扣分理由"),
        rows_each(f"s in {REPORT}.scores", w, cells(
            w, "{{ s.item }}", "{{ s.item" + ITEM + " }}", "{{ s.max|number }}", "{{ s.score|number }}", "{{ s.reason|default('') }}",
            style="TableSmall", centred=(0, 2, 3))),
        cells(w, "", "合计", "100", "{{ acceptance_report.total|money }}", "", style="TableSmall", centred=(0, 1, 2, 3)),
    )  # fmt: skip


def _wanted() -> str:
    w = columns(14, 46, 96)
    return table(
        w, head_row(w, "序号", "考核项目", "整改要求"),
        rows_each(f"r in {REPORT}.rectification_items", w, cells(w, "{{ r.no }}", "{{ r.item" + ITEM + " }}", "{{ r.requirement }}", centred=(0,))),
    )  # fmt: skip


def _signatures() -> str:
    w = columns(36, 36, 34, 50)
    return table(
        w, head_row(w, "姓名", "签名", "日期", "不同意见"),
        rows_each(f"s in {REPORT}.signatures", w, cells(
            w, "{{ s.name }}", "{% if s.signed %}已签名{% endif %}", "{{ s.signed_on|date_zh }}", "{{ s.dissent|default('') }}", centred=(0, 1, 2))),
    ) + when(f"{REPORT}.unit_confirmation", p("Body", "被考核单位确认：{{ acceptance_report.unit_confirmation }}"))  # fmt: skip


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
        + body("{{ doc.basis|grounds }}，经组织验收考核（验收报告{{ establishment_minutes.report_no }}，得分{{ establishment_minutes.total|money }}分，结论为合格），"
               f"并经本局审议，现{FORM_OF_ANSWER}如下：")
        + point("一、同意成立。", "同意{{ case.applicant }}成立{{ establishment_minutes.formal_name }}。自本文发布之日起使用该名称，不再使用“（筹）”。")
        + point("二、编号和服务领域。", "中心编号为{{ doc.together.center_register_entry|default('（待编号）') }}，服务领域为{{ establishment_minutes.scope }}。")
        + point("三、运行要求。", "依法独立公正开展工作，落实能力后续建设规划，按规定报送年度工作情况和重大变化，接受监督检查和五年复查。")
        + p("Body", CLOSING, shape=Shape(keep_next=True))
        + annex_note()
        + signature()
    )  # fmt: skip


def establishment_letter(characters: int) -> str:
    """Approval of the establishment as 函."""
    return letter_top() + _approval_body() + contact() + colophon(printed=False)


def establishment_red_head(characters: int) -> str:
    """Approval of the establishment as 批复 or 通知."""
    return red_head(characters) + title() + _approval_body() + contact() + colophon()


def register_entry(characters: int) -> str:
    """The centre's entry in the register: number, name, host, fields, dates."""
    return (
        notice_head(characters, "碳计量中心登记表")
        + gap(200)
        + facts(
            ("中心编号", "{{ doc.number or '（待编号）' }}"),
            ("中心名称", "{{ establishment_minutes.formal_name }}"),
            ("依托单位", "{{ case.applicant }}"),
            ("服务领域", "{{ establishment_minutes.scope }}"),
            ("批准文件", "{{ doc.together.establishment_approval|default('同日下达的批准成立文件') }}"),
            ("成立日期", DATE),
            ("验收报告", "{{ establishment_minutes.report_no }}（{{ establishment_minutes.total|money }}分）"),
            ("案　　号", "{{ case.no }}"),
        )
        + signature()
        + colophon()
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
    points = "{% for x in " + d + ".defence_points %}{{ loop.index }}.{{ x.point }}。经复核，{{ x.checked }}，" + taken + "：{{ x.why }}。{% endfor %}"
    return (
        red_head(characters)
        + title()
        + addressee()
        + body("你单位筹建的{{ case.center_name }}（案号：{{ case.no }}），本局以{{ " + d + ".notice_no }}号告知书告知了拟作出的决定及事实、理由、依据和陈述申辩的权利，"
               "该告知书于{{ " + d + ".notice_received_on|date_zh }}送达。现已审查终结。")
        + heading("一、查明的事实")
        + p("Body", "现场考核结论为不合格（验收报告{{ " + d + ".report_no }}，得分{{ " + d + ".total|money }}分）。{{ " + d + ".facts|para }}")
        + heading("二、陈述申辩的处理")
        + when(d + ".defence_filed", p("Body", points))
        + when("not " + d + ".defence_filed", body("你单位在规定期限内没有提出陈述申辩。"))
        + heading("三、理由和依据")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + p("Body", "{{ doc.basis|bases }}。")
        + when(d + ".typed_basis", p("Body", "所依据的条文：{{ " + d + ".typed_basis|para }}"))
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
        notice_head(characters, "不予{{ doc.text.act }}筹建资格通知书")
        + addressee()
        + body("本局以{{ " + d + ".notice_no }}号告知书告知你单位拟{{ doc.text.act }}{{ case.center_name }}（案号：{{ case.no }}）筹建资格。经审查，采纳你单位的申辩意见，"
               "{{ doc.basis|grounds }}，决定不予{{ doc.text.act }}。")
        + heading("一、理由")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + heading("二、后续安排")
        + p("Body", "{{ doc.text.next|default('') }}{{ " + d + ".follow_up|para }}")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip
