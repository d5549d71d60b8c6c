"""The parts a form is printed from: leaves, grids, opinions, tables, sections; the same for Word and PDF.

Source: the forms' own YAML; what is narrow, wide or tall is by kind and length (design).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

BOX_FROM = 200
"""A long text that may exceed this many characters gets a box of its own across the page."""
COLUMNS_AT_MOST = 8
"""A table with more columns than this is set as one card per row."""
BREADTH_AT_MOST = 122
"""So is one whose columns need more than this together (see `Entry.weight`)."""
FIXED_AT_MOST = 100
"""The same in a PDF, where rows do not grow with what is written in them."""
_WEIGHTS = {"long_text": 26, "date": 15, "integer": 8, "decimal": 10, "money": 10, "boolean": 8, "uscc": 18,
            "choices": 20, "phone": 13, "region": 9}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf to fill in: its tag (`tasks[].content`), its printed label and its schema node."""

    path: str
    label: str
    node: Node

    @property
    def meta(self) -> Mapping[str, Any]:
        """The node's `meta`."""
        meta: Mapping[str, Any] = self.node.get("meta") or {}
        return meta

    @property
    def kind(self) -> str:
        """The field kind, `text` when none is named."""
        return str(self.meta.get("kind") or "text")

    @property
    def required(self) -> bool:
        """Whether the schema always requires it."""
        return bool(self.node.get("required"))

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(code, 中文) of a choice; 是/否 for a boolean; nothing for the rest."""
        if self.kind == "boolean":
            return (("true", "是"), ("false", "否"))
        return tuple((str(item["code"]), str(item.get("zh") or item["code"])) for item in self.meta.get("options") or ())

    def code(self, value: Any) -> str:
        """The code of a chosen option as forms carry it, empty for none."""
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    @property
    def title(self) -> str:
        """The label with its unit, as printed."""
        unit = str(self.meta.get("unit") or "")
        return f"{self.label}（{unit}）" if unit and unit not in self.label else self.label

    @property
    def longest(self) -> int:
        """How many characters it may hold, by its schema or by its kind."""
        return int(self.node.get("maxlength") or (2000 if self.kind == "long_text" else 60))

    @property
    def weight(self) -> int:
        """How broad its column in a table wants to be, against the others."""
        if self.kind == "choice":
            longest = max((len(text) for _, text in self.options), default=0)
            return max(13, min(30, longest * 13 // 10))
        by_kind = _WEIGHTS.get(self.kind, 20 if self.longest > 120 else 16 if self.longest > 20 else 9)
        return max(by_kind, min(2 * len(self.title) + 3, 14))

    @property
    def wide(self) -> bool:
        """Whether it needs the full width of a grid."""
        hint = str(self.meta.get("hint") or "")
        if self.kind == "long_text":
            return True
        if self.kind == "choices":
            return True
        return (self.kind == "text" and self.longest > BOX_FROM // 2) or len(hint) > 30

    @property
    def boxed(self) -> bool:
        """Whether it gets a tall box across the page."""
        return self.kind == "long_text" and self.longest > BOX_FROM


@dataclass(frozen=True, slots=True)
class Group:
    """Leaves that stand together in a grid; `label` is empty for leaves of the form itself, `hint` may be."""

    label: str
    entries: tuple[Entry, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A bordered table of labels and values."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion or commitment with name, date and, when `sealed`, a place for the seal; `wording` is printed."""

    label: str
    required: bool
    wording: str
    texts: tuple[Entry, ...]
    others: tuple[Entry, ...]

    @property
    def sealed(self) -> bool:
        """Whether an official seal goes with it."""
        return any(entry.path.endswith(".sealed") for entry in self.others)


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows repeat. `path` is the list's own path; column tags start with `path[].`."""

    path: str
    label: str
    hint: str
    required: bool
    columns: tuple[Entry, ...]
    rows: int
    totals: tuple[Entry, ...] = ()
    """Leaves that add up one of its columns (`meta.sum`); they stand in a row below it."""

    @property
    def numbered(self) -> bool:
        """Whether it needs a column that counts its rows; not when its first column is 序号 itself."""
        return self.columns[0].label != "序号"

    def total_of(self, column: Entry) -> Entry | None:
        """The leaf that adds up `column`, None when no leaf does."""
        return next((total for total in self.totals if total.meta["sum"] == column.path.replace("[]", "")), None)

    def holds(self, name: str) -> bool:
        """Whether a column of that name is among its own."""
        return any(entry.path == f"{self.path}[].{name}" for entry in self.columns)

    @property
    def cards(self) -> bool:
        """Whether a row is set as a card, since its columns are too many or too broad for the page."""
        return len(self.columns) > COLUMNS_AT_MOST or self._breadth > BREADTH_AT_MOST

    @property
    def fixed_cards(self) -> bool:
        """The same for a page on which rows keep their height."""
        return self.cards or self._breadth > FIXED_AT_MOST

    @property
    def _breadth(self) -> int:
        return sum(entry.weight for entry in self.columns)


Block = Grid | Opinion | Table


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered section as printed."""

    heading: str
    note: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole form as printed."""

    title: str
    heading: str
    title_en: str
    version: str
    authority: str
    basis: str
    filed_by: tuple[str, ...]
    guide: tuple[str, ...]
    cover: tuple[Entry, ...]
    parts: tuple[Part, ...]
    attached: bool
    annex: str = ""
    """`附件1`, where the form is an annex of its instrument."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All leaves in the order of the page."""
        return self.cover + tuple(entry for part in self.parts for block in part.blocks for entry in entries_of(block))

    @property
    def sealed(self) -> bool:
        """Whether some opinion or commitment in it already has its place for signature and seal."""
        return any(isinstance(block, Opinion) for part in self.parts for block in part.blocks)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All repeating tables in the order of the page."""
        return tuple(block for part in self.parts for block in part.blocks if isinstance(block, Table))


def entries_of(block: Block) -> tuple[Entry, ...]:
    """The leaves of one block, in its order."""
    if isinstance(block, Grid):
        return tuple(entry for group in block.groups for entry in group.entries)
    if isinstance(block, Opinion):
        return block.texts + block.others
    return block.columns + block.totals
