"""Places for those who sign after the authority: laid out empty before its certifying signature, and judged when a copy comes back.

New fields after a certification are a change it forbids, so every countersigner's field is there before it, in the same
revision (ISO 32000-1, 12.8.2.2: permission 2 lets fields be filled and signed). Who signs in which turn is the order of the fields.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from pipeline.errors import ConversionError
from pipeline.papers.layout import Line, Page, measure, squeeze
from pipeline.papers.marks import PLACE_HEAD_MM, signing_place, text_mark
from pipeline.papers.outline import MM
from pipeline.papers.pins import Pins, speaks_for
from pipeline.papers.pki import refuse_mixture
from pipeline.papers.revision import Revision
from pipeline.papers.sign import SignatureWords, write_signed
from pipeline.papers.verdict import SignatureReport, Verification

PREFIX = "Countersign"
_LEFT_MM, _WIDTH_MM = 108.0, 68.0
_GAP_MM, _LEAST_MM, _MOST_MM = 1.5, 11.0, 26.0
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Party:
    """Who is to sign: what they are called in the document, their name, and their code (USCC)."""

    id: str
    zh: str
    name: str
    uscc: str = ""


@dataclass(frozen=True, slots=True)
class SigningPlace:
    """An empty field for one party, in millimetres from the upper left corner of its page."""

    field: str
    party: Party
    page: int
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Countersigned:
    """One countersignature on a copy: field, whose, when, and by which certificate."""

    field: str
    party: str
    who: str
    at: str
    certificate: str

    def plain(self) -> dict[str, str]:
        """As the journal keeps it."""
        return {"field": self.field, "party": self.party, "who": self.who, "at": self.at, "certificate": self.certificate}


def field_of(place: int, party: Party) -> str:
    """The name of a party's field: its turn (from 1) and what it is."""
    return f"{PREFIX}{place}_{party.id}"


def places_for(pdf: bytes, parties: Sequence[Party]) -> tuple[SigningPlace, ...]:
    """Where each party signs: right of the middle, below the line `<what they are>：<name>` nearest to the end.

    Raises ConversionError when the page has no such line, or no room below it.
    """
    pages = measure(pdf).pages if parties else ()
    return tuple(_place(pages, field_of(turn, party), party) for turn, party in enumerate(parties, 1))


def _place(pages: Sequence[Page], field: str, party: Party) -> SigningPlace:
    wanted = squeeze(f"{party.zh}：{party.name}")
    found = [(number, line) for number, page in enumerate(pages) if (line := _last_line(page, wanted))]
    if found:
        number, line = found[-1]
        height = _room(pages[number], line)
        if height >= _LEAST_MM:
            return SigningPlace(field, party, number, _LEFT_MM, round(line.bottom + _GAP_MM, 2), _WIDTH_MM, round(min(height, _MOST_MM), 2))
    raise ConversionError(
        f"页面上没有“{party.zh}：{party.name}”一行，或其下没有空处，不知会签签名放在何处；请检查模板或改稿",
        f"no line names {party.name} with room below it: its signature has no place; check the template or the edited draft",
    )


def _last_line(page: Page, wanted: str) -> Line | None:
    """The line on which `wanted` ends, which may run over several; the last such on the page."""
    ends = None
    for start in range(len(page.lines)):
        said = ""
        for line in page.lines[start:]:
            said += squeeze(line.text)
            if said == wanted:
                ends = line
            if not wanted.startswith(said) or said == wanted:
                break
    return ends


def _room(page: Page, line: Line) -> float:
    """Free height below a line, right of the middle."""
    below = [other.top for other in page.lines if other.top > line.bottom and other.right > _LEFT_MM]
    return min(below, default=page.height - 40) - line.bottom - 2 * _GAP_MM


def lay_out(revision: Revision, places: Sequence[SigningPlace]) -> None:
    """Put the empty fields, each in its frame, into a revision that is then signed."""
    for turn, place in enumerate(places, 1):
        words = f"{place.party.zh}（{place.party.name}）电子签名处，第{turn}位"
        width, height = place.width_mm * MM, place.height_mm * MM
        x, y = place.x_mm * MM, revision.frame(place.page).height - place.y_mm * MM - height
        revision.place(place.page, signing_place(f"{place.party.zh}电子签名处", width, height), x, y)
        revision.empty_field(place.field, words, place.page, x, y, width, height - PLACE_HEAD_MM * MM)


def countersign(pdf: bytes, field: str, signer: Signer, now: datetime, timestamper: TimeStamper | None = None, *, demo: bool = False) -> bytes:
    """Sign in an empty field that is there, showing name and time in its place. Raises SigningError, RefusedError."""
    refuse_mixture(signer, demo)
    revision = Revision(pdf)
    appearance = revision.appearance_in(field, text_mark(str(signer.subject_name), now, demo=demo))
    return write_signed(revision.writer, SigFieldSpec(field), appearance, signer, timestamper, SignatureWords(now, "会签"), existing=True)


def faults_of_copy(parties: Sequence[Party], told: Verification, before: Sequence[str], pins: Pins | None = None) -> Iterator[Words]:
    """Why a copy that came back is not accepted: not valid, somebody else's signature, out of turn, an earlier one missing.

    `before` are the fields that were signed on the copy recorded last.
    """
    if not told.ok:
        yield f"签名核验不通过：{told.zh}", f"its signatures do not stand: {told.en}"
        return
    fields = {field_of(turn, party): party for turn, party in enumerate(parties, 1)}
    signed = [report for report in told.signatures if report.field.startswith(PREFIX)]
    for report in signed:
        party = fields.get(report.field)
        if party is None or not speaks_for(report.speaks_for, report.certificate, party.name, party.uscc, pins or {}):
            whose = f"{party.zh}“{party.name}”" if party else "本文书"
            yield f"{report.field} 处的签名人是“{report.who}”，不是{whose}", f"{report.field} is signed by {report.who}, not by {party.name if party else 'a party'}"
    names = [report.field for report in signed]
    if names != list(fields)[: len(names)]:
        order = "、".join(party.zh for party in fields.values())
        yield f"会签次序不对，应依次为：{order}", f"signed out of turn; the order is {', '.join(party.name for party in parties)}"
    if missing := [field for field in before if field not in names]:
        yield f"这一份里没有已经登记的会签（{'、'.join(missing)}），请在已会签的那一份上接着签", "signatures recorded before are not in it; sign the copy that has them"


def signatures_of(parties: Sequence[Party], told: Verification) -> tuple[Countersigned, ...]:
    """The countersignatures of a copy that was accepted."""
    fields = {field_of(turn, party): party for turn, party in enumerate(parties, 1)}
    return tuple(_row(report, fields[report.field]) for report in told.signatures if report.field in fields)


def _row(report: SignatureReport, party: Party) -> Countersigned:
    moment = report.timestamp or report.claimed
    return Countersigned(report.field, party.name, report.who, moment.isoformat(timespec="seconds") if moment else "", report.certificate)
