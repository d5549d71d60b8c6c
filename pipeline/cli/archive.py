"""`archive …`: what the archivist asks for: what waits, tests, exports, catalogues and labels, audits, lists. Filing itself is a form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.archive.bags import write_package
from pipeline.archive.digests import both_of_file
from pipeline.archive.eep import encapsulate
from pipeline.archive.four_checks import Phase, Report, check_items, check_package
from pipeline.archive.holding import open_holding
from pipeline.archive.judges import Status
from pipeline.cases.case import Case
from pipeline.cli.options import Json, Lang, OfficeAt, case_named, enter_office, open_desk, voice_for
from pipeline.cli.voice import Voice, advance
from pipeline.desk.archive_judges import judges_for
from pipeline.desk.archive_lists import all_rows, cases_of, expired, filed, risks, to_hand_over, waiting
from pipeline.desk.archive_sheets import catalogue_docx, labels_docx, list_docx, report_pdf
from pipeline.desk.archiving import package_home
from pipeline.desk.auditing import audit_office, how_many
from pipeline.desk.eep_sealing import judge_eep, seal_eep
from pipeline.desk.judging import stop_judges
from pipeline.desk.picture import safe_name
from pipeline.desk.service import Desk
from pipeline.desk.unpacking import laid_out
from pipeline.diskwork import write_whole
from pipeline.errors import NotFoundError, RefusedError, StoreError
from pipeline.office import Office

Pack = Annotated[str, typer.Option("--pack", help="规则包；只有一个时不必写 / pack; may be left out where there is one")]
To = Annotated[Path, typer.Option("--to", help="放到哪个文件夹 / folder to write to")]
_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NOT_RUN: "yellow"}
_WORDS = {Status.PASS: ("通过", "passed"), Status.FAIL: ("不通过", "failed"), Status.NOT_RUN: ("没有检测", "not run")}


def archive_list(office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """待归档的案件和归档期限，已形成的归档信息包 / cases to be filed and by when; packages that were made."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        cases = cases_of(desk)
        open_rows, done = waiting(desk, cases, desk.clock().date()), filed(desk, cases)
    voice.give({"waiting": open_rows, "filed": done})
    columns = (("案号", "Case"), ("办结", "Over since"), ("应在此前归档", "To be filed by"), ("件数", "Items"), ("逾期", "Late"))
    voice.table((f"待归档 {len(open_rows)} 案", f"{len(open_rows)} to be filed"), columns, ((r["no"], r["over_on"], r["due"], r["items"], "是" if r["late"] else "") for r in open_rows))
    columns = (("案号", "Case"), ("归档日期", "Filed on"), ("件数", "Items"), ("信息包", "Package"), ("四性检测", "Test"))
    words = {True: "通过", False: "不通过", None: "还没有"}
    voice.table((f"已归档 {len(done)} 次", f"{len(done)} acts of filing"), columns, ((r["no"], r["on"], r["items"], r["package"], words[r["ok"]]) for r in done))


