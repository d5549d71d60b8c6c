"""Keeping the original bytes: in pieces, whole or not at all, and what a crash leaves is cleared."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.diskwork import TEMPORARY_SUFFIX, ContentStore, clear_temporaries, copy_whole


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_of_any_size_is_kept_under_its_hash(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "a").write_bytes(data[:size])
    store = ContentStore(tmp_path / "store")
    sha256 = store.put_file(tmp_path / "a")
    assert sha256 == hashlib.sha256(data[:size]).hexdigest() == store.put_file(tmp_path / "a")
    assert store.get(sha256) == data[:size]


def test_a_file_that_changed_meanwhile_is_not_kept_under_the_wrong_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("后来")
    with pytest.raises(OSError, match="changed"):
        copy_whole(tmp_path / "a", tmp_path / "store" / "b", expected=hashlib.sha256("先前".encode()).hexdigest())
    assert list((tmp_path / "store").iterdir()) == []


def test_remains_of_a_crash_are_cleared_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "案件").mkdir()
    for name in (f".0a1b{TEMPORARY_SUFFIX}", f"案件/.2c3d{TEMPORARY_SUFFIX}", f"普通{TEMPORARY_SUFFIX}", ".hidden", "案件/通知.pdf"):
        (tmp_path / name).write_text("")
    assert clear_temporaries(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [".hidden", "普通.hongtou-tmp", "通知.pdf"]
