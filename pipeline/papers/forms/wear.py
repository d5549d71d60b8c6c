"""What becomes of a form on its way through people's programs; for proving that it is read all the same."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from pipeline.model import FormIdentity

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_IDENTITY = "docProps/custom.xml"
_BODY = "word/document.xml"


def without_controls(docx: bytes) -> bytes:
    """The form as it is after its text was copied into a new file: no content controls, no identity."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            if entry.filename != _IDENTITY:
                data = source.read(entry)
                out.writestr(entry.filename, _unwrapped(data) if entry.filename == _BODY else data)
    return target.getvalue()


def _unwrapped(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    while (control := next(root.iter(_W + "sdt"), None)) is not None:
        parent, content = control.getparent(), control.find(_W + "sdtContent")
        assert parent is not None
        children = [] if content is None else list(content)
        if not FormIdentity.decode("".join(str(text) for child in children for text in child.itertext())):
            for child in reversed(children):
                parent.insert(parent.index(control) + 1, child)
        parent.remove(control)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True))
