"""An office as one file, and back: everything, the journal included; verified whole before a byte is written.

The database is copied as of one moment and first, the stores after it: what it names is already there, and what comes
later is only more. A backup holds keys unless told otherwise, so it is readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.cases import journal, registers
from pipeline.desk.service import Desk
from pipeline.diskwork import TEMPORARY_SUFFIX, clear_abandoned, sha256_of, write_whole, writing_whole
from pipeline.errors import RefusedError, StoreError
from pipeline.office import Office, load_office
from pipeline.scratch import Scratch
from pipeline.settings import SETTINGS, Settings, read_settings

FORMAT = 1
"""Grows when what a backup holds changes its meaning; older ones are read for ever, newer ones refused."""
_PASSING = frozenset({"libreoffice", "verapdf"})
_LIST = "backup.json"
_ELSEWHERE = frozenset({"signing.keys", "database.url", "journal.second_place"})
"""Settings beside the folders that may name a place outside the office."""
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself: when, of which office, how far its journal goes, and its files by logical path."""

    made_at: str
    office: str
    hongtou: str
    entries: int
    head: str
    keys: bool
    files: Mapping[str, Mapping[str, Any]]
    folders: Mapping[str, int]


def places(office: Office) -> dict[str, Path]:
    """The parts of an office, each by a name of its own, wherever its settings put them."""
    return {
        "inbox": office.inbox, "outbox": office.outbox, "var": office.var, "schemas": office.schemas, "forms": office.forms,
        "keys": office.keys, "spool": office.spool,
    }  # fmt: skip


def back_up(desk: Desk, target: Path, *, keys: bool = True, step: Step = lambda: None) -> Backup:
    """Write everything of an office into `target` (a ZIP), durably and at once. A watch may be running.

    Raises RefusedError for an office on PostgreSQL (its own tools copy that), or when `target` exists or lies within the office.
    """
    file = desk.database.url.database
    if desk.database.dialect.name != "sqlite" or file is None:
        raise RefusedError("数据库是 PostgreSQL：请用 pg_dump 备份数据库，再备份 var 与共享文件夹", "the database is PostgreSQL: copy it with pg_dump, then var and the shares")
    if target.exists() or any(target.resolve().is_relative_to(place) for place in places(desk.office).values()):
        raise RefusedError(f"{target} 已存在，或在办公室的文件夹之内；请换一个位置", f"{target} exists or lies within the office; choose another place")
    held = keys_of(desk.office)
    clear_abandoned(target.parent)  # a backup that was cut off holds keys
    with writing_whole(target, mode=0o600) as stream:
        made = _write(desk, stream, keys, step)
    if keys:
        with desk.database.begin() as connection:
            registers.set_mark(connection, KEYS_SAVED, f"{made.made_at} {held}")
    return made


KEYS_SAVED = "keys saved"
"""The mark of the last backup with keys: when, and a digest of the keys it holds."""


def keys_of(office: Office) -> str:
    """One digest over the private files of the keys folder, by which `doctor` tells whether they are in a backup as they are."""
    digest = hashlib.sha256()
    for path in sorted(p for p in office.keys.glob("*") if p.suffix in (".p12", ".key", ".pem")):
        digest.update(f"{path.name}\n{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def _write(desk: Desk, stream: Any, keys: bool, step: Step) -> Backup:
    files: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        databases, entries, head = _databases(desk)
        for name, data in databases.items():
            files[name] = _add(archive, name, data, 0o600)
        folders: dict[str, int] = {}
        for name, path in _found(desk.office, keys):
            if path.is_dir() and not path.is_symlink():
                folders[name] = path.stat().st_mode & 0o777
            elif path.is_file() and not path.is_symlink() and name not in files:
                try:
                    files[name] = _add(archive, name, path.read_bytes(), path.stat().st_mode & 0o777)
                except FileNotFoundError:
                    continue  # claimed, answered or taken away in this moment: its trace is in what was copied before
                step()
        said = {
            "format": FORMAT, "hongtou": version("hongtou"), "office": desk.office.settings.text("office.name"), "made_at": desk.clock().isoformat(timespec="seconds"),
            "entries": entries, "head": head, "keys": keys, "files": files, "folders": folders,
        }  # fmt: skip
        archive.writestr(_LIST, json.dumps(said, ensure_ascii=False, indent=1))
    return _backup(said)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, mode: int) -> dict[str, Any]:
    archive.writestr(f"files/{name}", data)
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "mode": mode}


def _databases(desk: Desk) -> tuple[dict[str, bytes], int, str]:
    """Every SQLite file of `var` as of one moment each, and how far the journal goes in the copy."""
    copies: dict[str, bytes] = {}
    entries, head = 0, journal.GENESIS
    for path in sorted(desk.office.var.glob("*.db")):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            copies[f"var/{path.name}"] = copy.serialize()
            if str(path) == str(desk.database.url.database):
                row = copy.execute("select seq, hash from events order by seq desc limit 1").fetchone()
                entries, head = row or (entries, head)
    return copies, entries, head


