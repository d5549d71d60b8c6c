"""SHA-256 and SM3 (GB/T 32905-2016) of bytes and files, side by side: what journal and packages are fixed by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import hashes

_PIECE = 1 << 20


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """SM3."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(data).hex()


def sm3_of_bytes(data: bytes) -> str:
    """SM3 in hex."""
    return sm3(data).hex()


def both_of_file(path: Path) -> tuple[str, str]:
    """SHA-256 and SM3 of a file of any size, read once."""
    first, second = hashlib.sha256(), hashes.Hash(hashes.SM3())
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            first.update(piece)
            second.update(piece)
    return first.hexdigest(), second.finalize().hex()
