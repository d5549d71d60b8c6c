"""Which articles of an instrument a pack puts to work, and which it leaves to people, saying so.

An article is at work when a form, a field, a rule, a transition, a guard, a clock, a document, a parameter or a
list entry cites it, straight or by a base. All others stand in `coverage` of pack.yaml with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.law.basis import NOT_HELD
from pipeline.law.check_rules import fault
from pipeline.law.lifecycle import Transition
from pipeline.law.pack import Pack
from pipeline.model import Finding

WAYS = ("person", "record", "later")
"""How an article no rule enforces is kept: a person sees to it, it is only on record, or its part is not loaded yet."""


APPLICANT = "申报"
"""The role whose filings ask; those of every other role decide."""

KINDS: Mapping[str, tuple[str, str]] = {
    "rule": ("规则", "rules"), "field": ("字段", "fields"), "transition": ("流转", "transitions"), "document": ("文书", "documents"),
    "parameter": ("参数", "parameters"), "clock": ("期限", "clocks"), "list": ("选项", "list entries"), "form": ("表单", "forms"),
}  # fmt: skip
"""What can rest on an article."""

ENFORCING = ("rule", "transition", "clock")
"""What of it can say no, or makes time count: each of these is taken out in a test, and something comes out differently."""


@dataclass(frozen=True, slots=True)
class Left:
    """One thing an article leaves to people: where it is decided, and why a person decides it."""

    where: str
    zh: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What became of one article. `kept`: enforced | record | person | later | not_held | missing."""

    id: str
    cite: str
    kept: str
    uses: Mapping[str, tuple[str, ...]]
    left: tuple[Left, ...]
    tests: tuple[str, ...]


def coverage(pack: Pack, tests: Path | None = None) -> tuple[Unit, ...]:
    """Every article of a pack with all that rests on it, what it leaves to people, and the tests that name it."""
    named = tests_naming(pack, tests) if tests and tests.is_dir() else {}
    uses: dict[str, dict[str, list[str]]] = {name: {} for name in pack.articles}
    for kind, what, ref in _named_citations(pack):
        for basis in pack.grounds(ref):
            if basis.ref and what not in uses[basis.ref].setdefault(kind, []):
                uses[basis.ref][kind].append(what)
    left: dict[str, list[Left]] = {name: [] for name in pack.articles}
    for ref, one in _left_to_people(pack):
        for basis in pack.grounds(ref):
            if basis.ref and one not in left[basis.ref]:
                left[basis.ref].append(one)
    said: Mapping[str, Any] = pack.data.get("coverage") or {}
    units = []
    for name, article in pack.articles.items():
        otherwise = "not_held" if article.kind == NOT_HELD else "missing"
        kept = _kept(uses[name], str((said.get(name) or {}).get("by") or "")) or otherwise
        found = {kind: tuple(uses[name][kind]) for kind in KINDS if kind in uses[name]}
        units.append(Unit(name, article.cite, kept, found, tuple(left[name]), named.get(name, ())))
    return tuple(units)


def _kept(uses: Mapping[str, list[str]], said: str) -> str:
    """Enforced when something that can say no rests on it; else what `coverage` says; else on record in what cites it; '' when nothing does."""
    if uses.keys() & set(ENFORCING):
        return "enforced"
    return said or ("record" if uses else "")


def tests_naming(pack: Pack, folder: Path) -> dict[str, tuple[str, ...]]:
    """Article id → the test files that name it, or name the article it is a part of."""
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    found = {}
    for name in pack.articles:
        wanted = re.compile("|".join(rf"\b{re.escape(part)}(?![\w]|\.\w)" for part in {name, name.partition(".")[0]}))
        found[name] = tuple(path for path, text in texts.items() if wanted.search(text))
    return found


def _left_to_people(pack: Pack) -> Iterator[tuple[Any, Left]]:
    """(citation, what it leaves to people): unknown parameters, steps that a person decides, and what coverage says no rule can keep, with the reason."""
    for key, said in pack.parameters.items():
        if said.get("value") is None:
            yield said.get("cite"), Left(f"pack.yaml/parameters.{key}", f"{said.get('zh', key)}：{said.get('manual', '')}")
    for transition in pack.lifecycle.transitions.values():
        for form in _deciding(pack, transition):
            yield transition.cite, Left(form, f"“{transition.zh}”由{'、'.join(pack.forms[form].filed_by)}用《{pack.forms[form].title_zh}》决定，程序只查表、算期限、拟文书")
    for article, said in (pack.data.get("coverage") or {}).items():
        if isinstance(said, Mapping) and said.get("by") in ("person", "record") and article in pack.articles:
            yield article, Left(str(said.get("form") or f"pack.yaml/coverage.{article}"), str(said.get("zh", "")))


