"""`init`, `person`, `watch`, `doctor`, `demo`, `version`: an office set up, kept running and looked after."""

from __future__ import annotations

import importlib
import re
import signal
from collections.abc import Callable
from datetime import date
from importlib.metadata import version as installed
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

import pipeline
from pipeline.cli.logs import log_file
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.voice import Voice
from pipeline.desk.doctor import Check, Status, examine
from pipeline.desk.people import DEMO, add_person, init_office
from pipeline.desk.watching import Watch
from pipeline.errors import EnvironmentFaultError, NotFoundError, RefusedError
from pipeline.intake.names import is_ignored, is_own
from pipeline.law.pack import all_packs
from pipeline.office import ROLES, Person
from pipeline.settings import Value

_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "bold red", Status.NOT_RUN: "magenta"}
_MARKS = {Status.OK: "✓", Status.WARNING: "!", Status.FAILED: "✗", Status.NOT_RUN: "?"}


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新办公室的文件夹 / folder of the new office")],
    source: Annotated[Path | None, typer.Option("--from", help="从哪里复制 schemas 与 forms；默认程序所在的仓库 / where schemas and forms are copied from")] = None,
    jurisdiction: Annotated[list[str] | None, typer.Option("--jurisdiction", "-j", help="启用的规则包；默认全部 / packs in use; default all")] = None,
    production: Annotated[bool, typer.Option("--production", help="正式办公室：不造测试密钥，凭证书签发 / no test keys, officers proven by certificate")] = False,
    name: Annotated[str, typer.Option("--name", help="办公室名称 / name of the office")] = "",
    lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """新建办公室，或补齐缺少的文件夹；已有的不动 / make an office, or complete one; what is there stays."""
    voice = voice_for(lang, machine)
    origin = _source(source)
    known = all_packs(origin / "schemas")
    for one in jurisdiction or []:
        if one not in known:
            raise NotFoundError(f"没有规则包“{one}”；现有：{'、'.join(known)}", f"there is no pack {one!r}; there are {', '.join(known)}")
    chosen: dict[str, Value] = {"office.mode": "production", "signing.policy": "certificate"} if production else dict(DEMO)
    chosen |= {"office.jurisdictions": list(jurisdiction)} if jurisdiction else {}
    chosen |= {"office.name": name} if name else {}
    office = init_office(folder, origin, chosen)
    voice.give({"ok": True, "office": office.root, "mode": office.settings.text("office.mode"), "inbox": office.inbox, "outbox": office.outbox})
    voice.say(f"办公室已就绪：{office.root}", f"The office is ready: {office.root}", style="bold green")
    voice.say(f"收件 {office.inbox}；发件 {office.outbox}。下一步：hongtou watch --office {office.root}", f"inbox {office.inbox}; outbox {office.outbox}. Next: hongtou watch")
    if office.demo:
        voice.say("这是演示办公室：密钥是测试的，所有文书标明“测试 无效”。", "A demo office: test keys, every page marked as invalid.", style="yellow")


def _source(given: Path | None) -> Path:
    """Where schemas and forms are copied from: as said, or the folder this program lies in."""
    places = [given] if given is not None else [Path(pipeline.__file__).parents[1], Path.cwd()]
    for place in places:
        if (place / "schemas").is_dir() and (place / "forms").is_dir():
            return place
    raise NotFoundError(f"{places[0]} 里没有 schemas 和 forms；请用 --from 指明", f"no schemas and forms in {places[0]}; name the folder with --from")


