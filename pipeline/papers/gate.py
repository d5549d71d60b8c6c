"""The gate every PDF passes before it may be stamped: it says what the DOCX says, and it will last.

Text of the PDF equals the text of the DOCX, no missing glyph, every font embedded, the PDF/A claim stands, and
pikepdf's quick PDF/A check finds nothing broken. The judge of PDF/A is veraPDF (verapdf.py).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf
import pikepdf.pdfa
import pypdfium2 as pdfium
from lxml import etree

from pipeline.model import Finding, Severity
from pipeline.papers.layout import opened

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
PAGE_NUMBER = re.compile(r"—\d+—")
BROKEN = "\ufffe"
"""What PDFium says for a hyphen at the end of a line."""
OPERATORS = """Tf Tj TJ ' \""""
"""Those that choose a font or show text."""


def normal(text: str) -> str:
    """NFKC without white space and invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))


def _visible(paragraphs: Any) -> Iterator[str]:
    for node in paragraphs.iter(W + "t", W + "noBreakHyphen", W + "sym"):
        run = node.getparent()
        hidden = run is not None and run.find(f"{W}rPr/{W}vanish") is not None
        if hidden or any(above.tag == FALLBACK for above in node.iterancestors()):
            continue
        yield (node.text or "") if node.tag == W + "t" else "-" if node.tag.endswith("Hyphen") else ""


def docx_text(docx: bytes) -> str:
    """All visible text of a DOCX, normalised: body, notes, headers; page-number footers come out by themselves."""
    said = []
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        for name in sorted(package.namelist()):
            if re.fullmatch(r"word/(document|footnotes|endnotes|header\d*)\.xml", name):
                said.append("".join(_visible(etree.fromstring(package.read(name)))))
    return normal("".join(said))


def pdf_text(pdf: bytes) -> str:
    """All text of a PDF, normalised, without page numbers."""
    with opened(pdf) as document:
        said = []
        for page in document:
            text_page = page.get_textpage()
            said.append(PAGE_NUMBER.sub("", normal(text_page.get_text_range().replace(BROKEN, "-"))))
            text_page.close()
            page.close()
        return "".join(said)


def _finding(rule: str, zh: str, en: str, severity: Severity = Severity.ERROR, value: str = "") -> Finding:
    return Finding(rule=rule, severity=severity, zh=zh, en=en, value=value, cite="DA/T 47-2009",
                   repair_zh="请检查文稿和字体后重新生成", repair_en="look at the draft and the fonts, then make it again")  # fmt: skip


def compare_text(pdf: bytes, docx: bytes) -> tuple[Finding, ...]:
    """Whether both have the same characters equally often; numbering and repeated headings of tables are discounted."""
    wanted, printed = Counter(docx_text(docx)), Counter(pdf_text(pdf))
    lost = "".join(sorted((wanted - printed).elements()))
    extra_all = printed - wanted
    extra = "".join(sorted(c for c in extra_all.elements() if c not in wanted and not c.isdigit() and c not in ".()、一二三四五六七八九十"))
    found = []
    if lost:
        found.append(_finding("P04-TEXT", f"PDF 中缺少文稿里的字：{lost[:40]}，发出的公文会与文稿不一致",
                              f"the PDF lacks characters of the draft: {lost[:40]}", value=lost[:200]))  # fmt: skip
    if extra:
        found.append(_finding("P04-EXTRA", f"PDF 中多出文稿里没有的字：{extra[:40]}",
                              f"the PDF has characters the draft has not: {extra[:40]}", value=extra[:200]))  # fmt: skip
    return tuple(found)


def _contents(page: Any) -> Iterator[tuple[Any, Any]]:
    """(resources, content) of a page and of the forms it draws."""
    waiting, seen = [(page.Resources, page)], set()
    while waiting:
        resources, content = waiting.pop()
        yield resources, content
        for thing in resources.get("/XObject", {}).values():
            if thing.get("/Subtype") == "/Form" and thing.objgen not in seen:
                seen.add(thing.objgen)
                waiting.append((thing.get("/Resources", resources), thing))


def _strings(operands: Any, operator: str) -> Iterator[bytes]:
    pieces = operands[0] if operator == "TJ" else operands[-1:]
    for piece in pieces:
        if isinstance(piece, pikepdf.String):
            yield bytes(piece)


def _tables(program: bytes) -> dict[bytes, bytes]:
    count = struct.unpack(">H", program[4:6])[0]
    found = {}
    for n in range(count):
        tag, _sum, offset, length = struct.unpack(">4sLLL", program[12 + 16 * n : 28 + 16 * n])
        found[tag] = program[offset : offset + length]
    return found


def _truetype_shapes(program: bytes) -> list[bytes]:
    tables = _tables(program)
    long = struct.unpack(">h", tables[b"head"][50:52])[0]
    size, factor = (4, 1) if long else (2, 2)
    raw = tables[b"loca"]
    places = [int.from_bytes(raw[i : i + size], "big") * factor for i in range(0, len(raw), size)]
    return [tables[b"glyf"][a:b] for a, b in zip(places, places[1:], strict=False)]


def _empty_codes(font: Any) -> frozenset[int]:
    """Codes of a subset that draw the font's sign for “no such glyph”; code 0 always does.

    LibreOffice gives a missing character a code of its own: in Type 1 programs it is encoded as /.notdef, in TrueType
    programs its outline is that of glyph 0.
    """
    described = font.get("/FontDescriptor", {})
    if "/FontFile" in described:
        clear = described["/FontFile"].read_bytes().split(b"eexec", 1)[0]
        named = re.findall(rb"dup\s+(\d+)\s*/(\S+)\s+put", clear)
        return frozenset({0} | {int(code) for code, name in named if name == b".notdef"})
    if "/FontFile2" in described and font.get("/Subtype") == "/TrueType":
        shapes = _truetype_shapes(described["/FontFile2"].read_bytes())
        return frozenset({0} | {code for code, shape in enumerate(shapes) if shape and shape == shapes[0]})
    return frozenset({0})


def _draws_notdef(resources: Any, content: Any, known: dict[Any, frozenset[int]]) -> int:
    """How often a sign for “no such glyph” is shown. `known` keeps the empty codes of fonts already read."""
    fonts, count = resources.get("/Font", {}), 0
    wide, empty = False, frozenset({0})
    instructions: list[Any] = list(pikepdf.parse_content_stream(content, OPERATORS))
    for operands, operator in instructions:
        name = str(operator)
        if name == "Tf":
            font = fonts.get(str(operands[0]), {})
            wide = font.get("/Subtype") == "/Type0"
            key = getattr(font, "objgen", None)
            if key not in known:
                known[key] = _empty_codes(font)
            empty = known[key]
        else:
            count += _shown_empty(b"".join(_strings(operands, name)), empty, wide)
    return count


def _shown_empty(codes: bytes, empty: frozenset[int], wide: bool) -> int:
    if wide:
        return sum(int.from_bytes(codes[i : i + 2], "big") in empty for i in range(0, len(codes), 2))
    return len(codes) - len(codes.translate(None, bytes(code for code in empty if code < 256)))


def _unembedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return False
    described = font.get("/DescendantFonts", [font])[0].get("/FontDescriptor")
    return described is None or not any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _check_fonts(document: Any) -> Iterator[Finding]:
    bare: set[str] = set()
    known: dict[Any, frozenset[int]] = {}
    for number, page in enumerate(document.pages, start=1):
        missing = 0
        for resources, content in _contents(page):
            bare.update(str(font.get("/BaseFont", "?")) for font in resources.get("/Font", {}).values() if _unembedded(font))
            missing += _draws_notdef(resources, content, known)
        if missing:
            yield _finding("P02-GLYPH", f"第{number}页有{missing}个字没有字形，印出来是空白或方框；请安装含该字的字体",
                           f"page {number}: {missing} characters have no glyph; install a font that has them")  # fmt: skip
    for name in sorted(bare):
        yield _finding("P02-FONT", f"字体 {name} 没有嵌入，换一台机器就可能显示不同", f"font {name} is not embedded")


def _check_claim(document: Any, part: int) -> Iterator[Finding]:
    meta = document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
    claimed = f"{meta.get('pdfaid:part', '')}{str(meta.get('pdfaid:conformance', '')).lower()}"
    if claimed not in (f"{part}b", f"{part}u", f"{part}a"):
        yield _finding("P01", f"PDF 没有声明 PDF/A-{part}b（现为“{claimed or '无'}”），不能作为归档格式",
                       f"the PDF does not claim PDF/A-{part}b (it says {claimed or 'nothing'})")  # fmt: skip


def _quick_check(document: Any, part: int) -> Iterator[Finding]:
    # It denies many good files, so what it says is a warning; LibreOffice's /DocChecksum it merely does not know.
    doubts = [f for f in pikepdf.pdfa.check(document, f"{part}b").findings if "/DocChecksum" not in f.message]
    if not doubts:
        return
    reasons = "；".join(f"{f.rule} {f.message}" for f in doubts[:3])
    severity = Severity.WARNING if any(f.kind == "violation" for f in doubts) else Severity.NOT_RUN
    yield _finding("P02-QUICK", f"PDF/A 快速检查有疑问，以 veraPDF 结论为准：{reasons}", f"the quick PDF/A check doubts: {reasons}", severity)


def check_pdf(pdf: bytes, docx: bytes | None = None, part: int = 2, quick: bool = True) -> tuple[Finding, ...]:
    """All findings about a PDF made from `docx` (None: only the PDF itself is looked at). Never raises for a bad PDF."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = [*_check_fonts(document), *_check_claim(document, part)]
            found += _quick_check(document, part) if quick else ()
        if docx is not None:
            found += compare_text(pdf, docx)
    except (pikepdf.PdfError, pdfium.PdfiumError) as trouble:
        return (_finding("P00", f"PDF 打不开：{trouble}", f"the PDF cannot be opened: {trouble}"),)
    return tuple(found)
