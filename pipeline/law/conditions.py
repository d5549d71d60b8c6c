"""Rules and guards: CEL over the data of forms. The only module that knows the CEL library.

The library computes in doubles, counts strings in bytes and has no dates, so: decimals go in as integers scaled
by 10^places, dates as ISO strings, `size` counts characters, and `has(x)` means filled in. What is absent reads
as '' (text, dates, choices), [] (tables, choices), false (booleans) or null (numbers). A rule that cannot be
evaluated is not passed and not failed: it was not run, with the reason.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import cel

from pipeline.law.calendar import Calendar
from pipeline.law.dates import add_days, add_months, days_between, months_between
from pipeline.law.identifiers import uscc_fault
from pipeline.law.regions import covers
from pipeline.law.values import places

if TYPE_CHECKING:
    from pipeline.law.forms import FormSpec
    from pipeline.law.pack import Pack

logging.getLogger("cel").setLevel(logging.CRITICAL)

VARIABLES = ("form", "enclosed", "files", "case", "param", "today", "received_on")
"""What a rule may speak of."""

_QUOTED = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_HAS = re.compile(r"\bhas\(\s*([^()]+?)\s*\)")
_NUMBERS = frozenset({"integer", "decimal", "money"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule said. `holds` is None when it could not be evaluated; then the reasons say why."""

    holds: bool | None
    reason_zh: str = ""
    reason_en: str = ""


class Environment(dict[str, Any]):
    """What rules may speak of, in the form CEL wants; made ready once for all the rules put to it."""

    def __init__(self, facts: Mapping[str, Any], lists: Mapping[str, Any] | None = None, calendar: Calendar | None = None) -> None:
        """Takes the facts by variable name, the option lists a rule may ask for, and the working days it may count."""
        super().__init__(facts)
        self._lists, self._calendar = lists or {}, calendar or Calendar()
        self._context: Any = None

    @property
    def context(self) -> Any:
        """The library's own context, built at first use.

        Its functions know the lists and the calendar, never this object: the library's objects are invisible to the garbage
        collector, so a circle through one would stay in memory for ever.
        """
        if self._context is None:
            own: dict[str, Any] = {"listed": partial(_listed, self._lists), "add_workdays": partial(_add_workdays, self._calendar)}
            self._context = cel.Context(variables=dict(self), functions={**FUNCTIONS, **own})
        return self._context

    def tell(self, name: str, value: Any) -> None:
        """Add a computed field to the form."""
        self["form"][name] = value
        self._context = None


def _listed(lists: Mapping[str, Any], name: str) -> list[Any]:
    """The entries of one of the pack's option lists. Raises LookupError when there is none of that name."""
    return [_plain(entry) for entry in lists[name]]


def _add_workdays(calendar: Calendar, day: str, n: int) -> str:
    """The n-th working day after `day`, by the pack's holiday tables. Raises TypeError when n is unknown, ValueError when it is negative."""
    if int(n) < 0:
        raise ValueError("a number of working days cannot be negative")
    return calendar.counted(date.fromisoformat(day), int(n), 1).isoformat()


