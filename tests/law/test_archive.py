"""What a pack says of the archive is proven: no form without a retention, no code that cannot be written, no idle condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.law.check_archive import check_archive
from pipeline.law.pack import Pack, load_pack

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(SCHEMAS, "hubei")


def spoiled(pack: Pack, change: Callable[[dict[str, Any]], object]) -> list[str]:
    said: Mapping[str, Any] = deepcopy(dict(pack.archive))
    change(said)  # type: ignore[arg-type]
    return [finding.rule for finding in check_archive(replace(pack, archive=said))]


def test_the_pack_is_whole_and_nothing_is_said_of_none(pack: Pack) -> None:
    assert list(check_archive(pack)) == []
    assert list(check_archive(replace(pack, archive={}))) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda said: said["code"].update(pattern="{fonds}-{wrong}"), "PACK-ARCHIVE"),
        (lambda said: said["code"].update(pattern="{fonds}-{year}-{n}"), "PACK-ARCHIVE"),
        (lambda said: said.update(stages=["nowhere"]), "PACK-STATE"),
        (lambda said: said["retention"].update(default="五年"), "PACK-RETENTION"),
        (lambda said: said["retention"]["forms"].update(task_book=[{"when": "case.state == 'x'", "keep": "永久"}]), "PACK-RETENTION"),
        (lambda said: said["retention"]["forms"].update(task_book=[{"when": "case.state = 'x'", "keep": "永久"}, {"keep": "永久"}]), "PACK-CEL"),
        (lambda said: said["retention"]["forms"].update(task_book=[{"when": "kase.state == 'x'", "keep": "永久"}, {"keep": "永久"}]), "PACK-CEL"),
        (lambda said: said["outside"].update(task_book=""), "PACK-RETENTION"),
        (lambda said: said["code"]["retentions"].pop("10年"), "PACK-RETENTION"),
        (lambda said: said.update(cite="@nowhere"), "PACK-CITE"),
    ],
)
def test_what_is_wrong_is_named(pack: Pack, change: Callable[[dict[str, Any]], object], rule: str) -> None:
    assert rule in spoiled(pack, change)
