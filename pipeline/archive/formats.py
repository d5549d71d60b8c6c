"""What kind of file something is, by its bytes first and its name second; and whether that kind can be kept."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

UNKNOWN = "unknown"
_TABLE = Path(__file__).with_name("data") / "formats.yaml"
_HEAD = 16
_TEXT_SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. `standing`: archival, open, or risk."""

    id: str
    zh: str
    standing: str
    extensions: tuple[str, ...]
    target: str = ""
    watch: str = ""


@cache
def table() -> Mapping[str, Any]:
    """Formats as the data say."""
    said: Mapping[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return said


@cache
def formats() -> Mapping[str, Format]:
    """Every known format by id."""
    known = {
        name: Format(name, row["zh"], row["standing"], tuple(row["extensions"]), row.get("target", ""), row.get("watch", ""))
        for name, row in table()["formats"].items()
    }
    return {**known, UNKNOWN: Format(UNKNOWN, "不认识的格式", "risk", (), "PDF/A-2b", "格式不明，以后可能无法打开")}


def format_of(path: Path) -> Format:
    """The format of a file. Raises OSError."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    rows = table()["formats"]
    if head.startswith(b"PK"):
        return formats()[_inside(path, rows)]
    for name, row in rows.items():
        if any(head.startswith(bytes.fromhex(str(row[key]))) for key in ("magic", "also") if key in row):
            return formats()[name]
    return formats()[_text(path, rows)]


def _inside(path: Path, rows: Mapping[str, Any]) -> str:
    try:
        with zipfile.ZipFile(path) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return UNKNOWN
    found = [name for name, row in rows.items() if row.get("inside") in names]
    return "docm" if "docm" in found else found[0] if found else "zip"


def _text(path: Path, rows: Mapping[str, Any]) -> str:
    with path.open("rb") as stream:
        sample = stream.read(_TEXT_SAMPLE)
    if b"\x00" in sample:
        return UNKNOWN
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as trouble:
        if len(sample) < _TEXT_SAMPLE or trouble.start < len(sample) - 4:  # else a character may be cut at the end of the sample
            return UNKNOWN
    suffix = path.suffix.lower().lstrip(".")
    return next((name for name, row in rows.items() if row.get("text") and suffix in row["extensions"]), "txt")
