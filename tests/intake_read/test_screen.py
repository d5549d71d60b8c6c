"""What is refused before reading, as a table: each trick, its finding, and that there is something to do about it."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from pipeline.demo.bundles import hostile_docx
from pipeline.intake.screen import HOSTILE, WORDS, Limits, hostile, kind_of, screen
from pipeline.model import Severity

from .conftest import identity, repacked, zipped
from .wordmade import form_mark, p, package, run

PLAIN = package(p(run("测试")) + form_mark(identity("application_form").encode()))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rules(tmp_path: Path, content: bytes, name: str, limits: Limits | None = None) -> set[str]:
    path = tmp_path / "drop"
    path.write_bytes(content)
    findings = screen(path, limits or Limits(), name)
    assert len({(finding.rule, finding.zh) for finding in findings}) == len(findings), "each is said once"
    for finding in findings:
        assert finding.zh and finding.en and finding.repair_zh and finding.repair_en
    return {finding.rule for finding in findings}


def with_link(kind: str, target: str) -> bytes:
    links = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="{REL}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return repacked(PLAIN, lambda name, data: data, {"word/_rels/document.xml.rels": links.encode()})


def with_body(body: str) -> bytes:
    return package(body)


def pdf(change: Callable[[PdfWriter], None] = lambda writer: None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def opening(action: str) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): NameObject(action)})

    return change


def annotated(subtype: str, action: str = "") -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        note = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(subtype)})
        if action:
            note[NameObject("/A")] = DictionaryObject({NameObject("/S"): NameObject(action)})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])

    return change


def xfa(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("x")})


def with_dtd(encoding: str) -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "haha">]><a>&b;</a>'
    return repacked(PLAIN, lambda name, data: data, {"customXml/item1.xml": text.encode(encoding)})


HARMLESS = {
    "plain.docx": PLAIN, "表.pdf": pdf(), "打开到首页.pdf": pdf(opening("/GoTo")), "网页链接.docx": with_link("hyperlink", "https://example.cn/"),
    "数据.json": b'{"form": "x", "data": {}}', "数据.yaml": b"form: x\ndata: {}\n", "说明.txt": "测试".encode("gbk"),
    "图表.docx": repacked(PLAIN, lambda name, data: data, {"word/embeddings/a.xlsx": PLAIN}),
    "图.png": b"\x89PNG\r\n\x1a\n" + bytes(20), "表.csv": "甲,乙\n".encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_people_rightly_send_passes(tmp_path: Path, name: str) -> None:
    assert rules(tmp_path, HARMLESS[name], name) == set()


REFUSED: list[tuple[str, bytes, str]] = [
    ("申报书.docx", b"", "empty_file"),
    ("申报书.doc", OLE, "old_format"),
    ("预算.xls", OLE, "old_format"),
    ("申报书.wps", OLE, "wps_format"),
    ("申报书.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "locked_office"),
    ("材料.rar", b"Rar!\x1a\x07\x01\x00", "rar_format"),
    ("材料.7z", b"7z\xbc\xaf\x27\x1c" + bytes(9), "rar_format"),
    ("申报书.ofd", zipped({"OFD.xml": "<OFD/>"}), "ofd_form"),
    ("申报书.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}), "odf_format"),
    ("申报书.rtf", b"{\\rtf1}", "rtf_format"),
    ("申报书.html", b"<!DOCTYPE html><html></html>", "html_format"),
    ("申报书.bin", bytes(range(256)), "unknown_type"),
    ("申报书.docx", b"MZ\x90\x00", "program"),
    ("申报书.docx.exe", PLAIN, "program"),
    ("申报书.pdf.lnk", b"x", "program"),
    ("申报书.dосx", PLAIN, "lookalike_suffix"),
    ("申报书\u202excod.exe", PLAIN, "hidden_name"),
    ("申报\u200b书.docx", PLAIN, "hidden_name"),
    ("申报书.pdf", PLAIN, "name_mismatch"),
    ("申报书.docx", pdf(), "name_mismatch"),
    ("CON.docx", PLAIN, "bad_name"),
    ("com1.申报书.docx", PLAIN, "bad_name"),
    ("申报书.docx ", PLAIN, "bad_name"),
    ("申报书.docx.", PLAIN, "bad_name"),
    ("申:报书.docx", PLAIN, "bad_name"),
    ("长" * 80 + ".docx", PLAIN, "long_name"),
    ("申报书.docm", PLAIN, "macro"),
    ("申报书.docx", hostile_docx(), "macro"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/vbaProject.bin": b"x"}), "macro"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d.replace(b"wordprocessingml.document.main", b"x").replace(b"application/vnd.openxmlformats-officedocument.x+xml", b"application/vnd.ms-word.document.macroEnabled.main+xml") if n == "[Content_Types].xml" else d), "macro"),
    ("申报书.docx", with_link("image", "http://example.cn/a.png"), "external_link"),
    ("申报书.docx", with_link("attachedTemplate", "file:///c:/t.dotm"), "external_link"),
    ("申报书.docx", with_link("hyperlink", "file://server/share/a.exe"), "external_link"),
    ("申报书.docx", with_link("hyperlink", "javascript:alert(1)"), "external_link"),
    ("申报书.docx", with_link("oleObject", "http://example.cn/a"), "embedded_object"),
    ("申报书.docx", with_link("subDocument", "a.docx"), "embedded_object"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/embeddings/oleObject1.bin": b"x"}), "embedded_object"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/activeX/activeX1.xml": b"<a/>"}), "embedded_object"),
    ("申报书.docx", with_body('<w:altChunk r:id="rId5"/>'), "embedded_object"),
    ("申报书.docx", with_body(p('<w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE "http://example.cn/a" </w:instrText></w:r>')), "external_link"),
    ("申报书.docx", with_body(p('<w:fldSimple w:instr="DDEAUTO cmd"/>')), "external_link"),
    ("申报书.docx", with_dtd("utf-8"), "xml_entities"),
    ("申报书.docx", with_dtd("utf-16"), "xml_entities"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/../../a.xml": b"<a/>"}), "path_trick"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/Document.xml": b"<a/>"}), "path_trick"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d[:-9] if n == "word/document.xml" else d), "docx_broken"),
    ("申报书.docx", PLAIN[: len(PLAIN) // 2], "zip_broken"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/media/a.bmp": bytes(40 << 20)}), "zip_bomb"),
    ("申报书.docx", repacked(PLAIN, lambda n, d: d, {"word/embeddings/a.xlsx": repacked(PLAIN, lambda n, d: d, {"xl/vbaProject.bin": b"x"})}), "macro"),
    ("材料.pdf", b"%PDF-1.7\nnothing", "pdf_broken"),
    ("材料.pdf", pdf(lambda writer: writer.encrypt("geheim") and None), "pdf_encrypted"),
    ("材料.pdf", pdf(annotated("/Widget", "/SubmitForm")), "pdf_active"),
    ("材料.pdf", pdf(opening("/JavaScript")), "pdf_active"),
    ("材料.pdf", pdf(opening("/Launch")), "pdf_active"),
    ("材料.pdf", pdf(lambda writer: writer.add_attachment("a.exe", b"MZ") and None), "pdf_embedded"),
    ("材料.pdf", pdf(annotated("/RichMedia")), "pdf_embedded"),
    ("材料.pdf", pdf(xfa), "pdf_xfa"),
    ("数据.json", b"{", "data_broken"),
    ("数据.json", b'{"a": 1, "a": 2}', "data_broken"),
    ("数据.json", b'{"a": NaN}', "data_broken"),
    ("数据.json", b"[" * 100_000, "data_trick"),
    ("数据.yaml", b"a: &x [1]\nb: *x\n", "data_trick"),
    ("数据.yaml", b"a: !!python/object/apply:os.system [ls]\n", "data_trick"),
    ("数据.yaml", b"[" * 500 + b"]" * 500, "data_trick"),
    ("数据.yaml", b"a: b: c\n", "data_broken"),
    ("数据.yaml", b"a: 1\na: 2\n", "data_broken"),
    ("数据.xml", b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://example.cn/a"><a/>', "xml_entities"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "rule"), REFUSED, ids=[f"{number}-{rule}" for number, (_, _, rule) in enumerate(REFUSED)])
def test_what_is_refused_and_why(tmp_path: Path, name: str, content: bytes, rule: str) -> None:
    assert rule in rules(tmp_path, content, name)


def archive(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for info, data in entries:
            made.writestr(info, data)
    return buffer.getvalue()


def entry(name: str, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr, info.flag_bits, info.create_system = mode << 16, flags, 3
    return info


def raw_named(raw: bytes, data: bytes = b"x") -> bytes:
    """A ZIP whose entry's name is these raw bytes, with no flag that says how to read them."""
    stand_in = b"Q" * len(raw)
    return archive((stand_in.decode(), data)).replace(stand_in, raw)


