"""Who has still to sign a document after the authority, as the case's page and `hongtou case` say it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.cases.case import Paper
from pipeline.desk.parties import countersigning_lines, still_to_sign
from pipeline.law.pack import Pack, load_pack

BOOK = {"party_undertaker": {"name": "甲院"}, "party_members": [{"name": "乙所"}, {"name": ""}, {"name": "丙公司"}]}
PAPER = Paper(id="1", code="task_book", title="任务书", status="sealed", group="g", context={"task_book": BOOK}, number="1号")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(__file__).parents[2] / "schemas", "hubei")


def waiting(pack: Pack, *papers: Paper) -> list[tuple[str, ...]]:
    case: Any = SimpleNamespace(papers={paper.id: paper for paper in papers})
    return [names for _, names in still_to_sign(pack, case)]


def signed(how_many: int) -> Paper:
    return replace(PAPER, countersigned=tuple({"field": str(n)} for n in range(how_many)))


@pytest.mark.parametrize(("how_many", "missing"), [(0, [("甲院", "乙所", "丙公司")]), (1, [("乙所", "丙公司")]), (2, [("丙公司",)]), (3, [])])
def test_those_who_have_not_signed_are_named_in_turn(pack: Pack, how_many: int, missing: list[tuple[str, ...]]) -> None:
    assert waiting(pack, signed(how_many)) == missing


@pytest.mark.parametrize("status", ["drafted", "issued", "returned", "void", "on_paper"])
def test_only_what_is_sealed_and_in_force_waits(pack: Pack, status: str) -> None:
    assert waiting(pack, replace(PAPER, status=status)) == []


def test_a_document_that_nobody_countersigns_does_not_wait(pack: Pack) -> None:
    other = next(code for code, said in pack.documents.items() if not said.get("countersigners"))
    assert waiting(pack, replace(PAPER, code=other)) == []


def test_the_sentence_says_how_many_have_signed(pack: Pack) -> None:
    case: Any = SimpleNamespace(papers={"1": signed(1)})
    assert list(countersigning_lines(pack, case)) == [
        ("会签：1号《任务书》已有1方签名，还待 乙所、丙公司 依次签名；签好的文件直接投递", "countersigning: 1号 still waits for 乙所, 丙公司, in turn; drop the signed file as it is")
    ]
