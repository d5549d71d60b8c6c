"""Experts see only their own unfinished sheets, in their own folders."""

from __future__ import annotations

from pathlib import Path

from .town import Town, copy_town


def sheets(town: Town) -> list[Path]:
    return sorted((town.desk.office.inbox / "hubei" / "评审").rglob("待填/*.docx"))


def test_a_sheet_comes_with_the_review_and_goes_with_it(applied: Town) -> None:
    case = applied.case()
    assert sheets(applied) == []
    applied.file(case, "intake_decision")
    applied.file(applied.case(), "expert_team_form")
    assert sheets(applied) == [], "not before sign-off"
    applied.sign(applied.case())
    (sheet,) = sheets(applied)
    assert sheet.parent.parent.parent.name == "测试专家组长" and "材料审查" in sheet.name
    applied.file(applied.case(), "material_review_record")
    assert sheet not in sheets(applied), "what nobody touched is taken away when the case moves on"
    assert ["评审报告" in path.name for path in sheets(applied)] == [True]


def test_a_half_filled_sheet_stays_with_its_expert(applied: Town) -> None:
    applied.file(applied.case(), "intake_decision")
    applied.file(applied.case(), "expert_team_form")
    applied.sign(applied.case())
    (sheet,) = sheets(applied)
    mine = sheet.read_bytes() + b"\n"
    sheet.write_bytes(mine)
    applied.file(applied.case(), "material_review_record")
    assert sheet.read_bytes() == mine


def test_an_applicant_gets_the_correction_form_in_the_own_folder(town: Town) -> None:
    told = town.drop("申报", town.bundle(total_budget="1.00"))
    assert told.outcome == "correction" and "待填" in told.zh
    mine = sorted((town.inbox("申报") / "回执" / "待填").glob("*.docx"))
    assert any("申报书" in path.name for path in mine)
    others = [path for path in (town.desk.office.inbox / "hubei" / "申报").rglob("待填/*.docx") if path not in mine]
    assert others == [], "applicants do not see each other's"


def test_blank_forms_lie_where_applicants_can_take_them(town: Town) -> None:
    blanks = {path.name for path in (town.desk.office.inbox / "hubei" / "空白表格").iterdir()}
    assert "湖北省碳计量中心申报书.docx" in blanks and "受理审查表.docx" not in blanks


def test_an_office_restored_elsewhere_leaves_the_first_one_alone(applied: Town, tmp_path: Path) -> None:
    """What was handed out is remembered by its place below the inbox, not by where the office lay."""
    def of(town: Town) -> list[Path]:
        return sorted((town.inbox("申报") / "回执" / "待填").glob("*.docx"))

    other = copy_town(applied, tmp_path / "elsewhere")
    before = of(applied)
    assert before and [path.name for path in of(other)] == [path.name for path in before]
    assert other.file(other.case(), "intake_decision").outcome == "recorded"
    assert not {path.name for path in of(other)} & {path.name for path in before}, "its own are taken away when its case moves on"
    assert of(applied) == before
    other.close()
