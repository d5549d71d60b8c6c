"""What rules may speak of, in the form CEL wants: a form, what is enclosed, the files, the case, the parameters.

Dates become ISO text, decimals whole numbers scaled by their places, and what is absent is there and empty. A case is made
ready part by part, when a rule speaks of the part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.law.values import places

if TYPE_CHECKING:
    from pipeline.law.forms import FormSpec
    from pipeline.law.pack import Pack

Maker = Callable[[], Any]
_NUMBERS = frozenset({"integer", "decimal", "money"})
_NEW_CASE: Mapping[str, Any] = {"no": "", "state": "", "channel": "", "applicant": "", "filed": [], "issued": [], "papers": {}, "draws": {}, "sealed": {}, "clocks": {}}


class Parts:
    """A variable of many parts, each made at its first use and kept."""

    def __init__(self, makers: Mapping[str, Maker], inner: Mapping[str, Mapping[str, Maker]]) -> None:
        """Takes what makes each part by name, and for parts made of parts of their own those by name."""
        self._makers, self._inner = makers, inner
        self._made: dict[str, Any] = {}

    def take(self, paths: Iterable[str] | None) -> dict[str, Any]:
        """The parts named by `paths` (`state`, `forms.note`, `papers.notice`: deeper steps are passed over), or all of them. What does not exist is left out."""
        taken: dict[str, Any] = {}
        for path in self._all() if paths is None else paths:
            first, _, second = path.partition(".")
            if first in self._inner:
                below = taken.setdefault(first, {})
                for name in (second,) if second else self._inner[first]:
                    if name in self._inner[first]:
                        below[name] = self._part(f"{first}.{name}", self._inner[first][name])
            elif first in self._makers:
                taken[first] = self._part(first, self._makers[first])
        return taken

    def _all(self) -> Iterable[str]:
        return (*self._makers, *self._inner)

    def _part(self, path: str, maker: Maker) -> Any:
        if path not in self._made:
            self._made[path] = maker()
        return self._made[path]


def form_facts(spec: FormSpec, data: Mapping[str, Any]) -> dict[str, Any]:
    """Normal data of a form as rules see it: every field present, absent ones as '' [] false or null."""
    return _group(spec.fields, data) | {name: plain(data.get(name)) for name in spec.computed}


def parameters(pack: Pack) -> dict[str, Any]:
    """The pack's parameters as nested mappings: `param.service_standard.decide`."""
    nested: dict[str, Any] = {}
    for key, said in pack.parameters.items():
        *way, last = key.split(".")
        inner = nested
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = plain(said.get("value"))
    return nested


def file_facts(file: Mapping[str, Any]) -> dict[str, Any]:
    """An attachment as rules see it: `format` is its extension in lower case, `pages` null when nobody counted them."""
    facts = {key: plain(value) for key, value in file.items()}
    name = str(facts.get("name", ""))
    facts["format"] = name.rpartition(".")[2].lower() if "." in name else str(facts.get("format", ""))
    facts["pages"] = facts.get("pages") or None
    return facts


def enclosed_facts(pack: Pack, enclosed: Mapping[str, Mapping[str, Any]]) -> Parts:
    """The enclosed forms as rules see them, by code."""
    return Parts({code: partial(_facts_of, pack, code, data) for code, data in enclosed.items()}, {})


def case_facts(pack: Pack, case: Mapping[str, Any]) -> Parts:
    """The case as rules see it; what a new case does not have yet is there, and empty."""
    opening = next((code for code, spec in pack.forms.items() if spec.opens_case), "")
    makers: dict[str, Maker] = {name: partial(plain, value) for name, value in _NEW_CASE.items()}
    makers |= {key: partial(plain, value) for key, value in case.items() if key not in ("application", "forms", "records")}
    makers["application"] = partial(_facts_of, pack, opening, case.get("application") or {})
    records: dict[str, Iterable[Mapping[str, Any]]] = {**dict.fromkeys(pack.forms, ()), **(case.get("records") or {})}
    inner: dict[str, dict[str, Maker]] = {
        "forms": {code: partial(_facts_of, pack, code, data) for code, data in (case.get("forms") or {}).items()},
        "records": {code: partial(_rows_of, pack, code, rows) for code, rows in records.items()},
    }
    return Parts(makers, inner)


def _rows_of(pack: Pack, code: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What stands on record of one form, each with the day it was received."""
    return [_facts_of(pack, code, row) | {"registered_on": plain(row.get("registered_on", ""))} for row in rows]


def _facts_of(pack: Pack, code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data of a form by its code; as it stands when the pack does not know the form."""
    spec = pack.forms.get(code)
    return form_facts(spec, data) if spec else dict(plain(data))


def _group(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one level."""
    return {name: _fact(node, data.get(name)) for name, node in fields.items()}


def _fact(node: Mapping[str, Any], value: Any) -> Any:
    """One field as rules see it."""
    kind = node["meta"]["kind"]
    if node["type"] == "dict":
        return _group(node["schema"], value if isinstance(value, Mapping) else {})
    if node["type"] in ("list", "choices"):
        item = node.get("schema") or {}
        rows = value if isinstance(value, (list, tuple)) else ()
        return [_fact(item, row) for row in rows] if item else [plain(row) for row in rows]
    if value is None:
        return None if kind in _NUMBERS else False if kind == "boolean" else ""
    return _scaled(value, places(node["meta"])) if kind in ("decimal", "money") else plain(value)


def _scaled(value: Any, digits: int) -> int | None:
    """A decimal as an integer; None when it is finer than its places, for then no integer says it."""
    shifted = Decimal(value).scaleb(digits)
    return int(shifted) if shifted == shifted.to_integral_value() else None


def plain(value: Any) -> Any:
    """A value CEL can hold: dates as ISO text, decimals scaled to two places, mappings and lists all through."""
    if isinstance(value, Mapping):
        return {str(key): plain(below) for key, below in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(below) for below in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _scaled(value, 2)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
