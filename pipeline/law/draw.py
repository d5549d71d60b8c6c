"""A draw by lot that anyone can repeat: the same list and the same seed always draw the same. Pure.

The list is fixed and hashed first; the seed is the SHA-256 of a timestamp token over that hash, which nobody knows
before. docs/draw.md tells the same in words, with test vectors, for those who repeat it without this program.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

ALGORITHM = "hongtou-draw-1"
"""The version of the algorithm. A change of it gets a new name; minutes name the one they used."""

SPAN = 1 << 64
Word = Callable[[], int]
"""Gives the next 64-bit number of a stream."""


def canonical(value: Any) -> bytes:
    """The one text of a list: sorted keys, no spaces, UTF-8; as cases/codec writes text, integers, booleans and null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")


def digest_of(listed: Mapping[str, Any]) -> bytes:
    """SHA-256 of the list, which the timestamp is taken over."""
    return hashlib.sha256(canonical(listed)).digest()


def seed_of(token: bytes) -> bytes:
    """The seed that a timestamp token (DER) gives."""
    return hashlib.sha256(token).digest()


def stream(seed: bytes) -> Word:
    """Numbers from a seed: the first eight bytes of SHA-256(seed ‖ counter), the counter in eight bytes from 0."""
    counter = 0

    def word() -> int:
        nonlocal counter
        block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
        counter += 1
        return int.from_bytes(block[:8], "big")

    return word


def below(n: int, word: Word) -> int:
    """A number from 0 to n-1, all equally likely: words from the incomplete last run of n are thrown away."""
    limit = SPAN - SPAN % n
    while (found := word()) >= limit:
        pass
    return found % n


def shuffled(pool: Sequence[str], count: int, word: Word) -> list[str]:
    """The first `count` of `pool` after a Fisher–Yates shuffle from the front. Raises ValueError when there are too few."""
    if count > len(pool):
        raise ValueError(f"{count} to be drawn, {len(pool)} there")
    rest = list(pool)
    for place in range(count):
        other = place + below(len(rest) - place, word)
        rest[place], rest[other] = rest[other], rest[place]
    return rest[:count]


def draw(listed: Mapping[str, Any], seed: bytes) -> list[dict[str, Any]]:
    """Who or what is drawn, in order: `{order, no, stratum, leader}`.

    Strata are drawn in the order of `wanted`, from one stream; the stratum '' takes anyone not yet drawn. Excluded
    rows take no part. With `leader: drawn`, one of the drawn who may lead is then drawn to lead. Raises ValueError
    for a list that cannot be drawn from; see `faults`.
    """
    if wrong := faults(listed):
        raise ValueError("; ".join(wrong))
    word = stream(seed)
    drawn: list[dict[str, Any]] = []
    for wish in listed["wanted"]:
        taken = {row["no"] for row in drawn}
        pool = [row["no"] for row in _eligible(listed) if row["no"] not in taken and wish["stratum"] in ("", row["stratum"])]
        for no in shuffled(pool, int(wish["number"]), word):
            drawn.append({"order": len(drawn) + 1, "no": no, "stratum": wish["stratum"], "leader": False})
    if listed.get("leader") == "drawn":
        able = {row["no"] for row in listed["rows"] if row.get("may_lead")}
        candidates = [row["no"] for row in drawn if row["no"] in able]
        chosen = shuffled(candidates, 1, word)[0]
        drawn = [{**row, "leader": row["no"] == chosen} for row in drawn]
    return drawn


def _eligible(listed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in listed["rows"] if not row.get("excluded")]


def faults(listed: Mapping[str, Any]) -> list[str]:
    """Why a list cannot be drawn from, whatever the seed; nothing when it can."""
    if listed.get("algorithm") != ALGORITHM:
        return [f"algorithm {listed.get('algorithm')} is not {ALGORITHM}"]
    numbers = [row["no"] for row in listed["rows"]]
    wrong = [f"no. {no} stands twice" for no in sorted({no for no in numbers if numbers.count(no) > 1})]
    strata = [wish["stratum"] for wish in listed["wanted"]]
    wrong += [f"stratum {name or '*'} is wanted twice" for name in sorted({s for s in strata if strata.count(s) > 1})]
    if "" in strata[:-1]:
        wrong.append("the wish for any stratum has to stand last")
    for wish in listed["wanted"]:
        there = sum(wish["stratum"] in ("", row["stratum"]) for row in _eligible(listed))
        before = sum(int(other["number"]) for other in listed["wanted"] if other is not wish) if wish["stratum"] == "" else 0
        if int(wish["number"]) < 1 or int(wish["number"]) + before > there:
            wrong.append(f"stratum {wish['stratum'] or '*'}: {wish['number']} wanted, {there - before} there")
    if terms := listed.get("terms"):
        wrong += _terms_faults(listed, terms)
    if listed.get("leader") == "drawn" and not wrong and not _leader_sure(listed):
        wrong.append("it is not certain that one of the drawn may lead: allow more candidates to lead")
    return wrong


