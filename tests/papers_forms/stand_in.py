"""A small pack and two forms of the same shape as the real ones, with every field kind in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.model import FormIdentity


@dataclass(frozen=True)
class Section:
    id: str
    zh: str
    en: str = ""
    note: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spec:
    code: str
    title_zh: str
    fields: Mapping[str, Any]
    sections: tuple[Section, ...] = ()
    cover: Mapping[str, Any] = field(default_factory=dict)
    version: str = "1.0"
    title_en: str = "A form for tests"
    cite: str = "@application"
    filed_by: tuple[str, ...] = ("申报",)
    opens_case: bool = True
    notes: Mapping[str, Any] = field(default_factory=dict)

    def leaves(self) -> Iterator[tuple[str, Any]]:
        for name, node in self.fields.items():
            yield from _leaves(name, node)


def _leaves(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = node["meta"]["kind"]
    if kind == "group":
        for name, inner in node["schema"].items():
            yield from _leaves(f"{path}.{name}", inner)
    elif kind == "table":
        for name, inner in node["schema"]["schema"].items():
            yield from _leaves(f"{path}[].{name}", inner)
    else:
        yield path, node


@dataclass(frozen=True)
class Pack:
    jurisdiction: str = "test"
    authority: Mapping[str, Any] = field(default_factory=lambda: {"name": "测试省计量管理局"})
    forms: Mapping[str, Spec] = field(default_factory=dict)
    lists: Mapping[str, Any] = field(default_factory=dict)

    def cite_text(self, ref: str) -> str:
        return "《测试省碳计量中心管理办法》第九条"


def leaf(kind: str, label: str, required: bool = False, *, options: Any = None, hint: str = "", unit: str = "", **schema: Any) -> Any:
    meta = {"kind": kind, "label": label, "en": label, "hint": hint, "unit": unit, "options": options or []}
    return {"type": "string", "required": required, "meta": meta, **schema}


def group(label: str, required: bool = False, **schema: Any) -> Any:
    return {"type": "dict", "required": required, "schema": schema, "meta": {"kind": "group", "label": label}}


def rows(label: str, required: bool = False, count: int = 4, hint: str = "", **schema: Any) -> Any:
    meta = {"kind": "table", "label": label, "rows": count, "hint": hint}
    return {"type": "list", "required": required, "schema": {"type": "dict", "schema": schema}, "meta": meta}


def choices(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "zh": zh, "en": code} for code, zh in pairs]


CATEGORIES = choices(("institute", "计量技术机构"), ("university", "高等院校"), ("enterprise", "企业"))
FIELDS = choices(*zip(("power", "steel", "cement", "chemical", "traffic", "building", "public", "sink", "other"),
                      ("电力", "钢铁", "水泥", "化工", "交通", "建筑", "公共机构", "碳汇", "其他"), strict=True))  # fmt: skip


def person(label: str, required: bool = False) -> Any:
    return group(label, required, name=leaf("text", "姓名", required, maxlength=40), position=leaf("text", "职务/职称", required, maxlength=60),
                 phone=leaf("phone", "联系电话", required), email=leaf("email", "电子邮箱"))  # fmt: skip


def organization() -> dict[str, Any]:
    return {
        "name": leaf("text", "单位名称", True, minlength=2, maxlength=120),
        "uscc": leaf("uscc", "统一社会信用代码", True),
        "org_category": leaf("choice", "单位类别", True, options=CATEGORIES),
        "supervisor": leaf("text", "主管部门", maxlength=80),
        "region_code": leaf("region", "行政区划代码", True),
        "address": leaf("text", "通信地址", True, maxlength=200),
        "legal_representative": group("法定代表人", True, name=leaf("text", "姓名", True), phone=leaf("phone", "联系电话", True)),
        "legal_person_proof": leaf("file", "法人资格证明", True),
    }


APPLICATION = Spec(
    code="application_form",
    title_zh="测试省碳计量中心申报书",
    cover={"heading": "申报书", "fields": ["form_no", "center_name", "center_kind", "applicant.name", "application_date"]},
    sections=(
        Section("basics", "一、申请单位基本情况", note="联合筹建的，牵头单位填入“申请单位”。", fields=("applicant", "contact", "is_joint", "members", "staff", "qualifications")),
        Section("demand", "二、产业状况与需求", fields=("service_fields", "demand_summary", "survey_report")),
        Section("plan", "三、建设目标与筹建计划", fields=("goals", "tasks", "budget", "total_budget")),
        Section("opinions", "四、承诺与意见", fields=("applicant_opinion",)),
    ),
    fields={
        "form_no": leaf("text", "申报书编号", hint="受理时由受理机关编号"),
        "center_name": leaf("text", "拟建中心名称", True, minlength=4, maxlength=60, hint="例：测试省碳计量中心（电碳）"),
        "center_kind": leaf("choice", "中心类别", True, options=choices(("carbon", "碳计量中心"), ("energy", "能源计量中心"))),
        "application_date": leaf("date", "申报日期", True),
        "applicant": group("申请单位", True, **organization()),
        "contact": person("联系人", True),
        "is_joint": leaf("boolean", "是否联合筹建", True),
        "members": rows("联合筹建单位", count=2, hint="含牵头单位，每个单位写明承担任务", **organization(), task=leaf("long_text", "承担任务", True, maxlength=400)),
        "staff": group("人员", True, total=leaf("integer", "职工总数", True, unit="人"), senior=leaf("integer", "高级职称", True, unit="人"), area=leaf("decimal", "实验场地面积", True, unit="㎡")),
        "qualifications": rows("资质", True, 3, kind=leaf("choice", "类别", True, options=choices(("cnas", "CNAS"), ("cma", "CMA"))), number=leaf("text", "证书编号", True), scope=leaf("text", "范围", True, maxlength=200), valid_to=leaf("date", "有效期至", True)),
        "service_fields": leaf("choices", "服务领域", True, options=FIELDS),
        "demand_summary": leaf("long_text", "计量测试需求综述", True, minlength=500, maxlength=5000),
        "survey_report": leaf("file", "调研报告", True),
        "goals": leaf("long_text", "建设目标", True, minlength=200, maxlength=1000),
        "tasks": rows("建设任务与指标", True, 4, task_no=leaf("text", "任务编号", True, maxlength=10), duty_ref=leaf("choice", "对应职责", True, options=choices(("D1", "研究计量技术"), ("D2", "建立计量标准"))), content=leaf("text", "任务内容", True, maxlength=200), indicator=leaf("text", "指标", True), unit=leaf("text", "单位", True), baseline=leaf("decimal", "现值", True), target=leaf("decimal", "目标值", True), verification=leaf("text", "验证方式", True)),
        "budget": rows("经费预算", True, 3, item=leaf("text", "科目", True), y1=leaf("money", "第一年", True, unit="万元"), y2=leaf("money", "第二年", unit="万元")),
        "total_budget": leaf("money", "预算总额", True, unit="万元"),
        "applicant_opinion": group("申请单位意见", True, text=leaf("long_text", "意见", True, maxlength=500), signed_by=leaf("text", "法定代表人签名", True), sealed=leaf("boolean", "已加盖公章", True), date=leaf("date", "日期", True)),
    },
)  # fmt: skip

DECISION = Spec(
    code="intake_decision",
    title_zh="受理审查意见表",
    filed_by=("办理",),
    sections=(Section("decision", "一、审查意见", fields=("decision", "reasons", "decided_on")),),
    fields={
        "case_no": leaf("text", "案卷编号", True),
        "decision": leaf("choice", "处理决定", True, options=choices(("accept", "受理"), ("correct", "一次性告知补正"), ("reject", "不予受理"))),
        "reasons": leaf("long_text", "理由", maxlength=2000),
        "decided_on": leaf("date", "审查日期", True),
    },
)  # fmt: skip

PACK = Pack(forms={spec.code: spec for spec in (APPLICATION, DECISION)})
IDENTITY = FormIdentity(form="application_form", version="1.0", jurisdiction="test", case="T-2026-001", revision=2, role="申报")

ORGANIZATION = {
    "name": "测试计量研究院", "uscc": "12420000MA00T0013J", "org_category": "institute", "supervisor": "测试省计量管理局", "region_code": "420106",
    "address": "测试市测试区测试路2号", "legal_representative": {"name": "测试甲", "phone": "13900000000"}, "legal_person_proof": "法人证书.pdf",
}  # fmt: skip

VALUES: dict[str, Any] = {
    "form_no": "T-CMC-2026-003",
    "center_name": "测试省碳计量中心（电碳）",
    "center_kind": "carbon",
    "application_date": date(2026, 1, 15),
    "applicant": ORGANIZATION,
    "contact": {"name": "测试乙", "position": "高级工程师", "phone": "027-88888888", "email": "a@example.cn"},
    "is_joint": True,
    "members": [{**ORGANIZATION, "task": "牵头，建立碳计量标准"}, {**ORGANIZATION, "name": "测试大学", "task": "第一行\n第二行 <&>"}, {**ORGANIZATION, "name": "测试𬭎业公司", "task": "现场测试"}],
    "staff": {"total": 320, "senior": 80, "area": Decimal("12000.5")},
    "qualifications": [{"kind": "cnas", "number": "L0000", "scope": "温度、流量、气体", "valid_to": date(2028, 5, 31)}],
    "service_fields": ["power", "sink"],
    "demand_summary": "本领域碳排放计量需求旺盛。\n" * 40,
    "survey_report": "调研报告.pdf",
    "goals": "三年内建成。" * 40,
    "tasks": [{"task_no": f"T{n}", "duty_ref": "D2", "content": "新建碳计量标准装置", "indicator": "计量标准", "unit": "项", "baseline": Decimal(2), "target": Decimal("5.5"), "verification": "证书"} for n in range(1, 7)],
    "budget": [{"item": "设备购置", "y1": Decimal("300.00"), "y2": Decimal("79.95")}],
    "total_budget": Decimal("379.95"),
    "applicant_opinion": {"text": "同意申报。", "signed_by": "测试甲", "sealed": True, "date": date(2026, 1, 15)},
}  # fmt: skip
