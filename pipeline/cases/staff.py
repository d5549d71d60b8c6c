"""Who acts and who may sign on a day: people with their dates, delegations, absences and hand-overs. Pure; nothing of it is ever forgotten.

People come from `people.yaml` (as the journal keeps it, see Kind.PEOPLE), the rest from what was filed. Nothing reaches
back before the day it was recorded, so an answer about a day gone by is the answer that day had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.cases.events import Kind, Recorded

SIGNER = "签发"
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody in a role, from a day until a day (ISO dates, '' for open)."""

    name: str
    role: str
    since: str = ""
    until: str = ""

    def held(self, day: str) -> bool:
        """Whether it is held on `day`."""
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Right:
    """A right to sign off. `officer`: in whose stead ('' in one's own right); `documents`: codes, empty for all."""

    name: str
    officer: str = ""
    documents: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    zh: str = "本人签发权"
    en: str = "in their own right"

    def covers(self, codes: Iterable[str]) -> bool:
        """Whether all these documents may be signed under it."""
        return not self.documents or set(codes) <= set(self.documents)


class Staff:
    """The people of one jurisdiction and what was recorded about them."""

    def __init__(self, posts: Iterable[Post], events: Iterable[Recorded], jurisdiction: str) -> None:
        self._posts = tuple(posts)
        mine = [event for event in events if event.kind in _KINDS and event.data.get("jurisdiction") == jurisdiction]
        self._of = {kind: tuple(event for event in mine if event.kind is kind) for kind in _KINDS}

    def successor(self, name: str, role: str, on: date) -> str:
        """To whom `name` has handed the post by `on`; '' when it was not handed over, or came back."""
        return self._gone(role, on.isoformat()).get(name, "")

    def _gone(self, role: str, day: str) -> dict[str, str]:
        gone: dict[str, str] = {}
        for event in sorted(self._of[Kind.HANDED_OVER], key=lambda e: (e.data["on"], e.seq)):
            if event.data["role"] == role and event.data["on"] <= day:
                gone[event.data["from"]] = event.data["to"]
                gone.pop(event.data["to"], None)
        return gone

    def absence(self, name: str, role: str, on: date) -> Mapping[str, Any] | None:
        """The absence of `name` from this role that is in force on `on`, or None."""
        day = on.isoformat()
        for event in reversed(self._of[Kind.AWAY]):
            said = event.data
            if (said["person"], said["role"]) == (name, role) and said["from"] <= day <= said["to"]:
                back = any(b.seq > event.seq and (b.data["person"], b.data["role"]) == (name, role) and b.data["on"] <= day for b in self._of[Kind.BACK])
                return None if back else said
        return None

    def stand_in(self, name: str, role: str, on: date) -> str:
        """Who does the work of `name` on `on`: the one who took the post over, or the deputy while away; else `name`."""
        for _ in range(_MOST_STEPS):
            away = self.absence(name, role, on)
            another = self.successor(name, role, on) or (str(away["deputy"]) if away else "")
            if not another:
                return name
            name = another
        return name

    def acting(self, role: str, on: date) -> frozenset[str]:
        """Who holds this role on `on` and has not handed it over."""
        day, gone = on.isoformat(), self._gone(role, on.isoformat())
        named = {post.name for post in self._posts if post.role == role and post.held(day)}
        return frozenset((named - gone.keys()) | (set(gone.values()) - gone.keys() if named & gone.keys() else set()))

    def roles(self) -> frozenset[str]:
        """The roles people have."""
        return frozenset(post.role for post in self._posts)

    def officers(self, on: date) -> frozenset[str]:
        """Who may sign off on `on` in their own right: who holds the role, and is not away."""
        return frozenset(name for name in self.acting(SIGNER, on) if self.absence(name, SIGNER, on) is None)

    def rights(self, on: date) -> tuple[Right, ...]:
        """Every right to sign off that is in force on `on`, own rights first."""
        own = [self._own(name, on.isoformat()) for name in sorted(self.officers(on))]
        return (*own, *self.deputies(on))

    def _own(self, name: str, day: str) -> Right:
        post = next((p for p in self._posts if (p.name, p.role) == (name, SIGNER) and p.held(day)), None)
        taken = next((e.data for e in reversed(self._of[Kind.HANDED_OVER]) if (e.data["to"], e.data["role"]) == (name, SIGNER) and e.data["on"] <= day), None)
        if taken is not None:
            return Right(name, since=str(taken["on"]), zh=f"接{taken['from']}岗位（交接单 {taken['on']}）", en=f"took the post over from {taken['from']}")
        return Right(name, since=post.since if post else "", until=post.until if post else "")

    def deputies(self, on: date) -> tuple[Right, ...]:
        """Rights in somebody's stead: by a delegation (授权书), or while an officer is away (外出登记)."""
        return (*self._delegated(on), *self._of_absent(on))

    def _delegated(self, on: date) -> Iterator[Right]:
        day, holders = on.isoformat(), self.acting(SIGNER, on)
        for event in self._of[Kind.DELEGATED]:
            said = event.data
            if said["from"] <= day <= said["to"] and said["officer"] in holders and not self._ended(event, day):
                zh = f"{said['officer']}授权代签（授权书 {said['from']} 至 {said['to']}）"
                yield Right(said["deputy"], said["officer"], tuple(said.get("documents") or ()), said["from"], said["to"], zh, f"in the stead of {said['officer']}, by delegation")

    def _ended(self, given: Recorded, day: str) -> bool:
        who = (given.data["officer"], given.data["deputy"])
        return any(e.seq > given.seq and (e.data["officer"], e.data["deputy"]) == who and e.data["on"] <= day for e in self._of[Kind.DELEGATION_ENDED])

    def _of_absent(self, on: date) -> Iterator[Right]:
        for name in sorted(self.acting(SIGNER, on)):
            away = self.absence(name, SIGNER, on)
            if away is not None:
                zh = f"{name}外出期间代签（外出登记 {away['from']} 至 {away['to']}）"
                yield Right(self.stand_in(name, SIGNER, on), name, (), away["from"], away["to"], zh, f"while {name} is away")


_KINDS = (Kind.DELEGATED, Kind.DELEGATION_ENDED, Kind.AWAY, Kind.BACK, Kind.HANDED_OVER)
