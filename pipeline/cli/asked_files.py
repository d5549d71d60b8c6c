"""What a command was asked about, when that may be files and folders: the PDFs, what was passed over, what is not there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """The files to look at, each with the name to call it by; files passed over; what was named and is not there."""

    files: tuple[tuple[str, Path], ...]
    skipped: tuple[str, ...]
    absent: tuple[tuple[Path, str, str], ...]
    """Path, and what is wrong with it in Chinese and English."""


def asked_for(named: Iterable[Path]) -> Asked:
    """A file stands for itself, whatever it is; a folder for every PDF in it and below, told by name or by its first bytes."""
    files: dict[Path, str] = {}
    skipped: list[str] = []
    absent: list[tuple[Path, str, str]] = []
    for path in named:
        if path.is_dir():
            within = [(_within(path, each), each, _is_pdf(each)) for each in _below(path)]
            skipped += [name for name, _, pdf in within if not pdf]
            files |= {each: name for name, each, pdf in within if pdf and each not in files}
            if not any(pdf for _, _, pdf in within):
                absent.append((path, f"文件夹 {path} 里没有 PDF 文件", f"there is no PDF in the folder {path}"))
        elif path.exists():
            files.setdefault(path, path.name)
        else:
            absent.append((path, f"没有文件 {path}", f"there is no file {path}"))
    return Asked(tuple((name, path) for path, name in files.items()), tuple(dict.fromkeys(skipped)), tuple(absent))


def _below(folder: Path) -> Iterator[Path]:
    """Every file in `folder` and below, in order; links to folders are not followed, for they may lead in circles."""
    for home, inner, names in os.walk(folder):
        inner.sort()
        yield from (Path(home, name) for name in sorted(names))


def _within(folder: Path, file: Path) -> str:
    return (Path(folder.resolve().name) / file.relative_to(folder)).as_posix()


def _is_pdf(file: Path) -> bool:
    if not file.is_file() or file.suffix.lower() == ".pdf":
        return file.is_file()
    try:
        with file.open("rb") as opened:
            return b"%PDF-" in opened.read(_HEAD)
    except OSError:
        return False
