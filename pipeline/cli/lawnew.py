"""`law new`: a pack for another place, begun from the master with everything unknown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from pipeline.check import prove_pack
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError, PackError, RefusedError
from pipeline.law.edition import COMMON
from pipeline.law.pack import all_packs, jurisdictions, load_pack
from pipeline.law.scaffold import STEP_PATH, Plan, filled_up, scaffold
from pipeline.model import Severity

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def law_new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="规则包代号：小写字母开头的字母、数字 / lower-case letters and digits")],
    title: Annotated[str, typer.Option("--title", help="办法名称 / title of the instrument")] = "（办法名称待填）",
    authority: Annotated[str, typer.Option("--authority", help="机关名称 / the authority")] = "（机关名称待填）",
    agency_code: Annotated[str, typer.Option("--agency-code", help="机关代字，用于文号 / the agency's code in numbers")] = "（代字待填）",
    articles: Annotated[int, typer.Option("--articles", min=0, max=99, help="办法共多少条；条文以后录入 / how many articles it has")] = 0,
    fill: Annotated[bool, typer.Option("--fill", help="给已建的未核实规则包补上通用表单新用到的依据、参数、选项 / add to an unverified pack what the masters lean on since")] = False,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """新建规则包：参数全部未知，每一步由人决定，核实一条改一条 / begin a pack: all unknown, every step a person's."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    folder = room.schemas / name
    if not _NAME.fullmatch(name) or name == COMMON:
        raise RefusedError(f"代号“{name}”不合规：用小写字母开头的字母、数字、下划线", f"{name!r} is no name for a pack: lower-case letters, digits and _")
    if folder.exists() and not fill:
        raise RefusedError(f"{folder} 已经存在；不覆盖已有的规则包", f"{folder} is there already; a pack is never overwritten")
    plan = Plan(name=name, title=title, authority=authority, agency_code=agency_code, articles=articles)
    files = _more(room.schemas, plan) if fill else scaffold(room.schemas / COMMON, plan)
    for path, text in files.items():
        write_whole(folder / path, text.encode())
    pack = load_pack(room.schemas, name)
    found = prove_pack(pack)
    wrong = [f for f in found if f.severity in (Severity.ERROR, Severity.NOT_RUN)]
    unknown = [f for f in found if f not in wrong]
    voice.give({"ok": not wrong, "pack": name, "folder": folder, "files": sorted(files), "problems": wrong, "unknown": len(unknown)})
    voice.say(f"{'已补写' if fill else '已建'} {folder}：{len(pack.parameters)} 个参数全部未知，{len(pack.forms)} 张表，每一步由承办人用《个案办理单》决定", f"{'completed' if fill else 'made'} {folder}: everything unknown, every step a person's")
    voice.say(f"下一步：hongtou law check {name} 看还有什么未知（{len(unknown)} 处）；hongtou forms build {name} 做空白表格；在 office.toml 的 jurisdictions 写上 {name} 才启用", f"next: law check {name}, forms build {name}; it works once office.toml names it")
    if wrong:
        voice.findings(wrong)
        raise typer.Exit(PackError.exit_code)


def _more(schemas: Path, plan: Plan) -> dict[str, str]:
    """What an unverified pack lacks since the masters grew. Raises NotFoundError, RefusedError."""
    folder = schemas / plan.name
    if plan.name not in all_packs(schemas):
        raise NotFoundError(f"没有规则包“{plan.name}”，先去掉 --fill 新建", f"there is no pack {plan.name!r}; begin it without --fill")
    if plan.name in jurisdictions(schemas):
        raise RefusedError(f"规则包“{plan.name}”已经核实，不自动补写；请照 law check 的提示逐项写", f"{plan.name} is verified; write what law check asks for by hand")
    return filled_up(schemas / COMMON, plan, {path: (folder / path).read_text(encoding="utf-8") for path in ("pack.yaml", "lifecycle.yaml", STEP_PATH)})
