"""What makes the database itself refuse to change or remove entries of the journal: triggers, in each database's own tongue.

Whoever owns the database can take them away, which is why the journal is a chain of hashes as well; opening it puts them back.
"""

from __future__ import annotations

import sqlalchemy as sa

_SAID = "the journal is append-only"

_SQLITE = (
    f"create trigger if not exists events_no_update before update on events begin select raise(abort, '{_SAID}'); end",
    f"create trigger if not exists events_no_delete before delete on events begin select raise(abort, '{_SAID}'); end",
)

_POSTGRESQL = (
    f"create or replace function events_append_only() returns trigger language plpgsql as $$ begin raise exception '{_SAID}'; end $$",
    "drop trigger if exists events_no_change on events",
    "drop trigger if exists events_no_truncate on events",
    "create trigger events_no_change before update or delete on events for each row execute procedure events_append_only()",
    "create trigger events_no_truncate before truncate on events for each statement execute procedure events_append_only()",
    "alter table events enable always trigger events_no_change",
    "alter table events enable always trigger events_no_truncate",
)
"""`truncate` passes row triggers by. `always`: also in a session that plays at being a replica, where triggers rest."""

_STANDING = """
select count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
where t.tgrelid = to_regclass('events') and t.tgname in ('events_no_change', 'events_no_truncate') and t.tgenabled = 'A'
and p.proname = 'events_append_only' and p.prosrc like :said
"""


def keep_append_only(engine: sa.Engine) -> None:
    """Put the guards on the table of events where they are missing or were switched off. Harmless when repeated.

    On PostgreSQL they are made anew only then: making them keeps every writer waiting.
    """
    with engine.begin() as connection:
        statements: tuple[str, ...] = _SQLITE if engine.dialect.name == "sqlite" else ()
        if engine.dialect.name == "postgresql" and connection.execute(sa.text(_STANDING), {"said": f"%{_SAID}%"}).scalar_one() < 2:
            statements = _POSTGRESQL
        for statement in statements:
            connection.execute(sa.text(statement))
