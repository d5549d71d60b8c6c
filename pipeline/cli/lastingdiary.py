"""`lasting`: the diary of signatures, which document is raised when and why, and what could not be raised."""

from __future__ import annotations

from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, open_desk, voice_for
from pipeline.desk.archive_lists import cases_of
from pipeline.desk.lasting import diary, not_raised


def lasting(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """长期签名日程：每份文书何时加归档时间戳、为什么、没加成的原因 / the diary of signatures: what is raised when and why."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        with desk.reading() as connection:
            waits = not_raised(connection)
        today = desk.clock().date()
        rows = [
            {
                "case": case.no, "number": entry.paper.number, "title": entry.paper.title, "raised_on": entry.raised_on, "until": entry.until,
                "again_on": entry.again_on, "because": entry.because, "late": entry.again_on < today, "trouble": waits.get(entry.paper.id, ""),
            }
            for case in cases_of(desk) for entry in diary(case)
        ]  # fmt: skip
    rows.sort(key=lambda row: (str(row["again_on"]), str(row["number"])))
    voice.give(rows)
    columns = (("文号", "Number"), ("已加", "Raised"), ("可核验到", "Holds until"), ("再加日期", "Next"), ("缘由", "Why"), ("没有加成", "Trouble"))
    shown = ((r["number"], r["raised_on"] or "", r["until"] or "", f"{r['again_on']}{'（逾期）' if r['late'] else ''}", r["because"], r["trouble"]) for r in rows)
    voice.table((f"长期签名日程 {len(rows)} 份", f"diary of {len(rows)} signatures"), columns, shown)
