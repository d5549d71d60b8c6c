"""The Word form keeps its contract with the reader, and the element order Word insists on."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from papers_forms.corner import ink_under_stamp
from papers_forms.stand_in import APPLICATION, IDENTITY, PACK, VALUES
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, fill_docx
from pipeline.papers.forms.wordml import NS

W = f"{{{NS['w']}}}"


def part(form: bytes, name: str = "word/document.xml") -> Any:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(form)).read(name))


def sdts(form: bytes, tag: str) -> list[Any]:
    return list(part(form).xpath(f"//w:sdt[w:sdtPr/w:tag/@w:val='{tag}']", namespaces=NS))


def said(form: bytes) -> dict[str, list[str]]:
    """Text by tag, placeholders left out."""
    found: dict[str, list[str]] = {}
    for sdt in part(form).iter(f"{W}sdt"):
        tag = sdt.xpath("string(w:sdtPr/w:tag/@w:val)", namespaces=NS)
        if tag and not tag.endswith("[]") and sdt.find(f"{W}sdtPr/{W}showingPlcHdr") is None:
            found.setdefault(tag, []).append("".join(node.text or "" if node.tag == f"{W}t" else "\n" for node in sdt.iter(f"{W}t", f"{W}br")))
    return found


BLANK = build_docx(PACK, APPLICATION, IDENTITY)
FULL = build_docx(PACK, APPLICATION, IDENTITY, VALUES, locked=("center_name", "tasks", "applicant.uscc"))


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert build_docx(PACK, APPLICATION, IDENTITY, VALUES) == build_docx(PACK, APPLICATION, IDENTITY, VALUES)


def test_every_part_is_declared_and_every_relation_leads_somewhere() -> None:
    archive = zipfile.ZipFile(io.BytesIO(BLANK))
    declared = {node.get("PartName") for node in part(BLANK, "[Content_Types].xml") if node.get("PartName")}
    assert {f"/{name}" for name in archive.namelist() if name.endswith(".xml")} == declared | {"/[Content_Types].xml"}
    links = part(BLANK, "word/_rels/document.xml.rels")
    assert {f"word/{link.get('Target')}" for link in links} <= set(archive.namelist())
    assert archive.namelist()[0] == "[Content_Types].xml"
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("form", [BLANK, FULL], ids=["blank", "full"])
def test_ids_are_unique_cells_end_in_a_paragraph_and_tables_do_not_touch(form: bytes) -> None:
    root = part(form)
    ids = Counter(root.xpath("//w:sdtPr/w:id/@w:val", namespaces=NS))
    assert max(ids.values()) == 1
    assert all(cell[-1].tag == f"{W}p" for cell in root.iter(f"{W}tc"))
    assert all(table.getnext().tag == f"{W}p" for table in root.iter(f"{W}tbl"))
    drawings = root.xpath("//wp:docPr/@id", namespaces=NS)
    assert len(drawings) == len(set(drawings))


def test_rows_fill_their_grid() -> None:
    for table in part(FULL).iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.iter(f"{W}tr"):
            wide = [int(span) for span in row.xpath("w:tc/w:tcPr/w:gridSpan/@w:val", namespaces=NS)]
            assert len(row.findall(f"{W}tc")) + sum(wide) - len(wide) == columns


def test_the_blank_form_says_nothing_but_who_it_is() -> None:
    found = said(BLANK)
    assert {tag for tag in found if "=" not in tag} == {"__form__"}
    assert FormIdentity.decode(found["__form__"][0]) == IDENTITY
    properties = part(BLANK, "docProps/custom.xml")
    assert properties[0].get("name") == "hongtou"
    assert FormIdentity.decode("".join(properties.itertext())) == IDENTITY
    assert part(BLANK).xpath("//w:sdt[w:sdtPr/w:tag/@w:val='__form__']//w:r/w:rPr/w:vanish", namespaces=NS)


def test_every_leaf_has_its_control() -> None:
    tags = {tag.split("=")[0] for tag in part(BLANK).xpath("//w:sdtPr/w:tag/@w:val", namespaces=NS)}
    assert tags == {path for path, _ in APPLICATION.leaves()} | {"__form__", "members[]", "qualifications[]", "tasks[]", "budget[]"}


@pytest.mark.parametrize(
    ("tag", "texts"),
    [
        ("center_name", ["测试省碳计量中心（电碳）"]),
        ("center_kind", ["碳计量中心"]),
        ("application_date", ["2026年1月15日"]),
        ("is_joint", ["是"]),
        ("staff.area", ["12000.5"]),
        ("total_budget", ["379.95"]),
        ("applicant.legal_representative.name", ["测试甲"]),
        ("members[].task", ["牵头，建立碳计量标准", "第一行\n第二行 <&>", "现场测试"]),
        ("budget[].y2", ["79.95"]),
        ("service_fields=power", ["☑"]),
        ("service_fields=steel", ["☐"]),
    ],
)
def test_prefilled_values_stand_in_their_controls(tag: str, texts: list[str]) -> None:
    assert said(FULL)[tag] == texts
    assert said(fill_docx(BLANK, VALUES))[tag] == texts


def test_filling_says_the_same_as_prefilling() -> None:
    assert said(fill_docx(BLANK, VALUES)) == said(build_docx(PACK, APPLICATION, IDENTITY, VALUES))


@pytest.mark.parametrize(
    ("tag", "lock"),
    [("center_name", "sdtContentLocked"), ("tasks[].target", "sdtContentLocked"), ("applicant.uscc", "sdtContentLocked"), ("applicant.address", "sdtLocked"), ("budget[].item", "")],
)
def test_locks(tag: str, lock: str) -> None:
    assert sdts(FULL, tag)[0].xpath("string(w:sdtPr/w:lock/@w:val)", namespaces=NS) == lock


def test_a_date_carries_its_full_date_and_a_choice_its_codes() -> None:
    (day,) = sdts(FULL, "application_date")
    assert day.xpath("string(w:sdtPr/w:date/@w:fullDate)", namespaces=NS) == "2026-01-15T00:00:00Z"
    (kind,) = sdts(FULL, "center_kind")
    assert kind.xpath("w:sdtPr/w:dropDownList/w:listItem/@w:value", namespaces=NS) == ["", "carbon", "energy"]


def test_rows_are_items_of_a_repeating_section_under_a_repeated_heading() -> None:
    (section,) = sdts(BLANK, "tasks[]")
    items = section.findall(f"{W}sdtContent/{W}sdt")
    assert len(items) == 4
    assert all([child.tag for child in item.find(f"{W}sdtContent")] == [f"{W}tr"] for item in items)
    assert section.getprevious().xpath("boolean(w:trPr/w:tblHeader)", namespaces=NS)


def test_filling_adds_rows_with_ids_of_their_own() -> None:
    filled = fill_docx(BLANK, {"budget": [{"item": f"科目{n}", "y1": n} for n in range(1, 8)]})
    assert said(filled)["budget[].item"] == [f"科目{n}" for n in range(1, 8)]
    assert max(Counter(part(filled).xpath("//w:sdtPr/w:id/@w:val", namespaces=NS)).values()) == 1
    again = fill_docx(filled, {"budget": [{"item": "改"}] + [{}] * 7})
    assert said(again)["budget[].item"] == ["改", *(f"科目{n}" for n in range(2, 8))]


@pytest.mark.parametrize(
    "values",
    [{"no_such_field": "x"}, {"center_kind": "gold"}, {"service_fields": ["gold"]}, {"no_such_table": [{"a": 1}]}, {"center_name": "另一名称"}],
    ids=lambda values: next(iter(values)),
)
def test_what_a_person_could_not_fill_in_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="field|option|table|locked"):
        fill_docx(FULL, values)


def test_a_locked_field_may_be_repeated_as_it_is() -> None:
    assert said(fill_docx(FULL, {"center_name": VALUES["center_name"], "application_date": date(2026, 2, 1)}))["application_date"] == ["2026年2月1日"]


def test_control_characters_do_not_break_the_file() -> None:
    form = build_docx(PACK, APPLICATION, IDENTITY, {"center_name": "测试\x00\x0b<&>中心"})
    assert said(form)["center_name"] == ["测试<&>中心"]


def test_libreoffice_shows_all_of_it(tmp_path: Path) -> None:
    source = tmp_path / "form.docx"
    source.write_bytes(FULL)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind in ("pdf", "docx:MS Word 2007 XML"):
        subprocess.run(["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(source)], check=True, capture_output=True, timeout=120)
    shown = subprocess.run(["pdftotext", str(tmp_path / "out" / "form.pdf"), "-"], check=True, capture_output=True, text=True, timeout=60).stdout
    flat = re.sub(r"\s", "", shown)
    assert all(word in flat for word in ("申报书", "填写说明", "测试省碳计量中心（电碳）", "一、申请单位基本情况", "第二行<&>", "12420000MA00T0013J", "（公章）"))
    assert flat.count("新建碳计量标准装置") == len(VALUES["tasks"])
    assert ink_under_stamp((tmp_path / "out" / "form.pdf").read_bytes()) == 0, "the corner for the received stamp is not free"
    saved = (tmp_path / "out" / "form.docx").read_bytes()
    assert said(saved) == said(FULL), "tags and values outlive opening and saving in LibreOffice"
