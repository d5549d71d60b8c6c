"""What the two instruments ask for is in the packs: fields, rules with examples, open questions, nothing of the other jurisdiction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.check.examples import judge_example, read_example
from pipeline.law.coverage import articles_at_work
from pipeline.law.pack import Pack, load_packs
from pipeline.law.yamlread import read_mapping
from pipeline.model import Severity

from .conftest import REAL

PACKS = load_packs(REAL)
JURISDICTIONS = ("hubei", "chongqing")
ITEMS: Mapping[str, Mapping[str, list[Any]]] = read_mapping(Path(__file__).with_name("required_items.yaml"))
FIELDS = [(jurisdiction, form, path) for jurisdiction in JURISDICTIONS for form, items in ITEMS.items() for path in items]


def test_the_application_form_asks_for_forty_eight_items() -> None:
    assert len(ITEMS["application_form"]) == 48


@pytest.mark.parametrize(("jurisdiction", "form", "path"), FIELDS)
def test_a_field_is_there_of_its_kind_and_need(jurisdiction: str, form: str, path: str) -> None:
    pack = PACKS[jurisdiction]
    spec = pack.forms[form]
    kind, need, *parts = ITEMS[form][path]
    need = need[jurisdiction] if isinstance(need, dict) else need
    node = spec.node(path)
    assert node is not None and node["meta"]["kind"] == kind
    assert bool(node.get("required")) is (need == "required")
    if need == "rule":
        guards = [guard for transition in pack.lifecycle.transitions.values() if form in transition.by_forms for guard in transition.guards]
        assert any(at.split(".")[0] == path for rule in (*spec.rules, *guards) for at in rule.at), "nothing asks for it when it is needed"
    for part in parts[0] if parts else ():
        assert spec.node(f"{path}{'[]' if kind == 'table' else ''}.{part}") is not None, part


def test_every_field_stands_in_one_section_of_its_form() -> None:
    for pack in PACKS.values():
        for spec in pack.forms.values():
            listed = [name for section in spec.sections for name in section.fields]
            assert sorted(listed) == sorted(spec.fields), f"{pack.jurisdiction} {spec.code}"


# ── rules ──

CROSS_RULES = {
    "application_form": ["X01", "X02", "X03", "X04", "X05.1", "X05.2", "X05.3", "X05.4", "X05.5", "X05.6", "X05.7", "X06.1", "X06.2", "X06.3", "X06.4", "X06.5", "X06.6", "X07", "X07.1", "X08.1", "X08.2", "X08.3", "X08.4", "X08.5", "X08.6", "X09", "X25.1", "X25.2", "X25.3"],
    "task_book": ["X10", "X11", "X12"],
    "material_review_record": ["X09", "X25"],
    "deliberation_minutes": ["X09", "X25"],
    "preparation_review_report": ["X25"],
}  # fmt: skip


@cache
def told(jurisdiction: str) -> dict[tuple[str, str], list[set[str]]]:
    """For each form the rules that each of its examples brings up."""
    pack = PACKS[jurisdiction]
    found: dict[tuple[str, str], list[set[str]]] = {}
    for path in sorted((pack.folder / "examples").glob("*.yaml")):
        example = read_example(path)
        verdict = judge_example(pack, example)
        found.setdefault((jurisdiction, example["form"]), []).append({f.rule for f in verdict.findings})
    return found


def rules() -> Iterator[tuple[str, str, str]]:
    for jurisdiction in JURISDICTIONS:
        for spec in PACKS[jurisdiction].forms.values():
            yield from ((jurisdiction, spec.code, rule.id) for rule in spec.rules if rule.severity is not Severity.NOT_RUN)


@pytest.mark.parametrize(("jurisdiction", "form", "rule"), list(rules()))
def test_a_rule_has_an_example_that_breaks_it_and_one_that_keeps_it(jurisdiction: str, form: str, rule: str) -> None:
    examples = told(jurisdiction).get((jurisdiction, form), [])
    assert any(rule in found for found in examples), "no example breaks it"
    assert any(rule not in found for found in examples), "no example keeps it"


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("form", CROSS_RULES)
def test_the_cross_rules_exist(jurisdiction: str, form: str) -> None:
    assert set(CROSS_RULES[form]) <= {rule.id for rule in PACKS[jurisdiction].forms[form].rules}


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_duty_and_condition_has_its_rule(jurisdiction: str) -> None:
    """X05 for each of the seven conditions, X06 for each duty: six in Hubei, seven in Chongqing."""
    pack = PACKS[jurisdiction]
    ids = {rule.id for rule in pack.forms["application_form"].rules}
    assert len(pack.lists["conditions"]) == 7 and len(pack.lists["duties"]) == {"hubei": 6, "chongqing": 7}[jurisdiction]
    assert {f"X05.{n}" for n in range(1, 8)} | {f"X06.{n}" for n in range(1, len(pack.lists["duties"]) + 1)} <= ids


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_rule_says_what_is_wrong_and_what_to_do(jurisdiction: str) -> None:
    pack = PACKS[jurisdiction]
    guards = [guard for transition in pack.lifecycle.transitions.values() for guard in transition.guards]
    for rule in (*guards, *(rule for spec in pack.forms.values() for rule in spec.rules)):
        assert rule.zh and rule.en and rule.repair_zh and rule.repair_en, rule.id
        assert rule.zh != rule.repair_zh, rule.id


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_the_review_rules_say_what_is_judged_by_what_and_where(jurisdiction: str) -> None:
    """Annex 2: each item has its condition, its papers, its way of review and whether it is a key item; every condition has an item."""
    pack = PACKS[jurisdiction]
    items = pack.lists["preparation_review_items"]
    for item in items:
        assert item["zh"] and len(item["zh"]) <= 300 and item["evidence"] and item["cite"] in pack.articles
        assert item["phase"] in ("material", "site", "both") and isinstance(item["key"], bool)
    assert {condition["code"] for condition in pack.lists["conditions"]} <= {item["condition"] for item in items}
    report = pack.forms["preparation_review_report"].node("material_items[].rating")
    assert report is not None and [option["zh"] for option in report["meta"]["options"]] == ["符合", "基本符合", "不符合"]


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_adverse_document_has_ground_reason_and_remedy(jurisdiction: str) -> None:
    """X23; 行政复议法20: 自知道或者应当知道之日起六十日, 行政诉讼法46: 六个月."""
    pack = PACKS[jurisdiction]
    adverse = {code: said for code, said in pack.documents.items() if said["adverse"]}
    assert adverse.keys() == {*ADVERSE, *ADVERSE_HERE[jurisdiction]}
    for code, said in adverse.items():
        rests_on = {ref["cite"] if isinstance(ref, Mapping) else ref for ref in said["basis"]}
        assert said["sign_off"] == "required" and {"@reasons", "@remedy"} <= rests_on, code
        assert said["remedy"].count("知道或者应当知道") == 2 and "六十日" in said["remedy"] and "六个月" in said["remedy"], code
        assert pack.authority["remedy_body"] in said["remedy"], code
        assert "reason" in said or code in ("rejection_notice", "preparation_refusal"), "where its reasons come from"


ADVERSE = ["rejection_notice", "preparation_refusal", "acceptance_return_notice", "establishment_refusal", "preparation_revocation_decision", "preparation_cancellation_decision", "center_revocation_decision", "late_acceptance_reply"]
ADVERSE_HERE = {"hubei": ["extension_reply", "major_event_reply"], "chongqing": ["annual_assessment_result", "case_decision_notice"]}
"""Decisions against a party. Some of them may also favour it: then reasons and remedy are grounds only when they do not."""

FAVOURABLE = {
    "extension_reply": "extension_decision.decision != 'grant'", "major_event_reply": "major_event_decision.decision == 'refuse'",
    "late_acceptance_reply": "late_acceptance_consent.decision == 'refuse'", "annual_assessment_result": "annual_assessment_result.result != 'done'",
    "case_decision_notice": "case_decision.matter != 'extension' || case.forms.case_decision.decision != 'agree'",
}  # fmt: skip


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_a_favourable_answer_does_not_rest_on_remedies(jurisdiction: str) -> None:
    pack = PACKS[jurisdiction]
    for code, when in FAVOURABLE.items():
        for ref in pack.documents.get(code, {}).get("basis", ()):
            if (ref["cite"] if isinstance(ref, Mapping) else ref) in ("@reasons", "@remedy"):
                assert ref["when"] == f"case.forms.{when}", code


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_step_of_the_master_is_taken_or_left_out_with_a_reason(jurisdiction: str) -> None:
    life = PACKS[jurisdiction].lifecycle
    steps = read_mapping(REAL / "common" / "lifecycle.yaml")["transitions"]
    assert steps.keys() == life.transitions.keys() | life.absent.keys()
    assert [step for step, reason in life.absent.items() if not reason] == []


# ── articles and open questions ──

ARTICLES = {
    "hubei": ["HB-01", "HB-02", "HB-04", "HB-05", "HB-06", *(f"HB-06.{n}" for n in range(1, 7)), *(f"HB-07.{n}" for n in range(1, 8)), "HB-07.p2", "HB-08.p1s1", "HB-08.p1s2", "HB-08.p1s3", "HB-08.p2", "HB-09", "HB-10.p1", "HB-10.p2", "HB-11.s1", "HB-11.s2", "HB-12.p1", "HB-13.p1", "HB-25", "HB-ANNEX"],
    "chongqing": ["CQ-2.0", "CQ-2.1", "CQ-2.2", "CQ-2.3", "CQ-4.s1", "CQ-4.s2", "CQ-5", "CQ-6.1", "CQ-6.2", "CQ-8"],
}  # fmt: skip
LEFT = {"hubei": {"HB-03", "HB-24"}, "chongqing": {"CQ-1"}}
"""Articles of this part that no rule can enforce."""


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_article_of_this_part_is_at_work_or_left_with_a_reason(jurisdiction: str) -> None:
    pack = PACKS[jurisdiction]
    assert set(ARTICLES[jurisdiction]) <= articles_at_work(pack)
    kept = {article for article, said in pack.data["coverage"].items() if said["by"] != "later"}
    assert LEFT[jurisdiction] <= kept


@pytest.mark.parametrize(
    ("jurisdiction", "questions"),
    [
        ("hubei", {*(f"A{n:02d}" for n in range(1, 19)), "A42", "A43", "A52"}),
        ("chongqing", {*(f"A{n:02d}" for n in range(1, 9)), *(f"A{n:02d}" for n in range(10, 19)), "A42", "A44", "A45", "A46", "A52"}),
    ],
)
def test_every_open_question_is_one_parameter(jurisdiction: str, questions: set[str]) -> None:
    """A09 (directly governed units) is Hubei's alone."""
    assert questions <= {said.get("amb") for said in PACKS[jurisdiction].parameters.values()}


