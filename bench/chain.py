"""hongtou's own chain: fill, convert, gate, seal, place; with the milliseconds each step took."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bench.notices import Notice
from pipeline.clockwork import SHANGHAI
from pipeline.diskwork import write_whole
from pipeline.law.pack import load_pack
from pipeline.model import Severity
from pipeline.papers.convert import OfficePool
from pipeline.papers.demo_pki import DemoPki, SealSubject, make_demo_pki
from pipeline.papers.gate import check_pdf
from pipeline.papers.layout import signature_anchor
from pipeline.papers.marks import ReceivedMark, chinese_date
from pipeline.papers.qr import payload_for, sign_payload
from pipeline.papers.render import Template
from pipeline.papers.seal import Graphic, SealDesign, round_seal
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.stamp import SealRequest, seal_document

NOW = datetime(2026, 2, 28, 10, tzinfo=SHANGHAI)
STAGES = ("fill", "convert", "gate", "seal", "place")
THREADS = 5
"""Two wait for LibreOffice, two have a document ready for it, one fills or seals."""
Answer = TypeVar("Answer")


@dataclass
class Times:
    """Milliseconds of all documents of all rounds, by stage: on the clock, and of this process's own work."""

    wall: Counter[str] = field(default_factory=Counter)
    cpu: Counter[str] = field(default_factory=Counter)
    office_cpu: float = 0.0
    documents: int = 0

    def take(self, stage: str, work: Callable[[], Answer]) -> Answer:
        """Do it and write down how long it took."""
        wall, cpu = time.perf_counter(), time.thread_time()
        made = work()
        self.wall[stage] += round((time.perf_counter() - wall) * 1_000_000)
        self.cpu[stage] += round((time.thread_time() - cpu) * 1_000_000)
        return made

    def per_document(self, stage: str) -> tuple[float, float]:
        """(wall, own CPU) in milliseconds."""
        count = 1000 * max(self.documents, 1)
        return self.wall[stage] / count, self.cpu[stage] / count


@dataclass
class Chain:
    """What a running office holds in memory: templates, LibreOffice, keys and seals."""

    pool: OfficePool
    pki: DemoPki
    folder: Path
    templates: dict[Path, Template]
    signers: dict[str, TemplateSigner]
    seals: dict[str, Graphic]
    times: Times = field(default_factory=Times)

    @classmethod
    @contextmanager
    def ready(cls, notices: Sequence[Notice], folder: Path, processes: int = 2) -> Iterator[Chain]:
        """Everything made or started that an office makes once."""
        schemas = Path(__file__).parents[1] / "schemas"
        packs = {name: load_pack(schemas, name) for name in sorted({notice.jurisdiction for notice in notices})}
        subjects = [SealSubject(name, "official", str(pack.authority["name"])) for name, pack in packs.items()]
        pki = make_demo_pki(folder / "keys", subjects, (), NOW)
        templates = {notice.template: Template.load(notice.template.read_bytes(), notice.template.name) for notice in notices}
        signers = {name: pki.seal(name) for name in packs}
        seals = {name: round_seal(SealDesign.of(pack.seals["official"]).for_demo()) for name, pack in packs.items()}
        with OfficePool(processes, folder / "libreoffice") as pool:
            yield cls(pool, pki, folder, templates, signers, seals)

    def __post_init__(self) -> None:
        self._timestamper = self.pki.timestamper(lambda: NOW)
        self._qr_key = self.pki.qr_key()

    def issue(self, notice: Notice, target: Path) -> None:
        """One notice, from its facts to the sealed PDF in its place. Raises ValueError when a check finds something."""
        take = self.times.take
        docx = take("fill", lambda: self.templates[notice.template].render(notice.context))
        pdf = take("convert", lambda: self.pool.convert(docx))
        errors = [found.zh for found in take("gate", lambda: check_pdf(pdf, docx)) if found.severity is Severity.ERROR]
        if errors:
            raise ValueError(f"{notice.number}: {errors}")
        sealed = take("seal", lambda: self._sealed(notice, pdf))
        take("place", lambda: write_whole(target, sealed, mode=0o444))

    def _sealed(self, notice: Notice, pdf: bytes) -> bytes:
        anchor = signature_anchor(pdf, notice.issuer, chinese_date(notice.day))
        if anchor is None:
            raise ValueError(f"{notice.number}: no place for the seal")
        token = sign_payload(payload_for(pdf, notice.number, notice.case, notice.day), self._qr_key, "https://verify.example/d")
        received = ReceivedMark(notice.issuer, notice.case, notice.day, demo=True)
        return seal_document(pdf, SealRequest(
            signer=self.signers[notice.jurisdiction], seal=self.seals[notice.jurisdiction], anchor=anchor, now=NOW,
            timestamper=self._timestamper, qr=token, received=received, demo=True, reason=str(notice.context["doc"]["title"]),
            location=notice.issuer,
        ))  # fmt: skip

    def round(self, notices: Sequence[Notice]) -> float:
        """All notices, each into an empty folder's file; seconds on the clock."""
        before = self._office_cpu()
        with tempfile.TemporaryDirectory(dir=self.folder) as name, ThreadPoolExecutor(THREADS) as threads:
            start = time.perf_counter()
            jobs = [threads.submit(self.issue, notice, Path(name) / f"{n:03d}.pdf") for n, notice in enumerate(notices)]
            for job in jobs:
                job.result()
            seconds = time.perf_counter() - start
        self.times.documents += len(notices)
        self.times.office_cpu += self._office_cpu() - before
        return seconds

    def _office_cpu(self) -> float:
        """Milliseconds of CPU that LibreOffice and its clients have had so far, as the kernel says (Linux)."""
        return sum(_group_cpu(process.pid) for process in self.pool.processes)


def _group_cpu(leader: int) -> float:
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _group(folder) == leader:
            for task in (folder / "task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1_000_000


def _group(folder: Path) -> int:
    try:
        return os.getpgid(int(folder.name))
    except ProcessLookupError:
        return 0
