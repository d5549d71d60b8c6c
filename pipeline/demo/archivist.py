"""The end of a case in the demo: what the archivist writes, and what the officer writes who turns an application away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.law.pack import Pack

Values = dict[str, Any]
ARCHIVIST = "测试档案员"
REJECTION: Mapping[str, Any] = {
    "decision": "reject", "reason_code": "out_of_competence", "right_body": "测试主管部门",
    "reason": "测试理由：申请事项不属于本机关职权范围，请向有权机关提出。",
}  # fmt: skip
"""What the officer says on 受理审查表 of a case that goes no further."""


def archiving_record(pack: Pack, given: Values, today: date) -> Values:
    """归档登记表: the fonds as the archive gave it, the unit as the pack says."""
    return {"fonds_no": given.get("fonds_no") or "CS001", "unit_code": given.get("unit_code") or "JLC", "archivist": ARCHIVIST, "archived_on": today}


HANDS = {"archiving_record": archiving_record}
