"""The job that draws by lot: one timestamp token over the fixed list, then the record."""

from __future__ import annotations

from pipeline.cases import registers
from pipeline.cases.drawn import drawn
from pipeline.clockwork import SHANGHAI
from pipeline.desk.record import enter
from pipeline.desk.service import Desk
from pipeline.papers.sign import settle
from pipeline.papers.timestamp import moment_of


def draw_lots(desk: Desk, args: tuple[str, ...]) -> None:
    """Take the token and enter the draw, once. A crash in between takes another token; nobody has seen the first."""
    case_id, filing = args[:2]
    with desk.reading() as connection:
        plain = desk.case(connection, case_id).filings[filing]
    if plain.get("drawn") or plain["taken_back"]:
        return
    token = settle(desk.keys.timestamper.async_timestamp(bytes.fromhex(plain["lots"]["list_sha256"]), "sha256")).dump()
    with desk.database.begin() as connection:
        case = desk.case(connection, case_id)
        if case.filings[filing].get("drawn") or case.filings[filing]["taken_back"]:
            return
        today = desk.clock().astimezone(SHANGHAI).date()
        decision = drawn(desk.pack_of(case), case, filing, token, moment_of(token), registers.number_view(connection), today)
        enter(desk, connection, decision, actor="hongtou")
