"""Sign-off: who signs is proven, what is signed is what was read, an edited draft is checked again, a deputy needs a delegation."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.cases import registers
from pipeline.demo.bundles import Bundle
from pipeline.demo.players import play
from pipeline.desk.edited import DATE_PLACE, NUMBER_PLACE
from pipeline.office import Person, people_yaml
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.forms import fill_docx, fill_pdf
from pipeline.papers.gate import normal, pdf_text
from pipeline.papers.stamp import sign_form
from pipeline.papers.verify import verify_pdf

from .town import CLERK, SIGNER, Town

STRANGER = "测试外人"


def sheet(town: Town, **changes: object) -> dict[str, object]:
    return {**play(town.pack, "sign_off_sheet", {}, town.today), **changes}


def signed_pdf(town: Town, who: str) -> bytes:
    """The PDF sheet, filled in and signed with somebody's certificate."""
    form = fill_pdf(town.sheet(town.case(), ".pdf").read_bytes(), sheet(town))
    pki = DemoPki(town.desk.office.keys)
    signer = pki.officer(who) if pki.officer_path(who).exists() else pki.seal("hubei", "receipt")
    return sign_form(form, signer, town.now, pki.timestamper(town.clock), demo=True)


@pytest.fixture
def strict(pending: Town) -> Town:
    """An office that demands the officer's certificate, as production does."""
    toml = pending.root / "office.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('policy = "folder"', 'policy = "certificate"'), encoding="utf-8")
    pending.close()
    pending.open()
    assert pending.desk.office.settings.text("signing.policy") == "certificate"
    return pending


def test_only_the_officers_own_certificate_signs_off(strict: Town) -> None:
    case = strict.case()
    unsigned = fill_pdf(strict.sheet(case, ".pdf").read_bytes(), sheet(strict))
    broken = signed_pdf(strict, SIGNER)
    broken = broken[:-200] + b" " + broken[-199:]
    refused: tuple[tuple[bytes, str, str], ...] = (
        (fill_docx(strict.sheet(case).read_bytes(), sheet(strict)), "签发单.docx", "签发单.pdf"),
        (unsigned, "未签名.pdf", "没有电子签名"),
        (signed_pdf(strict, "收文章"), "别人签的.pdf", "未能证明"),
    )
    for data, name, word in refused:
        told = strict.drop("签发", data, name)
        assert told.outcome == "refused" and word in told.words, told.words
        assert strict.case().pending is not None and strict.case().state == "submitted"
    told = strict.drop("签发", signed_pdf(strict, SIGNER), "本人签的.pdf", "")
    assert told.outcome == "recorded", told.words
    case = strict.case()
    assert case.state == "not_accepted" and case.pending is None
    paper = case.latest("rejection_notice")
    assert paper is not None and paper.status == "sealed" and paper.number
    assert verify_pdf(strict.desk.store.get(paper.sha256), strict.desk.keys.trust, strict.now).ok
    assert case.filings[told.token]["signed_by"] == SIGNER
    assert not strict.sheet(strict.case()).parent.exists() or not list((strict.outbox / "签发/待签发").iterdir())
    strict.books_are_whole()


def test_before_sign_off_nothing_is_issued_and_after_it_number_and_date_are_there(pending: Town) -> None:
    case = pending.case()
    draft = case.papers[case.pending.papers[0]]
    assert (draft.number, draft.date, draft.status) == ("", "", "drafted")
    text = pdf_text(pending.desk.store.get(draft.draft_sha256))
    assert normal(NUMBER_PLACE) in text and normal(DATE_PLACE) in text
    with pending.desk.reading() as connection:
        taken = {row[0] for row in connection.execute(registers.numbers.select().with_only_columns(registers.numbers.c.series))}
    assert "hubei/rejection" not in taken
    pending.later(days=3)
    assert pending.sign(case).outcome == "recorded"
    paper = pending.case().papers[draft.id]
    assert paper.date == pending.today.isoformat(), "the date of sign-off is the date of the document"
    assert normal(NUMBER_PLACE) not in pdf_text(pending.desk.store.get(paper.sha256))


def test_a_return_needs_a_reason_and_takes_the_draft_down(pending: Town) -> None:
    case = pending.case()
    assert pending.sign(case, decision="return", opinion="").outcome == "refused"
    told = pending.sign(case, decision="return", opinion="理由写得不够清楚，请补充。")
    assert told.outcome == "recorded", told.words
    after = pending.case()
    assert after.pending is None and after.state == "submitted"
    assert "理由写得不够清楚" in pending.timeline(after)
    assert not (pending.outbox / "签发/待签发").exists() or not list((pending.outbox / "签发/待签发").iterdir())
    assert pending.todo(after, "intake_decision")[1].is_file(), "the drafter gets the form again"


