"""The job that draws by lot: one token over the fixed list, entered once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from asn1crypto import cms

from pipeline.clockwork import SHANGHAI
from pipeline.desk import drawing
from pipeline.law.draw import digest_of
from pipeline.papers.demo_pki import SealSubject, make_demo_pki
from pipeline.papers.verify import verify_token

NOW = datetime(2026, 1, 16, 10, tzinfo=SHANGHAI)


def test_the_token_is_over_the_list_and_taken_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pki = make_demo_pki(tmp_path, (SealSubject("hubei", "official", "某局"),), (), NOW)
    digest = digest_of({"rows": []})
    plain: dict[str, Any] = {"taken_back": False, "lots": {"list_sha256": digest.hex()}}
    case = SimpleNamespace(filings={"f": plain}, jurisdiction="x")
    entered: list[bytes] = []

    @contextmanager
    def reading() -> Any:
        yield None

    def drawn(_pack: Any, _case: Any, filing: str, token: bytes, *_more: Any) -> None:
        assert filing == "f"
        entered.append(token)

    monkeypatch.setattr(drawing, "drawn", drawn)
    monkeypatch.setattr(drawing, "enter", lambda *_a, **_k: plain.update(drawn={"seed": "0"}))
    monkeypatch.setattr(drawing.registers, "number_view", lambda _connection: None)
    desk: Any = SimpleNamespace(
        reading=reading, database=SimpleNamespace(begin=reading), case=lambda _c, _id: case, pack_of=lambda _case: None, clock=lambda: NOW,
        keys=SimpleNamespace(timestamper=pki.timestamper(lambda: NOW)),
    )  # fmt: skip
    drawing.draw_lots(desk, ("c", "f"))
    drawing.draw_lots(desk, ("c", "f"))
    assert len(entered) == 1 and cms.ContentInfo.load(entered[0])["content_type"].native == "signed_data"
    assert verify_token(entered[0], digest, pki.trust(), NOW) == (NOW, ())
