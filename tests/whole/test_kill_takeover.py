"""A table of paper cases is taken over wholly or not at all, wherever the office is killed; nothing happens twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cases import journal, registers
from pipeline.cases.events import OFFICE, Kind
from pipeline.clockwork import wall_clock
from pipeline.papers.forms import fill_docx

from .test_kill import FAST, run, the_folders_are_the_record
from .test_takeover import PREPARING, WORKING, table, waiting, workbook
from .town import CLERK, SIGNER, Town, copy_town


def lay(town: Town, role: str, owner: str, name: str, data: bytes) -> None:
    """Into an inbox in one move, as a person's program does."""
    aside = town.inbox(role, owner) / f".{name}"
    aside.write_bytes(data)
    aside.rename(aside.with_name(name))


def whole_or_nothing(town: Town) -> int:
    """How many cases there are now: none or all, each with all its numbers."""
    town.close()
    town.open()
    cases = town.cases()
    with town.desk.reading() as connection:
        entered = connection.execute(sa.select(registers.paper_numbers)).all()
        kinds = [event.kind for event in journal.read(connection, OFFICE)]
    assert len(cases) in (0, 2) and len(entered) == (5 if cases else 0)
    assert kinds.count(Kind.PROPOSED) <= 1 and kinds.count(Kind.PROPOSAL_CLOSED) == bool(cases)
    assert all(case.taken_over and case.clocks for case in cases), "never a case without what was known of it"
    return len(cases)


@pytest.mark.parametrize(("kills", "seed"), [pytest.param(2, 7, marks=pytest.mark.slow), pytest.param(10, 8, marks=pytest.mark.slow)])
def test_killed_while_taking_over(tmp_path: Path, empty_town: Town, kills: int, seed: int) -> None:
    town = copy_town(empty_town, tmp_path / "office")
    toml = town.root / "office.toml"
    text = toml.read_text(encoding="utf-8")
    for before, after in FAST.items():
        text = text.replace(before, after)
    toml.write_text(text, encoding="utf-8")
    town.now, chance = wall_clock(), random.Random(seed)
    lay(town, "办理", CLERK, "接管表.xlsx", workbook(town, table(town)))
    for _ in range(kills):
        run(town.root, chance.randrange(3, 14))
        assert whole_or_nothing(town) == 0, "nobody has confirmed it"
        if list((town.root / "inbox" / "hubei" / "办理" / CLERK / "回执").glob("*.html")):
            break
    run(town.root, 0)
    assert whole_or_nothing(town) == 0
    sheet = fill_docx((waiting(town) / "复核确认单.docx").read_bytes(), {"decision": "confirm", "officer": SIGNER, "confirmed_on": town.today})
    lay(town, "签发", SIGNER, "复核.docx", sheet)
    for _ in range(kills):
        run(town.root, chance.randrange(3, 20))
        whole_or_nothing(town)
        if list((town.root / "inbox" / "hubei" / "签发" / SIGNER / "回执").glob("*.html")):
            break
    run(town.root, 0)
    assert whole_or_nothing(town) == 2
    assert sorted(case.no for case in town.cases()) == [PREPARING, WORKING]
    with town.desk.reading() as connection:
        assert journal.verify_chain(connection) == ()
        assert [row.outcome for row in connection.execute(sa.select(registers.drops).order_by(registers.drops.c.seq))] == ["recorded", "recorded"]
    the_folders_are_the_record(town)
    town.books_are_whole()
