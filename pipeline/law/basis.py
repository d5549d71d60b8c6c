"""What a rule rests on: an article of the instrument, or an open statement that it is ours.

In packs a citation is an article id, `@name` (looked up in the pack's `bases`), a mapping `{design: why}`,
`{general_law: why}` or `{analogy: why}`, or a list of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARKS: Mapping[str, tuple[str, str]] = {
    "design": ("本系统约定", "design choice"),
    "general_law": ("一般法律规定", "general law"),
    "analogy": ("类推", "by analogy"),
    "standard": ("标准", "standard"),
    "typed": ("承办人录入", "typed in by an officer"),
}
"""The ways a rule may stand without an article, with what they are called when printed."""

NOT_HELD = "text_not_held"
"""The kind of an article of which only number and citation are known."""


@dataclass(frozen=True, slots=True)
class Article:
    """One citable unit of an instrument: its id, how it is cited in full, and its text."""

    id: str
    cite: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """One resolved ground of a rule. `kind` is 'article' or one of MARKS; `ref` the article id, if any."""

    kind: str
    text: str
    ref: str = ""

    @property
    def zh(self) -> str:
        """The ground as printed in Chinese."""
        return self.text if self.kind == "article" else f"{MARKS[self.kind][0]}：{self.text}"

    @property
    def en(self) -> str:
        """The ground as printed for English readers (the citation itself stays Chinese)."""
        return self.text if self.kind == "article" else f"{MARKS[self.kind][1]}: {self.text}"


def resolve(ref: Any, bases: Mapping[str, Any], articles: Mapping[str, Article]) -> tuple[Basis, ...]:
    """The grounds a citation names; empty when it names none or one that does not exist."""
    return _resolve(ref, bases, articles, depth=0)


def unresolved(ref: Any, bases: Mapping[str, Any], articles: Mapping[str, Article]) -> tuple[str, ...]:
    """The parts of a citation that name nothing, as written; ('',) for an empty citation."""
    if ref in (None, "", [], {}):
        return ("",)
    parts = ref if isinstance(ref, (list, tuple)) else [ref]
    return tuple(str(part) for part in parts if not resolve(part, bases, articles))


def _resolve(ref: Any, bases: Mapping[str, Any], articles: Mapping[str, Article], depth: int) -> tuple[Basis, ...]:
    """`resolve`, following names in `bases` a few steps and no further."""
    if isinstance(ref, (list, tuple)):
        return tuple(basis for part in ref for basis in _resolve(part, bases, articles, depth))
    if isinstance(ref, Mapping):
        return tuple(Basis(kind, str(why)) for kind, why in ref.items() if kind in MARKS and why)
    if not isinstance(ref, str):
        return ()
    name = ref.removeprefix("@")
    if ref in articles:
        article = articles[ref]
        return (Basis("article", article.cite, article.id),)
    if name in bases and depth < 5:
        return _resolve(bases[name], bases, articles, depth + 1)
    mark, _, why = ref.partition(":")
    return (Basis(mark, why.strip()),) if mark in MARKS and why.strip() else ()
