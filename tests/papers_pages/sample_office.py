"""What the documents of the office itself are filled from in tests: draws by lot, and what mends an issued document."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.law.draw import ALGORITHM, minutes
from pipeline.law.pack import load_pack
from pipeline.law.sealed import joint_score, sealed_forms

from .sample_acceptance import RUBRIC

CENTRE = "湖北省碳计量中心（电碳）"
TITLES = {"draw_minutes": f"关于抽取{CENTRE}专家的纪要", "mending_notice": "文书更正通知书", "score_summary": f"关于{CENTRE}专家个人评分启封和汇总的纪要"}
NUMBERS = {"draw_minutes": "鄂市监量纪〔2026〕6号", "mending_notice": "鄂市监量〔2026〕24号", "score_summary": "鄂市监量纪〔2026〕7号"}
KINDS = {"draw_minutes": "纪要", "mending_notice": "通知书", "score_summary": "纪要"}

_HUBEI = load_pack(Path(__file__).parents[2] / "schemas", "hubei")
PACK = replace(_HUBEI, parameters={**_HUBEI.parameters, "score.aggregate": {"value": "trimmed_mean"}})
JOINT = sealed_forms(_HUBEI)["expert_score_sheet"].joint

_NAMES = "甲乙丙丁戊己庚辛壬癸"
_FIELDS = ("热工计量", "电磁计量", "温室气体监测")
_ROWS = [
    {
        "no": str(n), "name": f"测试{name}", "stratum": _FIELDS[n % 3], "org": f"测试第{n}计量科学研究院", "title": "研究员", "may_lead": n % 2 == 0,
        "excluded": "申请单位人员" if n == 3 else "声明有利害关系：三年内与申请单位有合作项目" if n == 7 else "",
    }
    for n, name in enumerate(_NAMES, 1)
]  # fmt: skip
_LIST = {
    "algorithm": ALGORITHM, "what": "experts", "case": "HB-CMC-2026-003", "rows": _ROWS, "leader": "drawn",
    "wanted": [{"stratum": "热工计量", "number": 2}, {"stratum": "电磁计量", "number": 2}, {"stratum": "", "number": 1}],
}  # fmt: skip
DRAW = minutes(_LIST, b"a token of the sample", "YSB0b2tlbg==", "2026-02-03T10:00:00+08:00")
"""A true draw over an invented list, as the case holds it."""

_LOST = (Decimal("0.50"), Decimal("1.00"), Decimal("1.65"), Decimal("0"), Decimal("2.00"))


def _sheet(n: int, name: str, lost: Decimal) -> dict[str, Any]:
    rows = [{"item": code, "max": Decimal(full), "score": Decimal(full) - (lost if code == "C1" else 0)} for code, _, full in RUBRIC]
    digest = hashlib.sha256(name.encode()).hexdigest()
    data = {"scores": rows, "total": sum((row["score"] for row in rows), Decimal(0)), "opinion": "测试意见"}
    return {"member": name, "commitment": digest, "counts": n != 3, "filing": {"data": data, "received_on": "2026-03-11"}}


OPENED: dict[str, Any] = {
    "form": "expert_score_sheet", "on": "2026-03-12", "absent": ["测试戊"], "total": "total",
    "sheets": [_sheet(n, name, lost) for n, (name, lost) in enumerate(zip(("测试甲", "测试乙", "测试丙", "测试丙", "测试丁"), _LOST, strict=True))],
}  # fmt: skip
OPENED["joint"] = joint_score(PACK, JOINT, [sheet["filing"]["data"] for sheet in OPENED["sheets"] if sheet["counts"]])
"""A round of sealed score sheets, opened: five in, one of them replaced, one member excused."""

ACTS: dict[str, dict[str, Any]] = {
    "draw_minutes": {"officer": "测试承办人", "witness": "测试监督人", "filed_on": date(2026, 2, 3)},
    "mending_notice": {
        "document_no": "鄂市监量受〔2026〕5号", "action": "correct", "addressee": "测试电力计量科学研究院",
        "corrections": [{"before": "办理期限至2026年2月24日", "after": "办理期限至2026年2月25日"}, {"before": "测试电力计量科学院", "after": "测试电力计量科学研究院"}],
    },
}  # fmt: skip
"""The form each document rests on, by template."""
REASONS = {"mending_notice": "受理通知书所载办理期限和单位名称有文字差错，不影响受理决定的内容。"}
