"""Quick look at what came after a signature: nothing but revocation data and document timestamps?

The whole analysis of differences walks through every object of the file, nearly two seconds for a hundred tagged pages.
Where each later revision overwrites only the few objects such an addition must overwrite, and each of them differs only
in the entry it must differ in, nothing else needs to be walked: what is new and not reached from those is reached from nowhere.
Anything else at all is left to the whole analysis.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffPolicy,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)

from pipeline.papers.answers import entry_of

_DEEPEST = 40
_REFERENCE = re.compile(rb"(\d{1,10})(?:[\s\0]|%[^\r\n]*[\r\n])+(\d{1,5})(?:[\s\0]|%[^\r\n]*[\r\n])+R")
_FIELD_KEYS = frozenset({"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V"})


class _DoubtError(Exception):
    """Something the quick look does not vouch for."""


class QuickDiffPolicy(DiffPolicy):  # type: ignore[misc]
    """pyHanko's default policy, with the quick look before it, and two things it does not look for."""

    def apply(self, old: Any, new: Any, field_mdp_spec: Any = None, doc_mdp: Any = None) -> DiffResult:
        """Two revisions: left to the whole analysis."""
        return DEFAULT_DIFF_POLICY.apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self, reader: PdfFileReader, base_revision: Any, field_mdp_spec: Any = None, doc_mdp: Any = None
    ) -> DiffResult | SuspiciousModification:
        """The file since `base_revision`: the quick answer where it is certain, the whole analysis otherwise."""
        base = base_revision.revision if isinstance(base_revision, HistoricalResolver) else base_revision
        if only_lasting_additions(reader, base):
            return DiffResult(modification_level=ModificationLevel.LTA_UPDATES, changed_form_fields=set())
        if fills_what_was_left_open(reader, base):
            return SuspiciousModification("objects that were referred to but missing when signed were added later")
        if turns_annotations_round(reader, base):
            return SuspiciousModification("annotations lie over one another in another order than when signed")
        return DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)


QUICK_DIFF_POLICY = QuickDiffPolicy()


def only_lasting_additions(reader: PdfFileReader, base: int) -> bool:
    """Whether every revision after `base` added revocation data and document timestamps and nothing else. False when in doubt."""
    try:
        later = range(base + 1, reader.total_revisions)
        awaited = _left_open(reader, base) if later else set()
        return all(_is_lasting(reader, base, each, awaited) for each in later)
    except Exception:  # noqa: BLE001 - what the quick look cannot follow, the whole analysis judges
        return False


def fills_what_was_left_open(reader: PdfFileReader, base: int) -> bool:
    """Whether a later revision adds an object that the signed one refers to but does not hold.

    The whole analysis takes such an object for one that nothing refers to, and lets it pass. True when in doubt.
    """
    try:
        awaited = _left_open(reader, base)
    except Exception:  # noqa: BLE001 - what cannot be followed is not vouched for
        return True
    return any((ref.idnum, ref.generation) in awaited for later in range(base + 1, reader.total_revisions) for ref in reader.xrefs.explicit_refs_in_revision(later))


def turns_annotations_round(reader: PdfFileReader, base: int) -> bool:
    """Whether a later revision moves a page's annotations: the last lies on top. True when in doubt.

    The whole analysis compares them as sets where a signature field is added to the page.
    """
    try:
        before = list(_notes(reader.get_historical_resolver(base).root["/Pages"], 0))
        for later in range(base + 1, reader.total_revisions):
            after = list(_notes(reader.get_historical_resolver(later).root["/Pages"], 0))
            if len(after) < len(before) or any(new[: len(old)] != old for old, new in zip(before, after, strict=False)):
                return True
    except Exception:  # noqa: BLE001 - as above
        return True
    return False


def _notes(node: Any, depth: int) -> Iterator[list[str]]:
    """The annotations of each page, in their order."""
    if depth > _DEEPEST:
        raise _DoubtError
    if "/Kids" not in node:
        yield [_text(each) for each in _raw(entry_of(node, "/Annots", ()))]
        return
    for kid in node["/Kids"]:
        yield from _notes(kid.get_object(), depth + 1)


