"""The reading child: what it answers, and that nothing it meets keeps the office from an answer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.intake.read import read_submission
from pipeline.intake.read.child import read_drop
from pipeline.intake.read.forms import Desk
from pipeline.intake.screen import Limits, hostile
from pipeline.law.forms import FormSpec
from pipeline.law.pack import Pack
from pipeline.model import Severity
from pipeline.papers.forms import build_docx, build_pdf

from .conftest import identity
from .samples import values_for

Specs = Mapping[str, Mapping[str, FormSpec]]


@pytest.fixture(scope="session")
def forms(packs: dict[str, Pack]) -> dict[str, bytes]:
    spec = packs["hubei"].forms["expert_team_form"]
    values = values_for(spec.fields)
    return {
        "docx": build_docx(packs["hubei"], spec, identity(spec.code), values),
        "pdf": build_pdf(packs["hubei"], spec, identity(spec.code), values),
    }


def test_the_child_reads_what_this_process_reads(specs: Specs, desk: Desk, forms: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "20260115__测试"
    path.write_bytes(forms["docx"])
    answer = read_submission(path, "组建专家组审批表.docx", specs, Limits(), tmp_path, jurisdiction="hubei")
    assert answer == read_drop(path, "组建专家组审批表.docx", desk)
    assert answer.main is not None


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(wall_seconds=0.01), "0.01 s"),
        (Limits(cpu_seconds=0), "SIGKILL"),
        (Limits(memory_bytes=1 << 20), "MemoryError"),
        (Limits(answer_bytes=10), "answer too long"),
    ],
    ids=["time", "processor time", "memory", "answer"],
)
def test_a_child_over_its_limits_is_given_up_and_told(specs: Specs, forms: dict[str, bytes], tmp_path: Path, limits: Limits, why: str) -> None:
    path = tmp_path / "drop"
    path.write_bytes(forms["docx"] if limits.memory_bytes > 1 << 20 else b"%PDF-1.7\n" + bytes(64 << 20))
    answer = read_submission(path, "表.docx", specs, limits, tmp_path)
    (finding,) = answer.findings
    assert answer.main is None
    assert finding.rule == "reading_gave_up" and finding.severity is Severity.ERROR
    assert why in finding.value
    assert str(tmp_path) not in finding.value


def test_a_drop_that_is_gone_is_told(specs: Specs, tmp_path: Path) -> None:
    answer = read_submission(tmp_path / "nothing", "表.docx", specs, Limits(), tmp_path)
    assert [(finding.rule, finding.value) for finding in answer.findings] == [("reading_gave_up", "FileNotFoundError")]


def test_the_child_writes_nothing(specs: Specs, forms: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "drop").write_bytes(forms["docx"])
    read_submission(tmp_path / "drop", "表.docx", specs, Limits(), tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def answered(content: bytes, name: str, desk: Desk, folder: Path) -> None:
    (folder / "drop").write_bytes(content)
    submission = read_drop(folder / "drop", name, desk)
    assert submission.main is not None or any(finding.severity is Severity.ERROR for finding in submission.findings)


@CALM
@given(content=st.binary(max_size=2000), start=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", b"{", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"- a: "]),
       name=st.sampled_from(["a.docx", "a.pdf", "a.json", "a.yaml", "a.zip", "a"]))  # fmt: skip
def test_any_bytes_are_answered(desk: Desk, tmp_path: Path, content: bytes, start: bytes, name: str) -> None:
    answered(start + content, name, desk, tmp_path)


@CALM
@given(data=st.data(), suffix=st.sampled_from(["docx", "pdf"]))
def test_any_damage_is_answered(desk: Desk, forms: dict[str, bytes], tmp_path: Path, data: st.DataObject, suffix: str) -> None:
    content = bytearray(forms[suffix])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
    answered(bytes(content[:cut]), f"表.{suffix}", desk, tmp_path)


@CALM
@given(data=st.data())
def test_any_damage_inside_the_xml_is_answered(desk: Desk, forms: dict[str, bytes], tmp_path: Path, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(forms["docx"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["word/document.xml"].decode()
    pieces = text.split("<")
    for _ in range(data.draw(st.integers(1, 6))):
        at, other = (data.draw(st.integers(1, len(pieces) - 1)) for _ in range(2))
        change = data.draw(st.sampled_from(["drop", "swap", "twice"]))
        if change == "drop":
            pieces[at] = "!---->" if not pieces[at].startswith("/") else pieces[at]
        elif change == "swap":
            pieces[at], pieces[other] = pieces[other], pieces[at]
        else:
            pieces[at] = pieces[at] + "<" + pieces[at] if pieces[at].endswith("/>") else pieces[at]
    parts["word/document.xml"] = "<".join(pieces).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    answered(buffer.getvalue(), "表.docx", desk, tmp_path)


def test_giving_up_sets_the_drop_aside_for_a_person(specs: Specs, tmp_path: Path) -> None:
    assert hostile(read_submission(tmp_path / "nothing", "表.docx", specs, Limits(), tmp_path).findings)
