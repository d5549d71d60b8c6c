"""A score sheet computes itself: a formula in Word, the exact sum in the reader, and what was typed is compared."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from pipeline.check.form import RuleContext, check_form
from pipeline.intake.read import outlines_of
from pipeline.intake.read.child import read_drop
from pipeline.intake.read.forms import Desk
from pipeline.intake.screen import Limits
from pipeline.law.check_pack import check_pack
from pipeline.law.pack import load_packs
from pipeline.model import FormIdentity, Verdict
from pipeline.papers.forms import build_docx, build_pdf, fill_docx, fill_pdf

PACK = load_packs(Path(__file__).parents[2] / "schemas")["hubei"]
SPEC = PACK.forms["score_sheet"]
IDENTITY = FormIdentity(form=SPEC.code, version=SPEC.version, jurisdiction="hubei")
RUBRIC = [{"item": row["code"], "max": Decimal(str(row["max"]))} for row in PACK.lists["acceptance_rubric"]]
LOST = {"A1": "0.05", "B4": "5", "C1": "5", "C2": "5", "D1": "5"}
SCORES = [{"score": row["max"] - Decimal(LOST.get(str(row["item"]), "0")), "reason": "测试理由" if row["item"] in LOST else ""} for row in RUBRIC]
BLANK = build_docx(PACK, SPEC, IDENTITY, {"scores": RUBRIC})
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def body(docx: bytes, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read(part).decode()


def computed(docx: bytes, total: str) -> bytes:
    """The file as Word saves it when its fields are updated: the sum is the result of both fields of the total."""
    text = body(docx)
    begin = text.index('<w:tag w:val="total"')
    end = text.index("</w:sdt>", begin)
    told = re.sub(r'<w:t xml:space="preserve"(/>|></w:t>)', f"<w:t>{total}</w:t>", text[begin:end])
    assert told.count(f">{total}<") == 2
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, text[:begin] + told + text[end:] if name == "word/document.xml" else before.read(name))
    return out.getvalue()


def verdict(content: bytes, name: str, tmp_path: Path) -> Verdict:
    """What the form says when read from a drop and checked."""
    desk = Desk({(o.jurisdiction, o.code): o for o in outlines_of({"hubei": PACK.forms})}, "hubei", Limits())
    (tmp_path / "drop").write_bytes(content)
    submission = read_drop(tmp_path / "drop", name, desk)
    assert submission.main is not None and submission.findings == ()
    today = date(2028, 6, 3)
    return check_form(PACK, SPEC, submission.main.raw, submission.main.places, RuleContext(received_on=today, today=today))


def about_total(told: Verdict) -> set[str]:
    return {finding.rule for finding in told.findings if "total" in finding.path or finding.rule == "SS05"}


def test_the_sum_is_a_formula_over_the_column_of_scores() -> None:
    root = etree.fromstring(body(BLANK).encode())
    table = next(t for t in root.iter(W + "tbl") if "考核项目" in "".join(t.itertext()))
    rows = list(table.iter(W + "tr"))
    assert len(rows) == 27 and "合计" in "".join(rows[-1].itertext(W + "t"))
    heads = ["".join(cell.itertext(W + "t")).strip("＊") for cell in rows[0].iter(W + "tc")]
    column = "ABCDEFGH"[heads.index("得分")]
    codes = [code.text.strip() for code in rows[-1].iter(W + "instrText") if code.text.strip() not in ("", "QUOTE")]
    assert codes == [f'=SUM({chr(ord(column) - 1)}2:{chr(ord(column) - 1)}26) \\# "0.00"', f'=SUM({column}2:{column}26) \\# "0.00"']
    kinds = [mark.get(W + "fldCharType") for mark in rows[-1].iter(W + "fldChar")]
    assert kinds == ["begin", "begin", "separate", "end", "separate", "end"] * 2, "a formula within a QUOTE, each whole"
    assert '<w:updateFields w:val="true"/>' in body(BLANK, "word/settings.xml")
    assert "100.00" in "".join(rows[-1].itertext(W + "t")), "the full marks, as prefilled"


def test_only_forms_with_a_sum_ask_word_to_compute() -> None:
    other = PACK.forms["sampling_list"]
    made = build_docx(PACK, other, FormIdentity(form=other.code, version=other.version, jurisdiction="hubei"))
    assert "updateFields" not in body(made, "word/settings.xml")


@pytest.mark.parametrize("shown", ["", "0.00", "79.95"], ids=["never computed", "computed when blank", "computed"])
def test_the_reader_adds_up_exactly(shown: str, tmp_path: Path) -> None:
    docx = fill_docx(BLANK, {"scores": SCORES})
    told = verdict(computed(docx, shown) if shown else docx, "评分表.docx", tmp_path)
    assert told.data["total"] == Decimal("79.95") and str(told.data["total"]) == "79.95", "not 80"
    assert about_total(told) == set()


@pytest.mark.parametrize("typed", ["80.00", "79.94", "80"])
def test_a_typed_total_that_disagrees_is_told(typed: str, tmp_path: Path) -> None:
    told = verdict(fill_docx(BLANK, {"scores": SCORES, "total": Decimal(typed)}), "评分表.docx", tmp_path)
    assert about_total(told) == {"SS05"}
    assert told.data["total"] == Decimal(typed), "what was typed is not put right in silence"


def test_a_result_word_did_not_renew_is_told(tmp_path: Path) -> None:
    told = verdict(computed(fill_docx(BLANK, {"scores": SCORES}), "81.00"), "评分表.docx", tmp_path)
    assert about_total(told) == {"SS05"}


def test_the_pdf_has_the_same_row_and_its_sum_is_made_too(tmp_path: Path) -> None:
    pdf = build_pdf(PACK, SPEC, IDENTITY, {"scores": RUBRIC})
    told = verdict(fill_pdf(pdf, {"scores": SCORES}), "评分表.pdf", tmp_path)
    assert told.data["total"] == Decimal("79.95") and about_total(told) == set()
    told = verdict(fill_pdf(pdf, {"scores": SCORES, "total": Decimal("80.00")}), "评分表.pdf", tmp_path)
    assert about_total(told) == {"SS05"}


def test_an_empty_sheet_has_no_sum(tmp_path: Path) -> None:
    told = verdict(BLANK, "评分表.docx", tmp_path)
    assert "total" not in told.data and any(finding.path == "total" for finding in told.findings), "still asked for"


def test_a_prefilled_total_keeps_its_decimals(tmp_path: Path) -> None:
    values: dict[str, Any] = {"scores": [{**row, **score} for row, score in zip(RUBRIC, SCORES, strict=True)], "total": Decimal("79.95")}
    told = verdict(build_docx(PACK, SPEC, IDENTITY, values), "评分表.docx", tmp_path)
    assert told.data["total"] == Decimal("79.95") and about_total(told) == set()


@pytest.mark.parametrize("said", ["scores.item", "scores", "nothing.score", "scores.nothing", "leader.score"])
def test_a_sum_of_no_column_of_numbers_is_told(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[str]:
        return [f.path for f in check_pack(PACK) if f.rule == "PACK-FIELD"]

    assert told() == []
    monkeypatch.setitem(SPEC.fields["total"]["meta"], "sum", said)
    assert told() == ["forms/score_sheet.total"]
