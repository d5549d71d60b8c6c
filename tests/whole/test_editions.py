"""The law changes under a running office: an old case keeps its periods, a new case has the new ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline.cases.events import Kind, Recorded
from pipeline.cases.fold import fold
from pipeline.cli.options import all_cases, case_named
from pipeline.desk import receive
from pipeline.desk.ailments import Status
from pipeline.desk.doctor import examine
from pipeline.desk.rebuilding import rebuild_office
from pipeline.desk.status import Heartbeat, write_status
from pipeline.errors import PackError, StoreError
from pipeline.law.edition import edition_digest
from pipeline.law.pack import load_pack

from .town import Town

PERIOD = "service_standard.decide"
OLD, NEW = f"{PERIOD}: {{value: 20", f"{PERIOD}: {{value: 7"


def change_the_law(town: Town) -> None:
    path = town.desk.office.schemas / town.jurisdiction / "pack.yaml"
    text = path.read_text(encoding="utf-8")
    assert OLD in text
    path.write_text(text.replace(OLD, NEW), encoding="utf-8")
    town.close()
    town.open()


def test_an_old_case_keeps_its_period_and_a_new_one_has_the_new(applied: Town) -> None:
    first = applied.case()
    kept = applied.desk.office.var / "packs" / first.pack_digest
    assert kept.is_dir() and first.pack_digest == applied.pack.digest
    change_the_law(applied)
    old = applied.desk.pack_of(first)
    assert old.param(PERIOD) == 20 and applied.pack.param(PERIOD) == 7
    assert old.digest == first.pack_digest != applied.pack.digest
    assert old.calendar is applied.pack.calendar, "holiday tables are facts for every case"
    second = applied.apply(example=1, name="另一件")
    assert second.pack_digest == applied.pack.digest and applied.desk.pack_of(second) is applied.pack
    ends = []
    for case in (first, second):
        assert applied.file(case, "intake_decision").outcome == "recorded"
        after = applied.case(case.no)
        assert after.state == "accepted"
        ends.append(int(after.clocks["DECIDE"].data["workdays"]))
    assert ends == [20, 7]
    applied.sweep()
    assert applied.engine.failed() == ()


def test_what_is_filed_into_an_old_case_is_judged_under_its_edition(applied: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, seen = applied.case(), []
    real = receive.decide
    monkeypatch.setattr(receive, "decide", lambda ground: seen.append(ground.pack.param(PERIOD)) or real(ground))
    change_the_law(applied)
    applied.file(first, "intake_decision")
    applied.apply(example=1, name="另一件")
    assert seen == [20, 7]


def test_records_without_a_digest_go_on_under_the_pack_in_force(applied: Town) -> None:
    opened = applied.case().history[0]
    assert opened.kind is Kind.OPENED
    data = {key: value for key, value in opened.data.items() if key != "pack_digest"}
    old = fold([Recorded(1, opened.case, 1, Kind.OPENED, opened.at, "", data, "")])
    change_the_law(applied)
    assert old is not None and applied.desk.pack_of(old) is applied.pack


def test_an_edition_that_is_lost_or_changed_is_said(applied: Town) -> None:
    first = applied.case()
    change_the_law(applied)
    kept = applied.desk.office.var / "packs" / first.pack_digest
    said = kept / applied.jurisdiction / "pack.yaml"
    said.write_text(said.read_text(encoding="utf-8") + "\n# 改动\n", encoding="utf-8")
    with pytest.raises(PackError, match="改动过"):
        applied.desk.pack_of(first)
    kept.rename(kept.with_name("lost"))
    with pytest.raises(PackError, match="恢复"):
        applied.desk.pack_of(first)


def test_a_lost_edition_stops_its_own_case_and_no_other(applied: Town) -> None:
    """The other cases' time passes, applications come in as before, and everybody is told what is wrong where."""
    first = applied.case()
    change_the_law(applied)
    kept = applied.desk.office.var / "packs" / first.pack_digest
    kept.rename(kept.with_name("lost"))
    applied.close()
    applied.open()
    faulty = applied.drop("申报", applied.bundle(1, "要补正的", total_budget="1.00"))
    assert faulty.outcome == "correction", faulty.words
    applied.now += timedelta(days=60)
    applied.sweep()
    second = applied.case(faulty.case_no)
    assert second.clocks["CORRECT"].status == "passed", "its time passes"
    write_status(applied.desk, Heartbeat(applied.now))
    (note,) = (applied.outbox / "异常").glob("版本丢失_*.txt")
    assert first.no in note.read_text(encoding="utf-8-sig") and "恢复" in note.read_text(encoding="utf-8-sig")
    assert first.no in (applied.outbox / "系统状态.txt").read_text(encoding="utf-8-sig")
    told = next(check for check in examine(applied.desk.office, applied.clock, watched=False) if check.id == "editions")
    assert told.status is Status.FAILED and first.no in told.told[0]
    kept.with_name("lost").rename(kept)
    applied.sweep()
    write_status(applied.desk, Heartbeat(applied.now))
    assert not list((applied.outbox / "异常").glob("版本丢失_*.txt")) and applied.case(first.no).clocks["INTAKE"].status != "running"


