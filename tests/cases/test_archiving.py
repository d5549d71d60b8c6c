"""归档, 补归, 销毁登记: codes without a gap, retention by the pack's table, nothing filed twice, nothing destroyed early."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import SCHEMAS, Bench
from test_road import act

from pipeline.cases.decision import Decision, Outcome, Work
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.timeline import timeline
from pipeline.desk.editions import Editions, fonds_of
from pipeline.desk.picture import names_of, open_forms, prefill
from pipeline.errors import SettingsError
from pipeline.office import load_office

PASS = {"hubei": "application_form_local_pass", "chongqing": "application_form_municipal_pass"}
CODE = re.compile(r"CS001-WS·(\d{4})-(Y|D30|D10)-JLC-(\d{4})")
REJECTION = {
    "decision": "reject", "reason_code": "out_of_competence", "right_body": "测试主管部门", "reason": "测试理由：申请事项不属于本机关职权范围，请向有权机关提出。",
}  # fmt: skip


def seal(bench: Bench) -> None:
    """What the seal job records of every issued document."""
    case = bench.case
    assert case is not None
    for paper in case.papers.values():
        if paper.status == "issued":
            n = len(bench.events) + 1
            data = {"id": paper.id, "number": paper.number, "sha256": "a" * 64, "size": 1, "docx_sha256": "b" * 64}
            bench.events.append(Recorded(n, case.id, n, Kind.SEALED, f"{bench.today}T10:00:00", "", data, ""))


def archive(bench: Bench, **more: object) -> Decision:
    assert bench.case is not None
    data = {"case_no": bench.case.no, "fonds_no": "CS001", "unit_code": "JLC", "archivist": "测试档案员", "archived_on": bench.today}
    return bench.file("archiving_record", {**data, **more})


@pytest.fixture(params=["hubei", "chongqing"])
def over(request: pytest.FixtureRequest, packs: dict) -> Bench:
    """A case that was not accepted: over, everything sealed."""
    bench = Bench(packs[request.param])
    bench.apply(PASS[request.param])
    assert bench.case is not None
    act(bench, "intake_decision", **REJECTION)
    if bench.case.pending is not None:
        bench.sign()
    assert bench.case.state == "not_accepted"
    return bench


def test_a_case_that_is_not_over_is_not_filed(hubei: Bench) -> None:
    hubei.apply(PASS["hubei"])
    told = archive(hubei).answer
    assert told.outcome is Outcome.REFUSED and "还没有办结" in told.zh


def test_what_is_not_sealed_is_not_filed(over: Bench) -> None:
    told = archive(over).answer
    assert told.outcome is Outcome.REFUSED and "没有签发或用印" in told.zh


def test_every_document_gets_its_code_and_its_retention(over: Bench) -> None:
    seal(over)
    decision = archive(over)
    assert decision.answer.outcome is Outcome.RECORDED, decision.answer
    assert over.case is not None and Work("archive", (over.case.id, "1")) in decision.works
    (filed,) = over.case.archived
    items = {item["ref"]: item for item in filed["items"]}
    assert {p.id for p in over.case.papers.values()} == {ref[6:] for ref in items if ref.startswith("paper:")}
    for item in items.values():
        found = CODE.fullmatch(item["code"])
        assert found and found[2] == {"永久": "Y", "30年": "D30", "10年": "D10"}[item["retention"]] and int(found[1]) == item["year"]
    kept = {item["form"]: item["retention"] for item in items.values()}
    assert kept["application_form"] == "30年", "not approved: thirty years, not for ever"
    assert kept["rejection_notice"] == over.pack.documents["rejection_notice"]["keep"]
    classes: dict[tuple[int, str], list[int]] = {}
    for item in filed["items"]:
        classes.setdefault((item["year"], item["retention"]), []).append(item["n"])
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in classes.values()), "by time, without a gap"
    assert [item["form"] for item in filed["items"]][:2] == ["application_form", "receipt_record"], "as they came"
    assert {item["expires"] for item in filed["items"] if item["retention"] == "10年"} == {f"{over.today.year + 10}-12-31"}
    assert "归档：测试档案员" in "\n".join(line.zh for line in timeline(over.case, names_of(over.pack)))


def test_the_sheet_that_signed_belongs_to_what_it_signed(over: Bench) -> None:
    seal(over)
    archive(over)
    assert over.case is not None
    notice = next(item for item in over.case.archived[0]["items"] if item["form"] == "rejection_notice")
    assert [part["role"] for part in notice["parts"]] == ["处理单"]
    assert "sign_off_sheet" not in {item["form"] for item in over.case.archived[0]["items"]}


def test_nothing_is_filed_twice_and_what_comes_later_is_added_with_a_reason(over: Bench) -> None:
    seal(over)
    assert ("办理", "archiving_record") in {(role, spec.code) for role, spec in open_forms(over.pack, over.case)}
    archive(over)
    again = archive(over).answer
    assert again.outcome is Outcome.REFUSED and "没有需要归档的新文件" in again.zh
    assert "archiving_record" not in {spec.code for _, spec in open_forms(over.pack, over.case)}
    over.today += timedelta(days=3)
    over.serve("rejection_notice")
    assert "补归理由" in archive(over).answer.zh
    assert archive(over, late_reason="送达回证后收到").answer.outcome is Outcome.RECORDED
    assert over.case is not None
    first, late = over.case.archived
    assert [item["form"] for item in late["items"]] == ["service_receipt"] and late["act"] == 2 and late["reason"] == "送达回证后收到"
    assert {i["code"] for i in first["items"]} & {i["code"] for i in late["items"]} == set()


def test_another_fonds_than_before_is_refused(over: Bench) -> None:
    seal(over)
    archive(over)
    over.serve("rejection_notice")
    assert "全宗号应为 CS001" in archive(over, fonds_no="CS002", late_reason="后收到").answer.zh
    said = over.pack.parameters["archive.fonds"]
    over.pack = replace(over.pack, parameters={**over.pack.parameters, "archive.fonds": {**said, "value": "CS002"}})
    assert "全宗号应为 CS001" in archive(over, fonds_no="CS002", late_reason="后收到").answer.zh, "a case stays in the fonds it was filed in"


def test_the_fonds_of_the_office_is_prefilled_and_held_to(over: Bench, tmp_path: Path) -> None:
    """Each office has its own number: the setting gives it, by pack or for all; without it the archivist types it."""
    said = "[archive]\nfonds = [\"hubei=Z109\", \"CS009\"]\n"
    for text, wanted in ((said, "Z109" if over.pack.jurisdiction == "hubei" else "CS009"), ("", None)):
        home = tmp_path / (wanted or "none")
        home.mkdir()
        (home / "office.toml").write_text(text, encoding="utf-8")
        office = load_office(home, {"HONGTOU_FOLDERS__SCHEMAS": str(SCHEMAS), "HONGTOU_OFFICE__JURISDICTIONS": over.pack.jurisdiction})
        pack = Editions(office).current[over.pack.jurisdiction]
        assert pack.param("archive.fonds") == wanted and over.case is not None
        assert prefill(pack, over.case, pack.forms["archiving_record"]).get("fonds_no") == wanted
    over.pack = replace(over.pack, parameters={**over.pack.parameters, "archive.fonds": {"value": "Z109", "zh": "全宗号"}})
    seal(over)
    assert "全宗号应为 Z109" in archive(over).answer.zh
    assert archive(over, fonds_no="Z109").answer.outcome is Outcome.RECORDED


@pytest.mark.parametrize("words", ["z109", "hubei=", "=Z109", "Z 109", "TOOLONG09"])
def test_what_is_no_fonds_number_is_refused_with_its_place(tmp_path: Path, words: str) -> None:
    office = load_office(tmp_path, {"HONGTOU_ARCHIVE__FONDS": words})
    with pytest.raises(SettingsError, match="archive.fonds"):
        fonds_of(office)


def test_the_archivist_may_change_a_retention_with_a_reason(over: Bench) -> None:
    seal(over)
    told = archive(over, changes=[{"document": "没有这件", "keep": "永久", "reason": "测试理由"}]).answer
    assert told.outcome is Outcome.REFUSED and "没有这件" in told.zh
    assert over.case is not None
    notice = over.case.latest("rejection_notice")
    assert notice is not None
    archive(over, changes=[{"document": notice.number, "keep": "永久", "reason": "典型案例，长期参考"}])
    item = next(item for item in over.case.archived[0]["items"] if item["doc_no"] == notice.number)
    assert item["retention"] == "永久" and "-Y-" in item["code"] and item["changed"] == "典型案例，长期参考" and item["expires"] == ""


def test_destruction_is_recorded_only_when_the_time_is_over(over: Bench) -> None:
    seal(over)
    archive(over)
    assert over.case is not None
    short = next(item["code"] for item in over.case.archived[0]["items"] if item["retention"] == "10年")

    def destroy(code: str) -> Decision:
        people = {"appraised_by": "测试鉴定人", "approved_by": "测试局长", "supervised_by": "测试监销人"}
        data = {"case_no": over.case.no, "opinion": "保管期满，无保存价值。", "decided_on": over.today, "items": [{"code": code}], **people}  # type: ignore[union-attr]
        return over.file("destruction_record", data)

    assert "才满" in destroy(short).answer.zh
    assert "没有这个档号" in destroy("CS001-WS·2026-Y-JLC-9999").answer.zh
    over.today = date(over.today.year + 11, 1, 4)
    decision = destroy(short)
    assert decision.answer.outcome is Outcome.RECORDED and "系统不删除文件" in decision.answer.zh
    assert "已经登记销毁" in destroy(short).answer.zh
