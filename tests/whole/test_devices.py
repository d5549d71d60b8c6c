"""An office whose seal lies in a device: doctor sees it, it is pulled out at the wrong moment, the document waits and is then sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from papers_seal.softtoken import PIN, VARIABLE, Put, place, pulled_out, token_with

from pipeline.desk import perform
from pipeline.desk.devices import look_at_devices
from pipeline.papers import tokens
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.verify import verify_pdf

from .test_seals import change, notice
from .town import Town


@pytest.fixture
def device(pending: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The official seal of the office lies in a device from now on."""
    monkeypatch.setenv(VARIABLE, PIN)
    monkeypatch.setattr(tokens, "_REFUSED", set())
    key, office = ec.generate_private_key(ec.SECP256R1()), pending.desk.office
    name = "测试" + str(pending.desk.packs["hubei"].authority["name"]).removeprefix("测试")
    (tmp_path / "hsm").mkdir()
    with token_with(tmp_path / "hsm", DemoPki(office.keys), {"seal": Put(key, key)}, name, pending.now - timedelta(days=9), pending.now + timedelta(days=400)) as folder:
        change(pending, key=place("seal"), certificate={})
        yield folder


def test_pulled_out_between_sign_off_and_sealing_it_waits_and_then_goes_on(pending: Town, device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates, troubles = look_at_devices(pending.desk.office)
    assert [one.name for one in certificates] == ["测试设备/seal"] and troubles == []
    real = perform.JOBS["seal"]
    out = pulled_out(device)

    def pulled_out_first(*args: Any) -> None:
        monkeypatch.setitem(perform.JOBS, "seal", real)  # type: ignore[arg-type]
        out.__enter__()
        real(*args)

    monkeypatch.setitem(perform.JOBS, "seal", pulled_out_first)  # type: ignore[arg-type]
    assert pending.sign(pending.case()).outcome == "recorded"
    waiting = notice(pending)
    assert waiting.status == "issued" and waiting.number and "没有应答" in pending.timeline(pending.case())
    assert pending.engine.failed() == (), "it waits, it has not failed"
    _, troubles = look_at_devices(pending.desk.office)
    assert [check.id for check in troubles] == ["device.hubei-official"] and not troubles[0].fit
    out.__exit__(None, None, None)
    pending.now += timedelta(minutes=2)
    pending.sweep()
    paper = notice(pending)
    assert (paper.status, paper.number) == ("sealed", waiting.number)
    said = verify_pdf(pending.desk.store.get(paper.sha256), pending.desk.keys.trust, pending.now)
    assert said.ok and said.signatures[0].who.startswith("测试"), said.zh
    pending.books_are_whole()
