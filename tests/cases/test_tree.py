"""The tree over the journal: RFC 6962's shape, every entry provable, nothing else provable."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cases.tree import inclusion_proof, proof_holds, tree_root

HASHES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=40)


def _by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _by_the_book(leaves[:split]) + _by_the_book(leaves[split:])).digest()


def test_the_empty_tree() -> None:
    assert tree_root([]) == hashlib.sha256(b"").hexdigest()


@given(HASHES)
def test_the_root_is_that_of_the_rfc(leaves: list[str]) -> None:
    assert tree_root(leaves) == _by_the_book([bytes.fromhex(each) for each in leaves]).hex()


@given(HASHES, st.data())
def test_every_entry_can_be_proven_and_no_other(leaves: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_proof(leaves, index), tree_root(leaves)
    assert proof_holds(leaves[index], index, len(leaves), proof, root)
    stranger = hashlib.sha256(b"stranger").hexdigest()
    assert not proof_holds(stranger, index, len(leaves), proof, root)
    assert not proof_holds(leaves[index], index, len(leaves), (*proof, stranger), root)
    if proof:
        assert not proof_holds(leaves[index], index, len(leaves), proof[:-1], root)
    elsewhere = data.draw(st.integers(0, len(leaves)))
    if elsewhere != index and (elsewhere == len(leaves) or leaves[elsewhere] != leaves[index]):
        assert not proof_holds(leaves[index], elsewhere, len(leaves), proof, root)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_what_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(["00" * 32] * 3, index)