@pytest.mark.parametrize(
    ("kind", "column", "instead"), [(Kind.CLOCK_STARTED, "data", '{"clock":"INTAKE"}'), (Kind.OPENED, "kind", "opend")], ids=["senseless", "opening unreadable"]
)
def test_one_damaged_case_stops_no_other(applied: Town, kind: Kind, column: str, instead: str) -> None:
    """An entry of its record is written over in the database file: it is named, left as it is, and taken up again once it is mended."""
    first = applied.case()
    second = applied.drop("申报", applied.bundle(1, "要补正的", total_budget="1.00")).case_no
    started = next(event for event in first.history if event.kind is kind)
    whole = _overwrite(applied, started.seq, instead, column)
    for _ in range(2):
        applied.now += timedelta(days=60)
        applied.close()
        applied.open()
        applied.sweep()
        with applied.desk.reading() as connection:
            cases = applied.desk.shelf.all(connection)
        assert cases[f"hubei.{second}"].clocks["CORRECT"].status == "passed", "the other case's time passes"
        write_status(applied.desk, Heartbeat(applied.now))
        (note,) = (applied.outbox / "异常").glob("案件异常_*.txt")
        assert all(words in note.read_text(encoding="utf-8-sig") for words in (first.no, "journal verify"))
        assert "案件异常" in (applied.outbox / "系统状态.txt").read_text(encoding="utf-8-sig")
    told = next(check for check in examine(applied.desk.office, applied.clock, watched=False) if check.id == "cases")
    assert told.status is Status.FAILED and first.no in told.told[0]
    if kind is Kind.OPENED:
        assert f"日志第{started.seq}条（本案第1条）" in told.told[0]
        assert [case.no for case in all_cases(applied.desk)] == [second], "the others are listed"
        with pytest.raises(StoreError, match=f"案件 {first.no}.*日志第{started.seq}条"):
            case_named(applied.desk, first.no)
        assert rebuild_office(applied.desk) == ()
    faulty = applied.drop("申报", applied.bundle(2, "第三件", total_budget="1.00"))
    assert faulty.outcome == "correction", "applications come in as before"
    assert faulty.case_no in (applied.outbox / "期限一览.html").read_text(encoding="utf-8")
    _overwrite(applied, started.seq, whole, column)
    applied.sweep()
    write_status(applied.desk, Heartbeat(applied.now))
    assert not list((applied.outbox / "异常").glob("案件异常_*.txt"))
    assert applied.case(first.no).clocks["INTAKE"].status != "running", "what fell due in the meantime is made up for"


def _overwrite(town: Town, seq: int, instead: str, column: str = "data") -> str:
    """What somebody with the database file in hand can do; gives what stood there."""
    with town.desk.database.begin() as connection:
        before = connection.execute(sa.text(f"select {column} from events where seq = :seq"), {"seq": seq}).scalar_one()
        connection.execute(sa.text("drop trigger events_no_update"))
        connection.execute(sa.text(f"update events set {column} = :instead where seq = :seq"), {"seq": seq, "instead": instead})
        connection.execute(sa.text("create trigger events_no_update before update on events begin select raise(abort, 'the journal is append-only'); end"))
    return str(before)


def test_the_digest_is_of_the_law_alone(applied: Town) -> None:
    schemas, name = applied.desk.office.schemas, applied.jurisdiction
    before = edition_digest(schemas, name)
    assert load_pack(schemas, name).digest == before
    (schemas / "common" / "calendar" / "2099.yaml").write_text("", encoding="utf-8")
    (schemas / name / "examples" / "another.yaml").write_text("form: x", encoding="utf-8")
    assert edition_digest(schemas, name) == before
    (schemas / "common" / "forms" / "another.yaml").write_text("form: x", encoding="utf-8")
    assert edition_digest(schemas, name) != before
