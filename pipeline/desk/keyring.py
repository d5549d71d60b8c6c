"""Which keys, seals and timestamps this office uses. Demo keys are made on first run; production names real ones.

Production layout of the keys folder (office.toml `signing.keys`): `seal-<jurisdiction>-official.p12`,
`seal-<jurisdiction>-receipt.p12`, `qr.key.pem`, `sealing.key` (made by the program), `seals.yaml` (how the seals look, by jurisdiction and use), and `published/` with the roots to publish.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from pipeline.clockwork import Clock
from pipeline.desk.sealingkey import sealing_key
from pipeline.errors import SigningError
from pipeline.law.pack import Pack
from pipeline.law.yamlread import read_mapping
from pipeline.office import Office
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, SealSubject, make_demo_pki
from pipeline.papers.longterm import Link, Revocation, lacking
from pipeline.papers.pki import Trust, load_qr_key, load_signer
from pipeline.papers.revocation import fetch_revocation
from pipeline.papers.seal import Graphic, SealDesign, round_seal
from pipeline.papers.timestamp import UrlTimeStamper
from pipeline.papers.verdict import Reason

USES = ("official", "receipt")


class Keyring:
    """Signers, seal pictures, timestamps and trust of one office, each loaded once."""

    def __init__(self, office: Office, packs: Mapping[str, Pack], clock: Clock) -> None:
        self._office = office
        self._packs = packs
        self._clock = clock
        self._signers: dict[tuple[str, str], Signer] = {}
        self._seals: dict[tuple[str, str], Graphic] = {}

    @property
    def demo(self) -> bool:
        """Whether these are test keys."""
        return self._office.demo

    @cached_property
    def _pki(self) -> DemoPki:
        return DemoPki(self._office.keys, self._passphrase)

    @property
    def _passphrase(self) -> str:
        if self.demo:
            return DEMO_PASSPHRASE
        variable = self._office.settings.text("signing.passphrase_variable")
        if variable not in os.environ:
            raise SigningError(f"环境变量 {variable} 没有密钥口令，无法用印", f"the variable {variable} holds no passphrase for the keys")
        return os.environ[variable]

    def make_demo(self) -> None:
        """Make whatever of the demo keys is missing; nothing in production."""
        if not self.demo:
            return
        seals = [SealSubject(j, use, str(pack.authority["name"])) for j, pack in self._packs.items() for use in USES]
        officers = [p.name for p in self._office.people if p.role == "签发"]
        make_demo_pki(self._office.keys, seals, officers, self._clock())

    def signer(self, jurisdiction: str, use: str) -> Signer:
        """The key behind a seal. Raises SigningError when it cannot be loaded, RefusedError for a demo key in production."""
        key = (jurisdiction, use)
        if key not in self._signers:
            path = self._pki.seal_path(jurisdiction, use)
            self._signers[key] = load_signer(path, self._passphrase, demo_allowed=self.demo)
        return self._signers[key]

    def seal(self, jurisdiction: str, use: str) -> Graphic:
        """The picture of a seal, as the pack describes it; plainly 测试 in a demo."""
        key = (jurisdiction, use)
        if key not in self._seals:
            design = SealDesign.of(self._seal_entry(jurisdiction, use))
            self._seals[key] = round_seal(design.for_demo() if self.demo else design)
        return self._seals[key]

    def _seal_entry(self, jurisdiction: str, use: str) -> Mapping[str, Any]:
        """How a seal looks: in a demo as the pack says; in production as `seals.yaml` in the keys folder says."""
        if self.demo:
            return self._packs[jurisdiction].seals[use]
        path = self._office.keys / "seals.yaml"
        said = read_mapping(path) if path.is_file() else {}
        entry = (said.get(jurisdiction) or {}).get(use)
        if not entry or "测试" in str(entry):
            raise SigningError(
                f"{path} 没有写明 {jurisdiction} 的印章（{use}），或写的是测试印章；正式办公室不能用印",
                f"{path} names no real {use} seal of {jurisdiction}; a production office cannot seal",
            )
        return dict(entry)

    @cached_property
    def timestamper(self) -> TimeStamper:
        """The timestamp service: the office's, or (demo only) the local one."""
        urls = self._office.settings.texts("signing.timestamp_urls")
        if urls:
            return UrlTimeStamper(urls)
        if not self.demo:
            raise SigningError(
                "正式办公室没有设置时间戳服务（signing.timestamp_urls），文书等待用印",
                "a production office names no timestamp service; the document waits",
            )
        return self._pki.timestamper(self._clock)

    @cached_property
    def qr_key(self) -> Ed25519PrivateKey:
        """The key that signs the QR payload."""
        return load_qr_key(self._office.keys / "qr.key.pem")

    @cached_property
    def sealing(self) -> bytes:
        """The key under which sealed forms lie; made at first need. Raises SigningError without its passphrase."""
        return sealing_key(self._office.keys, self._passphrase)

    def revocation(self, links: Sequence[Link]) -> tuple[Revocation, tuple[Reason, ...]]:
        """Revocation data for certificates: as published here, and as their authorities answer; and what could not be had.

        In a demo the demo authorities publish new lists, and the timestamp key is renewed before it ends.
        """
        if self.demo:
            self.make_demo()
            for renewed in ("timestamper", "trust"):
                self.__dict__.pop(renewed, None)
            return Revocation(self._pki.fresh_crls(self._clock() - timedelta(seconds=1))), ()
        held = Revocation(self.trust.crls)
        if not lacking(links, held) or not self._office.settings.flag("signing.fetch_revocation"):
            return held, ()
        fetched, troubles = fetch_revocation(links)
        return held.and_also(fetched), troubles

    @property
    def published(self) -> Path:
        """What everyone may see: roots, chains, revocation lists."""
        return self._office.keys / "published"

    @cached_property
    def trust(self) -> Trust:
        """The roots this office trusts."""
        return Trust.load(self.published)
