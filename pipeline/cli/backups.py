"""`backup`, `restore`, `drill`: the office as one file, back from it, and the rehearsal of that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.cli.voice import Voice
from pipeline.desk.backup import back_up, read_backup
from pipeline.desk.backup import restore as bring_back
from pipeline.desk.drill import Report, file_report, rehearse
from pipeline.errors import NotFoundError, StoreError

Source = Annotated[Path, typer.Argument(help="备份文件 / the backup")]


def backup(
    target: Annotated[Path, typer.Argument(help="写到哪里，如 /备份/2026-01-16.zip / where to, as a ZIP")],
    without_keys: Annotated[bool, typer.Option("--without-keys", help="不含密钥 / leave the keys out")] = False,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """备份整个办公室：日志、原件、共享文件夹、规则、密钥 / back up everything: journal, originals, shares, packs, keys."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        made = back_up(desk, target, keys=not without_keys)
    voice.give({"ok": True, "file": target, "entries": made.entries, "head": made.head, "files": len(made.files), "keys": made.keys})
    voice.say(f"已备份 {len(made.files)} 个文件，日志 {made.entries} 条：{target}", f"Backed up {len(made.files)} files, journal of {made.entries} entries: {target}", style="green")
    if made.keys:
        voice.say("备份含签名密钥，请与密钥同等保管", "the backup holds the signing keys: guard it as you guard them")


def restore(
    source: Source, folder: Annotated[Path, typer.Argument(help="恢复到哪个空文件夹 / empty folder to restore into")],
    lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """由备份恢复到空文件夹；先核对每个字节，不覆盖已有的办公室 / restore into an empty folder; every byte is checked first."""
    voice = voice_for(lang, machine, None)
    _there(source)
    office, made = bring_back(source, folder)
    voice.give({"ok": True, "office": office.root, "entries": made.entries, "files": len(made.files), "made_at": made.made_at})
    voice.say(f"已恢复到 {office.root}：{len(made.files)} 个文件，日志 {made.entries} 条（备份于 {made.made_at}）", f"Restored into {office.root}: {len(made.files)} files, journal of {made.entries} entries (made {made.made_at})", style="green")
    voice.say("接着运行 hongtou doctor 与 hongtou rebuild，再启动 hongtou watch", "now run `hongtou doctor` and `hongtou rebuild`, then start `hongtou watch`")


def drill(source: Source, office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """恢复演练：在临时处恢复，重放日志，核对每个摘要和签名，结果记入日志 / rehearse a restore in scratch and file its report."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    _there(source)
    read_backup(source)
    report = rehearse(source)
    with open_desk(room) as desk:
        kept = file_report(desk, report)
    voice.give({**report.plain(), "report": kept})
    _tell(voice, report)
    if not report.ok:
        raise typer.Exit(StoreError.exit_code)


def _tell(voice: Voice, report: Report) -> None:
    for each in report.findings:
        good = not each.faults
        voice.say(f"{'✓' if good else '✗'} {each.zh}（{each.looked_at}）", f"{'✓' if good else '✗'} {each.en} ({each.looked_at})", style="green" if good else "red")
        for fault in each.faults[:20]:
            voice.say(f"    {fault}", f"    {fault}")
    voice.say("演练报告已存入原件库并记入日志", "the report is kept and entered in the journal")


def _there(source: Path) -> None:
    if not source.is_file():
        raise NotFoundError(f"没有备份文件 {source}", f"there is no backup {source}")
