"""A change of the law and the open cases it would meet: what each would get, and that each keeps what it has."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import SCHEMAS, Bench
from test_road import walk

from pipeline.desk.touched import Touched, touched_cases
from pipeline.law.diff import differences
from pipeline.law.pack import Pack, load_pack


def revised(root: Path, **edits: str) -> Pack:
    """Hubei with parameters changed: old → new text in pack.yaml."""
    shutil.copytree(SCHEMAS / "common", root / "common")
    shutil.copytree(SCHEMAS / "hubei", root / "hubei")
    path = root / "hubei/pack.yaml"
    text = path.read_text(encoding="utf-8")
    for key, value in edits.items():
        old = f"{key.replace('__', '.')}: {{value: "
        assert old in text
        start = text.index(old) + len(old)
        text = text[:start] + value + text[text.index(",", start) :]
    path.write_text(text, encoding="utf-8")
    return load_pack(root, "hubei")


def met(bench: Bench, after: Pack) -> tuple[Touched, ...]:
    assert bench.case is not None
    return touched_cases([(bench.case, bench.pack)], after, differences(bench.pack, after))


@pytest.fixture
def preparing(packs: dict) -> Bench:
    bench = Bench(packs["hubei"])
    bench.apply("application_form_local_pass")
    walk(bench, "task_book")
    return bench


def test_a_case_in_preparation_would_apply_later(preparing: Bench, tmp_path: Path) -> None:
    """HB-13.p1: three months before the end become two; the running clock is counted again, the case keeps its own."""
    before = preparing.case
    (found,) = met(preparing, revised(tmp_path, prep__apply_before="2"))
    assert [change.what for change in found.changes] == ["prep.apply_before"]
    (end,) = found.ends
    assert (end.clock, end.now, end.then) == ("ACC_BY", "2028-10-16", "2028-11-16") and "2个月" in end.working_zh
    assert preparing.case == before and found.kept == preparing.pack.version


def test_what_lies_behind_a_case_does_not_meet_it(preparing: Bench, tmp_path: Path) -> None:
    """HB-10: the expert team of the preparation is long at work; the acceptance still has its own (HB-14)."""
    assert met(preparing, revised(tmp_path, service_standard__intake="6")) == ()


def test_what_lies_ahead_meets_it(preparing: Bench, tmp_path: Path) -> None:
    """HB-16.a."""
    (found,) = met(preparing, revised(tmp_path, score__pass_mark="85"))
    assert [change.what for change in found.changes] == ["score.pass_mark"] and found.ends == ()


def test_a_period_that_becomes_unknown_is_left_to_a_person(packs: dict, tmp_path: Path) -> None:
    bench = Bench(packs["hubei"])
    bench.apply("application_form_local_pass", total_budget="1.00")
    (found,) = met(bench, revised(tmp_path, service_standard__correction="null"))
    assert [(end.clock, end.then) for end in found.ends] == [("CORRECT", "")] and "由承办人掌握" in found.ends[0].working_zh


def test_a_case_that_is_over_is_not_met(preparing: Bench, tmp_path: Path) -> None:
    preparing.put("revoked")
    assert met(preparing, revised(tmp_path, prep__apply_before="2")) == ()


def test_a_state_the_other_law_does_not_know_is_said(packs: dict) -> None:
    """HB-13 knows an extension; no case of the other law ever stands there."""
    bench = Bench(packs["hubei"], today=date(2026, 1, 16))
    bench.put("extension_pending")
    (found,) = met(bench, packs["chongqing"])
    assert "延期审查中" in found.lost
