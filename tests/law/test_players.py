"""Somebody plays every form: the demo, the simulations and the tests can hand in whatever a pack asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from pipeline.demo.players import HANDS, play
from pipeline.law.pack import load_pack

from .conftest import REAL

PACKS = {name: load_pack(REAL, name) for name in ("hubei", "chongqing")}
TODAY = date(2026, 1, 16)
BY_EXAMPLE = {
    "application_form": "the examples application_form_*_pass are handed in as they are",
    "government_request_letter": "enclosed in those examples", "direct_application_letter": "enclosed in those examples", "sponsor_request_letter": "enclosed in those examples",
}  # fmt: skip
BY_OCCASION = {
    "document_mending": {"document_no"}, "print_record": {"document_no"}, "return_slip": {"to_state"}, "retraction": {"receipt_no"}, "retry_request": {"job"},
    "move_request": {"from_state", "to_state"}, "office_confirmation": {"item_no"}, "destruction_record": {"items"}, "opinion_request": set(), "score_absence": {"member"},
}  # fmt: skip
"""What only the occasion knows: a number, a job, a place."""
EVERY_CASE = {"case_no"}
FORMS = [(name, code) for name in ("hubei", "chongqing") for code in PACKS[name].forms if code not in BY_EXAMPLE]


def required(fields: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name, node in fields.items() if node.get("required"))


@pytest.mark.parametrize(("jurisdiction", "form"), FORMS)
def test_every_form_has_somebody_who_fills_it_in(jurisdiction: str, form: str) -> None:
    assert form in HANDS


@pytest.mark.parametrize(("jurisdiction", "form"), [(name, code) for name, code in FORMS if not PACKS[name].forms[code].notes.get("prefill") or code in BY_OCCASION])
def test_what_is_played_from_nothing_is_whole(jurisdiction: str, form: str) -> None:
    """Forms that hongtou prefills little or nothing of: what the person writes fills every required field, and knows no other."""
    spec = PACKS[jurisdiction].forms[form]
    values = play(PACKS[jurisdiction], form, {}, TODAY)
    assert sorted(values.keys() - spec.fields.keys()) == []
    prefilled = set(spec.notes.get("prefill") or {})
    assert sorted(set(required(spec.fields)) - values.keys() - prefilled - EVERY_CASE - BY_OCCASION.get(form, set())) == []


def test_nobody_plays_a_form_that_no_pack_has() -> None:
    assert sorted(HANDS.keys() - {code for pack in PACKS.values() for code in pack.forms}) == []
