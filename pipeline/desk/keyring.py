"""Which keys, seals and timestamps this office uses. Demo keys are made on first run; production names real ones.

Production layout of the keys folder (office.toml `signing.keys`): `seal-<jurisdiction>-official.p12`,
`seal-<jurisdiction>-receipt.p12`, `qr.key.pem`, `sealing.key` (made by the program), `seals.yaml` (the register of seals, see
papers/sealbook.py), and `published/` with the roots to publish. Whoever asks for a signer gets it only when the register allows
its use today, so no way of sealing leads past the register.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from pipeline.clockwork import Clock
from pipeline.desk.sealingkey import sealing_key
from pipeline.desk.sealregister import Register, demo_seal, told
from pipeline.errors import RefusedError, SealRefusedError, SigningError, TimestampError
from pipeline.law.pack import Pack
from pipeline.office import Office
from pipeline.papers.demo_pki import DEMO_PASSPHRASE, DemoPki, SealSubject, ending, make_demo_pki
from pipeline.papers.longterm import Link, Revocation, lacking
from pipeline.papers.pins import PINS, Pins, read_pins
from pipeline.papers.pki import Trust, load_qr_key
from pipeline.papers.revocation import fetch_revocation
from pipeline.papers.seal import Graphic, SealDesign, refuse_design, round_seal
from pipeline.papers.sealbook import REGISTER, USES, Seal, Words, choose, fault_of_certificate, fault_of_user, fault_on
from pipeline.papers.sealpicture import picture_seal
from pipeline.papers.signers import key_stamp, signer_for
from pipeline.papers.timestamp import UrlTimeStamper
from pipeline.papers.verdict import Reason

TRUSTED = "trusted"
"""The folder of roots by which those who file or countersign are known."""


class Keyring:
    """Signers, seal pictures, timestamps and trust of one office, each loaded once."""

    def __init__(self, office: Office, packs: Mapping[str, Pack], clock: Clock) -> None:
        self._office = office
        self._packs = packs
        self._clock = clock
        self._kept_on = ""
        self._register = Register(office.keys)
        self._signers: dict[tuple[str, object], Signer] = {}

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
        self._register.make_demo(self._packs, self._today)

    def keep_demo(self) -> None:
        """Renew demo keys that near their end, looked at once a day: a demo that runs on for years must not stop sealing."""
        if self.demo and self._kept_on != self._today:
            self._kept_on = self._today
            if ending(self._office.keys, self._clock()):
                self.make_demo()
                for renewed in ("timestamper", "trust"):
                    self.__dict__.pop(renewed, None)

    @property
    def _today(self) -> str:
        return self._clock().date().isoformat()

    @property
    def register(self) -> tuple[Seal, ...]:
        """The register of seals as it stands. Raises SettingsError when it cannot be read."""
        return self._register.seals

    @property
    def register_stamp(self) -> tuple[str, int, int]:
        """Changes whenever the register does."""
        return self._register.stamp

    def registered(self, jurisdiction: str, use: str) -> Seal:
        """The seal of this use that is in turn today, fit or not. Raises SigningError when none is on the register."""
        seal = choose(self.register, jurisdiction, use, self._today)
        if seal is None and self.demo:  # an office tried out before there was a register
            return demo_seal(jurisdiction, use, self._packs[jurisdiction])
        if seal is None:
            raise self._none_real(jurisdiction, use)
        return seal

    def _none_real(self, jurisdiction: str, use: str) -> SigningError:
        path = self._office.keys / REGISTER
        return SigningError(
            f"{path} 没有登记 {jurisdiction} 的印章（{use}），或登记的是测试印章；正式办公室不能用印",
            f"{path} names no real {use} seal of {jurisdiction}; a production office cannot seal",
        )

    def refusal(self, jurisdiction: str, use: str, who: str = "", officer: str = "") -> Words | None:
        """Why the register forbids this seal now, to anybody or to `who` (for `officer`), with the repair; None when it does not.

        Raises SigningError, RefusedError when its key cannot be looked at.
        """
        seal = self.registered(jurisdiction, use)
        certificate = self._signer(seal).signing_cert
        assert certificate is not None
        if not self.demo and "测试" in str(seal.plain()):
            raise self._none_real(jurisdiction, use)
        authority = str(self._packs[jurisdiction].authority["name"])
        fault = fault_on(seal, self._today) or fault_of_certificate(seal, certificate, authority, self._clock())
        if fault is None and who:
            fault = fault_of_user(seal, who, officer)
        if fault is None:
            fault = self._fault_of_picture(seal)
        return told(seal, fault) if fault else None

    def signer(self, jurisdiction: str, use: str) -> Signer:
        """The key behind a seal that may be used today.

        Raises SealRefusedError when the register forbids it, SigningError when the key cannot be loaded, RefusedError for a demo key in production.
        """
        seal = self.registered(jurisdiction, use)
        if fault := fault_on(seal, self._today):  # said before a key is looked for: that of a retired seal may be gone
            raise SealRefusedError(*told(seal, fault))
        if refusal := self.refusal(jurisdiction, use):
            raise SealRefusedError(*refusal)
        return self._signer(seal)

    def _signer(self, seal: Seal) -> Signer:
        """The key of an entry, in a file or a device; loaded once, and again when its file or place has changed."""
        kept = (seal.id, key_stamp(seal.key, self._office.keys))
        if kept not in self._signers:
            self._signers[kept] = signer_for(seal.key, self._office.keys, lambda: self._passphrase, demo_allowed=self.demo)
        return self._signers[kept]

    def certificate_of(self, seal: Seal) -> asn1_x509.Certificate | None:
        """The certificate behind an entry; None when its key cannot be looked at just now."""
        try:
            return self._signer(seal).signing_cert
        except (SigningError, RefusedError):
            return None

    def seal(self, jurisdiction: str, use: str) -> Graphic:
        """The picture of a seal: its scanned print, else drawn as the register describes its face; always drawn, plainly 测试, in a demo.

        Raises SealRefusedError when the scan cannot be used, or is not the one on the register.
        """
        seal = self.registered(jurisdiction, use)
        if not self.demo and "测试" in str(seal.plain()):
            raise self._none_real(jurisdiction, use)
        design = SealDesign.of(seal.face)
        if "picture" in seal.face and not self.demo:
            return self._scanned(seal, design)
        return round_seal(design.for_demo() if self.demo else design)

    def _scanned(self, seal: Seal, design: SealDesign) -> Graphic:
        refuse_design(design)
        said = seal.face["picture"]
        try:
            png = (self._office.keys / said["file"]).read_bytes()
        except OSError as fault:
            raise SealRefusedError(f"印模图片 {said['file']} 打不开（{fault.strerror}）", f"the picture {said['file']} cannot be opened ({fault.strerror})") from fault
        if said.get("sha256") and hashlib.sha256(png).hexdigest() != re.sub(r"[\s:]", "", said["sha256"]).lower():
            raise SealRefusedError(f"印模图片 {said['file']} 与登记的摘要不符，被换过", f"the picture {said['file']} is not the one on the register")
        return picture_seal(png, design.diameter_mm)

    def _fault_of_picture(self, seal: Seal) -> Words | None:
        try:
            if "picture" in seal.face and not self.demo:
                self._scanned(seal, SealDesign.of(seal.face))
        except SealRefusedError as fault:
            return fault.zh, fault.en
        return None

    @cached_property
    def timestamper(self) -> TimeStamper:
        """The timestamp service: the office's, or (demo only) the local one."""
        urls = self._office.settings.texts("signing.timestamp_urls")
        if urls:
            return UrlTimeStamper(urls)
        if not self.demo:
            raise TimestampError(
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

    @cached_property
    def wide_trust(self) -> Trust:
        """Those, and the roots by which others who file or countersign are known: the folder `trusted` among the keys.

        Never for the office's own officers: a certificate of another authority may carry anybody's name.
        """
        return self.trust.and_also(self._office.keys / TRUSTED)

    @cached_property
    def pins(self) -> Pins:
        """Which certificates speak for a code or a name, where the office says so. Raises SettingsError."""
        return read_pins(self._office.keys / TRUSTED / PINS)
