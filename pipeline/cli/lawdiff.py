"""`law diff`: what differs between two packs or editions, and which open cases it would meet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from pipeline.cli.options import Json, Lang, OfficeAt, all_cases, enter_office, open_desk, voice_for
from pipeline.cli.voice import Language, Voice
from pipeline.desk.editions import pack_named
from pipeline.desk.touched import Touched, touched_cases
from pipeline.law.diff import GROUPS, Change, differences
from pipeline.law.pack import UNVERIFIED, Pack
from pipeline.office import Office

FEW = 12
"""Changes of one group told unless all are asked for."""


def law_diff(
    before: Annotated[str, typer.Argument(metavar="A", help="原规则包：名称、文件夹或版本摘要 / the older: name, folder, or digest of an edition")],
    after: Annotated[str, typer.Argument(metavar="B", help="新规则包 / the newer")],
    everything: Annotated[bool, typer.Option("--all", help="每组全部列出 / tell every change")] = False,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """比较两个规则包或版本；指明 --office 时列出会受影响的未结案件 / compare two packs; with --office, the open cases it would meet."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    old, new = pack_named(room, before), pack_named(room, after)
    changes = differences(old, new)
    touched = _touched(room, old, new) if office is not None else ()
    counts = {group: sum(change.group == group for change in changes) for group in GROUPS}
    voice.give({"a": _named(old), "b": _named(new), "counts": counts, "changes": [_plain(change) for change in changes], "cases": [_case(one) for one in touched]})
    if machine:
        return
    for one in (old, new):
        if one.status == UNVERIFIED:
            voice.say(*_caution(one), style="bold yellow")
    voice.say(f"{old.id} → {new.id}：{len(changes)} 处不同" if changes else f"{old.id} 与 {new.id} 所说相同", f"{len(changes)} differences", style="bold")
    for group, (zh, en) in GROUPS.items():
        found = [change for change in changes if change.group == group]
        if found:
            _tell(voice, (zh, en), found, everything)
    if office is not None:
        _tell_cases(voice, touched, everything)


def _caution(pack: Pack) -> tuple[str, str]:
    """What differences from a pack mean whose text nobody has checked."""
    bare = sum(not article.text for article in pack.articles.values())
    held = f"{len(pack.articles)} 条中 {bare} 条的条文未载入" if pack.articles else "没有列出条文"
    zh = f"注意：{pack.id} 没有核实（{held}）。“不再有”“取消”“未知”只表示该规则包没有载入，不表示法律已经改变；由人对照原文办理"
    en = f"note: nobody has checked {pack.id}; what it lacks is not loaded, which does not mean that the law has changed"
    return zh, en


def _tell(voice: Voice, group: tuple[str, str], found: list[Change], everything: bool) -> None:
    voice.say(f"{group[0]}（{len(found)}）", f"{group[1]} ({len(found)})", style="bold")
    english = voice.language is Language.EN
    shown = found if everything else found[:FEW]
    for change in shown:
        cite = f"〔{change.cite}〕" if change.cite else ""
        voice.write(f"  · {change.en if english else change.zh}{'' if change.cite in change.zh else cite}")
        if not english:
            voice.write(f"      {change.en}")
    if len(shown) < len(found):
        voice.say(f"  ……另有 {len(found) - len(shown)} 处，用 --all 全部列出", f"  … and {len(found) - len(shown)} more; see them with --all")


def _touched(office: Office, old: Pack, new: Pack) -> tuple[Touched, ...]:
    """The open cases of the older pack's law, each held against the edition it keeps."""
    found: list[Touched] = []
    with open_desk(office) as desk:
        known: dict[str, tuple[Change, ...]] = {}
        for case in all_cases(desk):
            if case.jurisdiction != old.jurisdiction:
                continue
            own = desk.pack_of(case)
            if own.digest not in known:
                known[own.digest] = differences(own, new)
            found += touched_cases([(case, own)], new, known[own.digest])
    return tuple(found)


def _tell_cases(voice: Voice, touched: tuple[Touched, ...], everything: bool) -> None:
    voice.say(f"会受影响的未结案件（{len(touched)}）", f"open cases it would meet ({len(touched)})", style="bold")
    if touched:
        voice.say("案件继续适用立案时的版本；以下只是改按新版本时的情形。", "Cases keep the edition they were opened under; this is what the newer one would mean for each.")
    for one in touched:
        voice.write(f"  {one.case}（{one.state}，按 {one.kept} 办理）：今后的环节涉及 {len(one.changes)} 处不同")
        lines = [one.lost] if one.lost else []
        lines += [f"{end.zh}：现为 {end.now}，新版本为 {end.then or '未规定'}。{end.working_zh}" for end in one.ends]
        lines += [change.zh for change in (one.changes if everything else one.changes[:FEW])]
        lines += [f"……另有 {len(one.changes) - FEW} 处"] if not everything and len(one.changes) > FEW else []
        for line in lines:
            voice.write(f"      · {line}")


def _named(pack: Pack) -> dict[str, str]:
    return {"pack": pack.jurisdiction, "version": pack.version, "status": pack.status, "instrument": pack.instrument, "digest": pack.digest}


def _plain(change: Change) -> dict[str, object]:
    return {"group": change.group, "what": change.what, "zh": change.zh, "en": change.en, "cite": change.cite, "touches": _sorted(change.touches)}


def _sorted(touches: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{kind}:{code}" for kind, code in touches)


def _case(one: Touched) -> dict[str, object]:
    return {"case": one.case, "state": one.state, "kept": one.kept, "lost": one.lost, "ends": list(one.ends), "changes": [change.what for change in one.changes]}
