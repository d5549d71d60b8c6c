"""Application bundles as applicants would drop them, made from the packs' own passing examples, dated today."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from pipeline.check.examples import read_example
from pipeline.law.normal import normalise
from pipeline.law.pack import Pack
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, fill_docx, fill_form_name


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files of one drop by name, and what it is good for."""

    name: str
    files: Mapping[str, bytes]

    def write(self, folder: Path) -> None:
        """Write it below `folder/name` by a rename into place, as careful senders do."""
        hidden = folder / f".{self.name}.tmp"
        for name, data in self.files.items():
            target = hidden / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        hidden.rename(folder / self.name)


def passing_examples(pack: Pack) -> tuple[str, ...]:
    """Names of the pack's examples of an application that passes."""
    return tuple(sorted(p.stem for p in (pack.folder / "examples").glob("application_form_*_pass.yaml")))


def application(pack: Pack, example: str, today: date, name: str, changes: Mapping[str, Any] | None = None) -> Bundle:
    """The bundle of an example, every date moved so that it is handed in today; `changes` spoil it (path → value)."""
    said = read_example(pack.folder / "examples" / f"{example}.yaml")
    days = (today - said["received_on"]).days if isinstance(said["received_on"], date) else (today - date.fromisoformat(str(said["received_on"]))).days
    files = {str(f["name"]): _attachment(str(f["name"]), int(f.get("pages") or 1)) for f in said.get("files") or ()}
    opening = str(said["form"])
    data = _moved(normalise(pack.forms[opening].fields, said["data"]).data, days)
    for path, value in (changes or {}).items():
        _put(data, path, value)
    files |= {fill_form_name(pack.forms[opening]): _form(pack, opening, data)}
    for code, raw in (said.get("enclosed") or {}).items():
        enclosed = _moved(normalise(pack.forms[code].fields, raw).data, days)
        files |= {fill_form_name(pack.forms[code]): _form(pack, code, enclosed)}
    return Bundle(name, files)


def _form(pack: Pack, code: str, data: Mapping[str, Any]) -> bytes:
    """A blank form, filled in as a person would."""
    spec = pack.forms[code]
    blank = build_docx(pack, spec, FormIdentity(form=code, version=spec.version, jurisdiction=pack.jurisdiction))
    return fill_docx(blank, {name: value for name, value in data.items() if name not in spec.computed})


def _moved(value: Any, days: int) -> Any:
    if isinstance(value, date):
        return value + timedelta(days=days)
    if isinstance(value, Mapping):
        return {key: _moved(item, days) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, days) for item in value]
    return value


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        data = data[int(step)] if isinstance(data, list) else data[step]
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value


def _attachment(name: str, pages: int) -> bytes:
    """A plain PDF that stands for an attachment."""
    if not name.lower().endswith(".pdf"):
        return f"{name}\n".encode()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for page in range(1, pages + 1):
        canvas.drawString(72, 760, f"TEST ATTACHMENT  page {page} of {pages}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


MISTAKES: Mapping[str, Any] = {
    "applicant.uscc": "12420500CEXH00020X",
    "applicant.postal_code": "12",
    "contact.phone": "12345",
    "application_date": "2026年2月30日",
    "staff.total": "三百",
    "demand_summary": "需求很大。",
    "equipment.value": "23500.005",
    "total_budget": "100.00",
    "survey_report.file": "附件/没有这个文件.pdf",
    "service_fields": [],
    "calibration_items.0.norm": "不是规程号",
    "qualifications.0.valid_to": "2020-01-31",
    "impartiality_statement.signed_by": None,
}
"""A dozen mistakes and one more, as people make them; each field exists in every master application form."""


def hostile_docx() -> bytes:
    """A Word file that carries a macro and an outside template: it must never be opened."""
    buffer = io.BytesIO()
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    body = '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>'
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", body)
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    return buffer.getvalue()
