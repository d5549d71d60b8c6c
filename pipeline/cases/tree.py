"""The hash tree over the journal (RFC 6962, section 2.1): one root for all entries, and a short proof that one is among them.

Leaves are the entries' chain hashes (hex); an inner node hashes its two children with another first byte than a leaf has.
The tree over the SM3 chain is the same with SM3 as its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.digests import sha256

Digest = Callable[[bytes], bytes]
_LEAF, _NODE = b"\x00", b"\x01"


def tree_root(leaves: Sequence[str], digest: Digest = sha256) -> str:
    """The root (hex) over `leaves` (hex) in order; over none it is the hash of nothing."""
    return _root([_leaf(each, digest) for each in leaves], digest).hex() if leaves else digest(b"").hex()


def inclusion_proof(leaves: Sequence[str], index: int, digest: Digest = sha256) -> tuple[str, ...]:
    """The hashes (hex) that lead from leaf `index` (from 0) to the root. Raises IndexError when there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    return tuple(each.hex() for each in _path([_leaf(each, digest) for each in leaves], index, digest))


def proof_holds(leaf: str, index: int, size: int, proof: Sequence[str], root: str, digest: Digest = sha256) -> bool:
    """Does `proof` lead from `leaf` at `index` to `root` of a tree of `size` leaves? (RFC 9162, section 2.1.3.2)"""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, _leaf(leaf, digest)
    for step in (bytes.fromhex(each) for each in proof):
        if last == 0:
            return False
        if place % 2 or place == last:
            found = _node(step, found, digest)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = _node(found, step, digest)
        place, last = place // 2, last // 2
    return last == 0 and found.hex() == root


def _leaf(text: str, digest: Digest) -> bytes:
    return digest(_LEAF + bytes.fromhex(text))


def _node(left: bytes, right: bytes, digest: Digest) -> bytes:
    return digest(_NODE + left + right)


def _root(nodes: list[bytes], digest: Digest) -> bytes:
    """Pairs level by level; an odd last node moves up as it is, which gives the tree of the RFC."""
    while len(nodes) > 1:
        paired = [_node(nodes[place], nodes[place + 1], digest) for place in range(0, len(nodes) - 1, 2)]
        nodes = paired + nodes[2 * len(paired) :]
    return nodes[0]


def _path(nodes: list[bytes], index: int, digest: Digest) -> list[bytes]:
    path = []
    while len(nodes) > 1:
        beside = index ^ 1
        if beside < len(nodes):
            path.append(nodes[beside])
        paired = [_node(nodes[place], nodes[place + 1], digest) for place in range(0, len(nodes) - 1, 2)]
        nodes, index = paired + nodes[2 * len(paired) :], index // 2
    return path
