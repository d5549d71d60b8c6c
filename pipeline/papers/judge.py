"""One signature at one moment: validated with trusted roots, revocation lists and what the file itself keeps (EN 319 102-1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import cms, crl, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.general import extract_certificate_info, find_unique_cms_attribute
from pyhanko.sign.validation.ades import ades_timestamp_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    StandardCMSSignatureStatus,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from pipeline.papers.after_signing import covering_seals, end_of, stray_bytes, unlisted_objects
from pipeline.papers.answers import changed_answers, entry_of
from pipeline.papers.container import unprotected_changes
from pipeline.papers.lasting_changes import QUICK_DIFF_POLICY
from pipeline.papers.pki import Trust, is_demo
from pipeline.papers.sealbook import holders
from pipeline.papers.sign import settle
from pipeline.papers.sm2 import Sm2MissingError, Validator, is_sm2
from pipeline.papers.verdict import Answer, Reason, SignatureReport


@dataclass(frozen=True, slots=True)
class KeptData:
    """The validation data a file carries."""

    certificates: tuple[Any, ...]
    crls: tuple[Any, ...]
    ocsps: tuple[Any, ...]


def kept_data(reader: PdfFileReader) -> KeptData | None:
    """Certificates, revocation lists and OCSP responses in the file's security store; None when it carries no revocation data."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return None
    lists = tuple(crl.CertificateList.load(one.get_object().data) for one in store.crls)
    answers = tuple(container for one in store.ocsps for container in OCSPContainer.load_multi(ocsp.OCSPResponse.load(one.get_object().data)))
    return KeptData(tuple(store.load_certs()), lists, answers) if lists or answers else None


_NO_CHECK = RevocationCheckingRule.NO_CHECK
_NO_TIMESTAMP = "No signature timestamp present"
_GAP = re.compile(rb"<[0-9a-fA-F]+>")


def _gap_reasons(each: Any, data: bytes) -> Iterable[Reason]:
    """The bytes a signature leaves out must be its own hex string and nothing else."""
    start, length, resume, _ = (int(value) for value in each.byte_range)
    gap = data[start + length : resume]
    if start != 0 or not _GAP.fullmatch(gap):
        yield Reason("签名留空处夹带了别的内容", "something is hidden in the space left for the signature")
        return
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    if raw[len(cms.ContentInfo.load(raw).dump()) :].strip(b"\0"):
        yield Reason("签名填充处夹带了别的内容", "something is hidden in the padding of the signature")


def changes(each: Any, data: bytes) -> Iterable[Reason]:
    """Whatever came after `each` in `data` other than further signatures that hide nothing, and archival timestamps."""
    if each.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    result = each.diff_result
    if unlisted_objects(each.reader, data, end_of(each)):
        yield Reason("签名后加入了文件目录表中没有登记的对象", "objects that no table of the file lists were added after signing")
    if stray_bytes(each.reader, data, end_of(each)):
        yield Reason("签名后夹入了不属于这份文件的字节", "bytes that are no part of the document were put in after signing", Answer.CANNOT_TELL)
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.FORM_FILLING:
        yield Reason(f"签名后文件内容被改动（{result}）", f"the document was changed after signing ({result})")
    elif changed := changed_answers(each.reader, each.signed_revision):
        fields = "、".join(changed)
        yield Reason(f"签名后表单内容被改动：{fields}", f"form fields were changed after signing: {fields}")
    elif result.modification_level > ModificationLevel.LTA_UPDATES:
        yield from covering_seals(each, data)


def _without_sm2(each: Any, data: bytes, missing: Sm2MissingError) -> Iterable[Reason]:
    """What can be said of an SM2 signature where SM2 cannot be computed: whether the content is as it was signed, no more."""
    yield from _gap_reasons(each, data)
    yield from changes(each, data)
    stated = find_unique_cms_attribute(each.signer_info["signed_attrs"], "message_digest").native
    if each.compute_digest() != stated:
        yield Reason("签名之后内容被改动，摘要不符", "the content no longer has the digest that was signed")
    yield Reason(f"这是 SM2 签名，本机不能核验：{missing.zh}", f"an SM2 signature, which cannot be checked here: {missing.en}", Answer.CANNOT_TELL)