def encrypted_zip() -> bytes:
    data = bytearray(archive(("a.txt", b"secret")))
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    return bytes(data)


ZIPS: list[tuple[str, bytes, str]] = [
    ("absolute path", archive((entry("/etc/passwd"), b"x")), "path_trick"),
    ("parent folder", archive((entry("a/../../b.txt"), b"x")), "path_trick"),
    ("drive letter", archive((entry("C:/b.txt"), b"x")), "path_trick"),
    ("backslash", archive((entry("a\\b.txt"), b"x")), "path_trick"),
    ("reserved name", archive((entry("a/NUL.txt"), b"x")), "bad_name"),
    ("trailing dot", archive((entry("a./b.txt"), b"x"), (entry("c"), b"y")), "bad_name"),
    ("zero byte", raw_named(b"a.txt\x00.exe"), "bad_name"),
    ("symbolic link", archive((entry("a.txt", 0o120777), b"/etc/passwd")), "link"),
    ("device", archive((entry("a.txt", 0o020666), b"")), "link"),
    ("same name in capitals", archive(("A.txt", b"x"), ("a.txt", b"y")), "name_collision"),
    ("composed and decomposed", archive(("é.txt", b"x"), ("e\u0301.txt", b"y")), "name_collision"),
    ("archive in archive", archive(("b.zip", archive(("a.txt", b"x")))), "zip_nested"),
    ("password", encrypted_zip(), "zip_encrypted"),
    ("much out of little", archive(("a.bmp", bytes(30 << 20))), "zip_bomb"),
    ("too many", archive(*((f"{number}.txt", b"x") for number in range(600))), "too_many"),
    ("too deep", archive(("/".join("abcdefghijkl") + ".txt", b"x"), ("b.txt", b"x")), "too_deep"),
    ("nothing in it", archive(), "empty_drop"),
    ("only by-products", archive(("__MACOSX/._a.docx", b"x"), ("~$申报书.docx", b"x"), ("Thumbs.db", b"x")), "empty_drop"),
    ("cut off", archive(("a.txt", b"x" * 500))[:-30], "zip_broken"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "rule"), [(content, rule) for _, content, rule in ZIPS], ids=[name for name, _, _ in ZIPS])
