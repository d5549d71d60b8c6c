"""A form as a fillable PDF: pages drawn from the layout, fields over them, values where they are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.law.values import format_value
from pipeline.model import FormIdentity
from pipeline.papers.forms.acro import with_fields
from pipeline.papers.forms.controls import Inputs, within
from pipeline.papers.forms.layout import lay_out
from pipeline.papers.forms.parts import Entry, Layout
from pipeline.papers.forms.printed import printed
from pipeline.papers.forms.sheet import Widget


def build_pdf(
    pack: Pack, spec: FormSpec, identity: FormIdentity, values: Mapping[str, Any] | None = None,
    locked: Collection[str] = (), rows: Mapping[str, int] | None = None,
) -> bytes:  # fmt: skip
    """The form `spec` as a fillable PDF, prefilled with normal `values`; fields under a `locked` path are read-only.

    Tables have as many rows as the schema or `rows` says, more when the values need them: a PDF cannot grow.
    The same arguments give the same bytes.
    """
    given = Inputs(values or {}, locked)
    layout = lay_out(pack, spec, _enough(lay_out(pack, spec, rows), given))
    sheets = printed(layout)
    widgets = tuple(_locking(widget, given) for widget in sheets.widgets)
    texts, ticks = _values(layout, given)
    pages = sheets.drawn(layout.title, layout.authority, f"{layout.title}　{layout.version} 版")
    return with_fields(pages, widgets, identity.encode(), texts, ticks)


def _enough(layout: Layout, given: Inputs) -> dict[str, int]:
    return {table.path: max(table.rows, len(given.at(table.path) or ())) for table in layout.tables}


def _locking(widget: Widget, given: Inputs) -> Widget:
    head, _, tail = widget.name.partition("[")
    bare = f"{head}[]{tail.partition(']')[2]}" if tail else head
    return replace(widget, locked=given.lock(bare) == "sdtContentLocked")


def _values(layout: Layout, given: Inputs) -> tuple[dict[str, str], set[str]]:
    """Field texts by name, and the names of boxes that are ticked."""
    texts: dict[str, str] = {}
    ticks: set[str] = set()
    for entry in layout.entries:
        if "[]" not in entry.path:
            _put(texts, ticks, entry, entry.path, given.at(entry.path))
    for table in layout.tables:
        for number, row in enumerate(given.at(table.path) or ()):
            for entry in table.columns:
                _put(texts, ticks, entry, entry.path.replace("[]", f"[{number}]", 1), within(row, table.path, entry.path))
    return texts, ticks


def _put(texts: dict[str, str], ticks: set[str], entry: Entry, name: str, value: Any) -> None:
    if value is None:
        return
    if entry.kind == "choices":
        ticks.update(f"{name}={code}" for code in value)
    elif entry.options:
        texts[name] = entry.code(value)
    else:
        texts[name] = format_value(entry.meta, value)
