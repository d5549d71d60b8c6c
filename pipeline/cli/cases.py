"""`cases` and `case`: what there is, where it stands, by when, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from pipeline.cases.case import Case
from pipeline.cases.ledger import counting
from pipeline.cases.timeline import timeline
from pipeline.cli.options import Json, Lang, OfficeAt, all_cases, case_named, enter_office, open_desk, voice_for
from pipeline.cli.voice import Pair, Voice
from pipeline.desk.parties import countersigning_lines, still_to_sign
from pipeline.desk.picture import case_folder, names_of, open_forms
from pipeline.desk.service import Desk
from pipeline.law.pack import Pack

STATUS_WORDS = {"running": ("进行中", "running"), "paused": ("暂停", "paused"), "stopped": ("已终止", "stopped"), "passed": ("已届满", "over")}
PAPER_WORDS = {
    "drafted": ("拟稿", "draft"), "issued": ("已编号，正在用印", "numbered, being sealed"), "sealed": ("已用印", "sealed"),
    "returned": ("已退回", "returned"), "void": ("已作废", "void"),
    "on_paper": ("纸质制发", "issued on paper"),
}  # fmt: skip


def cases(
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", "-j", help="只看这个规则包 / this pack only")] = "",
    state: Annotated[str, typer.Option("--state", help="只看这个状态（代号或中文） / this state only")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """列出案件 / list the cases."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        if jurisdiction:
            desk.pack(jurisdiction)
        rows = [_summary(desk, one) for one in all_cases(desk) if not jurisdiction or one.jurisdiction == jurisdiction]
    rows = [row for row in rows if not state or state in (row["state"], row["state_zh"])]
    voice.give(rows)
    columns = (("案号", "Case"), ("中心名称", "Centre"), ("申请单位", "Applicant"), ("状态", "State"), ("最近期限", "Next deadline"), ("等待", "Waits for"))
    voice.table(
        (f"案件 {len(rows)} 件", f"{len(rows)} cases"), columns,
        ((r["no"], r["center_name"], r["applicant"], voice.both(r["state_zh"], r["state_en"]), r["deadline"], "、".join(r["waits_for"])) for r in rows),
    )  # fmt: skip


def _summary(desk: Desk, one: Case) -> dict[str, Any]:
    pack = desk.pack_of(one)
    state = pack.lifecycle.states[one.state]
    running = sorted(str(c.data.get("final", "")) for c in one.clocks.values() if c.status == "running")
    applicant = one.application.get("applicant") or {}
    return {
        "no": one.no, "id": one.id, "jurisdiction": one.jurisdiction, "state": one.state, "state_zh": state.zh, "state_en": state.en,
        "center_name": str(one.application.get("center_name", "")), "applicant": str(applicant.get("name", "")), "opened_on": one.opened_on,
        "deadline": running[0] if running else "", "waits_for": waits_for(pack, one), "revision": one.revision,
    }  # fmt: skip


def waits_for(pack: Pack, one: Case) -> list[str]:
    """The roles that may act next, and whether other parties have still to countersign."""
    roles = [role for role, _ in open_forms(pack, one)]
    parties = ["会签"] if any(still_to_sign(pack, one)) else []
    return list(dict.fromkeys((["签发"] if one.pending is not None else []) + roles + parties))


def case(
    number: Annotated[str, typer.Argument(metavar="NO", help="案号 / case number")],
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """看一个案件：事实、时间线、期限、文书、下一步 / one case: facts, timeline, clocks, papers, what next."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        one = case_named(desk, number)
        pack, summary = desk.pack_of(one), _summary(desk, one)
    lines = timeline(one, names_of(pack))
    folder = room.outbox / case_folder(pack, one)
    following = [{"zh": zh, "en": en} for zh, en in what_next(pack, one)]
    voice.give({
        **summary, "folder": folder, "pack": pack.version, "opened_under": one.pack_version, "clocks": list(_clocks(pack, one)), "papers": list(_papers(one)),
        "timeline": [{"at": line.at, "zh": line.zh, "en": line.en, "cite": line.cite, "lines": line.lines} for line in lines], "next": following,
    })  # fmt: skip
    _facts(voice, summary, str(folder), f"{one.pack_version}")
    voice.table(("时间线", "Timeline"), (("时间", "When"), ("事项", "What"), ("依据", "Basis")), ((li.at, "\n".join((li.zh, *li.lines)), li.cite) for li in lines))
    columns = (("期限", "Clock"), ("届满", "Ends"), ("状态", "State"), ("怎样算的", "Working"))
    voice.table(("期限", "Clocks"), columns, ((c["zh"], c["final"], voice.both(*STATUS_WORDS[c["status"]]), c["working"]) for c in _clocks(pack, one)))
    columns = (("文号", "Number"), ("标题", "Title"), ("日期", "Date"), ("状态", "State"))
    voice.table(("文书", "Papers"), columns, ((p["number"], p["title"], p["date"], voice.both(*PAPER_WORDS[p["status"]])) for p in _papers(one)))
    voice.say("下一步", "What next", style="bold")
    for step in following:
        voice.say("· " + step["zh"], "· " + step["en"])


def _facts(voice: Voice, summary: dict[str, Any], folder: str, version: str) -> None:
    state = voice.both(summary["state_zh"], summary["state_en"])
    rows: list[tuple[Pair, str]] = [
        (("案号", "Case"), summary["no"]), (("中心名称", "Centre"), summary["center_name"]), (("申请单位", "Applicant"), summary["applicant"]),
        (("状态", "State"), state), (("立案日期", "Opened on"), summary["opened_on"]), (("适用规则包", "Pack"), version), (("文件夹", "Folder"), folder),
    ]  # fmt: skip
    voice.table((f"案件 {summary['no']}", f"Case {summary['no']}"), (("事项", "Fact"), ("内容", "Value")), ((voice.both(*label), value) for label, value in rows))


def _clocks(pack: Pack, one: Case) -> Iterator[dict[str, Any]]:
    for name, clock in one.clocks.items():
        said, counted = pack.lifecycle.clocks.get(name, {}), counting(clock)
        yield {
            "clock": name, "zh": str(said.get("zh", name)), "status": clock.status, "final": str(clock.data.get("final", "")),
            "working": str(counted.get("working", "")), "cite": pack.cite_text(counted.get("cite", "")),
        }  # fmt: skip


def _papers(one: Case) -> Iterator[dict[str, Any]]:
    for paper in one.papers.values():
        yield {
            "id": paper.id, "code": paper.code, "number": paper.number, "title": paper.title, "date": paper.date, "status": paper.status,
            "sha256": paper.sha256, "delivered_on": paper.delivered_on,
        }  # fmt: skip


def what_next(pack: Pack, one: Case) -> Iterator[Pair]:
    """What may be done next, and by whom."""
    if one.pending is not None:
        titles = "、".join(f"《{one.papers[p].title}》" for p in one.pending.papers)
        yield f"签发：{titles}（hongtou sign-off {one.no} --sign --as 姓名，或在“待签发”文件夹填签发单）", f"sign off the drafts: hongtou sign-off {one.no} --sign --as NAME"
    for role, spec in open_forms(pack, one):
        yield f"{role}：《{spec.title_zh}》，预填好的表在案件文件夹“待办”中", f"{role}: {spec.title_en}, prefilled in 待办"
    waiting = tuple(countersigning_lines(pack, one))
    yield from waiting
    if one.pending is None and not waiting and not open_forms(pack, one):
        yield "没有需要办理的事项", "nothing to be done"
