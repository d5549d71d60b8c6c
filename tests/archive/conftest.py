"""One office whose case was refused, signed off, and filed in the archive; copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole.conftest import REJECTION
from whole.town import Town, copy_town, make_town

from pipeline.archive.holding import Holding, open_holding
from pipeline.desk.archiving import package_home
from pipeline.desk.judging import stop_judges
from pipeline.papers.convert import OfficePool

FONDS = "CS001"


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficePool]:
    pool = OfficePool(1, tmp_path_factory.mktemp("libreoffice"))
    yield pool
    pool.close()
    stop_judges()


@pytest.fixture(scope="session")
def filed_town(tmp_path_factory: pytest.TempPathFactory, pool: OfficePool) -> Town:
    """A case refused, sealed, raised, and filed three days later by the archivist."""
    town = make_town(tmp_path_factory.mktemp("archive") / "office", pool)
    town.apply()
    assert town.file(town.case(), "intake_decision", **REJECTION).outcome == "recorded"
    assert town.sign(town.case()).outcome == "recorded"
    town.later(days=3)
    town.sweep()
    file_case(town)
    return town


def file_case(town: Town, **more: object) -> None:
    """The archivist fills in the form that lies in 待办 (or a blank one) and drops it."""
    case = town.case()
    data = {"case_no": case.no, "fonds_no": FONDS, "unit_code": "JLC", "archivist": "测试档案员", "archived_on": town.today, **more}
    told = town.drop("办理", town.blank("archiving_record", data), f"归档_{len(case.archived)}.docx")
    assert told.outcome == "recorded", told.words
    assert town.engine.failed() == ()


@pytest.fixture
def filed(tmp_path: Path, filed_town: Town) -> Iterator[Town]:
    town = copy_town(filed_town, tmp_path / "office")
    yield town
    town.close()


@pytest.fixture
def package(tmp_path: Path, filed_town: Town) -> Holding:
    """A writable copy of the package."""
    case = filed_town.case()
    target = tmp_path / "package"
    shutil.copytree(package_home(filed_town.desk, case, case.archived[0]), target)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return open_holding(target)
