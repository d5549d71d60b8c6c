"""The annexes of the instrument look like what their titles name: forms with cover and mark, review rules as documents."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader

from pipeline.law.pack import Pack, load_packs
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, build_pdf
from pipeline.papers.forms.rules import rule_documents

ROOT = Path(__file__).parents[2]
PACKS = load_packs(ROOT / "schemas")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ANNEXES = {
    "附件1": "application_form", "附件3": "preparation_review_report", "附件4": "task_book", "附件5": "capability_development_plan",
    "附件6": "preparation_summary_report", "附件8": "acceptance_report",
}  # fmt: skip


def lines(docx: bytes) -> list[str]:
    """The paragraphs of a Word document that say something."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    return [text for p in root.iter(W + "p") if (text := "".join(p.itertext(W + "t")).strip())]


def made(jurisdiction: str, code: str) -> list[str]:
    pack = PACKS[jurisdiction]
    return lines(build_docx(pack, pack.forms[code], FormIdentity(form=code, version=pack.forms[code].version, jurisdiction=jurisdiction)))


def test_the_eight_annexes_are_there_in_their_order() -> None:
    """HB-ANNEX: six are filled in, two are rules; title and number as the instrument lists them."""
    pack = PACKS["hubei"]
    listed = [line.split(".", 1) for line in pack.articles["HB-ANNEX"].text.removeprefix("附件：").splitlines()]
    forms = {mark: pack.forms[code].title_zh for mark, code in ANNEXES.items()}
    rules = {str(entry["annex"]): str(entry["title"]) for entry in pack.lists["review_rules_version"]}
    assert [(f"附件{number.strip()}", title.strip()) for number, title in listed] == sorted({**forms, **rules}.items())


@pytest.mark.parametrize(("mark", "code"), ANNEXES.items())
def test_a_form_that_is_an_annex_says_so_on_its_cover(mark: str, code: str) -> None:
    pack = PACKS["hubei"]
    spec = pack.forms[code]
    identity = FormIdentity(form=code, version=spec.version, jurisdiction="hubei")
    said = made("hubei", code)
    assert said[0] == mark
    assert "".join(said[:6]).replace("　", "").find(spec.title_zh) > 0, "the title follows"
    first = PdfReader(io.BytesIO(build_pdf(pack, spec, identity))).pages[0].extract_text()
    assert mark in first.replace("\n", "")


def test_a_title_divides_where_its_meaning_does() -> None:
    assert made("hubei", "preparation_summary_report")[1:3] == ["湖北省碳计量中心", "筹建工作总结报告"]
    assert made("hubei", "capability_development_plan")[1:3] == ["湖北省碳计量中心", "能力后续建设规划"]
    assert made("chongqing", "capability_development_plan")[:2] == ["重庆市市级碳计量中心", "能力后续建设规划"]


@pytest.mark.parametrize("code", ["urging_slip", "return_slip", "task_transfer", "opinion_request", "retraction"])
def test_a_title_is_not_said_twice(code: str) -> None:
    said = made("hubei", code)
    assert said.count(PACKS["hubei"].forms[code].title_zh) == 1


def test_who_signs_is_who_the_form_is_about() -> None:
    assert any("受送达人（代收人）签名或者盖章" in line for line in made("hubei", "service_receipt"))
    assert not any("代收人" in line for line in made("hubei", "document_mending")), "the addressee of a notice signs no approval sheet"
    assert not any("法定代表人" in line for line in made("hubei", "urging_slip"))


@pytest.mark.parametrize("jurisdiction", ["hubei", "chongqing"])
def test_printed_rules_are_those_the_machine_uses(jurisdiction: str) -> None:
    pack: Pack = PACKS[jurisdiction]
    documents = dict(rule_documents(pack))
    assert documents == dict(rule_documents(pack)) and len(documents) == 2, "the same bytes each time"
    for title, docx in documents.items():
        entry = next(e for e in pack.lists["review_rules_version"] if e.get("title") == title)
        said = lines(docx)
        whole = "".join(said)
        assert title in said and str(entry["zh"]) in said, "title, and which version"
        assert all(str(item["zh"]) in said and str(item["code"]) in said for item in pack.lists[str(entry["items"])])
        assert "{" not in whole and "（未定）" not in whole, "every parameter it speaks of is known"
        assert (ROOT / "forms" / jurisdiction / "rules" / f"{title}.docx").read_bytes() == docx, "the one in the folder is up to date"
    scored = next(docx for title, docx in documents.items() if "验收" in title)
    assert f"满分{pack.param('score.full_mark')}分，{pack.param('score.pass_mark')}分及以上为合格" in "".join(lines(scored))
    assert lines(scored)[-1] == str(sum(item["max"] for item in pack.lists["acceptance_rubric"])) == str(pack.param("score.full_mark"))
