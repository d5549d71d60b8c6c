"""`person who`: who acted and who might sign off on a day, as the record had it at the end of that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import typer

from pipeline.cases.staff import Staff
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.desk.posts import staff_on
from pipeline.errors import NotFoundError, RefusedError
from pipeline.law.pack import Pack


def person_who(
    on: Annotated[str, typer.Option("--on", help="哪一天 2026-01-01；默认今天 / the day; default today")] = "",
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", "-j", help="只看这个规则包 / this pack only")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """某一天谁在岗、谁可以签发、凭什么，按当日的记录回答 / who acted and who might sign on a day, and by what right."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        day = _day(on) if on else desk.clock().date()
        chosen = [desk.pack(jurisdiction)] if jurisdiction else list(desk.packs.values())
        with desk.reading() as connection:
            events = desk.office_events(connection)
    rows = [row for pack in chosen for row in _rows(pack, staff_on(events, pack.jurisdiction, day), day)]
    if not rows:
        raise NotFoundError(f"{day} 还没有人员记录；记录自第一次运行 watch 起", f"no record of people reaches back to {day}")
    voice.give({"on": day, "rows": rows})
    columns = (("规则包", "Pack"), ("角色", "Role"), ("姓名", "Name"), ("凭什么", "By what right"), ("自", "From"), ("至", "Until"), ("范围", "Scope"))
    voice.table((f"{day} 在岗与签发", f"Who acted on {day}"), columns, (tuple(str(row[key]) for key in ("pack", "role", "name", "ground", "since", "until", "scope")) for row in rows))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise RefusedError(f"日期“{text}”不对，请写成 2026-01-01", f"{text!r} is no date; write 2026-01-01") from fault


def _rows(pack: Pack, staff: Staff | None, day: date) -> Iterator[dict[str, Any]]:
    if staff is None:
        return
    for right in staff.rights(day):
        scope = "、".join(str(pack.documents.get(code, {}).get("zh", code)) for code in right.documents) or "全部文书"
        yield {"pack": pack.jurisdiction, "role": "签发", "name": right.name, "officer": right.officer, "ground": right.zh, "since": right.since, "until": right.until, "scope": scope}
    for role in sorted(staff.roles() - {"签发"}):
        for name in sorted(staff.acting(role, day)):
            other, away = staff.stand_in(name, role, day), staff.absence(name, role, day)
            ground = f"外出，由{other}代办" if away else "在岗"
            yield {
                "pack": pack.jurisdiction, "role": role, "name": name, "officer": "", "ground": ground, "scope": "",
                "since": away["from"] if away else "", "until": away["to"] if away else "",
            }  # fmt: skip
