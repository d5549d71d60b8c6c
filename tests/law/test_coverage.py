"""Every unit of both instruments is enforced, on record or with a person; what is left to people says where and why."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.law.coverage import coverage, in_words
from pipeline.law.pack import Pack, jurisdictions, load_pack

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
PACKS = {name: load_pack(SCHEMAS, name) for name in ("hubei", "chongqing")}
ARTICLES = [pytest.param(pack, name, id=name) for pack in PACKS.values() for name in pack.articles]


def test_there_are_sixty_six_units() -> None:
    assert len(ARTICLES) == 66
    assert set(PACKS) <= set(jurisdictions(SCHEMAS))


@pytest.mark.parametrize(("pack", "article"), ARTICLES)
def test_each_unit_is_kept(pack: Pack, article: str) -> None:
    unit = next(one for one in UNITS[pack.jurisdiction] if one.id == article)
    assert unit.kept in ("enforced", "record", "person", "later")
    said = (pack.data["coverage"].get(article) or {}).get("by")
    assert unit.uses or unit.kept == said, "what nothing cites is kept as pack.yaml says"
    assert unit.uses or unit.kept != "enforced"


UNITS = {name: coverage(pack, ROOT / "tests") for name, pack in PACKS.items()}


@pytest.mark.parametrize("name", PACKS)
def test_what_is_left_to_people_names_the_place_and_the_reason(name: str) -> None:
    pack, left = PACKS[name], [one for unit in UNITS[name] for one in unit.left]
    assert left and all(one.where and one.zh for one in left)
    assert any(one.where in pack.forms for one in left), "some steps are decided with a form"
    assert all(unit.left for unit in UNITS[name] if unit.kept == "person")


def test_tests_are_found_by_the_article_they_name() -> None:
    named = {unit.id: unit.tests for unit in UNITS["hubei"]}
    assert "cases/test_road.py" in named["HB-08.p1s1"]


@pytest.mark.parametrize("name", PACKS)
def test_what_rests_on_an_article_is_told_in_words(name: str) -> None:
    """Nobody has to know a code to read the list: forms, fields, steps, documents, periods and parameters by what they are called."""
    pack = PACKS[name]
    for unit in UNITS[name]:
        for kind, codes in unit.uses.items():
            for code in codes:
                zh, en = in_words(pack, kind, code), in_words(pack, kind, code, english=True)
                assert re.search(r"[\u4e00-\u9fff]", zh) and zh != code, (kind, code, zh)
                assert en and en != code, (kind, code, en)
    assert in_words(pack, "field", "annual_report.by_duty[].duty").startswith("《年度")
    assert in_words(pack, "clock", "PREP（T11）") == "筹建期（T11）"


def test_an_article_nobody_keeps_is_missing() -> None:
    """Taking an entry out of `coverage` shows."""
    pack = PACKS["chongqing"]
    bare = replace(pack, data={**pack.data, "coverage": {}})
    assert "missing" in {unit.kept for unit in coverage(bare)}
