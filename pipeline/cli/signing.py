"""`sign-off`: what waits for the signing officer; and the sheet filled in and dropped through the same door as any other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cases.case import Case, Pending
from pipeline.cli.filing import answered, show_answer
from pipeline.cli.options import Json, Lang, OfficeAt, all_cases, case_named, enter_office, open_desk, voice_for
from pipeline.cli.voice import Voice
from pipeline.desk.handing import hand_in_bytes
from pipeline.desk.picture import draft_unit_folder, sign_off_sheet
from pipeline.desk.service import Desk
from pipeline.errors import NotFoundError, RefusedError, SigningError
from pipeline.office import Office, Person
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki
from pipeline.papers.forms import build_docx, build_pdf
from pipeline.papers.pki import load_signer
from pipeline.papers.stamp import sign_form

ROLE = "签发"


def sign_off(
    number: Annotated[str, typer.Argument(metavar="CASE", help="案号；不写则列出待签发 / case number; without: list what waits")] = "",
    sign: Annotated[bool, typer.Option("--sign", help="同意签发 / sign")] = False,
    back: Annotated[str, typer.Option("--return", metavar="REASON", help="退回并写明理由 / return with a reason")] = "",
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="签发人姓名 / signing officer")] = "",
    opinion: Annotated[str, typer.Option("--opinion", help="签发意见 / opinion")] = "同意签发。",
    key: Annotated[Path | None, typer.Option("--key", help="签发人的 .p12（凭证书签发时） / the officer's .p12, where certificates prove officers")] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.0, help="最多等多少秒 / seconds to wait")] = 120.0,
    office: OfficeAt = None, lang: Lang = None, machine: Json = False,
) -> None:  # fmt: skip
    """签发：列出待签发；或代填签发单投到“签发”文件夹 / what waits for sign-off; or fill in the sheet and drop it."""
    room = enter_office(office)
    voice = voice_for(lang, machine, room)
    with open_desk(room) as desk:
        if not number:
            _list(desk, voice)
            return
        if sign == bool(back) or not who:
            raise RefusedError("要写明 --sign 或 --return 理由（二者取一），以及 --as 姓名", "say --sign or --return REASON (one of them), and --as NAME")
        case = case_named(desk, number)
        pending = _drawn(case)
        person = _officer(room, case.jurisdiction, who)
        said = {"decision": "sign", "opinion": opinion} if sign else {"decision": "return", "opinion": back}
        data, suffix = _sheet(desk, case, pending, {**said, "officer": who, "signed_on": desk.clock().date()}, key)
        handed = hand_in_bytes(desk, case.jurisdiction, ROLE, person.folder, data, f"签发单_{case.no}{suffix}")
        told = answered(desk, voice, handed, timeout)
    if told is not None:
        show_answer(voice, told)


def _list(desk: Desk, voice: Voice) -> None:
    waiting = [(case, case.pending) for case in all_cases(desk) if case.pending is not None]
    rows = [_row(desk, case, pending) for case, pending in waiting]
    voice.give(rows)
    if not rows:
        voice.say("没有等待签发的文稿。", "Nothing waits for sign-off.")
        return
    columns = (("案号", "Case"), ("事项", "Step"), ("文稿", "Drafts"), ("文稿文件夹", "Folder"))
    voice.table(
        (f"待签发 {len(rows)} 件", f"{len(rows)} wait for sign-off"), columns,
        ((row["no"], row["step_zh"], "、".join(row["titles"]), row["folder"] if row["ready"] else "（正在制作 / being drawn）") for row in rows),
    )  # fmt: skip
    voice.say("签发：hongtou sign-off 案号 --sign --as 姓名；退回：--return 理由", "sign: hongtou sign-off CASE --sign --as NAME; send back: --return REASON")


def _row(desk: Desk, case: Case, pending: Pending) -> dict[str, Any]:
    pack = desk.pack_of(case)
    step = pack.lifecycle.transitions[pending.transition]
    return {
        "no": case.no, "jurisdiction": case.jurisdiction, "transition": pending.transition, "step_zh": step.zh, "step_en": step.en,
        "titles": [case.papers[p].title for p in pending.papers], "ready": bool(pending.bound), "bound": pending.bound,
        "folder": str(desk.office.outbox / draft_unit_folder(pack, case)),
    }  # fmt: skip


def _drawn(case: Case) -> Pending:
    """What waits, once it can be read. Raises RefusedError."""
    if case.pending is None:
        raise RefusedError(f"案件 {case.no} 没有等待签发的文稿", f"nothing of case {case.no} waits for sign-off")
    if not case.pending.bound:
        raise RefusedError(f"案件 {case.no} 的文稿还没有做好，请稍后再签（hongtou jobs 可看进度）", f"the drafts of case {case.no} are not drawn yet; see `hongtou jobs`")
    return case.pending


def _officer(office: Office, jurisdiction: str, name: str) -> Person:
    found = next((p for p in office.people if (p.jurisdiction, p.role) == (jurisdiction, ROLE) and name in (p.name, p.folder)), None)
    if found is None:
        raise NotFoundError(f"“{jurisdiction}”没有名叫“{name}”的签发人；用 hongtou person list 查看", f"{jurisdiction} has no signing officer {name!r}; see `hongtou person list`")
    return found


def _sheet(desk: Desk, case: Case, pending: Pending, said: dict[str, Any], key: Path | None) -> tuple[bytes, str]:
    """The filled sheet: a Word form, or where certificates prove the officer a PDF form with the officer's signature."""
    pack = desk.pack_of(case)
    identity, values = sign_off_sheet(pack, case, pending)
    spec, values = pack.forms[identity.form], {**values, **said}
    if desk.office.settings.text("signing.policy") == "folder" and key is None:
        return build_docx(pack, spec, identity, values), ".docx"
    path, passphrase = _key(desk.office, str(said["officer"]), key)
    signer = load_signer(path, passphrase, demo_allowed=desk.office.demo)
    form = build_pdf(pack, spec, identity, values)
    return sign_form(form, signer, desk.clock(), desk.keys.timestamper, demo=desk.office.demo, reason=spec.title_zh), ".pdf"


def _key(office: Office, officer: str, key: Path | None) -> tuple[Path, str]:
    variable = office.settings.text("signing.passphrase_variable")
    if office.demo:
        return key or DemoPki(office.keys).officer_path(officer), os.environ.get(variable, DEMO_PASSPHRASE)
    if key is None:
        raise SigningError("本办公室凭证书签发：请用 --key 指明签发人的 .p12", "this office proves officers by certificate: name the officer's .p12 with --key")
    if variable not in os.environ:
        raise SigningError(f"环境变量 {variable} 没有密钥口令", f"the variable {variable} holds no passphrase")
    return key, os.environ[variable]
