"""Settings that may not stand together are refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.office import check_layout, load_office


def test_a_production_office_proves_its_officer_by_certificate(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text('[office]\nmode = "production"\n[signing]\npolicy = "folder"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="signing.policy"):
        check_layout(load_office(tmp_path, {}))
    check_layout(load_office(tmp_path, {"HONGTOU_SIGNING__POLICY": "certificate"}))
