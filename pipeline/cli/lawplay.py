"""`law simulate`: a case played from a script, for learning and for describing roads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.law import chosen_packs
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.voice import Language
from pipeline.demo.script import Happening, Played, as_text, dates, play_script, read_script
from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError, RefusedError
from pipeline.law.pack import load_pack
from pipeline.office import Office


def law_simulate(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="脚本文件，或 schemas/<规则包>/simulations 中的名称 / a script, or a name in simulations")],
    out: Annotated[Path | None, typer.Option("--out", help="把结果另存为文本 / also write it as text")] = None,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """按脚本演一个案件：哪天发生什么，文号、期限、依据 / play a case from a script: what happens when, and why."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    said = read_script(_found(room, script))
    (name,) = chosen_packs(room, str(said["pack"]))
    played = play_script(load_pack(room.schemas, name), said)
    voice.give({"ok": not played.surprises, **_plain(played)})
    columns = (("日期", "Date"), ("发生什么", "What happens"), ("依据", "Basis"))
    voice.table((f"{played.title}（{played.pack}）", played.title), columns, _rows(played, voice.language is Language.EN))
    voice.say(f"最后的环节：{played.state}", f"it ends at: {played.state}")
    if out is not None:
        write_whole(out.resolve(), as_text(played).encode())
        voice.say(f"已写入 {out}", f"written to {out}")
    if played.surprises:
        voice.complain("与脚本所写不符：" + "；".join(played.surprises), "not as the script says: " + "; ".join(played.surprises))
        raise typer.Exit(RefusedError.exit_code)


def _found(office: Office, script: Path) -> Path:
    """The script's file: as named, or by its name among those of the packs. Raises NotFoundError."""
    if script.is_file():
        return script
    known = sorted(office.schemas.glob("*/simulations/*.yaml"))
    fits = [path for path in known if str(script) in (path.stem, f"{path.parent.parent.name}/{path.stem}")]
    if len(fits) == 1:
        return fits[0]
    names = "、".join(f"{path.parent.parent.name}/{path.stem}" for path in known)
    raise NotFoundError(f"没有脚本 {script}；现有：{names}", f"there is no script {script}; there are {names}")


def _plain(played: Played) -> dict[str, object]:
    return {"title": played.title, "pack": played.pack, "state": played.state, "surprises": played.surprises, "happenings": list(played.happenings)}


def _rows(played: Played, english: bool) -> Iterator[tuple[str, str, str]]:
    """One row for each happening; the day where it changes."""
    day = None
    for one in played.happenings:
        yield ("" if one.on == day else one.on.isoformat(), _told(one, english), one.cite)
        day = one.on


def _told(one: Happening, english: bool) -> str:
    words = one.en if english and one.en else one.zh + dates(one)
    return "\n".join([("※ " if one.kind == "say" else "") + words, *(f"  {line}" for line in one.details)])
