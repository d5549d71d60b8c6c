"""Signatures on what is filed: judged when it is read, told in the receipt, kept with the filing, asked for where the pack does.

Whose a certificate is: whoever it is made out to, by name or code; or, where `keys/trusted/pins.yaml` says so, only those
named there for a code or name. Roots of applicants' authorities lie in `keys/trusted/`. Word files are not judged (ADR 35).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.cases.decision import Answer, Outcome
from pipeline.clockwork import SHANGHAI
from pipeline.desk.service import Desk
from pipeline.desk.whose import SIGN_OFF
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import Drop, Finding, Severity, Submission
from pipeline.papers.pins import Pins, speaks_for
from pipeline.papers.verdict import Answer as Told
from pipeline.papers.verdict import SignatureReport
from pipeline.papers.verify import verify_pdf

Row = Mapping[str, Any]
_WORDS = {Told.VALID: "有效", Told.INVALID: "无效", Told.CANNOT_TELL: "无法判断"}
_HOW = (
    "请下载空白表格里的 PDF 表，填好后用{who}的证书签名，再投递（Word 表不能验签）",
    "fill in the PDF form, sign it with the certificate of {who} and file that; Word files cannot be judged",
)


def judged_file(desk: Desk, name: str, data: bytes) -> Row | None:
    """What is to be said of the signatures of one file; None for one that carries none."""
    if not data.startswith(b"%PDF-") or b"/ByteRange" not in data:
        return None
    told = verify_pdf(data, desk.keys.wide_trust, desk.clock())
    return {
        "file": name, "answer": str(told.verdict), "zh": told.zh, "en": told.en, "not_run": [note.zh for note in told.not_run],
        "signatures": [_plain(report) for report in told.signatures],
    }  # fmt: skip


def _plain(report: SignatureReport) -> dict[str, Any]:
    moment = report.timestamp or report.claimed
    return {
        "who": report.who, "at": moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else "", "timestamped": report.timestamp is not None,
        "pages": report.pages, "answer": str(report.answer), "certificate": report.certificate, "names": sorted(report.speaks_for),
    }  # fmt: skip


def tampered(drop: Drop, submission: Submission) -> Answer | None:
    """The answer to a form that is no longer what was signed; nothing is opened for it. Sign-off sheets are judged by `proof`."""
    if drop.role == SIGN_OFF:
        return None
    forms = {form.source for form in (submission.main, *submission.enclosed) if form}
    bad = tuple(row for row in submission.signatures if row["answer"] == Told.INVALID and row["file"] in forms)
    if not bad:
        return None
    findings = tuple(
        Finding(
            rule="SIGNATURE", severity=Severity.ERROR, zh=f"“{row['file']}”的电子签名{row['zh']}", en=f"{row['file']}: {row['en']}", place=str(row["file"]), label="电子签名",
            repair_zh="请由签名人重新签名，签名之后不再改动文件", repair_en="have it signed anew and leave the file as it is afterwards",
        )
        for row in bad
    )  # fmt: skip
    return Answer(Outcome.REFUSED, "表上的电子签名无效，未登记。", "A form carries a signature that is not valid; nothing was registered.", findings=findings)


def signature_findings(pack: Pack, spec: FormSpec, data: Mapping[str, Any], submission: Submission, pins: Callable[[], Pins]) -> tuple[Finding, ...]:
    """What the receipt says of each signed file, and each signature that the form asks for and that is not there.

    `pins` are read only where a form asks.
    """
    return (*(_told(row) for row in submission.signatures), *_missing(pack, spec, data, submission, pins))


def _told(row: Row) -> Finding:
    """One signed file: who signed, when, how it stands, which pages it covers."""
    lines = [
        f"{s['who']}，{s['at'][:16].replace('T', ' ')}（{'时间戳证明' if s['timestamped'] else '签名人自述'}），{_WORDS[Told(s['answer'])]}" + (f"，覆盖第1—{s['pages']}页" if s["pages"] else "")
        for s in row["signatures"]
    ]  # fmt: skip
    severity = Severity.INFO if row["answer"] == Told.VALID else Severity.WARNING
    zh = f"“{row['file']}”的电子签名{row['zh']}" + "".join(f"【{line}】" for line in lines)
    notes = "；".join(row["not_run"])
    return Finding(
        rule="SIGNATURE", severity=severity, zh=zh + (f"没有检查：{notes}" if notes else ""), en=f"{row['file']}: {row['en']}", place=str(row["file"]), label="电子签名",
        repair_zh="" if severity is Severity.INFO else "请承办人核对；签名证书所属机构的根证书可放入 keys/trusted", repair_en="" if severity is Severity.INFO else "an officer looks at it; its root may be put into keys/trusted",
    )  # fmt: skip


def _missing(pack: Pack, spec: FormSpec, data: Mapping[str, Any], submission: Submission, pins: Callable[[], Pins]) -> Iterator[Finding]:
    rows = {str(row["file"]): row for row in submission.signatures}
    for wanted in spec.notes.get("signed_by") or ():
        path = str(wanted.get("party") or wanted.get("person"))
        who = _at(data, path)
        said = _at(data, str(wanted["code"])) if wanted.get("code") else None
        name, code = (str(who.get("name") or ""), str(said or who.get("uscc") or "")) if isinstance(who, Mapping) else (str(who or ""), str(said or ""))
        file = str(_at(data, str(wanted["on"])) or "") if wanted.get("on") else submission.main.source if submission.main else ""
        row = next((row for found, row in rows.items() if file and found.rsplit("/", 1)[-1] == file.rsplit("/", 1)[-1]), None)
        if name and (why := _lack(wanted, row, name, code, pins())):
            yield _finding(pack, wanted, path, name, file, why)


def _lack(wanted: Row, row: Row | None, name: str, code: str, pins: Pins) -> str:
    """Why a signature that is asked for does not count; empty when it does."""
    if row is None:
        return "没有电子签名"
    if row["answer"] != Told.VALID:
        return f"电子签名{row['zh']}"
    mine = [s for s in row["signatures"] if speaks_for(s["names"], s["certificate"], name, code, pins)]
    if not mine:
        return f"签名人是{'、'.join(s['who'] for s in row['signatures'])}，不是{name}"
    if wanted.get("level") == "timestamped" and not any(s["timestamped"] for s in mine):
        return "签名没有可信的时间戳"
    return ""


def _finding(pack: Pack, wanted: Row, path: str, name: str, file: str, why: str) -> Finding:
    title = str(wanted["zh"])
    place = f"“{file}”" if file else "本表"
    ground = pack.cite_text(wanted["cite"]) if wanted.get("cite") else ""
    return Finding(
        rule="SIGNED", severity=Severity.ERROR, path=str(wanted.get("on") or path), label=title, value=name, place=file, cite=ground,
        zh=f"{place}应有{title}（{name}）的电子签名：{why}", en=f"{file or 'the form'} must be signed by {name}",
        repair_zh=_HOW[0].format(who=name), repair_en=_HOW[1].format(who=name),
    )  # fmt: skip


def _at(data: Mapping[str, Any], path: str) -> Any:
    found: Any = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
