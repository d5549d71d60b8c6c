"""One office on disk: its folders and settings, and the layouts that would lose or loop work, refused with the reason."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import LayoutError, SettingsError
from pipeline.settings import Settings, read_settings

ROLES: Mapping[str, str] = {
    "申报": "applicants",
    "评审": "experts",
    "办理": "officers",
    "签发": "signing officer",
    "预审": "dry run",
}
"""The folders below `inbox/<jurisdiction>/` and who drops there."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known to the office: a personal drop-and-answer folder below a role, and perhaps a certificate."""

    jurisdiction: str
    role: str
    folder: str
    name: str
    certificate: str = ""
    account: str = ""
    """The system account that owns the personal folder, where the share maps people to accounts."""
    since: str = ""
    until: str = ""

    def active(self, day: str) -> bool:
        """Whether this person acts on `day` (ISO date)."""
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Office:
    """Paths and settings of one office. Nothing here is made or changed by reading it."""

    root: Path
    settings: Settings
    people: tuple[Person, ...]

    def _folder(self, key: str) -> Path:
        return self._folder_of(f"folders.{key}")

    def _folder_of(self, key: str) -> Path:
        return (self.root / self.settings.text(key)).resolve()

    @property
    def inbox(self) -> Path:
        """Where people drop files."""
        return self._folder("inbox")

    @property
    def outbox(self) -> Path:
        """Where cases are shown."""
        return self._folder("outbox")

    @property
    def var(self) -> Path:
        """Database, originals, keys, logs."""
        return self._folder("var")

    @property
    def schemas(self) -> Path:
        """The packs."""
        return self._folder("schemas")

    @property
    def forms(self) -> Path:
        """Forms and templates."""
        return self._folder("forms")

    @property
    def spool(self) -> Path:
        """Where claimed drops lie until they are registered."""
        return self._folder("spool") if self.settings.text("folders.spool") else self.var / "spool"

    @property
    def store(self) -> Path:
        """The content store: original bytes under their hash."""
        return self.var / "store"

    @property
    def sealed(self) -> Path:
        """What stays sealed until it may be opened, encrypted, under the hash of its content."""
        return self.var / "sealed"

    @property
    def keys(self) -> Path:
        """Keys and certificates."""
        chosen = self.settings.text("signing.keys")
        return (self.root / chosen).resolve() if chosen else self.var / "keys"

    @property
    def second_place(self) -> Path:
        """Where copies of what is kept lie; meaningful only where `archive.second_place` names a folder."""
        return self._folder_of("archive.second_place")

    @property
    def database_url(self) -> str:
        """The database, as SQLAlchemy names it."""
        return self.settings.text("database.url") or f"sqlite:///{self.var / 'hongtou.db'}"

    @property
    def demo(self) -> bool:
        """Whether this office works with test keys and says so on every page."""
        return self.settings.text("office.mode") == "demo"

    def role_folder(self, jurisdiction: str, role: str) -> Path:
        """`inbox/<jurisdiction>/<role>`."""
        return self.inbox / jurisdiction / role

    def owns(self, jurisdiction: str, role: str, folder: str) -> bool:
        """Whether `folder` below a role's folder is a person's own drop folder."""
        return any((p.jurisdiction, p.role, p.folder) == (jurisdiction, role, folder) for p in self.people)

    def person(self, jurisdiction: str, role: str, folder: str) -> Person | None:
        """The person whose folder this is, or None."""
        for person in self.people:
            if (person.jurisdiction, person.role, person.folder) == (jurisdiction, role, folder):
                return person
        return None


def find_root(start: Path) -> Path:
    """The office `start` lies in: the nearest folder upwards that holds `office.toml`. Raises SettingsError."""
    for folder in (start, *start.parents):
        if (folder / "office.toml").is_file():
            return folder
    raise SettingsError(
        f"{start} 及其上级没有 office.toml；用 hongtou init 新建办公室，或用 --office 指明",
        f"no office.toml in {start} or above; make an office with `hongtou init`, or name one with --office",
    )


