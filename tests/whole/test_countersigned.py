"""The task book goes out certified, with places for the parties; the copy they signed comes back through the door and is kept."""

from __future__ import annotations

import html

from pipeline.cases.events import Kind
from pipeline.cli.cases import waits_for, what_next
from pipeline.papers.countersign import countersign
from pipeline.papers.demo_pki import DemoPki, make_demo_pki
from pipeline.papers.verify import verify_pdf

from .test_rebuild import ROAD
from .town import Town


def signed_by(town: Town, pdf: bytes, field: str, who: str) -> bytes:
    pki = make_demo_pki(town.desk.office.keys, (), (who,), town.now)
    return countersign(pdf, field, pki.officer(who), town.now, DemoPki(town.desk.office.keys).timestamper(town.clock), demo=True)


def test_the_task_book_comes_back_countersigned_and_is_kept_and_raised(town: Town) -> None:
    case = town.apply()
    for code in ROAD:
        assert town.file(case, code).outcome == "recorded", code
        case = town.case(case.no)
        if case.pending:
            assert town.sign(case).outcome == "recorded"
            case = town.case(case.no)
    book = case.latest("task_book")
    assert book is not None and book.status == "sealed"
    parties = [book.context["task_book"]["party_undertaker"]["name"], *(m["name"] for m in book.context["task_book"]["party_members"] or ())]
    fields = ["Countersign1_undertaker", *(f"Countersign{turn + 1}_member{turn}" for turn in range(1, len(parties)))]
    def awaited() -> str:
        """What the case's page and `hongtou case` say of who has still to sign; they say the same."""
        now, pack = town.case(case.no), town.desk.pack_of(case)
        said = [zh for zh, _ in what_next(pack, now) if zh.startswith("会签：")]
        assert all(html.escape(zh) in town.timeline(now) for zh in said) and ("还待" in town.timeline(now).split("<h2>时间线")[0]) == bool(said)
        assert ("会签" in waits_for(pack, now)) == bool(said)
        return "".join(said)

    assert f"还待 {'、'.join(parties)} 依次签名" in awaited()
    issued = town.desk.store.get(book.sha256)
    placed = next(path for path in (town.outbox / "发文").rglob("*.pdf") if path.read_bytes() == issued)
    told = town.drop("申报", issued, "没有签.pdf")
    assert told.outcome == "refused" and "没有新的会签" in told.words
    stranger = town.drop("申报", signed_by(town, issued, fields[0], "测试外人"), "别人签的.pdf")
    assert stranger.outcome == "refused" and f"不是承担单位“{parties[0]}”" in stranger.words
    copy = signed_by(town, issued, fields[0], parties[0])
    spoiled = town.drop("申报", copy + b"%x", "改过的.pdf")
    assert spoiled.outcome == "refused" and "核验不通过" in spoiled.words
    assert town.drop("申报", copy, "不是自己的.pdf", "测试申请人乙").outcome == "refused"
    assert town.case(case.no).latest("task_book") == book, "nothing of that was registered"
    for field, who in zip(fields[1:], parties[1:], strict=True):
        copy = signed_by(town, copy, field, who)
    told = town.drop("申报", copy, "会签件.pdf")
    assert told.outcome == "recorded" and "会签齐备" in told.words, told.words
    assert awaited() == ""
    kept = town.case(case.no).latest("task_book")
    assert kept is not None and kept.sha256 == book.sha256 and town.desk.store.get(kept.kept_sha256) == copy == placed.read_bytes()
    assert [row["party"] for row in kept.countersigned] == parties and "会签齐备" in town.timeline(town.case(case.no))
    assert town.drop("申报", copy, "再交一次.pdf").outcome == "duplicate"
    town.later(days=1)
    town.sweep()
    raised = town.case(case.no).latest("task_book")
    assert raised is not None and raised.raised_sha256 and town.desk.store.get(raised.kept_sha256) == placed.read_bytes()
    assert verify_pdf(placed.read_bytes(), town.desk.keys.trust, town.now).ok
    assert [e.kind for e in town.case(case.no).history if e.kind is Kind.COUNTERSIGNED] == [Kind.COUNTERSIGNED]
    town.books_are_whole()
