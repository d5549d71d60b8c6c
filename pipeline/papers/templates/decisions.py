"""Official letters and notices of decisions: expert team, approval, refusal, minutes."""

from __future__ import annotations

from pipeline.papers.templates.notices import cells, columns, gap, head_row
from pipeline.papers.templates.ooxml import Face, Shape, p, rows_each, run, table, tag, when
from pipeline.papers.templates.pieces import (
    DATE,
    LEADER_FIRST,
    addressee,
    annex_note,
    as_letter,
    as_red_head,
    body,
    colophon,
    contact,
    days,
    heading,
    letter_top,
    people,
    point,
    red_head,
    remedy,
    signature,
    title,
)
from pipeline.papers.templates.styles import HEITI, KAITI, LINE

FORM_OF_ANSWER = "{% if doc.kind == '函' %}函复{% elif doc.kind == '批复' %}批复{% else %}通知{% endif %}"
CLOSING = "{% if doc.kind == '函' %}特此函复。{% elif doc.kind == '批复' %}此复。{% else %}特此通知。{% endif %}"


def approval_body() -> str:
    """What the approval says, alike in letter, reply and notice."""
    return (
        addressee()
        + body(
            "关于申请筹建{{ case.center_name }}的来文收悉。{{ doc.basis|grounds }}，经组织专家材料审查和实地核查，并经本局审议，"
            f"现{FORM_OF_ANSWER}如下：",
        )
        + point("一、同意筹建。", "同意{{ case.applicant }}筹建{{ case.center_name }}。筹建期间使用“{{ case.center_name }}（筹）”"
                "名称，不得以已经批准成立的碳计量中心名义出具证书、报告。")
        + point("二、筹建期限。", "筹建期自{{ task_book.period_start|date_zh }}起至{{ task_book.period_end|date_zh }}止。"
                "{% if param.extension.max_count %}因特殊原因不能按期完成的，应当在筹建期限届满{{ param.prep.apply_before }}个月前提出延期申请并说明理由。{% endif %}")
        + point("三、筹建任务。", "请按照同时下达的《{{ task_book.center_name }}筹建任务书》组织实施，落实人员、场地、设备和经费，"
                "按年度节点完成任务与考核指标。")
        + point("四、报告和验收。", "筹建过程中的重大情况应当及时报告本局；完成筹建任务后，应当在筹建期限届满{{ param.prep.apply_before }}个月前申请验收考核。")
        + remedy()
        + p("Body", CLOSING, shape=Shape(keep_next=True))
        + annex_note()
        + signature()
    )  # fmt: skip


def approval_letter(characters: int) -> str:
    """Approval as 函: letter layout, no colophon rules."""
    return as_letter(approval_body())


def approval_red_head(characters: int) -> str:
    """Approval as 批复 or 通知: red letterhead."""
    return as_red_head(characters, approval_body())


def refusal_letter(characters: int) -> str:
    """Refusal as 函: reasons, ground, remedies."""
    reason = "doc.reason|default('') or (deliberation_minutes.reasons if deliberation_minutes is defined else '')"
    return (
        letter_top()
        + addressee()
        + body(
            "关于{{ case.applicant }}申请筹建{{ case.center_name }}的来文收悉。{{ doc.basis|grounds }}，经组织专家评审，并经本局"
            "审议，决定不予批准筹建{{ case.center_name }}。现将有关事项函告如下：",
        )
        + heading("一、不予批准的理由")
        + p("Body", "{{ (" + reason + ")|para }}")
        + heading("二、依据")
        + p("Body", "{{ doc.basis|bases }}。")
        + body("具备条件后，可以重新提出申请。")
        + when("doc.remedy", heading("三、救济途径"), p("Body", "{{ doc.remedy }}"))
        + p("Body", "特此函告。", shape=Shape(keep_next=True))
        + annex_note()
        + signature()
        + contact()
        + colophon(printed=False)
    )


