"""The folder picture of the record: units (a case, a draft to sign, a packet to deliver) shown as folders.

What hongtou placed and nobody touched, it may replace; what a person made or changed, it never destroys:
such a file is left where it is, or kept in `留存/` with a word of explanation. A unit's folder is known by its
inode, so a dragged folder is found again with everything people put into it.

Residual risk: someone who writes a file in the instant between our look and our rename loses the race, not the
file: a rename never goes over an existing name, and replaced bytes were ours by their hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.cases.registers import case_folders, marks, placed
from pipeline.diskwork import fsync_folder, move_whole, sha256_of, write_whole

KEPT = "留存"
TODO = "待办"
DISPLACED = "displaced "
"""Marks of displacements that have been dealt with begin with this; the unit's id follows."""
NOTE = "请投递_"
"""Notes beside forms that were filled in and saved where they lie begin with this."""
KEPT_NOTE = "说明.txt"
KEPT_TEXT = (
    "这里的文件是有人放进来或改动过的，系统没有删除，只是移到这里，以免与系统生成的文件相混。\n"
    "填好的表请投到 inbox 下您的文件夹里，放在这里不会被办理。\n"
    "Files kept here were made or changed by people; nothing was destroyed. Drop filled forms into your inbox folder.\n"
)
STRAY_NOTE = "说明_这是副本.txt"
STRAY_TEXT = (
    "这个文件夹是案件文件夹的副本，对案件没有任何影响，系统也不会更新它。不需要时可自行删除。\n"
    "This is a copy of a case folder; it changes nothing and is not kept up to date.\n"
)
_LOCK_PREFIXES = ("~$", ".~lock.")


@dataclass(frozen=True, slots=True)
class Piece:
    """One file to show. `editable`: a form people may fill in where it lies; their changes are left alone."""

    data: bytes
    editable: bool = False

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Unit:
    """A folder to show: `folder` relative to the outbox, `pieces` by path inside it ('/' between parts)."""

    id: str
    folder: str
    pieces: Mapping[str, Piece]


@dataclass(frozen=True, slots=True)
class Displaced:
    """A unit's folder that is not where it was put. `now` is relative to the outbox, or None when it is gone."""

    unit: str
    was: str
    now: str | None
    with_parent: bool


