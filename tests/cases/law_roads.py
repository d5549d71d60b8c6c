"""Roads through both packs that stop in every state, kept as they go: each decision with all it was decided on.

A state is reached once and branched from as often as wanted. `Walk.moments` holds what was decided, so that a test can
take one step, guard or clock out of the law and decide the very same thing again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from conftest import SCHEMAS

from pipeline.cases.case import Case
from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Decision
from pipeline.check.examples import read_example
from pipeline.demo import drycase
from pipeline.demo.acceptance import agreed, scored
from pipeline.demo.drycase import DryCase
from pipeline.demo.operators import problems_found, recheck_failed
from pipeline.demo.players import play
from pipeline.desk.picture import prefill
from pipeline.law.pack import Pack, load_pack
from pipeline.model import Severity

FIRST = {"hubei": "application_form_local_pass", "chongqing": "application_form_municipal_pass"}
JOINT_MEMBER = {
    "org_category": "enterprise", "role": "member", "name": "测试能源有限公司", "uscc": "91420100CEXH0008XJ", "legal_representative": "钱测试", "task": "数据平台建设与现场试验",
}  # fmt: skip
PACKS: Mapping[str, Pack] = {name: load_pack(SCHEMAS, name) for name in FIRST}


@dataclass
class Walk:
    """A case on its way, with every decision made on it."""

    case: DryCase
    moments: list[tuple[Ground, Decision]] = field(default_factory=list)
    timers: list[tuple[Pack, Case, Any, date]] = field(default_factory=list)

    @property
    def pack(self) -> Pack:
        return self.case.pack

    @property
    def state(self) -> str:
        return self.case.case.state if self.case.case else "draft"

    def fork(self) -> Walk:
        """Another way from here; what was decided so far stays with the first."""
        other = copy(self.case)
        other.events, other.numbers = list(other.events), dict(other.numbers)
        return Walk(other)

    def wait(self, day: date) -> Walk:
        """Let time pass until `day`."""
        real = drycase.handle

        def noted(pack: Pack, case: Case, due: Any, numbers: Any, today: date) -> Decision:
            self.timers.append((pack, case, due, today))
            return real(pack, case, due, numbers, today)

        drycase.handle = noted  # type: ignore[assignment]
        try:
            self.case.pass_until(day)
        finally:
            drycase.handle = real
        return self

    def act(self, form: str, *, lost: str = "", without: tuple[str, ...] = (), may_fail: bool = False, **changes: Any) -> Walk:
        """The next form as the invented people fill it in, and the sign-off where one is wanted."""
        case, spec = self.case, self.pack.forms[form]
        values = play(self.pack, form, prefill(self.pack, case.case, spec), case.today) if case.case else {}
        values = {**values, **(scored(values, lost) if lost else {}), **changes}
        codes = [code for code in spec.notes.get("encloses") or () if code not in without and code in self.pack.forms]
        papers = agreed({code: play(self.pack, code, prefill(self.pack, case.case, self.pack.forms[code]), case.today) for code in codes})
        return self._file(lambda: case.file(form, values, enclosed=papers), may_fail)

    def sign(self) -> Walk:
        return self._file(self.case.sign)

    def serve(self, code: str) -> Walk:
        return self._file(lambda: self.case.serve(code))

    def apply(self, **changes: Any) -> Walk:
        """The application of the pack's first example."""
        said = read_example(self.pack.folder / "examples" / f"{FIRST[self.pack.jurisdiction]}.yaml")
        return self._file(lambda: self.case.file("application_form", {**said["data"], **changes}, enclosed=said.get("enclosed"), files=said.get("files")), True)

    def _file(self, filing: Callable[[], Decision], may_fail: bool = False) -> Walk:
        real = drycase.decide

        def noted(ground: Ground) -> Decision:
            decision = decide(ground)
            self.moments.append((ground, decision))
            return decision

        drycase.decide = noted
        try:
            decision = filing()
        finally:
            drycase.decide = real
        wrong = [f"{f.rule} {f.path} {f.zh}" for f in decision.answer.findings if f.severity is Severity.ERROR]
        assert may_fail or wrong == [], wrong
        return self


WALKS: dict[str, list[Walk]] = {"hubei": [], "chongqing": []}
"""Every way that was walked, by pack."""


