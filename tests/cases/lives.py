"""Lives of cases for the property tests: where a road can be left, and the moves that anybody might make from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from conftest import Bench
from test_acceptance import apply, done, scored
from test_guards import sweep
from test_road import ROAD, act

from pipeline.cases.decision import Decision, Outcome
from pipeline.check.examples import read_example
from pipeline.demo.operators import problems_found
from pipeline.demo.players import play
from pipeline.desk.picture import open_forms, prefill
from pipeline.law.dates import add_months
from pipeline.law.forms import FormSpec
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack

TAKEN = frozenset({Outcome.RECORDED, Outcome.RECEIVED, Outcome.CORRECTION})
MOVES = (
    "next", "next", "next", "next", "other", "other", "sign", "sign", "sign", "serve", "days", "days", "any", "spoilt", "spoilt", "apply", "return", "take_back", "late",
)  # fmt: skip
"""What may happen next, the likely oftener than the rest."""
JUNK: tuple[Any, ...] = (
    None, "", "坏" * 300, "<b>&{{ x }}", -1, 10**15, True, [], {}, "2026-02-30", date(1, 1, 1), date(9999, 12, 31), date(2028, 2, 29), "no_such_code",
)  # fmt: skip
DAYS = (1, 2, 7, 15, 28, 31, 45, 91, 180, 366)
FILES = [{"name": f"附件/{n:02d}测试材料.pdf", "format": "pdf", "pages": 1, "size": 9} for n in range(1, 6)]
ACCEPTANCE = ("acceptance_intake", "preliminary_review", "expert_team_form", "examination_record", "sampling_record", "score_sheet", "acceptance_report", "establishment_minutes")


@dataclass(frozen=True)
class Snapshot:
    """A case somewhere on its road, to be gone on with."""

    pack: Pack
    events: tuple[Any, ...]
    numbers: Mapping[tuple[str, int], int]
    count: int
    today: date

    def bench(self) -> Bench:
        return Bench(self.pack, today=self.today, events=list(self.events), numbers=dict(self.numbers), count=self.count)


def snapshot(bench: Bench) -> Snapshot:
    return Snapshot(bench.pack, tuple(bench.events), dict(bench.numbers), bench.count, bench.today)


# --- roads ---


def roads_of(pack: Pack) -> tuple[Snapshot, ...]:
    """A life without trouble and the side roads that leave it, each to be left after any step."""
    main = tuple(_road(pack))
    found = list(main)
    for state, side in SIDES:
        at = [s for s in main if (case := s.bench().case) is not None and case.state == state and case.pending is None]
        found += _side(at[-1 if state == "established" else 0].bench(), side)
    return tuple(found)


def _road(pack: Pack) -> Iterator[Snapshot]:
    """Application to establishment, and until a recheck is near."""
    bench = Bench(pack, today=date(2026, 1, 16))
    yield snapshot(bench)
    bench.apply(passing(pack)[0])
    yield snapshot(bench)
    for form, _ in ROAD:
        yield from _step(bench, form)
    assert bench.case is not None
    bench.today = date.fromisoformat(bench.case.clocks["PREP"].data["nominal"]) - timedelta(days=140)
    yield snapshot(bench)
    done(apply(bench))
    yield snapshot(bench)
    for form in ACCEPTANCE:
        if any(t.by_form(form) for t in pack.lifecycle.leaving(bench.case.state)):
            yield from _step(bench, form)
    assert bench.case.state == "established"
    bench.today = add_months(bench.today, 12 * int(pack.param("recheck.period")) - 2)
    sweep(bench, bench.today)
    yield snapshot(bench)


def _step(bench: Bench, form: str) -> Iterator[Snapshot]:
    done(act(bench, form))
    yield snapshot(bench)
    if bench.case is not None and bench.case.pending is not None:
        done(bench.sign())
        yield snapshot(bench)


Side = tuple[str, ...]
SIDES: tuple[tuple[str, Side], ...] = (
    ("in_preparation", ("extension_application", "extension_decision")),
    ("in_preparation", ("+PREP", "prior_notice_form", "!revocation_prior_notice", "statement_of_defence", "+REPLY")),
    ("in_preparation", ("+PREP", "late_acceptance_consent")),
    (
        "acceptance_examination",
        ("examination_record", "sampling_record", "-score_sheet", "acceptance_report", "!rectification_opinion", "rectification_report", "-score_sheet", "acceptance_report",
         "rectification_notice", "rectification_report", "expert_team_form"),
    ),
    ("established", ("penalty_record", "!center_prior_notice", "statement_of_defence", "+REPLY")),
    ("established", ("inspection_plan", "?inspection_record", "operation_rectification_report")),
    ("established", ("recheck_plan", "recheck_self_report")),
    ("established", ("annual_assessment_plan",)),
)  # fmt: skip
"""From which state, and by what: a form, `!` the service of a document, `+` the end of a clock, `-` a score that fails, `?` problems found."""


def _side(bench: Bench, side: Side) -> Iterator[Snapshot]:
    """As far as this side road goes here; not every pack has every step."""
    for word in side:
        if not _take(bench, word):
            return
        if bench.case is not None and bench.case.pending is not None:
            yield snapshot(bench)
            done(bench.sign())
        yield snapshot(bench)


def _take(bench: Bench, word: str) -> bool:
    case = bench.case
    assert case is not None
    if word[0] == "+":
        if (clock := case.clocks.get(word[1:])) is None:
            return False
        sweep(bench, max(bench.today, date.fromisoformat(clock.data["final"])) + timedelta(days=1))
        return True
    if word[0] == "!":
        return case.latest(word[1:]) is not None and bench.serve(word[1:]).answer.outcome in TAKEN
    form, more = word.lstrip("-?"), {}
    if form not in bench.pack.forms:
        return False
    if word[0] == "-":
        more = scored(bench, "30", "team_recheck" if case.state == "team_recheck" else "first")
    elif word[0] == "?":
        more = problems_found(bench.pack, bench.today)
    return act(bench, form, **more).answer.outcome in TAKEN


def passing(pack: Pack) -> list[str]:
    return sorted(path.stem for path in (pack.folder / "examples").glob("application_form_*_pass.yaml"))


# --- moves ---


def make(bench: Bench, kind: str, a: int, b: int) -> Decision | None:
    """One move; None when there is nothing to decide."""
    case = bench.case
    if kind == "days":
        bench.today = day_after(bench.today, a, b)
        if case is not None:
            sweep(bench, bench.today)
        return None
    if kind == "apply" or case is None:
        return _file_application(bench, a, b)
    if kind in ("sign", "return"):
        return None if case.pending is None else bench.sign() if kind == "sign" else bench.sign(decision="return", opinion="测试意见：请补充后重新报送")
    if kind == "serve":
        papers = [paper for paper in case.papers.values() if paper.number]
        return bench.serve(papers[a % len(papers)].code) if papers else None
    if kind == "take_back":
        receipts = [p.number for p in case.papers.values() if p.code == "receipt_record"] or ["没有"]
        told = {"receipt_no": receipts[-1 - (a % 2) * (len(receipts) - 1)], "reason": "测试：报错了文件，另行报送。", "replaced_later": True, "signer": "李测试"}
        return bench.file("retraction", {**told, "date": bench.today})
    return _file_form(bench, kind, a, b)


def _file_form(bench: Bench, kind: str, a: int, b: int) -> Decision:
    """One of the forms laid out (`next`), with another choice made (`other`), with something spoilt, received days ago (`late`), or any form at all."""
    case, pack = bench.case, bench.pack
    assert case is not None
    open_now = [] if kind == "any" else list(dict.fromkeys(spec.code for _, spec in open_forms(pack, case)))
    codes = open_now or sorted(pack.forms)
    form = codes[a % len(codes)]
    if form == "sign_off_sheet" and case.pending is not None:
        return bench.sign()
    values = _values(bench, form)
    if kind == "other":
        values = _otherwise(pack.forms[form], values, b)
    elif kind == "spoilt":
        values = spoilt(values, a, b)
    more: dict[str, Any] = {"received_on": bench.today - timedelta(days=DAYS[b % 5])} if kind == "late" else {}
    enclosed = {code: _values(bench, code) for code in pack.forms[form].notes.get("encloses") or () if code in pack.forms}
    return bench.file(form, values, files=FILES, enclosed=enclosed, **more)


def _values(bench: Bench, form: str) -> dict[str, Any]:
    """What the next person would write; what is prefilled, where the form does not fit where the case stands."""
    given = prefill(bench.pack, bench.case, bench.pack.forms[form]) if bench.case else {}
    try:
        return play(bench.pack, form, given, bench.today)
    except (KeyError, TypeError, ValueError):
        return dict(given)


def _otherwise(spec: FormSpec, values: Mapping[str, Any], b: int) -> dict[str, Any]:
    """The same with another choice made in one place."""
    choices = [name for name, node in spec.fields.items() if node["type"] in ("choice", "boolean")]
    if not choices:
        return dict(values)
    name = choices[b % len(choices)]
    options = [True, False] if spec.fields[name]["type"] == "boolean" else [option["code"] for option in spec.fields[name]["meta"]["options"]]
    return {**values, name: options[b // len(choices) % len(options)]}


def spoilt(values: Mapping[str, Any], a: int, b: int) -> dict[str, Any]:
    """The same with one thing in it replaced, or taken away."""
    whole = deepcopy(dict(values))
    if places := list(_leaves(whole)):
        holder, key = places[a % len(places)]
        holder[key] = deepcopy(JUNK[b % len(JUNK)])
    return whole


def _leaves(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _leaves(node[key])


def _file_application(bench: Bench, a: int, b: int) -> Decision:
    """An application form of the pack's examples, good or bad, or a good one spoilt."""
    known = sorted(path.stem for path in (bench.pack.folder / "examples").glob("application_form_*.yaml"))
    name = passing(bench.pack)[0] if b % 2 else known[a % len(known)]
    example = read_example(bench.pack.folder / "examples" / f"{name}.yaml")
    data = spoilt(normalise(bench.pack.forms["application_form"].fields, example["data"]).data, a, b) if b % 3 == 1 else example["data"]
    return bench.file("application_form", data, enclosed=example.get("enclosed", {}), files=example.get("files"))


def day_after(today: date, a: int, b: int) -> date:
    """A later day: so many days on, the end of the month, the end or the beginning of the year, the same day."""
    ends = (add_months(today.replace(day=1), 1) - timedelta(days=1), date(today.year, 12, 31), date(today.year + 1, 1, 1), today)
    return max(today, ends[a % 4]) if b % 3 == 0 else today + timedelta(days=DAYS[a % len(DAYS)])
