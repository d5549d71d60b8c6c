"""`law coverage` and what else lets one take the law in hand."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.law import chosen_packs
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.voice import Language
from pipeline.errors import PackError
from pipeline.law.coverage import KINDS, Unit, coverage, in_words
from pipeline.law.pack import Pack, load_pack

KEPT = {
    "enforced": ("已落实", "enforced"), "record": ("备查", "on record"), "person": ("由人掌握", "a person"), "later": ("尚未载入", "not loaded yet"),
    "not_held": ("条文未载入", "text not held"), "missing": ("遗漏", "missing"),
}  # fmt: skip
SHOWN = 3


def law_coverage(
    jurisdiction: Annotated[str, typer.Argument(metavar="[J]", help="只看这个规则包 / this pack only")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """逐条列出条文怎样落实，什么留给人 / each article: what rests on it, and what is left to people."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    packs = {name: load_pack(room.schemas, name) for name in chosen_packs(room, jurisdiction)}
    found = {name: coverage(pack, room.root / "tests") for name, pack in packs.items()}
    missing = [f"{name} {unit.id}" for name, units in found.items() for unit in units if unit.kept == "missing"]
    voice.give({"ok": not missing, "packs": found})
    english = voice.language is Language.EN
    columns = (("条款", "Article"), ("落实", "Kept"), ("凭什么落实", "By what"), ("留给人", "Left to people"), ("测试", "Tests"))
    for name, units in found.items():
        counts = "，".join(f"{KEPT[kept][0]} {sum(u.kept == kept for u in units)}" for kept in KEPT if any(u.kept == kept for u in units))
        voice.table(
            (f"{name}：{len(units)} 个条文单元（{counts}）", f"{name}: {len(units)} units"), columns,
            (
                (f"{u.id}\n{u.cite.rpartition('》')[2]}", KEPT[u.kept][english], _by_what(packs[name], u, english), "\n".join(dict.fromkeys(f"· {one.zh}" for one in u.left)), len(u.tests) or "—")
                for u in units
            ),
        )  # fmt: skip
    if missing:
        voice.complain(f"有条款没有任何着落：{'、'.join(missing)}", f"nothing keeps these articles: {', '.join(missing)}")
        raise typer.Exit(PackError.exit_code)


def _by_what(pack: Pack, unit: Unit, english: bool) -> str:
    """What rests on an article, the first few of each kind, as people call it; `--json` gives the codes and all of them."""
    lines = []
    for kind, codes in unit.uses.items():
        names = list(dict.fromkeys(in_words(pack, kind, code, english) for code in codes))
        more = "" if len(names) <= SHOWN else f" and {len(names) - SHOWN} more" if english else f"等 {len(names)} 项"
        lines.append(f"{KINDS[kind][english]}: {', '.join(names[:SHOWN])}{more}" if english else f"{KINDS[kind][0]}：{'、'.join(names[:SHOWN])}{more}")
    return "\n".join(lines)
