"""Fixity: is every kept file still what the record says, and can what is damaged be mended from a second copy?

A file is mended only with bytes that have the recorded digest; the damaged bytes are kept aside, not thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.archive.digests import both_of_file

DAMAGED, MISSING = "damaged", "missing"
_WORDS = {DAMAGED: ("已被改动或损坏", "changed or damaged"), MISSING: ("不见了", "missing")}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that must be there with a digest. `spares` are other places where the same bytes may lie."""

    name: str
    path: Path
    sha256: str
    spares: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """A file that is not what it should be. `mended_from` is the place of the good copy, once it was put back."""

    name: str
    sha256: str
    how: str
    mended_from: str = ""

    @property
    def zh(self) -> str:
        """In words."""
        tail = f"，已用 {self.mended_from} 的副本修复" if self.mended_from else "，没有找到完好的副本"
        return f"{self.name}{_WORDS[self.how][0]}{tail}"

    @property
    def en(self) -> str:
        """In words."""
        return f"{self.name} is {_WORDS[self.how][1]}; " + (f"mended from {self.mended_from}" if self.mended_from else "no good copy was found")


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one audit."""

    checked: int
    losses: tuple[Loss, ...] = field(default_factory=tuple)
    copied: int = 0
    """Files that were put into the second place, where they were not yet."""

    @property
    def ok(self) -> bool:
        """Everything is there, or is there again."""
        return all(loss.mended_from for loss in self.losses)


Mend = Callable[[Kept, Path], None]
"""Puts the bytes of a spare in a kept file's place."""


def audit(kept: Iterable[Kept], mend: Mend | None = None, step: Callable[[], None] = lambda: None) -> Audit:
    """Look at every kept file; with `mend`, put good copies in the place of bad ones. Raises OSError only from `mend`."""
    losses, checked = [], 0
    for one in kept:
        checked += 1
        how = fault_of(one.path, one.sha256)
        if how:
            losses.append(_loss(one, how, mend))
        step()
    return Audit(checked, tuple(losses))


def fault_of(path: Path, sha256: str) -> str:
    """damaged, missing, or '' for a file that is as it should be. A file that cannot be read is damaged."""
    try:
        return "" if both_of_file(path)[0] == sha256 else DAMAGED
    except FileNotFoundError:
        return MISSING
    except OSError:
        return DAMAGED


def _loss(one: Kept, how: str, mend: Mend | None) -> Loss:
    good = next((spare for spare in one.spares if not fault_of(spare, one.sha256)), None)
    if good is None or mend is None:
        return Loss(one.name, one.sha256, how)
    mend(one, good)
    return Loss(one.name, one.sha256, how, str(good) if not fault_of(one.path, one.sha256) else "")
