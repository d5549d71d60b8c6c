"""What a rule is given of a case is as good as the whole case: every rule of both packs, asked either way."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from test_road import walk

from pipeline.cases.compose import facts
from pipeline.law.check_rules import rules_of
from pipeline.law.conditions import Environment, condition, environment
from pipeline.law.pack import Pack
from pipeline.law.rulefacts import Parts


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
@pytest.mark.parametrize("upto", ["expert_team_form", "task_book"])
def test_a_rule_says_the_same_of_the_parts_it_speaks_of_as_of_everything(packs: dict[str, Pack], request: pytest.FixtureRequest, jurisdiction: str, upto: str) -> None:
    bench = request.getfixturevalue(jurisdiction)
    bench.apply({"hubei": "application_form_local_pass", "chongqing": "application_form_municipal_pass"}[jurisdiction])
    walk(bench, upto)
    pack, known = packs[jurisdiction], facts(packs[jurisdiction], bench.case)
    enclosed = {code: known["forms"][code] for code in ("application_form", upto)}

    @cache
    def around(form: str) -> tuple[Environment, Environment]:
        """What grows with the rules put to it, and what holds everything."""
        data = known["forms"].get(form, {})
        parts = environment(pack, pack.forms[form], data, today=date(2028, 1, 3), received_on=date(2028, 1, 3), enclosed=enclosed, case=known)
        whole = {name: value.take(None) if isinstance(value, Parts) else value for name, value in parts._facts.items()}
        return parts, Environment(whole, pack.lists, pack.calendar)

    answers = []
    for written in rules_of(pack):
        parts, whole = around(written.forms[0].code if written.forms else "application_form")
        rule = condition(written.text)
        answer = rule.ask(parts)
        assert answer == rule.ask(whole), (written.where, rule.needs)
        answers.append(answer.holds)
    assert {True, False} <= set(answers) and len(answers) > 300


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("case.state == 'x' && case.forms.note.text != case.papers.y.number", {"state", "forms.note", "forms.note.text", "papers.y"}),
        ("case.records.note.size() > 0 && case.filed.exists(f, f == 'case.x')", {"records.note", "filed"}),
        ("case.forms.map(f, f).size() == 0", {"forms"}),
        ("case['state'] == 'x' || case.no == ''", None), ("case == {} || case.no == ''", None), ("case.forms[form.code].text == ''", {"forms"}),
    ],
)  # fmt: skip
def test_the_parts_a_rule_speaks_of(rule: str, parts: set[str] | None) -> None:
    found = condition(rule).needs["case"]
    assert found == (None if parts is None else frozenset(part for part in parts if part.count(".") < 2))
