"""Packs, forms and templates, proven by commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.conftest import Hongtou, answer, run
from pipeline.desk.formcheck import check_forms, differences, trials
from pipeline.desk.testdata import invented
from pipeline.law.normal import normalise
from pipeline.law.pack import load_packs

SCHEMAS = Path(__file__).parents[2] / "schemas"
PACKS = load_packs(SCHEMAS)
FORMS = [pytest.param(name, code, id=f"{name}-{code}") for name, pack in PACKS.items() for code in pack.forms]


@pytest.mark.parametrize(("name", "code"), FORMS)
def test_invented_values_mean_something_in_every_field(name: str, code: str) -> None:
    fields = PACKS[name].forms[code].fields
    normal = normalise(fields, invented(fields))
    assert [wrong.path for wrong in normal.unreadable] == []
    assert set(normal.data) == set(fields)


@pytest.mark.parametrize("name", PACKS)
def test_every_form_is_tried_in_both_formats(name: str) -> None:
    tried = {(trial.form, trial.suffix) for trial in trials({name: PACKS[name]})}
    assert tried == {(code, suffix) for code in PACKS[name].forms for suffix in (".docx", ".pdf")}


DIFFERENT = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
    ({"a": {"b": 1}}, {"a": {}}, [("a.b", 1, None)]),
    ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, [("a[1].b", 2, 3)]),
    ({"a": [1]}, {"a": [1, 2]}, [("a", [1], [1, 2])]),
    ({}, {"a": 1}, [("a", None, 1)]),
]


@pytest.mark.parametrize(("before", "after", "expected"), DIFFERENT)
def test_where_two_readings_differ(before: object, after: object, expected: list[object]) -> None:
    assert list(differences(before, after)) == expected


def test_forms_read_back_what_was_filled_in(hongtou: Hongtou) -> None:
    result = hongtou("forms", "check", "--form", "sign_off_sheet", "--form", "intake_decision", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"], told["tried"] >= 8) == (0, True, True), told


@pytest.mark.parametrize("form", ["score_sheet", "expert_score_sheet", "acceptance_report"])
def test_a_total_below_its_column_is_read_where_the_controls_are_gone(form: str) -> None:
    tried = tuple(trial for trial in trials(PACKS, (form,)) if trial.wear == "controls")
    assert tried and [f for findings in check_forms(PACKS, tried) for f in findings if f.severity == "error"] == []


@pytest.mark.slow
def test_every_form_of_every_pack_reads_back_equal() -> None:
    assert [f for findings in check_forms(PACKS, trials(PACKS)) for f in findings if f.severity == "error"] == []


def test_a_template_with_an_unknown_name_is_found(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    (root / "forms/hubei/issue/rejection_notice.docx").unlink()
    result = run("forms", "check", "hubei", "--form", "move_request", "--office", root)
    assert (result.exit_code, "rejection_notice" in result.stdout, "hongtou forms build" in result.stdout) == (5, True, True)


def test_a_broken_template_is_named(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    (root / "forms/hubei/issue/rejection_notice.docx").write_bytes(b"no docx")
    told = answer(run("forms", "check", "hubei", "--form", "move_request", "--json", "--office", root))
    assert [(f["rule"], f["place"].split()[0]) for f in told["findings"] if f["severity"] == "error"] == [("T00", "hubei/issue/rejection_notice.docx")]


def test_building_completes_templates_and_leaves_edited_ones(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    gone, edited = root / "forms/chongqing/issue/task_book.docx", root / "forms/chongqing/issue/acceptance_notice.docx"
    gone.unlink()
    edited.write_bytes(b"edited by a clerk")
    told = answer(run("forms", "build", "chongqing", "--json", "--office", root))
    assert "chongqing/issue/task_book.docx" in told["written"] and gone.is_file()
    assert edited.read_bytes() == b"edited by a clerk"
    assert any(name.startswith("chongqing/fill/") and name.endswith(".pdf") for name in told["written"])


def test_the_packs_of_the_repository_are_proven(hongtou: Hongtou) -> None:
    result = hongtou("law", "check", "--json")
    told = answer(result)
    assert (result.exit_code, told["ok"], sorted(told["packs"])) == (0, True, sorted(PACKS)), told


def test_an_uncited_rule_fails_the_proof(office: Path, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(office, root)
    form = root / "schemas/common/forms/retry_request.yaml"
    form.write_text(form.read_text(encoding="utf-8").replace('cite: "@office_retry"', 'cite: "@nowhere"', 1), encoding="utf-8")
    shutil.rmtree(root / "schemas/chongqing/examples")
    result = run("law", "check", "chongqing", "--office", root)
    assert (result.exit_code, "PACK-CITE" in result.stdout, "nowhere" in result.stdout) == (5, True, True)