def test_what_the_interpretation_does_not_say_is_unknown_and_goes_to_a_person() -> None:
    pack = PACKS["chongqing"]
    unknown = {"local_authority.rule", "priority.effect", "joint.channel_by", "joint.signatories", "min_consulted_enterprises", "intake.deemed_accepted", "prompt_report", "extension.max", "overdue.effect", "deliberation.body", "instrument.valid_from"}
    for key in unknown | {f"conditions.CQ-C{n}" for n in (5, 6, 7)}:
        assert pack.param(key) is None and pack.parameters[key]["manual"], key


# ── one jurisdiction's words in the other ──

FOREIGN = {"hubei": "重庆|渝|CQ-|市级主管部门|解读", "chongqing": "湖北|鄂|HB-|附件[1-8](?![0-9]|件)|省市场监管局|直管市|第七条|林区|神农架|《湖北"}


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_no_pack_speaks_of_the_other(jurisdiction: str) -> None:
    """Pack files, their examples, and everything the forms come to say once the master is laid under them."""
    foreign = re.compile(FOREIGN[jurisdiction])
    for path in sorted(path for path in (REAL / jurisdiction).rglob("*.yaml") if path.name != "articles.yaml"):
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not foreign.search(line.split("#")[0]), f"{path.name}:{n}: {line.strip()}"
    for where, words in said(PACKS[jurisdiction]):
        assert not foreign.search(words), f"{where}: {words}"


