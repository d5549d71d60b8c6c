"""Each of the 66 units has at least one test that names it: what breaks it in a form, or the test of its procedure.

BROKEN: an example of the pack that breaks the article, and the rule that says so, citing it.
TESTED: for what is no matter of one form, the test that names the article.
LOOKED_UP: units nothing can be broken of; how they are on record.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.check.examples import judge_example, read_example
from pipeline.law.coverage import coverage
from pipeline.law.pack import load_pack

from .conftest import REAL

PACKS = {name: load_pack(REAL, name) for name in ("hubei", "chongqing")}
TESTS = Path(__file__).parents[1]

BROKEN: dict[str, list[tuple[str, str]]] = {
    "HB-01": [("application_form_af27_kind", "AF27")],
    "HB-02": [("application_form_af26_name", "AF26"), ("establishment_minutes_x21", "X21")],
    "HB-05": [("daily_supervision_record_ds03", "DS03")],
    "HB-06": [("annual_report_hbar01", "HBAR01")],
    **{f"HB-06.{n}": [(f"application_form_x06_duty_{n}", f"X06.{n}")] for n in range(1, 7)},
    "HB-07": [("intake_decision_accept_missing", "IN01")],
    "HB-07.1": [("application_form_x05_1_legal_person", "X05.1"), ("application_form_af09_expired_certificate", "AF09")],
    "HB-07.2": [("application_form_af10_other_field", "AF10")],
    "HB-07.3": [("application_form_af11_old_figures", "AF11")],
    "HB-07.4": [("application_form_af12_no_valid_standard", "AF12")],
    "HB-07.5": [("application_form_x05_5_no_evidence", "X05.5")],
    "HB-07.6": [("application_form_x05_6_management", "X05.6")],
    "HB-07.7": [("application_form_x05_7_survey", "X05.7"), ("application_form_x08_survey_late", "X08.1")],
    "HB-07.p2": [("application_form_x09_no_letter", "X09"), ("deliberation_minutes_x09_priority_typed", "X09")],
    "HB-08.p1s1": [("application_form_x03_county", "X03"), ("government_request_letter_gr01_no_consent", "GR01")],
    "HB-08.p1s2": [("application_form_x02_local_unit_direct", "X02")],
    "HB-08.p1s3": [("application_form_x04_two_leads", "X04"), ("application_form_x04_unsigned", "X04.1")],
    "HB-08.p2": [("application_form_x25_signer", "X25.1")],
    "HB-09": [("application_form_af17_two_enterprises", "AF17"), ("application_form_x08_consulted_late", "X08.2")],
    "HB-10.p1": [("deliberation_minutes_before_report", "DM07"), ("material_review_record_contradiction", "MR04")],
    "HB-ANNEX": [("material_review_record_item_missing", "MR01")],
    "CQ-2.1": [("daily_supervision_record_ds03", "DS03")],
    "CQ-2.2": [(f"application_form_x06_duty_{n}", f"X06.{n}") for n in range(1, 8)],
    "CQ-2.3": [("application_form_x05_2_equipment", "X05.2"), ("application_form_af28_listed", "AF28"), ("application_form_af29_query_old", "AF29")],
    "CQ-4.s1": [("application_form_x05_1_legal_person", "X05.1")],
    "CQ-4.s2": [("application_form_x09_no_letter", "X09")],
    "CQ-5": [("application_form_af01", "AF01"), ("application_form_x03_other_district", "X03")],
}
TESTED = {
    "HB-10.p2": "cases/test_road.py::test_application_to_preparation",
    "HB-11.s1": "cases/test_clocks.py::test_three_years_are_a_soft_or_a_hard_limit",
    "HB-11.s2": "cases/test_guards.py::test_a_major_event_is_reported_and_changes_nothing_else",
    "HB-12.p1": "cases/test_acceptance.py::test_whose_supervisor_has_to_consent",
    "HB-12.p2": "cases/test_acceptance.py::test_whose_supervisor_has_to_consent",
    "HB-13.p1": "cases/test_acceptance.py::test_a_late_application_is_flagged_and_nothing_more",
    "HB-13.p2s1": "cases/test_preparation.py::test_more_than_a_year_or_twice_is_not_granted",
    "HB-13.p2s2": "cases/test_preparation.py::test_revocation_needs_notice_service_reply_and_a_person",
    "HB-14": "cases/test_acceptance.py::test_a_team_that_does_not_fit",
    "HB-15": "cases/test_acceptance.py::test_a_report_needs_the_records_of_its_round",
    "HB-16.a": "cases/test_acceptance.py::test_exactly_eighty_passes_and_a_twentieth_less_fails",
    "HB-16.b": "cases/test_acceptance.py::test_three_months_from_the_service_of_the_opinion",
    "HB-17.s1": "cases/test_acceptance.py::test_the_notice_sets_at_most_one_year",
    "HB-17.s2": "cases/test_acceptance.py::test_a_cancellation_needs_notice_service_reply_and_a_person",
    "HB-18": "cases/test_acceptance.py::test_a_pass_is_refused_only_for_a_new_fact",
    "HB-19.s1": "cases/test_operation.py::test_the_annual_report_is_due_in_november_and_late_is_only_recorded",
    "HB-19.s2": "cases/test_operation.py::test_six_kinds_of_change",
    "HB-20": "cases/test_revocation.py::test_a_serious_violation_is_found_by_a_person",
    "HB-21": "cases/test_revocation.py::test_daily_supervision_is_on_record",
    "HB-22": "cases/test_revocation.py::test_still_failing_after_an_inspection_is_ground_r2",
    "HB-23": "cases/test_revocation.py::test_a_failed_recheck_is_rectified_and_the_five_years_run_from_then",
    "CQ-6.1": "cases/test_road.py::test_application_to_preparation",
    "CQ-6.2": "cases/test_acceptance.py::test_a_late_application_is_flagged_and_nothing_more",
    "CQ-6.3a": "cases/test_acceptance.py::test_exactly_eighty_passes_and_a_twentieth_less_fails",
    "CQ-6.3b": "cases/test_acceptance.py::test_from_the_application_to_the_establishment",
    "CQ-7.1": "cases/test_revocation.py::test_a_recheck_passed_starts_the_next_five_years",
    "CQ-7.2": "cases/test_revocation.py::test_three_failed_years_in_all_open_the_revocation",
}
LOOKED_UP = {
    "HB-03": "适用范围", "HB-04": "原则", "HB-24": "解释", "HB-25": "施行日期", "CQ-1": "背景", "CQ-2.0": "三十条", "CQ-8": "施行",
}  # fmt: skip
"""Article → a word of the reason why no rule can enforce it."""

CASES = [(article, example, rule) for article, examples in BROKEN.items() for example, rule in examples]


def pack_of(article: str) -> str:
    return "hubei" if article.startswith("HB-") else "chongqing"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_no_article_is_without_a_test(jurisdiction: str) -> None:
    tested = BROKEN.keys() | TESTED.keys() | LOOKED_UP.keys()
    assert sorted(PACKS[jurisdiction].articles.keys() - tested) == []
    assert sorted(article for article in tested if pack_of(article) == jurisdiction and article not in PACKS[jurisdiction].articles) == []


@pytest.mark.parametrize(("article", "example", "rule"), CASES)
def test_what_breaks_an_article_is_told_with_the_article(article: str, example: str, rule: str) -> None:
    pack = PACKS[pack_of(article)]
    verdict = judge_example(pack, read_example(pack.folder / "examples" / f"{example}.yaml"))
    told = [finding for finding in verdict.findings if finding.rule == rule]
    assert told, [finding.rule for finding in verdict.findings]
    assert pack.articles[article].cite in told[0].cite and told[0].zh and told[0].repair_zh


@cache
def functions_of(file: str) -> dict[str, str]:
    source = (TESTS / file).read_text(encoding="utf-8")
    return {node.name: ast.get_source_segment(source, node) or "" for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("article", TESTED)
def test_the_test_of_an_article_names_it(article: str) -> None:
    file, name = TESTED[article].split("::")
    wanted = rf"\b{re.escape(article)}(?![\w]|\.\w)"
    assert re.search(wanted, functions_of(file)[name]), f"{name} does not speak of {article}"


@pytest.mark.parametrize("article", LOOKED_UP)
def test_what_nothing_can_break_is_on_record_with_its_reason(article: str) -> None:
    pack = PACKS[pack_of(article)]
    assert next(unit for unit in coverage(pack) if unit.id == article).kept == "record"
    assert LOOKED_UP[article] in pack.data["coverage"][article]["zh"]
