"""A rendered document judged on the page by GB/T 9704-2012: positions in millimetres, lines, signs, whoever made it.

What can only be told from the Word file (fonts of levels, indents as set) is said to be not run, never passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.papers import pagechecks
from pipeline.papers.layout import Layout, measure
from pipeline.papers.overlaps import Box, marks_of
from pipeline.papers.pagechecks import Told


class Result(StrEnum):
    """What a check came to."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    NOT_RUN = "not_run"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class PageFinding:
    """One check: its id (F01 … F24), clause words, what it came to and what was measured."""

    id: str
    result: Result
    zh: str
    en: str


def judge_page(pdf: bytes) -> tuple[PageFinding, ...]:
    """All of F01–F24 on a PDF. Raises PdfiumError for a file that is none."""
    layout, marks = measure(pdf), _marks(pdf)
    found = []
    for check in _CHECKS:
        told = list(check.look(layout, marks)) if check.look else []
        found.append(_concluded(check, told))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Check:
    id: str
    zh: str
    en: str
    hard: bool
    look: Callable[[Layout, tuple[Box, ...]], Told] | None
    why: tuple[str, str] = ("", "")


def _concluded(check: _Check, told: list[tuple[bool | None, str, str]]) -> PageFinding:
    if check.look is None:
        return PageFinding(check.id, Result.NOT_RUN, f"{check.zh}：{check.why[0]}", f"{check.en}: {check.why[1]}")
    wrong = [each for each in told if each[0] is False]
    if wrong:
        result = Result.FAIL if check.hard else Result.WARN
        return PageFinding(check.id, result, f"{check.zh}：{'；'.join(each[1] for each in wrong[:4])}", f"{check.en}: {'; '.join(each[2] for each in wrong[:4])}")
    if not any(each[0] for each in told):
        return PageFinding(check.id, Result.ABSENT, f"{check.zh}：页面上没有", f"{check.en}: none on these pages")
    return PageFinding(check.id, Result.PASS, check.zh, check.en)


def _marks(pdf: bytes) -> tuple[Box, ...]:
    try:
        return tuple(marks_of(pdf))
    except Exception:  # noqa: BLE001 - other people's marks may be drawn in any way; then only the text is judged
        return ()


_WORD = ("只能由 Word 文件看出", "can only be told from the Word file")
_CHECKS = (
    _Check("F01", "A4 与版心", "A4 and text area", True, pagechecks.paper), _Check("F02", "每面22行每行28字", "22 lines of 28 characters", False, pagechecks.lines),
    _Check("F03", "正文3号黑色", "body of 16 pt, black", True, pagechecks.size), _Check("F04", "发文机关标志", "letterhead", True, pagechecks.letterhead),
    _Check("F05", "发文字号", "document number", True, pagechecks.number), _Check("F06", "上行文签发人", "signer of a document upward", True, None, ("须知道文种和行文方向", "needs the direction of the document")),
    _Check("F07", "红色分隔线", "red rule", False, pagechecks.red_rule), _Check("F08", "标题居中", "title centred", False, pagechecks.title), _Check("F09", "标题三要素", "elements of the title", True, pagechecks.elements),
    _Check("F10", "主送机关", "addressee", True, pagechecks.addressee), _Check("F11", "首页有正文", "body on the first page", True, pagechecks.first_page), _Check("F12", "层次序数", "numbers of levels", True, pagechecks.levels),
    _Check("F13", "附件说明", "annex note", True, pagechecks.annex_note), _Check("F14", "印章", "seal", True, pagechecks.sealed), _Check("F15", "不加盖印章的署名", "name without seal", False, None, _WORD),
    _Check("F16", "成文日期", "date", True, pagechecks.day), _Check("F17", "附注", "note", False, pagechecks.note), _Check("F18", "附件另面", "annexes on pages of their own", False, None, _WORD),
    _Check("F19", "版记", "colophon", False, pagechecks.colophon), _Check("F20", "印发机关和日期", "printing line", False, pagechecks.printed), _Check("F21", "页码", "page numbers", True, pagechecks.page_numbers),
    _Check("F22", "信函格式", "letter", False, pagechecks.letter), _Check("F23", "纪要格式", "minutes", False, pagechecks.minutes), _Check("F24", "标点", "punctuation", False, pagechecks.punctuation),
)  # fmt: skip
