"""The documents say what is so: links lead somewhere, commands exist, settings are explained, the guide's example works."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipeline.check.examples import judge_example, read_example
from pipeline.check.pack_files import check_files
from pipeline.cli.app import app
from pipeline.errors import HongtouError
from pipeline.intake.names import ANSWERS
from pipeline.law.check_pack import check_pack
from pipeline.law.pack import Pack, load_pack
from pipeline.model import Severity
from pipeline.office import ROLES
from pipeline.settings import SETTINGS, Setting

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
ADRS = sorted(DOCS.glob("adr/[0-9]*.md"))
USERS = sorted(DOCS.glob("users/*.md"))
HEADINGS = ["Context", "Decision", "Consequence"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)
HONGTOU = re.compile(r"(?:^|\s)hongtou ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
SOURCE = re.compile(r"`([\w./-]+\.(?:py|java|sh|conf)|(?:pipeline|cases|desk|law|intake|check|papers|work|tools)/[\w./-]*)`")
COMMAND = re.compile(r"\bmake ([a-z][a-z-]*)")
REGISTRY = re.compile(r"https?://[^\s)\"'`]*(?:pypi|npmjs|mirror|artifactory|nexus|index-url)[^\s)\"'`]*|--(?:extra-)?index-url|\bPIP_INDEX", re.IGNORECASE)
LOCAL = re.compile(r"(?<![\w.])/(?:work|home|root|Users|tmp)/[\w.-]+|[A-Z]:\\Users\\")
TEXTS = {".md", ".py", ".yaml", ".yml", ".toml", ".sh", ".java", ".cfg", ".conf", ".lock", ".html", ""}


def _words(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode().split("\0")
    found = [ROOT / name for name in listed if name] or [p for p in ROOT.rglob("*") if not {".venv", "var", ".git"} & set(p.parts)]
    return [path for path in found if path.is_file() and path.suffix in TEXTS]


def _targets(text: str) -> list[str]:
    links = LINK.findall(FENCE.sub("", text))
    return [link.split("#")[0] for link in links if not re.match(r"[a-z]+:", link) and link.split("#")[0]]


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", _words(ROOT / "Makefile"), re.MULTILINE))


@pytest.mark.parametrize("path", ADRS, ids=lambda p: p.stem)
def test_a_decision_has_its_three_headings_and_fits_a_page(path: Path) -> None:
    text = _words(path)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert text.startswith(f"# {int(path.stem[:4])}. ")
    assert len(text.split()) <= 450


def test_decisions_are_numbered_without_a_gap_and_all_listed() -> None:
    assert [int(path.stem[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", _words(DOCS / "adr" / "README.md"))
    assert listed == [path.name for path in ADRS]


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_links_lead_to_something(path: Path) -> None:
    assert [target for target in _targets(_words(path)) if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_files_named_exist(path: Path) -> None:
    named = set(SOURCE.findall(FENCE.sub("", _words(path))))
    homes = [ROOT, ROOT / "pipeline", ROOT / "schemas" / "common", *(p for p in (ROOT / "pipeline").rglob("*") if p.is_dir())]
    assert {name for name in named if not any((home / name).exists() for home in homes)} == set()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_make_commands_exist(path: Path) -> None:
    shown = "\n".join([*re.findall(r"`([^`]*)`", _words(path)), *re.findall(r"^    (.*)$", _words(path), re.MULTILINE)])
    assert set(COMMAND.findall(shown)) - _make_targets() == set()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_commands_of_hongtou_exist(path: Path) -> None:
    known = _commands()
    named = {(one, two or "") for one, two in HONGTOU.findall("\n".join([*re.findall(r"`([^`]*)`", _words(path)), *re.findall(r"^    (.*)$", _words(path), re.MULTILINE)]))}
    assert {f"{one} {two}" for one, two in named if one not in known or (known[one] and two not in known[one])} == set()


def _commands() -> dict[str, set[str]]:
    groups = {group.name: {command.name for command in group.typer_instance.registered_commands} for group in app.registered_groups}
    return {str(command.name): set() for command in app.registered_commands} | {str(name): {str(one) for one in below} for name, below in groups.items()}


def test_readme_shows_both_commands_and_both_languages() -> None:
    text = _words(ROOT / "README.md")
    assert {"demo", "test"} <= set(COMMAND.findall(text))
    assert text.index("共享文件夹") < text.index("In English")


def test_pictures_are_small() -> None:
    assert {p.name: p.stat().st_size for p in (DOCS / "pictures").iterdir() if p.stat().st_size > 150_000} == {}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_every_setting_is_explained(setting: Setting) -> None:
    rows = [line for line in _words(DOCS / "settings.md").splitlines() if f"`{setting.key}`" in line]
    assert any(setting.variable in row and setting.en in row for row in rows)


def test_every_exit_code_is_explained() -> None:
    text = _words(DOCS / "commands.md")
    codes = {kind.exit_code for kind in (HongtouError, *HongtouError.__subclasses__())}
    assert [code for code in sorted(codes) if not re.search(rf"(?<!\d){code}(?!\d)", text)] == []


def test_the_guide_names_what_packs_are_made_of() -> None:
    text = _words(DOCS / "pack-guide.md")
    missing: set[str] = set()
    for folder in (ROOT / "schemas").iterdir():
        for path in folder.rglob("*.yaml"):
            missing |= {key for key in _keys(path) if not re.search(rf"\b{re.escape(key)}\b", text)}
    assert missing == set()


def _keys(path: Path) -> set[str]:
    """The words of the pack format that a file uses; what a pack itself names (fields, codes, bases …) is left out."""
    said = yaml.safe_load(_words(path)) or {}
    if path.parent.name in ("forms", "examples"):
        rules = said.get("rules") or []
        return set(said) | {key for rule in rules if isinstance(rule, dict) for key in rule}
    if path.name == "pack.yaml":
        return set(said) | {key for row in said["series"].values() for key in row}
    if path.name == "lifecycle.yaml" and path.parent.name != "common":
        steps = [step for step in said["transitions"].values() if step]
        return {key for step in steps for key in step} | {key for step in steps for clock in step.get("clocks") or () for key in clock}
    if path.name == "documents.yaml":
        return {key for row in (said.get("documents") or said).values() for key in row}
    return set()


@pytest.fixture(scope="module")
def copied_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The guide's third jurisdiction, made as the guide says."""
    root = tmp_path_factory.mktemp("guide")
    guide = _words(DOCS / "pack-guide.md")
    shutil.copytree(ROOT / "schemas" / "common", root / "schemas" / "common")
    shutil.copytree(ROOT / "schemas" / "hubei", root / "schemas" / "ceshi")
    for line in re.findall(r"^    (sed .*)$", guide, re.MULTILINE):
        subprocess.run(["bash", "-c", line], cwd=root, check=True)
    for path, body in re.findall(r"```yaml\n# (schemas/\S+)\n(.*?)```", guide, re.DOTALL):
        (root / path).write_text(body, encoding="utf-8")
    return load_pack(root / "schemas", "ceshi")


