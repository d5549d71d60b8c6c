"""What a PDF form answered when it was signed, against what it answers now.

A validator lets form fields be filled after a signature. Here that is not wanted: an answer is part of what was signed,
so every field other than signature fields must be just as it was, in value and in picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

_ELSEWHERE = frozenset({"/Parent", "/P", "/Kids", "/Resources"})
_DEEPEST = 12


def changed_answers(reader: Any, revision: int) -> tuple[str, ...]:
    """Names of the fields, and of what the form says of them all, that are not as they were in `revision` (as pyHanko counts), sorted."""
    old, new = reader.get_historical_resolver(revision).root, reader.root
    before, after = dict(_answers(old)), dict(_answers(new))
    before |= _settings(old, bool(before))
    after |= _settings(new, bool(after))
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _settings(root: Any, fields: bool) -> dict[str, str]:
    """What the form says of how all its fields are drawn; only of weight where there are fields to draw anew."""
    form = entry_of(root, "/AcroForm", {})
    told = {"/NeedAppearances": _print(entry_of(form, "/NeedAppearances", False), 0)}
    return told | {key: _print(entry_of(form, key, ""), 0) for key in ("/DR", "/DA", "/Q") if fields}


def _answers(root: Any) -> Iterator[tuple[str, str]]:
    for field in entry_of(entry_of(root, "/AcroForm", {}), "/Fields", ()):
        yield from _walk(field.get_object(), "", "", 0)


def entry_of(dictionary: Any, key: str, absent: Any) -> Any:
    """An entry, followed to where it lies (`get` of a PDF dictionary does not follow references)."""
    try:
        return dictionary[key]
    except KeyError:
        return absent


def _walk(field: Any, prefix: str, kind: str, depth: int) -> Iterator[tuple[str, str]]:
    kind = str(entry_of(field, "/FT", kind))
    name = ".".join(filter(None, (prefix, str(entry_of(field, "/T", "")))))
    if kind == "/Sig" or depth > _DEEPEST:
        return
    yield name, _print(field, 0)
    for place, entry in enumerate(entry_of(field, "/Kids", ())):
        kid = entry.get_object()
        # a kid without a name of its own is one more picture of the field
        yield from _walk(kid, name if "/T" in kid else f"{name}#{place}", kind, depth + 1)


def _print(value: Any, depth: int) -> str:
    """A fingerprint: values spelled out, streams by their number and digest, so that another picture shows."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, generic.IndirectObject):
        found = value.get_object()  # type: ignore[no-untyped-call]
        number = f"{value.idnum}:" if isinstance(found, generic.StreamObject) else ""
        return number + _print(found, depth + 1)
    if isinstance(value, generic.StreamObject):
        return hashlib.sha256(value.encoded_data).hexdigest()
    if isinstance(value, generic.DictionaryObject):
        parts = (f"{key}={_print(value.raw_get(key), depth + 1)}" for key in sorted(value) if key not in _ELSEWHERE)
        return "{" + ";".join(parts) + "}"
    if isinstance(value, generic.ArrayObject):
        return "[" + ";".join(_print(value.raw_get(place), depth + 1) for place in range(len(value))) + "]"
    return repr(value)
