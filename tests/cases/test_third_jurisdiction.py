"""A made-up third jurisdiction, by copying and editing YAML only: it runs, and nothing in pipeline/ changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import SCHEMAS, Bench
from test_road import errors, walk

from pipeline.law.pack import Pack, load_pack

EDITS = {
    "pack.yaml": {
        "pack: hubei": "pack: testland", "湖北省市场监督管理局": "测试洲市场监督管理局", "HB-CMC-": "TL-CMC-", "鄂市监量": "测洲监量",
        "service_standard.correction: {value: 15": "service_standard.correction: {value: 7",
        "prep.max: {value: 36": "prep.max: {value: 24", "channel.direct.enabled: {value: true": "channel.direct.enabled: {value: false",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def testland(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    root = tmp_path_factory.mktemp("third")
    shutil.copytree(SCHEMAS / "common", root / "common")
    shutil.copytree(SCHEMAS / "hubei", root / "testland")
    for file, edits in EDITS.items():
        path = root / "testland" / file
        text = path.read_text(encoding="utf-8")
        for old, new in edits.items():
            assert old in text, f"{file} no longer says {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return load_pack(Path(root), "testland")


def test_its_cases_run_under_its_own_name_and_periods(testland: Pack) -> None:
    bench = Bench(testland)
    decision = bench.apply("application_form_local_pass", total_budget="1.00")
    assert bench.case is not None and bench.case.no.startswith("TL-CMC-")
    assert bench.case.clocks["CORRECT"].data["final"] == "2026-01-27", "7 workdays from 2026-01-16"
    decision = bench.apply("application_form_local_pass")
    assert errors(decision) == []
    walk(bench, "preparation_review_report")
    assert bench.case.papers and all("湖北" not in p.context["authority"]["name"] for p in bench.case.papers.values())


def test_its_numbers_are_its_own(testland: Pack) -> None:
    bench = Bench(testland)
    bench.apply("application_form_local_pass")
    assert bench.taken == ["TL-CMC-2026-001", "测洲监量收〔2026〕1号"]


def test_a_channel_it_closed_is_closed(testland: Pack) -> None:
    """channel.direct.enabled is false there: the same application that Hubei takes has to be corrected."""
    decision = Bench(testland).apply("application_form_direct_pass")
    assert [error.split()[0] for error in errors(decision)] == ["X02"]
