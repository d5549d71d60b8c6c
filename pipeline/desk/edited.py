"""A draft that the signing officer edited in Word: the same placeholders, filled when it is signed off."""

from __future__ import annotations

from datetime import date

from pipeline.cases.case import Paper
from pipeline.papers.marks import chinese_date
from pipeline.papers.places import fill_places, places_in

NUMBER_PLACE = "（待编号）"
DATE_PLACE = "（待签发）"
_PLACES = (NUMBER_PLACE, DATE_PLACE)


def missing_places(docx: bytes, drawn: bytes) -> tuple[str, ...]:
    """Placeholders that the draft as drawn has and the edited one lacks; number or date would have no place."""
    there = places_in(docx, _PLACES)
    return tuple(place for place in places_in(drawn, _PLACES) if place not in there)


def with_real_number(docx: bytes, paper: Paper) -> bytes:
    """The edited draft with its number and date put in; as it is while the paper has none."""
    if not paper.number:
        return docx
    day = paper.context["doc"]["date"]
    shown = chinese_date(day) if isinstance(day, date) else str(day)
    return fill_places(docx, {NUMBER_PLACE: paper.number, DATE_PLACE: shown})
