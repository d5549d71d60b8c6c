"""Published minutes of a draw are judged by themselves: list, token, seed, result."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli import drawing
from pipeline.cli.app import app
from pipeline.cli.drawing import check_minutes
from pipeline.law.draw import ALGORITHM, digest_of, minutes
from pipeline.papers.demo_pki import SealSubject, make_demo_pki
from pipeline.papers.pki import Trust
from pipeline.papers.timestamp import LocalTimeStamper, moment_of
from pipeline.papers.verdict import Answer
from tests.papers_seal.conftest import NOW


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "wall_clock", lambda: NOW)


@pytest.fixture
def published(timestamper: LocalTimeStamper) -> dict[str, Any]:
    rows = [{"no": str(n), "name": f"专家{n}", "org": "某单位", "stratum": "能源", "excluded": "", "may_lead": True} for n in range(1, 8)]
    rows[2]["excluded"] = "申请单位人员"
    listed = {"algorithm": ALGORITHM, "what": "experts", "case": "1", "rows": rows, "wanted": [{"stratum": "能源", "number": 3}], "leader": "drawn"}
    token = timestamper.token(digest_of(listed))
    return minutes(listed, token, base64.b64encode(token).decode(), moment_of(token).isoformat())


def told(published: Any) -> bytes:
    return json.dumps(published, ensure_ascii=False).encode()


def test_good_minutes_stand(published: dict[str, Any], trust: Trust) -> None:
    assert check_minutes(told(published), trust) == ()


def test_anything_changed_is_found(published: dict[str, Any], trust: Trust, timestamper: LocalTimeStamper) -> None:
    for name in published:
        for value in ("", "00", None, [], 7):
            assert check_minutes(told({**published, name: value}), trust), name
    other = timestamper.token(b"0" * 32)
    again = minutes(published["list"], other, base64.b64encode(other).decode(), moment_of(other).isoformat())
    assert [r.answer for r in check_minutes(told(again), trust)] == [Answer.INVALID], "a token over something else"
    broken = bytearray(base64.b64decode(published["token"]))
    for at in range(0, len(broken), 37):
        copy = bytearray(broken)
        copy[at] ^= 1
        assert check_minutes(told({**published, "token": base64.b64encode(copy).decode()}), trust), at
    swapped = json.loads(told(published))
    swapped["drawn"][0]["name"] = "别人"
    assert check_minutes(told(swapped), trust)
    swapped = json.loads(told(published))
    swapped["excluded"] = []
    assert check_minutes(told(swapped), trust)


def test_a_token_of_strangers_cannot_be_judged(published: dict[str, Any], tmp_path: Path) -> None:
    stranger = make_demo_pki(tmp_path, (SealSubject("hubei", "official", "别处"),), (), NOW).trust()
    assert [r.answer for r in check_minutes(told(published), stranger)] == [Answer.CANNOT_TELL]


def test_what_is_no_minutes_is_refused(trust: Trust) -> None:
    for data in (b"", b"\xff", b"[]", b"{}", b"null", b'"x"', b"[" * 100000, b'{"token":"","list_sha256":""}'):
        assert check_minutes(data, trust)


def test_the_command_says_it(published: dict[str, Any], tmp_path: Path, pki: Any) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate

    roots = tmp_path / "roots"
    roots.mkdir()
    for n, der in enumerate(pki.trust().roots):
        (roots / f"{n}.pem").write_bytes(load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    file = tmp_path / "抽取纪要.json"
    file.write_bytes(told(published))
    run = CliRunner()
    good = run.invoke(app, ["draw", "verify", str(file.with_suffix(".pdf")), "--roots", str(roots)])
    assert good.exit_code == 0 and "有效" in good.output, good.output
    file.write_bytes(told({**published, "drawn": []}))
    bad = run.invoke(app, ["draw", "verify", str(file), "--roots", str(roots), "--json"])
    assert bad.exit_code != 0 and "invalid" in bad.output.lower(), bad.output
