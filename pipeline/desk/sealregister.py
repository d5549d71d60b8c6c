"""The register of seals of one office as a file: read anew when it changes, and made for a demo."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from asn1crypto import x509 as asn1_x509

from pipeline.clockwork import SHANGHAI
from pipeline.diskwork import write_whole
from pipeline.law.pack import Pack
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.pki import for_asn1, read_certificates
from pipeline.papers.sealbook import REGISTER, USES, Seal, Words, fingerprint, read_register

_HEAD = (
    "# 印章登记簿：每枚印章一条，停用的写 retired，不删除；改动自动记入日志\n"
    "# The register of seals: an entry each; retire them, do not delete; changes enter the journal\n"
)


class Register:
    """`seals.yaml` in the folder of keys."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / REGISTER
        self._lock = threading.Lock()
        self._stamp: tuple[str, int, int] | None = None
        self._seals: tuple[Seal, ...] = ()

    @property
    def stamp(self) -> tuple[str, int, int]:
        """Which state of which file this is."""
        found = self._path.stat() if self._path.is_file() else None
        return str(self._path), found.st_mtime_ns if found else 0, found.st_size if found else 0

    @property
    def seals(self) -> tuple[Seal, ...]:
        """All entries, read again when the file has changed, so that a mended register works at once. Raises SettingsError."""
        with self._lock:
            stamp = self.stamp
            if stamp != self._stamp:
                self._seals = read_register(self._path)
                self._stamp = stamp
            return self._seals

    def make_demo(self, packs: Mapping[str, Pack], today: str) -> None:
        """Enter the demo seals that are not on it; one whose certificate was exchanged is retired and followed by another."""
        kept, pki = self.seals, DemoPki(self._path.parent)
        changed = [seal for j in packs for use in USES if use in packs[j].seals for seal in _entered(kept, j, use, packs[j], pki, today)]
        if changed:
            by_id = {seal.id: seal for seal in (*kept, *changed)}
            write_whole(self._path, register_yaml(tuple(by_id.values())).encode(), mode=0o600)


def _entered(kept: tuple[Seal, ...], jurisdiction: str, use: str, pack: Pack, pki: DemoPki, today: str) -> Iterator[Seal]:
    """What is to be entered for one demo seal: nothing when its certificate is on the register already."""
    published = pki.published / f"{pki.seal_path(jurisdiction, use).stem}.crt"
    certificate = for_asn1(read_certificates(published)[0])
    mine = [seal for seal in kept if (seal.jurisdiction, seal.use) == (jurisdiction, use)]
    if mine and (not mine[-1].sha256 or mine[-1].sha256 == fingerprint(certificate)):
        return
    if mine:
        last = mine[-1].plain() | {"retired_on": mine[-1].retired_on or today, "retired_why": mine[-1].retired_why or "换发测试证书"}
        yield Seal.of_plain(last)
    first = demo_seal(jurisdiction, use, pack)
    yield _certified(first, certificate, f"{first.id}-{len(mine) + 1}" if mine else first.id, today if mine else "")


def _certified(seal: Seal, certificate: asn1_x509.Certificate, number: str, since: str) -> Seal:
    begins, ends = (moment.astimezone(SHANGHAI).date().isoformat() for moment in (certificate.not_valid_before, certificate.not_valid_after))
    return Seal(
        id=number, jurisdiction=seal.jurisdiction, use=seal.use, zh=seal.zh, owner=seal.owner, face=seal.face, since=since or begins, until=ends,
        subject=str(certificate.subject.native.get("common_name") or ""), serial=f"{certificate.serial_number:x}", sha256=fingerprint(certificate), key=seal.key,
    )  # fmt: skip


def demo_seal(jurisdiction: str, use: str, pack: Pack) -> Seal:
    """The seal of a demo as the pack describes it, without a certificate."""
    said = pack.seals[use]
    face = {name: said[name] for name in ("text", "centre_text", "code", "diameter_mm", "provincial_government") if said.get(name)}
    name = f"{jurisdiction}-{use}"
    return Seal(
        id=name, jurisdiction=jurisdiction, use=use, zh=str(said.get("zh") or USES[use][0]), owner=str(pack.authority["name"]), face=face,
        key={"file": DemoPki(Path()).seal_path(jurisdiction, use).name},
    )  # fmt: skip


def register_yaml(seals: tuple[Seal, ...]) -> str:
    """The register's text."""
    said: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for seal in seals:
        said.setdefault(seal.jurisdiction, {}).setdefault(seal.use, []).append(_row(seal))
    return _HEAD + yaml.safe_dump(said, allow_unicode=True, sort_keys=False)


def _row(seal: Seal) -> dict[str, Any]:
    certificate = {"subject": seal.subject, "serial": seal.serial, "sha256": seal.sha256}
    row: dict[str, Any] = {"id": seal.id, "zh": seal.zh, "owner": seal.owner, **seal.face, "from": seal.since, "until": seal.until}
    row |= {"certificate": {name: value for name, value in certificate.items() if value}, "users": list(seal.users), "key": dict(seal.key)}
    row["retired"] = {"on": seal.retired_on, "reason": seal.retired_why} if seal.retired_on else None
    return {name: value for name, value in row.items() if value not in ("", None, [], {})}


def told(seal: Seal, fault: Words) -> Words:
    """A refusal: which seal, which rule, what to do."""
    return (
        f"{seal.name}不能使用：{fault[0]}（印章登记簿）。请管理员换发印章，或更正登记簿 {REGISTER}，然后重新办理；文书等着，不会丢失，也不会废号",
        f"seal {seal.id} may not be used: {fault[1]} (register of seals). Have it renewed or mend {REGISTER}, then try again; the document waits, nothing is lost",
    )
