"""Builds the DOCX templates of one pack: `build_templates(authority_name)` → file name → bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.diskwork import write_whole
from pipeline.papers.templates import (
    acceptance,
    books,
    decisions,
    drawing,
    establishment,
    mending,
    notices,
    operation,
    preparation,
    scoring,
)
from pipeline.papers.templates.ooxml import Package
from pipeline.papers.templates.pieces import blank_header, letter_footer, letter_header, page_numbers
from pipeline.papers.templates.styles import section_xml, styles_xml


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one template is made: what stands in it, and on which layout."""

    body: Callable[[int], str]
    letter: bool = False
    cover: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


SHEETS: Mapping[str, Sheet] = {
    "receipt_record.docx": Sheet(notices.receipt_record),
    "correction_notice.docx": Sheet(notices.correction_notice),
    "acceptance_notice.docx": Sheet(notices.acceptance_notice),
    "rejection_notice.docx": Sheet(notices.rejection_notice),
    "case_closing_notice.docx": Sheet(notices.case_closing_notice),
    "expert_team_notice.docx": Sheet(decisions.expert_team_notice),
    "deliberation_minutes.docx": Sheet(decisions.deliberation_minutes),
    "preparation_approval.docx": Sheet(decisions.approval_letter, letter=True),
    "preparation_approval.red_head.docx": Sheet(decisions.approval_red_head),
    "preparation_refusal.docx": Sheet(decisions.refusal_letter, letter=True),
    "preparation_review_report.docx": Sheet(books.review_report, cover=True),
    "task_book.docx": Sheet(books.task_book, cover=True),
    # preparation
    "extension_reply.docx": Sheet(preparation.extension_letter, letter=True),
    "extension_reply.red_head.docx": Sheet(preparation.extension_red_head),
    "overdue_reminder.docx": Sheet(preparation.overdue_reminder),
    "revocation_prior_notice.docx": Sheet(preparation.prior_notice),
    "preparation_revocation_decision.docx": Sheet(preparation.revocation_decision),
    "non_revocation_notice.docx": Sheet(preparation.non_revocation),
    "late_acceptance_reply.docx": Sheet(preparation.late_acceptance_letter, letter=True),
    "major_event_reply.docx": Sheet(preparation.major_event_letter, letter=True),
    "major_event_reply.red_head.docx": Sheet(preparation.major_event_red_head),
    "case_decision_notice.docx": Sheet(preparation.case_decision_letter, letter=True),
    # draws by lot
    "draw_minutes.docx": Sheet(drawing.draw_minutes),
    # sealed scores
    "score_summary.docx": Sheet(scoring.score_summary),
    # acceptance
    "acceptance_correction_notice.docx": Sheet(acceptance.correction_notice),
    "acceptance_registration_notice.docx": Sheet(acceptance.registration_notice),
    "acceptance_return_notice.docx": Sheet(acceptance.return_notice),
    "acceptance_team_notice.docx": Sheet(acceptance.team_notice),
    "examination_result_notice.docx": Sheet(acceptance.result_notice),
    "rectification_opinion.docx": Sheet(acceptance.rectification_opinion),
    "rectification_notice.docx": Sheet(acceptance.rectification_notice),
    "acceptance_report.docx": Sheet(acceptance.acceptance_report, cover=True),
    "establishment_minutes.docx": Sheet(establishment.establishment_minutes),
    "establishment_approval.docx": Sheet(establishment.establishment_letter, letter=True),
    "establishment_approval.red_head.docx": Sheet(establishment.establishment_red_head),
    "center_register_entry.docx": Sheet(establishment.register_entry),
    "establishment_refusal.docx": Sheet(establishment.establishment_refusal, letter=True),
    "preparation_cancellation_decision.docx": Sheet(establishment.cancellation_decision),
    "non_cancellation_notice.docx": Sheet(establishment.non_cancellation_notice),
    # operation
    "annual_assessment_notice.docx": Sheet(operation.assessment_notice),
    "annual_assessment_result.docx": Sheet(operation.assessment_result),
    "inspection_notice.docx": Sheet(operation.inspection_notice),
    "operation_rectification_notice.docx": Sheet(operation.rectification_notice),
    "rectification_acceptance.docx": Sheet(operation.rectification_acceptance),
    "recheck_notice.docx": Sheet(operation.recheck_notice),
    "recheck_report.docx": Sheet(operation.recheck_report, cover=True),
    "center_prior_notice.docx": Sheet(operation.prior_notice),
    "revocation_minutes.docx": Sheet(operation.revocation_minutes),
    "center_revocation_decision.docx": Sheet(operation.revocation_decision),
    "revocation_closing_notice.docx": Sheet(operation.revocation_closing),
    "center_closing_notice.docx": Sheet(operation.center_closing),
    # office verbs
    "mending_notice.docx": Sheet(mending.mending_notice),
}
"""Template file → its sheet. A document of kind 批复 or 通知 whose layout is `letter` uses `<name>.red_head.docx`."""


def build_template(name: str, authority_name: str) -> bytes:
    """One template's DOCX for an authority whose name has so many characters; the same bytes each time."""
    sheet = SHEETS[name]
    characters = len(authority_name)
    headers: dict[str, str] = {}
    footers = page_numbers()
    if sheet.letter:
        headers = {"first": letter_header(characters), "default": blank_header(), "even": blank_header()}
        footers["first"] = letter_footer()
    return Package(
        title="{{ doc.title }}", body=sheet.body(characters), styles=styles_xml(), headers=headers, footers=footers,
        section=section_xml(header_mm=28.4 if sheet.letter else 15.0, footer_mm=FOOTER_MM, first_differs=sheet.letter or sheet.cover),
    ).build()  # fmt: skip


FOOTER_MM = 20.0


def names_for(wanted: Collection[str]) -> tuple[str, ...]:
    """The template files for a pack that names `wanted` in its documents: those, and what they look like as 批复 or 通知."""
    return tuple(name for name in SHEETS if name.replace(".red_head.", ".") in wanted)


def build_templates(authority_name: str, wanted: Collection[str] = tuple(SHEETS)) -> dict[str, bytes]:
    """The templates of a pack; `wanted` are those its documents name."""
    return {name: build_template(name, authority_name) for name in names_for(wanted)}


def write_templates(
    folder: Path, authority_name: str, replace: bool = False, wanted: Collection[str] = tuple(SHEETS)
) -> tuple[Path, ...]:
    """Write the templates that are missing (or all, with `replace`): clerks' edits are never written over unasked."""
    written = []
    for name, data in build_templates(authority_name, wanted).items():
        target = folder / name
        if replace or not target.exists():
            write_whole(target, data)
            written.append(target)
    return tuple(written)
