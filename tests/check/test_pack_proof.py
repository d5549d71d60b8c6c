"""A whole pack has nothing to prove against it; one thing broken, and the proof names it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.check import check_examples, check_files, prove_pack
from pipeline.law.check_pack import check_pack
from pipeline.law.explain import explain, explain_rule
from pipeline.law.pack import Pack, jurisdictions, load_pack
from pipeline.model import Severity

from .conftest import REAL, SMALL


def _errors(pack: Pack) -> list[str]:
    return [f"{finding.rule} {finding.zh}" for finding in prove_pack(pack) if finding.severity is Severity.ERROR]


def test_the_made_up_pack_is_whole(small: Pack) -> None:
    assert _errors(small) == []


@pytest.mark.parametrize("jurisdiction", jurisdictions(REAL))
def test_every_real_pack_is_whole(jurisdiction: str) -> None:
    assert _errors(load_pack(REAL, jurisdiction)) == []


Broken = Callable[[str, str, str], Pack]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """The made-up pack with one piece of one file replaced."""

    def make(file: str, old: str, new: str) -> Pack:
        shutil.copytree(SMALL, tmp_path / "s")
        path = tmp_path / "s" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return load_pack(tmp_path / "s", "small")

    return make


PACK, LIFE, DOCS, FORM = "small/pack.yaml", "small/lifecycle.yaml", "small/documents.yaml", "common/forms/application_form.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "where"),
    [
        (PACK, "application: T-01", "application: T-77", "PACK-CITE", "bases.application"),
        (PACK, "  budget: {analogy: 同类表格}\n", "", "PACK-CITE", "application_form#S01"),
        (PACK, "{value: 5, general_law: 参照一般法律, zh: 审查期限}", "{value: 5, zh: 审查期限}", "PACK-UNCITED", "intake.days"),
        (PACK, "manual: 由负责人个案决定, ", "", "PACK-NULL", "extension.max"),
        (PACK, "  intake.days: {value: 5, general_law: 参照一般法律, zh: 审查期限}\n", "", "PACK-PARAM", "clocks.INTAKE"),
        (PACK, "intake.days: {value: 5,", "intake.days: {value: null, manual: 人工,", "PACK-NULL", "clocks.INTAKE"),
        (PACK, "intake.days: {value: 5,", "intake.days: {value: 五,", "PACK-CLOCK", "clocks.INTAKE"),
        (PACK, "  intake.deemed_accepted: {value: true, design: 本包约定, zh: 视为受理}\n", "", "PACK-PARAM", "T02#when"),
        (PACK, "service_fields:", "other_fields:", "PACK-LIST", "service_fields"),
        (PACK, "series: {receipt:", "series: {other:", "PACK-SERIES", "receipt_record"),
        (PACK, "seals: {receipt:", "seals: {other:", "PACK-SEAL", "receipt_record"),
        (PACK, "roles: [申报, 办理,", "roles: [办理,", "PACK-ROLE", "application_form"),
        (PACK, "unreachable: {elsewhere: 本包没有移送}", "unreachable: {}", "PACK-UNREACHED", "elsewhere"),
        (PACK, "unreachable: {elsewhere: 本包没有移送}", "unreachable: {elsewhere: 无, accepted: 无}", "PACK-UNREACHED", "accepted"),
        (PACK, "unreachable: {elsewhere: 本包没有移送}", "unreachable: {elsewhere: 无, nowhere: 无}", "PACK-UNREACHED", "nowhere"),
        ("small/articles.yaml", "text: 可以延期。", "text: ''", "PACK-ARTICLE", "T-02"),
        (LIFE, "out: [receipt_record]", "out: [receipt_records]", "PACK-DOCUMENT", "T01"),
        (LIFE, "by: {form: application_form}", "by: {form: application_forms}", "PACK-FORM", "T01"),
        (LIFE, "by: {form: application_form}", "by: {}", "PACK-TRIGGER", "T01"),
        (LIFE, "{timer: INTAKE,", "{timer: OTHER,", "PACK-CLOCK", "T02"),
        (LIFE, "form.decision == 'reject'", "form.decison == 'reject'", "PACK-FIELD", "T03#when"),
        (LIFE, "form.decision == 'reject'", "form.decision = 'reject'", "PACK-CEL", "T03#when"),
        (LIFE, "days_between(case.received_on", "days_betwixt(case.received_on", "PACK-CEL", "T03#T03-LATE"),
        (LIFE, "<= 30\"", "<= param.extension.max\"", "PACK-NULL", "T03#T03-LATE"),
        (LIFE, "form.decision == 'reject'", "listed('rejects').size() > 0", "PACK-LIST", "T03#when"),
        (LIFE, "T09: null", "T09: {cite: null, by: {form: note_form}, reason: 没有移送, reason_cite: '@intake'}", "PACK-WORDS", "T09"),
        (LIFE, "T09: null", "T09: {cite: null, by: {form: note_form}, reason: 没有移送, reason_en: none, reason_cite: '@nothing'}", "PACK-CITE", "T09"),
        (LIFE, "T09: null", "T09: {cite: null, by: {form: no_form}, reason: 没有移送, reason_en: none, reason_cite: '@intake'}", "PACK-FORM", "T09"),
        ("small/forms/note_form.yaml", "filed_by: [申报]", "filed_by: [申报]\nencloses: [no_form]", "PACK-FORM", "note_form"),
        (LIFE, "role: 办理\n    when", "role: 办里\n    when", "PACK-ROLE", "T03"),
        (LIFE, "cite: \"@intake\", zh: 已过三十日, en: more than thirty days", "cite: X-1, zh: 已过三十日, en: more than thirty days", "PACK-CITE", "T03-LATE"),
        (LIFE, ", en: more than thirty days", "", "PACK-WORDS", "T03-LATE"),
        ("common/lifecycle.yaml", "T02: {from: [submitted], to: accepted", "T02: {from: [submitted], to: acepted", "PACK-STATE", "T02"),
        (DOCS, "adverse: false", "adverse: true", "PACK-REMEDY", "receipt_record"),
        (DOCS, "basis: [\"@application\"]", "basis: [\"@nothing\"]", "PACK-CITE", "receipt_record"),
        (DOCS, "keep: 10年, ", "", "PACK-RETENTION", "receipt_record"),
        (FORM, "at: [total_budget, budget]", "at: [total]", "PACK-FIELD", "S01"),
        (FORM, "form.total_budget\"\n    at", "form.total\"\n    at", "PACK-FIELD", "S01"),
        (FORM, "computed: {large: \"form.total_budget > 10000\"}", "computed: {large: \"form.totl > 10000\"}", "PACK-FIELD", "computed.large"),
        ("common/forms/decision_form.yaml", "en: Give the reason}", "en: Give the reason}\n  - {id: D01, rule: 'true', zh: 重复, en: twice}", "PACK-RULE", "D01"),
        (FORM, "maxlength: 200", "maxlenght: 200", "PACK-FIELD", "demand_summary"),
        (FORM, "cite: \"@application\"\nfiled_by", "cite: \"@nothing\"\nfiled_by", "PACK-CITE", "center_name"),
        ("common/forms/decision_form.yaml", "source: design", "source: ''", "PACK-UNCITED", "decision_form.decision"),
    ],
)  # fmt: skip
def test_one_thing_broken_is_found(broken: Broken, file: str, old: str, new: str, rule: str, where: str) -> None:
    found = check_pack(broken(file, old, new))
    assert any(finding.rule == rule and finding.path.endswith(where) for finding in found), [f"{f.rule} {f.zh}" for f in found]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("small/examples/application_ok.yaml", "total_budget: 1280.45万元", "total_budget: 1280.46万元", "不该有的问题：S01"),
        ("small/examples/application_sum.yaml", "expect: [S01]", "expect: [S01, S77]", "应当不通过 S77"),
        ("small/examples/application_sum.yaml", "expect: [S01]", "expect: pass", "不该有的问题：S01"),
        ("small/examples/application_sum.yaml", "1200.50", "1280.45", "应当不通过 S01"),
        ("small/examples/application_ok.yaml", "form: application_form", "form: nothing_form", "写法不对"),
        ("small/examples/application_ok.yaml", "expect: pass", "base: application_ok\nexpect: pass", "循环"),
        ("small/examples/application_ok.yaml", "expect: pass", "base: nowhere\nexpect: pass", "nowhere"),
    ],
)  # fmt: skip
def test_an_example_that_does_not_behave_is_found(broken: Broken, file: str, old: str, new: str, told: str) -> None:
    found = check_examples(broken(file, old, new))
    assert any(told in finding.zh for finding in found), [finding.zh for finding in found]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (PACK, "status: test\n", "", "status"), (PACK, "region_code: \"990000\"", "region_code: \"99\"", "region_code"),
        (PACK, "pattern: \"{agency}收〔{year}〕{n}号\"", "pattern: \"{agency}收〔{year}〕号\"", "pattern"),
        (DOCS, "layout: record", "layout: scroll", "layout"), (DOCS, "sign_off: auto", "sign_off: maybe", "sign_off"),
        ("small/articles.yaml", "kind: period", "sort: period", "kind"), ("small/forms/note_form.yaml", "filed_by: [申报]", "filed_by: []", "filed_by"),
    ],
)  # fmt: skip
def test_a_file_of_the_wrong_shape_is_found(broken: Broken, file: str, old: str, new: str, told: str) -> None:
    pack = broken(file, old, new)
    shutil.copy(REAL / "common" / "pack_schema.yaml", pack.folder.parent / "common" / "pack_schema.yaml")
    found = check_files(pack)
    assert any(told in finding.zh for finding in found), [finding.zh for finding in found]


def test_files_that_cannot_be_checked_are_not_run(small: Pack) -> None:
    assert [finding.severity for finding in check_files(small)] == [Severity.NOT_RUN]


def test_explain_leads_from_decision_to_article(small: Pack) -> None:
    facts = [
        {
            "transition": "T01", "from": "draft", "to": "submitted", "on": "2026-03-02", "form": "application_form", "rules": ["S01", "S99"],
            "documents": ["receipt_record"], "deadlines": [{"clock": "INTAKE", "final": "2026-03-09", "working_zh": "自2026年3月2日起算"}],
        },
        {"transition": "T77", "cites": ["《旧办法》第九条"]},
    ]  # fmt: skip
    lines = explain(small, facts)
    assert lines[0] == "1. 2026-03-02 提交（T01） 草稿 → 已提交"
    assert "   依据：《测试办法》第一条：申请人应当提交申请表。" in lines
    assert "   规则 S01：预算合计与总额不一致" in lines
    assert "      依据：类推：同类表格" in lines
    assert "   规则 S99（本规则包版本中没有）" in lines
    assert "   文书：收文回执" in lines
    assert "   期限：审查期限：自2026年3月2日起算" in lines
    assert lines[-2:] == ("2. T77", "   依据：《旧办法》第九条")
    assert explain(small, facts, "en")[0] == "1. 2026-03-02 submit (T01) draft → submitted"
    assert explain(small, []) == ("本案还没有决定。",)


def test_explain_one_rule(small: Pack) -> None:
    lines = explain_rule(small, "T03-LATE")
    assert lines[0] == "T03-LATE（T03）：已过三十日"
    assert any("一般法律规定" in line for line in lines)
    assert explain_rule(small, "NONE") == ()
