"""A year's holiday table entered by the office: proposed with the dates it changes, in force once a second person confirmed it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.cases.case import Case
from pipeline.cases.decision import Effects
from pipeline.cases.due import printed, recomputed
from pipeline.cases.events import Event, Kind, Recorded
from pipeline.cases.proposals import Proposal
from pipeline.law.calendar import Calendar, Year
from pipeline.law.holidays import faults_of, table_of
from pipeline.law.pack import Pack
from pipeline.model import Finding, Severity

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground

CITE = "《全国年节及纪念日放假办法》和国务院办公厅通知"
_LABELS = {"first": "放假起", "last": "放假止", "day": "上班日期"}
_TABLES = {"holidays": "放假", "workdays": "调休上班"}


def faults(data: Mapping[str, Any], calendar: Calendar, places: Mapping[str, str]) -> tuple[Finding, ...]:
    """What keeps the table from being entered, told by row and column."""
    return tuple(_finding(data, f.path, f.zh, f.en, (f.repair_zh, f.repair_en), places) for f in faults_of(data, calendar) if not f.warning)


def _finding(data: Mapping[str, Any], path: str, zh: str, en: str, repair: tuple[str, str], places: Mapping[str, str]) -> Finding:
    table, _, rest = path.partition("[")
    index, _, column = rest.partition("].")
    value = data[table][int(index)][column] if column else ""
    place = places.get(path) or (f"{_TABLES[table]} 第{int(index) + 1}行 · {_LABELS[column]}" if column else _TABLES[table])
    return Finding(
        rule="HT-TABLE", severity=Severity.ERROR, zh=zh, en=en, path=path, label=_LABELS.get(column, _TABLES[table]), value=str(value), place=place,
        cite=CITE, repair_zh=repair[0], repair_en=repair[1],
    )  # fmt: skip


def lines_of(data: Mapping[str, Any], calendar: Calendar, cases: Iterable[tuple[Pack, Case]]) -> list[str]:
    """What the second person is shown: doubts, what the table replaces, and every date of the open cases that it changes."""
    year = int(data["year"])
    found = [f"请注意：{fault.zh}" for fault in faults_of(data, calendar) if fault.warning]
    if calendar.published(year):
        found.append(f"{year}年已有放假安排（{calendar.year(year).version}），确认后以这次登记的为准")
    changed = list(changes(table_of(data, f"{year}-office"), cases))
    moved = [line for line, moves in changed if moves]
    found += moved or ["没有期满日因此改变的期限"]
    if still := len(changed) - len(moved):
        found.append(f"另有{still}个期限由暂定变为确定，期满日不变")
    return found


def changes(table: Year, cases: Iterable[tuple[Pack, Case]]) -> Iterator[tuple[str, bool]]:
    """Every running clock that is computed anew under `table`, in words, and whether its last day moves."""
    for pack, case in cases:
        later = replace(pack, calendar=pack.calendar.with_tables({table.year: table}))
        for clock in case.clocks.values():
            new = recomputed(later, clock) if clock.status == "running" else None
            if new is None:
                continue
            name, old = pack.lifecycle.clocks.get(clock.clock, {}).get("zh", clock.clock), str(clock.data["final"])
            told = printed(pack, case, clock)
            if told is not None and new.final.isoformat() != old:
                yield f"{case.no}　{name}：{told.number}已载明{old}，不作变动（按新安排为{new.final}）", True
            else:
                sure = "（暂定变为确定）" if clock.data.get("provisional") and not new.provisional else ""
                yield f"{case.no}　{name}：{old} → {new.final}{sure}", new.final.isoformat() != old


def set_calendar(ground: Ground, proposal: Proposal, who: str) -> Effects | tuple[Finding, ...]:
    """What a confirmed table records; the sweep then computes the clocks anew. Or what has come to stand against it."""
    data = proposal.filing["data"]
    if wrong := faults(data, ground.pack.calendar, {}):
        return wrong
    year = int(data["year"])
    version = f"{year}-office-{sum(1 for y in ground.extra.get('calendar_years') or () if y == year) + 1}"
    table = table_of(data, version)
    lines = lines_of(data, ground.pack.calendar, ground.extra.get("open_cases") or ())
    plain = {
        "year": year, "version": table.version, "holidays": [{"day": day, "name": name} for day, name in sorted(table.holidays.items())],
        "workdays": sorted(table.workdays), "by": proposal.by, "confirmed_by": who, "no": proposal.no, "sha256": proposal.filing["original"], "lines": lines,
        "zh": f"{year}年放假安排生效：{proposal.by}登记、{who}复核（{proposal.no}）", "en": f"the holidays of {year} are in force",
    }  # fmt: skip
    zh = f"{year}年放假安排已经生效，期限随即重新计算。\n" + "\n".join(lines)
    return Effects(events=(Event(Kind.CALENDAR_SET, plain),), zh=zh, en=f"The holidays of {year} are in force; the clocks are computed anew.")


def tables(events: Iterable[Recorded]) -> dict[int, Year]:
    """The tables this office has entered, by year: the latest of each."""
    found = {}
    for event in events:
        if event.kind is Kind.CALENDAR_SET:
            said = event.data
            found[int(said["year"])] = Year(
                int(said["year"]), str(said["version"]), True, {row["day"]: str(row["name"]) for row in said["holidays"]}, frozenset(said["workdays"]),
            )  # fmt: skip
    return found
