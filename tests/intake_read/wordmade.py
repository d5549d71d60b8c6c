"""Word files written by hand the way Word and WPS write them, around one small form with invented content."""

from __future__ import annotations

from collections.abc import Callable

from .conftest import zipped

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_NS = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006"
WORD_ROOT = (
    '<w:document xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:r="' + _REL + '" xmlns:w="{w}" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'mc:Ignorable="w14 w15">'
)
WPS_ROOT = (
    '<w:document xmlns:wpsCustomData="http://www.wps.cn/officeDocument/2013/wpsCustomData" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:w="{w}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14 wpsCustomData">'
)


def package(body: str, root: str = WORD_ROOT, ns: str = W_NS, styles: str = "", extra: dict[str, str] | None = None) -> bytes:
    """A DOCX around a body."""
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{root.format(w=ns)}<w:body>{body}<w:sectPr/></w:body></w:document>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PKG}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PKG}/relationships"><Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": document,
        "word/styles.xml": f'<w:styles xmlns:w="{ns}">{styles}</w:styles>',
    }
    return zipped({**parts, **(extra or {})})


def run(text: str, properties: str = "") -> str:
    """A run; `properties` is the inside of its w:rPr."""
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def sdt(tag: str, content: str, properties: str = "", before_tag: str = "") -> str:
    """A content control."""
    return f'<w:sdt><w:sdtPr>{before_tag}<w:tag w:val="{tag}"/>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith(('<w:p', '<w:sdt')) else p(content)}</w:tc>"


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def form_mark(encoded: str) -> str:
    """The hidden identity."""
    return p(sdt("__form__", run(encoded, "<w:vanish/>")))


LEVELS: dict[str, Callable[[str, str, str], str]] = {
    "run": lambda tag, text, more: tbl(tr(tc(run("名称")), tc(p(sdt(tag, run(text), more))))),
    "paragraph": lambda tag, text, more: tbl(tr(tc(run("名称")), tc(sdt(tag, p(run(text)), more) + p()))),
    "cell": lambda tag, text, more: tbl(tr(tc(run("名称")), sdt(tag, tc(run(text)), more))),
    "body": lambda tag, text, more: sdt(tag, p(run(text)), more),
    "nested in an untagged control": lambda tag, text, more: f"<w:sdt><w:sdtPr/><w:sdtContent>{p(sdt(tag, run(text), more))}</w:sdtContent></w:sdt>",
    "inside a group control": lambda tag, text, more: sdt("", p(sdt(tag, run(text), more)), "<w:group/>"),
}
"""Where Word lets a content control sit."""
