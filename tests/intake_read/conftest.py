"""Two real packs, a reading desk, and files made by hand that look like those of Word, WPS and careless people."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.intake.read import outlines_of
from pipeline.intake.read.child import read_drop
from pipeline.intake.read.forms import Desk
from pipeline.intake.screen import Limits
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack, load_packs
from pipeline.model import FormIdentity, Submission

ROOT = Path(__file__).resolve().parents[2]
Read = Callable[..., Submission]


@pytest.fixture(scope="session")
def packs() -> dict[str, Pack]:
    return load_packs(ROOT / "schemas")


@pytest.fixture(scope="session")
def specs(packs: dict[str, Pack]) -> dict[str, Mapping[str, FormSpec]]:
    return {jurisdiction: pack.forms for jurisdiction, pack in packs.items()}


@pytest.fixture(scope="session")
def desk(specs: dict[str, Mapping[str, FormSpec]]) -> Desk:
    return Desk({(outline.jurisdiction, outline.code): outline for outline in outlines_of(specs)}, "hubei", Limits())


@pytest.fixture
def read(desk: Desk, tmp_path: Path) -> Read:
    """Read bytes (as a file of that name) or a mapping of names to bytes (as a folder), in this process."""

    def reading(content: bytes | Mapping[str, bytes], name: str = "申报书.docx") -> Submission:
        path = tmp_path / "drop"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            for member, data in content.items():
                (path / member).parent.mkdir(parents=True, exist_ok=True)
                (path / member).write_bytes(data)
        return read_drop(path, name, desk)

    return reading


def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def repacked(docx: bytes, change: Callable[[str, bytes], bytes | None], extra: Mapping[str, bytes] | None = None) -> bytes:
    """A copy of a ZIP with each part passed through `change` (None: left out), and extra parts."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {info.filename: changed for info in archive.infolist() if (changed := change(info.filename, archive.read(info))) is not None}
    return zipped({**parts, **(extra or {})})


def identity(code: str, jurisdiction: str = "hubei", **more: object) -> FormIdentity:
    return FormIdentity(form=code, version="1.0", jurisdiction=jurisdiction, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def through_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], bytes]:
    """Open and save a Word file in LibreOffice, as many clerks do."""
    folder = tmp_path_factory.mktemp("libreoffice")
    saved: dict[bytes, bytes] = {}

    def convert(docx: bytes) -> bytes:
        if docx not in saved:
            (folder / "in.docx").write_bytes(docx)
            subprocess.run(
                ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
                 "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(folder / "in.docx")],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            saved[docx] = (folder / "out" / "in.docx").read_bytes()
        return saved[docx]

    return convert
