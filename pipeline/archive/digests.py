"""SHA-256 and SM3 of files and bytes: what a package is fixed by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import hashes

_PIECE = 1 << 20


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def sm3_of_bytes(data: bytes) -> str:
    """SM3 (GB/T 32905-2016) in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def both_of_file(path: Path) -> tuple[str, str]:
    """SHA-256 and SM3 of a file of any size, read once."""
    first, second = hashlib.sha256(), hashes.Hash(hashes.SM3())
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            first.update(piece)
            second.update(piece)
    return first.hexdigest(), second.finalize().hex()
