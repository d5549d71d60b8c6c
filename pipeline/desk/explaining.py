"""What the record says about each step of a case, as plain facts for `law.explain`."""

from __future__ import annotations

from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.events import Kind, Recorded

Fact = dict[str, Any]
_BEGINS = frozenset({Kind.OPENED, Kind.FILED, Kind.REFUSED, Kind.CLOCK_PASSED, Kind.TAKEN_BACK})


def facts_of(case: Case) -> tuple[Fact, ...]:
    """One fact for each step and each refusal, oldest first: form, rules met, documents, deadlines."""
    facts: list[Fact] = []
    for decision in _decisions(case):
        facts += _facts(decision)
    return tuple(facts)


def _decisions(case: Case) -> list[list[Recorded]]:
    """The events of a case, parted where something new was handed in or a day passed."""
    parts: list[list[Recorded]] = []
    for event in case.history:
        opened_just_now = bool(parts) and parts[-1][-1].kind is Kind.OPENED
        if not parts or (event.kind in _BEGINS and not opened_just_now):
            parts.append([])
        parts[-1].append(event)
    return parts


def _facts(decision: list[Recorded]) -> list[Fact]:
    """The steps of one decision; what was issued before the first step belongs to it."""
    form, facts, loose = "", [], Fact()
    for event in decision:
        data = event.data
        if event.kind is Kind.FILED:
            form = str(data["filing"]["form"])
        elif event.kind is Kind.REFUSED:
            rules = list(dict.fromkeys(f["rule"] for f in data.get("findings", ())))
            facts.append({"on": event.at[:10], "form": data["form"], "rules": rules})
        elif event.kind is Kind.MOVED:
            moved = {"transition": data["transition"], "from": data["from"], "to": data["to"], "cite": data["cite"], "on": event.at[:10], "form": form}
            facts.append({**moved, **loose})
            loose = Fact()
        else:
            _add(facts[-1] if facts else loose, event)
    return facts


def _add(fact: Fact, event: Recorded) -> None:
    data = event.data
    if event.kind is Kind.DRAFTED:
        met = [str(row["rule"]) for row in data["context"].get("findings") or () if row.get("rule")]
        fact["rules"] = list(dict.fromkeys([*fact.get("rules", []), *met]))
    if event.kind in (Kind.DRAFTED, Kind.ISSUED) and data["code"] not in fact.setdefault("documents", []):
        fact["documents"].append(data["code"])
    if event.kind is Kind.CLOCK_STARTED:
        fact.setdefault("deadlines", []).append({"clock": data["clock"], "final": data.get("final", ""), "working": data.get("working", "")})
