"""What the command line says: Chinese first and English beside, or the other way round, or as JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline.model import Finding, Severity

WIDE = 200
"""Columns when nobody looks: lines that go into a file or another program are not folded."""

Pair = tuple[str, str]
"""The same words in Chinese and in English."""


class Language(StrEnum):
    """The language that comes first."""

    ZH = "zh"
    EN = "en"


_MARKS = {Severity.ERROR: "[red]✗[/]", Severity.WARNING: "[yellow]![/]", Severity.INFO: "·", Severity.NOT_RUN: "[magenta]?[/]"}
_SEVERITY_WORDS: Mapping[Severity, Pair] = {
    Severity.ERROR: ("必须改正", "to be put right"), Severity.WARNING: ("请核对", "please check"), Severity.INFO: ("说明", "note"),
    Severity.NOT_RUN: ("没有检查", "not checked"),
}  # fmt: skip


def _console(*, errors: bool) -> Console:
    console = Console(stderr=errors, highlight=False)
    return console if console.is_terminal else Console(stderr=errors, highlight=False, width=WIDE)


@dataclass(frozen=True, slots=True)
class Voice:
    """How one command speaks. With `machine` the answer is JSON on the output, and only trouble is put into words, on the error stream."""

    language: Language = Language.ZH
    machine: bool = False

    def both(self, zh: str, en: str) -> str:
        """Both languages in one line."""
        first, second = (zh, en) if self.language is Language.ZH else (en, zh)
        return f"{first} / {second}" if second and second != first else first

    def say(self, zh: str, en: str = "", style: str = "") -> None:
        """A sentence, its translation beneath it; nothing in machine language."""
        if not self.machine:
            self._say(_console(errors=False), zh, en, style)

    def complain(self, zh: str, en: str) -> None:
        """A sentence about trouble, on the error stream."""
        self._say(_console(errors=True), zh, en, "bold red")

    def _say(self, console: Console, zh: str, en: str, style: str) -> None:
        first, second = (zh, en) if self.language is Language.ZH else (en, zh)
        if first:
            console.print(escape(first), style=style or None, soft_wrap=True)
        if second and second != first:
            console.print(escape(second), style="dim", soft_wrap=True)

    def table(self, title: Pair, columns: Sequence[Pair], rows: Iterable[Sequence[object]]) -> None:
        """A table; nothing in machine language."""
        if self.machine:
            return
        table = Table(title=escape(self.both(*title)), title_justify="left", show_lines=False)
        for column in columns:
            table.add_column(escape(self.both(*column)), overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        _console(errors=False).print(table)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Findings, each with its place, value, ground and what to do."""
        if self.machine:
            return
        console = _console(errors=False)
        for finding in findings:
            label = "" if finding.label in finding.place else finding.label
            where = " · ".join(part for part in (finding.place, label, finding.path) if part)
            console.print(f"{_MARKS[finding.severity]} {escape(self.both(*_SEVERITY_WORDS[finding.severity]))}  {escape(where)}  \\[{escape(finding.rule)}]", soft_wrap=True)
            self._indented(console, finding.zh, finding.en)
            if finding.value:
                self._indented(console, f"现为：{finding.value}", "")
            if finding.cite:
                self._indented(console, f"依据：{finding.cite}", "")
            if finding.repair_zh or finding.repair_en:
                self._indented(console, f"怎么办：{finding.repair_zh}", finding.repair_en and f"what to do: {finding.repair_en}")

    def _indented(self, console: Console, zh: str, en: str) -> None:
        first, second = (zh, en) if self.language is Language.ZH else (en, zh)
        for text, style in ((first, None), (second, "dim")):
            if text and (text != first or style is None):
                console.print("    " + escape(text), style=style, soft_wrap=True)

    def give(self, data: object) -> None:
        """The answer for machines: JSON, when that was asked for."""
        if self.machine:
            sys.stdout.write(json.dumps(plain(data), ensure_ascii=False, indent=2) + "\n")

    def write(self, text: str) -> None:
        """A line as it is (paths, pages), without folding or colour; nothing in machine language."""
        if not self.machine:
            sys.stdout.write(text + "\n")

    @contextmanager
    def progress(self, zh: str, en: str, total: int) -> Iterator[Progress]:
        """A bar on the error stream, only where somebody watches. Use `advance(progress)` for each step."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            progress.add_task(self.both(zh, en), total=total)
            yield progress


def advance(progress: Progress) -> None:
    """One step of a bar done."""
    progress.advance(progress.task_ids[0])


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: decimals and dates as text, dataclasses as objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Path | StrEnum):
        return str(value)
    return value
