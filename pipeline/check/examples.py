"""Each pack's own examples: do the forms pass and fail as the pack's authors say they must?

An example: `form, data, received_on, expect: pass | fail | [rule ids or field paths]`, and optionally `rules`
(what a failing one is expected to hit), `warnings`, `today`, `enclosed`, `files`, `case`, and `base` (another
example's name) with `set` (path → value, null takes away), and `param` (key → value): the same pack under another
reading of an open question, so that a rule no present reading calls for has its proof too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.check.form import RuleContext, check_form
from pipeline.errors import PackError
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.law.yamlread import read_mapping
from pipeline.model import Finding, Severity, Verdict

_BESIDE = frozenset({"files", "enclosed", "case", "received_on", "today"})
"""What a `set` path may begin with to change the example's surroundings instead of its form's data."""


def check_examples(pack: Pack) -> tuple[Finding, ...]:
    """What is wrong with the examples of a pack; nothing when all behave. Raises PackError when one cannot be read."""
    return tuple(finding for path in sorted((pack.folder / "examples").glob("*.yaml")) for finding in _behaves(pack, path))


def read_example(path: Path) -> dict[str, Any]:
    """An example with its base laid under it. Raises PackError when it, or its base, cannot be read."""
    return _read(path, ())


def judge_example(pack: Pack, example: Mapping[str, Any]) -> Verdict:
    """The verdict on an example's form. Raises PackError when it names a form or a parameter the pack does not have."""
    pack = _read_as(pack, example.get("param") or {})
    form = str(example.get("form"))
    if form not in pack.forms:
        raise PackError(f"例子所用的表单 {form} 不存在", f"the example's form {form} does not exist")
    received_on = _day(example["received_on"])
    context = RuleContext(
        received_on=received_on, today=_day(example.get("today") or received_on), files=_files(pack, example),
        enclosed={code: _normal(pack, code, data) for code, data in (example.get("enclosed") or {}).items()},
        case=_case(pack, example.get("case") or {}),
    )  # fmt: skip
    return check_form(pack, pack.forms[form], example.get("data") or {}, {}, context)


def _read_as(pack: Pack, said: Mapping[str, Any]) -> Pack:
    """The pack with some parameters of another value. Raises PackError when it has no such parameter."""
    if unknown := sorted(str(key) for key in said if key not in pack.parameters):
        raise PackError(f"规则包没有参数 {'、'.join(unknown)}", f"the pack has no parameter {', '.join(unknown)}")
    return replace(pack, parameters={**pack.parameters, **{key: {**pack.parameters[key], "value": value} for key, value in said.items()}}) if said else pack


def _day(said: Any) -> date:
    """A day, written with or without quotes. Raises ValueError when it is none."""
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _behaves(pack: Pack, path: Path) -> Iterator[Finding]:
    """What one example does that it should not."""
    try:
        example = read_example(path)
        verdict = judge_example(pack, example)
    except (PackError, KeyError, TypeError, ValueError) as trouble:
        yield _finding(path, f"例子写法不对：{trouble}", f"the example is not well formed: {trouble}")
        return
    said = example["expect"]
    expected = {str(word) for word in (said if isinstance(said, list) else example.get("rules") or ())}
    standing = {rule.id for rule in pack.forms[example["form"]].rules if rule.severity is Severity.NOT_RUN}
    hit = [f for f in verdict.findings if f.severity is Severity.ERROR or (f.severity is Severity.NOT_RUN and f.rule not in standing)]
    for finding in hit:
        if not _names(finding) & expected:
            told = f"{finding.rule} {finding.path} {finding.zh}"
            yield _finding(path, f"不该有的问题：{told}", f"unexpected: {told}")
    names = {name for finding in verdict.findings for name in _names(finding)}
    for missing in sorted(expected - names):
        yield _finding(path, f"应当不通过 {missing}，却通过了", f"should fail {missing} and does not")
    if said == "fail" and not hit and not names & expected:
        yield _finding(path, "应当不通过，却通过了", "should fail and passes")
    for missing in sorted({str(word) for word in example.get("warnings") or ()} - names):
        yield _finding(path, f"应当提示 {missing}，却没有", f"should warn of {missing} and does not")


