"""Open paper cases come through the folder door: entered by one, confirmed by another, then they go on as any other."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.cases import journal, registers
from pipeline.cases.events import OFFICE, Kind
from pipeline.check.examples import read_example
from pipeline.desk.rebuilding import rebuild_office
from pipeline.desk.showing import fingerprint_of
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.law.values import format_value
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_xlsx, fill_docx

from .roads import Road
from .town import APPLICANT, CLERK, SIGNER, Told, Town

PREPARING, WORKING = "HB-CMC-2023-007", "HB-CMC-2026-004"


def known_of(pack: Pack, form: str, data: dict[str, Any], no: str) -> Iterator[dict[str, str]]:
    """A form's data as rows of “已知内容”."""
    spec = pack.forms[form]

    def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            for key, below in value.items():
                yield from leaves(below, f"{path}.{key}" if path else key)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for n, below in enumerate(value):
                yield from leaves(below, f"{path}[{n}]")
        elif value not in (None, "", []):
            yield path, value

    for path, value in leaves(normalise(spec.fields, data).data, ""):
        node = spec.node(path)
        assert node is not None, path
        yield {"paper_no": no, "form": form, "field": path, "value": format_value(node["meta"], value)}


def table(town: Town) -> dict[str, Any]:
    """A centre in preparation with its task book, and one that works since 2022."""
    pack = town.pack
    example = read_example(pack.folder / "examples" / "acceptance_application_pass.yaml")["case"]
    book, centre = dict(example["forms"]["task_book"]), example["application"]
    start, end = date(2023, 12, 1), date(2026, 11, 30)
    book |= {"period_start": start, "period_end": end}
    agency = pack.authority["agency_code"]
    return {
        "taken_over_on": town.today, "source_register": "测试计量处2023年纸质登记簿", "reason": "启用本系统", "officer": CLERK, "filed_on": town.today,
        "cases": [
            {"paper_no": PREPARING, "center_name": centre["center_name"], "applicant": centre["applicant"]["name"], "uscc": centre["applicant"]["uscc"], "channel": "local_government",
             "state": "in_preparation", "state_since": start, "opened_on": date(2023, 8, 7), "period_start": start, "period_end": end, "owner": APPLICANT},
            {"paper_no": WORKING, "center_name": "湖北省碳计量中心（测试钢铁）", "applicant": "武汉测试计量院", "state": "established", "state_since": date(2022, 5, 10)},
        ],
        "papers": [
            {"paper_no": PREPARING, "document": "preparation_approval", "number": f"{agency}函〔2023〕12号", "issued_on": start, "delivered_on": start + timedelta(days=3)},
            {"paper_no": PREPARING, "document": "task_book", "number": "HB-TB-2023-004", "issued_on": start},
            {"paper_no": WORKING, "document": "establishment_approval", "number": f"{agency}函〔2026〕3号", "issued_on": town.today},
        ],
        "clocks": [{"paper_no": PREPARING, "clock": "PREP", "started_on": start, "last_day": end}],
        "known": [
            *known_of(pack, "task_book", book, PREPARING),
            *({"paper_no": PREPARING, "form": "application_form", "field": f"applicant.{key}", "value": centre["applicant"][key]} for key in ("affiliation", "supervisor")),
        ],
    }  # fmt: skip


def workbook(town: Town, values: dict[str, Any]) -> bytes:
    spec = town.pack.forms["case_takeover"]
    return build_xlsx(town.pack, spec, FormIdentity(form=spec.code, version=spec.version, jurisdiction=town.jurisdiction), values)


def waiting(town: Town) -> Path:
    """The folder of the one matter that waits for a second person."""
    (folder,) = (town.outbox / "复核").iterdir()
    return folder


def confirm(town: Town, role: str, who: str, owner: str | None = None, **changes: Any) -> Told:
    values = {"decision": "confirm", "officer": who, "confirmed_on": town.today, **changes}
    return town.drop(role, fill_docx((waiting(town) / "复核确认单.docx").read_bytes(), values), f"复核_{who}.docx", owner if owner is not None else who)


def numbers(town: Town) -> dict[str, str]:
    with town.desk.reading() as connection:
        return registers.numbers_used(connection)


def test_a_table_of_paper_cases_is_taken_over_and_goes_on(town: Town) -> None:
    told = town.drop("办理", workbook(town, table(town)), "接管表.xlsx", CLERK)
    assert told.outcome == "recorded", told.words
    assert "复核〔2026〕1号" in told.zh and "2026-11-30届满" in told.zh and "五年复查" in told.zh
    assert town.cases() == [] and numbers(town) == {}, "nothing is in force before the second person"
    assert {p.name for p in waiting(town).iterdir()} == {"复核清单.html", "原件_接管表.xlsx", "复核确认单.docx", "复核确认单.pdf"}
    own = confirm(town, "办理", CLERK)
    assert own.outcome == "refused" and "登记人" in own.words, own.words
    assert town.cases() == []
    assert confirm(town, "签发", SIGNER).outcome == "recorded"
    assert not list((town.outbox / "复核").iterdir())
    preparing, working = town.case(PREPARING), town.case(WORKING)
    assert (preparing.state, working.state) == ("in_preparation", "established")
    assert working.clocks["ANNUAL"].data["final"] == "2026-11-30" and working.clocks["RECHECK"].data["nominal"] == "2027-05-10"
    assert preparing.taken_over["source"] == "接管表.xlsx" and preparing.taken_over["sha256"] == told.row.sha256
    marked(town, preparing)
    numbers_go_on(town)
    again = town.drop("办理", workbook(town, table(town)), "又一次.xlsx", CLERK)
    assert again.outcome == "duplicate" and len(town.cases()) == 3
    renewed = workbook(town, {**table(town), "reason": "再登记一次"})
    refused = town.drop("办理", renewed, "改了一字.xlsx", CLERK)
    assert refused.outcome == "refused" and PREPARING in refused.words and "TO-NUMBER" in refused.rules
    applies_for_acceptance(town)
    town.books_are_whole()


