"""Forty approvals to issue: five cases taken through their decisions, and their facts varied from notice to notice.

Nothing is read but the packs and their examples; the same count gives the same notices. All names are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.cases.case import Case, Paper
from pipeline.cases.codec import decode, encode
from pipeline.cases.compose import facts
from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Decision
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.fold import fold
from pipeline.cases.registers import NumberView
from pipeline.check import RuleContext, check_form
from pipeline.check.examples import read_example
from pipeline.clockwork import SHANGHAI
from pipeline.demo.players import play
from pipeline.desk.filling import printed_context
from pipeline.desk.picture import prefill
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack, jurisdictions, load_pack
from pipeline.model import Filing

ROOT = Path(__file__).parents[1]
DAY = date(2026, 1, 16)
OFFICER = "测试局长"
APPLICATION = "application_form"
APPROVAL = "preparation_approval"
ROAD = ("intake_decision", "expert_team_form", "material_review_record", "preparation_review_report", "deliberation_minutes", "task_book")
KINDS = ("电力", "钢铁", "水泥", "石化", "造纸", "交通", "建筑", "有色", "化工", "玻璃")
PLACES = ("一", "二", "三", "四", "五", "六", "七", "八")


@dataclass(frozen=True, slots=True)
class Notice:
    """One document to issue: what its template is filled with, and what is stamped on it."""

    jurisdiction: str
    template: Path
    context: Mapping[str, Any]
    number: str
    case: str
    day: date
    issuer: str


class Walk:
    """One case moved by filings, in memory: as in an office, but without a disk."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.events: list[Recorded] = []
        self.numbers: dict[tuple[str, int], int] = {}

    @property
    def case(self) -> Case | None:
        """The case as its events say."""
        return fold(event for event in self.events if event.case)

    def file(self, form: str, data: Mapping[str, Any], signer: str = "", bound: str = "", **more: Any) -> Decision:
        """File a form and record what was decided. Raises ValueError when it is not taken."""
        pack, spec, case = self.pack, self.pack.forms[form], self.case
        enclosed = {code: normalise(pack.forms[code].fields, raw).data for code, raw in (more.get("enclosed") or {}).items()}
        context = RuleContext(enclosed=enclosed, files=more.get("files"), case=facts(pack, case), received_on=DAY, today=DAY)
        verdict = check_form(pack, spec, data, {}, context)
        filing = Filing(
            id=f"d{len(self.events):04d}", form=form, version=spec.version, jurisdiction=pack.jurisdiction, role=spec.filed_by[0],
            owner=OFFICER, data=verdict.data, enclosed=enclosed, attachments=(), original="0" * 64, name=f"{form}.docx",
            received_on=DAY, received_at=datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=SHANGHAI), case=case.id if case else "", bound=bound,
        )  # fmt: skip
        decision = decide(Ground(
            pack=pack, case=case, filing=filing, verdict=verdict, numbers=NumberView(dict(self.numbers)), today=DAY,
            officers=frozenset({OFFICER}), extra={"signer": signer},
        ))  # fmt: skip
        for event in decision.events:
            self._note(event.case, event.kind, decode(encode(event.data)))
        for claim in decision.claims:
            self.numbers[(claim.series, claim.year)] = claim.n + 1
        return decision

    def _note(self, case: str, kind: Kind, data: Any) -> None:
        n = len(self.events) + 1
        self.events.append(Recorded(n, case, n, kind, f"{DAY.isoformat()}T10:00:00", "", data, ""))

    def sign(self) -> None:
        """What waits is drawn and signed."""
        case = self.case
        assert case is not None and case.pending is not None
        bound = f"{len(self.events):064d}"
        drafts = dict.fromkeys(case.pending.papers, "d" * 64)
        self._note(case.id, Kind.DRAFT_SHOWN, {"group": case.pending.group, "drafts": drafts, "docx": {}, "bound": bound})
        sheet = {"case_no": case.no, "decision": "sign", "officer": OFFICER, "signed_on": DAY.isoformat()}
        self.file("sign_off_sheet", sheet, signer=OFFICER, bound=bound)

    def approve(self, example: Path) -> Paper:
        """From an example application to the approval. Raises ValueError where the road does not get there."""
        said = read_example(example)
        self.file(APPLICATION, said["data"], enclosed=said.get("enclosed"), files=said.get("files"))
        for form in ROAD:
            case = self.case
            if case is None:
                break
            self.file(form, play(self.pack, form, prefill(self.pack, case, self.pack.forms[form]), DAY))
            if self.case is not None and self.case.pending is not None:
                self.sign()
        paper = self.case.latest(APPROVAL) if self.case else None
        if paper is None:
            raise ValueError(f"{example}: no approval came of it")
        return paper


def approvals(schemas: Path, jurisdiction: str) -> list[tuple[Pack, Case, Paper]]:
    """The approvals that the passing example applications of a pack lead to."""
    pack = load_pack(schemas, jurisdiction)
    found = []
    for example in sorted((pack.folder / "examples").glob(f"{APPLICATION}_*_pass.yaml")):
        walk = Walk(pack)
        paper = walk.approve(example)
        assert walk.case is not None
        found.append((pack, walk.case, paper))
    return found


def _said(data: Any, words: Mapping[str, str]) -> Any:
    """Data with words replaced wherever they stand."""
    if isinstance(data, str):
        for old, new in words.items():
            data = data.replace(old, new)
        return data
    if isinstance(data, Mapping):
        return {key: _said(value, words) for key, value in data.items()}
    return [_said(value, words) for value in data] if isinstance(data, list | tuple) else data


def _vary(n: int, pack: Pack, case: Case, paper: Paper) -> Notice:
    context = printed_context(pack, paper)
    kind, place = KINDS[n % len(KINDS)], PLACES[n % len(PLACES)]
    applicant, centre = str(context["case"]["applicant"]), str(context["case"]["center_name"])
    domain = centre.split("（")[-1].rstrip("）") if "（" in centre else ""
    words = {applicant: f"测试{kind}计量科学第{place}研究院", **({f"（{domain}）": f"（{kind}第{place}）"} if domain else {})}
    day, number = DAY + timedelta(days=n % 20), f"{pack.authority['agency_code']}函〔2026〕{n + 1}号"
    context = _said(context, words)
    context["doc"] = {**context["doc"], "date": day, "number": number}
    red = paper.context["doc"]["kind"] in ("批复", "通知")
    folder = ROOT / "forms" / pack.jurisdiction / "issue"
    template = folder / (f"{APPROVAL}.red_head.docx" if red else f"{APPROVAL}.docx")
    return Notice(pack.jurisdiction, template, context, number, f"{case.no}-{n:03d}", day, str(context["doc"]["issuer"]))


def notices(count: int) -> list[Notice]:
    """So many approvals, turn by turn from every pack's cases."""
    schemas = ROOT / "schemas"
    roots = [root for name in jurisdictions(schemas) for root in approvals(schemas, name)]
    return [_vary(n, *roots[n % len(roots)]) for n in range(count)]
