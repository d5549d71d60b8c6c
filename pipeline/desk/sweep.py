"""Time passes: every deadline that is over is handled, once, however late or often this runs."""

from __future__ import annotations

from datetime import date, datetime

from pipeline.cases import journal, registers
from pipeline.cases.book import Book
from pipeline.cases.case import Case, Running, fold
from pipeline.cases.decision import Answer, Decision, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.fire import fire
from pipeline.cases.judge import Judge
from pipeline.desk.record import enter
from pipeline.desk.service import Desk
from pipeline.law.pack import Pack
from pipeline.model import Filing


def sweep_cases(desk: Desk, today: date) -> int:
    """Handle all clocks that ended before `today`; returns how many. Running it twice does nothing more."""
    handled = 0
    with desk.reading() as connection:
        cases = journal.case_ids(connection)
    for case_id in cases:
        with desk.database.begin() as connection:
            case = fold(journal.read(connection, case_id))
            if case is None or not (due := due_clocks(case, today)):
                continue
            for clock in due:
                decision = clock_over(desk.pack(case.jurisdiction), case, clock, registers.number_view(connection), today)
                enter(desk, connection, decision, actor="hongtou")
                handled += 1
                case = fold(journal.read(connection, case_id))
                assert case is not None
    with desk.database.begin() as connection:
        registers.set_mark(connection, "last sweep", today.isoformat())
    return handled


def due_clocks(case: Case, today: date) -> list[Running]:
    """Clocks of a case that ended before `today` and have not been handled."""
    return [c for c in case.clocks.values() if c.status == "running" and date.fromisoformat(c.data["final"]) < today]


def clock_over(pack: Pack, case: Case, clock: Running, numbers: registers.NumberView, today: date) -> Decision:
    """A clock is over: recorded, with a reminder; a transition that names this clock is fired when its rule holds."""
    book = Book(pack, case, numbers, today)
    name = pack.lifecycle.clocks.get(clock.clock, {}).get("zh", clock.clock)
    zh = f"{name}已于 {clock.data['final']} 届满。" + ("仅作服务标准，不影响效力。" if clock.data.get("soft") else "请承办人处理；是否终止由人决定。")
    book.enter(Kind.CLOCK_PASSED, {"clock": clock.clock, "on": today.isoformat(), "working": zh})
    for transition in pack.lifecycle.on_timer(case.state, clock.clock):
        trigger = transition.by_timer(clock.clock)
        rule = trigger.when if trigger else ""
        judge = Judge(pack, book.case, None, today)
        filing = _latest_filing(case)
        if case.pending is None and (not rule or judge.holds(rule)) and not judge.failed(transition.guards) and filing:
            fire(book, transition, filing, ())
            break
    book.work("show_case", case.id)
    return book.close(Answer(Outcome.RECORDED, zh, f"clock {clock.clock} is over", case.no))


def _latest_filing(case: Case) -> Filing | None:
    """The last application as a Filing, for documents a timer issues: it says nothing new, it only carries the data."""
    kept = [f for f in case.filings.values() if f["form"] == "application_form" and not f["taken_back"]]
    if not kept:
        return None
    plain = kept[-1]
    return Filing(
        id=plain["id"], form=plain["form"], version=plain["version"], jurisdiction=case.jurisdiction, role=plain["role"], owner=plain["owner"],
        data=plain["data"], enclosed=plain["enclosed"], attachments=(), original=plain["original"], name=plain["name"],
        received_on=date.fromisoformat(plain["received_on"]), received_at=datetime.fromisoformat(plain["received_at"]), case=case.id,
    )  # fmt: skip