def marked(town: Town, case: Any) -> None:
    """Taken over: in the timeline, on the case's page, in the register."""
    text = town.timeline(case)
    assert "接管的纸质案件" in text and "测试计量处2023年纸质登记簿" in text and case.taken_over["sha256"] in text
    assert f"从纸质案卷接收《{town.pack.forms['task_book'].title_zh}》" in text and "登记已在纸上制发" in text
    register = (town.outbox / "接管登记簿.html").read_text(encoding="utf-8")
    assert case.no in register and "工作表“案件”第3行" in register and f"{CLERK}登记" in register and f"{SIGNER}复核" in register and "HB-TB-2023-004" in register


def numbers_go_on(town: Town) -> None:
    """The case number goes on after 004, letters of this year after 3; one that was used names its case."""
    case = town.apply()
    assert case.no == "HB-CMC-2026-005"
    assert numbers(town)["HB-TB-2023-004"] == f"hubei.{PREPARING}"
    with town.desk.reading() as connection:
        assert registers.number_view(connection).next("hubei/letter", 2026) == 4


def applies_for_acceptance(town: Town) -> None:
    """The unit whose preparation began on paper hands in its acceptance, as prefilled from what is known."""
    town.now += timedelta(days=(date(2026, 7, 1) - town.today).days)
    town.sweep()
    walk = Road(town, PREPARING)
    walk.hand_in(contact={"name": "测试联系人", "phone": "027-00000000"})  # whom to ask was not on paper
    after = town.case(PREPARING)
    assert after.state == "acceptance_applied" and after.clocks["PREP"].status == "paused"


def test_a_bad_table_is_told_row_by_row_and_nothing_is_taken(town: Town) -> None:
    values = table(town)
    values["cases"][1] |= {"state": "revoked", "state_since": town.today + timedelta(days=3)}
    values["papers"][1]["number"] = values["papers"][0]["number"]
    told = town.drop("办理", workbook(town, values), "接管表.xlsx", CLERK)
    assert told.outcome == "refused" and town.cases() == [] and not (town.outbox / "复核").exists()
    places = {(f["rule"], f["place"]) for f in told.findings}
    assert ("TO-STATE", "工作表“案件”第4行 · 现在的环节") in places and ("TO-NUMBER", "工作表“已发文书”第4行 · 文号") in places, places
    assert all(f["repair_zh"] and f["zh"] and f["value"] for f in told.findings)
    common = town.drop("办理", workbook(town, table(town)), "公用文件夹.xlsx", "")
    assert common.outcome == "refused" and "本人" in common.words


def test_a_returned_table_may_be_entered_again_and_a_csv_will_do(town: Town) -> None:
    rows: list[list[str]] = [["已有案件接管登记表"], ["接收日期", str(town.today)], ["原登记簿（纸质案卷）名称", "测试纸质登记簿"], ["接收原因", "启用本系统"], ["登记人", CLERK], ["登记日期", str(town.today)]]
    rows += [["【案件】"], ["原案号", "中心名称", "申请单位", "现在的环节", "进入这一环节的日期"], ["鄂碳〔2022〕3号", "湖北省碳计量中心（测试）", "武汉测试计量院", "已成立（运行）", "2022年5月10日"]]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    data = out.getvalue().encode("gb18030")
    assert town.drop("办理", data, "接管.csv", CLERK).outcome == "recorded"
    back = confirm(town, "签发", SIGNER, decision="return", reason="成立日期与原件不符。")
    assert back.outcome == "recorded" and town.cases() == []
    assert town.drop("办理", data, "接管.csv", CLERK).outcome == "recorded", "what was returned may be entered again"
    rebuilt(town)
    assert confirm(town, "签发", SIGNER).outcome == "recorded"
    case = town.case()
    assert (case.no, case.state) == ("鄂碳〔2022〕3号", "established")
    with town.desk.reading() as connection:
        kinds = [event.kind for event in journal.read(connection, OFFICE) if event.kind in (Kind.PROPOSED, Kind.PROPOSAL_CLOSED)]
    assert kinds == [Kind.PROPOSED, Kind.PROPOSAL_CLOSED, Kind.PROPOSED, Kind.PROPOSAL_CLOSED]
    rebuilt(town)
    town.books_are_whole()


def rebuilt(town: Town) -> None:
    """The folders are made again byte for byte."""
    before = {path: sha for path, sha in fingerprint_of(town.desk).items() if not path.endswith("系统状态.txt")}
    shutil.rmtree(town.outbox)
    assert rebuild_office(town.desk) == ()
    town.work()
    after = {path: sha for path, sha in fingerprint_of(town.desk).items() if not path.endswith("系统状态.txt")}
    assert {p for p in before if "退回" not in p} <= set(after)
    assert {p: s for p, s in after.items() if p in before} == before
