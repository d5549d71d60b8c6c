"""Documents of the acceptance: notices about the application, team, result, rectification, and the report."""

from __future__ import annotations

from pipeline.papers.templates.books import cover, first_on_page
from pipeline.papers.templates.notices import CASE, cells, columns, contact_line, facts, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, p, rows_each, rows_when, run, table, when
from pipeline.papers.templates.pieces import (
    LEADER_FIRST,
    addressee,
    annex_note,
    body,
    colophon,
    days,
    heading,
    led_by,
    notice_head,
    point,
    red_head,
    signature,
    title,
)
from pipeline.papers.templates.styles import HEITI

APPLIED = "{{ acceptance_application.application_date|date_zh }}"
ROUND = "|label({'first': '首次现场考核', 'team_recheck': '限期整改后复核', 'reexamination': '再次现场考核'})"
ITEM = "|label(lists.acceptance_rubric)"
RESULT = "|label({'pass': '合格', 'rectify': '低于合格线，限期整改', 'fail': '不合格'})"
REPORT = "acceptance_report"
ROLE = "{% if m.name == " + REPORT + ".leader %}（组长）{% endif %}"
PASS_MARK = (
    "满分{{ param.score.full_mark }}分，{{ param.score.pass_mark }}分及以上{% if param.score.group_floor|default(0) %}"
    "且每组得分不低于该组满分的{{ param.score.group_floor }}%{% endif %}合格"
)
"""What a pass takes, as the pack has it; a floor for each group only where there is one."""
GRADE = "{{ doc.text.grade|default('') }}"
"""The grade of a pass, where the pack gives one (`text` of the document)."""


