"""What a field's fault is called when told to a clerk: what is wrong, and what to do, Chinese first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.law.values import format_value, option_label, places
from pipeline.model import Severity


@dataclass(frozen=True, slots=True)
class Wording:
    """Rule id, words and usual repair of one kind of fault; `{limit}` stands for what the field allows."""

    rule: str
    zh: str
    en: str
    repair_zh: str
    repair_en: str
    severity: Severity = Severity.ERROR


FIELD_RULES: Mapping[str, Wording] = {
    "required": Wording("FIELD-REQUIRED", "没有填写", "is not filled in", "请填写此栏", "fill in this field"),
    "unreadable_date": Wording("FIELD-UNREADABLE", "不是日期，日历上没有这一天，或者年份不合理", "is no date, no day of the calendar, or of no year that can be meant", "请按“2026年1月15日”的样式填写", "write it as 2026-01-15"),
    "unreadable_integer": Wording("FIELD-UNREADABLE", "不是整数", "is no whole number", "请只填写整数{unit}", "give a whole number"),
    "unreadable_decimal": Wording("FIELD-UNREADABLE", "不是数字，或者大得不合理", "is no number, or unreasonably large", "请只填写数字{unit}，小数点用“.”", "give a number only"),
    "unreadable_money": Wording("FIELD-UNREADABLE", "不是金额，或者大得不合理", "is no amount of money, or unreasonably large", "请只填写数字（单位：万元），最多两位小数", "give a number in units of 10,000 yuan, at most two decimals"),
    "unreadable_boolean": Wording("FIELD-UNREADABLE", "既不是“是”也不是“否”", "is neither yes nor no", "请选择“是”或“否”", "choose 是 or 否"),
    "unreadable_choice": Wording("FIELD-OPTION", "不在可选项内", "is not among the options", "请从以下各项中选择：{options}", "choose one of: {options}"),
    "unreadable_choices": Wording("FIELD-OPTION", "含有不在可选项内的内容", "holds something that is not among the options", "请从以下各项中选择：{options}", "choose from: {options}"),
    "unreadable": Wording("FIELD-UNREADABLE", "无法识别", "cannot be understood", "请按表样重新填写此栏", "fill in this field again as the form shows"),
    "minlength": Wording("FIELD-LENGTH", "太短，至少{limit}字", "is too short, at least {limit} characters", "请补充到至少{limit}字", "write at least {limit} characters"),
    "maxlength": Wording("FIELD-LENGTH", "太长，最多{limit}字", "is too long, at most {limit} characters", "请压缩到{limit}字以内，详细内容可作附件", "shorten it to {limit} characters"),
    "minrows": Wording("FIELD-ROWS", "行数不够，至少{limit}行", "has too few rows, at least {limit}", "请至少填写{limit}行", "fill in at least {limit} rows"),
    "maxrows": Wording("FIELD-ROWS", "行数太多，最多{limit}行", "has too many rows, at most {limit}", "请保留不超过{limit}行，其余另附清单", "keep at most {limit} rows"),
    "min": Wording("FIELD-RANGE", "小于允许的最小值{limit}", "is less than {limit}", "请核对后填写不小于{limit}的值", "give a value of at least {limit}"),
    "max": Wording("FIELD-RANGE", "大于允许的最大值{limit}", "is more than {limit}", "请核对后填写不大于{limit}的值", "give a value of at most {limit}"),
    "regex": Wording("FIELD-PATTERN", "写法不符合规定的格式", "is not written in the required form", "请按填写提示的格式填写", "write it as the hint shows"),
    "allowed": Wording("FIELD-OPTION", "不是允许填写的内容（应为：{limit}）", "is not allowed here (must be: {limit})", "请改为：{limit}", "change it to: {limit}"),
    "type": Wording("FIELD-UNREADABLE", "不是这一栏应填的内容", "is not what this field holds", "请按表样重新填写此栏", "fill in this field again as the form shows"),
    "places": Wording("FIELD-PLACES", "小数位数太多，最多{places}位（四舍五入会改变数额，系统不代为取舍）", "has too many decimals, at most {places}", "请填写准确到{places}位小数的数", "give it exact to {places} decimals"),
    "uscc_length": Wording("FIELD-USCC", "不是18位", "does not have 18 characters", "请对照证书填写18位统一社会信用代码", "copy the 18 characters from the certificate"),
    "uscc_alphabet": Wording("FIELD-USCC", "含有统一社会信用代码不使用的字符（字母不用 I、O、S、V、Z）", "holds characters a credit code never has (I, O, S, V, Z are not used)", "请核对是否把数字0、1误作字母O、I", "check 0 against O and 1 against I"),
    "uscc_form": Wording("FIELD-USCC", "不符合统一社会信用代码的编码规则（GB 32100-2015）", "is not built as GB 32100-2015 says", "请对照证书逐位核对", "check every character against the certificate"),
    "uscc_checksum": Wording("FIELD-USCC", "校验码不对（GB 32100-2015），至少有一位写错", "fails its check digit (GB 32100-2015): a character is wrong", "请对照证书逐位核对", "check every character against the certificate"),
    "uscc_organisation": Wording("FIELD-USCC-ORG", "第9至17位的组织机构代码校验不通过（GB 11714；早期发放的代码有例外）", "fails the check of its characters 9 to 17 (GB 11714; some early codes do)", "请对照证书核对；确与证书一致的不必修改", "check it against the certificate; leave it if it is the same", Severity.WARNING),
    "region_form": Wording("FIELD-REGION", "不是6位行政区划代码", "is no six-digit region code", "请填写6位行政区划代码", "give the six-digit code"),
    "region_unknown": Wording("FIELD-REGION", "在行政区划代码表（GB/T 2260）中没有", "is not in the table of regions (GB/T 2260)", "请核对代码，填写登记地所在县（市、区）的代码", "check the code of the county of registration"),
    "region_abolished": Wording("FIELD-REGION-OLD", "是已撤销的行政区划的代码", "is the code of a region that no longer exists", "证照已换发的，请填写现行代码", "use the current code once the certificate has been renewed", Severity.WARNING),
    "region_not_run": Wording("FIELD-REGION", "没有核对：系统里没有行政区划代码表", "was not checked: there is no table of regions here", "请管理员装入行政区划代码表", "ask the administrator to install the table", Severity.NOT_RUN),
    "phone": Wording("FIELD-FORMAT", "不是电话号码", "is no telephone number", "请填写11位手机号，或带区号的座机号（如027-00000000）", "give an 11-digit mobile number or a landline with area code"),
    "email": Wording("FIELD-FORMAT", "不是电子邮箱地址", "is no e-mail address", "请填写完整的邮箱地址，或者留空", "give a complete address or leave it blank"),
    "sha256": Wording("FIELD-FORMAT", "不是64位十六进制摘要值", "is no digest of 64 hexadecimal digits", "请删去此栏内容，由系统计算", "leave it blank; the system computes it"),
    "file_missing": Wording("FIELD-FILE", "所指的文件没有随表提交", "names a file that was not handed in", "请把该文件放进同一个文件夹（或压缩包）再提交；文件名须与表中一致，包括扩展名", "put the file into the same bundle; the name must be the same, extension included"),
    "computed": Wording("FIELD-COMPUTED", "由系统按所附材料计算，不凭填报认定，所填内容没有采用", "is computed from the evidence, never typed; what it says was not used", "不用填写；请按要求填写相关栏目并附证明材料", "leave it out; fill in the fields it rests on and enclose the evidence", Severity.WARNING),
    "unknown": Wording("FIELD-UNKNOWN", "本表没有这一栏，其内容没有采用", "is not a field of this form; what it says was not used", "请使用本表现行版本，把内容填入相应的栏目", "use the current form and its own fields", Severity.WARNING),
}  # fmt: skip
"""Every fault a single field can have. Rule ids begin with FIELD-."""


def wording_of(kind: str, node: Mapping[str, Any] | None) -> Wording:
    """The wording of a fault in a field: tables have rows where texts have characters."""
    if kind in ("minlength", "maxlength") and node is not None and node["type"] in ("list", "choices"):
        return FIELD_RULES["minrows" if kind == "minlength" else "maxrows"]
    if kind == "unreadable" and node is not None:
        return FIELD_RULES.get(f"unreadable_{node['meta']['kind']}", FIELD_RULES["unreadable"])
    return FIELD_RULES.get(kind, FIELD_RULES["type"])


def fill_in(text: str, node: Mapping[str, Any] | None, limit: Any) -> str:
    """Words with the field's own limit, unit, decimals and options put in."""
    meta = node["meta"] if node else {}
    options = "、".join(str(option["zh"]) for option in meta.get("options") or ())
    unit = f"（单位：{meta['unit']}）" if meta.get("unit") else ""
    for name, said in (("{limit}", _limit(meta, limit)), ("{unit}", unit), ("{places}", str(places(meta))), ("{options}", options)):
        text = text.replace(name, said)
    return text


def shown(meta: Mapping[str, Any], value: Any) -> str:
    """A value as a finding shows it: short, on one line."""
    if meta.get("kind") in ("choice", "choices") and value:
        value = [option_label(meta, str(code)) for code in (value if isinstance(value, (list, tuple)) else [value])]
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        value = "、".join(value)
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return ""
    try:
        text = value if isinstance(value, str) else str(format_value(meta, value))
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _limit(meta: Mapping[str, Any], limit: Any) -> str:
    """What a field allows, in words."""
    if isinstance(limit, (list, tuple)):
        return "、".join(_limit(meta, part) for part in limit)
    if isinstance(limit, bool):
        return "是" if limit else "否"
    if meta.get("kind") == "choice":
        return option_label(meta, str(limit))
    return "" if limit is None else f"{limit}"
