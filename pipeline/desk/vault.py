"""Where sealed things lie: encrypted under the office's sealing key, each under a content key of its own.

A box is the mark, the content key wrapped by the sealing key (RFC 3394), a nonce, and AES-256-GCM over the content with
what it is about as associated data, so that a box put in another's place does not open. Files lie in `var/sealed` under
the SHA-256 of their content, which is also what the record commits to.

Residual risk: whoever holds the sealing key and its passphrase can open every box; that is whoever runs the office (see
docs/adr/0024-sealed-scores.md). A dropped file lies unencrypted in the inbox, in the spool until it is registered, and
in a scratch folder while it is read; these are removed, and what a disk keeps of removed files is the disk's affair.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pipeline.diskwork import copy_whole, sha256_of
from pipeline.errors import StoreError

MARK = b"HTSEAL1\n"
_WRAPPED, _NONCE, _TAG, _PIECE = 40, 12, 16, 1 << 20


class Vault:
    """The sealed content of one office. `key` gives its sealing key (32 bytes) when first needed."""

    def __init__(self, folder: Path, key: Callable[[], bytes]) -> None:
        self.folder = folder
        self._key = key

    # --- boxes ----------------------------------------------------------------------------------------------------

    def seal(self, data: bytes, about: str) -> bytes:
        """A box around `data`. Never the same twice. Raises SigningError without a key."""
        return b"".join(self._sealing(iter((data,)), about))

    def open(self, box: bytes, about: str) -> bytes:
        """What a box holds. Raises StoreError when it was changed, or made with another key or about something else."""
        at = len(MARK) + _WRAPPED
        wrapped, nonce, body, tag = box[len(MARK) : at], box[at : at + _NONCE], box[at + _NONCE : -_TAG], box[-_TAG:]
        try:
            if not box.startswith(MARK):
                raise ValueError("no mark")
            reader = Cipher(algorithms.AES(aes_key_unwrap(self._key(), wrapped)), modes.GCM(nonce, tag)).decryptor()
            reader.authenticate_additional_data(about.encode())
            return reader.update(body) + reader.finalize()
        except (InvalidTag, InvalidUnwrap, ValueError) as fault:
            raise StoreError(f"封存的内容打不开（{about}）：被改动过，或者封存密钥不是原来的那一把", f"a sealed box does not open ({about}): changed, or another key") from fault

    def _sealing(self, pieces: Iterator[bytes], about: str) -> Iterator[bytes]:
        content_key, nonce = secrets.token_bytes(32), secrets.token_bytes(_NONCE)
        writer = Cipher(algorithms.AES(content_key), modes.GCM(nonce)).encryptor()
        writer.authenticate_additional_data(about.encode())
        yield MARK + aes_key_wrap(self._key(), content_key) + nonce
        for piece in pieces:
            yield writer.update(piece)
        yield writer.finalize() + writer.tag

    # --- files ----------------------------------------------------------------------------------------------------

    def path(self, sha256: str) -> Path:
        """Where the box of the file with this digest lies (whether or not it does)."""
        return self.folder / sha256[:2] / f"{sha256}.sealed"

    def put(self, data: bytes) -> str:
        """Keep `data` sealed; returns its SHA-256. Keeping it twice is harmless."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._keep(sha256, iter((data,)))
        return sha256

    def put_file(self, path: Path) -> str:
        """Keep a file of any size sealed; returns its SHA-256."""
        sha256 = sha256_of(path)
        with path.open("rb") as stream:
            self._keep(sha256, iter(lambda: stream.read(_PIECE), b""))
        return sha256

    def _keep(self, sha256: str, pieces: Iterator[bytes]) -> None:
        target = self.path(sha256)
        if target.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=self.folder) as sealed:  # nameless: nothing of it is left by a crash
            for piece in self._sealing(pieces, sha256):
                sealed.write(piece)
            sealed.flush()
            copy_whole(Path(f"/proc/self/fd/{sealed.fileno()}"), target, mode=0o400)

    def has(self, sha256: str) -> bool:
        """Whether a box of this file is here."""
        return self.path(sha256).exists()

    def get(self, sha256: str) -> bytes:
        """The file with this digest, checked. Raises KeyError when absent, StoreError when it does not open."""
        if not self.has(sha256):
            raise KeyError(sha256)
        data = self.open(self.path(sha256).read_bytes(), sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(f"封存的文件 {sha256} 与其摘要不符", f"the sealed file {sha256} no longer has its digest")
        return data

    def forget(self, sha256: str) -> None:
        """Remove a box whose content lies in the open store."""
        self.path(sha256).unlink(missing_ok=True)

    # --- marks ----------------------------------------------------------------------------------------------------

    def mark(self, *parts: str) -> str:
        """What only this office can compute of these parts: carried unseen by a sheet, it says whose it is and for what.

        Being unknown to others, it also keeps anyone from guessing a sheet's content from its digest.
        """
        return hmac.new(self._key(), "\n".join(("sheet", *parts)).encode(), hashlib.sha256).hexdigest()