class FolderBusyError(Exception):
    """A file in the folder is open in Word or WPS; placing waits until it is closed. Holds the names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__("、".join(names))
        self.names = names


class Folders:
    """Shows units below one outbox. All methods may be repeated after a crash without a second effect."""

    def __init__(self, outbox: Path) -> None:
        self.outbox = outbox
        self._seen: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def show(self, connection: sa.Connection, unit: Unit) -> None:
        """Bring `unit` to its place and its files up to date. Raises FolderBusyError when it is open somewhere."""
        folder = self._settle(connection, unit)
        rows = {r.path: r.sha256 for r in connection.execute(sa.select(placed).where(placed.c.case_id == unit.id))}
        _refuse_open(folder, unit, rows)
        for name, piece in unit.pieces.items():
            self._show_piece(connection, unit.id, folder, name, piece, rows.get(name_key(unit.id, name)))
        wanted = {name_key(unit.id, name) for name in unit.pieces}
        for path in rows.keys() - wanted:
            self._retire(connection, folder, path, path.split("\n", 1)[1], rows[path])

    def hide(self, connection: sa.Connection, unit_id: str, keep_in: str) -> None:
        """Take a unit down: our untouched files go, anything a person made moves to `keep_in` (relative)."""
        row = connection.execute(sa.select(case_folders).where(case_folders.c.case_id == unit_id)).first()
        if row is None:
            return
        folder = self._find(connection, row)
        if folder is not None:
            _refuse_busy(folder)
            for entry in connection.execute(sa.select(placed).where(placed.c.case_id == unit_id)).all():
                self._retire(connection, folder, entry.path, entry.path.split("\n", 1)[1], entry.sha256)
            _prune(folder)
            if folder.exists():
                move_whole(folder, _free_name(self.outbox / keep_in / folder.name))
        connection.execute(placed.delete().where(placed.c.case_id == unit_id))
        connection.execute(case_folders.delete().where(case_folders.c.case_id == unit_id))

    def survey(self, connection: sa.Connection) -> tuple[Displaced, ...]:
        """Units whose folder is not where it was put: dragged, moved with a parent folder, or gone."""
        found = []
        for row in connection.execute(sa.select(case_folders).order_by(case_folders.c.case_id)):
            here = self.outbox / row.path
            if _is_inode(here, row.device, row.inode):
                continue
            now = self._find(connection, row)
            if now == here:  # the same folder on another disk, as after a restore from a backup
                self._know(connection, row.case_id, row.path)
                continue
            relative = now.relative_to(self.outbox).as_posix() if now else None
            found.append(Displaced(row.case_id, row.path, relative, with_parent=not here.parent.exists()))
        return tuple(found)

    def strays(self, connection: sa.Connection) -> tuple[Path, ...]:
        """Folders that look like a unit's but are not it: copies people made. A note is left in each, once."""
        known = {(r.device, r.inode): r.path for r in connection.execute(sa.select(case_folders))}
        places = {self.outbox / path for path in known.values()}  # restored from a backup, a unit's own folder has another inode
        names = {path.name for path in places}
        copies = []
        for folder in _walk_folders(self.outbox, depth=4):
            stat = folder.stat()
            base = folder.name.split(" - 副本")[0].split(" - Copy")[0].split("（")[0]
            if (folder.name in names or base in names) and (stat.st_dev, stat.st_ino) not in known and folder not in places and KEPT not in folder.parts:
                copies.append(folder)
                if not (folder / STRAY_NOTE).exists():
                    write_whole(folder / STRAY_NOTE, STRAY_TEXT.encode("utf-8-sig"))
        return tuple(copies)

    def saved_in_place(self, connection: sa.Connection, unit_id: str | None = None) -> dict[str, tuple[str, ...]]:
        """Prefilled forms that somebody filled in and saved where they lie, by unit: a folder is no way to file them.

        A form still open in Word or WPS is left out. Looks again only at files that changed since the last look.
        """
        found: dict[str, tuple[str, ...]] = {}
        homes = {r.case_id: self.outbox / r.path for r in connection.execute(sa.select(case_folders))}
        query = sa.select(placed).where(placed.c.path.like(f"%\n{TODO}/%") | placed.c.path.like("%\n签发单.%"))
        for row in connection.execute(query.where(placed.c.case_id == unit_id) if unit_id else query):
            name = row.path.split("\n", 1)[1]
            if row.case_id in homes and self._saved(homes[row.case_id] / name, row.sha256):
                found[row.case_id] = (*found.get(row.case_id, ()), name)
        return found

    def _saved(self, path: Path, ours: str) -> bool:
        try:
            stat = path.stat()
        except OSError:
            return False
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._seen.get(path, ((0, 0, 0), ""))[0] != stamp:
            self._seen[path] = (stamp, sha256_of(path))
        return self._seen[path][1] != ours and not any(lock.exists() for lock in _locks_of(path))

    def tell(self, connection: sa.Connection, unit_id: str, notes: Mapping[str, bytes]) -> None:
        """Lay `notes` (by path in the unit's folder) into it, as ours; those told before and no longer wanted go."""
        home = self.folder_of(connection, unit_id)
        if home is None or not (self.outbox / home).is_dir():
            return
        query = sa.select(placed).where(placed.c.case_id == unit_id, placed.c.path.like(f"%{NOTE}%"))
        before = {row.path: row.sha256 for row in connection.execute(query)}
        for key in before.keys() - {name_key(unit_id, name) for name in notes}:
            self._retire(connection, self.outbox / home, key, key.split("\n", 1)[1], before[key])
        for name, data in notes.items():
            self._show_piece(connection, unit_id, self.outbox / home, name, Piece(data), before.get(name_key(unit_id, name)))

    def folder_of(self, connection: sa.Connection, unit_id: str) -> str | None:
        """Where a unit is shown, relative to the outbox."""
        return connection.execute(sa.select(case_folders.c.path).where(case_folders.c.case_id == unit_id)).scalar_one_or_none()

    def _settle(self, connection: sa.Connection, unit: Unit) -> Path:
        wanted = self.outbox / unit.folder
        row = connection.execute(sa.select(case_folders).where(case_folders.c.case_id == unit.id)).first()
        found = self._find(connection, row) if row else None
        if found is not None and found != wanted:
            _refuse_busy(found)
            self._make_room(wanted)
            move_whole(found, wanted)
            _prune(found.parent, stop=self.outbox)
        if found is None:
            wanted.mkdir(parents=True, exist_ok=True)
            fsync_folder(wanted.parent)
        if found != wanted:
            connection.execute(marks.delete().where(marks.c.name == f"{DISPLACED}{unit.id}"))
        self._know(connection, unit.id, unit.folder)
        return wanted

    def _know(self, connection: sa.Connection, unit_id: str, path: str) -> None:
        """Remember which folder on disk is the unit's."""
        stat = (self.outbox / path).stat()
        values = {"path": path, "device": stat.st_dev, "inode": stat.st_ino}
        row = connection.execute(sa.select(case_folders).where(case_folders.c.case_id == unit_id)).first()
        if row is None:
            connection.execute(case_folders.insert().values(case_id=unit_id, **values))
        elif (row.path, row.device, row.inode) != tuple(values.values()):
            connection.execute(case_folders.update().where(case_folders.c.case_id == unit_id).values(**values))

    def _make_room(self, wanted: Path) -> None:
        if wanted.exists():
            move_whole(wanted, _free_name(wanted.with_name(wanted.name + "（来历不明）")))

    def _find(self, connection: sa.Connection, row: Any) -> Path | None:
        """Where a unit's folder is now: by its inode, wherever it was dragged; else by its path, as after a restore.

        Inodes are used again: a folder that is another unit's place, or holds no file as we wrote it, is not it.
        """
        here = self.outbox / str(row.path)
        if _is_inode(here, row.device, row.inode):
            return here
        others = {self.outbox / path for path in connection.execute(sa.select(case_folders.c.path)).scalars()}
        for folder in _walk_folders(self.outbox, depth=6):
            if _is_inode(folder, row.device, row.inode) and folder not in others and self._holds_ours(connection, row.case_id, folder):
                return folder
        return here if here.is_dir() else None

    def _holds_ours(self, connection: sa.Connection, unit_id: str, folder: Path) -> bool:
        """A name alone proves nothing: `空白表格` has the same names as a packet to be served."""
        rows = connection.execute(sa.select(placed.c.path, placed.c.sha256).where(placed.c.case_id == unit_id)).all()
        files = [(folder / row.path.split("\n", 1)[1], row.sha256) for row in rows]
        return not files or any(file.is_file() and sha256_of(file) == ours for file, ours in files)

    def _show_piece(
        self, connection: sa.Connection, unit: str, folder: Path, name: str, piece: Piece, ours: str | None
    ) -> None:
        target, wanted = folder / name, piece.sha256
        on_disk = sha256_of(target) if target.is_file() else None
        touched = on_disk is not None and on_disk not in (wanted, ours)
        if touched and piece.editable and ours == wanted:
            return
        if touched:
            self._keep(folder, target, name)
        if on_disk != wanted:
            write_whole(target, piece.data)
        if ours != wanted:
            key = name_key(unit, name)
            connection.execute(placed.delete().where(placed.c.path == key))
            connection.execute(placed.insert().values(path=key, case_id=unit, sha256=wanted))

    def _retire(self, connection: sa.Connection, folder: Path, key: str, name: str, ours: str) -> None:
        target = folder / name
        if target.is_file():
            if sha256_of(target) == ours:
                target.unlink()
                _prune(target.parent, stop=folder)
            else:
                self._keep(folder, target, name)
        connection.execute(placed.delete().where(placed.c.path == key))

    def _keep(self, folder: Path, target: Path, name: str) -> None:
        kept = folder / KEPT
        move_whole(target, _free_name(kept / name.replace("/", "_")))
        if not (kept / KEPT_NOTE).exists():
            write_whole(kept / KEPT_NOTE, KEPT_TEXT.encode("utf-8-sig"))


