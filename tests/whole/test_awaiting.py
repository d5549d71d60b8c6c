"""No timestamp authority answers: the document waits, through restarts, says which deadline it would miss, and is sealed by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest

from pipeline.cases.case import Paper
from pipeline.cases.events import Kind
from pipeline.clockwork import SHANGHAI
from pipeline.desk.awaiting import how_many_wait, unsealed_now
from pipeline.desk.status import STATUS_FILE, Heartbeat, write_status
from pipeline.errors import SigningError
from pipeline.papers.verify import verify_pdf

from .town import Town
from .tsa import Authority

NOBODY = "http://127.0.0.1:9/"
"""The discard port: refuses at once."""


@pytest.fixture
def authorities(pending: Town) -> Iterator[tuple[Authority, Authority]]:
    """Two authorities, the second a fallback; the office names a third before them that nobody answers at."""
    stamper = pending.desk.keys._pki.timestamper(pending.clock)
    with Authority(stamper) as first, Authority(stamper) as second:
        toml = pending.root / "office.toml"
        text = toml.read_text(encoding="utf-8")
        assert "# timestamp_urls = []" in text
        toml.write_text(text.replace("# timestamp_urls = []", f'timestamp_urls = ["{NOBODY}", "{first.address}", "{second.address}"]'), encoding="utf-8")
        _restart(pending)
        yield first, second


def _restart(town: Town) -> None:
    town.close()
    town.open()


def _paper(town: Town) -> Paper:
    paper = town.case().latest("rejection_notice")
    assert paper is not None
    return paper


def _status(town: Town) -> str:
    write_status(town.desk, Heartbeat(town.now))
    return (town.outbox / STATUS_FILE).read_text(encoding="utf-8-sig")


def _notes(town: Town) -> list[str]:
    return sorted(path.name for path in (town.outbox / "异常").glob("等待用印_*.txt"))


def _by_whom(town: Town) -> str:
    return str(next(e for e in town.case().history if e.kind is Kind.SEALED and e.data["id"] == _paper(town).id).data["timestamp_by"])


def test_the_first_that_answers_is_taken_and_recorded(pending: Town, authorities: tuple[Authority, Authority]) -> None:
    first, second = authorities
    first.open = False
    assert pending.sign(pending.case()).outcome == "recorded"
    assert first.asked and second.asked and _by_whom(pending) == second.address
    assert verify_pdf(pending.desk.store.get(_paper(pending).sha256), pending.desk.keys.trust, pending.now).ok


def test_a_document_waits_through_restarts_warns_and_is_sealed_once_one_answers(pending: Town, authorities: tuple[Authority, Authority]) -> None:
    first, second = authorities
    first.open = second.open = False
    assert pending.sign(pending.case()).outcome == "recorded"
    paper = _paper(pending)
    assert (paper.status, paper.sha256) == ("issued", "") and pending.engine.failed() == ()
    assert "等待时间戳后用印" in pending.timeline(pending.case())
    _restart(pending)
    asked = first.asked
    pending.sweep()
    assert first.asked == asked, "not again within the minute"
    pending.later(minutes=2)
    pending.sweep()
    assert first.asked == asked + 1 and not _paper(pending).sha256
    said = _status(pending)
    (row,) = _rows(pending)
    assert "时间戳服务均未应答" in row["zh"] and paper.number in row["zh"] and row["final"] in row["zh"] and row["zh"] in said
    assert row["mark"] == "" and _notes(pending) == [f"等待用印_{paper.number}.txt"]
    _warned_until_over(pending, paper, date.fromisoformat(row["final"]))
    second.open = True
    pending.later(minutes=2)
    pending.sweep()
    assert _paper(pending).sha256 and _by_whom(pending) == second.address
    pending.sweep()
    assert _rows(pending) == [] and "等待用印" not in _status(pending) and _notes(pending) == []
    pending.books_are_whole()


def _warned_until_over(town: Town, paper: Paper, final: date) -> None:
    """On the reminder days the warning is said anew, and last when it is too late."""
    for day, mark, words in ((final, "last", "最后一个工作日"), (date.fromordinal(final.toordinal() + 1), "over", "已逾期")):
        town.now = datetime.combine(day, time(10), SHANGHAI)
        town.sweep()
        town.sweep()  # what the job found is said by the next sweep
        assert [row["mark"] for row in _rows(town)] == [mark]
        _status(town)
        assert _notes(town) == [f"等待用印_{paper.number}_{words}.txt"]


def _rows(town: Town) -> list[dict[str, str]]:
    with town.desk.reading() as connection:
        return unsealed_now(connection)


def test_all_that_waited_follows_when_one_was_answered(pending: Town, authorities: tuple[Authority, Authority]) -> None:
    first, second = authorities
    first.open = second.open = False
    pending.apply(1)  # its receipt waits: stamped form and record
    with pending.desk.reading() as connection:
        waiting = how_many_wait(connection)
    assert waiting >= 2
    first.open = True
    pending.later(minutes=2)
    pending.sweep()
    pending.sweep()
    with pending.desk.reading() as connection:
        assert how_many_wait(connection) == 0, "the oldest tried alone, then all at once"


def test_what_failed_for_another_reason_is_named_too(pending: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is gone fails its job; the document is still said to wait, with that reason."""
    def gone(*_: object) -> bytes:
        raise SigningError("密码设备没有插好", "the device is gone")

    monkeypatch.setattr("pipeline.desk.perform._sealed", gone)
    assert pending.sign(pending.case()).outcome == "recorded"
    pending.sweep()
    (row,) = _rows(pending)
    assert "密码设备没有插好" in row["zh"] and row["zh"] in _status(pending)
