"""The draw by lot: fair, repeatable, by strata. A30."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cases.codec import encode
from pipeline.law.draw import (
    ALGORITHM,
    SPAN,
    below,
    canonical,
    digest_of,
    draw,
    faults,
    minutes,
    repeat,
    sample_list,
    sample_size,
    shuffled,
    stream,
)

DOC = Path(__file__).parents[2] / "docs" / "draw.md"


def listed(sizes: dict[str, int], wanted: dict[str, int], **more: Any) -> dict[str, Any]:
    rows = [{"no": f"{name}{n}", "name": f"专家{name}{n}", "org": "某单位", "stratum": name, "excluded": "", "may_lead": True} for name, size in sizes.items() for n in range(size)]
    return {"algorithm": ALGORITHM, "what": "experts", "case": "1", "rows": rows, "wanted": [{"stratum": s, "number": n} for s, n in wanted.items()], **more}


def seed(n: int) -> bytes:
    return hashlib.sha256(str(n).encode()).digest()


def test_everyone_is_drawn_equally_often() -> None:
    people, rounds = listed({"甲": 7}, {"甲": 3}), 7000
    seen: Counter[str] = Counter()
    for n in range(rounds):
        seen.update(row["no"] for row in draw(people, seed(n)))
    due = rounds * 3 / 7
    chi = sum((seen[row["no"]] - due) ** 2 / due for row in people["rows"])
    assert chi < 22.5, f"six degrees of freedom, 0.1 %: {chi}"


def test_every_order_comes_equally_often() -> None:
    seen = Counter(tuple(shuffled("abcd", 4, stream(seed(n)))) for n in range(12000))
    assert len(seen) == 24
    assert sum((count - 500) ** 2 / 500 for count in seen.values()) < 49.7, "23 degrees of freedom, 0.1 %"


def test_every_leader_is_equally_likely() -> None:
    people = listed({"甲": 5}, {"甲": 5}, leader="drawn")
    seen = Counter(next(row["no"] for row in draw(people, seed(n)) if row["leader"]) for n in range(5000))
    assert sum((count - 1000) ** 2 / 1000 for count in seen.values()) < 18.5, "4 degrees of freedom, 0.1 %"


@given(st.dictionaries(st.sampled_from("甲乙丙丁"), st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1), st.binary(min_size=32, max_size=32))
def test_strata_are_kept_and_the_same_draws_the_same(sizes: dict[str, tuple[int, int]], given_seed: bytes) -> None:
    wanted = {name: min(sizes[name]) for name in sizes}
    people = listed({name: size for name, (size, _) in sizes.items()}, wanted)
    people["rows"][0]["excluded"] = "本单位人员"
    first = people["rows"][0]["stratum"]
    if wanted[first] == sizes[first][0]:
        assert faults(people)
        with pytest.raises(ValueError, match="wanted"):
            draw(people, given_seed)
        return
    drawn = draw(people, given_seed)
    assert drawn == draw(json.loads(canonical(people)), given_seed)
    assert people["rows"][0]["no"] not in {row["no"] for row in drawn}, "who is excluded is never drawn"
    assert Counter(row["stratum"] for row in drawn) == wanted
    assert len({row["no"] for row in drawn}) == len(drawn)


def test_a_wish_for_anyone_takes_whoever_is_left() -> None:
    drawn = draw(listed({"甲": 3, "乙": 2}, {"甲": 2, "": 3}), seed(1))
    assert len({row["no"] for row in drawn}) == 5
    assert faults(listed({"甲": 3, "乙": 2}, {"甲": 2, "": 4}))
    assert faults(listed({"甲": 3}, {"": 1, "甲": 1}))
    assert draw(listed({"甲": 5}, {"甲": 2, "": 3}), seed(4)), "the wish for anyone may take all that is left"


def test_a_leader_is_one_who_may_lead() -> None:
    people = listed({"甲": 4}, {"甲": 3}, leader="drawn")
    for row in people["rows"][2:]:
        row["may_lead"] = False
    for n in range(50):
        assert [row["no"] for row in draw(people, seed(n)) if row["leader"]][0] in ("甲0", "甲1")
    people["rows"][1]["may_lead"] = False
    assert faults(people), "perhaps nobody who may lead would be drawn"


def test_words_of_the_broken_last_run_are_thrown_away() -> None:
    words = iter([SPAN - 1, 7])
    assert SPAN % 3 == 1
    assert below(3, lambda: next(words)) == 1, "the word 2^64 - 1 is beyond the last whole run of three"


@pytest.mark.parametrize(("there", "due"), [(0, 0), (1, 1), (2, 2), (15, 2), (21, 3), (30, 3), (31, 4), (100, 10), (500, 10)])
def test_how_many_are_sampled(there: int, due: int) -> None:
    assert sample_size(there, Decimal(10), 2, 10) == due


def test_a_sample_takes_its_share_of_each_list() -> None:
    population = [{"no": f"C{n}", "stratum": "calibration_item", "name": "项目"} for n in range(31)]
    population += [{"no": f"K{n}", "stratum": "key_parameter", "name": "参数"} for n in range(3)]
    asked = sample_list("1", population, Decimal(10), 2, 10)
    assert Counter(row["stratum"] for row in draw(asked, seed(2))) == {"calibration_item": 4, "key_parameter": 2}
    asked["wanted"][0]["number"] = 3
    assert faults(asked) == ["stratum calibration_item: 3 wanted, the terms give 4"]


def test_minutes_repeat_and_no_change_passes() -> None:
    told = minutes(listed({"甲": 6}, {"甲": 2}), b"token", "dG9rZW4=", "2026-01-15T00:00:00+00:00")
    assert repeat(told, b"token") == []
    assert repeat(told, b"other")
    for name in set(told) - {"token", "token_time"}:
        for changed in (None, "x", [], {}):
            assert repeat({**told, name: changed}, b"token") or changed == told[name], name
    swapped = json.loads(canonical(told))
    swapped["list"]["rows"].reverse()
    assert repeat(swapped, b"token")


def test_canonical_text_is_that_of_the_journal() -> None:
    people = listed({"甲": 2}, {"甲": 1})
    assert canonical(people) == encode(people).encode()


def test_the_vectors_in_the_documentation_hold() -> None:
    text = DOC.read_text(encoding="utf-8")
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert len(blocks) >= 3
    for block in blocks:
        assert canonical(block["list"]).decode() == block["canonical"] or not block.get("canonical")
        assert digest_of(block["list"]).hex() == block["list_sha256"]
        assert hashlib.sha256(bytes.fromhex(block["token_hex"])).hexdigest() == block["seed"]
        word = stream(bytes.fromhex(block["seed"]))
        assert [word() for _ in block["words"]] == block["words"]
        assert [row["no"] for row in draw(block["list"], bytes.fromhex(block["seed"]))] == block["drawn"]
