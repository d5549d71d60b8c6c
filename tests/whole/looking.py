"""What must hold of an office whatever happened in it: asked at the end of long lives."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from pipeline.cases.case import Case, Paper
from pipeline.cases.events import Kind
from pipeline.desk.picture import names_of
from pipeline.desk.showing import deadline_rows
from pipeline.papers.verapdf import VeraPdf
from pipeline.papers.verify import verify_pdf

from .town import Town

ENDED = ("stopped", "passed")


def issued(town: Town) -> Iterator[tuple[Case, Paper]]:
    """Every paper that went out, with its case."""
    for case in town.cases():
        for paper in case.papers.values():
            if paper.status in ("sealed", "void"):
                yield case, paper


def everything_is_sound(town: Town) -> None:
    """Books, answers, papers and pages: raises AssertionError for whatever is not as it must be."""
    town.books_are_whole()
    every_drop_is_answered(town)
    every_paper_is_valid(town)
    for case in town.cases():
        the_timeline_tells_all(town, case)
        every_step_is_cited(town, case)
    the_deadlines_are_those_that_run(town)
    assert not list((town.outbox / "签发" / "待签发").glob("*")), "nothing waits for a signature"
    longest = max(len(str(path.relative_to(town.desk.office.outbox))) for path in town.desk.office.outbox.rglob("*"))
    assert longest <= town.desk.room


def every_drop_is_answered(town: Town) -> None:
    """One answer lies in the folder of whoever dropped it, and nothing is left in the inbox."""
    said = sum(1 for role in ("申报", "评审", "办理", "签发") for _ in town.answers(role))
    with town.desk.reading() as connection:
        dropped = connection.exec_driver_sql("SELECT count(*) FROM drops").scalar_one()
    assert said == dropped
    for role in ("申报", "评审", "办理", "签发"):
        assert [path.name for path in town.inbox(role).iterdir() if path.name != "回执"] == []


def every_paper_is_valid(town: Town) -> None:
    """By our own verification, by pdfsig (which knows nothing of ours), and by veraPDF; and it lies where people look for it."""
    papers = list(issued(town))
    assert all(paper.status in ("sealed", "void") for case in town.cases() for paper in case.papers.values() if paper.number)
    with VeraPdf(town.desk.office.var / "verapdf") as judge:
        for case, paper in papers:
            data, path = town.desk.store.get(paper.sha256), town.desk.store.path(paper.sha256)
            verdict = verify_pdf(data, town.desk.keys.trust, town.now)
            assert verdict.ok, (paper.number, verdict.zh)
            told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
            assert "Signature is Valid" in told and "Total document signed" in told, (paper.number, told)
            result = judge.check(path)
            assert result.ok, (paper.number, result)
            assert any(found.read_bytes() == data for found in lying(town, case, paper)), paper.number


def lying(town: Town, case: Case, paper: Paper) -> Iterator[Path]:
    """The files in the case's folder that may be this paper."""
    number = paper.number.replace("/", "")
    yield from (path for path in (town.folder(case) / "发文").glob("*.pdf") if path.name.startswith(number[:20]))


def the_timeline_tells_all(town: Town, case: Case) -> None:
    """Each step, each paper's number and each clock by its name."""
    page, names = town.timeline(case), names_of(town.desk.pack_of(case))
    for event in case.history:
        if event.kind is Kind.MOVED and event.data["transition"]:
            assert names.transitions[event.data["transition"]][0] in page, event.data
        if event.kind is Kind.CLOCK_STARTED:
            assert names.clocks[event.data["clock"]][0] in page and event.data["working"]
    for paper in case.papers.values():
        if paper.number:
            assert paper.number in page, paper.number


def every_step_is_cited(town: Town, case: Case) -> None:
    """No move and no date without the article it rests on; no paper without ground and addressee."""
    pack = town.desk.pack_of(case)
    for event in case.history:
        if event.kind in (Kind.MOVED, Kind.CLOCK_STARTED) and event.data.get("transition", "-"):
            assert pack.cite_text(event.data["cite"]), event.data
    for paper in case.papers.values():
        assert paper.context["doc"]["basis"] and paper.context["doc"]["addressee"], paper.code


def the_deadlines_are_those_that_run(town: Town) -> None:
    """`期限一览.html` shows the clocks of living cases, and no other."""
    rows = deadline_rows(town.pack, [case for case in town.cases() if case.jurisdiction == town.jurisdiction])
    page = (town.outbox / "期限一览.html").read_text(encoding="utf-8")
    assert page.count("<tr>") == (len(rows) + 1 if rows else 0), "a row for each, below the heads"
    for row in rows:
        assert str(row["no"]) in page and str(row["zh"]) in page