class Condition:
    """One compiled rule."""

    def __init__(self, text: str) -> None:
        """Compile `text`. Raises ValueError saying where it is not CEL."""
        self.text = text
        self._program = cel.compile(_adapted(text))

    def ask(self, environment: Mapping[str, Any]) -> Answer:
        """Whether the rule holds in `environment` (see `environment()`)."""
        try:
            value = self.compute(environment)
        except (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError) as trouble:
            return Answer(None, *_reason(trouble))
        if isinstance(value, bool):
            return Answer(value)
        return Answer(None, "规则的结果不是“是”或“否”", "the rule does not come out as yes or no")

    def compute(self, environment: Mapping[str, Any]) -> Any:
        """The rule's value. Raises ValueError, TypeError, RuntimeError, LookupError or ArithmeticError."""
        if not isinstance(environment, Environment):
            environment = Environment(environment)
        return self._program.execute(environment.context)

    def unknown_words(self) -> tuple[str, ...]:
        """Variables and functions the rule uses that do not exist."""
        said = self._program.references()
        bound = set(re.findall(r"\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,", _QUOTED.sub("''", self.text)))
        functions = {name for name in said["functions"] if re.fullmatch(r"[a-z]\w*", name)}
        return (*sorted(set(said["variables"]) - bound - set(VARIABLES)), *sorted(functions - _KNOWN_FUNCTIONS))

    def lists(self) -> tuple[str, ...]:
        """The option lists the rule asks for by name."""
        return tuple(re.findall(r"\blisted\(\s*['\"](\w+)['\"]\s*\)", self.text))

    def paths(self, variable: str) -> frozenset[str]:
        """The dotted paths the rule writes below a variable, as far as they are plain: {'applicant.name', …}."""
        bare = _QUOTED.sub("''", self.text)
        found = re.findall(rf"(?<![\w.]){re.escape(variable)}((?:\.\w+(?![\w(]))+)", bare)
        return frozenset(path.lstrip(".") for path in found)


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The compiled rule, compiled once. Raises ValueError saying where it is not CEL."""
    return Condition(text)


def ask(text: str, environment: Mapping[str, Any]) -> Answer:
    """Whether rule `text` holds; a rule that is not CEL was not run."""
    try:
        return condition(text).ask(environment)
    except ValueError as trouble:
        return Answer(None, f"规则写法有误：{trouble}", f"the rule is not well formed: {trouble}")


def environment(
    pack: Pack,
    spec: FormSpec | None,
    data: Mapping[str, Any],
    *,
    today: date,
    received_on: date,
    enclosed: Mapping[str, Mapping[str, Any]] | None = None,
    files: Iterable[Mapping[str, Any]] = (),
    case: Mapping[str, Any] | None = None,
) -> Environment:
    """Everything a rule may speak of, ready for CEL.

    `data` is normal data of form `spec`; `enclosed` maps form codes to normal data; `files` are mappings with
    name, format, pages, size; `case` holds the facts of the case, dates and decimals as they are.
    """
    facts = {
        "form": form_facts(spec, data) if spec else {},
        "enclosed": {code: _facts_of(pack, code, below) for code, below in (enclosed or {}).items()},
        "files": [_file_facts(file) for file in files],
        "case": _case_facts(pack, case or {}),
        "param": parameters(pack),
        "today": today.isoformat(),
        "received_on": received_on.isoformat(),
    }  # fmt: skip
    return Environment(facts, pack.lists, pack.calendar)


def form_facts(spec: FormSpec, data: Mapping[str, Any]) -> dict[str, Any]:
    """Normal data of a form as rules see it: every field present, absent ones as '' [] false or null."""
    return _group(spec.fields, data) | {name: _plain(data.get(name)) for name in spec.computed}


def parameters(pack: Pack) -> dict[str, Any]:
    """The pack's parameters as nested mappings: `param.service_standard.decide`."""
    nested: dict[str, Any] = {}
    for key, said in pack.parameters.items():
        *way, last = key.split(".")
        inner = nested
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = _plain(said.get("value"))
    return nested


def _file_facts(file: Mapping[str, Any]) -> dict[str, Any]:
    """An attachment as rules see it: `format` is its extension in lower case, `pages` null when nobody counted them."""
    facts = {key: _plain(value) for key, value in file.items()}
    name = str(facts.get("name", ""))
    facts["format"] = name.rpartition(".")[2].lower() if "." in name else str(facts.get("format", ""))
    facts["pages"] = facts.get("pages") or None
    return facts


def _case_facts(pack: Pack, case: Mapping[str, Any]) -> dict[str, Any]:
    """The case as rules see it; what a new case does not have yet is there, and empty."""
    opening = next((code for code, spec in pack.forms.items() if spec.opens_case), "")
    facts: dict[str, Any] = {"no": "", "state": "", "channel": "", "applicant": "", "filed": [], "issued": [], "papers": {}, "draws": {}, "sealed": {}, "clocks": {}}
    facts |= {key: _plain(value) for key, value in case.items() if key not in ("application", "forms", "records")}
    facts["application"] = _facts_of(pack, opening, case.get("application") or {})
    facts["forms"] = {code: _facts_of(pack, code, data) for code, data in (case.get("forms") or {}).items()}
    facts["records"] = {code: [] for code in pack.forms} | {
        code: [_facts_of(pack, code, row) | {"registered_on": _plain(row.get("registered_on", ""))} for row in rows]
        for code, rows in (case.get("records") or {}).items()
    }  # fmt: skip
    return facts