def archive_check(
    package: Annotated[Path, typer.Argument(help="信息包：文件夹或ZIP（本系统的、别处的BagIt包，或普通文件夹），或DA/T 48封装包（.xml、.eep） / a package, folder or ZIP, or a DA/T 48 encapsulation")],
    phase: Annotated[Phase, typer.Option("--phase", help="filing 归档，transfer 移交接收，keeping 长期保存")] = Phase.TRANSFER,
    report: Annotated[Path | None, typer.Option("--report", metavar="PDF", help="另存签名的PDF报告 / also write the signed report")] = None,
    jurisdiction: Pack = "", office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """四性检测：逐项通过、不通过、没有检测，各有依据 / the four-properties test: each item with its evidence."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    if package.suffix.lower() in (".xml", ".eep") and package.is_file():
        _check_eep(package, room, voice)
        return
    try:
        with laid_out(package.resolve()) as folder, open_desk(room) as desk:
            holding = open_holding(folder)
            wanted = sum(phase in item.phases for item in check_items())
            with voice.progress("检测", "testing", wanted) as bar:
                result = check_package(holding, phase, judges_for(desk, holding), lambda: advance(bar))
            if report is not None:
                write_whole(report.resolve(), report_pdf(desk, _pack(desk, jurisdiction), result))
    finally:
        stop_judges()
    voice.give(result.plain())
    _show(voice, result)
    if not result.ok:
        raise typer.Exit(StoreError.exit_code)


def _check_eep(package: Path, room: Office, voice: Voice) -> None:
    """A DA/T 48 encapsulation: its structure and signatures; its contents are not laid out."""
    with open_desk(room) as desk:
        said = judge_eep(package.read_bytes(), desk.keys.trust)
    zh, en = _WORDS[said.status]
    voice.give({"file": package, "status": said.status, "evidence": said.evidence})
    voice.say(f"{package.name}：{zh}", f"{package.name}: {en}", style=_STYLES[said.status])
    for line in said.evidence:
        voice.say(f"    {line}")
    if said.status is not Status.PASS:
        raise typer.Exit(StoreError.exit_code)


def _show(voice: Voice, report: Report) -> None:
    for result in report.results:
        zh, en = _WORDS[result.outcome.status]
        voice.say(f"{result.item.id} {result.item.zh}：{zh}", f"{result.item.id} {result.item.en}: {en}", style=_STYLES[result.outcome.status])
        for line in result.outcome.evidence if result.outcome.status is not Status.PASS else ():
            voice.say(f"    {line}")
        if result.outcome.status is Status.FAIL:
            voice.say(f"    处理：{result.item.remedy}")
        elif result.justified:
            voice.say(f"    理由：{result.item.may_wait}")
    counts = [report.count(status) for status in (Status.PASS, Status.FAIL, Status.NOT_RUN)]
    zh, en = ("检测通过", "passed") if report.ok else ("检测不通过", "not passed")
    voice.say(f"{zh}：通过 {counts[0]}，不通过 {counts[1]}，没有检测 {counts[2]}", f"{en}: {counts[0]} passed, {counts[1]} failed, {counts[2]} not run", style="bold")


def archive_export(
    number: Annotated[str, typer.Argument(metavar="CASE", help="案号 / case number")], to: To,
    eep: Annotated[bool, typer.Option("--eep", help="导出DA/T 48封装包（每件一个XML） / DA/T 48 encapsulations, one XML an item")] = False,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """导出一案的归档信息包，或DA/T 48封装包 / export the packages of a case, or DA/T 48 encapsulations."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        written = _export_eep(desk, _filed(desk, number), to.resolve()) if eep else _export_bags(desk, _filed(desk, number), to.resolve())
    voice.give([{"file": path} for path in written])
    voice.say(f"已导出 {len(written)} 个到 {to}", f"{len(written)} exported to {to}")


def _filed(desk: Desk, number: str) -> Case:
    case = case_named(desk, number)
    if not any("package" in act for act in case.archived):
        raise NotFoundError(f"案件 {case.no} 还没有归档信息包；办结后投递《归档登记表》", f"case {case.no} has no package; file it first")
    return case


def _export_bags(desk: Desk, case: Case, to: Path) -> list[Path]:
    written = []
    for act in case.archived:
        target = to / package_home(desk, case, act).name
        if target.exists():
            raise RefusedError(f"{target} 已经存在，没有覆盖", f"{target} exists and was not overwritten")
        write_package(target, act["package"]["files"], desk.store.path)
        written.append(target)
    return written


def _export_eep(desk: Desk, case: Case, to: Path) -> list[Path]:
    written = []
    for act in case.archived:
        holding = open_holding(package_home(desk, case, act))
        for item in holding.items:
            for part in item["parts"]:
                if both_of_file(holding.home / part["path"])[0] != part["sha256"]:
                    raise StoreError(f"{part['path']} 与归档时不同，没有导出；先运行 hongtou archive audit", f"{part['path']} has changed since it was filed; run `hongtou archive audit`")
            xml = seal_eep(desk, case.jurisdiction, encapsulate(holding, item))
            if (said := judge_eep(xml, desk.keys.trust)).status is not Status.PASS:
                raise StoreError(f"{item['code']} 的封装包没有核验通过：{said.evidence[0]}", f"the encapsulation of {item['code']} is not valid: {said.evidence[0]}")
            write_whole(to / f"{safe_name(item['code'])}.xml", xml)
            written.append(to / f"{safe_name(item['code'])}.xml")
    return written


def archive_catalogue(
    to: To, year: Annotated[str, typer.Option("--year", help="归档年份；默认今年 / year of filing; default: this year")] = "",
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="同时做盒标签 / labels of boxes too")] = True,
    jurisdiction: Pack = "", office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """打印用的归档文件目录和盒标签（DOCX和PDF） / the catalogue of filed documents and labels, to print."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        name, wanted = _pack(desk, jurisdiction), year or str(desk.clock().year)
        cases = cases_of(desk, name)
        rows = [row for row in all_rows(cases) if str(row["filed_on"])[:4] == wanted]
        if not rows:
            raise NotFoundError(f"{wanted}年没有归档的文件", f"nothing was filed in {wanted}")
        files = {f"归档文件目录_{wanted}": catalogue_docx(desk, name, wanted, cases)}
        files |= {f"盒标签_{wanted}": labels_docx(desk, name, rows)} if labels else {}
        written = _printable(desk, to.resolve(), files)
    voice.give([{"file": path} for path in written])
    voice.say("；".join(str(path) for path in written))


def _printable(desk: Desk, to: Path, files: dict[str, bytes]) -> list[Path]:
    written = []
    for stem, docx in files.items():
        for suffix, data in ((".docx", docx), (".pdf", desk.pool.convert(docx))):
            write_whole(to / f"{stem}{suffix}", data)
            written.append(to / f"{stem}{suffix}")
    return written


def archive_audit(
    mend: Annotated[bool, typer.Option("--mend/--no-mend", help="用完好的副本修复 / mend from good copies")] = True,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """核对全部保存的文件，坏的用副本修复并记录 / look at every kept file; mend from copies, on record."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk, voice.progress("核对", "auditing", how_many(desk)) as bar:
        result = audit_office(desk, mend, lambda: advance(bar))
    losses = [{"name": one.name, "sha256": one.sha256, "how": one.how, "mended_from": one.mended_from} for one in result.losses]
    voice.give({"ok": result.ok, "checked": result.checked, "copied": result.copied, "losses": losses})
    voice.say(f"核对 {result.checked} 个文件，有问题 {len(losses)} 个，补存到第二处 {result.copied} 个", f"{result.checked} files, {len(losses)} bad, {result.copied} copied to the second place")
    for one in result.losses:
        voice.say(one.zh, one.en, style="yellow" if one.mended_from else "bold red")
    if not result.ok:
        raise typer.Exit(StoreError.exit_code)


