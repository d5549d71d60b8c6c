"""Draws by lot within a case: the list from a form, its fixing, and the minutes once the token is there. Pure.

A transition with `draw:` says which columns of its form make the list; the algorithm is that of pipeline/law/draw.py.
The list and its hash are recorded before the timestamp is asked for, so no list can be made to fit a seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.events import Kind
from pipeline.law.draw import ALGORITHM, digest_of, faults, sample_list
from pipeline.law.lifecycle import Transition
from pipeline.law.pack import Pack
from pipeline.model import Filing, Finding, Severity

LOTS = "draw_lots"
"""The job that draws."""
FREE = "none"
"""The choice of the column `excluded` that means: may be drawn."""


def list_of(pack: Pack, case: Case, transition: Transition, filing: Filing) -> dict[str, Any]:
    """The list a filing asks to draw from, as it will be hashed and published."""
    said, data = transition.data["draw"], filing.data
    rows = [_row(pack, filing.form, said, row) for row in data.get(said["rows"]) or ()]
    if terms := said.get("terms"):
        ratio = Decimal(str(data[terms["ratio"]]))
        return {**sample_list(case.no, rows, ratio, int(data[terms["min"]]), int(data[terms["max"]])), "what": str(said["what"])}
    wanted = [{"stratum": str(w.get(said["stratum"]) or ""), "number": int(w["number"])} for w in data.get(said["wanted"]) or ()]
    return {
        "algorithm": ALGORITHM, "what": str(said["what"]), "case": case.no, "rows": rows, "wanted": wanted,
        "leader": str(data.get(said.get("leader", "")) or ""),
    }  # fmt: skip


def _row(pack: Pack, form: str, said: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"no": str(row["no"]), "name": str(row.get("name") or ""), "stratum": str(row[said["stratum"]])}
    if "excluded" in said:
        words = [_label(pack, form, said, str(row.get(said["excluded"]) or FREE)), str(row.get(said.get("note", "")) or "")]
        plain |= {"org": str(row.get("org") or ""), "title": str(row.get("title") or ""), "may_lead": bool(row.get(said.get("may_lead", "")))}
        plain["excluded"] = "：".join(word for word in words if word) if words[0] else ""
    return plain


def _label(pack: Pack, form: str, said: Mapping[str, Any], code: str) -> str:
    """The words of a reason to be excluded; '' for none."""
    if code == FREE:
        return ""
    options = pack.forms[form].fields[said["rows"]]["schema"]["schema"][said["excluded"]]["meta"]["options"]
    return next((str(option["zh"]) for option in options if option["code"] == code), code)


def unfit(pack: Pack, case: Case, transition: Transition, filing: Filing) -> tuple[Finding, ...]:
    """Why the list of a filing cannot be drawn from; nothing for transitions that draw nothing."""
    if not transition.data.get("draw"):
        return ()
    wrong = faults(list_of(pack, case, transition, filing))
    return tuple(
        Finding(
            rule="DRAW", severity=Severity.ERROR, zh=f"这份清单无法抽取：{fault}", en=f"nothing can be drawn from this list: {fault}",
            repair_zh="请核对编号、各专业的人数和可任组长的人选后重新提交", repair_en="Check numbers, strata and who may lead",
        )
        for fault in wrong
    )  # fmt: skip


def ask_lots(book: Book, transition: Transition, filing: Filing) -> None:
    """Fix the list and ask for the draw."""
    listed = list_of(book.pack, book.case, transition, filing)
    book.enter(Kind.LOTS_ASKED, {"filing": filing.id, "transition": transition.id, "list": listed, "list_sha256": digest_of(listed).hex()})
    book.work(LOTS, book.case.id, filing.id)
