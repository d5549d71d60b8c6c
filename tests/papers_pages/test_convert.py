"""LibreOffice kept warm: what is broken is refused, what dies is replaced, nothing stays behind."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pikepdf
import pytest

from pipeline.errors import ConversionError, EnvironmentFaultError
from pipeline.papers import convert
from pipeline.papers.convert import OfficePool, check_docx
from pipeline.papers.render import Template
from pipeline.papers.templates.ooxml import Package, p
from pipeline.papers.templates.styles import section_xml, styles_xml


def docx(text: str = "测试", extra: dict[str, str] | None = None) -> bytes:
    """A small whole DOCX."""
    template = Package(title="试", body=p("Body", "{{ text }}"), styles=styles_xml(), section=section_xml()).build()
    data = Template.load(template).render({"text": text, "doc": {"date": None}, "authority": {"name": "测试局"}})
    if not extra:
        return data
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, extra.pop(name, None) or old.read(name))
        for name, content in extra.items():
            new.writestr(name, content)
    return stream.getvalue()


RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pointing(kind: str) -> bytes:
    """A DOCX with one outside relationship."""
    rel = f'<Relationship Id="r9" Type="{TYPE}/{kind}" Target="http://example.invalid/a" TargetMode="External"/>'
    return docx(extra={"word/_rels/x.xml.rels": f'<Relationships xmlns="{RELS}">{rel}</Relationships>'})


def zipped(name: str) -> bytes:
    """A ZIP with one part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", b"%PDF-1.7", docx()[:700], docx()[:-30], zipped("a.txt"), pointing("image"), pointing("attachedTemplate")],
    ids=["empty", "text", "pdf", "half", "no end", "other zip", "outside image", "outside template"],
)
def test_refused_before_conversion(data: bytes) -> None:
    with pytest.raises(ConversionError):
        check_docx(data)


def test_hyperlinks_are_harmless() -> None:
    check_docx(pointing("hyperlink"))


def test_broken_xml_is_refused_and_the_process_lives(pool: OfficePool) -> None:
    pid = pool.processes[0].pid
    with pytest.raises(ConversionError):
        pool.convert(docx(extra={"word/document.xml": "<w:document xmlns:w='x'><oops"}))
    assert pool.convert(docx()).startswith(b"%PDF-")
    assert pool.processes[0].pid == pid or pid == 0


@pytest.mark.parametrize("part", [2, 3])
def test_pdfa_part(pool: OfficePool, part: int) -> None:
    with pikepdf.open(io.BytesIO(pool.convert(docx(), part))) as pdf:
        assert pdf.open_metadata()["pdfaid:part"] == str(part)
        assert str(pdf.Root.Lang) == "zh-CN"
    with pytest.raises(ValueError):
        pool.convert(docx(), 4)


@pytest.mark.parametrize("victim", ["client", "office"])
def test_a_killed_process_is_replaced(pool: OfficePool, victim: str) -> None:
    assert pool.plain_pdf(docx())
    process = pool.processes[0]
    first = process.pid
    target = first if victim == "client" else _child_of(first)
    os.kill(target, signal.SIGKILL)
    assert pool.convert(docx("再来")).startswith(b"%PDF-")
    assert process.pid not in (0, first)


def _child_of(pid: int) -> int:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    named = [int(c) for c in listed if "soffice" in Path(f"/proc/{c}/comm").read_text()]
    return named[0]


def test_a_slow_conversion_is_given_up(tmp_path: Path) -> None:
    with OfficePool(1, tmp_path, seconds=0.001) as slow:
        with pytest.raises(ConversionError, match="秒"):
            slow.convert(docx("慢" * 2000))
        assert slow.processes[0].pid == 0


def test_threads_share_the_pool(pool: OfficePool) -> None:
    done: list[bytes] = []
    threads = [threading.Thread(target=lambda n=n: done.append(pool.convert(docx(f"第{n}件")))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4 and len(set(done)) == 4


def test_nothing_stays_behind_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from pipeline.papers.convert import OfficePool\n"
        "pool = OfficePool(1, Path(sys.argv[1])); from tests.papers_pages.test_convert import docx\n"
        "pool.convert(docx()); print(pool.processes[0].pid, flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert parent.stdout
    client = int(parent.stdout.readline())
    office = _child_of(client)
    watch = [os.pidfd_open(pid) for pid in (client, office)]
    parent.kill()
    parent.communicate()
    for handle in watch:
        # A pidfd becomes readable when its process ends: no sleeping, no polling.
        assert convert.select.select([handle], [], [], 30)[0]
        os.close(handle)


def left_of(process: convert.OfficeProcess) -> list[Path]:
    """What lies in the system's folder for temporary files because of one office."""
    address = (process.folder / "profile").resolve().as_uri()
    own = "".join(f"{byte:x}" for byte in hashlib.md5(address.encode("utf-16-le")).digest())
    return [path for path in Path("/tmp").glob("OSL_PIPE_*") if path.name.endswith((f"_hongtou-{process.folder.name}", f"_SingleOfficeIPC_{own}"))]


def test_an_office_keeps_its_temporary_files_to_itself_and_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office ended hard cleans up nothing itself: what it made goes with its folder, or a machine that runs for months fills its disk."""
    (tmp_path / "system").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "system"))
    with OfficePool(1, tmp_path / "pool") as pool:
        process = pool.processes[0]
        pool.convert(docx("头"))
        assert list((process.folder / "tmp").iterdir()), "LibreOffice is at work here"
        assert len(left_of(process)) == 2, "the sockets are where they are looked for"
        os.killpg(process.pid, signal.SIGKILL)
        pool.convert(docx("尾"))
    assert left_of(process) == [] and not process.folder.exists()
    assert list((tmp_path / "system").iterdir()) == []


def test_profiles_left_by_a_dead_process_are_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    (tmp_path / f"{dead.pid}-0" / "profile").mkdir(parents=True)
    (tmp_path / f"{os.getpid()}-7").mkdir()
    OfficePool(1, tmp_path, prestart=False)
    assert [folder.name for folder in tmp_path.iterdir()] == [f"{os.getpid()}-7"]


def test_missing_office_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(convert.shutil, "which", lambda name: None)
    with pytest.raises(EnvironmentFaultError, match="setup.sh"):
        OfficePool(1, tmp_path)
