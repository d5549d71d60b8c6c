"""What becomes of a drop that holds a sealed form: everything of it stays under the office's sealing key.

Told to nobody but the filer: what was found in it. Told to everybody: that it came, whose it is, and its digest.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from pipeline.cases.case import Case
from pipeline.cases.codec import decode, encode
from pipeline.cases.decision import Answer, Outcome
from pipeline.cases.fire import filing_plain
from pipeline.cases.sealed import round_of, takes_sheets
from pipeline.desk.service import Desk
from pipeline.law.sealed import Sealing, sealed_forms, sealing_of
from pipeline.model import Drop, Filing, Submission


def is_secret(desk: Desk, drop: Drop, submission: Submission) -> bool:
    """Whether nothing of this drop may be laid open: it holds a sealed form, or it cannot be read and its filer owes one."""
    if not desk.sealing:
        return False
    forms = [form.identity for form in (submission.main, *submission.enclosed) if form is not None]
    if any(code.form in desk.sealing for code in forms):
        return True
    return submission.main is None and drop.role in {role for roles in desk.sealing.values() for role in roles} and _owes(desk, drop)


def _owes(desk: Desk, drop: Drop) -> bool:
    """Whether the one who dropped this owes a sealed sheet somewhere, or may be taken to (a role's own folder is anybody's)."""
    person = desk.office.person(drop.jurisdiction, drop.role, drop.owner) if drop.owner else None
    with desk.reading() as connection:
        cases = [case for case in desk.shelf.all(connection).values() if case.jurisdiction == drop.jurisdiction]
    rounds = [
        round_of(case, sealing) for case in cases for code, sealing in sealed_forms(desk.pack_at_hand(case)).items() if takes_sheets(desk.pack_at_hand(case), case, code)
    ]  # fmt: skip
    return any(at.opened is None and (person is None or person.name in at.members) for at in rounds)


def turned_away(desk: Desk, drop: Drop, submission: Submission, dry_run: str) -> Answer | None:
    """The answer to a secret drop nobody can act on: not to be read, for a dry run, not alone; None for any other."""
    if submission.main is None:
        return _unreadable()
    if drop.role == dry_run:
        zh = "封存的表不作预审，请投到您本人的文件夹；这份文件没有打开给任何人看。"
        return Answer(Outcome.REFUSED, zh, "A sealed form has no dry run; drop it into your own folder.")
    return _alone(desk, submission)


def _alone(desk: Desk, submission: Submission) -> Answer | None:
    """A sealed form comes alone, so that no other form's data carries it into the open."""
    forms = [form.identity.form for form in (submission.main, *submission.enclosed) if form is not None]
    if len(forms) == 1 or not any(code in desk.sealing for code in forms):
        return None
    zh = "封存的表要单独投递，不能与其他表放在一起；没有办理，全部封存。请分开投递。"
    return Answer(Outcome.REFUSED, zh, "A sealed form has to be dropped by itself; nothing was done.")


def _unreadable() -> Answer:
    """The answer to something of a filer who owes a sealed sheet that could not be read: nobody looks at it."""
    zh = "没有读到本系统的表格。因为您有封存的表要交，这份文件没有打开给任何人看，已经封存。请用“回执/待填”里的表填写后投递。"
    return Answer(Outcome.UNREADABLE, zh, "No form could be read in it. Since you owe a sealed sheet, it was shown to nobody.")


def conceal(desk: Desk, drop: Drop, answer: Answer) -> Answer:
    """`answer` without its findings, which go into a box for the filer alone; what a form says of itself is not repeated."""
    told = [asdict(replace(finding, value="")) for finding in answer.findings]
    box = base64.b64encode(desk.vault.seal(encode(told).encode(), f"answer {drop.token}")).decode() if told else ""
    return replace(answer, findings=(), differences=(), sealed=box)


def for_the_filer(desk: Desk, token: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer as its filer reads it, in a folder that is theirs alone: with what was found."""
    if not answer.get("sealed"):
        return answer
    return {**answer, "findings": decode(desk.vault.open(base64.b64decode(answer["sealed"]), f"answer {token}").decode())}


def filer_of(desk: Desk, filing: Filing) -> str:
    """Who is proven to have filed: whose personal folder it is; a valid signature on the form must then be theirs too."""
    person = desk.office.person(filing.jurisdiction, filing.role, filing.owner) if filing.owner else None
    if person is None or not person.active(filing.received_on.isoformat()):
        return ""
    known = (person.certificate or person.name, f"测试{person.name.removeprefix('测试')}")
    return person.name if not filing.signed_by or filing.signed_by in known else ""


def box_of(desk: Desk, filing: Filing) -> str:
    """The filing as the record keeps it, sealed."""
    return base64.b64encode(desk.vault.seal(encode(filing_plain(filing)).encode(), f"filing {filing.id}")).decode()


def opened_box(desk: Desk, sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The filing that a sealed sheet's box holds. Raises StoreError."""
    plain: dict[str, Any] = decode(desk.vault.open(base64.b64decode(sheet["box"]), f"filing {sheet['filing']}").decode())
    return plain


def mark_of(desk: Desk, case: Case, sealing: Sealing, name: str) -> str:
    """The mark that a member's own sheet of the present round carries."""
    return desk.vault.mark(case.id, sealing.form, str(case.stay), name)


def grounds(desk: Desk, case: Case | None, filing: Filing) -> dict[str, Any]:
    """What a decision on a sealed form may know beside the form: the filer, the box, the mark of the filer's own sheet."""
    who = filer_of(desk, filing)
    sealing = sealing_of(desk.pack_of(case).forms.get(filing.form)) if case else None
    if case is None or sealing is None:
        return {"filer": who}
    return {"filer": who, "box": box_of(desk, filing), "bound": mark_of(desk, case, sealing, who)}
