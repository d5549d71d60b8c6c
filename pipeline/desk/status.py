"""`系统状态.txt`: alive or not, proven by a canary file the watcher itself has seen; what waits, what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.cases import registers
from pipeline.cases.due import LAST
from pipeline.cases.unsealed import OVER
from pipeline.desk.awaiting import how_many_wait, unsealed_now
from pipeline.desk.picture import safe_name
from pipeline.desk.sealchecks import seal_lines
from pipeline.desk.service import Desk
from pipeline.desk.showing import busy_folders
from pipeline.desk.sweep import sick_cases, unswept
from pipeline.diskwork import write_whole
from pipeline.work.port import FailedJob

STATUS_FILE = "系统状态.txt"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the watcher last saw: its canary (None: not seen), drops still settling, and whether the share is frozen."""

    canary_seen_at: datetime | None
    settling: int = 0
    frozen: str = ""


def write_status(desk: Desk, beat: Heartbeat) -> None:
    """Write the status page into every inbox and outbox of the office."""
    assert desk.engine is not None
    now, counts, failed = desk.clock(), desk.engine.pending(), desk.engine.failed()
    with desk.reading() as connection:
        busy = busy_folders(connection)
        swept, lost = registers.get_mark(connection, "last sweep"), unswept(connection)
        sick = sick_cases(connection)
        unsealed, waiting = unsealed_now(connection), how_many_wait(connection)
    alive = "正常" if beat.canary_seen_at and not beat.frozen else "异常"
    lines = [
        f"红头系统状态：{alive}　（更新于 {now:%Y-%m-%d %H:%M:%S}；超过 2 分钟没有更新，说明系统没有运行，请找管理员）",
        f"收件检测：{'最近一次确认 ' + f'{beat.canary_seen_at:%H:%M:%S}' if beat.canary_seen_at else '未能确认'}",
        f"正在收的文件：{beat.settling}　待办任务：{counts.waiting}　进行中：{counts.running}　失败：{len(failed)}",
        f"期限检查到：{swept or '尚未'}",
    ]
    if beat.frozen:
        lines.append(f"收件已暂停：{beat.frozen}")
    lines += [f"等待关闭：{case} 的文件夹中有文件正被打开（{names}），关闭后自动更新" for (_, case, *_rest), names in busy.items()]
    lines += [f"失败：{job.id}（{job.error[:120]}），见“异常”文件夹" for job in failed]
    lines += [f"等待时间戳服务或印章的任务：{waiting}，恢复后自动继续"] if waiting else []
    lines += [f"等待用印：{row['zh']}" for row in unsealed]
    lines += [f"期限无人看管：{reason}" for reason in lost.values()]
    lines += [f"案件异常：{reason}" for reason in sick.values()]
    lines += [f"印章：{words}" for words in seal_lines(desk.keys, desk.clock())]
    data = "\r\n".join(lines).encode("utf-8-sig")
    for jurisdiction in desk.packs:
        write_whole(desk.office.inbox / jurisdiction / STATUS_FILE, data)
        write_whole(desk.office.outbox / jurisdiction / STATUS_FILE, data)
        _write_failures(desk, jurisdiction, [job for job in failed if _belongs(job, jurisdiction)])
        _write_notes(desk, jurisdiction, "等待用印", {_stage(row): _waiting_text(row) for row in unsealed if row["case"].startswith(f"{jurisdiction}.")})
        _write_notes(desk, jurisdiction, "案件异常", {case: text for case, text in sick.items() if case.startswith(f"{jurisdiction}.")})
        _write_notes(desk, jurisdiction, "版本丢失", {case: text for case, text in lost.items() if case.startswith(f"{jurisdiction}.")})


def _belongs(job: FailedJob, jurisdiction: str) -> bool:
    return job.partition.startswith((f"{jurisdiction}.", f"{jurisdiction}/")) or f"/{jurisdiction}" in job.partition


def _write_failures(desk: Desk, jurisdiction: str, failed: list[FailedJob]) -> None:
    """One note per failed step in `异常/`: what it was, why, who must do what. Notes of mended steps go."""
    _write_notes(desk, jurisdiction, "失败", {job.id: _failure_text(job) for job in failed})


def _write_notes(desk: Desk, jurisdiction: str, kind: str, notes: Mapping[str, str]) -> None:
    folder = desk.office.outbox / jurisdiction / "异常"
    wanted = {f"{kind}_{safe_name(key, 60)}.txt": text for key, text in notes.items()}
    for name, text in wanted.items():
        if not (folder / name).exists():
            write_whole(folder / name, text.encode("utf-8-sig"))
    if folder.is_dir():
        for path in folder.glob(f"{kind}_*.txt"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def _stage(row: Mapping[str, str]) -> str:
    """A note anew for each reminder day that has come."""
    words = {"": "", LAST: "_最后一个工作日", OVER: "_已逾期"}
    return row["number"] + words.get(row["mark"], f"_期限前{row['mark']}日")


def _waiting_text(row: Mapping[str, str]) -> str:
    return (
        f"{row['zh']}\r\n{row['en']}\r\n\r\n"
        "文书不会丢失：原因消除后系统自动用印，不须重新签发。请管理员核对时间戳服务、网络和密钥（hongtou doctor）；\r\n"
        "期限将到而仍不能用印的，由承办人商签发人另行处理（例如先以实体印章版送达，并登记）。\r\n"
    )


def _failure_text(job: FailedJob) -> str:
    return (
        f"没有办成的步骤：{job.id}\r\n试了 {job.attempts} 次，最后一次在 {job.finished_at:%Y-%m-%d %H:%M}。\r\n原因：{job.error}\r\n\r\n"
        "请管理员按原因处理（磁盘、LibreOffice、时间戳服务、证书等；可运行 hongtou doctor），\r\n"
        "然后由承办人投递《重试申请》（填写上面的步骤编号），或由管理员运行：hongtou retry " + job.id + "\r\n"
    )
