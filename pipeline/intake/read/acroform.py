"""A fillable PDF read by the names of its fields: names are paths (`tasks[0].content`), check boxes `path=code`.

Residual risk: what a field's appearance shows may differ from its value; the value counts. A viewer that changes fields
without writing them into the form dictionary leaves nothing to read.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.intake.read.gather import Gathered, is_prompt
from pipeline.intake.read.notes import reading_note
from pipeline.intake.screen.pdf import open_pdf

IDENTITY = "__form__"
_INDEX = re.compile(r"\[(\d{1,5})\]")
_OFF = frozenset({"/Off", "Off", "", "/"})


def fields_of(data: bytes) -> dict[str, tuple[str, Any]]:
    """Kind (`/Tx`, `/Btn`, `/Ch`) and value of every field by full name; fields that only group others are left out,
    as are signatures. Raises one of PDF_TROUBLES."""
    found: dict[str, tuple[str, Any]] = {}
    for name, item in (open_pdf(data).get_fields() or {}).items():
        kind = str(item.get("/FT", ""))
        if not kind and "/Kids" in item:
            continue
        value = item.get("/V")
        value = value.get_object() if hasattr(value, "get_object") else value
        if kind != "/Sig":
            found[str(name)] = (kind, [str(one) for one in value] if isinstance(value, list) else None if value is None else str(value))
    return found


def paths_of(fields: dict[str, tuple[str, Any]]) -> set[str]:
    """The paths, as in tags, that fields are named by."""
    return {_INDEX.sub("[]", name.split("=", 1)[0]) for name in fields if name != IDENTITY}


def read_fields(fields: dict[str, tuple[str, Any]], gathered: Gathered) -> None:
    """Read all fields into `gathered`."""
    leaves = gathered.outline.by_path
    unknown: list[str] = []
    for name, (kind, value) in fields.items():
        path, _, option = name.partition("=")
        leaf = leaves.get(_INDEX.sub("[]", path))
        if name == IDENTITY or not kind:
            continue
        if leaf is None:
            if value not in (None, "", "/Off"):
                unknown.append(name[:60])
            continue
        row = int(index.group(1)) if (index := _INDEX.search(path)) else None
        if row is not None:
            gathered.order[(leaf.table, row)] = row
            gathered.rows.setdefault(leaf.table, {}).setdefault((leaf.table, row), {})
        taken = _value(kind, option, value)
        if taken is not None and not (isinstance(taken, str) and is_prompt(leaf, taken, styled=False)):
            gathered.put(leaf, taken, (leaf.table, row))
    if unknown:
        gathered.findings.append(reading_note("unknown_field", gathered.file, detail="、".join(unknown[:20])))


def _value(kind: str, option: str, value: Any) -> Any:
    """The raw value of a field; None when it is blank or not ticked."""
    if value is None:
        return None
    if kind == "/Btn":
        if value in _OFF:
            return None
        return [option] if option else ("是" if value in ("/Yes", "/On", "/1", "/true") else str(value).lstrip("/"))
    if option:
        return [option] if value not in _OFF else None
    return value