def _is_lasting(reader: PdfFileReader, base: int, revision: int, awaited: set[tuple[int, int]]) -> bool:
    old, new = reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
    if reader.xrefs.refs_freed_in_revision(revision):
        return False
    written = {(ref.idnum, ref.generation) for ref in reader.xrefs.explicit_refs_in_revision(revision)}
    if written & awaited:
        return False
    overwritten = {key for key in written if _there(reader, key, revision - 1)}
    # What came into the store after the signature can be reached from nowhere else, so it may be rewritten; what was
    # there before might be drawn as well.
    store = {key for key in _security_store(old, new) if not _there(reader, key, base)}
    return overwritten <= store | set(_explained(old, new))


def _left_open(reader: PdfFileReader, base: int) -> set[tuple[int, int]]:
    """Objects that the signed revision refers to but does not hold: whoever adds one of them later changes what is seen.

    Looks for references in the bytes themselves and in the object streams; finding too many only costs the quick answer.
    """
    if reader.encrypted or reader.security_handler is not None:
        raise _DoubtError
    whole: Any = reader
    xrefs: Any = reader.xrefs
    reader.stream.seek(0)
    data = reader.stream.read()
    start = reader.xrefs.get_startxref_for_revision(base)
    signed = data[: data.index(b"%%EOF", start)]
    places = [reader.xrefs.get_historical_ref(ref, base) for earlier in range(base + 1) for ref in reader.xrefs.explicit_refs_in_revision(earlier)]
    if any(isinstance(place, int) and place >= len(signed) for place in places):
        raise _DoubtError
    streams = {each for earlier in range(base + 1) for each in xrefs.object_streams_used_in(earlier)}
    bodies = [signed, *(whole.get_object(each, revision=base).data for each in streams)]
    named = {(int(found[1]), int(found[2])) for body in bodies for found in _REFERENCE.finditer(body)}
    return {key for key in named if not _there(reader, key, base)}


def _there(reader: PdfFileReader, key: tuple[int, int], revision: int) -> bool:
    return reader.xrefs.get_historical_ref(generic.Reference(*key, pdf=reader), revision) is not None


def _explained(old: Any, new: Any) -> Iterator[tuple[int, int]]:
    """The objects this revision may overwrite, each compared; raises _DoubtError where one changed in more than it may."""
    yield from _ids(old.root_ref)
    root_old, root_new = old.root, new.root
    _same_but(root_old, root_new, {"/DSS", "/AcroForm", "/Extensions"})
    yield from _extensions(root_old, root_new)
    yield from _form(root_old, root_new)


def _security_store(old: Any, new: Any) -> Iterator[tuple[int, int]]:
    """The store of validation data may grow and be rewritten as it likes: it is drawn nowhere. Its own objects only."""
    for root in (each.root for each in (old, new) if "/DSS" in each.root):
        yield from _ids(root.raw_get("/DSS"))
        store = root["/DSS"]
        if not isinstance(store, generic.DictionaryObject) or set(store) - {"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"}:
            raise _DoubtError
        for key in ("/Certs", "/CRLs", "/OCSPs", "/VRI"):
            if key in store:
                yield from _ids(store.raw_get(key))
    kept = _store_streams(old)
    if not kept <= _store_streams(new):
        raise _DoubtError


def _store_streams(resolver: Any) -> set[tuple[int, int]]:
    root = resolver.root
    store = entry_of(root, "/DSS", {})
    return {key for part in ("/Certs", "/CRLs", "/OCSPs") if part in store for entry in _raw(store[part]) for key in _ids(entry)}


