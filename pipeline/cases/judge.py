"""Puts a pack's rules and guards to a case and a filing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from pipeline.cases.case import Case
from pipeline.cases.compose import facts
from pipeline.law.conditions import Environment, ask, environment
from pipeline.law.forms import Rule
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding, Severity

_OF_A_FILING = re.compile(r"\b(?:form|enclosed|files|received_on|today)\b")
"""What a rule speaks of that only a filing, or its day, brings."""


class Judge:
    """Answers rules about one filing in one case, today."""

    def __init__(self, pack: Pack, case: Case, filing: Filing | None, today: date) -> None:
        self._pack = pack
        self._case = case
        self._filing = filing
        self._today = today

    @cached_property
    def _environment(self) -> Environment:
        filing = self._filing
        known = facts(self._pack, self._case)
        if filing is None:
            return environment(self._pack, None, {}, today=self._today, received_on=self._today, case=known)
        files = [{"name": a.name, "format": a.media_type, "pages": a.pages or 0, "size": a.size} for a in filing.attachments]
        return environment(
            self._pack, self._pack.forms[filing.form], filing.data, today=self._today, received_on=filing.received_on,
            enclosed=filing.enclosed, files=files, case=known,
        )  # fmt: skip

    def holds(self, rule: str) -> bool:
        """Whether `rule` holds; one that cannot be evaluated does not hold."""
        return ask(rule, self._environment).holds is True

    def may_hold(self, rules: Iterable[str]) -> bool:
        """Whether a filing could pass `rules` as the case stands: each that speaks of nothing but the case holds."""
        return all(self.holds(rule) for rule in rules if rule and not _OF_A_FILING.search(rule))

    def failed(self, guards: Iterable[Rule]) -> tuple[Finding, ...]:
        """All guards that do not hold, or could not be asked (which keeps the case where it is, with the reason)."""
        found = []
        for guard in guards:
            answer = ask(guard.rule, self._environment)
            if answer.holds:
                continue
            why_zh = "" if answer.holds is False else f"（未能检查：{answer.reason_zh}）"
            why_en = "" if answer.holds is False else f" (could not be checked: {answer.reason_en})"
            found.append(
                Finding(
                    rule=guard.id, severity=Severity.ERROR, zh=guard.zh + why_zh, en=guard.en + why_en, cite=self._pack.cite_text(guard.cite),
                    repair_zh=guard.repair_zh, repair_en=guard.repair_en, path=guard.at[0] if guard.at else "",
                )  # fmt: skip
            )
        return tuple(found)
