"""How a file travels, told in three short functions. Read this first.

    inbox ─ claim ─ screen ─ read ─ check ─ decide ─ record ┬ perform: render ─ convert ─ stamp ─ sign ─ place
                                                            └ deadlines ─ sweep ─ decide …

`receive` takes what lies still in the inbox and makes it safe; the recorded decision follows as a job.
`perform` does one job: a drop becomes a decision, a decision becomes paper, paper becomes a file in its place.
`sweep` lets time pass: deadlines that are over, folders that were dragged, placing that had to wait.
"""

from __future__ import annotations

from pipeline.desk.auditing import audit_if_due
from pipeline.desk.awaiting import ask_unanswered
from pipeline.desk.dayroot import ask_for_root
from pipeline.desk.doors import claim_drop
from pipeline.desk.moves import look_for_moves
from pipeline.desk.perform import run
from pipeline.desk.posts import follow_posts
from pipeline.desk.saved import look_for_saved
from pipeline.desk.seals import note_seals
from pipeline.desk.service import Desk
from pipeline.desk.showing import show_waiting
from pipeline.desk.sweep import sweep_cases
from pipeline.intake.watch import Ready
from pipeline.model import Drop
from pipeline.work.port import Task


def receive(desk: Desk, ready: Ready) -> Drop | None:
    """Claim one drop: out of the inbox into spool and content store, into the register, and a job to decide it.

    None when somebody took it away first. After a crash at any point the drop is either still in the inbox, or in
    the spool to be registered, or registered.
    """
    return claim_drop(desk, ready)


def perform(desk: Desk, task: Task) -> None:
    """Do one job, repeatably. What it raises makes the engine try again, and at last show the job as failed."""
    run(desk, task)


def sweep(desk: Desk, tick: int) -> int:
    """Time passes, as of the desk's clock; returns how many deadlines were handled. May run late, or twice."""
    today = desk.clock().date()
    desk.refresh()
    handled = sweep_cases(desk, today)
    follow_posts(desk, today)
    desk.keys.keep_demo()
    note_seals(desk)
    audit_if_due(desk, today)
    look_for_moves(desk)
    look_for_saved(desk)
    show_waiting(desk, tick)
    ask_unanswered(desk, tick)
    ask_for_root(desk, desk.clock().date())
    return handled