class Judge:
    """Validates signatures of one file with one set of trusted roots, at one moment."""

    def __init__(self, trust: Trust, now: datetime, kept: KeptData | None = None) -> None:
        """`now` is the moment to judge at, `kept` the validation data in the file that archival timestamps vouch for."""
        self._roots = [asn1_x509.Certificate.load(each) for each in trust.roots]
        self._others = [asn1_x509.Certificate.load(each) for each in trust.intermediates] + list(kept.certificates if kept else ())
        self._at_hand = [*self._roots, *self._others]
        self._kept, self._now = kept, now
        self._held = [crl.CertificateList.load(each) for each in trust.crls]
        lists = [*self._held, *(kept.crls if kept else ())]
        self._crls = [CRLContainer(each) for each in lists]
        self._listed = {each.issuer.dump() for each in lists}
        self._timing = ValidationTimingInfo(now, now, point_in_time_validation=True)
        self.not_run: list[Reason] = []

    def signature(self, each: Any, data: bytes) -> SignatureReport:
        """The report on a signature."""
        report = SignatureReport(field=str(each.field_name), who=_who(each.signer_cert), claimed=each.self_reported_timestamp)
        der = each.signer_cert.dump()
        report = replace(report, pages=_pages(each), demo=is_demo(x509.load_der_x509_certificate(der)), certificate=hashlib.sha256(der).hexdigest())
        report = replace(report, speaks_for=holders(each.signer_cert), sm2=is_sm2(each.signer_cert.public_key), place=str(entry_of(each.sig_field, "/TU", "")))
        try:
            return self._signature(each, data, report)
        except Sm2MissingError as missing:
            return replace(report, reasons=tuple(_without_sm2(each, data, missing)))
        except Exception as error:  # noqa: BLE001 - a signature that cannot be validated is refused
            reason = Reason(f"签名无法验证（{type(error).__name__}: {error}）", f"cannot be validated ({error})")
            return replace(report, reasons=(reason,))

    def _signature(self, each: Any, data: bytes, report: SignatureReport) -> SignatureReport:
        each.compute_integrity_info(diff_policy=QUICK_DIFF_POLICY)
        timestamped = any(True for _ in extract_tst_data_iter(each.signer_info, signed=False))
        if not timestamped:
            self._note(Reason("签名没有时间戳，签名时间为签名人自述", "no timestamp: the time is the signer's own word"))
        work = ades_with_time_validation(
            each.signed_data, self._spec(each.signer_cert), timing_info=self._timing, raw_digest=each.compute_digest(),
            extra_status_kwargs=each.summarise_integrity_info(), status_cls=PdfSignatureStatus,
        )  # fmt: skip
        result = settle(work)
        status = result.api_status
        reasons = [*_gap_reasons(each, data), *changes(each, data)]
        reasons += _unnamed(each)
        reasons += unprotected_changes(each.signed_data, self._at_hand)
        reasons += self._known_revoked(each.signer_cert)
        reasons += _status_reasons(status, _indication(result, timestamped), str(result.failure_msg or ""))
        stamp = status.timestamp_validity if status is not None else None
        if stamp is not None:
            reasons += _out_of_time(each.signer_cert, stamp.timestamp)
        return replace(
            report, timestamp=stamp.timestamp if stamp is not None else None, reasons=tuple(reasons),
            whole_file=each.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )  # fmt: skip

    def timestamp(self, each: Any, data: bytes) -> SignatureReport:
        """The report on a document timestamp."""
        report = SignatureReport(field=str(each.field_name), who=_who(each.signer_cert))
        try:
            each.compute_integrity_info(diff_policy=QUICK_DIFF_POLICY)
            info = {"coverage": each.coverage, "diff_result": each.diff_result}
            work = ades_timestamp_validation(
                each.signed_data, self._spec(each.signer_cert), each.compute_digest, timing_info=self._timing,
                extra_status_kwargs=info, status_cls=DocumentTimestampStatus,
            )  # fmt: skip
            result = settle(work)
        except Exception as error:  # noqa: BLE001 - as above
            return replace(report, reasons=(Reason(f"归档时间戳无法验证（{error}）", f"archival timestamp unverifiable ({error})"),))
        reasons = [*_gap_reasons(each, data), *changes(each, data), *unprotected_changes(each.signed_data, self._at_hand)]
        if result.ades_subindic is not AdESPassed.OK:
            reasons.append(_untrusted_stamp(result))
        return replace(report, reasons=tuple(reasons))

    def token(self, signed: cms.SignedData, certificate: asn1_x509.Certificate, digest: bytes) -> tuple[Reason, ...]:
        """Why a timestamp token over `digest` is not to be trusted."""
        result = settle(
            ades_timestamp_validation(
                signed, self._spec(certificate), lambda name: digest if name == "sha256" else b"", timing_info=self._timing, extra_status_kwargs={}
            )
        )
        if result.ades_subindic is AdESPassed.OK:
            return ()
        status = result.api_status
        if status is None or not (status.intact and status.valid):
            return (Reason("时间戳与清单摘要不符，或已被改动", "the timestamp is not over this list, or was altered"),)
        return (Reason(f"时间戳不可信（{result.ades_subindic}）", f"timestamp not trusted ({result.ades_subindic})", Answer.CANNOT_TELL),)

    def _known_revoked(self, certificate: asn1_x509.Certificate) -> Iterable[Reason]:
        """Revoked before the moment judged at, by a list held today: newer than those kept in the file."""
        for each in self._held if self._kept else ():
            for entry in each["tbs_cert_list"]["revoked_certificates"] if each.issuer == certificate.issuer else ():
                if entry["user_certificate"].native == certificate.serial_number and entry["revocation_date"].native <= self._now:
                    yield Reason("签名证书在归档时间戳之前已被吊销", "the signer's certificate was revoked before the archival timestamp")

    def detached(self, signed: cms.SignedData, digest: bytes) -> SignatureReport:
        """The report on a signature that stands beside what it signs; `digest` is that of the algorithm it names."""
        signer = extract_certificate_info(signed).signer_cert
        demo = is_demo(x509.load_der_x509_certificate(signer.dump()))
        report = SignatureReport(field="", who=_who(signer), demo=demo, sm2=is_sm2(signer.public_key), whole_file=True)
        work = ades_with_time_validation(signed, self._spec(signer), timing_info=self._timing, raw_digest=digest, status_cls=StandardCMSSignatureStatus)
        result = settle(work)
        status = result.api_status
        if status is None or not (status.intact and status.valid):
            return replace(report, reasons=(Reason("签名与内容不符", "the signature does not fit the content"),))
        timestamped = any(True for _ in extract_tst_data_iter(signed["signer_infos"][0], signed=False))
        told = getattr(_indication(result, timestamped), "name", "")
        reasons = () if told == "OK" else (Reason(f"签名证书或时间戳不能确认（{told}）", f"certificate or timestamp cannot be confirmed ({told})", Answer.CANNOT_TELL),)
        stamp = status.timestamp_validity
        return replace(report, timestamp=stamp.timestamp if stamp else None, reasons=reasons)

    def _spec(self, signer: asn1_x509.Certificate) -> SignatureValidationSpec:
        listed = signer.issuer.dump() in self._listed
        if not listed and not (self._kept and self._kept.ocsps):
            self._note_unlisted(signer)
        end, issuers, stamps = (RevocationCheckingRule.CRL_REQUIRED if listed else _NO_CHECK), _NO_CHECK, _NO_CHECK
        if self._kept:
            end = issuers = stamps = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
        return SignatureValidationSpec(
            cert_validation_policy=self._policy(end, issuers), ts_cert_validation_policy=self._policy(stamps, stamps),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=LocalKnowledge(known_crls=self._crls, known_ocsps=list(self._kept.ocsps if self._kept else ()), known_certs=self._others),
        )  # fmt: skip

    def _note_unlisted(self, signer: asn1_x509.Certificate) -> None:
        name = _common(signer.issuer)
        note = Reason(f"未查吊销：没有“{name}”的吊销名单", f"revocation not checked: no list of {name} is held")
        self._note(note)

    def _note(self, note: Reason) -> None:
        if note not in self.not_run:
            self.not_run.append(note)

    def _policy(self, end: RevocationCheckingRule, issuers: RevocationCheckingRule) -> CertValidationPolicySpec:
        manager = SimpleTrustManager.build(trust_roots=self._roots)
        return CertValidationPolicySpec(manager, CertRevTrustPolicy(RevocationCheckingPolicy(end, issuers)), signature_validator=Validator())


