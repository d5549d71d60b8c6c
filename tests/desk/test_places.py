"""Placeholders of an edited draft are found and filled, however Word has split them over runs."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.desk.edited import DATE_PLACE, NUMBER_PLACE, missing_places
from pipeline.papers.places import fill_places, places_in

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(*paragraphs: tuple[str, ...]) -> bytes:
    """A DOCX whose paragraphs consist of these runs."""
    runs = ["<w:p>" + "".join(f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' for text in p) + "</w:p>" for p in paragraphs]
    body = f'<w:document xmlns:w="{W}"><w:body>{"".join(runs)}</w:body></w:document>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", body)
        archive.writestr("word/media/image1.png", b"picture")
    return buffer.getvalue()


SPLITS = [
    (("鄂函（待编号）号",),),
    (("鄂函（待", "编", "号）号"),),
    (("鄂函", "（待编号", "）号"),),
    (("鄂函（", "待编号）", "号"), ("别的一段",)),
]


@pytest.mark.parametrize("paragraphs", SPLITS)
def test_a_place_is_filled_wherever_word_split_it(paragraphs: tuple[tuple[str, ...], ...]) -> None:
    docx = document(*paragraphs)
    assert places_in(docx, (NUMBER_PLACE,)) == (NUMBER_PLACE,)
    filled = fill_places(docx, {NUMBER_PLACE: "〔2026〕9号"})
    assert places_in(filled, ("鄂函〔2026〕9号号", NUMBER_PLACE)) == ("鄂函〔2026〕9号号",)
    assert filled == fill_places(docx, {NUMBER_PLACE: "〔2026〕9号"}), "the same bytes each time"
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        assert archive.read("word/media/image1.png") == b"picture"


def test_every_occurrence_is_filled_and_a_value_is_not_searched_again() -> None:
    docx = document((f"{DATE_PLACE}起，{DATE_PLACE}止",))
    filled = fill_places(docx, {DATE_PLACE: f"日{DATE_PLACE}"})
    assert places_in(filled, (f"日{DATE_PLACE}起，日{DATE_PLACE}止",))


def test_a_place_never_reaches_over_two_paragraphs() -> None:
    assert places_in(document(("（待编",), ("号）",)), (NUMBER_PLACE,)) == ()


@pytest.mark.parametrize(
    ("edited", "gone"),
    [
        ((f"{NUMBER_PLACE}", f"{DATE_PLACE}"), ()),
        ((f"{DATE_PLACE}",), (NUMBER_PLACE,)),
        (("没有了",), (NUMBER_PLACE, DATE_PLACE)),
    ],
)
def test_only_what_the_draft_had_can_be_missing(edited: tuple[str, ...], gone: tuple[str, ...]) -> None:
    assert missing_places(document(edited), document((NUMBER_PLACE, DATE_PLACE))) == gone
    assert missing_places(document(("改过",)), document(("原来就没有",))) == ()
