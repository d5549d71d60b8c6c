"""Forms that stay sealed until everybody who owes one has handed it in: what a pack says of them (`sealed_until`). Pure.

Whose sheets are awaited stands in a table of another form on file (the team); who must stand aside there owes none. The
joint score is computed from the opened sheets by a method the pack names as a parameter; any other value, or null,
leaves it to the team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack

KEY = "sealed_until"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """How one joint table comes out of many sheets: which table, by which key, which values, by which parameters."""

    rows: str
    key: str
    value: str
    keep: tuple[str, ...] = ()
    total: str = ""
    method_param: str = ""
    places_param: str = ""
    rounding_param: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What a pack says of a form that stays sealed."""

    form: str
    team: str
    """The form on file whose table names everybody who owes a sheet."""
    table: str
    member: str
    name: str
    """The field of the sheet itself that names who filled it in."""
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    leader: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excuse: str = ""
    """The form with which the leader puts on record that a member cannot hand one in."""
    excused: str = ""
    even_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Reasons that also set aside a sheet that is in."""
    out: str = ""
    joint: Joint | None = None

    def members(self, forms: Mapping[str, Row]) -> tuple[Row, ...]:
        """The rows of everybody who owes a sheet, as the team stands on file."""
        rows = forms.get(self.team, {}).get(self.table) or ()
        return tuple(row for row in rows if not self.aside or not matches(row, self.aside))

    def stands_aside(self, forms: Mapping[str, Row], name: str) -> bool:
        """Whether somebody is named in the team and has to stand aside."""
        rows = forms.get(self.team, {}).get(self.table) or ()
        return bool(self.aside) and any(row.get(self.member) == name and matches(row, self.aside) for row in rows)

    def leaders(self, forms: Mapping[str, Row]) -> tuple[str, ...]:
        """Who leads the team."""
        return tuple(str(row.get(self.member)) for row in self.members(forms) if self.leader and matches(row, self.leader))


def matches(row: Row, said: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a row holds one of the values said, in every column said."""
    return all(str(row.get(column)) in allowed for column, allowed in said.items())


def sealing_of(spec: FormSpec | None) -> Sealing | None:
    """What the pack says of this form, or None for a form that is not sealed. Raises KeyError for what is not well formed."""
    said = spec.notes.get(KEY) if spec else None
    if not said or spec is None:
        return None
    team, table = str(said["all_of"]).split(".", 1)
    excuse, joint = said.get("excused_by") or {}, said.get("joint")
    return Sealing(
        form=spec.code, team=team, table=table, member=str(said["member"]), name=str(said["name"]), aside=_columns(said.get("aside")),
        leader=_columns(said.get("leader")), excuse=str(excuse.get("form", "")), excused=str(excuse.get("member", "")),
        even_after=_columns(excuse.get("even_after")), out=str(said.get("out") or ""), joint=_joint(joint) if joint else None,
    )  # fmt: skip


def _joint(said: Mapping[str, Any]) -> Joint:
    texts = {name: str(said.get(name) or "") for name in ("total", "method_param", "places_param", "rounding_param")}
    return Joint(rows=str(said["rows"]), key=str(said["key"]), value=str(said["value"]), keep=tuple(said.get("keep") or ()), **texts)


def _columns(said: Mapping[str, Any] | None) -> Mapping[str, tuple[str, ...]]:
    return {str(column): tuple(str(one) for one in allowed) for column, allowed in (said or {}).items()}


def sealed_forms(pack: Pack) -> Mapping[str, Sealing]:
    """Every sealed form of a pack, by code."""
    found = {code: sealing_of(spec) for code, spec in pack.forms.items()}
    return {code: sealing for code, sealing in found.items() if sealing is not None}


# --- the joint score ----------------------------------------------------------------------------------------------


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean; exact as far as it ends."""
    return sum(values, Decimal(0)) / len(values)


def trimmed_mean(values: Sequence[Decimal]) -> Decimal:
    """The mean without one highest and one lowest value; of fewer than three, the mean of all."""
    kept = sorted(values)[1:-1] if len(values) > 2 else values
    return mean(kept)


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value; of an even number, the mean of the two in the middle."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else mean(ordered[half - 1 : half + 1])


METHODS = {"mean": mean, "trimmed_mean": trimmed_mean, "median": median}
"""Values of the parameter `method_param` that compute; any other (consensus, null) leaves the score to the team."""
ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
USUAL_PLACES = 2


def joint_score(pack: Pack, joint: Joint | None, sheets: Iterable[Row]) -> dict[str, Any] | None:
    """The joint table and its total from the sheets that count; None when the pack leaves it to the team.

    Each row is computed by itself and rounded as the pack says; the total is the sum of the rounded rows, so that the
    joint sheet adds up. None also where the sheets do not have the same rows.
    """
    told = list(sheets)
    method = METHODS.get(str(_param(pack, joint.method_param))) if joint else None
    if joint is None or method is None or not told:
        return None
    columns = [{row[joint.key]: row for row in sheet.get(joint.rows) or ()} for sheet in told]
    if any(column.keys() != columns[0].keys() for column in columns):
        return None
    places = _param(pack, joint.places_param)
    unit = Decimal(1).scaleb(-int(USUAL_PLACES if places is None else places))
    rounding = ROUNDINGS[str(_param(pack, joint.rounding_param) or "half_up")]
    rows = []
    for key, first in columns[0].items():
        value = method([Decimal(str(column[key][joint.value])) for column in columns]).quantize(unit, rounding)
        rows.append({joint.key: key, **{name: first.get(name) for name in joint.keep}, joint.value: value})
    return {"rows": rows, "total": sum((row[joint.value] for row in rows), Decimal(0)), "method": str(_param(pack, joint.method_param))}


def _param(pack: Pack, name: str) -> Any:
    return pack.param(name) if name and name in pack.parameters else None
