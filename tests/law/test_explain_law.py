"""What the law says of a document or a period, by itself: who brings it about, on which article, with what words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.law.explain_law import clock_id, explain_clock, explain_document
from pipeline.law.pack import Pack, load_packs

PACKS = load_packs(Path(__file__).parents[2] / "schemas")
DOCUMENTS = [pytest.param(pack, code, id=f"{name}-{code}") for name, pack in PACKS.items() for code in pack.documents]
CLOCKS = [pytest.param(pack, name, id=f"{pack.jurisdiction}-{name}") for pack in PACKS.values() for name in pack.lifecycle.clocks]


@pytest.mark.parametrize(("pack", "code"), DOCUMENTS)
def test_every_document_is_explained_in_both_languages(pack: Pack, code: str) -> None:
    zh, en = explain_document(pack, code), explain_document(pack, code, "en")
    assert len(zh) == len(en) and zh[0] == f"《{pack.documents[code]['zh']}》（{code}）"
    assert any(line.strip().startswith("依据：") for line in zh), "every document rests on something"
    if pack.documents[code].get("adverse"):
        assert any("救济告知" in line for line in zh)


@pytest.mark.parametrize(("pack", "name"), CLOCKS)
def test_every_period_is_explained_with_its_ground(pack: Pack, name: str) -> None:
    zh, en = explain_clock(pack, name), explain_clock(pack, name, "en")
    assert len(zh) == len(en)
    started = [step for transition in pack.lifecycle.transitions.values() for step in transition.clocks if step.clock == name and step.action in ("start", "set", "restart")]
    assert not started or any("依据：" in line for line in zh)
    assert clock_id(pack, str(pack.lifecycle.clocks[name]["zh"])) and clock_id(pack, name) == name


def test_the_last_day_to_apply_is_counted_back() -> None:
    """HB-13.p1."""
    lines = explain_clock(PACKS["hubei"], "ACC_BY")
    assert any("起算 3个月（自筹建期届满日逆算" in line for line in lines)
    assert any("参数 prep.apply_before = 3" in line for line in lines)
    assert any("应当在筹建期限届满3个月前申请验收考核" in line for line in lines), "the article's own words"


def test_conditions_are_told_in_a_clerks_words() -> None:
    lines = explain_clock(PACKS["hubei"], "PREP")
    assert any("至《湖北省碳计量中心筹建任务书》的“筹建截止日”为止" in line for line in lines)
    assert any("《批准筹建文件》送达" in line and line.endswith("——本规则包取 prep.start = task_book，不用这一算法") for line in lines), "a reading not chosen"
    lines = explain_clock(PACKS["chongqing"], "BY_HAND")
    assert any("仅当《筹建事项个案处理审批表》的“此前录入的期限”为“已经办结或者不再适用”" in line for line in lines)
    assert any("鄂市监量函〔××××〕×号" in line for line in explain_document(PACKS["hubei"], "preparation_approval"))
    codes = re.compile(r"case\.|form\.|==|!=|\{")
    told = [line for pack in PACKS.values() for name in pack.lifecycle.clocks for line in explain_clock(pack, name)]
    assert [line for line in told if codes.search(line)] == []


def test_what_no_pack_knows_is_explained_by_nothing() -> None:
    pack = PACKS["hubei"]
    assert explain_document(pack, "nothing") == () and explain_clock(pack, "NOTHING") == () and clock_id(pack, "没有的期限") == ""