def correction_notice(characters: int) -> str:
    """What is to be corrected in the papers of the acceptance, all at once."""
    w = columns(14, 26, 38, 39, 39)
    found = cells(w, "{{ f.no }}", "{{ f.label }}", "{{ f.zh }}", "{{ f.cite|short_cite(doc.basis) }}", "{{ f.repair }}", style="TableSmall", centred=(0,))
    asked = cells(w, "{{ loop.index }}", "{{ m.item }}", "{{ m.problem }}", "{{ m.basis|short_cite(doc.basis) }}", "{{ m.requirement }}", style="TableSmall", centred=(0,))
    by_officer = "act.missing_items|default([])"
    listing = table(
        w, head_row(w, "序号", "项目", "问题", "依据", "如何补正"),
        rows_when(by_officer, w, rows_each("m in act.missing_items", w, asked)),
        rows_when(f"not {by_officer}", w, rows_each("f in findings", w, found)),
    )  # fmt: skip
    deadline = "{{ (clocks.CORRECT.final if clocks.CORRECT is defined else '')|date_zh or '规定期限' }}"
    return (
        notice_head(characters)
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
        notice_head(characters)
        + addressee()
        + body(f"{APPLIED}收到你单位关于" + CASE + "的验收考核申请及相关材料。经形式审查，材料齐全，{{ doc.basis|grounds }}，本局予以登记，并进行初步审查。")
        + p("SmallHead", "材料审查情况", shape=Shape(before=160)) + checked
        + when("acceptance_intake.late", body("本申请迟于筹建期限届满{{ param.prep.apply_before }}个月前提出，本局已予记录；该情形不影响筹建资格。"))
        + body("自收到验收申请之日起，筹建期限停止计算。符合验收要求的，本局将组织专家组进行现场考核。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def return_notice(characters: int) -> str:
    """The application for acceptance is returned: reasons, what remains open, remedies."""
    return (
        notice_head(characters)
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
        rows_each(f"m in {e}.members{LEADER_FIRST}", w, cells(
            w, "{{ loop.index }}", "{{ m.role|label({'leader': '组长', 'member': '成员'}) }}", "{{ m.name }}", "{{ m.org }}", "{{ m.specialty }}",
            centred=(0, 1, 2))),
    )  # fmt: skip
    dates = days("expert_team_form.date_from", "expert_team_form.date_to")
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
        + point("三、考核地点。", "{{ expert_team_form.place|clause }}。")
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
        notice_head(characters)
        + addressee()
        + body("{{ doc.basis|grounds }}，考核组对你单位筹建的" + CASE + "进行了现场考核，现将结论通知如下：")
        + gap(120)
        + facts(
            ("考核轮次", "{{ acceptance_report.round" + ROUND + " }}"),
            ("考核得分", "{{ acceptance_report.total|money }}分（" + PASS_MARK + "，按实际得分比较，不四舍五入）"),
            ("考核结论", "{{ acceptance_report.conclusion" + RESULT + " }}" + GRADE),
            ("被考核单位意见", "{{ acceptance_report.unit_comments or '无' }}"),
        )
        + gap(120)
        + when("acceptance_report.conclusion == 'rectify'", body("限期整改的项目、要求和期限见限期整改意见书。"))
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
        notice_head(characters)
        + addressee()
        + body("考核组对你单位筹建的" + CASE + "进行了现场考核，考核得分{{ acceptance_report.total|money }}分，低于合格线。{{ doc.basis|grounds }}，请限期整改。")
        + p("SmallHead", "整改项目和要求", shape=Shape(before=160)) + items + gap(120)
        + point("一、整改期限。", "自收到本意见之日起{{ param.rectification.stage1.period }}个月。")
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
        notice_head(characters)
        + addressee()
        + body("你单位筹建的" + CASE + "现场考核结论为不合格（验收报告{{ rectification_notice.report_no }}，得分{{ rectification_notice.total|money }}分）。"
               "{{ doc.basis|grounds }}，现通知你单位整改：")
        + gap(120) + items + gap(120)
        + point("一、整改期限。", "至{{ rectification_notice.due|date_zh }}止（含当日）。")
        + point("二、报告方式。", "{{ rectification_notice.report_to|para }}")
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
            planned=True,
        )
        + first_on_page("一、考核组") + gap(120) + _team()
        + heading("二、考核经过") + _course()
        + heading("三、评分") + gap(100) + _scores()
        + point("总分：", "{{ acceptance_report.total|money }}分。")
        + point("结论：", "{{ acceptance_report.conclusion" + RESULT + " }}" + GRADE + "。")
        + when("acceptance_report.rectification_items", heading("四、整改要求"), gap(100), _wanted())
        + heading("{% if acceptance_report.rectification_items %}五{% else %}四{% endif %}、考核组意见")
        + p("Body", "{{ acceptance_report.opinion|para }}")
        + heading("{% if acceptance_report.rectification_items %}六{% else %}五{% endif %}、考核组签名")
        + gap(100) + _signatures()
    )  # fmt: skip


def _team() -> str:
    w = columns(20, 40, 60, 36)
    return table(
        w, head_row(w, "序号", "姓名", "工作单位", "专业"),
        rows_each(f"m in {led_by(f'{REPORT}.team', f'{REPORT}.leader')}", w, cells(w, "{{ loop.index }}", "{{ m.name }}" + ROLE, "{{ m.org }}", "{{ m.specialty }}", centred=(0, 1))),
    )  # fmt: skip


def _course() -> str:
    return (
        when(f"{REPORT}.opening_on", body("首次会议：{{ acceptance_report.opening_on|date_zh }}。现场核查：" + days(f"{REPORT}.site_from", f"{REPORT}.site_to") + "。"
             "末次会议：{{ acceptance_report.closing_on|date_zh }}。"))
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
        cells(w, "", "合计", "{{ param.score.full_mark }}", "{{ acceptance_report.total|money }}", "", style="TableSmall", centred=(0, 1, 2, 3)),
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
        rows_each(f"s in {led_by(f'{REPORT}.signatures', f'{REPORT}.leader')}", w, cells(
            w, "{{ s.name }}", "{% if s.signed %}已签名{% endif %}", "{{ s.signed_on|date_zh }}", "{{ s.dissent|default('') or '无' }}", centred=(0, 1, 2))),
    ) + when(f"{REPORT}.unit_confirmation", p("Body", "被考核单位确认：{{ acceptance_report.unit_confirmation|para }}"))  # fmt: skip
