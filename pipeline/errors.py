"""The program's own troubles: one tree, each class with its exit code and what to do about it.

A fault in somebody's document is never one of these; it is a `Finding` (see model.py).
"""

from __future__ import annotations


class HongtouError(Exception):
    """Base of all troubles. `zh` and `en` say what is wrong, why it matters, what to do."""

    exit_code = 1

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class SettingsError(HongtouError):
    """office.toml or the environment says something that cannot be; names file and key."""

    exit_code = 3


class LayoutError(HongtouError):
    """The folders of the office lie where work would be lost or loop (same folder twice, two filesystems …)."""

    exit_code = 4


class PackError(HongtouError):
    """A pack (schemas/, forms/) is not whole; names file, place and what is missing."""

    exit_code = 5


class ConversionError(HongtouError):
    """LibreOffice did not give a usable PDF, or the page does not say what the document says."""

    exit_code = 6


class SigningError(HongtouError):
    """Key, certificate or timestamp could not be used; the document waits unsealed."""

    exit_code = 7


class TimestampError(SigningError):
    """No timestamp authority answered: whatever needs one waits, and is tried again by itself."""


class DeviceError(SigningError):
    """The device that holds a key does not answer, or not to us: what needs it waits, and is tried again by itself."""


class SealRefusedError(SigningError):
    """The register of seals forbids this seal now: what needs it waits, and goes on by itself once the register is mended."""


class StoreError(HongtouError):
    """Database or content store is not as the journal says it must be."""

    exit_code = 8


class NotFoundError(HongtouError):
    """A case, document, job or file that was asked for by name does not exist."""

    exit_code = 9


class RefusedError(HongtouError):
    """What was asked is against a rule (wrong state, wrong role, forbidden setting)."""

    exit_code = 10


class EnvironmentFaultError(HongtouError):
    """A program or font this office needs is missing or too old; says how to get it."""

    exit_code = 11
