"""What a step changes in what a case knows of its application: a new lead of a joint preparation, a new host of a centre.

The application stays as it was filed. What a signed act says since lies over it, and from then on forms, rules and documents
speak of the new unit. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.law.lifecycle import Transition

Plain = Mapping[str, Any]


def renewal(transition: Transition, data: Plain, holds: Callable[[str], bool]) -> dict[str, Any]:
    """What `transition` changes (path in the application → value), from the form that moved the case; often nothing.

    `renews: {when: CEL, set: {path: field}}` says so in a pack's lifecycle; blank fields change nothing.
    """
    said = transition.data.get("renews")
    if not said or (said.get("when") and not holds(str(said["when"]))):
        return {}
    return {str(path): data[field] for path, field in said["set"].items() if data.get(field) not in (None, "")}


def renewed(application: Plain, changes: Plain) -> Plain:
    """The application with `changes` (dotted path → value) laid over it; itself when there are none."""
    for path, value in changes.items():
        application = _laid(application, path.split("."), value)
    return application


def _laid(data: Plain, way: list[str], value: Any) -> dict[str, Any]:
    inner = data.get(way[0])
    below = inner if isinstance(inner, Mapping) else {}
    return {**data, way[0]: value if len(way) == 1 else _laid(below, way[1:], value)}
