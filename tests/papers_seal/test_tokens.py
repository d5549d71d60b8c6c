"""Keys in a device: softhsm2 stands for it. What it seals is valid; pulled out, the document waits; back in, it goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pipeline.errors import RefusedError, SigningError
from pipeline.papers import tokens
from pipeline.papers.demo_pki import DemoPki
from pipeline.papers.pki import Trust
from pipeline.papers.sign import PrivateKey
from pipeline.papers.signers import device_expiry, signer_for
from pipeline.papers.stamp import SealRequest, seal_document
from pipeline.papers.verify import verify_pdf

from .conftest import NOW
from .softtoken import MODULE, PIN, TOKEN, VARIABLE, Put, place, pulled_out, restart, token_with

KEYS: dict[str, PrivateKey] = {"rsa": rsa.generate_private_key(65537, 2048), "p256": ec.generate_private_key(ec.SECP256R1())}


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory, pki: DemoPki) -> Iterator[Path]:
    """A token with a key and its certificate of each kind, and one certificate that belongs to another key."""
    keys = {label: Put(key, key) for label, key in KEYS.items()} | {"exchanged": Put(KEYS["p256"], ec.generate_private_key(ec.SECP256R1()))}
    with token_with(tmp_path_factory.mktemp("hsm"), pki, keys, "测试某省市场监督管理局", NOW - timedelta(days=9), NOW + timedelta(days=400)) as folder:
        yield folder


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PIN)
    monkeypatch.setattr(tokens, "_REFUSED", set())


def no_passphrase() -> str:
    raise AssertionError("a device needs no passphrase of files")


@pytest.mark.parametrize("label", ["rsa", "p256"])
def test_what_a_device_seals_is_valid(device: Path, label: str, pki: DemoPki, trust: Trust, notice: bytes, request_to_seal: SealRequest, tmp_path: Path) -> None:
    signer = signer_for(place(label), pki.folder, no_passphrase, demo_allowed=True)
    sealed = seal_document(notice, replace(request_to_seal, signer=signer))
    said = verify_pdf(sealed, trust, NOW)
    assert said.ok, said.zh
    assert said.signatures[0].timestamp == NOW
    assert not verify_pdf(sealed.replace(b"/Reason", b"/Reasom", 1), trust, NOW).ok
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    judged = subprocess.run(["pdfsig", "-nocert", tmp_path / "sealed.pdf"], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in judged.stdout and "Total document signed" in judged.stdout, judged.stdout


def test_pulled_out_it_waits_and_put_back_it_goes_on(device: Path, pki: DemoPki, trust: Trust, notice: bytes, request_to_seal: SealRequest) -> None:
    request = replace(request_to_seal, signer=signer_for(place("p256"), pki.folder, no_passphrase, demo_allowed=True))
    seal_document(notice, request)
    with pulled_out(device):
        for _ in range(2):
            with pytest.raises(SigningError, match="没有应答.*文书等待用印"):
                seal_document(notice, request)
        with pytest.raises(SigningError, match="没有应答"):
            device_expiry(place("p256"))
    assert verify_pdf(seal_document(notice, request), trust, NOW).ok


def test_a_lost_session_is_opened_anew_unnoticed(device: Path, pki: DemoPki, notice: bytes, request_to_seal: SealRequest) -> None:
    first, second = (replace(request_to_seal, signer=signer_for(place(label), pki.folder, no_passphrase, demo_allowed=True)) for label in ("rsa", "p256"))
    restart()
    assert seal_document(notice, first) and seal_document(notice, second)


def test_a_wrong_pin_is_not_tried_twice(device: Path, pki: DemoPki, monkeypatch: pytest.MonkeyPatch) -> None:
    restart()
    tokens._OPEN.clear()
    monkeypatch.setenv(VARIABLE, "000000")
    asked: list[object] = []
    held = tokens._opened
    monkeypatch.setattr(tokens, "_opened", lambda *args: asked.append(args) or held(*args))
    signer = signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True)
    asked.clear()
    for _ in range(3):
        with pytest.raises(SigningError, match="为免锁死不再尝试"):
            signer.sign_raw(b"text", "sha256")
    assert len(asked) == 1
    monkeypatch.setenv(VARIABLE, PIN)
    assert signer.sign_raw(b"text", "sha256")


def test_a_key_that_does_not_fit_its_certificate_seals_nothing(device: Path, pki: DemoPki, notice: bytes, request_to_seal: SealRequest) -> None:
    signer = signer_for(place("exchanged"), pki.folder, no_passphrase, demo_allowed=True)
    with pytest.raises(SigningError, match="与证书“exchanged”不符"):
        seal_document(notice, replace(request_to_seal, signer=signer))


def test_a_demo_certificate_in_a_device_is_refused_in_production(device: Path, pki: DemoPki) -> None:
    with pytest.raises(RefusedError, match="测试证书"):
        signer_for(place("rsa"), pki.folder, no_passphrase)


def test_a_look_from_outside_needs_no_pin(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    found = device_expiry(place("p256"))
    assert found is not None and found.demo and found.not_after == NOW + timedelta(days=400)
    assert device_expiry({"file": "seal.p12"}) is None


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"pkcs11": {"module": MODULE, "token": TOKEN}}, "缺 label"),
        (place("rsa", pin=PIN), "不得写 PIN"),
        (place("rsa", pin_variable="NO_SUCH_VARIABLE"), "NO_SUCH_VARIABLE 没有.*文书等待用印"),
        (place("nobody"), "名为“nobody”的证书有 0 个"),
        (place("rsa", module="/nowhere/lib.so"), "没有应答"),
        (place("rsa", token="别的设备"), "没有应答"),
        ({"pkcs11": {}, "file": "a.p12"}, "其中一项"),
        ({"pkcs11": "soft"}, "其中一项"),
        ({}, "其中一项"),
    ],
)
def test_what_is_wrong_with_the_place_is_said(device: Path, pki: DemoPki, key: dict[str, Any], told: str) -> None:
    with pytest.raises(SigningError, match=told):
        signer_for(key, pki.folder, no_passphrase, demo_allowed=True).sign_raw(b"text", "sha256")


def test_without_the_library_it_says_how_to_get_it(pki: DemoPki, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(tokens.importlib, "import_module", missing)
    with pytest.raises(SigningError, match="hongtou\\[pkcs11\\]"):
        signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True)


def test_the_pin_stands_nowhere_but_in_the_environment(device: Path, pki: DemoPki) -> None:
    assert os.environ[VARIABLE] == PIN
    signer_for(place("rsa"), pki.folder, no_passphrase, demo_allowed=True).sign_raw(b"text", "sha256")
    assert PIN not in repr(tokens._OPEN) and PIN not in repr(tokens._REFUSED)
