"""`check-layout`: anyone's document against GB/T 9704-2012, on the rendered page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Json, Lang, voice_for
from pipeline.errors import ConversionError, NotFoundError
from pipeline.papers.pagejudge import PageFinding, Result, judge_page

_SIGNS = {Result.PASS: "✓", Result.FAIL: "✗", Result.WARN: "!", Result.NOT_RUN: "·", Result.ABSENT: "–"}
_STYLES = {Result.FAIL: "red", Result.WARN: "yellow"}


def check_layout(files: Annotated[list[Path], typer.Argument(help="PDF 文件 / PDF files")], lang: Lang = None, machine: Json = False) -> None:
    """按 GB/T 9704-2012 逐项（F01—F24）核对版面，任何来源的 PDF 都行 / check any PDF's layout item by item."""
    voice = voice_for(lang, machine, None)
    told = [(file, _judged(file)) for file in files]
    voice.give([{"file": file, "ok": _good(found), "checks": [{"id": f.id, "result": f.result, "zh": f.zh, "en": f.en} for f in found]} for file, found in told])
    for file, found in told:
        voice.say(file.name, file.name, style="bold")
        for each in found:
            voice.say(f"  {_SIGNS[each.result]} {each.id} {each.zh}", f"  {_SIGNS[each.result]} {each.id} {each.en}", style=_STYLES.get(each.result, ""))
    if not all(_good(found) for _, found in told):
        raise typer.Exit(ConversionError.exit_code)


def _good(found: tuple[PageFinding, ...]) -> bool:
    return not any(each.result is Result.FAIL for each in found)


def _judged(file: Path) -> tuple[PageFinding, ...]:
    if not file.is_file():
        raise NotFoundError(f"没有文件 {file}", f"there is no file {file}")
    try:
        return judge_page(file.read_bytes())
    except Exception as fault:
        raise ConversionError(f"{file.name} 不是读得通的 PDF（{fault}）", f"{file.name} is no readable PDF ({fault})") from fault
