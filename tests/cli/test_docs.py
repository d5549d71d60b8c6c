"""Every command, exit code and setting stands in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.conftest import run
from pipeline import errors
from pipeline.cli import app
from pipeline.cli.boundary import EXIT_CODES
from pipeline.cli.reference import settings_page
from pipeline.settings import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"


def commands(node: object = None, path: str = "hongtou") -> list[tuple[str, list[str]]]:
    """Every command with its options."""
    node = node or get_command(app)
    below = getattr(node, "commands", None)
    if below:
        return [each for name, inner in below.items() for each in commands(inner, f"{path} {name}")]
    return [(path, [option for parameter in node.params for option in parameter.opts if option.startswith("--")])]


@pytest.mark.parametrize(("command", "options"), commands())
def test_each_command_and_its_options_stand_in_the_document(command: str, options: list[str]) -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert f"`{command}" in text
    short = {"--jurisdiction": "-j", "--role": "-r"}
    assert [option for option in options if option not in text and short.get(option, option) not in text] == []


def test_no_command_stands_in_the_document_that_does_not_exist() -> None:
    said = set(re.findall(r"^\| `(hongtou [a-z-]+(?: [a-z]+(?=[ `]))?)", (DOCS / "commands.md").read_text(encoding="utf-8"), re.M))
    known = {command for command, _ in commands()}
    assert said <= known and known <= said


def test_each_trouble_has_its_exit_code_in_document_and_help() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HongtouError)}
    assert codes <= EXIT_CODES.keys()
    rows = dict(re.findall(r"^\| (\d+) \| (.+?) \|", text, re.M))
    assert {int(code) for code in rows} == EXIT_CODES.keys()
    help_text = run("--help").stdout
    for code, (zh, _) in EXIT_CODES.items():
        assert zh.split("；")[0].split("，")[0].split("（")[0][:8] in rows[str(code)].replace("`", "")
        assert re.search(rf"(?m)^\W*{code}\s", help_text), code


def test_the_page_of_settings_is_up_to_date() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page(), "run: python -m pipeline.cli.reference > docs/settings.md"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_each_setting_stands_in_the_page(setting: object) -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert f"`{setting.key}`" in page and f"`{setting.variable}`" in page


def mentions() -> list[tuple[str, str]]:
    """(where, words) of every command that a document or a message tells somebody to type."""
    root = DOCS.parent
    files = [root / "README.md", *DOCS.rglob("*.md"), *(root / "pipeline").rglob("*.py")]
    pattern = re.compile(r"(?:`|运行 ?|用 |请先 ?|或 |：)hongtou ([a-z][a-z-]+(?: [a-z]+)?)|^ *(?:\$ |\.venv/bin/)hongtou ([a-z][a-z-]+(?: [a-z]+)?)", re.M)
    return [(path.relative_to(root).as_posix(), hit[1] or hit[2]) for path in files for hit in pattern.finditer(path.read_text(encoding="utf-8"))]


def test_each_command_that_somebody_is_told_to_type_exists() -> None:
    known = {command.removeprefix("hongtou ") for command, _ in commands()} | {"person", "law", "forms", "journal"}
    found = mentions()
    assert len(found) > 30
    assert [(where, words) for where, words in found if words not in known and words.split()[0] not in known] == []
