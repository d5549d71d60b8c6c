"""A form as JSON or YAML: the identity's keys at the top, the values under `data`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.intake.read.gather import without_blanks
from pipeline.intake.screen.names import HIDDEN_CHARACTERS
from pipeline.model import FormIdentity


def is_form(tree: Any) -> bool:
    """Whether a data file says it is a form (else it is an attachment)."""
    return isinstance(tree, Mapping) and isinstance(tree.get("form"), str) and "data" in tree


def identity_of(tree: Mapping[str, Any]) -> FormIdentity | None:
    """The identity at the top of a data file; None when form, version or jurisdiction is missing or not text."""
    texts = {key: _text(tree.get(key)) for key in ("form", "version", "jurisdiction", "case", "revision", "role", "bound")}
    if not (texts["form"] and texts["version"] and texts["jurisdiction"]):
        return None
    written = "hongtou:" + ";".join(f"{key}={value or ('0' if key == 'revision' else '')}" for key, value in texts.items())
    return FormIdentity.decode(written) if not any(";" in value or "=" in value for value in texts.values()) else None


def _text(value: Any) -> str:
    return "" if isinstance(value, (dict, list, bool)) or value is None else str(value).strip()


def values_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The values without blanks; empty when `data` is not a mapping."""
    data = tree.get("data")
    found = without_blanks(data) if isinstance(data, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def places_of(values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every path in the data with its place in the file."""
    if path:
        yield path, f"data.{path}"
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from places_of(value, f"{path}.{key}" if path else str(key))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from places_of(value, f"{path}[{index}]")


def hidden_at(values: Any, path: str = "") -> Iterator[str]:
    """Paths whose text holds characters nobody sees."""
    if isinstance(values, str) and HIDDEN_CHARACTERS.search(values):
        yield path
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield from hidden_at(value, f"{path}.{key}" if path else str(key))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from hidden_at(value, f"{path}[{index}]")
