"""A resubmission beside the one before: field by field, in the words of the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.decision import Difference
from pipeline.law.pack import Pack
from pipeline.law.values import format_value
from pipeline.model import Filing

LONGEST = 200


def differences(pack: Pack, case: Case | None, filing: Filing) -> tuple[Difference, ...]:
    """What this filing changes against the last one of the same form in its case; empty for a first filing."""
    if case is None or filing.form not in case.forms:
        return ()
    return tuple(_compare(pack.forms[filing.form].fields, case.forms[filing.form], filing.data, "", ""))


def _compare(fields: Mapping[str, Any], before: Any, after: Any, path: str, label: str) -> Iterator[Difference]:
    before = before if isinstance(before, Mapping) else {}
    after = after if isinstance(after, Mapping) else {}
    for name, node in fields.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        here, words = f"{path}{name}", label + str(node["meta"].get("label", name))
        kind = node["meta"].get("kind")
        if kind == "group":
            yield from _compare(node["schema"], old, new, here + ".", words + " · ")
        elif kind == "table":
            yield from _rows(node, old, new, here, words)
        else:
            yield Difference(here, words, _show(node, old), _show(node, new))


def _rows(node: Mapping[str, Any], old: Any, new: Any, path: str, label: str) -> Iterator[Difference]:
    old, new = old or [], new or []
    columns = node["schema"]["schema"]
    for n in range(max(len(old), len(new))):
        before = old[n] if n < len(old) else {}
        after = new[n] if n < len(new) else {}
        yield from _compare(columns, before, after, f"{path}[{n}].", f"{label} 第{n + 1}行 · ")


def _show(node: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return ""
    try:
        text = format_value(node["meta"], value)
    except (ValueError, TypeError, KeyError):
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
