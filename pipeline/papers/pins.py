"""For whom a certificate speaks: whoever it is made out to, or whom the office's pins name for it. Pure but for reading the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from pipeline.errors import PackError, SettingsError
from pipeline.law.yamlread import read_mapping
from pipeline.papers.sealbook import plain_name

PINS = "pins.yaml"
Pins = Mapping[str, frozenset[str]]
"""Fingerprints (SHA-256) of certificates, by the unified code or the name they speak for."""
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def read_pins(path: Path) -> Pins:
    """`pins.yaml`: code or name → one fingerprint or a list. Empty without a file; raises SettingsError naming the entry."""
    if not path.is_file():
        return {}
    try:
        said = read_mapping(path)
    except PackError as fault:
        raise SettingsError(fault.zh, fault.en) from fault
    pins = {}
    for who, given in said.items():
        prints = frozenset(re.sub(r"[\s:]", "", str(one)).lower() for one in (given if isinstance(given, list) else [given]))
        if not prints or not all(_FINGERPRINT.fullmatch(one) for one in prints):
            raise SettingsError(f"{path} 的 {who}：应为证书的 SHA-256 指纹（64位十六进制）", f"{path}, {who}: SHA-256 fingerprints are wanted")
        pins[plain_name(str(who))] = prints
    return pins


def speaks_for(names: Collection[str], certificate: str, name: str, code: str, pins: Pins) -> bool:
    """Whether a certificate made out to `names` speaks for this name or code; pins for either decide alone."""
    if pinned := [pins[key] for key in (plain_name(code), plain_name(name)) if key and key in pins]:
        return any(certificate in prints for prints in pinned)
    return plain_name(name) in names or bool(code) and plain_name(code) in names
