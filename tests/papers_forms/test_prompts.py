"""What nobody filled in is blank on paper; what somebody wrote, and what is no form of ours, stays as it is."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from lxml import etree

from papers_forms.stand_in import APPLICATION, IDENTITY, PACK, VALUES
from pipeline.papers.forms import build_docx, fill_docx, without_prompts
from pipeline.papers.forms.word import zipped
from pipeline.papers.forms.wordml import NS

BLANK = build_docx(PACK, APPLICATION, IDENTITY)


def document(form: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(form)).read("word/document.xml")


def texts(form: bytes, showing: bool) -> list[str]:
    """Texts of the controls that show, or do not show, their prompt."""
    test = "w:sdtPr/w:showingPlcHdr" if showing else "not(w:sdtPr/w:showingPlcHdr)"
    found = etree.fromstring(document(form)).xpath(f"//w:sdt[{test}][not(.//w:sdt)]", namespaces=NS)
    return ["".join(sdt.itertext(f"{{{NS['w']}}}t")) for sdt in found]


def with_document(form: bytes, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(form)) as archive:
        return zipped({file: archive.read(file) for file in archive.namelist()} | {"word/document.xml": part})


@pytest.mark.parametrize("form", [BLANK, fill_docx(BLANK, VALUES)], ids=["blank", "filled"])
def test_prompts_go_and_answers_stay(form: bytes) -> None:
    printed = without_prompts(form)
    assert all(texts(form, showing=True))
    assert not any(texts(printed, showing=True))
    assert texts(printed, showing=False) == texts(form, showing=False)


def test_a_mark_that_is_off_is_an_answer() -> None:
    part = document(fill_docx(BLANK, {"center_name": "测试中心"})).replace(b"<w:showingPlcHdr/>", b'<w:showingPlcHdr w:val="0"/>')
    form = with_document(BLANK, part)
    assert without_prompts(form) == form


def foreign() -> bytes:
    buffer = io.BytesIO()
    page = Document()
    page.add_paragraph("别家的文件")
    page.save(buffer)
    return buffer.getvalue()


OTHERS = {
    "nothing": b"",
    "a PDF": b"%PDF-1.7\n",
    "cut off": BLANK[: len(BLANK) // 2],
    "a ZIP of something else": zipped({"a.txt": b"a"}),
    "another document": foreign(),
    "a form without its identity": with_document(BLANK, document(BLANK).replace(b"__form__", b"someone")),
    "broken XML": with_document(BLANK, b"<w:document"),
    "entities": with_document(BLANK, document(BLANK).replace(b"<w:document", b'<!DOCTYPE a [<!ENTITY b "c">]><w:document', 1)),
}  # fmt: skip


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_what_is_no_form_stays_as_it_is(content: bytes) -> None:
    assert without_prompts(content) == content


def test_a_damaged_entry_stays_as_it_is() -> None:
    damaged = bytearray(BLANK)
    at = BLANK.index(b"word/document.xml") + 400
    damaged[at : at + 40] = bytes(40)
    assert without_prompts(bytes(damaged)) == bytes(damaged)