def expert_team_notice(characters: int) -> str:
    """Notice that appoints the expert team: names, time, place, duties; red letterhead."""
    w = columns(14, 16, 30, 54, 42)
    team = table(
        w, head_row(w, "序号", "职务", "姓名", "工作单位", "专业"),
        rows_each("m in expert_team_form.members" + LEADER_FIRST, w,
                  cells(w, "{{ loop.index }}", "{{ m.role|label({'leader': '组长', 'member': '成员'}) }}", "{{ m.name }}",
                        "{{ m.org }}", "{{ m.specialty }}", centred=(0, 1, 2))),
    )  # fmt: skip
    dates = days("expert_team_form.date_from", "expert_team_form.date_to")
    return (
        red_head(characters)
        + title()
        + addressee()
        + body("{{ doc.basis|grounds }}，本局决定组建{{ case.center_name }}筹建评审专家组，对{{ case.applicant }}是否具备筹建条件"
               "进行材料审查和实地核查。现将有关事项通知如下：")
        + heading("一、专家组组成")
        + body("专家组实行组长负责制，由下列{{ expert_team_form.members|length }}人组成：")
        + gap(120)
        + team
        + gap(120)
        + point("二、评审时间。", dates + "。")
        + point("三、评审地点。", "{{ expert_team_form.place|clause }}。")
        + point("四、评审依据。", "《{{ expert_team_form.rules_ref|label(lists.review_rules_version) }}》。")
        + heading("五、有关要求")
        + p("Body", run("（一）", Face(family=KAITI)), run("专家组成员与申请单位、联合筹建单位及其主管部门有利害关系的，应当主动回避。"))
        + p("Body", run("（二）", Face(family=KAITI)), run("申请单位应当如实提供材料，做好评审配合，不得影响评审的独立和公正。"))
        + p("Body", run("（三）", Face(family=KAITI)), run("专家组应当在评审结束后提交书面评审报告，由全体成员签名，不同意见如实载明。"))
        + when("expert_team_form.contact_name|default('')",
               body("评审联系人：{{ expert_team_form.contact_name }}，联系电话：{{ expert_team_form.contact_phone }}。"))
        + annex_note()
        + signature()
        + colophon()
    )  # fmt: skip


def deliberation_minutes(characters: int) -> str:
    """Minutes of the deliberation in the layout of 纪要: red mark, those present listed at the end, no seal."""
    m = "deliberation_minutes"
    return (
        red_head(characters, "会议纪要")
        + title()
        + p("Body", "{{ " + m + ".held_on|date_zh }}，{{ " + m + ".chair }}在{{ " + m + ".place }}主持召开{{ " + m + ".body }}，"
            "审议{{ case.applicant }}申请筹建{{ case.center_name }}（案号：{{ case.no }}）有关事项。现将会议审议情况和议定事项纪要如下：",
            shape=Shape(before=LINE))
        + heading("一、审议事项")
        + p("Body", "{{ " + m + ".matters|para }}")
        + when(m + ".dissent|default('')", p("Body", run("专家不同意见的审议情况：", Face(family=HEITI)),
                                            run("{{ " + m + ".dissent|para }}")))
        + heading("二、审议结果")
        + p("Body", "会议审议决定：{{ " + m + ".outcome|label({'approve': '同意批准筹建', 'refuse': '不予批准筹建', "
            "'return': '退回补充核查'}) }}。{% if " + m + ".outcome == 'approve' and " + m + ".period_start|default('') %}筹建期自"
            "{{ " + m + ".period_start|date_zh }}起至{{ " + m + ".period_end|date_zh }}止。{% endif %}")
        + when(m + ".longer_reason|default('')", p("Body", "筹建期超过3年的理由：{{ " + m + ".longer_reason|para }}"))
        + when(m + ".reasons|default('')", p("Body", "理由：{{ " + m + ".reasons|para }}"))
        + when(m + ".return_matters|default('')", p("Body", "需要补充核查的事项：{{ " + m + ".return_matters|para }}"))
        + heading("三、议定事项")
        + p("Body", "{{ " + m + ".decision_text|para }}")
        + p("Body")
        + people("出席", "present")
        + people("请假", "absent")
        + people("列席", "observer")
        + tag("{#p 纪要不加盖印章；成文日期为会议通过日期 #}")
        + p("AnnexNote", run("记录：", Face(family=HEITI)), run("{{ " + m + ".recorder }}"), shape=Shape(left=2 * 314))
        + p("DocDate", DATE, shape=Shape(before=LINE))
        + colophon()
    )  # fmt: skip