def _new(jurisdiction: str, start: Walk | None = None) -> Walk:
    walk = start.fork() if start else Walk(DryCase(PACKS[jurisdiction], date(2026, 1, 16)))
    WALKS[jurisdiction].append(walk)
    return walk


@cache
def at(jurisdiction: str, name: str) -> Walk:
    """The walk that has come to the place of this name (see PLACES); never walked on itself, only from a fork."""
    before, way = PLACES[name]
    walk = _new(jurisdiction, at(jurisdiction, before) if before else None)
    way(walk)
    return walk


def ahead(jurisdiction: str, name: str) -> Walk:
    """A fresh way from that place."""
    return _new(jurisdiction, at(jurisdiction, name))


# ── places ──


def _joint(walk: Walk) -> None:
    said = read_example(walk.pack.folder / "examples" / f"{FIRST[walk.pack.jurisdiction]}.yaml")["data"]
    lead, proof = said["applicant"], said["applicant"]["legal_person_proof"]["file"]
    rows = [
        {**JOINT_MEMBER, "role": "lead", "name": lead["name"], "uscc": lead["uscc"], "legal_representative": lead["legal_representative"]["name"]},
        JOINT_MEMBER,
    ]
    rows = [{**row, "region_code": lead["region_code"], "legal_person_file": proof} for row in rows]
    walk.apply(is_joint=True, members=rows, joint_agreement={"file": proof, "signed_on": "2026-01-08", "signed_by_all": True})


def _signed(form: str, **changes: Any) -> Callable[[Walk], None]:
    def way(walk: Walk) -> None:
        walk.act(form, **changes)
        if walk.case.case is not None and walk.case.case.pending is not None:
            walk.sign()

    return way


def _on(day: date, *ways: Callable[[Walk], Any]) -> Callable[[Walk], None]:
    def way(walk: Walk) -> None:
        walk.wait(day)
        for one in ways:
            one(walk)

    return way


def _overdue(walk: Walk) -> None:
    walk.wait(date(2029, 1, 17))
    if walk.state == "in_preparation":
        _signed("case_decision", matter="overdue", new_end=None, decision_text="认定筹建逾期，启动处理程序。")(walk)


def _served(code: str) -> Callable[[Walk], Any]:
    return lambda walk: walk.serve(code)


def _then(*ways: Callable[[Walk], Any]) -> Callable[[Walk], None]:
    """One after the other."""

    def way(walk: Walk) -> None:
        for one in ways:
            one(walk)

    return way


def _examined(lost: str, round_: str) -> Callable[[Walk], None]:
    def way(walk: Walk) -> None:
        if round_ != "team_recheck":
            walk.act("examination_record", round=round_).act("sampling_record", round=round_)
        walk.act("score_sheet", lost=lost, round=round_)

    return way


def _revoking(walk: Walk) -> None:
    _signed("penalty_record")(walk)
    walk.serve("center_prior_notice")


