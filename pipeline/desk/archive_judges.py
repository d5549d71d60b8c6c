"""Who judges packages at this office: its trust for signatures, veraPDF, PDFium, ClamAV, the register of codes, the journal."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from pipeline.archive.holding import Holding
from pipeline.archive.judges import Judge, Judges, Outcome, Status, failed, not_run, passed
from pipeline.cases import journal, registers
from pipeline.cases.codec import decode
from pipeline.cases.events import Kind
from pipeline.desk.judging import pdfa_verdict
from pipeline.desk.service import Desk
from pipeline.papers.readback import claimed_flavour, look_at
from pipeline.papers.verdict import Answer
from pipeline.papers.verify import verify_pdf

SCANNERS = (("clamdscan", ("--no-summary", "--infected", "--fdpass")), ("clamscan", ("--no-summary", "--infected", "-r")))
_SCAN_SECONDS = 3600
_STATUS = {Answer.VALID: Status.PASS, Answer.INVALID: Status.FAIL, Answer.CANNOT_TELL: Status.NOT_RUN}


def judges_for(desk: Desk, holding: Holding) -> Judges:
    """The judges of this office for one package."""
    recorded = recorded_packages(desk)
    return Judges(
        signature=_signature(desk), pdfa=_pdfa(desk), reader=_reader, scanner=_scanner(), as_sent=recorded.get,
        on_record=_on_record(desk, ours=holding.name in recorded),
    )  # fmt: skip


def recorded_packages(desk: Desk) -> dict[str, str]:
    """The digest of every package this office has made, by the package's name."""
    table = journal.events
    with desk.reading() as connection:
        rows = connection.execute(sa.select(table.c.data).where(table.c.kind == str(Kind.PACKAGED)).order_by(table.c.seq)).scalars()
        return {data["name"]: data["digest"] for data in map(decode, rows)}


def _signature(desk: Desk) -> Judge:
    def judge(path: Path) -> Outcome:
        said = verify_pdf(path.read_bytes(), desk.keys.wide_trust, desk.clock())
        return Outcome(_STATUS[said.verdict], (said.zh,))

    return judge


def _pdfa(desk: Desk) -> Judge:
    def judge(path: Path) -> Outcome:
        flavour = claimed_flavour(path.read_bytes())
        if not flavour:
            return failed(["声明写得不对"])
        said = pdfa_verdict(desk, path, flavour)
        if said.status == "not_run":
            return not_run(said.reason)
        return passed(f"PDF/A-{flavour}") if said.ok else failed(f"{rule}：{message}" for rule, message in said.failed)

    return judge


def _reader(path: Path) -> Outcome:
    pages, trouble = look_at(path.read_bytes())
    return failed([trouble]) if trouble else passed(f"页数 {pages}")


def _scanner() -> Judge | None:
    """ClamAV where it is installed."""
    found = next(((program, options) for name, options in SCANNERS if (program := shutil.which(name))), None)
    if found is None:
        return None
    program, options = found

    def judge(path: Path) -> Outcome:
        try:
            done = subprocess.run([program, *options, str(path)], capture_output=True, text=True, timeout=_SCAN_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as trouble:
            return not_run(f"杀毒软件没有运行成功（{trouble}）")
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        if done.returncode == 1:
            return failed(lines)
        return passed(f"{Path(program).name} 没有发现病毒") if done.returncode == 0 else not_run(f"{Path(program).name}：{done.stderr.strip()[:200]}")

    return judge


def _on_record(desk: Desk, *, ours: bool) -> Callable[[str], bool | None]:
    with desk.reading() as connection:
        known = frozenset(connection.execute(sa.select(registers.numbers.c.text).where(registers.numbers.c.document.like("档号:%"))).scalars())

    def judge(code: str) -> bool | None:
        return True if code in known else False if ours else None

    return judge
