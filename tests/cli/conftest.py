"""One office for all tests of the command line, and a hand that types commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app

REPOSITORY = Path(__file__).parents[2]
Hongtou = Callable[..., Result]


def run(*words: object) -> Result:
    """`hongtou` with these words."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def answer(result: Result) -> Any:
    """What was said to a machine."""
    return json.loads(result.stdout)


@pytest.fixture(scope="session")
def forms_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's packs and forms."""
    return REPOSITORY


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, forms_source: Path) -> Path:
    """An office made by `hongtou init`."""
    root = tmp_path_factory.mktemp("office") / "测试办公室"
    made = run("init", root, "--from", forms_source)
    assert made.exit_code == 0, made.output
    return root


@pytest.fixture
def hongtou(office: Path) -> Hongtou:
    """`hongtou` at the office."""
    return lambda *words: run(*words, "--office", office)
