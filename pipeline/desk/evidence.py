"""Evidence: one document, or all of a case, with everything an outsider needs to check it without this office."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.cases import journal
from pipeline.cases.case import Case, Paper
from pipeline.cases.codec import encode
from pipeline.cases.events import OFFICE, Kind, Recorded
from pipeline.cases.tree import inclusion_proof
from pipeline.desk.dayroot import sign_root
from pipeline.desk.explaining import facts_of
from pipeline.desk.picture import issued_stem
from pipeline.desk.service import Desk
from pipeline.digests import sha256_of_bytes, sm3, sm3_of_bytes
from pipeline.errors import NotFoundError, RefusedError
from pipeline.law.explain import explain
from pipeline.law.pack import Pack

_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLACE = "/*EVIDENCE*/"
_READ_ME = """证据包 / Evidence package

{what}

怎么核验：用浏览器打开 verify.html（不联网），或运行 python3 verify.py。两者都只看本包里的东西，逐项说明对不对、什么没有核验。
How to check: open verify.html in a browser (no network needed), or run python3 verify.py. Both look at nothing but this package and say what is right, what is not, and what was not checked.

随包的根证书由制作本包的单位放入：请另行核对它的指纹（见 evidence.json）。
The root certificates were enclosed by the office that made this package: compare their fingerprints (in evidence.json) by another way.
"""


def evidence(desk: Desk, case: Case, papers: Sequence[Paper], whole_case: bool) -> dict[str, bytes]:
    """The files of an evidence package by path. `whole_case`: the journal of all of the case, else of the documents only.

    Raises RefusedError when a document is not sealed yet.
    """
    if waiting := [paper.title for paper in papers if not paper.sha256]:
        raise RefusedError(f"《{waiting[0]}》还没有用印，没有可作证据的文件", f"{waiting[0]} is not sealed yet")
    pack = desk.pack_of(case)
    files: dict[str, bytes] = {}
    documents = []
    for paper in papers:
        stem = issued_stem(paper)
        files[f"documents/{stem}.pdf"] = desk.store.get(paper.kept_sha256)
        if paper.docx_sha256:
            files[f"documents/{stem}.docx"] = desk.store.get(paper.docx_sha256)
        files[f"documents/{stem}.json"] = _text(json.loads(encode(paper.context)))
        files[f"rules/{stem}.json"] = _text(_rules(pack, paper))
        documents.append({"id": paper.id, "number": paper.number or paper.title, "title": paper.title, "date": paper.date, "pdf": f"documents/{stem}.pdf"})
        if token := _qr_of(case, paper):
            files[f"qr/{stem}.txt"] = token.encode()
            documents[-1]["qr"] = f"qr/{stem}.txt"
            files["trust/qr.txt"] = desk.keys.qr_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex().encode()
    files["rules/decisions.txt"] = "\n".join(explain(pack, facts_of(case))).encode()
    files |= dict(_journal(desk, case, papers, whole_case))
    files |= dict(_checks(desk, case))
    for place, root in enumerate(desk.keys.wide_trust.roots, 1):
        files[f"trust/root-{place}.der"] = root
    said = {
        "evidence": 1, "office": desk.office.settings.text("office.name"), "case": case.no, "made_at": desk.clock().isoformat(timespec="seconds"), "documents": documents,
        "roots": {f"trust/root-{n}.der": sha256_of_bytes(root) for n, root in enumerate(desk.keys.wide_trust.roots, 1)},
        "files": {name: sha256_of_bytes(data) for name, data in sorted(files.items())},
        "files_sm3": {name: sm3_of_bytes(data) for name, data in sorted(files.items())},
    }  # fmt: skip
    files["evidence.json"] = _text(said)
    return {**files, **_verifiers(files, documents, case)}


def _qr_of(case: Case, paper: Paper) -> str:
    """What the document's QR code says, as recorded when it was sealed; empty for none, or one sealed before that was recorded."""
    return next((str(e.data.get("qr") or "") for e in case.history if e.kind is Kind.SEALED and e.data["id"] == paper.id), "")


