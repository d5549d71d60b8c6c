"""DA/T 48-2009: one item as an XML encapsulation (EEP) with its files in Base64. Only this module and `eep_signed` know lxml.

What the encapsulation says is what the package's metadata say; `eep_signed` puts the signature blocks behind it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.archive.formats import formats
from pipeline.archive.holding import Holding

NAMESPACE = "http://www.saac.gov.cn/standards/ERM/encapsulation"
VERSION = "2009"
_SCHEMA = Path(__file__).with_name("data") / "eep.xsd"
_FORMAT = "本封装包根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成"
_MAIN = ("正本",)


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(str(_SCHEMA)))


def encapsulate(holding: Holding, item: Mapping[str, Any], inline: bool = True) -> bytes:
    """The encapsulation of one item; without `inline` the files' bytes are left out, for a look at the structure alone."""
    package = holding.said["package"]
    root = etree.Element(_q("电子文件封装包"), nsmap={"eep": NAMESPACE})
    _text(root, "封装包格式描述", _FORMAT)
    _text(root, "版本", VERSION)
    signed = etree.SubElement(root, _q("被签名对象"), {_q("eep版本"): VERSION})
    _text(signed, "封装包类型", "原始型")
    _text(signed, "封装包类型描述", "原始型是指电子文件首次封装所形成的封装包")
    _text(signed, "封装包创建时间", f"{package['on']}T00:00:00+08:00")
    _text(signed, "封装包创建单位", str(package["office"]))
    content = etree.SubElement(signed, _q("封装内容"))
    block = etree.SubElement(content, _q("文件实体块"))
    _file_entity(etree.SubElement(block, _q("文件实体")), holding, item, inline)
    agents = {str(row["机构人员名称"]): row for row in holding.said["agents"]}
    business = etree.SubElement(content, _q("业务实体块"))
    for n, row in enumerate((row for row in holding.said["business"] if row["item"] == item["code"]), 1):
        _business_entity(etree.SubElement(business, _q("业务实体")), n, row, agents, item)
    people = etree.SubElement(content, _q("机构人员实体块"))
    for row in agents.values():
        entity = etree.SubElement(people, _q("机构人员实体"))
        for name in ("机构人员标识符", "机构人员类型", "机构人员名称"):
            _text(entity, name, str(row[name]))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def faults_of(xml: bytes) -> tuple[str, ...]:
    """What is wrong with an encapsulation under the schema of the standard; nothing when it is valid."""
    try:
        document = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as trouble:
        return (f"不是合法的 XML：{trouble}",)
    schema = _schema()
    return () if schema.validate(document) else tuple(f"第{error.line}行：{error.message}" for error in schema.error_log)


def contents_of(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of every file an encapsulation carries."""
    document = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for coding in document.iter(_q("编码")):
        name = coding.findtext(f"{_q('电子属性')}/{_q('计算机文件名')}") or ""
        yield name, base64.b64decode(coding.findtext(_q("编码数据")) or "")


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: Any, name: str, value: str) -> None:
    etree.SubElement(parent, _q(name)).text = value


_ORDER: Mapping[str, tuple[str, ...]] = {
    "来源": ("全宗名称", "立档单位名称"),
    "档号": ("全宗号", "年度", "保管期限", "机构或问题", "室编件号"),
    "内容描述": ("题名", "文件编号", "责任者", "日期", "文种", "主送", "密级"),
    "形式特征": ("文件组合类型", "件数", "页数", "语种", "稿本"),
    "存储位置": ("当前位置", "脱机载体编号"),
    "权限管理": ("控制标识",),
}
"""The order of the elements in the standard, as far as this program fills them in."""


def _file_entity(entity: Any, holding: Holding, item: Mapping[str, Any], inline: bool) -> None:
    said = item["metadata"]
    _text(entity, "聚合层次", str(said.get("聚合层次", "")))
    _group(entity, "来源", said)
    _text(entity, "电子文件号", str(said.get("电子文件号", "")))
    for name in ("档号", "内容描述", "形式特征", "存储位置", "权限管理"):
        _group(entity, name, said)
    for name in ("信息系统描述", "附注"):
        if said.get(name):
            _text(entity, name, str(said[name]))
    data = etree.SubElement(entity, _q("文件数据"))
    for n, part in enumerate(item["parts"], 1):
        _document(data, holding, part, n, inline)


def _group(entity: Any, name: str, said: Mapping[str, Any]) -> None:
    group = etree.SubElement(entity, _q(name))
    for inner in _ORDER[name]:
        if (said.get(name) or {}).get(inner):
            _text(group, inner, str(said[name][inner]))


def _document(data: Any, holding: Holding, part: Mapping[str, Any], n: int, inline: bool) -> None:
    document = etree.SubElement(data, _q("文档"))
    _text(document, "文档标识符", f"D{n}")
    _text(document, "文档序号", str(n))
    _text(document, "文档主从声明", "主文档" if part["role"] in _MAIN else "附属文档")
    _text(document, "题名", str(part["role"]))
    whole = etree.SubElement(document, _q("文档数据"), {_q("文档数据ID"): f"DD{n}"})
    coding = etree.SubElement(whole, _q("编码"), {_q("编码ID"): f"C{n}"})
    properties = etree.SubElement(coding, _q("电子属性"))
    _text(properties, "格式信息", formats()[part["format"]].zh if part["format"] in formats() else str(part["format"]))
    _text(properties, "计算机文件名", str(part["path"]))
    _text(properties, "计算机文件大小", str(part["size"]))
    _text(coding, "编码描述", "本封装包中“编码数据”元素存储的计算机文件数据为Base64编码，还原后以“反编码关键字”为扩展名")
    _text(coding, "反编码关键字", str(part["path"]).rpartition(".")[2])
    coded = etree.SubElement(coding, _q("编码数据"), {_q("编码数据ID"): f"CD{n}"})
    coded.text = base64.b64encode((holding.home / part["path"]).read_bytes()).decode() if inline else ""


def _business_entity(entity: Any, n: int, row: Mapping[str, Any], agents: Mapping[str, Mapping[str, Any]], item: Mapping[str, Any]) -> None:
    _text(entity, "业务标识符", f"B{n}")
    _text(entity, "机构人员标识符", str(agents[str(row["who"])]["机构人员标识符"]))
    _text(entity, "文件标识符", str(item["metadata"].get("电子文件号", "")))
    _text(entity, "业务状态", "历史行为")
    _text(entity, "业务行为", str(row["act"]))
    _text(entity, "行为时间", str(row["at"]))
    if row.get("basis"):
        _text(entity, "行为依据", str(row["basis"]))
    _text(entity, "行为描述", f"日志第{row.get('journal', '')}条")
