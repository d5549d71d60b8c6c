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
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import cel

from pipeline.law.calendar import Calendar
from pipeline.law.dates import add_days, add_months, days_between, months_between
from pipeline.law.identifiers import uscc_fault
from pipeline.law.regions import covers
from pipeline.law.rulefacts import Parts, case_facts, enclosed_facts, file_facts, form_facts, parameters, plain

if TYPE_CHECKING:
    from pipeline.law.forms import FormSpec
    from pipeline.law.pack import Pack

logging.getLogger("cel").setLevel(logging.CRITICAL)

VARIABLES = ("form", "enclosed", "files", "case", "param", "today", "received_on")
"""What a rule may speak of."""

_QUOTED = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_HAS = re.compile(r"\bhas\(\s*([^()]+?)\s*\)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule said. `holds` is None when it could not be evaluated; then the reasons say why."""

    holds: bool | None
    reason_zh: str = ""
    reason_en: str = ""


class Environment:
    """What rules may speak of, given to CEL as far as the rules put to it ask for it, and no further: a case is large, a rule short."""

    def __init__(self, facts: Mapping[str, Any], lists: Mapping[str, Any] | None = None, calendar: Calendar | None = None) -> None:
        """Takes the facts by variable name (or what makes them), the option lists a rule may ask for, and the working days it may count."""
        self._facts = dict(facts)
        self._lists, self._calendar = lists or {}, calendar or Calendar()
        self._context: Any = None
        self._held: dict[str, frozenset[str] | None] = {}

    def context(self, needs: Mapping[str, frozenset[str] | None]) -> Any:
        """The library's own context, holding at least `needs`.

        Its functions know the lists and the calendar, never this object: the library's objects are invisible to the garbage
        collector, so a circle through one would stay in memory for ever.
        """
        if self._context is None:
            own: dict[str, Any] = {"listed": partial(_listed, self._lists), "add_workdays": partial(_add_workdays, self._calendar)}
            self._context = cel.Context(functions={**FUNCTIONS, **own})
        for name, wanted in needs.items():
            if name in self._facts:
                self._hold(name, wanted)
        return self._context

    def _hold(self, name: str, wanted: frozenset[str] | None) -> None:
        """Give the context a variable, or more of it, unless it holds that much; None is all of it."""
        held = self._held.get(name, frozenset())
        if name in self._held and (held is None or (wanted is not None and wanted <= held)):
            return
        value = self._facts[name]
        if isinstance(value, Parts):
            more = None if wanted is None or held is None else wanted | held
            self._context.add_variable(name, value.take(more))
            self._held[name] = more
            return
        if callable(value):
            value = self._facts[name] = value()
        self._context.add_variable(name, value)
        self._held[name] = None

    def tell(self, name: str, value: Any) -> None:
        """Add a computed field to the form."""
        self._facts["form"][name] = value
        self._held.pop("form", None)


def _listed(lists: Mapping[str, Any], name: str) -> list[Any]:
    """The entries of one of the pack's option lists. Raises LookupError when there is none of that name."""
    return [plain(entry) for entry in lists[name]]


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
        self.needs: Mapping[str, frozenset[str] | None] = {name: self._parts(name) for name in self._program.references()["variables"]}

    def ask(self, environment: Environment | Mapping[str, Any]) -> Answer:
        """Whether the rule holds in `environment` (see `environment()`)."""
        try:
            value = self.compute(environment)
        except (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError) as trouble:
            return Answer(None, *_reason(trouble))
        if isinstance(value, bool):
            return Answer(value)
        return Answer(None, "规则的结果不是“是”或“否”", "the rule does not come out as yes or no")

    def compute(self, environment: Environment | Mapping[str, Any]) -> Any:
        """The rule's value. Raises ValueError, TypeError, RuntimeError, LookupError or ArithmeticError."""
        if not isinstance(environment, Environment):
            environment = Environment(environment)
        return self._program.execute(environment.context(self.needs))

    def unknown_words(self) -> tuple[str, ...]:
        """Variables and functions the rule uses that do not exist."""
        said = self._program.references()
        bound = set(re.findall(r"\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,", _QUOTED.sub("''", self.text)))
        functions = {name for name in said["functions"] if re.fullmatch(r"[a-z]\w*", name)}
        return (*sorted(set(said["variables"]) - bound - set(VARIABLES)), *sorted(functions - _KNOWN_FUNCTIONS))

    def lists(self) -> tuple[str, ...]:
        """The option lists the rule asks for by name."""
        return tuple(re.findall(r"\blisted\(\s*['\"](\w+)['\"]\s*\)", self.text))

    def _parts(self, variable: str) -> frozenset[str] | None:
        """Which parts of a variable the rule speaks of, two steps deep; None when it speaks of it as a whole, or in a way not plain to see."""
        bare = _QUOTED.sub("''", self.text)
        found = set()
        for said in re.finditer(rf"(?<![\w.]){re.escape(variable)}\b(?:\.(\w+)(?![\w(])(?:\.(\w+)(?![\w(]))?)?", bare):
            first, second = said.groups()
            if first is None:
                return None
            found.add(f"{first}.{second}" if second else first)
        return frozenset(found) or None

    def paths(self, variable: str) -> frozenset[str]:
        """The dotted paths the rule writes below a variable, as far as they are plain: {'applicant.name', …}."""
        bare = _QUOTED.sub("''", self.text)
        found = re.findall(rf"(?<![\w.]){re.escape(variable)}((?:\.\w+(?![\w(]))+)", bare)
        return frozenset(path.lstrip(".") for path in found)


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The compiled rule, compiled once. Raises ValueError saying where it is not CEL."""
    return Condition(text)


def ask(text: str, environment: Environment | Mapping[str, Any]) -> Answer:
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
        "enclosed": enclosed_facts(pack, enclosed or {}),
        "files": [file_facts(file) for file in files],
        "case": case_facts(pack, case or {}),
        "param": partial(parameters, pack),
        "today": today.isoformat(),
        "received_on": received_on.isoformat(),
    }  # fmt: skip
    return Environment(facts, pack.lists, pack.calendar)


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
