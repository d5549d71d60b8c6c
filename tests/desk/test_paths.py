"""Whole paths stay short enough for Windows shares, whatever people call things."""

from __future__ import annotations

import pytest

from pipeline.cases.folders import Piece, Unit
from pipeline.desk.picture import fitted, safe_name


@pytest.mark.parametrize("room", [90, 120, 138])
def test_long_names_are_cut_and_stay_different(room: int) -> None:
    long = "关于组建某省碳计量中心（非常非常长的领域名称）筹建评审专家组的通知" * 3
    names = [f"发文/测〔2026〕{n}号_{long}.{suffix}" for n in (1, 2) for suffix in ("pdf", "docx", "json")]
    unit = Unit("u", "hubei/筹建/筹建中/HB-CMC-2026-001_某某计量测试技术研究院", {name: Piece(name.encode()) for name in names})
    cut = fitted(unit, room)
    assert len(cut.pieces) == len(names), "no two became one"
    assert all(len(f"{unit.folder}/{name}") <= room for name in cut.pieces)
    assert all(name.startswith("发文/测〔2026〕") and name.rsplit(".", 1)[1] in ("pdf", "docx", "json") for name in cut.pieces)


def test_short_names_stay_as_they_are() -> None:
    unit = Unit("u", "a/b", {"时间线.html": Piece(b"")})
    assert fitted(unit, 130) == unit


@pytest.mark.parametrize("text", ['a/b\\c:d*e?f"g<h>i|j', "末尾有点. ", "", "\x00坏\x1f"])
def test_names_are_safe_on_windows(text: str) -> None:
    name = safe_name(text)
    assert name and not set(name) & set('\\/:*?"<>|') and name == name.strip(" .")
