"""A made-up form that is right in every field, and how to check it with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.check import RuleContext, check_form
from pipeline.law.pack import Pack, load_pack
from pipeline.model import Verdict

SMALL = Path(__file__).parents[1] / "law" / "pack_small"
REAL = Path(__file__).parents[2] / "schemas"
DAY = date(2026, 3, 2)
RIGHT: dict[str, Any] = {
    "center_name": "测试中心（甲）", "application_date": "2026年3月1日", "channel": "直接申请",
    "applicant": {"name": "测试计量院", "uscc": "12990000MA00T00131", "region_code": "990101", "legal_representative": {"name": "张测试"}},
    "is_joint": "否", "service_fields": "电力", "tasks": [{"no": "T1", "target": "5台"}],
    "budget": [{"item": "设备", "amount": "1,200.50"}, {"item": "人员", "amount": "79.95"}], "total_budget": "1280.45",
}  # fmt: skip

Check = Callable[..., Verdict]


@pytest.fixture(scope="session")
def small() -> Pack:
    """The made-up pack."""
    return load_pack(SMALL, "small")


@pytest.fixture
def check(small: Pack) -> Check:
    """Checks the right form with some fields changed: `check(total_budget="1")`, `check(applicant__uscc="x")`."""

    def run(places: Mapping[str, str] | None = None, files: Any = (), raw: Any = None, **changes: Any) -> Verdict:
        data = deepcopy(RIGHT) if raw is None else raw
        for path, value in changes.items():
            *way, last = path.split("__")
            inner = data
            for step in way:
                inner = inner[step]
            inner[last] = value
        context = RuleContext(received_on=DAY, today=DAY, files=files)
        return check_form(small, small.forms["application_form"], data, places or {}, context)

    return run
