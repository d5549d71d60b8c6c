"""A form filled in as a spreadsheet is read as the same form in Word would be; every cell is known by sheet, row and column."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.intake.read import read_submission
from pipeline.intake.screen.limits import Limits
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack, load_packs
from pipeline.model import FormIdentity, Submission
from pipeline.papers.forms import build_xlsx

ROOT = Path(__file__).parents[2]
PACKS = load_packs(ROOT / "schemas")
BOOKS = [pytest.param(pack, spec.code, id=f"{name}-{spec.code}") for name, pack in PACKS.items() for spec in pack.forms.values() if spec.notes.get("workbook")]
TABLE: dict[str, Any] = {
    "year": 2027, "notice": "国务院办公厅关于2027年部分节假日安排的通知", "published_on": date(2026, 11, 3), "officer": "测试承办人", "filed_on": date(2026, 11, 20),
    "holidays": [{"name": "元旦", "first": date(2027, 1, 1), "last": date(2027, 1, 3)}, {"name": "国庆节", "first": date(2027, 10, 1), "last": date(2027, 10, 7)}],
    "workdays": [{"day": date(2027, 10, 9), "for_holiday": "国庆节"}],
}  # fmt: skip


def read(data: bytes, name: str, tmp_path: Path) -> Submission:
    path, work = tmp_path / name, tmp_path / "work"
    path.write_bytes(data)
    work.mkdir(exist_ok=True)
    return read_submission(path, name, {name: pack.forms for name, pack in PACKS.items()}, Limits(), work, "hubei")


def book(pack: Pack, code: str, values: dict[str, Any]) -> bytes:
    spec = pack.forms[code]
    return build_xlsx(pack, spec, FormIdentity(form=code, version=spec.version, jurisdiction=pack.jurisdiction), values)


@pytest.mark.parametrize(("pack", "code"), BOOKS)
def test_a_blank_workbook_is_the_form_and_holds_nothing(pack: Pack, code: str, tmp_path: Path) -> None:
    read_back = read(book(pack, code, {}), "表.xlsx", tmp_path)
    assert read_back.main is not None and (read_back.main.identity.form, read_back.main.identity.jurisdiction) == (code, pack.jurisdiction)
    assert read_back.main.raw == {} and read_back.findings == ()


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.jurisdiction)
def test_what_is_written_is_read_with_its_place(pack: Pack, tmp_path: Path) -> None:
    form = read(book(pack, "holiday_table", TABLE), "放假.xlsx", tmp_path).main
    assert form is not None and form.method == "cells"
    assert normalise(pack.forms["holiday_table"].fields, form.raw).data == TABLE
    assert form.places["holidays[1].first"] == "工作表“放假”第4行 · 放假起"


def test_a_csv_of_the_same_layout_says_the_same(tmp_path: Path) -> None:
    rows = [
        ["放假安排登记表"], ["年度", "2027"], ["通知名称", TABLE["notice"]], ["公布日期", "2026/11/3"], ["登记人", "测试承办人"], ["登记日期", "2026年11月20日"],
        ["【放假】"], ["节日", "放假起", "放假止"], ["元旦", "2027-01-01", "2027-01-03"], [""], ["国庆节", "2027.10.1", "2027.10.7"],
        ["【调休上班】"], ["上班日期", "因何调休"], ["2027-10-09", "国庆节"],
    ]  # fmt: skip
    text = "\r\n".join(",".join(row) for row in rows)
    for encoding in ("utf-8-sig", "gb18030"):
        read_back = read(text.encode(encoding), "放假.csv", tmp_path)
        assert read_back.main is not None, read_back.findings
        assert normalise(PACKS["hubei"].forms["holiday_table"].fields, read_back.main.raw).data == TABLE
        assert read_back.main.places["holidays[1].name"] == "第11行 · 节日"


def test_columns_may_be_moved_and_a_strange_one_is_said(tmp_path: Path) -> None:
    text = "放假安排登记表\n放假止,备考,节日,放假起\n2027-01-03,x,元旦,2027-01-01\n"
    read_back = read(text.encode(), "放假.csv", tmp_path)
    assert read_back.main is not None
    assert read_back.main.raw["holidays"] == [{"last": "2027-01-03", "name": "元旦", "first": "2027-01-01"}]
    assert [f.value for f in read_back.findings if f.rule == "unknown_field"] == ["备考"]


def test_any_other_spreadsheet_stays_an_attachment(tmp_path: Path) -> None:
    read_back = read("设备台账\n名称,数量\n天平,3\n".encode(), "台账.csv", tmp_path)
    assert read_back.main is None and [a.name for a in read_back.attachments] == ["台账.csv"]


def test_dates_numbers_and_text_as_office_programs_store_them(tmp_path: Path) -> None:
    """Shared strings, dates as day numbers in a date style, numbers with a tail of binary noise."""
    data = rewritten(book(PACKS["hubei"], "holiday_table", TABLE), {
        "xl/worksheets/sheet1.xml": lambda text: re.sub(r'<c r="B(\d+)" s="2" t="inlineStr"><is><t xml:space="preserve">2027</t></is></c>', r'<c r="B\1"><v>2027.0000000000002</v></c>', text),
        "xl/worksheets/sheet2.xml": lambda text: re.sub(r't="inlineStr"><is><t xml:space="preserve">元旦</t></is>', 't="s"><v>0</v>', text),
    }, {"xl/sharedStrings.xml": '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>元</t></r><r><t>旦</t></r><rPh sb="0" eb="1"><t>yuan</t></rPh></si></sst>'})  # fmt: skip
    form = read(data, "放假.xlsx", tmp_path).main
    assert form is not None and form.raw["year"] == "2027" and form.raw["holidays"][0] == {"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"}


def rewritten(data: bytes, changes: dict[str, Any], more: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, changes.get(name, lambda text: text)(text))
        for name, text in more.items():
            new.writestr(name, text)
    return out.getvalue()
