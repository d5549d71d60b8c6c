"""Makes the demo PKI: root, issuing CA, one seal certificate per use, officers, a timestamp authority, QR key, CRLs.

Every subject says 测试 and every certificate carries the demo policy (S09). Each key lives in one PKCS#12 file written
whole with mode 0600, so a crash leaves finished files and missing ones, and making again completes the set.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.clockwork import Clock
from pipeline.diskwork import write_whole
from pipeline.errors import SigningError
from pipeline.papers.pki import (
    DEMO_ORGANIZATION,
    DEMO_POLICY,
    KeyPair,
    Trust,
    load_pair,
    load_qr_key,
    load_signer,
    load_timestamper,
)
from pipeline.papers.sign import TemplateSigner
from pipeline.papers.timestamp import LocalTimeStamper

DEMO_PASSPHRASE = "hongtou-demo"
_PRIVATE = 0o600
_EARLIER = timedelta(days=3 * 365)
"""Demo certificates begin this long ago, so that a trial may play with days in the past."""
_BEFORE_END = timedelta(days=2 * 365)
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
    "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealSubject:
    """One seal of one authority: `use` is official or receipt; `name` the authority's name."""

    jurisdiction: str
    use: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoPki:
    """Where the demo keys lie."""

    folder: Path
    passphrase: str = DEMO_PASSPHRASE

    @property
    def published(self) -> Path:
        """The folder of what everyone may see: roots, chain, revocation lists, certificates, QR public key."""
        return self.folder / "published"

    def seal_path(self, jurisdiction: str, use: str = "official") -> Path:
        """PKCS#12 file of a seal."""
        return self.folder / f"seal-{_safe(jurisdiction)}-{_safe(use)}.p12"

    def officer_path(self, name: str) -> Path:
        """PKCS#12 file of an officer."""
        return self.folder / f"officer-{_safe(name)}.p12"

    @property
    def tsa_path(self) -> Path:
        """PKCS#12 file of the timestamp authority."""
        return self.folder / "tsa.p12"

    @property
    def qr_path(self) -> Path:
        """PEM file of the key that signs QR tokens."""
        return self.folder / "qr.key.pem"

    def seal(self, jurisdiction: str, use: str = "official") -> TemplateSigner:
        """Signer of a seal."""
        return load_signer(self.seal_path(jurisdiction, use), self.passphrase, demo_allowed=True)

    def officer(self, name: str) -> TemplateSigner:
        """Signer of an officer."""
        return load_signer(self.officer_path(name), self.passphrase, demo_allowed=True)

    def timestamper(self, clock: Clock) -> LocalTimeStamper:
        """The local timestamp authority."""
        return load_timestamper(self.tsa_path, self.passphrase, clock, demo_allowed=True)

    def qr_key(self) -> Ed25519PrivateKey:
        """The key that signs QR tokens."""
        return load_qr_key(self.qr_path)

    def trust(self) -> Trust:
        """The demo roots and revocation lists."""
        return Trust.load(self.published)

    def fresh_crls(self, now: datetime) -> tuple[bytes, ...]:
        """Revocation lists of the demo authorities, former ones too, as of `now`, as a real authority publishes every few days."""
        maker = _Maker(self, now.replace(microsecond=0))
        issuers = (load_pair(path, self.passphrase, demo_allowed=True) for path in sorted(self.folder.glob("ca-*.p12")))
        return tuple(maker.crl(issuer, now.replace(microsecond=0), now + timedelta(days=90)) for issuer in issuers)


def make_demo_pki(
    folder: Path, seals: Sequence[SealSubject], officers: Sequence[str], now: datetime, passphrase: str = DEMO_PASSPHRASE
) -> DemoPki:
    """Make whatever of the demo PKI is missing in `folder`; what is there stays as it is, but for keys that near their end.

    Raises SigningError when a key file that is there cannot be read with `passphrase`.
    """
    pki = DemoPki(folder, passphrase)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with _alone(folder):
        maker = _Maker(pki, now.replace(microsecond=0))
        root = maker.pair(folder / "ca-root.p12", "测试根证书", None, days=20 * 365, ca=1)
        issuing = maker.pair(folder / "ca-issuing.p12", "测试签发证书", root, days=15 * 365, ca=0)
        maker.pair(pki.tsa_path, "测试时间戳", root, days=12 * 365, timestamping=True)
        for seal in seals:
            name = _marked(seal.name) + ("" if seal.use == "official" else f"（{_USE_NAMES.get(seal.use, seal.use)}）")
            maker.pair(pki.seal_path(seal.jurisdiction, seal.use), name, issuing, days=10 * 365)
        for officer in officers:
            maker.pair(pki.officer_path(officer), _marked(officer), issuing, days=10 * 365)
        maker.publish(root, issuing)
    return pki


def ending(folder: Path, now: datetime) -> bool:
    """Whether a key of the demo in `folder` is to be renewed: it ends within two years."""
    return any(end < now + _BEFORE_END for path in folder.glob("*.p12") if not _former(path) and (end := _end(path)) is not None)


def _end(path: Path) -> datetime | None:
    """When the certificate of a key ends, by what is published; None where nothing is."""
    published = path.parent / "published" / f"{path.stem}.crt"
    return x509.load_pem_x509_certificate(published.read_bytes()).not_valid_after_utc if published.exists() else None


def _former(path: Path) -> bool:
    return re.search(r"-\d{8}$", path.stem) is not None


