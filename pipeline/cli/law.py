"""`law list`, `law check`: the packs, and what is unproven about them."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.check.examples import check_examples
from pipeline.cli.options import Json, Lang, OfficeAt, enter_office, voice_for
from pipeline.cli.voice import advance
from pipeline.desk.formcheck import check_templates
from pipeline.errors import NotFoundError, PackError
from pipeline.law.check_pack import check_pack
from pipeline.law.pack import all_packs, jurisdictions, load_pack
from pipeline.model import Finding, Severity
from pipeline.office import Office


def law_list(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """列出规则包 / list the packs."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    used = room.settings.texts("office.jurisdictions") or jurisdictions(room.schemas)
    packs = [load_pack(room.schemas, name) for name in all_packs(room.schemas)]
    rows = [
        {
            "jurisdiction": p.jurisdiction, "title": p.title, "title_en": p.title_en, "instrument": p.instrument, "version": p.version, "status": p.status, "authority": p.authority.get("name", ""),
            "forms": len(p.forms), "documents": len(p.documents), "articles": len(p.articles), "in_use": p.jurisdiction in used,
        }
        for p in packs
    ]  # fmt: skip
    voice.give(rows)
    columns = (("代号", "Pack"), ("依据文件", "Instrument"), ("版本", "Version"), ("机关", "Authority"), ("表单", "Forms"), ("文书", "Papers"), ("启用", "In use"))
    voice.table(
        ("规则包", "Packs"), columns,
        ((r["jurisdiction"], r["instrument"], r["version"], r["authority"], r["forms"], r["documents"], "是" if r["in_use"] else "否") for r in rows),
    )  # fmt: skip


def law_check(
    jurisdiction: Annotated[str, typer.Argument(metavar="[J]", help="只查这个规则包 / this pack only")] = "",
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """证明规则包：引用、依据、例子、模板都站得住 / prove the packs: references, citations, examples, templates."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    names = chosen_packs(room, jurisdiction)
    found: dict[str, tuple[Finding, ...]] = {}
    with voice.progress("检查规则包", "checking packs", 3 * len(names)) as bar:
        for name in names:
            pack = load_pack(room.schemas, name)
            found[name] = ()
            for check in (check_pack, check_examples, lambda p: check_templates(p, room.forms)):
                found[name] += tuple(check(pack))
                advance(bar)
    bad = [f for findings in found.values() for f in findings if f.severity in (Severity.ERROR, Severity.NOT_RUN)]
    voice.give({"ok": not bad, "packs": {name: list(findings) for name, findings in found.items()}})
    for name, findings in found.items():
        errors = sum(f.severity in (Severity.ERROR, Severity.NOT_RUN) for f in findings)
        voice.say(f"{name}：{'没有问题' if not errors else f'{errors} 处问题'}", f"{name}: {errors} problems", style="bold red" if errors else "bold green")
        voice.findings(findings)
    if bad:
        raise typer.Exit(PackError.exit_code)


def chosen_packs(office: Office, jurisdiction: str) -> tuple[str, ...]:
    """The pack named, or all but the unverified ones. Raises NotFoundError."""
    known = all_packs(office.schemas)
    if jurisdiction and jurisdiction not in known:
        raise NotFoundError(f"没有规则包“{jurisdiction}”；现有：{'、'.join(known)}", f"there is no pack {jurisdiction!r}; there are {', '.join(known)}")
    return (jurisdiction,) if jurisdiction else jurisdictions(office.schemas)
