"""`forms build` and `forms check`: blank forms and templates written, and proven by filling in and reading back."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.law import chosen_packs
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.voice import advance
from pipeline.desk.formcheck import check_forms, check_templates, trials
from pipeline.errors import PackError
from pipeline.law.pack import load_pack
from pipeline.model import Finding, Severity
from pipeline.papers.forms import write_fill_forms
from pipeline.papers.templates.build import write_templates


def forms_build(
    jurisdiction: Annotated[str, typer.Argument(metavar="[J]", help="只做这个规则包 / this pack only")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """生成空白表格，补齐缺少的文书模板；改过的模板不动 / write the blank forms and missing templates; edited templates stay."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    names = chosen_packs(room, jurisdiction)
    written: list[str] = []
    with voice.progress("生成表格", "building forms", len(names)) as bar:
        for name in names:
            pack = load_pack(room.schemas, name)
            issued = {str(said.get("template") or "") for said in pack.documents.values()}
            paths = (
                *write_fill_forms({name: pack}, room.forms),
                *write_templates(room.forms / name / "issue", str(pack.authority["name"]), wanted=issued),
            )
            written += [path.relative_to(room.forms).as_posix() for path in paths]
            advance(bar)
    voice.give({"ok": True, "written": written})
    voice.say(f"已生成 {len(written)} 个文件，在 {room.forms}", f"{len(written)} files written below {room.forms}", style="green")


def forms_check(
    jurisdiction: Annotated[str, typer.Argument(metavar="[J]", help="只查这个规则包 / this pack only")] = "",
    form: Annotated[list[str] | None, typer.Option("--form", help="只查这张表（代号） / this form only")] = None,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """每张表填好再读回，须与所填相同；模板逐个检查 / every form filled in and read back must be equal; templates linted."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    packs = {name: load_pack(room.schemas, name) for name in chosen_packs(room, jurisdiction)}
    tried = trials(packs, tuple(form or ()))
    found: list[Finding] = []
    with voice.progress("检查表单", "checking forms", len(tried) + len(packs)) as bar:
        for findings in check_forms(packs, tried):
            found += findings
            advance(bar)
        for pack in packs.values():
            found += check_templates(pack, room.forms)
            advance(bar)
    bad = [f for f in found if f.severity in (Severity.ERROR, Severity.NOT_RUN)]
    voice.give({"ok": not bad, "tried": len(tried), "findings": found})
    voice.findings(found)
    voice.say(
        f"试了 {len(tried)} 份表单（docx、pdf），" + (f"{len(bad)} 处问题" if bad else "读回全部相同"),
        f"{len(tried)} forms tried (docx, pdf): " + (f"{len(bad)} problems" if bad else "all read back equal"), style="bold red" if bad else "bold green",
    )  # fmt: skip
    if bad:
        raise typer.Exit(PackError.exit_code)
