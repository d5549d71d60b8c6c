"""What is filed with signatures is judged, told in the receipt and kept; where the pack asks for one, none or a broken one does not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.model import FormIdentity
from pipeline.papers.demo_pki import DemoPki, make_demo_pki
from pipeline.papers.forms import build_pdf
from pipeline.papers.stamp import sign_form

from .town import Town, copy_town

ASKED = """form: withdrawal_letter
extends: common
signed_by:
  - {zh: 申请单位, party: applicant_name, code: applicant_uscc, cite: "@voluntary"}
"""


@pytest.fixture
def asking(tmp_path: Path, empty_town: Town) -> Town:
    """An office whose pack wants a withdrawal signed by the applicant."""
    town = copy_town(empty_town, tmp_path / "office")
    town.close()
    target = town.root / "schemas/hubei/forms/withdrawal_letter.yaml"
    own = target.read_text(encoding="utf-8").split("extends: common\n", 1)[-1] if target.exists() else ""
    target.write_text(ASKED + own, encoding="utf-8")
    town.open()
    return town


def test_a_withdrawal_counts_only_with_the_applicants_own_whole_signature(asking: Town) -> None:
    case = asking.apply()
    told = asking.file(case, "withdrawal_letter", stage="application")
    assert told.outcome == "refused" and {"SIGNED"} <= told.rules and "没有电子签名" in told.words and "PDF" in told.words, told.words
    spec = asking.pack.forms["withdrawal_letter"]
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction="hubei", case=case.id, revision=asking.case().revision)
    values = play(asking.pack, spec.code, prefill(asking.pack, asking.case(), spec), asking.today, stage="application")
    name = str(values["applicant_name"])
    form, keys = build_pdf(asking.pack, spec, identity, values), asking.desk.office.keys
    pki = make_demo_pki(keys, (), (name, "测试外人"), asking.now)
    signed = {who: sign_form(form, pki.officer(who), asking.now, DemoPki(keys).timestamper(asking.clock), demo=True) for who in (name, "测试外人")}
    stranger = asking.drop("申报", signed["测试外人"], "别人签的.pdf")
    assert stranger.outcome == "refused" and f"不是{name}" in stranger.words
    altered = asking.drop("申报", signed[name] + b"\n% more", "改过的.pdf")
    assert altered.outcome == "refused" and altered.rules == {"SIGNATURE"} and "未登记" in altered.zh
    assert asking.case().state == "submitted"
    good = asking.drop("申报", signed[name], "撤回申请书.pdf")
    assert good.outcome == "recorded", good.words
    filed = asking.case().filings[good.token]["signatures"]
    assert [(row["file"], row["answer"], row["signatures"][0]["who"], row["signatures"][0]["timestamped"]) for row in filed] == [("撤回申请书.pdf", "valid", f"测试{name}", True)]
    receipt = max(asking.answers("申报"), key=lambda path: path.name).read_text(encoding="utf-8")
    assert "电子签名有效" in receipt and "时间戳证明" in receipt and "覆盖第1—" in receipt
    asking.books_are_whole()