def test_tricks_of_archives(tmp_path: Path, content: bytes, rule: str) -> None:
    assert rule in rules(tmp_path, content, "材料.zip")


def test_overlapping_entries_are_a_bomb(tmp_path: Path) -> None:
    made = archive(("a.txt", os.urandom(400)))
    central = made.index(b"PK\x01\x02")
    one = made[central : made.rindex(b"PK\x05\x06")]
    many = made[:central] + one * 50 + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 50, 50, len(one) * 50, central, 0)
    assert "zip_bomb" in rules(tmp_path, many, "材料.zip")


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_from_chinese_windows_are_read_back(tmp_path: Path, encoding: str) -> None:
    findings = screen(_written(tmp_path, raw_named("申报书.doc".encode(encoding), OLE)), Limits(), "材料.zip")
    assert [finding.place for finding in findings] == ["申报书.doc"]


def _written(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "drop").write_bytes(content)
    return tmp_path / "drop"


def folder_with(tmp_path: Path, make: Callable[[Path], None]) -> set[str]:
    folder = tmp_path / "材料"
    folder.mkdir()
    (folder / "申报书.docx").write_bytes(PLAIN)
    make(folder)
    return {finding.rule for finding in screen(folder, Limits(), "材料")}


def _sparse(folder: Path) -> None:
    with (folder / "a.bin").open("wb") as stream:
        stream.truncate(64 << 20)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda folder: (folder / "a.pdf").symlink_to("/etc/passwd"), "link"),
        (lambda folder: (folder / "b").symlink_to("/etc", target_is_directory=True), "link"),
        (lambda folder: os.link(folder / "申报书.docx", folder.parent / "other"), "hard_link"),
        (lambda folder: os.mkfifo(folder / "a.pdf"), "special_file"),
        (_sparse, "sparse_file"),
        (lambda folder: (folder / "/".join("abcdefghij")).mkdir(parents=True) or (folder / "/".join("abcdefghij") / "a.txt").write_text("x"), "too_deep"),
        (lambda folder: (folder / "b.zip").write_bytes(archive(("a.txt", b"x"))), "zip_nested"),
    ],
)  # fmt: skip
def test_tricks_of_folders(tmp_path: Path, make: Callable[[Path], None], rule: str) -> None:
    assert rule in folder_with(tmp_path, make)


def test_by_products_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        for name in ("~$申报书.docx", ".~lock.申报书.docx#", "Thumbs.db", "desktop.ini", ".DS_Store", "a.tmp"):
            (folder / name).write_bytes(b"x")
        (folder / "__MACOSX").mkdir()
        (folder / "__MACOSX" / "a.exe").write_bytes(b"MZ")

    assert folder_with(tmp_path, make) == set()


@pytest.mark.parametrize(
    ("limits", "rule"),
    [(Limits(file_bytes=10), "too_large"), (Limits(data_bytes=4), "data_trick")],
)
def test_limits_are_the_offices_own(tmp_path: Path, limits: Limits, rule: str) -> None:
    assert rule in rules(tmp_path, b'{"form": "x", "data": {}}', "数据.json", limits)


def test_what_is_hostile_is_set_aside_and_the_rest_returned(tmp_path: Path) -> None:
    assert hostile(screen(_written(tmp_path, b"MZ"), Limits(), "申报书.docx"))
    assert not hostile(screen(_written(tmp_path, OLE), Limits(), "申报书.doc"))
    assert all(WORDS[rule].severity is Severity.ERROR for rule in HOSTILE & WORDS.keys())


def test_kind_goes_by_content_not_by_name() -> None:
    assert kind_of(PLAIN, "a.pdf") == "docx"
    assert kind_of(b"%PDF-1.7", "a.docx") == "pdf"
