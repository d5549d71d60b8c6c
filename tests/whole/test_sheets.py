"""Experts see only their own unfinished sheets, in their own folders."""

from __future__ import annotations

from pathlib import Path

from tests.whole.town import Town


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
