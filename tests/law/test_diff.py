"""What differs between two packs is said in sentences; two packs that say the same differ in nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.law.diff import GROUPS, differences
from pipeline.law.pack import Pack, load_pack

SMALL = Path(__file__).parent / "pack_small"
REAL = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="module")
def small() -> Pack:
    return load_pack(SMALL, "small")


def edited(root: Path, file: str, old: str, new: str) -> Pack:
    shutil.copytree(SMALL, root / "s")
    path = root / "s" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load_pack(root / "s", "small")


PACK, LIFE, DOCS, FORM, ARTICLES = "small/pack.yaml", "small/lifecycle.yaml", "small/documents.yaml", "common/forms/application_form.yaml", "small/articles.yaml"
CASES = [
    (PACK, 'version: "T-1"', 'version: "T-2"', "pack", "版本：由 T-1 改为 T-2", ""),
    (PACK, "测试市测试局", "新测试局", "pack", "机关信息（name）：由 测试市测试局 改为 新测试局", ""),
    (ARTICLES, "可以延期。", "不得延期。", "article", "《测试办法》第二条的条文有改动：由“可以延期。”改为“不得延期。”", ""),
    (ARTICLES, "T-02: {cite: 《测试办法》第二条", "T-02: {cite: 《测试办法》第三条", "article", "《测试办法》第二条改称 《测试办法》第三条", ""),
    (ARTICLES, "T-02:", "T-03: {cite: 《测试办法》第三条, text: '', kind: text_not_held}\nT-02:", "article", "新增 《测试办法》第三条，条文未载入", ""),
    (PACK, "intake: {general_law: 参照一般法律}", "intake: T-02", "base", "依据（@intake）：由 一般法律规定：参照一般法律 改为 《测试办法》第二条", "transition:T02"),
    (PACK, "intake.days: {value: 5", "intake.days: {value: 10", "parameter", "审查期限（intake.days）：由 5 改为 10", "clock:INTAKE"),
    (PACK, "intake.days: {value: 5, ", "intake.days: {value: null, manual: 由承办人掌握, ", "parameter", "审查期限（intake.days）：由 5 改为 未知（由承办人掌握）", "clock:INTAKE"),
    (PACK, "extension.max: {value: null", "extension.max: {value: 3", "parameter", "延期上限未明（extension.max）：由 未知（由负责人个案决定） 改为 3", ""),
    (PACK, "deemed_accepted: {value: true", "deemed_accepted: {value: false", "parameter", "视为受理（intake.deemed_accepted）：由 是 改为 否", "transition:T02"),
    (PACK, "{code: steel, zh: 钢铁", "{code: steel, zh: 钢铁冶金", "list", "选项表 service_fields 的 steel：由 钢铁 改为 钢铁冶金", "form:application_form"),
    (PACK, "{code: other, zh: 其他, en: other}]", "{code: other, zh: 其他, en: other}, {code: cement, zh: 水泥, en: cement}]", "list", "选项表 service_fields 的 cement：新增 水泥", ""),
    (FORM, "maxlength: 200", "maxlength: 300", "form", "《测试申请表》“需求综述”的最多字数（行数）：由 200 改为 300", "form:application_form"),
    (FORM, "total_budget: {type: money, required: true", "total_budget: {type: money, required: false", "form", "《测试申请表》“预算总额”的必填：由 是 改为 否", ""),
    (FORM, "  evidence: {type: file, meta: {label: 证明材料, en: Evidence}}\n", "", "form", "《测试申请表》取消栏目“证明材料”（evidence）", ""),
    (FORM, "due: {type: date", "due: {type: string", "form", "《测试申请表》“完成日”的类型：由 date 改为 string", ""),
    (FORM, "severity: warning", "severity: error", "form", "《测试申请表》规则 S02（需求综述太短）的后果：由 提示 改为 必须改正", "form:application_form"),
    (FORM, ">= 5\"", ">= 6\"", "form", "《测试申请表》规则 S02（需求综述太短）的条件", ""),
    (LIFE, "days_between(case.received_on, today) <= 30", "days_between(case.received_on, today) <= 60", "lifecycle", "改动条件 T03-LATE：已过三十日", "transition:T03"),
    (LIFE, "unit: workdays, soft: true", "unit: days, soft: true", "lifecycle", "的期限：由 审查期限起算 5个工作日，服务标准 改为 审查期限起算 5日，服务标准", "clock:INTAKE"),
    (LIFE, "out: [receipt_record]", "out: []", "lifecycle", "的文书：取消（原为 receipt_record）", "transition:T01"),
    (DOCS, "sign_off: auto", "sign_off: required", "document", "《收文回执》的签发：由 auto 改为 required", "document:receipt_record"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "group", "told", "touches"), CASES)
def test_one_thing_changed_is_said(small: Pack, tmp_path: Path, file: str, old: str, new: str, group: str, told: str, touches: str) -> None:
    found = differences(small, edited(tmp_path, file, old, new))
    hit = [change for change in found if change.group == group and told in change.zh]
    assert hit, [change.zh for change in found]
    assert all(change.en and not any("\u4e00" <= sign <= "\u9fff" for sign in change.en.split(":")[0]) for change in hit), "English beside"
    if touches:
        assert touches in {f"{kind}:{code}" for change in hit for kind, code in change.touches}


def test_a_step_taken_away_is_said(small: Pack, tmp_path: Path) -> None:
    text = (SMALL / LIFE).read_text(encoding="utf-8")
    start = text.index("  T03:")
    found = differences(small, edited(tmp_path, LIFE, text[start : text.index("  T09:")], "  T03: {cite: null, reason: 由上级决定}\n"))
    assert [change.zh for change in found if change.what == "T03"] == [f"不再有流转 T03“{small.lifecycle.transitions['T03'].zh}”：由上级决定"]


@pytest.mark.parametrize("name", ["hubei", "chongqing"])
def test_a_pack_does_not_differ_from_itself(name: str) -> None:
    assert differences(load_pack(REAL, name), load_pack(REAL, name)) == ()


def test_how_a_step_is_set_off_is_told_in_a_clerks_words() -> None:
    """T55: the register of penalties in both, the ground chosen on a form in one; titles of the same form are no difference."""
    told = {change.what: change.zh for change in differences(load_pack(REAL, "hubei"), load_pack(REAL, "chongqing")) if "办理方式" in change.zh}
    assert "《拟撤销资格审批表》 办理 当《拟撤销资格审批表》的“撤销情形”为“存在不公正行为”" in told["T55"]
    assert "《违法违规处罚情况登记表》 办理 当《违法违规处罚情况登记表》的" in told["T82"] and "”为“否”" in told["T82"], told["T82"]
    assert "T01" not in told


def test_every_group_speaks_when_two_laws_are_compared() -> None:
    """HB-16.b has two rectifications, CQ-6.3a one; HB-13 is silent in Chongqing."""
    found = differences(load_pack(REAL, "hubei"), load_pack(REAL, "chongqing"))
    assert {change.group for change in found} == set(GROUPS)
    assert any(change.what == "extension.total_max" and change.zh.startswith("不再有参数") for change in found)
    assert any(change.what == "T15" and change.zh.startswith("不再有流转") for change in found)
    assert all(change.zh and change.en for change in found)
