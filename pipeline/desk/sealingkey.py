"""The office's sealing key: made once, kept among its keys under its passphrase.

`sealing.key` holds a salt and the key wrapped (RFC 3394) by what scrypt makes of the passphrase. Without it nothing that
is still sealed can be opened, so it belongs to the backup like the other keys.
"""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pipeline.diskwork import write_whole
from pipeline.errors import SigningError

FILE = "sealing.key"
_SALT, _LENGTH, _COST = 16, 32, 2**14


def sealing_key(folder: Path, passphrase: str) -> bytes:
    """The key of the keys folder `folder`, made when there is none. Raises SigningError when the passphrase is another."""
    path = folder / FILE
    if not path.exists():
        _make(path, passphrase)
    kept = path.read_bytes()
    try:
        return aes_key_unwrap(_lock(passphrase, kept[:_SALT]), kept[_SALT:])
    except (InvalidUnwrap, ValueError) as fault:
        raise SigningError(f"{path} 打不开：口令不对，或者文件已损坏；封存的内容在此之前打不开", f"{path} does not open: another passphrase, or damaged") from fault


def _make(path: Path, passphrase: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (path.parent / ".sealing.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not path.exists():  # another process may have been first
            salt = secrets.token_bytes(_SALT)
            write_whole(path, salt + aes_key_wrap(_lock(passphrase, salt), secrets.token_bytes(_LENGTH)), mode=0o600)


def _lock(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=_LENGTH, n=_COST, r=8, p=1).derive(passphrase.encode())
