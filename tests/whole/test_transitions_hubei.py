"""Every transition of the pack is taken through the folder door at least once, with real forms; see every_transition.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.law.pack import load_pack

from .every_transition import Stages, Way, name_of, ways_of
from .town import ROOT, Town

PACK = "hubei"


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, empty_town: Town) -> Stages:
    return Stages(empty_town, PACK, tmp_path_factory.mktemp("stages"))


def test_each_transition_has_its_road() -> None:
    """A transition added to the pack without a road fails here; so does a road that names one that is gone."""
    assert {taken for way in ways_of(PACK) for taken in way.takes} == set(load_pack(ROOT / "schemas", PACK).lifecycle.transitions)


@pytest.mark.slow
@pytest.mark.parametrize("way", ways_of(PACK), ids=name_of)
def test_a_road(stages: Stages, way: Way, tmp_path: Path) -> None:
    road = stages.copied(way.start, tmp_path / "office")
    way.walk(road)
    assert set(way.takes) <= road.driven(), set(way.takes) - road.driven()
    road.town.books_are_whole()
    road.town.close()
