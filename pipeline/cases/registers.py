"""Tables beside the journal: drops, numbers, and what hongtou has placed on disk.

Drops and numbers are registers in the office's sense: one row an entry, gap-free, never deleted. `placed` is a
cache of the folder picture and can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.cases.journal import metadata
from pipeline.errors import RefusedError
from pipeline.model import Drop

drops = sa.Table(
    "drops",
    metadata,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("jurisdiction", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("received_at", sa.String, nullable=False),
    sa.Column("is_folder", sa.Boolean, nullable=False),
    sa.Column("fingerprint", sa.String(64), index=True),
    sa.Column("case_id", sa.String),
    sa.Column("outcome", sa.String),
    sa.Column("answer", sa.Text),
)

numbers = sa.Table(
    "numbers",
    metadata,
    sa.Column("series", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("text", sa.String, nullable=False, unique=True),
    sa.Column("case_id", sa.String, nullable=False),
    sa.Column("document", sa.String, nullable=False),
    sa.Column("void_reason", sa.String),
)

paper_numbers = sa.Table(
    "paper_numbers",
    metadata,
    sa.Column("text", sa.String, primary_key=True),
    sa.Column("series", sa.String, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("case_id", sa.String, nullable=False),
    sa.Column("document", sa.String, nullable=False),
)
"""Numbers given on paper before their case was taken over; `n` is 0 where one fits no series of the pack."""

series_starts = sa.Table(
    "series_starts",
    metadata,
    sa.Column("series", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
)

placed = sa.Table(
    "placed",
    metadata,
    sa.Column("path", sa.String, primary_key=True),
    sa.Column("case_id", sa.String, nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False),
)

case_folders = sa.Table(
    "case_folders",
    metadata,
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("path", sa.String, nullable=False),
    sa.Column("device", sa.Integer, nullable=False),
    sa.Column("inode", sa.Integer, nullable=False),
)

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)


def register_drop(connection: sa.Connection, drop: Drop) -> bool:
    """Enter a drop; False when its token is already in the register."""
    if connection.execute(sa.select(drops.c.token).where(drops.c.token == drop.token)).first():
        return False
    seq = connection.execute(sa.select(sa.func.coalesce(sa.func.max(drops.c.seq), 0))).scalar_one() + 1
    connection.execute(
        drops.insert().values(
            token=drop.token, seq=seq, jurisdiction=drop.jurisdiction, role=drop.role, owner=drop.owner,
            name=drop.name, sha256=drop.sha256, size=drop.size, received_at=drop.received_at.isoformat(),
            is_folder=drop.is_folder,
        )  # fmt: skip
    )
    return True


@dataclass(frozen=True, slots=True)
class NumberView:
    """What the number register says before a decision: the next free number of each series and year."""

    next_free: Mapping[tuple[str, int], int]

    def next(self, series: str, year: int, start: int = 1) -> int:
        """The next free number of a series in a year; `start` is the pack's own first number."""
        return self.next_free.get((series, year), start)


def number_view(connection: sa.Connection) -> NumberView:
    """Read the register once; to be used inside the transaction that takes the numbers."""
    view = {(row.series, row.year): row.start for row in connection.execute(sa.select(series_starts))}
    query = sa.select(numbers.c.series, numbers.c.year, sa.func.max(numbers.c.n).label("last")).group_by(
        numbers.c.series, numbers.c.year
    )
    view.update({(row.series, row.year): row.last + 1 for row in connection.execute(query)})
    paper = paper_numbers.c
    on_paper = sa.select(paper.series, paper.year, sa.func.max(paper.n).label("last")).where(paper.n > 0).group_by(paper.series, paper.year)
    for row in connection.execute(on_paper):
        view[row.series, row.year] = max(view.get((row.series, row.year), 1), row.last + 1)
    return NumberView(view)


def enter_paper_number(connection: sa.Connection, series: str, year: int, n: int, text: str, case: str, document: str) -> None:
    """Enter a number that was given on paper; the series goes on after it. The table's key refuses it a second time."""
    connection.execute(paper_numbers.insert().values(text=text, series=series, year=year, n=n, case_id=case, document=document))


def numbers_used(connection: sa.Connection) -> dict[str, str]:
    """Every number there is, here or on paper, with its case."""
    return {row.text: row.case_id for table in (numbers, paper_numbers) for row in connection.execute(sa.select(table.c.text, table.c.case_id))}


def case_of_number(connection: sa.Connection, text: str) -> str:
    """The case to which a number was given, here or on paper; '' when there is none."""
    for table in (numbers, paper_numbers):
        found = connection.execute(sa.select(table.c.case_id).where(table.c.text == text)).scalar_one_or_none()
        if found:
            return str(found)
    return ""


def take_number(connection: sa.Connection, series: str, year: int, n: int, text: str, case: str, document: str) -> None:
    """Enter a number. The table's keys refuse a second taking of the same one."""
    connection.execute(
        numbers.insert().values(series=series, year=year, n=n, text=text, case_id=case, document=document)
    )


def start_series(connection: sa.Connection, series: str, year: int, start: int, reason: str) -> None:
    """Set a series' first number of a year, once, before any was taken. Raises RefusedError otherwise."""
    used = sa.select(numbers.c.n).where(numbers.c.series == series, numbers.c.year == year)
    chosen = sa.select(series_starts.c.start).where(series_starts.c.series == series, series_starts.c.year == year)
    if connection.execute(used).first() or connection.execute(chosen).first():
        raise RefusedError(
            f"文号系列“{series}”{year}年已经启用，起始号只能设一次",
            f"series {series} of {year} is already in use; its first number can be set only once",
        )
    connection.execute(series_starts.insert().values(series=series, year=year, start=start, reason=reason))


def get_mark(connection: sa.Connection, name: str) -> str | None:
    """A small remembered value (last sweep, heartbeat …), or None."""
    return connection.execute(sa.select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()


def set_mark(connection: sa.Connection, name: str, value: str) -> None:
    """Remember a small value."""
    if connection.execute(marks.update().where(marks.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(marks.insert().values(name=name, value=value))
