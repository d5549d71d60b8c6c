"""A form as a Word document: the parts of the package and their order, the same bytes for the same input.

Residual risk: Word itself is not at hand here; the structure is kept to the element order of ISO/IEC 29500-1
(transitional) and checked by tests, and LibreOffice opens it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from lxml import etree

from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import FormIdentity
from pipeline.papers.forms.blocks import grid, growing, opinion
from pipeline.papers.forms.controls import Inputs, hidden_identity
from pipeline.papers.forms.layout import lay_out
from pipeline.papers.forms.pages import cover, footer, guide, has_cover, heading, page_footer, short_guide, signatures
from pipeline.papers.forms.parts import Grid, Layout, Opinion, Part, Table
from pipeline.papers.forms.wordml import FANG, GREY, HEI, KAI, LATIN, NS, Element, Face, el, name, paragraph, run, val

PROPERTY = "hongtou"
"""Name of the custom document property that holds the identity."""
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build_docx(
    pack: Pack, spec: FormSpec, identity: FormIdentity, values: Mapping[str, Any] | None = None,
    locked: Collection[str] = (), rows: Mapping[str, int] | None = None,
) -> bytes:  # fmt: skip
    """The form `spec` as .docx bytes, prefilled with normal `values`; nothing under a `locked` path can be changed.

    `rows` sets the number of rows of a table by its path. The same arguments give the same bytes.
    """
    layout = lay_out(pack, spec, rows)
    inputs = Inputs(values or {}, locked, short=not has_cover(layout))
    computes = any(table.totals for table in layout.tables)
    custom = _custom(identity)
    return _packed(_document(inputs, layout, identity), _settings(computes), len(layout.tables), footer(layout), (layout.title, layout.authority), custom)


def package(title: str, authority: str, body: Iterable[Element]) -> bytes:
    """A document of `body` in the looks of the forms, that is no form itself; page numbers at the foot."""
    document = _serial(_rooted("w:document", el("w:body", None, *body, _page())))
    return _packed(document, _settings(computes=False), 1, page_footer(title), (title, authority))


def _packed(document: bytes, settings: Element, lists: int, foot: Element, said: tuple[str, str], custom: bytes = b"") -> bytes:
    """The parts of a document around its text; `said` are title and creator, `custom` its own properties, if any."""
    own = (("rId4", f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml"),) if custom else ()
    parts = {
        "[Content_Types].xml": _content_types(bool(custom)),
        "_rels/.rels": _relationships((
            ("rId1", f"{_OFFICE}/relationships/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId3", f"{_OFFICE}/relationships/extended-properties", "docProps/app.xml"), *own,
        )),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _relationships(tuple(
            (f"rId{number}", f"{_OFFICE}/relationships/{part}", f"{file}.xml")
            for number, (part, file) in enumerate((("styles", "styles"), ("settings", "settings"), ("fontTable", "fontTable"),
                                                   ("numbering", "numbering"), ("footer", "footer1")), 1)
        )),
        "word/styles.xml": _serial(_styles()),
        "word/settings.xml": _serial(settings),
        "word/fontTable.xml": _serial(_fonts()),
        "word/numbering.xml": _serial(_numbering(lists)),
        "word/footer1.xml": _serial(_rooted("w:ftr", foot)),
        "docProps/core.xml": _core(*said),
        "docProps/app.xml": _HEAD + f'<Properties xmlns="{_OFFICE}/extended-properties"><Application>hongtou</Application></Properties>'.encode(),
        **({"docProps/custom.xml": custom} if custom else {}),
    }  # fmt: skip
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of `parts` in their order, with a fixed time on each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in parts.items():
            info = zipfile.ZipInfo(file, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def _document(inputs: Inputs, layout: Layout, identity: FormIdentity) -> bytes:
    body = el("w:body")
    if has_cover(layout):
        body.extend(cover(inputs, layout))
        body.extend(guide(layout))
    else:
        body.extend(heading(layout))
    number = 0
    for index, part in enumerate(layout.parts):
        body.extend(_part_heading(part, new_page=index == 0 and has_cover(layout)))
        for block in part.blocks:
            if isinstance(block, Table):
                number += 1
            body.extend(_block(inputs, block, number))
    body.extend(signatures(inputs, layout))
    if not has_cover(layout):
        body.append(short_guide(layout))
    if not len(body[-1].xpath("string()")) and body[-1].tag == name("w:p"):
        # the hidden paragraph takes the place of the thin one: after a full page it would begin another
        body.remove(body[-1])
    body.append(hidden_identity(inputs, identity.encode()))
    body.append(_page())
    return _serial(_rooted("w:document", body))


def _part_heading(part: Part, new_page: bool) -> tuple[Element, ...]:
    built = []
    if part.heading:
        built.append(paragraph(run(part.heading, Face(HEI, 28)), before=280, after=100, keep=True, outline=1, page_break=new_page))
    if part.note:
        built.append(paragraph(run(part.note, Face(KAI, 21, GREY)), after=80, keep=True))
    return tuple(built)


def _block(inputs: Inputs, block: Grid | Opinion | Table, number: int) -> tuple[Element, ...]:
    """A block and a thin paragraph after it, since two tables in a row would melt into one."""
    gap = paragraph(line=120)
    if isinstance(block, Grid):
        return (*grid(inputs, block), gap)
    if isinstance(block, Opinion):
        return (opinion(inputs, block), gap)
    return (*growing(inputs, block, number), gap)


def _page() -> Element:
    return el(
        "w:sectPr", None,
        el("w:footerReference", {"w:type": "default", "r:id": "rId5"}),
        el("w:pgSz", {"w:w": 11906, "w:h": 16838}),
        el("w:pgMar", {"w:top": 1418, "w:right": 1361, "w:bottom": 1304, "w:left": 1361, "w:header": 720, "w:footer": 680, "w:gutter": 0}),
    )  # fmt: skip


def _rooted(tag: str, *children: Element) -> Element:
    """A part's root with every namespace declared, w14 and w15 ignorable for readers that do not know them."""
    root = etree.Element(name(tag), nsmap=NS)
    root.set(name("mc:Ignorable"), "w14 w15")
    root.extend(children)
    return root


