"""The people of one case, who walk its roads through the folder door: forms taken where they lie, filled in, dropped, signed, served.

An applicant and an expert take the sheet handed out to them in `回执/待填`, an officer the one in `待办`; what the office lays
out for nobody is a blank form with the case's number written in. Nobody reaches past the folders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.cases.case import Case, Paper
from pipeline.cases.events import Kind
from pipeline.demo.acceptance import agreed, scored
from pipeline.demo.bundles import Bundle, _attachment
from pipeline.demo.players import play
from pipeline.desk.picture import open_forms, packet_unit, prefill, safe_name
from pipeline.papers.forms import fill_docx

from .town import CLERK, Told, Town

OWN_SHEETS = ("申报", "评审")
ENCLOSED = ("preparation_summary_report", "capability_development_plan", "supervisor_consent")


@dataclass
class Road:
    """One case and everybody who acts in it."""

    town: Town
    no: str = ""

    @property
    def case(self) -> Case:
        return self.town.case(self.no)

    @property
    def state(self) -> str:
        return self.case.state

    @property
    def today(self) -> date:
        return self.town.today

    # --- acting -------------------------------------------------------------------------------------------------

    def apply(self, example: int = 0, want: str = "received", name: str = "", **changes: Any) -> Told:
        """The applicant drops an application; where the case has a number already, the corrected one."""
        told = self.town.drop("申报", self.town.bundle(example, name or f"申报材料{self.town.ticks}_{self.no}", **changes))
        assert told.outcome == want, told.words
        self.no = told.case_no
        return told

    def act(self, code: str, want: str = "recorded", **changes: Any) -> Told:
        """The next person fills in the form as it lies there, and drops it."""
        role, sheet = self.form(code)
        values = self.values(code, **changes)
        return self.drop(role, self.with_files(code, fill_docx(sheet.read_bytes(), values), values), code, want, owner_of(sheet))

    def slip(self, code: str, want: str = "recorded", **values: Any) -> Told:
        """Somebody fills in a blank form that the office lays out for nobody."""
        spec = self.town.pack.forms[code]
        role = spec.filed_by[0]
        return self.drop(role, self.town.blank(code, {"case_no": self.no, **values}), code, want)

    def with_files(self, code: str, form: bytes, values: Mapping[str, Any]) -> bytes | Bundle:
        """The form alone, or in one folder with the files it names."""
        named = list(files_named(self.town.pack.forms[code].fields, values))
        if not named:
            return form
        return Bundle(f"{self.no}_{code}_{self.case.revision}", {f"{code}.docx": form, **{name: _attachment(name, 1) for name in named}})

    def drop(self, role: str, data: bytes | Bundle, code: str, want: str, owner: str | None = None) -> Told:
        told = self.town.drop(role, data, f"{self.no}_{code}.docx", owner)
        assert told.outcome == want, (code, told.outcome, told.words)
        return told

    def values(self, code: str, **changes: Any) -> dict[str, Any]:
        """What this person writes: what the form says already, and the own entries."""
        pack, case = self.town.desk.pack_of(self.case), self.case
        return play(pack, code, prefill(pack, case, pack.forms[code]), self.today, **changes)

    def form(self, code: str) -> tuple[str, Path]:
        """Whose form it is, and where it lies: with one of those it was handed out to, or in the case's own folder."""
        case = self.case
        role, spec = next(pair for pair in open_forms(self.town.desk.pack_of(case), case) if pair[1].code == code)
        if role in OWN_SHEETS:
            return role, self.sheets(role, f"{safe_name(f'{case.no}_{spec.title_zh}')}_{case.revision}.docx")[0]
        return role, self.town.folder(case) / "待办" / (safe_name(f"{role}_{spec.title_zh}") + ".docx")

    def sheets(self, role: str, name: str) -> list[Path]:
        """The sheets of a name that lie with the people of a role."""
        return sorted(self.town.desk.office.role_folder(self.town.jurisdiction, role).glob(f"*/回执/待填/{name}"))

    def sign(self, want: str = "recorded", **changes: Any) -> Told:
        """The signing officer signs what waits."""
        case = self.case
        assert case.pending is not None, case.state
        told = self.town.sign(case, **changes)
        assert told.outcome == want, told.words
        return told

    def do(self, code: str, **changes: Any) -> Told:
        """A form whose document waits for sign-off: filed, and signed."""
        told = self.act(code, **changes)
        self.sign()
        return told

    def serve(self, code: str) -> Paper:
        """The latest document of a code is served today: the receipt of service from its packet comes back."""
        paper = self.paper(code)
        home = self.town.desk.office.outbox / packet_unit(self.town.pack, self.case, paper, self.town.desk.store).folder
        data = fill_docx((home / "送达回证.docx").read_bytes(), play(self.town.pack, "service_receipt", {}, self.today))
        self.drop("办理", data, f"送达_{code}", "recorded")
        return self.paper(code)

    def hand_in(self, without: str = "", want: str = "received", **changes: Any) -> Told:
        """The whole bundle of an acceptance: application, its papers, and the evidence it lists."""
        wanted = [code for code in ENCLOSED if code != "supervisor_consent" or self.case.application["applicant"]["affiliation"] == "local"]
        said = agreed({"acceptance_application": self.values("acceptance_application", **changes), **{code: self.values(code) for code in wanted}})
        files = {f"{code}.docx": fill_docx(self.form(code)[1].read_bytes(), values) for code, values in said.items() if code != without}
        files |= {row["file"]: _attachment(row["file"], 1) for row in said["acceptance_application"]["evidence"]}
        return self.drop("申报", Bundle(f"{self.no}_验收材料_{self.case.revision}", files), "验收材料", want)

    def retry(self, job: str) -> Told:
        """An officer asks for a failed step to be tried again."""
        entry = {"job": job, "reason": "原因已排除，请重试。", "officer": CLERK, "filed_on": self.today}
        return self.drop("办理", self.town.blank("retry_request", entry), "重试申请", "recorded")

    # --- roads that many walk -----------------------------------------------------------------------------------

    def to_accepted(self) -> None:
        self.act("intake_decision")

    def to_deliberation(self) -> None:
        """From acceptance for processing to the deliberation on the preparation."""
        self.do("expert_team_form")
        self.act("material_review_record")
        self.act("preparation_review_report")

    def to_preparation(self) -> None:
        self.act("deliberation_minutes")
        self.do("task_book")

    def to_examination(self) -> None:
        """From a handed-in application for acceptance to the examination on site."""
        self.act("acceptance_intake")
        self.act("preliminary_review")
        self.do("expert_team_form")

    def examine(self, lost: str, round_: str = "first") -> None:
        """Record, sampling, score sheet, report; the report waits for sign-off or stands."""
        if round_ != "team_recheck":
            self.act("examination_record", round=round_)
            self.act("sampling_record", **self.sampled(round_))
        self.act("score_sheet", **scored(self.values("score_sheet"), lost), round=round_)
        self.act("acceptance_report")
        self.sign()

    def sampled(self, round_: str) -> dict[str, Any]:
        """What the sampling record says: as drawn, where lots were drawn."""
        given = prefill(self.town.pack, self.case, self.town.pack.forms["sampling_record"])
        if not given.get("drawn"):
            return {"round": round_}
        results = [{"no": row["no"], "person": "测试人员", "result": "pass"} for row in given["drawn"]]
        return {"round": round_, "results": results, **{k: given[k] for k in ("population", "seed", "seed_source", "method", "drawn") if k in given}}

    # --- time ---------------------------------------------------------------------------------------------------

    def until(self, day: date, every: int = 0) -> None:
        """Time passes until `day`, 9:30; the sweep runs there, and every so many days on the way."""
        while every and self.today + timedelta(days=every) < day:
            self.town.later(days=every)
            self.town.sweep()
        self.town.now += timedelta(days=(day - self.today).days)
        self.town.sweep()

    # --- looking ------------------------------------------------------------------------------------------------

    def paper(self, code: str) -> Paper:
        paper = self.case.latest(code)
        assert paper is not None, code
        return paper

    def clock(self, name: str) -> dict[str, Any]:
        found = self.case.clocks[name]
        return {**found.data, "status": found.status}

    def driven(self) -> set[str]:
        """The transitions this case has taken."""
        return {e.data["transition"] for e in self.case.history if e.kind is Kind.MOVED and e.data["transition"]}


def owner_of(sheet: Path) -> str | None:
    """Whose folder a handed-out sheet lies in; None for what lies in the case's folder."""
    return sheet.parents[2].name if sheet.parent.name == "待填" else None


def files_named(fields: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """The names in all fields that name a file."""
    for name, value in values.items():
        node = fields.get(name) or {}
        if (node.get("meta") or {}).get("kind") == "file" and value:
            yield str(value)
        inner = (node.get("schema") or {}).get("schema") or node.get("schema") or {}
        for row in [value] if isinstance(value, Mapping) else value if isinstance(value, list) else ():
            if isinstance(row, Mapping):
                yield from files_named(inner, row)


def driven_by(town: Town) -> set[str]:
    """The transitions that the cases of an office have taken."""
    return set().union(*(Road(town, case.no).driven() for case in town.cases()))