def archive_expiring(to: Annotated[Path | None, typer.Option("--to", help="另存可打印的清单 / also write the list to print")] = None, jurisdiction: Pack = "", office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """保管期满的档案和应当移交的档案；销毁由人决定并登记 / what has expired, what is due for transfer; people decide on destruction."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        cases, day = cases_of(desk, jurisdiction), desk.clock().date()
        over, due = expired(cases, day), to_hand_over(desk, cases, day)
        if to is not None:
            rows = [[one.code, one.title, one.expires.isoformat(), f"已登记销毁（{one.destroyed_on}）" if one.destroyed_on else "待鉴定"] for one in over]
            rows += [[row["code"], row["title"], row["due"].isoformat(), "应移交档案馆"] for row in due]
            _printable(desk, to.resolve(), {f"到期档案清单_{day}": list_docx(desk, _pack(desk, jurisdiction), "到期档案清单", "销毁须经鉴定、批准并登记", ("档号", "题名", "期满或应移交日期", "处理"), rows)})
    voice.give({"expired": over, "transfer": due})
    columns = (("档号", "Code"), ("题名", "Title"), ("期满", "Expired"), ("销毁登记", "Destroyed"))
    voice.table((f"保管期满 {len(over)} 件", f"{len(over)} expired"), columns, ((one.code, one.title, one.expires, one.destroyed_on) for one in over))
    third = (("档号", "Code"), ("题名", "Title"), ("应移交", "Due"))
    voice.table((f"应移交 {len(due)} 件", f"{len(due)} due for transfer"), third, ((row["code"], row["title"], row["due"]) for row in due))


def archive_migration(to: Annotated[Path | None, typer.Option("--to", help="另存可打印的清单 / also write the list to print")] = None, jurisdiction: Pack = "", office: OfficeAt = None, lang: Lang = None, machine: Json = False) -> None:
    """迁移计划：有风险的格式和算法，用在哪里，怎么办 / formats and algorithms at risk, where they are used, what to do."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        found = risks(desk, cases_of(desk, jurisdiction), desk.clock().year)
        rows: list[list[Any]] = [[one.zh, one.what, f"{one.count} 处" + ("（须处理）" if one.acute else ""), "；".join(one.examples)] for one in found]
        if to is not None:
            day = desk.clock().date()
            _printable(desk, to.resolve(), {f"迁移计划_{day}": list_docx(desk, _pack(desk, jurisdiction), "格式和算法迁移计划", "年限为通行建议，由本机关密码管理员核定", ("格式或算法", "怎么办", "数量", "例"), rows)})
    voice.give(found)
    columns = (("格式或算法", "Format or algorithm"), ("怎么办", "What to do"), ("数量", "Count"), ("例", "Examples"))
    voice.table((f"须处理 {sum(one.acute for one in found)} 项", f"{sum(one.acute for one in found)} to act on"), columns, rows)


def _pack(desk: Desk, name: str) -> str:
    """The pack named, or the only one. Raises NotFoundError, RefusedError."""
    if name:
        return desk.pack(name).jurisdiction
    if len(desk.packs) > 1:
        raise RefusedError(f"本办公室有几个规则包，请用 --pack 写明：{'、'.join(desk.packs)}", f"name one with --pack: {', '.join(desk.packs)}")
    return next(iter(desk.packs))