def test_an_old_sheet_signs_nothing(pending: Town) -> None:
    case = pending.case()
    old = pending.sheet(case).read_bytes()
    assert pending.sign(case, decision="return", opinion="请补充理由后再报。").outcome == "recorded"
    told = pending.drop("签发", fill_docx(old, sheet(pending)), "旧签发单.docx")
    assert told.outcome == "stale", told.words
    assert pending.case().state == "submitted"


def change(docx: bytes, before: str, after: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "word/document.xml":
                assert before in data.decode()
                data = data.decode().replace(before, after).encode()
            out.writestr(entry, data)
    return target.getvalue()


def test_an_edited_draft_is_checked_and_bound_anew(pending: Town) -> None:
    case = pending.case()
    before = pending.sheet(case).read_bytes()
    draft = next(pending.sheet(case).parent.glob("可改稿_*.docx"))
    def edit(docx: bytes) -> Bundle:
        return Bundle(
            "改稿", {"签发单.docx": fill_docx(before, sheet(pending, decision="edited", opinion="改了一句。", edited_file=draft.name)), draft.name: docx}
        )
    spoiled = pending.drop("签发", edit(change(draft.read_bytes(), NUMBER_PLACE, "鄂测函〔2026〕9号")))
    assert spoiled.outcome == "refused" and NUMBER_PLACE in spoiled.words and "可改稿" in spoiled.words
    assert pending.case().pending.bound == case.pending.bound, "nothing has changed"
    told = pending.drop("签发", replace(edit(change(draft.read_bytes(), "不属于本机关职权范围", "不属于本机关职权范围（改稿）")), name="改稿二"))
    assert told.outcome == "recorded", told.words
    now = pending.case()
    assert now.pending is not None and now.pending.bound not in ("", case.pending.bound)
    assert "(改稿)" in pdf_text(next(pending.sheet(now).parent.glob("稿_*.pdf")).read_bytes())
    assert pending.drop("签发", fill_docx(before, sheet(pending)), "旧单.docx").outcome == "stale", "the old sheet speaks of the old draft"
    assert pending.sign(now).outcome == "recorded"
    paper = pending.case().latest("rejection_notice")
    assert paper is not None
    text = pdf_text(pending.desk.store.get(paper.sha256))
    assert "(改稿)" in text and normal(paper.number) in text and normal(NUMBER_PLACE) not in text
    pending.books_are_whole()


def test_a_deputy_signs_only_with_a_delegation_in_force(pending: Town) -> None:
    people = (*pending.desk.office.people, Person("hubei", "签发", "测试副局长", "测试副局长", since="2030-01-01"))
    Path(pending.root / "people.yaml").write_text(people_yaml(people), encoding="utf-8")
    for part in ("", "回执"):
        (pending.inbox("签发", "测试副局长") / part).mkdir(parents=True, exist_ok=True)
    pending.close()
    pending.open()
    case = pending.case()
    refused = pending.sign(case, owner="测试副局长")
    assert refused.outcome == "refused" and "授权" in refused.words
    days = {"from_date": pending.today, "to_date": pending.today + timedelta(days=5)}
    paper = {"officer": SIGNER, "deputy": "测试副局长", "scope": "all", "reason": "出差", "signed_on": pending.today, **days}
    stolen = pending.drop("签发", pending.blank("delegation", paper), "自己授权.docx", "测试副局长")
    assert stolen.outcome == "refused", "a deputy cannot delegate to themselves"
    assert pending.drop("签发", pending.blank("delegation", {**paper, "reason": "因公出差"}), "授权书.docx", SIGNER).outcome == "recorded"
    told = pending.sign(case, owner="测试副局长", opinion="代为签发。")
    assert told.outcome == "recorded", told.words
    assert "测试局长授权代签" in pending.timeline(pending.case())


def test_a_clerk_cannot_sign_in_the_officers_stead(pending: Town) -> None:
    case = pending.case()
    data = fill_docx(pending.sheet(case).read_bytes(), sheet(pending))
    assert pending.drop("办理", data, "签发单.docx", CLERK).outcome == "refused"
    assert pending.drop("签发", data, "签发单.docx", "").outcome == "refused", "the role's folder itself is nobody's own"
    assert pending.case().pending is not None
