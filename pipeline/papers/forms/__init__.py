"""The forms people fill in: built from the law's FormSpec as Word documents and fillable PDFs, and filled by hand.

`build_docx` and `build_pdf` make a form, blank or prefilled; `fill_docx` and `fill_pdf` fill one in as a person
would; `without_prompts` blanks what was left open, for printing; `write_fill_forms` writes the blank forms of all packs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.diskwork import write_whole
from pipeline.errors import PackError
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import FormIdentity
from pipeline.papers.forms.fill import fill_docx, fill_pdf, is_form
from pipeline.papers.forms.pdf import build_pdf
from pipeline.papers.forms.prompts import without_prompts
from pipeline.papers.forms.rules import rule_documents
from pipeline.papers.forms.word import build_docx
from pipeline.papers.forms.workbook import build_xlsx, fits

__all__ = ["build_docx", "build_pdf", "build_xlsx", "fill_docx", "fill_form_name", "fill_pdf", "without_prompts", "write_fill_forms"]

_BUILDERS = ((".docx", build_docx), (".pdf", build_pdf), (".xlsx", build_xlsx))
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


def fill_form_name(spec: FormSpec, suffix: str = ".docx") -> str:
    """The file name of a blank form: its Chinese title, safe on every share."""
    return spec.title_zh.translate(_NOT_IN_NAMES).strip() + suffix


def write_fill_forms(packs: Mapping[str, Pack], folder: Path) -> tuple[Path, ...]:
    """Write every blank form of every pack as `folder/<jurisdiction>/fill/<title>.docx` and `.pdf`, as `.xlsx` too those
    that say so (`workbook`), and its review rules as `folder/<jurisdiction>/rules/<title>.docx`; gives the paths.

    Blank forms written before that the pack no longer has are removed; other files are left alone. Raises PackError
    when two forms of a pack have the same title.
    """
    written: list[Path] = []
    for jurisdiction, pack in sorted(packs.items()):
        for spec in pack.forms.values():
            identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=jurisdiction)
            for suffix, build in _BUILDERS if spec.notes.get("workbook") else _BUILDERS[:2]:
                if suffix == ".xlsx" and not fits(spec):
                    raise PackError(f"表单 {spec.code} 有成组的栏目，做不成工作簿", f"form {spec.code} has groups; no workbook can hold them")
                target = folder / jurisdiction / "fill" / fill_form_name(spec, suffix)
                if target in written:
                    raise PackError(f"两个表单同名：{target}", f"two forms of one title: {target}")
                write_whole(target, build(pack, spec, identity))
                written.append(target)
        _remove_stale(folder / jurisdiction / "fill", frozenset(written))
        for title, document in rule_documents(pack):
            written.append(folder / jurisdiction / "rules" / f"{title}.docx")
            write_whole(written[-1], document)
    return tuple(written)


def _remove_stale(folder: Path, written: frozenset[Path]) -> None:
    for path in sorted(folder.glob("*.docx")) + sorted(folder.glob("*.pdf")):
        if path not in written and is_form(path.read_bytes()):
            path.unlink()
