"""Every form hands out at every step can be built: no prefilled value is of the wrong kind."""

from __future__ import annotations

import pytest
from conftest import Bench
from test_road import PASSING, ROAD, act

from pipeline.desk.picture import open_forms, todo_form
from pipeline.law.pack import Pack


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
def test_every_form_of_every_step_is_handed_out(packs: dict[str, Pack], jurisdiction: str) -> None:
    bench = Bench(packs[jurisdiction])
    bench.apply(PASSING[jurisdiction][0])
    for form, _ in (*ROAD, ("", "")):
        assert bench.case is not None
        for role, spec in open_forms(bench.pack, bench.case):
            assert todo_form(bench.pack, bench.case, role, spec).startswith(b"PK"), (bench.case.state, spec.code)
        if form:
            act(bench, form)
            if bench.case.pending is not None:
                bench.sign()
