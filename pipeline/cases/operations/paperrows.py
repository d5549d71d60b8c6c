"""The rows of a take-over table put together case by case, and what is wrong with each of them, told by row and column. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from pipeline.cases.case import Case
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.values import parse_value
from pipeline.model import Finding, Severity

_BRACKETS = str.maketrans({"﹝": "〔", "［": "〔", "[": "〔", "【": "〔", "（": "〔", "(": "〔", "﹞": "〕", "］": "〕", "]": "〕", "】": "〕", "）": "〕", ")": "〕"})
_APPLICATION = {"center_name": "center_name", "applicant": "applicant.name", "uscc": "applicant.uscc", "channel": "channel"}
"""Columns of the table of cases that are fields of the application."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one of the tables."""

    table: str
    index: int
    data: Mapping[str, Any]
    place: str = ""


@dataclass(slots=True)
class PaperCase:
    """All that was said about one case: its row, its documents, its clocks, and what is known of its forms."""

    row: Row
    papers: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    existing: Case | None = None
    """The case itself, when it was taken over before and this only adds what has been found since (补登)."""

    @property
    def no(self) -> str:
        """The number it had on paper, which it keeps."""
        return str(self.row.data["paper_no"])

    @property
    def missing(self) -> list[str]:
        """What the table leaves open about the case, in words."""
        names = {"uscc": "统一社会信用代码", "channel": "申请渠道", "state_since": "进入现在环节的日期", "opened_on": "收到申请的日期"}
        return [zh for key, zh in names.items() if not self.row.data.get(key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the office's records say: numbers in use, live centres by (applicant, centre), folders of applicants; places; the day."""

    numbers: Mapping[str, str]
    centres: Mapping[tuple[str, str], str]
    owners: frozenset[str] | None
    places: Mapping[str, str]
    today: date
    cases: Mapping[str, Case] = field(default_factory=dict)
    """Open cases that were taken over before, by number."""

    def place(self, table: str, index: int) -> str:
        """Where a row stood on what was dropped."""
        return str(self.places.get(f"{table}[{index}]") or f"{_TABLES[table]} 第{index + 1}行")


_TABLES = {"cases": "案件", "papers": "已发文书", "clocks": "期限", "known": "已知内容"}


def gather(pack: Pack, data: Mapping[str, Any], seen: Seen) -> tuple[list[PaperCase], list[Finding]]:
    """The cases of the table, and everything that is wrong with its rows apart from clocks."""
    cases: dict[str, PaperCase] = {}
    findings: list[Finding] = []
    for row in rows_of(data, "cases", seen):
        case = PaperCase(row, existing=seen.cases.get(str(row.data["paper_no"])))
        cases[case.no] = case
        if case.existing is None:
            case.forms["application_form"] = _application(row.data)
        findings += _wrong_case(pack, case, seen)
    for row in rows_of(data, "papers", seen):
        cases[str(row.data["paper_no"])].papers.append(row)
    for row in rows_of(data, "clocks", seen):
        cases[str(row.data["paper_no"])].clocks.append(row)
    for row in rows_of(data, "known", seen):
        findings += _known(pack, cases[str(row.data["paper_no"])], row)
    findings += _wrong_numbers(pack, list(cases.values()), seen)
    return list(cases.values()), findings


def rows_of(data: Mapping[str, Any], table: str, seen: Seen) -> list[Row]:
    """The rows of one table with their places."""
    return [Row(table, n, row, seen.place(table, n)) for n, row in enumerate(data.get(table) or ())]


def fault(row: Row, column: str, label: str, rule: str, words: tuple[str, str], repair: tuple[str, str], value: object = None) -> Finding:
    """A finding about one cell: row, column, value, rule, what to do."""
    shown = row.data.get(column) if value is None else value
    return Finding(
        rule=rule, severity=Severity.ERROR, zh=words[0], en=words[1], path=f"{row.table}[{row.index}].{column}", label=label,
        value="" if shown is None else str(shown), place=f"{row.place} · {label}", cite="本系统的接管规则", repair_zh=repair[0], repair_en=repair[1],
    )  # fmt: skip


def _application(said: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for column, path in _APPLICATION.items():
        if said.get(column) is not None:
            put(data, path, said[column])
    return data


def _wrong_case(pack: Pack, case: PaperCase, seen: Seen) -> Iterator[Finding]:
    row, said = case.row, case.row.data
    state = pack.lifecycle.states.get(str(said["state"]))
    if state is None or state.id == "draft" or state.terminal or state.id in pack.unreachable:
        why = pack.unreachable.get(str(said["state"])) or ("已经办结的案件不接管" if state and state.terminal else "本规则包没有这个环节")
        yield fault(row, "state", "现在的环节", "TO-STATE", (f"不能接管到这个环节：{why}", "no case can be taken over at this state"), ("请选择本规则包中没有办结的环节", "choose a state of this pack that is not final"))
    for column, label in (("state_since", "进入这一环节的日期"), ("opened_on", "收到申请的日期"), ("period_start", "筹建期起")):
        if said.get(column) and said[column] > seen.today:
            yield fault(row, column, label, "TO-DATE", ("日期晚于今天", "the date lies in the future"), ("请核对日期", "check the date"))
    if said.get("opened_on") and said.get("state_since") and said["opened_on"] > said["state_since"]:
        yield fault(row, "state_since", "进入这一环节的日期", "TO-DATE", ("早于收到申请的日期", "it lies before the application"), ("请核对两个日期", "check both dates"))
    if said.get("period_start") and said.get("period_end") and said["period_start"] > said["period_end"]:
        yield fault(row, "period_end", "筹建期止", "TO-DATE", ("早于筹建期起日", "the period ends before it starts"), ("请核对两个日期", "check both dates"))
    if case.existing is not None:
        now = pack.lifecycle.states[case.existing.state]
        if state is not now:
            yield fault(row, "state", "现在的环节", "TO-STATE", (f"本案已经接管，现在处于“{now.zh}”；补登时环节应当一致", f"the case stands at {now.en}"), ("补登不改变环节；请写现在的环节", "name the state it is at"))
        return
    if (live := seen.centres.get((str(said["applicant"]), str(said["center_name"])))) is not None:
        yield fault(row, "center_name", "中心名称", "TO-CENTRE", (f"同一单位、同一中心的案件已在系统中（{live}）", f"{live} is the same centre"), ("无须接管；要改的在该案中办理", "nothing to take over"))
    if said.get("owner") and seen.owners is not None and said["owner"] not in seen.owners:
        yield fault(row, "owner", "申请人投递文件夹", "TO-OWNER", ("“申报”下没有登记这个文件夹", "there is no such folder"), ("请先登记申请人，或者留空", "enter the applicant first, or leave it blank"))


def _wrong_numbers(pack: Pack, cases: list[PaperCase], seen: Seen) -> Iterator[Finding]:
    used: dict[str, str] = dict(seen.numbers)
    for case in cases:
        entries = [(case.row, "paper_no", "原案号", "case")] if case.existing is None else []
        entries += [(row, "number", "文号", str(pack.documents[str(row.data["document"])].get("series") or "")) for row in case.papers]
        for row, column, label, series in entries:
            text = number_key(pack, series, str(row.data[column]))[2]
            if text in used:
                where = used[text].split(".", 1)[-1]
                zh = f"{text} 已经使用（{where}），同一个号不能给两份文书"
                yield fault(row, column, label, "TO-NUMBER", (zh, f"{text} is taken already ({where})"), ("请对照原登记簿核对文号", "check the number against the register"))
            used[text] = f"本表 {row.place}"
        yield from _wrong_dates(case, seen)


def _wrong_dates(case: PaperCase, seen: Seen) -> Iterator[Finding]:
    for row in case.papers:
        if row.data["issued_on"] > seen.today:
            yield fault(row, "issued_on", "成文日期", "TO-DATE", ("日期晚于今天", "the date lies in the future"), ("请核对日期", "check the date"))
        if row.data.get("delivered_on") and not row.data["issued_on"] <= row.data["delivered_on"] <= seen.today:
            yield fault(row, "delivered_on", "送达日期", "TO-DATE", ("早于成文日期或者晚于今天", "before its date, or in the future"), ("请核对日期", "check the date"))


def number_key(pack: Pack, series: str, text: str) -> tuple[int, int, str]:
    """Year, running number and canonical text of a number; (0, 0, text) where it fits no series of the pack."""
    plain = unicodedata.normalize("NFC", text).strip()
    spec = pack.series.get(series)
    if spec is None:
        return 0, 0, plain
    agency = str(pack.authority.get("agency_code", ""))
    found = _pattern(str(spec["pattern"]), agency).fullmatch(re.sub(r"\s", "", plain).translate(_BRACKETS))
    if found is None:
        return 0, 0, plain
    year, n = int(found["year"]) if "year" in found.groupdict() else 0, int(found["n"])
    return year, n, str(spec["pattern"]).format(agency=agency, year=year, n=n)


@lru_cache(maxsize=256)
def _pattern(pattern: str, agency: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+(?::[^}]*)?\})", pattern.translate(_BRACKETS))
    known = {"agency": re.escape(agency.translate(_BRACKETS)), "year": r"(?P<year>\d{4})", "n": r"0*(?P<n>[1-9]\d*)"}
    return re.compile("".join(known.get(part[1:-1].split(":")[0], "") if part.startswith("{") else re.escape(part) for part in parts))


def _known(pack: Pack, case: PaperCase, row: Row) -> Iterator[Finding]:
    """Put one known value into its form, or say why it has no place there."""
    spec = pack.forms[str(row.data["form"])]
    filings = case.existing.filings.values() if case.existing else ()
    if any(f["form"] == spec.code and not f.get("on_paper") for f in filings):
        yield fault(row, "form", "表单", "TO-FIELD", (f"《{spec.title_zh}》已经在系统中办理，不能补登", f"{spec.code} was filed here"), ("请删去这一行", "take the row away"))
        return
    if case.existing and spec.code not in case.forms:
        case.forms[spec.code] = deepcopy(dict(case.existing.forms.get(spec.code, {})))
    path = _path(spec, str(row.data["field"]).strip())
    node = spec.node(path) if path else None
    if node is None or node["type"] in ("dict", "list"):
        yield fault(row, "field", "栏目", "TO-FIELD", (f"《{spec.title_zh}》没有这个栏目", f"{spec.code} has no such field"), ("请写栏目名称或者路径，表格写作 indicators[0].target", "write its label or its path"))
        return
    try:
        value = parse_value(node["meta"], row.data["value"])
    except ValueError:
        label = node["meta"].get("label", path)
        yield fault(row, "value", "内容", "TO-VALUE", (f"“{label}”不能是这个值", f"this is no value for {path}"), ("请按该表的填写要求改写", "write it as the form wants it"))
        return
    put(case.forms.setdefault(spec.code, {}), path, value)


def _path(spec: FormSpec, said: str) -> str:
    """The path a person means: itself, or the one field of that label."""
    if spec.node(said) is not None:
        return said
    found = [path for path, node in spec.leaves() if node["meta"].get("label") == said and "[]" not in path]
    return found[0] if len(found) == 1 else ""


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path such as `indicators[1].target`; rows in between are made."""
    *steps, last = path.split(".")
    here: Any = data
    for step in steps:
        name, bracket, index = step.partition("[")
        if not bracket:
            here = here.setdefault(name, {})
            continue
        rows = here.setdefault(name, [])
        while len(rows) <= int(index.rstrip("]")):
            rows.append({})
        here = rows[int(index.rstrip("]"))]
    here[last] = value
