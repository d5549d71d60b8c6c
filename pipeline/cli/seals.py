"""`seals`: the register of seals, now or as it was on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.cli.voice import Voice
from pipeline.desk.seals import ever_registered, note_seals, seals_on
from pipeline.desk.service import Desk
from pipeline.errors import HongtouError, NotFoundError, RefusedError
from pipeline.papers.sealbook import USES, Seal, ends_on, fault_on

OnDay = Annotated[str, typer.Option("--on", help="哪一天 2026-01-01；默认今天 / the day; default today")]


def seals_list(on: OnDay = "", office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """印章登记簿：每枚印章的所有人、有效期、谁可以用、能不能用 / the register of seals."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        day = _day(on) or desk.clock().date()
        seals = _register(desk, day, bool(on))
        rows = [_row(desk, seal, day, bool(on)) for seal in seals]
    voice.give({"on": day, "seals": rows})
    columns = (("编号", "Id"), ("印章", "Seal"), ("所有人", "Owner"), ("有效期", "Period"), ("使用人", "Users"), ("状态", "State"))
    told = ((row["id"], row["zh"], row["owner"], f"{row['since'] or '…'} — {row['until'] or '…'}", "、".join(row["users"]) or "签发人", row["state_zh"]) for row in rows)
    voice.table((f"{day} 的印章登记簿，{len(rows)} 枚", f"register of seals on {day}: {len(rows)}"), columns, told)


def seals_show(
    seal: Annotated[str, typer.Argument(metavar="SEAL", help="印章编号 / id of the seal")], office: OfficeAt = None, lang: Lang = None, machine: Json = False
) -> None:
    """一枚印章的登记内容，以及登记簿历次记录里的它 / one seal, and what the register said of it over time."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        with desk.reading() as connection:
            events = desk.office_events(connection)
        now = {one.id: one for one in desk.keys.register}
        former = {one.id: one for one in ever_registered(events).values()}
        found = now.get(seal) or former.get(seal)
        if found is None:
            raise NotFoundError(f"登记簿里没有编号为“{seal}”的印章；用 hongtou seals list 查看", f"the register has no seal {seal!r}; see `hongtou seals list`")
        row = _row(desk, found, desk.clock().date(), seal not in now)
        changes = [{"at": e.at, "plain": one} for e in events if e.data.get("seals") for one in e.data["seals"] if one["id"] == seal]
    row["history"] = [c for place, c in enumerate(changes) if not place or changes[place - 1]["plain"] != c["plain"]]
    voice.give(row)
    _show(voice, found, row)


def _show(voice: Voice, seal: Seal, row: dict[str, Any]) -> None:
    lines = (
        ("编号", "id", seal.id), ("印章", "seal", seal.zh), ("所有人", "owner", seal.owner), ("印面", "face", "　".join(str(v["file"] if isinstance(v, dict) else v) for v in seal.face.values())),
        ("用途", "use", f"{seal.jurisdiction} {USES.get(seal.use, (seal.use, ''))[0]}"), ("有效期", "period", f"{seal.since or '…'} — {seal.until or '…'}"),
        ("证书", "certificate", f"{seal.subject} {seal.serial}"), ("证书指纹", "fingerprint", seal.sha256 or "—"),
        ("使用人", "users", "、".join(seal.users) or "签发人"), ("密钥", "key", "　".join(f"{k}={v}" for k, v in seal.key.items() if not isinstance(v, dict)) or "—"),
        ("状态", "state", row["state_zh"]),
    )  # fmt: skip
    for zh, en, value in lines:
        voice.say(f"{zh}：{value}", f"{en}: {value}")
    for change in row["history"]:
        voice.say(f"  {change['at'][:16].replace('T', ' ')} 记入日志", f"  entered in the journal at {change['at'][:16]}")


def _register(desk: Desk, day: date, past: bool) -> tuple[Seal, ...]:
    if not past:
        note_seals(desk)
        return desk.keys.register
    with desk.reading() as connection:
        found = seals_on(desk.office_events(connection), day)
    if found is None:
        raise NotFoundError(f"{day} 还没有印章登记的记录；记录自第一次运行 watch 起", f"no record of the seals reaches back to {day}")
    return found


def _row(desk: Desk, seal: Seal, day: date, past: bool) -> dict[str, Any]:
    fault = fault_on(seal, day.isoformat())
    if not past and fault is None:
        try:
            refusal = desk.keys.refusal(seal.jurisdiction, seal.use) if desk.keys.registered(seal.jurisdiction, seal.use).id == seal.id else None
            fault = refusal or None
        except (HongtouError, KeyError) as trouble:
            fault = (getattr(trouble, "zh", "没有这个规则包"), getattr(trouble, "en", "no such pack"))
    state = fault or ("在用", "in use")
    return {**seal.plain(), "ends_on": ends_on(seal, None if past else desk.keys.certificate_of(seal)), "usable": fault is None, "state_zh": state[0], "state_en": state[1]}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise RefusedError(f"日期“{text}”不对，请写成 2026-01-01", f"{text!r} is no date; write 2026-01-01") from fault
