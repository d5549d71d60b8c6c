"""The packs of an office: the ones in force, and the editions under which its cases were opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pipeline.cases.case import Case
from pipeline.errors import NotFoundError, PackError, SettingsError
from pipeline.law.calendar import Year, load_calendar
from pipeline.law.edition import COMMON, keep_edition
from pipeline.law.pack import Pack, all_packs, jurisdictions, load_pack
from pipeline.office import Office

_TRIES = 3
_DIGEST = re.compile(r"[0-9a-f]{6,64}")
_FONDS = re.compile(r"(?:(?P<pack>[a-z][a-z0-9_]*)=)?(?P<number>[A-Z0-9]{2,8})")
FONDS = "archive.fonds"


def pack_named(office: Office, word: str) -> Pack:
    """A pack by name, by its folder, or an edition that was kept, by (the beginning of) its digest. Raises NotFoundError, PackError."""
    path = Path(word)
    if (path / "pack.yaml").is_file():
        return load_pack(path.resolve().parent, path.resolve().name)
    if word in all_packs(office.schemas):
        return load_pack(office.schemas, word)
    kept = sorted((office.var / "packs").glob(f"{word}*")) if _DIGEST.fullmatch(word) else []
    if len(kept) == 1:
        (name,) = all_packs(kept[0])
        return replace(load_pack(kept[0], name), calendar=load_calendar(office.schemas / COMMON / "calendar"))
    why = ("对应不止一个版本", "fits several editions") if kept else ("既不是规则包名称，也不是规则包文件夹或者保存过的版本", "is no pack, no folder of one and no kept edition")
    names = "、".join(all_packs(office.schemas))
    raise NotFoundError(f"“{word}”{why[0]}；现有规则包：{names}", f"{word!r} {why[1]}; there are {names}")


def fonds_of(office: Office) -> Mapping[str, str]:
    """The fonds number each pack's cases are filed under, by pack; under '' the one for all others. Raises SettingsError."""
    found: dict[str, str] = {}
    for word in office.settings.texts(FONDS):
        said = _FONDS.fullmatch(word.strip())
        if said is None:
            raise SettingsError(f"设置 {FONDS}：“{word}”不是全宗号（大写字母和数字，2至8位），也不是 规则包=全宗号", f"{FONDS}: {word!r} is neither a fonds number (2 to 8 capitals and digits) nor pack=number")
        found[said["pack"] or ""] = said["number"]
    return found


class Editions:
    """Packs in force (`current`), each kept in `var/packs/<digest>` from the moment it is used."""

    def __init__(self, office: Office) -> None:
        self._shelf = office.var / "packs"
        self._fonds = fonds_of(office)
        chosen = office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas)
        self.current = {name: self._kept(office, name) for name in chosen if name}
        self._shipped = {name: pack.calendar for name, pack in self.current.items()}
        self._tables: dict[int, Year] = {}
        self._older: dict[str, Pack] = {}

    def use_tables(self, tables: Mapping[int, Year]) -> bool:
        """Lay the holiday tables the office entered over those of the packs; True when that changed anything."""
        if dict(tables) == self._tables:
            return False
        self._tables = dict(tables)
        self.current = {name: replace(pack, calendar=self._shipped[name].with_tables(tables)) for name, pack in self.current.items()}
        self._older = {digest: replace(pack, calendar=self.current[pack.jurisdiction].calendar) for digest, pack in self._older.items()}
        return True

    def _kept(self, office: Office, name: str) -> Pack:
        for _ in range(_TRIES):
            pack = load_pack(office.schemas, name)
            if keep_edition(office.schemas, name, pack.digest, self._shelf):
                return self._with_own(pack)
        raise PackError(f"规则包 {name} 正在被改动，请改完再启动", f"pack {name} is being changed; start again when that is done")

    def _with_own(self, pack: Pack) -> Pack:
        """The pack with what is the office's own to say: the fonds number, which the archive gives to each."""
        number = self._fonds.get(pack.jurisdiction) or self._fonds.get("")
        if not number or FONDS not in pack.parameters:
            return pack
        return replace(pack, parameters=MappingProxyType({**pack.parameters, FONDS: {**pack.parameters[FONDS], "value": number}}))

    def of_case(self, case: Case) -> Pack | None:
        """The edition a case was opened under, with today's holiday tables; the one in force where the record names none."""
        now = self.current.get(case.jurisdiction)
        if now is None or case.pack_digest in ("", now.digest):
            return now
        if case.pack_digest not in self._older:
            self._older[case.pack_digest] = self._read(case, now)
        return self._older[case.pack_digest]

    def _read(self, case: Case, now: Pack) -> Pack:
        folder = self._shelf / case.pack_digest
        if not folder.is_dir():
            raise PackError(
                f"案件 {case.no} 按规则包 {case.pack_version} 立案，该版本应当在 {folder}，现在没有；请从备份恢复 var/packs",
                f"case {case.no} was opened under an edition that should lie in {folder}; restore var/packs from the backup",
            )
        pack = replace(load_pack(folder, case.jurisdiction), calendar=now.calendar)
        if pack.digest != case.pack_digest:
            raise PackError(f"{folder} 中的规则包被改动过，与案件 {case.no} 立案时不同；请从备份恢复", f"the edition in {folder} was changed; restore it from the backup")
        return self._with_own(pack)
