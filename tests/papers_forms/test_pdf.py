"""The fillable PDF holds what is filled in, shows it, and says who it is."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from papers_forms.stand_in import APPLICATION, IDENTITY, PACK, VALUES, leaf, rows
from pipeline.law.values import parse_value
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_pdf, fill_pdf
from pipeline.papers.forms.sheet import folded

BLANK = build_pdf(PACK, APPLICATION, IDENTITY, rows={"members": 3, "tasks": 6})
FULL = build_pdf(PACK, APPLICATION, IDENTITY, VALUES, locked=("center_name", "tasks"))


def fields(form: bytes) -> dict[str, Any]:
    found = PdfReader(io.BytesIO(form)).get_fields() or {}
    return {name: field for name, field in found.items() if "/FT" in field}


def widgets(page: Any) -> list[Any]:
    return [annotation.get_object() for annotation in page.get("/Annots", ())]


def understood(form: bytes) -> dict[str, Any]:
    """Values by path, parsed as the check parses them."""
    metas = {path: node["meta"] for path, node in APPLICATION.leaves()}
    found: dict[str, Any] = {}
    for name, field in fields(form).items():
        head, _, tail = name.partition("[")
        path = f"{head}[]{tail.partition(']')[2]}" if tail else head
        value = field.get("/V")
        if "=" in name:
            option = name.split("=")[1]
            found.setdefault(name.split("=")[0], []).extend([option] if value == "/Yes" else [])
        elif path in metas and value not in (None, ""):
            found[name] = parse_value(metas[path], str(value))
    return found


def flat(values: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                found |= flat(row, f"{prefix}{key}[{number}].")
        else:
            found[prefix + key] = value.strip() if isinstance(value, str) else value
    return found


@pytest.mark.parametrize("form", [FULL, fill_pdf(BLANK, VALUES)], ids=["prefilled", "filled"])
def test_what_is_read_back_equals_what_was_put_in(form: bytes) -> None:
    assert understood(form) == flat(VALUES)


def test_the_blank_form_says_nothing_but_who_it_is() -> None:
    assert understood(BLANK) == {"service_fields": []}
    hidden = fields(BLANK)["__form__"]
    assert FormIdentity.decode(str(hidden["/V"])) == IDENTITY
    assert hidden["/Ff"] & 1
    (widget,) = [a for page in PdfReader(io.BytesIO(BLANK)).pages for a in widgets(page) if a.get("/T") == "__form__"]
    assert widget["/F"] & 2


def test_every_leaf_has_its_field() -> None:
    names = {name.split("=")[0].replace("[0]", "[]", 1) for name in fields(BLANK) if "[" not in name or "[0]" in name}
    assert names == {path for path, _ in APPLICATION.leaves()} | {"__form__"}


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert build_pdf(PACK, APPLICATION, IDENTITY, VALUES) == build_pdf(PACK, APPLICATION, IDENTITY, VALUES)


@pytest.mark.parametrize(
    ("name", "kind", "flag"),
    [("center_name", "/Tx", 1), ("tasks[0].target", "/Tx", 1), ("applicant.uscc", "/Tx", 2), ("demand_summary", "/Tx", 1 << 12), ("center_kind", "/Ch", 1 << 17), ("is_joint", "/Ch", 1 << 17), ("service_fields=power", "/Btn", 0)],
)
def test_kinds_and_flags(name: str, kind: str, flag: int) -> None:
    field = fields(FULL)[name]
    assert field["/FT"] == kind
    assert field.get("/Ff", 0) & flag == flag
    assert name == "center_name" or name.startswith("tasks") or not field.get("/Ff", 0) & 1


def test_pages_are_a4_and_speak_chinese() -> None:
    reader = PdfReader(io.BytesIO(BLANK))
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in reader.pages} == {(595, 842)}
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(word in text for word in ("填 写 说 明", "一、申请单位基本情况", "计量测试需求综述", "（公章）"))


def test_fields_stand_on_the_page_and_do_not_overlap() -> None:
    for page in PdfReader(io.BytesIO(FULL)).pages:
        boxes = [[float(side) for side in widget["/Rect"]] for widget in widgets(page) if widget.get("/T") != "__form__"]
        assert all(0 < left < right < 595 and 40 < bottom < top < 800 for left, bottom, right, top in boxes)
        for index, (left, bottom, right, top) in enumerate(boxes):
            for other in boxes[index + 1 :]:
                assert left >= other[2] or other[0] >= right or bottom >= other[3] or other[1] >= top


def test_filled_values_can_be_seen() -> None:
    def ink(form: bytes) -> int:
        document = pypdfium2.PdfDocument(form)
        document.init_forms()
        picture = document[0].render(scale=1, may_draw_forms=True).to_pil()
        return sum(picture.convert("L").crop((220, 400, 500, 600)).histogram()[:120])

    assert ink(fill_pdf(BLANK, {"center_name": "测试省碳计量中心", "center_kind": "energy"})) > ink(BLANK) + 200


@pytest.mark.parametrize(
    "values",
    [{"no_such_field": "x"}, {"center_kind": "gold"}, {"service_fields": ["gold"]}, {"budget": [{"item": "科目"}] * 4}, {"center_name": "另一名称"}],
    ids=lambda values: next(iter(values)),
)
def test_what_a_person_could_not_fill_in_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="field|option|locked"):
        fill_pdf(FULL, values)


def test_rare_characters_are_drawn_from_another_font() -> None:
    form = build_pdf(PACK, APPLICATION, IDENTITY, {"center_name": "测试𬭎𠮷中心"})
    assert fields(form)["center_name"]["/V"] == "测试𬭎𠮷中心"


def sizes(form: bytes) -> dict[str, tuple[float, float]]:
    """By name of a choice: the size typing is set in, and the smallest size its appearance uses."""
    found = {}
    for name, field in fields(form).items():
        if field.get("/FT") == "/Ch":
            whole = field.indirect_reference.get_object()
            drawn = whole.get("/AP")
            used = re.findall(rb"([\d.]+) Tf", drawn["/N"].get_data()) if drawn else [b"99"]
            found[name] = (float(str(whole["/DA"]).split()[1]), min(float(size) for size in used))
    return found


LONG = "为政府及行业提供能源资源与碳排放计量技术支撑和公共服务保障，并承担上级交办的其他事项"


@pytest.mark.parametrize("text", ["电力", "开展能源资源及碳计量设备测试校准服务", LONG], ids=["short", "long", "longer than its box"])
def test_an_option_is_never_set_below_seven_points(text: str) -> None:
    options = [{"code": "D1", "zh": text, "en": "D1"}, {"code": "D2", "zh": "其他", "en": "other"}]
    columns = {name: leaf("text", f"栏目{name}") for name in "abcd"} | {"duty": leaf("choice", "对应职责", options=options)}
    spec = replace(APPLICATION, cover={}, sections=(), fields={"kind": columns["duty"], "tasks": rows("任务", **columns)})
    form = build_pdf(PACK, spec, IDENTITY, {"kind": "D1", "tasks": [{"duty": "D1"}] * 2})
    blank = build_pdf(PACK, spec, IDENTITY)
    for made in (form, fill_pdf(blank, {"kind": "D1", "tasks": [{"duty": "D1"}]}), blank):
        assert min(size for pair in sizes(made).values() for size in pair) >= 7
    assert fields(form)["tasks[1].duty"]["/V"] == "D1"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("职称结构正高级（人）", 80, ["职称结构正高级", "（人）"]),
        ("一二三四五六七八。", 80, ["一二三四五六七", "八。"]),
        ("甲\n乙", 80, ["甲", "乙"]),
        ("（", 5, ["（"]),
    ],
)
def test_lines_end_and_begin_where_chinese_lines_may(text: str, width: float, lines: list[str]) -> None:
    assert folded(text, width, 10) == lines
