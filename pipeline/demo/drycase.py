"""A case kept in memory: filings, sign-offs, services and passing days put to the real `decide`, without folder, database or paper.

What a file would have gone through before it is decided (reading, screening, sealing) is left out; what the law says of
it is not. Used by `hongtou law simulate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.compose import facts
from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Decision
from pipeline.cases.drawn import drawn
from pipeline.cases.due import Due, handle, next_due
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.fire import filing_plain
from pipeline.cases.fold import advance, fold
from pipeline.cases.handin import OPEN, opened
from pipeline.cases.lots import LOTS
from pipeline.cases.registers import NumberView
from pipeline.check import RuleContext, check_form
from pipeline.clockwork import SHANGHAI
from pipeline.demo.players import play
from pipeline.desk.picture import prefill, sign_off_sheet
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.law.sealed import sealed_forms, sealing_of
from pipeline.model import Filing, Finding, Verdict

OFFICER = "测试局长"
OWNERS = {"申报": "测试申请人甲", "评审": "测试专家组长", "办理": "测试承办人", "签发": OFFICER}
_UNREAD = "0" * 64
SIMULATED = "SIMULATED: NO TIMESTAMP"
"""What stands in the place of a timestamp token where lots are drawn in play; no verification takes it for one."""


@dataclass
class DryCase:
    """One case and the numbers it takes, on the day it stands at. `events` is its journal."""

    pack: Pack
    today: date
    events: list[Recorded] = field(default_factory=list)
    case: Case | None = None
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    count: int = 0
    seed: str = "hongtou"
    """What lots are drawn from, in the place of a timestamp; another seed draws others."""

    def file(
        self, form: str, data: Mapping[str, Any], *, enclosed: Mapping[str, Mapping[str, Any]] | None = None,
        files: Sequence[Mapping[str, Any]] | None = None, role: str = "", **more: Any,
    ) -> Decision:  # fmt: skip
        """File a form today and record what was decided; `files` None: nobody knows what came with it. `more` goes into the filing (`bound`, `owner`) or names the `signer`.

        Raises KeyError for a form the pack does not have.
        """
        self.count += 1
        spec, signer = self.pack.forms[form], more.pop("signer", "")
        verdict, inside = self._checked(form, data, enclosed or {}, files)
        role = role or spec.filed_by[0]
        filing = Filing(
            id=f"s{self.count:04d}", form=form, version=spec.version, jurisdiction=self.pack.jurisdiction, role=role, owner=OWNERS.get(role, role),
            data=verdict.data, enclosed=inside, attachments=(), original=f"{self.count:064d}", name=f"{spec.title_zh}.docx", received_on=self.today,
            received_at=datetime(self.today.year, self.today.month, self.today.day, 10, tzinfo=SHANGHAI), case=self.case.id if self.case else "",
        )  # fmt: skip
        filing = replace(filing, **more)
        decision = decide(Ground(
            pack=self.pack, case=self.case, filing=filing, verdict=verdict, numbers=self._view(), today=self.today,
            officers=frozenset({OFFICER}), extra={"signer": signer, **self._sealed(filing)},
        ))  # fmt: skip
        self._record(decision)
        for work in decision.works:
            if work.kind == OPEN:
                self._open(work.args[1])
            if work.kind == LOTS:
                self._draw(work.args[1])
        return decision

    def _draw(self, filing: str) -> None:
        """Draw from the list just fixed, as the job does; the token says of itself that it is no timestamp."""
        assert self.case is not None
        token = f"{SIMULATED}\n{self.seed}\n{filing}\n{self.case.filings[filing]['lots']['list_sha256']}".encode()
        moment = datetime(self.today.year, self.today.month, self.today.day, 10, tzinfo=SHANGHAI)
        self._record(drawn(self.pack, self.case, filing, token, moment, self._view(), self.today))

    def _sealed(self, filing: Filing) -> dict[str, Any]:
        """What the door proves of a filing: in a script everybody is who their form says, and the leader speaks for the team."""
        sealing, forms = sealing_of(self.pack.forms[filing.form]), self.case.forms if self.case else {}
        leads = next((one.leaders(forms) for one in sealed_forms(self.pack).values() if one.excuse == filing.form), ())
        filer = str(filing.data.get(sealing.name) or "") if sealing else next(iter(leads), filing.owner)
        return {"filer": filer, "box": encode(filing_plain(filing)), "bound": filing.bound}

    def _open(self, form: str) -> None:
        """Open a round of sealed sheets that is complete, as the job does."""
        sealing = sealing_of(self.pack.forms[form])
        assert self.case is not None and sealing is not None
        boxes = {key: decode(sheet["box"]) for key, sheet in self.case.sheets.items()}
        self._record(opened(self.pack, self.case, sealing, boxes, self._view(), self.today))

    def sign(self, **changes: Any) -> Decision:
        """The signing officer answers the drafts that wait. Raises LookupError when none do."""
        if self.case is None or self.case.pending is None:
            raise LookupError("没有等待签发的文稿 / no draft waits for sign-off")
        pending, bound = self.case.pending, f"{self.count:064d}"
        shown = {"group": pending.group, "drafts": dict.fromkeys(pending.papers, _UNREAD), "docx": {}, "bound": bound}
        self._enter(Kind.DRAFT_SHOWN, shown, self.case.id)
        identity, given = sign_off_sheet(self.pack, self.case, replace(pending, bound=bound))
        values = play(self.pack, identity.form, given, self.today, **{"officer": OFFICER, **changes})
        return self.file(identity.form, values, role=identity.role, bound=bound, signer=OFFICER)

    def serve(self, code: str, **changes: Any) -> Decision:
        """The latest document of a code is served today. Raises LookupError when there is none."""
        paper = self.case.latest(code) if self.case else None
        if self.case is None or paper is None:
            raise LookupError(f"本案没有制发 {code} / no {code} was issued in this case")
        told = {"number": paper.number, "title": paper.title, "addressee": paper.context["doc"]["addressee"]}
        given = prefill(self.pack, self.case, self.pack.forms["service_receipt"], {"document": told})
        return self.file("service_receipt", play(self.pack, "service_receipt", given, self.today, **changes), role="办理")

    def pass_until(self, day: date) -> None:
        """Let the days pass, each thing that falls due handled on its own day. Raises ValueError when `day` lies before today."""
        if day < self.today:
            raise ValueError(f"日期倒退：{self.today} 之后不能是 {day} / {day} lies before {self.today}")
        while (due := self._next(day)) is not None:
            assert self.case is not None
            self._record(handle(self.pack, self.case, due, self._view(), self.today))
        self.today = day

    def _next(self, day: date) -> Due | None:
        """What falls due next by `day`, today moved to when it does."""
        due = next_due(self.pack, self.case, day) if self.case else None
        if due is None or self.case is None:
            return None
        self.today = max(self.today, min(due.on, day))
        return next_due(self.pack, self.case, self.today) or due

    def _checked(
        self, form: str, data: Mapping[str, Any], enclosed: Mapping[str, Mapping[str, Any]], files: Sequence[Mapping[str, Any]] | None
    ) -> tuple[Verdict, dict[str, Mapping[str, Any]]]:
        """The verdict on a form with what is enclosed, as the door gives it, and the enclosed data as understood."""
        beside = {code: normalise(self.pack.forms[code].fields, raw).data for code, raw in enclosed.items()}
        inside: dict[str, Mapping[str, Any]] = {}
        found: tuple[Finding, ...] = ()
        for code, raw in enclosed.items():
            verdict = self._check(code, raw, {other: said for other, said in beside.items() if other != code}, files)
            inside[code] = verdict.data
            found += tuple(f.evolve(place=f"《{self.pack.forms[code].title_zh}》{f.place}", path=f"{code}.{f.path}") for f in verdict.findings)
        main = self._check(form, data, inside, files)
        return replace(main, findings=(*found, *main.findings)), inside

    def _check(self, form: str, data: Mapping[str, Any], enclosed: Mapping[str, Any], files: Sequence[Mapping[str, Any]] | None) -> Verdict:
        context = RuleContext(enclosed=enclosed, files=files, case=facts(self.pack, self.case), received_on=self.today, today=self.today)
        return check_form(self.pack, self.pack.forms[form], data, {}, context)

    def _view(self) -> NumberView:
        return NumberView(dict(self.numbers))

    def _record(self, decision: Decision) -> None:
        for event in decision.events:
            self._enter(event.kind, event.data, event.case)
            if event.kind is Kind.SERIES_STARTED:
                self.numbers[(event.data["series"], event.data["year"])] = event.data["start"]
        for claim in decision.claims:
            self.numbers[(claim.series, claim.year)] = claim.n + 1

    def _enter(self, kind: Kind, data: Mapping[str, Any], case_id: str) -> None:
        n = len(self.events) + 1
        event = Recorded(n, case_id, n, kind, f"{self.today}T10:00:00", "", decode(encode(dict(data))), "")
        self.events.append(event)
        if case_id:
            self.case = fold([event]) if kind is Kind.OPENED else advance(self.case, event) if self.case else None
