"""Sealed score sheets in a real office: nobody reads one before all are in, wherever they look. HB-15, HB-16.a, CQ-6.3a.

The search looks at every byte of the office: folders, database with its log, store, keys; packed files are looked into.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipeline.cases import registers
from pipeline.cases.book import Book
from pipeline.cases.case import Case
from pipeline.cases.decision import Answer, Outcome
from pipeline.cases.events import Kind
from pipeline.cases.registers import NumberView
from pipeline.cli import app
from pipeline.demo.bundles import Bundle
from pipeline.demo.players import EXPERTS, play
from pipeline.desk.people import add_person
from pipeline.desk.picture import prefill
from pipeline.desk.record import enter
from pipeline.desk.showing import case_shown, fingerprint_of
from pipeline.errors import SigningError, StoreError
from pipeline.law.sealed import sealing_of
from pipeline.model import FormIdentity
from pipeline.office import Person, load_office
from pipeline.papers.forms import build_docx, fill_docx

from .test_kill import FAST, run
from .town import Told, Town, copy_town

FORM = "expert_score_sheet"
TEAM = tuple(row[1] for row in EXPERTS)
OPINION = "烟气流量溯源链第七环缺失测试独有意见"
REASON = "测试独有扣分理由玄武"
SCORE, TOTAL = Decimal("3.37"), Decimal("98.37")
NEEDLES = (OPINION, REASON, f'"{SCORE}"', f">{SCORE}<", str(TOTAL))
"""What stands nowhere else. The score as data and as text of a document: bare, 3.37 also stands in a time of day."""
ROLE = "评审"


# ── an office whose case is under examination ──


@pytest.fixture(scope="session")
def examined_town(tmp_path_factory: pytest.TempPathFactory, applied_town: Town) -> Town:
    """A case brought to the examination by recorded events; each member of its team has a folder."""
    town = copy_town(applied_town, tmp_path_factory.mktemp("towns") / "examined")
    town.close()
    for name in TEAM:
        add_person(load_office(town.root, {}), Person("hubei", ROLE, name, name))
    town.open()
    case = town.case()
    spec = town.pack.forms["expert_team_form"]
    given = prefill(town.pack, case, spec) | {"rules_ref": town.pack.param("acceptance.rules")}
    filing = {
        "id": "p0001", "form": spec.code, "version": spec.version, "role": "办理", "owner": "测试承办人", "data": play(town.pack, spec.code, given, town.today),
        "enclosed": {}, "attachments": [], "original": "0" * 64, "name": "组建专家组审批表.docx", "main_name": "", "main_sha256": "",
        "received_on": town.today.isoformat(), "received_at": town.now.isoformat(), "revision": 0, "signed_by": "",
    }  # fmt: skip
    book = Book(town.pack, case, NumberView({}), town.today)
    book.enter(Kind.FILED, {"filing": filing})
    book.enter(Kind.MOVED, {"transition": "T26", "from": case.state, "to": "acceptance_examination", "cite": "@acceptance_team"})
    book.work("show_case", case.id)
    with town.desk.database.begin() as connection:
        enter(town.desk, connection, book.close(Answer(Outcome.RECORDED)), actor="测试")
    town.work()
    return town


@pytest.fixture
def office(tmp_path: Path, examined_town: Town) -> Iterator[Town]:
    town = copy_town(examined_town, tmp_path / "office")
    case_shown(town.desk, town.case().id)  # what is laid out is remembered by its whole path
    yield town
    town.close()


def handed_out(town: Town, name: str) -> list[Path]:
    return sorted((town.inbox(ROLE, name) / "回执" / "待填").glob("*个人评分表*.docx"))


def written(town: Town, name: str, **changes: Any) -> dict[str, Any]:
    """What this member writes: 3.37 of 5 on C1, with words found nowhere else."""
    case = town.case()
    values = play(town.pack, FORM, prefill(town.pack, case, town.pack.forms[FORM], {"member": {"name": name}}), town.today)
    rows = [{**row, "score": SCORE, "reason": REASON} if row["item"] == "C1" else row for row in values["scores"]]
    return {**values, "scores": rows, "total": TOTAL, "opinion": OPINION, **changes}


def filled(town: Town, name: str, **changes: Any) -> bytes:
    """The member's own sheet as it was handed out, filled in."""
    return fill_docx(handed_out(town, name)[0].read_bytes(), written(town, name, **changes))


def hand_in(town: Town, name: str, data: bytes | None = None, file: str = "评分表.docx") -> Told:
    return town.drop(ROLE, data or filled(town, name), file, name)


# ── the search ──