def _serial(root: Element) -> bytes:
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(NS)) if root.tag == name("w:document") else None
    return _HEAD + bytes(etree.tostring(root, encoding="UTF-8"))


def _styles() -> Element:
    language = el("w:lang", {"w:val": "zh-CN", "w:eastAsia": "zh-CN", "w:bidi": "ar-SA"})
    fonts = el("w:rFonts", {"w:ascii": LATIN, "w:eastAsia": FANG, "w:hAnsi": LATIN, "w:cs": LATIN})
    defaults = el(
        "w:docDefaults", None,
        el("w:rPrDefault", None, el("w:rPr", None, fonts, val("w:sz", 21), val("w:szCs", 21), language)),
        el("w:pPrDefault", None, el("w:pPr", None, el("w:widowControl", {"w:val": 0}))),
    )  # fmt: skip
    normal = el("w:style", {"w:type": "paragraph", "w:default": 1, "w:styleId": "a"}, val("w:name", "Normal"), el("w:qFormat"))
    character = el("w:style", {"w:type": "character", "w:default": 1, "w:styleId": "a0"}, val("w:name", "Default Paragraph Font"),
                   val("w:uiPriority", 1), el("w:semiHidden"), el("w:unhideWhenUsed"))  # fmt: skip
    plain = el("w:style", {"w:type": "table", "w:default": 1, "w:styleId": "a1"}, val("w:name", "Normal Table"),
               val("w:uiPriority", 99), el("w:semiHidden"), el("w:unhideWhenUsed"))  # fmt: skip
    prompt = el("w:style", {"w:type": "character", "w:styleId": "PlaceholderText"}, val("w:name", "Placeholder Text"),
                val("w:basedOn", "a0"), val("w:uiPriority", 99), el("w:semiHidden"), el("w:rPr", None, val("w:color", GREY)))  # fmt: skip
    return _rooted("w:styles", defaults, normal, character, plain, prompt)


