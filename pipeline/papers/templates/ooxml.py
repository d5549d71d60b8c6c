"""Paragraphs, tables and packages of WordprocessingML, as text: the pieces templates are made of.

Elements stand in the order Word asks for; the same calls give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MOMENT = (2026, 1, 1, 0, 0, 0)
TWIPS_PER_MM = 1440 / 25.4


def twips(mm: float) -> int:
    """Millimetres as twentieths of a point."""
    return round(mm * TWIPS_PER_MM)


def fonts(family: str, latin: str = "Times New Roman") -> str:
    """w:rFonts with a Chinese and a Latin family."""
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{family}" w:cs="{latin}"/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Character properties that differ from the paragraph's style."""

    family: str = ""
    half_points: int = 0
    bold: bool = False
    color: str = ""
    scale: int = 0
    spacing: int = 0
    """Extra space between characters in twips."""

    def xml(self) -> str:
        """The w:rPr, or nothing."""
        parts = [
            fonts(self.family) if self.family else "",
            "<w:b/>" if self.bold else "",
            f'<w:color w:val="{self.color}"/>' if self.color else "",
            f'<w:spacing w:val="{self.spacing}"/>' if self.spacing else "",
            f'<w:w w:val="{self.scale}"/>' if self.scale else "",
            f'<w:sz w:val="{self.half_points}"/><w:szCs w:val="{self.half_points}"/>' if self.half_points else "",
        ]
        inner = "".join(parts)
        return f"<w:rPr>{inner}</w:rPr>" if inner else ""


PLAIN = Face()


def run(text: str, face: Face = PLAIN) -> str:
    """One run; a template tag always stays whole in it."""
    return f'<w:r>{face.xml()}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def page_field(face: Face = PLAIN) -> str:
    """The number of the page."""
    pieces = ('<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
              '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>')  # fmt: skip
    return "".join(f"<w:r>{face.xml()}{piece}</w:r>" for piece in pieces)


def border(side: str, kind: str = "single", eighths: int = 4, space: int = 0, color: str = "000000") -> str:
    """One border line; `eighths` of a point thick, `space` points away."""
    return f'<w:{side} w:val="{kind}" w:sz="{eighths}" w:space="{space}" w:color="{color}"/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Paragraph properties that differ from the style."""

    align: str = ""
    left: int | None = None
    right: int | None = None
    first: int | None = None
    hanging: int | None = None
    before: int | None = None
    after: int | None = None
    line: int | None = None
    keep_next: bool = False
    page_break: bool = False
    borders: str = ""
    tabs: Sequence[tuple[str, int]] = ()
    level: int | None = None

    def xml(self, style: str) -> str:
        """The w:pPr."""
        ind = "".join(
            f' w:{name}="{value}"'
            for name, value in (("left", self.left), ("right", self.right), ("firstLine", self.first), ("hanging", self.hanging))
            if value is not None
        )
        if self.first == 0:
            ind += ' w:firstLineChars="0"'
        spacing = "".join(
            f' w:{name}="{value}"' for name, value in (("before", self.before), ("after", self.after), ("line", self.line))
            if value is not None
        ) + (' w:lineRule="exact"' if self.line else "")  # fmt: skip
        stops = "".join(f'<w:tab w:val="{kind}" w:pos="{at}"/>' for kind, at in self.tabs)
        return "<w:pPr>" + "".join((
            f'<w:pStyle w:val="{style}"/>',
            "<w:keepNext/>" if self.keep_next else "",
            "<w:pageBreakBefore/>" if self.page_break else "",
            f"<w:pBdr>{self.borders}</w:pBdr>" if self.borders else "",
            f"<w:tabs>{stops}</w:tabs>" if stops else "",
            f"<w:spacing{spacing}/>" if spacing else "",
            f"<w:ind{ind}/>" if ind else "",
            f'<w:jc w:val="{self.align}"/>' if self.align else "",
            f'<w:outlineLvl w:val="{self.level}"/>' if self.level is not None else "",
        )) + "</w:pPr>"  # fmt: skip


STYLED = Shape()


def p(style: str, *content: str, shape: Shape = STYLED) -> str:
    """A paragraph; content that is not a run yet becomes one."""
    runs = "".join(piece if piece.startswith("<w:") else run(piece) for piece in content if piece)
    return f"<w:p>{shape.xml(style)}{runs}</w:p>"


def tag(text: str) -> str:
    """A paragraph that is only a tag, as {%p if …%}; it leaves no paragraph behind."""
    return p("Tag", text)


def when(condition: str, *blocks: str, otherwise: str = "") -> str:
    """Blocks that stand only when `condition` holds."""
    middle = tag("{%p else %}") + otherwise if otherwise else ""
    return tag("{%p if " + condition + " %}") + "".join(blocks) + middle + tag("{%p endif %}")


def each(loop: str, *blocks: str) -> str:
    """Blocks repeated: each("row in rows", …)."""
    return tag("{%p for " + loop + " %}") + "".join(blocks) + tag("{%p endfor %}")


def cell(width: int, *paragraphs: str, span: int = 1, middle: bool = True, borders: str = "") -> str:
    """A table cell; text that is not a paragraph yet becomes one in TableText."""
    inner = "".join(piece if piece.startswith("<w:p>") else p("TableText", piece) for piece in paragraphs) or p("TableText")
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
        + (f"<w:tcBorders>{borders}</w:tcBorders>" if borders else "")
        + ('<w:vAlign w:val="center"/>' if middle else "")
        + f"</w:tcPr>{inner}</w:tc>"
    )


