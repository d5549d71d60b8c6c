"""One LibreOffice pool for all; offices made once per state and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.papers.convert import OfficePool

from .town import Town, copy_town, make_town

REJECTION = {
    "decision": "reject", "reason_code": "out_of_competence", "right_body": "测试主管部门",
    "reason": "测试理由：申请事项不属于本机关职权范围，请向有权机关提出。",
}  # fmt: skip


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficePool]:
    pool = OfficePool(1, tmp_path_factory.mktemp("libreoffice"))
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def empty_town(tmp_path_factory: pytest.TempPathFactory, pool: OfficePool) -> Town:
    return make_town(tmp_path_factory.mktemp("towns") / "empty", pool)


@pytest.fixture(scope="session")
def applied_town(tmp_path_factory: pytest.TempPathFactory, empty_town: Town) -> Town:
    """One good application received."""
    town = copy_town(empty_town, tmp_path_factory.mktemp("towns") / "applied")
    town.apply()
    return town


@pytest.fixture(scope="session")
def pending_town(tmp_path_factory: pytest.TempPathFactory, applied_town: Town) -> Town:
    """A refusal to accept is drafted and waits for the signing officer."""
    town = copy_town(applied_town, tmp_path_factory.mktemp("towns") / "pending")
    refused = town.file(town.case(), "intake_decision", **REJECTION)
    assert refused.outcome == "recorded", refused.words
    return town


@pytest.fixture
def pending(tmp_path: Path, pending_town: Town) -> Iterator[Town]:
    """An office with one draft in `签发/待签发`."""
    town = copy_town(pending_town, tmp_path / "office")
    yield town
    town.close()


@pytest.fixture
def town(tmp_path: Path, empty_town: Town) -> Iterator[Town]:
    """An office on its first morning."""
    town = copy_town(empty_town, tmp_path / "office")
    yield town
    town.close()


@pytest.fixture
def applied(tmp_path: Path, applied_town: Town) -> Iterator[Town]:
    """An office with one case in `submitted`."""
    town = copy_town(applied_town, tmp_path / "office")
    yield town
    town.close()
