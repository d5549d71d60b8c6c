"""Notices about intake: receipt, correction, acceptance, rejection, closing."""

from __future__ import annotations

from pipeline.papers.templates.ooxml import (
    Face,
    Shape,
    cell,
    p,
    row,
    rows_each,
    rows_when,
    run,
    table,
    twips,
    when,
)
from pipeline.papers.templates.pieces import (
    CONTACT,
    addressee,
    body,
    colophon,
    heading,
    notice_head,
    remedy,
    signature,
)

CASE = "{{ case.center_name }}（案号：{{ case.no }}）"


def columns(*widths_mm: float) -> tuple[int, ...]:
    """Column widths in twips."""
    return tuple(twips(width) for width in widths_mm)


def head_row(widths: tuple[int, ...], *names: str) -> str:
    """The row of column names, repeated on each page."""
    return row(*(cell(w, p("TableHead", name)) for w, name in zip(widths, names, strict=True)), header=True)


def cells(widths: tuple[int, ...], *texts: str, style: str = "TableText", centred: tuple[int, ...] = ()) -> str:
    """A row of texts; columns numbered in `centred` stand in the middle."""
    return row(*(
        cell(w, p("TableCentre" if i in centred else style, text))
        for i, (w, text) in enumerate(zip(widths, texts, strict=True))
    ))  # fmt: skip


def facts(*pairs: tuple[str, str], widths: tuple[int, ...] | None = None) -> str:
    """A two-column table of names and values."""
    w = widths or columns(38, 118)
    return table(w, *(
        row(cell(w[0], p("TableHead", name)), cell(w[1], p("TableText", value)), height=twips(8)) for name, value in pairs
    ))  # fmt: skip


def gap(line: int = 240) -> str:
    """A little room between blocks."""
    return p("Tag", shape=Shape(line=line, keep_next=True))


def receipt_record(characters: int) -> str:
    """What came in, when, under which number, with the digest of every file: the filer's proof of receipt."""
    w = columns(14, 62, 16, 64)
    opening = "filing.form == 'application_form'"
    first = cells(w, "1", "{{ filing.title }}", "—", "—", centred=(0, 2, 3))
    number = "{{ filing.enclosed|default([])|length + loop.index + 1 }}"
    files = table(
        w, head_row(w, "序号", "材料名称", "页数", "文件名"), first,
        rows_each("t in filing.enclosed|default([])", w, cells(w, "{{ loop.index + 1 }}", "{{ t }}", "—", "—", centred=(0, 2, 3))),
        rows_when(opening, w, rows_each("a in application.attachments", w,
                  cells(w, number, "{{ a.title }}", "{{ a.pages }}", "{{ a.file }}", centred=(0, 2)))),
        rows_when(f"not ({opening})", w, rows_each("a in filing.files", w,
                  cells(w, number, "附件", "{{ a.pages }}", "{{ a.name }}", centred=(0, 2)))),
    )  # fmt: skip
    matter = "{% if " + opening + " %}申请筹建{{ case.center_name }}{% else %}{{ filing.title }}（{{ case.center_name }}）{% endif %}"
    return (
        notice_head(characters)
        + addressee(before=200)
        + body("{{ filing.received_on|date_zh }}收到下列材料，已予登记，特此回执。")
        + gap()
        + facts(("案　　号", "{{ case.no }}"), ("事　　项", matter), ("报送单位", "{{ case.applicant }}"))
        + gap(160)
        + files
        + when(opening, p("Note", "本回执只证明材料已经收到，不表示材料齐全或者申请已被受理；是否受理将另行书面告知。", shape=Shape(before=160, keep_next=True)),
               otherwise=p("Note", "本回执只证明材料已经收到，不表示其内容已经审查或者认可。", shape=Shape(before=160, keep_next=True)))
        + signature()
    )  # fmt: skip


def correction_notice(characters: int) -> str:
    """All that is to be mended, in one notice: item and place, value, problem, ground, remedy, and the deadline."""
    w = columns(12, 30, 22, 36, 23, 33)
    found = row(*_six(
        w, "{{ f.no }}", p("TableText", "{{ f.label }}") + when("f.place", p("TableText", "（位置：{{ f.place|short_place(f.label) }}）")),
        "{{ f.value|brief }}", "{{ f.zh }}", "{{ f.cite|short_cite(doc.basis) }}", "{{ f.repair }}",
    ))  # fmt: skip
    asked = row(*_six(
        w, "{{ findings|length + loop.index }}", p("TableText", "{{ m.item }}"), "—", "{{ m.problem }}",
        "{{ m.basis|short_cite(doc.basis) }}", "{{ m.requirement }}",
    ))  # fmt: skip
    by_officer = "intake_decision is defined and intake_decision.decision == 'correct' and intake_decision.missing_items"
    listing = table(
        w, head_row(w, "序号", "项目", "填报值", "问题", "依据", "如何补正"),
        rows_each("f in findings", w, found),
        rows_when(by_officer, w, rows_each("m in intake_decision.missing_items", w, asked)),
    )  # fmt: skip
    deadline = "{{ (clocks.CORRECT.final if clocks.CORRECT is defined else doc.reply_by|default(''))|date_zh or '规定期限' }}"
    return (
        notice_head(characters)
        + addressee()
        + body(
            "{{ case.received_on|date_zh }}收到{{ case.applicant }}申请筹建" + CASE + "的申报材料。经审查，申报材料不齐全或者"
            "不符合要求，{{ doc.basis|grounds }}，现将需要补正的全部内容一次告知如下：",
        )
        + gap(160)
        + listing
        + when("doc.basis|main_act", p("Note", "“依据”栏只写条款的，为《{{ doc.basis|main_act }}》的条款。", shape=Shape(before=60)))
        + gap(120)
        + point_deadline(deadline)
        + body("{{ doc.text.consequence|default('逾期未补正的，本局提醒后仍不补正，将书面告知终止办理；材料齐备后可以重新申请。') }}")
        + contact_line()
        + signature()
    )  # fmt: skip