def _unnamed(each: Any) -> list[Reason]:
    """A PAdES signature says itself, signed, which certificate it was made with (EN 319 142-1, 6.3): another of the same key is not it."""
    named = {"signing_certificate", "signing_certificate_v2"} & {attribute["type"].native for attribute in each.signer_info["signed_attrs"]}
    if named or str(each.sig_object["/SubFilter"]) != "/ETSI.CAdES.detached":
        return []
    return [Reason("签名没有写明所用证书（PAdES 规定必须写明）", "the signature does not say which certificate it was made with, as PAdES demands")]


def _untrusted_stamp(result: Any) -> Reason:
    """An archival timestamp that is broken, or only too old to be told."""
    told = getattr(result.ades_subindic, "name", str(result.ades_subindic))
    if result.ades_subindic in (AdESIndeterminate.OUT_OF_BOUNDS_NO_POE, AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED):
        return Reason("归档时间戳的证书已过期，之后没有再加时间戳", "the archival timestamp's certificate has ended and none was added after it", Answer.CANNOT_TELL)
    return Reason(f"归档时间戳不可信（{told}）", f"archival timestamp not trusted ({told})")


def _indication(result: Any, timestamped: bool) -> Any:
    """pyHanko's indication; that a timestamp is missing is told apart (`not_run`) and is no fault by itself."""
    only_that = result.ades_subindic is AdESIndeterminate.SIG_CONSTRAINTS_FAILURE and result.failure_msg == _NO_TIMESTAMP
    return AdESPassed.OK if only_that and not timestamped else result.ades_subindic