def row(*cells: str, header: bool = False, height: int = 0, split: bool = False) -> str:
    """A table row; `height` at least, in twips."""
    inner = (
        ("" if split else "<w:cantSplit/>")
        + (f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else "")
        + ("<w:tblHeader/>" if header else "")
    )
    return f"<w:tr>{f'<w:trPr>{inner}</w:trPr>' if inner else ''}{''.join(cells)}</w:tr>"


def row_tag(text: str, columns: Sequence[int]) -> str:
    """A row that is only a tag, as {%tr for …%}."""
    return row(cell(sum(columns), p("Tag", text), span=len(columns)))


def rows_each(loop: str, columns: Sequence[int], *rows: str) -> str:
    """Rows repeated."""
    return row_tag("{%tr for " + loop + " %}", columns) + "".join(rows) + row_tag("{%tr endfor %}", columns)


def rows_when(condition: str, columns: Sequence[int], *rows: str) -> str:
    """Rows that stand only when `condition` holds."""
    return row_tag("{%tr if " + condition + " %}", columns) + "".join(rows) + row_tag("{%tr endif %}", columns)


def table(columns: Sequence[int], *rows: str, ruled: bool = True, place: str = "") -> str:
    """A table as wide as its columns (twips), centred; `place` is a w:tblpPr that makes it float."""
    sides = "".join(border(s) for s in ("top", "left", "bottom", "right", "insideH", "insideV")) if ruled else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    return (
        f'<w:tbl><w:tblPr>{place}<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:jc w:val="center"/>'
        + (f"<w:tblBorders>{sides}</w:tblBorders>" if sides else "")
        + '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """All that a template is made of; `build` gives its bytes."""

    title: str
    body: str
    styles: str
    section: str
    """w:sectPr contents after the header and footer references."""
    headers: dict[str, str] = field(default_factory=dict)
    """first|default|even → paragraphs."""
    footers: dict[str, str] = field(default_factory=dict)

    def build(self) -> bytes:
        """The DOCX, the same bytes each time."""
        parts: dict[str, str] = {}
        overrides, relations, references = [], [], []
        number = 3
        for kind, group in (("header", self.headers), ("footer", self.footers)):
            root = "hdr" if kind == "header" else "ftr"
            for which, inner in group.items():
                name = f"{kind}{number}.xml"
                parts[f"word/{name}"] = f"{HEAD}<w:{root} {NAMESPACES}>{inner}</w:{root}>"
                overrides.append((f"/word/{name}", f"wordprocessingml.{kind}"))
                relations.append((f"rId{number}", kind, name))
                references.append(f'<w:{kind}Reference w:type="{which}" r:id="rId{number}"/>')
                number += 1
        parts["word/document.xml"] = (
            f"{HEAD}<w:document {NAMESPACES}><w:body>{self.body}"
            f"<w:sectPr>{''.join(references)}{self.section}</w:sectPr></w:body></w:document>"
        )
        parts["word/styles.xml"] = self.styles
        parts["word/settings.xml"] = _settings()
        parts["docProps/core.xml"] = _core(self.title)
        parts["[Content_Types].xml"] = _content_types(overrides)
        parts["_rels/.rels"] = _package_relations()
        parts["word/_rels/document.xml.rels"] = _document_relations(relations)
        return _zip(parts)


def _settings() -> str:
    return (
        f'{HEAD}<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/>'
        '<w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>'
        '<w:ulTrailSpace/><w:adjustLineHeightInTable/><w:useFELayout/>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )  # fmt: skip


DAY = "{{ (doc.date|string)[:10] if doc.date else '2000-01-01' }}T00:00:00Z"


def _core(title: str) -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{{{{ authority.name }}}}</dc:creator><dc:language>zh-CN</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{DAY}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{DAY}</dcterms:modified>'
        "</cp:coreProperties>"
    )


def _content_types(overrides: Sequence[tuple[str, str]]) -> str:
    base = "application/vnd.openxmlformats-officedocument."
    fixed = (
        ("/word/document.xml", "wordprocessingml.document.main"), ("/word/styles.xml", "wordprocessingml.styles"),
        ("/word/settings.xml", "wordprocessingml.settings"),
    )  # fmt: skip
    rows = "".join(f'<Override PartName="{part}" ContentType="{base}{kind}+xml"/>' for part, kind in (*fixed, *overrides))
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{rows}</Types>"
    )


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _package_relations() -> str:
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    return (
        f'{HEAD}<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{core}" Target="docProps/core.xml"/></Relationships>'
    )


def _document_relations(relations: Sequence[tuple[str, str, str]]) -> str:
    fixed = (("rId1", "styles", "styles.xml"), ("rId2", "settings", "settings.xml"))
    rows = "".join(
        f'<Relationship Id="{rid}" Type="{OFFICE}/{kind}" Target="{target}"/>' for rid, kind, target in (*fixed, *relations)
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def _zip(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    first = ["[Content_Types].xml", "_rels/.rels"]
    with zipfile.ZipFile(stream, "w") as package:
        for name in first + sorted(set(parts) - set(first)):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, parts[name].encode(), compresslevel=9)
    return stream.getvalue()
