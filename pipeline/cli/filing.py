"""`submit` and `check`: handing in a file through the one door, and trying it out first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cases.decision import OUTCOME_WORDS
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.cli.voice import Voice
from pipeline.desk.alone import is_watched, working_here
from pipeline.desk.handing import Handed, Told, hand_in, handle_here, wait_for_answer
from pipeline.desk.rehearsing import rehearse_file
from pipeline.desk.service import Desk
from pipeline.errors import HongtouError, NotFoundError, RefusedError
from pipeline.model import Finding, Severity

Files = Annotated[list[Path], typer.Argument(help="文件，或一个文件夹；几个文件合成一份提交 / files (together one submission), or a folder")]


def submit(
    files: Files,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", "-j", help="规则包代号 / pack")],
    role: Annotated[str, typer.Option("--role", "-r", help="申报、评审、办理、签发、预审 / whose folder")],
    owner: Annotated[str, typer.Option("--owner", help="个人投递文件夹 / personal folder")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="等运行中的系统给出回执 / wait for the running watch's answer")] = True,
    timeout: Annotated[float, typer.Option("--timeout", min=0.0, help="最多等多少秒 / seconds to wait")] = 120.0,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """投递：把文件副本放进收件文件夹，并给出回执 / drop a copy into the inbox and show the answer."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        handed = hand_in(desk, jurisdiction, role, owner, files)
        told = answered(desk, voice, handed, timeout if wait else 0.0)
    if told is not None:
        show_answer(voice, told)


def answered(desk: Desk, voice: Voice, handed: Handed, timeout: float) -> Told | None:
    """The answer: done here when no watch runs, else awaited. None when nobody wanted to wait.

    Raises HongtouError when the running watch has not answered in time.
    """
    told: Told | None = None
    if not is_watched(desk.database):
        voice.say("没有正在运行的 watch，就在这里办理……", "No watch is running; handling it here …", style="dim")
        with working_here(desk) as engine:
            told = handle_here(desk, engine, handed)
    if told is None and timeout:
        told = wait_for_answer(desk, handed, timeout)
        if told is None:
            raise HongtouError(
                f"已放入收件文件夹，但 {timeout:g} 秒内还没有回执；稍后看“回执”文件夹，或用 hongtou failed 查看是否出错",
                f"dropped, but no answer within {timeout:g} s; look into 回执 later, or at `hongtou failed`",
            )
    if told is None:
        voice.say(f"已放入 {handed.path}；正在运行的系统会收件，回执在旁边的“回执”文件夹。", "Dropped; the running watch takes it, the answer will lie in 回执.")
        voice.give({"ok": True, "path": handed.path, "outcome": None})
    return told


def show_answer(voice: Voice, told: Told) -> None:
    """Print an answer; leaves with RefusedError's exit code when it is not a good one."""
    voice.give({
        "ok": told.good, "token": told.token, "name": told.name, "outcome": told.outcome, "word": dict(zip(("zh", "en"), told.word, strict=True)),
        "zh": told.zh, "en": told.en, "case_no": told.case_no, "number": told.number, "findings": told.findings,
    })  # fmt: skip
    voice.say(f"{told.word[0]}：{told.name}", f"{told.word[1]}: {told.name}", style="bold green" if told.good else "bold red")
    voice.say(told.zh, told.en)
    if told.case_no:
        voice.say(f"案号 {told.case_no}" + (f"　收文号 {told.number}" if told.number else ""), f"case {told.case_no} {told.number}".strip())
    voice.findings(finding_of(each) for each in told.findings)
    if not told.good and told.outcome != "dry_run":
        raise typer.Exit(RefusedError.exit_code)
    if any(each["severity"] == Severity.ERROR for each in told.findings) and told.outcome == "dry_run":
        raise typer.Exit(RefusedError.exit_code)


def finding_of(data: Mapping[str, Any]) -> Finding:
    """A finding as the register keeps it."""
    return Finding(**{**data, "severity": Severity(data["severity"])})


def check(
    file: Annotated[Path, typer.Argument(help="表格、压缩包或材料文件夹 / a form, a ZIP or a folder")],
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", "-j", help="规则包代号；默认看表格自己 / pack; default: as the form says")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """预审：完整的检查报告，不立案，什么也不留下 / the full report; opens no case and leaves nothing behind."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    if not file.exists():
        raise NotFoundError(f"没有文件 {file}", f"there is no file {file}")
    with open_desk(room) as desk:
        if jurisdiction:
            desk.pack(jurisdiction)
        answer = rehearse_file(desk, file.resolve(), jurisdiction)
    errors = [f for f in answer.findings if f.severity is Severity.ERROR]
    bad = bool(errors) or answer.outcome != "dry_run"
    voice.give({"ok": not bad, **answer.plain()})
    word_zh, word_en = OUTCOME_WORDS[answer.outcome]
    voice.say(f"{word_zh}：{file.name}", f"{word_en}: {file.name}", style="bold red" if bad else "bold green")
    voice.say(answer.zh, answer.en)
    voice.findings(answer.findings)
    if bad:
        raise typer.Exit(RefusedError.exit_code)
