"""The job that opens a round of sealed sheets: boxes opened and checked, one record, then the originals laid open."""

from __future__ import annotations

from pipeline.cases import registers
from pipeline.cases.handin import opened
from pipeline.cases.sealed import round_of
from pipeline.clockwork import SHANGHAI
from pipeline.desk.concealing import opened_box
from pipeline.desk.record import enter
from pipeline.desk.service import Desk
from pipeline.law.sealed import sealing_of


def open_sheets(desk: Desk, args: tuple[str, ...]) -> None:
    """Open the round of form `args[1]` of case `args[0]` in stay `args[2]`, once. May run again after a crash at any point.

    Raises StoreError when a box does not open or an original is not what was committed to; then nothing is opened.
    """
    case_id, form, stay = args[:3]
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
    mine = {key: sheet for key, sheet in case.sheets.items() if (sheet["form"], str(sheet["stay"])) == (form, stay)}
    filings = {key: opened_box(desk, sheet) for key, sheet in mine.items()}
    originals = {sheet["commitment"]: desk.original(sheet["commitment"]) for sheet in mine.values()}
    with desk.database.begin() as connection:
        case = desk.case(connection, case_id)
        sealing = sealing_of(desk.pack_of(case).forms.get(form))
        if sealing is not None and str(case.stay) == stay and round_of(case, sealing).complete:
            today = desk.clock().astimezone(SHANGHAI).date()
            enter(desk, connection, opened(desk.pack_of(case), case, sealing, filings, registers.number_view(connection), today), actor="hongtou")
    with desk.reading() as connection:
        case = desk.case(connection, case_id)
    if any((said["form"], str(said["stay"])) == (form, stay) for said in case.opened):
        _lay_open(desk, [*originals, *(sha256 for filing in filings.values() for sha256 in _parts(filing))])


def _parts(filing: dict[str, object]) -> list[str]:
    attachments = filing["attachments"]
    assert isinstance(attachments, list)
    return [str(filing["main_sha256"]), *(str(attachment["sha256"]) for attachment in attachments)]


def _lay_open(desk: Desk, digests: list[str]) -> None:
    """What was opened lies in the store like everything else; its boxes go."""
    for sha256 in digests:
        desk.store.put(desk.original(sha256))
        desk.vault.forget(sha256)
