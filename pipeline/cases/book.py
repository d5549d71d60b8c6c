"""The working paper of one decision: events entered in order, each seen at once by the steps that follow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.decision import Answer, Claim, Decision, Work
from pipeline.cases.events import Event, Kind, Recorded
from pipeline.cases.fold import advance, fold
from pipeline.cases.registers import NumberView
from pipeline.law.pack import Pack


class Book:
    """Collects what a decision records. `case` is the case as it will be once this is recorded."""

    def __init__(self, pack: Pack, case: Case | None, numbers: NumberView, today: date) -> None:
        self.pack = pack
        self._case = case
        self._numbers = numbers
        self.today = today
        self.as_of = today
        """The day from which what is entered counts: earlier than today when a period that is over is noticed late."""
        self._taken: dict[tuple[str, int], int] = {}
        self._events: list[Event] = []
        self._claims: list[Claim] = []
        self._works: dict[tuple[str, str], Work] = {}

    @property
    def case(self) -> Case:
        """The case so far. Raises LookupError before one is opened."""
        if self._case is None:
            raise LookupError("no case is open yet")
        return self._case

    def open(self, case_id: str, data: Mapping[str, Any]) -> None:
        """Enter the opening of a case."""
        event = Event(Kind.OPENED, data, case_id)
        self._events.append(event)
        self._case = fold([self._as_recorded(event)])

    def enter(self, kind: Kind, data: Mapping[str, Any], *, office: bool = False) -> None:
        """Enter an event of the case (or of the office)."""
        event = Event(kind, data, "" if office else self.case.id)
        self._events.append(event)
        if not office:
            self._case = advance(self.case, self._as_recorded(event))

    def _as_recorded(self, event: Event) -> Recorded:
        return Recorded(0, event.case, 0, event.kind, self.today.isoformat(), "", decode(encode(event.data)), "")

    def number(self, series: str, document: str) -> str:
        """Take the next number of a series in today's year for a document; returns it as written."""
        spec, year = self.pack.series[series], self.today.year
        values = {"agency": self.pack.authority.get("agency_code", "")}
        return self.take(series, year, str(spec["pattern"]), values, document, int(spec.get("start", 1)))[1]

    def take(self, series: str, year: int, pattern: str, values: Mapping[str, Any], document: str, start: int = 1) -> tuple[int, str]:
        """Take the next number of any series and year, written by `pattern` from `values`, `year` and `n`."""
        key = (self._key(series), year)
        n = self._taken.get(key, self._numbers.next(*key, start=start) - 1) + 1
        self._taken[key] = n
        text = pattern.format(**values, year=year, n=n)
        self._claims.append(Claim(key[0], year, n, text, document))
        return n, text

    def _key(self, series: str) -> str:
        return f"{self.pack.jurisdiction}/{series}"

    def work(self, kind: str, *args: str) -> None:
        """Ask for a job; asking twice is asking once."""
        job = Work(kind, args)
        self._works[(kind, job.key)] = job

    def close_events(self) -> tuple[Event, ...]:
        """What was entered so far, in order."""
        return tuple(self._events)

    def close(self, answer: Answer) -> Decision:
        """The decision."""
        return Decision(answer, tuple(self._events), tuple(self._claims), tuple(self._works.values()))
