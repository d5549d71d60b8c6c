"""Loading a pack: shared types, layers, citations, lifecycle, regions, and packs that cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import PackError
from pipeline.law.edition import edition_digest
from pipeline.law.expand import merge_rules, overlay, without
from pipeline.law.identifiers import email_ok, phone_ok, sha256_ok, uscc_check_digit, uscc_fault
from pipeline.law.pack import Pack, _read_pack, jurisdictions, load_pack, load_packs
from pipeline.law.regions import Standing, covers, load_regions
from pipeline.law.yamlread import read_yaml

from .conftest import REAL, SMALL

REGIONS = load_regions(REAL / "common" / "regions.yaml")


def test_leaves_are_the_tags_of_the_form(small: Pack) -> None:
    paths = [path for path, _ in small.forms["application_form"].leaves()]
    assert paths[:6] == ["center_name", "application_date", "channel", "applicant.name", "applicant.uscc", "applicant.region_code"]
    assert "applicant.legal_representative.phone" in paths
    assert "tasks[].target" in paths


def test_every_node_has_kind_label_cite_and_source(small: Pack) -> None:
    for spec in small.forms.values():
        for path, node in spec.leaves():
            for key in ("kind", "label", "en", "cite", "source"):
                assert node["meta"].get(key), f"{spec.code} {path} {key}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("center_name", "text"), ("applicant", "group"), ("tasks", "table"), ("tasks[0].target", "decimal"), ("tasks[].due", "date"), ("applicant.legal_representative.name", "text"), ("service_fields", "choices")],
)
def test_nodes_are_found_by_path(small: Pack, path: str, kind: str) -> None:
    node = small.forms["application_form"].node(path)
    assert node is not None
    assert node["meta"]["kind"] == kind


@pytest.mark.parametrize("path", ["nothing", "center_name.x", "tasks[0].nothing", "applicant.nothing", ""])
def test_no_node_where_there_is_none(small: Pack, path: str) -> None:
    assert small.forms["application_form"].node(path) is None


def test_a_pack_lays_its_words_over_the_master(small: Pack) -> None:
    spec = small.forms["application_form"]
    assert spec.version == "1.1"
    assert spec.node("legacy_code") is None
    assert "legacy_code" not in {name for section in spec.sections for name in section.fields}
    assert [rule.id for rule in spec.rules] == ["S01", "S02"]
    name = spec.node("center_name")
    assert name is not None
    assert name["regex"].startswith("^测试中心")
    assert name["maxlength"] == 60
    assert name["meta"]["options" if "options" in name["meta"] else "hint"] == "例：测试中心（甲）"


def test_options_come_from_the_packs_lists(small: Pack) -> None:
    node = small.forms["application_form"].node("service_fields")
    assert node is not None
    assert [option["code"] for option in node["meta"]["options"]] == ["power", "steel", "other"]


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        ("@application", "《测试办法》第一条"), ("T-02", "《测试办法》第二条"), ("@budget", "类推：同类表格"), ({"design": "自定"}, "本系统约定：自定"),
        (["T-01", "@application", "@intake"], "《测试办法》第一条；一般法律规定：参照一般法律"), ("@nothing", ""), (None, ""), (3, ""),
    ],
)  # fmt: skip
def test_citations(small: Pack, ref: object, text: str) -> None:
    assert small.cite_text(ref) == text


def test_candidates_and_triggers(small: Pack) -> None:
    life = small.lifecycle
    assert [t.id for t in life.candidates("submitted", "decision_form")] == ["T02", "T03"]
    assert life.candidates("draft", "decision_form") == ()
    assert [t.id for t in life.on_timer("submitted", "INTAKE")] == ["T02"]
    assert [t.id for t in life.leaving("submitted")] == ["T02", "T03"]
    by_form, by_timer = life.transitions["T02"].by_form("decision_form"), life.transitions["T02"].by_timer("INTAKE")
    assert by_form is not None
    assert by_timer is not None
    assert (by_form.roles, by_timer.roles) == (("办理",), ())
    assert life.transitions["T03"].role == "办理"
    assert "T09" in life.absent


def test_clock_steps(small: Pack) -> None:
    step = small.lifecycle.transitions["T01"].clocks[0]
    assert (step.action, step.clock, step.period_param, step.unit, step.soft) == ("start", "INTAKE", "intake.days", "workdays", True)
    assert small.param(step.period_param) == 5
    assert small.param("extension.max") is None


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [("420000", "420106", True), ("420500", "420106", False), ("420500", "420506", True), ("429004", "429004", True), ("429004", "429005", False), ("420106", "420100", False), ("", "420106", False), ("42", "420106", False)],
)
def test_which_region_lies_in_which(outer: str, inner: str, inside: bool) -> None:
    assert covers(outer, inner) is inside


@pytest.mark.parametrize(
    ("code", "standing"),
    [("420106", "current"), ("429021", "current"), ("422801", "current"), ("500157", "current"), ("500112", "abolished"), ("421088", "current"), ("420199", "unknown"), ("422921", "unknown"), ("330106", "unlisted"), ("990101", "unknown"), ("42010", "unknown")],
)
def test_regions_of_the_real_table(code: str, standing: str) -> None:
    assert REGIONS.standing(code) is Standing(standing)


def test_counts_of_the_real_region_table() -> None:
    names = REGIONS.names
    prefectures = [code for code in names if code.startswith("42") and code.endswith("00") and code not in ("420000", "429000")]
    assert len(prefectures) == 13
    assert [names[code] for code in ("429004", "429005", "429006", "429021")] == ["仙桃市", "潜江市", "天门市", "神农架林区"]


@pytest.mark.parametrize(
    ("code", "fault"), [("12990000MA00T00131", ""), ("12990000MA00T00132", "checksum"), ("12990000MA00T0013", "length"), ("12990000MA00T0013I", "alphabet"), ("A2990000MA00T00131", "form"), ("", "length")]
)
def test_credit_codes(code: str, fault: str) -> None:
    got = uscc_fault(code)
    assert got == fault or (fault == "form" and got in ("form", "checksum"))


def test_check_digit_makes_a_code_right() -> None:
    assert uscc_fault("91990000MA00T0013" + uscc_check_digit("91990000MA00T0013")) == ""


@pytest.mark.parametrize(("text", "ok"), [("13800000000", True), ("027-00000000", True), ("02700000000", True), ("0710-0000000-123", True), ("1380000000", False), ("电话", False), ("027-0000", False)])
def test_phones(text: str, ok: bool) -> None:
    assert phone_ok(text) is ok


@pytest.mark.parametrize(("text", "ok"), [("a@example.cn", True), ("a.b+c@mail.example.com", True), ("a@b", False), ("a b@example.cn", False), ("a@example..cn", False), ("测试@example.cn", False)])
def test_addresses(text: str, ok: bool) -> None:
    assert email_ok(text) is ok


def test_digests() -> None:
    assert sha256_ok("a" * 64)
    assert not sha256_ok("g" * 64)


def test_overlay_merges_replaces_and_takes_away() -> None:
    assert overlay({"a": {"b": 1, "c": 2}, "l": [1], "x": 1}, {"a": {"b": 3}, "l": [2], "x": None}) == {"a": {"b": 3, "c": 2}, "l": [2]}


def test_rules_merge_by_id() -> None:
    base = [{"id": "A", "rule": "1", "zh": "甲"}, {"id": "B", "rule": "2"}, {"id": "C", "rule": "3"}]
    assert merge_rules(base, [{"id": "A", "zh": "乙"}, {"id": "B", "remove": True}, {"id": "D", "rule": "4"}]) == [
        {"id": "A", "rule": "1", "zh": "乙"}, {"id": "C", "rule": "3"}, {"id": "D", "rule": "4"},
    ]  # fmt: skip


def test_fields_are_taken_away_by_path() -> None:
    fields = {"a": {"type": "dict", "schema": {"b": {"type": "string"}, "c": {"type": "string"}}}, "t": {"type": "list", "schema": {"type": "dict", "schema": {"x": {"type": "string"}}}}}
    left = without(fields, ["a.b", "t[].x", "nothing.there"])
    assert list(left["a"]["schema"]) == ["c"]
    assert left["t"]["schema"]["schema"] == {}


@pytest.mark.parametrize(
    ("text", "value"), [("no: 1", {"no": 1}), ("a: yes", {"a": "yes"}), ("a: 0123", {"a": "0123"}), ("a: 10:30", {"a": "10:30"}), ("a: true", {"a": True}), ("a: ~", {"a": None}), ("a: 1.50", {"a": 1.5}), ("a: 1e3", {"a": "1e3"})]
)
def test_yaml_is_read_as_people_mean_it(tmp_path: Path, text: str, value: object) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert read_yaml(tmp_path / "x.yaml") == value


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: [", "a: !!python/object:x y", "a: 2026-13-01"])
def test_yaml_that_is_none_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r"bad\.yaml"):
        read_yaml(tmp_path / "bad.yaml")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("small/forms/note_form.yaml", "type: long_text", "type: nothing", "note_form"),
        ("small/forms/note_form.yaml", "version: \"1.0\"\n", "", "note_form"),
        ("small/lifecycle.yaml", "clocks: [{stop: INTAKE}]", "clocks: [{halt: INTAKE}]", "T02"),
        ("common/forms/application_form.yaml", "id: S02", "id: S01", "S01"),
        ("common/calendar/2026.yaml", "year: 2026", "year: 2027", "2026.yaml"),
        ("common/types.yaml", "legal_representative: {type: person", "legal_representative: {type: organization", "organization"),
    ],
)  # fmt: skip
def test_a_pack_that_cannot_be_read_says_where(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    shutil.copytree(SMALL, tmp_path / "s")
    path = tmp_path / "s" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError, match=told):
        load_pack(tmp_path / "s", "small")


def test_there_is_no_pack_without_pack_yaml() -> None:
    with pytest.raises(PackError):
        load_pack(SMALL, "nowhere")
    assert jurisdictions(SMALL) == ("small",)


def test_all_real_packs_load() -> None:
    packs = load_packs(REAL)
    assert len(packs) >= 2
    for pack in packs.values():
        assert any(spec.opens_case for spec in pack.forms.values())


def test_what_says_the_same_is_read_once_and_a_changed_word_is_seen(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "one")
    shutil.copytree(SMALL, tmp_path / "two")
    one, two = load_pack(tmp_path / "one", "small"), load_pack(tmp_path / "two", "small")
    assert one.forms is two.forms and one.digest == two.digest
    assert (one.folder, two.folder) == (tmp_path / "one" / "small", tmp_path / "two" / "small")
    file = tmp_path / "two" / "small" / "pack.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("zh: 测试规则包", "zh: 改了的规则包", 1), encoding="utf-8")
    changed = load_pack(tmp_path / "two", "small")
    assert changed.digest != one.digest and changed.title != one.title
    assert load_pack(tmp_path / "one", "small").title == one.title


def test_holiday_tables_are_no_part_of_an_edition_and_are_read_each_time(tmp_path: Path) -> None:
    shutil.copytree(REAL / "common", tmp_path / "common")
    shutil.copytree(REAL / "hubei", tmp_path / "hubei")
    before = load_pack(tmp_path, "hubei")
    table = max((tmp_path / "common" / "calendar").glob("2*.yaml"))
    year = int(table.stem)
    assert year in before.calendar.tables
    table.unlink()
    after = load_pack(tmp_path, "hubei")
    assert after.digest == before.digest and year not in after.calendar.tables


def test_a_pack_changed_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SMALL, tmp_path / "packs")
    file = tmp_path / "packs" / "small" / "pack.yaml"
    said = file.read_text(encoding="utf-8")
    before, count = load_pack(tmp_path / "packs", "small"), [0]

    def disturbed(folder: Path, common: Path, name: str) -> Pack:
        count[0] += 1
        read = _read_pack(folder, common, name)
        if count[0] == 1:
            file.write_text(said.replace("zh: 测试", "zh: 乙测试", 1), encoding="utf-8")
        return read

    file.write_text(said.replace("zh: 测试", "zh: 甲测试", 1), encoding="utf-8")
    monkeypatch.setattr("pipeline.law.pack._read_pack", disturbed)
    read = load_pack(tmp_path / "packs", "small")
    assert count == [2] and "乙" in read.title and read.digest == edition_digest(tmp_path / "packs", "small") != before.digest
