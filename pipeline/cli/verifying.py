"""`verify`: is this file what its signers signed? One plain sentence each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.asked_files import Asked, asked_for
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.verdict_page import verdict_page
from pipeline.cli.voice import Voice, advance
from pipeline.clockwork import SHANGHAI, wall_clock
from pipeline.desk.keyring import TRUSTED
from pipeline.desk.seals import known_seals, with_seals
from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError, SettingsError, SigningError
from pipeline.office import Office
from pipeline.papers.pki import Trust
from pipeline.papers.verdict import Answer, Reason, Verification, conclude
from pipeline.papers.verify import verify_pdf

_STYLES = {Answer.VALID: "bold green", Answer.INVALID: "bold red", Answer.CANNOT_TELL: "bold yellow"}
_SHOWN_SKIPPED = 10


@dataclass(frozen=True, slots=True)
class _Told:
    """The answer on one file; `sha256` is empty when it could not be read."""

    name: str
    file: Path
    sha256: str
    result: Verification
    absent: bool = False


def verify(
    files: Annotated[list[Path], typer.Argument(help="PDF 文件，或放着 PDF 的文件夹 / PDF files, or folders of them")],
    roots: Annotated[Path | None, typer.Option("--roots", help="受信任的根证书文件夹；默认用办公室的 / folder of trusted roots; default: the office's")] = None,
    page: Annotated[Path | None, typer.Option("--html", help="结果另存为网页 / also write the result as a page")] = None,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """核验签名：有效、无效、无法判断，各一句话 / valid, not valid, or cannot tell: one sentence each."""
    room = None if roots is not None else _room(office)
    voice = voice_for(lang, machine, room)
    trust = _trust(room, roots)
    asked = asked_for(files)
    if not asked.files:
        raise NotFoundError("；".join(zh for _, zh, _ in asked.absent), "; ".join(en for _, _, en in asked.absent))
    now = wall_clock()
    told = _judged(voice, asked, trust, room, now)
    if page is not None:
        write_whole(page, verdict_page([(each.name, each.sha256, each.result) for each in told], now, asked.skipped).encode())
    skipped = [{"file": name, "ok": None, "verdict": "skipped", "zh": "不是 PDF 文件，没有核验", "en": "no PDF, passed over"} for name in asked.skipped]
    voice.give([*({"file": each.file, "ok": each.result.ok, **_plain(each.result)} for each in told), *skipped])
    for each in told:
        _say(voice, each)
    _say_skipped(voice, asked.skipped)
    if not all(each.result.ok for each in told if not each.absent):
        raise typer.Exit(SigningError.exit_code)
    if asked.absent:
        raise typer.Exit(NotFoundError.exit_code)


def _room(office: Path | None) -> Office:
    try:
        return enter_office(office)
    except SettingsError as fault:
        raise SettingsError(
            f"{fault.zh}；只核验签名不必有办公室：用 --roots 指明存放公布的根证书的文件夹",
            f"{fault.en}; verifying needs no office: name the folder of published roots with --roots",
        ) from fault


def _trust(room: Office | None, roots: Path | None) -> Trust:
    """The roots named, else the office's with those it trusts besides. Raises NotFoundError, SigningError."""
    folder = roots if roots is not None else room.keys / "published" if room is not None else Path()
    if not folder.is_dir():
        raise NotFoundError(f"没有根证书文件夹 {folder}", f"there is no folder of roots {folder}")
    return Trust.load(folder) if room is None else Trust.load(folder).and_also(room.keys / TRUSTED)


def _judged(voice: Voice, asked: Asked, trust: Trust, room: Office | None, now: datetime) -> list[_Told]:
    """The answer on everything asked for: files first, then what is not there."""
    seals = known_seals(room) if room is not None else {}
    rootless = () if trust.roots else (Reason("签发人是谁：没有任何受信任的根证书", "who issued the certificates: no trusted root is held"),)
    told = []
    with voice.progress("核验", "verifying", len(asked.files)) as bar:
        for name, file in asked.files:
            try:
                data = file.read_bytes()
            except OSError as fault:
                unread = Reason(f"文件打不开（{fault.strerror or fault}）", f"the file cannot be opened ({fault.strerror or fault})", Answer.CANNOT_TELL)
                told.append(_Told(name, file, "", conclude((), (unread,), (), ())))
            else:
                result = with_seals(verify_pdf(data, trust, now), seals)
                told.append(_Told(name, file, hashlib.sha256(data).hexdigest(), replace(result, not_run=(*result.not_run, *rootless))))
            advance(bar)
    absent = [_Told(path.name, path, "", conclude((), (Reason(zh, en, Answer.CANNOT_TELL),), (), ()), absent=True) for path, zh, en in asked.absent]
    return [*told, *absent]


def _say(voice: Voice, each: _Told) -> None:
    voice.say(f"{each.name}：{each.result.zh}", f"{each.name}: {each.result.en}", style=_STYLES[each.result.verdict])
    _tell(voice, each.result)
    for note in each.result.not_run:
        voice.say(f"  没有检查：{note.zh}", f"  not checked: {note.en}")


def _say_skipped(voice: Voice, skipped: tuple[str, ...]) -> None:
    if not skipped:
        return
    more = len(skipped) - _SHOWN_SKIPPED
    zh, en = (f"等，共{len(skipped)}个", f" and {more} more") if more > 0 else ("", "")
    names = skipped[:_SHOWN_SKIPPED]
    voice.say(f"不是 PDF，没有核验：{'、'.join(names)}{zh}", f"no PDF, passed over: {', '.join(names)}{en}")


def _tell(voice: Voice, result: Verification) -> None:
    """Who signed what when, what came after, and how long it can be checked."""
    for each in result.signatures:
        moment = each.timestamp or each.claimed
        when = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"
        proof = ("时间戳证明", "timestamped") if each.timestamp else ("签名人自述", "as claimed")
        covers = (f"，覆盖第1—{each.pages}页", f", covers pages 1–{each.pages}") if each.pages else ("", "")
        voice.say(f"  {each.who}，{when}（{proof[0]}）{covers[0]}", f"  {each.who}, {when} ({proof[1]}){covers[1]}")
        if each.sm2:
            voice.say("    国密 SM2 签名", "    an SM2 signature (Chinese national algorithm)")
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
            {"field": s.field, "who": s.who, "claimed": s.claimed, "timestamp": s.timestamp, "demo": s.demo, "sm2": s.sm2, "pages": s.pages, "answer": s.answer, "seal": s.seal, "place": s.place,
             "reasons": [{"zh": r.zh, "en": r.en, "answer": r.answer} for r in s.reasons]}
            for s in result.signatures
        ],
    }  # fmt: skip
