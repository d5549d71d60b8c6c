"""Which form a document is: by the identity it carries, else by the fields it has, else by its title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from pipeline.intake.read.notes import reading_note
from pipeline.intake.read.outline import Outline, label_key
from pipeline.intake.read.word import W, WordFile, text_of
from pipeline.model import Finding, FormIdentity

Outlines = Mapping[tuple[str, str], Outline]
"""Outlines by jurisdiction and form code."""
_TITLE_PARAGRAPHS = 40


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a document was taken for; `identity` None: it is not a form (or, with an error, not one that can be read)."""

    identity: FormIdentity | None
    outline: Outline | None = None
    findings: tuple[Finding, ...] = ()


def by_identity(texts: Iterable[str], outlines: Outlines, file: str) -> Recognised | None:
    """The form named by the identities in a document; None when it carries none."""
    found = list(dict.fromkeys(identity for text in texts if (identity := FormIdentity.decode(text)) is not None))
    if not found:
        return None
    if len(found) > 1:
        detail = "；".join(f"{one.form}/{one.jurisdiction}/{one.case or '-'}/{one.revision}" for one in found)
        return Recognised(None, None, (reading_note("identity_conflict", file, detail=detail),))
    return of_identity(found[0], outlines, file)


def of_identity(identity: FormIdentity, outlines: Outlines, file: str) -> Recognised:
    """The outline of an identity; an error when no pack has that form."""
    outline = outlines.get((identity.jurisdiction, identity.form))
    if outline is None:
        detail = f"{identity.form}（{identity.jurisdiction}）"
        return Recognised(None, None, (reading_note("form_unknown", file, detail=detail),))
    return Recognised(identity, outline)


def by_paths(paths: set[str], outlines: Outlines, jurisdiction: str, file: str) -> Recognised | None:
    """The form that shares most fields with a document; None when none shares three in five of the document's."""
    scored = sorted(
        ((len(paths & outline.by_path.keys()), outline.jurisdiction == jurisdiction, -len(outline.leaves), key) for key, outline in outlines.items()),
        reverse=True,
    )
    if not paths or not scored or scored[0][0] < max(1, 0.6 * len(paths)):
        return None
    if len(scored) > 1 and scored[0][:3] == scored[1][:3]:
        return None
    return taken(outlines[scored[0][3]], file)


def by_title(word: WordFile, outlines: Outlines, jurisdiction: str, file: str) -> Recognised | None:
    """The form whose title stands near the head of a Word file; None when none does, or several do alike."""
    single = [key for p in islice(word.body.iter(W + "p"), _TITLE_PARAGRAPHS) if (key := label_key(text_of(p, word).plain))]
    lines = single + ["".join(pair) for pair in zip(single, single[1:], strict=False)]
    scored: list[tuple[int, bool, Outline]] = []
    for outline in outlines.values():
        fits = [fit for title in outline.titles for line in lines if (fit := _fit(title, line))]
        if fits:
            scored.append((max(fits), outline.jurisdiction == jurisdiction, outline))
    scored.sort(key=lambda item: item[:2], reverse=True)
    if not scored or (len(scored) > 1 and scored[0][:2] == scored[1][:2]):
        return None
    return taken(scored[0][2], file)


def _fit(title: str, line: str) -> int:
    """How well a line is a title: the same, or holding it with little else; 0 when it is not."""
    if line == title:
        return 2 * len(title)
    return len(title) if len(title) >= 4 and title in line and len(line) < 2 * len(title) + 8 else 0


def taken(outline: Outline, file: str) -> Recognised:
    """A form known by what it holds, not by its identity, with a word about that."""
    identity = FormIdentity(form=outline.code, version=outline.version, jurisdiction=outline.jurisdiction)
    name = outline.titles[0] if outline.titles else outline.code
    return Recognised(identity, outline, (reading_note("identity_missing", file, detail=name),))
