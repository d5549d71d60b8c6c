"""At sign-off and at sealing the register of seals has the last word: refused with reason and repair, nothing lost, no number wasted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import yaml

from pipeline.cases.case import Paper
from pipeline.cases.events import Kind
from pipeline.desk import perform
from pipeline.papers.sealbook import REGISTER

from .town import Town


def change(town: Town, **row: Any) -> None:
    """The administrator edits the entry of the official seal."""
    path = town.desk.office.keys / REGISTER
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    said["hubei"]["official"][-1] |= row
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


def notice(town: Town) -> Paper:
    found = town.case().latest("rejection_notice")
    assert found is not None
    return found


def test_a_seal_out_of_use_signs_nothing_off_and_the_same_sheet_does_once_it_is_mended(pending: Town) -> None:
    case = pending.case()
    for row, word in (({"until": "2026-01-15"}, "2026-01-15"), ({"until": "2030-12-31", "users": ["测试副局长"]}, "无权使用")):
        change(pending, **row)
        told = pending.sign(case)
        assert told.outcome == "refused" and word in told.words and "没有编号" in told.words, told.words
        assert pending.case().pending is not None and notice(pending).number == ""
    change(pending, users=["测试局长"])
    assert pending.sign(case).outcome == "recorded"
    paper = notice(pending)
    assert paper.status == "sealed" and paper.number
    sealed = next(e for e in pending.case().history if e.kind is Kind.SEALED and e.data["id"] == paper.id)
    assert sealed.data["seal"] == "hubei-official"
    with pending.desk.reading() as connection:
        kept = [e for e in pending.desk.office_events(connection) if e.kind is Kind.SEALS]
    assert [s["users"] for s in kept[-1].data["seals"] if s["id"] == "hubei-official"] == [["测试局长"]]
    pending.books_are_whole()


def test_a_seal_retired_between_sign_off_and_sealing_lets_the_document_wait_with_its_number(pending: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    real = perform.JOBS["seal"]

    def retired_first(*args: Any) -> None:
        monkeypatch.setitem(perform.JOBS, "seal", real)  # type: ignore[arg-type]
        change(pending, retired={"on": pending.today.isoformat(), "reason": "测试：印章遗失"})
        real(*args)

    seal: Callable[..., None] = retired_first
    monkeypatch.setitem(perform.JOBS, "seal", seal)  # type: ignore[arg-type]
    assert pending.sign(pending.case()).outcome == "recorded"
    waiting = notice(pending)
    assert waiting.status == "issued" and waiting.number and "印章遗失" in pending.timeline(pending.case())
    assert pending.engine.failed() == (), "it waits, it has not failed"
    pending.now += timedelta(minutes=2)
    pending.sweep()
    assert notice(pending).status == "issued"
    change(pending, retired=None)
    pending.now += timedelta(minutes=2)
    pending.sweep()
    assert (notice(pending).status, notice(pending).number) == ("sealed", waiting.number)
    pending.books_are_whole()
