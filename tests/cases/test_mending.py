"""Correcting, voiding and replacing what went out, and its printed copies: under sign-off, with linked numbers, nothing lost."""

from __future__ import annotations

import pytest
from conftest import Bench
from test_road import errors, walk
from test_verbs import PASS, back, said, slip

from pipeline.cases.case import Paper
from pipeline.cases.decision import Decision, Outcome
from pipeline.desk.picture import open_forms
from pipeline.papers.wording import grounds


@pytest.fixture(params=["hubei", "chongqing"])
def bench(request: pytest.FixtureRequest, packs: dict) -> Bench:
    bench = Bench(packs[request.param])
    bench.apply(PASS[request.param])
    return bench


def paper(bench: Bench, code: str) -> Paper:
    assert bench.case is not None
    return next(p for p in reversed(bench.case.papers.values()) if p.code == code)


def mend(bench: Bench, number: str, action: str, **more: object) -> Decision:
    rows = [] if action == "void" else [{"before": "测试", "after": "试验"}]
    data = {"document_no": number, "action": action, "addressee": "测试单位", "reasons": "单位名称有误，应当改正。", "corrections": rows}
    return slip(bench, "document_mending", **{**data, "officer": "测试承办人", "filed_on": bench.today, **more})


def test_voiding_waits_for_sign_off_and_opens_the_way_back(bench: Bench) -> None:
    walk(bench, "expert_team_form")
    old = paper(bench, "expert_team_notice")
    assert errors(mend(bench, old.number, "void")) == []
    assert paper(bench, "expert_team_notice").status == "issued", "nothing is void before it is signed off"
    assert errors(bench.sign()) == []
    notice = paper(bench, "mending_notice")
    assert bench.case is not None and bench.case.state == "material_review" and notice.status == "issued"
    assert paper(bench, "expert_team_notice").status == "void" and notice.number in paper(bench, "expert_team_notice").mended
    assert notice.context["doc"]["addressee"] == "测试单位" and old.number in bench.taken, "the number stays in the register"
    assert f"{old.number}《{old.title}》作废（{notice.number}）" in said(bench)
    assert errors(mend(bench, old.number, "void")) != [], "once is enough"
    assert back(bench, "accepted").answer.outcome is Outcome.RECORDED and bench.case.state == "accepted"


def test_a_replacement_has_its_own_number_and_names_the_old(bench: Bench) -> None:
    walk(bench, "expert_team_form")
    old = paper(bench, "expert_team_notice")
    mend(bench, old.number, "replace")
    assert errors(bench.sign()) == []
    new = paper(bench, "expert_team_notice")
    assert new.id != old.id and new.number != old.number and new.context["doc"]["replaces"] == old.number
    assert "试验" in str(new.context) and "测试" not in new.title
    assert bench.case is not None and bench.case.papers[old.id].status == "void" and new.number in bench.case.papers[old.id].mended


def test_a_correction_leaves_the_document_in_force(bench: Bench) -> None:
    walk(bench, "intake_decision")
    old = paper(bench, "acceptance_notice")
    mend(bench, old.number, "correct")
    assert errors(bench.sign()) == []
    assert paper(bench, "acceptance_notice").status == "issued" and "更正（" in paper(bench, "acceptance_notice").mended


@pytest.mark.parametrize(("action", "cited"), [("correct", False), ("void", True), ("replace", True)])
def test_only_what_goes_out_of_force_cites_the_article_on_that(bench: Bench, action: str, cited: bool) -> None:
    """《党政机关公文处理工作条例》第三十三条 is about revoking and repealing; that a slip is corrected by a notice is the office's own practice."""
    walk(bench, "intake_decision")
    assert errors(mend(bench, paper(bench, "acceptance_notice").number, action)) == []
    basis = paper(bench, "mending_notice").context["doc"]["basis"]
    assert any("第三十三条" in text and text.startswith("一般法律规定") for text in basis) is cited
    assert ("第三十三条" in grounds(basis)) is cited and "本系统约定" in "".join(basis)


def test_mending_is_there_when_needed_and_in_nobodys_list(bench: Bench) -> None:
    assert bench.case is not None
    assert "document_mending" not in {spec.code for _, spec in open_forms(bench.pack, bench.case)}
    assert "T99.1" in errors(mend(bench, "不存在〔2026〕1号", "void"))[0]


def test_printed_copies_are_on_record(bench: Bench) -> None:
    walk(bench, "intake_decision")
    old = paper(bench, "acceptance_notice")
    copies = {"document_no": old.number, "copies": 2, "purpose": "送达", "sealed_by": "测试用印人", "printed_by": "测试承办人", "printed_on": bench.today}
    assert slip(bench, "print_record", **copies).answer.outcome is Outcome.RECORDED
    assert f"{old.number} 打印 2 份并加盖实体印章" in said(bench)
    mend(bench, old.number, "void")
    bench.sign()
    assert "已经作废" in slip(bench, "print_record", **copies).answer.zh