def _renewed(path: Path, now: datetime) -> None:
    """Put a key aside that ends within two years, so that another is made; its certificate stays published.

    The keys of authorities are kept under their last day, for they go on listing what they issued; others are gone.
    """
    end = _end(path)
    if end is None or end >= now + _BEFORE_END:
        return
    published = path.parent / "published" / f"{path.stem}.crt"
    write_whole(published.with_name(f"{path.stem}-{end:%Y%m%d}.crt"), published.read_bytes())
    if path.stem.startswith("ca-"):
        write_whole(path.with_name(f"{path.stem}-{end:%Y%m%d}.p12"), path.read_bytes(), _PRIVATE)
    path.unlink()


def _anew(path: Path, name: str) -> str:
    """The name of an authority, another for each that follows, so that nobody takes one for the other."""
    generation = 1 + len(list(path.parent.glob(f"{path.stem}-????????.p12")))
    return name if generation == 1 else f"{name}{generation}"


_USE_NAMES = {"receipt": "收文"}


def _marked(name: str) -> str:
    return name if name.startswith("测试") else f"测试{name}"


def _safe(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One maker at a time, also between processes."""
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class _Maker:
    """Makes missing keys and certificates at one moment in time."""

    def __init__(self, pki: DemoPki, now: datetime) -> None:
        self._pki, self._now = pki, now

    def pair(
        self, path: Path, name: str, issuer: KeyPair | None, *, days: int, ca: int | None = None, timestamping: bool = False
    ) -> KeyPair:
        """The key pair in `path`, made and certified when it is not there, and anew when it ends within two years."""
        _renewed(path, self._now)
        name = name if ca is None else _anew(path, name)
        if not path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = self._certify(name, key, issuer, days, ca, timestamping)
            chain = (issuer.certificate, *issuer.chain) if issuer else ()
            lock = BestAvailableEncryption(self._pki.passphrase.encode("utf-8"))
            label = name.encode("utf-8")
            write_whole(path, pkcs12.serialize_key_and_certificates(label, key, certificate, chain, lock), _PRIVATE)
        pair = load_pair(path, self._pki.passphrase, demo_allowed=True)
        _publish(self._pki.published / f"{path.stem}.crt", pair.certificate.public_bytes(Encoding.PEM))
        return pair

    def _certify(
        self, name: str, key: ec.EllipticCurvePrivateKey, issuer: KeyPair | None, days: int, ca: int | None, timestamping: bool
    ) -> x509.Certificate:
        subject = _name(name)
        signing_key = issuer.key if issuer else key
        issuer_name = issuer.certificate.subject if issuer else subject
        usages = {"key_cert_sign", "crl_sign"} if ca is not None else {"digital_signature"}
        if ca is None and not timestamping:
            usages.add("content_commitment")
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._begins(issuer)).not_valid_after(self._ends(issuer, days))
            .add_extension(x509.BasicConstraints(ca is not None, ca), critical=True)
            .add_extension(x509.KeyUsage(**{usage: usage in usages for usage in _USAGES}), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
        )  # fmt: skip
        if issuer is not None:
            demo = x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, None)])
            builder = builder.add_extension(demo, critical=False)
        if timestamping:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(signing_key, hashes.SHA256())

    def _begins(self, issuer: KeyPair | None) -> datetime:
        """Never before its issuer."""
        since = self._now - _EARLIER
        return since if issuer is None else max(since, issuer.certificate.not_valid_before_utc)

    def _ends(self, issuer: KeyPair | None, days: int) -> datetime:
        """Never after its issuer."""
        until = self._now + timedelta(days=days)
        return until if issuer is None else min(until, issuer.certificate.not_valid_after_utc)

    def publish(self, root: KeyPair, issuing: KeyPair) -> None:
        """Write what verifiers need: chain, revocation lists, QR public key."""
        published = self._pki.published
        for pair, name in ((root, "root"), (issuing, "issuing")):
            path = published / f"{name}.crl"
            if not path.exists() or x509.load_der_x509_crl(path.read_bytes()).issuer != pair.certificate.subject:
                if path.exists():
                    former = x509.load_der_x509_crl(path.read_bytes())
                    write_whole(path.with_name(f"{name}-{former.last_update_utc:%Y%m%d}.crl"), path.read_bytes())
                _publish(path, self.crl(pair, self._now - _EARLIER, self._now + timedelta(days=12 * 365)))
        pem = (pair.certificate.public_bytes(Encoding.PEM) for pair in (issuing, root))
        _publish(published / "chain.pem", b"".join(pem))
        _publish(published / "root.pem", root.certificate.public_bytes(Encoding.PEM))
        if not self._pki.qr_path.exists():
            key = Ed25519PrivateKey.generate()
            secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_whole(self._pki.qr_path, secret, _PRIVATE)
        public = load_qr_key(self._pki.qr_path).public_key()
        _publish(published / "qr.pub", public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def crl(self, issuer: KeyPair, since: datetime, until: datetime) -> bytes:
        """The issuer's empty revocation list (DER) for that time."""
        if isinstance(issuer.key, Ed25519PrivateKey):
            raise SigningError("测试签发密钥种类不对", "the demo issuing key is of the wrong kind")
        public = issuer.key.public_key()
        builder = (
            x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
            .last_update(since).next_update(until)
            .add_extension(x509.CRLNumber(int(since.timestamp())), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        )  # fmt: skip
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _name(common: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, DEMO_ORGANIZATION), (NameOID.COMMON_NAME, common[:64]))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _publish(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data)
