"""What the documents of the office itself are filled from in tests: draws by lot, and what mends an issued document."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.law.draw import ALGORITHM, minutes

CENTRE = "湖北省碳计量中心（电碳）"
TITLES = {"draw_minutes": f"关于抽取{CENTRE}专家的纪要", "mending_notice": "文书更正通知书"}
NUMBERS = {"draw_minutes": "鄂市监量纪〔2026〕6号", "mending_notice": "鄂市监量结〔2026〕4号"}
KINDS = {"draw_minutes": "纪要", "mending_notice": "通知书"}

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

ACTS: dict[str, dict[str, Any]] = {
    "draw_minutes": {"officer": "测试承办人", "witness": "测试监督人", "filed_on": date(2026, 2, 3)},
    "mending_notice": {
        "document_no": "鄂市监量受〔2026〕5号", "action": "correct", "addressee": "测试电力计量科学研究院",
        "corrections": [{"before": "办理期限至2026年2月24日", "after": "办理期限至2026年2月25日"}, {"before": "测试电力计量科学院", "after": "测试电力计量科学研究院"}],
    },
}  # fmt: skip
"""The form each document rests on, by template."""
REASONS = {"mending_notice": "受理通知书所载办理期限和单位名称有文字差错，不影响受理决定的内容。"}
