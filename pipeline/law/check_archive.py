"""Proves what a pack says of the archive: every form has a retention or a reason to be left out, codes can be written, conditions can be asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.law.basis import unresolved
from pipeline.law.check_rules import fault
from pipeline.law.conditions import condition
from pipeline.law.pack import Pack
from pipeline.model import Finding

_FILE = "archive.yaml"


def check_archive(pack: Pack) -> Iterator[Finding]:
    """All that is unproven about the archive of a pack; nothing where a pack says nothing of it."""
    said = pack.archive
    if not said:
        return
    for missing in unresolved(said.get("cite"), pack.bases, pack.articles):
        yield fault("PACK-CITE", f"{_FILE}/cite", f"依据 {missing or '没有写明'}", f"no such ground: {missing}")
    code = said.get("code") or {}
    keeps = set(code.get("retentions") or {})
    yield from _pattern(code)
    for state in said.get("stages") or ():
        if state not in pack.lifecycle.states:
            yield fault("PACK-STATE", f"{_FILE}/stages", f"状态 {state} 不存在", f"the state {state} does not exist")
    table = said.get("retention") or {}
    entries = {**(table.get("forms") or {}), "default": table.get("default", "30年")}
    for name, entry in entries.items():
        yield from _retention(entry, keeps, f"{_FILE}/retention.{name}")
    for name, reason in (said.get("outside") or {}).items():
        if not reason:
            yield fault("PACK-RETENTION", f"{_FILE}/outside.{name}", "不归档却没有写明理由", "left out without a reason")
    for name, row in pack.documents.items():
        keep = row.get("keep")
        if keep and keep != "同主件" and keep not in keeps:
            yield fault("PACK-RETENTION", f"documents/{name}", f"保管期限 {keep} 没有代码", f"the retention {keep} has no code")


def _pattern(code: Mapping[str, Any]) -> Iterator[Finding]:
    """A code that can be written, and that tells year, retention and number apart."""
    values = {"fonds": "A00", "category": "WS", "year": 2026, "retention": "Y", "unit": "B", "n": 1}
    try:
        text = str(code.get("pattern") or "").format(**values)
    except (KeyError, ValueError, IndexError) as trouble:
        yield fault("PACK-ARCHIVE", f"{_FILE}/code.pattern", f"档号式样写不出来：{trouble}", f"the pattern cannot be written: {trouble}")
        return
    if any(part not in text for part in ("A00", "2026", "Y", "1")):
        yield fault("PACK-ARCHIVE", f"{_FILE}/code.pattern", "档号式样缺全宗号、年度、保管期限或件号", "the pattern lacks fonds, year, retention or number")


def _retention(entry: Any, keeps: set[str], where: str) -> Iterator[Finding]:
    rows = [{"keep": entry}] if isinstance(entry, str) else list(entry or ())
    for row in rows:
        if row.get("keep") not in keeps:
            yield fault("PACK-RETENTION", where, f"保管期限 {row.get('keep')} 没有代码", f"the retention {row.get('keep')} has no code")
        yield from _condition(str(row.get("when") or ""), where)
    if not rows or rows[-1].get("when"):
        yield fault("PACK-RETENTION", where, "最后一项仍有条件，可能没有一项成立", "the last entry has a condition, so none may hold")


def _condition(text: str, where: str) -> Iterator[Finding]:
    try:
        unknown = condition(text).unknown_words() if text else ()
    except ValueError as trouble:
        yield fault("PACK-CEL", where, f"条件写法不对：{trouble}", f"the condition is not well formed: {trouble}")
        return
    for word in unknown:
        yield fault("PACK-CEL", where, f"条件用了不认识的 {word}", f"the condition uses {word}, which does not exist")
