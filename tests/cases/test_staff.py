"""Who acts and who may sign on a day: own rights, delegations, absences, hand-overs, each with its days; nothing is forgotten."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.cases.events import Kind, Recorded
from pipeline.cases.staff import Post, Right, Staff

A, B, C, CLERK, OTHER = "测试局长", "测试副局长", "测试处长", "测试承办人", "测试承办人乙"
POSTS = (Post(A, "签发"), Post(B, "签发", since="2026-03-01"), Post(CLERK, "办理"), Post(OTHER, "办理", until="2026-12-31"))


def event(n: int, kind: Kind, **data: Any) -> Recorded:
    return Recorded(n, "", n, kind, "2026-01-01T09:00:00+08:00", "", {"jurisdiction": "hubei", **data}, "")


def given(n: int, officer: str, deputy: str, first: str, last: str, *documents: str) -> Recorded:
    return event(n, Kind.DELEGATED, officer=officer, deputy=deputy, documents=list(documents), **{"from": first, "to": last})


def away(n: int, person: str, role: str, first: str, last: str, deputy: str) -> Recorded:
    return event(n, Kind.AWAY, person=person, role=role, deputy=deputy, **{"from": first, "to": last})


def handed(n: int, role: str, leaves: str, takes: str, on: str) -> Recorded:
    return event(n, Kind.HANDED_OVER, role=role, to=takes, on=on, **{"from": leaves})


def signers(day: str, *events: Recorded) -> dict[str, str]:
    """Who may sign on a day, and in whose stead."""
    return {right.name: right.officer for right in Staff(POSTS, events, "hubei").rights(date.fromisoformat(day))}


@pytest.mark.parametrize(
    ("day", "events", "expected"),
    [
        ("2026-01-10", (), {A: ""}),
        ("2026-03-01", (), {A: "", B: ""}),
        ("2026-01-09", (given(1, A, C, "2026-01-10", "2026-01-20"),), {A: ""}),
        ("2026-01-10", (given(1, A, C, "2026-01-10", "2026-01-20"),), {A: "", C: A}),
        ("2026-01-20", (given(1, A, C, "2026-01-10", "2026-01-20"),), {A: "", C: A}),
        ("2026-01-21", (given(1, A, C, "2026-01-10", "2026-01-20"),), {A: ""}),
        ("2026-01-14", (given(1, A, C, "2026-01-10", "2026-01-20"), event(2, Kind.DELEGATION_ENDED, officer=A, deputy=C, on="2026-01-15")), {A: "", C: A}),
        ("2026-01-15", (given(1, A, C, "2026-01-10", "2026-01-20"), event(2, Kind.DELEGATION_ENDED, officer=A, deputy=C, on="2026-01-15")), {A: ""}),
        ("2026-01-16", (event(1, Kind.DELEGATION_ENDED, officer=A, deputy=C, on="2026-01-15"), given(2, A, C, "2026-01-16", "2026-01-20")), {A: "", C: A}),
        ("2026-01-12", (away(1, A, "签发", "2026-01-10", "2026-01-20", B),), {B: A}),
        ("2026-01-21", (away(1, A, "签发", "2026-01-10", "2026-01-20", B),), {A: ""}),
        ("2026-01-12", (away(1, A, "签发", "2026-01-10", "2026-01-20", B), event(2, Kind.BACK, person=A, role="签发", on="2026-01-12")), {A: ""}),
        ("2026-01-11", (away(1, A, "签发", "2026-01-10", "2026-01-20", B), event(2, Kind.BACK, person=A, role="签发", on="2026-01-12")), {B: A}),
        ("2026-01-31", (handed(1, "签发", A, B, "2026-02-01"),), {A: ""}),
        ("2026-02-01", (handed(1, "签发", A, B, "2026-02-01"),), {B: ""}),
        ("2026-03-05", (handed(1, "签发", A, B, "2026-02-01"), handed(2, "签发", B, A, "2026-03-05")), {A: ""}),
        ("2026-02-01", (handed(1, "签发", A, B, "2026-02-01"), given(2, A, C, "2026-01-10", "2026-12-31")), {B: ""}),
    ],
)  # fmt: skip
def test_who_may_sign(day: str, events: tuple[Recorded, ...], expected: dict[str, str]) -> None:
    assert signers(day, *events) == expected


def test_a_delegation_for_some_documents_covers_only_these() -> None:
    right = Right(C, A, ("acceptance_notice", "rejection_notice"))
    assert right.covers({"acceptance_notice"}) and not right.covers({"acceptance_notice", "task_book"})
    assert Right(A).covers({"task_book"})


def test_work_goes_to_whoever_stands_in_however_long_the_chain() -> None:
    staff = Staff(POSTS, (handed(1, "办理", CLERK, OTHER, "2026-02-01"), away(2, OTHER, "办理", "2026-02-03", "2026-02-05", "测试承办人丙")), "hubei")
    days = ("2026-01-31", "2026-02-01", "2026-02-04", "2026-02-06")
    assert [staff.stand_in(CLERK, "办理", date.fromisoformat(day)) for day in days] == [CLERK, OTHER, "测试承办人丙", OTHER]
    assert staff.stand_in(CLERK, "签发", date(2026, 2, 4)) == CLERK, "another post is another post"


def test_people_away_in_a_circle_end_somewhere() -> None:
    staff = Staff(POSTS, (away(1, CLERK, "办理", "2026-02-01", "2026-02-05", OTHER), away(2, OTHER, "办理", "2026-02-01", "2026-02-05", CLERK)), "hubei")
    assert staff.stand_in(CLERK, "办理", date(2026, 2, 2)) in (CLERK, OTHER)


def test_another_jurisdiction_is_another_matter() -> None:
    assert Staff(POSTS, (handed(1, "签发", A, B, "2026-02-01"),), "chongqing").officers(date(2026, 2, 2)) == {A}


def test_who_acts_follows_the_days_of_a_post() -> None:
    staff = Staff(POSTS, (), "hubei")
    assert staff.acting("办理", date(2026, 12, 31)) == {CLERK, OTHER} and staff.acting("办理", date(2027, 1, 1)) == {CLERK}
