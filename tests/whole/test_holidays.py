"""A holiday table comes as a file: entered by one, confirmed by another who sees which dates change; then the clocks follow."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.model import FormIdentity
from pipeline.papers.forms import build_xlsx, fill_docx

from .town import CLERK, SIGNER, Told, Town

NAMES = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
SPANS = (((1, 1), (1, 3)), ((2, 5), (2, 11)), ((4, 3), (4, 5)), ((5, 1), (5, 5)), ((6, 9), (6, 9)), ((9, 15), (9, 15)), ((10, 1), (10, 7)))


def table(town: Town, **changes: Any) -> dict[str, Any]:
    """An invented notice for 2027."""
    rows = [{"name": name, "first": date(2027, *first), "last": date(2027, *last)} for name, (first, last) in zip(NAMES, SPANS, strict=True)]
    days = [{"day": date(2027, *day)} for day in ((1, 30), (2, 20), (5, 8), (10, 9))]
    head = {"year": 2027, "notice": "测试通知：2027年部分节假日安排", "published_on": town.today, "officer": CLERK, "filed_on": town.today}
    return {**head, "holidays": rows, "workdays": days, **changes}


def as_yaml(town: Town, values: dict[str, Any]) -> bytes:
    spec = town.pack.forms["holiday_table"]
    head = {"form": spec.code, "version": spec.version, "jurisdiction": town.jurisdiction}
    return yaml.safe_dump({**head, "data": values}, allow_unicode=True).encode()


def as_workbook(town: Town, values: dict[str, Any]) -> bytes:
    spec = town.pack.forms["holiday_table"]
    return build_xlsx(town.pack, spec, FormIdentity(form=spec.code, version=spec.version, jurisdiction=town.jurisdiction), values)


def waiting(town: Town) -> Path:
    (folder,) = (town.outbox / "复核").iterdir()
    return folder


def confirm(town: Town, role: str, who: str, **changes: Any) -> Told:
    values = {"decision": "confirm", "officer": who, "confirmed_on": town.today, **changes}
    return town.drop(role, fill_docx((waiting(town) / "复核确认单.docx").read_bytes(), values), f"复核_{who}.docx", who)


@pytest.fixture
def december(town: Town) -> Town:
    """A case whose service standard runs over into a year without a notice."""
    town.now += timedelta(days=(date(2026, 12, 7) - town.today).days)
    case = town.apply()
    assert town.file(case, "intake_decision").outcome == "recorded"
    clock = town.case().clocks["DECIDE"].data
    assert clock["provisional"] and (clock["final"], clock["workdays"]) == ("2027-01-05", 20)
    return town


def test_a_year_is_entered_by_one_and_confirmed_by_another_and_the_clocks_follow(december: Town) -> None:
    town = december
    values = table(town, holidays=[{**row, "last": date(2027, 1, 4)} if row["name"] == "元旦" else row for row in table(town)["holidays"]])
    values["workdays"] = [*values["workdays"], {"day": date(2027, 1, 9)}]
    first = town.case()
    town.now += timedelta(days=(date(2026, 12, 28) - town.today).days)
    second = town.apply(1, "另一件")
    assert second.clocks["INTAKE"].data["final"] == "2027-01-05"
    told = town.drop("办理", as_workbook(town, values), "放假安排.xlsx", CLERK)
    assert told.outcome == "recorded", told.words
    listed = (waiting(town) / "复核清单.html").read_text(encoding="utf-8")
    for text in (told.zh, listed):
        assert f"{second.no}　受理审查期限：2027-01-05 → 2027-01-06（暂定变为确定）" in text, text
        assert "鄂市监量受〔2026〕1号已载明2027-01-05，不作变动（按新安排为2027-01-06）" in text, text
    town.sweep()
    assert town.case(second.no).clocks["INTAKE"].data["final"] == "2027-01-05", "nothing changes before the second person"
    own = confirm(town, "办理", CLERK)
    assert own.outcome == "refused" and "登记人" in own.words
    assert confirm(town, "签发", SIGNER).outcome == "recorded"
    town.sweep()
    clock = town.case(second.no).clocks["INTAKE"].data
    assert (clock["final"], clock["provisional"]) == ("2027-01-06", False) and "2027-office-1" in clock["calendar"]
    served = town.case(first.no).clocks["DECIDE"].data
    assert (served["final"], served["recomputed"]) == ("2027-01-05", "2027-01-06"), "a date that was told stays"
    assert "放假安排公布" in town.timeline(town.case(second.no)) and not list((town.outbox / "复核").iterdir())
    town.close()
    town.open()
    assert town.pack.calendar.published(2027), "the journal keeps the table; a fresh process knows it"
    before = len(town.case(second.no).history)
    town.sweep()
    assert len(town.case(second.no).history) == before
    town.books_are_whole()


def test_a_table_of_the_same_days_makes_provisional_dates_final(december: Town) -> None:
    town = december
    told = town.drop("签发", as_yaml(town, table(town, officer=SIGNER)), "2027.yaml", SIGNER)
    assert told.outcome == "recorded" and "没有期满日因此改变的期限" in told.zh, told.words
    assert confirm(town, "办理", CLERK).outcome == "recorded"
    town.sweep()
    clock = town.case().clocks["DECIDE"].data
    assert (clock["final"], clock["provisional"]) == ("2027-01-05", False)


def test_a_wrong_table_is_refused_with_the_reason_and_an_unbound_sheet_does_nothing(town: Town) -> None:
    wrong = table(town)
    wrong["workdays"][0]["day"] = date(2027, 1, 29)
    told = town.drop("办理", as_yaml(town, wrong), "2027.yaml", CLERK)
    assert told.outcome == "refused" and "周五" in told.words and told.rules == {"HT-TABLE"}
    assert not (town.outbox / "复核").exists()
    assert town.drop("办理", as_yaml(town, table(town)), "2027.yaml", CLERK).outcome == "recorded"
    blank = town.blank("office_confirmation", {"item_no": "复核〔2026〕1号", "decision": "confirm", "officer": SIGNER, "confirmed_on": town.today})
    stale = town.drop("签发", blank, "自己写的.docx", SIGNER)
    assert stale.outcome == "stale" and not town.pack.calendar.published(2027)
    other = confirm(town, "签发", SIGNER, officer="测试别人")
    assert other.outcome == "refused" and "本人" in other.words
