"""The committed templates are whole, and lint sees what is wrong with one."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx as python_docx
import pytest

from pipeline.law.pack import load_packs
from pipeline.model import Severity
from pipeline.papers.lint import lint_layout, lint_template
from pipeline.papers.names import ANY, known_names
from pipeline.papers.templates.build import SHEETS, build_template, build_templates, names_for, write_templates

from .conftest import Pages
from .sample import NAME

ROOT = Path(__file__).parents[2]
PACKS = load_packs(ROOT / "schemas")
ISSUED = {jurisdiction: {spec["template"] for spec in pack.documents.values() if spec.get("template")} for jurisdiction, pack in PACKS.items()}
CASES = [(jurisdiction, name) for jurisdiction in PACKS for name in names_for(ISSUED[jurisdiction])]


@pytest.mark.parametrize(("jurisdiction", "name"), CASES)
def test_committed_templates_are_clean_for_their_pack(jurisdiction: str, name: str) -> None:
    pack = PACKS[jurisdiction]
    data = (ROOT / "forms" / jurisdiction / "issue" / name).read_bytes()
    known = known_names({code: spec.fields for code, spec in pack.forms.items()})
    assert lint_template(data, known, name, required=("doc.number", "doc.date")) == ()


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_committed_templates_are_what_the_builder_makes(jurisdiction: str) -> None:
    made = build_templates(PACKS[jurisdiction].authority["name"], ISSUED[jurisdiction])
    folder = ROOT / "forms" / jurisdiction / "issue"
    assert {path.name for path in folder.glob("*.docx")} == set(made)
    assert [name for name, data in made.items() if (folder / name).read_bytes() != data] == []


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_every_document_of_a_pack_has_its_template(jurisdiction: str) -> None:
    assert ISSUED[jurisdiction] <= set(SHEETS)


@pytest.mark.parametrize("name", SHEETS)
def test_python_docx_and_so_word_can_open_them(name: str) -> None:
    document = python_docx.Document(io.BytesIO(build_template(name, NAME)))
    assert {style.name for style in document.styles} >= {"公文正文", "公文标题", "成文日期"}


def test_building_again_keeps_what_a_clerk_changed(tmp_path: Path) -> None:
    assert len(write_templates(tmp_path, NAME)) == len(SHEETS)
    mine = tmp_path / "task_book.docx"
    mine.write_bytes(b"mine")
    assert write_templates(tmp_path, NAME) == ()
    assert mine.read_bytes() == b"mine"
    assert len(write_templates(tmp_path, NAME, replace=True)) == len(SHEETS)


def changed(old: str, new: str, part: str = "word/document.xml", name: str = "preparation_approval.red_head.docx") -> bytes:
    """A template with one thing changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(build_template(name, NAME))) as before, zipfile.ZipFile(stream, "w") as after:
        for entry in before.namelist():
            data = before.read(entry)
            if entry == part or (part == "*" and entry.startswith("word/")):
                text = data.decode()
                assert old in text or part == "*"
                data = text.replace(old, new).encode()
            after.writestr(entry, data)
    return stream.getvalue()


KNOWN = {"application": ANY, "task_book": ANY, "deliberation_minutes": ANY, **known_names({})}
STYLES, SETTINGS = "word/styles.xml", "word/settings.xml"


@pytest.mark.parametrize(
    ("rule", "old", "new", "part"),
    [
        ("T01", "{{ doc.addressee }}", "{{ doc.addressee | }}", "word/document.xml"),
        ("T02", "{{ doc.addressee }}", "{{ doc.adressee }}", "word/document.xml"),
        ("T02", "{{ doc.addressee }}", "{{ nobody.name }}", "word/document.xml"),
        ("T03", "{{ doc.addressee }}", "{{ doc.addressee", "word/document.xml"),
        ("T04", "{{ doc.addressee }}", "｛｛ doc.addressee ｝｝", "word/document.xml"),
        ("T05", "doc.number", "doc.title", "word/document.xml"),
        ("F01", 'w:top="2098"', 'w:top="1440"', "word/document.xml"),
        ("F02", 'w:line="579"', 'w:line="560"', STYLES),
        ("F03", 'w:eastAsia="仿宋_GB2312"', 'w:eastAsia="微软雅黑"', STYLES),
        ("F04", "FF0000", "C00000", STYLES),
        ("F05", "{{ doc.number or '（待编号）' }}", "测市监函[2026]012号", "word/document.xml"),
        ("F08", '<w:sz w:val="44"/>', '<w:sz w:val="36"/>', STYLES),
        ("F10", "{{ doc.addressee }}：", "{{ doc.addressee }}:", "word/document.xml"),
        ("F11", 'w:firstLineChars="200"', 'w:firstLineChars="0"', STYLES),
        ("F12", "三、筹建任务。", "五、筹建任务。", "word/document.xml"),
        ("F12", "一、同意筹建。", "1、同意筹建。", "word/document.xml"),
        ("F14", 'w:rightChars="400"', 'w:rightChars="200"', STYLES),
        ("F16", "现", "自2026年03月12日起", "word/document.xml"),
        ("F21", "<w:evenAndOddHeaders/>", "", SETTINGS),
        ("F24", "，落实", ",落实", "word/document.xml"),
        ("F24", "，经组织", "经组织,经组织", "word/document.xml"),
    ],
)  # fmt: skip
def test_lint_sees(rule: str, old: str, new: str, part: str) -> None:
    clean = {finding.rule for finding in lint_template(changed("", "", "*"), KNOWN)}
    found = [finding for finding in lint_template(changed(old, new, part), KNOWN) if finding.rule == rule]
    assert rule not in clean
    assert found and all(finding.zh and finding.en and finding.repair_zh for finding in found)


def test_lint_of_junk() -> None:
    assert [finding.rule for finding in lint_template(b"junk", KNOWN)] == ["T00"]


def test_filled_documents_pass_the_layout_rules_too(pages: Pages) -> None:
    for name in ("preparation_approval", "expert_team_notice", "correction_notice"):
        assert [f for f in lint_layout(pages.docx(name)) if f.severity is Severity.ERROR] == []


def test_templates_name_no_jurisdiction() -> None:
    for name in SHEETS:
        with zipfile.ZipFile(io.BytesIO(build_template(name, "测试局"))) as package:
            whole = "".join(package.read(part).decode() for part in package.namelist())
        assert not re.search("湖北|重庆|省市场|hubei|chongqing", whole)