def _settings(computes: bool) -> Element:
    """The document's settings; one that `computes` has its formulas computed when it is opened."""
    compat = el("w:compat", None, el("w:compatSetting", {
        "w:name": "compatibilityMode", "w:uri": "http://schemas.microsoft.com/office/word", "w:val": 15}))  # fmt: skip
    return _rooted(
        "w:settings", el("w:zoom", {"w:percent": 100}), val("w:defaultTabStop", 420),
        val("w:characterSpacingControl", "compressPunctuation"), *([val("w:updateFields", "true")] if computes else []), compat,
        el("w:themeFontLang", {"w:val": "en-US", "w:eastAsia": "zh-CN"}), val("w:decimalSymbol", "."), val("w:listSeparator", ","),
    )  # fmt: skip


def _fonts() -> Element:
    fonts = []
    for family, other in ((FANG, "FangSong"), (HEI, "SimHei"), (KAI, "KaiTi"), ("方正小标宋简体", "SimSun")):
        fonts.append(el("w:font", {"w:name": family}, val("w:altName", other), val("w:charset", "86"), val("w:family", "auto")))
    return _rooted("w:fonts", *fonts)


def _numbering(tables: int) -> Element:
    """One list for each table, so that its first column counts by itself from 1, also in rows added later."""
    kinds, lists = [], []
    for number in range(1, max(tables, 1) + 1):
        level = el(
            "w:lvl", {"w:ilvl": 0}, val("w:start", 1), val("w:numFmt", "decimal"), val("w:suff", "nothing"), val("w:lvlText", "%1"),
            val("w:lvlJc", "left"), el("w:pPr", None, el("w:ind", {"w:left": 0, "w:firstLine": 0})), Face(size=18).properties(),
        )  # fmt: skip
        kinds.append(el("w:abstractNum", {"w:abstractNumId": number}, val("w:multiLevelType", "singleLevel"), level))
        lists.append(el("w:num", {"w:numId": number}, val("w:abstractNumId", number)))
    return _rooted("w:numbering", *kinds, *lists)


def _content_types(custom: bool) -> bytes:
    overrides = {
        "/word/document.xml": f"{_MAIN}.document.main+xml", "/word/styles.xml": f"{_MAIN}.styles+xml",
        "/word/settings.xml": f"{_MAIN}.settings+xml", "/word/fontTable.xml": f"{_MAIN}.fontTable+xml",
        "/word/numbering.xml": f"{_MAIN}.numbering+xml", "/word/footer1.xml": f"{_MAIN}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        **({"/docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml"} if custom else {}),
    }  # fmt: skip
    root = etree.Element("Types", xmlns=f"{_PACKAGE}/content-types")
    etree.SubElement(root, "Default", Extension="rels", ContentType="application/vnd.openxmlformats-package.relationships+xml")
    etree.SubElement(root, "Default", Extension="xml", ContentType="application/xml")
    for part, kind in overrides.items():
        etree.SubElement(root, "Override", PartName=part, ContentType=kind)
    return _serial(root)


def _relationships(links: tuple[tuple[str, str, str], ...]) -> bytes:
    root = etree.Element("Relationships", xmlns=f"{_PACKAGE}/relationships")
    for identifier, kind, target in links:
        etree.SubElement(root, "Relationship", Id=identifier, Type=kind, Target=target)
    return _serial(root)


def _core(title: str, authority: str) -> bytes:
    purl = "http://purl.org/dc/elements/1.1/"
    space = f"{_PACKAGE}/metadata/core-properties"
    root = etree.Element(f"{{{space}}}coreProperties", nsmap={"cp": space, "dc": purl})
    for key, text in (("title", title), ("creator", authority), ("language", "zh-CN")):
        etree.SubElement(root, f"{{{purl}}}{key}").text = text
    return _serial(root)


def _custom(identity: FormIdentity) -> bytes:
    types = f"{_OFFICE}/docPropsVTypes"
    space = f"{_OFFICE}/custom-properties"
    spaces: dict[str | None, str] = {None: space, "vt": types}
    root = etree.Element(f"{{{space}}}Properties", nsmap=spaces)  # type: ignore[arg-type]
    item = etree.SubElement(root, f"{{{space}}}property", fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", pid="2", name=PROPERTY)
    etree.SubElement(item, f"{{{types}}}lpwstr").text = identity.encode()
    return _serial(root)
