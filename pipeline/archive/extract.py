"""The journal's entries about one case, as a file of a package: each carries what its hash is made of, so anyone can recompute it. Pure.

One JSON object a line: seq, case, case_seq, kind, at, actor, data (the text that was hashed), previous (the hash of the
entry before it in the whole journal), hash = SHA-256 over these, joined by line feeds in this order: previous, seq, case,
case_seq, kind, at, actor, data. Entries made since there is a chain of SM3 also carry sm3, made of the same with previous_sm3
(the SM3 of the entry before, or its hash where that has none) in the place of previous.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipeline.archive.digests import sha256_of_bytes, sm3_of_bytes
from pipeline.archive.values import Plain

_HASHED = ("seq", "case", "case_seq", "kind", "at", "actor", "data")


def extract(rows: Iterable[Plain]) -> bytes:
    """The file."""
    return "".join(json.dumps(dict(row), ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()


def entry_hash(row: Plain) -> str:
    """The hash an entry must have."""
    return sha256_of_bytes(_text(row, "previous"))


def entry_sm3(row: Plain) -> str:
    """The SM3 an entry must have, where it has one."""
    return sm3_of_bytes(_text(row, "previous_sm3"))


def _text(row: Plain, previous: str) -> bytes:
    return "\n".join(str(row[key]) for key in (previous, *_HASHED)).encode()


def faults_of_extract(data: bytes) -> tuple[str, ...]:
    """What is wrong with an extract, in words; nothing when every entry fits its hash and no entry of the case is missing."""
    faults, expected = [], 1
    for line, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        try:
            row = json.loads(text)
            seq, counted, right = int(row["seq"]), int(row["case_seq"]), row["hash"] == entry_hash(row)
            same = "sm3" not in row or row["sm3"] == entry_sm3(row)
        except (ValueError, KeyError, TypeError) as trouble:
            faults.append(f"第{line}行读不通（{trouble}）")
            continue
        if not right:
            faults.append(f"日志第{seq}条与其散列不符")
        if not same:
            faults.append(f"日志第{seq}条与其 SM3 不符")
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