def person_add(
    name: Annotated[str, typer.Argument(help="姓名或单位名 / name")],
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", "-j", help="规则包代号 / pack")],
    role: Annotated[str, typer.Option("--role", "-r", help="申报、评审、办理、签发 / role")],
    folder: Annotated[str, typer.Option("--folder", help="个人文件夹名；默认同姓名 / personal folder; default: the name")] = "",
    certificate: Annotated[str, typer.Option("--certificate", help="证书主体名（签发人） / subject of the certificate")] = "",
    account: Annotated[str, typer.Option("--account", help="本机账户，个人文件夹归它所有 / system account that owns the folder")] = "",
    since: Annotated[str, typer.Option("--since", help="起始日期 2026-01-01 / from")] = "",
    until: Annotated[str, typer.Option("--until", help="截止日期 / until")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """登记一个人，建好个人文件夹（演示办公室的签发人另造测试证书） / enter a person and make the personal folder."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    if jurisdiction not in all_packs(room.schemas):
        raise NotFoundError(f"没有规则包“{jurisdiction}”", f"there is no pack {jurisdiction!r}")
    if role not in ROLES:
        raise RefusedError(f"没有“{role}”这个角色；可用：{'、'.join(ROLES)}", f"there is no role {role!r}; use one of {', '.join(ROLES)}")
    chosen = folder or name
    if not chosen.strip(" .") or re.search(r'[\\/:*?"<>|\x00-\x1f]', chosen) or is_ignored(chosen) or is_own(chosen):
        raise RefusedError(f"“{chosen}”不能作文件夹名，请用 --folder 另取", f"{chosen!r} is no good name of a folder; choose one with --folder")
    person = Person(jurisdiction, role, chosen, name, certificate=certificate, account=account, since=_day(since), until=_day(until))
    add_person(room, person)
    home = room.role_folder(jurisdiction, role) / chosen
    voice.give({"ok": True, "name": name, "folder": home})
    voice.say(f"已登记 {name}（{role}），个人文件夹 {home}", f"{name} ({role}) entered; personal folder {home}", style="green")
    voice.say("正在运行的 watch 要重新启动后才认得新文件夹。", "A running watch knows the new folder after it is started anew.", style="dim")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as fault:
        raise RefusedError(f"日期“{text}”不对，请写成 2026-01-01", f"{text!r} is no date; write 2026-01-01") from fault


def person_list(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """列出人员 / list the people."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    voice.give(list(room.people))
    columns = (("规则包", "Pack"), ("角色", "Role"), ("姓名", "Name"), ("文件夹", "Folder"), ("证书", "Certificate"), ("自", "From"), ("至", "Until"))
    rows = ((p.jurisdiction, p.role, p.name, p.folder, p.certificate, p.since, p.until) for p in room.people)
    voice.table((f"人员 {len(room.people)} 名", f"{len(room.people)} people"), columns, rows)


def watch(office: OfficeAt = None, lang: Lang = None) -> None:
    """收件并办理，直到 Ctrl-C / watch the inbox and do the work until Ctrl-C."""
    room = enter_office(office)
    voice = voice_for(lang, office=room)
    running = Watch(room, on_event=lambda line: voice.say(line))
    before = {number: signal.signal(number, _stopper(running)) for number in (signal.SIGINT, signal.SIGTERM)}
    voice.say(f"正在收件：{room.inbox}（Ctrl-C 停止）", f"watching {room.inbox}; Ctrl-C stops it", style="bold green")
    try:
        with log_file(room.var / "logs"):
            running.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    voice.say("已停止。没有办完的任务下次启动时接着办。", "Stopped. What is unfinished is taken up at the next start.")


def _stopper(running: Watch) -> Callable[[int, FrameType | None], None]:
    def stop(number: int, frame: FrameType | None) -> None:
        running.stop()

    return stop


def doctor(
    before_start: Annotated[bool, typer.Option("--before-start", help="watch 还没启动：不查心跳 / no watch is meant to run yet: leave out the heartbeat")] = False,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """体检：程序、字体、权限、证书、磁盘、时钟、心跳，各有对策 / is this office fit to work? Each trouble with its remedy."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with voice.progress("体检", "examining", 1):
        checks = examine(room, watched=not before_start)
    unfit = [check for check in checks if not check.fit]
    voice.give({"ok": not unfit, "checks": [_plain(check) for check in checks]})
    for check in checks:
        _show(voice, check)
    voice.say(
        f"{len(checks)} 项，{len(unfit)} 项不合要求" if unfit else f"{len(checks)} 项全部合格",
        f"{len(unfit)} of {len(checks)} not fit" if unfit else f"all {len(checks)} fit", style="bold red" if unfit else "bold green",
    )  # fmt: skip
    if unfit:
        raise typer.Exit(EnvironmentFaultError.exit_code)


def _show(voice: Voice, check: Check) -> None:
    style = _STYLES[check.status]
    tail = (f"：{check.told[0]}" if check.told[0] else "", f": {check.told[1]}" if check.told[1] else "")
    voice.say(f"{_MARKS[check.status]} {check.name[0]}{tail[0]}", f"  {check.name[1]}{tail[1]}", style=style)
    if check.remedy[0]:
        voice.say(f"    怎么办：{check.remedy[0]}", f"    what to do: {check.remedy[1]}")


def _plain(check: Check) -> dict[str, object]:
    names = (("name", check.name), ("told", check.told), ("remedy", check.remedy))
    return {"id": check.id, "status": check.status, "ok": check.fit, **{f"{key}_{lang}": text for key, pair in names for lang, text in zip(("zh", "en"), pair, strict=True)}}


def demo(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="演示办公室放在哪里；默认临时文件夹 / where the demo office goes; default: a temporary folder")] = None,
    lang: Lang = None,
) -> None:  # fmt: skip
    """演示：新建办公室，投递、办理、签发一遍，告诉您到哪里看 / a fresh office, cases played through, and where to look."""
    voice = voice_for(lang)
    show = importlib.import_module("pipeline.demo.show")
    root = show.run(folder)
    voice.say(f"演示办公室在 {root}", f"the demo office lies in {root}", style="bold green")


def version(machine: Json = False) -> None:
    """版本 / version."""
    number = installed("hongtou")
    voice = voice_for(None, machine)
    voice.give({"hongtou": number})
    voice.write(f"hongtou {number}")
