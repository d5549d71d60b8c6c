"""The bench issues real notices; how fast is nobody's promise, so nothing here looks at a clock."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from bench.__main__ import OURS, measure, report
from bench.chain import NOW, STAGES, Chain
from bench.notices import notices
from pipeline.papers.verify import verify_pdf


def test_notices_differ_and_come_from_every_pack() -> None:
    made = notices(40)
    assert len({notice.number for notice in made}) == 40
    assert len({str(notice.context["doc"]["title"]) for notice in made}) > 8
    assert {notice.jurisdiction for notice in made} == {"hubei", "chongqing"}
    assert all("测试" in str(notice.context["case"]["applicant"]) for notice in made)


def test_a_notice_of_the_bench_is_sealed_and_signed(tmp_path: Path) -> None:
    made = notices(1)
    with Chain.ready(made, tmp_path, processes=1) as chain:
        chain.issue(made[0], tmp_path / "sealed.pdf")
        verdict = verify_pdf((tmp_path / "sealed.pdf").read_bytes(), chain.pki.trust(), NOW)
    assert verdict.ok, verdict
    with pikepdf.open(tmp_path / "sealed.pdf") as document:
        assert [str(field["/T"]) for field in document.Root.AcroForm.Fields] == ["OfficialSeal"]


@pytest.mark.parametrize("documents", [2])
def test_the_bench_runs(documents: int) -> None:
    said = measure(documents, rounds=1, script=0, server=0)
    assert list(said["documents_per_second"]) == [OURS] and said["ratios"] == {}
    assert set(said["stages"]) == set(STAGES)
    assert any("件" in line for line in report(said))
