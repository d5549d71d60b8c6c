"""归档, 补归 and 销毁登记: acts of a person, recorded for good. Pure.

Filing gives every document its archival code (DA/T 22-2015 5.4): numbers are taken without a gap in the lowest class
(year, retention, unit) and never again. Destruction is only recorded: nothing in the program deletes a byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.cases.archiving import Item, covers, items_of, left_out, may_be_filed, unfinished
from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import filing_plain
from pipeline.cases.operations.answers import faulty, refused
from pipeline.law.dates import add_months
from pipeline.law.pack import Pack

if TYPE_CHECKING:
    from pipeline.cases.decide import Ground


def archive(ground: Ground, book: Book) -> Decision:
    """File a case, or what came to it after it was filed; refused with the reason where it cannot be."""
    case = ground.case
    if case is None:
        return refused(ground, "没有找到案件，请核对案号。", "No such case; check the number.")
    if ground.verdict.errors:
        return faulty(ground)
    items = items_of(ground.pack, case)
    if words := _not_now(ground, case, items):
        return refused(ground, *words)
    changed = _changed(items, ground.filing.data.get("changes") or ())
    if isinstance(changed, str):
        return refused(ground, f"保管期限调整中的“{changed}”不是本次归档的文号或题名，请照归档文件填写。", f"{changed!r} is neither number nor title of anything filed now")
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    rows = [_row(ground, book, item, changed.get(item.ref, {})) for item in items]
    data = ground.filing.data
    late = bool(case.archived)
    book.enter(Kind.ARCHIVED, {
        "act": len(case.archived) + 1, "on": data["archived_on"].isoformat(), "by": data["archivist"], "reason": data.get("late_reason") or "",
        "fonds": data["fonds_no"], "unit": data["unit_code"], "items": rows, "covers": covers(items), "left_out": left_out(ground.pack, book.case),
        "table": str(_param(ground.pack, "archive.table_approval") or ""), "pattern": _code(ground.pack)["pattern"],
    })  # fmt: skip
    book.work("archive", case.id, str(len(case.archived) + 1))
    book.work("show_case", case.id)
    what, en = ("补归", "added") if late else ("归档", "filed")
    zh = f"已{what} {len(rows)} 件，档号 {rows[0]['code']} 等；归档信息包和检测报告稍后放入“归档”文件夹。"
    return book.close(Answer(Outcome.RECORDED, zh, f"{len(rows)} items {en}; the package follows.", case.no))


def _not_now(ground: Ground, case: Case, items: tuple[Item, ...]) -> tuple[str, str] | None:
    """Why the case cannot be filed as it stands."""
    pack, data = ground.pack, ground.filing.data
    state = pack.lifecycle.states[case.state]
    if not may_be_filed(pack, case):
        return f"案件现在处于“{state.zh}”，还没有办结，不能归档。", f"the case stands at {state.en} and is not over"
    if case.pending is not None or unfinished(case):
        names = "、".join(dict.fromkeys(unfinished(case)))
        return f"还有文书没有签发或用印：{names}。办完后再归档。", f"documents are still to be signed or sealed: {names}"
    if not items:
        return "本案没有需要归档的新文件。", "nothing new of this case is to be filed"
    if case.archived and not data.get("late_reason"):
        return "本案已经归档；补归须填写补归理由。", "the case was filed before; say why more is added"
    for key, field, name in (("archive.fonds", "fonds_no", "全宗号"), ("archive.unit", "unit_code", "机构（问题）代码")):
        known = case.archived[-1][field.split("_")[0]] if case.archived else _param(pack, key)
        if known and known != data[field]:
            return f"{name}应为 {known}，表中填的是 {data[field]}。", f"{field} is {known}, not {data[field]}"
    return None


def _param(pack: Pack, key: str) -> Any:
    return pack.param(key) if key in pack.parameters else None


def _code(pack: Pack) -> Mapping[str, Any]:
    said: Mapping[str, Any] = pack.archive["code"]
    return said


def _changed(items: tuple[Item, ...], rows: Any) -> dict[str, Mapping[str, Any]] | str:
    """Changes of retention by item; the name of the first that fits nothing."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        name = str(row["document"]).strip()
        meant = [item for item in items if name in (item.doc_no, item.title)]
        if not meant:
            return name
        found |= {item.ref: row for item in meant}
    return found


def _row(ground: Ground, book: Book, item: Item, change: Mapping[str, Any]) -> dict[str, Any]:
    """One item with its code, taken from the register."""
    keep, said, data = str(change.get("keep") or item.keep), _code(ground.pack), ground.filing.data
    letters, unit = str(said["retentions"][keep]), str(data["unit_code"])
    values = {"fonds": data["fonds_no"], "category": said["category"], "retention": letters, "unit": unit}
    n, code = book.take(f"档号/{data['fonds_no']}-{letters}-{unit}", item.day.year, str(said["pattern"]), values, f"档号:{item.ref}")
    years = (said.get("years") or {}).get(keep)
    return {
        "code": code, "n": n, "year": item.day.year, "retention": keep, "ref": item.ref, "form": item.code, "title": item.title, "doc_no": item.doc_no,
        "responsible": item.responsible, "date": item.day.isoformat(), "kind": item.kind, "addressee": item.addressee,
        "parts": [{"role": role, "filing": filing} for role, filing in item.parts], "changed": str(change.get("reason") or ""),
        "expires": add_months(date(item.day.year, 12, 31), 12 * int(years)).isoformat() if years else "",
    }  # fmt: skip


def destroy(ground: Ground, book: Book) -> Decision:
    """Record that people decided to destroy items whose retention is over; the permanent and the unexpired are refused."""
    case = ground.case
    if case is None:
        return refused(ground, "没有找到案件，请核对案号。", "No such case; check the number.")
    if ground.verdict.errors:
        return faulty(ground)
    data = ground.filing.data
    known = {item["code"]: item for act in case.archived for item in act["items"]}
    gone = {code for event in case.history if event.kind is Kind.DESTROYED for code in event.data["codes"]}
    codes = [str(row["code"]).strip() for row in data["items"]]
    for code in codes:
        if why := _must_stay(known.get(code), code in gone, data["decided_on"]):
            return refused(ground, f"{code}：{why[0]}，不能登记销毁。", f"{code}: {why[1]}")
    book.enter(Kind.FILED, {"filing": filing_plain(ground.filing)})
    people = f"鉴定 {data['appraised_by']}，批准 {data['approved_by']}，监销 {data['supervised_by']}"
    zh = f"销毁登记（{people}）：{'、'.join(codes)}。{data['opinion']}"
    book.enter(Kind.DESTROYED, {"codes": codes, "on": data["decided_on"].isoformat(), "zh": zh, "en": f"destruction recorded: {', '.join(codes)}"})
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, f"已登记：{zh}系统不删除文件，请按清册处理并保留本登记。", "Recorded. The program deletes nothing.", case.no))


def _must_stay(item: Mapping[str, Any] | None, gone: bool, day: date) -> tuple[str, str] | None:
    if item is None:
        return "本案没有这个档号", "no such code in this case"
    if gone:
        return "已经登记销毁", "its destruction is recorded already"
    if not item["expires"]:
        return "永久保管", "it is kept for ever"
    if date.fromisoformat(item["expires"]) >= day:
        return f"保管期限到 {item['expires']} 才满", f"its retention ends on {item['expires']}"
    return None
