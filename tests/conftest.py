"""For all tests: wherever a file is judged, the quick look must agree with the whole analysis of differences; long files go first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from pipeline.papers import lasting_changes

TESTS = Path(__file__).parent

LONGEST_FIRST = ("whole", "papers_seal", "papers_pages", "cli", "desk", "archive")
"""Folders whose files take long: begun first, so that the workers end together."""

DIFFERED: list[str] = []
"""What the whole analysis said where the quick look had said yes and should not have."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; within a folder the order stays."""
    rank = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(TESTS).parts[0], len(rank)))


@pytest.fixture(scope="session", autouse=True)
def quick_look_agrees() -> Iterator[None]:
    """Each yes of the quick look is asked of the whole analysis as well; a difference fails the run."""
    quick = lasting_changes.only_lasting_additions

    def both(reader: Any, base: int) -> bool:
        said = quick(reader, base)
        if said and base < reader.total_revisions - 1:
            whole = DEFAULT_DIFF_POLICY.review_file(reader, base)
            if not isinstance(whole, DiffResult) or whole.modification_level > ModificationLevel.LTA_UPDATES:
                DIFFERED.append(f"{whole}")
        return said

    lasting_changes.only_lasting_additions = both
    yield
    lasting_changes.only_lasting_additions = quick
    assert not DIFFERED, DIFFERED
