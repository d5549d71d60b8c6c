"""Who must sign a form is the pack's word; whose a certificate is, the office's; what is missing or doubtful is told with ground and repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.clockwork import SHANGHAI
from pipeline.desk.trusting import signature_findings, tampered
from pipeline.errors import SettingsError
from pipeline.law.check_pack import check_pack
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack, load_pack
from pipeline.model import Drop, Finding, FormIdentity, ReadForm, Severity, Submission
from pipeline.papers.pins import Pins, read_pins, speaks_for

ROOT = Path(__file__).parents[2]
PRINT, OTHER = "ab" * 32, "cd" * 32
WHO, CODE = "测试能源计量院", "91420100MA00T0021X"
MAIN = ReadForm(identity=FormIdentity(form="withdrawal_letter", version="1.0", jurisdiction="ceshi"), raw={}, places={}, source="撤回申请书.pdf", sha256="", method="acroform")
DATA: Mapping[str, Any] = {"applicant_name": WHO, "applicant_uscc": CODE}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    schemas = tmp_path_factory.mktemp("schemas")
    (schemas / "common").symlink_to(ROOT / "schemas/common")
    (schemas / "ceshi").symlink_to(ROOT / "tests/law/pack_ceshi/ceshi")
    return load_pack(schemas, "ceshi")


@pytest.fixture(scope="module")
def spec(pack: Pack) -> FormSpec:
    found = pack.forms["withdrawal_letter"]
    assert found.notes["signed_by"][0]["level"] == "timestamped", "the made-up jurisdiction asks for it"
    return found


def row(answer: str = "valid", names: tuple[str, ...] = (WHO,), timestamped: bool = True, file: str = "撤回申请书.pdf") -> dict[str, Any]:
    signature = {"who": names[0], "at": "2026-01-16T09:30:00+08:00", "timestamped": timestamped, "pages": 3, "answer": answer, "certificate": PRINT, "names": list(names)}
    return {"file": file, "answer": answer, "zh": f"说明{answer}", "en": "", "not_run": [], "signatures": [signature]}


def findings(pack: Pack, spec: FormSpec, *rows: Mapping[str, Any], pins: Pins | None = None) -> list[Finding]:
    return list(signature_findings(pack, spec, DATA, Submission(main=MAIN, signatures=rows), lambda: pins or {}))


WANTING: tuple[tuple[tuple[dict[str, Any], ...], str], ...] = (
    ((), "没有电子签名"),
    ((row(file="附件.pdf"),), "没有电子签名"),
    ((row("cannot_tell"),), "说明cannot_tell"),
    ((row(names=("测试别的院",)),), f"签名人是测试别的院，不是{WHO}"),
    ((row(timestamped=False),), "没有可信的时间戳"),
)


@pytest.mark.parametrize(("rows", "word"), WANTING)
def test_a_signature_that_is_asked_for_and_wanting_is_a_finding_with_ground_and_repair(pack: Pack, spec: FormSpec, rows: tuple[dict[str, Any], ...], word: str) -> None:
    (wanting,) = [f for f in findings(pack, spec, *rows) if f.rule == "SIGNED"]
    assert wanting.severity is Severity.ERROR and word in wanting.zh and "申请单位" in wanting.zh
    assert wanting.path == "applicant_name" and wanting.value == WHO and wanting.cite and "PDF" in wanting.repair_zh


def test_the_right_signature_is_told_and_nothing_is_asked(pack: Pack, spec: FormSpec) -> None:
    (told,) = findings(pack, spec, row())
    assert told.severity is Severity.INFO and "2026-01-16 09:30" in told.zh and "时间戳证明" in told.zh and "覆盖第1—3页" in told.zh
    assert findings(pack, spec, row(names=(CODE,)))[1:] == [], "the code alone names the unit"
    assert findings(pack, replace(spec, notes={}), row("cannot_tell"))[0].severity is Severity.WARNING


def test_pins_decide_alone_for_whom_they_name() -> None:
    assert speaks_for([WHO], PRINT, WHO, CODE, {CODE: frozenset({PRINT})}) and speaks_for(["别名"], PRINT, WHO, CODE, {CODE: frozenset({PRINT})})
    assert not speaks_for([WHO], PRINT, WHO, CODE, {CODE: frozenset({OTHER})}), "a certificate of that name that is not pinned"
    assert not speaks_for(["", CODE], PRINT, WHO, "", {}), "no code is no match"


def test_pins_that_cannot_be_read_name_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "pins.yaml"
    assert read_pins(path) == {}
    path.write_text(f"{CODE}: {PRINT.upper()}\n{WHO}: [{PRINT}, {OTHER}]\n", encoding="utf-8")
    assert read_pins(path) == {CODE: {PRINT}, WHO: {PRINT, OTHER}}
    path.write_text(f"{WHO}: 指纹\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=WHO):
        read_pins(path)


def test_a_form_altered_after_signing_is_turned_away_and_an_attachment_is_not() -> None:
    drop = Drop(
        token="t", jurisdiction="ceshi", role="申报", owner="甲", name="撤回申请书.pdf", sha256="", size=1, received_at=datetime(2026, 1, 16, tzinfo=SHANGHAI), is_folder=False
    )
    answer = tampered(drop, Submission(main=MAIN, signatures=(row("invalid"),)))
    assert answer is not None and answer.outcome == "refused" and answer.findings[0].rule == "SIGNATURE" and answer.findings[0].repair_zh
    assert tampered(drop, Submission(main=MAIN, signatures=(row("invalid", file="附件.pdf"),))) is None
    assert tampered(replace(drop, role="签发"), Submission(main=MAIN, signatures=(row("invalid"),))) is None, "sign-off sheets are judged by themselves"


def test_the_pack_check_finds_parties_files_and_tables_that_are_not_there(pack: Pack) -> None:
    assert [f for f in check_pack(pack) if f.rule == "PACK-SIGNED"] == []
    spec = pack.forms["withdrawal_letter"]
    wrong = {"signed_by": [{"zh": "甲", "party": "nobody", "cite": {"design": "x"}}, {"zh": "乙", "person": "signer", "on": "signer", "cite": {"design": "x"}}]}
    documents = {**pack.documents, "task_book": {**pack.documents["task_book"], "countersigners": [{"id": "a", "zh": "甲", "each": "task_book.party_undertaker"}]}}
    broken = replace(pack, forms={**pack.forms, "withdrawal_letter": replace(spec, notes={**spec.notes, **wrong})}, documents=documents)
    assert len([f for f in check_pack(broken) if f.rule == "PACK-SIGNED"]) >= 3
