"""The register of seals: whose each is, how it looks, its certificate and key, from when to when, and who may use it. Pure.

国发〔1999〕25号 and the rules of seal keeping made from it: a seal is made for one unit, used by whom it is entrusted to,
handed in when it is replaced. An electronic seal has its certificate besides (GM/T 0031, GB/T 38540: name, code, period,
picture and certificate of the owner belong together). An entry is never taken out, it is retired with day and reason.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509

from pipeline.clockwork import SHANGHAI
from pipeline.errors import PackError, SettingsError
from pipeline.law.yamlread import read_mapping
from pipeline.papers.pki import demo_certificate

REGISTER = "seals.yaml"
"""The register's file in the folder of keys."""
USES = {"official": ("公章", "official seal"), "receipt": ("收文章", "receipt seal")}
_DEMO_WORD = "测试"
_KNOWN = frozenset(
    {"id", "kind", "zh", "owner", "text", "centre_text", "code", "diameter_mm", "provincial_government", "from", "until", "certificate", "users", "key", "retired", "picture"}
)
_USE_AT_END = re.compile(r"\((?:电子)?(?:公章|印章|收文|收文章|收文专用章?)\)$")
Words = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One entry of the register. Days are ISO dates, '' where none is set."""

    id: str
    jurisdiction: str
    use: str
    zh: str
    owner: str
    face: Mapping[str, Any]
    """How it is cut: `text`, `centre_text`, `code`, `diameter_mm`, `provincial_government`; `picture`: {file, sha256} of its print, scanned."""
    since: str = ""
    until: str = ""
    subject: str = ""
    serial: str = ""
    sha256: str = ""
    """The certificate's fingerprint: SHA-256 of its DER, lower case."""
    users: tuple[str, ...] = ()
    """Names of who may use it; empty: whoever may sign off."""
    key: Mapping[str, Any] = field(default_factory=dict)
    """Where the key is: `{file: x.p12}` beside the register, or a device."""
    retired_on: str = ""
    retired_why: str = ""

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.zh}“{self.owner}”（{self.id}）"

    def in_use(self, day: str) -> bool:
        """Whether the register lets it be used on `day`."""
        return fault_on(self, day) is None

    def plain(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {
            "id": self.id, "jurisdiction": self.jurisdiction, "use": self.use, "zh": self.zh, "owner": self.owner, "face": dict(self.face),
            "since": self.since, "until": self.until, "subject": self.subject, "serial": self.serial, "fingerprint": self.sha256,
            "users": list(self.users), "retired_on": self.retired_on, "retired_why": self.retired_why,
        }  # fmt: skip

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Seal:
        """From what the journal keeps (the key's place is not kept there)."""
        kept = dict(plain)
        return cls(sha256=kept.pop("fingerprint"), **{**kept, "users": tuple(kept["users"])})


def read_register(path: Path) -> tuple[Seal, ...]:
    """The register: a mapping jurisdiction → use → entry, or a list of entries. Empty when there is no file.

    Raises SettingsError naming file, entry and key.
    """
    if not path.is_file():
        return ()
    try:
        said = read_mapping(path)
    except PackError as fault:
        raise SettingsError(fault.zh, fault.en) from fault
    seals = tuple(seal for jurisdiction, uses in said.items() for seal in _of_jurisdiction(path, str(jurisdiction), uses))
    twice = {seal.id for seal in seals if sum(other.id == seal.id for other in seals) > 1}
    if twice:
        raise _fault(path, "、".join(sorted(twice)), "编号重复", "its id stands twice")
    return seals


def _of_jurisdiction(path: Path, jurisdiction: str, uses: Any) -> Iterator[Seal]:
    if not isinstance(uses, Mapping):
        raise _fault(path, jurisdiction, "下面应是用途（official、receipt）", "uses (official, receipt) are wanted below it")
    for use, said in uses.items():
        rows = said if isinstance(said, list) else [said]
        for place, row in enumerate(rows, 1):
            where = f"{jurisdiction}.{use}" + (f" 第{place}条" if len(rows) > 1 else "")
            if not isinstance(row, Mapping):
                raise _fault(path, where, "应是键值表", "a mapping is wanted")
            yield _seal(path, where, jurisdiction, str(use), place, row)


def _seal(path: Path, where: str, jurisdiction: str, use: str, place: int, row: Mapping[str, Any]) -> Seal:
    if unknown := sorted(set(map(str, row)) - _KNOWN):
        raise _fault(path, where, f"没有名为 {'、'.join(unknown)} 的项", f"unknown key {', '.join(unknown)}")
    if not row.get("text"):
        raise _fault(path, where, "没有写 text（印面文字）", "text (the words on the face) is missing")
    certificate, retired, key, picture = (_part(path, where, row, name) for name in ("certificate", "retired", "key", "picture"))
    if picture and (set(picture) - {"file", "sha256"} or Path(str(picture.get("file") or "/")).name != picture.get("file")):
        raise _fault(path, where, "picture 应写明 file（登记簿旁边的 PNG 文件名）和 sha256", "picture needs `file` (a PNG beside the register) and `sha256`")
    if retired and not (retired.get("on") and retired.get("reason")):
        raise _fault(path, where, "retired 要写明 on（停用日期）和 reason（原因）", "retired needs `on` and `reason`")
    first = f"{jurisdiction}-{use}"
    face = {name: row[name] for name in ("text", "centre_text", "code", "diameter_mm", "provincial_government") if row.get(name) not in (None, "")}
    if picture:
        face["picture"] = {name: str(value) for name, value in picture.items()}
    return Seal(
        id=str(row.get("id") or (first if place == 1 else f"{first}-{place}")), jurisdiction=jurisdiction, use=use,
        zh=str(row.get("zh") or USES.get(use, (use, use))[0]), owner=str(row.get("owner") or row["text"]), face=face,
        since=_day(path, where, row.get("from")), until=_day(path, where, row.get("until")), subject=str(certificate.get("subject") or ""),
        serial=str(certificate.get("serial") or ""), sha256=re.sub(r"[\s:]", "", str(certificate.get("sha256") or "")).lower(),
        users=tuple(str(one) for one in row.get("users") or ()), key=key or {"file": f"seal-{first}.p12"},
        retired_on=_day(path, where, retired.get("on")), retired_why=str(retired.get("reason") or ""),
    )  # fmt: skip


def _part(path: Path, where: str, row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name) or {}
    if not isinstance(part, Mapping):
        raise _fault(path, where, f"{name} 应是键值表", f"{name} must be a mapping")
    return part


def _day(path: Path, where: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as fault:
        raise _fault(path, where, f"日期“{value}”不对，请写成 2026-01-01", f"{value!r} is no date; write 2026-01-01") from fault


def _fault(path: Path, where: str, zh: str, en: str) -> SettingsError:
    return SettingsError(f"印章登记簿 {path} 的 {where}：{zh}", f"register of seals {path}, {where}: {en}")


def choose(seals: Iterable[Seal], jurisdiction: str, use: str, day: str) -> Seal | None:
    """The seal of this use: the first that may be used on `day`; when none may, the one entered last, so that the reason can be told."""
    mine = [seal for seal in seals if (seal.jurisdiction, seal.use) == (jurisdiction, use)]
    return next((seal for seal in mine if seal.in_use(day)), mine[-1] if mine else None)


def fault_on(seal: Seal, day: str) -> Words | None:
    """Why the register forbids its use on `day`: retired, not yet valid, expired."""
    if seal.retired_on and seal.retired_on <= day:
        return f"已于 {seal.retired_on} 停用（{seal.retired_why}）", f"retired on {seal.retired_on} ({seal.retired_why})"
    if seal.since and day < seal.since:
        return f"自 {seal.since} 起才能使用", f"not in use before {seal.since}"
    if seal.until and day > seal.until:
        return f"有效期至 {seal.until}，已经过期", f"expired on {seal.until}"
    return None


def fault_of_certificate(seal: Seal, certificate: asn1_x509.Certificate, authority: str, now: datetime) -> Words | None:
    """Why this certificate may not stand behind the seal of `authority` at `now`: foreign, exchanged, out of its time."""
    if plain_name(seal.owner) != plain_name(authority):
        return f"登记的所有人是“{seal.owner}”，不是本机关“{authority}”", f"it belongs to {seal.owner}, not to {authority}"
    if plain_name(seal.owner) not in holders(certificate):
        held = certificate.subject.human_friendly
        return f"密钥的证书是“{held}”的，不是“{seal.owner}”的", f"its key's certificate is of {held}, not of {seal.owner}"
    found = fingerprint(certificate)
    if seal.sha256 and found != seal.sha256:
        return (
            f"密钥的证书（指纹 {found[:16]}…）与登记的（{seal.sha256[:16]}…）不是同一张",
            f"its key's certificate ({found[:16]}…) is not the one on the register ({seal.sha256[:16]}…)",
        )
    since, until = certificate.not_valid_before, certificate.not_valid_after
    if not since <= now <= until:
        told = f"{since.astimezone(SHANGHAI):%Y-%m-%d} 至 {until.astimezone(SHANGHAI):%Y-%m-%d}"
        return f"证书有效期为 {told}", f"its certificate is in force {told.replace(' 至 ', ' to ')}"
    return None


def fault_of_user(seal: Seal, who: str, officer: str = "") -> Words | None:
    """Why `who` may not have it used; a deputy's right is that of the `officer` in whose stead they sign."""
    holder = officer or who
    if not seal.users or holder in seal.users:
        return None
    whose = f"{who}（代 {officer}）" if officer else who
    return f"登记的使用人是{'、'.join(seal.users)}，{whose}无权使用", f"it may be used by {', '.join(seal.users)}, not by {whose}"


def fingerprint(certificate: asn1_x509.Certificate) -> str:
    """SHA-256 of the certificate's DER, as the register writes it."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def holders(certificate: asn1_x509.Certificate) -> frozenset[str]:
    """The names and codes a certificate speaks for: organisation, unit, common name, code, as `plain_name` writes them.

    A certificate made for trying things out carries 测试 before the name it stands for.
    """
    native = certificate.subject.native
    named = (native.get(part) for part in ("organization_name", "organizational_unit_name", "common_name", "serial_number"))
    found = {plain_name(str(one)) for part in named if part for one in (part if isinstance(part, list) else [part])}
    if code := native.get("organization_identifier"):  # EN 319 412-1: kind and country, a hyphen, the code
        found.add(plain_name(str(code).rsplit("-", 1)[-1]))
    return frozenset(found | {name.removeprefix(_DEMO_WORD) for name in found} if demo_certificate(certificate.dump()) else found)


def plain_name(name: str) -> str:
    """A unit's name without spaces, width, and the use of a seal in brackets at its end."""
    return _USE_AT_END.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", name)))


def ends_on(seal: Seal, certificate: asn1_x509.Certificate | None) -> str:
    """The last day it can be used: the register's or the certificate's, whichever comes first; '' when neither is known."""
    ends = [seal.until, certificate.not_valid_after.astimezone(SHANGHAI).date().isoformat() if certificate else ""]
    return min((end for end in ends if end), default="")
