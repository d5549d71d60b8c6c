"""The blank forms in the repository are those the packs describe."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from papers_forms.corner import ink_under_stamp
from papers_forms.stand_in import APPLICATION, PACK
from pipeline.errors import PackError
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack, load_packs
from pipeline.model import FormIdentity
from pipeline.papers.forms import build_docx, build_xlsx, fill_form_name, write_fill_forms
from pipeline.papers.forms.layout import lay_out
from pipeline.papers.forms.printed import printed

ROOT = Path(__file__).parents[2]
FORMS = [pytest.param(pack, spec, id=f"{name}-{spec.code}") for name, pack in load_packs(ROOT / "schemas").items() for spec in pack.forms.values()]


@pytest.mark.parametrize(("pack", "spec"), FORMS)
def test_each_leaf_of_a_real_form_is_printed_exactly_once(pack: Pack, spec: FormSpec) -> None:
    assert Counter(entry.path for entry in lay_out(pack, spec).entries) == Counter(path for path, _ in spec.leaves())


@pytest.mark.parametrize(("pack", "spec"), FORMS)
def test_the_form_in_the_folder_is_up_to_date(pack: Pack, spec: FormSpec) -> None:
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction)
    lying = ROOT / "forms" / pack.jurisdiction / "fill" / fill_form_name(spec)
    assert document(lying.read_bytes()) == document(build_docx(pack, spec, identity)), "run: python -m pipeline.papers.forms"
    fields = {name: field for name, field in (PdfReader(lying.with_suffix(".pdf")).get_fields() or {}).items() if "/FT" in field}
    assert FormIdentity.decode(str(fields["__form__"]["/V"])) == identity
    names = {name.split("=")[0].replace("[0]", "[]", 1) for name in fields if "[" not in name or "[0]" in name}
    assert names == {path for path, _ in spec.leaves()} | {"__form__"}
    assert ink_under_stamp(lying.with_suffix(".pdf").read_bytes()) == 0, "the corner for the received stamp is not free"


@pytest.mark.parametrize(("pack", "spec"), FORMS)
def test_no_last_page_holds_only_the_signature_or_the_notes(pack: Pack, spec: FormSpec) -> None:
    """A page that is only signed can be put behind any other form."""
    sheets = printed(lay_out(pack, spec))
    assert sheets.page in {widget.page for widget in sheets.widgets}


@pytest.mark.parametrize("pack", load_packs(ROOT / "schemas").values(), ids=lambda pack: pack.jurisdiction)
def test_no_form_lies_in_the_folder_that_the_pack_does_not_have(pack: Pack) -> None:
    lying = {path.name for path in (ROOT / "forms" / pack.jurisdiction / "fill").iterdir()}
    books = {fill_form_name(spec, ".xlsx") for spec in pack.forms.values() if spec.notes.get("workbook")}
    assert lying == books | {fill_form_name(spec, suffix) for spec in pack.forms.values() for suffix in (".docx", ".pdf")}


@pytest.mark.parametrize(("pack", "spec"), [one for one in FORMS if one.values[1].notes.get("workbook")])  # type: ignore[attr-defined]
def test_a_workbook_in_the_folder_is_up_to_date(pack: Pack, spec: FormSpec) -> None:
    identity = FormIdentity(form=spec.code, version=spec.version, jurisdiction=pack.jurisdiction)
    lying = ROOT / "forms" / pack.jurisdiction / "fill" / fill_form_name(spec, ".xlsx")
    assert lying.read_bytes() == build_xlsx(pack, spec, identity), "run: python -m pipeline.papers.forms"


def document(form: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(form)).read("word/document.xml")


def test_a_name_is_safe_on_every_share() -> None:
    assert fill_form_name(replace(APPLICATION, title_zh='申报书/"甲":乙?')) == "申报书__甲__乙_.docx"


def test_two_forms_of_one_title_are_told_apart_or_refused(tmp_path: Path) -> None:
    pack = replace(PACK, forms={"a": APPLICATION, "b": replace(APPLICATION, code="b")})
    with pytest.raises(PackError, match="两个表单同名"):
        write_fill_forms({"test": pack}, tmp_path)


def test_a_pack_gives_a_word_and_a_pdf_form_each(tmp_path: Path) -> None:
    written = write_fill_forms({"test": PACK}, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        f"test/fill/{title}{suffix}" for title in ("测试省碳计量中心申报书", "受理审查意见表") for suffix in (".docx", ".pdf")
    ]
    assert all(path.stat().st_size > 5000 for path in written)


def test_a_form_the_pack_gave_up_is_removed_and_other_files_stay(tmp_path: Path) -> None:
    write_fill_forms({"test": PACK}, tmp_path)
    note = tmp_path / "test" / "fill" / "说明.docx"
    note.write_bytes(b"not one of ours")
    write_fill_forms({"test": replace(PACK, forms={"a": APPLICATION})}, tmp_path)
    assert {path.name for path in note.parent.iterdir()} == {"说明.docx", "测试省碳计量中心申报书.docx", "测试省碳计量中心申报书.pdf"}
