"""Documents of the preparation: reply to an extension, reminder, prior notice, revocation, agreed late application, major events."""

from __future__ import annotations

from pipeline.papers.templates.notices import contact_line
from pipeline.papers.templates.ooxml import Shape, p, when
from pipeline.papers.templates.pieces import (
    addressee,
    annex_note,
    body,
    colophon,
    contact,
    heading,
    letter_top,
    notice_head,
    point,
    red_head,
    signature,
    title,
)

CLOSING = "{% if doc.kind == '批复' %}此复。{% else %}特此函复。{% endif %}"
ANSWER = "{% if doc.kind == '批复' %}批复{% else %}函复{% endif %}"


def _extension_body() -> str:
    d = "extension_decision"
    granted = f"{d}.decision != 'refuse'"
    return (
        addressee()
        + body(
            "你单位《延期验收考核申请书》（申请日期：{{ extension_application.filed_on|date_zh }}，申请将{{ case.center_name }}筹建期延长至"
            "{{ extension_application.proposed_end|date_zh }}）收悉。{{ doc.basis|grounds }}，经审查，现" + ANSWER + "如下："
        )
        + when(
            granted,
            point("一、同意延期。", "{% if " + d + ".decision == 'partly' %}部分同意你单位的延期申请。{% else %}同意你单位的延期申请。{% endif %}"
                  "筹建期由{{ " + d + ".period_end|date_zh }}延长至{{ " + d + ".new_end|date_zh }}。"),
            when(f"{d}.decision == 'partly'", p("Body", "未按申请的日期全部同意的理由：{{ (doc.reason or '')|para }}")),
            point("二、申请验收。", "请在{% if then.ACC_BY is defined and then.ACC_BY.status != 'stopped' %}{{ then.ACC_BY.final|date_zh }}前（含当日）"
                  "{% else %}延长后的筹建期限内{% endif %}申请验收考核。"),
            when("then.ACC_BY is defined and then.ACC_BY.status != 'stopped'", p("Note", "期限计算：{{ then.ACC_BY.working }}")),
            point("三、有关要求。", "延期以一次为限。请按延期申请书所列的剩余任务安排组织实施，重大情况及时报告；逾期仍未完成筹建任务的，"
                  "将依照有关规定处理。"),
            otherwise=body("不同意延长{{ case.center_name }}的筹建期。理由如下：")
            + p("Body", "{{ (doc.reason or '')|para }}")
            + body("延期申请审查期间筹建期停止计算，自收到本文书之日起恢复计算，停止的日数予以顺加。请抓紧完成筹建任务并申请验收考核。"),
        )
        + when("doc.remedy and " + d + ".decision != 'grant'", p("Body", "{{ doc.remedy }}"))
        + p("Body", CLOSING, shape=Shape(keep_next=True))
        + annex_note()
        + signature()
    )  # fmt: skip


def extension_letter(characters: int) -> str:
    """Reply to an application for an extension, as 函."""
    return letter_top() + _extension_body() + contact() + colophon(printed=False)


def extension_red_head(characters: int) -> str:
    """The same as 批复, to a subordinate's request."""
    return red_head(characters) + title() + _extension_body() + contact() + colophon()


def overdue_reminder(characters: int) -> str:
    """The period is over and no application came in: what may follow, and what can still be done."""
    return (
        notice_head(characters, "筹建逾期提醒通知书")
        + addressee()
        + body(
            "你单位承担的{{ case.center_name }}（案号：{{ case.no }}）筹建期至{{ clocks.PREP.final|date_zh }}届满。"
            "截至该日，本局未收到验收考核申请，也没有正在审查的延期申请。{{ doc.basis|grounds }}，现提醒如下："
        )
        + p("Note", "期限计算：{{ clocks.PREP.working }}")
        + point("一、现在的状态。", "自届满次日起，本项目标记为筹建逾期。本提醒书不是处理决定。")
        + point("二、可能的后果。", "逾期仍未完成筹建任务的，本局可以撤销筹建资格。作出决定之前将书面告知事实、理由和依据，听取你单位的陈述和申辩。")
        + point("三、请你单位办理的事项。", "请尽快书面说明筹建任务完成情况和逾期原因。筹建任务已经完成的，可以书面申请本局同意逾期申请验收考核。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def prior_notice(characters: int) -> str:
    """Before an adverse decision: facts, ground, what is intended, and the right to be heard."""
    n = "prior_notice_form"
    return (
        notice_head(characters, "事先告知书")
        + addressee()
        + body("关于{{ case.center_name }}（案号：{{ case.no }}），本局拟作出{{ " + n + ".intended|label(lists.termination_acts) }}的决定。"
               "现将有关事实、理由、依据和你单位的权利告知如下：")
        + heading("一、查明的事实")
        + p("Body", "{{ " + n + ".facts|para }}")
        + heading("二、理由和依据")
        + p("Body", "{{ " + n + ".reasons|para }}")
        + p("Body", "{{ doc.basis|bases }}。")
        + when(n + ".typed_basis|default('')", p("Body", "承办人填写的依据：{{ " + n + ".typed_basis|para }}"))
        + heading("三、拟作出的决定")
        + p("Body", "{{ " + n + ".intended_decision|para }}")
        + heading("四、陈述、申辩的权利")
        + body("你单位可以自收到本告知书之日起{{ " + n + ".reply_workdays }}个工作日内，向本局提交《陈述申辩意见书》及证据，也可以要求当面陈述。"
               "逾期没有提出的，视为放弃陈述、申辩的权利，本局将依法作出决定。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip
