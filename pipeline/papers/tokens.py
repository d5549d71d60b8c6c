"""Keys in a device (PKCS#11: USB key, smart card, HSM): the device signs, the key never leaves it.

A device that is pulled out or loses its session is asked anew at the next try, from the library up; until then the
document waits. A wrong PIN is never tried twice, for devices lock themselves after a few. What a device gives is checked
against the certificate before it is used. Optional extra `pkcs11`; the only module that knows python-pkcs11.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from asn1crypto import algos
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from pipeline.errors import DeviceError
from pipeline.papers.sign import HASHES

PIN_VARIABLE = "HONGTOU_PIN"
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A session with a device, and the keys found in it by label: to look for them costs as much as to sign."""

    library: Any
    session: Any
    keys: dict[str, Any] = field(default_factory=dict)


_ALONE = threading.RLock()
"""PKCS#11 libraries are process-wide, and few are safe when two threads ask at once."""
_OPEN: dict[tuple[str, str], _Opened] = {}
_REFUSED: set[tuple[str, str, bytes]] = set()


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a key is: the device's library, the token's label, the label of key and certificate, the variable with the PIN."""

    module: str
    token: str
    label: str
    pin_variable: str = PIN_VARIABLE

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> TokenPlace:
        """From an entry `pkcs11` of the register of seals. Raises DeviceError when something is missing or a PIN stands there."""
        missing = [key for key in ("module", "token", "label") if not entry.get(key)]
        if missing or "pin" in entry:
            raise DeviceError(
                f"印章登记中的 pkcs11 缺 {'、'.join(missing)}" if missing else "印章登记中不得写 PIN；请放入环境变量，登记只写变量名（pin_variable）",
                f"pkcs11 lacks {', '.join(missing)}" if missing else "a PIN must not stand in the register; name its variable (pin_variable)",
            )
        return cls(str(entry["module"]), str(entry["token"]), str(entry["label"]), str(entry.get("pin_variable") or PIN_VARIABLE))


class TokenKey:
    """One private key in a device."""

    def __init__(self, place: TokenPlace, certificate: x509.Certificate) -> None:
        self._place = place
        self._public = _fit(place, certificate)

    def sign_raw(self, data: bytes, algorithm: str) -> bytes:
        """The signature over `data`; hashed here, so that only the digest goes to the device. Raises DeviceError."""
        digest = hashlib.new(algorithm, data).digest()
        if isinstance(self._public, RSAPublicKey):
            info = algos.DigestInfo({"digest_algorithm": {"algorithm": algorithm}, "digest": digest}).dump()
            signature = _asked(self._place, lambda opened: _signed(opened, self._place.label, info, opened.library.Mechanism.RSA_PKCS))
        else:
            bare = _asked(self._place, lambda opened: _signed(opened, self._place.label, digest, opened.library.Mechanism.ECDSA))
            half = len(bare) // 2
            signature = encode_dss_signature(int.from_bytes(bare[:half], "big"), int.from_bytes(bare[half:], "big"))
        self._check(signature, data, algorithm)
        return signature

    def _check(self, signature: bytes, data: bytes, algorithm: str) -> None:
        try:
            if isinstance(self._public, RSAPublicKey):
                self._public.verify(signature, data, PKCS1v15(), HASHES[algorithm])
            else:
                self._public.verify(signature, data, ECDSA(HASHES[algorithm]))
        except InvalidSignature as fault:
            raise DeviceError(
                f"密码设备“{self._place.token}”给出的签名与证书“{self._place.label}”不符，未用印；请核对设备中的密钥与证书是否成对",
                f"what {self._place.token} signed does not fit the certificate {self._place.label}; see that key and certificate belong together",
            ) from fault


def held_certificates(place: TokenPlace) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The certificate of that label, and the others in the device. Raises DeviceError when the device or it is not there.

    Looked for without PIN, as devices show certificates to anybody; only where one does not, the PIN is used.
    """
    own, others = _asked(place, lambda opened: _certificates(opened, place.label), login=False)
    if not own and os.environ.get(place.pin_variable):
        own, others = _asked(place, lambda opened: _certificates(opened, place.label))
    if len(own) != 1:
        raise DeviceError(
            f"密码设备“{place.token}”里名为“{place.label}”的证书有 {len(own)} 个，应恰有 1 个；请核对印章登记中的 label",
            f"{place.token} holds {len(own)} certificates labelled {place.label}, one is needed; look at label in the register of seals",
        )
    return own[0], tuple(others)


