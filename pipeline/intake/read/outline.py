"""What the reader knows of a form: paths, kinds, printed labels and places. Plain data, since it travels to the child.

It says where to look and what to call a place; what a value means is settled by the check, from the law.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.law.forms import FormSpec

_UNSEEN = re.compile(r"[\s＊*:：\u3000]+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field to fill in. `table` is the path of its table, '' outside tables; `group` the label of its group."""

    path: str
    kind: str
    label: str
    place: str
    table: str = ""
    group: str = ""
    unit: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    titles: tuple[str, ...] = ()
    """Labels it may be printed under, normalised by `label_key`."""
    sums: str = ""
    """The column it is the total of (`scores[].score`): printed in the table's last row."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One form of one jurisdiction as the reader knows it; `places` holds groups and tables too."""

    jurisdiction: str
    code: str
    version: str
    titles: tuple[str, ...]
    opens_case: bool
    leaves: tuple[Leaf, ...]
    places: Mapping[str, str]
    hints: tuple[str, ...] = ()
    """Notes printed with groups, normalised."""
    workbook: bool = False
    """Whether it is also given out as a spreadsheet, and known in one by its title."""

    @property
    def by_path(self) -> dict[str, Leaf]:
        """Leaves by their path as in tags."""
        return {leaf.path: leaf for leaf in self.leaves}

    @property
    def tables(self) -> dict[str, tuple[Leaf, ...]]:
        """Columns by path of their table."""
        found: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            if leaf.table:
                found.setdefault(leaf.table, []).append(leaf)
        return {table: tuple(leaves) for table, leaves in found.items()}

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outline:
        """The outline written by `to_json`."""
        leaves = tuple(
            Leaf(**{**leaf, "options": tuple((str(code), str(zh)) for code, zh in leaf["options"]), "titles": tuple(leaf["titles"])})
            for leaf in data["leaves"]
        )
        return cls(**{**data, "titles": tuple(data["titles"]), "hints": tuple(data["hints"]), "leaves": leaves})


def label_key(text: str) -> str:
    """A label as it is compared: NFKC, without blanks, stars and colons."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text)))


def outline_of(jurisdiction: str, spec: FormSpec) -> Outline:
    """The outline of a form; leaves come in the order of the paper: cover, then section by section."""
    sections = {name.split(".")[0]: section.zh for section in spec.sections for name in section.fields}
    places: dict[str, str] = {}
    leaves = list(_leaves(spec.fields, "", (), "", places, sections))
    printed = [str(path) for path in spec.cover.get("fields") or ()]
    printed += [name for section in spec.sections for name in section.fields]
    leaves.sort(key=lambda leaf: _position(leaf.path, printed))
    titles = tuple(dict.fromkeys(label_key(text) for text in (spec.title_zh, str(spec.cover.get("heading") or "")) if text))
    return Outline(jurisdiction, spec.code, spec.version, titles, spec.opens_case, tuple(leaves), places, tuple(_hints(spec.fields)), bool(spec.notes.get("workbook")))


def _hints(fields: Mapping[str, Any]) -> Iterator[str]:
    for node in fields.values():
        if node.get("type") == "dict":
            if hint := label_key(str((node.get("meta") or {}).get("hint") or "")):
                yield hint
            yield from _hints(node.get("schema") or {})


def _position(path: str, printed: list[str]) -> int:
    """Where on paper a leaf comes: at the first printed path that is its own or leads to it; unprinted ones last."""
    bare = path.replace("[]", "")
    return next((number for number, name in enumerate(printed) if bare == name or bare.startswith(f"{name}.")), len(printed))


def _leaves(
    fields: Mapping[str, Any], prefix: str, above: tuple[str, ...], table: str, places: dict[str, str], sections: Mapping[str, str],
) -> Iterator[Leaf]:  # fmt: skip
    for name, node in fields.items():
        path, meta = f"{prefix}{name}", node.get("meta") or {}
        label = str(meta.get("label") or name)
        trail = above or ((sections[name],) if name in sections else ())
        places[path] = " · ".join((*trail, label))
        row = node.get("schema") if node.get("type") == "list" else None
        if row is not None and row.get("type") == "dict":
            below = (*trail[:-1], *([trail[-1]] if trail else []), f"{label} 第{{n}}行")
            yield from _leaves(row.get("schema") or {}, f"{path}[].", below, path, places, sections)
        elif row is not None:
            places[f"{path}[]"] = f"{places[path]} 第{{n}}行"
            yield _leaf(f"{path}[]", label, row, trail, path, places)
        elif node.get("type") == "dict":
            yield from _leaves(node.get("schema") or {}, f"{path}.", (*trail, label), table, places, sections)
        else:
            yield _leaf(path, label, node, trail, table, places)


def _leaf(path: str, label: str, node: Mapping[str, Any], trail: tuple[str, ...], table: str, places: Mapping[str, str]) -> Leaf:
    meta = node.get("meta") or {}
    in_group = bool(trail) and "." in path.rpartition("[]")[2].lstrip(".") if "[]" in path else "." in path
    group = trail[-1] if in_group and trail else ""
    unit = str(meta.get("unit") or "")
    names = [label, f"{group}{label}", *([group] if group and (label.endswith("名称") or label == "姓名") else [])]
    names += [name[: name.index("（")] for name in names if name.find("（") > 1]
    titles = [key for name in names for key in (label_key(name), label_key(f"{name}（{unit}）") if unit else "") if key]
    options = tuple((str(option["code"]), str(option.get("zh") or option["code"])) for option in meta.get("options") or ())
    return Leaf(
        path, str(meta.get("kind") or "text"), label, places.get(path, label), table, label_key(group), unit,
        str(meta.get("hint") or ""), options, tuple(dict.fromkeys(titles)), "[].".join(str(meta.get("sum") or "").rsplit(".", 1)),
    )  # fmt: skip
