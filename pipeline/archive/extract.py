"""The journal's entries about one case, as a file of a package: each carries what its hash is made of, so anyone can recompute it. Pure.

One JSON object a line: seq, case, case_seq, kind, at, actor, data (the text that was hashed), previous (the hash of the
entry before it in the whole journal), hash = SHA-256 over these, joined by line feeds in this order: previous, seq, case,
case_seq, kind, at, actor, data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from pipeline.archive.values import Plain

_HASHED = ("previous", "seq", "case", "case_seq", "kind", "at", "actor", "data")


def extract(rows: Iterable[Plain]) -> bytes:
    """The file."""
    return "".join(json.dumps(dict(row), ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()


def entry_hash(row: Plain) -> str:
    """The hash an entry must have."""
    return hashlib.sha256("\n".join(str(row[key]) for key in _HASHED).encode()).hexdigest()


def faults_of_extract(data: bytes) -> tuple[str, ...]:
    """What is wrong with an extract, in words; nothing when every entry fits its hash and no entry of the case is missing."""
    faults, expected = [], 1
    for line, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            row = json.loads(text)
            seq, counted, right = int(row["seq"]), int(row["case_seq"]), row["hash"] == entry_hash(row)
        except (ValueError, KeyError, TypeError) as trouble:
            faults.append(f"第{line}行读不通（{trouble}）")
            continue
        if not right:
            faults.append(f"日志第{seq}条与其散列不符")
        if counted != expected:
            faults.append(f"日志第{seq}条之前缺本案第{expected}条")
        expected = counted + 1
    if expected == 1:
        faults.append("日志摘录是空的")
    return tuple(faults)


def scope_of(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """What documents the extract knows of the case (`filing:<id>`, `paper:<id>`), and which of them acts of filing took in."""
    known, covered = set(), set()
    for text in data.decode("utf-8", "replace").splitlines():
        row = json.loads(text)
        said = json.loads(row["data"])
        if row["kind"] == "filed":
            known.add(f"filing:{said['filing']['id']}")
        elif row["kind"] == "sheets_opened":
            known.update(f"filing:{sheet['filing']['id']}" for sheet in said["sheets"])
        elif row["kind"] == "issued":
            known.add(f"paper:{said['id']}")
        elif row["kind"] == "archived":
            covered.update(said["covers"])
    return frozenset(known), frozenset(covered)