def test_the_guides_jurisdiction_is_proven(copied_pack: Pack) -> None:
    assert copied_pack.jurisdiction == "ceshi"
    assert copied_pack.param("prompt_report") == 10
    assert [f for f in (*check_pack(copied_pack), *check_files(copied_pack)) if f.severity is not Severity.WARNING] == []


@pytest.mark.parametrize(
    ("example", "expected"), [("major_event_report_cs01_accident", {"CS01", "ME03"}), ("major_event_report_on_day_30", {"ME03"})]
)
def test_the_guides_examples_behave(copied_pack: Pack, example: str, expected: set[str]) -> None:
    verdict = judge_example(copied_pack, read_example(copied_pack.folder / "examples" / f"{example}.yaml"))
    assert {f.rule for f in verdict.findings} == expected
    assert verdict.ok is ("CS01" not in expected)


def _folders_the_program_makes() -> set[str]:
    states = yaml.safe_load(_words(ROOT / "schemas" / "common" / "lifecycle.yaml"))
    sources = "\n".join(_words(path) for path in (ROOT / "pipeline").rglob("*.py"))
    named = set(re.findall(r"[一-鿿]{2,}", sources))
    return {*ROLES, ANSWERS, *states["phases"], *(state["zh"] for state in states["states"].values()), *named}


@pytest.mark.parametrize("path", USERS, ids=lambda p: p.stem)
def test_folders_named_to_users_exist(path: Path) -> None:
    quoted = "/".join(re.findall(r"`([^`]*/[^`]*)`", _words(path)))
    parts = {part for part in re.split(r"[/\s]", quoted) if re.fullmatch(r"[一-鿿]{2,}", part)}
    assert parts - _folders_the_program_makes() == set()


@pytest.mark.parametrize("path", USERS, ids=lambda p: p.stem)
def test_forms_named_to_users_exist(path: Path) -> None:
    titles = {str(p.stem) for p in (ROOT / "forms").glob("*/fill/*")} | _document_names()
    named = set(re.findall(r"《([^》]+)》", _words(path)))
    assert {name for name in named if not any(name in title for title in titles)} == set()


def _document_names() -> set[str]:
    packs = (yaml.safe_load(_words(path))["documents"] for path in (ROOT / "schemas").glob("*/documents.yaml"))
    return {row["zh"] for pack in packs for row in pack.values()}


def test_no_address_of_a_registry_and_no_path_of_one_machine() -> None:
    found = {_name(path): (REGISTRY.findall(text) + LOCAL.findall(text))[:3] for path in _tracked() if path != Path(__file__) for text in [path.read_text(encoding="utf-8", errors="ignore")]}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    ("text", "hit"),
    [("pip install --index-url x", True), ("https://mirror.example.invalid/simple", True), ("see /home/someone/x", True), ("/usr/bin/python3", False), ("inbox/hubei/", False)],
)
def test_the_search_finds_what_it_looks_for(text: str, hit: bool) -> None:
    assert bool(REGISTRY.search(text) or LOCAL.search(text)) is hit
