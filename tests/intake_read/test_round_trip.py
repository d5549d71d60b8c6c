"""What a form was filled in with is what is read, in every format, after other programs, and without controls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.intake.read.child import read_drop
from pipeline.intake.read.forms import Desk
from pipeline.intake.read.word import W
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack, jurisdictions
from pipeline.law.values import format_value
from pipeline.papers.forms import build_docx, build_pdf

from .conftest import Read, identity, repacked
from .samples import leaves, plain_pick, understood, values_for

JURISDICTIONS = jurisdictions(Path(__file__).parents[2] / "schemas")
ONE_NOW = [JURISDICTIONS[0], *(pytest.param(other, marks=pytest.mark.slow) for other in JURISDICTIONS[1:])]
"""Reading every form of a pack takes a minute: the first pack in each run, the others in `make test-all`."""
ALL_PDF = pytest.param("pdf, all", marks=pytest.mark.slow)
"""A PDF form takes a third of a second to draw: every third one and the long ones in each run, all in `make test-all`."""
LONG = ("application_form", "task_book", "preparation_review_report", "intake_decision")
"""Forms with cards, opinions, groups, covers and tables: all there is to get wrong."""


def test_there_are_packs_to_try() -> None:
    assert len(JURISDICTIONS) >= 2


def same(spec: FormSpec, raw: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    read, given = dict(leaves(understood(spec.fields, raw))), dict(leaves(values))
    assert {path: read.get(path) for path in given.keys() | read.keys()} == {path: given.get(path) for path in given.keys() | read.keys()}


def as_data(spec: FormSpec, jurisdiction: str, values: Mapping[str, Any], dump: Callable[[Any], str]) -> bytes:
    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return str(value) if isinstance(value, (date, Decimal)) else value

    return dump({"form": spec.code, "version": spec.version, "jurisdiction": jurisdiction, "case": "X-1", "revision": 2, "data": plain(values)}).encode()


def forms_of(pack: Pack, kind: str) -> dict[str, FormSpec]:
    """The forms to try in a format; see `ALL_PDF`."""
    return {code: spec for n, (code, spec) in enumerate(pack.forms.items()) if kind != "pdf" or n % 3 == 0 or code in LONG}


@pytest.mark.parametrize("kind", ["docx", "pdf", "json", "yaml", ALL_PDF])
@pytest.mark.parametrize("jurisdiction", ONE_NOW)
def test_every_form_of_every_pack_is_read_as_filled_in(packs: dict[str, Pack], tmp_path: Path, desk: Desk, jurisdiction: str, kind: str) -> None:
    pack, suffix = packs[jurisdiction], kind.split(",")[0]
    for code, spec in forms_of(pack, kind).items():
        values = values_for(spec.fields)
        known = identity(code, jurisdiction, case="X-1", revision=2)
        content = {
            "docx": partial(build_docx, pack, spec, known, values), "pdf": partial(build_pdf, pack, spec, known, values),
            "json": partial(as_data, spec, jurisdiction, values, json.dumps),
            "yaml": partial(as_data, spec, jurisdiction, values, partial(yaml.safe_dump, allow_unicode=True)),
        }[suffix]()  # fmt: skip
        path = tmp_path / "drop"
        path.write_bytes(content)
        submission = read_drop(path, f"{code}.{suffix}", desk)
        assert submission.main is not None and submission.main.identity == known, (code, submission.findings)
        assert submission.findings == (), code
        same(spec, submission.main.raw, values)
        assert leaf_paths(submission.main.raw) <= submission.main.places.keys(), code


def leaf_paths(raw: Mapping[str, Any]) -> set[str]:
    return {path for path, _ in leaves(raw)}


@pytest.mark.parametrize("kind", ["docx", "pdf", ALL_PDF])
@pytest.mark.parametrize("jurisdiction", ONE_NOW)
def test_a_blank_form_holds_nothing(packs: dict[str, Pack], desk: Desk, tmp_path: Path, jurisdiction: str, kind: str) -> None:
    suffix = kind.split(",")[0]
    build: Callable[..., bytes] = build_docx if suffix == "docx" else build_pdf
    for code, spec in forms_of(packs[jurisdiction], kind).items():
        (tmp_path / "drop").write_bytes(build(packs[jurisdiction], spec, identity(code, jurisdiction)))
        submission = read_drop(tmp_path / "drop", f"form.{suffix}", desk)
        assert submission.main is not None and submission.main.raw == {}, code
        assert submission.findings == (), code


def without_controls(docx: bytes) -> bytes:
    """The form as it is after its text was copied into a new file: no controls, no identity."""

    def change(name: str, data: bytes) -> bytes | None:
        if name == "docProps/custom.xml":
            return None
        if name != "word/document.xml":
            return data
        root = etree.fromstring(data)
        while (control := next(root.iter(W + "sdt"), None)) is not None:
            parent, content = control.getparent(), control.find(W + "sdtContent")
            tag = control.find(f"{W}sdtPr/{W}tag")
            if tag is None or tag.get(W + "val") != "__form__":
                for child in reversed(list(content)):
                    parent.insert(parent.index(control) + 1, child)
            parent.remove(control)
        return bytes(etree.tostring(root))

    return repacked(docx, change)


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("code", LONG)
def test_a_form_without_its_controls_is_read_by_its_labels(packs: dict[str, Pack], read: Read, code: str, filled: bool) -> None:
    spec = packs["hubei"].forms[code]
    values = values_for(spec.fields) if filled else {}
    submission = read(without_controls(build_docx(packs["hubei"], spec, identity(code), values)))
    assert submission.main is not None
    assert submission.main.identity.form == code
    assert submission.main.method == "labels"
    same(spec, submission.main.raw, values)
    assert {finding.rule for finding in submission.findings} == ({"identity_missing", "read_by_label"} if filled else {"identity_missing"})


def test_of_two_tables_alike_the_blank_one_keeps_its_turn(packs: dict[str, Pack], read: Read) -> None:
    spec = packs["hubei"].forms["preparation_review_report"]
    values = {"site_items": values_for(spec.fields)["site_items"]}
    submission = read(without_controls(build_docx(packs["hubei"], spec, identity(spec.code), values)))
    assert submission.main is not None
    same(spec, submission.main.raw, values)


@pytest.mark.parametrize("filled", [True, False])
def test_a_form_saved_by_libreoffice_is_read_as_before(
    packs: dict[str, Pack], read: Read, through_libreoffice: Callable[[bytes], bytes], filled: bool
) -> None:
    spec = packs["hubei"].forms["application_form"]
    values = values_for(spec.fields) if filled else {}
    submission = read(through_libreoffice(build_docx(packs["hubei"], spec, identity("application_form"), values)))
    assert submission.main is not None and submission.main.method == "tags"
    assert submission.main.identity == identity("application_form")
    same(spec, submission.main.raw, values)


SPELLINGS = {
    "date": ("2026年1月15日", "2026-01-15", "2026/1/15", "2026.1.15", "２０２６年１月１５日"),
    "money": ("1,234.50", "１２３４.５０", "1234.5"), "boolean": ("是", "☑", "√"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "spelling"), [(kind, spelling) for kind, ways in SPELLINGS.items() for spelling in ways])
def test_usual_ways_of_writing_survive_reading(packs: dict[str, Pack], read: Read, kind: str, spelling: str) -> None:
    spec = packs["hubei"].forms["application_form"]
    meaning: dict[str, Any] = {"date": date(2026, 1, 15), "money": Decimal("1234.50"), "boolean": True}
    values = values_for(spec.fields, lambda path, node: meaning.get(node["meta"]["kind"], plain_pick(path, node)))
    written = format_value({"kind": kind}, meaning[kind]).encode()

    def change(name: str, data: bytes) -> bytes:
        return data.replace(b">" + written + b"<", b">" + spelling.encode() + b"<") if name == "word/document.xml" else data

    docx = build_docx(packs["hubei"], spec, identity("application_form"), values)
    changed = repacked(docx, change)
    assert changed != docx
    submission = read(changed)
    assert submission.main is not None
    same(spec, submission.main.raw, values)
    assert submission.findings == ()


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")), min_size=1, max_size=30)


def filled_with(spec: FormSpec, words: str, more: str, count: int) -> dict[str, Any]:
    made = {"text": f"甲{words}", "long_text": f"甲{words}\n乙{more}"}
    values = values_for(spec.fields, lambda path, node: made.get(node["meta"]["kind"], plain_pick(path, node)), rows=count)
    return {key: value for key, value in values.items() if value != []}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, more=WORDS, count=st.integers(0, 4))
def test_any_words_survive_word(packs: dict[str, Pack], desk: Desk, tmp_path: Path, words: str, more: str, count: int) -> None:
    spec = packs["hubei"].forms["expert_team_form"]
    values = filled_with(spec, words, more, count)
    (tmp_path / "drop").write_bytes(build_docx(packs["hubei"], spec, identity(spec.code), values))
    submission = read_drop(tmp_path / "drop", "form.docx", desk)
    assert submission.main is not None
    same(spec, submission.main.raw, values)


@pytest.mark.parametrize("words", ["碳计量(A)&<b>中心</b>", "\\(1\\)《办法》第十条", "一；二=三;四"])
def test_marked_up_words_survive_pdf(packs: dict[str, Pack], read: Read, words: str) -> None:
    spec = packs["hubei"].forms["move_request"]
    values = filled_with(spec, words, words, 1)
    submission = read(build_pdf(packs["hubei"], spec, identity(spec.code), values), "form.pdf")
    assert submission.main is not None
    same(spec, submission.main.raw, values)
