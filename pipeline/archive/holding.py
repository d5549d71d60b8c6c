"""A package as it lies on disk, ours or anyone's: a bag of this program, another bag, or just a folder. Read, never trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.archive import metadata
from pipeline.archive.bags import MANIFEST, PAYLOAD, TAGS, info_of, is_bag, manifest_of
from pipeline.archive.digests import both_of_file
from pipeline.archive.formats import Format, format_of
from pipeline.errors import NotFoundError


class Origin(StrEnum):
    """What kind of package something is."""

    OURS = "ours"
    BAG = "bag"
    FOLDER = "folder"


@dataclass(frozen=True)
class Holding:
    """One package. What cannot be read is said in `trouble`; nothing here raises for what is in it."""

    root: Path
    origin: Origin

    @property
    def home(self) -> Path:
        """The folder the content lies in."""
        return self.root / PAYLOAD if self.origin is not Origin.FOLDER else self.root

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths of the content, relative to `home`, sorted; links are left out."""
        return tuple(sorted(p.relative_to(self.home).as_posix() for p in self.home.rglob("*") if p.is_file() and not p.is_symlink()))

    @cached_property
    def every(self) -> tuple[str, ...]:
        """Paths of everything in the package, relative to `root`, links too."""
        return tuple(sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_symlink() or p.is_file()))

    @cached_property
    def digests(self) -> Mapping[str, tuple[str, str]]:
        """SHA-256 and SM3 of each file of the content."""
        return {path: both_of_file(self.home / path) for path in self.files}

    @cached_property
    def formats(self) -> Mapping[str, Format]:
        """The format of each file of the content."""
        return {path: format_of(self.home / path) for path in self.files}

    @cached_property
    def info(self) -> Mapping[str, str]:
        """bag-info.txt."""
        return info_of(self.root)

    @cached_property
    def listed(self) -> Mapping[str, str]:
        """What the manifests list, tag files too: digest by path relative to `root`."""
        found: dict[str, str] = {}
        for name in (MANIFEST, TAGS):
            try:
                found |= manifest_of(self.root / name)
            except (OSError, UnicodeError):
                continue
        return found

    @cached_property
    def trouble(self) -> str:
        """Why the metadata cannot be read, or an empty text."""
        path = self.home / metadata.FILE
        if not path.is_file():
            return f"包里没有元数据文件 {metadata.FILE}"
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, UnicodeError, OSError, RecursionError) as fault:
            return f"元数据文件 {metadata.FILE} 读不通：{fault}"
        return "" if _looks_right(said) else f"元数据文件 {metadata.FILE} 的结构不认识"

    @cached_property
    def said(self) -> Mapping[str, Any]:
        """The metadata, or nothing where they cannot be read."""
        return {} if self.trouble else json.loads((self.home / metadata.FILE).read_bytes())

    @property
    def items(self) -> tuple[Mapping[str, Any], ...]:
        """The items the metadata describe."""
        return tuple(self.said.get("items") or ())

    def parts(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(item's code, part) of every part the metadata name."""
        for item in self.items:
            for part in item["parts"]:
                yield str(item["code"]), part

    @property
    def name(self) -> str:
        """The package's own name; its folder's for want of one."""
        return str((self.said.get("package") or {}).get("name") or self.root.name)


def _looks_right(said: Any) -> bool:
    """Whether something read as metadata has the shape the checks rely on."""
    if not isinstance(said, dict) or said.get("format") != metadata.FORMAT or not isinstance(said.get("package"), dict):
        return False
    rows = (said.get("items"), said.get("business"), said.get("left_out"), said.get("earlier"))
    if not all(isinstance(row, list) for row in rows) or not isinstance(said.get("counts"), dict):
        return False
    return all(_is_item(item) for item in said["items"]) and all(isinstance(row, dict) for row in (*said["business"], *said["left_out"]))


def _is_item(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("metadata"), dict) or not isinstance(item.get("parts"), list) or "code" not in item:
        return False
    return all(isinstance(part, dict) and {"role", "path", "sha256", "size", "format"} <= part.keys() and _is_inside(str(part["path"])) for part in item["parts"])


def _is_inside(path: str) -> bool:
    return not path.startswith(("/", "\\")) and ".." not in path.replace("\\", "/").split("/")


def open_holding(folder: Path) -> Holding:
    """What lies at `folder`. Raises NotFoundError when it is no folder."""
    if not folder.is_dir():
        raise NotFoundError(f"没有文件夹 {folder}；信息包是一个文件夹，压缩包请先解开", f"there is no folder {folder}; unpack an archive first")
    if not is_bag(folder):
        return Holding(folder, Origin.FOLDER)
    holding = Holding(folder, Origin.OURS)
    return holding if (folder / PAYLOAD / metadata.FILE).is_file() else Holding(folder, Origin.BAG)
