"""SM2 with SM3 (GB/T 32918, GB/T 32905; GM/T 0006 for the identifiers): the signature itself, its keys, and how pyHanko learns of it.

Optional extra `sm2`; the only module that knows gmssl-pyx. Without it an SM2 signature is neither made nor judged, and
verification says so. Signer's identity is the usual 1234567812345678 of GM/T 0009, as certificates are issued with.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from asn1crypto import algos, keys, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from pipeline.errors import SigningError

DIGEST, SIGNATURE = "sm3", "sm3_sm2"
_SM3, _SM2_WITH_SM3, _CURVE = "1.2.156.10197.1.401", "1.2.156.10197.1.501", "1.2.156.10197.1.301"
_KDF_HASHES: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}


class Sm2MissingError(SigningError):
    """The extra `sm2` is not installed."""

    def __init__(self) -> None:
        super().__init__("没有安装 SM2 组件（hongtou[sm2]），请按 docs/install.md 安装", "SM2 (hongtou[sm2]) is not installed; install it after docs/install.md")


def _make_known() -> None:
    """asn1crypto has no Chinese algorithms; its tables take them by name, and pyHanko reads the names."""
    for kind, identifier, name in ((algos.DigestAlgorithmId, _SM3, DIGEST), (algos.SignedDigestAlgorithmId, _SM2_WITH_SM3, SIGNATURE)):
        kind._map[identifier] = name
        kind._reverse_map = {**(kind._reverse_map or {known: each for each, known in kind._map.items()}), name: identifier}
    keys.NamedCurve.register("sm2p256v1", _CURVE, 32)


_make_known()


def installed() -> bool:
    """Can SM2 signatures be made and judged here?"""
    try:
        _library()
    except Sm2MissingError:
        return False
    return True


def _library() -> Any:
    try:
        return importlib.import_module("gmssl_pyx")
    except ImportError as fault:
        raise Sm2MissingError from fault


def is_sm2(key: keys.PublicKeyInfo) -> bool:
    """Is this a key on the curve of SM2?"""
    curve = key["algorithm"]["parameters"]
    return bool(key.algorithm == "ec" and curve.name == "named" and curve.chosen.dotted == _CURVE)


def mechanism() -> algos.SignedDigestAlgorithm:
    """SM2 with SM3, as a signature names it."""
    return algos.SignedDigestAlgorithm({"algorithm": SIGNATURE})


class Sm2Key:
    """An SM2 private key in memory."""

    def __init__(self, private: bytes, public: bytes) -> None:
        """`private` is 32 bytes, `public` the point as 64. Raises Sm2MissingError, SigningError when they do not belong together."""
        self._library, self._private, self._public = _library(), private, public
        if not self._library.sm2_verify(public, b"probe", self._library.sm2_sign(private, public, b"probe")):
            raise SigningError("SM2 私钥与证书不成对，未用印", "SM2 key and certificate do not belong together")

    def sign_raw(self, data: bytes, algorithm: str) -> bytes:
        """The signature (DER) over `data`; SM2 hashes with SM3, whatever else is asked for."""
        if algorithm != DIGEST:
            raise SigningError(f"SM2 只能配 SM3，不能配 {algorithm}", f"SM2 goes with SM3, not with {algorithm}")
        return bytes(self._library.sm2_sign(self._private, self._public, data))


class Validator(DefaultSignatureValidator):  # type: ignore[misc]
    """pyHanko's check of a bare signature, and SM2 besides; for certificates, lists and documents alike."""

    def validate_signature(
        self, signature: bytes, signed_data: bytes, public_key_info: keys.PublicKeyInfo, signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:  # fmt: skip
        """Raises InvalidSignature when it does not fit, Sm2MissingError when that cannot be told here."""
        if signature_algorithm["algorithm"].native != SIGNATURE:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            return
        point = public_key_info["public_key"].native
        if not is_sm2(public_key_info) or context.prehashed or point[:1] != b"\x04":
            raise InvalidSignature("no uncompressed SM2 key")
        library = _library()
        try:
            fits = library.sm2_verify(point[1:], signed_data, signature)
        except library.GmsslInnerError as fault:
            raise InvalidSignature(str(fault)) from fault
        if not fits:
            raise InvalidSignature("SM2")


def load_sm2(key: Path, certificate: Path, passphrase: str) -> tuple[Sm2Key, x509.Certificate, tuple[x509.Certificate, ...]]:
    """An SM2 key (encrypted PKCS#8 in PEM, as openssl writes it), its certificate and those that follow it in the file.

    Raises SigningError when a file cannot be read, the passphrase is another, or they do not belong together.
    """
    try:
        found = x509.load_pem_x509_certificates(certificate.read_bytes())
        _, _, encoded = pem.unarmor(key.read_bytes())
        private = keys.PrivateKeyInfo.load(_decrypted(encoded, passphrase))["private_key"].parsed["private_key"].native
        public = asn1_x509.Certificate.load(found[0].public_bytes(Encoding.DER)).public_key
        if not is_sm2(public):
            raise ValueError("the certificate is not of SM2")
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise SigningError(
            f"SM2 密钥 {key.name} 或证书 {certificate.name} 打不开（{fault}）；请核对口令，密钥应为加密的 PKCS#8（PEM）",
            f"SM2 key {key.name} or certificate {certificate.name} cannot be opened ({fault}); check passphrase and form (encrypted PKCS#8, PEM)",
        ) from fault
    return Sm2Key(private.to_bytes(32, "big"), public["public_key"].native[1:]), found[0], tuple(found[1:])


def _decrypted(encoded: bytes, passphrase: str) -> bytes:
    """PBES2 with PBKDF2 and AES-CBC (RFC 8018): cryptography opens it itself only for curves it knows."""
    wrapped = keys.EncryptedPrivateKeyInfo.load(encoded)
    how = wrapped["encryption_algorithm"]
    if how.kdf != "pbkdf2" or how.encryption_cipher != "aes" or how.encryption_mode != "cbc":
        raise ValueError(f"encrypted with {how['algorithm'].native}")
    kdf = PBKDF2HMAC(_KDF_HASHES[how.kdf_hmac], how.key_length, how.kdf_salt, how.kdf_iterations)
    opened = Cipher(AES(kdf.derive(passphrase.encode())), CBC(how.encryption_iv)).decryptor()
    bare = opened.update(wrapped["encrypted_data"].native) + opened.finalize()
    strip = padding.PKCS7(128).unpadder()
    return strip.update(bare) + strip.finalize()
