"""`verify`: is this file what its signers signed? One plain sentence each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.verdict_page import verdict_page
from pipeline.cli.voice import Voice, advance
from pipeline.clockwork import SHANGHAI, wall_clock
from pipeline.desk.keyring import TRUSTED
from pipeline.desk.seals import known_seals, with_seals
from pipeline.diskwork import sha256_of, write_whole
from pipeline.errors import NotFoundError, SigningError
from pipeline.papers.pki import Trust
from pipeline.papers.verdict import Answer, Verification
from pipeline.papers.verify import verify_pdf

_STYLES = {Answer.VALID: "bold green", Answer.INVALID: "bold red", Answer.CANNOT_TELL: "bold yellow"}


def verify(
    files: Annotated[list[Path], typer.Argument(help="PDF 文件 / PDF files")],
    roots: Annotated[Path | None, typer.Option("--roots", help="受信任的根证书文件夹；默认用办公室的 / folder of trusted roots; default: the office's")] = None,
    page: Annotated[Path | None, typer.Option("--html", help="结果另存为网页 / also write the result as a page")] = None,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """核验签名：有效、无效、无法判断，各一句话 / valid, not valid, or cannot tell: one sentence each."""
    room = None if roots is not None else enter_office(office)
    voice = voice_for(lang, machine, room)
    folder = roots if roots is not None else room.keys / "published" if room is not None else Path()
    if not folder.is_dir():
        raise NotFoundError(f"没有根证书文件夹 {folder}", f"there is no folder of roots {folder}")
    trust = Trust.load(folder) if room is None else Trust.load(folder).and_also(room.keys / TRUSTED)
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise NotFoundError(f"没有文件 {missing[0]}", f"there is no file {missing[0]}")
    results: list[tuple[Path, Verification]] = []
    now = wall_clock()
    seals = known_seals(room) if room is not None else {}
    with voice.progress("核验", "verifying", len(files)) as bar:
        for file in files:
            results.append((file, with_seals(verify_pdf(file.read_bytes(), trust, now), seals)))
            advance(bar)
    if page is not None:
        write_whole(page, verdict_page([(file.name, sha256_of(file), result) for file, result in results], now).encode())
    voice.give([{"file": file, "ok": result.ok, **_plain(result)} for file, result in results])
    for file, result in results:
        voice.say(f"{file.name}：{result.zh}", f"{file.name}: {result.en}", style=_STYLES[result.verdict])
        _tell(voice, result)
        for note in result.not_run:
            voice.say(f"  没有检查：{note.zh}", f"  not checked: {note.en}")
    if not all(result.ok for _, result in results):
        raise typer.Exit(SigningError.exit_code)


def _tell(voice: Voice, result: Verification) -> None:
    """Who signed what when, what came after, and how long it can be checked."""
    for each in result.signatures:
        moment = each.timestamp or each.claimed
        when = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"
        proof = ("时间戳证明", "timestamped") if each.timestamp else ("签名人自述", "as claimed")
        covers = (f"，覆盖第1—{each.pages}页", f", covers pages 1–{each.pages}") if each.pages else ("", "")
        voice.say(f"  {each.who}，{when}（{proof[0]}）{covers[0]}", f"  {each.who}, {when} ({proof[1]}){covers[1]}")
        if each.place:
            voice.say(f"    签在：{each.place}", f"    in the place of: {each.place}")
        if each.seal[0]:
            voice.say(f"    {each.seal[0]}", f"    {each.seal[1]}")
    if result.added_after:
        voice.say(f"  第一个签名之后加入：{'、'.join(result.added_after)}", f"  added after the first signature: {', '.join(result.added_after)}")
    if result.ok and result.until:
        day = result.until.astimezone(SHANGHAI).date().isoformat()
        voice.say(f"  到 {day} 为止可凭文件本身核验", f"  can be told from the file alone until {day}")


def _plain(result: Verification) -> dict[str, object]:
    return {
        "verdict": result.verdict, "zh": result.zh, "en": result.en, "added_after": result.added_after, "until": result.until,
        "not_run": [{"zh": note.zh, "en": note.en} for note in result.not_run],
        "signatures": [
            {"field": s.field, "who": s.who, "claimed": s.claimed, "timestamp": s.timestamp, "demo": s.demo, "pages": s.pages, "answer": s.answer, "seal": s.seal, "place": s.place,
             "reasons": [{"zh": r.zh, "en": r.en, "answer": r.answer} for r in s.reasons]}
            for s in result.signatures
        ],
    }  # fmt: skip