def said(pack: Pack) -> Iterator[tuple[str, str]]:
    """Every Chinese word a form shows to people."""
    for spec in pack.forms.values():
        yield from _words(spec.code, spec.cover)
        yield spec.code, spec.title_zh
        yield from _words(spec.code, spec.notes.get("notes"))
        for section in spec.sections:
            yield f"{spec.code}#{section.id}", f"{section.zh} {section.note}"
        for rule in spec.rules:
            yield f"{spec.code}#{rule.id}", f"{rule.zh} {rule.repair_zh}"
        yield from _of(spec.fields, spec.code)


def _of(fields: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for name, node in fields.items():
        meta = node["meta"]
        here = f"{where}.{name}"
        for key in ("label", "hint", "wording", "note", "repair", "options"):
            yield from _words(f"{here}/{key}", meta.get(key))
        below = node.get("schema") or {}
        yield from _of(below if node["type"] == "dict" else {"[]": below} if below else {}, here)


def _words(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("en", "code", "cite", "fields"):
                yield from _words(where, inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _words(where, inner)


# ── Chinese as offices write it ──

BAD_CHINESE = {
    "其它": "其他", "帐号": "账号", "登陆": "登录", "做出": "作出", "请您": "请", "或者者": "或者", "的的": "的", "，。": "。", "。。": "。", "（）": "",
}  # fmt: skip
HALF_WIDTH = re.compile(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]")


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_words_are_written_as_in_official_documents(jurisdiction: str) -> None:
    """其他 not 其它, full-width punctuation beside Chinese, no doubled marks."""
    faults = [f"{where}: {words}" for where, words in said(PACKS[jurisdiction]) for bad in BAD_CHINESE if bad in words]
    faults += [f"{where}: {words}" for where, words in said(PACKS[jurisdiction]) if HALF_WIDTH.search(words)]
    assert faults == []


# ── names ──

STATES = """
    draft submitted correction_required not_accepted accepted material_review site_verification deliberation_preparation preparation_refused
    in_preparation preparation_overdue preparation_termination_pending acceptance_applied acceptance_correction_required acceptance_preliminary_review
    acceptance_examination team_rectification team_recheck examination_failed deliberation_establishment establishment_refused
    established inspection recheck operation_rectification revocation_pending revoked preparation_terminated withdrawn
"""
STATES_HERE = {"hubei": "extension_pending authority_rectification reexamination", "chongqing": "annual_assessment"}
"""32 states of the domain and preparation_termination_pending; what one instrument does not know is unreachable there, with its reason."""

DOCUMENTS = """
    receipt_record correction_notice acceptance_notice rejection_notice expert_team_notice preparation_review_report deliberation_minutes preparation_approval
    task_book preparation_refusal case_closing_notice
    revocation_prior_notice preparation_revocation_decision non_revocation_notice late_acceptance_reply
    acceptance_registration_notice acceptance_correction_notice acceptance_return_notice acceptance_team_notice acceptance_report examination_result_notice
    rectification_opinion preparation_cancellation_decision non_cancellation_notice establishment_minutes establishment_approval establishment_refusal center_register_entry
    inspection_notice operation_rectification_notice rectification_acceptance recheck_notice recheck_report
    center_prior_notice revocation_minutes center_revocation_decision revocation_closing_notice center_closing_notice
    expert_draw_minutes sampling_draw_minutes score_summary mending_notice
"""
DOCUMENTS_HERE = {
    "hubei": "extension_reply overdue_reminder major_event_reply rectification_notice",
    "chongqing": "case_decision_notice annual_assessment_notice annual_assessment_result",
}
"""Of the first: the domain's codes, and those that its single codes come apart into (an acceptance is registered, its team appointed, in its own paper)."""


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_states_and_documents_bear_the_names_of_the_glossary(jurisdiction: str) -> None:
    """One English term for one Chinese term: 筹建 is preparation, 批筹 its approval, 审议 deliberation, 补正 correction."""
    pack = PACKS[jurisdiction]
    assert {*STATES.split(), *STATES_HERE[jurisdiction].split()} == pack.lifecycle.states.keys() - pack.unreachable.keys()
    assert {*DOCUMENTS.split(), *DOCUMENTS_HERE[jurisdiction].split()} == pack.documents.keys()
    assert all(pack.unreachable[state] for other in JURISDICTIONS if other != jurisdiction for state in STATES_HERE[other].split())
    english = " ".join([*(state.en for state in pack.lifecycle.states.values()), *(str(said["en"]) for said in pack.documents.values())])
    assert not re.search(r"construction|licen[cs]e|permit", english)


CATALOGUE = """
    application_form receipt_record correction_notice acceptance_notice rejection_notice expert_team_notice preparation_review_report deliberation_minutes
    preparation_approval preparation_refusal task_book major_event_report acceptance_application capability_development_plan preparation_summary_report
    examination_record sampling_record score_sheet acceptance_report examination_result_notice acceptance_return_notice rectification_opinion rectification_report
    rectification_acceptance preparation_revocation_decision preparation_cancellation_decision establishment_approval establishment_refusal annual_report
    change_report penalty_record daily_supervision_record inspection_notice inspection_record operation_rectification_notice recheck_notice recheck_self_report
    recheck_report revocation_prior_notice statement_of_defence center_revocation_decision withdrawal_letter case_closing_notice service_receipt
"""
"""Codes of the domain's catalogue that are a form or a document in both packs."""
CATALOGUE_HERE = {
    "hubei": "government_request_letter direct_application_letter extension_application extension_reply overdue_reminder supervisor_consent rectification_notice",
    "chongqing": "sponsor_request_letter annual_assessment_notice annual_assessment_result",
}
WITHIN = {
    "application_attachments": "attachments", "joint_agreement": "joint_agreement", "truthfulness_commitment": "commitment", "demand_survey_report": "survey_report",
    "local_plan_evidence": "local_plan", "government_support_letter": "government_support", "preparation_plan": "plan_phases", "task_book_draft": "tasks",
    "enterprise_consultation_record": "consulted_enterprises",
}  # fmt: skip
"""Codes that are a part of the application form, with the file that proves them."""
ANNEX_RULES = {"preparation_review_rules": "preparation_review_items", "acceptance_rules": "acceptance_rubric"}
"""Annexes 2 and 7: lists of the pack."""


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_each_code_of_the_catalogue_has_its_place(jurisdiction: str) -> None:
    """65 codes: a form to fill in, a document issued, a part of the application form or a list of the pack."""
    pack = PACKS[jurisdiction]
    here = {*CATALOGUE.split(), *CATALOGUE_HERE[jurisdiction].split()}
    assert sorted(here - pack.forms.keys() - pack.documents.keys()) == []
    assert sorted(code for code, path in WITHIN.items() if pack.forms["application_form"].node(path) is None) == []
    assert all(pack.lists.get(name) for name in ANNEX_RULES.values())
    everywhere = {*CATALOGUE.split(), *(code for codes in CATALOGUE_HERE.values() for code in codes.split()), *WITHIN, *ANNEX_RULES}
    assert len(everywhere) == 65
