"""Prefilled forms: filled in where they lie, filed twice, filed too late; each is answered and has no second effect."""

from __future__ import annotations

from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.papers.forms import fill_docx

from .town import CLERK, Town


def fill_in_place(town: Town, **changes: object) -> bytes:
    case = town.case()
    _, path = town.todo(case, "intake_decision")
    values = play(town.pack, "intake_decision", prefill(town.pack, case, town.pack.forms["intake_decision"]), town.today, **changes)
    data = fill_docx(path.read_bytes(), values)
    path.write_bytes(data)
    return data


def test_a_form_saved_in_place_is_answered_and_left_alone(applied: Town) -> None:
    _, path = applied.todo(applied.case(), "intake_decision")
    note = path.with_name(f"请投递_{path.name}.txt")
    blank = path.read_bytes()
    data = fill_in_place(applied)
    lock = path.with_name(f"~${path.name[2:]}")
    lock.write_bytes(b"")
    applied.sweep()
    assert not note.exists(), "still being written"
    lock.unlink()
    applied.sweep()
    words = note.read_text(encoding="utf-8-sig")
    assert "inbox\\hubei\\办理\\" in words and CLERK in words and "不会办理" in words
    assert path.read_bytes() == data and applied.case().state == "submitted"
    stamp = note.stat().st_mtime_ns
    applied.sweep()
    assert note.stat().st_mtime_ns == stamp, "told once"
    path.write_bytes(blank)
    applied.sweep()
    assert not note.exists(), "nothing filled in, nothing to say"


def test_dropping_what_was_saved_in_place_has_its_effect_and_the_saved_copy_is_kept(applied: Town) -> None:
    data = fill_in_place(applied)
    applied.sweep()
    assert applied.drop("办理", data, "受理审查表.docx").outcome == "recorded"
    home = applied.folder(applied.case())
    kept = [p for p in (home / "留存").iterdir() if p.suffix == ".docx"]
    assert [p.read_bytes() for p in kept] == [data], "what the clerk filled in is kept and explained"
    assert "没有删除" in (home / "留存" / "说明.txt").read_text(encoding="utf-8-sig")
    applied.sweep()
    assert list(home.rglob("请投递_*")) == []


def test_the_same_form_twice_and_a_form_out_of_date_have_no_second_effect(applied: Town) -> None:
    case = applied.case()
    role, data = applied.filled(case, "intake_decision")
    other = applied.filled(case, "intake_decision", decision="reject", reason_code="out_of_competence", right_body="测试机关", reason="不属于本机关职权范围内事项。")[1]
    assert applied.drop(role, data, "第一份.docx").outcome == "recorded"
    after = applied.case()
    again = applied.drop(role, data, "又一份.docx")
    assert again.outcome == "duplicate" and case.no in again.words
    late = applied.drop(role, other, "过期的.docx")
    assert late.outcome == "stale", late.words
    assert applied.case().state == after.state and len(applied.case().filings) == len(after.filings)
    assert len(applied.answers("办理")) == 3, "each drop has its one answer"
    applied.books_are_whole()
