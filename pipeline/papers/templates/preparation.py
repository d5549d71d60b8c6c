"""Documents of the preparation: reply to an extension, reminder, prior notice, revocation, agreed late application, major events."""

from __future__ import annotations

from pipeline.papers.templates.notices import contact_line
from pipeline.papers.templates.ooxml import Face, Shape, each, p, run, when
from pipeline.papers.templates.pieces import (
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
    point,
    red_head,
    signature,
    title,
)
from pipeline.papers.templates.styles import HEITI

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
            point("一、{% if " + d + ".decision == 'partly' %}部分{% endif %}同意延期。", "{% if " + d + ".decision == 'partly' %}部分{% endif %}同意你单位的延期申请。"
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
    return as_letter(_extension_body())


def extension_red_head(characters: int) -> str:
    """The same as 批复, to a subordinate's request."""
    return as_red_head(characters, _extension_body())


def overdue_reminder(characters: int) -> str:
    """The period is over and no application came in: what may follow, and what can still be done."""
    return (
        notice_head(characters)
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
        notice_head(characters)
        + addressee()
        + body("关于{{ case.center_name }}（案号：{{ case.no }}），本局拟作出“{{ (" + n + ".intended|label(lists.termination_acts)).split('（')[0] }}”的决定。"
               "现将有关事实、理由、依据和你单位的权利告知如下：")
        + heading("一、查明的事实")
        + p("Body", "{{ " + n + ".facts|para }}")
        + each("u in " + n + ".unfinished", p("Body", "未完成的任务{{ u.no }}：{{ u.indicator|clause }}，{{ u.state|clause }}。"))
        + heading("二、证据")
        + each("e in " + n + ".evidence", p("Body", "{{ e.no }}.{{ e.title|clause }}，证明{{ e.proves|clause }}。"))
        + heading("三、理由和依据")
        + p("Body", "{{ " + n + ".reasons|para }}")
        + grounds_listed(n + ".typed_basis")
        + heading("四、拟作出的决定")
        + p("Body", "{{ " + n + ".intended_decision|para }}")
        + heading("五、陈述、申辩的权利")
        + body("你单位可以自收到本告知书之日起{{ " + n + ".reply_workdays }}个工作日内，向本局提交《陈述申辩意见书》及证据"
               "{% if " + n + ".oral_hearing %}，也可以要求当面陈述{% endif %}。逾期没有提出的，视为放弃陈述、申辩的权利。"
               "本告知书不是处理决定。")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def revocation_decision(characters: int) -> str:
    """The revocation itself: facts, how the defence was dealt with, grounds, remedies."""
    d = "preparation_revocation"
    taken = "{{ d.taken|label({'yes': '采纳', 'partly': '部分采纳', 'no': '不采纳'}) }}"
    return (
        red_head(characters)
        + title()
        + addressee()
        + body("你单位承担的{{ case.center_name }}（案号：{{ case.no }}）筹建项目，本局以{{ " + d + ".notice_no }}告知书告知了拟作出的决定及"
               "事实、理由、依据和陈述申辩的权利，该告知书于{{ " + d + ".notice_received_on|date_zh }}送达。现已审查终结。")
        + heading("一、查明的事实")
        + p("Body", "{{ " + d + ".facts|para }}")
        + heading("二、陈述申辩的处理")
        + when(d + ".defence_filed",
               each("d in " + d + ".defence_points", p("Body", "{{ loop.index }}.{{ d.point|clause }}。经复核，{{ d.checked|clause }}，" + taken + "：{{ d.why|clause }}。")),
               otherwise=body("你单位在规定期限内没有提出陈述申辩。"))
        + heading("三、理由和依据")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + grounds_listed(d + ".typed_basis")
        + heading("四、决定")
        + body("经集体讨论，决定{{ doc.text.act|default('撤销') }}{{ case.applicant }}的{{ case.center_name }}筹建资格。自收到本决定之日起，不得再以“{{ case.center_name }}（筹）”"
               "名义开展活动；筹建期间取得的资料和经费，按有关规定处理。")
        + heading("五、救济途径")
        + p("Body", "{{ doc.remedy }}")
        + annex_note()
        + signature()
        + colophon()
    )  # fmt: skip


def non_revocation(characters: int) -> str:
    """The defence was accepted, or it was found that nothing is overdue."""
    d = "preparation_revocation"
    return (
        notice_head(characters)
        + addressee()
        + body("本局以{{ " + d + ".notice_no }}告知书告知你单位拟{{ doc.text.act|default('撤销') }}{{ case.center_name }}（案号：{{ case.no }}）的筹建资格。经审查，{{ doc.basis|grounds }}，"
               "{% if " + d + ".outcome == 'not_overdue' %}查明筹建没有逾期，筹建期至{{ " + d + ".corrected_end|date_zh }}届满，恢复筹建"
               "{% else %}采纳你单位的申辩意见，决定不予{{ doc.text.act|default('撤销') }}筹建资格{% endif %}。")
        + heading("一、理由")
        + p("Body", "{{ (doc.reason or '')|para }}")
        + heading("二、后续安排")
        + p("Body", "{{ " + d + ".follow_up|para }}")
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


def late_acceptance_letter(characters: int) -> str:
    """Whether a unit whose period is over may still apply for acceptance, and until when."""
    d = "late_acceptance_consent"
    return (
        letter_top()
        + addressee()
        + body("你单位{{ " + d + ".requested_on|date_zh }}关于{{ case.center_name }}（筹建期至{{ " + d + ".period_end|date_zh }}届满）逾期申请验收考核的"
               "来文收悉。{{ doc.basis|grounds }}，经研究，现函复如下："
               "")
        + when(d + ".decision == 'agree'",
               body("同意你单位在{{ " + d + ".until|date_zh }}前（含当日）申请验收考核，按筹建任务书和验收的规定提交材料。期满仍未申请的，本局将依照有关规定处理。"),
               otherwise=body("不同意逾期申请验收考核。"))
        + body("理由：{{ (doc.reason or '')|para }}")
        + when(d + ".decision == 'refuse' and doc.remedy", p("Body", "{{ doc.remedy }}"))
        + p("Body", "特此函复。", shape=Shape(keep_next=True))
        + annex_note()
        + signature()
        + contact()
        + colophon(printed=False)
    )  # fmt: skip


def _event_body() -> str:
    d = "major_event_decision"
    return (
        addressee()
        + body("你单位关于{{ case.center_name }}筹建中“{{ " + d + ".event_kind|label(lists.major_event_kinds) }}”（发生日期："
               "{{ " + d + ".event_date|date_zh }}）的来文收悉。{{ doc.basis|grounds }}，{% if " + d + ".deliberated %}经{{ " + d + ".body }}"
               "{{ " + d + ".held_on|date_zh }}审议，{% endif %}现" + ANSWER + "如下：")
        + when(d + ".decision == 'approve' and " + d + ".new_lead_name",
               body("同意主要建设方变更为{{ " + d + ".new_lead_name }}（统一社会信用代码：{{ " + d + ".new_lead_uscc }}），由其承担筹建任务书所列主要建设方的责任。"),
               otherwise=body("{{ " + d + ".decision|label({'approve': '同意所报事项的处理安排', 'refuse': '不同意所报事项', 'noted': '所报情况知悉，不需另行批准'}) }}。"))
        + body("理由：{{ (doc.reason or '')|para }}")
        + body("筹建任务和筹建期限不变，仍按筹建任务书执行；不能按期完成的，应当依照规定申请延期。")
        + when(d + ".conditions", body("有关要求：{{ " + d + ".conditions|para }}"))
        + when(d + ".decision == 'refuse' and doc.remedy", p("Body", "{{ doc.remedy }}"))
        + p("Body", CLOSING, shape=Shape(keep_next=True))
        + annex_note()
        + signature()
    )  # fmt: skip


def major_event_letter(characters: int) -> str:
    """Answer to a reported event, as 函."""
    return as_letter(_event_body())


def major_event_red_head(characters: int) -> str:
    """The same as 批复."""
    return as_red_head(characters, _event_body())


def case_deadline(d: str) -> str:
    """The day until which the party has time, for what, and how the person who set it counted."""
    return p(
        "Body", run("五、期限。", Face(family=HEITI)),
        run("上述决定要求你单位办理的事项，请于"), run("{{ " + d + ".deadline|date_zh }}", Face(family=HEITI)), run("前（含当日）完成。"),
        run("{% if " + d + ".earlier_deadline == 'ended' %}此前函告的期限不再适用。{% endif %}期限的依据和算法：{{ " + d + ".deadline_basis|para }}"),
    )  # fmt: skip


def case_decision_letter(characters: int) -> str:
    """A decision on what the instrument at hand does not say, on the text a person typed in."""
    d = "case_decision"
    return (
        letter_top()
        + addressee()
        + body("关于{{ case.center_name }}（案号：{{ case.no }}）{{ " + d + ".matter|label({'extension': '延长筹建期的事项', 'overdue': '认定筹建逾期的事项', "
               "'other': '筹建有关事项'}) }}，经审查，现函告如下：")
        + point("一、事实。", "{{ " + d + ".facts|para }}")
        + point("二、依据。", "{{ " + d + ".typed_basis|para }}")
        + point("三、决定。", "{{ " + d + ".decision_text|para }}{% if " + d + ".new_end %}筹建期延长至{{ " + d + ".new_end|date_zh }}。{% endif %}")
        + point("四、理由。", "{{ (doc.reason or '')|para }}")
        + when(d + ".deadline", case_deadline(d))
        + when("doc.remedy and not (" + d + ".matter == 'extension' and " + d + ".decision == 'agree')", p("Body", "{{ doc.remedy }}"))
        + p("Body", "特此函告。", shape=Shape(keep_next=True))
        + annex_note()
        + signature()
        + contact()
        + colophon(printed=False)
    )  # fmt: skip
