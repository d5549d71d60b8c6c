"""Every known parameter of a pack is read by something, or says that it is for readers only; what is unknown goes to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.law.pack import Pack, load_pack

from .conftest import REAL

PACKS = {name: load_pack(REAL, name) for name in ("hubei", "chongqing")}
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted((REAL.parent / "pipeline").rglob("*.py")))


def strings(value: Any) -> Iterator[str]:
    """All text in nested data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) or hasattr(value, "items"):
        for below in value.values():
            yield from strings(below)
    elif isinstance(value, (list, tuple)):
        for below in value:
            yield from strings(below)


def asked(pack: Pack) -> tuple[str, set[str]]:
    """All that the pack's rules, steps, forms and documents say, and the parameters its clocks name."""
    said: list[str] = []
    for spec in pack.forms.values():
        said += [rule.rule for rule in spec.rules] + list(strings(dict(spec.computed))) + list(strings(dict(spec.notes)))
    named: set[str] = set()
    steps = [(step, step.clocks) for step in pack.lifecycle.transitions.values()]
    for step, clocks in steps:
        said += [step.when, *(trigger.when for trigger in step.triggers), *(guard.rule for guard in step.guards)]
        for clock in clocks:
            said.append(str(clock.data.get("when") or ""))
            named |= {str(value) for key, value in clock.data.items() if str(key).endswith("_param")} | {clock.period_param}
    for document in pack.documents.values():
        said += list(strings(dict(document)))
    sealed = {text for spec in pack.forms.values() for text in strings(dict(spec.notes))}
    return "\n".join(said), named | sealed


def read(pack: Pack, key: str) -> bool:
    said, named = asked(pack)
    return bool(re.search(rf"param\.{re.escape(key)}(?!\w|\.\w+(?!\w*\())", said)) or key in named or key in said.splitlines() or f'"{key}"' in CODE


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_every_known_parameter_is_read_or_for_readers(jurisdiction: str) -> None:
    pack = PACKS[jurisdiction]
    known = {key: said for key, said in pack.parameters.items() if said["value"] is not None}
    assert sorted(key for key, said in known.items() if not read(pack, key) and said.get("for") != "readers") == []
    assert sorted(key for key, said in known.items() if read(pack, key) and said.get("for")) == [], "what is read has an effect"


@pytest.mark.parametrize("jurisdiction", PACKS)
def test_what_is_unknown_says_what_a_person_does(jurisdiction: str) -> None:
    assert [key for key, said in PACKS[jurisdiction].parameters.items() if said["value"] is None and not said.get("manual")] == []


def test_the_guide_names_the_mark() -> None:
    assert "for: readers" in (Path(REAL).parent / "docs" / "pack-guide.md").read_text(encoding="utf-8")
