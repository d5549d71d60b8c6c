"""A bench for decisions: files forms into a case without disk or database."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.clocks import turn
from pipeline.cases.codec import decode, encode
from pipeline.cases.compose import facts
from pipeline.cases.decide import Ground, decide
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind, Recorded
from pipeline.cases.fire import filing_plain
from pipeline.cases.fold import advance, fold
from pipeline.cases.registers import NumberView
from pipeline.check import RuleContext, check_form
from pipeline.check.examples import read_example
from pipeline.clockwork import SHANGHAI
from pipeline.law.lifecycle import clock_step
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack, load_pack
from pipeline.model import Filing

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="session")
def packs() -> dict[str, Pack]:
    return {name: load_pack(SCHEMAS, name) for name in ("hubei", "chongqing")}


@dataclass
class Bench:
    """One case being moved by filings; keeps the journal and the numbers as the record would."""

    pack: Pack
    today: date = date(2026, 1, 16)
    officer: str = "测试局长"
    events: list[Recorded] = field(default_factory=list)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    count: int = 0
    _folded: tuple[list[Recorded], Case | None] = field(default_factory=lambda: ([], None))

    @property
    def case(self) -> Case | None:
        """The fold of the events; what was folded before is gone on from."""
        done, case = self._folded
        if self.events[: len(done)] != done:
            done, case = [], None
        new = [e for e in self.events[len(done) :] if e.case]
        if case is None:
            case = fold(new)
        else:
            for event in new:
                case = advance(case, event)
        self._folded = (list(self.events), case)
        return case

    def example(self, name: str) -> dict[str, Any]:
        return read_example(self.pack.folder / "examples" / f"{name}.yaml")

    def file(self, form: str, data: Mapping[str, Any], **more: Any) -> Decision:
        """File a form; records what was decided."""
        self.count += 1
        pack, spec = self.pack, self.pack.forms[form]
        enclosed = {code: normalise(pack.forms[code].fields, raw).data for code, raw in more.pop("enclosed", {}).items()}
        received = datetime(self.today.year, self.today.month, self.today.day, 10, tzinfo=SHANGHAI)
        files = more.pop("files", None)
        context = RuleContext(enclosed=enclosed, files=files, case=facts(pack, self.case), received_on=self.today, today=self.today)
        verdict = check_form(pack, spec, data, {}, context)
        signer = more.pop("signer", "")
        filing = Filing(
            id=f"d{self.count:04d}", form=form, version=spec.version, jurisdiction=pack.jurisdiction, role=more.pop("role", spec.filed_by[0]),
            owner=more.pop("owner", "测试人"), data=verdict.data, enclosed=enclosed, attachments=(), original="0" * 64, name=f"{form}.docx",
            received_on=self.today, received_at=received, case=self.case.id if self.case else "",
        )
        filing = replace(filing, **more)
        ground = Ground(
            pack=pack, case=self.case, filing=filing, verdict=verdict, numbers=NumberView(dict(self.numbers)), today=self.today,
            officers=frozenset({self.officer}), extra={"signer": signer, "filer": filing.owner, "box": encode(filing_plain(filing)), "bound": f"mark of {filing.owner}"},
        )
        decision = decide(ground)
        self.record(decision)
        return decision

    def record(self, decision: Decision) -> None:
        for event in decision.events:
            n = len(self.events) + 1
            self.events.append(Recorded(n, event.case, n, event.kind, self.today.isoformat() + "T10:00:00", "", decode(encode(event.data)), ""))
        for claim in decision.claims:
            assert claim.n == self.numbers.get((claim.series, claim.year), 1), "numbers are taken without a gap"
            self.numbers[(claim.series, claim.year)] = claim.n + 1
            self.taken.append(claim.text)

    def apply(self, name: str, **changes: Any) -> Decision:
        example = self.example(name)
        data = {**example["data"], **changes}
        return self.file("application_form", data, enclosed=example.get("enclosed", {}), files=example.get("files"))

    def put(self, state: str, forms: Mapping[str, Mapping[str, Any]] | None = None, clocks: Iterable[Mapping[str, Any]] = ()) -> None:
        """Put the case of an application into `state` by recorded events: `forms` on file, only `clocks` running."""
        passing = sorted(path.stem for path in (self.pack.folder / "examples").glob("application_form_*_pass.yaml"))
        self.apply(next(name for name in passing if "joint" not in name))
        assert self.case is not None
        book = Book(self.pack, self.case, NumberView(dict(self.numbers)), self.today)
        for n, (form, data) in enumerate((forms or {}).items(), 1):
            filing = {
                "id": f"p{n:04d}", "form": form, "version": "1.0", "role": "办理", "owner": "测试人", "data": dict(data), "enclosed": {},
                "attachments": [], "original": "0" * 64, "name": f"{form}.docx", "received_on": self.today.isoformat(),
                "received_at": f"{self.today}T10:00:00+08:00", "revision": 0, "signed_by": "",
            }  # fmt: skip
            book.enter(Kind.FILED, {"filing": filing})
        for name in self.case.clocks:
            book.enter(Kind.CLOCK_STOPPED, {"clock": name, "on": self.today.isoformat()})
        book.enter(Kind.MOVED, {"transition": "", "from": self.case.state, "to": state, "cite": ""})
        turn(book, [clock_step(step) for step in clocks], "@registration", {})
        self.record(book.close(Answer(Outcome.RECORDED, "", "")))

    def serve(self, code: str) -> Decision:
        """The latest document of a code is served today."""
        assert self.case is not None
        paper = self.case.latest(code)
        assert paper is not None
        data = {
            "case_no": self.case.no, "document_no": paper.number, "recipient": "测试单位", "method": "direct", "received_on": self.today.isoformat(),
            "received_by": "测试收件人", "served_by": "测试承办人", "recorded_on": self.today.isoformat(),
        }  # fmt: skip
        return self.file("service_receipt", data)

    def draw(self) -> str:
        """What the draw job records: the drafts as shown, bound by a hash."""
        case = self.case
        assert case is not None and case.pending is not None
        bound = "b" * 60 + f"{self.count:04d}"
        data = {"group": case.pending.group, "drafts": dict.fromkeys(case.pending.papers, "d" * 64), "docx": {}, "bound": bound}
        n = len(self.events) + 1
        self.events.append(Recorded(n, case.id, n, Kind.DRAFT_SHOWN, self.today.isoformat() + "T10:00:00", "", data, ""))
        return bound

    def sign(self, **changes: Any) -> Decision:
        case = self.case
        assert case is not None
        data = {"case_no": case.no, "decision": "sign", "officer": self.officer, "signed_on": self.today.isoformat(), **changes}
        return self.file("sign_off_sheet", data, bound=self.draw(), signer=self.officer, owner=self.officer)


@pytest.fixture
def hubei(packs: dict[str, Pack]) -> Bench:
    return Bench(packs["hubei"])


@pytest.fixture
def chongqing(packs: dict[str, Pack]) -> Bench:
    return Bench(packs["chongqing"])


INVENTED = Path(__file__).parents[1] / "law" / "pack_ceshi"


@pytest.fixture(scope="session")
def ceshi(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The made-up third jurisdiction, beside the common files as any pack lies."""
    schemas = tmp_path_factory.mktemp("schemas")
    shutil.copytree(SCHEMAS / "common", schemas / "common")
    shutil.copytree(INVENTED / "ceshi", schemas / "ceshi")
    return load_pack(schemas, "ceshi")