def _six(w: tuple[int, ...], number: str, item: str, *texts: str) -> tuple[str, ...]:
    """The cells of one row: number in the middle, item in several paragraphs, the rest as they are."""
    rest = (cell(width, text, middle=False) for width, text in zip(w[2:], texts, strict=True))
    return (cell(w[0], p("TableCentre", number), middle=False), cell(w[1], item, middle=False), *rest)


def point_deadline(deadline: str) -> str:
    """The sentence that names the last day, and how it was counted."""
    told = p("Body", run("请于"), run(deadline, Face(family="黑体")), run("前（含当日）按上表补正后，在随附的预填申报书上修改并重新报送。"))
    working = when("clocks.CORRECT is defined", p("Note", "期限计算：{{ clocks.CORRECT.working }}"))
    return told + working


def contact_line() -> str:
    """Where to ask and where to send."""
    return p("Body", f"{CONTACT}。", shape=Shape(keep_next=True))


def acceptance_notice(characters: int) -> str:
    """The application is taken up: matter, dates, papers received, service standard."""
    w = columns(14, 84, 20, 38)
    papers = table(
        w, head_row(w, "序号", "材料名称", "页数", "份数"),
        rows_each("a in application.attachments", w,
                  cells(w, "{{ loop.index }}", "{{ a.title }}", "{{ a.pages }}", "1", centred=(0, 2, 3))),
    )  # fmt: skip
    return (
        notice_head(characters)
        + addressee()
        + body(
            "{{ case.received_on|date_zh }}收到{{ case.applicant }}申请筹建" + CASE + "的申报材料。经审查，材料齐全，符合规定"
            "形式，{{ doc.basis|grounds }}，本局决定予以受理。",
        )
        + when("clocks.DECIDE is defined",
               body("本事项的办理期限至{{ clocks.DECIDE.final|date_zh }}，组织专家评审所需时间不计算在内。"),
               p("Note", "期限计算：{{ clocks.DECIDE.working }}"))
        + when("application.attachments", p("SmallHead", "已收到的材料", shape=Shape(before=160)), papers)
        + contact_line()
        + signature()
        + colophon()
    )  # fmt: skip


REASONS = (
    "{'out_of_competence': '申请事项不属于本局职权范围', 'channel_not_allowed': '申请渠道不符合规定', "
    "'not_a_legal_person': '申请单位不具有法人资格', 'correction_expired': '逾期未补正'}"
)


def rejection_notice(characters: int) -> str:
    """Not taken up: reason, ground, who is competent, remedies."""
    reason = "doc.reason|default('') or (intake_decision.reason if intake_decision is defined else '')"
    code = "intake_decision is defined and intake_decision.reason_code|default('')"
    body_named = "intake_decision is defined and intake_decision.right_body|default('')"
    return (
        notice_head(characters)
        + addressee()
        + body(
            "{{ case.received_on|date_zh }}收到{{ case.applicant }}申请筹建" + CASE + "的申报材料。经审查，"
            "{{ doc.basis|grounds }}，本局决定不予受理。",
        )
        + heading("一、理由")
        + when(code, p("Body", "{{ intake_decision.reason_code|label(" + REASONS + ") }}。"))
        + p("Body", "{{ (" + reason + ")|para }}")
        + when(body_named, p("Body", "本事项应当向{{ intake_decision.right_body }}提出申请。"))
        + heading("二、依据")
        + p("Body", "{{ doc.basis|bases }}。")
        + when("doc.remedy", heading("三、救济途径"), p("Body", "{{ doc.remedy }}"))
        + signature()
        + colophon()
    )  # fmt: skip


def case_closing_notice(characters: int) -> str:
    """The case ends without a decision, as after a withdrawal."""
    return (
        notice_head(characters)
        + addressee()
        + body(
            "{{ case.applicant }}于{{ case.received_on|date_zh }}申请筹建" + CASE + "。现因下列事由，{{ doc.basis|grounds }}，"
            "本局决定终止办理并予以结案：",
        )
        + p("Body", "{{ (doc.reason|default('') or '申请单位撤回申请。')|para }}")
        + body("已收到的申报材料由本局依档案管理规定保存。需要再次申请的，可以重新提交申报书和有关材料。")
        + remedy()
        + signature()
        + colophon()
    )  # fmt: skip
