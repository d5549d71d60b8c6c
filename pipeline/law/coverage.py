"""Which articles of an instrument a pack puts to work, and which it leaves to people, saying so.

An article is at work when a form, a field, a rule, a transition, a guard, a clock, a document, a parameter or a
list entry cites it, straight or by a base. All others stand in `coverage` of pack.yaml with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.law.check_rules import fault
from pipeline.law.pack import Pack
from pipeline.model import Finding

WAYS = ("person", "record", "later")
"""How an article no rule enforces is kept: a person sees to it, it is only on record, or its part is not loaded yet."""


def articles_at_work(pack: Pack) -> frozenset[str]:
    """The ids of articles that something in the pack cites."""
    return frozenset(basis.ref for ref in _citations(pack) for basis in pack.grounds(ref) if basis.ref)


def check_coverage(pack: Pack) -> Iterator[Finding]:
    """Articles that nothing cites and nobody answers for; entries of `coverage` that say nothing."""
    kept: Mapping[str, Any] = pack.data.get("coverage") or {}
    for article in sorted(pack.articles.keys() - articles_at_work(pack) - kept.keys()):
        yield fault("PACK-COVERAGE", f"articles.yaml/{article}", "没有任何规则、流程、文书引用这一条，也没有列入 coverage 说明由谁掌握", "nothing cites this article, and coverage does not say who sees to it")
    for article, said in kept.items():
        where = f"pack.yaml/coverage.{article}"
        if article not in pack.articles:
            yield fault("PACK-COVERAGE", where, "条款不存在", "no such article")
        if not isinstance(said, Mapping) or said.get("by") not in WAYS or not said.get("zh"):
            yield fault("PACK-COVERAGE", where, f"没有写明由谁掌握（by：{'、'.join(WAYS)}）和理由（zh）", "it does not say who sees to it (by) and why (zh)")


def _citations(pack: Pack) -> Iterator[Any]:
    """Everything that is cited in a pack, as written."""
    yield from (said.get("cite") for said in pack.parameters.values())
    yield from (row.get("cite") for rows in pack.lists.values() for row in rows if isinstance(row, Mapping))
    for document in pack.documents.values():
        yield from (document.get("cite"), document.get("basis"))
    for spec in pack.forms.values():
        yield from (spec.cite, *(rule.cite for rule in spec.rules))
        yield from _of_fields(spec.fields)
    for transition in pack.lifecycle.transitions.values():
        yield from (transition.cite, *(guard.cite for guard in transition.guards), *(step.cite for step in transition.clocks))


def _of_fields(fields: Mapping[str, Any]) -> Iterator[Any]:
    """What the fields of a form cite, all the way down."""
    for node in fields.values():
        yield node["meta"].get("cite")
        below = node.get("schema") or {}
        if node["type"] == "dict":
            yield from _of_fields(below)
        elif below:
            yield from _of_fields({"": below})
