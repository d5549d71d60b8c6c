"""The packs of an office: the ones in force, and the editions under which its cases were opened."""

from __future__ import annotations

from dataclasses import replace

from pipeline.cases.case import Case
from pipeline.errors import PackError
from pipeline.law.edition import keep_edition
from pipeline.law.pack import Pack, jurisdictions, load_pack
from pipeline.office import Office

_TRIES = 3


class Editions:
    """Packs in force (`current`), each kept in `var/packs/<digest>` from the moment it is used."""

    def __init__(self, office: Office) -> None:
        self._shelf = office.var / "packs"
        chosen = office.settings.texts("office.jurisdictions") or jurisdictions(office.schemas)
        self.current = {name: self._kept(office, name) for name in chosen if name}
        self._older: dict[str, Pack] = {}

    def _kept(self, office: Office, name: str) -> Pack:
        for _ in range(_TRIES):
            pack = load_pack(office.schemas, name)
            if keep_edition(office.schemas, name, pack.digest, self._shelf):
                return pack
        raise PackError(f"规则包 {name} 正在被改动，请改完再启动", f"pack {name} is being changed; start again when that is done")

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
        return pack
