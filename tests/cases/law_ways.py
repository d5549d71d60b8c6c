"""Short ways off the roads, one for each step that no road takes, and for each guard a filing that it holds back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from law_roads import Walk, _cancel, _examined, _on, _signed

from pipeline.demo.operators import assessment_failed, evidence, verification_failed
from pipeline.demo.players import play
from pipeline.desk.picture import prefill

Way = Callable[[Walk], Any]
BOTH = ("hubei", "chongqing")
HUBEI, CHONGQING = ("hubei",), ("chongqing",)
LETTER = {"reason": "测试单位因内部调整撤回申请。", "understood": True, "signer": "张测试", "sealed": True, "sponsor_informed": True}
REASONS = "测试理由：查明的事实不符合条件，具体见评审（考核）意见，已经听取意见。"
BY = {"deadline": date(2026, 5, 30), "deadline_basis": "测试：责成报告筹建进度的期限，自决定之日起，由负责人酌定。"}
MISSING = [{"item": "设备清单", "problem": "没有签章", "requirement": "补充签章", "basis": "材料目录"}]
TYPED = "测试依据：条文原文待核，承办人照办法原文录入条号和内容，并附条文扫描件。"


def given(walk: Walk, form: str) -> dict[str, Any]:
    """What the form handed out next already holds."""
    assert walk.case.case is not None
    return prefill(walk.pack, walk.case.case, walk.pack.forms[form])


def _withdrawn(stage: str) -> Way:
    return lambda walk: walk.act("withdrawal_letter", stage=stage, letter_date=walk.case.today, **LETTER)


def _assessed(years: int) -> Way:
    """So many failed years, the last of them as far as its result."""

    def way(walk: Walk) -> None:
        for n in range(years):
            walk.wait(date(2029 + n, 12, 3))
            _signed("annual_assessment_plan")(walk)
            _signed("annual_assessment_result", **assessment_failed(given(walk, "annual_assessment_result")))(walk)

    return way


def _mended(walk: Walk) -> None:
    assert walk.case.case is not None
    paper = walk.case.case.latest("preparation_approval")
    assert paper is not None
    _signed("document_mending", document_no=paper.number)(walk)


def _lost(walk: Walk, **more: Any) -> None:
    items = [{**row, "finding": "测试：设备移出", "evidence": "笔录", "rating": "unmet"} for row in given(walk, "recheck_report")["items"]]
    facts = "测试：关键设备全部移出，专业人员离岗，已经停止服务。"
    _signed("recheck_report", result="failed", capability_lost=True, items=items, facts=facts, evidence=evidence(walk.case.today), **more)(walk)


def _verified_bad(walk: Walk) -> None:
    _signed("rectification_verification", **verification_failed(given(walk, "rectification_verification"), walk.case.today))(walk)


NEW_PERSON = {
    "kind": "legal_person", "legal_person_scope": "unit", "new_name": "测试新碳计量研究院", "new_uscc": "12420000CEXH00012P", "new_representative": "赵测试",
    "legal_person_file": "附件/新法人证书.pdf", "independence": "测试说明：独立公正开展工作，不受其他单位影响。",
}  # fmt: skip
PROPOSAL = {
    "hubei": {"ground": "HB-R3", "change_facts": "测试：关键设备全部移出，专业人员离岗。", "capability_finding": "测试：经现场核查，已经不具备相关产业计量测试服务能力。"},
    "chongqing": {"ground": "CQ-R4", "article_no": "第二十八条第（四）项", "article_text": "测试：条文原文，由承办人照办法录入，用于测试。", "article_file": "条文.pdf"},
}  # fmt: skip

WAYS: tuple[tuple[tuple[str, ...], str, Way], ...] = (
    (BOTH, "correcting", lambda w: w.apply()),
    (BOTH, "correcting", lambda w: _signed("intake_decision", decision="close_expired", reason_code="correction_expired", reason=REASONS)(w.wait(date(2026, 3, 20)))),
    (BOTH, "submitted", _signed("intake_decision", decision="reject", reason_code="out_of_competence", reason=REASONS, right_body="测试市市场监督管理局")),
    (BOTH, "submitted", _signed("intake_decision", decision="correct", missing_items=[{"item": "法人证书", "problem": "扫描件字迹不清。", "requirement": "重新扫描后提交。", "basis": "附件清单第1项"}])),
    (HUBEI, "submitted", lambda w: w.wait(date(2026, 2, 9))),
    (BOTH, "accepted", lambda w: w.act("expert_candidates")),
    (BOTH, "material", _signed("material_review_record", veto_found=True, veto_text="申请单位已被吊销法人资格，不能补救。", outcome="not_curable")),
    (BOTH, "reported", _signed("deliberation_minutes", outcome="refuse", reasons=REASONS, dissent="专家组建议批准，会议经研究认为能力证据不足，不予采纳。", period_start=None, period_end=None, decision_text="会议决定不予批准筹建。")),
    (BOTH, "reported", _signed("deliberation_minutes", outcome="return", return_matters="补充核查恒温实验室面积和设备权属。", decision_text="会议决定退回补充核查。", period_start=None, period_end=None)),
    (BOTH, "accepted", _withdrawn("application")),
    (BOTH, "preparing", _withdrawn("preparation")),
    *((BOTH, place, _withdrawn("acceptance")) for place in ("acceptance_correcting", "registered", "late")),
    (BOTH, "preparing", lambda w: w.act("major_event_report", kind="equipment")),
    (HUBEI, "joint_preparing", lambda w: (w.act("major_event_report"), _signed("major_event_decision")(w))),
    (HUBEI, "extending", _signed("extension_decision", decision="refuse", new_end=None, reasons=REASONS)),
    (BOTH, "terminating", lambda w: w.act("statement_of_defence", may_fail=True)),
    (BOTH, "terminating", lambda w: _signed("preparation_revocation")(w.wait(date(2029, 2, 28)))),
    (BOTH, "terminating", lambda w: _signed("preparation_revocation", outcome="not_revoke", follow_up="两个月内申请验收考核，届时未申请的另行告知。")(w.wait(date(2029, 2, 28)))),
    (BOTH, "terminating", lambda w: _signed("preparation_revocation", outcome="not_overdue", tasks_unfinished=False, corrected_end=date(2029, 6, 30), follow_up="筹建期恢复，按查明的截止日计算。")(w.wait(date(2029, 2, 28)))),
    (BOTH, "overdue", lambda w: (_signed("late_acceptance_consent")(w), w.act("acceptance_application", may_fail=True))),
    (BOTH, "acceptance_correcting", lambda w: w.act("acceptance_application")),
    (BOTH, "late", lambda w: (_signed("acceptance_intake", decision="correct", missing_items=MISSING)(w), _signed("acceptance_intake", decision="return", return_code="withdrawn", reason=REASONS)(w))),
    (BOTH, "late", lambda w: (_signed("acceptance_intake")(w), _signed("preliminary_review", outcome="not_ready", reasons=REASONS)(w))),
    (BOTH, "applied", _signed("acceptance_intake", decision="correct", missing_items=MISSING)),
    (BOTH, "acceptance_correcting", _signed("acceptance_intake", decision="return", return_code="withdrawn", reason=REASONS)),
    (BOTH, "registered", _signed("preliminary_review", outcome="not_ready", reasons=REASONS)),
    (BOTH, "ready", lambda w: w.act("expert_candidates")),
    (BOTH, "examining", lambda w: w.act("sampling_list", may_fail=True)),
    (BOTH, "rectifying", lambda w: w.wait(date(2028, 10, 9))),
    (BOTH, "rechecking_score", lambda w: (_examined("3", "team_recheck")(w), _signed("acceptance_report")(w))),
    (HUBEI, "noticed_rectifying", lambda w: _signed("prior_notice_form", **_cancel(w))(w.wait(date(2029, 12, 3)))),
    (HUBEI, "reteamed", lambda w: (_on(date(2029, 3, 12), _examined("3", "reexamination"))(w), _signed("acceptance_report")(w))),
    (BOTH, "passed", _signed("establishment_minutes", outcome="return", return_matters="末次会议没有听取意见，补充考核。", decision_text="会议决定退回补充考核。")),
    (BOTH, "passed", _signed("establishment_minutes", outcome="refuse", reasons=REASONS, new_fact="考核之后查明总结报告所附证书系伪造。", decision_text="会议决定不予批准成立。")),
    (HUBEI, "cancelling", lambda w: _signed("preparation_cancellation")(w.wait(w.case.today + timedelta(days=40)))),
    (CHONGQING, "ending", lambda w: _signed("preparation_cancellation")(w.wait(w.case.today + timedelta(days=40)))),
    (HUBEI, "cancelling", _signed("preparation_cancellation", outcome="not_cancel", follow_up="采纳申辩，两个月内再次组织考核。")),
    (CHONGQING, "ending", _signed("preparation_cancellation", outcome="not_cancel", follow_up="采纳申辩，另行研究处理办法后办理。")),
    (BOTH, "established", lambda w: w.wait(date(2028, 11, 8)).act("annual_report")),
    (BOTH, "established", lambda w: w.wait(date(2030, 1, 10))),
    (BOTH, "established", lambda w: w.act("change_report")),
    (BOTH, "established", lambda w: (w.act("change_report", **NEW_PERSON), w.act("legal_person_check"))),
    (BOTH, "inspecting", _signed("inspection_record")),
    (BOTH, "rectification_reported", _signed("rectification_verification")),
    (BOTH, "rectification_reported", _verified_bad),
    (BOTH, "rechecking", lambda w: w.wait(date(2033, 5, 25)).act("recheck_self_report")),
    (BOTH, "rechecking", _on(date(2033, 5, 30), _signed("recheck_report"))),
    (BOTH, "recheck_reported", _signed("rectification_verification")),
    (HUBEI, "rechecking", _lost),
    (BOTH, "established", lambda w: _signed("revocation_proposal", **PROPOSAL[w.pack.jurisdiction])(w)),
    (BOTH, "established", lambda w: w.act("penalty_record", serious=False, may_fail=True)),
    (BOTH, "revoking", lambda w: w.act("statement_of_defence")),
    (BOTH, "revoking", _on(date(2029, 4, 2), _signed("revocation_deliberation", outcome="not_revoke", decision_text="会议采纳申辩意见，决定不予撤销。"))),
    (BOTH, "revoking", _on(date(2029, 4, 2), _signed("revocation_deliberation"))),
    (BOTH, "established", lambda w: w.act("daily_supervision_record")),
    (BOTH, "established", lambda w: (_withdrawn("operation")(w), _signed("give_up_decision")(w))),
    (BOTH, "established", lambda w: (_withdrawn("operation")(w), _signed("give_up_decision", decision="disagree", reason="测试：未结委托较多，暂不同意。")(w))),
    (CHONGQING, "established", _assessed(3)),
    (CHONGQING, "assessing", _signed("annual_assessment_result")),
    (CHONGQING, "inspecting", lambda w: _signed("inspection_record", refused=True, refusal_excused=False, refusal_facts="测试：两次书面通知后无故拒绝检查，拒不提供材料。", result="refused")(w)),
    (CHONGQING, "preparing", _signed("case_decision")),
    (CHONGQING, "preparing", _signed("case_decision", matter="other", new_end=None, decision_text="测试：个案处理其他事项。", **BY)),
    (BOTH, "preparing", _mended),
)  # fmt: skip
"""For whom, from where, the way."""


# ── guards ──


def conflicted(walk: Walk, form: str, table: str = "members") -> dict[str, Any]:
    """The same team or list, one of whose rows belongs to the applicant."""
    assert walk.case.case is not None
    rows = play(walk.pack, form, given(walk, form), walk.case.today)[table]
    return {table: [{**row, "org": walk.case.case.application["applicant"]["name"]} if n == len(rows) - 1 else row for n, row in enumerate(rows)]}


FAR = date(2030, 12, 31)
Changes = Callable[[Walk], dict[str, Any]]
GUARDS: Mapping[str, tuple[str, str, dict[str, Any] | Changes]] = {
    "T04-EXPIRED": ("correcting", "intake_decision", {"decision": "close_expired"}),
    "T07-CONFLICT": ("accepted", "expert_team_form", lambda w: conflicted(w, "expert_team_form")),
    "T07-PURPOSE": ("accepted", "expert_team_form", {"purpose": "acceptance"}),
    "T10-ALL-SIGNED": ("site", "preparation_review_report", {"signatures": []}),
    "T10-AFTER-MATERIAL": ("site", "preparation_review_report", {"site_from": date(2026, 1, 1)}),
    "T11-REPORT": ("incurable", "deliberation_minutes", {}),
    "T12-REASONS": ("reported", "deliberation_minutes", {"outcome": "refuse", "reasons": "理由不足"}),
    "T11-DELIBERATED": ("reported", "task_book", {}),
    "T11-NAME": ("minuted", "task_book", {"party_undertaker": {"name": "测试别的单位", "representative": "张测试"}}),
    "T11-MEMBERS": ("joint_minuted", "task_book", {"party_members": []}),
    "T60-BEFORE-END": ("minuted", "withdrawal_letter", {}),
    "T14-COUNT": ("extended", "extension_application", {}),
    "T14-IN-TIME": ("overdue", "extension_application", {}),
    "T15-CAP": ("extending", "extension_decision", {"new_end": FAR}),
    "T66-OVERDUE": ("preparing", "prior_notice_form", {}),
    "T20-SERVED": ("noticed", "preparation_revocation", {}),
    "T20-REPLY": ("terminating", "preparation_revocation", {}),
    "T20-DISCUSSED": ("terminating", "preparation_revocation", {"discussed_on": None, "discussion": None}),
    "T91-REPORTED": ("joint_preparing", "major_event_decision", {}),
    "T91-JOINT": ("preparing", "major_event_decision", {"event_kind": "lead_change"}),
    "T19-CONSENT": ("overdue", "acceptance_application", {}),
    "T23-EXPIRED": ("acceptance_correcting", "acceptance_intake", {"decision": "return", "return_code": "expired"}),
    "T23b-EXPIRED": ("acceptance_correcting", "acceptance_intake", {"decision": "return", "return_code": "expired"}),
    "T26-READY": ("registered", "expert_team_form", {}),
    "T26-CONFLICT": ("ready", "expert_team_form", lambda w: conflicted(w, "expert_team_form")),
    "T26-PURPOSE": ("ready", "expert_team_form", {"purpose": "preparation_review"}),
    "TD1-CONFLICT": ("accepted", "expert_candidates", lambda w: conflicted(w, "expert_candidates", "candidates")),
    "T72-ROUND": ("examining", "examination_record", {"round": "reexamination"}),
    "T72-TEAM": ("reexamining", "examination_record", {"round": "reexamination"}),
    "T73-ROUND": ("examining", "sampling_record", {"round": "reexamination"}),
    "T74-ROUND": ("examining", "score_sheet", {"round": "reexamination"}),
    **{f"{step}-{what}": ("examining", "acceptance_report", {"round": "first"}) for step in ("T27", "T28") for what in ("SHEET", "EXAM", "SAMPLE")},
    **{f"{step}-ROUND": ("passing", "acceptance_report", {"round": "reexamination"}) for step in ("T27", "T28")},
    **{f"{step}-SHEET": ("rechecking_score", "acceptance_report", {"round": "team_recheck"}) for step in ("T30", "T31")},
    **{f"{step}-ROUND": ("rechecking_score", "acceptance_report", {"round": "first"}) for step in ("T30", "T31")},
    "T32-FAILED": ("rectifying", "rectification_notice", {}),
    "T71-CONFLICT": ("reexamining", "expert_team_form", lambda w: conflicted(w, "expert_team_form")),
    "T71-PURPOSE": ("reexamining", "expert_team_form", {"purpose": "preparation_review"}),
    **{f"{step}-{what}": ("reteamed", "acceptance_report", {"round": "reexamination"}) for step in ("T36", "T76") for what in ("SHEET", "EXAM", "SAMPLE")},
    **{f"{step}-ROUND": ("reexamined_bad", "acceptance_report", {"round": "first"}) for step in ("T36", "T76")},
    "T35-OVER": ("noticed_rectifying", "prior_notice_form", _cancel),
    "T37-FAILED": ("reteamed", "prior_notice_form", _cancel),
    "T33-BASIS": ("failed", "prior_notice_form", {"typed_basis": None}),
    "T77-GROUND": ("cancelling|ending", "preparation_cancellation", {"ground": "another"}),
    "T77-SERVED": ("cancel_noticed|end_noticed", "preparation_cancellation", {}),
    "T77-REPLY": ("cancelling|ending", "preparation_cancellation", {}),
    "T77-DISCUSSED": ("cancelling|ending", "preparation_cancellation", {"discussed_on": None, "discussion": None}),
    **{f"{step}-NOTICE": ("terminating", "preparation_cancellation", {}) for step in ("T77", "T78", "T79")},
    **{f"{step}-NOTICE": ("cancelling|ending", "preparation_revocation", {}) for step in ("T20", "T68", "T69")},
    "T38-REPORT": ("examining", "establishment_minutes", {"outcome": "approve"}),
    "T52-REPORT": ("operation_rectifying", "rectification_verification", {}),
    "T53-OFFERED": ("operation_rectifying", "rectification_verification", {"outcome": "failing"}),
    "T54-CHANGE": ("established", "revocation_proposal", {"change_facts": None, "capability_finding": None}),
    "T55-FINAL": ("established", "penalty_record", {"final": False}),
    "T59-SERVED": ("revoking_noticed", "revocation_deliberation", {}),
    "T59-REPLY": ("revoking", "revocation_deliberation", {}),
    "T84-CHANGED": ("established", "legal_person_check", {}),
    "T88-STAGE": ("established", "withdrawal_letter", {"stage": "preparation"}),
    "T88-NOTICED": ("revoking_noticed", "withdrawal_letter", {"stage": "operation"}),
    "T61-NOTICED": ("terminating", "withdrawal_letter", {"stage": "preparation"}),
    **{f"{step}-EXAMINED": ("rectifying", "withdrawal_letter", {"stage": "acceptance"}) for step in ("T95", "T95b")},
    "T62-ASKED": ("established", "give_up_decision", {}),
    "T99.1": ("preparing", "document_mending", {"document_no": "测试没有这个文号"}),
}  # fmt: skip
"""Guard → the place (Hubei's, Chongqing's where they differ), the form, and what in it the guard holds back."""