def _status_reasons(status: Any, indication: Any, told: str) -> list[Reason]:
    """Why the bottom line is not good, if so."""
    if status is None:
        return [Reason(f"签名格式有误（{told or indication}）", f"malformed signature ({told or indication})")]
    if not status.intact:
        return [Reason("签名之后内容被改动，摘要不符", "the content no longer has the digest that was signed")]
    if not status.valid:
        return [Reason("签名值与证书不符", "the signature does not fit its certificate")]
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return [Reason("签名没有覆盖它所在的整个版本", "the signature does not cover its whole revision")]
    if status.docmdp_ok is False:
        return [Reason("签名后的改动超出签名人允许的范围", "changes after signing go beyond what the signer allowed")]
    if status.bottom_line and indication is AdESPassed.OK:
        return []
    if indication in (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE) or status.revoked:
        return [Reason("签名证书已被吊销", "the signer's certificate has been revoked")]
    if status.bottom_line:
        return [Reason("时间戳不可信或与签名不符", "the timestamp is not trusted or does not fit", Answer.CANNOT_TELL)]
    cause = told or getattr(indication, "name", str(indication))
    return [Reason(f"本单位不认识或不能确认签名证书（{cause}）", f"the signer's certificate cannot be confirmed ({cause})", Answer.CANNOT_TELL)]


def _out_of_time(certificate: Any, moment: datetime) -> list[Reason]:
    """A signature made when its certificate was not in force, by the timestamp's word."""
    if certificate.not_valid_before <= moment <= certificate.not_valid_after:
        return []
    told = f"{certificate.not_valid_before:%Y-%m-%d} – {certificate.not_valid_after:%Y-%m-%d}"
    return [Reason(f"签名时证书不在有效期内（{told}）", f"signed when the certificate was not in force ({told})")]


def _pages(each: Any) -> int:
    """Pages in the revision that was signed; 0 where that cannot be read."""
    try:
        return int(each.reader.get_historical_resolver(each.signed_revision).root["/Pages"]["/Count"])
    except Exception:  # noqa: BLE001 - a broken page tree is judged elsewhere
        return 0


def _who(certificate: Any) -> str:
    return _common(certificate.subject)


def _common(name: Any) -> str:
    native = name.native
    return str(native.get("common_name") or native.get("organization_name") or name.human_friendly)
