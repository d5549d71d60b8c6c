"""Ways of doing one thing, taking turns: a busy machine is busy for all of them, and what counts is the ratio within a turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Work = Callable[[int], object]


def take_turns(ways: Mapping[str, Work], turns: int) -> dict[str, list[float]]:
    """Milliseconds of each way in each turn; every way comes once in a turn, and one turn before the first only warms up."""
    took: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(turns + 1):
        for way, work in ways.items():
            start = time.perf_counter()
            work(turn)
            if turn:
                took[way].append((time.perf_counter() - start) * 1000)
    return took


def ratios(took: Mapping[str, list[float]], ours: str) -> dict[str, list[float]]:
    """How many times as long as ours each other way took, turn by turn."""
    return {way: [theirs / own for theirs, own in zip(each, took[ours], strict=True)] for way, each in took.items() if way != ours}


def spread(values: Sequence[float]) -> str:
    """Median, and the least and most in brackets."""
    return f"{statistics.median(values):8.1f}  ({min(values):.1f} – {max(values):.1f})"


def table(took: Mapping[str, Sequence[float]], times: Mapping[str, Sequence[float]], labels: Mapping[str, str]) -> list[str]:
    """Lines for people: milliseconds, and beside them how many times as long as ours."""
    return [f"{spread(each):<30}{_times(times[way]) if way in times else '':>8}  {labels[way]}" for way, each in took.items()]


def _times(values: Sequence[float]) -> str:
    middle = statistics.median(values)
    return f"×{middle:.1f}" if middle >= 1 else f"×{middle:.2f}"