def _facts_of(pack: Pack, code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data of a form by its code; as it stands when the pack does not know the form."""
    spec = pack.forms.get(code)
    plain: dict[str, Any] = _plain(data)
    return form_facts(spec, data) if spec else plain


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
        return [_fact(item, row) for row in rows] if item else [_plain(row) for row in rows]
    if value is None:
        return None if kind in _NUMBERS else False if kind == "boolean" else ""
    return _scaled(value, places(node["meta"])) if kind in ("decimal", "money") else _plain(value)


def _scaled(value: Any, digits: int) -> int | None:
    """A decimal as an integer; None when it is finer than its places, for then no integer says it."""
    shifted = Decimal(value).scaleb(digits)
    return int(shifted) if shifted == shifted.to_integral_value() else None


def _plain(value: Any) -> Any:
    """A value CEL can hold: dates as ISO text, decimals scaled to two places, mappings and lists all through."""
    if isinstance(value, Mapping):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(below) for below in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _scaled(value, 2)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _adapted(text: str) -> str:
    """The rule with `size` counting characters and `has` meaning filled in; quoted text is left alone."""
    parts = _QUOTED.split(text)
    for position in range(0, len(parts), 2):
        parts[position] = re.sub(r"\bsize\(", "count_of(", parts[position])
        parts[position] = _HAS.sub(r"(has(\1) && is_given(\1))", parts[position])
    return "".join(parts)


def _reason(trouble: Exception) -> tuple[str, str]:
    """Why a rule could not be evaluated, for people."""
    if isinstance(trouble, LookupError):
        return f"规则要用的“{trouble.args[0]}”现在还没有", f"what the rule needs is not there yet: {trouble.args[0]}"
    if isinstance(trouble, TypeError):
        return "规则要用的栏目有的没有填写，无法比较", "a field the rule needs is blank, so nothing can be compared"
    said = " ".join(str(trouble).split())[:200]
    if "isoformat string: ''" in said or "function: 'string'" in said:
        return "规则要用的日期或数字没有填写，无法计算", "a date or number the rule needs is blank"
    return f"规则无法计算（{said}）", f"the rule could not be computed ({said})"


def _sum(values: Sequence[int | None]) -> int:
    """The sum of whole numbers; blanks count nothing."""
    return sum(value for value in values if value is not None)


def _groups_of(rows: Sequence[Mapping[str, Any]], key: str) -> list[list[Mapping[str, Any]]]:
    """The rows of a table or list put together by what they hold at `key`, groups and rows in the order they come."""
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row.get(key), []).append(row)
    return list(groups.values())


def _is_given(value: Any) -> bool:
    """Whether something is filled in: not null, not '', not empty."""
    return value is not None and value != "" and value != [] and value != {}


def _matches(text: str, pattern: str) -> bool:
    """Whether `pattern` is found in `text`."""
    return re.search(pattern, text) is not None


FUNCTIONS: dict[str, Any] = {
    "sum": _sum, "count_of": len, "is_given": _is_given, "matches": _matches, "groups_of": _groups_of,
    "min_of": lambda values: min(v for v in values if v is not None), "max_of": lambda values: max(v for v in values if v is not None),
    "add_months": lambda day, n: add_months(date.fromisoformat(day), n).isoformat(),
    "add_days": lambda day, n: add_days(date.fromisoformat(day), n).isoformat(),
    "days_between": lambda a, b: days_between(date.fromisoformat(a), date.fromisoformat(b)),
    "months_between": lambda a, b: months_between(date.fromisoformat(a), date.fromisoformat(b)),
    "covers": covers, "uscc_ok": lambda code: not uscc_fault(code),
}  # fmt: skip
"""Functions of ours that rules may call, beside those of CEL."""

_KNOWN_FUNCTIONS = frozenset(FUNCTIONS) | {"listed", "add_workdays", "contains", "startsWith", "endsWith", "string", "int", "double", "has", "size", "bool", "type"}
