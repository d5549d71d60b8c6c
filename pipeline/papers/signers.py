"""Where the key of a seal is, and the signer that comes of it: a file, a device, or an SM2 key. ADR 32.

The place is a mapping with one key, as the register of seals has it: `{file: x.p12}`, `{sm2: {key: x.key, certificate: x.crt}}`
or `{pkcs11: {module, token, label, pin_variable}}`. Whatever it is, the signer fills the same template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from pipeline.errors import RefusedError, SigningError
from pipeline.papers.pki import Expiry, common_name, for_asn1, is_demo, load_signer, read_certificates
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.sm2 import DIGEST, load_sm2, mechanism
from pipeline.papers.tokens import TokenKey, TokenPlace, held_certificates, path_of

Passphrase = Callable[[], str]


def signer_for(key: Mapping[str, Any], folder: Path, passphrase: Passphrase, *, demo_allowed: bool = False) -> TemplateSigner:
    """The signer of the key named by `key`; files lie in `folder`, chains also in its `published/`.

    `passphrase` is asked for files only. Raises SigningError when the key cannot be used now (a device that is not there:
    the document waits and is tried again), RefusedError for a demo key where only real ones may sign.
    """
    kind, said = _place(key)
    if kind == "file":
        return load_signer(folder / str(said), passphrase(), demo_allowed=demo_allowed)
    if kind == "sm2":
        held, certificate, others = load_sm2(folder / str(said.get("key")), folder / str(said.get("certificate")), passphrase())
        _refuse_demo(certificate, demo_allowed)
        chain = [for_asn1(each) for each in path_of(certificate, (*others, *_published(folder)))]
        return TemplateSigner(for_asn1(certificate), held, chain, DIGEST, mechanism())
    place = TokenPlace.of(said)
    certificate, others = held_certificates(place)
    _refuse_demo(certificate, demo_allowed)
    chain = [for_asn1(each) for each in path_of(certificate, (*others, *_published(folder)))]
    return TemplateSigner(for_asn1(certificate), TokenKey(place, certificate), chain)


def _refuse_demo(certificate: x509.Certificate, demo_allowed: bool) -> None:
    if is_demo(certificate) and not demo_allowed:
        raise RefusedError(
            f"这是测试证书（{common_name(certificate)}），正式办公室不得使用", f"{common_name(certificate)} is a demo certificate, not allowed in production"
        )


def key_stamp(key: Mapping[str, Any], folder: Path) -> tuple[object, ...]:
    """Changes when another signer must be made: a file was written anew, or the place is another."""
    said = key.get("sm2")
    names = list(said.values()) if isinstance(said, Mapping) else [key["file"]] if "file" in key else []
    paths = [folder / str(name) for name in names]
    return (str(sorted(key.items())), *(path.stat().st_mtime_ns for path in paths if path.exists()))


def device_expiry(key: Mapping[str, Any]) -> Expiry | None:
    """When the certificate in the device named by `key` ends, looked at without PIN; None for a key that is a file.

    Raises SigningError when the device or the certificate is not there.
    """
    kind, said = _place(key)
    if kind != "pkcs11":
        return None
    place = TokenPlace.of(said)
    certificate, _ = held_certificates(place)
    until: datetime = certificate.not_valid_after_utc
    return Expiry(f"{place.token}/{place.label}", common_name(certificate), until, is_demo(certificate))


def _place(key: Mapping[str, Any]) -> tuple[str, Any]:
    kinds = [kind for kind in ("file", "pkcs11", "sm2") if kind in key]
    if len(kinds) != 1 or len(key) != 1 or (kinds != ["file"] and not isinstance(key[kinds[0]], Mapping)):
        told = "、".join(map(str, key)) or "-"
        raise SigningError(f"印章登记的 key 应写 file、pkcs11、sm2 其中一项，写的是 {told}", f"`key` of a seal names one of file, pkcs11 and sm2, not {told}")
    return kinds[0], key[kinds[0]]


def _published(folder: Path) -> tuple[x509.Certificate, ...]:
    """The certificates this office publishes, which may lead from a device's certificate to its root."""
    paths = sorted(path for path in (folder / "published").glob("*") if path.suffix in {".pem", ".crt", ".cer"})
    return tuple(each for path in paths for each in read_certificates(path))