def _extensions(root_old: Any, root_new: Any) -> Iterator[tuple[int, int]]:
    """Developer extensions may be added, not changed."""
    before, after = entry_of(root_old, "/Extensions", {}), entry_of(root_new, "/Extensions", {})
    if any(key not in after or _text(before.raw_get(key)) != _text(after.raw_get(key)) for key in before):
        raise _DoubtError
    if "/Extensions" in root_old:
        yield from _ids(root_old.raw_get("/Extensions"))


def _form(root_old: Any, root_new: Any) -> Iterator[tuple[int, int]]:
    """The form may gain fields of document timestamps that are seen nowhere, and their widgets on their pages."""
    if "/AcroForm" not in root_new or "/AcroForm" not in root_old:
        raise _DoubtError
    yield from _ids(root_old.raw_get("/AcroForm"))
    if _text(root_old.raw_get("/AcroForm")) != _text(root_new.raw_get("/AcroForm")) and _ids(root_old.raw_get("/AcroForm")):
        raise _DoubtError
    old, new = root_old["/AcroForm"], root_new["/AcroForm"]
    _same_but(old, new, {"/Fields", "/SigFlags"})
    yield from _ids(old.raw_get("/Fields"))
    fields_old, fields_new = _raw(old["/Fields"]), _raw(new["/Fields"])
    if [_text(each) for each in fields_new[: len(fields_old)]] != [_text(each) for each in fields_old]:
        raise _DoubtError
    for added in fields_new[len(fields_old) :]:
        yield from _timestamp_field(added, root_old)


def _timestamp_field(added: Any, root_old: Any) -> Iterator[tuple[int, int]]:
    field = added.get_object()
    if set(field) - _FIELD_KEYS or field["/FT"] != "/Sig" or field["/V"]["/Type"] != "/DocTimeStamp":
        raise _DoubtError
    if [float(each) for each in field.get("/Rect", (0, 0, 0, 0))] != [0, 0, 0, 0]:
        raise _DoubtError
    if "/P" not in field:
        return
    yield from _page(field.raw_get("/P"), added, root_old)


def _page(reference: Any, widget: Any, root_old: Any) -> Iterator[tuple[int, int]]:
    """The page a widget sits on may gain that widget."""
    resolver = root_old.get_container_ref().get_pdf_handler()
    before = resolver.get_object(reference.reference)
    after = reference.get_object()
    _same_but(before, after, {"/Annots"})
    yield from _ids(reference)
    if "/Annots" in before:
        yield from _ids(before.raw_get("/Annots"))
    old = [_text(each) for each in _raw(before["/Annots"])] if "/Annots" in before else []
    new = [_text(each) for each in _raw(after["/Annots"])] if "/Annots" in after else []
    if new[: len(old)] != old or any(each != _text(widget) for each in new[len(old) :]):
        raise _DoubtError


def _same_but(old: Any, new: Any, apart: set[str]) -> None:
    for key in (set(old) | set(new)) - apart:
        if key not in old or key not in new or _text(old.raw_get(key)) != _text(new.raw_get(key)):
            raise _DoubtError


def _raw(array: Any) -> list[Any]:
    return [array.raw_get(place) for place in range(len(array))]


def _ids(value: Any) -> list[tuple[int, int]]:
    return [(value.idnum, value.generation)] if isinstance(value, generic.IndirectObject | generic.Reference) else []


def _text(value: Any, depth: int = 0) -> str:
    """A value written out, references by number: equal texts are equal values. Streams are never direct."""
    if depth > _DEEPEST or isinstance(value, generic.StreamObject):
        raise _DoubtError
    if isinstance(value, generic.IndirectObject):
        return f"{value.idnum} {value.generation} R"
    if isinstance(value, generic.DictionaryObject):
        return "<<" + ";".join(f"{key} {_text(value.raw_get(key), depth + 1)}" for key in sorted(value)) + ">>"
    if isinstance(value, generic.ArrayObject):
        return "[" + ";".join(_text(each, depth + 1) for each in _raw(value)) + "]"
    written = io.BytesIO()
    value.write_to_stream(written)
    return written.getvalue().decode("latin-1")
