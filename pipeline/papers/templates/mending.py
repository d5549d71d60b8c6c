"""The notice that an issued document is corrected, void or replaced."""

from __future__ import annotations

from pipeline.papers.templates.notices import cells, columns, contact_line, gap, head_row
from pipeline.papers.templates.ooxml import p, rows_each, table, when
from pipeline.papers.templates.pieces import addressee, body, colophon, heading, notice_head, signature


def mending_notice(characters: int) -> str:
    """Which document, what becomes of it, why, and the words that change."""
    w = columns(14, 71, 71)
    rows = table(
        w, head_row(w, "序号", "原文", "更正为"),
        rows_each("c in act.corrections", w, cells(w, "{{ loop.index }}", "{{ c.before }}", "{{ c.after }}", centred=(0,))),
    )  # fmt: skip
    kind = "文书{{ act.action|label({'correct': '更正', 'void': '作废', 'replace': '替换'}) }}通知书"
    return (
        notice_head(characters, kind)
        + addressee()
        + when("act.action == 'correct'", body("本局{{ act.document_no }}文书有文字差错，{{ doc.basis|grounds }}，现予更正。更正部分以本通知书为准，其他内容不变。"))
        + when("act.action == 'void'", body("本局{{ act.document_no }}文书，{{ doc.basis|grounds }}，自本通知书签发之日起作废，请停止使用并将原件退回本局。"))
        + when("act.action == 'replace'", body("本局{{ act.document_no }}文书，{{ doc.basis|grounds }}，自本通知书签发之日起作废，另行制发新的文书替换，随本通知书一并送达。"
               "请停止使用原件并退回本局。"))
        + heading("一、理由")
        + p("Body", "{{ doc.reason|para }}")
        + when("act.corrections", heading("二、更正内容"), gap(120), rows, gap(120))
        + contact_line()
        + signature() + colophon()
    )  # fmt: skip
