"""`draw verify`: repeats a draw by lot from its published minutes alone. The algorithm is told in docs/draw.md."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.clockwork import wall_clock
from pipeline.errors import NotFoundError, SigningError
from pipeline.law.draw import repeat
from pipeline.papers.pki import Trust
from pipeline.papers.verdict import Answer, Reason
from pipeline.papers.verify import verify_token


def draw_verify(
    file: Annotated[Path, typer.Argument(help="抽取纪要的 .json，或旁边有同名 .json 的 PDF / the minutes' .json, or the PDF beside it")],
    roots: Annotated[Path | None, typer.Option("--roots", help="受信任的根证书文件夹；默认用办公室的 / folder of trusted roots; default: the office's")] = None,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """按公布的纪要重做抽取，核对清单摘要、时间戳、种子和结果 / repeat a draw from its minutes: list, timestamp, seed, result."""
    room = None if roots is not None else enter_office(office)
    voice = voice_for(lang, machine, room)
    folder = roots if roots is not None else room.keys / "published" if room is not None else Path()
    if not folder.is_dir():
        raise NotFoundError(f"没有根证书文件夹 {folder}", f"there is no folder of roots {folder}")
    minutes = file.with_suffix(".json")
    if not minutes.is_file():
        raise NotFoundError(f"没有抽取纪要 {minutes}", f"there are no minutes {minutes}")
    reasons = check_minutes(minutes.read_bytes(), Trust.load(folder))
    answer = Answer.VALID
    if reasons:
        answer = Answer.INVALID if any(reason.answer is Answer.INVALID for reason in reasons) else Answer.CANNOT_TELL
    words = {
        Answer.VALID: ("有效：重做的抽取与公布的一致，时间戳可信", "valid: drawn again with the same result, and the timestamp is trusted"),
        Answer.INVALID: ("无效：重做的抽取与公布的不一致", "not valid: what was published does not come out again"),
        Answer.CANNOT_TELL: ("无法判断：结果一致，但时间戳不能确认", "cannot tell: the result comes out again, but the timestamp cannot be confirmed"),
    }
    zh, en = words[answer]
    told = [{"zh": r.zh, "en": r.en, "answer": r.answer} for r in reasons]
    voice.give([{"file": minutes, "ok": not reasons, "verdict": answer, "zh": zh, "en": en, "reasons": told}])
    voice.say(f"{minutes.name}：{zh}", f"{minutes.name}: {en}", style="bold green" if not reasons else "bold red")
    for reason in reasons:
        voice.say(f"  {reason.zh}", f"  {reason.en}")
    if reasons:
        raise typer.Exit(SigningError.exit_code)


def check_minutes(data: bytes, trust: Trust) -> tuple[Reason, ...]:
    """Why published minutes do not stand; nothing when they do. Never raises for what they say."""
    try:
        published = json.loads(data)
        published = published.get("draw") or published
        token = base64.b64decode(published["token"], validate=True)
        digest = bytes.fromhex(published["list_sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        return (Reason("不是抽取纪要：读不出清单摘要或时间戳", "these are no minutes of a draw: hash or token cannot be read"),)
    reasons = [Reason(f"重做后不一致：{fault}", fault) for fault in repeat(published, token)]
    moment, doubts = verify_token(token, digest, trust, wall_clock())
    if moment is not None and _time_of(published) != moment.isoformat():
        reasons.append(Reason("公布的时间与时间戳不符", "token_time is not the time in the token"))
    return (*reasons, *doubts)


def _time_of(published: Mapping[str, Any]) -> str:
    return str(published.get("token_time", ""))