def _leader_sure(listed: Mapping[str, Any]) -> bool:
    """Whether every outcome holds someone who may lead: some stratum is short of others, or all of the list is."""
    for wish in listed["wanted"]:
        others = [r for r in _eligible(listed) if wish["stratum"] in ("", r["stratum"]) and not r.get("may_lead")]
        if int(wish["number"]) > len(others):
            return True
    total = sum(int(wish["number"]) for wish in listed["wanted"])
    return total > sum(not row.get("may_lead") for row in _eligible(listed))


def _terms_faults(listed: Mapping[str, Any], terms: Mapping[str, Any]) -> list[str]:
    """Samples whose size is not what ratio, least and most say."""
    wrong = []
    for wish in listed["wanted"]:
        there = sum(row["stratum"] == wish["stratum"] for row in _eligible(listed))
        due = sample_size(there, Decimal(str(terms["ratio"])), int(terms["min"]), int(terms["max"]))
        if int(wish["number"]) != due:
            wrong.append(f"stratum {wish['stratum']}: {wish['number']} wanted, the terms give {due}")
    return wrong


def sample_size(there: int, ratio: Decimal, least: int, most: int) -> int:
    """How many of `there` are sampled: `ratio` per cent rounded up, at least `least`, at most `most`, never more than all."""
    share = int((ratio * there / 100).to_integral_value(ROUND_CEILING))
    return min(there, most, max(least, share))


def sample_list(case: str, population: Sequence[Mapping[str, Any]], ratio: Decimal, least: int, most: int) -> dict[str, Any]:
    """The list of a sampling: every `{no, stratum, name}` of the population, each stratum sampled by the same terms."""
    strata = list(dict.fromkeys(str(row["stratum"]) for row in population))
    counts = {name: sum(row["stratum"] == name for row in population) for name in strata}
    return {
        "algorithm": ALGORITHM, "what": "sampling", "case": case, "rows": [dict(row) for row in population],
        "terms": {"ratio": str(ratio), "min": least, "max": most},
        "wanted": [{"stratum": name, "number": sample_size(counts[name], ratio, least, most)} for name in strata],
    }  # fmt: skip


def minutes(listed: Mapping[str, Any], token: bytes, token64: str, at: str) -> dict[str, Any]:
    """All that is published of a draw, enough to repeat it: list, hash, token, seed, result, and who was excluded why."""
    seed = seed_of(token)
    rows = {row["no"]: row for row in listed["rows"]}
    role = {True: "leader", False: "member"} if listed.get("leader") == "drawn" else {False: ""}
    drawn = [{**row, "role": role[row["leader"]], "name": rows[row["no"]].get("name", ""), "org": rows[row["no"]].get("org", "")} for row in draw(listed, seed)]
    excluded = [{"no": row["no"], "name": row.get("name", ""), "reason": row["excluded"]} for row in listed["rows"] if row.get("excluded")]
    return {
        "algorithm": ALGORITHM, "list": dict(listed), "list_sha256": digest_of(listed).hex(), "token": token64, "token_time": at,
        "seed": seed.hex(), "drawn": drawn, "excluded": excluded,
    }  # fmt: skip


def repeat(published: Mapping[str, Any], token: bytes) -> list[str]:
    """Draw again from published minutes; what does not come out as published, nothing when all does. Never raises."""
    try:
        listed = published["list"]
        again = minutes(listed, token, str(published["token"]), str(published["token_time"]))
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as trouble:
        return [f"the minutes cannot be drawn from: {type(trouble).__name__}: {trouble}"]
    return [f"{name} is not as published" for name in again if canonical(again[name]) != canonical(published.get(name))]
