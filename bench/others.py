"""What an office would use without hongtou: a shell script, and a small program around unoserver. Neither checks anything."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from docxtpl import DocxTemplate
from jinja2 import Environment
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from bench.notices import Notice
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki
from pipeline.papers.wording import FILTERS

SYSTEM_PYTHON = "/usr/bin/python3"
SEAL_BOX = (380, 80, 499, 199)
FILL = """
import pickle, sys
from docxtpl import DocxTemplate
from jinja2 import Environment
from pipeline.papers.wording import FILTERS
environment = Environment(autoescape=True)
environment.filters.update(FILTERS)
template = DocxTemplate(sys.argv[1])
template.render(pickle.load(open(sys.argv[2], "rb")), environment)
template.save(sys.argv[3])
"""
PDF_A = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}'
SCRIPT = """set -e
"$PYTHON" -c "$FILL" "$TEMPLATE" "$WORK/context" "$WORK/out.docx"
soffice "-env:UserInstallation=file://$WORK/../profile-$LANE" --headless --convert-to "$PDF_A" --outdir "$WORK" "$WORK/out.docx" >/dev/null
"$PYTHON" -m pyhanko sign addsig --use-pades --field "1/$BOX/Seal" pkcs12 --passfile "$WORK/../pass" "$WORK/out.pdf" "$WORK/sealed.pdf" "$KEY"
"""


class ShellScript:
    """(a) For each notice: docxtpl in a Python of its own, `soffice --convert-to`, `pyhanko sign` (no timestamp); two at once."""

    def __init__(self, pki: DemoPki, folder: Path) -> None:
        self._pki, self._folder = pki, folder
        folder.mkdir(parents=True)
        (folder / "pass").write_text(DEMO_PASSPHRASE)

    def round(self, notices: Sequence[Notice]) -> float:
        """Seconds for all of them."""
        for n, notice in enumerate(notices):
            work = self._folder / str(n)
            work.mkdir(exist_ok=True)
            (work / "context").write_bytes(pickle.dumps(notice.context))
        start = time.perf_counter()
        with ThreadPoolExecutor(2) as lanes:
            for done in [lanes.submit(self._lane, notices, lane) for lane in (0, 1)]:
                done.result()
        return time.perf_counter() - start

    def _lane(self, notices: Sequence[Notice], lane: int) -> None:
        for n in range(lane, len(notices), 2):
            given = {
                "PYTHON": sys.executable, "FILL": FILL, "PDF_A": PDF_A, "LANE": str(lane), "WORK": str(self._folder / str(n)),
                "TEMPLATE": str(notices[n].template), "KEY": str(self._pki.seal_path(notices[n].jurisdiction)),
                "BOX": ",".join(map(str, SEAL_BOX)), "PYTHONPATH": str(Path(__file__).parents[1]),
            }  # fmt: skip
            subprocess.run(["/bin/sh", "-c", SCRIPT], env={**os.environ, **given}, check=True, stderr=subprocess.DEVNULL)


@dataclass
class Unoserver:
    """(b) docxtpl, two warm unoservers, pyHanko's SimpleSigner, all loaded once, in one program; no timestamp."""

    ports: tuple[int, ...]
    folder: Path
    signers: dict[str, SimpleSigner]

    @classmethod
    @contextmanager
    def ready(cls, pki: DemoPki, jurisdictions: Sequence[str], folder: Path, count: int = 2) -> Iterator[Unoserver]:
        """Started and answering."""
        signers = {
            name: SimpleSigner.load_pkcs12(str(pki.seal_path(name)), passphrase=DEMO_PASSPHRASE.encode())  # type: ignore[no-untyped-call]
            for name in jurisdictions
        }
        folder.mkdir(parents=True)
        packages = _only_unoserver(folder / "packages")
        started: list[subprocess.Popen[bytes]] = []
        ports: list[int] = []
        try:
            for n in range(count):
                process, port = _start(packages, folder / f"profile-{n}")
                started.append(process)
                ports.append(port)
            for port in ports:
                _wait(port)
            yield cls(tuple(ports), folder, signers)
        finally:
            for process in started:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def round(self, notices: Sequence[Notice]) -> float:
        """Seconds for all of them, one thread for each unoserver."""
        start = time.perf_counter()
        lanes = len(self.ports)
        with ThreadPoolExecutor(lanes) as threads:
            for done in [threads.submit(self._lane, notices, lane) for lane in range(lanes)]:
                done.result()
        return time.perf_counter() - start

    def _lane(self, notices: Sequence[Notice], lane: int) -> None:
        for n in range(lane, len(notices), len(self.ports)):
            self._issue(notices[n], self.ports[lane], self.folder / f"{n}.docx")

    def _issue(self, notice: Notice, port: int, docx: Path) -> None:
        environment = Environment(autoescape=True)
        environment.filters.update(FILTERS)
        template = DocxTemplate(notice.template)
        template.render(dict(notice.context), environment)
        template.save(docx)
        pdf = docx.with_suffix(".pdf")
        with ServerProxy(f"http://127.0.0.1:{port}", allow_none=True) as server:
            server.convert(str(docx), None, str(pdf), "pdf", None, ["SelectPdfVersion=2", "UseTaggedPDF=true"], True)
        metadata = PdfSignatureMetadata(field_name="Seal", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        field = SigFieldSpec("Seal", on_page=-1, box=SEAL_BOX)
        signer: Any = PdfSigner(metadata, self.signers[notice.jurisdiction], new_field_spec=field)
        docx.with_suffix(".sealed.pdf").write_bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf.read_bytes()))).getvalue())


def _only_unoserver(folder: Path) -> Path:
    """A folder with unoserver alone: it runs under the system's own Python, which has pyuno but not our packages."""
    folder.mkdir()
    found = distribution("unoserver")
    for name in {file.parts[0] for file in found.files or () if file.parts[0].startswith("unoserver")}:
        (folder / name).symlink_to(Path(str(found.locate_file(name))))
    return folder


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _start(packages: Path, profile: Path) -> tuple[subprocess.Popen[bytes], int]:
    port, uno = _free_port(), _free_port()
    command = [SYSTEM_PYTHON, "-m", "unoserver.server", "--port", str(port), "--uno-port", str(uno), "--user-installation", str(profile)]
    process = subprocess.Popen(
        [*command, "--executable", str(shutil.which("soffice"))], env={**os.environ, "PYTHONPATH": str(packages)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    return process, port


def _wait(port: int, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with ServerProxy(f"http://127.0.0.1:{port}", allow_none=True) as server:
                server.info()
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"unoserver did not answer on port {port}")
