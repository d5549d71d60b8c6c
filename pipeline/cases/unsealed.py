"""Issued documents that are not sealed yet, and the deadline each would miss. Pure.

Signing off gave the document its number and day and ended the period it was issued in; but nobody can be given what is not
sealed. So the ended clock goes on counting here until the seal is there, with the same reminder days as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.cases.case import Case, Paper
from pipeline.cases.due import LAST, reminders
from pipeline.cases.events import Kind
from pipeline.law.pack import Pack

OVER = "over"
_ENDS = (Kind.CLOCK_STOPPED, Kind.CLOCK_PAUSED)


@dataclass(frozen=True, slots=True)
class Unsealed:
    """One document that was issued and waits for its seal: since when, and the period it was issued in, if there is one.

    `mark` is the newest reminder day that has come: days before the end, `last` (working day), `over`, or nothing yet.
    """

    paper: Paper
    since: datetime
    clock: str = ""
    final: date | None = None
    mark: str = ""


def unsealed(pack: Pack, case: Case, today: date) -> Iterator[Unsealed]:
    """The case's documents that wait for their seal, in the order they were issued."""
    for paper in case.papers.values():
        if paper.status == "issued" and not paper.sha256:
            yield _one(pack, case, paper, today)


def _one(pack: Pack, case: Case, paper: Paper, today: date) -> Unsealed:
    issued = next(e for e in reversed(case.history) if e.kind is Kind.ISSUED and e.data["id"] == paper.id)
    ended = [e.data["clock"] for e in case.history if e.kind in _ENDS and e.at == issued.at]
    clocks = [case.clocks[name] for name in ended]
    first = min(clocks, key=lambda clock: str(clock.data["final"]), default=None)
    if first is None:
        return Unsealed(paper, datetime.fromisoformat(issued.at))
    final = date.fromisoformat(first.data["final"])
    come = [(day, mark) for mark, day in reminders(pack, first) if day <= today]
    mark = OVER if today > final else max(come)[1] if come else ""
    name = str(pack.lifecycle.clocks.get(first.clock, {}).get("zh", first.clock)) + ("，服务标准" if first.data.get("soft") else "")
    return Unsealed(paper, datetime.fromisoformat(issued.at), name, final, mark)


def words(one: Unsealed, case_no: str, why: str) -> tuple[str, str]:
    """What is said of it, in Chinese and English."""
    when = f"{one.since:%Y-%m-%d %H:%M}"
    ends = f"；应在 {one.final} 前送出（{one.clock}）" + _STAGES.get(one.mark, f"，期限不到 {one.mark} 日" if one.mark else "") if one.final else ""
    zh = f"{case_no} 的 {one.paper.number}《{one.paper.title}》已签发，自 {when} 起等待用印{ends}。原因：{why or '尚未办成'}"
    by = f", to be out by {one.final}" + (" (OVER)" if one.mark == OVER else "") if one.final else ""
    return zh, f"{one.paper.number} of case {case_no} was signed off and waits for its seal since {when}{by}: {why or 'not done yet'}"


_STAGES = {LAST: "，今天起已是最后一个工作日", OVER: "，已经逾期"}