def _deciding(pack: Pack, transition: Transition) -> Iterator[str]:
    """The forms with which the office or its experts decide a step."""
    for form in dict.fromkeys(transition.by_forms):
        if form in pack.forms and APPLICANT not in pack.forms[form].filed_by:
            yield form


def in_words(pack: Pack, kind: str, name: str, english: bool = False) -> str:
    """What rests on an article (`Unit.uses`) as people call it: a form's title and field, a step, a document, a period."""
    tail = 1 if english else 0
    code, _, inner = name.partition("#" if kind == "rule" else "." if kind in ("field", "list") else "（")
    form, step = pack.forms.get(code), pack.lifecycle.transitions.get(code)
    title = ((form.title_zh, form.title_en)[tail] if form else (step.zh, step.en)[tail] if step else code) if kind in ("rule", "field", "form", "transition") else code
    if kind == "rule":
        return f"{title} {inner}" if english else f"《{title}》{inner}" if form else f"“{title}”的条件 {inner}"
    if kind == "field" and form:
        meta = form.fields[inner.partition(".")[0].removesuffix("[]")]["meta"]
        return f"{title}: {meta['en']}" if english else f"《{title}》{meta['label']}"
    if kind == "form":
        return title if english else f"《{title}》"
    if kind == "transition":
        return f"{code} {title}"
    said: Mapping[str, Any] = {"document": pack.documents.get(code), "parameter": pack.parameters.get(name), "clock": pack.lifecycle.clocks.get(code)}.get(kind) or {}
    if kind == "list":
        said = next((row for row in pack.lists[code] if str(row.get("code")) == inner), {})
    return str(said.get(("zh", "en")[tail]) or said.get("zh") or name) + (f"（{inner}" if kind == "clock" else "")


def articles_at_work(pack: Pack) -> frozenset[str]:
    """The ids of articles that something in the pack cites."""
    return frozenset(basis.ref for ref in _citations(pack) for basis in pack.grounds(ref) if basis.ref)


def check_coverage(pack: Pack) -> Iterator[Finding]:
    """Articles that nothing cites and nobody answers for; entries of `coverage` that say nothing."""
    kept: Mapping[str, Any] = pack.data.get("coverage") or {}
    silent = {name for name, article in pack.articles.items() if article.kind == NOT_HELD}
    for article in sorted(pack.articles.keys() - articles_at_work(pack) - kept.keys() - silent):
        yield fault("PACK-COVERAGE", f"articles.yaml/{article}", "没有任何规则、流程、文书引用这一条，也没有列入 coverage 说明由谁掌握", "nothing cites this article, and coverage does not say who sees to it")
    for article, said in kept.items():
        where = f"pack.yaml/coverage.{article}"
        if article not in pack.articles:
            yield fault("PACK-COVERAGE", where, "条款不存在", "no such article")
        if not isinstance(said, Mapping) or said.get("by") not in WAYS or not said.get("zh"):
            yield fault("PACK-COVERAGE", where, f"没有写明由谁掌握（by：{'、'.join(WAYS)}）和理由（zh）", "it does not say who sees to it (by) and why (zh)")


def _citations(pack: Pack) -> Iterator[Any]:
    """Everything that is cited in a pack, as written."""
    yield from (ref for _, _, ref in _named_citations(pack))


def _named_citations(pack: Pack) -> Iterator[tuple[str, str, Any]]:
    """(kind, name, citation) of everything in a pack."""
    yield from (("parameter", key, said.get("cite")) for key, said in pack.parameters.items())
    for name, rows in pack.lists.items():
        yield from (("list", f"{name}.{row.get('code', '')}", row.get("cite")) for row in rows if isinstance(row, Mapping))
    for code, document in pack.documents.items():
        refs = [ref["cite"] if isinstance(ref, Mapping) and "cite" in ref else ref for ref in document.get("basis") or ()]
        yield from (("document", code, ref) for ref in (document.get("cite"), refs))
    for spec in pack.forms.values():
        yield "form", spec.code, spec.cite
        yield from (("rule", f"{spec.code}#{rule.id}", rule.cite) for rule in spec.rules)
        yield from _of_fields(spec.fields, spec.code)
    for transition in pack.lifecycle.transitions.values():
        yield "transition", transition.id, transition.cite
        yield from (("rule", f"{transition.id}#{guard.id}", guard.cite) for guard in transition.guards)
        yield from (("clock", f"{step.clock}（{transition.id}）", step.cite) for step in transition.clocks)


def _of_fields(fields: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, Any]]:
    """What the fields of a form cite, all the way down."""
    for name, node in fields.items():
        path = f"{where}.{name}" if name else f"{where}[]"
        yield "field", path, node["meta"].get("cite")
        below = node.get("schema") or {}
        if node["type"] == "dict":
            yield from _of_fields(below, path)
        elif below:
            yield from _of_fields({"": below}, path)
