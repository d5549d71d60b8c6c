"""The parties who sign a document after the authority: who they are, and who of them has still to sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.cases.case import Case, Paper
from pipeline.law.pack import Pack
from pipeline.papers.countersign import Party


def parties_of(pack: Pack, paper: Paper) -> tuple[Party, ...]:
    """Who signs a document after the authority, in turn (`countersigners` in documents.yaml); empty for most."""
    return tuple(named_parties(pack.documents[paper.code].get("countersigners") or (), paper.context))


def named_parties(said: Any, context: Mapping[str, Any]) -> Iterator[Party]:
    """The parties that `countersigners` names in what a document says."""
    for entry in said:
        rows = _at(context, entry["each"]) if "each" in entry else [_at(context, entry["party"])]
        named = [row for row in rows or () if isinstance(row, Mapping) and row.get("name")]
        for place, row in enumerate(named, 1):
            number = str(place) if "each" in entry else ""
            yield Party(f"{entry['id']}{number}", str(entry["zh"]), str(row["name"]), str(row.get("uscc") or ""))


def _at(context: Mapping[str, Any], path: str) -> Any:
    found: Any = context
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def still_to_sign(pack: Pack, case: Case) -> Iterator[tuple[Paper, tuple[str, ...]]]:
    """Documents in force that went out sealed and have not come back with every signature, with who is missing, in turn."""
    for paper in case.papers.values():
        missing = parties_of(pack, paper)[len(paper.countersigned) :] if paper.status == "sealed" else ()
        if missing:
            yield paper, tuple(party.name for party in missing)


def countersigning_lines(pack: Pack, case: Case) -> Iterator[tuple[str, str]]:
    """A sentence for each document that waits for countersignatures, in Chinese and English."""
    for paper, names in still_to_sign(pack, case):
        signed = f"已有{len(paper.countersigned)}方签名，" if paper.countersigned else ""
        yield (
            f"会签：{paper.number}《{paper.title}》{signed}还待 {'、'.join(names)} 依次签名；签好的文件直接投递",
            f"countersigning: {paper.number} still waits for {', '.join(names)}, in turn; drop the signed file as it is",
        )
