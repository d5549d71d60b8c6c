"""Several files in one drop: which is the main form, what is enclosed, what is attached, and what is answered."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from pipeline.intake.bundle import member_bytes
from pipeline.model import FormIdentity, Severity, Submission

from .conftest import Read, identity, zipped
from .wordmade import form_mark, p, package, run, sdt


def form(known: FormIdentity, tag: str = "", text: str = "") -> bytes:
    return package((p(sdt(tag, run(text))) if tag else p()) + form_mark(known.encode()))


def scan(pages: int = 2) -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    writer.write(buffer)
    return buffer.getvalue()


def signed_scan() -> bytes:
    """A scan whose only field is a signature."""
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("Signature1")})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.write(buffer)
    return buffer.getvalue()


APPLICATION = form(identity("application_form"), "center_name", "测试中心")
LETTER = form(identity("government_request_letter"))
DECISION = form(identity("intake_decision", case="X-1", revision=3), "officer", "测试甲")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def rules(submission: Submission) -> set[str]:
    return {finding.rule for finding in submission.findings}


CASES: list[tuple[str, dict[str, bytes], str | None, list[str], list[str], set[str]]] = [
    ("form alone", {"a.docx": APPLICATION}, "a.docx", [], [], set()),
    ("opening form before others", {"a-函.docx": LETTER, "z-申报书.docx": APPLICATION, "附件/证书.pdf": scan()}, "z-申报书.docx", ["a-函.docx"], ["附件/证书.pdf"], set()),
    ("form of a case before one of none", {"a.docx": LETTER, "b.docx": DECISION}, "b.docx", ["a.docx"], [], set()),
    ("scan beside data", {"申报书.docx": APPLICATION, "盖章页.png": PNG}, "申报书.docx", [], ["盖章页.png"], set()),
    ("own Word text is an attachment", {"申报书.docx": APPLICATION, "报告.docx": package(p(run("调研报告")))}, "申报书.docx", [], ["报告.docx"], set()),
    ("OFD beside a form", {"申报书.docx": APPLICATION, "批文.ofd": zipped({"OFD.xml": "<a/>"})}, "申报书.docx", [], ["批文.ofd"], {"ofd_attachment"}),
    ("old Word beside a form", {"申报书.docx": APPLICATION, "a.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)}, "申报书.docx", [], ["a.doc"], {"old_format"}),
    ("two of one enclosed kind", {"a.docx": APPLICATION, "b.docx": LETTER, "c.docx": LETTER}, "a.docx", ["b.docx"], [], {"same_form_twice"}),
    ("two that open a case", {"a.docx": APPLICATION, "b.docx": form(identity("application_form"), "center_name", "乙中心")}, None, [], [], {"several_main"}),
    ("only a scan", {"扫描件.pdf": scan()}, None, [], ["扫描件.pdf"], {"scan_alone"}),
    ("only a signed scan", {"扫描件.pdf": signed_scan()}, None, [], ["扫描件.pdf"], {"scan_alone"}),
    ("only pictures", {"1.png": PNG, "2.png": PNG}, None, [], ["1.png", "2.png"], {"scan_alone"}),
    ("no form", {"说明.docx": package(p(run("随便写写")))}, None, [], ["说明.docx"], {"no_form"}),
]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(("files", "main", "enclosed", "attached", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bundles(
    read: Read, packed: bool, files: dict[str, bytes], main: str | None, enclosed: list[str], attached: list[str], found: set[str]
) -> None:
    by_products = {"~$申报书.docx": b"x", "__MACOSX/._a.docx": b"x", "Thumbs.db": b"x"}
    everything = {**files, **by_products}
    submission = read(zipped({f"申报材料/{name}": data for name, data in everything.items()}), "申报材料.zip") if packed else read(everything, "申报材料")
    assert (submission.main.source if submission.main else None) == main
    assert [one.source for one in submission.enclosed] == enclosed
    assert [one.name for one in submission.attachments] == attached
    assert rules(submission) == found


def test_attachments_carry_hash_size_kind_and_pages(read: Read) -> None:
    submission = read({"申报书.docx": APPLICATION, "证书.pdf": scan(3)}, "材料")
    (attachment,) = submission.attachments
    assert (attachment.name, attachment.size, attachment.media_type, attachment.pages) == ("证书.pdf", len(scan(3)), "application/pdf", 3)
    assert attachment.sha256 == hashlib.sha256(scan(3)).hexdigest()
    assert submission.main is not None and submission.main.sha256 == hashlib.sha256(APPLICATION).hexdigest()


def test_a_hostile_attachment_does_not_hide_what_the_form_says(read: Read) -> None:
    submission = read({"申报书.docx": APPLICATION, "附件.pdf.exe": b"MZ"}, "材料")
    assert submission.main is not None and submission.main.raw == {"center_name": "测试中心"}
    assert any(finding.rule == "program" and finding.severity is Severity.ERROR for finding in submission.findings)


def test_names_in_decomposed_letters_come_out_composed(read: Read) -> None:
    submission = read({"申报书.docx": APPLICATION, "Re\u0301sume\u0301.png": PNG}, "材料")
    assert [one.name for one in submission.attachments] == ["Résumé.png"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ({"form": "application_form", "version": "1.0", "jurisdiction": "hubei", "data": []}, "data_broken"),
        ({"form": "application_form", "data": {}}, "data_broken"),
        ({"form": "application_form", "version": "1.0", "jurisdiction": "nowhere", "data": {}}, "form_unknown"),
        ({"form": "application_form", "version": "1;case=X", "jurisdiction": "hubei", "data": {}}, "data_broken"),
        ({"form": ["application_form"], "data": {}}, "no_form"),
        ([1, 2], "no_form"),
    ],
)
def test_data_files_that_are_no_form(read: Read, data: Any, rule: str) -> None:
    submission = read(json.dumps(data).encode(), "表.json")
    assert submission.main is None and rule in rules(submission)


def test_blanks_in_data_files_are_absent_and_decimals_stay_text(read: Read) -> None:
    data = {"form": "application_form", "version": "1.0", "jurisdiction": "hubei", "data": {
        "center_name": " 　", "total_budget": 1.10, "tasks": [{"content": ""}, {"content": "甲"}], "contact": {"name": None}}}  # fmt: skip
    main = read(json.dumps(data).replace("1.1", "1.10").encode(), "表.json").main
    assert main is not None
    assert main.raw == {"total_budget": "1.10", "tasks": [{"content": "甲"}]}
    assert main.places["tasks[0].content"] == "data.tasks[0].content"


def test_a_member_is_found_again_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "材料.zip").write_bytes(zipped({"材料/申报书.docx": APPLICATION, "材料/a.png": PNG}))
    assert member_bytes(tmp_path / "材料.zip", "申报书.docx") == APPLICATION
    (tmp_path / "spooled").write_bytes(APPLICATION)
    assert member_bytes(tmp_path / "spooled", "申报书.docx") == APPLICATION
    with pytest.raises(KeyError):
        member_bytes(tmp_path / "材料.zip", "没有.docx")
