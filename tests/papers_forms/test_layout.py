"""Every leaf of a form is printed once, in the place a clerk looks for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from papers_forms.stand_in import APPLICATION, DECISION, PACK, Spec
from pipeline.papers.forms.layout import lay_out
from pipeline.papers.forms.pages import instructions, signer, titles, to_sign
from pipeline.papers.forms.parts import Grid, Layout, Opinion, Table


@pytest.mark.parametrize("spec", [APPLICATION, DECISION], ids=lambda spec: spec.code)
def test_each_leaf_is_printed_exactly_once(spec: Spec) -> None:
    printed = Counter(entry.path for entry in lay_out(PACK, spec).entries)
    assert printed == Counter(path for path, _ in spec.leaves())


def block_of(layout: Layout, path: str) -> str:
    for part in layout.parts:
        for block in part.blocks:
            if isinstance(block, Table) and any(entry.path == path for entry in block.columns):
                return "card" if block.cards else "table"
            if isinstance(block, Opinion) and any(entry.path == path for entry in block.texts + block.others):
                return "opinion"
            for group in block.groups if isinstance(block, Grid) else ():
                for entry in group.entries:
                    if entry.path == path:
                        return "box" if entry.boxed else "wide" if entry.wide else "half"
    return "cover" if any(entry.path == path for entry in layout.cover) else "nowhere"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("form_no", "cover"),
        ("applicant.name", "cover"),
        ("applicant.uscc", "half"),
        ("applicant.address", "wide"),
        ("applicant.legal_representative.name", "half"),
        ("service_fields", "wide"),
        ("demand_summary", "box"),
        ("tasks[].content", "table"),
        ("members[].legal_representative.name", "card"),
        ("applicant_opinion.text", "opinion"),
        ("applicant_opinion.sealed", "opinion"),
    ],
)
def test_where_a_leaf_stands(path: str, place: str) -> None:
    assert block_of(lay_out(PACK, APPLICATION), path) == place


def test_a_short_form_has_no_cover_page_and_a_stray_field_a_section_of_its_own() -> None:
    spec = replace(DECISION, opens_case=False, cover={"heading": "受理审查意见表", "fields": ["case_no", "decision"]})
    layout = lay_out(PACK, spec)
    assert layout.cover == ()
    assert [part.heading for part in layout.parts] == ["", "一、审查意见"]
    assert [part.heading for part in lay_out(PACK, DECISION).parts] == ["一、审查意见", "其他事项"]


@pytest.mark.parametrize(
    ("title", "heading", "lines"),
    [
        ("测试省碳计量中心申报书", "申报书", ("测试省碳计量中心", "申报书")),
        ("测试省碳计量中心申报书", "测试省碳计量中心申报书", ("测试省碳计量中心", "申报书")),
        ("筹建任务书", "筹建任务书", ("筹建任务书", "")),
        ("送达回证", "", ("送达回证", "")),
    ],
)
def test_a_long_title_stands_in_two_lines(title: str, heading: str, lines: tuple[str, str]) -> None:
    spec = replace(APPLICATION, title_zh=title, cover={**APPLICATION.cover, "heading": heading})
    assert titles(lay_out(PACK, spec)) == lines


@pytest.mark.parametrize(("role", "sealed"), [("申报", True), ("评审", False), ("办理", False), ("签发", False)])
def test_who_signs_follows_the_role(role: str, sealed: bool) -> None:
    layout = lay_out(PACK, replace(DECISION, filed_by=(role,)))
    assert to_sign(layout)
    assert signer(layout)[1] is sealed


def test_opinions_are_the_place_to_sign() -> None:
    assert not to_sign(lay_out(PACK, APPLICATION))


def test_instructions_name_ground_and_folder_and_take_the_forms_own_notes() -> None:
    spec = replace(APPLICATION, notes={"notes": ["附件与本表一并报送。"]})
    lines = instructions(lay_out(PACK, spec))
    assert lines[0] == "制定依据：《测试省碳计量中心管理办法》第九条。"
    assert "附件与本表一并报送。" in lines
    assert lines[-1].endswith("放入“申报”文件夹。")
    assert not any("＋" in line for line in instructions(lay_out(PACK, spec), "pdf"))


def test_rows_are_as_many_as_asked_for() -> None:
    rows = {table.path: table.rows for table in lay_out(PACK, APPLICATION, {"tasks": 9}).tables}
    assert rows == {"members": 2, "qualifications": 3, "tasks": 9, "budget": 3}
