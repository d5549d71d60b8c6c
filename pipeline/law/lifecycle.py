"""The way of a case: states, transitions, clocks, as the pack says they exist here.

The master machine (`common/lifecycle.yaml`) names all states and transitions; a pack cites those that exist in
its law and says who moves them, under which condition, with which documents and clocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pipeline.errors import PackError
from pipeline.law.expand import overlay
from pipeline.law.forms import Rule

SAME = "same"
"""`to` of a transition that leaves the case where it is, from whichever of its states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a case can stand, and the phase (folder) it is shown under."""

    id: str
    zh: str
    en: str
    phase: str = ""
    terminal: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """What a transition does to one clock. `action`: start | stop | pause | resume | restart | set.

    `start`: `origin` is `event`, `issued_on` or a field path; the length comes from `period_param` (or
    `period`), in `unit`; `roll`, `soft`, `backward`, `derive` and the rest of the YAML stay in `data`.
    """

    action: str
    clock: str
    origin: str = "event"
    period_param: str = ""
    period: Any = None
    unit: str = ""
    soft: bool = False
    cite: Any = ""
    zh: str = ""
    en: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One way a transition is set off: by a form, by the outcome of a check, by a timer, by a sign-off.

    `when` (CEL) must hold; where it does not, `else_zh` and `else_en` say why not and what to do.
    """

    form: str = ""
    check: str = ""
    timer: str = ""
    sign_off: bool = False
    roles: tuple[str, ...] = ()
    when: str = ""
    else_zh: str = ""
    else_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a case: set off by one of its triggers, let through by its guards."""

    id: str
    sources: tuple[str, ...]
    to: str
    zh: str
    en: str
    cite: Any = ""
    triggers: tuple[Trigger, ...] = ()
    guards: tuple[Rule, ...] = ()
    out: tuple[str, ...] = ()
    clocks: tuple[ClockStep, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def by_form(self, form: str) -> Trigger | None:
        """The trigger that a filing of `form` pulls, or None."""
        return next((trigger for trigger in self.triggers if trigger.form == form), None)

    def by_check(self, outcome: str) -> Trigger | None:
        """The trigger that the check's outcome (passed | failed) pulls, or None."""
        return next((trigger for trigger in self.triggers if trigger.check == outcome), None)

    def by_timer(self, clock: str) -> Trigger | None:
        """The trigger that the end of a clock pulls, or None."""
        return next((trigger for trigger in self.triggers if trigger.timer == clock), None)

    @property
    def by_forms(self) -> tuple[str, ...]:
        """The forms that set it off."""
        return tuple(trigger.form for trigger in self.triggers if trigger.form)

    @property
    def role(self) -> str:
        """The role of its first trigger; '' when anyone, or the system, may."""
        return next((role for trigger in self.triggers for role in trigger.roles), "")

    @property
    def when(self) -> str:
        """The condition of the transition itself, for triggers that name none."""
        return str(self.data.get("when") or "")

    @property
    def else_zh(self) -> str:
        """Why not, in Chinese, when the transition's own condition does not hold."""
        return str((self.data.get("else") or {}).get("zh", ""))

    @property
    def else_en(self) -> str:
        """Why not, in English, when the transition's own condition does not hold."""
        return str((self.data.get("else") or {}).get("en", ""))

    @property
    def offered(self) -> bool:
        """Whether its forms are laid out as what comes next; some are taken up only when there is need, or its time has come (`offered_when`)."""
        return bool(self.data.get("offered", True))

    @property
    def offered_when(self) -> str:
        """The rule that must hold for its forms to be laid out; '' when there is none."""
        said = self.data.get("offered", True)
        return said if isinstance(said, str) else ""

    @property
    def by_sign_off(self) -> bool:
        """Whether it is set off by nothing but the sign-off of its document."""
        return any(trigger.sign_off for trigger in self.triggers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A step of the master that the law of this place rules out: filing one of `forms` is answered with the reason."""

    id: str
    forms: tuple[str, ...]
    zh: str
    en: str
    cite: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The machine of one jurisdiction."""

    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    clocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    phases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    """Transitions of the master that do not exist here, with the reason where the pack gives one."""
    closed: tuple[Closed, ...] = ()
    """Those of the absent ones that name the forms they refuse."""
    returns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Earlier states an officer may send a case back to (退回), by the state it stands at."""

    def candidates(self, state: str, form: str) -> tuple[Transition, ...]:
        """The transitions a filing of `form` may aim at in `state`, in the order of the pack."""
        return tuple(t for t in self.transitions.values() if t.by_form(form) and _leaves(t, state))

    def on_check(self, state: str, outcome: str) -> tuple[Transition, ...]:
        """The transitions that the check itself fires in `state`; `outcome` is passed or failed."""
        return tuple(t for t in self.transitions.values() if t.by_check(outcome) and _leaves(t, state))

    def on_timer(self, state: str, clock: str) -> tuple[Transition, ...]:
        """The transitions that the end of `clock` fires in `state`."""
        return tuple(t for t in self.transitions.values() if t.by_timer(clock) and _leaves(t, state))

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """All transitions out of `state`."""
        return tuple(t for t in self.transitions.values() if _leaves(t, state))


def _leaves(transition: Transition, state: str) -> bool:
    """Whether `transition` starts in `state`; '*' means any."""
    return state in transition.sources or "*" in transition.sources


def build_lifecycle(master: Mapping[str, Any], own: Mapping[str, Any], where: str) -> Lifecycle:
    """The machine of a pack laid over the master. Raises PackError naming the transition that is malformed."""
    states = overlay(master.get("states") or {}, own.get("states") or {})
    clocks = overlay(master.get("clocks") or {}, own.get("clocks") or {})
    known = master.get("transitions") or {}
    mine = own.get("transitions")
    if mine is None:
        mine = {key: value for key, value in own.items() if key not in ("states", "clocks", "phases", "returns")}
    transitions, absent = {}, {}
    closed: list[Closed] = []
    for name, said in mine.items():
        if said is None or not said.get("cite"):
            absent[name] = str((said or {}).get("reason") or (said or {}).get("zh") or "")
            closed += _closed(name, said or {})
            continue
        try:
            transitions[name] = _transition(name, {**known.get(name, {}), **said})
        except (KeyError, TypeError, AttributeError, ValueError) as trouble:
            fault = f"{type(trouble).__name__}: {trouble}"
            raise PackError(f"{where} 的流转 {name} 写法不对：{fault}", f"{where}, transition {name} is not well formed: {fault}") from trouble
    absent |= {name: "" for name in known if name not in mine}
    return Lifecycle(
        states=MappingProxyType({name: _state(name, data or {}) for name, data in states.items()}),
        transitions=MappingProxyType(transitions),
        clocks=MappingProxyType(dict(clocks)),
        phases=MappingProxyType(overlay(master.get("phases") or {}, own.get("phases") or {})),
        absent=MappingProxyType(absent),
        closed=tuple(closed),
        returns=MappingProxyType({name: _many(to) for name, to in overlay(master.get("returns") or {}, own.get("returns") or {}).items()}),
    )


def _closed(name: str, said: Mapping[str, Any]) -> tuple[Closed, ...]:
    """A step ruled out, when it says which forms it refuses (`by`)."""
    forms = _many((said.get("by") or {}).get("form"))
    closed = Closed(id=name, forms=forms, zh=str(said.get("reason", "")), en=str(said.get("reason_en", "")), cite=said.get("reason_cite"))
    return (closed,) if forms else ()


def _state(name: str, data: Mapping[str, Any]) -> State:
    """A state as written in YAML."""
    return State(
        id=name, zh=str(data.get("zh", name)), en=str(data.get("en", name)), phase=str(data.get("phase", "")),
        terminal=bool(data.get("terminal", False)), data=MappingProxyType(dict(data)),
    )  # fmt: skip


def _transition(name: str, data: Mapping[str, Any]) -> Transition:
    """A transition as written in YAML."""
    by = data.get("by") or {}
    return Transition(
        id=name, sources=_many(data["from"]), to=str(data["to"]), zh=str(data.get("zh", name)), en=str(data.get("en", name)),
        cite=data.get("cite"),
        triggers=tuple(trigger for way in (by if isinstance(by, list) else [by]) for trigger in _triggers({**data, **way})),
        guards=tuple(Rule.of(guard, data.get("cite")) for guard in data.get("guards") or ()),
        out=_many(data.get("out")), clocks=tuple(clock_step(step) for step in data.get("clocks") or ()),
        data=MappingProxyType(dict(data)),
    )  # fmt: skip


def _triggers(data: Mapping[str, Any]) -> tuple[Trigger, ...]:
    """One way of setting off a transition, for each form it names; role, when and else of the transition apply."""
    otherwise = data.get("else") or {}
    trigger = Trigger(
        check=str(data.get("check") or ""), timer=str(data.get("timer") or ""), sign_off=bool(data.get("sign_off")),
        roles=_many(data.get("role")), when=str(data.get("when") or ""),
        else_zh=str(otherwise.get("zh", "")), else_en=str(otherwise.get("en", "")),
    )  # fmt: skip
    forms = _many(data.get("form"))
    return tuple(replace(trigger, form=form) for form in forms) if forms else (trigger,)


def _many(value: Any) -> tuple[str, ...]:
    """One or several words as a tuple."""
    if value in (None, ""):
        return ()
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)


_ACTIONS: Sequence[str] = ("start", "stop", "pause", "resume", "restart", "set")


def clock_step(data: Mapping[str, Any]) -> ClockStep:
    """What a transition, or the service of a document, does to a clock, as written in YAML. Raises ValueError."""
    action = next((word for word in _ACTIONS if data.get(word)), "")
    if not action:
        raise ValueError(f"clock step names none of {', '.join(_ACTIONS)}: {dict(data)}")
    return ClockStep(
        action=action, clock=str(data[action]), origin=str(data.get("from", "event")),
        period_param=str(data.get("period_param") or ""), period=data.get("period"), unit=str(data.get("unit") or ""),
        soft=bool(data.get("soft", False)), cite=data.get("cite", ""), zh=str(data.get("zh", "")), en=str(data.get("en", "")),
        data=MappingProxyType(dict(data)),
    )  # fmt: skip