def path_of(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Those of `pool` that lead from `certificate` upwards, nearest first."""
    chain: list[x509.Certificate] = []
    current = certificate
    while current.issuer != current.subject and len(chain) < 8:
        issuer = next((each for each in pool if each.subject == current.issuer and each not in chain), None)
        if issuer is None:
            break
        chain.append(issuer)
        current = issuer
    return tuple(chain)


def _fit(place: TokenPlace, certificate: x509.Certificate) -> RSAPublicKey | EllipticCurvePublicKey:
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey | EllipticCurvePublicKey):
        raise DeviceError(
            f"密码设备“{place.token}”里“{place.label}”的密钥种类用不了（需 RSA 或 ECDSA）", f"the key {place.label} in {place.token} is neither RSA nor ECDSA"
        )
    return public


def _asked(place: TokenPlace, work: Callable[[_Opened], Found], *, login: bool = True) -> Found:
    """What the device answers; after a fault the library is started anew and asked once more. Raises DeviceError."""
    library = _library()
    pin = _pin(place) if login else None
    with _ALONE:
        for tries_left in (1, 0):
            try:
                opened = _opened(library, place, pin)
                try:
                    return work(opened)
                finally:
                    if opened is not _OPEN.get((place.module, place.token)):
                        opened.session.close()
            except (library.PinIncorrect, library.PinInvalid, library.PinLenRange, library.PinLocked, library.PinExpired) as fault:
                raise _pin_refused(place, pin or "", fault) from fault
            except library.PKCS11Error as fault:
                _forget(library, place.module)
                if not tries_left:
                    raise _unanswered(place, fault) from fault
    raise AssertionError("unreachable")


def _library() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError as fault:
        raise DeviceError(
            "没有安装 PKCS#11 组件（hongtou[pkcs11]），不能用密码设备，文书等待用印；请按 docs/install.md 安装后重启 watch",
            "python-pkcs11 (hongtou[pkcs11]) is not installed, the document waits; install it after docs/install.md and start the watch anew",
        ) from fault


def _pin(place: TokenPlace) -> str:
    pin = os.environ.get(place.pin_variable, "")
    if not pin:
        raise DeviceError(
            f"环境变量 {place.pin_variable} 没有密码设备“{place.token}”的 PIN，文书等待用印", f"the variable {place.pin_variable} holds no PIN for {place.token}; the document waits"
        )
    if _refusal(place, pin) in _REFUSED:
        raise DeviceError(
            f"密码设备“{place.token}”已拒绝环境变量 {place.pin_variable} 中的 PIN，为免锁死不再尝试；请改正后重启 watch",
            f"{place.token} refused the PIN in {place.pin_variable}; it is not tried again lest the device lock: set it right and start the watch anew",
        )
    return pin


def _refusal(place: TokenPlace, pin: str) -> tuple[str, str, bytes]:
    return place.module, place.token, hashlib.sha256(pin.encode()).digest()


def _opened(library: Any, place: TokenPlace, pin: str | None) -> _Opened:
    """A session with the token, opened at first need; one without PIN is not kept."""
    key = (place.module, place.token)
    if key in _OPEN:
        return _OPEN[key]
    tokens = []
    for slot in library.lib(place.module).get_slots(token_present=True):
        try:
            tokens.append(slot.get_token())
        except (library.TokenNotPresent, library.TokenNotRecognised):
            continue
    found = [each for each in tokens if each.label == place.token]
    if len(found) != 1:
        raise library.NoSuchToken(f"{len(found)} of {len(tokens)} tokens are labelled {place.token}")
    opened = _Opened(library, found[0].open(user_pin=pin))
    if pin is not None:
        _OPEN[key] = opened
    return opened


def _forget(library: Any, module: str) -> None:
    """Start the library anew: only so do some of them see a device that was plugged in again. All its sessions end."""
    for key in [each for each in _OPEN if each[0] == module]:
        del _OPEN[key]
    try:
        library.lib(module).reinitialize()
    except library.PKCS11Error:
        return  # the next try says what is wrong


def _certificates(opened: _Opened, label: str) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    own: list[x509.Certificate] = []
    others: list[x509.Certificate] = []
    library = opened.library
    for each in list(opened.session.get_objects({library.Attribute.CLASS: library.ObjectClass.CERTIFICATE})):
        certificate = x509.load_der_x509_certificate(each[library.Attribute.VALUE])
        (own if each[library.Attribute.LABEL] == label else others).append(certificate)
    return own, others


def _signed(opened: _Opened, label: str, message: bytes, mechanism: Any) -> bytes:
    if label not in opened.keys:
        attribute = opened.library.Attribute
        keys = list(opened.session.get_objects({attribute.CLASS: opened.library.ObjectClass.PRIVATE_KEY, attribute.LABEL: label}))
        if len(keys) != 1:
            raise opened.library.NoSuchKey(f"{len(keys)} private keys are labelled {label}")
        opened.keys[label] = keys[0]
    return bytes(opened.keys[label].sign(message, mechanism=mechanism))


def _pin_refused(place: TokenPlace, pin: str, fault: Exception) -> DeviceError:
    _REFUSED.add(_refusal(place, pin))
    return DeviceError(
        f"密码设备“{place.token}”不接受 PIN（{type(fault).__name__}），为免锁死不再尝试；请改正环境变量 {place.pin_variable} 后重启 watch",
        f"{place.token} does not accept the PIN ({type(fault).__name__}); not tried again lest it lock: set {place.pin_variable} right and start the watch anew",
    )


def _unanswered(place: TokenPlace, fault: Exception) -> DeviceError:
    told = str(fault) or type(fault).__name__
    return DeviceError(
        f"密码设备“{place.token}”没有应答（{told}），文书等待用印；请插好设备、核对 {place.module}，之后自动重试",
        f"the device {place.token} does not answer ({told}), the document waits; plug it in, look at {place.module}; it is tried again by itself",
    )
