"""The bench measures what it says: every way seals a whole document, every tool judges the same files, and none stops the others."""

from __future__ import annotations

import io
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

from bench import __main__ as bench
from bench import sealing, validating
from bench.validating import CHECKS, ENDESIVE, PDFSIG, PYHANKO, QUICK, WHOLE, Signed, compare, files, long_docx
from pipeline.papers.convert import OfficePool
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.lasting_changes import only_lasting_additions
from pipeline.papers.longterm import Revocation, extend
from pipeline.papers.look import Look
from pipeline.papers.sign import UntouchedMetadataWriter


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> sealing.Desk:
    return sealing.Desk.ready(sealing.NOTICE.read_bytes(), tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("way", sealing.LABELS)
def test_every_way_seals_the_notice_with_a_timestamp(desk: sealing.Desk, way: str, tmp_path: Path) -> None:
    sealed = sealing.ways(desk)[way](7)
    signed = Signed(tmp_path / "sealed.pdf", sealed, desk.pki.trust(), sealing.NOW + timedelta(hours=1), lasting=False)
    assert "TIMESTAMP_TOKEN<INTACT:TRUSTED>" in validating.pyhanko(signed)
    marked = "signature only" not in way
    for page in (0, 1):
        before, after = Look.at(desk.pdf, page), Look.at(sealed, page)
        edge = after.width - 30, after.height / 2 - 20, after.width - 1, after.height / 2 + 20
        assert before.blank(*edge) and after.blank(*edge) is not marked, "骑缝章"
        head = (after.width / 2 - 60, 25, after.width / 2 + 60, 45)
        assert before.blank(*head) and after.blank(*head) is not marked, "test mark"
    assert Look.at(sealed, 0).blank(45, 30, 85, 70) is not marked, "QR code"


def test_the_tools_judge_the_same_files_and_none_stops_the_others(tmp_path: Path) -> None:
    def broken(signed: Signed) -> str:
        raise RuntimeError("no such library")

    made = files(tmp_path, datetime.now().astimezone(), None)
    for name, signed in made.items():
        found = compare(signed, 1, {**CHECKS, "broken": broken})
        assert found["not_run"].pop("broken") == "RuntimeError: no such library"
        ran = {QUICK, WHOLE, PYHANKO, ENDESIVE} | ({PDFSIG} if shutil.which("pdfsig") else set())
        assert set(found["verdicts"]) == ran, (name, found["not_run"])
        assert found["verdicts"][QUICK] == found["verdicts"][WHOLE]
        assert set(found["ratios"]) == ran - {QUICK}
        assert all(len(took) == 1 for took in found["milliseconds"].values())


def test_a_changed_file_is_not_measured_as_a_good_one(tmp_path: Path) -> None:
    signed = files(tmp_path, datetime.now().astimezone(), None)["notice B-T"]
    at = signed.data.index(b"/MediaBox")
    bad = Signed(tmp_path / "bad.pdf", signed.data[:at] + b"/MediaBoy" + signed.data[at + 9 :], signed.trust, signed.now, lasting=False)
    bad.path.write_bytes(bad.data)
    found = compare(bad, 1)
    assert not found["verdicts"] and set(found["not_run"]) == set(CHECKS) and not found["ratios"]
    assert "not_run" in "\n".join(validating.report({"bad": found}))


def test_what_is_asked_for_is_measured_and_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--documents", "0", "--seals", "1", "--checks", "0", "--json"])
    bench.main()
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"cpus", "load", "sealing"}
    assert set(said["sealing"]["milliseconds"]) == set(sealing.LABELS) == {*said["sealing"]["ratios"], sealing.OURS}
    told = "\n".join(sealing.report(said["sealing"]))
    assert all(label in told for label in sealing.LABELS.values())


def test_quick_look_and_whole_analysis_agree_on_a_hundred_tagged_pages(pool: OfficePool, tmp_path: Path) -> None:
    signed = files(tmp_path, datetime.now().astimezone(), pool.convert(long_docx(clauses=1, rows=1)))["100 pages B-LTA"]
    reader = PdfFileReader(io.BytesIO(signed.data))
    assert reader.root["/MarkInfo"]["/Marked"] and reader.root["/Pages"]["/Count"] == 100
    base = reader.embedded_regular_signatures[0].signed_revision
    assert only_lasting_additions(reader, base)
    result = DEFAULT_DIFF_POLICY.review_file(PdfFileReader(io.BytesIO(signed.data)), base)
    assert isinstance(result, DiffResult) and result.modification_level is ModificationLevel.LTA_UPDATES
    writer = IncrementalPdfFileWriter(io.BytesIO(signed.data))
    writer.add_stream_to_page(57, writer.add_object(generic.StreamObject(stream_data=b"0 0 99 99 re f")))
    changed = io.BytesIO()
    writer.write(changed)
    again = PdfFileReader(changed)
    assert not only_lasting_additions(again, base)
    assert not isinstance(DEFAULT_DIFF_POLICY.review_file(again, base), DiffResult)


def test_a_page_changed_before_the_archival_timestamp_is_seen_by_those_who_look(tmp_path: Path) -> None:
    """What bench/README.md says of tools that never compare revisions."""
    now = datetime.now().astimezone()
    made = files(tmp_path, now, None)
    writer = UntouchedMetadataWriter(io.BytesIO(made["notice B-T"].data))
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 0 rg 90 300 400 300 re f")))
    changed = io.BytesIO()
    writer.write(changed)
    pki = DemoPki(tmp_path / "keys")
    raised = extend(changed.getvalue(), pki.trust(), Revocation(pki.fresh_crls(now - timedelta(hours=2))), pki.timestamper(lambda: now - timedelta(hours=1)))
    bad = Signed(tmp_path / "covered.pdf", raised, made["notice B-T"].trust, now, lasting=True)
    bad.path.write_bytes(raised)
    found = compare(bad, 0)
    assert {QUICK, WHOLE, PYHANKO} <= set(found["not_run"])
    assert ENDESIVE in found["verdicts"]
    assert PDFSIG in found["verdicts"] or not shutil.which("pdfsig")
