"""One date or one document of a case, explained from the record: working, article, ledger, reminders; number, ground, remedy."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import SCHEMAS, Bench
from test_guards import bench_of, sweep
from test_takeover import PREPARING, one

from pipeline.cases.case import Case
from pipeline.demo.script import play_script, read_script
from pipeline.desk.explaining_one import explain_date, explain_paper, papers_named
from pipeline.desk.picture import clock_row
from pipeline.desk.touched import touched_cases
from pipeline.law.diff import differences
from pipeline.law.pack import load_pack


def played(packs: dict, name: str, steps: int = 99) -> Case:
    """The case of a kept script after so many steps."""
    script = read_script(SCHEMAS / f"{name}.yaml")
    case = play_script(packs[script["pack"]], {**script, "steps": script["steps"][:steps]}).case
    assert case is not None
    return case


@pytest.fixture
def extended(packs: dict) -> Case:
    return played(packs, "hubei/simulations/extension_and_rectifications", 10)


def test_a_date_shows_its_working_its_article_and_what_became_of_it(packs: dict, extended: Case) -> None:
    """HB-11.s1, HB-13.p2s1: three years, stood still while the extension was looked at, then six months more."""
    lines = explain_date(packs["hubei"], extended.clocks["PREP"])
    assert lines[0] == f"筹建期（PREP）：{extended.clocks['PREP'].data['final']}，进行中"
    assert any("算法：" in line for line in lines) and any("依据：" in line and "第十三条" in line for line in lines)
    assert any("2028-09-01 停止计算" in line for line in lines) and any("2028-09-20 重新确定" in line for line in lines)
    assert "   停止计算共 19 日。" in lines
    assert any(line.startswith("   已提醒：2028-") for line in lines) and any(line.startswith("   将提醒：") for line in lines)
    assert len(explain_date(packs["hubei"], extended.clocks["PREP"], "en")) == len(lines)


def test_a_period_keeps_its_ground_when_it_stands_still_and_goes_on(packs: dict) -> None:
    """CQ-5, A13: the review that stops the clock is on an article of its own; twenty working days rest on another."""
    clock = played(packs, "hubei/simulations/extension_and_rectifications", 8).clocks["DECIDE"]
    resumed = next(row for row in clock.ledger if row["what"] == "clock_resumed")
    assert "行政许可法》第四十二条" in resumed["working"] and "第十条第一款" not in resumed["working"]
    lines = explain_date(packs["hubei"], clock)
    assert any(line.startswith("   依据：") and "第四十二条" in line for line in lines), "nor does its end change it"


def test_a_period_that_is_over_still_shows_how_it_was_counted(packs: dict) -> None:
    bench = bench_of(packs, "hubei", "task_book")
    assert bench.case is not None
    sweep(bench, date(2030, 1, 7))
    lines = explain_date(packs["hubei"], bench.case.clocks["PREP"])
    assert "已届满" in lines[0]
    assert any(line.startswith("   算法：文书载明自") for line in lines) and any("第十一条" in line for line in lines if "依据：" in line)
    row = clock_row(packs["hubei"], bench.case.clocks["PREP"])
    assert (row["status"], row["working"].startswith("文书载明自"), "第十一条" in row["cite"]) == ("已届满", True, True), "so does the list of deadlines"


def test_a_date_that_rests_on_unpublished_holidays_says_so(packs: dict, extended: Case) -> None:
    lines = explain_date(packs["hubei"], extended.clocks["ACC_BY"])
    assert any("暂定" in line for line in lines) and any("所用放假安排" in line for line in lines)


def test_every_clock_and_every_document_of_a_long_life_is_explained(packs: dict) -> None:
    case = played(packs, "hubei/simulations/revocation")
    for clock in case.clocks.values():
        assert any("依据：" in line for line in explain_date(packs["hubei"], clock)), clock.clock
    for paper in case.papers.values():
        lines = explain_paper(packs["hubei"], case, paper)
        assert paper.number in lines[0] and any("依据：" in line for line in lines) and any("依表单" in line for line in lines)
        assert len(explain_paper(packs["hubei"], case, paper, "en")) == len(lines)


def test_a_decision_tells_what_it_rests_on(packs: dict) -> None:
    """HB-20: the revocation names step, form, articles, reason, remedy and its service."""
    case = played(packs, "hubei/simulations/revocation")
    (paper,) = papers_named(case, "center_revocation_decision")
    assert papers_named(case, paper.number) == (paper,)
    said = "\n".join(explain_paper(packs["hubei"], case, paper))
    for part in ("出自：T59", "依表单：《撤销资格审议纪要》", "第二十条", "理由：", "行政复议", "送达：2030-03-25"):
        assert part in said, part


def test_what_the_case_does_not_have_has_no_name(extended: Case) -> None:
    assert papers_named(extended, "") == () and papers_named(extended, "无此文号") == ()


def test_a_case_taken_over_from_paper_is_explained_as_far_as_it_is_known(hubei: Bench) -> None:
    """Its clocks with their working and article; its paper documents with number and service, and no filing made up for them."""
    paper = {"paper_no": PREPARING["paper_no"], "document": "preparation_approval", "number": "鄂市监量函〔2024〕5号", "issued_on": "2024-03-01", "delivered_on": "2024-03-06"}
    case = one(hubei.pack, PREPARING, papers=[paper])
    for clock in case.clocks.values():
        lines = explain_date(hubei.pack, clock)
        assert any("算法：" in line for line in lines) and any("依据：" in line for line in lines)
        assert len(explain_date(hubei.pack, clock, "en")) == len(lines)
    (kept,) = papers_named(case, paper["number"])
    lines = explain_paper(hubei.pack, case, kept)
    assert "纸质制发" in lines[0] and "   送达：2024-03-06" in lines and not any("依表单" in line for line in lines)
    after = load_pack(SCHEMAS, "chongqing")
    assert touched_cases([(case, hubei.pack)], after, differences(hubei.pack, after))