def texts(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """The bytes themselves, and what is packed in them: ZIP members, and (marked) compressed streams of PDFs."""
    yield data, data.startswith(b"%PDF-")
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from texts(archive.read(name))
    if data.startswith(b"%PDF-"):
        for piece in data.split(b"stream\r\n")[1:] + data.split(b"stream\n")[1:]:
            try:
                yield zlib.decompressobj().decompress(piece), True
            except zlib.error:
                continue


def spellings(needle: str) -> Iterator[bytes]:
    yield needle.encode()
    yield json.dumps(needle).strip('"').encode()
    yield needle.encode("utf-16-be")
    yield needle.encode("gb18030")


def found(root: Path, needles: tuple[str, ...] = NEEDLES) -> list[str]:
    """Where any of these words stand below `root`. In a page's drawing commands a number may be a coordinate: there only words count."""
    return [str(path.relative_to(root)) for path in sorted(root.rglob("*")) if path.is_file() and _holds(path.read_bytes(), needles)]


_LOOKED: dict[tuple[bytes, tuple[str, ...]], bool] = {}
"""What was looked into before: most of an office never changes."""


def _holds(data: bytes, needles: tuple[str, ...]) -> bool:
    key = hashlib.sha256(data).digest(), needles
    if key not in _LOOKED:
        wanted = [(spelt, needle[0].isdigit()) for needle in needles for spelt in spellings(needle)]
        _LOOKED[key] = any(spelt in text for text, drawn in texts(data) for spelt, number in wanted if not (drawn and number))
    return _LOOKED[key]


EVERY = (("jobs",), ("failed",), ("sign-off",), ("journal", "verify"), ("doctor",), ("rebuild",), ("person", "list"))
"""Commands that tell something of an office, beside those that tell of a case."""


def said(town: Town, more: tuple[tuple[str, ...], ...] = ()) -> str:
    """What these commands put out, for people and for machines."""
    no, told = town.case().no, ""
    town.close()
    for words in (("cases",), ("case", no), ("law", "explain", no), *more):
        for kind in ((), ("--json",)) if words not in (("doctor",), ("rebuild",)) else (("--json",),):  # these take their time
            result = CliRunner().invoke(app, [*words, *kind, "--office", str(town.root)])
            assert "Usage" not in result.output, words
            told += result.output
    town.close()
    town.open()
    return told


# ── tests ──


@pytest.mark.slow
def test_nobody_reads_a_score_before_all_are_in_and_everybody_after(office: Town) -> None:
    """The whole way of five sheets, and a search of every byte and every command at each end of it."""
    town = office
    assert found(town.root) == [] and len(handed_out(town, TEAM[1])) == 1
    sheets = {name: filled(town, name) for name in TEAM}
    for name in TEAM[:-1]:
        told = hand_in(town, name, sheets[name])
        assert told.outcome == "recorded" and "封存" in told.zh and told.row.sha256 == hashlib.sha256(sheets[name]).hexdigest(), told.words
        assert town.told(told.token).findings == []
    assert found(town.root) == []
    outside = said(town, EVERY)
    assert not [needle for needle in NEEDLES if needle in outside] and TEAM[0] in outside, "who is in is told, what they say is not"
    for name in TEAM[:-1]:
        assert [p.name for p in town.inbox(ROLE, name).iterdir() if p.is_file()] == [], "nothing lies in the inbox"
        assert handed_out(town, name) == []
        with pytest.raises(KeyError):
            town.desk.store.get(hashlib.sha256(sheets[name]).hexdigest())
    assert f"未交：{TEAM[-1]}" in (town.outbox / "待办_评审.html").read_text(encoding="utf-8")
    hand_in(town, TEAM[-1], sheets[TEAM[-1]])
    the_round_is_open(town, sheets)
    town.books_are_whole()


def the_round_is_open(town: Town, sheets: dict[str, bytes]) -> None:
    """Record, store and minutes hold every sheet as it was handed in."""
    case = town.case()
    assert [one["member"] for one in case.opened[-1]["sheets"]] == list(TEAM)
    for one in case.opened[-1]["sheets"]:
        assert one["commitment"] == hashlib.sha256(sheets[one["member"]]).hexdigest()
        assert town.desk.store.get(one["commitment"]) == sheets[one["member"]] and not town.desk.vault.has(one["commitment"])
        assert one["filing"]["data"]["opinion"] == OPINION
    paper = case.latest("score_summary")
    assert paper is not None and paper.status == "sealed"
    where = found(town.root, (OPINION,))
    assert "var/hongtou.db" in {path.removesuffix("-wal") for path in where} and [path for path in where if path.startswith("outbox") and path.endswith(".json")]
    assert "启封" in town.timeline(case) and str(TOTAL) in said(town)


def test_a_faulty_sheet_tells_its_faults_to_its_filer_alone(office: Town) -> None:
    """The record, the case folder and the command line say that something is wrong; the filer's own answer says what."""
    told = hand_in(office, TEAM[1], filled(office, TEAM[1], total=Decimal("12.34")))
    assert told.outcome == "refused" and told.findings == []
    own = office.answers(ROLE, TEAM[1])[-1].read_text(encoding="utf-8")
    assert "总分不等于各项得分之和" in own
    copies = [path.read_text(encoding="utf-8") for path in office.folder(office.case()).glob("收件/回执_*.html")]
    assert copies and not any("总分不等于" in text for text in (*copies, office.timeline(office.case()), said(office)))
    assert found(office.root, (*NEEDLES, "12.34")) == []


@pytest.mark.parametrize(("role", "owner"), [("办理", "测试承办人"), ("预审", ""), ("评审", ""), ("申报", "测试申请人甲")])
def test_a_sheet_in_the_wrong_folder_stays_sealed(office: Town, role: str, owner: str) -> None:
    told = office.drop(role, filled(office, TEAM[1]), "评分表.docx", owner)
    assert told.outcome in ("refused", "stale") and found(office.root) == []
    assert not office.case().sheets


def test_nobody_files_the_sheet_of_another(office: Town) -> None:
    data = filled(office, TEAM[1])
    assert hand_in(office, TEAM[2], data).outcome == "refused"
    foreign = fill_docx(handed_out(office, TEAM[1])[0].read_bytes(), written(office, TEAM[2]))
    assert "不是本轮发给您本人的表" in hand_in(office, TEAM[2], foreign).zh
    assert not office.case().sheets and found(office.root) == []


def test_a_sheet_made_by_hand_lacks_the_mark(office: Town) -> None:
    """Without the mark of the handed-out sheet a digest could be guessed from likely scores; such a sheet is not taken."""
    spec = office.pack.forms[FORM]
    identity = FormIdentity(form=FORM, version=spec.version, jurisdiction="hubei", case=office.case().id)
    told = hand_in(office, TEAM[1], fill_docx(build_docx(office.pack, spec, identity), written(office, TEAM[1])))
    assert told.outcome == "stale" and found(office.root) == []


def test_a_scan_or_a_bundle_of_somebody_who_owes_a_sheet_is_shown_to_nobody(office: Town) -> None:
    """A clerk would be shown a scan; not this one. A sealed form beside another form would travel in its record."""
    assert hand_in(office, TEAM[1], b"%PDF-1.4\n% " + OPINION.encode() + b"\n%%EOF", "扫描件.pdf").outcome in ("unreadable", "quarantined")
    other = build_docx(office.pack, office.pack.forms["score_absence"], FormIdentity(form="score_absence", version="1.0", jurisdiction="hubei"))
    bundle = Bundle("两张表", {"评分表.docx": filled(office, TEAM[1]), "别的表.docx": other})
    told = office.drop(ROLE, bundle, owner=TEAM[1])
    assert told.outcome == "refused" and "单独投递" in told.zh
    assert found(office.root) == []


def test_a_later_sheet_replaces_the_earlier(office: Town) -> None:
    first = filled(office, TEAM[1])
    hand_in(office, TEAM[1], first)
    assert hand_in(office, TEAM[1], first).outcome == "duplicate"
    later = fill_docx(first, {"opinion": OPINION + "改"})
    assert "替换" in hand_in(office, TEAM[1], later).zh
    for name in (TEAM[0], *TEAM[2:]):
        hand_in(office, name)
    sheets = office.case().opened[-1]["sheets"]
    assert [(s["counts"], s["filing"]["data"]["opinion"][-1]) for s in sheets if s["member"] == TEAM[1]] == [(False, "见"), (True, "改")]


@pytest.mark.slow
def test_the_leader_puts_on_record_who_cannot_score(office: Town) -> None:
    home = office.inbox(ROLE, TEAM[0]) / "回执" / "待填"
    blank = next(home.glob("*不能评分*.docx"))
    values = play(office.pack, "score_absence", {}, office.today, member=TEAM[4])
    for name in TEAM[:4]:
        hand_in(office, name)
    told = office.drop(ROLE, fill_docx(blank.read_bytes(), values), "登记.docx", TEAM[0])
    assert told.outcome == "recorded", told.words
    assert office.case().opened[-1]["absent"] == [TEAM[4]]


@pytest.mark.slow
@pytest.mark.parametrize("broken_at", ["box", "enter", "lay_open"])
def test_an_opening_that_breaks_off_is_done_again(office: Town, monkeypatch: pytest.MonkeyPatch, broken_at: str) -> None:
    """Before the record: nothing is open. After it: the originals are laid open by the next try."""
    from pipeline.desk import opening

    sheets = {name: filled(office, name) for name in TEAM}
    for name in TEAM[:-1]:
        hand_in(office, name, sheets[name])
    name = {"box": "opened_box", "enter": "enter", "lay_open": "_lay_open"}[broken_at]
    real = getattr(opening, name)
    broken: list[bool] = []

    def once(*args: Any, **more: Any) -> Any:
        if not broken:
            broken.append(True)
            raise OSError("测试：中断")
        return real(*args, **more)

    monkeypatch.setattr(opening, name, once)
    hand_in(office, TEAM[-1], sheets[TEAM[-1]])
    office.later(hours=1)
    office.work()
    assert broken and len(office.case().opened) == 1
    the_round_is_open(office, sheets)


@pytest.mark.slow
def test_a_hand_in_killed_at_any_step_is_neither_lost_nor_laid_open(office: Town) -> None:
    """kill -9 while the fourth sheet is claimed, sealed, registered, read, decided, answered and shown; then it goes on by itself."""
    town, toml = office, office.root / "office.toml"
    sheets = {name: filled(town, name) for name in TEAM}
    for name in TEAM[:3]:
        hand_in(town, name, sheets[name])
    text = toml.read_text(encoding="utf-8")
    for before, after in FAST.items():
        text = text.replace(before, after)
    toml.write_text(text, encoding="utf-8")
    town.put(ROLE, sheets[TEAM[3]], "评分表.docx", TEAM[3])
    town.close()
    points = []
    for last in (1, 2, 3, 4, 5, 7, 9):
        points.append(run(town.root, last))
        lying = [path for path in found(town.root) if not path.startswith(("inbox/", "var/spool/", "var/read-"))]
        assert lying == [], points
    run(town.root, 0)
    town.open()
    assert len({point.split()[0] for point in points}) > 1, points
    assert {path: [needle for needle in NEEDLES if path in found(town.root, (needle,))] for path in found(town.root)} == {}
    assert len(town.case().sheets) == 4
    hand_in(town, TEAM[4], sheets[TEAM[4]])
    the_round_is_open(town, sheets)
    town.books_are_whole()


def test_a_changed_box_opens_nothing(office: Town) -> None:
    """A sealed file that was changed, or put in another's place, is noticed; the round stays closed and the job is shown as failed."""
    for name in TEAM[:-1]:
        hand_in(office, name)
    first, second = [one["commitment"] for one in office.case().sheets.values()][:2]
    target = office.desk.vault.path(first)
    target.chmod(0o600)
    target.write_bytes(office.desk.vault.path(second).read_bytes())
    with pytest.raises(StoreError):
        office.desk.vault.get(first)
    hand_in(office, TEAM[-1])
    office.later(hours=1)
    office.work()
    assert office.case().opened == () and office.engine.failed()
    assert found(office.root) == []


@pytest.mark.slow
def test_the_outbox_is_the_picture_of_the_record_before_and_after(office: Town) -> None:
    for name in TEAM[:3]:
        hand_in(office, name)
    before = shown(office)
    shutil.rmtree(office.outbox)
    said(office, (("rebuild",),))
    assert shown(office) == before


def shown(town: Town) -> dict[str, str]:
    return {path: sha for path, sha in fingerprint_of(town.desk).items() if not path.endswith("系统状态.txt")}


def test_the_key_opens_with_its_passphrase_only(office: Town) -> None:
    """The boxes of a copied office stay closed without it."""
    from pipeline.desk.sealingkey import sealing_key

    keys = office.desk.office.keys
    assert sealing_key(keys, office.desk.keys._passphrase) == office.desk.keys.sealing
    with pytest.raises(SigningError):
        sealing_key(keys, "测试别的口令")


def test_what_is_no_sheet_lies_open_as_ever(office: Town) -> None:
    """Every drop is sealed until it is read; then only sealed forms stay so."""
    with office.desk.reading() as connection:
        drops = connection.execute(sa.select(registers.drops)).all()
    assert drops and all(office.desk.store.get(row.sha256) for row in drops)
    assert not list(office.desk.office.sealed.rglob("*.sealed"))


def test_the_marks_are_each_member_s_own(office: Town) -> None:
    case: Case = office.case()
    sealing = sealing_of(office.pack.forms[FORM])
    assert sealing is not None
    marks = {office.desk.vault.mark(case.id, FORM, str(stay), name) for stay in (case.stay, case.stay + 1) for name in TEAM}
    assert len(marks) == 2 * len(TEAM)
