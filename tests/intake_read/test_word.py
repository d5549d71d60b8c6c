"""Content controls wherever they sit, and what counts as their text."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Read, identity
from .wordmade import LEVELS, STRICT_NS, W_NS, WORD_ROOT, WPS_ROOT, form_mark, p, package, run, sdt, tbl, tc, tr

FORM = form_mark(identity("application_form").encode())
TICKED = '<w14:checkbox><w14:checked w14:val="{0}"/><w14:checkedState w14:val="2612"/></w14:checkbox>'


def rules(submission: Any) -> set[str]:
    return {finding.rule for finding in submission.findings}


def raw(submission: Any) -> dict[str, Any]:
    assert submission.main is not None, submission.findings
    return dict(submission.main.raw)


@pytest.mark.parametrize("root", [WORD_ROOT, WPS_ROOT], ids=["Word", "WPS"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_control_is_read_wherever_it_sits(read: Read, level: str, root: str) -> None:
    body = LEVELS[level]("center_name", "测试碳计量中心", "<w:text/>") + FORM
    assert raw(read(package(body, root)))["center_name"] == "测试碳计量中心"


def test_the_strict_variant_of_the_format_is_read(read: Read) -> None:
    assert raw(read(package(p(sdt("center_name", run("测试中心"))) + FORM, ns=STRICT_NS)))["center_name"] == "测试中心"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>", "甲\t乙"),
        ("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>", "甲\n乙"),
        ("<w:r><w:t>甲</w:t><w:cr/><w:t>乙</w:t></w:r>", "甲\n乙"),
        ("<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>1</w:t></w:r>", "A-1"),
        ("<w:r><w:t>甲</w:t></w:r><w:hyperlink><w:r><w:t>乙</w:t></w:r></w:hyperlink>", "甲乙"),
        ("<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType='end'/></w:r><w:r><w:t>7</w:t></w:r>", "7"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>pīn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase></w:ruby></w:r>", "拼"),
        ("<w:smartTag><w:r><w:t>武汉</w:t></w:r></w:smartTag>", "武汉"),
    ],
)
def test_text_is_what_is_seen(read: Read, content: str, expected: str) -> None:
    assert raw(read(package(p(sdt("center_name", content)) + FORM)))["center_name"] == expected


def test_inserted_text_counts_deleted_text_does_not_and_it_is_told(read: Read) -> None:
    content = f'{run("测试")}<w:ins w:id="1" w:author="甲">{run("碳")}</w:ins><w:del w:id="2" w:author="甲"><w:r><w:delText>煤</w:delText></w:r></w:del>{run("中心")}'
    submission = read(package(p(sdt("center_name", content)) + FORM))
    assert raw(submission)["center_name"] == "测试碳中心"
    assert "tracked_changes" in rules(submission)


def test_hidden_text_is_not_read_and_is_told(read: Read) -> None:
    submission = read(package(p(sdt("center_name", run("测试中心") + run("另一家", "<w:vanish/>"))) + FORM))
    assert raw(submission)["center_name"] == "测试中心"
    assert "hidden_text" in rules(submission)


@pytest.mark.parametrize(
    ("content", "properties", "styles"),
    [
        (run("单击或点击此处输入文字。", '<w:rStyle w:val="PlaceholderText"/>'), "<w:showingPlcHdr/>", ""),
        (run("填写拟建中心名称", '<w:rStyle w:val="a3"/>'), "", f'<w:style xmlns:w="{W_NS}" w:styleId="a3"><w:name w:val="Placeholder Text"/></w:style>'),
        (run("请选择"), "<w:dropDownList/>", ""),
        (run("　 "), "", ""),
        ("", "", ""),
    ],
)
def test_what_nobody_filled_in_is_absent(read: Read, content: str, properties: str, styles: str) -> None:
    submission = read(package(p(sdt("center_name", content, properties)) + FORM, styles=styles))
    assert raw(submission) == {}
    assert submission.findings == ()


def test_words_under_a_placeholder_mark_are_absent_but_told(read: Read) -> None:
    submission = read(package(p(sdt("center_name", run("测试中心"), "<w:showingPlcHdr/>")) + FORM))
    assert raw(submission) == {}
    assert "placeholder_kept" in rules(submission)


@pytest.mark.parametrize(
    ("shown", "full", "told"),
    [("2026年1月15日", "2026-01-15T00:00:00Z", False), ("２０２６年１月１５日", "2026-01-15T00:00:00Z", False), ("2026年1月16日", "2026-01-15T00:00:00Z", True)],
)
def test_the_date_shown_wins_over_the_controls_own(read: Read, shown: str, full: str, told: bool) -> None:
    submission = read(package(p(sdt("application_date", run(shown), f'<w:date w:fullDate="{full}"/>')) + FORM))
    assert raw(submission)["application_date"] == shown
    assert ("date_differs" in rules(submission)) is told


def test_a_choice_is_what_is_shown_not_the_controls_hidden_code(read: Read) -> None:
    forged = '<w:dropDownList><w:listItem w:displayText="直接申请" w:value="carbon"/></w:dropDownList>'
    assert raw(read(package(p(sdt("channel", run("直接申请"), forged)) + FORM)))["channel"] == "直接申请"


@pytest.mark.parametrize(
    ("mark", "state", "chosen", "told"),
    [("☒", "1", True, False), ("☑", "true", True, False), ("☐", "0", False, False), ("☑", "0", True, True), ("☐", "1", False, True)],
)
def test_a_box_is_ticked_when_it_looks_ticked(read: Read, mark: str, state: str, chosen: bool, told: bool) -> None:
    submission = read(package(p(sdt("service_fields=power", run(mark), TICKED.format(state)), run("电力")) + FORM))
    assert raw(submission).get("service_fields") == (["power"] if chosen else None)
    assert ("mark_differs" in rules(submission)) is told


def test_a_wingdings_tick_of_wps_counts(read: Read) -> None:
    sym = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    assert raw(read(package(p(sdt("service_fields=power", sym)) + FORM)))["service_fields"] == ["power"]


def item(*cells: str) -> str:
    return f'<w:sdt><w:sdtPr><w15:repeatingSectionItem/></w:sdtPr><w:sdtContent>{tr(*cells)}</w:sdtContent></w:sdt>'


def task(number: int, text: str) -> tuple[str, str]:
    return tc(p(sdt("tasks[].task_no", run(f"T{number}")))), tc(p(sdt("tasks[].content", run(text))))


@pytest.mark.parametrize(
    "table",
    [
        tbl(tr(*task(1, "甲")), tr(*task(2, "乙"))),
        tbl(sdt("tasks[]", item(*task(1, "甲")) + item(*task(2, "乙")), "<w15:repeatingSection/>")),
        tbl(f"<w:sdt><w:sdtPr/><w:sdtContent>{tr(*task(1, '甲'))}</w:sdtContent></w:sdt>", tr(*task(2, "乙"))),
        tbl(sdt("tasks[]", item(*task(1, "甲")), "<w15:repeatingSection/>"), tr(*task(2, "乙"))),
        tbl(tr(*task(1, "甲")), tr(tc(run("T2")), tc(run("乙")))),
        tbl(tr(*task(1, "甲")), tr(tc(run("")), tc(run(""))), tr(*task(2, "乙")), tr(tc(run("合计")), tc(run("2")))),
    ],
    ids=["copied rows", "repeating section", "rows in controls", "row copied out of its section", "row without controls", "blank and sum rows"],
)
def test_rows_come_in_order_however_they_were_added(read: Read, table: str) -> None:
    assert raw(read(package(table + FORM)))["tasks"] == [{"task_no": "T1", "content": "甲"}, {"task_no": "T2", "content": "乙"}]


def test_places_are_named_as_on_paper_and_keep_its_row_numbers(read: Read) -> None:
    blank = tr(*(tc(p(sdt(f"tasks[].{name}", run("填写"), "<w:showingPlcHdr/>"))) for name in ("task_no", "content")))
    main = read(package(tbl(blank, tr(*task(2, "乙"))) + FORM)).main
    assert main is not None
    assert main.places["tasks[0].content"] == "六、建设目标与筹建计划 · 建设任务与指标 第2行 · 任务内容"


def test_words_typed_beside_an_empty_box_are_taken_and_told(read: Read) -> None:
    cell = tc(p(sdt("center_name", run("填写拟建中心名称"), "<w:showingPlcHdr/>"), run("测试中心")))
    submission = read(package(tbl(tr(tc(run("拟建中心名称")), cell)) + FORM))
    assert raw(submission)["center_name"] == "测试中心"
    assert "typed_beside" in rules(submission)


def test_a_field_filled_in_twice_keeps_the_first_and_tells(read: Read) -> None:
    submission = read(package(p(sdt("center_name", run("甲中心"))) + p(sdt("center_name", run("乙中心"))) + FORM))
    assert raw(submission)["center_name"] == "甲中心"
    assert "filled_twice" in rules(submission)


def test_a_box_moved_beside_another_label_is_told(read: Read) -> None:
    body = tbl(tr(tc(run("申报日期")), tc(p(sdt("center_name", run("测试中心")))))) + FORM
    assert "label_disagrees" in rules(read(package(body)))


def test_invisible_characters_are_removed_and_told(read: Read) -> None:
    submission = read(package(p(sdt("center_name", run("测试\u200b中\u202e心"))) + FORM))
    assert raw(submission)["center_name"] == "测试中心"
    assert "hidden_characters" in rules(submission)


def test_merged_cells_do_not_shift_labels(read: Read) -> None:
    side = '<w:vMerge w:val="restart"/>'
    table = tbl(
        tr(tc(run("申请单位"), side), tc(run("统一社会信用代码")), tc(run("12420000MA00T0013J"), '<w:gridSpan w:val="3"/>')),
        tr(tc(run(""), "<w:vMerge/>"), tc(run("通信地址")), tc(run("测试路1号")), tc(run("邮政编码")), tc(run("430000"))),
    )
    title = p(run("湖北省碳计量中心申报书"))
    submission = read(package(title + table))
    assert raw(submission)["applicant"] == {"uscc": "12420000MA00T0013J", "address": "测试路1号", "postal_code": "430000"}
    assert {"identity_missing", "read_by_label"} <= rules(submission)
    assert submission.main is not None and submission.main.method == "labels"


def test_two_identities_that_differ_are_refused(read: Read) -> None:
    other = form_mark(identity("application_form", case="X-1").encode())
    submission = read(package(p(sdt("center_name", run("测试"))) + FORM + other))
    assert submission.main is None
    assert "identity_conflict" in rules(submission)


def test_an_unknown_form_is_refused(read: Read) -> None:
    submission = read(package(form_mark(identity("no_such_form").encode())))
    assert submission.main is None and "form_unknown" in rules(submission)
