"""A draft that the signing officer edited in Word: the same placeholders, filled when it is signed off."""

from __future__ import annotations

import io
import zipfile
from datetime import date

from pipeline.cases.case import Paper
from pipeline.errors import PackError
from pipeline.papers.marks import chinese_date

NUMBER_PLACE = "（待编号）"
DATE_PLACE = "（待签发）"
_PARTS = ("word/document.xml",)


def missing_places(docx: bytes) -> tuple[str, ...]:
    """The placeholders an edited draft no longer has; without them number and date have no place."""
    text = _text(docx)
    return tuple(place for place in (NUMBER_PLACE, DATE_PLACE) if place not in text)


def _text(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return "".join(package.read(part).decode("utf-8") for part in _PARTS)


def with_real_number(docx: bytes, paper: Paper) -> bytes:
    """The edited draft with its number and date put in; as it is while the paper has none.

    Raises PackError when a placeholder was edited away.
    """
    if not paper.number:
        return docx
    if gone := missing_places(docx):
        raise PackError(f"改稿《{paper.title}》中缺少{'、'.join(gone)}，无处填写文号或日期", f"the edited draft lacks {', '.join(gone)}")
    day = paper.context["doc"]["date"]
    shown = chinese_date(day) if isinstance(day, date) else str(day)
    source, target = zipfile.ZipFile(io.BytesIO(docx)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename in _PARTS:
                data = data.decode("utf-8").replace(NUMBER_PLACE, paper.number).replace(DATE_PLACE, shown).encode("utf-8")
            out.writestr(zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0)), data)
    return target.getvalue()
