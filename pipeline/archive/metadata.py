"""Metadata of a package after DA/T 46-2009, in the order of the DA/T 48-2009 encapsulation: made, read and checked. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.archive.values import Act, Entry, Plain

FORMAT = "hongtou-archive/1"
FILE = "metadata.json"
JOURNAL = "journal.jsonl"
CASE = "case.json"
NO_CARRIER = "无"
_SCHEME = Path(__file__).with_name("data") / "metadata.yaml"


@cache
def scheme() -> Mapping[str, Mapping[str, Any]]:
    """The elements by their path (来源/立档单位名称 …): `must`, `kind`, `most`, `in`."""
    elements: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_SCHEME.read_text(encoding="utf-8"))["elements"]
    return elements


def describe(act: Act) -> dict[str, Any]:
    """The metadata of a whole package, as plain JSON."""
    parts = [part for entry in act.entries for part in entry.parts]
    return {
        "format": FORMAT,
        "package": {
            "name": act.name, "act": act.number, "on": act.on, "by": act.by, "reason": act.reason, "office": act.office, "fonds": act.fonds,
            "unit": act.unit, "pattern": act.pattern, "retention_table": act.table or "建议值，保管期限表尚未批准",
            "case_no": act.case_no, "case_title": act.case_title,
        },
        "counts": {"items": len(act.entries), "files": len(parts), "bytes": sum(part.size for part in parts)},
        "items": [_item(act, entry) for entry in act.entries],
        "business": [dict(row) for row in act.business],
        "agents": _agents(act),
        "left_out": [dict(row) for row in act.left_out],
        "earlier": list(act.earlier),
    }  # fmt: skip


def _item(act: Act, entry: Entry) -> dict[str, Any]:
    described = {
        "聚合层次": "文件",
        "来源": {"全宗名称": act.fonds_name, "立档单位名称": act.office},
        "电子文件号": f"{act.name}/{entry.code}",
        "档号": {"全宗号": act.fonds, "年度": str(entry.year), "保管期限": entry.retention, "机构或问题": act.unit, "室编件号": str(entry.n)},
        "内容描述": {
            "题名": entry.title, "文件编号": entry.doc_no, "责任者": entry.responsible, "日期": entry.date, "文种": entry.kind,
            "主送": entry.addressee, "密级": act.secrecy,
        },
        "形式特征": {"文件组合类型": "组合文件" if len(entry.parts) > 1 else "单件", "件数": "1", "页数": str(entry.pages), "语种": act.language, "稿本": "正本"},
        "存储位置": {"当前位置": f"{act.name}/data/{entry.code}", "脱机载体编号": NO_CARRIER},
        "权限管理": {"控制标识": act.secrecy},
        "信息系统描述": act.system,
        "附注": entry.note,
    }  # fmt: skip
    return {"code": entry.code, "annexes": entry.annexes, "metadata": _without_blanks(described), "parts": [part.plain() for part in entry.parts]}


def _without_blanks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: kept for key, item in value.items() if (kept := _without_blanks(item)) not in ("", {})}
    return value


def _agents(act: Act) -> list[dict[str, str]]:
    people = sorted({str(row["who"]) for row in act.business} - {act.office})
    return [{"机构人员标识符": "A0", "机构人员类型": "单位", "机构人员名称": act.office}] + [
        {"机构人员标识符": f"A{n}", "机构人员类型": "个人", "机构人员名称": name} for n, name in enumerate(people, 1)
    ]


def to_bytes(value: Any) -> bytes:
    """JSON that is the same for the same value, readable with any editor."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def element(described: Plain, path: str) -> str:
    """One element of an item's metadata by its path, or an empty text."""
    value: Any = described
    for step in path.split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def flat(described: Plain, before: str = "") -> Iterator[tuple[str, str]]:
    """Every element of an item's metadata with its path."""
    for key, value in described.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}/")
        else:
            yield path, str(value)
