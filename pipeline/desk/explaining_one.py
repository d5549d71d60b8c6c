"""One date or one document of a case: how it came about, on what ground, and what became of it. From the record alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.cases.case import Case, Paper, Running
from pipeline.cases.due import LAST, reminders
from pipeline.cases.ledger import counting, ledger
from pipeline.law.explain import grounds_of
from pipeline.law.pack import Pack

CLOCK_EN = {"running": "running", "paused": "stands still", "stopped": "stopped", "passed": "over"}
CLOCK_ZH = {"running": "进行中", "paused": "停止计算", "stopped": "已终止", "passed": "已届满"}
PAPER_ZH = {"drafted": "拟稿", "issued": "已制发", "sealed": "已用印", "returned": "已退回", "void": "已作废", "on_paper": "纸质制发"}


def papers_named(case: Case, word: str) -> tuple[Paper, ...]:
    """The documents of a case with this number, id or code, oldest first."""
    return tuple(paper for paper in case.papers.values() if word and word in (paper.number, paper.id, paper.code))


def explain_date(pack: Pack, clock: Running, language: str = "zh") -> tuple[str, ...]:
    """A period of a case: its last day with working and article, its ledger, its reminders."""
    return tuple(_date(pack, clock, language == "zh"))


def _date(pack: Pack, clock: Running, chinese: bool) -> Iterator[str]:
    data = clock.data
    name = str(pack.lifecycle.clocks.get(clock.clock, {}).get("zh" if chinese else "en") or clock.clock)
    status = (CLOCK_ZH if chinese else CLOCK_EN).get(clock.status, clock.status)
    yield f"{name}（{clock.clock}）：{data.get('final', '—')}，{status}" if chinese else f"{name} ({clock.clock}): {data.get('final', '—')}, {status}"
    yield from (f"   {line}" for line in _days(data, chinese))
    counted = counting(clock)
    working = counted.get("working") if chinese else counted.get("working_en") or counted.get("working")
    if working:
        yield f"   算法：{working}" if chinese else f"   working: {working}"
    yield from (f"   {line}" for line in grounds_of(pack, counted.get("cite"), chinese))
    if data.get("soft"):
        yield "   只作服务标准，超过不影响效力。" if chinese else "   a service standard: passing it changes nothing."
    yield from (f"   {line}" for line in _ledger(pack, clock, chinese))
    yield from (f"   {line}" for line in _reminders(pack, clock, chinese))


def _days(data: Mapping[str, Any], chinese: bool) -> Iterator[str]:
    """Nominal and final day where they differ, how sure, and what a served document says instead."""
    if data.get("nominal") and data["nominal"] != data.get("final"):
        yield f"顺延前：{data['nominal']}；最后一日：{data['final']}" if chinese else f"before rolling: {data['nominal']}; last day: {data['final']}"
    if data.get("provisional"):
        yield "暂定：有关年度的放假安排尚未公布，公布后重新计算。" if chinese else "provisional until that year's holidays are published."
    if data.get("printed_in"):
        now, told = data["recomputed"], data["printed_in"]
        yield f"按新公布的安排应为 {now}；{told} 已载明，以文书为准。" if chinese else f"would now be {now}; the date in {told} stays."
    if data.get("calendar"):
        yield f"所用放假安排：{data['calendar']}" if chinese else f"holiday tables: {data['calendar']}"


def _ledger(pack: Pack, clock: Running, chinese: bool) -> Iterator[str]:
    book, counted = ledger(clock, pack.calendar), counting(clock).get("working")
    for entry, row in zip(book.entries, clock.ledger, strict=True):
        end = f" → {entry.final}" if entry.final else ""
        yield f"{entry.on} {entry.zh}{end}" if chinese else f"{entry.on} {str(row['what']).removeprefix('clock_')}{end}"
        if not entry.working or entry.working == counted:
            continue
        if "final" in row:
            yield f"   当时的算法：{entry.working}" if chinese else f"   working then: {row.get('working_en') or entry.working}"
        else:
            yield f"   {entry.working}" if chinese else f"   {row.get('working_en') or entry.working}"
    if book.still:
        yield f"停止计算共 {book.still} 日。" if chinese else f"it stood still for {book.still} days in all."


def _reminders(pack: Pack, clock: Running, chinese: bool) -> Iterator[str]:
    for given in clock.reminded:
        mark, _, day = given.partition(" ")
        yield f"已提醒：{day}（{_mark(mark)}）" if chinese else f"reminded on {day} ({mark})"
    if clock.status == "running":
        to_come = [f"{day}（{_mark(mark)}）" if chinese else f"{day} ({mark})" for mark, day in reminders(pack, clock) if f"{mark} {day}" not in clock.reminded]
        if to_come:
            yield f"将提醒：{'、'.join(to_come)}" if chinese else f"to remind: {', '.join(to_come)}"


def _mark(mark: str) -> str:
    return "最后一个工作日" if mark == LAST else f"届满前{mark}日"


def explain_paper(pack: Pack, case: Case, paper: Paper, language: str = "zh") -> tuple[str, ...]:
    """A document of a case: its number and day, the step and filing it rests on, its grounds, reason and remedy."""
    return tuple(_paper(pack, case, paper, language == "zh"))


def _paper(pack: Pack, case: Case, paper: Paper, chinese: bool) -> Iterator[str]:
    doc: Mapping[str, Any] = paper.context["doc"]
    status = PAPER_ZH.get(paper.status, paper.status) if chinese else paper.status
    yield f"《{paper.title}》{paper.number}（{paper.code}）：{status}" if chinese else f"{paper.code} {paper.number}: {status}"
    yield from (f"   {line}" for line in _course(paper, doc, chinese))
    drafted = next((event.data for event in case.history if event.kind == "drafted" and event.data["id"] == paper.id), {})
    step = pack.lifecycle.transitions.get(str(drafted.get("transition")))
    if step is not None:
        yield f"   出自：{step.id}“{step.zh}”" if chinese else f"   step: {step.id} {step.en}"
        yield from (f"      {line}" for line in grounds_of(pack, step.cite, chinese))
    filing = case.filings.get(str(drafted.get("filing")))
    if filing is not None:
        title = pack.forms[filing["form"]].title_zh if filing["form"] in pack.forms and chinese else filing["form"]
        yield f"   依表单：《{title}》，{filing['received_on']} 收到（{filing['owner']}）" if chinese else f"   by form: {title} of {filing['received_on']}"
    for cite in doc.get("basis") or ():
        yield f"   引用：{cite}" if chinese else f"   cites: {cite}"
    for key, zh, en in (("reason", "理由", "reason"), ("remedy", "救济告知", "remedy")):
        if doc.get(key):
            yield f"   {zh}：{doc[key]}" if chinese else f"   {en}: {doc[key]}"
    for row in paper.context.get("findings") or ():
        yield f"   规则 {row['rule']}：{row['zh']}（{row['cite']}）" if chinese else f"   rule {row['rule']}: {row['en']} ({row['cite']})"
    yield from (f"   {line}" for line in _printed(pack, paper, chinese))


def _course(paper: Paper, doc: Mapping[str, Any], chinese: bool) -> Iterator[str]:
    if doc.get("addressee"):
        yield f"主送：{doc['addressee']}" if chinese else f"to: {doc['addressee']}"
    if paper.date:
        yield f"成文日期：{paper.date}" if chinese else f"dated {paper.date}"
    if paper.delivered_on:
        yield f"送达：{paper.delivered_on}" if chinese else f"served on {paper.delivered_on}"
    if paper.mended:
        yield paper.mended


def _printed(pack: Pack, paper: Paper, chinese: bool) -> Iterable[str]:
    """The last days the document told its addressee."""
    known: Mapping[str, Any] = {**paper.context.get("clocks", {}), **paper.context.get("then", {})}
    for name in pack.documents.get(paper.code, {}).get("prints") or ():
        if name in known and known[name].get("final"):
            zh = pack.lifecycle.clocks.get(name, {}).get("zh", name)
            day = date.fromisoformat(str(known[name]["final"])).isoformat()
            yield f"载明：{zh} {day}" if chinese else f"it says: {name} {day}"