def load_office(root: Path, environment: Mapping[str, str] | None = None) -> Office:
    """Read an office's settings and people. Raises SettingsError naming file and key."""
    root = root.resolve()
    settings = read_settings(root / "office.toml", os.environ if environment is None else environment)
    return Office(root, settings, _people(root / "people.yaml"))


def _people(path: Path) -> tuple[Person, ...]:
    if not path.exists():
        return ()
    rows = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or []
    people = []
    for n, row in enumerate(rows, 1):
        try:
            people.append(Person(**{key: str(value) for key, value in row.items()}))
        except (TypeError, AttributeError) as fault:
            raise SettingsError(f"{path.name} 第{n}条有误：{fault}", f"{path.name} entry {n}: {fault}") from fault
    return tuple(people)


def people_yaml(people: tuple[Person, ...]) -> str:
    """The text of `people.yaml`."""
    rows: list[dict[str, Any]] = []
    for person in people:
        fields = ("jurisdiction", "role", "folder", "name", "certificate", "account", "since", "until")
        rows.append({name: getattr(person, name) for name in fields if getattr(person, name)})
    head = "# 办公室人员：个人投递文件夹与证书 / people of the office: personal drop folders and certificates\n"
    return head + yaml.safe_dump(rows, allow_unicode=True, sort_keys=False)


def check_layout(office: Office) -> None:
    """Refuse layouts in which work would be lost or loop. Raises LayoutError with the reason.

    Inbox, outbox, var and code must be apart; the spool must be on the inbox's filesystem (a claim is a rename) and on no share;
    keys may not lie in a shared folder. Raises SettingsError for settings that may not stand together.
    """
    _agree(office.settings)
    named = {"inbox": office.inbox, "outbox": office.outbox, "var": office.var, "schemas": office.schemas, "forms": office.forms}
    names = list(named)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            _apart(first, named[first], second, named[second])
    if office.settings.text("archive.second_place"):
        for name in ("inbox", "outbox", "var"):
            _apart("archive.second_place", office.second_place, name, named[name])
    for shared in ("inbox", "outbox"):
        _apart("spool", office.spool, shared, named[shared])
        if office.keys.is_relative_to(named[shared]):
            raise LayoutError(f"密钥 {office.keys} 放在共享文件夹 {shared} 之内，人人可取", f"the keys lie inside {shared}, where everyone can take them")
    _same_filesystem(office.inbox, office.spool)


def _agree(settings: Settings) -> None:
    """Settings that may not stand together."""
    production = settings.text("office.mode") == "production"
    if production and settings.text("signing.policy") == "folder":
        raise SettingsError(
            "office.toml [signing.policy]：正式办公室不能凭文件夹认定签发人，只能用 certificate（签发单上本人的电子签名）",
            "office.toml [signing.policy]: a production office proves its officer by certificate, not by folder",
        )


def _apart(first: str, a: Path, second: str, b: Path) -> None:
    if a == b or a.is_relative_to(b) or b.is_relative_to(a):
        raise LayoutError(
            f"{first}（{a}）与 {second}（{b}）重叠：程序会把自己写的文件当作投递。请在 office.toml [folders] 中分开",
            f"{first} ({a}) and {second} ({b}) overlap: hongtou would take its own output for drops; part them in office.toml [folders]",
        )


def _same_filesystem(inbox: Path, spool: Path) -> None:
    if _device(inbox) != _device(spool):
        raise LayoutError(
            f"暂存 {spool} 与 inbox {inbox} 不在同一文件系统，收件不能一步完成。请设 folders.spool 到 inbox 所在的盘上（inbox 之外）",
            f"spool {spool} and inbox {inbox} are on different filesystems, a claim would not be one step; set folders.spool",
        )


def _device(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
