"""People come and go: a deputy signs what the delegation covers, an absence moves work and signing, a hand-over ends a signature."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cases import journal
from pipeline.cases.events import OFFICE, Kind
from pipeline.cli.app import app
from pipeline.demo.players import play
from pipeline.desk.people import make_folders
from pipeline.desk.posts import staff_on
from pipeline.office import Person, load_office, people_yaml
from pipeline.papers.forms import fill_docx

from .town import CLERK, SIGNER, Told, Town

DEPUTY, OTHER = "测试副局长", "测试承办人乙"


@pytest.fixture
def staffed(pending: Town) -> Iterator[Town]:
    """A draft waits; a second officer is named from 2030 on, and a second clerk is there."""
    more = (Person("hubei", "签发", DEPUTY, DEPUTY, since="2030-01-01"), Person("hubei", "办理", OTHER, OTHER))
    Path(pending.root / "people.yaml").write_text(people_yaml((*pending.desk.office.people, *more)), encoding="utf-8")
    pending.close()
    make_folders(load_office(pending.root, {}), pending.clock)
    pending.open()
    pending.sweep()
    yield pending


def delegation(town: Town, **changes: Any) -> Told:
    values = {"officer": SIGNER, "deputy": DEPUTY, "scope": "all", "reason": "出差", "signed_on": town.today, "from_date": town.today, "to_date": town.today + timedelta(days=5)}
    return town.drop("签发", town.blank("delegation", {**values, **changes}), f"授权{town.now:%H%M%S}.docx", SIGNER)


def absence(town: Town, owner: str, role: str, **changes: Any) -> Told:
    values = {"person": owner, "role": role, "action": "away", "from_date": town.today, "to_date": town.today + timedelta(days=5), "reason": "休假", "filed_on": town.today}
    return town.drop(role, town.blank("absence_notice", {**values, **changes}), f"外出{town.now:%H%M%S}.docx", owner)


def handover(town: Town, role: str, leaves: str, takes: str, **changes: Any) -> Told:
    values = {"role": role, "from_person": leaves, "to_person": takes, "effective_on": town.today, "reason": "岗位调整", "filed_on": town.today}
    return town.drop("签发", town.blank("duty_handover", {**values, **changes}), f"交接{town.now:%H%M%S}.docx", SIGNER)


def test_a_deputy_signs_what_the_delegation_covers_and_no_more(staffed: Town) -> None:
    town = staffed
    assert delegation(town, scope="listed", documents=[{"document": "task_book"}]).outcome == "recorded"
    told = town.sign(town.case(), owner=DEPUTY)
    assert told.outcome == "refused" and "不包括" in told.words, told.words
    assert delegation(town, scope="listed", documents=[{"document": "rejection_notice"}]).outcome == "recorded"
    ended = delegation(town, action="revoke", reason="提前返回")
    assert ended.outcome == "recorded" and "撤销" in ended.zh
    told = town.sign(town.case(), owner=DEPUTY, opinion="代为签发。")
    assert told.outcome == "refused", "a delegation that was ended gives nothing"
    assert delegation(town, scope="listed", documents=[{"document": "rejection_notice"}], reason="再次出差").outcome == "recorded"
    assert town.sign(town.case(), owner=DEPUTY, opinion="代为签发。 ").outcome == "recorded"
    assert f"{SIGNER}授权代签（授权书 {town.today}" in town.timeline(town.case())
    issued = next(e for e in town.case().history if e.kind is Kind.ISSUED and e.data["code"] == "rejection_notice")
    assert (issued.data["by"], issued.data["deputy_for"]) == (DEPUTY, SIGNER)


def test_while_an_officer_is_away_the_deputy_signs_and_clocks_run_on(staffed: Town) -> None:
    town = staffed
    clocks = {name: clock.data["final"] for name, clock in town.case().clocks.items()}
    stolen = absence(town, CLERK, "办理", person=SIGNER, deputy=DEPUTY)
    assert stolen.outcome == "refused" and "本人" in stolen.words
    assert absence(town, SIGNER, "签发", deputy=DEPUTY).outcome == "recorded"
    told = town.sign(town.case())
    assert told.outcome == "refused", "who is away does not sign; first they come back"
    assert {name: clock.data["final"] for name, clock in town.case().clocks.items()} == clocks
    assert town.sign(town.case(), owner=DEPUTY, opinion="代签。").outcome == "recorded"
    assert f"{SIGNER}外出期间代签" in town.timeline(town.case())
    with town.desk.reading() as connection:
        events = journal.read(connection, OFFICE)
    on_that_day = staff_on(events, "hubei", town.today)
    assert on_that_day is not None and {right.name: right.officer for right in on_that_day.rights(town.today)} == {DEPUTY: SIGNER}


def test_who_comes_back_early_signs_again(staffed: Town) -> None:
    town = staffed
    assert absence(town, SIGNER, "签发", deputy=DEPUTY).outcome == "recorded"
    town.later(days=1)
    told = absence(town, SIGNER, "签发", action="back", to_date=None, reason="提前返岗")
    assert told.outcome == "recorded"
    assert {path.parent.name for path in town.outbox.glob(f"*/{told.row.seq:05d}_*.html")} == {"办公事项"}, "what was done is not among what was sent back"
    assert town.sign(town.case()).outcome == "recorded"


def test_a_hand_over_moves_what_is_open_and_ends_the_signature(staffed: Town) -> None:
    town = staffed
    case, sheet = town.case(), town.sheet(town.case()).read_bytes()
    later = town.today + timedelta(days=1)
    told = handover(town, "签发", SIGNER, DEPUTY, effective_on=later)
    assert told.outcome == "recorded" and f"{case.no}（已提交）：待签发" in told.zh, told.zh
    page = next((town.outbox / "交接").rglob("交接清单.html")).read_text(encoding="utf-8")
    assert case.no in page and f"{DEPUTY}（签名）" in page
    town.later(days=1)
    town.sweep()
    filled = fill_docx(sheet, play(town.pack, "sign_off_sheet", {}, town.today))
    refused = town.drop("签发", filled, "签发单.docx", SIGNER)
    assert refused.outcome == "refused" and f"交接给 {DEPUTY}" in refused.words, refused.words
    assert town.sign(town.case(), owner=DEPUTY).outcome == "recorded"
    who_was_it(town, later - timedelta(days=1), later)


def who_was_it(town: Town, before: date, after: date) -> None:
    """The command answers for a day that has gone by."""
    def rights(day: date) -> dict[str, str]:
        done = CliRunner().invoke(app, ["person", "who", "--on", day.isoformat(), "-j", "hubei", "--office", str(town.root), "--json"])
        assert done.exit_code == 0, done.output
        return {row["name"]: row["ground"] for row in json.loads(done.output)["rows"] if row["role"] == "签发"}

    assert list(rights(before)) == [SIGNER] and list(rights(after)) == [DEPUTY]
    assert "接测试局长岗位" in rights(after)[DEPUTY]
    none = CliRunner().invoke(app, ["person", "who", "--on", "2020-01-01", "-j", "hubei", "--office", str(town.root)])
    assert none.exit_code != 0


def test_the_list_of_a_clerk_names_who_stands_in(staffed: Town) -> None:
    town = staffed
    case = town.case()
    told = town.drop("办理", town.blank("task_transfer", {"case_no": case.no, "role": "签发", "from_officer": "测试处长", "to_officer": SIGNER, "reason": "分工", "handed_on": town.today}), "转办.docx", CLERK)
    assert told.outcome == "recorded", told.words
    assert f"由 {SIGNER} 办理" in (town.outbox / "待办_签发.html").read_text(encoding="utf-8")
    start = town.today + timedelta(days=2)
    assert absence(town, SIGNER, "签发", deputy=DEPUTY, from_date=start, to_date=start).outcome == "recorded"
    assert f"由 {SIGNER} 办理" in (town.outbox / "待办_签发.html").read_text(encoding="utf-8"), "not before it begins"
    town.later(days=2)
    town.sweep()
    assert f"由 {DEPUTY}，代{SIGNER} 办理" in (town.outbox / "待办_签发.html").read_text(encoding="utf-8")
    town.later(days=1)
    town.sweep()
    assert f"由 {SIGNER} 办理" in (town.outbox / "待办_签发.html").read_text(encoding="utf-8")


def test_what_people_yaml_said_is_kept(staffed: Town) -> None:
    town = staffed
    with town.desk.reading() as connection:
        said = [event.data["people"] for event in journal.read(connection, OFFICE) if event.kind is Kind.PEOPLE]
    assert len(said) == 2 and DEPUTY not in {row["name"] for row in said[0]} and DEPUTY in {row["name"] for row in said[1]}
    town.sweep()
    with town.desk.reading() as connection:
        assert sum(event.kind is Kind.PEOPLE for event in journal.read(connection, OFFICE)) == 2
