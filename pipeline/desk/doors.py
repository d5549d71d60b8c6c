"""The door: a drop leaves the inbox, is made safe, and a job is recorded to decide it. There is no second one."""

from __future__ import annotations

from pipeline.cases import registers
from pipeline.cases.decision import Work
from pipeline.desk.service import Desk
from pipeline.intake.claim import Claimed, Spool
from pipeline.intake.pack import pack_folder
from pipeline.intake.watch import Ready
from pipeline.model import Drop


def spool_of(desk: Desk) -> Spool:
    """The office's spool; one object, since it remembers what it has seen lying still."""
    if desk.spool is None:
        keeper = desk.vault if desk.sealing else desk.store  # which form it is, nobody knows before it is read
        desk.spool = Spool(desk.office.spool, keeper, pack_folder, desk.clock, desk.office.settings.number("intake.settle_seconds"))
    return desk.spool


def claim_drop(desk: Desk, ready: Ready) -> Drop | None:
    """Claim and register one drop. None when it is gone, or was not lying still after all and waits in the spool."""
    claimed = spool_of(desk).claim(ready)
    if claimed is None or not claimed.still:
        return None
    return _register(desk, claimed)


def recover_spool(desk: Desk, now: float) -> int:
    """Register what a crash left in the spool, or what was claimed too early and now lies still; returns how many."""
    orphans = spool_of(desk).orphans(now)
    for claimed in orphans:
        _register(desk, claimed)
    return len(orphans)


def _register(desk: Desk, claimed: Claimed) -> Drop:
    def register(drop: Drop) -> bool:
        with desk.database.begin() as connection:
            if not registers.register_drop(connection, drop):
                return False
            desk.submit(connection, Work("receive", (drop.token,)), f"intake/{drop.jurisdiction}")
            return True

    return spool_of(desk).register(claimed, register)
