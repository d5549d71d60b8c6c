"""Nothing about a jurisdiction is in code: adding one touches only schemas/ and forms/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = re.compile(r"hubei|chongqing|wuhan|湖北|重庆|武汉|鄂|渝", re.IGNORECASE)
FILES = sorted(p for p in (ROOT / "pipeline").rglob("*") if p.suffix in {".py", ".html", ".css", ".java", ".toml", ".yaml", ".js"})


def _places(text: str) -> list[str]:
    return [f"{number}: {line.strip()[:80]}" for number, line in enumerate(text.splitlines(), 1) if NAMES.search(line)]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_code_names_no_jurisdiction(path: Path) -> None:
    assert _places(path.read_text(encoding="utf-8")) == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert _places('if pack.jurisdiction == "Hubei":') != []
    assert _places("鄂市监") != []
    assert _places("a plain line") == []