PLACES: dict[str, tuple[str, Callable[[Walk], Any]]] = {
    "start": ("", lambda walk: None),
    "submitted": ("start", lambda walk: walk.apply()),
    "joint": ("start", _joint),
    "correcting": ("start", lambda walk: walk.apply(total_budget="1.00")),
    "accepted": ("submitted", _signed("intake_decision")),
    "material": ("accepted", _signed("expert_team_form")),
    "incurable": ("material", _signed("material_review_record", veto_found=True, veto_text="申请单位已被吊销法人资格，不能补救。", outcome="not_curable")),
    "site": ("material", _signed("material_review_record")),
    "reported": ("site", _signed("preparation_review_report")),
    "minuted": ("reported", _signed("deliberation_minutes")),
    "preparing": ("minuted", _signed("task_book")),
    "joint_reported": ("joint", lambda walk: [_signed(form)(walk) for form in ("intake_decision", "expert_team_form", "material_review_record", "preparation_review_report")]),
    "joint_minuted": ("joint_reported", _signed("deliberation_minutes")),
    "joint_preparing": ("joint_minuted", _signed("task_book")),
    "extending": ("preparing", _on(date(2028, 9, 1), _signed("extension_application"))),
    "extended": ("extending", _on(date(2028, 9, 20), _signed("extension_decision"))),
    "overdue": ("preparing", _overdue),
    "noticed": ("overdue", _on(date(2029, 1, 18), _signed("prior_notice_form"))),
    "terminating": ("noticed", _on(date(2029, 1, 22), _served("revocation_prior_notice"))),
    "applied": ("preparing", _on(date(2028, 6, 1), lambda walk: walk.act("acceptance_application"))),
    "late": ("overdue", _then(_signed("late_acceptance_consent"), lambda walk: walk.act("acceptance_application"))),
    "acceptance_correcting": ("preparing", _on(date(2028, 6, 1), lambda walk: walk.act("acceptance_application", without=("capability_development_plan",), may_fail=True))),
    "registered": ("applied", _signed("acceptance_intake")),
    "ready": ("registered", _signed("preliminary_review")),
    "examining": ("ready", _signed("expert_team_form")),
    "passing": ("examining", _examined("20", "first")),
    "failing": ("examining", _examined("20.05", "first")),
    "passed": ("passing", _signed("acceptance_report")),
    "rectifying": ("failing", _then(_signed("acceptance_report"), _served("rectification_opinion"))),
    "rechecking_score": ("rectifying", _on(date(2028, 8, 1), _signed("rectification_report"))),
    "failing_again": ("rechecking_score", _examined("21", "team_recheck")),
    "failed": ("failing_again", _signed("acceptance_report")),
    "noticed_rectifying": ("failed", _signed("rectification_notice")),
    "reexamining": ("noticed_rectifying", _on(date(2029, 3, 1), lambda walk: walk.act("rectification_report", items=[{**row, "done": "已经按整改通知书补齐能力。"} for row in play(walk.pack, "rectification_report", prefill(walk.pack, walk.case.case, walk.pack.forms["rectification_report"]), walk.case.today)["items"]]))),
    "reteamed": ("reexamining", _on(date(2029, 3, 5), _signed("expert_team_form"))),
    "reexamined_bad": ("reteamed", _on(date(2029, 3, 12), _examined("30", "reexamination"))),
    "failed_twice": ("reexamined_bad", _signed("acceptance_report")),
    "cancel_noticed": ("failed_twice", lambda walk: _signed("prior_notice_form", **_cancel(walk))(walk)),
    "end_noticed": ("failed", lambda walk: _signed("prior_notice_form", **_cancel(walk))(walk)),
    "cancelling": ("failed_twice", _then(lambda walk: _signed("prior_notice_form", **_cancel(walk))(walk), _served("revocation_prior_notice"))),
    "ending": ("failed", _then(lambda walk: _signed("prior_notice_form", **_cancel(walk))(walk), _served("revocation_prior_notice"))),
    "established": ("passed", _signed("establishment_minutes")),
    "inspecting": ("established", _on(date(2028, 12, 4), _signed("inspection_plan"))),
    "operation_rectifying": ("inspecting", lambda walk: _signed("inspection_record", **problems_found(walk.pack, walk.case.today))(walk)),
    "rectification_reported": ("operation_rectifying", _on(date(2029, 1, 8), lambda walk: walk.act("operation_rectification_report"))),
    "rechecking": ("established", _on(date(2033, 5, 9), _signed("recheck_plan"))),
    "recheck_rectifying": ("rechecking", lambda walk: _signed("recheck_report", **recheck_failed(walk.pack, walk.case.today))(walk)),
    "recheck_reported": ("recheck_rectifying", _on(date(2033, 7, 4), lambda walk: walk.act("operation_rectification_report"))),
    "assessing": ("established", _on(date(2029, 12, 3), _signed("annual_assessment_plan"))),
    "revoking_noticed": ("established", _on(date(2029, 2, 5), _signed("penalty_record"))),
    "revoking": ("established", _on(date(2029, 2, 5), _revoking)),
}  # fmt: skip
"""Name → where it starts from, and the way there."""


def _cancel(walk: Walk) -> dict[str, Any]:
    grounds = {row["code"] for row in walk.pack.lists["termination_grounds"]}
    ground = "cancelled_failed" if "cancelled_failed" in grounds else "by_hand"
    basis = {"typed_basis": "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附条文扫描件。"} if ground == "by_hand" else {}
    return {"ground": ground, "intended": "cancel_preparation", "unfinished": [], **basis}