def _found(office: Office, keys: bool) -> Iterator[tuple[str, Path]]:
    for single in ("office.toml", "people.yaml"):
        if (office.root / single).is_file():
            yield single, office.root / single
    parts = places(office)
    for part, place in parts.items():
        within = [other for name, other in parts.items() if name != part and other != place and other.is_relative_to(place)]
        for path in sorted(place.rglob("*")):
            secret = part == "keys" and not keys and not path.is_relative_to(place / "published")
            if any(path.is_relative_to(other) for other in within) or secret or _passes(office, path):
                continue
            yield f"{part}/{path.relative_to(place).as_posix()}", path


def _passes(office: Office, path: Path) -> bool:
    """Locks, caches, half-written files, and what a copied database does not need."""
    inside = path.relative_to(office.var).parts if path.is_relative_to(office.var) else ()
    passing = path.name.endswith((TEMPORARY_SUFFIX, ".worker", "-wal", "-shm"))
    return passing or bool(inside and inside[0] in _PASSING) or (len(inside) == 1 and path.suffix == ".db")


def read_backup(source: Path) -> Backup:
    """What a backup holds, every byte of it checked. Raises StoreError naming what is not as it was written."""
    try:
        with zipfile.ZipFile(source) as archive:
            said = json.loads(archive.read(_LIST))
            if said["format"] > FORMAT:
                raise StoreError(f"{source.name} 由更新的版本（{said['hongtou']}）写成，本程序读不了；请先升级", f"{source.name} was written by a newer version ({said['hongtou']}); upgrade first")
            for name, expected in said["files"].items():
                if hashlib.sha256(archive.read(f"files/{name}")).hexdigest() != expected["sha256"]:
                    raise StoreError(f"备份中的 {name} 已损坏", f"{name} in the backup is not as it was written")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zipfile.LargeZipFile) as fault:
        raise StoreError(f"备份 {source.name} 不完整或已损坏（{fault}）", f"the backup {source.name} is damaged ({fault})") from fault
    return _backup(said)


def _backup(said: Mapping[str, Any]) -> Backup:
    return Backup(said["made_at"], said["office"], said["hongtou"], said["entries"], said["head"], said["keys"], said["files"], said["folders"])


def restore(source: Path, root: Path, own_folders: bool = False, step: Step = lambda: None) -> tuple[Office, Backup]:
    """Bring a whole office back from `source` below `root`. All is checked before anything is written; `office.toml` comes last.

    `own_folders`: keep every part below `root`, whatever the settings say (for a rehearsal). Raises RefusedError when any part
    of the office is there already, running or not; StoreError for a damaged backup.
    """
    backup = read_backup(source)
    office = _office(source, root.resolve(), own_folders)
    parts = places(office)
    there = [name for name, place in parts.items() if place.is_dir() and any(place.iterdir())]
    there += [name for name in ("office.toml", "people.yaml") if (office.root / name).exists()]
    if there:
        told = "、".join(there)
        raise RefusedError(f"{office.root} 已有办公室（{told} 不为空）；只能恢复到空的位置，不会覆盖正在使用的办公室", f"there is an office at {office.root} ({told}); a backup is only restored into an empty place")
    for private in (office.var, office.keys, office.spool):
        private.mkdir(parents=True, exist_ok=True)
        private.chmod(0o700)
    for name, mode in backup.folders.items():
        place = _place(office, parts, name)
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(mode)
    with zipfile.ZipFile(source) as archive:
        for name in sorted(backup.files, key=lambda one: one == "office.toml"):
            write_whole(_place(office, parts, name), archive.read(f"files/{name}"), int(backup.files[name]["mode"]))
            step()
    return replace(office, people=load_office(office.root, {}).people), backup


def _office(source: Path, root: Path, own_folders: bool) -> Office:
    """The office as the backup's own settings lay it out below `root`."""
    with zipfile.ZipFile(source) as archive, Scratch("settings") as folder:
        path = folder / "office.toml"
        path.write_bytes(archive.read("files/office.toml") if "files/office.toml" in archive.namelist() else b"")
        settings = read_settings(path, {})
    if own_folders:
        usual = {setting.key: setting.default for setting in SETTINGS if setting.key.startswith("folders.") or setting.key in _ELSEWHERE}
        settings = Settings({**settings.values, **usual})
    return Office(root, settings, ())


def _place(office: Office, parts: Mapping[str, Path], name: str) -> Path:
    """Where a logical path goes. Raises StoreError for one that would leave the office."""
    part, _, rest = name.partition("/")
    base = parts.get(part, office.root) if rest else office.root
    target = (base / rest if rest else office.root / name).resolve()
    if not target.is_relative_to(base.resolve()):
        raise StoreError(f"备份中的路径 {name} 越出办公室", f"the path {name} in the backup leaves the office")
    return target
