"""Which daily jobs are due. Pure: the last run and the time are given, nothing is remembered here.

A day that was missed (the machine was off) is made up for by one run, not by one for each day: the sweep handles all
that is due up to today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pipeline.clockwork import SHANGHAI


@dataclass(frozen=True, slots=True)
class DailyTimes:
    """Names of daily jobs and the Shanghai time of day at which each becomes due."""

    times: Mapping[str, time]

    def due(self, last: Mapping[str, datetime], now: datetime) -> tuple[str, ...]:
        """Jobs that have not run since their latest time of day, earliest first; `last` lacks those that never ran."""
        waiting = [name for name in self.times if name not in last or last[name] < self._latest(name, now)]
        return tuple(sorted(waiting, key=lambda name: (self.times[name], name)))

    def next_at(self, name: str, now: datetime) -> datetime:
        """When `name` becomes due next, after `now`."""
        return self._latest(name, now) + timedelta(days=1)

    def key(self, name: str, now: datetime) -> str:
        """Deterministic name of the run due at `now`: two engines that see it due submit one job."""
        return f"{name}-{self._latest(name, now).date().isoformat()}"

    def _latest(self, name: str, now: datetime) -> datetime:
        local = now.astimezone(SHANGHAI)
        today = self._at(name, local.date())
        return today if today <= local else self._at(name, local.date() - timedelta(days=1))

    def _at(self, name: str, day: date) -> datetime:
        return datetime.combine(day, self.times[name], SHANGHAI)
