"""Packs the law tests read: a tiny made-up one, and the real ones beside the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.law.pack import Pack, load_pack

SMALL = Path(__file__).parent / "pack_small"
REAL = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="session")
def small() -> Pack:
    """The made-up pack."""
    return load_pack(SMALL, "small")
