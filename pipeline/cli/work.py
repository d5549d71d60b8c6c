"""`jobs`, `failed`, `retry`, `rebuild`, `journal verify`: the engine room, for the administrator."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.cases import journal
from pipeline.cases.bookcheck import register_faults
from pipeline.cli.filing import answered, show_answer
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.cli.voice import advance
from pipeline.desk.alone import is_watched
from pipeline.desk.dayroot import root_faults
from pipeline.desk.daysheet import sheet_faults
from pipeline.desk.handing import hand_in_bytes
from pipeline.desk.rebuilding import how_much, rebuild_office
from pipeline.desk.service import Desk
from pipeline.errors import NotFoundError, StoreError
from pipeline.work import jobs as book
from pipeline.work.port import FailedJob

REQUEST, OFFICER = "retry_request", "办理"


def jobs(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """等待和正在做的任务 / jobs waiting and in hand."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk, desk.reading() as connection:
        counts = book.counts(connection)
        rows = [dict(row) for row in book.listed(connection, (book.WAITING, book.RUNNING))]
        watched = is_watched(desk.database)
    keys = ("id", "kind", "partition", "state", "attempts", "last_error", "created_at")
    voice.give({
        "watched": watched, "waiting": counts.waiting, "running": counts.running, "done": counts.done, "failed": counts.failed,
        "jobs": [{key: row[key] for key in keys} for row in rows],
    })  # fmt: skip
    voice.say(
        f"等待 {counts.waiting}，进行中 {counts.running}，办完 {counts.done}，失败 {counts.failed}；watch {'正在运行' if watched else '没有运行'}",
        f"{counts.waiting} waiting, {counts.running} running, {counts.done} done, {counts.failed} failed; a watch {'runs' if watched else 'does not run'}",
    )
    columns = (("编号", "Job"), ("归属", "Of"), ("状态", "State"), ("已试", "Tries"), ("最后一次的原因", "Last trouble"))
    voice.table(("任务", "Jobs"), columns, ((row["id"], row["partition"], row["state"], row["attempts"], row["last_error"][:120]) for row in rows))


def failed(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """没有办成的任务，和原因 / jobs that failed, and why."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        found = _failed(desk)
    voice.give(found)
    if not found:
        voice.say("没有失败的任务。", "No job has failed.")
        return
    columns = (("编号", "Job"), ("归属", "Of"), ("试了", "Tries"), ("最后一次", "Last"), ("原因", "Why"))
    rows = ((job.id, job.partition, job.attempts, f"{job.finished_at:%Y-%m-%d %H:%M}", job.error) for job in found)
    voice.table((f"失败 {len(found)} 项", f"{len(found)} failed"), columns, rows)
    voice.say("排除原因后：hongtou retry 编号", "once the cause is gone: hongtou retry JOB")


def _failed(desk: Desk) -> tuple[FailedJob, ...]:
    with desk.reading() as connection:
        return book.failed(connection)


def retry(
    job: Annotated[str, typer.Argument(help="任务编号，见 hongtou failed / job, see `hongtou failed`")],
    reason: Annotated[str, typer.Option("--reason", help="为什么可以重试 / why it may work now")] = "原因已排除",
    who: Annotated[str, typer.Option("--as", help="申请人 / who asks")] = "管理员",
    timeout: Annotated[float, typer.Option("--timeout", min=0.0, help="最多等多少秒 / seconds to wait")] = 120.0,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """重试一项失败的任务：代填《重试申请》投到“办理” / file a retry request for a failed job."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        found = next((each for each in _failed(desk) if each.id == job), None)
        if found is None:
            raise NotFoundError(f"没有编号为“{job}”的失败任务；用 hongtou failed 查看", f"no failed job is called {job!r}; see `hongtou failed`")
        jurisdiction = _jurisdiction(desk, found)
        spec = desk.pack(jurisdiction).forms[REQUEST]
        content = {
            "form": REQUEST, "version": spec.version, "jurisdiction": jurisdiction, "case": "", "revision": 0, "role": OFFICER, "bound": "",
            "data": {"job": job, "problem": found.error[:500], "reason": reason, "officer": who, "filed_on": desk.clock().date().isoformat()},
        }  # fmt: skip
        data = json.dumps(content, ensure_ascii=False, indent=1).encode()
        handed = hand_in_bytes(desk, jurisdiction, OFFICER, "", data, f"重试申请_{found.finished_at:%Y%m%d%H%M%S}.json")
        told = answered(desk, voice, handed, timeout)
    if told is not None:
        show_answer(voice, told)


def _jurisdiction(desk: Desk, job: FailedJob) -> str:
    """Whose the job is, by its partition (a case, or `intake/<jurisdiction>`)."""
    parts = job.partition.replace("/", " ").replace(".", " ").replace("-", " ").split()
    return next((name for name in desk.packs if name in parts), next(iter(desk.packs)))


def rebuild(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """按日志重做发件文件夹；人放进去的东西不动 / make the outbox anew from the journal; people's files stay."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        steps = how_much(desk)
        with voice.progress("重做发件文件夹", "rebuilding the outbox", steps) as bar:
            busy = rebuild_office(desk, lambda: advance(bar))
    voice.give({"ok": not busy, "steps": steps, "busy": busy})
    voice.say(f"已按日志重做发件文件夹（{steps} 步）。", f"The outbox was made anew from the journal ({steps} steps).", style="green")
    for case_id in busy:
        voice.say(f"案件 {case_id} 的文件夹中有文件正被打开，关闭后由 watch 更新", f"the folder of case {case_id} is open; it is brought up to date when closed")


def journal_verify(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """核对日志的哈希链 / verify the journal's hash chain."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk, desk.reading() as connection:
        faults = (*journal.verify_chain(connection), *root_faults(desk, connection), *sheet_faults(desk, connection), *register_faults(connection))
        rows = journal.read(connection)
    head = rows[-1].hash if rows else journal.GENESIS
    voice.give({"ok": not faults, "entries": len(rows), "head": head, "faults": [{"seq": f.seq, "zh": f.zh, "en": f.en} for f in faults]})
    if not faults:
        voice.say(f"日志完整：{len(rows)} 条，链尾 {head[:16]}…", f"The journal is whole: {len(rows)} entries, head {head[:16]}…", style="bold green")
        return
    for fault in faults:
        voice.say(f"✗ {fault.zh}", f"✗ {fault.en}")
    voice.complain("日志不完整：请停止办理，保存现场，用备份比对", "The journal is not whole: stop, keep everything as it is, compare with a backup")
    raise typer.Exit(StoreError.exit_code)
