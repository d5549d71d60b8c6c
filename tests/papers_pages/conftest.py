"""One warm LibreOffice, one warm veraPDF and every page made once, for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.law.pack import load_packs
from pipeline.papers.convert import OfficePool
from pipeline.papers.lastpage import to_pages
from pipeline.papers.render import Template
from pipeline.papers.templates.build import SHEETS, build_template
from pipeline.papers.verapdf import VeraPdf

from .sample import NAME, context

NAMES = tuple(name.removesuffix(".docx") for name in SHEETS)
LETTERS = tuple(name.removesuffix(".docx") for name, sheet in SHEETS.items() if sheet.letter)
"""Those in the layout of a letter (信函格式)."""
UNSEALED = tuple({
    str(spec["template"]).removesuffix(".docx"): None
    for pack in load_packs(Path(__file__).parents[2] / "schemas").values() for spec in pack.documents.values() if spec.get("template") and not spec.get("seal")
})
"""Papers of the house, which carry no seal: minutes and reports of experts."""


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficePool]:
    """One LibreOffice for the whole session."""
    with OfficePool(1, tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def vera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VeraPdf]:
    """One veraPDF for the whole session."""
    with VeraPdf(tmp_path_factory.mktemp("vera")) as running:
        yield running


class Pages:
    """Rendered DOCX and PDF of each template, made when first asked for."""

    def __init__(self, pool: OfficePool) -> None:
        self._pool = pool
        self._docx: dict[str, bytes] = {}
        self._pdf: dict[str, bytes] = {}

    def docx(self, name: str) -> bytes:
        """The template `name`, filled from the sample."""
        if name not in self._docx:
            self._docx[name] = Template.load(build_template(f"{name}.docx", NAME), name).render(context(name))
        return self._docx[name]

    def pdf(self, name: str) -> bytes:
        """Its PDF/A-2b."""
        if name not in self._pdf:
            self._docx[name], self._pdf[name] = to_pages(self._pool, self.docx(name))
        return self._pdf[name]


@pytest.fixture(scope="session")
def pages(pool: OfficePool) -> Pages:
    """All pages of the sample."""
    return Pages(pool)


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    """Where the pictures are kept."""
    return Path(__file__).parent / "golden"