def as_zip(files: dict[str, bytes], folder: str) -> bytes:
    """The package as one ZIP, the same files giving the same bytes."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _MOMENT)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return output.getvalue()


def find_papers(case: Case, number: str) -> tuple[Paper, ...]:
    """The sealed documents of a case, or the one with that number. Raises NotFoundError."""
    out = tuple(paper for paper in case.papers.values() if paper.sha256 and number in ("", paper.number))
    if not out:
        raise NotFoundError(f"{case.no} 没有已用印的文书 {number}".rstrip(), f"{case.no} has no sealed document {number}".rstrip())
    return out


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _rules(pack: Pack, paper: Paper) -> list[dict[str, str]]:
    """The articles a document is based on, with their texts."""
    wanted = [str(each) for each in paper.context.get("doc", {}).get("basis", ())]
    found = [{"cite": article.cite, "text": article.text} for article in pack.articles.values() if any(article.cite in each for each in wanted)]
    return found or [{"cite": each, "text": ""} for each in wanted]


def _journal(desk: Desk, case: Case, papers: Sequence[Paper], whole_case: bool) -> Iterator[tuple[str, bytes]]:
    """The entries with their proofs under a signed root that covers them all; one is signed now when none does yet."""
    with desk.reading() as connection:
        entries = [e for e in journal.read(connection, case.id) if whole_case or _is_about(e, papers)]
        root = _root_after(connection, entries[-1].seq)
    if root is None:
        sign_root(desk, desk.clock().date().isoformat())
        with desk.reading() as connection:
            root = _root_after(connection, entries[-1].seq)
    assert root is not None
    with desk.reading() as connection:
        rows = list(connection.execute(sa.select(journal.events).where(journal.events.c.seq <= int(root.data["entries"])).order_by(journal.events.c.seq)))
    told = [_told(rows, entry.seq, root) for entry in entries]
    yield "journal/extract.json", _text({"case": case.no, "entries": told})
    yield "journal/root.json", desk.store.get(str(root.data["statement"]))
    yield "journal/root.p7s", desk.store.get(str(root.data["signature"]))


def _told(rows: Sequence[sa.Row[Any]], seq: int, root: Recorded) -> dict[str, object]:
    """One entry with what its hashes are made of and what leads from them to the root; SM3 where entry and root have it."""
    row, before = rows[seq - 1], rows[seq - 2] if seq > 1 else None
    told = {
        "seq": row.seq, "case": row.case_id, "case_seq": row.case_seq, "kind": row.kind, "at": row.at, "actor": row.actor, "data": row.data, "hash": row.hash,
        "previous": before.hash if before else journal.GENESIS, "proof": inclusion_proof([str(each.hash) for each in rows], seq - 1),
    }  # fmt: skip
    since = int(root.data["sm3"]["from"]) if "sm3" in root.data else seq + 1
    if seq >= since:
        proof = inclusion_proof([str(each.sm3) for each in rows[since - 1 :]], seq - since, sm3)
        told |= {"sm3": row.sm3, "previous_sm3": (before.sm3 or before.hash) if before else journal.GENESIS, "proof_sm3": proof}
    return told


def _root_after(connection: sa.Connection, seq: int) -> Recorded | None:
    roots = (e for e in journal.read(connection, OFFICE) if e.kind is Kind.ROOTED and int(e.data["entries"]) >= seq)
    return next(roots, None)


def _is_about(event: Recorded, papers: Iterable[Paper]) -> bool:
    return event.kind is Kind.OPENED or any(event.data.get("id") == p.id or event.data.get("group") == p.group for p in papers)


def _checks(desk: Desk, case: Case) -> Iterator[tuple[str, bytes]]:
    """The results of the four-properties tests of the case's archive packages, where it has been filed."""
    for event in case.history:
        if event.kind is Kind.ARCHIVE_CHECKED:
            for ending, digest in event.data["files"].items():
                yield f"four_checks/{event.data['act']}{ending}", desk.store.get(str(digest))


def _verifiers(files: dict[str, bytes], documents: Sequence[dict[str, str]], case: Case) -> dict[str, bytes]:
    own = resources.files("pipeline.desk.verifier")
    inside = {name: base64.b64encode(data).decode() for name, data in files.items() if not name.endswith(".docx")}
    page = own.joinpath("verify.html").read_text(encoding="utf-8").replace(_PLACE + "null", json.dumps(inside))
    what = f"{case.no}：" + "、".join(each["number"] for each in documents)
    return {"verify.py": own.joinpath("verify.py").read_bytes(), "verify.html": page.encode(), "说明.txt": _READ_ME.format(what=what).encode("utf-8-sig")}
