"""For all tests: wherever a file is judged, the quick look must agree with the whole analysis of differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from pipeline.papers import lasting_changes

DIFFERED: list[str] = []
"""What the whole analysis said where the quick look had said yes and should not have."""


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
