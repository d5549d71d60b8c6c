"""What can be said of a signed file: the answer, its reasons, and the one plain sentence that tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.clockwork import SHANGHAI
from pipeline.papers.marks import chinese_date


class Answer(StrEnum):
    """What can be said of a file: valid, not valid, or it cannot be told."""

    VALID = "valid"
    INVALID = "invalid"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a signature, or the file, is not simply valid."""

    zh: str
    en: str
    answer: Answer = Answer.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """One signature: whose, when (as claimed, and as timestamped), whether it covers the file to its end, and why not."""

    field: str
    who: str = ""
    claimed: datetime | None = None
    timestamp: datetime | None = None
    whole_file: bool = False
    pages: int = 0
    """How many pages the document had when it was signed: the signature covers all of them."""
    demo: bool = False
    certificate: str = ""
    """SHA-256 of the signer's certificate (DER)."""
    speaks_for: frozenset[str] = frozenset()
    """The names the certificate is made out to, as the register of seals writes them (sealbook.plain_name)."""
    sm2: bool = False
    """Made with SM2, the national algorithm of GB/T 32918."""
    place: str = ""
    """What the document calls the field, such as whose place to sign it is."""
    seal: tuple[str, str] = ("", "")
    """Which seal of the office's register it is, and whether that was in force when it signed; Chinese and English."""
    reasons: tuple[Reason, ...] = ()

    @property
    def answer(self) -> Answer:
        """The worst of the reasons."""
        return worst(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict on a file. `added_after` names what came after the first signature; `not_run` what was not checked."""

    verdict: Answer
    zh: str
    en: str
    signatures: tuple[SignatureReport, ...] = ()
    added_after: tuple[str, ...] = ()
    not_run: tuple[Reason, ...] = ()
    until: datetime | None = None
    """Until when this can be told from the file alone: the end of the certificates it now rests on."""

    @property
    def ok(self) -> bool:
        """Valid, without doubt."""
        return self.verdict is Answer.VALID


def worst(reasons: Iterable[Reason]) -> Answer:
    """The gravest answer among `reasons`; valid when there are none."""
    answers = {reason.answer for reason in reasons}
    return next((each for each in (Answer.INVALID, Answer.CANNOT_TELL) if each in answers), Answer.VALID)


def conclude(
    reports: tuple[SignatureReport, ...], whole: tuple[Reason, ...], added: tuple[str, ...], not_run: tuple[Reason, ...]
) -> Verification:
    """The verdict on a file from its signatures' `reports` and the reasons that touch the `whole` of it."""
    reasons = (*whole, *(reason for report in reports for reason in report.reasons))
    verdict = worst(reasons)
    because = [reason for reason in reasons if reason.answer is verdict]
    if verdict is Answer.VALID:
        zh, en = _valid_sentence(reports)
    else:
        lead = {Answer.INVALID: ("无效", "Not valid"), Answer.CANNOT_TELL: ("无法判断", "Cannot tell")}[verdict]
        zh = f"{lead[0]}：{'；'.join(dict.fromkeys(reason.zh for reason in because))}。"
        en = f"{lead[1]}: {'; '.join(dict.fromkeys(reason.en for reason in because))}."
        zh, en = zh + _national(reports)[0], en + _national(reports)[1]
    return Verification(verdict=verdict, zh=zh, en=en, signatures=reports, added_after=added, not_run=not_run)


def _national(reports: tuple[SignatureReport, ...]) -> tuple[str, str]:
    """Whose signatures are of SM2, said after a verdict that is not simply valid."""
    who = [report.who for report in reports if report.sm2]
    return (f"（{'、'.join(who)}的签名为国密 SM2）", f" (SM2, the Chinese national algorithm: {', '.join(who)})") if who else ("", "")


def _valid_sentence(reports: tuple[SignatureReport, ...]) -> tuple[str, str]:
    zh, en = [], []
    for report in reports:
        moment = report.timestamp or report.claimed
        day = moment.astimezone(SHANGHAI).date() if moment is not None else None
        zh.append(f"“{report.who}”" + (f"于{chinese_date(day)}" if day else "") + ("用国密 SM2 " if report.sm2 else "") + "签名")
        en.append(f"signed by {report.who}" + (f" on {day.isoformat()}" if day else "") + (" with SM2 (the Chinese national algorithm)" if report.sm2 else ""))
    demo = any(report.demo for report in reports)
    tail = ("（测试证书，无法律效力）", " (demo certificate, without legal effect)") if demo else ("", "")
    return f"有效：由{'，'.join(zh)}，签名后未被改动{tail[0]}。", f"Valid: {'; '.join(en)}; not changed since{tail[1]}."
