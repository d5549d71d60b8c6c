"""A pack begun from the master: it loads, everything in it is unknown, its forms build, and the program decides nothing.

Also version 2 of the Hubei measure (鄂市监量规〔2023〕5号), whose text is not held.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.cases.case import Case
from pipeline.cases.decision import Outcome
from pipeline.cases.events import Kind
from pipeline.cases.operations import OPERATIONS
from pipeline.check import prove_pack
from pipeline.check.examples import read_example
from pipeline.demo.drycase import DryCase
from pipeline.desk.picture import open_forms, prefill
from pipeline.desk.testdata import invented
from pipeline.law.coverage import coverage
from pipeline.law.diff import differences
from pipeline.law.lifecycle import SAME
from pipeline.law.pack import Pack, all_packs, jurisdictions, load_pack
from pipeline.law.scaffold import STEP_FORM, TAKEN_IN, Plan, filled_up, numeral, scaffold
from pipeline.model import FormIdentity, Severity
from pipeline.papers.forms import build_docx

REAL = Path(__file__).parents[2] / "schemas"
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def ceshi(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    root = tmp_path_factory.mktemp("new")
    shutil.copytree(REAL / "common", root / "common")
    plan = Plan(name="ceshi", title="测试省碳计量中心管理办法", authority="测试省市场监督管理局", agency_code="测市监", articles=12)
    for path, text in scaffold(root / "common", plan).items():
        (root / "ceshi" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "ceshi" / path).write_text(text, encoding="utf-8")
    return load_pack(root, "ceshi")


@pytest.fixture(scope="module")
def second() -> Pack:
    return load_pack(REAL, "hubei_2023")


@pytest.fixture(params=["ceshi", "second"])
def bare(request: pytest.FixtureRequest) -> Pack:
    pack: Pack = request.getfixturevalue(request.param)
    return pack


def opened(pack: Pack) -> DryCase:
    """An application that is right under another law is filed."""
    case = DryCase(pack, TODAY)
    example = read_example(REAL / "hubei/examples/application_form_local_pass.yaml")
    assert case.file("application_form", example["data"]).answer.outcome is Outcome.RECEIVED
    return case


def standing(case: DryCase) -> Case:
    assert case.case is not None
    return case.case


def step(case: DryCase, name: str, **changes: Any) -> Any:
    given = prefill(case.pack, standing(case), case.pack.forms[STEP_FORM])
    said = {
        "step": name, "facts": "测试事实：材料已经核对，符合原文要求。", "typed_basis": "测试：第×条，照原文录入的条文内容。", "approved_by": "测试局长",
        "decision_text": "测试决定：办理下一步。", "officer": "测试承办人", "filed_on": case.today, **changes,
    }  # fmt: skip
    return case.file(STEP_FORM, {**given, **said})


def test_nothing_is_wrong_with_it_but_what_is_unknown(bare: Pack) -> None:
    assert [f"{f.rule} {f.zh}" for f in prove_pack(bare) if f.severity is not Severity.INFO] == []
    assert {f.rule for f in prove_pack(bare)} <= {"PACK-NULL", "PACK-ARTICLE", "PACK-LIST"}, "when the masters have grown: hongtou law new NAME --fill"


def test_every_parameter_is_unknown_and_says_what_a_person_does(bare: Pack) -> None:
    assert len(bare.parameters) > 30
    assert all(said["value"] is None and said["manual"] for said in bare.parameters.values())


def test_no_article_has_words_and_each_is_said_not_to_be_held(bare: Pack) -> None:
    units = coverage(bare)
    assert {unit.kept for unit in units} == {"not_held"} and len(units) == len(bare.articles)
    assert all(article.text == "" for article in bare.articles.values())
    assert not bare.documents
    assert {clock.clock for transition in bare.lifecycle.transitions.values() for clock in transition.clocks} == {"BY_HAND"}, "no deadline but what a person types in"


def test_every_form_is_there_and_builds(ceshi: Pack) -> None:
    masters = {path.stem for path in (REAL / "common/forms").glob("*.yaml")}
    assert masters - set(ceshi.forms) == set(ceshi.data["without_forms"]) == {"expert_score_sheet"}, "only sealed forms are left out"
    for spec in ceshi.forms.values():
        assert build_docx(ceshi, spec, FormIdentity(form=spec.code, version=spec.version, jurisdiction="ceshi"))[:2] == b"PK"


def test_an_application_is_registered_and_left_to_a_person(bare: Pack) -> None:
    """Even one full of faults: they are listed for the officer, and are no reason to send it back."""
    case = opened(bare)
    assert standing(case).state == "submitted" and not standing(case).papers and not standing(case).clocks
    faulty = DryCase(bare, TODAY)
    decision = faulty.file("application_form", {"center_name": "测试"})
    assert decision.answer.outcome is Outcome.RECEIVED and decision.answer.findings and "转承办人" in decision.answer.zh
    noted = [event for event in standing(faulty).history if event.kind is Kind.NOTED]
    assert noted and len(noted[-1].data["lines"]) == len(decision.answer.findings)
    assert not [f for f in decision.answer.findings if f.severity is Severity.ERROR], "nothing has to be put right under a law nobody has checked"


def test_a_rule_that_wants_what_is_unknown_says_who_sees_to_it(bare: Pack) -> None:
    case = DryCase(bare, TODAY)
    example = read_example(REAL / "hubei/examples/application_form_local_pass.yaml")
    skipped = [f for f in case.file("application_form", example["data"]).answer.findings if f.severity is Severity.NOT_RUN]
    assert any("“筹建期最长（月）”未知，由承办人对照原文确定筹建期" in f.zh for f in skipped)
    assert not [f.zh for f in skipped if "Undefined" in f.zh or "TypeError" in f.zh]


def test_what_comes_next_is_the_step_of_a_person(bare: Pack) -> None:
    assert [(role, spec.code) for role, spec in open_forms(bare, standing(opened(bare)))] == [("办理", STEP_FORM)]


def test_a_person_moves_it_on_the_text_typed_in(bare: Pack) -> None:
    case = opened(bare)
    assert step(case, "T06", typed_basis="").answer.outcome is Outcome.REFUSED
    assert step(case, "T11").answer.outcome is Outcome.REFUSED, "no step leads from here to there"
    assert step(case, "T06", deadline=date(2026, 4, 1)).answer.outcome is Outcome.REFUSED, "a deadline has its ground"
    assert standing(case).state == "submitted"
    for name, state in (("T06", "accepted"), ("T07", "material_review"), ("T08", "site_verification"), ("T10", "deliberation_preparation"), ("T11", "in_preparation")):
        assert step(case, name).answer.outcome is Outcome.RECORDED
        assert standing(case).state == state
    assert not standing(case).papers and not standing(case).clocks


DEADLINE = {"deadline": date(2026, 4, 4), "deadline_basis": "测试：第×条规定的一个月，自受理之日起算。"}


def test_a_deadline_typed_in_is_a_clock(bare: Pack) -> None:
    """Shown with the decision that set it, neither counted nor moved (2026-04-04 is a Saturday), reminded of, and over the day after."""
    case = opened(bare)
    assert step(case, "T06", **DEADLINE).answer.outcome is Outcome.RECORDED
    clock = standing(case).clocks["BY_HAND"]
    assert (clock.status, clock.data["nominal"], clock.data["final"]) == ("running", "2026-04-04", "2026-04-04")
    ground = bare.cite_text(clock.data["cite"])
    assert all(words in ground for words in ("承办人录入", "测试局长", "照原文录入的条文内容", "自受理之日起算")) and ground in clock.data["working"]
    case.pass_until(date(2026, 4, 30))
    kinds = [(event.kind, event.data.get("due") or event.data.get("on")) for event in standing(case).history if event.data.get("clock") == "BY_HAND"][1:]
    assert kinds == [(Kind.REMINDED, "2026-03-05"), (Kind.REMINDED, "2026-03-28"), (Kind.REMINDED, "2026-04-03"), (Kind.CLOCK_PASSED, "2026-04-05")]
    assert standing(case).clocks["BY_HAND"].status == "passed" and standing(case).state == "accepted", "what follows is a person's decision"


def test_a_deadline_typed_in_is_never_dropped_unsaid(bare: Pack) -> None:
    case = opened(bare)
    step(case, "T06", **DEADLINE)
    refused = step(case, "T07")
    assert refused.answer.outcome is Outcome.REFUSED and "MS04" in {f.rule for f in refused.answer.findings}
    assert step(case, "T07", earlier_deadline="continues").answer.outcome is Outcome.RECORDED
    assert standing(case).clocks["BY_HAND"].status == "running"
    both = step(case, "T08", earlier_deadline="continues", **DEADLINE)
    assert "MS05" in {f.rule for f in both.answer.findings}
    assert step(case, "T08", earlier_deadline="ended").answer.outcome is Outcome.RECORDED
    assert standing(case).clocks["BY_HAND"].status == "stopped"
    assert step(case, "T10", **{**DEADLINE, "deadline": date(2026, 6, 1)}).answer.outcome is Outcome.RECORDED
    assert standing(case).clocks["BY_HAND"].data["final"] == "2026-06-01"


def test_no_paper_but_the_step_of_a_person_moves_a_case(ceshi: Pack) -> None:
    """Every form there is, in every state in turn: taken in and left to an officer, whatever it holds."""
    states = [name for name, state in ceshi.lifecycle.states.items() if name != "draft"]
    taken = [code for code in ceshi.forms if code not in OPERATIONS and code not in (STEP_FORM, "clerk_filing")]
    base = standing(opened(ceshi))
    for n, code in enumerate(taken):
        case = DryCase(ceshi, TODAY, events=[*base.history], case=replace(base, state=states[n % len(states)]), count=n + 1)
        values: Mapping[str, Any] = invented(ceshi.forms[code].fields)
        decision = case.file(code, values)
        assert decision.answer.outcome is Outcome.RECEIVED, (code, decision.answer)
        assert standing(case).state == states[n % len(states)] and code in standing(case).forms


def test_time_alone_does_nothing(bare: Pack) -> None:
    case = opened(bare)
    before = len(case.events)
    case.pass_until(date(2036, 3, 2))
    assert len(case.events) == before


def test_every_step_of_the_master_that_leads_somewhere_can_be_chosen(ceshi: Pack) -> None:
    offered = {str(row["code"]) for row in ceshi.lists["steps"]}
    moving = {name for name, transition in ceshi.lifecycle.transitions.items() if transition.to != SAME and name != "T01"}
    assert offered == moving


def test_every_form_there_is_is_taken_in(bare: Pack) -> None:
    assert set(bare.lifecycle.transitions[TAKEN_IN].by_forms) == set(bare.forms) - {STEP_FORM}, "when the masters have grown: hongtou law new NAME --fill"


def test_a_pack_begun_earlier_is_filled_up_with_what_the_masters_ask_since(tmp_path: Path) -> None:
    plan = Plan(name="ceshi", title="测试办法", articles=3)
    shutil.copytree(REAL / "common", tmp_path / "common")
    files = scaffold(tmp_path / "common", plan)
    edited = files["pack.yaml"].replace('"zh": "考核合格线"', '"zh": "考核合格线（已与机关联系）"')
    assert filled_up(tmp_path / "common", plan, {**files, "pack.yaml": edited}) == {}, "nothing is missing, so nothing is written"
    new = "form: ceshi_note\nversion: '1.0'\ntitle: {zh: 测试来件, en: Test note}\nsource: design\ncite: '@ceshi_ground'\nfiled_by: [申报]\n"
    new += "fields:\n  choice: {type: choice, options: '@ceshi_list', meta: {label: 选项, en: Choice}}\n"
    new += "rules:\n  - {id: N1, rule: 'param.ceshi.number == null', zh: 测试, en: test}\n"
    (tmp_path / "common/forms/ceshi_note.yaml").write_text(new, encoding="utf-8")
    more = filled_up(tmp_path / "common", plan, {**files, "pack.yaml": edited})
    for path, text in {**files, "pack.yaml": edited, **more}.items():
        (tmp_path / "ceshi" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ceshi" / path).write_text(text, encoding="utf-8")
    pack = load_pack(tmp_path, "ceshi")
    assert "已与机关联系" in pack.parameters["score.pass_mark"]["zh"], "what a person wrote stays"
    assert pack.param("ceshi.number") is None and "ceshi_ground" in pack.bases and pack.lists["ceshi_list"][0]["code"] == "by_hand"
    assert "ceshi_note" in pack.lifecycle.transitions[TAKEN_IN].by_forms
    assert [f for f in prove_pack(pack) if f.severity is not Severity.INFO] == []


def test_a_pack_begun_earlier_gets_new_steps_and_keeps_those_worked_on(tmp_path: Path) -> None:
    plan = Plan(name="ceshi", title="测试办法", articles=3)
    shutil.copytree(REAL / "common", tmp_path / "common")
    files = scaffold(tmp_path / "common", plan)
    lines = files["lifecycle.yaml"].split("\n")
    worked_on = [line.replace('"guards": [], "out": []', '"guards": [], "out": ["notice"]') if line.startswith("  T06:") else line for line in lines if not line.startswith("  T95:")]
    older = [line.split('"clocks"')[0] + '"clocks": []}' if line.startswith(("  T06:", "  T11:")) else line for line in worked_on]
    before = {**files, "lifecycle.yaml": "\n".join(older), "pack.yaml": "\n".join(line for line in files["pack.yaml"].split("\n") if '"T95"' not in line)}
    after = filled_up(tmp_path / "common", plan, before)
    now = {line.split(":")[0].strip(): line for line in after["lifecycle.yaml"].split("\n") if line.startswith("  T")}
    assert '"T95"' in after["pack.yaml"] and "T95" in now and "BY_HAND" in now["T11"]
    assert '"out": ["notice"]' in now["T06"] and "BY_HAND" not in now["T06"], "what a person wrote stays"
    assert filled_up(tmp_path / "common", plan, {**before, **after}) == {}


@pytest.mark.parametrize(("n", "zh"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (26, "二十六"), (99, "九十九")])
def test_articles_are_counted(n: int, zh: str) -> None:
    assert numeral(n) == zh


# --- version 2 of the Hubei measure ---


def test_the_adopted_text_lies_beside_the_draft_and_works_only_when_named() -> None:
    assert "hubei_2023" in all_packs(REAL) and "hubei_2023" not in jurisdictions(REAL)
    assert jurisdictions(REAL) == ("chongqing", "hubei")


def test_what_is_known_of_the_adopted_text_is_its_number_and_its_count(second: Pack) -> None:
    assert "鄂市监量规〔2023〕5号" in second.instrument and len(second.articles) == 26
    assert (second.status, second.data["edition_of"]) == ("unverified", "hubei")
    assert list(second.articles)[-1] == "HB23-26" and second.articles["HB23-26"].cite.endswith("第二十六条")
    draft = load_pack(REAL, "hubei")
    assert not set(draft.articles) & set(second.articles), "no article of the draft is passed off as one of the adopted text"
    assert all("征求意见稿" not in second.cite_text(f"@{name}") for name in second.bases)


def test_its_difference_from_the_draft_is_that_nothing_is_loaded(second: Pack) -> None:
    draft = load_pack(REAL, "hubei")
    found = differences(draft, second)
    told = {change.what: change.zh for change in found}
    assert told["status"] == "状态：由 draft_for_comment 改为 unverified"
    assert told["HB23-11"].endswith("第十一条，条文未载入") and told["HB-11.s1"].startswith("不再有")
    assert told["prep.max"] == "筹建期最长（月）（prep.max）：由 36 改为 未知（由承办人对照原文确定筹建期）"
    assert sum(change.zh.endswith("条文未载入") for change in found) == 26
