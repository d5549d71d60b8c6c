"""Rules in CEL: exact decimals, dates, characters, what is absent, and what cannot be answered."""

from __future__ import annotations

import gc
import weakref
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.law.conditions import Environment, ask, condition, environment
from pipeline.law.pack import Pack

DAY = date(2026, 3, 2)


def _ask(pack: Pack, rule: str, data: dict[str, Any] | None = None, **around: Any) -> bool | None:
    facts = environment(pack, pack.forms["application_form"], data or {}, today=DAY, received_on=DAY, **around)
    return ask(rule, facts).holds


@pytest.mark.parametrize(
    ("rule", "data", "holds"),
    [
        ("form.total_budget == 7995", {"total_budget": Decimal("79.95")}, True),
        ("form.total_budget >= 8000", {"total_budget": Decimal("79.95")}, False),
        ("sum(form.budget.map(r, r.amount)) == form.total_budget", {"budget": [{"amount": Decimal("0.1")}] * 3, "total_budget": Decimal("0.3")}, True),
        ("form.application_date <= received_on", {"application_date": DAY}, True),
        ("form.application_date < add_months(today, -1)", {"application_date": date(2026, 1, 31)}, True),
        ("add_months('2026-01-31', 1) == '2026-02-28'", {}, True),
        ("days_between('2026-03-01', today) == 1", {}, True),
        ("months_between('2026-01-31', '2026-02-28') == 1", {}, True),
        ("size(form.center_name) == 4", {"center_name": "碳计量中"}, True),
        ("form.center_name.size() == 4", {"center_name": "碳计量中"}, True),
        ("form.center_name != 'size(x)' && size(form.tasks) == 0", {"center_name": "a"}, True),
        ("form.center_name.matches('^测试')", {"center_name": "测试中心"}, True),
        ("matches(form.center_name, '^试')", {"center_name": "测试中心"}, False),
        ("has(form.evidence)", {}, False),
        ("has(form.evidence)", {"evidence": "a.pdf"}, True),
        ("has(enclosed.decision_form)", {}, False),
        ("form.center_name == '' && form.tasks == [] && form.is_joint == false && form.total_budget == null && form.applicant.name == ''", {}, True),
        ("covers('990100', '990101') && !covers('990200', '990101') && covers('990000', '990200')", {}, True),
        ("uscc_ok('12990000MA00T00131') && !uscc_ok('12990000MA00T00132')", {}, True),
        ("param.intake.days == 5 && param.intake.deemed_accepted == true && param.extension.max == null", {}, True),
        ("'x' in case.filed || case.state == ''", {}, True),
        ("case.application.center_name == ''", {}, True),
        ("listed('service_fields').map(e, e.code) == ['power', 'steel', 'other']", {}, True),
        ("groups_of(form.budget, 'item').map(g, sum(g.map(r, r.amount))) == [3000, 500]", {"budget": [
            {"item": "设备", "amount": Decimal("10")}, {"item": "人员", "amount": Decimal("5")}, {"item": "设备", "amount": Decimal("20")}]}, True),
    ],
)  # fmt: skip
def test_rules_hold_or_not(small: Pack, rule: str, data: dict[str, Any], holds: bool) -> None:
    assert _ask(small, rule, data) is holds


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("form.total_budget > 10", "没有填写"), ("add_months(form.application_date, 3) > today", "没有填写"),
        ("case.forms.decision_form.decision == 'accept'", "decision_form"), ("form.total_budget / 0 == 1", ""),
        ("form.center_name", "是"), ("form.center_name ==", "写法有误"), ("nothing(form)", "无法计算"),
        ("listed('no_such_list').size() == 0", "no_such_list"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_neither_yes_nor_no(small: Pack, rule: str, why: str) -> None:
    facts = environment(small, small.forms["application_form"], {}, today=DAY, received_on=DAY)
    answer = ask(rule, facts)
    assert answer.holds is None
    assert why in answer.reason_zh
    assert answer.reason_en


def test_case_and_enclosed_forms_are_read_as_their_own_forms(small: Pack) -> None:
    around = {"enclosed": {"decision_form": {"decision": "accept"}}, "case": {"filed": ["application_form"], "application": {"total_budget": Decimal("1.5")}, "opened_on": DAY}}
    assert _ask(small, "has(enclosed.decision_form) && enclosed.decision_form.reason == '' && case.application.total_budget == 150 && case.opened_on == today", {}, **around)


def test_files_have_an_extension_and_pages_when_counted(small: Pack) -> None:
    files = [{"name": "附件/a.PDF", "format": "application/pdf", "pages": 3, "size": 1}, {"name": "b.docx", "format": "x", "pages": 0, "size": 1}]
    assert _ask(small, "files[0].format == 'pdf' && files[0].pages == 3 && files[1].pages == null", {}, files=files) is True


def test_a_decimal_finer_than_its_places_lets_no_rule_pass(small: Pack) -> None:
    assert _ask(small, "form.total_budget <= 100", {"total_budget": Decimal("0.999")}) is None


@pytest.mark.parametrize(
    ("rule", "words"), [("form.a == 1 && today != ''", ()), ("foo.a == bar(1)", ("foo", "bar")), ("form.l.all(x, x.y == 1)", ()), ("size(form.l) > sum([1])", ()), ("has(form.a) && form.b.startsWith('x')", ())]
)
def test_unknown_words_are_named(rule: str, words: tuple[str, ...]) -> None:
    assert condition(rule).unknown_words() == words


def test_paths_below_a_variable() -> None:
    rule = condition("form.applicant.name != '' && form.tasks.all(t, t.no != 'form.x') && case.forms.note.text == form.total")
    assert rule.paths("form") == {"applicant.name", "tasks", "total"}
    assert rule.paths("case.forms") == {"note.text"}


def test_an_environment_may_be_a_plain_mapping() -> None:
    assert ask("form.a == 1", {"form": {"a": 1}}).holds is True
    told = Environment({"form": {}})
    assert condition("has(form.b)").ask(told).holds is False
    told.tell("b", True)
    assert condition("form.b").ask(told).holds is True


def test_what_was_asked_is_forgotten(small: Pack) -> None:
    """An environment lives no longer than its asking, or an office that runs for weeks keeps every case it ever judged in memory."""
    facts = environment(small, small.forms["application_form"], {}, today=DAY, received_on=DAY)
    assert ask("today == '2026-03-02' && add_workdays(today, 1) > today", facts).holds is True
    gone = weakref.ref(facts)
    del facts
    gc.collect()
    assert gone() is None
