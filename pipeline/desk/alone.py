"""Work done here and now, without a running watch: the same lock, the same record, jobs one after another."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from pipeline.desk.judging import stop_judges
from pipeline.desk.service import Desk
from pipeline.desk.watching import handlers
from pipeline.errors import RefusedError
from pipeline.work.database import sqlite_file
from pipeline.work.inline import InlineEngine
from pipeline.work.port import Patience


def is_watched(database: sa.Engine) -> bool:
    """Whether a watch works on this database. On PostgreSQL there is no lock to ask: it is taken to be watched."""
    if sqlite_file(database) is None:
        return True
    handle = _open_lock(database)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@contextmanager
def working_here(desk: Desk) -> Iterator[InlineEngine]:
    """An engine that works when asked (`idle`), while no watch may start. Raises RefusedError when one runs."""
    handle = _open_lock(desk.database)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise RefusedError("hongtou watch 正在运行，由它办理", "a watch is running and does the work") from fault
        patience = Patience(attempts=min(2, desk.office.settings.whole("engine.attempts")))
        engine = InlineEngine(desk.database, handlers(desk), patience, desk.clock)
        desk.engine = engine
        yield engine
    finally:
        os.close(handle)
        stop_judges()


def _open_lock(database: sa.Engine) -> int:
    file = sqlite_file(database)
    path = os.devnull if file is None else f"{file}.worker"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
