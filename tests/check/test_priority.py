"""X09: priority support is computed from what is enclosed, never typed; typing it is told and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.check.examples import judge_example, read_example
from pipeline.law.pack import load_packs
from pipeline.model import Severity, Verdict

from .conftest import REAL

PACKS = load_packs(REAL)
BASE = {"hubei": "application_form_local_pass", "chongqing": "application_form_municipal_pass"}
SUPPORT = {"people": "核定编制10名", "money": "三年安排500万元", "goods": "提供场地2000平方米"}


def verdict(jurisdiction: str, **changes: Any) -> Verdict:
    pack = PACKS[jurisdiction]
    example = read_example(pack.folder / "examples" / f"{BASE[jurisdiction]}.yaml")
    example["data"] |= changes
    return judge_example(pack, example)


@pytest.mark.parametrize("jurisdiction", BASE)
@pytest.mark.parametrize(
    ("included", "support", "priority"),
    [(True, SUPPORT, True), (False, SUPPORT, False)] + [(True, {**SUPPORT, one: ""}, False) for one in SUPPORT] + [(True, {}, False)],
)
@pytest.mark.parametrize("typed", [None, True, False])
def test_priority_is_in_the_plan_and_in_people_money_and_goods(jurisdiction: str, included: bool, support: dict[str, str], priority: bool, typed: bool | None) -> None:
    """HB-07.p2, CQ-4.s2: 纳入规划，且人、财、物均有明确支持和保障."""
    plan = {"included": included, "doc_no": "测府发〔2025〕8号", "file": "附件/01法人证书.pdf"}
    changes: dict[str, Any] = {"local_plan": plan, "government_support": {**support, "file": "附件/01法人证书.pdf"}}
    if typed is not None:
        changes["priority_support"] = typed
    found = verdict(jurisdiction, **changes)
    assert found.data["priority_support"] is priority
    told = [f for f in found.findings if f.path == "priority_support"]
    assert [f.rule for f in told] == ([] if typed is None else ["FIELD-COMPUTED"])
    assert all(f.severity is Severity.WARNING and f.label == "优先支持" and "计算" in f.zh for f in told)