def name_key(unit: str, name: str) -> str:
    """The key of a placed file in the register."""
    return f"{unit}\n{name}"


def _is_inode(path: Path, device: int, inode: int) -> bool:
    try:
        stat = path.lstat()
    except OSError:
        return False
    return (stat.st_dev, stat.st_ino) == (device, inode)


def _walk_folders(root: Path, depth: int) -> Iterator[Path]:
    if depth == 0 or not root.is_dir():
        return
    for entry in sorted(root.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield entry
            yield from _walk_folders(entry, depth - 1)


def _refuse_busy(folder: Path) -> None:
    names = tuple(p.name for p in sorted(folder.rglob("*")) if p.name.startswith(_LOCK_PREFIXES))
    if names:
        raise FolderBusyError(names)


def _refuse_open(folder: Path, unit: Unit, rows: Mapping[str, str]) -> None:
    """Raise FolderBusyError when a file that would be replaced or go is open somewhere."""
    fresh = {name_key(unit.id, name): piece.sha256 for name, piece in unit.pieces.items()}
    going = [folder / key.split("\n", 1)[1] for key, ours in rows.items() if fresh.get(key) != ours]
    if names := tuple(lock.name for path in going for lock in _locks_of(path) if lock.exists()):
        raise FolderBusyError(names)


def _locks_of(path: Path) -> tuple[Path, ...]:
    """The helper files by which Word, WPS and LibreOffice say that `path` is open; Word drops two letters of long names."""
    return (path.with_name(f"~${path.name}"), path.with_name(f"~${path.name[2:]}"), path.with_name(f".~lock.{path.name}#"))


def _free_name(target: Path) -> Path:
    candidate, n = target, 2
    while candidate.exists():
        candidate = target.with_name(f"{target.stem}（{n}）{target.suffix}")
        n += 1
    candidate.parent.mkdir(parents=True, exist_ok=True)
    return candidate


def _prune(folder: Path, stop: Path | None = None) -> None:
    """Remove empty folders from `folder` downwards, then upwards as far as `stop`."""
    if not folder.is_dir():
        return
    for inner in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        if not any(inner.iterdir()):
            inner.rmdir()
    while folder.is_dir() and folder != stop and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
        if stop is None:
            return