def _names(finding: Finding) -> set[str]:
    """The names an example may call a finding by: its rule, its path or any part of the form that holds it, both together."""
    bare = re.sub(r"\[\d+\]", "[]", finding.path)
    holders = {finding.path[: step.start()] for step in re.finditer(r"[.\[]", finding.path)}
    return ({finding.rule, finding.path, bare, f"{finding.rule}:{finding.path}"} | holders) - {""}


def _finding(path: Path, zh: str, en: str) -> Finding:
    """A finding about an example."""
    return Finding(rule="PACK-EXAMPLE", severity=Severity.ERROR, zh=zh, en=en, path=path.stem, place=str(Path(path.parent.parent.name, "examples", path.name)))


def _read(path: Path, trail: tuple[str, ...]) -> dict[str, Any]:
    """An example over its base; `trail` keeps bases from going round in circles."""
    said = read_mapping(path)
    base = said.pop("base", None)
    if base is None:
        whole: dict[str, Any] = {}
    elif str(base) in trail:
        raise PackError(f"例子 {path.name} 的 base 循环引用", f"the bases of example {path.name} go in circles")
    else:
        whole = _read(path.with_name(f"{base}.yaml"), (*trail, str(base)))
        for gone in ("rules", "warnings"):
            whole.pop(gone, None)
    changes = said.pop("set", None) or {}
    whole = deepcopy(whole | said)
    whole["data"] = whole.get("data") or {}
    for where, value in changes.items():
        first = re.split(r"[.\[]", str(where))[0]
        beside = first in _BESIDE and first not in whole["data"]
        _put(whole if beside else whole["data"], str(where), value)
    return whole


def _put(data: Any, where: str, value: Any) -> None:
    """Set (or with None take away) the value at a path. Raises KeyError or IndexError when the way does not exist."""
    steps: list[str | int] = [int(s[1:-1]) if s.startswith("[") else s for s in re.findall(r"\[\d+\]|[^.\[\]]+", where)]
    *way, last = steps
    for step in way:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[step]
    if value is None and isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int) and last == len(data):
        data.append(value)
    elif value is None:
        del data[last]
    else:
        data[last] = value


def _normal(pack: Pack, code: str, data: Any) -> dict[str, Any]:
    """Normal data of a form given as typed, with what had been computed on it; as it stands when the pack does not know the form."""
    spec = pack.forms.get(code)
    if spec is None:
        return dict(data)
    return normalise(spec.fields, data).data | {name: data[name] for name in spec.computed if name in data}


def _case(pack: Pack, said: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an example's case, its forms made normal."""
    opening = next((code for code, spec in pack.forms.items() if spec.opens_case), "")
    case = dict(said)
    if "application" in case:
        case["application"] = _normal(pack, opening, case["application"] or {})
    case["forms"] = {code: _normal(pack, code, data or {}) for code, data in (said.get("forms") or {}).items()}
    return case


def _files(pack: Pack, example: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The attachments of an example; when it names none, just the files its form speaks of."""
    if example.get("files") is not None:
        return [file if isinstance(file, dict) else {"name": str(file)} for file in example["files"] or ()]
    names: dict[str, None] = {}
    _collect(pack.forms[example["form"]].fields, normalise(pack.forms[example["form"]].fields, example.get("data")).data, names)
    return [{"name": name, "format": name.rsplit(".", 1)[-1], "pages": None, "size": 1} for name in names]


def _collect(fields: Mapping[str, Any], data: Mapping[str, Any], names: dict[str, None]) -> None:
    """All file names in normal data."""
    for name, node in fields.items():
        value = data.get(name)
        if node["type"] == "file" and value:
            names[value] = None
        elif node["type"] == "dict" and value:
            _collect(node["schema"], value, names)
        elif node["type"] == "list" and value and node.get("schema", {}).get("type") == "dict":
            for row in value:
                _collect(node["schema"]["schema"], row, names)


